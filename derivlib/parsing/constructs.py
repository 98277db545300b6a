"""Operations that are written by signs and brackets: norms, blocks, slices, ∂λ(S)/∂S."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sympy as sp
from sympy import Expr, Lambda, S, Symbol

from derivlib.errors import InputError, ShapeError
from derivlib.expressions.construction import blocks, identity, is_one, mul
from derivlib.expressions.text import text
from derivlib.expressions.traversal import checked_normal_form
from derivlib.nodes import builders
from derivlib.nodes.adjugate import AdjugateJacobian
from derivlib.nodes.convolution import convolution_matrix, convolved_length
from derivlib.nodes.elementwise import elementwise
from derivlib.nodes.matrix_slice import sliced
from derivlib.nodes.partials import MatrixPartial, partial
from derivlib.nodes.piecewise import piecewise
from derivlib.nodes.prime import primed
from derivlib.parsing import operations
from derivlib.parsing.kinds import ShapeRule
from derivlib.parsing.operations import Build, Operation
from derivlib.parsing.sizes import SCALAR, MisfitError, Shape, Sizes, Unknown, unknown

_z = Symbol("z")


def _clearly(operation: Operation, told: str) -> Build:
    """Build what is entry by entry in NumPy, unless it is a product of matrices elsewhere."""

    def build(parts: Sequence[Expr], shape: Shape) -> Expr:
        if all(part.is_Matrix and S.One not in part.shape for part in parts):
            raise InputError(told)
        return operation.build(parts, shape)

    return build


def _numpy_power(parts: Sequence[Expr], shape: Shape) -> Expr:
    base, _ = parts
    if base.is_Matrix and S.One not in base.shape:
        raise InputError(
            "** is entry by entry in NumPy and the power of a matrix elsewhere; write .^ for the "
            "one, and @ for a product"
        )
    return operations.BINARY[".^"].build(parts, shape)


def _matmul_shape(sizes: Sizes, shapes: Sequence[Shape]) -> Shape:
    """NumPy's @, where a vector on the left is a row."""
    left, right = (sizes.shape(shape) for shape in shapes)
    if SCALAR in (left, right):
        raise MisfitError
    if left[1] is S.One and right[0] is not S.One:
        left = left[1], left[0]
    return operations.BINARY["*"].shape(sizes, [left, right])


def _matmul(parts: Sequence[Expr], shape: Shape) -> Expr:
    left, right = parts
    if is_one(left.shape[1]) and not is_one(right.shape[0]):
        left = operations.TRANSPOSE.build([left], shape)
    return operations.BINARY["*"].build([left, right], shape)


def _unclear_product(sizes: Sizes, shapes: Sequence[Shape]) -> Shape:
    """Entry by entry, or the product of matrices, where only one of them fits."""
    kinds = {tuple(size is S.One for size in sizes.shape(shape)) for shape in shapes}
    are_alike = len(kinds - {(True, True)}) < 2
    return operations.BINARY[".*" if are_alike else "*"].shape(sizes, shapes)


def _clear_product(parts: Sequence[Expr], shape: Shape) -> Expr:
    matrices = [part for part in parts if part.is_Matrix]
    if len(matrices) == 2 and shape != SCALAR and S.One not in shape:
        raise InputError(
            "within [ ], write .* for entry by entry and @ for the product of matrices"
        )
    kinds = {tuple(map(is_one, part.shape)) for part in matrices}
    return operations.BINARY[".*" if len(kinds) < 2 else "*"].build(parts, shape)


MARKED = {
    "@": Operation(
        _matmul_shape,
        _matmul,
        advice="the columns of the first factor are the rows of the second",
    ),
    "numpy *": Operation(
        operations.BINARY[".*"].shape,
        _clearly(
            operations.BINARY[".*"],
            "* between arrays is entry by entry in NumPy, where @ is the product, and the product "
            "of matrices elsewhere; write .* for the one and @ for the other",
        ),
        broadcasts=True,
        by_entries=True,
        advice="* is entry by entry in NumPy; write @ for a product",
    ),
    "numpy **": Operation(operations.BINARY[".^"].shape, _numpy_power, by_entries=True),
    "[*]": Operation(_unclear_product, _clear_product, by_entries=True),
}


