"""logdet(A): the logarithm of the determinant of a square matrix."""

from __future__ import annotations

from typing import Any

from sympy import Expr, Identity, S, ZeroMatrix, log

from derivlib.expressions.facets import Call, Entries, Example, tell
from derivlib.expressions.shapes import scalar_of_square
from derivlib.nodes.determinant import determinant_of
from derivlib.nodes.node import NumberOfMatrix, as_square_operand


class LogDet(NumberOfMatrix):
    """The logarithm of the determinant of a square matrix, where that is positive."""


def logdet(matrix: Any) -> Expr:
    """The logarithm of the determinant of a square matrix.

    ```pycon
    >>> from sympy import MatrixSymbol
    >>> from derivlib import derive
    >>> X = MatrixSymbol("X", 3, 3)
    >>> gradient = derive(logdet(X), X)
    >>> print(gradient)
    ∂L/∂X = X⁻ᵀ
    >>> gradient.verify().entries
    9

    ```

    Source: Petersen & Pedersen (2012), eq. (43), for the differential.

    :param matrix: a square matrix expression, of positive determinant.
    :returns: a scalar expression.
    :raises InputError: if `matrix` is not a matrix.
    :raises ShapeError: if it is not square.
    """
    return LogDet(as_square_operand(matrix, "logdet"))


_CODE = Call(
    '''
def logdet(A):
    """The logarithm of the determinant; not a number where that is negative."""
    sign, value = {lib}.linalg.slogdet(A)
    return {lib}.where(sign >= 0, value, {lib}.nan)
''',
    numpy='''
def logdet(A):
    """The logarithm of the determinant; not a number where that is negative."""
    sign, value = np.linalg.slogdet(A)
    return value if sign >= 0 else np.nan
''',
    matrices=True,
)
_COMPLEX_CODE = Call(
    '''
def logdet(A):
    """The principal logarithm of the determinant."""
    sign, value = {lib}.linalg.slogdet(A)
    return {lib}.log(sign) + value
''',
    matrices=True,
)

tell(
    LogDet,
    text="logdet",
    tex=r"\log\det",
    shape=scalar_of_square,
    normal=lambda matrix: S.Zero if isinstance(matrix, Identity) else LogDet(matrix),
    entries=Entries(lambda calc, _, A: calc.ring.call(log, [determinant_of(calc, A)])),
    arrays=lambda on, node: on.jets.apply(on.LOG, on.jets.determinant(on.value(node.arg))),
    code=_CODE,
    complex_code=_COMPLEX_CODE,
    numpy=lambda p, node: (
        f"{p._module_format(p._module + '.linalg.slogdet')}({p._print(node.arg)})[1]"
    ),
    example=Example(lambda w, d: logdet(w.positive_definite(w.square(), d)), "scalar"),
    undefined=lambda node: isinstance(node.arg, ZeroMatrix),
    is_holomorphic=True,
)
