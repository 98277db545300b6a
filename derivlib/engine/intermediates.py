"""An expression as a list of named intermediates, each defined by a small expression.

Walking is iterative and every distinct subexpression is met once, so the cost is linear in
what is written, whatever the depth.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from operator import is_
from types import MappingProxyType
from typing import Any

from sympy import (
    BlockMatrix,
    Expr,
    FunctionMatrix,
    MatrixSymbol,
    Symbol,
    Transpose,
    preorder_traversal,
)
from sympy.core.function import AppliedUndef
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.matrixbase import MatrixBase

from derivlib.engine.names import Role, choose_names
from derivlib.engine.refusals import ADD_IT, no_rule
from derivlib.errors import ShapeError, UnsupportedError
from derivlib.expressions.construction import is_one
from derivlib.expressions.facets import Shape
from derivlib.expressions.problem import Written
from derivlib.expressions.shapes import same_size, shape_of, shown_shape
from derivlib.expressions.text import text
from derivlib.expressions.traversal import checked_normal_form, children, with_children
from derivlib.nodes import MatrixFunctionApplication, PartialNode
from derivlib.nodes.softmax import AxisSoftmax

_DEEPEST_INLINE = 8
"""How many operations may nest inside one definition before the inner ones get a name."""

_SMALLEST_SHARED = 2
"""How many operations a subexpression needs to be named because it occurs again."""

_MATRIX_FUNCTIONS = (ElementwiseApplyFunction, AxisSoftmax, MatrixFunctionApplication)
"""Functions whose value is a matrix; their arguments are called N and their values S."""


@dataclass
class _Node:
    """One distinct subexpression while the graph is drawn."""

    expr: Expr
    parts: tuple[int, ...]
    shape: Shape
    varies: bool
    hides: bool = False
    height: int = 0
    users: int = 0
    role: Role | None = None
    symbol: Expr | None = None
    inlined: Expr | None = None

    @property
    def shown(self) -> Expr:
        """What stands for the subexpression in those above it: its name, if it has one."""
        shown = self.inlined if self.symbol is None else self.symbol
        return self.expr if shown is None else shown


@dataclass(frozen=True)
class Graph:
    """An expression rewritten over named intermediates.

    :param root: the expression, over names.
    :param definitions: each name with what it stands for, in the order of computation.
    :param varying: the names, and the variables, whose differential is not zero.
    :param given: the names that its author gave, varying or not.
    """

    root: Expr
    definitions: dict[Expr, Expr]
    varying: frozenset[Expr]
    given: frozenset[Expr] = frozenset()
    _moves: dict[Expr, bool] = field(default_factory=dict, repr=False)

    @property
    def own_names(self) -> dict[Expr, Expr]:
        """What the names that its author gave stand for, over the other names."""
        return {name: self.definitions[name] for name in self.definitions if name in self.given}

    @cached_property
    def parts(self) -> frozenset[Expr]:
        """Every subexpression over names."""
        met: set[Expr] = set()
        stack = [self.root, *self.definitions.values()]
        while stack:
            part = stack.pop()
            if part not in met:
                met.add(part)
                stack.extend(children(part))
        return frozenset(met)

    def moves(self, expr: Expr) -> bool:
        """Tell whether an expression over names changes with the variable."""
        known = self._moves.get(expr)
        if known is None:
            known = expr in self.varying or any(self.moves(part) for part in children(expr))
            if not known and isinstance(expr, ElementwiseApplyFunction):
                known = not self.varying.isdisjoint(expr.args[0].free_symbols)
            if not known and isinstance(expr, MatrixBase):
                known = not self.varying.isdisjoint(expr.free_symbols)
            self._moves[expr] = known
        return known

    def names_in(self, expr: Expr) -> list[Expr]:
        """The varying names an expression uses, in the order they occur."""
        if expr in self.varying:
            return [expr]
        found: dict[Expr, None] = {}
        if isinstance(expr, ElementwiseApplyFunction):
            parameters = expr.args[0].free_symbols & self.varying
            found.update(dict.fromkeys(sorted(parameters, key=str)))
        if isinstance(expr, MatrixBase):
            found.update(dict.fromkeys(sorted(expr.free_symbols & self.varying, key=str)))
        for part in children(expr):
            found.update(dict.fromkeys(self.names_in(part)))
        return list(found)


def _collect(written: Written, variables: frozenset[Expr]) -> list[_Node]:
    """List every distinct subexpression, parts first; a name's only part is its definition."""
    nodes: list[_Node] = []
    by_identity: dict[int, int] = {}
    by_structure: dict[Any, int] = {}
    where = written.where
    stack: list[tuple[Expr, bool]] = [(written.expr, False)]
    while stack:
        current, ready = stack.pop()
        if id(current) in by_identity:
            continue
        below = (where[current],) if current in where else children(current)
        if not ready:
            stack.append((current, True))
            stack.extend((part, False) for part in reversed(below))
            continue
        parts = tuple(by_identity[id(part)] for part in below)
        extra = tuple(arg for arg in current.args if all(arg is not part for part in below))
        key = (type(current), parts, extra) if parts else current
        index = by_structure.get(key)
        if index is None:
            index = len(nodes)
            shape = shape_of(current, [(nodes[i].expr, nodes[i].shape) for i in parts])
            varies = current in variables or any(nodes[i].varies for i in parts)
            if not varies and isinstance(current, (ElementwiseApplyFunction, MatrixBase)):
                function = current.args[0] if parts else current
                varies = not variables.isdisjoint(function.free_symbols)
            hides = not varies and _hides(current, extra, variables)
            _refuse_hidden_names(current, parts, extra, where)
            nodes.append(_Node(current, parts, shape, varies, hides))
            if current in where:
                _give_name(current, nodes[parts[0]])
            by_structure[key] = index
        by_identity[id(current)] = index
    return nodes


