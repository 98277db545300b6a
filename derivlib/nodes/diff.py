"""SymPy's `diff` where nodes of ours occur: what `derive` says, in the layout of SymPy.

SymPy asks a node for its derivative only if the node stands by itself or in a sum or product of
scalars that is differentiated with respect to a scalar. With respect to a matrix it goes through
`array_derive`, which takes every scalar it does not know for a constant: log det A in 2 log det A.
So what is registered there is asked first, and acts only where a node of ours depends on the
variable.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from sympy import Expr, Identity, MatrixSymbol, Symbol, preorder_traversal
from sympy.core.add import Add
from sympy.core.function import Function
from sympy.core.mul import Mul
from sympy.core.power import Pow
from sympy.matrices.expressions.matexpr import MatrixElement
from sympy.tensor.array.expressions import ArrayTensorProduct, PermuteDims
from sympy.tensor.array.expressions.array_expressions import (
    ZeroArray,
    _array_add,
    _array_tensor_product,
    get_shape,
)
from sympy.tensor.array.expressions.arrayexpr_derivatives import array_derive

from derivlib.errors import UnsupportedError
from derivlib.expressions.text import text
from derivlib.nodes.node import Node, NodeBase, ScalarNode


def _concerns(expr: Any, variable: Any) -> bool:
    """Return whether a node of ours occurs in an expression that depends on a variable."""
    return expr.has(variable) and any(
        isinstance(node, NodeBase) for node in preorder_traversal(expr)
    )


def derivative(expr: Any, variable: Any) -> Any:
    """The derivative of an expression with respect to a symbol or an entry of a matrix.

    :raises UnsupportedError: if it is an entry of a matrix, and the expression a matrix.
    """
    derive = import_module("derivlib").derive  # the public door: the engine is above the nodes
    if isinstance(variable, MatrixElement) and isinstance(variable.parent, MatrixSymbol):
        if expr.is_Matrix:
            raise UnsupportedError(
                f'a matrix such as "{text(expr)}" is not differentiated with respect to the entry '
                f"{variable}; take an entry of it first, or a row of its Jacobian: derive(…, "
                f"{variable.parent})"
            )
        return derive(expr, variable.parent).result[variable.i, variable.j]
    if not isinstance(variable, (Symbol, MatrixSymbol)):
        raise UnsupportedError(
            f'"{text(expr)}" is not differentiated with respect to {variable}; give that a symbol '
            "of its own"
        )
    return derive(expr, variable).result


def _scalar(expr: Any, variable: Any) -> Any:
    """The gradient of a scalar, in the shape of the variable."""
    if _concerns(expr, variable):
        return derivative(expr, variable)
    return array_derive.dispatch(Expr)(expr, variable)


def _matrix(expr: Any, variable: Any) -> Any:
    """∂F_k/∂x_i at (i, 0, k, 0), for columns.

    :raises UnsupportedError: if one of them is no column.
    """
    if not expr.has(variable):
        return ZeroArray(*variable.shape, *expr.shape)
    if not (expr.shape[1] == 1 and variable.shape[1] == 1):
        raise UnsupportedError(
            f'diff has no layout for "{text(expr)}" with respect to {variable}, where one of them '
            "is no column; derive(…) gives the Jacobian on vec"
        )
    jacobian = derivative(expr, variable)
    return PermuteDims(ArrayTensorProduct(jacobian.T, Identity(1)), [0, 2, 1, 3])


_OF_SYMPY = array_derive.dispatch(ArrayTensorProduct)


def _product(expr: Any, variable: Any) -> Any:
    """The derivative of a product; its scalars together, for SymPy takes det A for a constant."""
    scalars = [arg for arg in expr.args if not get_shape(arg)]
    if not scalars or not _concerns(expr, variable):
        return _OF_SYMPY(expr, variable)
    matrices = [arg for arg in expr.args if get_shape(arg)]
    scalar = Mul(*scalars)
    gradient = derivative(scalar, variable) if scalar.has(variable) else None
    if not matrices:
        return ZeroArray(*variable.shape) if gradient is None else gradient
    rest = _array_tensor_product(*matrices)
    terms = [_array_tensor_product(scalar, array_derive(rest, variable))]
    if gradient is not None:
        terms.append(_array_tensor_product(gradient, rest))
    return _array_add(*terms)


array_derive.register(ArrayTensorProduct, _product)
for _kind in (ScalarNode, Add, Mul, Pow, Function, MatrixElement):
    array_derive.register(_kind, _scalar)
array_derive.register(Node, _matrix)
