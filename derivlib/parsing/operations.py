"""What can be typed: each function and each sign with the shapes it takes and what it makes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from itertools import pairwise
from typing import Any

import sympy as sp
from sympy import Basic, Expr, Lambda, S, Symbol

from derivlib.errors import InputError
from derivlib.expressions.construction import (
    add,
    hadamard,
    hadamard_power,
    identity,
    inverse,
    is_one,
    kronecker,
    mul,
    ones,
    power,
    transpose,
    zeros,
)
from derivlib.expressions.traversal import applied
from derivlib.nodes import builders
from derivlib.nodes.absolute import absolute
from derivlib.nodes.adjugate import adjugate_of
from derivlib.nodes.amax import amax, amin
from derivlib.nodes.cholesky import cholesky_of
from derivlib.nodes.clip import Clip, clip
from derivlib.nodes.convolution import circulant
from derivlib.nodes.cross import cross, skew
from derivlib.nodes.differentials import d
from derivlib.nodes.divided_differences import DividedDifferences
from derivlib.nodes.eigvalsh import (
    EigvecMax,
    EigvecMin,
    Eigvecs,
    eigvalsh_of,
    largest_of,
    smallest_of,
)
from derivlib.nodes.elementwise import elementwise, of_scalar_or_entries
from derivlib.nodes.elu import Elu, elu
from derivlib.nodes.hardmax import hardmax
from derivlib.nodes.hinge import hinge
from derivlib.nodes.huber import huber
from derivlib.nodes.khatri_rao import khatri_rao
from derivlib.nodes.leaky_relu import leaky_relu
from derivlib.nodes.logabsdet import logabsdet
from derivlib.nodes.logdet import logdet
from derivlib.nodes.logsumexp import logsumexp
from derivlib.nodes.matrix_functions import (
    expm_frechet,
    expm_jacobian,
    expm_of,
    logm_frechet,
    logm_of,
    sqrtm_of,
)
from derivlib.nodes.maximum import maximum, minimum
from derivlib.nodes.norm import norm
from derivlib.nodes.pinv import pinv_of, projector_of
from derivlib.nodes.relu import Relu, relu
from derivlib.nodes.share import Share
from derivlib.nodes.sigmoid import Sigmoid
from derivlib.nodes.singular_values import nuclear_norm, polar_of, spectral_norm
from derivlib.nodes.softmax import softmax
from derivlib.nodes.squared_distances import squared_distances
from derivlib.nodes.sum_entries import mean
from derivlib.nodes.sylvester import lyapunov_of, sylvester_of
from derivlib.nodes.trace import scalar
from derivlib.nodes.triangles import tril, triu
from derivlib.parsing.kinds import ShapeRule
from derivlib.parsing.sizes import SCALAR, MisfitError, Shape, Sizes, unknown

Build = Callable[[Sequence[Any], Shape], Expr]
"""The expression of an operation, from those of its parts and its shape."""

_z = Symbol("z")


@dataclass(frozen=True)
class Operation:
    """What can be done with parts of a text.

    :param shape: the shape it gives, by the shapes of its parts.
    :param build: the expression it makes.
    :param of_matrix: whether it says nothing of a scalar, as a transpose or a trace does.
    :param broadcasts: whether it repeats a scalar beside a matrix.
    :param divides: whether it takes a scalar that is meant to be one beside a matrix.
    :param by_entries: whether each entry of the value is made of the entries at its place.
    :param advice: what to write instead where the parts do not fit.
    """

    shape: ShapeRule
    build: Build
    of_matrix: bool = False
    broadcasts: bool = False
    divides: bool = False
    by_entries: bool = False
    advice: str = ""


# --- shapes -----------------------------------------------------------------------------


def is_scalar(sizes: Sizes, shape: Shape) -> bool:
    """Return whether a shape is 1×1."""
    return sizes.shape(shape) == SCALAR


def _product(sizes: Sizes, shapes: Sequence[Shape]) -> Shape:
    left, right = shapes
    if is_scalar(sizes, left):
        return right
    if is_scalar(sizes, right):
        return left
    sizes.same(left[1], right[0])
    return left[0], right[1]


def alike_or_scalar(sizes: Sizes, shapes: Sequence[Shape]) -> Shape:
    """The one shape of all parts but scalars."""
    shaped = [shape for shape in shapes if not is_scalar(sizes, shape)]
    for one, other in pairwise(shaped):
        sizes.alike(one, other)
    return shaped[0] if shaped else SCALAR


def _divided(sizes: Sizes, shapes: Sequence[Shape]) -> Shape:
    above, below = shapes
    if not is_scalar(sizes, below):
        raise MisfitError
    return above


def _solved(sizes: Sizes, shapes: Sequence[Shape]) -> Shape:
    matrix, right = shapes
    return _product(sizes, [_square(sizes, [matrix]), right])


def same_shape(sizes: Sizes, shapes: Sequence[Shape]) -> Shape:
    """The shape of the only part."""
    (shape,) = shapes
    return shape


def _turned(sizes: Sizes, shapes: Sequence[Shape]) -> Shape:
    ((rows, cols),) = shapes
    return cols, rows


def _square(sizes: Sizes, shapes: Sequence[Shape]) -> Shape:
    ((rows, cols),) = shapes
    size = sizes.same(rows, cols)
    return size, size


def _number_of_square(sizes: Sizes, shapes: Sequence[Shape]) -> Shape:
    _square(sizes, shapes)
    return SCALAR


def _column_of_square(sizes: Sizes, shapes: Sequence[Shape]) -> Shape:
    return _square(sizes, shapes)[0], S.One


def to_number(sizes: Sizes, shapes: Sequence[Shape]) -> Shape:
    """A number, whatever the parts are."""
    return SCALAR


def _powered(sizes: Sizes, shapes: Sequence[Shape]) -> Shape:
    base, exponent = shapes
    if not is_scalar(sizes, exponent):
        raise MisfitError
    return base if is_scalar(sizes, base) else _square(sizes, [base])


def _powered_by_entries(sizes: Sizes, shapes: Sequence[Shape]) -> Shape:
    base, exponent = shapes
    if is_scalar(sizes, exponent):
        return base
    if is_scalar(sizes, base):
        return exponent
    raise MisfitError


def _stacked(sizes: Sizes, shapes: Sequence[Shape]) -> Shape:
    ((rows, cols),) = shapes
    return rows * cols, S.One


def _on_stacked(sizes: Sizes, shapes: Sequence[Shape]) -> Shape:
    rows, _ = _square(sizes, shapes)
    return rows * rows, rows * rows


def _laid_out(sizes: Sizes, shapes: Sequence[Shape]) -> Shape:
    """The shape of unvec(x), of which only the number of entries is known."""
    rows, cols = unknown(), unknown()
    _of_column(sizes, shapes)
    sizes.same(shapes[0][0], rows * cols)
    return rows, cols


def _diagonal(sizes: Sizes, shapes: Sequence[Shape]) -> Shape:
    (shape,) = shapes
    if shape[1] is S.One:
        return shape[0], shape[0]
    if shape[0] is S.One:
        return shape[1], shape[1]
    return _square(sizes, shapes)[0], S.One


def _of_column(sizes: Sizes, shapes: Sequence[Shape]) -> Shape:
    ((rows, cols),) = shapes
    if cols is not S.One:
        raise MisfitError
    return rows, cols


def _of_rows(sizes: Sizes, shapes: Sequence[Shape]) -> Shape:
    return shapes[0][0], S.One


def _of_columns(sizes: Sizes, shapes: Sequence[Shape]) -> Shape:
    return S.One, shapes[0][1]


def _inner(sizes: Sizes, shapes: Sequence[Shape]) -> Shape:
    sizes.alike(*shapes)
    return SCALAR


def _outer(sizes: Sizes, shapes: Sequence[Shape]) -> Shape:
    left, right = shapes
    _of_column(sizes, [left])
    _of_column(sizes, [right])
    return left[0], right[0]


def _kronecker_shape(sizes: Sizes, shapes: Sequence[Shape]) -> Shape:
    (r, c), (s, d) = shapes
    return r * s, c * d


def _square_and_number(sizes: Sizes, shapes: Sequence[Shape]) -> Shape:
    """The shape of a triangle up to a diagonal that is told by a number."""
    matrix, offset = shapes
    if not is_scalar(sizes, offset):
        raise MisfitError
    return _square(sizes, [matrix])


def _of_points(sizes: Sizes, shapes: Sequence[Shape]) -> Shape:
    ((rows, _),) = shapes
    return rows, rows


def _between_points(sizes: Sizes, shapes: Sequence[Shape]) -> Shape:
    (rows, cols), (others, width) = shapes
    sizes.same(cols, width)
    return rows, others


def _khatri_rao_shape(sizes: Sizes, shapes: Sequence[Shape]) -> Shape:
    (rows, cols), (others, width) = shapes
    return rows * others, sizes.same(cols, width)


def _from_column(sizes: Sizes, shapes: Sequence[Shape]) -> Shape:
    rows, _ = _of_column(sizes, shapes)
    return rows, rows


def _between_entries(sizes: Sizes, shapes: Sequence[Shape]) -> Shape:
    rows, _ = _of_column(sizes, [alike_or_scalar(sizes, shapes)])
    return rows, rows


def _between_squares(sizes: Sizes, shapes: Sequence[Shape]) -> Shape:
    """The shape of C in A X + X B = C."""
    *squares, (rows, cols) = shapes
    for shape, size in zip(squares, (rows, cols), strict=True):
        sizes.same(_square(sizes, [shape])[0], size)
    return rows, cols


def _of_one_square_shape(sizes: Sizes, shapes: Sequence[Shape]) -> Shape:
    return _between_squares(sizes, (shapes[0], shapes[0], shapes[-1]))


def _of_three(sizes: Sizes, shapes: Sequence[Shape]) -> Shape:
    for rows, cols in shapes:
        sizes.same(rows, S(3))
        _of_column(sizes, [(rows, cols)])
    return S(3), S.One


# --- what is built ----------------------------------------------------------------------


def _as_matrix(expr: Expr, shape: Shape) -> Expr:
    """A scalar beside a matrix, repeated at each of its entries."""
    return expr if expr.is_Matrix else mul(expr, ones(*shape))


def _sum(parts: Sequence[Expr], shape: Shape) -> Expr:
    if shape == SCALAR:
        return sp.Add(*parts)
    return add(*(_as_matrix(part, shape) for part in parts))


def _difference(parts: Sequence[Expr], shape: Shape) -> Expr:
    left, right = parts
    return _sum([left, mul(S.NegativeOne, right)], shape)


def _multiplied(parts: Sequence[Expr], shape: Shape) -> Expr:
    return mul(*parts)


def _by_entries(parts: Sequence[Expr], shape: Shape) -> Expr:
    return hadamard(*parts) if any(part.is_Matrix for part in parts) else mul(*parts)


def _quotient(parts: Sequence[Expr], shape: Shape) -> Expr:
    above, below = parts
    return mul(above, sp.Pow(below, -1))


def _quotient_by_entries(parts: Sequence[Expr], shape: Shape) -> Expr:
    above, below = parts
    if not below.is_Matrix:
        return _quotient(parts, shape)
    return _by_entries([above, elementwise(Lambda(_z, 1 / _z), below)], shape)


def _power(parts: Sequence[Expr], shape: Shape) -> Expr:
    base, exponent = parts
    return power(base, exponent) if base.is_Matrix else sp.Pow(base, exponent)


def _power_by_entries(parts: Sequence[Expr], shape: Shape) -> Expr:
    base, exponent = parts
    if exponent.is_Matrix:
        return elementwise(Lambda(_z, sp.Pow(base, _z)), exponent)
    return hadamard_power(base, exponent) if base.is_Matrix else sp.Pow(base, exponent)


def _entrywise(function: Any) -> Operation:
    """A function of one scalar, at each entry of what it is given."""

    def build(parts: Sequence[Expr], shape: Shape) -> Expr:
        (argument,) = parts
        if argument.is_Matrix:
            return elementwise(function, argument)
        return function(argument)

    return Operation(same_shape, build, by_entries=True)


def with_parameters(function: Callable[..., Expr]) -> Operation:
    """A function of each entry and of numbers, the same for each."""

    def shape(sizes: Sizes, shapes: Sequence[Shape]) -> Shape:
        argument, *parameters = shapes
        if not all(is_scalar(sizes, each) for each in parameters):
            raise MisfitError
        return argument

    return Operation(
        shape,
        lambda parts, _: function(*parts),
        by_entries=True,
        advice="all arguments but the first are numbers",
    )


def with_option(operation: Operation, function: Callable[..., Expr], option: str) -> Operation:
    """The same with a number behind it, which says what a derivative is at a kink."""

    def shape(sizes: Sizes, shapes: Sequence[Shape]) -> Shape:
        *arguments, number = shapes
        if not is_scalar(sizes, number):
            raise MisfitError
        return operation.shape(sizes, arguments)

    return replace(
        operation,
        shape=shape,
        build=lambda parts, _: function(*parts[:-1], **{option: scalar(parts[-1])}),
        advice=f"{option} is a number",
    )


def extreme(function: Any) -> Operation:
    """The largest or the smallest of several scalars, or of the entries of matrices."""

    def of_two(a: Expr, b: Expr) -> Expr:
        for number, matrix in ((a, b), (b, a)):
            if not number.is_Matrix:
                return elementwise(Lambda(_z, applied(function, _z, number)), matrix)
        difference = add(a, mul(S.NegativeOne, b))
        return add(b, elementwise(Lambda(_z, function(_z, 0)), difference))

    def build(parts: Sequence[Expr], shape: Shape) -> Expr:
        numbers = [part for part in parts if not part.is_Matrix]
        matrices = [part for part in parts if part.is_Matrix]
        number = [applied(function, *numbers)] if numbers else []
        return reduce(of_two, [*matrices, *number]) if matrices else number[0]

    return Operation(alike_or_scalar, build, by_entries=True)


def _shared(parts: Sequence[Expr], shape: Shape) -> Expr:
    matrices = [part for part in parts if part.is_Matrix]
    if not matrices:
        return Share(*parts)
    if len(matrices) > 1:
        raise InputError("share takes numbers, and one matrix at most")
    return elementwise(
        Lambda(_z, Share(*(_z if part.is_Matrix else part for part in parts))), *matrices
    )


_SHARE = Operation(alike_or_scalar, _shared, by_entries=True)


def _of_one(function: Callable[[Any], Expr], shape: ShapeRule, advice: str = "") -> Operation:
    """A function of one matrix; a scalar counts as a 1×1 matrix."""
    return Operation(
        shape,
        lambda parts, _: function(_as_matrix(parts[0], SCALAR)),
        of_matrix=True,
        advice=advice,
    )


def _mean(parts: Sequence[Expr], shape: Shape) -> Expr:
    rows, cols = parts[0].shape if parts[0].is_Matrix else SCALAR
    return mul(1 / (rows * cols), builders.sum_of(_as_matrix(parts[0], SCALAR)))


def _diag(parts: Sequence[Expr], shape: Shape) -> Expr:
    matrix = _as_matrix(parts[0], SCALAR)
    if is_one(matrix.shape[0]):
        matrix = transpose(matrix)
    of_column = is_one(matrix.shape[1])
    return builders.diagonal_matrix(matrix) if of_column else builders.diagonal(matrix)


def _dot(parts: Sequence[Expr], shape: Shape) -> Expr:
    return (
        builders.sum_of(hadamard(*parts))
        if not is_one(parts[0].shape[1])
        else builders.trace(mul(transpose(parts[0]), parts[1]))
    )


def _prod(parts: Sequence[Expr], _: Shape) -> Expr:
    """The product of all entries, the determinant of a matrix that has them on its diagonal."""
    return sp.Determinant(builders.diagonal_matrix(builders.vec(_as_matrix(parts[0], SCALAR))))


def _triangle(function: Callable[..., Expr]) -> Operation:
    """A triangle that begins at another diagonal."""
    return Operation(
        _square_and_number, lambda parts, _: function(_as_matrix(parts[0], SCALAR), parts[1])
    )


def _norm1(matrix: Expr, at_zero: Any = 0) -> Expr:
    return builders.sum_of(absolute(_as_matrix(matrix, SCALAR), at_zero))


def _along(function: Callable[..., Expr], axis: int) -> Build:
    return lambda parts, _: function(parts[0], axis=axis)


def _summed(axis: int) -> Build:
    def build(parts: Sequence[Expr], _: Shape) -> Expr:
        rows, cols = parts[0].shape
        return mul(parts[0], ones(cols, S.One)) if axis else mul(ones(S.One, rows), parts[0])

    return build


_TRACE_ADVICE = "a trace, a determinant and an inverse are of square matrices"
_SQUARE_ADVICE = "powers, exponentials, logarithms and square roots are of square matrices"
_SYLVESTER_ADVICE = "sylvester(A, B, C) solves A*X + X*B = C, lyapunov(A, Q) solves A*X + X*A' = Q"
_EIGENVALUE_ADVICE = (
    "eigenvalues and Cholesky factors are those of a symmetric matrix, such as X'*X"
)

BINARY: Mapping[str, Operation] = {
    "+": Operation(
        alike_or_scalar,
        _sum,
        broadcasts=True,
        by_entries=True,
        advice="terms of a sum have one shape",
    ),
    "-": Operation(
        alike_or_scalar,
        _difference,
        broadcasts=True,
        by_entries=True,
        advice="terms of a sum have one shape",
    ),
    "*": Operation(
        _product,
        _multiplied,
        advice="the columns of the first factor are the rows of the second; for two vectors write "
        "x'*y, x*y' or x.*y (entry by entry)",
    ),
    "/": Operation(
        _divided,
        _quotient,
        divides=True,
        advice="write A*inv(B) or inv(B)*A for matrices, A./B to divide entry by entry",
    ),
    "\\": Operation(
        _solved,
        lambda parts, _: mul(inverse(parts[0]) if parts[0].is_Matrix else 1 / parts[0], parts[1]),
    ),
    ".*": Operation(
        alike_or_scalar,
        _by_entries,
        broadcasts=True,
        by_entries=True,
        advice="entries are multiplied in one shape",
    ),
    "./": Operation(
        alike_or_scalar,
        _quotient_by_entries,
        broadcasts=True,
        by_entries=True,
        advice="entries are divided in one shape",
    ),
    "⊗": Operation(_kronecker_shape, lambda parts, _: _kron(*parts)),
    "^": Operation(
        _powered,
        _power,
        advice="only a scalar or a square matrix has a power; for the entries write x.^2, and x'*x "
        "for the square of a vector's length",
    ),
    ".^": Operation(
        _powered_by_entries,
        _power_by_entries,
        by_entries=True,
        advice="base or exponent is a scalar",
    ),
}


def _kron(left: Expr, right: Expr) -> Expr:
    return kronecker(left, right) if left.is_Matrix and right.is_Matrix else mul(left, right)


def _adjoint(parts: Sequence[Expr], _: Shape) -> Expr:
    """The transpose of the conjugate, as it is written: in normal form numbers are real."""
    (part,) = parts
    if isinstance(part, sp.Inverse):
        return inverse(_adjoint(part.args[:1], SCALAR))
    return Basic.__new__(sp.Adjoint, part) if part.is_Matrix else sp.conjugate(part)


def _conjugate(parts: Sequence[Expr], _: Shape) -> Expr:
    (part,) = parts
    if not part.is_Matrix:
        return sp.conjugate(part)
    return Basic.__new__(sp.Adjoint, Basic.__new__(sp.Transpose, part))


def _part_of(function: Any, factor: Expr) -> Operation:
    """The real or the imaginary part: half the sum with the conjugate, or the difference."""

    def build(parts: Sequence[Expr], shape: Shape) -> Expr:
        (part,) = parts
        if not part.is_Matrix:
            return function(part)
        sign = S.One if function is sp.re else S.NegativeOne
        return add(
            mul(factor, part), Basic.__new__(sp.MatMul, sign * factor, _conjugate(parts, shape))
        )

    return Operation(same_shape, build, by_entries=True)


TRANSPOSE = Operation(_turned, lambda parts, _: transpose(parts[0]), of_matrix=True)
ADJOINT = Operation(_turned, _adjoint, of_matrix=True)
TURNED = {"T": TRANSPOSE, "H": ADJOINT}
NEGATIVE = Operation(same_shape, lambda parts, _: mul(S.NegativeOne, parts[0]), by_entries=True)
INVERSE = Operation(
    _square,
    lambda parts, _: inverse(parts[0]) if parts[0].is_Matrix else 1 / parts[0],
    of_matrix=True,
    advice=_TRACE_ADVICE,
)
NORM = _of_one(norm, to_number)
NORM1 = _of_one(_norm1, to_number)
NUCLEAR_NORM = _of_one(nuclear_norm, to_number)
STEP = _entrywise(lambda z: sp.Heaviside(z, 0))

_SOFTPLUS = Lambda(_z, sp.log(1 + sp.exp(_z)))
_ENTRYWISE: dict[str, Any] = {
    "exp": sp.exp, "log": sp.log, "sqrt": sp.sqrt, "abs": sp.Abs, "sign": sp.sign,
    "sin": sp.sin, "cos": sp.cos, "tan": sp.tan, "asin": sp.asin, "acos": sp.acos,
    "atan": sp.atan, "sinh": sp.sinh, "cosh": sp.cosh, "tanh": sp.tanh, "asinh": sp.asinh,
    "acosh": sp.acosh, "atanh": sp.atanh, "erf": sp.erf, "erfc": sp.erfc,
    "loggamma": sp.loggamma, "gamma": sp.gamma, "digamma": sp.digamma,
    "relu": Relu, "sigmoid": Sigmoid, "softplus": _SOFTPLUS, "heaviside": sp.Heaviside,
    "square": Lambda(_z, _z**2), "log1p": Lambda(_z, sp.log(1 + _z)),
    "expm1": Lambda(_z, sp.exp(_z) - 1), "reciprocal": Lambda(_z, 1 / _z),
    "logit": Lambda(_z, sp.log(_z / (1 - _z))),
    "gelu": Lambda(_z, _z * (1 + sp.erf(_z / sp.sqrt(2))) / 2),
    "silu": Lambda(_z, _z * Sigmoid(_z)),
    "selu": Lambda(_z, sp.Float("1.0507009873554805") * Elu(_z, sp.Float("1.6732632423543772"))),
    "hardtanh": Lambda(_z, Clip(_z, -1, 1, 0)), "relu6": Lambda(_z, Clip(_z, 0, 6, 0)),
    "log2": Lambda(_z, sp.log(_z) / sp.log(2)), "log10": Lambda(_z, sp.log(_z) / sp.log(10)),
}  # fmt: skip

OPTIONS: dict[str, tuple[str, Callable[..., Expr]]] = {
    "relu": ("at_zero", relu),
    "leaky_relu": ("at_zero", leaky_relu),
    "elu": ("at_zero", elu),
    "hinge": ("at_zero", hinge),
    "clip": ("at_ends", clip),
    "abs": ("at_zero", absolute),
    "norm1": ("at_zero", _norm1),
    "max": ("at_tie", maximum),
    "min": ("at_tie", minimum),
}
"""The name of the argument that says what a derivative is at a kink."""

DIFFERENTIAL = "d"
"""The one function whose name may be a variable's too: it is called by d(…) alone."""


