"""What may be put in place of abstract functions and of symbols."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sympy import Basic, Dummy, Expr, Lambda, MatrixSymbol, Symbol, Trace, sympify
from sympy.core.sympify import SympifyError
from sympy.matrices.exceptions import ShapeError as MisfitError

from derivlib.errors import DerivlibError, InputError, ShapeError
from derivlib.expressions.facets import Shape
from derivlib.expressions.shapes import same_size, shown_shape
from derivlib.expressions.text import text
from derivlib.nodes import MatrixFunction, is_undefined
from derivlib.rules.scalar_derivatives import derivative_of_function


@dataclass(frozen=True)
class Replacement:
    """What takes the place of one function or symbol.

    :param key: an undefined function, a `MatrixFunction` or a symbol.
    :param value: a function for a function, an expression for a symbol.
    """

    key: Any
    value: Any

    @property
    def name(self) -> str:
        """The key, for a message."""
        return _name(self.key)

    @property
    def shape(self) -> Shape:
        """Rows and columns of what is replaced; none for a scalar."""
        return tuple(self.key.shape) if hasattr(self.key, "shape") else None

    def applied(self, *arguments: Expr) -> Expr:
        """Apply the function that takes the place of another.

        :raises InputError: if it cannot be applied, or gives no expression.
        :raises ShapeError: if its value has another shape.
        """
        told = f"what takes the place of {self.name}, applied to {', '.join(map(text, arguments))}"
        try:
            value = self.value(*arguments)
        except DerivlibError as error:
            raise type(error)(f"{told}: {error}") from error
        except MisfitError as error:
            raise ShapeError(f"{told}: {error}") from error
        except Exception as error:
            raise InputError(
                f"{told}, raised {type(error).__name__}: {error}; it must be a function of "
                "as many arguments as stand there, made of SymPy's operations"
            ) from error
        return self.fitting(value, f"{told}, gives")

    def fitting(self, value: Any, told: str) -> Expr:
        """Take over a value of the shape of what it replaces.

        :param value: what was handed in, or given by a function that was.
        :param told: what to say of it.
        :raises InputError: if it is no expression.
        :raises ShapeError: if it has another shape.
        """
        expr = _as_expression(value)
        if expr is None:
            raise InputError(
                f"{told} {value!r} of type {type(value).__name__}; expected a SymPy expression, "
                f"{self._wanted}"
            )
        found = tuple(expr.shape) if expr.is_Matrix else None
        if self.shape is None and found == (1, 1):
            return Trace(expr)
        if _differ(self.shape, found):
            raise ShapeError(f"{told} {text(expr)}, {shown_shape(found)}; expected {self._wanted}")
        return expr

    @property
    def _wanted(self) -> str:
        return "a scalar" if self.shape is None else f"a matrix of {shown_shape(self.shape)}"

    def primed(self, order: int, argument: Expr) -> Expr:
        """The derivative, so many times, of the function of one scalar that takes the place.

        :raises UnsupportedError: if SymPy cannot differentiate it.
        """
        variable = Dummy("z")
        function = Lambda(variable, self.applied(variable))
        for _ in range(order):
            function = derivative_of_function(function)
        return function(argument)


def _name(key: Any) -> str:
    return str(getattr(key, "__name__", None) or getattr(key, "name", key))


def _as_expression(value: Any) -> Expr | None:
    try:
        expr = sympify(value, strict=True)
    except (SympifyError, TypeError, ValueError, AttributeError):
        return None
    is_expression = isinstance(expr, Expr) or getattr(expr, "is_Matrix", False)
    return expr if isinstance(expr, Basic) and is_expression else None


def _differ(wanted: Shape, found: Any) -> bool:
    if wanted is None or found is None:
        return wanted is not found
    return not all(map(same_size, wanted, map(sympify, found)))


def as_replacements(values: Any) -> dict[Any, Replacement]:
    """Take over a mapping of functions and symbols to what takes their place.

    :raises InputError: if it is not a mapping, if a key is neither a function nor a symbol, or a
        value not of the kind that can take its place.
    :raises ShapeError: if what takes the place of a symbol has another shape.
    """
    if not isinstance(values, Mapping):
        raise InputError(
            "instantiate takes a mapping of functions and symbols to what takes their place, such "
            f"as {{sigma: tanh}}, not {values!r} of type {type(values).__name__}"
        )
    return {key: _as_replacement(key, value) for key, value in values.items()}


def _as_replacement(key: Any, value: Any) -> Replacement:
    replacement = Replacement(key, value)
    if is_undefined(key) or isinstance(key, MatrixFunction):
        if not callable(value):
            raise InputError(
                f"{replacement.name} is a function, and a function such as tanh or "
                f"lambda z: z**2 can take its place, not {value!r} of type {type(value).__name__}"
            )
        return replacement
    if isinstance(key, (Symbol, MatrixSymbol)):
        return Replacement(key, replacement.fitting(value, f"what takes the place of {key} is"))
    raise InputError(
        f"{key!r} of type {type(key).__name__} takes no other value; what can be replaced is an "
        "undefined function, a MatrixFunction, a Symbol or a MatrixSymbol, as it stands in the "
        "expression"
    )


def refuse_variables(values: Any, variables: tuple[Expr, ...], told: str) -> None:
    """Refuse to replace what is differentiated by.

    :param told: what to say of those that are to be replaced.
    :raises InputError: if a variable is a key.
    """
    if isinstance(values, Mapping) and (
        taken := [str(variable) for variable in variables if variable in values]
    ):
        raise InputError(f"{', '.join(taken)}{told}")
