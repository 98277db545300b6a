"""Products of matrices in the order that costs least, structured factors never written out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from sympy import Expr, S

from derivlib.code.algebra import Algebra
from derivlib.code.forms import (
    Cols,
    Diag,
    Eye,
    Form,
    Full,
    Inverted,
    Kron,
    Ones,
    Permuted,
    Rows,
    Zero,
    is_vector,
)
from derivlib.code.ir import Array

__all__ = ["Products"]

TYPICAL = 1000
"""What a size that is not known is taken for when orders of multiplication are compared."""


class Products:
    """Multiplies forms.

    :param algebra: what they are added, scaled and transposed with.
    :param sizes: typical values of size symbols, where they are known.
    """

    def __init__(self, algebra: Algebra, sizes: Mapping[Expr, int] | None = None) -> None:
        self.algebra = algebra
        self.add = algebra.program.add
        self.sizes = sizes or {}

    def size(self, size: Expr) -> int:
        """A size as a number, for comparing costs."""
        known = {s: self.sizes.get(s, TYPICAL) for s in size.free_symbols}
        return max(1, int(size.xreplace({s: S(v) for s, v in known.items()})))

    # --- the order ------------------------------------------------------------------------

    def product(self, forms: Sequence[Form]) -> Form:
        """Multiply forms in the order with the fewest operations.

        The matrix chain is ordered by dynamic programming (Cormen et al., chapter 14).
        """
        scalar, forms = self._without_scalars(forms)
        for form in forms:
            if isinstance(form, Zero):
                return Zero(forms[0].rows, forms[-1].cols)
        kept = [form for form in forms if not isinstance(form, Eye)]
        if not kept:
            return self.algebra.scaled(scalar, forms[0])
        splits = self._splits(kept)

        def multiplied(i: int, j: int) -> Form:
            if i == j:
                return kept[i]
            k = splits[i, j]
            return self.times(multiplied(i, k), multiplied(k + 1, j))

        return self.algebra.scaled(scalar, multiplied(0, len(kept) - 1))

    def _without_scalars(self, forms: Sequence[Form]) -> tuple[Array, list[Form]]:
        scalars: list[Array] = []
        rest: list[Form] = []
        for form in forms:
            if isinstance(form, Ones | Eye):
                scalars.append(form.scalar)
                rest.append(type(form)(*form.shape, self.algebra.one))
            else:
                rest.append(form)
        return self.algebra.combine("multiply", scalars), rest

    def _splits(self, forms: Sequence[Form]) -> dict[tuple[int, int], int]:
        count = len(forms)
        cost = {(i, i): 0.0 for i in range(count)}
        plain = {(i, i): self._is_plain(form) for i, form in enumerate(forms)}
        splits: dict[tuple[int, int], int] = {}
        # Among equals, a row that starts the product waits for what other products share.
        turn = 1 if forms[0].rows is S.One else -1
        for width in range(1, count):
            for i in range(count - width):
                j = i + width
                found = [
                    (cost[i, k] + cost[k + 1, j] + self._cost(forms, plain, i, k, j), turn * k)
                    for k in range(i, j)
                ]
                cost[i, j], split = min(found)
                splits[i, j] = turn * split
                plain[i, j] = True
        return splits

    @staticmethod
    def _is_plain(form: Form) -> bool:
        return not isinstance(form, Diag | Ones | Rows | Cols | Permuted | Kron)

    def _cost(
        self, forms: Sequence[Form], plain: Mapping[Any, bool], i: int, k: int, j: int
    ) -> float:
        rows, inner, cols = map(self.size, (forms[i].rows, forms[k].cols, forms[j].cols))
        if not plain[i, k] or not plain[k + 1, j]:
            structured = forms[i] if not plain[i, k] else forms[j]
            if isinstance(structured, Kron):
                factor = self.size(structured.left.rows) + self.size(structured.right.cols)
                return float(factor * max(rows * cols, inner * cols))
            return float(rows * inner + inner * cols + rows * cols)
        solving = 0.0
        for place, form in ((i, forms[i]), (j, forms[j])):
            if isinstance(form, Inverted) and (place, place) in ((i, k), (k + 1, j)):
                solving += self.size(form.rows) ** 3 / 3
        return float(rows) * inner * cols + solving

    # --- one product ----------------------------------------------------------------------

    def times(self, left: Form, right: Form) -> Form:
        """Multiply two matrices."""
        rows, cols = left.rows, right.cols
        if isinstance(left, Inverted) or isinstance(right, Inverted):
            return Full(rows, cols, self._solved(left, right))
        if isinstance(right, Ones):
            sums = self.algebra.sum_axis(left, 1)
            return self._as_columns(self.algebra.times_scalar(right.scalar, sums), rows, cols)
        if isinstance(left, Ones):
            sums = self.algebra.sum_axis(right, 0)
            return self._as_rows(self.algebra.times_scalar(left.scalar, sums), rows, cols)
        if isinstance(left, Cols) and not is_vector(left):
            sums = self.algebra.sum_axis(right, 0)
            return self._outer(left.vector, sums, rows, cols)
        if isinstance(right, Rows) and not is_vector(right):
            sums = self.algebra.sum_axis(left, 1)
            return self._outer(sums, right.vector, rows, cols)
        if isinstance(left, Diag) or isinstance(right, Diag):
            return self._scaled_lines(left, right, rows, cols)
        if isinstance(left, Permuted) or isinstance(right, Permuted):
            return self._permuted(left, right, rows, cols)
        if isinstance(left, Kron) or isinstance(right, Kron):
            return self._with_kronecker(left, right, rows, cols)
        if isinstance(left, Rows):
            flat = Full(S.One, left.cols, left.vector)
            return self._as_rows(self._dense(flat, right, S.One, cols), rows, cols)
        if isinstance(right, Cols):
            flat = Full(right.rows, S.One, right.vector)
            return self._as_columns(self._dense(left, flat, rows, S.One), rows, cols)
        return Full(rows, cols, self._dense(left, right, rows, cols))

    def _as_rows(self, vector: Array, rows: Expr, cols: Expr) -> Form:
        if vector.ndim == 0:
            return self.algebra.from_operand(vector, rows, cols)
        return Full(rows, cols, vector) if rows is S.One else Rows(rows, cols, vector)

    def _as_columns(self, vector: Array, rows: Expr, cols: Expr) -> Form:
        if vector.ndim == 0:
            return self.algebra.from_operand(vector, rows, cols)
        return Full(rows, cols, vector) if cols is S.One else Cols(rows, cols, vector)

    def _outer(self, left: Array, right: Array, rows: Expr, cols: Expr) -> Form:
        if left.ndim == 0:
            return self._as_rows(self.algebra.times_scalar(left, right), rows, cols)
        if right.ndim == 0:
            return self._as_columns(self.algebra.times_scalar(right, left), rows, cols)
        return Full(rows, cols, self.add("outer", left, right, shape=(rows, cols)))

    def _dense(self, left: Form, right: Form, rows: Expr, cols: Expr) -> Array:
        a, b = self.algebra.full(left), self.algebra.full(right)
        if a.ndim == 0 or b.ndim == 0:
            return self.algebra.times_scalar(*((a, b) if a.ndim == 0 else (b, a)))
        if a.ndim == b.ndim == 1:
            if left.rows is S.One:
                return self.add("dot", a, b)
            return self.add("outer", a, b, shape=(rows, cols))
        shape = tuple(size for size in (rows, cols) if size is not S.One)
        return self.add("matmul", a, b, shape=shape)

    def _scaled_lines(self, left: Form, right: Form, rows: Expr, cols: Expr) -> Form:
        if isinstance(left, Diag) and isinstance(right, Diag):
            return Diag(rows, cols, self.algebra.combine("multiply", [left.vector, right.vector]))
        if isinstance(left, Diag):
            scaling: Cols | Rows = Cols(rows, cols, left.vector)
            other = right
        else:
            assert isinstance(right, Diag)
            scaling, other = Rows(rows, cols, right.vector), left
        if is_vector(other):
            return self.algebra.hadamard([Full(rows, cols, scaling.vector), other])
        return self.algebra.hadamard([scaling, other])

    def _permuted(self, left: Form, right: Form, rows: Expr, cols: Expr) -> Form:
        if isinstance(left, Permuted):
            array, kind, of = self.algebra.full(right), "permute_rows", left.of
        else:
            assert isinstance(right, Permuted)
            array, kind, of = self.algebra.full(left), "permute_cols", right.of
        kind = "permute_rows" if array.ndim == 1 and kind == "permute_rows" else kind
        if array.ndim == 1 and kind == "permute_cols":  # a row times K is the column Kᵀ times it
            kind, of = "permute_rows", (of[1], of[0])
        return Full(rows, cols, self.add(kind, array, shape=array.shape, extra=of))

    def _with_kronecker(self, left: Form, right: Form, rows: Expr, cols: Expr) -> Form:
        if isinstance(left, Kron) and isinstance(right, Kron) and self._fit(left, right):
            return Kron(
                rows, cols,
                self.product([left.left, right.left]), self.product([left.right, right.right]),
            )  # fmt: skip
        if isinstance(left, Kron) and right.cols is S.One:
            return Full(rows, cols, self._on_vec(left, self.algebra.full(right)))
        if isinstance(right, Kron) and left.rows is S.One:
            flipped = self.algebra.transposed(right)
            assert isinstance(flipped, Kron)
            return Full(rows, cols, self._on_vec(flipped, self.algebra.full(left)))
        return Full(rows, cols, self._dense(left, right, rows, cols))

    @staticmethod
    def _fit(left: Kron, right: Kron) -> bool:
        return left.left.cols == right.left.rows and left.right.cols == right.right.rows

    def _on_vec(self, kron: Kron, column: Array) -> Array:
        """(A ⊗ B) vec(X) = vec(B X Aᵀ), for X with as many rows as B has columns."""
        inner = (kron.right.cols, kron.left.cols)
        if column.ndim == 0:
            return self.algebra.times_scalar(column, self.algebra.full(kron))
        if S.One not in inner:
            column = self.add("unvec", column, shape=inner, extra=inner)
        shaped = Full(*inner, column)
        result = self.product([kron.right, shaped, self.algebra.transposed(kron.left)])
        if is_vector(result):
            return self.algebra.full(result)
        return self.add("vec", self.algebra.full(result), shape=(kron.rows,))

    def _solved(self, left: Form, right: Form) -> Array:
        shape = tuple(size for size in (left.rows, right.cols) if size is not S.One)
        if isinstance(left, Inverted):
            other = self.algebra.full(right)
            if other.ndim == 0:
                other = self.algebra.matrix(right)
            return self.add("solve", left.array, other, shape=shape)
        assert isinstance(right, Inverted)
        system = self.algebra.transposed_array(right.array)
        other = self.algebra.transposed_array(self.algebra.full(left))
        flipped = self.add("solve", system, other, shape=tuple(reversed(shape)))
        return self.algebra.transposed_array(flipped)

    # --- traces ---------------------------------------------------------------------------

    def trace(self, forms: Sequence[Form]) -> Array:
        """The trace of a product, as the sum of an entrywise product, or a dot product."""
        if len(forms) == 1:
            return self._trace_of_one(forms[0])
        turned = next(
            (i for i, form in enumerate(forms) if form.rows is S.One), None
        )  # a row that starts the product makes it a scalar
        if turned is not None:
            return self.algebra.full(self.product([*forms[turned:], *forms[:turned]]))
        best = min(range(len(forms)), key=lambda i: self._chain_cost([*forms[i:], *forms[:i]][:-1]))
        *others, last = [*forms[best:], *forms[:best]]
        first = self.product(others)
        return self.algebra.total(self.algebra.hadamard([first, self.algebra.transposed(last)]))

    def _chain_cost(self, forms: Sequence[Form]) -> float:
        sizes = [self.size(form.rows) for form in forms] + [self.size(forms[-1].cols)]
        if len(forms) == 1:
            return 0.0
        return float(sum(sizes[0] * a * b for a, b in pairwise(sizes[1:])))

    def _trace_of_one(self, form: Form) -> Array:
        diagonal = self.algebra.diagonal(form)
        if isinstance(form, Full) and form.array.ndim == 2:
            return self.add("trace", form.array)
        if diagonal.ndim == 0:
            count = S.One if form.rows is S.One else form.rows
            return self.algebra.times_scalar(self.algebra.program.number(count), diagonal)
        return self.add("sum", diagonal)
