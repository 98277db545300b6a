"""relu(z): z where it is positive and 0 elsewhere, of a scalar or of each entry of a matrix."""

from __future__ import annotations

from typing import Any

from sympy import Expr, Function, Heaviside, Max, S, StrictGreaterThan

from derivlib.expressions.facets import Absent, Call, Entries, Example, tell
from derivlib.expressions.shapes import scalar
from derivlib.nodes.elementwise import of_scalar_or_entries
from derivlib.nodes.grid import as_scalar


class Relu(Function):
    """The larger of a scalar and 0; its derivative is 1 above 0 and, by convention, 0 at 0."""

    nargs = 1
    is_real = True
    is_nonnegative = True

    @classmethod
    def eval(cls, z: Expr) -> Expr | None:
        """Give the value where the sign is known."""
        if z.is_extended_nonpositive:
            return S.Zero
        return z if z.is_extended_nonnegative else None

    def fdiff(self, argindex: int = 1) -> Expr:
        """The indicator of positive numbers, 0 at 0."""
        return Heaviside(self.args[0], 0)

    def _eval_rewrite_as_Max(self, z: Expr, **kwargs: Any) -> Expr:
        return Max(z, 0)

    def _eval_evalf(self, precision: int) -> Any:
        return self.rewrite(Max)._eval_evalf(precision)

    def _written_out(self, printer: Any) -> str:
        return str(printer._print(self.rewrite(Max)))

    _numpycode = _pythoncode = _mpmathcode = _scipycode = _written_out


Relu.__name__ = "relu"  # what SymPy's printers call it; as for sin, that makes it again


def relu(argument: Any) -> Expr:
    """The larger of a scalar and 0, or of each entry of a matrix and 0.

    Its derivative exists where no entry is 0; that is listed among the assumptions. At 0 it is
    taken to be 0, while that of `Max(z, 0)` is ½ there.

    ```pycon
    >>> from sympy import MatrixSymbol, symbols
    >>> from derivlib import derive, sum_entries
    >>> n, m = symbols("n m", integer=True, positive=True)
    >>> X, w = MatrixSymbol("X", n, m), MatrixSymbol("w", m, 1)
    >>> gradient = derive(sum_entries(relu(X * w)), w)
    >>> print(gradient)
    ∂L/∂w = Xᵀ*[X*w > 0]
    >>> [str(a) for a in gradient.assumptions if a.property != "constant"]
    ['X*w without zero entries']
    >>> gradient.verify({n: 3, m: 2}).method
    'exact'

    ```

    Source: Goodfellow, Bengio & Courville (2016), section 6.3.1.

    :param argument: a scalar expression, or a matrix of any shape.
    :returns: a scalar, or a matrix of the same shape.
    :raises InputError: if it is not an expression.
    """
    return of_scalar_or_entries(Relu, argument)


def _entries(calc: Any, _: Any, z: Any) -> Any:
    """A choice, and nothing that is known of its derivative."""
    ring, z = calc.ring, as_scalar(z)
    zero = ring.number(S.Zero)
    return ring.choose([(z, ring.compare(StrictGreaterThan, z, zero)), (zero, True)])


tell(
    Relu,
    text="relu",
    tex=r"\operatorname{relu}",
    shape=scalar,
    normal=Absent("SymPy's own"),
    entries=Entries(_entries),
    arrays=Absent("its definition is used"),
    code=Call("np.maximum({0}, 0)", jax="jax.nn.relu({0})", torch="torch.relu({0})"),
    example=Example(lambda w, d: Relu(w.scalar(d)), "scalar"),
)
