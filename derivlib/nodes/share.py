"""share(u, v, …): what each of several scalars has of their maximum; of a tie, an equal part."""

from __future__ import annotations

from typing import Any

from sympy import Expr, Function, GreaterThan, Heaviside, Max, S, StrictGreaterThan

from derivlib.expressions.facets import Absent, Entries, Example, tell
from derivlib.expressions.shapes import scalar
from derivlib.expressions.traversal import applied
from derivlib.nodes.grid import as_scalar


class Share(Function):
    """1 where the first of several scalars is the largest, 1/k where k are, and 0 elsewhere.

    It is the derivative of Max(u, v, …) by u. Of two scalars it is H(u - v), with H(0) = ½.

    ```pycon
    >>> from sympy import Max, symbols
    >>> from derivlib import derive
    >>> u, v, t = symbols("u v t")
    >>> slope = derive(Max(t, u, v), t)
    >>> print(slope)
    ∂L/∂t = share(t, u, v)
    >>> slope.result.subs({t: 1, u: 1, v: 1}), slope.result.subs({t: 2, u: 2, v: 0})
    (1/3, 1/2)

    ```

    """

    is_real = True
    is_nonnegative = True

    @classmethod
    def eval(cls, *args: Expr) -> Expr | None:
        """Give the value of two scalars as a step, and of numbers as a number."""
        first, *others = args
        if len(others) == 1:
            return Heaviside(first - others[0])
        if all(argument.is_number for argument in args):
            largest = Max(*args)
            return S.Zero if first != largest else S.One / args.count(largest)
        return None

    def fdiff(self, argindex: int = 1) -> Expr:
        """It is constant but where there are ties."""
        return S.Zero

    def in_steps(self) -> Expr:
        """The same in functions that are 1 where one is at least as large as all, and else 0."""
        largest = applied(Max, *self.args)
        steps = [Heaviside(argument - largest, 1) for argument in self.args]
        return steps[0] / sum(steps)

    def _eval_evalf(self, precision: int) -> Any:
        return self.in_steps()._eval_evalf(precision)

    def _written_out(self, printer: Any) -> str:
        return f"({printer._print(self.in_steps())})"

    _numpycode = _pythoncode = _mpmathcode = _scipycode = _written_out


Share.__name__ = "share"


def _entries(calc: Any, _: Any, *values: Any) -> Any:
    """One part of as many as there are of the largest."""
    ring = calc.ring
    first, *others = map(as_scalar, values)
    one, zero = ring.number(S.One), ring.number(S.Zero)
    ties = (
        ring.choose([(one, ring.compare(GreaterThan, other, first)), (zero, True)])
        for other in others
    )
    part = ring.power(ring.total([one, *ties]), ring.number(S.NegativeOne))
    smaller = [(zero, ring.compare(StrictGreaterThan, other, first)) for other in others]
    return ring.choose([*smaller, (part, True)])


def _on_arrays(on: Any, node: Share) -> Any:
    """It is constant but where there are ties."""
    first, *others = (value[0, 0] for value in on.all_of(node.args))
    ties = sum(on.np.where(other == first, 1.0, 0.0) for other in others)
    smaller = sum(on.np.where(other > first, 1.0, 0.0) for other in others)
    return on.number(on.np.where(smaller, 0.0, 1 / (1 + ties)))


tell(
    Share,
    text="share",
    tex=r"\operatorname{share}",
    shape=scalar,
    normal=Absent("SymPy's own"),
    entries=Entries(_entries),
    arrays=_on_arrays,
    code="share",
    example=Example(lambda w, d: Share(w.scalar(d), w.scalar(0), w.scalar(0)), "scalar"),
)