def _of_matrix(function: Callable[..., Expr]) -> Callable[..., Expr]:
    return lambda part, **said: function(_as_matrix(part, SCALAR), **said)


TIED = {name: _of_matrix(f) for name, f in (("max", amax), ("min", amin), ("hardmax", hardmax))}
"""What is made of the largest entries of one matrix, and takes `at_tie` as well as `axis`."""

FUNCTIONS: dict[tuple[str, int], Operation] = {
    **{(name, 1): _entrywise(function) for name, function in _ENTRYWISE.items()},
    **{("max", count): extreme(sp.Max) for count in range(2, 10)},
    **{("min", count): extreme(sp.Min) for count in range(2, 10)},
    **{("share", count): _SHARE for count in range(2, 10)},
    ("heaviside", 2): with_parameters(
        lambda z, at_zero: of_scalar_or_entries(sp.Heaviside, z, at_zero)
    ),
    ("clip", 3): with_parameters(clip),
    **{("leaky_relu", count): with_parameters(leaky_relu) for count in (1, 2)},
    **{("elu", count): with_parameters(elu) for count in (1, 2)},
    **{("huber", count): with_parameters(huber) for count in (1, 2)},
    ("hinge", 1): with_parameters(hinge),
    ("sum", 1): _of_one(builders.sum_of, to_number),
    ("mean", 1): Operation(to_number, _mean, of_matrix=True),
    ("prod", 1): Operation(to_number, _prod, of_matrix=True),
    ("norm", 1): NORM,
    ("norm1", 1): NORM1,
    ("specnorm", 1): _of_one(spectral_norm, to_number),
    ("nucnorm", 1): NUCLEAR_NORM,
    ("polar", 1): _of_one(polar_of, same_shape),
    ("trace", 1): _of_one(builders.trace, _number_of_square, _TRACE_ADVICE),
    ("det", 1): _of_one(sp.Determinant, _number_of_square, _TRACE_ADVICE),
    ("logdet", 1): _of_one(logdet, _number_of_square, _TRACE_ADVICE),
    ("inv", 1): INVERSE,
    ("cholesky", 1): _of_one(cholesky_of, _square, _EIGENVALUE_ADVICE),
    ("eigvalsh", 1): _of_one(eigvalsh_of, _column_of_square, _EIGENVALUE_ADVICE),
    ("eigvecs", 1): _of_one(Eigvecs, _square, _EIGENVALUE_ADVICE),
    ("lambda_max", 1): _of_one(largest_of, _number_of_square, _EIGENVALUE_ADVICE),
    ("lambda_min", 1): _of_one(smallest_of, _number_of_square, _EIGENVALUE_ADVICE),
    ("eigvec_max", 1): _of_one(EigvecMax, _column_of_square, _EIGENVALUE_ADVICE),
    ("eigvec_min", 1): _of_one(EigvecMin, _column_of_square, _EIGENVALUE_ADVICE),
    ("divided_differences", 3): Operation(
        _between_entries,
        lambda parts, _: DividedDifferences(*parts),
        of_matrix=True,
    ),
    ("expm", 1): _of_one(expm_of, _square, _SQUARE_ADVICE),
    ("logm", 1): _of_one(logm_of, _square, _SQUARE_ADVICE),
    ("sqrtm", 1): _of_one(sqrtm_of, _square, _SQUARE_ADVICE),
    ("expm_frechet", 2): Operation(
        _of_one_square_shape,
        lambda parts, _: expm_frechet(*parts),
        of_matrix=True,
        advice=_SQUARE_ADVICE,
    ),
    ("logm_frechet", 2): Operation(
        _of_one_square_shape,
        lambda parts, _: logm_frechet(*parts),
        of_matrix=True,
        advice=_SQUARE_ADVICE,
    ),
    ("expm_jacobian", 1): _of_one(expm_jacobian, _on_stacked, _SQUARE_ADVICE),
    ("sylvester", 3): Operation(
        _between_squares,
        lambda parts, _: sylvester_of(*parts),
        of_matrix=True,
        advice=_SYLVESTER_ADVICE,
    ),
    ("lyapunov", 2): Operation(
        _of_one_square_shape,
        lambda parts, _: lyapunov_of(*parts),
        of_matrix=True,
        advice=_SYLVESTER_ADVICE,
    ),
    ("pinv", 1): _of_one(pinv_of, _turned),
    ("projector", 1): _of_one(projector_of, _of_points),
    ("adj", 1): _of_one(adjugate_of, _square, _TRACE_ADVICE),
    ("transpose", 1): TRANSPOSE,
    ("adjoint", 1): ADJOINT,
    ("conj", 1): Operation(same_shape, _conjugate, by_entries=True),
    ("re", 1): _part_of(sp.re, S.Half),
    ("im", 1): _part_of(sp.im, -S.ImaginaryUnit / 2),
    (DIFFERENTIAL, 1): Operation(same_shape, lambda parts, _: d(parts[0])),
    ("vec", 1): _of_one(builders.vec, _stacked),
    ("unvec", 1): Operation(_laid_out, lambda parts, shape: builders.unvec(parts[0], shape)),
    ("diag", 1): Operation(_diagonal, _diag, of_matrix=True),
    ("tril", 1): _of_one(builders.tril, _square),
    ("triu", 1): _of_one(builders.triu, _square),
    ("diagonal_sums", 1): _of_one(builders.diagonal_sums, _square),
    ("tril", 2): _triangle(tril),
    ("triu", 2): _triangle(triu),
    ("softmax", 1): _of_one(softmax, same_shape),
    ("logsumexp", 1): _of_one(logsumexp, to_number),
    ("max", 1): _of_one(amax, to_number),
    ("min", 1): _of_one(amin, to_number),
    ("hardmax", 1): _of_one(hardmax, same_shape),
    ("logabsdet", 1): _of_one(logabsdet, _number_of_square, _TRACE_ADVICE),
    ("squared_distances", 1): _of_one(squared_distances, _of_points),
    ("squared_distances", 2): Operation(
        _between_points, lambda parts, _: squared_distances(*parts), of_matrix=True
    ),
    ("khatri_rao", 2): Operation(
        _khatri_rao_shape, lambda parts, _: khatri_rao(*parts), of_matrix=True
    ),
    ("circulant", 1): _of_one(circulant, _from_column),
    ("skew", 1): _of_one(skew, _from_column),
    ("cross", 2): Operation(_of_three, lambda parts, _: cross(*parts), of_matrix=True),
    ("dot", 2): Operation(_inner, _dot, of_matrix=True),
    ("outer", 2): Operation(
        _outer, lambda parts, _: mul(parts[0], transpose(parts[1])), of_matrix=True
    ),
    ("kron", 2): BINARY["⊗"],
    ("hadamard", 2): BINARY[".*"],
    ("hadamardpower", 2): BINARY[".^"],
    ("matmul", 2): BINARY["*"],
    ("solve", 2): BINARY["\\"],
    ("power", 2): BINARY[".^"],
    ("divide", 2): BINARY["./"],
}
"""Every function, by its plain name and how many arguments it takes."""

