"""Expressions as a textbook would set them: ⊙, ᵀ, σ'(N), ∂λ(S)/∂S, dX."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sympy import (
    Add,
    Basic,
    DiagonalOf,
    Expr,
    FunctionClass,
    HadamardProduct,
    Identity,
    Lambda,
    MatAdd,
    MatMul,
    MatrixSymbol,
    Mul,
    OneMatrix,
    S,
    Symbol,
    Transpose,
    sympify,
)
from sympy.matrices.matrixbase import MatrixBase

from derivlib.display.binding import bare, binding, parenthesized, plain_groups, spaced
from derivlib.display.calls import CallPrinter, is_entry
from derivlib.display.elementwise_tex import Elementwise
from derivlib.errors import InputError
from derivlib.expressions.argument_letters import letter_for, places, with_names
from derivlib.expressions.text import repeated
from derivlib.nodes import (
    BasisMatrix,
    DifferentialNode,
    Gradient,
    Inner,
    Jacobian,
    OnVec,
    PartialNode,
)

__all__ = ["DerivationPrinter", "latex"]

_T = r"\mathsf{T}"


class DerivationPrinter(CallPrinter):
    """SymPy's LaTeX printer, with the notation of matrix calculus."""

    def __init__(
        self,
        settings: dict[str, Any] | None = None,
        names: Mapping[Expr, Expr] | None = None,
    ) -> None:
        super().__init__({"mat_delim": "[", "fold_func_brackets": False, **(settings or {})})
        self.names = names or {}
        self._set: dict[Basic, str] = {}
        self._whole: dict[Basic, str] = {}

    def _print(self, expr: Any, **kwargs: Any) -> str:
        """Set a part of an expression; what stands in several places is set once."""
        if kwargs or not isinstance(expr, Basic):
            return str(super()._print(expr, **kwargs))
        if expr not in self._set:
            self._set[expr] = str(super()._print(expr))
        return self._set[expr]

    # -- how tightly things bind -------------------------------------------------------

    def _factor(self, expr: Expr) -> str:
        """Set a factor of a matrix product, in parentheses if it is a sum or a ⊙-product."""
        text: str = self._print(expr)
        wide = binding(expr) in ("sum", "hadamard") or text.startswith("-")
        return parenthesized(text) if wide else text

    def _entrywise_factor(self, expr: Expr) -> str:
        """Set a factor of a ⊙-product, in parentheses if it is a sum or a matrix product."""
        text: str = self._print(expr)
        wide = binding(expr) in ("sum", "product") or text.startswith("-")
        return parenthesized(text) if wide else text

    def _atom(self, expr: Expr) -> str:
        """Set what carries an exponent or a d: symbols as they are, the rest in parentheses."""
        text: str = self._print(expr)
        if isinstance(expr, MatrixBase):
            return text
        plain = isinstance(expr, (Symbol, MatrixSymbol, Identity, OneMatrix, BasisMatrix)) or (
            expr.is_Number and expr.is_nonnegative
        )
        return text if plain and "^" not in text else parenthesized(bare(text))

    # -- matrix operations -------------------------------------------------------------

    def _print_MatMul(self, expr: MatMul) -> str:
        sign, factors = "", list(expr.args)
        if not factors[0].is_Matrix and factors[0].could_extract_minus_sign():
            sign, factors = "-", [-factors[0], *factors[1:]]
            if factors[0] is S.One:
                factors.pop(0)
        if not factors[0].is_Matrix and factors[0].has(Inner):
            scalars = Mul.make_args(factors[0])
            factors[:1] = sorted(scalars, key=lambda scalar: isinstance(scalar, Inner))
        shown = [self._factor(factor) for factor in factors]
        for i, factor in enumerate(factors[:-1]):
            if isinstance(factor, (DifferentialNode, Inner)) and not shown[i].endswith(")"):
                shown[i] = parenthesized(shown[i])
            if isinstance(factors[i + 1], DifferentialNode):
                shown[i] += r" \,"
        return sign + " ".join(shown)

    def _print_MatAdd(self, expr: MatAdd) -> str:
        text = ""
        parts = [self._print(term) for term in expr.args]
        for part in sorted(parts, key=lambda part: part.startswith("-")):
            if text:
                text += f" - {part[1:].lstrip()}" if part.startswith("-") else f" + {part}"
            else:
                text = part
        return text

    def _print_HadamardProduct(self, expr: HadamardProduct) -> str:
        return r" \odot ".join(self._entrywise_factor(factor) for factor in expr.args)

    def _print_HadamardPower(self, expr: Expr) -> str:
        base, exponent = expr.args
        return rf"{self._atom(base)}^{{\odot {self._print(exponent)}}}"

    def _print_Transpose(self, expr: Expr) -> str:
        return f"{self._atom(expr.args[0])}^{{{_T}}}"

    def _print_Inverse(self, expr: Expr) -> str:
        base = expr.args[0]
        if isinstance(base, Transpose):
            return f"{self._atom(base.args[0])}^{{-{_T}}}"
        return f"{self._atom(base)}^{{-1}}"

    def _print_MatPow(self, expr: Expr) -> str:
        base, exponent = expr.args
        return f"{self._atom(base)}^{{{self._print(exponent)}}}"

    def _print_Trace(self, expr: Expr) -> str:
        """Set a trace; the entry of a 1×1 matrix is the matrix in parentheses."""
        if is_entry(expr):
            return parenthesized(self._print(expr.args[0]))
        return self._call(r"\operatorname{tr}", expr.args[0])

    def doprint(self, expr: Any) -> str:
        """Set a whole expression; one that is set again, such as a term of many lines, once."""
        if not isinstance(expr, Basic):
            return plain_groups(str(super().doprint(expr)))
        if expr not in self._whole:
            inside = expr.args[0] if is_entry(expr) else expr
            self._whole[expr] = plain_groups(str(super().doprint(inside)))
        return self._whole[expr]

    def _print_Add(self, expr: Add, order: Any = None) -> str:
        text = ""
        for term in self._as_ordered_terms(expr, order=order):
            negative = term.could_extract_minus_sign()
            part = -term if negative else term
            shown = self._print(part.args[0] if is_entry(part) else part)
            if self._needs_add_brackets(part) or (
                is_entry(part) and binding(part.args[0]) == "sum"
            ):
                shown = parenthesized(shown)
            if text and shown.startswith("-"):
                negative, shown = not negative, shown[1:].lstrip()
            sign = ("- " if negative else "") if not text else (" - " if negative else " + ")
            text += sign + shown
        return text

    def _print_Mul(self, expr: Mul) -> str:
        try:
            return spaced(str(super()._print_Mul(expr)))
        except (AttributeError, TypeError, ValueError):  # SymPy looks for a denominator, and fails
            shown = [(self._print(f), self._needs_mul_brackets(f)) for f in expr.args]
            return spaced(" ".join(parenthesized(s) if wide else s for s, wide in shown))

    def _needs_mul_brackets(self, expr: Expr, first: bool = False, last: bool = False) -> bool:
        inner = isinstance(expr, Inner) and not last
        return inner or bool(super()._needs_mul_brackets(expr, first, last))

    def _print_Identity(self, expr: Identity) -> str:
        return f"I_{{{self._print(expr.shape[0])}}}"

    def _print_OneMatrix(self, expr: OneMatrix) -> str:
        rows, cols = (self._print(size) for size in expr.shape)
        if expr.shape[1] == 1:
            return rf"\mathbf{{1}}_{{{rows}}}"
        if expr.shape[0] == 1:
            return rf"\mathbf{{1}}_{{{cols}}}^{{{_T}}}"
        return rf"\mathbf{{1}}_{{{rows} \times {cols}}}"

    def _print_ZeroMatrix(self, expr: Expr) -> str:
        rows, cols = (self._print(size) for size in expr.shape)
        return rf"\mathbf{{0}}_{{{rows} \times {cols}}}"

    def _print_MatrixElement(self, expr: Expr) -> str:
        matrix, *indices = map(sympify, expr.args)
        shown = [_from_one(i, matrix) for i in indices]
        separator = "" if all(i.is_Integer and i < 10 for i in shown) else ", "
        return rf"{self._atom(matrix)}_{{{separator.join(self._print(i) for i in shown)}}}"

    def _print_MatrixBase(self, expr: MatrixBase) -> str:
        rows = [" & ".join(map(self._print, row)) for row in expr.tolist()]
        body = r" \\ ".join(rows)
        text = rf"\begin{{bmatrix}} {body} \end{{bmatrix}}"
        return rf"{{\def\arraystretch{{1.6}} {text}}}" if r"\frac" in body else text

    # -- functions ---------------------------------------------------------------------

    def _print_ElementwiseApplyFunction(self, expr: Expr) -> str:
        return self.elementwise(expr.args[0], expr.args[1])

    def elementwise(self, function: Any, matrix: Expr) -> str:
        """Set a function of one scalar as it applies to each entry of a matrix."""
        if isinstance(function, FunctionClass):
            return self._call(self.function_name(function), matrix)
        assert isinstance(function, Lambda)
        return Elementwise(self, function.variables[0], matrix).set(function.expr)

    def _print_Norm(self, expr: Expr) -> str:
        return rf"\left\lVert {self._print(expr.args[0])} \right\rVert"

    def _print_DiagonalMatrix(self, expr: Expr) -> str:
        return rf"\operatorname{{Diag}}({self._print(DiagonalOf(expr.args[0]))})"

    def _print_BasisMatrix(self, expr: BasisMatrix) -> str:
        size = self._print(expr.size)
        if expr.structure == "symmetric":
            return f"D_{{{size}}}"
        return rf"\Delta_{{{_upright(expr.label)}, {size}}}"

    def _print_SingleEntry(self, expr: Any) -> str:
        shown = [self._print(_from_one(i, expr)) for i in expr.position]
        if expr.shape[1] == 1:
            return f"e_{{{shown[0]}}}"
        if expr.shape[0] == 1:
            return f"e_{{{shown[1]}}}^{{{_T}}}"
        return f"J^{{{''.join(shown)}}}"

    def _print_KroneckerProduct(self, expr: Expr) -> str:
        return r" \otimes ".join(self._entrywise_factor(factor) for factor in expr.args)

    def _print_Unvec(self, expr: Expr) -> str:
        rows, cols = (self._print(size) for size in expr.shape)
        return self._call(rf"\operatorname{{vec}}^{{-1}}_{{{rows} \times {cols}}}", expr.args[0])

    def _print_Commutation(self, expr: Any) -> str:
        return f"K_{{{self._sizes(expr.of_shape)}}}"

    def _sizes(self, sizes: Iterable[Expr]) -> str:
        """Set the sizes that a matrix is made for: mn, or 4,3."""
        shown = [self._print(size) for size in sizes]
        return ("" if all(len(size) == 1 and size.isalpha() for size in shown) else ",").join(shown)

    # -- derivatives -------------------------------------------------------------------

    def _print_MatrixDifferential(self, expr: Any) -> str:
        return rf"\mathrm{{d}}{self._atom(expr.of)}"

    _print_ScalarDifferential = _print_MatrixDifferential

    def _print_Inner(self, expr: Inner) -> str:
        left, right = expr.args
        if left is S.One:
            return str(self._print(right))
        if not left.is_Matrix:
            return spaced(f"{self._factor(left)} {self._factor(right)}")
        if isinstance(left, Identity):
            return self._call(r"\operatorname{tr}", right)
        transposed = left.args[0] if isinstance(left, Transpose) else None
        first = self._atom(transposed) if transposed else f"{self._atom(left)}^{{{_T}}}"
        if _is_column(left):
            return rf"{first} \, {self._factor(right)}"
        return r"\operatorname{tr}" + parenthesized(rf"{first} \, {self._factor(right)}")

    def _print_OnVec(self, expr: OnVec) -> str:
        left, right = expr.args
        if isinstance(left, Identity):
            return str(self._print(right)) if _is_column(right) else self._stacked(right)
        factor: str = self._print(left)
        if not factor.startswith("-") or binding(left) != "product":
            factor = self._factor(left)
        if not _is_column(right):
            return f"{factor} {self._stacked(right)}"
        is_product = not right.is_Matrix and binding(right) == "product"
        shown = parenthesized(self._print(right)) if is_product else self._factor(right)
        return spaced(f"{factor} {shown}")

    def _stacked(self, expr: Expr) -> str:
        """Set vec X; a column is its own vec."""
        if _is_column(expr):
            return self._atom(expr)
        return rf"\operatorname{{vec}} {self._atom(expr)}"

    def _stacked_row(self, expr: Expr) -> str:
        """Set (vec X)ᵀ, or xᵀ for a column."""
        if _is_column(expr):
            return f"{self._atom(expr)}^{{{_T}}}" if expr.is_Matrix else self._atom(expr)
        return rf"(\operatorname{{vec}} {self._atom(expr)})^{{{_T}}}"

    def _partial(self, expr: Any) -> str:
        """Set ∂f(S)/∂S; where S is compound, at the place S = …"""
        names: dict[Expr, Expr] = {}
        for argument in places(expr, self.names):
            near = (expr.application, *names.values())
            names[argument] = self.names.get(argument) or letter_for(argument, near)
        if not names:
            return self._fraction(expr)
        shown = self._fraction(with_names(expr, names))
        told = [
            f"{self._print(letter)} = {self._print(argument)}"
            for argument, letter in names.items()
            if argument not in self.names
        ]
        return rf"\left.{shown}\right|_{{{', '.join(told)}}}" if told else shown

    def _fraction(self, expr: Any) -> str:
        """Set a partial derivative of an abstract function as a fraction."""
        argument, application = expr.argument, expr.application
        if isinstance(expr, Jacobian) and isinstance(application, Gradient):
            above = rf"\partial^2 {self._print(application.application)}"
            first = self._stacked(application.argument)
            below = rf"\partial {first} \, \partial {self._stacked_row(argument)}"
            return rf"\frac{{{above}}}{{{below}}}"
        if isinstance(expr, Jacobian):
            above = rf"\operatorname{{vec}} {self._inner_fraction(application)}"
            return rf"\frac{{\partial {above}}}{{\partial {self._stacked_row(argument)}}}"
        order, innermost = repeated(expr)
        if order > 1:
            above = rf"\partial^{order} {self._print(innermost)}"
            return rf"\frac{{{above}}}{{\partial {self._atom(argument)}^{order}}}"
        above = self._inner_fraction(application)
        return rf"\frac{{\partial {above}}}{{\partial {self._print(argument)}}}"

    def _inner_fraction(self, application: Any) -> str:
        shown = str(self._print(application))
        return parenthesized(shown) if isinstance(application, PartialNode) else shown

    _print_Gradient = _print_ScalarPartial = _print_MatrixPartial = _print_Jacobian = _partial

    def _print_FormalJacobian(self, expr: Any) -> str:
        above, below = self._stacked(expr.numerator), self._stacked_row(expr.denominator)
        return rf"\frac{{\partial {above}}}{{\partial {below}}}"

    def _print_Restricted(self, expr: Any) -> str:
        derivative, variable = self._print(expr.derivative), self._print(expr.variable)
        if expr.derivative.denominator == expr.variable:
            structure = expr.basis.structure.replace("toeplitz", "Toeplitz")
            told = rf"{variable}\ {_upright(structure)}"
        else:
            told = rf"{self._stacked(expr.variable)} = {self._print(expr.basis)} \theta"
        return rf"\left.{derivative}\right|_{{{told}}}"

    def _print_FormalHessian(self, expr: Any) -> str:
        above, variable = self._print(expr.numerator), expr.denominator
        if not variable.is_Matrix:
            return rf"\frac{{\partial^2 {above}}}{{\partial {self._atom(variable)}^2}}"
        below = rf"\partial {self._stacked(variable)} \, \partial {self._stacked_row(variable)}"
        return rf"\frac{{\partial^2 {above}}}{{{below}}}"

    def _print_FormalDerivative(self, expr: Any) -> str:
        return (
            rf"\frac{{\partial {self._print(expr.numerator)}}}"
            rf"{{\partial {self._print(expr.denominator)}}}"
        )

    _print_FormalGradient = _print_FormalRate = _print_FormalDerivative


