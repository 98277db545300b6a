"""sigmoid(z): the logistic function 1/(1 + exp(-z)), of a scalar or of each entry of a matrix."""

from __future__ import annotations

from typing import Any

from sympy import Expr, Function, S, exp, log

from derivlib.expressions.facets import Absent, Entries, Example, tell
from derivlib.expressions.shapes import scalar
from derivlib.nodes.elementwise import of_scalar_or_entries
from derivlib.nodes.grid import as_scalar


class Sigmoid(Function):
    """The logistic function of a scalar."""

    nargs = 1
    is_real = True
    is_positive = True
    is_finite = True

    @classmethod
    def eval(cls, z: Expr) -> Expr | None:
        """Give the value where it is a plain number."""
        known = {S.Zero: S.Half, S.Infinity: S.One, S.NegativeInfinity: S.Zero}
        return known.get(z)

    def fdiff(self, argindex: int = 1) -> Expr:
        """σ'(z) = σ(z) (1 - σ(z))."""
        return self * (1 - self)

    def inverse(self, argindex: int = 1) -> Any:
        """The logit, log(p/(1 - p))."""
        return lambda p: log(p / (1 - p))

    def _eval_rewrite_as_exp(self, z: Expr, **kwargs: Any) -> Expr:
        return 1 / (1 + exp(-z))

    def _eval_evalf(self, precision: int) -> Any:
        return self.rewrite(exp)._eval_evalf(precision)

    def _written_out(self, printer: Any) -> str:
        return f"({printer._print(self.rewrite(exp))})"

    _numpycode = _pythoncode = _mpmathcode = _scipycode = _written_out


Sigmoid.__name__ = "sigmoid"  # what SymPy's printers call it; as for sin, that makes it again


def sigmoid(argument: Any) -> Expr:
    """The logistic function 1/(1 + exp(-z)), of a scalar or of each entry of a matrix.

    ```pycon
    >>> from sympy import MatrixSymbol, symbols
    >>> from derivlib import derive, sum_entries
    >>> n, m = symbols("n m", integer=True, positive=True)
    >>> X, w = MatrixSymbol("X", n, m), MatrixSymbol("w", m, 1)
    >>> gradient = derive(sum_entries(sigmoid(X * w)), w)
    >>> gradient.verify({n: 3, m: 2}).entries
    2
    >>> print(derive(sigmoid(symbols("t")), symbols("t")))
    ∂L/∂t = sigmoid(t)*(1 - sigmoid(t))

    ```

    Source: Goodfellow, Bengio & Courville (2016), section 3.10.

    :param argument: a scalar expression, or a matrix of any shape.
    :returns: a scalar, or a matrix of the same shape.
    :raises InputError: if it is not an expression.
    """
    return of_scalar_or_entries(Sigmoid, argument)


def _entries(calc: Any, _: Any, z: Any) -> Any:
    """1/(1 + exp(-z)), and nothing that is known of its derivative."""
    ring = calc.ring
    minus_z = ring.product((ring.number(S.NegativeOne), as_scalar(z)))
    below = ring.total((ring.number(S.One), ring.call(exp, [minus_z])))
    return ring.power(below, ring.number(S.NegativeOne))


tell(
    Sigmoid,
    # not σ, which on every page is the undefined function of a layer
    text="sigmoid",
    shape=scalar,
    normal=Absent("SymPy's own"),
    entries=Entries(_entries),
    arrays=Absent("its definition is used"),
    code="sigmoid",
    example=Example(lambda w, d: Sigmoid(w.scalar(d)), "scalar"),
)