def _of_vector(operation: Operation, told: str) -> Operation:
    """A norm with an index, which means something else of a matrix."""

    def build(parts: Sequence[Expr], shape: Shape) -> Expr:
        (vector,) = parts
        if vector.is_Matrix and S.One not in vector.shape:
            raise InputError(told)
        return operation.build(parts, shape)

    return Operation(operations.to_number, build, of_matrix=True)


def _inverse_shape(sizes: Sizes, shapes: Sequence[Shape]) -> Shape:
    return operations.BINARY["^"].shape(sizes, [shapes[0], SCALAR])


INVERSE_OR_RECIPROCAL = Operation(
    _inverse_shape, operations.INVERSE.build, advice="for 1 divided by each entry write x.^(-1)"
)


def _absolute(parts: Sequence[Expr], shape: Shape) -> Expr:
    (value,) = parts
    if value.is_Matrix:
        raise InputError(
            "| | holds a number; write det(A) for a determinant, norm(x) for a length, abs(x) for "
            "the entries"
        )
    return sp.Abs(value)


BARS = Operation(operations.to_number, _absolute)
OF_VECTOR = {
    "2": _of_vector(
        operations.NORM,
        "of a matrix, ‖A‖_2 is the largest singular value to some; write norm(A) for the root of "
        "the sum of squares, specnorm(A) for the largest singular value",
    ),
    "1": _of_vector(
        operations.NORM1,
        "of a matrix, ‖A‖_1 is the largest sum of a column to some; write norm1(A) for the sum of "
        "all absolute values",
    ),
}


def unvec(shape: Shape) -> Operation:
    """unvec[n×m](x), whose shape is written with it."""

    def rule(sizes: Sizes, shapes: Sequence[Shape]) -> Shape:
        sizes.alike(shapes[0], (shape[0] * shape[1], S.One))
        return shape

    return Operation(rule, lambda parts, _: builders.unvec(parts[0], shape))


def convolution(width: Expr, mode: str) -> Operation:
    """convolution_matrix(a, n), whose width is written with it, and which places are kept."""

    def rule(sizes: Sizes, shapes: Sequence[Shape]) -> Shape:
        rows, cols = sizes.shape(shapes[0])
        sizes.same(cols, S.One)
        try:
            return convolved_length(rows, width, mode), width
        except ShapeError as error:
            if not rows.atoms(Unknown):
                raise MisfitError from error
            return unknown(), width  # what the length is may be seen elsewhere

    return Operation(
        rule, lambda parts, _: convolution_matrix(parts[0], width, mode), of_matrix=True
    )


def _shape_of_jacobian(sizes: Sizes, shapes: Sequence[Shape]) -> Shape:
    size = sizes.same(*shapes[0])
    return size**2, size**2


ADJUGATE_JACOBIAN = Operation(
    _shape_of_jacobian, lambda parts, _: AdjugateJacobian(parts[0]), of_matrix=True
)


def step(at_zero: Expr) -> Operation:
    """[x > 0] and [x ≥ 0], by what they are at 0."""
    function = Lambda(_z, sp.Heaviside(_z, at_zero))

    def build(parts: Sequence[Expr], _: Shape) -> Expr:
        (argument,) = parts
        if argument.is_Matrix:
            return elementwise(function, argument)
        return sp.Heaviside(argument, at_zero, evaluate=argument.is_number)

    return Operation(operations.same_shape, build)


_RELATIONS: dict[str, Any] = {
    "<": sp.Lt, "<=": sp.Le, "≤": sp.Le, ">": sp.Gt, ">=": sp.Ge, "≥": sp.Ge, "==": sp.Eq,
    "!=": sp.Ne, "≠": sp.Ne,
}  # fmt: skip
CONNECTIVES: dict[str, Any] = {"logical_and": sp.And, "logical_or": sp.Or, "logical_not": sp.Not}
"""What conditions are joined by, by NumPy's names."""