ALONG: dict[tuple[str, int], Operation] = {
    ("softmax", 0): Operation(same_shape, _along(softmax, 0), of_matrix=True),
    ("softmax", 1): Operation(same_shape, _along(softmax, 1), of_matrix=True),
    ("logsumexp", 0): Operation(_of_columns, _along(logsumexp, 0), of_matrix=True),
    ("logsumexp", 1): Operation(_of_rows, _along(logsumexp, 1), of_matrix=True),
    ("hardmax", 0): Operation(same_shape, _along(hardmax, 0), of_matrix=True),
    ("hardmax", 1): Operation(same_shape, _along(hardmax, 1), of_matrix=True),
    **{
        (name, axis): Operation(shape, _along(function, axis), of_matrix=True)
        for name, function in (("max", amax), ("min", amin), ("mean", mean), ("norm", norm))
        for axis, shape in enumerate((_of_columns, _of_rows))
    },
    ("sum", 0): Operation(_of_columns, _summed(0), of_matrix=True),
    ("sum", 1): Operation(_of_rows, _summed(1), of_matrix=True),
}
"""The functions that can be taken along an axis: 1 along each row, 0 along each column."""

SIZED = "convolution_matrix"
"""The function that has a size among its arguments, and in which places are kept."""

CONSTANTS: dict[str, Callable[[Shape], Expr]] = {
    "eye": lambda shape: identity(shape[0]),
    "ones": lambda shape: ones(*shape),
    "zeros": lambda shape: zeros(*shape),
}
"""Matrices that are told by their size."""

