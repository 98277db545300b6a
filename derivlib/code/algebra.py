"""Sums, products and transposes of forms; what has a structure is never written out for them."""

from __future__ import annotations

from collections.abc import Sequence

from sympy import Expr, S

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
    array_shape,
    is_vector,
)
from derivlib.code.ir import Array, Program

__all__ = ["Algebra"]


class Algebra:
    """Calculates with forms, writing the operations into a program.

    :param program: the program.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self.one = program.number(S.One)
        self.symmetric: set[int] = set()

    # --- scalars and arrays ---------------------------------------------------------------

    def times_scalar(self, scalar: Array, array: Array) -> Array:
        """Multiply an array by a scalar; by one nothing is done."""
        known, other = self.program.value_of(scalar), self.program.value_of(array)
        if known is not None and other is not None:
            return self.program.number(known * other)
        if known is S.One:
            return array
        if known is S.NegativeOne:
            return self.program.add("negate", array, shape=array.shape)
        return self.program.add("multiply", scalar, array, shape=array.shape)

    def combine(self, kind: str, arrays: Sequence[Array]) -> Array:
        """Add or multiply arrays that broadcast to one shape; numbers are gathered."""
        result: Array | None = None
        numbers = [v for a in arrays if (v := self.program.value_of(a)) is not None]
        rest = [a for a in arrays if self.program.value_of(a) is None]
        number = sum(numbers, S.Zero) if kind == "add" else S.One
        if kind == "multiply":
            for value in numbers:
                number *= value
        neutral = S.Zero if kind == "add" else S.One
        for array in sorted(rest, key=lambda a: a.ndim) if kind == "multiply" else rest:
            result = array if result is None else self._pair(kind, result, array)
        if result is None:
            return self.program.number(number)
        if number == neutral:
            return result
        if kind == "multiply":
            return self.times_scalar(self.program.number(number), result)
        return self._pair("add", result, self.program.number(number))

    def _pair(self, kind: str, left: Array, right: Array) -> Array:
        if kind == "add":
            operations = self.program.operations
            if operations[right.place].kind == "negate":
                taken = Array(operations[right.place].arguments[0], right.shape)
                return self.program.add("subtract", left, taken, shape=self._broadcast(left, right))
            if operations[left.place].kind == "negate":
                taken = Array(operations[left.place].arguments[0], left.shape)
                return self.program.add(
                    "subtract", right, taken, shape=self._broadcast(left, right)
                )
        return self.program.add(kind, left, right, shape=self._broadcast(left, right))

    @staticmethod
    def _broadcast(left: Array, right: Array) -> tuple[Expr, ...]:
        if left.ndim == right.ndim == 2:
            return tuple(
                b if a is S.One else a for a, b in zip(left.shape, right.shape, strict=True)
            )
        if {left.ndim, right.ndim} == {1, 2}:
            vector, matrix = (left, right) if left.ndim == 1 else (right, left)
            cols = vector.shape[0] if matrix.shape[1] is S.One else matrix.shape[1]
            return matrix.shape[0], cols
        return left.shape if left.ndim >= right.ndim else right.shape

    # --- forms ----------------------------------------------------------------------------

    def full(self, form: Form) -> Array:
        """Write a matrix out."""
        add, shape = self.program.add, array_shape(*form.shape)
        match form:
            case Full(array=array):
                return array
            case Zero():
                return (
                    add("zeros", shape=shape, static=False)
                    if shape
                    else add("number", extra=S.Zero, static=True)
                )
            case Ones(scalar=scalar):
                return add("fill", scalar, shape=shape, static=False) if shape else scalar
            case Eye(scalar=scalar):
                return self.times_scalar(scalar, add("eye", shape=shape, static=False))
            case Diag(vector=vector):
                return add("diagonal_matrix", vector, shape=shape)
            case Rows(vector=vector):
                return add("rows", vector, shape=shape)
            case Cols(vector=vector):
                return add("cols", vector, shape=shape)
            case Kron(left=left, right=right):
                return self._kronecker(left, right, shape)
            case Permuted(of=of):
                eye = add("eye", shape=shape, static=False)
                return add("permute_rows", eye, shape=shape, extra=of)
            case Inverted(array=array):
                return add("inverse", array, shape=shape)
        raise TypeError(f"no form of this kind: {form}")

    def _kronecker(self, left: Form, right: Form, shape: tuple[Expr, ...]) -> Array:
        if isinstance(left, Eye):
            blocks = self.times_scalar(left.scalar, self.matrix(right))
            return self.program.add("blocks", blocks, shape=shape, extra=left.rows)
        if isinstance(right, Eye):
            spread = self.times_scalar(right.scalar, self.matrix(left))
            return self.program.add("spread", spread, shape=shape, extra=right.rows)
        if len(shape) < 2:
            return self.program.add("kron", self.full(left), self.full(right), shape=shape)
        return self.program.add("kron", self.matrix(left), self.matrix(right), shape=shape)

    def matrix(self, form: Form) -> Array:
        """Write a matrix out with two axes, columns, rows and 1×1 matrices too."""
        array = self.full(form)
        if array.ndim == 2:
            return array
        if array.ndim == 0:
            return self.program.add("fill", array, shape=form.shape, static=False)
        return self.program.add("as_matrix", array, shape=form.shape, extra=form.shape)

    def operand(self, form: Form) -> Array:
        """A matrix as an operand that broadcasts to it."""
        match form:
            case Zero():
                return self.program.number(S.Zero)
            case Ones(scalar=scalar):
                return scalar
            case Rows(vector=vector):
                return vector
            case Cols(vector=vector):
                shape = (vector.shape[0], S.One)
                return self.program.add("column", vector, shape=shape)
        return self.full(form)

    def from_operand(self, array: Array, rows: Expr, cols: Expr) -> Form:
        """The matrix that an array broadcasts to."""
        shape = array_shape(rows, cols)
        if array.shape == shape:
            return Full(rows, cols, array)
        if array.ndim == 0:
            return Ones(rows, cols, array)
        if array.ndim == 1:
            return Rows(rows, cols, array)
        if array.shape[1] is S.One:
            operation = self.program.operations[array.place]
            if operation.kind == "column":
                return Cols(rows, cols, Array(operation.arguments[0], (rows,)))
            flat = self.program.add("flat", array, shape=(rows,))
            return Cols(rows, cols, flat)
        return Full(rows, cols, array)

    def scaled(self, scalar: Array, form: Form) -> Form:
        """Multiply a matrix by a scalar."""
        if self.program.value_of(scalar) is S.One or isinstance(form, Zero):
            return form
        rows, cols = form.shape
        match form:
            case Ones(scalar=own):
                return Ones(rows, cols, self.times_scalar(scalar, own))
            case Eye(scalar=own):
                return Eye(rows, cols, self.times_scalar(scalar, own))
            case Diag(vector=vector) | Rows(vector=vector) | Cols(vector=vector):
                return type(form)(rows, cols, self.times_scalar(scalar, vector))
            case Kron(left=left, right=right):
                if isinstance(left, Eye):
                    return Kron(rows, cols, left, self.scaled(scalar, right))
                return Kron(rows, cols, self.scaled(scalar, left), right)
        return Full(rows, cols, self.times_scalar(scalar, self.full(form)))

    def transposed(self, form: Form) -> Form:
        """Transpose a matrix."""
        match form:
            case Full(array=array):
                return Full(form.cols, form.rows, self.transposed_array(array))
            case Inverted(array=array):
                return Inverted(form.cols, form.rows, self.transposed_array(array))
            case Kron(left=left, right=right):
                return Kron(form.cols, form.rows, self.transposed(left), self.transposed(right))
        return form.transposed()

    def transposed_array(self, array: Array) -> Array:
        """Transpose an array of two axes; others stay."""
        if array.ndim < 2:
            return array
        operation = self.program.operations[array.place]
        shape = (array.shape[1], array.shape[0])
        if operation.kind == "transpose":
            return Array(operation.arguments[0], shape)
        if array.shape[0] == array.shape[1] and self._is_symmetric(array.place):
            return array
        return self.program.add("transpose", array, shape=shape)

    def _is_symmetric(self, place: int) -> bool:
        """Tell whether a square array is known to be its own transpose."""
        if place in self.symmetric:
            return True
        operations = self.program.operations
        operation = operations[place]
        if operation.kind in ("matmul", "outer"):
            left, right = operation.arguments
            if operation.kind == "outer":
                return left == right
            turned = [(operations[i].kind, operations[i].arguments) for i in (left, right)]
            return turned[0] == ("transpose", (right,)) or turned[1] == ("transpose", (left,))
        if operation.kind in ("add", "subtract", "multiply", "divide", "negate", "add_diagonal"):
            parts = [i for i in operation.arguments if operations[i].shape]
            flat = any(len(operations[i].shape) == 1 for i in parts)
            if operation.kind == "add_diagonal":
                return self._is_symmetric(operation.arguments[0])
            return not flat and all(map(self._is_symmetric, parts))
        return operation.kind in ("eye", "diagonal_matrix")

    # --- sums and entrywise products ------------------------------------------------------

    def plus(self, forms: Sequence[Form]) -> Form:
        """Add matrices; what stands on the diagonal alone is added there."""
        rows, cols = forms[0].shape
        terms = [form for form in forms if not isinstance(form, Zero)]
        if not terms:
            return Zero(rows, cols)
        if len(terms) == 1:
            return terms[0]
        on_diagonal = [form for form in terms if isinstance(form, Eye | Diag)]
        others = [form for form in terms if not isinstance(form, Eye | Diag)]
        diagonal = self._diagonal_sum(on_diagonal)
        if not others and diagonal is not None:
            return diagonal
        total = self._others(others, rows, cols)
        if diagonal is None:
            return total
        added = diagonal.scalar if isinstance(diagonal, Eye) else diagonal.vector
        array = self.program.add("add_diagonal", self.full(total), added, shape=(rows, cols))
        return Full(rows, cols, array)

    def _others(self, forms: Sequence[Form], rows: Expr, cols: Expr) -> Form:
        operands = [self.operand(form) for form in forms]
        return self.from_operand(self.combine("add", operands), rows, cols)

    def _diagonal_sum(self, forms: Sequence[Eye | Diag]) -> Eye | Diag | None:
        if not forms:
            return None
        rows, cols = forms[0].shape
        parts = [f.scalar if isinstance(f, Eye) else f.vector for f in forms]
        total = self.combine("add", parts)
        return Eye(rows, cols, total) if total.ndim == 0 else Diag(rows, cols, total)

    def hadamard(self, forms: Sequence[Form]) -> Form:
        """Multiply matrices entry by entry."""
        rows, cols = forms[0].shape
        if any(isinstance(form, Zero) for form in forms):
            return Zero(rows, cols)
        if not is_vector(forms[0]) and any(isinstance(form, Eye | Diag) for form in forms):
            return self._on_diagonal(forms, rows, cols)
        operands = [self.operand(form) for form in forms]
        return self.from_operand(self.combine("multiply", operands), rows, cols)

    def _on_diagonal(self, forms: Sequence[Form], rows: Expr, cols: Expr) -> Form:
        total = self.combine("multiply", [self.diagonal(form) for form in forms])
        return Eye(rows, cols, total) if total.ndim == 0 else Diag(rows, cols, total)

    def diagonal(self, form: Form) -> Array:
        """The diagonal of a square matrix, or the one number that stands on it."""
        match form:
            case Zero():
                return self.program.number(S.Zero)
            case Ones(scalar=scalar) | Eye(scalar=scalar):
                return scalar
            case Diag(vector=vector) | Rows(vector=vector) | Cols(vector=vector):
                return vector
        array = self.full(form)
        return array if array.ndim < 2 else self.program.add("diagonal", array, shape=(form.rows,))

    # --- sums over axes -------------------------------------------------------------------

    def sum_axis(self, form: Form, axis: int) -> Array:
        """The sums of the columns (axis 0) or of the rows (axis 1), as a vector."""
        across, along = form.shape if axis == 0 else (form.cols, form.rows)
        count = self.program.number(across)
        match form:
            case Zero():
                return self.program.number(S.Zero)
            case Ones(scalar=scalar):
                return self.times_scalar(count, scalar)
            case Eye(scalar=scalar):
                return scalar
            case Diag(vector=vector):
                return vector
            case Rows(vector=vector):
                if axis == 0:
                    return self.times_scalar(count, vector)
                return self.program.add("sum", vector)
            case Cols(vector=vector):
                if axis == 1:
                    return self.times_scalar(count, vector)
                return self.program.add("sum", vector)
        array = self.full(form)
        if array.ndim < 2:
            return array if across is S.One else self.program.add("sum", array)
        operation = self.program.operations[array.place]
        if operation.kind == "transpose":
            array, axis = Array(operation.arguments[0], (array.shape[1], array.shape[0])), 1 - axis
        return self.program.add("sum_axis", array, shape=(along,), extra=axis)

    def total(self, form: Form) -> Array:
        """The sum of all entries."""
        vector = self.sum_axis(form, 0)
        if isinstance(form, Full):
            array = form.array
            return array if array.ndim == 0 else self.program.add("sum", array)
        if vector.ndim == 0 and form.cols is not S.One:
            return self.times_scalar(self.program.number(form.cols), vector)
        return vector if vector.ndim == 0 else self.program.add("sum", vector)
