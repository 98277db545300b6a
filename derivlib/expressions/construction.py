"""Building expressions in normal form, at a cost proportional to what is built.

SymPy's operators walk and sort the whole tree at each product. These constructors look only
at the node they make: they flatten, drop neutral elements, collect equal terms and factors,
and push transposes inwards. Each is an identity of matrix algebra; no calculus happens here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

from sympy import (
    Add,
    Basic,
    BlockMatrix,
    Expr,
    HadamardPower,
    HadamardProduct,
    Identity,
    Integer,
    Inverse,
    KroneckerProduct,
    MatAdd,
    MatMul,
    MatPow,
    Mul,
    OneMatrix,
    Pow,
    S,
    Trace,
    Transpose,
    ZeroMatrix,
    sympify,
)
from sympy.matrices.expressions.diagonal import DiagMatrix
from sympy.matrices.matrixbase import MatrixBase

from derivlib.expressions.facets import facets_of
from derivlib.expressions.guarded import scalar_product


def is_zero(expr: Expr) -> bool:
    """Tell whether an expression is written as zero."""
    return expr is S.Zero or isinstance(expr, ZeroMatrix)


def zero_like(expr: Expr) -> Expr:
    """Zero, in the shape of an expression."""
    return zeros(*expr.shape) if expr.is_Matrix else S.Zero


def zeros(rows: Expr, cols: Expr) -> Expr:
    """The matrix of zeros of a shape taken from matrices, whose sizes SymPy need not check."""
    return Basic.__new__(ZeroMatrix, sympify(rows), sympify(cols))


def ones(rows: Expr, cols: Expr) -> Expr:
    """The matrix of ones of a shape taken from matrices."""
    return Basic.__new__(OneMatrix, sympify(rows), sympify(cols))


def identity(size: Expr) -> Expr:
    """The identity of a size taken from matrices."""
    return Basic.__new__(Identity, sympify(size))


def ones_like(expr: Expr) -> Expr:
    """The matrix of ones in the shape of a matrix."""
    return ones(*expr.shape)


def identity_like(expr: Expr) -> Expr:
    """The identity of the size of a square matrix."""
    return identity(expr.shape[0])


def split_coefficient(expr: Expr) -> tuple[Expr, Expr]:
    """Split a matrix expression into its scalar coefficient and the matrix it multiplies."""
    if isinstance(expr, MatMul) and not expr.args[0].is_Matrix:
        rest = expr.args[1:]
        return expr.args[0], rest[0] if len(rest) == 1 else Basic.__new__(MatMul, *rest)
    return S.One, expr


def _scaled(coefficient: Expr, factors: tuple[Expr, ...]) -> Expr:
    if coefficient is S.One:
        return factors[0] if len(factors) == 1 else Basic.__new__(MatMul, *factors)
    return Basic.__new__(MatMul, coefficient, *factors)


def _base_and_exponent(factor: Expr) -> tuple[Expr, Expr]:
    if isinstance(factor, Inverse):
        return factor.args[0], S.NegativeOne
    if isinstance(factor, MatPow):
        return factor.args[0], factor.args[1]
    return factor, S.One


def _has_numbers(matrix: Expr) -> bool:
    """Tell whether a matrix is written out in numbers."""
    return isinstance(matrix, MatrixBase) and all(entry.is_Number for entry in matrix)


def _append_factor(factors: list[Expr], factor: Expr) -> None:
    """Append a factor to a product, joining it with an equal base before it.

    A diagonal matrix and a column after it become a Hadamard product; matrices of numbers are
    multiplied.
    """
    if factors and _has_numbers(factors[-1]) and _has_numbers(factor):
        factors.append(factors.pop() * factor)
        return
    if factors and isinstance(factors[-1], DiagMatrix):
        vector = factors[-1].args[0]
        if vector.shape[1] == 1 == factor.shape[1]:
            factors[-1] = hadamard(vector, factor)
            return
    if factors:
        base, exponent = _base_and_exponent(factor)
        last, last_exponent = _base_and_exponent(factors[-1])
        if base == last and base.shape[0] == base.shape[1] is not S.One:
            factors.pop()
            joined = power(base, exponent + last_exponent)
            if not isinstance(joined, Identity):
                factors.append(joined)
            return
    factors.append(factor)


def _is_neutral(factor: Expr) -> bool:
    """Tell whether a factor of a product is an identity; the 1×1 matrix of ones is one."""
    return isinstance(factor, Identity) or (
        isinstance(factor, OneMatrix) and _is_single_one(factor)
    )


def mul(*factors: Expr) -> Expr:
    """Multiply scalars and matrices, in the order given.

    :param factors: scalars and conformable matrices.
    :returns: a product without nested products, identities or more than one scalar.
    """
    scalars: list[Expr] = []
    matrices: list[Expr] = []
    shaped: list[Expr] = []
    vanishes = False
    for factor in factors:
        if not factor.is_Matrix:
            scalars.append(factor)
            continue
        shaped.append(factor)
        vanishes = vanishes or isinstance(factor, ZeroMatrix)
        if vanishes:  # the factors around it need not fit each other
            continue
        if isinstance(factor, MatMul):
            for part in factor.args:
                if not part.is_Matrix:
                    scalars.append(part)
                elif not _is_neutral(part):
                    _append_factor(matrices, part)
        elif not _is_neutral(factor):
            _append_factor(matrices, factor)
    coefficient = scalar_product(*scalars)
    if not shaped:
        return coefficient
    if coefficient.is_Float and abs(coefficient) == 1.0:
        coefficient = Integer(int(coefficient))
    if vanishes or coefficient is S.Zero:
        return zeros(shaped[0].shape[0], shaped[-1].shape[1])
    if not matrices:
        matrices.append(identity(shaped[0].shape[0]))
    return _scaled(coefficient, tuple(matrices))


def leads_with_transpose(matrix: Expr) -> bool:
    """Tell whether a matrix is written as the transpose of something simpler: Wᵀ Xᵀ, not X W."""
    if isinstance(matrix, Transpose):
        return True
    if isinstance(matrix, MatMul):
        parts = [part for part in matrix.args if part.is_Matrix]
        turned = sum(leads_with_transpose(part) for part in parts)
        return 2 * turned > len(parts)
    return False


def transposed_inside(kind: type) -> Callable[[Any], Expr | None]:
    """The facet `transposed` of a node whose transpose is `kind` of Aᵀ, where that is simpler."""
    return lambda node: kind(transpose(node.arg)) if leads_with_transpose(node.arg) else None


def distributed(expr: Expr) -> tuple[Expr, ...]:
    """The terms of a sum, or of a number times a sum."""
    coefficient, matrix = split_coefficient(expr)
    if not isinstance(matrix, MatAdd) or not coefficient.is_Number:
        return (expr,)
    return tuple(mul(coefficient, term) for term in matrix.args)


def add(*terms: Expr) -> Expr:
    """Add scalars, or matrices of one shape, collecting equal terms.

    :param terms: at least one term; the first tells scalar or matrix.
    """
    if not terms[0].is_Matrix:
        return terms[0] if len(terms) == 1 else Add(*terms)
    nonzero = [term for term in terms if not isinstance(term, ZeroMatrix)]
    if len(nonzero) == 1 and not isinstance(nonzero[0], MatAdd):
        return nonzero[0]
    collected: dict[Expr, Expr] = {}
    for term in nonzero:
        for part in distributed(term):
            coefficient, matrix = split_coefficient(part)
            known = collected.get(matrix)
            collected[matrix] = coefficient if known is None else known + coefficient
    numeric = [m for m, c in collected.items() if c.is_Number and _has_numbers(m)]
    if len(numeric) > 1:
        first, *others = (collected.pop(m) * m for m in numeric)
        total = sum(others, first)
        collected[total] = S.Zero if total.is_zero_matrix else S.One
    parts = [mul(c, matrix) for matrix, c in collected.items() if c is not S.Zero]
    if not parts:
        return zero_like(terms[0])
    if len(parts) == 1:
        return parts[0]
    if len({split_coefficient(part)[1] for part in parts}) < len(parts):
        return add(*parts)  # of products that were not in normal form two have become equal
    if all(map(leads_with_transpose, parts)):
        return Basic.__new__(Transpose, Basic.__new__(MatAdd, *map(transpose, parts)))
    return Basic.__new__(MatAdd, *parts)


def transpose(expr: Expr) -> Expr:
    """Transpose, pushing the transpose into sums and products; a scalar stays itself."""
    if not expr.is_Matrix:
        return expr
    match expr:
        case Transpose():
            return cast("Expr", expr.args[0])
        case MatMul():
            return mul(*(transpose(factor) for factor in reversed(expr.args)))
        case MatAdd() if any(map(leads_with_transpose, expr.args)):
            return add(*(transpose(term) for term in expr.args))
        case Identity() | DiagMatrix():
            return expr
        case ZeroMatrix() | OneMatrix():
            return type(expr)(expr.shape[1], expr.shape[0])
        case KroneckerProduct():
            return kronecker(*(transpose(factor) for factor in expr.args))
        case BlockMatrix():
            return blocks([[transpose(block) for block in col] for col in expr.blocks.T.tolist()])
        case Inverse():
            return inverse(transpose(expr.args[0]))
        case MatPow():
            return power(transpose(expr.args[0]), expr.args[1])
        case HadamardProduct() if any(isinstance(a, Transpose) for a in expr.args):
            return hadamard(*(transpose(factor) for factor in expr.args))
        case MatrixBase():
            return expr.T
    told = facets_of(type(expr)).transposed
    turned = None if told is None else told(expr)
    return Basic.__new__(Transpose, expr) if turned is None else turned


def is_one(size: Any) -> bool:
    """Return whether a size is 1; those of explicit matrices are no Integer but an int."""
    return size is S.One or (type(size) is int and size == 1)


def is_single(matrix: Expr) -> bool:
    """Return whether a matrix has one entry."""
    return is_one(matrix.shape[0]) and is_one(matrix.shape[1])


def power(base: Expr, exponent: Expr) -> Expr:
    """Raise a square matrix to a power; that of a 1×1 matrix is a power of its entry."""
    if is_single(base) and exponent is not S.One:
        scale, matrix = split_coefficient(base)
        known = {Identity: S.One, ZeroMatrix: S.Zero}.get(type(matrix))
        entry = Basic.__new__(Trace, matrix) if known is None else known
        return mul(Pow(scale * entry, exponent), Identity(S.One))
    if exponent.is_Float and float(exponent).is_integer():
        exponent = Integer(int(exponent))
    if isinstance(base, (Identity, MatPow, Inverse)) and exponent.is_integer:
        if isinstance(base, Identity):
            return base
        inside, inner_exponent = _base_and_exponent(base)
        if inner_exponent.is_integer:
            return power(inside, inner_exponent * exponent)
    if exponent is S.Zero:
        return identity(base.shape[0])
    if exponent.is_Integer and is_kronecker_of_square(base):
        return kronecker(*(power(factor, exponent) for factor in base.args))
    if exponent is S.One:
        return base
    if exponent is S.NegativeOne:
        return Basic.__new__(Inverse, base, S.NegativeOne)
    return Basic.__new__(MatPow, base, exponent)


def inverse(base: Expr) -> Expr:
    """Invert a square matrix."""
    return power(base, S.NegativeOne)


def hadamard(*factors: Expr) -> Expr:
    """Multiply matrices of one shape entry by entry; scalars come out in front."""
    coefficient: Expr = S.One
    exponents: dict[Expr, Expr] = {}
    shape_of: Expr | None = None
    queue = list(factors)
    while queue:
        factor = queue.pop(0)
        if not factor.is_Matrix:
            coefficient = coefficient * factor
            continue
        shape_of = factor if shape_of is None else shape_of
        if isinstance(factor, ZeroMatrix):
            return factor
        scale, matrix = split_coefficient(factor)
        if scale is not S.One:
            coefficient = coefficient * scale
        if isinstance(matrix, HadamardProduct):
            queue[:0] = matrix.args
        elif isinstance(matrix, HadamardPower):
            base, exponent = matrix.args
            exponents[base] = exponents.get(base, S.Zero) + exponent
        elif not isinstance(matrix, OneMatrix) and not _is_single_one(matrix):
            exponents[matrix] = exponents.get(matrix, S.Zero) + S.One
    if shape_of is None:
        return coefficient
    parts = [
        base if exponent is S.One else Basic.__new__(HadamardPower, base, exponent)
        for base, exponent in exponents.items()
        if exponent is not S.Zero
    ]
    if not parts:
        return mul(coefficient, ones_like(shape_of))
    parts.sort(key=lambda part: isinstance(part, Identity))
    product = parts[0] if len(parts) == 1 else Basic.__new__(HadamardProduct, *parts)
    return mul(coefficient, product)


def hadamard_power(base: Expr, exponent: Expr) -> Expr:
    """Raise each entry to a power."""
    if exponent is S.Zero:
        return ones_like(base)
    if exponent is S.One:
        return base
    return hadamard(Basic.__new__(HadamardPower, base, exponent))


def kronecker(*factors: Expr) -> Expr:
    """Multiply matrices block by block; coefficients come out in front.

    A 1×1 identity and a 1×1 matrix of ones are dropped, neighbouring identities become one,
    and a column next to a row is their product.
    """
    split = [split_coefficient(factor) for factor in factors]
    coefficient = scalar_product(*(c for c, _ in split))
    matrices: list[Expr] = []
    for _, factor in split:
        for part in factor.args if isinstance(factor, KroneckerProduct) else (factor,):
            joined = _joined_blocks(matrices[-1], part) if matrices else None
            if joined is None:
                matrices.append(part)
            else:
                matrices[-1] = joined
    if any(isinstance(matrix, ZeroMatrix) for matrix in matrices):
        rows, cols = (Mul(*sizes) for sizes in zip(*(f.shape for f in factors), strict=True))
        return zeros(rows, cols)
    if len(matrices) == 1:
        return mul(coefficient, matrices[0])
    return mul(coefficient, Basic.__new__(KroneckerProduct, *matrices))


def is_kronecker_of_square(matrix: Expr) -> bool:
    """Tell whether a matrix is a Kronecker product of square matrices."""
    return isinstance(matrix, KroneckerProduct) and all(
        factor.shape[0] == factor.shape[1] for factor in matrix.args
    )


def _joined_blocks(left: Expr, right: Expr) -> Expr | None:
    """The Kronecker product of two matrices, where it can be written without ⊗."""
    if _is_single_one(left):
        return right
    if _is_single_one(right):
        return left
    if isinstance(left, Identity) and isinstance(right, Identity):
        return identity(left.shape[0] * right.shape[0])
    if isinstance(left, OneMatrix) and isinstance(right, OneMatrix):
        return ones(left.shape[0] * right.shape[0], left.shape[1] * right.shape[1])
    if is_one(left.shape[1]) and is_one(right.shape[0]):
        return mul(left, right)
    if is_one(left.shape[0]) and is_one(right.shape[1]):
        return mul(right, left)
    return None


def _is_single_one(matrix: Expr) -> bool:
    """Tell whether a matrix is written as the 1×1 matrix with entry 1."""
    return isinstance(matrix, (Identity, OneMatrix)) and is_single(matrix)


def blocks(rows: Sequence[Sequence[Expr]]) -> Expr:
    """Put a matrix together from rows of blocks; one block alone is itself."""
    if len(rows) == len(rows[0]) == 1:
        return rows[0][0]
    return BlockMatrix(list(map(list, rows)))


def block_diagonal(diagonal: Sequence[Expr]) -> Expr:
    """Put matrices on the diagonal of a matrix of blocks."""
    return blocks(
        [
            [b if i == j else zeros(a.shape[0], b.shape[1]) for j, b in enumerate(diagonal)]
            for i, a in enumerate(diagonal)
        ]
    )


def place(sizes: Sequence[Expr], i: int) -> Expr:
    """The row of blocks 0 … I … 0 that picks block i from a column of blocks."""
    return blocks([[identity(s) if i == k else zeros(sizes[i], s) for k, s in enumerate(sizes)]])