CHOICES = ("where", "logical_and", "logical_or", "logical_not")
"""What takes conditions, by NumPy's names."""

NAMES: dict[str, str] = {
    # as written by NumPy, PyTorch, MATLAB, Julia, R, SymPy and in TeX: what it is called here
    "ln": "log", "arcsin": "asin", "arccos": "acos", "arctan": "atan", "arcsinh": "asinh",
    "arccosh": "acosh", "arctanh": "atanh", "absolute": "abs", "fabs": "abs", "sgn": "sign",
    "logistic": "sigmoid", "expit": "sigmoid", "clamp": "clip",
    "swish": "silu", "lgamma": "loggamma", "gammaln": "loggamma",
    "psi": "digamma", "step": "heaviside", "maximum": "max", "minimum": "min",
    "sum_entries": "sum", "amax": "max", "amin": "min", "average": "mean", "norm2": "norm",
    "normfro": "norm",
    "frobenius_norm": "norm", "l2norm": "norm", "l1norm": "norm1", "tr": "trace",
    "determinant": "det", "inverse": "inv", "adjugate": "adj", "ctranspose": "adjoint",
    "diagmatrix": "diag", "diagonalof": "diag", "diagonalize_vector": "diag",
    "diagonal": "diag", "diagm": "diag", "inner": "dot", "vdot": "dot",
    "dotproduct": "dot", "kroneckerproduct": "kron",
    "conjugate": "conj", "real": "re", "imag": "im",
    "hadamardproduct": "hadamard", "multiply": "hadamard", "identity": "eye", "onematrix": "ones",
    "zeromatrix": "zeros", "mm": "matmul", "mv": "matmul", "linsolve": "solve", "pow": "power",
    "reduce_sum": "sum", "reduce_mean": "mean", "reduce_prod": "prod",
    "λ_max": "lambda_max", "λ_min": "lambda_min", "lambdamax": "lambda_max",
    "lambdamin": "lambda_min", "eigmax": "lambda_max", "eigmin": "lambda_min",
    "nuclear": "nucnorm", "nuclear_norm": "nucnorm", "normnuc": "nucnorm", "norm_nuc": "nucnorm",
    "spectral_norm": "specnorm",
    "matrix_exp": "expm", "solve_sylvester": "sylvester",
    "solve_continuous_lyapunov": "lyapunov",
    "pseudoinverse": "pinv", "pseudo_inverse": "pinv",
    "nn_softmax": "softmax", "log_det": "logdet", "lse": "logsumexp", "log_sum_exp": "logsumexp",
}  # fmt: skip
"""Other names of the same functions, in small letters."""

