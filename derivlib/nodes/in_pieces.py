"""What named functions of a scalar that are put together from pieces share."""

from __future__ import annotations

from typing import Any, ClassVar

from sympy import Dummy, Expr, Function, Lambda, Piecewise, S, nsimplify

from derivlib.errors import InputError, ShapeError
from derivlib.expressions import shapes
from derivlib.expressions.facets import Absent, Entries, Example, tell, upright
from derivlib.nodes.arguments import as_operand
from derivlib.nodes.grid import as_scalar
from derivlib.nodes.trace import scalar


def _is_incomparable(argument: Expr) -> bool:
    """Return whether something is a number that is not real."""
    return argument.is_number and (argument is S.NaN or argument.is_extended_real is False)


class InPieces(Function):
    """A function of a scalar and of parameters, in pieces.

    An argument behind the parameters says what its derivative is where pieces meet.

    :cvar parameters: how many parameters it has.
    :cvar option: the name of the argument that says it.
    """

    is_real = True
    parameters: ClassVar[int]
    option: ClassVar[str] = "at_zero"

    @staticmethod
    def pieces(z: Expr, *parameters: Expr) -> Expr:
        """The definition."""
        raise NotImplementedError

    @staticmethod
    def gaps(z: Expr, *parameters: Expr) -> tuple[Expr, ...]:
        """What is zero where there is no derivative."""
        raise NotImplementedError

    @classmethod
    def eval(cls, *args: Expr) -> Expr | None:
        """Give the value of real numbers; what is none cannot be compared."""
        plain = args[: cls.parameters + 1]
        are_real = all(each.is_number and not _is_incomparable(each) for each in plain)
        return cls.pieces(*plain) if are_real else None

    @property
    def plain(self) -> tuple[Expr, ...]:
        """The scalar and the parameters."""
        return self.args[: self.parameters + 1]

    @property
    def at_kink(self) -> Expr | None:
        """What the derivative is taken to be where pieces meet, if that is said."""
        return self.args[-1] if len(self.args) > self.parameters + 1 else None

    def _eval_rewrite_as_Piecewise(self, *args: Expr, **kwargs: Any) -> Expr:
        return self.pieces(*self.plain)

    def _eval_evalf(self, precision: int) -> Any:
        if any(map(_is_incomparable, self.plain)):
            return None
        return self.rewrite(Piecewise)._eval_evalf(precision)

    def _written_out(self, printer: Any) -> str:
        return str(printer._print(self.rewrite(Piecewise)))

    _numpycode = _pythoncode = _mpmathcode = _scipycode = _written_out


def as_parameter(value: Any, function: str) -> Expr:
    """Take a value as a number that a function of scalars depends on.

    :raises InputError: if it is no scalar expression, or a number that is not real.
    """
    try:
        parameter = scalar(as_operand(value, function))
    except ShapeError:
        raise InputError(
            f"the parameters of {function} are numbers, the same for each entry; {value} is a "
            "matrix"
        ) from None
    if _is_incomparable(parameter):
        raise InputError(f"the parameters of {function} are real numbers, and {value} is none")
    return parameter


def slope_at_kink(value: Any, function: str, *sides: Expr) -> tuple[Expr, ...]:
    """Take what a derivative is at a kink: a number between the slopes on both sides.

    :returns: nothing if nothing is said.
    :raises InputError: if it is no such number.
    """
    if value is None:
        return ()
    taken = nsimplify(as_operand(value, function), rational=True)
    known = [side for side in sides if side.is_number]
    ends = (min(known), max(known)) if len(known) > 1 else (taken, taken)
    if not taken.is_Rational or not ends[0] <= taken <= ends[1]:
        raise InputError(
            f"the derivative of {function} at a kink is a number between those on both sides, "
            f"{sides[0]} and {sides[1]}, not {value}"
        )
    return (taken,)


def tell_pieces(kind: type[InPieces], example: Any) -> None:
    """Tell the facets of such a function, whose definition is its pieces."""
    variables = [Dummy() for _ in range(kind.parameters + 1)]
    definition = Lambda(tuple(variables), kind.pieces(*variables))

    def entries(calc: Any, _: Any, *values: Any) -> Any:
        return calc.apply(definition, *map(as_scalar, values[: len(variables)]))

    def shown(p: Any, node: Any) -> str:
        plain = p.call(kind.__name__, *node.plain)
        if node.at_kink is None:
            return str(plain)
        return f"{plain[:-1]}, {kind.option}={p._print(node.at_kink)})"

    tell(
        kind,
        text=shown,
        tex=upright(kind.__name__),
        shape=shapes.scalar,
        normal=Absent("SymPy's own"),
        entries=Entries(entries),
        arrays=Absent("its definition is used"),
        code="pieces",
        example=Example(example, "scalar"),
    )