def _give_name(name: Expr, node: _Node) -> None:
    """Give what a name stands for this name, unless it is a symbol, or has a name already.

    :raises ShapeError: if they do not have the same shape.
    """
    shape = name.shape if name.is_Matrix else None
    if (shape is None) != (node.shape is None) or not all(
        map(same_size, shape or (), node.shape or ())
    ):
        raise ShapeError(
            f'{name} is {shown_shape(shape)}, and "{text(node.expr)}", which it stands for, is '
            f"{shown_shape(node.shape)}; give the name the shape of its definition"
        )
    if node.symbol is None and not _is_variable(node.expr):
        node.symbol, node.role = name, _role(node)


def _refuse_hidden_names(
    expr: Expr, parts: Iterable[int], extra: Iterable[Any], where: Mapping[Expr, Expr]
) -> None:
    """Refuse a name of the author's that stands where its definition cannot be put in."""
    if not where or expr in where or _is_variable(expr):
        return
    places = extra if parts else (expr,)
    hidden = {s for place in places for s in getattr(place, "free_symbols", ()) if s in where}
    if hidden:
        names = ", ".join(sorted(map(str, hidden)))
        raise UnsupportedError(
            f"{names} is defined, and occurs in {type(expr).__name__} "
            f'"{text(expr)}", where its definition cannot be put in; write the definition out there'
        )


def _hides(expr: Expr, extra: Iterable[Any], variables: frozenset[Expr]) -> bool:
    """Tell whether a variable occurs in what is no subexpression: an index, a condition."""
    if isinstance(expr, (MatrixBase, BlockMatrix, PartialNode)) or expr in variables:
        return False
    return any(not variables.isdisjoint(getattr(part, "free_symbols", ())) for part in extra)


def _names_argument(expr: Expr) -> bool:
    """Tell whether the matrices an operation is applied to deserve a name."""
    return isinstance(expr, (*_MATRIX_FUNCTIONS, AppliedUndef, PartialNode))


def _may_be_named(node: _Node) -> bool:
    """Tell whether a subexpression varies, is compound, and has no name as yet."""
    if not node.varies or node.symbol is not None or _is_variable(node.expr):
        return False
    return bool(node.parts) and not isinstance(node.expr, Transpose)


def _role(node: _Node) -> Role:
    if node.shape is None:
        return "scalar"
    is_value = isinstance(node.expr, _MATRIX_FUNCTIONS)
    if is_one(node.shape[1]):
        return "value column" if is_value else "column"
    return "value" if is_value else "matrix"


def _argument(node: _Node) -> Role:
    return "argument column" if node.shape and is_one(node.shape[1]) else "argument"


def _assign_roles(nodes: list[_Node]) -> None:
    """Decide which subexpressions get a name, and as what."""
    for node in nodes:
        for i in node.parts:
            nodes[i].users += 1
    for node in nodes[:-1]:
        if _may_be_named(node) and isinstance(node.expr, _MATRIX_FUNCTIONS):
            node.role = _role(node)
    for node in nodes:
        if not _names_argument(node.expr):
            continue
        for i in node.parts:
            part = nodes[i]
            if _may_be_named(part) and part.shape is not None:
                of_matrix = isinstance(node.expr, _MATRIX_FUNCTIONS)
                is_value = isinstance(part.expr, ElementwiseApplyFunction)
                part.role = _argument(part) if of_matrix and not is_value else _role(part)
    for node in nodes:
        node.height = 1 + max(
            (0 if nodes[i].role else nodes[i].height for i in node.parts), default=-1
        )
        if node is nodes[-1] or node.role or not _may_be_named(node):
            continue
        shared = node.users > 1 and node.height >= _SMALLEST_SHARED
        if shared or node.height >= _DEEPEST_INLINE:
            node.role = _role(node)