def _from_one(index: Expr, matrix: Expr) -> Expr:
    """Count a number, or a place that the sizes tell such as n - 1, from 1; a letter stays."""
    sizes = {symbol for size in map(sympify, matrix.shape) for symbol in size.free_symbols}
    return index + 1 if index.free_symbols <= sizes else index


def _is_column(expr: Expr) -> bool:
    return not expr.is_Matrix or expr.shape[1] == 1


def _upright(words: str) -> str:
    """Set words that belong to a formula, unlike remarks beside it."""
    return rf"\mathrm{{{words.replace(' ', '~')}}}"


def latex(expr: Any, names: Mapping[Expr, Expr] | None = None) -> str:
    r"""Set an expression in LaTeX, in the notation of matrix calculus.

    ```pycon
    >>> from sympy import Function, HadamardProduct, MatrixSymbol
    >>> N, G = MatrixSymbol("N", 4, 2), MatrixSymbol("G", 4, 2)
    >>> print(latex(HadamardProduct(G, N.applyfunc(Function("sigma")))))
    G \odot \sigma(N)

    ```

    :param expr: a SymPy expression.
    :param names: letters for compound arguments of abstract derivatives, such as S for
        σ(XW) in ∂λ(S)/∂S; without one the place is set as a subscript.
    :returns: LaTeX without dollar signs.
    :raises InputError: if `expr` is nothing or text.
    """
    if expr is None or isinstance(expr, str):
        raise InputError(f"latex takes a SymPy expression, not {expr!r}")
    return str(DerivationPrinter(names=names).doprint(expr))
