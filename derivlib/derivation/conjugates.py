"""Conjugates moved to the letters, where each is a letter of its own.

|z|² is z z̄, Re z is ½(z + z̄), and ‖Z‖² is tr(Z̄ᵀ Z): with Z̄ as a letter that does not depend on
Z, what is left are holomorphic functions of both, which the rules differentiate as they stand.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from sympy import (
    Abs,
    Adjoint,
    Basic,
    DotProduct,
    Dummy,
    Expr,
    I,
    ImmutableDenseMatrix,
    Lambda,
    MatrixSymbol,
    Rational,
    S,
    Sum,
    Symbol,
    adjoint,
    conjugate,
    im,
    re,
)
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.matrixbase import MatrixBase

from derivlib.errors import UnsupportedError
from derivlib.expressions.construction import mul, transpose
from derivlib.expressions.facets import facets_of, is_holomorphic
from derivlib.expressions.guarded import scalar_power, scalar_product
from derivlib.expressions.text import text
from derivlib.expressions.traversal import children, rebuild, with_children
from derivlib.nodes import AxisNorm, FormalNode, LogAbsDet, LogDet, Norm
from derivlib.nodes.builders import trace
from derivlib.nodes.elementwise import as_lambda, elementwise
from derivlib.nodes.symbols import conjugate_letter

_HALF = Rational(1, 2)
Build = Callable[..., Expr]

_MEANINGS: dict[type, tuple[str, Build]] = {
    Adjoint: ("conjugate", transpose),
    adjoint: ("conjugate", lambda x: transpose(x) if x.is_Matrix else x),
    conjugate: ("conjugate", lambda x: x),
    re: ("real", lambda x, other: scalar_product(_HALF, x + other)),
    im: ("real", lambda x, other: scalar_product(-I / 2, x - other)),
    Abs: ("real", lambda x, other: scalar_power(scalar_product(x, other), _HALF)),
    Norm: ("real", lambda A, other: scalar_power(trace(mul(transpose(other), A)), _HALF)),
    LogAbsDet: (
        "real",
        lambda A, other: scalar_product(_HALF, LogDet(mul(transpose(other), A))),
    ),
}
"""What is made of conjugates: of that of its part, or, being real, of its part and the conjugate.
"""

REAL_VALUED = tuple(kind for kind, (meaning, _) in _MEANINGS.items() if meaning == "real")
"""What has real values, whatever numbers it is of."""

_INSTEAD: dict[type, str] = {
    AxisNorm: "norm(A) of the whole matrix has one",
    DotProduct: "write scalar(x.T*y), or scalar(Adjoint(x)*y)",
    Sum: "write derivlib.scalar(…) for the entry of a 1×1 matrix",
    ElementwiseApplyFunction: (
        "write Z.conjugate() for the conjugate of each entry, and "
        "HadamardProduct(Z, Z.conjugate()) for |z|² of each"
    ),
}


class _Letters:
    """What the conjugates of letters are.

    :param real: those that are stated to be real; so are symbols that SymPy knows to be.
    :param hermitian: matrices that are their own adjoint.
    """

    def __init__(self, real: Collection[Expr], hermitian: Collection[Expr]) -> None:
        self.real, self.hermitian = real, hermitian

    def conjugate_of(self, symbol: Any) -> Expr:
        """The conjugate of a letter."""
        if symbol in self.real or (not symbol.is_Matrix and symbol.is_real):
            return symbol
        return transpose(symbol) if symbol in self.hermitian else conjugate_letter(symbol)


def with_conjugates_as_letters(
    expr: Expr,
    real: Collection[Expr] = (),
    hermitian: Collection[Expr] = (),
    *,
    kept: dict[Expr, Expr] | None = None,
) -> Expr:
    """Write an expression so that conjugates are letters.

    ```pycon
    >>> from sympy import MatrixSymbol
    >>> from derivlib import norm
    >>> A, x = MatrixSymbol("A", 3, 2), MatrixSymbol("x", 2, 1)
    >>> print(text(with_conjugates_as_letters(norm(A * x) ** 2)))
    xᴴ*Aᴴ*A*x

    ```

    :param expr: an expression over complex letters.
    :param real: the letters that are real.
    :param hermitian: the matrices that are their own adjoint.
    :param kept: if given, norms, absolute values and real parts stay; in their place stand
        names, which are put in here with what they stand for.
    :raises UnsupportedError: if an operation means something else for complex numbers.
    """
    letters = _Letters(real, hermitian)
    found: dict[tuple[Expr, bool], Expr] = {}
    stack = [(expr, False)]
    while stack:
        node, conjugated = stack[-1]
        needed = _needed(node, conjugated, keeps_real=kept is not None)
        pending = [each for each in needed if each not in found]
        if (node, conjugated) not in found and not pending:
            parts = tuple(found[each] for each in needed)
            if kept is not None and isinstance(node, REAL_VALUED):
                name = found[node, conjugated] = Dummy(real=True)
                kept[name] = Basic.__new__(type(node), *parts)
            else:
                found[node, conjugated] = _built(node, conjugated, parts, letters)
        if not pending:
            stack.pop()
        stack.extend(pending)
    return found[expr, False]


def _needed(node: Any, conjugated: bool, *, keeps_real: bool) -> list[tuple[Expr, bool]]:
    """The parts from which a node, or its conjugate, is built, each as it is or conjugated."""
    kind, _ = _MEANINGS.get(type(node), ("", None))
    if kind == "conjugate":
        return [(node.args[0], not conjugated)]
    if kind == "real":
        return [(node.args[0], turned) for turned in ((False,) if keeps_real else (False, True))]
    if not is_holomorphic(node):
        raise UnsupportedError(
            f'{_name(node)} in "{text(node)}" has no derivative here with respect to a '
            f"complex variable{_advice(node)}"
        )
    below = node.flat() if isinstance(node, MatrixBase) else children(node)
    return [(part, conjugated) for part in below]


def _name(node: Any) -> str:
    if isinstance(node, ElementwiseApplyFunction):
        return "the function of each entry"
    return type(node).__name__


def _advice(node: Any) -> str:
    told = next((told for kind, told in _INSTEAD.items() if isinstance(node, kind)), "")
    return f"; {told}" if told else ""


def _built(node: Any, conjugated: bool, parts: tuple[Expr, ...], letters: _Letters) -> Expr:
    if type(node) in _MEANINGS:
        return _MEANINGS[type(node)][1](*parts)
    if isinstance(node, MatrixBase):
        return ImmutableDenseMatrix(*node.shape, list(parts))
    if conjugated and isinstance(node, (Symbol, MatrixSymbol)):
        return letters.conjugate_of(node)
    if conjugated and node is S.ImaginaryUnit:
        return -node
    if isinstance(node, ElementwiseApplyFunction):
        function = as_lambda(node.args[0])
        return elementwise(_conjugated(function, letters) if conjugated else function, *parts)
    return with_children(node, parts) if parts else rebuilt_leaf(node)


def rebuilt_leaf(node: Any) -> Expr:
    """A node without parts, in normal form."""
    return rebuild(node, node.args) if node.args and not node.is_Symbol else node


def _conjugated(function: Lambda, letters: _Letters) -> Lambda:
    """The function of z that is conjugate to the value at z̄: the letters in it are conjugated."""
    (variable,) = function.variables
    constants = function.expr.free_symbols - {variable}
    put = {each: letters.conjugate_of(each) for each in constants}
    return Lambda(variable, function.expr.xreplace({**put, I: -I}))


def refuse_real_functions(result: Expr, real: frozenset[Any]) -> None:
    """Refuse a result with a function in it that was recognised as for real numbers."""
    stack = [result]
    while stack:
        node = stack.pop()
        if isinstance(node, FormalNode):  # a name, whose meaning is looked at for itself
            continue
        stack.extend(children(node))
        is_real = node.free_symbols <= real and facets_of(type(node)).complex_entries is not None
        if is_holomorphic(node) or is_real:
            continue
        raise UnsupportedError(
            f'the derivative is written with "{text(node)}", which means something else for '
            "complex numbers"
        )
