"""The parts of an expression, and the same operation on other parts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from sympy import (
    AccumBounds,
    Add,
    BlockDiagMatrix,
    BlockMatrix,
    Expr,
    HadamardProduct,
    Identity,
    ImmutableDenseMatrix,
    Inverse,
    KroneckerProduct,
    MatAdd,
    MatMul,
    MatPow,
    MatrixSymbol,
    Mul,
    OneMatrix,
    Symbol,
    Trace,
    Transpose,
    ZeroMatrix,
    nan,
    oo,
    zoo,
)
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.expressions.matexpr import MatrixElement
from sympy.matrices.matrixbase import MatrixBase

from derivlib.errors import UndefinedError
from derivlib.expressions.construction import block_diagonal, blocks
from derivlib.expressions.rebuilding import rebuild
from derivlib.expressions.shapes import Shape, shape_of
from derivlib.expressions.sizes import all_nodes
from derivlib.expressions.text import text
from derivlib.nodes import (
    BasisMatrix,
    Commutation,
    LogDet,
    MatrixFunctionApplication,
    PartialNode,
    SingleEntry,
    arguments_of,
)

__all__ = ["checked_normal_form", "children", "has_no_value", "with_children"]

_LEAVES = (
    *(Symbol, MatrixSymbol, MatrixBase, Identity, ZeroMatrix, OneMatrix),
    *(SingleEntry, Commutation, BasisMatrix),
)
_OF_EXPRESSIONS = (Add, Mul, MatAdd, MatMul, HadamardProduct, KroneckerProduct, Transpose, Trace)
"""Operations all of whose arguments are subexpressions."""

_NO_VALUE = frozenset((zoo, nan, oo, -oo))


def children(expr: Expr) -> tuple[Expr, ...]:
    """The subexpressions whose values an expression is made of; not sizes, not functions."""
    kind = type(expr)
    if kind not in _FOUND:
        _FOUND[kind] = _children_of(kind)
    return _FOUND[kind](expr)


_FOUND: dict[type, Callable[[Any], tuple[Expr, ...]]] = {}
"""How the subexpressions are found of each kind of node met so far."""


def _children_of(kind: type) -> Callable[[Any], tuple[Expr, ...]]:
    """How the subexpressions of a kind of node are found."""
    if issubclass(kind, _LEAVES):
        return lambda _: ()
    if issubclass(kind, ElementwiseApplyFunction):
        return lambda expr: (expr.args[1],)
    if issubclass(kind, MatrixElement):
        return lambda expr: expr.args[:1]
    if issubclass(kind, (MatrixFunctionApplication, PartialNode)):
        return arguments_of
    if issubclass(kind, BlockMatrix) and not issubclass(kind, BlockDiagMatrix):
        return lambda expr: tuple(expr.blocks)
    if issubclass(kind, _OF_EXPRESSIONS):
        return lambda expr: expr.args
    return lambda expr: tuple(arg for arg in expr.args if isinstance(arg, Expr))


def with_children(expr: Expr, parts: tuple[Expr, ...]) -> Expr:
    """The same operation on other subexpressions, in normal form."""
    if not parts:
        return expr
    if isinstance(expr, ElementwiseApplyFunction):
        return rebuild(expr, (expr.args[0], *parts))
    if isinstance(expr, MatrixFunctionApplication):
        return rebuild(expr, (*expr.args[:2], *parts))
    if isinstance(expr, BlockDiagMatrix):
        return block_diagonal(parts)
    if isinstance(expr, BlockMatrix):
        width = expr.blocks.cols
        return blocks([parts[i : i + width] for i in range(0, len(parts), width)])
    if isinstance(expr, PartialNode):
        return rebuild(expr, (with_children(expr.application, parts), expr.args[1]))
    if isinstance(expr, MatrixElement):
        return rebuild(expr, (*parts, *expr.args[1:]))
    replacements: Iterator[Expr] = iter(parts)
    return rebuild(
        expr, [next(replacements) if isinstance(arg, Expr) else arg for arg in expr.args]
    )


def has_no_value(expr: Expr) -> bool:
    """Tell whether an infinity, or what is no number, stands in an expression."""
    return not _NO_VALUE.isdisjoint(all_nodes([expr]))


def _refuse_undefined(expr: Expr, written: Expr) -> None:
    """Refuse what has no value: the inverse or log-determinant of zero, a division by zero."""
    of_zero = isinstance(expr, (Inverse, MatPow, LogDet)) and isinstance(expr.args[0], ZeroMatrix)
    raised = of_zero and isinstance(expr, MatPow) and not isinstance(expr, Inverse)
    if raised and not expr.args[1].is_negative:
        return
    entries = expr if isinstance(expr, MatrixBase) else (expr,)
    if of_zero or any(entry in _NO_VALUE or isinstance(entry, AccumBounds) for entry in entries):
        raise UndefinedError(
            f'"{text(written)}" has no value: it is infinite, or no number, or the inverse, the '
            "logarithm or the log-determinant of something that is zero whatever the variable is"
        )


class _Objects:
    """One object for all equal expressions, so that no comparison has to descend."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Expr, Expr]] = {}
        self._by_structure: dict[Any, Expr] = {}

    def __call__(self, expr: Expr) -> Expr:
        """The first object met that is equal to an expression; its parts have been met mostly."""
        if id(expr) not in self._known:
            below = children(expr)
            parts = tuple(id(self(part)) for part in below)
            others = tuple(arg for arg in expr.args if all(arg is not part for part in below))
            key = (type(expr), parts, others) if parts else expr
            self._known[id(expr)] = expr, self._by_structure.setdefault(key, expr)
        return self._known[id(expr)][1]


def checked_normal_form(expr: Expr) -> Expr:
    """Check the sizes of every operation, and rebuild all of them in normal form.

    Every distinct object is visited once and without recursion, whatever the depth.

    :param expr: an expression as the reader wrote it.
    :raises ShapeError: if sizes do not fit; the message quotes what was written.
    :raises UndefinedError: if a part has no value, whatever the variable is.
    """
    shapes: dict[int, Shape] = {}
    rebuilt: dict[int, Expr] = {}
    objects = _Objects()
    stack: list[tuple[Expr, bool]] = [(expr, False)]
    while stack:
        current, ready = stack.pop()
        if id(current) in rebuilt:
            continue
        below = children(current)
        if not ready:
            stack.append((current, True))
            stack.extend((part, False) for part in reversed(below))
            continue
        shapes[id(current)] = shape_of(current, [(part, shapes[id(part)]) for part in below])
        new = with_children(current, tuple(rebuilt[id(part)] for part in below))
        if isinstance(new, MatrixBase) and new.atoms(MatrixSymbol):
            new = ImmutableDenseMatrix(*new.shape, list(map(checked_normal_form, new)))
        objects(current)
        new = objects(new)
        _refuse_undefined(new, current)
        hash(new)  # bottom up, so that no later hash has to descend
        rebuilt[id(current)] = new
    return rebuilt[id(expr)]
