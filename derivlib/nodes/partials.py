"""Partial derivatives of undefined functions: ∂λ(S)/∂S, ∂vec ν(X)/∂(vec X)ᵀ, and so on."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from typing import Any

from sympy import Expr, Integer, MatrixSymbol, Symbol, preorder_traversal, sympify
from sympy.core.function import AppliedUndef

from derivlib.errors import InputError
from derivlib.expressions.facets import Absent, Entries, tell
from derivlib.expressions.shapes import stated
from derivlib.expressions.text import text
from derivlib.expressions.traversal import rebuild, with_children
from derivlib.nodes.arguments import as_whole_number
from derivlib.nodes.grid import Grid
from derivlib.nodes.matrix_function import (
    MatrixFunctionApplication,
    arguments_of,
    entry_name,
    flattened,
    name_and_index,
    numel,
)
from derivlib.nodes.node import Node, ScalarNode


class PartialNode:
    """What the partial derivatives share: an application, and which argument moves.

    The application may be a partial derivative again, so that they nest: the Jacobian of
    ∂λ(S)/∂S is the Hessian of λ.
    """

    args: tuple[Any, ...]
    is_commutative = False

    def __new__(cls, application: Expr, position: Any = 0) -> Any:
        taken: Any = application
        if not isinstance(taken, (AppliedUndef, MatrixFunctionApplication, PartialNode)):
            raise InputError(
                f'a partial derivative of an abstract function stays one: "{text(application)}" is '
                "not abstract; put functions in place of abstract ones with instantiate, or "
                "before differentiating"
            )
        return super().__new__(cls, application, Integer(position))  # type: ignore[call-arg]

    @property
    def application(self) -> Expr:
        """The applied abstract function that is differentiated."""
        return self.args[0]

    @property
    def position(self) -> int:
        """The position of the argument that moves, counted from 0."""
        return int(self.args[1])

    @property
    def arguments(self) -> tuple[Expr, ...]:
        """What the function is applied to."""
        return arguments_of(self.application)

    @property
    def argument(self) -> Expr:
        """The argument that moves."""
        return self.arguments[self.position]


class AbstractGradient(PartialNode, Node):
    """∂λ(S)/∂S for an abstract scalar function λ of a matrix S; it has the shape of S."""

    @property
    def shape(self) -> tuple[Expr, Expr]:
        rows, cols = self.argument.shape
        return sympify(rows), sympify(cols)


class AbstractJacobian(PartialNode, Node):
    """∂vec ν(X)/∂(vec X)ᵀ for an abstract matrix function ν: numel(ν) × numel(X)."""

    @property
    def shape(self) -> tuple[Expr, Expr]:
        return numel(self.application), numel(self.argument)


class MatrixPartial(PartialNode, Node):
    """∂ν(t)/∂t for an abstract matrix function ν of a scalar t; it has the shape of ν."""


class ScalarPartial(PartialNode, ScalarNode):
    """∂f(u, v)/∂u for an abstract scalar function and one of its scalar arguments."""

    is_commutative = True


def partial(application: Expr, position: int = 0) -> Expr:
    """Write the partial derivative of an applied abstract function.

    ```pycon
    >>> from sympy import Function, MatrixSymbol, symbols
    >>> from derivlib import MatrixFunction
    >>> S, t = MatrixSymbol("S", 4, 2), symbols("t")
    >>> f = Function("f")
    >>> partial(f(S, t), 0).shape
    (4, 2)
    >>> type(partial(f(S, t), 1)).__name__
    'ScalarPartial'
    >>> from derivlib import MatrixFunction
    >>> partial(MatrixFunction("nu", (5, 3))(S, t), 0).shape
    (15, 8)
    >>> partial(partial(f(S, t), 0), 0).shape
    (8, 8)

    ```

    :param application: λ(S, …) or ν(X, …), or a partial derivative of one.
    :param position: which argument moves, counted from 0.
    :returns: a gradient, a Jacobian, a matrix or a scalar, by the shapes of both.
    :raises InputError: if it is not one of these, or has no argument at that position.
    """
    taken: Any = application
    if not isinstance(taken, (AppliedUndef, MatrixFunctionApplication, PartialNode)):
        raise InputError(
            f"partial takes an abstract function applied to something, such as f(X), not "
            f"{application!r}"
        )
    arguments = arguments_of(application)
    if as_whole_number(position, "the position of an argument") >= len(arguments):
        raise InputError(
            f"{application} has no argument at position {position}, counted from 0; it has "
            f"{len(arguments)}"
        )
    moves_matrix = arguments[position].is_Matrix
    if application.is_Matrix:
        return (AbstractJacobian if moves_matrix else MatrixPartial)(application, position)
    return (AbstractGradient if moves_matrix else ScalarPartial)(application, position)


# --- letters for compound arguments ------------------------------------------------------


def _moving_arguments(node: Any) -> list[Expr]:
    """The arguments that move: two for a second derivative."""
    inner = node.application
    return [node.argument, *(_moving_arguments(inner) if isinstance(inner, PartialNode) else [])]


def places_with_letters(node: Any, names: Container[Expr]) -> list[Expr]:
    """The compound arguments that are written with a letter.

    Those with a name are. Others need a letter where ∂λ(…)/∂S could be misread without: those
    that move, and those in which one that moves occurs again, as in ∂λ(XW, X)/∂X.

    :param node: a partial derivative of an abstract function.
    :param names: the arguments that have a name.
    """
    moving = _moving_arguments(node)
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
    names: tuple[str, ...] = ("S", "N", "Z", "Y", "S_0", "Z_0")
    if not argument.is_Matrix:
        names = tuple(name.lower() for name in names)
    name = next(letter for letter in names if letter not in taken)
    return MatrixSymbol(name, *argument.shape) if argument.is_Matrix else Symbol(name)


# --- how they are written ----------------------------------------------------------------

_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def repeated(expr: Any) -> tuple[int, Any]:
    """How often an undefined function is differentiated by one scalar, and the function."""
    order, inside = 1, expr.application
    while (
        isinstance(inside, PartialNode)
        and inside.argument == expr.argument
        and not expr.argument.is_Matrix
        and not _stands_twice(expr)
    ):
        order, inside = order + 1, inside.application
    return order, inside


def _stands_twice(expr: Any) -> bool:
    """Return whether a function is applied twice to what moves, as in f(t, t)."""
    return bool(expr.arguments.count(expr.argument) > 1)


def _applied(p: Any, application: Any) -> str:
    """λ(S) as it stands under a ∂, also where a printer of SymPy's would write lambda(S)."""
    if isinstance(application, AppliedUndef):
        return str(p.call(p.function_name(application.func), *application.args))
    return str(p._print(application))


