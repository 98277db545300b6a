"""logsumexp(v): the logarithm of the sum of exponentials."""

from __future__ import annotations

from typing import Any

from sympy import Expr, log

from derivlib.expressions.construction import is_single
from derivlib.expressions.facets import Call, Entries, Example, tell
from derivlib.expressions.shapes import scalar
from derivlib.nodes.node import RealNode, as_vector_operand
from derivlib.nodes.softmax import exponentials
from derivlib.nodes.trace import trace


class LogSumExp(RealNode):
    """log(sum(exp(v))) for a vector v."""


def logsumexp(vector: Any) -> Expr:
    """The logarithm of the sum of the exponentials of all entries.

    ```pycon
    >>> from sympy import MatrixSymbol
    >>> from derivlib import derive
    >>> v = MatrixSymbol("v", 3, 1)
    >>> gradient = derive(logsumexp(v), v)
    >>> print(gradient)
    ∂L/∂v = softmax(v)
    >>> gradient.verify().entries
    3

    ```

    :param vector: a column or a row.
    :returns: a scalar expression.
    :raises InputError: if `vector` is not a matrix.
    :raises ShapeError: if it is neither a column nor a row.
    """
    vector = as_vector_operand(vector, "logsumexp")
    return LogSumExp(vector if vector.shape[1] == 1 else vector.T)


def _on_arrays(on: Any, node: LogSumExp) -> Any:
    total = on.jets.apply(on.EXP, on.value(node.arg)).sum(axis=(2, 3), keepdims=True)
    return on.jets.apply(on.LOG, total)


def _example(w: Any, d: int) -> Any:
    vector = w.matrix(w.dimension(), (), d)
    return logsumexp(vector if w.flip() else vector.T)


_CODE = Call(
    '''
def logsumexp(x):
    """log(sum(exp(x))), without overflow."""
    largest = x.max()
    return largest + np.log(np.exp(x - largest).sum())
''',
    jax="jax.scipy.special.logsumexp({0})",
    torch="torch.logsumexp({0}, 0)",
)


def _numpy(p: Any, node: LogSumExp) -> str:
    reduced = p._module_format(p._module + ".logaddexp")
    return f"{reduced}.reduce({p._print(node.arg)}, axis=None)"


tell(
    LogSumExp,
    text="logsumexp",
    shape=scalar,
    normal=lambda vector: trace(vector) if is_single(vector) else LogSumExp(vector),
    entries=Entries(lambda calc, _, v: calc.ring.call(log, [exponentials(calc, v)[1]])),
    arrays=_on_arrays,
    code=_CODE,
    numpy=_numpy,
    example=Example(_example, "scalar"),
)
