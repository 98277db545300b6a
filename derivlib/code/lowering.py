"""From expressions over names to programs on arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from sympy import (
    Adjoint,
    BlockDiagMatrix,
    BlockMatrix,
    DiagMatrix,
    DiagonalMatrix,
    Expr,
    HadamardPower,
    Identity,
    Inverse,
    MatAdd,
    MatMul,
    MatPow,
    OneMatrix,
    S,
    Symbol,
    Trace,
    Transpose,
)
from sympy.matrices.expressions.matexpr import MatrixElement
from sympy.matrices.expressions.slice import MatrixSlice
from sympy.matrices.matrixbase import MatrixBase

from derivlib.code.analysis import formed_inverses, unturned, without_outer
from derivlib.code.form_algebra import Algebra
from derivlib.code.forms import (
    Diag,
    Eye,
    Form,
    Full,
    Inverted,
    Kron,
    Ones,
    Permuted,
    Picks,
    Zero,
    array_shape,
    is_vector,
    shape_of,
)
from derivlib.code.fusion import Fusion
from derivlib.code.ir import Array, Program, Task
from derivlib.code.matrix_products import Products
from derivlib.code.scalar_code import Scalars
from derivlib.code.stable_functions import Guarded
from derivlib.errors import UnsupportedError
from derivlib.expressions.construction import hadamard, transpose
from derivlib.expressions.facets import Call, facet, facets_of, why_absent
from derivlib.expressions.text import text
from derivlib.expressions.traversal import children
from derivlib.nodes import (
    BasisMatrix,
    ColumnBasis,
    Commutation,
    ConvolutionMatrix,
    SingleEntry,
    SumEntries,
    Take,
    Tril,
)
from derivlib.nodes.column_basis import GENERATORS
from derivlib.nodes.elementwise import as_lambda

_POWER_WITH_SYMBOL = Call("{lib}.linalg.matrix_power({0}, {1})", matrices=True)


class Lowering:
    """Writes expressions into a program; each name is calculated once, when it is first needed.

    :param name_of: the name that a defined name has in the code.
    :param of_one_type: whether a real matrix has to be made complex before it is multiplied by a
        complex one.
    """

    def __init__(
        self, task: Task, name_of: Callable[[Expr], str], *, of_one_type: bool = False
    ) -> None:
        self.program = Program()
        self.algebra = Algebra(self.program)
        self.products = Products(self.algebra, task.sizes)
        self.is_complex = task.real is not None
        self.scalars = Scalars(self.algebra, self._scalar_of_matrices, is_complex=self.is_complex)
        self.definitions = task.definitions
        self.fusion = Fusion(task.definitions, S.One if self.is_complex else task.differentiated)
        self.name_of = name_of
        self.formed = formed_inverses([*task.definitions.values(), *(e for _, e in task.outputs)])
        self.known: dict[Expr, Form | Array] = {}
        for symbol in task.inputs:
            shape = array_shape(*shape_of(symbol)) if symbol.is_Matrix else ()
            array = self.program.add("input", shape=shape, extra=symbol)
            if symbol in task.symmetric:
                self.algebra.symmetric.add(array.place)
            if symbol in (task.real or ()):
                self.algebra.real.add(array.place)
                if of_one_type and shape:
                    array = self.algebra.as_complex(array)
            self.known[symbol] = Full(*shape_of(symbol), array) if symbol.is_Matrix else array

    # --- names ----------------------------------------------------------------------------

    def calculate(self, expr: Expr) -> Array:
        """The array of an expression over names, after what it needs has been calculated."""
        for name in self._needed(expr):
            if name not in self.known:
                self.known[name] = self._defined(name)
        return self.algebra.full(self.matrix(expr)) if expr.is_Matrix else self.scalar(expr)

    def _needed(self, expr: Expr) -> list[Expr]:
        """The names an expression is made of, directly or not, in the order of calculation."""
        met: set[Expr] = set()
        stack = [expr]
        while stack:
            part = stack.pop()
            if part in self.definitions and part not in met:
                met.add(part)
                stack.append(self.definitions[part])
            elif part not in self.definitions:
                stack.extend(part.flat() if isinstance(part, MatrixBase) else children(part))
        return [name for name in self.definitions if name in met]

    def _defined(self, name: Expr) -> Form | Array:
        definition = self.definitions[name]
        if not name.is_Matrix:
            array = self.scalar(definition)
            self.program.name(array, self.name_of(name))
            return array
        form = self.matrix(definition)
        if isinstance(form, Full):
            self.program.name(form.array, self.name_of(name))
        return form

    # --- scalars --------------------------------------------------------------------------

    def scalar(self, expr: Expr) -> Array:
        """The value of a scalar expression."""
        if self.is_complex:  # what is rewritten to be stable is so for real numbers
            return self.scalars.value(expr, {})
        written_out = self.fusion.scalar(expr)
        rewritten = self.fusion.rewritten(written_out)
        return self.scalars.value(expr if rewritten == written_out else rewritten, {})

    def _scalar_of_matrices(self, expr: Expr) -> Array:
        if expr in self.known:
            known = self.known[expr]
            assert isinstance(known, Array)
            return known
        if isinstance(expr, Symbol):  # what is neither handed in nor defined is a size
            return self.program.number(expr)
        found = self._by_facet(expr)
        assert isinstance(found, Array)
        return found

    def _trace(self, expr: Trace) -> Array:
        inner = expr.arg
        if isinstance(inner, MatAdd):
            return self.algebra.combine("add", [self.scalar(Trace(a)) for a in inner.args])
        factors = inner.args if isinstance(inner, MatMul) else (inner,)
        if isinstance(inner, MatPow) and inner.args[1] == 2:
            factors = (inner.args[0], inner.args[0])
        return self.algebra.combine("add", [self._traced(f) for f in without_outer(factors)])

    def _traced(self, factors: Sequence[Expr]) -> Array:
        if (found := self._summed([f for f in factors if f.is_Matrix])) is not None:
            scalars = [self.scalar(f) for f in factors if not f.is_Matrix]
            return self.algebra.combine("multiply", [*scalars, found])
        scalars = [self.scalar(f) for f in factors if not f.is_Matrix]
        matrices = [self.matrix(f) for f in factors if f.is_Matrix]
        value = self.products.trace(matrices)
        return self.algebra.combine("multiply", [*scalars, value])

    def _summed(self, factors: Sequence[Expr]) -> Array | None:
        """The trace of AᵀB as the sum of products of entries, where some are to be guarded."""
        if len(factors) != 2 or self.is_complex:
            return None
        product = hadamard(transpose(factors[0]), factors[1])
        body = self.fusion.entry(product)[0]
        if not self.fusion.rewritten(body).has(Guarded):
            return None
        return self.algebra.total(self.matrix(product))

    def _sum_entries(self, expr: SumEntries) -> Array:
        return self.algebra.total(self.matrix(expr.arg))

    def _entry(self, expr: MatrixElement) -> Array:
        array = self.algebra.full(self.matrix(expr.parent))
        rows, cols = shape_of(expr.parent)
        places = [(expr.i, rows), (expr.j, cols)]
        index = tuple(place for place, size in places if size is not S.One)
        return self.program.add("entry", array, extra=index) if index else array

    # --- matrices -------------------------------------------------------------------------

    def matrix(self, expr: Expr) -> Form:
        """The form of a matrix expression.

        :raises UnsupportedError: naming a node that cannot be written as code.
        """
        if expr in self.known:
            known = self.known[expr]
            assert isinstance(known, Form)
            return known
        if (vector := self.fusion.diagonal_vector(expr)) is not None:
            return self._diagonal_matrix(DiagMatrix(vector))
        if self.fusion.is_entrywise(expr) and not self.is_complex:
            form = self._fused(expr)
            if form is not None:
                return form
        found = self._by_facet(expr)
        assert isinstance(found, Form)
        return found

    def _fused(self, expr: Expr) -> Form | None:
        """What is calculated entry by entry, as one function of entries, where that is stable."""
        body, matrices = self.fusion.entry(expr)
        rewritten = self.fusion.rewritten(body)
        if rewritten == self.fusion.finished(body) and not self.fusion.cancels(expr, body):
            return None
        bound = {s: self.algebra.operand(self.matrix(m)) for m, s in matrices.items()
                 if s in rewritten.free_symbols}  # fmt: skip
        value = self.scalars.value(rewritten, bound)
        return self.algebra.from_operand(value, *shape_of(expr))

    def _by_facet(self, expr: Expr) -> Form | Array:
        """Write a node as its facet says: by a call, or by the method of that name."""
        code = facet(type(expr), "complex_code") if self.is_complex else None
        code = code or facet(type(expr), "code")
        if code is None:
            raise _unsupported(expr)
        if callable(code):
            code = code(expr)
        if isinstance(code, Call):
            return self._called(expr, code)
        return getattr(self, f"_{code}")(expr)

    def _written(self, expr: Expr) -> Form | Array:
        """What is calculated as it is written by other nodes."""
        return self.matrix(expr.written) if expr.is_Matrix else self.scalar(expr.written)

    def _called(self, expr: Expr, call: Call) -> Form | Array:
        arguments = []
        for part in children(expr):
            if not part.is_Matrix:
                arguments.append(self.scalar(part))
            else:
                as_array = self.algebra.matrix if call.matrices else self.algebra.full
                arguments.append(as_array(self.matrix(part)))
        if not expr.is_Matrix:
            number = self.program.add("node", *arguments, extra=call)
            if facets_of(type(expr)).complex_entries is not None:  # a norm, or a modulus
                self.algebra.real.add(number.place)
            return number
        rows, cols = shape_of(expr)
        natural = array_shape(rows, cols)
        made = (rows, cols) if call.matrices else natural
        array = self.program.add("node", *arguments, shape=made, extra=call)
        if made != natural:
            array = self.program.add("as_matrix", array, shape=natural, extra=natural)
        return Full(rows, cols, array)

    def _constant(self, expr: Expr) -> Form:
        ones = isinstance(expr, OneMatrix)
        return Ones(*shape_of(expr), self.algebra.one) if ones else Zero(*shape_of(expr))

    def _sum(self, expr: Expr) -> Form:
        return self.algebra.plus([self.matrix(term) for term in expr.args])

    def _product(self, expr: Expr) -> Form:
        scalars = [self.scalar(factor) for factor in self.fusion.coefficients(expr.args)]
        factors = self.fusion.with_joined_diagonals([f for f in expr.args if f.is_Matrix])
        scalar = self.algebra.combine("multiply", scalars)
        if shape_of(expr) == (S.One, S.One) and (found := self._summed(factors)) is not None:
            return Full(S.One, S.One, self.algebra.times_scalar(scalar, found))
        return self.algebra.scaled(scalar, self._by_vector(factors))

    def _by_vector(self, factors: Sequence[Expr]) -> Form:
        """A product; a sum of matrices times a vector is not added up first."""
        forms = [self.matrix(factor) for factor in factors]
        match factors:
            case [MatAdd(args=terms), _] if is_vector(forms[1]):
                pairs = [[self.matrix(term), forms[1]] for term in terms]
            case [_, MatAdd(args=terms)] if is_vector(forms[0]):
                pairs = [[forms[0], self.matrix(term)] for term in terms]
            case _:
                return self.products.product(forms)
        if not all(isinstance(form, Full) for pair in pairs for form in pair):
            return self.products.product(forms)
        return self.algebra.plus([self.products.product(pair) for pair in pairs])

    def _transpose(self, expr: Expr) -> Form:
        return self.algebra.transposed(self.matrix(expr.arg))

    def _adjoint(self, expr: Expr) -> Form:
        return self.algebra.transposed(self.algebra.conjugated(self.matrix(expr.args[0])))

    def _inverse(self, expr: Expr) -> Form:
        base = expr.args[0]
        if isinstance(base, Transpose | Adjoint) and unturned(base) in self.formed:
            inverse = self._inverse(Inverse(base.arg))
            return self.algebra.transposed(
                self.algebra.conjugated(inverse) if isinstance(base, Adjoint) else inverse
            )
        form = self.matrix(base)
        rows, cols = form.shape
        match form:
            case Eye(scalar=scalar):
                return Eye(rows, cols, self.algebra.divided(self.algebra.one, scalar))
            case Diag(vector=vector):
                return Diag(rows, cols, self.algebra.divided(self.algebra.one, vector))
            case Permuted():
                return form.transposed()
        array = self.algebra.full(form)
        if array.ndim == 0:
            return Full(rows, cols, self.algebra.divided(self.algebra.one, array))
        if base in self.formed:
            return Full(rows, cols, self.program.add("inverse", array, shape=array.shape))
        return Inverted(rows, cols, array)

    def _power(self, expr: MatPow) -> Form | Array:
        base, exponent = expr.args
        if not exponent.is_Integer:
            if not exponent.is_integer:
                raise _unsupported(expr)
            return self._called(expr, _POWER_WITH_SYMBOL)
        if exponent == -1:
            return self._inverse(expr)
        if abs(exponent) <= 3:
            factor = Inverse(base) if exponent < 0 else base
            return self.products.product([self.matrix(factor)] * abs(int(exponent)))
        array = self.algebra.full(self.matrix(base))
        if array.ndim == 0:
            return self._full(expr, "power", array, self.program.number(exponent))
        return self._full(expr, "matrix_power", array, extra=int(exponent))

    def _hadamard(self, expr: Expr) -> Form:
        return self.algebra.hadamard([self.matrix(factor) for factor in expr.args])

    def _entrywise(self, expr: Expr) -> Form:
        if isinstance(expr, HadamardPower):
            variable = Symbol("z")
            body, argument = variable ** expr.args[1], expr.args[0]
        else:
            function = as_lambda(expr.args[0])
            (variable,), body, argument = function.variables, function.expr, expr.args[1]
        form = self.matrix(argument)
        array = self.algebra.operand(form)
        value = self.scalars.value(body, {variable: array})
        if value.ndim < array.ndim:  # a constant function
            return Ones(*shape_of(expr), value)
        return self.algebra.from_operand(value, *shape_of(expr))

    def _diagonal_matrix(self, expr: Expr) -> Form:
        form = self.matrix(expr.args[0])
        size = shape_of(expr)[0]
        if isinstance(expr, DiagonalMatrix):
            vector = self.algebra.diagonal(form)
        elif isinstance(form, Zero):
            return Zero(*shape_of(expr))
        else:
            vector = self.algebra.operand(form)
        if size is S.One:
            return Full(*shape_of(expr), vector)
        return Eye(size, size, vector) if vector.ndim == 0 else Diag(size, size, vector)

    def _diagonal_of(self, expr: Expr) -> Form:
        inner = expr.args[0]
        factors = inner.args if isinstance(inner, MatMul) else (inner,)
        scalars = [self.scalar(factor) for factor in factors if not factor.is_Matrix]
        diagonal = self.products.diagonal([self.matrix(f) for f in factors if f.is_Matrix])
        form = self.algebra.from_operand(diagonal, *shape_of(expr))
        return self.algebra.scaled(self.algebra.combine("multiply", scalars), form)

    def _kronecker(self, expr: Expr) -> Form:
        *others, last = map(self.matrix, expr.args)
        result = last
        for left in reversed(others):
            rows, cols = left.rows * result.rows, left.cols * result.cols
            if isinstance(left, Eye) and isinstance(result, Eye):
                scalar = self.algebra.combine("multiply", [left.scalar, result.scalar])
                result = Eye(rows, cols, scalar)
            elif left.shape == (S.One, S.One):
                result = self.algebra.scaled(self.algebra.full(left), result)
            elif result.shape == (S.One, S.One):
                result = self.algebra.scaled(self.algebra.full(result), left)
            else:
                result = Kron(rows, cols, left, result)
        return result

    # --- entries in another order, or written one by one ----------------------------------

    def _full(self, expr: Expr, kind: str, *arguments: Array, extra: Any = None) -> Form:
        rows, cols = shape_of(expr)
        array = self.program.add(kind, *arguments, shape=array_shape(rows, cols), extra=extra)
        return Full(rows, cols, array)

    def _identity(self, expr: Expr) -> Form:
        kind = Ones if shape_of(expr)[0] is S.One else Eye
        return kind(*shape_of(expr), self.algebra.one)

    def _vec(self, expr: Expr) -> Form:
        form = self.matrix(expr.args[0])
        if isinstance(form, Zero | Ones):
            return self._alike(form, expr)
        array = self.algebra.full(form)
        return Full(*shape_of(expr), array) if is_vector(form) else self._full(expr, "vec", array)

    @staticmethod
    def _alike(form: Zero | Ones, expr: Expr) -> Form:
        """The same number everywhere, in another shape."""
        return replace(form, rows=shape_of(expr)[0], cols=shape_of(expr)[1])

    def _unvec(self, expr: Expr) -> Form:
        form = self.matrix(expr.args[0])
        if isinstance(form, Zero | Ones):
            return self._alike(form, expr)
        array = self.algebra.full(form)
        if len(array_shape(*shape_of(expr))) < 2:
            return Full(*shape_of(expr), array)
        return self._full(expr, "unvec", array, extra=shape_of(expr))

    def _triangle(self, expr: Expr) -> Form:
        form = self.matrix(expr.args[0])
        if isinstance(form, Diag | Eye | Zero) or is_vector(form):
            return form
        kind = "tril" if isinstance(expr, Tril) else "triu"
        return self._full(expr, kind, self.algebra.full(form))

    def _picked(self, expr: MatrixSlice | Take) -> Form:
        """Rows and columns of a matrix, by products with those of the identity."""
        parts = [self.matrix(expr.args[0])]
        for axis, index in enumerate(_indices(expr)):
            if index is not None:
                size, count = shape_of(expr.args[0])[axis], shape_of(expr)[axis]
                picks = Picks(count, size, index)
                parts = [*parts, picks.transposed()] if axis else [picks, *parts]
        return self.products.product(parts)

    def _commutation(self, expr: Commutation) -> Form:
        rows, cols = expr.of_shape
        if S.One in (rows, cols):
            return self._identity(Identity(rows * cols))
        return Permuted(*shape_of(expr), (rows, cols))

    def _basis(self, expr: BasisMatrix) -> Form:
        return self._full(expr, "basis", extra=(expr.structure, expr.size))

    def _convolution_matrix(self, expr: ConvolutionMatrix) -> Form:
        array = self.algebra.full(self.matrix(expr.arg))
        if array.ndim == 0:
            array = self.program.add("as_matrix", array, shape=(S.One,), extra=(S.One,))
        return self._full(expr, "convolution_matrix", array, extra=(expr.width, expr.mode))

    def _column_basis(self, expr: ColumnBasis) -> Form:
        if expr.mode == "skew":
            return self._explicit(GENERATORS)
        return self._full(expr, "column_basis", extra=expr.args)

    def _single_entry(self, expr: SingleEntry) -> Form:
        if len(array_shape(*shape_of(expr))) == 0:
            return Ones(*shape_of(expr), self.algebra.one)
        index = tuple(
            place
            for place, size in zip(expr.position, shape_of(expr), strict=True)
            if size is not S.One
        )
        return self._full(expr, "single_entry", extra=index)

    def _explicit(self, expr: MatrixBase) -> Form:
        entries = [self.scalar(entry) for entry in expr.flat()]
        if len(entries) == 1:
            return Full(S.One, S.One, entries[0])
        return self._full(expr, "explicit", *entries, extra=shape_of(expr))

    def _blocks(self, expr: BlockMatrix) -> Form:
        if isinstance(expr, BlockDiagMatrix):
            arrays = [self.algebra.matrix(self.matrix(block)) for block in expr.diag]
            return self._full(expr, "block_diagonal", *arrays)
        rows, cols = expr.blocks.shape
        arrays = [self.algebra.matrix(self.matrix(block)) for block in expr.blocks.flat()]
        return self._full(expr, "block", *arrays, extra=(rows, cols, shape_of(expr)))


def _indices(expr: MatrixSlice | Take) -> list[Any]:
    """What is taken along each axis, nothing where all is."""
    if isinstance(expr, Take):
        return [expr.taken if axis == expr.axis else None for axis in range(2)]
    whole = [(S.Zero, size, S.One) for size in shape_of(expr.args[0])]
    ranges = [tuple(of) for of in expr.args[1:]]
    return [
        None if of == every else ("slice", *of) for of, every in zip(ranges, whole, strict=True)
    ]


def _unsupported(expr: Expr) -> UnsupportedError:
    return UnsupportedError(
        f'{type(expr).__name__} is not written as code, in "{text(expr)}": '
        f"{why_absent(type(expr), 'code')}; put something else in its place with `instantiate`"
    )