def _in_brackets(p: Any, application: Any) -> str:
    shown = _applied(p, application)
    return f"({shown})" if isinstance(application, PartialNode) else shown


def _text(p: Any, expr: Any) -> str:
    names = {place: letter for place, letter in p.names.items() if place in expr.arguments}
    expr = with_names(expr, names) if names else expr
    application = expr.application
    if _is_hessian(expr):
        above = f"∂²{_applied(p, application.application)}"
        return f"{above}/∂{p.stacked(application.argument)}∂{p.stacked_row(expr.argument)}"
    order, innermost = repeated(expr)
    if order > 1:
        power = str(order).translate(_RAISED)
        return f"∂{power}{_in_brackets(p, innermost)}/∂{p.atom(expr.argument)}{power}"
    shown = _in_brackets(p, application)
    which = str(expr.position + 1).translate(_LOWERED) if _stands_twice(expr) else ""
    if isinstance(expr, AbstractJacobian):
        return f"∂{which}vec({shown})/∂{p.stacked_row(expr.argument)}"
    return f"∂{which}{shown}/∂{p.atom(expr.argument)}"


def _is_hessian(expr: Any) -> bool:
    """Return whether it is a second derivative by matrices that need no places."""
    of_gradient = isinstance(expr, AbstractJacobian) and isinstance(
        expr.application, AbstractGradient
    )
    return of_gradient and not (_stands_twice(expr) or _stands_twice(expr.application))


