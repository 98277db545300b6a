"""d(expression): which rule expands which operation, and the expansion itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sympy import (
    Abs,
    Add,
    BlockMatrix,
    Derivative,
    Determinant,
    DiagonalOf,
    DiracDelta,
    Expr,
    Function,
    HadamardPower,
    HadamardProduct,
    Heaviside,
    Inverse,
    KroneckerProduct,
    MatAdd,
    MatMul,
    MatPow,
    Max,
    Min,
    Mul,
    Piecewise,
    Pow,
    Subs,
    Symbol,
    Trace,
    Transpose,
    arg,
    conjugate,
    im,
    re,
    sign,
)
from sympy.core.function import AppliedUndef
from sympy.functions.elementary.integers import RoundFunction
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.expressions.diagonal import DiagMatrix
from sympy.matrices.expressions.matexpr import MatrixElement
from sympy.matrices.matrixbase import MatrixBase

from derivlib.engine.intermediates import Graph
from derivlib.errors import UnsupportedError
from derivlib.expressions.construction import is_kronecker_of_square, zero_like
from derivlib.expressions.text import text
from derivlib.nodes import (
    DiagonalSums,
    LogDet,
    LogSumExp,
    MatrixFunction,
    MatrixFunctionApplication,
    Norm,
    PartialNode,
    Prime,
    Softmax,
    SumEntries,
    Tril,
    Triu,
    Unvec,
    Vec,
    d,
    prime,
)
from derivlib.nodes.prime import prime_of
from derivlib.rules import Rule, determinants, functions, linear, norms, products

__all__ = ["Record", "expand", "rule_and_arguments", "supports"]

Arguments = tuple[Any, ...]
Record = Callable[[Rule, Arguments], None]
"""Called with each rule that is applied and what its placeholders stood for."""

_WITHOUT_DERIVATIVE = (
    *(Abs, Max, Min, Piecewise, RoundFunction, Heaviside, DiracDelta),
    *(arg, conjugate, im, re, sign),
)
"""Functions that SymPy differentiates by a convention of its own, or not on the reals."""


def _own_arguments(rule: Rule) -> Callable[[Expr], tuple[Rule, Arguments]]:
    return lambda expr: (rule, tuple(expr.args))


def _whole(rule: Rule) -> Callable[[Expr], tuple[Rule, Arguments]]:
    return lambda expr: (rule, (expr,))


def _base_alone(rule: Rule) -> Callable[[Expr], tuple[Rule, Arguments]]:
    return lambda expr: (rule, (expr.args[0],))


def _of_kronecker(rule: Rule, of_kronecker: Rule) -> Callable[[Expr], tuple[Rule, Arguments]]:
    """A rule, and the one for a Kronecker product of square matrices."""

    def found(expr: Expr) -> tuple[Rule, Arguments]:
        (matrix,) = expr.args
        return (of_kronecker, matrix.args) if is_kronecker_of_square(matrix) else (rule, expr.args)

    return found


def _applied(expr: Expr) -> tuple[Rule, Arguments]:
    takes_matrix = any(part.is_Matrix for part in expr.args)
    rule = functions.ABSTRACT_SCALAR if takes_matrix else functions.SCALAR_FUNCTION
    return rule, (expr.func, *expr.args)


def _primed(expr: Expr) -> tuple[Rule, Arguments]:
    found = prime_of(expr)
    assert found is not None, "other derivatives are carried out in normal form"
    function, order, argument = found
    return functions.SCALAR_FUNCTION, (prime(function, order), argument)


def _power(expr: Expr) -> tuple[Rule, Arguments]:
    base, exponent = expr.args
    if isinstance(base, Norm) and exponent.is_number and exponent >= 2:
        return norms.NORM_POWER, (base.arg, exponent)
    return products.SCALAR_POWER, (base, exponent)


def _known_function(expr: Expr) -> tuple[Rule, Arguments]:
    return functions.SCALAR_FUNCTION, (expr.func, *expr.args)


def _matrix_function(expr: MatrixFunctionApplication) -> tuple[Rule, Arguments]:
    return functions.ABSTRACT_MATRIX, (MatrixFunction(expr.name, expr.shape), *expr.arguments)


_RULES: dict[type, Callable[[Any], tuple[Rule, Arguments]]] = {
    MatAdd: _own_arguments(linear.SUM),
    Add: _own_arguments(linear.SCALAR_SUM),
    MatMul: _own_arguments(products.PRODUCT),
    Mul: _own_arguments(products.SCALAR_PRODUCT),
    HadamardProduct: _own_arguments(products.HADAMARD),
    HadamardPower: _own_arguments(products.HADAMARD_POWER),
    MatPow: _own_arguments(products.MATRIX_POWER),
    Inverse: _base_alone(products.INVERSE),
    Pow: _power,
    Transpose: _own_arguments(linear.TRANSPOSE),
    Trace: _own_arguments(linear.TRACE),
    SumEntries: _own_arguments(linear.SUM_ENTRIES),
    Vec: _own_arguments(linear.VEC),
    Unvec: _own_arguments(linear.UNVEC),
    Determinant: _of_kronecker(determinants.DETERMINANT, determinants.DETERMINANT_OF_KRONECKER),
    LogDet: _of_kronecker(determinants.LOG_DETERMINANT, determinants.LOG_DETERMINANT_OF_KRONECKER),
    Norm: _own_arguments(norms.NORM),
    Softmax: _own_arguments(norms.SOFTMAX),
    LogSumExp: _own_arguments(norms.LOG_SUM_EXP),
    KroneckerProduct: _own_arguments(products.KRONECKER),
    DiagMatrix: _own_arguments(linear.DIAGONAL_MATRIX),
    DiagonalOf: _own_arguments(linear.DIAGONAL),
    Tril: _own_arguments(linear.LOWER_TRIANGLE),
    Triu: _own_arguments(linear.UPPER_TRIANGLE),
    DiagonalSums: _own_arguments(linear.DIAGONAL_SUMS),
    MatrixElement: _own_arguments(linear.ENTRY),
    ElementwiseApplyFunction: _own_arguments(functions.ELEMENTWISE),
    MatrixFunctionApplication: _matrix_function,
    PartialNode: _whole(functions.ABSTRACT_DERIVATIVE),
    BlockMatrix: _whole(linear.BLOCK_MATRIX),
    MatrixBase: _whole(linear.EXPLICIT_MATRIX),
    AppliedUndef: _applied,
    Prime: _primed,
    Derivative: _primed,
    Subs: _primed,
    Function: _known_function,
}


_OF_MATRICES = (
    AppliedUndef, Determinant, LogDet, LogSumExp, MatrixElement, Norm, PartialNode, SumEntries,
    Trace,
)  # fmt: skip
"""Scalars that are made of matrices."""


def _has_derivative(expr: Expr) -> bool:
    """Tell whether an operation of a class with a rule is one that the rule covers."""
    if isinstance(expr, _WITHOUT_DERIVATIVE):
        return False
    if isinstance(expr, MatPow):
        return bool(expr.args[1].is_Integer)
    if isinstance(expr, HadamardPower):
        return bool(expr.args[0].is_Matrix and not expr.args[1].is_Matrix)
    if isinstance(expr, ElementwiseApplyFunction):
        body = expr.args[0].expr
        scalars = all(isinstance(symbol, Symbol) for symbol in body.free_symbols)
        return scalars and not body.atoms(*_WITHOUT_DERIVATIVE)
    if expr.is_Matrix or isinstance(expr, _OF_MATRICES):
        return True
    return not any(part.is_Matrix for part in expr.args)


def supports(expr: Expr) -> bool:
    """Tell whether the table has a rule for an operation, whatever it is applied to."""
    return any(kind in _RULES for kind in type(expr).__mro__) and _has_derivative(expr)


def rule_and_arguments(expr: Expr) -> tuple[Rule, Arguments]:
    """Find the rule that expands d(expr), and what its placeholders stand for.

    :raises UnsupportedError: if the table has none.
    """
    if supports(expr):
        for kind in type(expr).__mro__:
            if kind in _RULES:
                return _RULES[kind](expr)
    raise UnsupportedError(
        f'no differential rule for {type(expr).__name__} in "{text(expr)}"; see how-to/add-a-rule'
    )


def expand(expr: Expr, graph: Graph, record: Record) -> Expr:
    """Expand a differential until only differentials of names are left.

    :param expr: a definition of the graph, or a part of one.
    :param graph: tells what varies.
    :param record: called for each rule that is applied.
    :returns: an expression linear in the differentials d(N) of varying names.
    :raises UnsupportedError: if an operation has no rule.
    """
    done: dict[Expr, Expr] = {}

    def differential(part: Expr) -> Expr:
        if part in graph.varying:
            return d(part)
        if not graph.moves(part):
            return zero_like(part)
        if part not in done:
            rule, arguments = rule_and_arguments(part)
            record(rule, arguments)
            done[part] = rule.right(differential, *arguments)
        return done[part]

    return differential(expr)