def _compared(relation: Any, left: Expr, right: Expr) -> Any:
    sides = (side if side.is_commutative else checked_normal_form(side) for side in (left, right))
    try:
        return relation(*sides)
    except TypeError:
        raise InputError(
            f"{text(left)} and {text(right)} are not both real numbers, and others are not compared"
        ) from None


@dataclass(frozen=True)
class Comparison:
    """What is compared by which signs: 0 < x < 1 has two."""

    signs: tuple[str, ...]

    def holds(self, sides: Iterator[Expr]) -> Any:
        """The condition, of as many sides as it takes from those that are left."""
        left, found = next(sides), []
        for sign in self.signs:
            right = next(sides)
            found.append(_compared(_RELATIONS[sign], left, right))
            left = right
        return sp.And(*found)


@dataclass(frozen=True)
class Joined:
    """Conditions that are joined by "and" or by "or", or one that is denied."""

    by: str
    conditions: tuple[Comparison | Joined, ...]

    def holds(self, sides: Iterator[Expr]) -> Any:
        """The condition, of as many sides as it takes from those that are left."""
        return CONNECTIVES[self.by](*[each.holds(sides) for each in self.conditions])


def choice(conditions: Sequence[Comparison | Joined], *, is_total: bool) -> Operation:
    """where(x > 0, x, 0), of scalars or of the entries of one matrix.

    :param conditions: in the order in which they are asked. The parts are what each compares, then
        the value where it holds, and the last the value elsewhere.
    :param is_total: whether there is a value where no condition holds.
    """

    def of_scalars(parts: Sequence[Expr]) -> Expr:
        values = iter(parts)
        pieces = [(condition.holds(values), next(values)) for condition in conditions]
        last = [(next(values), True)] if is_total else []
        return piecewise(*((value, holds) for holds, value in pieces), *last)

    def build(parts: Sequence[Expr], _: Shape) -> Expr:
        matrices = {part for part in parts if part.is_Matrix}
        if not matrices:
            return of_scalars(parts)
        if len(matrices) > 1:
            raise InputError(
                "where(…) chooses between functions of the entries of one matrix; of several, "
                "write [A > B].*A + [A <= B].*B"
            )
        (matrix,) = matrices
        return elementwise(
            Lambda(_z, of_scalars([_z if part.is_Matrix else part for part in parts])), matrix
        )

    return Operation(operations.alike_or_scalar, build, by_entries=True)


def within(signs: tuple[str, ...]) -> Operation:
    """[0 < x < 1], which is 1 where that holds and 0 elsewhere."""
    inside = choice([Comparison(signs)], is_total=True)
    return replace(inside, build=lambda parts, shape: inside.build([*parts, S.One, S.Zero], shape))


def entry_at(at: Sequence[Expr]) -> Operation:
    """x[0] of a vector, X[0, 1] of a matrix."""

    def shape(sizes: Sizes, shapes: Sequence[Shape]) -> Shape:
        rows, cols = sizes.shape(shapes[0])
        if len(at) == 1 and (rows is not S.One) + (cols is not S.One) != 1:
            raise MisfitError
        return SCALAR

    def build(parts: Sequence[Expr], _: Shape) -> Expr:
        (matrix,) = parts
        if not matrix.is_Matrix and set(at) == {S.Zero}:
            return matrix
        if len(at) == 2:
            return builders.entry(matrix, *at)
        position = (at[0], S.Zero) if is_one(matrix.shape[1]) else (S.Zero, at[0])
        return builders.entry(matrix, *position)

    return Operation(shape, build, of_matrix=True, advice="an entry is x[0] or X[0, 1]")


