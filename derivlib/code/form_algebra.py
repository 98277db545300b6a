"""Sums, products and transposes of forms; what has a structure is never written out for them."""

from __future__ import annotations

from collections.abc import Sequence

from sympy import Expr, I, S, conjugate

from derivlib.code.array_arithmetic import Arithmetic
from derivlib.code.forms import (
    Cols,
    Diag,
    Eye,
    Form,
    Full,
    Inverted,
    Kron,
    KronDiag,
    Ones,
    Permuted,
    Picks,
    Rows,
    Sum,
    Zero,
    array_shape,
    is_vector,
)
from derivlib.code.ir import Array, Program

_OF_REAL_REAL = (
    "add", "subtract", "multiply", "divide", "negate", "matmul", "dot", "outer", "transpose",
    "sum", "column", "inverse", "solve", "trace", "diagonal", "diagonal_matrix",
)  # fmt: skip
"""What makes real arrays of real ones."""

_VIEWS = ("transpose", "as_matrix", "column", "flat", "vec", "unvec", "entry", "diagonal", "take")
"""What may only look at the numbers of an array in another way."""


class Algebra(Arithmetic):
    """Calculates with forms, writing the operations into a program."""

    def __init__(self, program: Program) -> None:
        super().__init__(program)
        self.symmetric: set[int] = set()
        """The places of arrays that are known to be symmetric."""
        self.real: set[int] = set()
        """The places of arrays that are real where others are complex."""

    # --- forms ----------------------------------------------------------------------------

    def full(self, form: Form) -> Array:
        """Write a matrix out."""
        add, shape = self.program.add, array_shape(*form.shape)
        match form:
            case Full(array=array):
                return array
            case Zero():
                return add("zeros", shape=shape) if shape else self.program.number(S.Zero)
            case Ones(scalar=scalar):
                return add("fill", scalar, shape=shape) if shape else scalar
            case Eye(scalar=scalar):
                return self.times_scalar(scalar, add("eye", shape=shape))
            case Diag(vector=vector):
                return add("diagonal_matrix", vector, shape=shape)
            case Rows(vector=vector):
                return add("rows", vector, shape=shape)
            case Cols(vector=vector):
                return add("cols", vector, shape=shape)
            case Kron(left=left, right=right):
                return self._kronecker(left, right, shape)
            case Permuted(of=of):
                return add("permute_rows", add("eye", shape=shape), shape=shape, extra=of)
            case Picks(index=index, turned=turned):
                size = form.rows if turned else form.cols
                eye = add("eye", shape=(size, size))
                return add("take", eye, shape=shape, extra=(index, int(turned)))
            case Inverted(array=array):
                return add("inverse", array, shape=shape)
            case Sum(terms=terms):
                return self._added(terms)
            case KronDiag(kron=kron, vector=vector):
                return self.combine("multiply", [vector, self.full(kron)])
        raise TypeError(f"no form of this kind: {form}")

    def _kronecker(self, left: Form, right: Form, shape: tuple[Expr, ...]) -> Array:
        if isinstance(left, Eye):
            blocks = self.times_scalar(left.scalar, self.matrix(right))
            return self.program.add("blocks", blocks, shape=shape, extra=left.rows)
        if isinstance(right, Eye):
            spread = self.times_scalar(right.scalar, self.matrix(left))
            return self.program.add("spread", spread, shape=shape, extra=right.rows)
        array = self.full if len(shape) < 2 else self.matrix
        return self.program.add("kron", array(left), array(right), shape=shape)

    def matrix(self, form: Form) -> Array:
        """Write a matrix out with two axes, columns, rows and 1×1 matrices too."""
        array = self.full(form)
        if array.ndim == 2:
            return array
        if array.ndim == 0:
            return self.program.add("fill", array, shape=form.shape)
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
                return self.column(vector)
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
            number, inner = self.without_number(array)
            if self._operation(inner).kind == "column":
                (vector,) = self._arguments(inner)
                return Cols(rows, cols, self.times_scalar(self.program.number(number), vector))
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
            case KronDiag(kron=kron, vector=vector):
                return KronDiag(rows, cols, kron, self.times_scalar(scalar, vector))
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
            case Sum(terms=terms):
                return Sum(form.cols, form.rows, tuple(map(self.transposed, terms)))
            case KronDiag():
                return Full(form.cols, form.rows, self.transposed_array(self.full(form)))
        return form.transposed()

    def transposed_array(self, array: Array) -> Array:
        """Transpose an array of two axes; others stay."""
        if array.ndim < 2:
            return array
        operation = self._operation(array)
        shape = (array.shape[1], array.shape[0])
        if operation.kind == "transpose":
            return Array(operation.arguments[0], shape)
        if array.shape[0] == array.shape[1] and self._is_symmetric(array.place):
            return array
        if operation.name is None:
            arguments = self._arguments(array)
            if operation.kind == "outer":
                return self.program.add("outer", *arguments[::-1], shape=shape)
            if operation.kind == "negate" or (
                operation.kind in ("multiply", "divide") and self.is_turned(array)
            ):
                turned = [self._turned_operand(argument) for argument in arguments]
                return self.program.add(operation.kind, *turned, shape=shape)
        return self.program.add("transpose", array, shape=shape)

    # --- complex numbers ------------------------------------------------------------------

    def conjugated(self, form: Form) -> Form:
        """The conjugate of a matrix, of the same form."""
        rows, cols = form.shape
        match form:
            case Ones(scalar=scalar) | Eye(scalar=scalar):
                return type(form)(rows, cols, self.conjugated_array(scalar))
            case Diag(vector=vector) | Rows(vector=vector) | Cols(vector=vector):
                return type(form)(rows, cols, self.conjugated_array(vector))
            case Full(array=array) | Inverted(array=array):
                return type(form)(rows, cols, self.conjugated_array(array))
            case Kron(left=left, right=right):
                return Kron(rows, cols, self.conjugated(left), self.conjugated(right))
            case Sum(terms=terms):
                return Sum(rows, cols, tuple(map(self.conjugated, terms)))
            case KronDiag():
                return Full(rows, cols, self.conjugated_array(self.full(form)))
        return form

    def conjugated_array(self, array: Array) -> Array:
        """The conjugate of an array; numbers it is multiplied by, and transposes, stay outside."""
        number, array = self.without_number(array)
        scale = self.program.number(conjugate(number))
        if (value := self.program.value_of(array)) is not None:
            return self.times_scalar(scale, self.program.number(conjugate(value)))
        operation = self._operation(array)
        if self.is_real(array.place):
            result = array
        elif operation.kind == "conjugate":
            (result,) = self._arguments(array)
        elif operation.kind == "transpose":
            result = self.transposed_array(self.conjugated_array(*self._arguments(array)))
        else:
            result = self.program.add("conjugate", array, shape=array.shape)
        return self.times_scalar(scale, result)

    def is_real(self, place: int) -> bool:
        """Tell whether an array is real for certain, where others are complex."""
        operation = self.program.operations[place]
        if place in self.real or operation.kind in ("eye", "zeros", "real", "imag"):
            return True
        if operation.kind == "number":
            return not operation.extra.has(I)
        return operation.kind in _OF_REAL_REAL and all(map(self.is_real, operation.arguments))

    def as_complex(self, array: Array) -> Array:
        """A real array with the type of complex numbers."""
        result = self.program.add("as_complex", array, shape=array.shape)
        self.real.add(result.place)
        return result

    def resolved(self, array: Array) -> Array:
        """An array that is no mere view of another with the signs of imaginary parts turned."""
        place = array.place
        while (operation := self.program.operations[place]).kind in _VIEWS:
            (place,) = operation.arguments
        if operation.kind != "conjugate":
            return array
        return self.program.add("resolved", array, shape=array.shape)

    def _turned_operand(self, array: Array) -> Array:
        """What broadcasts to a transpose as an array does to a matrix."""
        if array.ndim == 1:
            return self.program.add("column", array, shape=(array.shape[0], S.One))
        if self._operation(array).kind == "column":
            return self._arguments(array)[0]
        return self.transposed_array(array)

    def is_turned(self, array: Array) -> bool:
        """Tell whether an array is a transpose, or one with its rows or columns scaled."""
        operation = self._operation(array)
        if operation.kind == "transpose":
            return True
        if operation.kind not in ("negate", "multiply", "divide") or operation.name is not None:
            return False
        arguments = self._arguments(array)
        wide = [a for a in arguments if a.ndim == 2 and self._operation(a).kind != "column"]
        return bool(wide) and all(map(self.is_turned, wide))

    def as_outer(self, form: Form) -> tuple[Array, Array, Array] | None:
        """The scalar and the two vectors of a multiple of an outer product."""
        if not isinstance(form, Full) or form.array.ndim < 2:
            return None
        scalars: list[Array] = []
        array = form.array
        while (operation := self._operation(array)).kind in ("negate", "multiply", "divide"):
            if operation.kind == "negate":
                scalar, (array,) = self.program.number(S.NegativeOne), self._arguments(array)
            elif operation.kind == "multiply":
                scalar, array = self._arguments(array)
            else:
                array, below = self._arguments(array)
                scalar = self.divided(self.one, below)
            if scalar.ndim:
                return None
            scalars.append(scalar)
        if operation.kind != "outer":
            return None
        left, right = self._arguments(array)
        return self.combine("multiply", scalars), left, right

    def _is_symmetric(self, place: int) -> bool:
        """Tell whether a square array is known to be its own transpose."""
        if place in self.symmetric:
            return True
        operations = self.program.operations
        kind, arguments = operations[place].kind, operations[place].arguments
        if kind == "outer":
            return arguments[0] == arguments[1]
        if kind == "matmul":
            return self._is_congruence(*arguments)
        if kind in ("add_diagonal", "inverse"):
            return self._is_symmetric(arguments[0])
        if kind in ("add", "subtract", "multiply", "divide", "negate", "power", "call"):
            parts = [i for i in arguments if operations[i].shape]
            return all(len(operations[i].shape) == 2 for i in parts) and all(
                map(self._is_symmetric, parts)
            )
        return kind in ("eye", "diagonal_matrix")

    def _is_congruence(self, left: int, right: int) -> bool:
        """Tell whether a product is A Aᵀ, or A S Aᵀ for a symmetric S."""
        operations = self.program.operations

        def mutual(a: int, b: int) -> bool:
            for one, other in ((a, b), (b, a)):
                if operations[one].kind == "transpose" and operations[one].arguments == (other,):
                    return True
            return a == b and self._is_symmetric(a)

        if mutual(left, right):
            return True
        for product, outer, end in ((left, right, 0), (right, left, 1)):
            operation = operations[product]
            if operation.kind == "matmul" and mutual(operation.arguments[end], outer):
                return self._is_symmetric(operation.arguments[1 - end])
            if operation.kind == "multiply":
                scaling, array = operation.arguments
                shape = operations[scaling].shape
                along = len(shape) == 1 if end == 0 else shape[1:] == (S.One,)
                if along and mutual(array, outer):
                    return True
        return False

    # --- sums and entrywise products ------------------------------------------------------

    def plus(self, forms: Sequence[Form]) -> Form:
        """Add matrices; what stands on the diagonal alone is added there."""
        rows, cols = forms[0].shape
        flat = [t for form in forms for t in (form.terms if isinstance(form, Sum) else (form,))]
        terms = [form for form in flat if not isinstance(form, Zero)]
        if not terms:
            return Zero(rows, cols)
        kron = terms[0].kron if isinstance(terms[0], KronDiag) else None
        vectors = [t.vector for t in terms if isinstance(t, KronDiag) and t.kron == kron]
        if kron is not None and len(vectors) == len(terms):
            return KronDiag(rows, cols, kron, self.combine("add", vectors))
        if len(terms) == 1:
            return terms[0]
        on_diagonal = [form for form in terms if isinstance(form, Eye | Diag)]
        others = [form for form in terms if not isinstance(form, Eye | Diag)]
        diagonal = self._diagonal_sum(on_diagonal)
        if not others and diagonal is not None:
            return diagonal
        parts = (*others,) if diagonal is None else (diagonal, *others)
        outer = [form for form in others if self.as_outer(form) is not None]
        if (diagonal is not None or outer) and all(map(self._is_rank_one, others)):
            return Sum(rows, cols, parts)
        if diagonal is None:
            return self._others(others, rows, cols)
        return Full(rows, cols, self._added(parts))

    def _added(self, terms: Sequence[Form]) -> Array:
        """The sum of matrices, of which the first may be diagonal, written out."""
        first, *others = terms
        if not isinstance(first, Eye | Diag):
            return self.full(self._others(terms, *first.shape))
        total, diagonal = self.full(self._others(others, *first.shape)), self.diagonal(first)
        if not self.is_real(diagonal.place) and self.is_real(total.place):
            return self.combine("add", [total, self.full(first)])
        return self.program.add("add_diagonal", total, diagonal, shape=first.shape)

    def _is_rank_one(self, form: Form) -> bool:
        return isinstance(form, Ones | Rows | Cols) or self.as_outer(form) is not None

    def _others(self, forms: Sequence[Form], rows: Expr, cols: Expr) -> Form:
        if len(forms) > 1 and self._turned(forms):
            return self.transposed(self._others(list(map(self.transposed, forms)), cols, rows))
        operands = [self.operand(form) for form in forms]
        return self.from_operand(self.combine("add", operands), rows, cols)

    def _turned(self, forms: Sequence[Form]) -> int:
        """How many of the matrices written out are transposes, if all of them are."""
        wide = [form for form in forms if isinstance(form, Full) and form.array.ndim == 2]
        return len(wide) if all(self.is_turned(form.array) for form in wide) else 0

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
        if self._turned(forms) > 1:
            return self.transposed(self.hadamard(list(map(self.transposed, forms))))
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
            case Sum(terms=terms):
                return self.combine("add", list(map(self.diagonal, terms)))
        if (vectors := self.as_outer(form)) is not None:
            return self.combine("multiply", vectors)
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
            case Rows(vector=vector) | Cols(vector=vector):
                if isinstance(form, Rows) == (axis == 0):
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
            if self._operation(array).kind == "transpose":
                (array,) = self._arguments(array)
            return array if array.ndim == 0 else self.program.add("sum", array)
        if vector.ndim == 0 and form.cols is not S.One:
            return self.times_scalar(self.program.number(form.cols), vector)
        return vector if vector.ndim == 0 else self.program.add("sum", vector)
