"""relu(z): z where it is positive and 0 elsewhere, of a scalar or of each entry of a matrix."""

from __future__ import annotations

from typing import Any

from sympy import Expr, Function, Heaviside, Max, S, StrictGreaterThan, nsimplify

from derivlib.errors import InputError
from derivlib.expressions.facets import Absent, Call, Entries, Example, tell
from derivlib.expressions.shapes import scalar
from derivlib.nodes.arguments import as_operand
from derivlib.nodes.elementwise import of_scalar_or_entries
from derivlib.nodes.grid import as_scalar


class Relu(Function):
    """The larger of a scalar and 0; a second argument says what its derivative has at 0."""

    nargs = (1, 2)
    is_real = True
    is_nonnegative = True

    @classmethod
    def eval(cls, z: Expr, at_zero: Expr | None = None) -> Expr | None:
        """Give the value where the sign is known."""
        if at_zero is S.Zero:
            return cls(z)
        if z.is_extended_nonpositive:
            return S.Zero
        return z if z.is_extended_nonnegative else None

    @property
    def at_zero(self) -> Expr:
        """What the derivative is taken to be at 0."""
        return self.args[1] if len(self.args) > 1 else S.Zero

    def fdiff(self, argindex: int = 1) -> Expr:
        """The indicator of positive numbers, and what is said at 0."""
        return Heaviside(self.args[0], self.at_zero)

    def _eval_rewrite_as_Max(self, z: Expr, *_: Expr, **kwargs: Any) -> Expr:
        return Max(z, 0)

    def _eval_evalf(self, precision: int) -> Any:
        return self.rewrite(Max)._eval_evalf(precision)

    def _written_out(self, printer: Any) -> str:
        return str(printer._print(self.rewrite(Max)))

    _numpycode = _pythoncode = _mpmathcode = _scipycode = _written_out


Relu.__name__ = "relu"  # what SymPy's printers call it; as for sin, that makes it again


def relu(argument: Any, at_zero: Any = 0) -> Expr:
    """The larger of a scalar and 0, or of each entry of a matrix and 0.

    Its derivative exists where no entry is 0; that is listed among the assumptions. At 0 it is
    taken to be `at_zero`, while that of `Max(z, 0)` is ½ there.

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
    >>> t = symbols("t")
    >>> [derive(relu(t, at_zero=a), t).result.subs(t, 0) for a in (0, 1)]
    [0, 1]

    ```

    Source: Goodfellow, Bengio & Courville (2016), section 6.3.1.

    :param argument: a scalar expression, or a matrix of any shape.
    :param at_zero: what the derivative is taken to be at 0, a number from 0 to 1.
    :returns: a scalar, or a matrix of the same shape.
    :raises InputError: if it is not an expression, or `at_zero` is no such number.
    """
    taken = nsimplify(as_operand(at_zero, "relu"), rational=True)
    if not (taken.is_Rational and 0 <= taken <= 1):
        raise InputError(f"the derivative of relu at 0 is a number from 0 to 1, not {at_zero}")
    return of_scalar_or_entries(Relu, argument, *([taken] if taken else []))


def _entries(calc: Any, _: Any, z: Any, *__: Any) -> Any:
    """A choice, and nothing that is known of its derivative."""
    ring, z = calc.ring, as_scalar(z)
    zero = ring.number(S.Zero)
    return ring.choose([(z, ring.compare(StrictGreaterThan, z, zero)), (zero, True)])


def _text(p: Any, node: Relu) -> str:
    if len(node.args) == 1:
        return str(p.call("relu", *node.args))
    return f"relu({p._print(node.args[0])}, at_zero={p._print(node.at_zero)})"


tell(
    Relu,
    text=_text,
    tex=r"\operatorname{relu}",
    shape=scalar,
    normal=Absent("SymPy's own"),
    entries=Entries(_entries),
    arrays=Absent("its definition is used"),
    code=Call("np.maximum({0}, 0)", jax="jax.nn.relu({0})", torch="torch.relu({0})"),
    example=Example(lambda w, d: Relu(w.scalar(d)), "scalar"),
)