def slice_of(ranges: Sequence[tuple[Any, Any]]) -> Operation:
    """X[0:2, :], and x[0:2] of a vector."""

    def both(sizes: Sequence[Any]) -> list[tuple[Expr, Expr]]:
        along = list(ranges)
        if len(along) == 1:
            along.insert(0 if sizes[0] is S.One else 1, (S.Zero, S.One))
        return [
            (S.Zero if start is None else start, size if stop is None else stop)
            for (start, stop), size in zip(along, sizes, strict=True)
        ]

    def shape(sizes: Sizes, shapes: Sequence[Shape]) -> Shape:
        whole = sizes.shape(shapes[0])
        if len(ranges) > 2 or (len(ranges) == 1 and S.One not in whole):
            raise MisfitError
        rows, cols = (stop - start for start, stop in both(whole))
        return rows, cols

    def build(parts: Sequence[Expr], _: Shape) -> Expr:
        (matrix,) = parts
        rows, cols = both([sp.sympify(size) for size in matrix.shape])
        return sliced(matrix, (*rows, S.One), (*cols, S.One))

    return Operation(shape, build, of_matrix=True, advice="a slice is x[0:2] or X[0:2, :]")


def blocks_of(height: int, width: int) -> Operation:
    """[A, B; C, D], of blocks or of numbers."""

    def rule(sizes: Sizes, shapes: Sequence[Shape]) -> Shape:
        rows = [shapes[k * width : (k + 1) * width] for k in range(height)]
        for row in rows:
            for shape in row[1:]:
                sizes.same(row[0][0], shape[0])
        for col in zip(*rows, strict=True):
            for shape in col[1:]:
                sizes.same(col[0][1], shape[1])
        total_rows = sp.Add(*(sizes.value(row[0][0]) for row in rows))
        return total_rows, sp.Add(*(sizes.value(shape[1]) for shape in rows[0]))

    def build(parts: Sequence[Expr], shape: Shape) -> Expr:
        rows = [list(parts[k * width : (k + 1) * width]) for k in range(height)]
        if not any(part.is_Matrix for part in parts):
            return sp.ImmutableMatrix(rows)
        return blocks(
            [[p if p.is_Matrix else mul(p, identity(S.One)) for p in row] for row in rows]
        )

    return Operation(
        rule, build, advice="blocks of a row are of one height, of a column of one width"
    )


def entries_of(function: Any, order: int) -> Build:
    """An undefined function of each entry, or a derivative of it: σ'(N)."""

    def build(parts: Sequence[Expr], _: Shape) -> Expr:
        (argument,) = parts
        if not argument.is_Matrix:
            return primed(function, order, argument)
        if order == 0:
            return elementwise(function, argument)
        return elementwise(Lambda(_z, primed(function, order, _z)), argument)

    return build


def value_of(function: Any, order: int) -> Build:
    """An undefined function whose value is a scalar: λ(S)."""

    def build(parts: Sequence[Expr], _: Shape) -> Expr:
        return primed(function, order, parts[0]) if order else function(*parts)

    return build


def partial_shape(at: Sequence[tuple[int, bool]]) -> ShapeRule:
    """The shape of ∂λ(S)/∂S, ∂vec(ν(X))/∂vec(X)ᵀ and of derivatives of these.

    :param at: the positions of the arguments by which it is differentiated, the innermost first,
        and whether what is differentiated then is stacked.
    """

    def rule(sizes: Sizes, shapes: Sequence[Shape]) -> Shape:
        found: Shape = shapes[0]
        for position, stacked in at:
            wrt = shapes[position + 1]
            if operations.is_scalar(sizes, wrt) and not stacked:
                continue
            if operations.is_scalar(sizes, found) and not stacked:
                found = wrt
            else:
                found = found[0] * found[1], wrt[0] * wrt[1]
        return found

    return rule


def partial_of(at: Sequence[tuple[int, bool]]) -> Build:
    """The derivative of an abstract function by its arguments at some positions."""

    def build(parts: Sequence[Expr], _: Shape) -> Expr:
        found = parts[0].args[0] if isinstance(parts[0], sp.Trace) else parts[0]  # of one entry
        for step in at:
            found = partial(found, step[0])
        is_stacked = at[-1][1]
        return builders.vec(found) if is_stacked and isinstance(found, MatrixPartial) else found

    return build
