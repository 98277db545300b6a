"""Where the derivative of an abstract function is taken, and letters for these places."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from typing import Any

from sympy import Expr, MatrixSymbol, Symbol, preorder_traversal

from derivlib.nodes import PartialNode

__all__ = ["compound_places", "letter_for", "places", "with_names"]


def _moving(node: Any) -> list[Expr]:
    """The arguments that move: two for a second derivative."""
    inner = node.application
    return [node.argument, *(_moving(inner) if isinstance(inner, PartialNode) else [])]


def places(node: Any, names: Container[Expr]) -> list[Expr]:
    """The compound arguments that are written with a letter.

    Those with a name are. Others need a letter where ∂λ(…)/∂S could be misread without: those
    that move, and those in which one that moves occurs again, as in ∂λ(XW, X)/∂X.

    :param node: a partial derivative of an abstract function.
    :param names: the arguments that have a name.
    """
    moving = _moving(node)
    return [
        argument
        for argument in dict.fromkeys(node.arguments)
        if argument in names
        or (_is_compound(argument) and any(argument.has(other) for other in moving))
    ]


def _is_compound(argument: Expr) -> bool:
    return bool(argument.args) and not isinstance(argument, (Symbol, MatrixSymbol))


def compound_places(expr: Expr) -> set[Expr]:
    """Where derivatives of abstract functions are taken in an expression, but for letters."""
    return {
        argument
        for node in preorder_traversal(expr)
        if isinstance(node, PartialNode)
        for argument in node.arguments
        if _is_compound(argument)
    }


def with_names(node: Any, names: Mapping[Expr, Expr]) -> Any:
    """Put letters for whole arguments of an abstract derivative."""
    application = node.application
    if isinstance(application, PartialNode):
        return node.func(with_names(application, names), node.args[1])
    arguments = [
        names.get(part, part) if part in node.arguments else part for part in application.args
    ]
    return node.func(application.func(*arguments), node.args[1])


def letter_for(argument: Expr, near: Iterable[Expr]) -> Expr:
    """A letter for a place, other than those that stand near it."""
    taken = {str(symbol) for expr in near for symbol in expr.free_symbols}
    name = next(letter for letter in ("S", "N", "Z", "Y", "S_0", "Z_0") if letter not in taken)
    return MatrixSymbol(name, *argument.shape) if argument.is_Matrix else Symbol(name.lower())