def _refuse_unsupported(nodes: list[_Node], supports: Callable[[Expr], bool]) -> None:
    """Refuse the first operation that varies and has no rule, naming its place."""
    for i, node in enumerate(nodes):
        if node.hides and isinstance(node.expr, FunctionMatrix):
            raise no_rule(node.expr)
        if node.hides:
            raise UnsupportedError(
                f'the variable occurs in {type(node.expr).__name__} "{text(node.expr)}" as a '
                "condition, an index or a bound, which cannot be differentiated; write the "
                "expression without it there, or differentiate with respect to something else"
            )
        if not node.varies or not (node.parts or node.expr.args) or _is_variable(node.expr):
            continue
        if supports(node.expr):
            continue
        users = [type(user.expr).__name__ for user in nodes[i:] if i in user.parts]
        place = f" (inside {users[0]})" if users else ""
        if isinstance(node.expr, ElementwiseApplyFunction):
            raise _unsupported_function(node.expr, place, supports)
        raise no_rule(node.expr, place)


def _unsupported_function(
    expr: Expr, place: str, supports: Callable[[Expr], bool]
) -> UnsupportedError:
    """Say what in an elementwise function has no derivative."""
    parts = [part for part in preorder_traversal(expr.args[0].expr) if part.args]
    if any(getattr(part, "is_Matrix", False) for part in preorder_traversal(expr.args[0].expr)):
        return UnsupportedError(
            f'a matrix in the elementwise function of "{text(expr)}"{place} is not supported; put '
            "a symbol in its place, or multiply outside of the function"
        )
    named = next((part for part in parts if not supports(part)), expr.args[0].expr)
    return UnsupportedError(
        f"no differential rule for {type(named).__name__} in the elementwise function of "
        f'"{text(expr)}"{place}; {ADD_IT}'
    )


def _is_variable(expr: Expr) -> bool:
    return isinstance(expr, (Symbol, MatrixSymbol))


def name_intermediates(
    written: Written,
    variables: Iterable[Expr],
    supports: Callable[[Expr], bool] = lambda _: True,
    known: Mapping[Expr, Expr] = MappingProxyType({}),
) -> Graph:
    """Rewrite an expression over named intermediates.

    Arguments and values of elementwise and abstract functions get names, and so does what
    occurs more than once or nests deep. Only what depends on a variable is named, and what
    has been given a name by its author.

    :param written: any expression of the vocabulary, and what the names in it stand for.
    :param supports: tells whether an operation has a rule.
    :param known: what is called by which name already; a name means nothing else.
    :raises ShapeError: if sizes do not fit.
    :raises UnsupportedError: if an operation that varies is not supported.
    """
    where = {name: checked_normal_form(value) for name, value in written.where.items()}
    moving = frozenset(variables)
    nodes = _collect(Written(checked_normal_form(written.expr), where), moving)
    _refuse_unsupported(nodes, supports)
    _assign_roles(nodes)
    for node in nodes:
        if node.role is not None and node.symbol is None:
            node.symbol = known.get(node.expr)
    named = [node for node in nodes if node.role is not None and node.symbol is None]
    taken = {str(node.expr.name) for node in nodes if _is_variable(node.expr)}
    taken |= {str(name) for name in known.values()}
    sizes = {size for node in nodes for size in node.shape or ()}
    taken |= {symbol.name for size in sizes for symbol in size.free_symbols}
    taken |= {name.name for name in (*moving, *where)}
    taken |= {name for node in nodes for name in _undefined(node.expr)}
    names = choose_names([node.role for node in named if node.role], taken)
    for node, name in zip(named, names, strict=True):
        node.symbol = Symbol(name) if node.shape is None else MatrixSymbol(name, *node.shape)
    definitions: dict[Expr, Expr] = {}
    varying = set(moving)
    for node in nodes:
        parts = tuple(nodes[i].shown for i in node.parts)
        if node.expr in where:
            node.inlined = parts[0]
        elif all(map(is_, parts, children(node.expr))):  # without a name below, it stays
            node.inlined = node.expr
        else:
            node.inlined = with_children(node.expr, parts)
        if node.symbol is not None:
            definitions[node.symbol] = node.inlined
            varying |= {node.symbol} if node.varies else set()
    given = frozenset(where).intersection(definitions)
    root = nodes[-1].shown
    unused = definitions.keys() - _used(root, definitions) - given
    kept = {name: meaning for name, meaning in definitions.items() if name not in unused}
    return Graph(root, kept, frozenset(varying - unused), given)


def _undefined(expr: Expr) -> Iterator[str]:
    """The names of the undefined functions that are applied, by itself or entry by entry."""
    if isinstance(expr, ElementwiseApplyFunction):
        yield from (f.func.__name__ for f in expr.args[0].atoms(AppliedUndef))
    elif isinstance(expr, AppliedUndef):
        yield expr.func.__name__


def _used(root: Expr, definitions: dict[Expr, Expr]) -> set[Expr]:
    """The names that an expression uses still: what stands beside a zero is used no more."""
    used = set(root.free_symbols)
    for name, meaning in reversed(definitions.items()):
        if name in used:
            used |= meaning.free_symbols
    return used
