"""The solution of H vec(D) = vec(V) where the structure of H makes it cheap."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from sympy import (
    Expr,
    Identity,
    Inverse,
    KroneckerProduct,
    Lambda,
    MatAdd,
    MatMul,
    MatrixSymbol,
    OneMatrix,
    S,
    Symbol,
    Transpose,
)
from sympy.matrices.expressions.diagonal import DiagMatrix

from derivlib.derivation.outcome import simplified
from derivlib.errors import UnsupportedError
from derivlib.expressions.construction import (
    add,
    hadamard,
    identity,
    inverse,
    is_one,
    is_zero,
    kronecker,
    mul,
    ones_like,
    split_coefficient,
    transpose,
)
from derivlib.expressions.shapes import same_size
from derivlib.expressions.text import text
from derivlib.nodes import Commutation, Unvec, Vec
from derivlib.nodes.builders import trace
from derivlib.nodes.diag_matrix import diagonal_matrix
from derivlib.nodes.elementwise import elementwise
from derivlib.nodes.sylvester import sylvester_of
from derivlib.rules.rule import Condition

Solve = Callable[[Expr], Expr]
"""From a right side, in the shape of the variable, to the solution in that shape."""

_RECIPROCAL = Lambda(Symbol("z"), 1 / Symbol("z"))


@dataclass(frozen=True)
class Solution:
    """A solution.

    :param expr: what solves the equations, in the shape of the right side.
    :param conditions: what has to hold for the way it was found.
    """

    expr: Expr
    conditions: tuple[Condition, ...]


def solution(matrix: Expr, right: Expr, facts: Mapping[Expr, frozenset[str]]) -> Solution:
    """Solve H vec(D) = vec(V) for D.

    H may be diagonal, diagonal plus a matrix of low rank, a Kronecker product A ⊗ B, a Kronecker
    sum A ⊗ I + I ⊗ B, a matrix that is a symbol, or a product of these.

    Source: Golub & Van Loan (2013), section 2.1.4, for the Sherman-Morrison-Woodbury formula;
    Magnus & Neudecker (2019), chapter 2, for Kronecker products.

    :param matrix: H.
    :param right: V.
    :param facts: what is known of the constants.
    :raises UnsupportedError: if H has no such structure.
    """
    if is_zero(matrix):
        raise UnsupportedError('form="solve" needs an invertible matrix, and this one is zero')
    if not same_size(*matrix.shape):
        rows, cols = matrix.shape
        raise UnsupportedError(
            f'form="solve" needs a square matrix, and "{text(matrix)}" is {rows}×{cols}; '
            "scipy.sparse.linalg.lsqr takes the operator of to_operator()"
        )
    solving = _Solving(right.shape, facts)
    found = solving.of(matrix)(right)
    return Solution(simplified(found, facts), tuple(dict.fromkeys(solving.conditions)))


@dataclass
class _Solving:
    """How the equations of one matrix are solved.

    :param shape: that of the variable.
    :param facts: what is known of the constants.
    :param conditions: what has to hold.
    """

    shape: tuple[Expr, Expr]
    facts: Mapping[Expr, frozenset[str]]
    conditions: list[Condition] = field(default_factory=list)

    @property
    def is_column(self) -> bool:
        """Whether vec(V) is V."""
        return is_one(self.shape[1])

    def of(self, matrix: Expr) -> Solve:
        """The way to solve with a matrix on vec."""
        coefficient, matrix = split_coefficient(matrix)
        if coefficient is not S.One:
            solve = self.of(matrix)
            return lambda right: mul(1 / coefficient, solve(right))
        if isinstance(matrix, Identity):
            return lambda right: right
        if (diagonal := self._diagonal([matrix])) is not None:
            return self._divided(diagonal)
        if (sides := self._kronecker([matrix])) is not None:
            return self._two_solves(*sides)
        if isinstance(matrix, Commutation) and same_size(*self.shape):
            return transpose
        if isinstance(matrix, MatMul) and all(same_size(*f.shape) for f in matrix.args):
            return self._one_by_one([self.of(factor) for factor in matrix.args])
        if isinstance(matrix, MatAdd):
            return self._sum(matrix)
        if self.is_column and isinstance(_unturned(matrix), MatrixSymbol):
            return lambda right: mul(inverse(matrix), right)
        raise self._refused(matrix)

    def _one_by_one(self, solves: Sequence[Solve]) -> Solve:
        def solve(right: Expr) -> Expr:
            for each in solves:
                right = each(right)
            return right

        return solve

    def _refused(self, matrix: Expr) -> UnsupportedError:
        return UnsupportedError(
            'form="solve" needs a matrix that is diagonal, diagonal plus one of low rank, or a '
            f'Kronecker product or sum, and "{text(matrix)}" is not seen to be one; form the whole '
            "matrix with to_function() for numpy.linalg.solve, or give the operator of "
            "to_operator() to scipy.sparse.linalg.cg or minres"
        )

    # --- diagonal matrices ----------------------------------------------------------------

    def _diagonal(self, terms: Sequence[Expr]) -> Expr | None:
        """The diagonal of a sum of diagonal matrices, in the shape of the variable."""
        found: list[Expr] = []
        for term in terms:
            coefficient, matrix = split_coefficient(term)
            if isinstance(matrix, Identity):
                found.append(mul(coefficient, ones_like(MatrixSymbol("V", *self.shape))))
            elif isinstance(matrix, DiagMatrix):
                found.append(mul(coefficient, self._laid_out(matrix.args[0])))
            else:
                return None
        return add(*found)

    def _laid_out(self, column: Expr) -> Expr:
        """A column of H's length in the shape of the variable."""
        if self.is_column:
            return column if is_one(column.shape[1]) else transpose(column)
        if is_one(self.shape[0]):
            return transpose(column) if is_one(column.shape[1]) else column
        return column.args[0] if isinstance(column, Vec) else Unvec(column, self.shape)

    def _divided(self, diagonal: Expr) -> Solve:
        scale, rest = split_coefficient(diagonal)
        if isinstance(rest, OneMatrix):
            if not scale.is_nonzero:
                self.conditions.append(Condition(scale, "not zero"))
            return lambda right: mul(1 / scale, right)
        self.conditions.append(Condition(diagonal, "without zero entries"))
        divisors = elementwise(_RECIPROCAL, diagonal)
        if self.is_column:  # of matrices too, whose columns are right sides
            return lambda right: mul(diagonal_matrix(divisors), right)
        return lambda right: hadamard(right, divisors)

    # --- Kronecker products ---------------------------------------------------------------

    def _kronecker(self, terms: Sequence[Expr]) -> tuple[Expr, Expr] | None:
        """A ⊗ B for a sum of Kronecker products of which one side is the same."""
        rows, cols = self.shape
        sides: list[tuple[Expr, Expr]] = []
        for term in terms:
            coefficient, matrix = split_coefficient(term)
            if isinstance(matrix, Identity):
                sides.append((identity(cols), mul(coefficient, identity(rows))))
                continue
            if not isinstance(matrix, KroneckerProduct):
                return None
            split = self._split(matrix.args)
            if split is None:
                return None
            sides.append((split[0], mul(coefficient, split[1])))
        first, _ = sides[0]
        if all(left == first for left, _ in sides):
            return first, add(*(right for _, right in sides))
        plain = [split_coefficient(right) for _, right in sides]
        if all(right == plain[0][1] for _, right in plain):
            lefts = (mul(c, left) for (c, _), (left, _) in zip(plain, sides, strict=True))
            return add(*lefts), plain[0][1]
        return None

    def _kronecker_sum(self, terms: Sequence[Expr]) -> tuple[Expr, Expr] | None:
        """The A and B of A ⊗ I + I ⊗ B."""
        lefts: list[Expr] = []
        rights: list[Expr] = []
        for term in terms:
            sides = self._kronecker([term])
            if sides is None:
                return None
            scale, right = split_coefficient(sides[1])
            if isinstance(right, Identity):
                lefts.append(mul(scale, sides[0]))
            elif isinstance(sides[0], Identity):
                rights.append(sides[1])
            else:
                return None
        return (add(*lefts), add(*rights)) if lefts and rights else None

    def _split(self, factors: Sequence[Expr]) -> tuple[Expr, Expr] | None:
        """The factors that act on rows, and those that act on columns, from the left."""
        rows, cols = self.shape
        for i in range(1, len(factors)):
            left, right = kronecker(*factors[:i]), kronecker(*factors[i:])
            if all(same_size(size, cols) for size in left.shape) and all(
                same_size(size, rows) for size in right.shape
            ):
                return left, right
        return None

    def _two_solves(self, left: Expr, right: Expr) -> Solve:
        """(A ⊗ B) vec(D) = vec(B D Aᵀ)."""
        return lambda given: mul(inverse(right), given, inverse(transpose(left)))

    # --- sums -----------------------------------------------------------------------------

    def _sum(self, total: Expr) -> Solve:
        if (sides := self._kronecker(total.args)) is not None:
            return self._two_solves(*sides)
        if (sides := self._kronecker_sum(total.args)) is not None:
            left, right = sides
            return lambda given: sylvester_of(right, transpose(left), given)
        diagonal = [term for term in total.args if self._diagonal([term]) is not None]
        others = [term for term in total.args if term not in diagonal]
        if not diagonal or len(others) > 1:
            raise self._refused(total)
        solve = self._divided(add(*(self._diagonal([term]) for term in diagonal)))
        return self._updated(solve, others[0], total) if others else solve

    def _updated(self, solve: Solve, term: Expr, total: Expr) -> Solve:
        """(M + P C Q)⁻¹ = M⁻¹ - M⁻¹P (I + C Q M⁻¹P)⁻¹ C Q M⁻¹, for M that is solved with."""
        coefficient, matrix = split_coefficient(term)
        factors = list(matrix.args) if isinstance(matrix, MatMul) else [matrix]
        size = matrix.shape[0]
        thin = [i for i, f in enumerate(factors[:-1]) if not same_size(f.shape[1], size)]
        if not thin:
            raise self._refused(total)
        if any(is_one(factors[i].shape[1]) for i in thin):
            cut = next(i for i in thin if is_one(factors[i].shape[1])) + 1
            return self._rank_one(solve, coefficient, mul(*factors[:cut]), mul(*factors[cut:]))
        if not self.is_column:
            raise self._refused(total)
        first, last = thin[0] + 1, thin[-1] + 1
        left, right = mul(*factors[:first]), mul(*factors[last:])
        middle = mul(coefficient, *factors[first:last])
        if not factors[first:last]:
            middle = mul(coefficient, identity(left.shape[1]))

        def solved(given: Expr) -> Expr:
            start = solve(given)
            moved = solve(left)
            inner = add(identity(left.shape[1]), mul(middle, right, moved))
            return add(start, mul(S.NegativeOne, moved, inverse(inner), middle, right, start))

        return solved

    def _rank_one(self, solve: Solve, coefficient: Expr, column: Expr, row: Expr) -> Solve:
        """The same for c p qᵀ, on matrices where p and q are vec of matrices."""
        left, right = self._as_shaped(column), self._as_shaped(transpose(row))
        moved = solve(left)
        inner = simplified(1 + coefficient * trace(mul(transpose(right), moved)), self.facts)
        if is_zero(inner):
            raise UnsupportedError(
                'form="solve" needs an invertible matrix, and this one is singular wherever it '
                "has a value; scipy.sparse.linalg.minres solves with its operator where there is "
                "a solution"
            )

        def solved(given: Expr) -> Expr:
            start = solve(given)
            amount = coefficient * trace(mul(transpose(right), start)) / inner
            return add(start, mul(-amount, moved))

        return solved

    def _as_shaped(self, column: Expr) -> Expr:
        coefficient, matrix = split_coefficient(column)
        return mul(coefficient, self._laid_out(matrix))


def _unturned(matrix: Expr) -> Expr:
    return matrix.args[0] if isinstance(matrix, Transpose | Inverse) else matrix