def _tex(p: Any, expr: Any) -> str:
    """Set ∂f(S)/∂S; where S is compound, at the place S = …"""
    names: dict[Expr, Expr] = {}
    for argument in places_with_letters(expr, p.names):
        near = (expr.application, *names.values())
        names[argument] = p.names.get(argument) or letter_for(argument, near)
    if not names:
        return _fraction(p, expr)
    shown = _fraction(p, with_names(expr, names))
    places = [
        f"{p._print(letter)} = {p._print(argument)}"
        for argument, letter in names.items()
        if argument not in p.names
    ]
    return rf"\left.{shown}\right|_{{{', '.join(places)}}}" if places else shown


def _fraction(p: Any, expr: Any) -> str:
    argument, application = expr.argument, expr.application
    if _is_hessian(expr):
        above = rf"\partial^2 {_applied(p, application.application)}"
        first = p.stacked(application.argument)
        return rf"\frac{{{above}}}{{\partial {first} \, \partial {p.stacked_row(argument)}}}"
    which = f"_{{{expr.position + 1}}}" if _stands_twice(expr) else ""
    if isinstance(expr, AbstractJacobian):
        above = rf"\operatorname{{vec}} {_in_fraction(p, application)}"
        return rf"\frac{{\partial{which} {above}}}{{\partial {p.stacked_row(argument)}}}"
    order, innermost = repeated(expr)
    if order > 1:
        above = rf"\partial^{order} {_in_fraction(p, innermost)}"
        return rf"\frac{{{above}}}{{\partial {p.atom(argument)}^{order}}}"
    above = _in_fraction(p, application)
    return rf"\frac{{\partial{which} {above}}}{{\partial {p._print(argument)}}}"


def _in_fraction(p: Any, application: Any) -> str:
    shown = _applied(p, application)
    return p.parenthesized(shown) if isinstance(application, PartialNode) else shown


# --- what they are -----------------------------------------------------------------------


def _moving_places(node: Any, values: Any) -> Any:
    """The positions, among the flattened scalars, of the argument that moves."""
    slots, _ = flattened(values)
    positions = tuple(k for k, slot in enumerate(slots) if slot[0] == node.position)
    argument = values[node.position]
    return Grid(*argument.shape, positions) if isinstance(argument, Grid) else positions[0]


def _named(calc: Any, node: Any, values: Any) -> Any:
    """Name each entry of an undefined function or a derivative of one: (function, index)."""
    if isinstance(node, MatrixFunctionApplication):
        rows, cols = calc.shape(node)
        return Grid.of(rows, cols, lambda i, j: (entry_name(node.name, i, j), ()))
    if not isinstance(node, PartialNode):
        return name_and_index(node.func.__name__, len(flattened(values)[1]))
    of, moving = _named(calc, node.application, values), _moving_places(node, values)
    if not isinstance(of, Grid):
        return (
            moving.map(lambda k: _once_more(of, k))
            if isinstance(moving, Grid)
            else _once_more(of, moving)
        )
    if not isinstance(moving, Grid):
        return of.map(lambda name: _once_more(name, moving))
    rows, cols = list(of.stacked()), list(moving.stacked())
    return Grid.of(len(rows), len(cols), lambda a, b: _once_more(rows[a], cols[b]))


def _once_more(name: tuple[str, tuple[int, ...]], k: int) -> tuple[str, tuple[int, ...]]:
    function, index = name
    return function, (*index, k)


def _entries(calc: Any, node: Any, *values: Any) -> Any:
    """A gradient, ∂vec ν/∂(vec X)ᵀ, ∂ν/∂t, or nested."""
    slots, scalars = flattened(values)

    def value(name: tuple[str, tuple[int, ...]]) -> Any:
        function, index = name
        return calc.ring.abstract(function, tuple(sorted(index)), slots, scalars)

    named = _named(calc, node, values)
    return named.map(value) if isinstance(named, Grid) else value(named)


tell(
    PartialNode,
    text=_text,
    tex=_tex,
    shape=stated,
    normal=Absent("it stays as it is"),
    entries=Entries(_entries),
    arrays=lambda on, node: on.undefined(node),
    code=Absent("an undefined function has no value; put a function in its place"),
    example=Absent("derivatives of undefined functions bring it in"),
    parts=arguments_of,
    with_parts=lambda node, parts: rebuild(
        node, (with_children(node.application, parts), node.args[1])
    ),
)
