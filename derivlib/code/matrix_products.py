"""Products of matrices in the order that costs least, structured factors never written out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sympy import Expr, S

from derivlib.code.form_algebra import Algebra
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
    Picks,
    Rows,
    Sum,
    Zero,
    array_shape,
    is_vector,
)
from derivlib.code.ir import Array
from derivlib.code.kron_diag_kron import stacked
from derivlib.code.order import Order, Sizes


class Products:
    """Multiplies forms.

    :param sizes: typical values of size symbols, where they are known.
    """

    def __init__(self, algebra: Algebra, sizes: Mapping[Expr, int] | None = None) -> None:
        self.algebra = algebra
        self.add = algebra.program.add
        self.sizes = Sizes(sizes or {})

    # --- the order ------------------------------------------------------------------------

    def product(self, forms: Sequence[Form]) -> Form:
        """Multiply forms in the order with the fewest operations."""
        scalar, forms = self._without_scalars(forms)
        for form in forms:
            if isinstance(form, Zero):
                return Zero(forms[0].rows, forms[-1].cols)
        kept = [form for form in forms if not isinstance(form, Eye)]
        kept = stacked(self.algebra, kept)
        if not kept:
            return self.algebra.scaled(scalar, forms[0])
        return self.algebra.scaled(scalar, self._ordered(kept))

    def _ordered(self, forms: Sequence[Form]) -> Form:
        order = Order(self.algebra, self.sizes, forms)
        if (half := self._mirrored(forms)) > 1:
            middle, right = forms[half:-half], forms[-half:]
            end = Form(right[0].rows, right[-1].cols)
            once = Order(self.algebra, self.sizes, right)
            rest = Order(self.algebra, self.sizes, [end.transposed(), *middle, end])
            if once.price + rest.price < order.price:
                product = self._ordered(right)
                return self._ordered([self.algebra.transposed(product), *middle, product])

        def multiplied(i: int, j: int) -> Form:
            if i == j:
                return forms[i]
            k = order.splits[i, j]
            return self.times(multiplied(i, k), multiplied(k + 1, j))

        return multiplied(0, len(forms) - 1)

    def _mirrored(self, forms: Sequence[Form]) -> int:
        """How many factors at the start are the transposes of those at the end."""
        count = 0
        while 2 * (count + 1) <= len(forms):
            if self.algebra.transposed(forms[count]) != forms[-1 - count]:
                break
            count += 1
        return count

    def _without_scalars(self, forms: Sequence[Form]) -> tuple[Array, list[Form]]:
        scalars: list[Array] = []
        rest: list[Form] = []
        for form in forms:
            if isinstance(form, Ones | Eye):
                scalars.append(form.scalar)
                rest.append(type(form)(*form.shape, self.algebra.one))
            elif isinstance(form, Full):
                number, array = self.algebra.without_number(form.array)
                scalars.append(self.algebra.program.number(number))
                rest.append(Full(*form.shape, array))
            else:
                rest.append(form)
        return self.algebra.combine("multiply", scalars), rest

    # --- one product ----------------------------------------------------------------------

    def times(self, left: Form, right: Form) -> Form:
        """Multiply two matrices."""
        rows, cols = left.rows, right.cols
        if isinstance(left, Inverted) or isinstance(right, Inverted):
            return Full(rows, cols, self._solved(left, right))
        if isinstance(left, Sum):
            return self.algebra.plus([self.times(term, right) for term in left.terms])
        if isinstance(right, Sum):
            return self.algebra.plus([self.times(left, term) for term in right.terms])
        if isinstance(left, Eye):
            return self.algebra.scaled(left.scalar, right)
        if isinstance(right, Eye):
            return self.algebra.scaled(right.scalar, left)
        if (vectors := self.algebra.as_outer(left)) is not None:
            scalar, first, second = vectors
            row = self.times(Full(S.One, left.cols, second), right)
            return self.algebra.scaled(scalar, self._dense_form(Full(rows, S.One, first), row))
        if (vectors := self.algebra.as_outer(right)) is not None:
            scalar, first, second = vectors
            column = self.times(left, Full(right.rows, S.One, first))
            return self.algebra.scaled(scalar, self._dense_form(column, Full(S.One, cols, second)))
        return self._with_ones(left, right)

    def _with_ones(self, left: Form, right: Form) -> Form:
        """A product one of whose factors may have equal rows or columns."""
        rows, cols = left.rows, right.cols
        if isinstance(right, Ones):
            sums = self.algebra.sum_axis(left, 1)
            return self._as_columns(self.algebra.times_scalar(right.scalar, sums), rows, cols)
        if isinstance(left, Ones):
            sums = self.algebra.sum_axis(right, 0)
            return self.algebra.from_operand(
                self.algebra.times_scalar(left.scalar, sums), rows, cols
            )
        if isinstance(left, Cols) and not is_vector(left):
            sums = self.algebra.sum_axis(right, 0)
            return self._outer(left.vector, sums, rows, cols)
        if isinstance(right, Rows) and not is_vector(right):
            sums = self.algebra.sum_axis(left, 1)
            return self._outer(sums, right.vector, rows, cols)
        return self._with_structure(left, right)

    def _with_structure(self, left: Form, right: Form) -> Form:
        """A product one of whose factors may be diagonal, a permutation or a Kronecker product."""
        rows, cols = left.rows, right.cols
        if isinstance(left, Diag) or isinstance(right, Diag):
            return self._scaled_lines(left, right, rows, cols)
        if isinstance(left, Permuted) or isinstance(right, Permuted):
            return self._permuted(left, right, rows, cols)
        if isinstance(left, Picks):
            return self._picked(left.index, left.turned, 0, right, (rows, cols))
        if isinstance(right, Picks):
            return self._picked(right.index, not right.turned, 1, left, (rows, cols))
        if isinstance(left, Kron) or isinstance(right, Kron):
            return self._with_kronecker(left, right, rows, cols)
        if isinstance(left, Rows):
            flat = Full(S.One, left.cols, left.vector)
            return self.algebra.from_operand(self._dense(flat, right, S.One, cols), rows, cols)
        if isinstance(right, Cols):
            flat = Full(right.rows, S.One, right.vector)
            return self._as_columns(self._dense(left, flat, rows, S.One), rows, cols)
        return Full(rows, cols, self._dense(left, right, rows, cols))

    def _dense_form(self, left: Form, right: Form) -> Form:
        return Full(left.rows, right.cols, self._dense(left, right, left.rows, right.cols))

    def _as_columns(self, vector: Array, rows: Expr, cols: Expr) -> Form:
        if vector.ndim == 0:
            return self.algebra.from_operand(vector, rows, cols)
        return Full(rows, cols, vector) if cols is S.One else Cols(rows, cols, vector)

    def _outer(self, left: Array, right: Array, rows: Expr, cols: Expr) -> Form:
        if left.ndim == 0:
            return self.algebra.from_operand(self.algebra.times_scalar(left, right), rows, cols)
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
        if a.ndim == 1:  # a row times a matrix is the transpose times the column
            a, b = self.algebra.transposed_array(b), a
        return self.add("matmul", a, b, shape=array_shape(rows, cols))

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
        if array.ndim == 1 and kind == "permute_cols":  # a row times K is the column Kᵀ times it
            kind, of = "permute_rows", (of[1], of[0])
        return Full(rows, cols, self.add(kind, array, shape=array.shape, extra=of))

    def _picked(
        self,
        index: tuple[Any, ...],
        placed: bool,
        axis: int,
        form: Form,
        made: tuple[Expr, Expr],
    ) -> Form:
        """Rows or columns taken from a matrix, or added to zeros at their places."""
        array, shape = self.algebra.full(form), array_shape(*made)
        if made[1 - axis] is S.One:  # an array of one axis
            axis = 0
        kind = "put" if placed else "take"
        return Full(*made, self.add(kind, array, shape=shape, extra=(index, axis)))

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
        shape = array_shape(left.rows, right.cols)
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

    # --- traces and diagonals -------------------------------------------------------------

    def trace(self, forms: Sequence[Form]) -> Array:
        """The trace of a product, as the sum of an entrywise product, or a dot product."""
        if len(forms) == 1:
            return self._trace_of_one(forms[0])
        turned = next(
            (i for i, form in enumerate(forms) if form.rows is S.One), None
        )  # a row that starts the product makes it a scalar
        if turned is not None:
            return self.algebra.full(self.product([*forms[turned:], *forms[:turned]]))
        turns = [[*forms[i:], *forms[:i]] for i in range(len(forms))]
        first, last = self._halves(turns)
        return self.algebra.total(self.algebra.hadamard([first, self.algebra.transposed(last)]))

    def _halves(self, turns: Sequence[Sequence[Form]]) -> tuple[Form, Form]:
        """Two matrices whose product has the trace of any of some products."""
        half, odd = divmod(len(turns), 2)
        for forms in () if odd else turns:
            if self._mirrored(forms) == half:
                last = self.product(forms[half:])
                return self.algebra.transposed(last), last
            if forms[:half] == forms[half:]:
                once = self.product(forms[:half])
                return once, once
        *others, last = min(turns, key=lambda forms: self._chain_cost(forms[:-1]))
        return self.product(others), last

    def _chain_cost(self, forms: Sequence[Form]) -> float:
        return Order(self.algebra, self.sizes, forms).price

    def _trace_of_one(self, form: Form) -> Array:
        diagonal = self.algebra.diagonal(form)
        if isinstance(form, Full) and form.array.ndim == 2 and not self.algebra.as_outer(form):
            return self.add("trace", form.array)
        if diagonal.ndim == 0:
            count = S.One if form.rows is S.One else form.rows
            return self.algebra.times_scalar(self.algebra.program.number(count), diagonal)
        return self.add("sum", diagonal)

    def diagonal(self, forms: Sequence[Form]) -> Array:
        """The diagonal of a product, or the one number that stands on it."""
        scalar, forms = self._without_scalars(forms)
        start, end = 0, len(forms)
        while start < end - 1 and isinstance(forms[start], Diag | Eye):
            start += 1
        while start < end - 1 and isinstance(forms[end - 1], Diag | Eye):
            end -= 1
        scaling = [self.algebra.diagonal(form) for form in (*forms[:start], *forms[end:])]
        return self.algebra.combine(
            "multiply", [scalar, *scaling, self._row_sums(forms[start:end])]
        )

    def _row_sums(self, forms: Sequence[Form]) -> Array:
        if len(forms) == 1:
            return self.algebra.diagonal(forms[0])
        best = min(
            range(1, len(forms)),
            key=lambda i: self._chain_cost(forms[:i]) + self._chain_cost(forms[i:]),
        )
        left, right = forms[:best], forms[best:]
        axis = 0 if self._count_turned(left) > self._count_turned(self._flipped(left)) else 1
        if axis == 0:
            pair = [self.product(self._flipped(left)), self.product(right)]
        else:
            pair = [self.product(left), self.product(self._flipped(right))]
        return self.algebra.sum_axis(self.algebra.hadamard(pair), axis)

    def _flipped(self, forms: Sequence[Form]) -> list[Form]:
        """The factors of the transpose of a product."""
        return [self.algebra.transposed(form) for form in reversed(forms)]

    def _count_turned(self, forms: Sequence[Form]) -> int:
        return sum(isinstance(f, Full) and self.algebra.is_turned(f.array) for f in forms)
