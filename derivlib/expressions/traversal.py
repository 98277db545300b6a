"""The parts of an expression, and the same operation on other parts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sympy import (
    Abs,
    AccumBounds,
    Expr,
    Function,
    ImmutableDenseMatrix,
    MatrixExpr,
    MatrixSymbol,
    Max,
    Min,
    Trace,
    nan,
    oo,
    re,
    zoo,
)
from sympy.core.function import AppliedUndef
from sympy.matrices.matrixbase import MatrixBase

from derivlib.errors import DerivlibError, UndefinedError
from derivlib.expressions.construction import is_single, split_coefficient
from derivlib.expressions.facets import Shape, facet, facets_of
from derivlib.expressions.shapes import shape_of
from derivlib.expressions.sizes import all_nodes
from derivlib.expressions.text import text

_NO_VALUE = frozenset((zoo, nan, oo, -oo))


def children(expr: Expr) -> tuple[Expr, ...]:
    """The subexpressions whose values an expression is made of; not sizes, not functions."""
    return facets_of(type(expr)).parts(expr)


def with_children(expr: Expr, parts: tuple[Expr, ...]) -> Expr:
    """The same operation on other subexpressions, in normal form."""
    told = facets_of(type(expr)).with_parts
    if told is not None:
        return told(expr, parts)
    if not parts:
        return expr
    replacements: Iterator[Expr] = iter(parts)
    return rebuild(
        expr, [next(replacements) if isinstance(arg, Expr) else arg for arg in expr.args]
    )


def rebuild(expr: Expr, args: Iterable[Any]) -> Expr:
    """Make a node of the same kind with other arguments, in normal form.

    :param expr: the node to imitate.
    :param args: one argument for each of `expr.args`.
    """
    normal = facets_of(type(expr)).builds
    if normal is None and isinstance(expr, (Function, Max, Min)):
        return applied(expr.func, *map(_entry_of, args))
    return (normal or expr.func)(*args)


def applied(function: Any, *args: Expr) -> Expr:
    """Apply a function of scalars; an undefined one commutes, whatever its arguments are.

    SymPy takes λ(S) for non-commutative because the matrix S is, and then cannot multiply a
    matrix by it. The function used instead is `Function("lambda", commutative=True)`.

    Max and Min stay as they are where SymPy cannot compare: it takes matrices apart, and cannot
    put 2 X or a sum of matrices together again. What does not commute is no real number to them,
    so that f(λ(S)) is an argument once it commutes.

    :raises UndefinedError: if Max or Min is to compare what is not real.
    """
    try:
        value = function(*args)
    except (AttributeError, TypeError, ValueError) as error:
        if function not in (Max, Min):
            raise
        if not all(arg.is_commutative for arg in args):
            args = tuple(map(checked_normal_form, args))
            if all(arg.is_commutative for arg in args):
                return applied(function, *args)
        if any(arg.is_extended_real is False for arg in args):
            raise not_real(function.__name__, error) from error
        return function(*args, evaluate=False)
    if function is Abs and value.has(re):  # SymPy makes |exp(t)| exp(re(t)), and t is real
        return checked_normal_form(value)
    if value.is_commutative or not isinstance(value, AppliedUndef):
        return value
    kept = {**function._kwargs, "commutative": True}
    return Function(function.__name__, **kept)(*args)


def _entry_of(argument: Any) -> Any:
    """A 1×1 matrix as a scalar, anything else as it is."""
    if isinstance(argument, MatrixExpr) and is_single(argument):
        return facet(Trace, "normal")(argument)
    return argument


def has_no_value(expr: Expr) -> bool:
    """Return whether an infinity, or what is no number, stands in an expression."""
    return not _NO_VALUE.isdisjoint(all_nodes([expr]))


def _refuse_undefined(expr: Expr, written: Expr) -> None:
    """Refuse what has no value: the inverse or log-determinant of zero, a division by zero."""
    undefined = facets_of(type(expr)).undefined
    entries = expr if isinstance(expr, MatrixBase) else (expr, split_coefficient(expr)[0])
    if (undefined is not None and undefined(expr)) or any(
        entry in _NO_VALUE or isinstance(entry, AccumBounds) for entry in entries
    ):
        raise UndefinedError(
            f'"{text(written)}" has no value: it is infinite, or no number, or the inverse, the '
            "logarithm or the log-determinant of something that is zero whatever the variable is"
        )


def not_real(what: str, error: Exception) -> UndefinedError:
    """An error of ours for one of SymPy's where it compares what is not real."""
    return UndefinedError(
        f'{what} has no value, because it compares what is not real: SymPy says "{error}"'
    )


def _carried_out(written: Expr, parts: tuple[Expr, ...]) -> Expr:
    """The same operation on other parts, where they can be compared if that is needed."""
    try:
        return with_children(written, parts)
    except DerivlibError:
        raise
    except (TypeError, ValueError) as error:
        if any(part.is_real is False for part in parts):
            raise not_real(f'"{text(written)}"', error) from error
        raise


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
        new = _carried_out(current, tuple(rebuilt[id(part)] for part in below))
        if isinstance(new, MatrixBase) and new.atoms(MatrixSymbol):
            new = ImmutableDenseMatrix(*new.shape, list(map(checked_normal_form, new)))
        objects(current)
        new = objects(new)
        _refuse_undefined(new, current)
        hash(new)  # bottom up, so that no later hash has to descend
        rebuilt[id(current)] = new
    return rebuilt[id(expr)]
