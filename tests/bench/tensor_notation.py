"""SymPy's matrix expressions in the notation of tensorgrad: factors joined by named edges.

A matrix has an edge for its rows and one for its columns; a side of length one has none. A
product joins edges, a transpose swaps their names, a trace joins the two of one matrix. It is
what one types for tensorgrad, `X.rename(r="i") @ A.rename(r="i", c="j")`, written by a program.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import reduce
from typing import Any

import numpy as np
import sympy
import tensorgrad
import tensorgrad.functions as tensor_functions
from sympy import Expr, MatrixSymbol, Symbol
from sympy.core.function import AppliedUndef
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from tensor_values import evaluate

from derivlib.nodes import LogDet, LogSumExp, Norm, Softmax, SumEntries

FUNCTIONS = {
    sympy.exp: tensor_functions.exp,
    sympy.log: tensor_functions.log,
    sympy.tanh: tensor_functions.tanh,
}


class NotExpressible(Exception):  # noqa: N818 - tensorgrad has no word for it
    """An operation that tensorgrad has no word for."""


@dataclass
class Notation:
    """Writes expressions in tensorgrad's notation.

    :param variables: the symbols met so far, as tensorgrad's variables.
    """

    variables: dict[Expr, Any] = field(default_factory=dict)
    _names: Iterator[int] = field(default_factory=itertools.count)

    def edge(self) -> str:
        """A name that no other edge has."""
        return f"e{next(self._names)}"

    def variable(self, symbol: Expr) -> Any:
        """The variable for a symbol, with edges r and c where it has several rows and columns."""
        if symbol not in self.variables:
            shape = symbol.shape if symbol.is_Matrix else (1, 1)
            sides = {edge: size for edge, size in zip("rc", shape, strict=True) if size != 1}
            self.variables[symbol] = tensorgrad.Variable(symbol.name, **sides)
        return self.variables[symbol]

    def scalar(self, expr: Expr) -> Any:
        """Write a scalar, or a matrix of one entry.

        :raises NotExpressible: if tensorgrad has no word for a part.
        """
        match expr:
            case _ if expr.is_Matrix:
                return self.matrix(expr, None, None)
            case sympy.Rational():
                return tensorgrad.Product([]) * Fraction(int(expr.p), int(expr.q))
            case Symbol() if not expr.is_integer:
                return self.variable(expr)
            case sympy.Add():
                return sum_of(map(self.scalar, expr.args))
            case sympy.Mul():
                return tensorgrad.Product([self.scalar(part) for part in expr.args])
            case sympy.exp():
                return tensor_functions.exp(self.scalar(expr.args[0]))
            case sympy.Pow(args=(base, sympy.Rational() as exponent)):
                return tensor_functions.pow(self.scalar(base), number(exponent))
            case sympy.Trace():
                return self.trace(expr.arg)
            case sympy.Determinant():
                return self.determinant(expr.arg)
            case LogDet():
                return tensor_functions.log(self.determinant(expr.args[0]))
            case SumEntries() | Norm() | LogSumExp():
                return reduced(expr, self.free(expr.args[0]))
            case _ if type(expr) in FUNCTIONS:
                return FUNCTIONS[type(expr)](self.scalar(expr.args[0]))
        raise NotExpressible(type(expr).__name__)

    def free(self, matrix: Expr) -> Any:
        """Write a matrix with edges of new names."""
        return self.matrix(matrix, self.edge(), self.edge())

    def matrix(self, expr: Expr, row: str | None, col: str | None) -> Any:
        """Write a matrix with an edge for rows and one for columns.

        :param expr: the matrix.
        :param row: the name of the edge of its rows; not looked at if it has one row.
        :param col: that of its columns.
        :raises NotExpressible: if tensorgrad has no word for a part.
        """
        match expr:
            case MatrixSymbol():
                names = {"r": row, "c": col}
                variable = self.variable(expr)
                return variable.rename(**{edge: names[edge] for edge in variable.edges})
            case sympy.MatAdd():
                return sum_of(self.matrix(part, row, col) for part in expr.args)
            case sympy.MatMul():
                return self.product(expr.args, row, col)
            case sympy.Transpose():
                return self.matrix(expr.arg, col, row)
            case sympy.Inverse():
                # tensorgrad inverts along a pair of edges; the inverse has them the other way.
                return tensor_functions.inverse(self.matrix(expr.arg, col, row), {row, col})
            case sympy.MatPow(args=(base, sympy.Integer() as exponent)) if exponent > 0:
                return self.product((base,) * int(exponent), row, col)
            case sympy.Identity():
                return tensorgrad.Delta(expr.shape[0], row, col)
            case sympy.OneMatrix():
                sides = zip((row, col), expr.shape, strict=True)
                return tensorgrad.Ones(**{edge: size for edge, size in sides if size != 1})
            case sympy.HadamardProduct():
                return reduce(lambda a, b: a * b, (self.matrix(a, row, col) for a in expr.args))
            case sympy.HadamardPower(args=(base, sympy.Rational() as exponent)):
                return tensor_functions.pow(self.matrix(base, row, col), number(exponent))
            case ElementwiseApplyFunction():
                return applied(expr.function, self.matrix(expr.expr, row, col))
            case Softmax():
                values = self.matrix(expr.args[0], row, col)
                return tensor_functions.softmax(values, dim=set(values.edges))
            case sympy.KroneckerProduct() | AppliedUndef():
                raise NotExpressible(type(expr).__name__)
        raise NotExpressible(type(expr).__name__)

    def product(self, factors: tuple[Expr, ...], row: str | None, col: str | None) -> Any:
        """Join factors, each by its columns to the rows of the next."""
        scalars = [self.scalar(factor) for factor in factors if not factor.is_Matrix]
        matrices = [factor for factor in factors if factor.is_Matrix]
        edges = [row, *(self.edge() for _ in matrices[1:]), col]
        ends = zip(matrices, edges[:-1], edges[1:], strict=True)
        return tensorgrad.Product([*scalars, *(self.matrix(*each) for each in ends)])

    def trace(self, matrix: Expr) -> Any:
        """Join the rows of a matrix to its columns."""
        match matrix:
            case sympy.MatAdd():
                return sum_of(map(self.trace, matrix.args))
            case sympy.MatMul() if len([a for a in matrix.args if a.is_Matrix]) > 1:
                edge = self.edge()
                return self.product(matrix.args, edge, edge)
            case sympy.MatPow(args=(base, sympy.Integer() as exponent)) if exponent > 1:
                edge = self.edge()
                return self.product((base,) * int(exponent), edge, edge)
        if matrix.shape[0] == 1:
            return self.matrix(matrix, None, None)
        return tensor_functions.trace(self.free(matrix))

    def determinant(self, matrix: Expr) -> Any:
        """Write a determinant."""
        return tensor_functions.det(self.free(matrix))


def reduced(expr: Expr, tensor: Any) -> Any:
    """Sum over all entries, their squares or their exponentials."""
    match expr:
        case Norm():
            square = tensor_functions.sum(tensor_functions.pow(tensor, 2))
            return tensor_functions.sqrt(square)
        case LogSumExp():
            return tensor_functions.log(tensor_functions.sum(tensor_functions.exp(tensor)))
    return tensor_functions.sum(tensor)


def sum_of(terms: Any) -> Any:
    """Add tensors."""
    return tensorgrad.Sum(list(terms))


def number(value: sympy.Rational) -> int | Fraction:
    """An exponent as tensorgrad takes it."""
    return int(value) if value.is_Integer else Fraction(int(value.p), int(value.q))


def applied(function: Any, argument: Any) -> Any:
    """Apply a function of scalars to every entry.

    :raises NotExpressible: if tensorgrad does not know it.
    """
    if not isinstance(function, sympy.Lambda):
        if function in FUNCTIONS:
            return FUNCTIONS[function](argument)
        raise NotExpressible(str(function))
    (letter,) = function.variables
    return entrywise(function.expr, letter, argument)


def entrywise(expr: Expr, letter: Symbol, argument: Any) -> Any:
    """Write an expression in a letter, which stands for every entry of a tensor."""
    parts = [entrywise(part, letter, argument) for part in expr.args]
    match expr:
        case _ if expr == letter:
            return argument
        case sympy.Rational():
            return Fraction(int(expr.p), int(expr.q))
        case sympy.Add():
            return reduce(lambda a, b: a + b, parts)
        case sympy.Mul():
            return reduce(lambda a, b: a * b, parts)
        case sympy.Pow(args=(_, sympy.Rational() as exponent)):
            return tensor_functions.pow(parts[0], number(exponent))
        case _ if type(expr) in FUNCTIONS:
            return FUNCTIONS[type(expr)](parts[0])
    raise NotExpressible(type(expr).__name__)


class Recorder(list[tuple[Any, Any]]):
    """Keeps what tensorgrad rewrote, and what it became."""

    def record(self, before: Any, after: Any) -> None:
        """Take note of a step."""
        self.append((before, after))


@dataclass(frozen=True)
class TensorProblem:
    """A derivative to find with tensorgrad.

    :param value: what is differentiated, with edges of its own.
    :param variable: by what.
    :param ends: the edges of the rows and columns of what is differentiated.
    :param variables: every symbol as tensorgrad's variable.
    """

    value: Any
    variable: Any
    ends: tuple[str, ...]
    variables: Mapping[Expr, Any]

    def solve(self) -> tuple[Any, Recorder]:
        """Differentiate with every step recorded.

        One pass of tensorgrad's `simplify` carries a derivative out; where some of it is left
        standing the passes go on as in its `full_simplify`.
        """
        steps = Recorder()
        derivative = self.value.grad(self.variable, self._edges()).simplify({"provenance": steps})
        while standing(derivative):
            derivative = derivative.simplify({"provenance": steps})
        return derivative, steps

    def _edges(self) -> dict[str, str]:
        return {edge: f"d{edge}" for edge in self.variable.edges}

    def at(
        self, derivative: Any, arrays: Mapping[str, Any], sizes: Mapping[Any, int]
    ) -> tuple[Any, int]:
        """Evaluate a derivative.

        :returns: the array, with the axes of what is differentiated before those of the variable,
            rows before columns, and how many axes what is differentiated has.
        """
        found = evaluate(derivative, arrays, sizes)
        ends = [edge for edge in self.ends if edge in derivative.edges]
        order = [*ends, *self._edges().values()]
        names = list(derivative.edges)
        return np.transpose(found, [names.index(edge) for edge in order]), len(ends)


def standing(derivative: Any) -> bool:
    """Tell whether a derivative is left to be carried out."""
    return "Derivative(" in repr(derivative)


def tensor_problem(expr: Expr, wrt: Expr) -> TensorProblem:
    """Write a derivative to be found in tensorgrad's notation.

    :raises NotExpressible: if tensorgrad has no word for a part.
    """
    notation = Notation()
    variable = notation.variable(wrt)
    row, col = notation.edge(), notation.edge()
    value = notation.matrix(expr, row, col) if expr.is_Matrix else notation.scalar(expr)
    return TensorProblem(value, variable, (row, col), notation.variables)
