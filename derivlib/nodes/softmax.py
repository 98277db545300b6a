"""Softmax and its potential, log-sum-exp."""

from __future__ import annotations

from typing import Any

from sympy import Expr, Transpose

from derivlib.errors import InputError, ShapeError
from derivlib.nodes.arguments import as_operand
from derivlib.nodes.node import Node

__all__ = ["LogSumExp", "Softmax", "logsumexp", "softmax"]


class Softmax(Node):
    """exp(v)/sum(exp(v)) for a column v, a column of the same size."""

    is_commutative = False

    @property
    def shape(self) -> tuple[Expr, Expr]:
        return self.args[0].shape  # type: ignore[no-any-return]


class LogSumExp(Expr):
    """log(sum(exp(v))) for a vector v."""

    is_commutative = True

    def __new__(cls, vector: Expr) -> LogSumExp:
        return super().__new__(cls, vector)


def _vector(value: Any, what: str) -> Expr:
    vector = as_operand(value, what)
    if not getattr(vector, "is_Matrix", False):
        raise InputError(f"{what} takes a vector, not the scalar {vector}")
    if 1 not in vector.shape:
        rows, cols = vector.shape
        raise ShapeError(f"{what} takes a vector, but {vector} is {rows}×{cols}")
    return vector


def softmax(vector: Any) -> Expr:
    """Exponentiate each entry and divide by the sum.

    ```pycon
    >>> from sympy import MatrixSymbol
    >>> from derivlib import derive, sum_entries
    >>> v, a = MatrixSymbol("v", 3, 1), MatrixSymbol("a", 3, 1)
    >>> derive(a.T * softmax(v), v).verify().entries
    3
    >>> jacobian = derive(softmax(v), v)
    >>> print(jacobian)
    ∂f/∂vᵀ = Diag(softmax(v)) - softmax(v)*(softmax(v))ᵀ
    >>> jacobian.verify().shape
    (3, 3)

    ```

    :param vector: a column or a row.
    :returns: a vector of the same shape, with positive entries that sum to one.
    :raises InputError: if `vector` is not a matrix.
    :raises ShapeError: if it is neither a column nor a row.
    """
    vector = _vector(vector, "softmax")
    if vector.shape[1] == 1:
        return Softmax(vector)
    return Transpose(Softmax(vector.T))


def logsumexp(vector: Any) -> Expr:
    """The logarithm of the sum of the exponentials of all entries.

    ```pycon
    >>> from sympy import MatrixSymbol
    >>> from derivlib import derive
    >>> v = MatrixSymbol("v", 3, 1)
    >>> gradient = derive(logsumexp(v), v)
    >>> print(gradient)
    ∂L/∂v = softmax(v)
    >>> gradient.verify().entries
    3

    ```

    :param vector: a column or a row.
    :returns: a scalar expression.
    :raises InputError: if `vector` is not a matrix.
    :raises ShapeError: if it is neither a column nor a row.
    """
    vector = _vector(vector, "logsumexp")
    return LogSumExp(vector if vector.shape[1] == 1 else vector.T)
