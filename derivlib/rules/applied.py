"""A rule as it was applied: the letters in which it is stated, for the shapes at hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sympy import Expr, FunctionClass, Lambda, MatrixSymbol, Symbol
from sympy.core.function import UndefinedFunction
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction

from derivlib.rules.rule import Rule
from derivlib.vocabulary import MatrixFunction

__all__ = ["placeholders_for", "substituted"]

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
    """The instance of a rule that is most like what it was applied to."""

    def likeness(instance: Sequence[Any]) -> tuple[int, int]:
        pairs = zip(instance, arguments, strict=False)
        same = sum(_kind(own) == _kind(given) for own, given in pairs)
        return -abs(len(instance) - len(arguments)), same

    return max(rule.instances, key=likeness)


def placeholders_for(rule: Rule, arguments: Sequence[Any]) -> tuple[Any, ...]:
    """Find letters in which a rule can be stated for what it was applied to.

    The letters are those of its instances, in the shapes of the arguments; numbers, shapes and
    whatever the rule is not stated in letters for stay as they are.

    ```pycon
    >>> from sympy import MatrixSymbol
    >>> from derivlib import RULES
    >>> X, A = MatrixSymbol("X", 4, 3), MatrixSymbol("A", 3, 4)
    >>> placeholders_for(RULES["product"], (2 * X, A.T.T, X))
    (U, V, T)

    ```

    :param rule: a rule of the table.
    :param arguments: what it was applied to.
    """
    instance = _nearest(rule, arguments)
    names = {value.name for value in instance if isinstance(value, (Symbol, MatrixSymbol))}
    chosen: list[Any] = []
    for i, argument in enumerate(arguments):
        kind = _kind(argument)
        own = instance[i] if i < len(instance) else None
        if kind == "value" or (own is not None and not _is_letter(own)):
            chosen.append(argument)
        elif own is not None and kind == "function":
            chosen.append(own)
        elif own is not None and kind == "matrix function":
            chosen.append(MatrixFunction(own.name, argument.shape))
        else:
            name = own.name if own is not None and _kind(own) == kind else ""
            if not name:
                name = _further(names, kind == "matrix")
                names.add(name)
            is_matrix = kind == "matrix"
            chosen.append(MatrixSymbol(name, *argument.shape) if is_matrix else Symbol(name))
    return tuple(chosen)


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
            yield pair  # type: ignore[misc]
        elif _is_letter(placeholder):
            yield placeholder, argument
