"""A rule as it was applied: the letters in which it is stated, and what they stood for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sympy import Expr, FunctionClass, Lambda, MatrixSymbol, Symbol, Tuple
from sympy.core.function import UndefinedFunction
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction

from derivlib.nodes import MatrixFunction
from derivlib.rules.rule import Rule

_FURTHER = {True: "UVTABCDHKP", False: "uvabcehk"}
"""Letters for matrices and for scalars beyond those a rule is stated in."""


def _is_letter(value: Any) -> bool:
    return isinstance(value, (Symbol, MatrixSymbol, UndefinedFunction, MatrixFunction))


def _kind(value: Any) -> str:
    """Tell what can take the place of what."""
    if isinstance(value, (FunctionClass, Lambda)):
        return "function"
    if isinstance(value, MatrixFunction):
        return "matrix function"
    if isinstance(value, Expr) and not value.is_Number:
        return "matrix" if value.is_Matrix else "scalar"
    return "value"


def _nearest(rule: Rule, arguments: Sequence[Any]) -> Sequence[Any]:
    """The instance of a rule that is most like what it was applied to, in letters if it can be."""

    def likeness(instance: Sequence[Any]) -> tuple[int, int, int]:
        pairs = zip(instance, arguments, strict=False)
        same = sum(_kind(own) == _kind(given) for own, given in pairs)
        return -abs(len(instance) - len(arguments)), same, sum(map(_is_letter, instance))

    return max(*rule.instances, rule.stated, key=likeness)


def _takes(instance: Sequence[Any], arguments: Sequence[Any]) -> bool:
    """Return whether a rule is stated for as many arguments, of the same kinds."""
    return len(instance) == len(arguments) and all(
        _kind(own) == _kind(given) or not _is_letter(own) or _kind(given) == "value"
        for own, given in zip(instance, arguments, strict=True)
    )


def placeholders_for(rule: Rule, arguments: Sequence[Any]) -> tuple[Any, ...]:
    """Find letters in which a rule can be stated for what it was applied to.

    They are those it is stated in by the catalogue. Where it was applied to more than it is
    stated for, or to a shape, the letters are in the shapes of the arguments. Numbers, shapes
    and whatever the rule is not stated in letters for stay as they are.

    ```pycon
    >>> from sympy import MatrixSymbol
    >>> from derivlib import RULES
    >>> X, A = MatrixSymbol("X", 4, 3), MatrixSymbol("A", 3, 4)
    >>> placeholders_for(RULES["product"], (X, A, X))
    (U, V, T)
    >>> placeholders_for(RULES["product"], (X, A, X, A))
    (U, V, T, A)

    ```

    """
    instance = _nearest(rule, arguments)
    by_shape = any(isinstance(given, tuple | Tuple) for given in arguments)
    as_stated = not by_shape and _takes(instance, arguments)
    taken = {value.name for value in instance if isinstance(value, (Symbol, MatrixSymbol))}
    chosen: list[Any] = []
    for i, argument in enumerate(arguments):
        own = instance[i] if i < len(instance) else None
        if _kind(argument) == "value" or (own is not None and not _is_letter(own)):
            chosen.append(argument)
        elif as_stated or (own is not None and _kind(own) == "function"):
            chosen.append(own)
        else:
            chosen.append(_shaped_like(argument, own, taken))
    return tuple(chosen)


def _shaped_like(argument: Any, own: Any, taken: set[str]) -> Any:
    """A letter in the shape of an argument: the rule's own, if it is of that kind, or another."""
    if isinstance(argument, MatrixFunction):
        return MatrixFunction(own.name, argument.shape)
    name = own.name if own is not None and _kind(own) == _kind(argument) else ""
    if not name:
        name = _further(taken, argument.is_Matrix)
        taken.add(name)
    return MatrixSymbol(name, *argument.shape) if argument.is_Matrix else Symbol(name)


def _further(taken: set[str], is_matrix: bool) -> str:
    letters = _FURTHER[is_matrix]
    numbered = (f"{letters[0]}_{number}" for number in range(1, len(taken) + 2))
    return next(name for name in (*letters, *numbered) if name not in taken)


def substituted(placeholders: Sequence[Any], arguments: Sequence[Any]) -> Iterator[tuple[Any, Any]]:
    """Go through placeholders and what stood in their place.

    A function of one scalar is told by what it makes of a matrix: σ(U) and U ⊙ U.

    :param placeholders: as :func:`placeholders_for` finds them.
    :param arguments: what the rule was applied to.
    """
    matrices = [value for value in placeholders if isinstance(value, MatrixSymbol)]
    for placeholder, argument in zip(placeholders, arguments, strict=True):
        if isinstance(argument, Lambda) and matrices:
            pair = tuple(
                ElementwiseApplyFunction(function, matrices[0])
                for function in (placeholder, argument)
            )
            yield pair
        elif _is_letter(placeholder):
            yield placeholder, argument