NO_BRACKETS = frozenset(
    ("tr trace det log ln exp sin cos tan sinh cosh tanh logdet diag vec sign erf softmax").split()  # noqa: SIM905
)
"""Names that may stand without brackets: tr A X, log det X."""

NOT_YET = {
    *("eig", "eigh", "eigvals", "svd", "qr", "chol"),
    *(
        "rank",
        "cond",
        "median",
        "std",
        "var",
        "cov",
        "corr",
        "cumsum",
        "cumprod",
        "sort",
    ),
    *(
        "argmax",
        "argmin",
        "floor",
        "ceil",
        "round",
        "fft",
        "integral",
        "diff",
    ),
}
"""What is asked for and cannot be differentiated here; a name near to it would mislead."""

POLYMORPHIC = {"ones": "1", "vector": "1", "matrix": "1"}


def plain(name: str) -> str:
    """The plain name of a function: Trace is trace, ln is log; but D(x) is no differential."""
    small = name.lower()
    return name if small == DIFFERENTIAL else NAMES.get(small, small)


def is_known(name: str) -> bool:
    """Return whether a name is that of a function or a constant, and of nothing else."""
    small = plain(name)
    if small == DIFFERENTIAL:
        return False
    return small in {*CONSTANTS, *CHOICES, SIZED} or any(small == known for known, _ in FUNCTIONS)


def known_names() -> list[str]:
    """All names that can be typed, for telling the nearest."""
    functions = {name for name, _ in FUNCTIONS} - {DIFFERENTIAL}
    return sorted(functions | {*NAMES} | {*CONSTANTS} | {*CHOICES, SIZED})
