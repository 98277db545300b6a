"""softmax(v): exponentials divided by their sum."""

from __future__ import annotations

from typing import Any

from sympy import Expr, S, Transpose, exp

from derivlib.expressions.construction import identity, is_single
from derivlib.expressions.facets import Call, Entries, Example, tell
from derivlib.expressions.shapes import same_as_first
from derivlib.nodes.grid import Grid
from derivlib.nodes.node import Node, as_vector_operand


class Softmax(Node):
    """exp(v)/sum(exp(v)) for a column v, a column of the same size."""


def softmax(vector: Any) -> Expr:
    """Exponentiate each entry and divide by the sum.

    ```pycon
    >>> from sympy import MatrixSymbol
    >>> from derivlib import derive, sum_entries
    >>> v, a = MatrixSymbol("v", 3, 1), MatrixSymbol("a", 3, 1)
    >>> derive(a.T * softmax(v), v).verify().entries
    3
    >>> jacobian = derive(softmax(v), v)
    >>> print(jacobian)
    ∂f/∂vᵀ = Diag(softmax(v)) - softmax(v)*(softmax(v))ᵀ
    >>> jacobian.verify().shape
    (3, 3)

    ```

    :param vector: a column or a row.
    :returns: a vector of the same shape, with positive entries that sum to one.
    :raises InputError: if `vector` is not a matrix.
    :raises ShapeError: if it is neither a column nor a row.
    """
    vector = as_vector_operand(vector, "softmax")
    if vector.shape[1] == 1:
        return Softmax(vector)
    return Transpose(Softmax(vector.T))


def exponentials(calc: Any, v: Grid) -> tuple[Grid, Any]:
    """The exponential of each entry, and their sum."""
    values = v.map(lambda entry: calc.ring.call(exp, [entry]))
    return values, calc.ring.total(values.entries)


def _entries(calc: Any, _: Any, v: Grid) -> Grid:
    values, total = exponentials(calc, v)
    share = calc.ring.power(total, calc.ring.number(S.NegativeOne))
    return values.map(lambda entry: calc.ring.product([entry, share]))


def _on_arrays(on: Any, node: Softmax) -> Any:
    value = on.jets.apply(on.EXP, on.value(node.arg))
    return on.jets.times(value, on.jets.reciprocal(value.sum(axis=(2, 3), keepdims=True)))


_CODE = Call(
    '''
def softmax(x):
    """exp(x) / sum(exp(x)), without overflow."""
    e = np.exp(x - x.max())
    return e / e.sum()
''',
    jax="jax.nn.softmax({0})",
    torch="torch.softmax({0}, 0)",
)


def _numpy(p: Any, node: Softmax) -> str:
    exp, largest = (p._module_format(f"{p._module}.{name}") for name in ("exp", "max"))
    total = p._module_format(p._module + ".sum")
    return f"(lambda e: e / {total}(e))((lambda v: {exp}(v - {largest}(v)))({p._print(node.arg)}))"


tell(
    Softmax,
    text="softmax",
    shape=same_as_first,
    normal=lambda vector: identity(S.One) if is_single(vector) else Softmax(vector),
    entries=Entries(_entries),
    arrays=_on_arrays,
    code=_CODE,
    numpy=_numpy,
    example=Example(lambda w, r, c, d: softmax(w.matrix(r, c, d)), "vector"),
)
