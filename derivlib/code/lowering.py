"""From expressions over names to programs on arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sympy import (
    BlockMatrix,
    Determinant,
    DiagMatrix,
    DiagonalMatrix,
    DiagonalOf,
    Expr,
    HadamardPower,
    HadamardProduct,
    Identity,
    Inverse,
    KroneckerProduct,
    MatAdd,
    MatMul,
    MatPow,
    OneMatrix,
    S,
    Symbol,
    Trace,
    Transpose,
    ZeroMatrix,
)
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.expressions.matexpr import MatrixElement
from sympy.matrices.matrixbase import MatrixBase

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
    Zero,
    array_shape,
    is_vector,
    shape_of,
)
from derivlib.code.inverses import formed_inverses
from derivlib.code.ir import Array, Program
from derivlib.code.matrix_products import Products
from derivlib.code.rearranged import Rearranged
from derivlib.code.scalar_code import Scalars
from derivlib.code.task import Task
from derivlib.code.traces import without_outer
from derivlib.errors import UnsupportedError
from derivlib.expressions.text import text
from derivlib.expressions.traversal import children
from derivlib.nodes import (
    BasisMatrix,
    Commutation,
    DiagonalSums,
    LogDet,
    LogSumExp,
    Norm,
    SingleEntry,
    Softmax,
    SumEntries,
    Tril,
    Triu,
    Unvec,
    Vec,
)
from derivlib.nodes.elementwise import as_lambda

__all__ = ["Lowering"]


class Lowering(Rearranged):
    """Writes expressions into a program; each name is calculated once, when it is first needed.

    :param task: what is to be calculated.
    :param name_of: the name that a defined name has in the code.
    """

    def __init__(self, task: Task, name_of: Callable[[Expr], str]) -> None:
        self.program = Program()
        self.algebra = Algebra(self.program)
        self.products = Products(self.algebra, task.sizes)
        self.scalars = Scalars(self.algebra, self._scalar_of_matrices)
        self.definitions = task.definitions
        self.name_of = name_of
        self.formed = formed_inverses([*task.definitions.values(), *(e for _, e in task.outputs)])
        self.known: dict[Expr, Form | Array] = {}
        for symbol in task.inputs:
            shape = array_shape(*shape_of(symbol)) if symbol.is_Matrix else ()
            array = self.program.add("input", shape=shape, extra=symbol, static=False)
            if symbol in task.symmetric:
                self.algebra.symmetric.add(array.place)
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
                stack.extend(children(part))
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
        return self.scalars.value(expr, {})

    def _scalar_of_matrices(self, expr: Expr) -> Array:
        if expr in self.known:
            known = self.known[expr]
            assert isinstance(known, Array)
            return known
        if isinstance(expr, Symbol):  # what is neither handed in nor defined is a size
            return self.program.number(expr)
        for kind, lower in _SCALARS.items():
            if isinstance(expr, kind):
                return lower(self, expr)
        raise _unsupported(expr)

    def _trace(self, expr: Trace) -> Array:
        inner = expr.arg
        if isinstance(inner, MatAdd):
            return self.algebra.combine("add", [self.scalar(Trace(a)) for a in inner.args])
        factors = inner.args if isinstance(inner, MatMul) else (inner,)
        if isinstance(inner, MatPow) and inner.args[1] == 2:
            factors = (inner.args[0], inner.args[0])
        return self.algebra.combine("add", [self._traced(f) for f in without_outer(factors)])

    def _traced(self, factors: Sequence[Expr]) -> Array:
        scalars = [self.scalar(f) for f in factors if not f.is_Matrix]
        matrices = [self.matrix(f) for f in factors if f.is_Matrix]
        value = self.products.trace(matrices)
        return self.algebra.combine("multiply", [*scalars, value])

    def _determinant(self, expr: Determinant) -> Array:
        return self.program.add("det", self.algebra.matrix(self.matrix(expr.arg)))

    def _logdet(self, expr: LogDet) -> Array:
        return self.program.add("logdet", self.algebra.matrix(self.matrix(expr.arg)))

    def _norm(self, expr: Norm) -> Array:
        array = self.algebra.full(self.matrix(expr.arg))
        return self.program.add("norm", array)

    def _sum_entries(self, expr: SumEntries) -> Array:
        return self.algebra.total(self.matrix(expr.arg))

    def _logsumexp(self, expr: LogSumExp) -> Array:
        array = self.algebra.full(self.matrix(expr.args[0]))
        return array if array.ndim == 0 else self.program.add("logsumexp", array)

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
        for kind, lower in _MATRICES.items():
            if isinstance(expr, kind):
                return lower(self, expr)
        raise _unsupported(expr)

    def _ones(self, expr: Expr) -> Form:
        return Ones(*shape_of(expr), self.algebra.one)

    def _zeros(self, expr: Expr) -> Form:
        return Zero(*shape_of(expr))

    def _sum(self, expr: Expr) -> Form:
        return self.algebra.plus([self.matrix(term) for term in expr.args])

    def _product(self, expr: Expr) -> Form:
        scalars = [self.scalar(factor) for factor in expr.args if not factor.is_Matrix]
        factors = [factor for factor in expr.args if factor.is_Matrix]
        scalar = self.algebra.combine("multiply", scalars)
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

    def _inverse(self, expr: Expr) -> Form:
        base = expr.args[0]
        if isinstance(base, Transpose) and base.arg in self.formed:
            return self.algebra.transposed(self._inverse(Inverse(base.arg)))
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

    def _power(self, expr: MatPow) -> Form:
        base, exponent = expr.args
        if not exponent.is_Integer:
            raise _unsupported(expr)
        if exponent == -1:
            return self._inverse(expr)
        if abs(exponent) <= 3:
            factor = Inverse(base) if exponent < 0 else base
            return self.products.product([self.matrix(factor)] * abs(int(exponent)))
        array = self.algebra.full(self.matrix(base))
        kind = "matrix_power" if array.ndim else "power"
        extra = int(exponent)
        if kind == "power":
            power = self.program.number(exponent)
            return Full(*shape_of(expr), self.program.add("power", array, power))
        return self._full(expr, kind, array, extra=extra)

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


_SCALARS: dict[type, Callable[[Any, Any], Array]] = {
    Trace: Lowering._trace,
    Determinant: Lowering._determinant,
    LogDet: Lowering._logdet,
    Norm: Lowering._norm,
    SumEntries: Lowering._sum_entries,
    LogSumExp: Lowering._logsumexp,
    MatrixElement: Lowering._entry,
}

_MATRICES: dict[type, Callable[[Any, Any], Form]] = {
    OneMatrix: Lowering._ones,
    ZeroMatrix: Lowering._zeros,
    Identity: Lowering._identity,
    MatAdd: Lowering._sum,
    MatMul: Lowering._product,
    Transpose: Lowering._transpose,
    Inverse: Lowering._inverse,
    MatPow: Lowering._power,
    HadamardProduct: Lowering._hadamard,
    HadamardPower: Lowering._entrywise,
    ElementwiseApplyFunction: Lowering._entrywise,
    DiagMatrix: Lowering._diagonal_matrix,
    DiagonalMatrix: Lowering._diagonal_matrix,
    DiagonalOf: Lowering._diagonal_of,
    KroneckerProduct: Lowering._kronecker,
    Vec: Lowering._vec,
    Unvec: Lowering._unvec,
    Softmax: Lowering._softmax,
    Tril: Lowering._triangle,
    Triu: Lowering._triangle,
    DiagonalSums: Lowering._diagonal_sums,
    Commutation: Lowering._commutation,
    BasisMatrix: Lowering._basis,
    SingleEntry: Lowering._single_entry,
    MatrixBase: Lowering._explicit,
    BlockMatrix: Lowering._blocks,
}


def _unsupported(expr: Expr) -> UnsupportedError:
    return UnsupportedError(
        f'{type(expr).__name__} is not written as code, in "{text(expr)}"; '
        "put something else in its place with `instantiate`"
    )
