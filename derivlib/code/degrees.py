"""The power of a scale in the results of operations on arrays, and what the scale depends on.

The scales c are numbers, one for each row (or column) of an exponential. An array is of degree k
if each of its entries is multiplied by the k-th power of the c whose number is an *index* of the
entry. Where an array is zero but in some places, as a Kronecker product with an identity matrix
is, several indices are equal in those places, and any of them says which c it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sympy import Expr, S, cancel, fraction

from derivlib.code.ir import Operation

Index = tuple[int, Expr, Expr]
"""An axis, a stride and a size: of the place i along the axis, (i // stride) % size."""

_Pair = tuple[Index, Index]
_Shape = tuple[Expr, ...]


class NoDegreeError(Exception):
    """A result is not multiplied by a power of the scale."""


@dataclass(frozen=True)
class Degree:
    """How an array is scaled.

    :param power: the power of the scale.
    :param along: the index that says which scale; None where all are the same, or none.
    :param same: indices that are equal wherever the array is not zero.
    """

    power: int = 0
    along: Index | None = None
    same: tuple[_Pair, ...] = ()

    def on(self, axes: Callable[[Index], Index]) -> Degree:
        """The degree where the indices are others."""
        along = None if self.along is None else axes(self.along)
        return Degree(self.power, along, tuple((axes(a), axes(b)) for a, b in self.same))

    def within(self, kept: Sequence[int]) -> Degree:
        """The degree of a sum over the axes that are not kept."""
        along = self.along
        if along is not None and along[0] not in kept:
            found = [index for index in _equal(along, self.same) if index[0] in kept]
            if not found:
                raise NoDegreeError
            along = found[0]
        indices = {index for pair in self.same for index in pair}
        pairs = ((a, b) for a in indices if a[0] in kept for b in _equal(a, self.same))
        return Degree(self.power, along, tuple((a, b) for a, b in pairs if b[0] in kept and a != b))


def _whole(expr: Expr) -> Expr | None:
    """A quotient of sizes, if it is a whole number whatever they are."""
    above, below = fraction(cancel(expr))
    return above if below == 1 else None


def _equal(index: Index, same: Sequence[_Pair]) -> list[Index]:
    """The indices that are equal to one, by pairs of equal ones of which it may be a part."""
    found = [index]
    for axis, stride, size in found:
        for left, right in (*same, *((b, a) for a, b in same)):
            if left[0] != axis or (finer := _whole(stride / left[1])) is None:
                continue
            if _whole(left[2] / (finer * size)) is not None:
                other = (right[0], right[1] * finer, size)
                if other not in found:
                    found.append(other)
    return found


def _product(left: Degree, right: Degree, *, sign: int = 1) -> Degree:
    """The degree of products of entries, whose indices are on the same axes."""
    same = (*left.same, *right.same)
    if left.power and right.power:
        if left.along is None or right.along is None:
            if left.along != right.along:
                raise NoDegreeError
        elif right.along not in _equal(left.along, same):
            raise NoDegreeError
    power = left.power + sign * right.power
    along = left.along if left.power else right.along
    return Degree(power, along if power else None, same)


def _sum(left: Degree, right: Degree) -> Degree:
    if left.power != right.power:
        raise NoDegreeError
    same = tuple((a, b) for a, b in left.same if b in _equal(a, right.same))
    if not left.power or left.along is right.along is None:
        return Degree(left.power, None, same)
    if left.along is None or right.along is None:
        raise NoDegreeError
    common = [i for i in _equal(left.along, left.same) if i in _equal(right.along, right.same)]
    if not common:
        raise NoDegreeError
    return Degree(left.power, common[0], same)


def _aligned(degree: Degree, shape: _Shape, result: _Shape) -> Degree:
    """The degree of an operand on the axes of what it broadcasts to."""
    return degree.on(lambda i: (i[0] + len(result) - len(shape), *i[1:]))


def degree(
    operation: Operation, of: Sequence[Degree], shapes: Sequence[_Shape], values: Sequence[Any]
) -> Degree:
    """The degree of a result.

    :param of: the degrees of the arguments.
    :param shapes: their shapes.
    :param values: what they depend on: the numbers that some of them are.
    :raises NoDegreeError: if it has none.
    """
    kind = operation.kind
    if kind in _OWN:
        return _OWN[kind](operation, of, shapes, values)
    if all(not each.power for each in of):
        return Degree()
    if kind in _MULTILINEAR and all(each.along is None for each in of):
        return Degree(sum(each.power for each in of))
    raise NoDegreeError


_MULTILINEAR = (
    "stack", "stack_blocks", "stack_spread", "trace", "fill", "entry", "sum",
)  # fmt: skip
"""What is linear in each argument, beside those whose indices are followed."""

_Rule = Callable[[Operation, Sequence[Degree], Sequence[_Shape], Sequence[Any]], Degree]


def _diagonal(size: Expr) -> _Pair:
    return (0, S.One, size), (1, S.One, size)


def _entrywise(combine: Callable[[Degree, Degree], Degree]) -> _Rule:
    return lambda o, of, shapes, _: combine(
        *(_aligned(each, shape, o.shape) for each, shape in zip(of, shapes, strict=True))
    )


def _matmul(_: Operation, of: Sequence[Degree], shapes: Sequence[_Shape], __: Any) -> Degree:
    """The sum over the middle one of three axes."""
    (left, right), (first, second) = of, shapes
    product = _product(
        left.on(lambda i: (i[0] + 2 - len(first), *i[1:])), right.on(lambda i: (i[0] + 1, *i[1:]))
    )
    kept = [*([0] if len(first) == 2 else []), *([2] if len(second) == 2 else [])]
    return product.within(kept).on(lambda i: (kept.index(i[0]), *i[1:]))


def _outer(_: Operation, of: Sequence[Degree], __: Any, ___: Any) -> Degree:
    left, right = of
    return _product(left, right.on(lambda i: (1, *i[1:])))


def _kron(_: Operation, of: Sequence[Degree], shapes: Sequence[_Shape], __: Any) -> Degree:
    left, right = of
    return _product(left.on(lambda i: (i[0], i[1] * shapes[1][i[0]], i[2])), right)


def _blocks(o: Operation, of: Sequence[Degree], shapes: Sequence[_Shape], _: Any) -> Degree:
    rows, cols = shapes[0]
    return replace(of[0], same=(*of[0].same, ((0, rows, o.extra), (1, cols, o.extra))))


def _spread(o: Operation, of: Sequence[Degree], _: Any, __: Any) -> Degree:
    spread = of[0].on(lambda i: (i[0], i[1] * o.extra, i[2]))
    return replace(spread, same=(*spread.same, _diagonal(o.extra)))


def _diagonal_matrix(o: Operation, of: Sequence[Degree], _: Any, __: Any) -> Degree:
    return replace(of[0], same=(*of[0].same, _diagonal(o.shape[0])))


def _add_diagonal(o: Operation, of: Sequence[Degree], shapes: Any, values: Any) -> Degree:
    return _sum(of[0], _diagonal_matrix(o, of[1:], shapes, values))


def _vec(_: Operation, of: Sequence[Degree], shapes: Sequence[_Shape], __: Any) -> Degree:
    rows = shapes[0][0]
    return of[0].on(lambda i: (0, i[1] * rows if i[0] else i[1], i[2]))


def _parts(stride: Expr, size: Expr, inner: Expr) -> tuple[int, Expr]:
    """Whether an index is one of i // inner (1) or of i % inner (0), and its stride there."""
    if _whole(inner / (stride * size)) is not None:
        return 0, stride
    if (outer := _whole(stride / inner)) is not None:
        return 1, outer
    raise NoDegreeError


def _unvec(o: Operation, of: Sequence[Degree], _: Any, __: Any) -> Degree:
    def axes(i: Index) -> Index:
        return (*_parts(i[1], i[2], o.shape[0]), i[2])

    return replace(of[0], same=()).on(axes)


def _permuted(axis: int) -> _Rule:
    """Lines taken in the order of a commutation matrix: j m + i after i n + j."""

    def found(o: Operation, of: Sequence[Degree], _: Any, __: Any) -> Degree:
        m, n = o.extra if axis == 0 else o.extra[::-1]

        def axes(i: Index) -> Index:
            if i[0] != axis:
                return i
            outer, stride = _parts(i[1], i[2], m)
            return (axis, stride if outer else stride * n, i[2])

        return replace(of[0], same=()).on(axes)

    return found


def _sum_axis(o: Operation, of: Sequence[Degree], _: Any, __: Any) -> Degree:
    return of[0].within([1 - o.extra]).on(lambda i: (0, *i[1:]))


def _power(_: Operation, of: Sequence[Degree], __: Any, values: Sequence[Any]) -> Degree:
    base, exponent = of
    whole = getattr(values[1], "is_Integer", False)
    if (base.power and not whole) or exponent.power:
        raise NoDegreeError
    return replace(base, power=base.power * int(values[1])) if base.power else Degree()


def _reshaped(o: Operation, of: Sequence[Degree], _: Any, __: Any) -> Degree:
    """A vector as a matrix of one row or column, or back."""
    axis = 1 if len(o.shape) == 2 and o.shape[0] is S.One else 0
    return of[0].on(lambda i: (axis, *i[1:]))


def _basis(o: Operation, _: Any, __: Any, ___: Any) -> Degree:
    structure, n = o.extra
    if structure != "diagonal":
        return Degree()
    on_columns = (1, S.One, n)
    return Degree(same=(((0, S.One, n), on_columns), ((0, n, n), on_columns)))


def _same(_: Operation, of: Sequence[Degree], __: Any, ___: Any) -> Degree:
    return of[0]


def _turned(_: Operation, of: Sequence[Degree], __: Any, ___: Any) -> Degree:
    return of[0].on(lambda i: (1 - i[0], *i[1:]))


_OWN: dict[str, _Rule] = {
    "add": _entrywise(_sum),
    "subtract": _entrywise(_sum),
    "multiply": _entrywise(_product),
    "divide": _entrywise(lambda a, b: _product(a, replace(b, same=()), sign=-1)),
    "matmul": _matmul,
    "dot": _matmul,
    "outer": _outer,
    "kron": _kron,
    "blocks": _blocks,
    "spread": _spread,
    "diagonal_matrix": _diagonal_matrix,
    "eye": lambda o, *_: Degree(same=(_diagonal(o.shape[0]),)),
    "basis": _basis,
    "add_diagonal": _add_diagonal,
    "vec": _vec,
    "unvec": _unvec,
    "permute_rows": _permuted(0),
    "permute_cols": _permuted(1),
    "sum_axis": _sum_axis,
    "power": _power,
    "as_matrix": _reshaped,
    "rows": lambda o, of, *_: of[0].on(lambda i: (1, *i[1:])),
    "cols": _same,
    "flat": _same,
    "column": _same,
    "negate": _same,
    "tril": _same,
    "triu": _same,
    "transpose": _turned,
    "diagonal": lambda o, of, *_: replace(of[0].on(lambda i: (0, *i[1:])), same=()),
}
"""How the kinds of operations scale."""
