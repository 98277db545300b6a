"""Expressions as a textbook would set them: ⊙, ᵀ, σ'(N), ∂λ(S)/∂S, dX."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sympy import (
    Add,
    Basic,
    Expr,
    FunctionClass,
    HadamardProduct,
    Lambda,
    MatAdd,
    MatMul,
    Mul,
    OneMatrix,
    S,
    Transpose,
    sympify,
)
from sympy.matrices.matrixbase import MatrixBase

from derivlib.display.binding import bare, binding, parenthesized, plain_groups, spaced
from derivlib.display.calls import CallPrinter
from derivlib.display.elementwise_tex import Elementwise
from derivlib.errors import InputError
from derivlib.expressions.facets import facet, facets_of
from derivlib.expressions.text import is_entry
from derivlib.nodes import DifferentialNode, Inner
from derivlib.nodes.differentials import is_column

_T = r"\mathsf{T}"


class DerivationPrinter(CallPrinter):
    """SymPy's LaTeX printer, with the notation of matrix calculus.

    How sums, products and powers are laid out is said here; how a node is set, by its facet.
    """

    printmethod = "_derivlib_latex"  # SymPy's own hook is where nodes call this printer
    parenthesized = staticmethod(parenthesized)
    spaced = staticmethod(spaced)
    binding = staticmethod(binding)

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
            self._set[expr] = str(self._by_facet(expr))
        return self._set[expr]

    def _by_facet(self, expr: Any) -> Any:
        """Set a node as its facet says, and what has none as SymPy's printer does."""
        tex = facet(type(expr), "tex")
        if tex is None:
            return super()._print(expr)
        if isinstance(tex, str):
            return self.call(tex, *facets_of(type(expr)).parts(expr))
        return tex(self, expr)

    # -- how tightly things bind -------------------------------------------------------

    def factor(self, expr: Expr) -> str:
        """Set a factor of a matrix product, in parentheses if it is a sum or a ⊙-product."""
        text: str = self._print(expr)
        wide = binding(expr) in ("sum", "hadamard") or text.startswith("-")
        return parenthesized(text) if wide else text

    def _entrywise_factor(self, expr: Expr) -> str:
        """Set a factor of a ⊙-product, in parentheses if it is a sum or a matrix product."""
        text: str = self._print(expr)
        wide = binding(expr) in ("sum", "product") or text.startswith("-")
        return parenthesized(text) if wide else text

    def atom(self, expr: Expr) -> str:
        """Set what carries an exponent or a d: symbols as they are, the rest in parentheses."""
        text: str = self._print(expr)
        if isinstance(expr, MatrixBase):
            return text
        plain = (
            facets_of(type(expr)).is_atom
            or isinstance(expr, OneMatrix)
            or (expr.is_Number and expr.is_nonnegative)
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
        shown = [self.factor(factor) for factor in factors]
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
        return rf"{self.atom(base)}^{{\odot {self._print(exponent)}}}"

    def _print_Transpose(self, expr: Expr) -> str:
        return f"{self.atom(expr.args[0])}^{{{_T}}}"

    def _print_Inverse(self, expr: Expr) -> str:
        base = expr.args[0]
        if isinstance(base, Transpose):
            return f"{self.atom(base.args[0])}^{{-{_T}}}"
        return f"{self.atom(base)}^{{-1}}"

    def _print_MatPow(self, expr: Expr) -> str:
        base, exponent = expr.args
        return f"{self.atom(base)}^{{{self._print(exponent)}}}"

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

    def _print_MatrixElement(self, expr: Expr) -> str:
        matrix, *indices = map(sympify, expr.args)
        shown = [self.from_one(i, matrix) for i in indices]
        separator = "" if all(i.is_Integer and i < 10 for i in shown) else ", "
        return rf"{self.atom(matrix)}_{{{separator.join(self._print(i) for i in shown)}}}"

    def _print_MatrixBase(self, expr: MatrixBase) -> str:
        rows = [" & ".join(map(self._print, row)) for row in expr.tolist()]
        body = r" \\ ".join(rows)
        text = rf"\begin{{bmatrix}} {body} \end{{bmatrix}}"
        return rf"{{\def\arraystretch{{1.6}} {text}}}" if r"\frac" in body else text

    @staticmethod
    def from_one(index: Expr, matrix: Expr) -> Expr:
        """Count a number, or a place that the sizes tell such as n - 1, from 1; a letter stays."""
        sizes = {symbol for size in map(sympify, matrix.shape) for symbol in size.free_symbols}
        return index + 1 if index.free_symbols <= sizes else index

    @staticmethod
    def upright(words: str) -> str:
        """Set words that belong to a formula, unlike remarks beside it."""
        return rf"\mathrm{{{words.replace(' ', '~')}}}"

    # -- functions ---------------------------------------------------------------------

    def _print_ElementwiseApplyFunction(self, expr: Expr) -> str:
        return self.elementwise(expr.args[0], expr.args[1])

    def elementwise(self, function: Any, matrix: Expr) -> str:
        """Set a function of one scalar as it applies to each entry of a matrix."""
        if isinstance(function, FunctionClass):
            return self.call(self.function_name(function), matrix)
        assert isinstance(function, Lambda)
        return Elementwise(self, function.variables[0], matrix).set(function.expr)

    def _print_KroneckerProduct(self, expr: Expr) -> str:
        return r" \otimes ".join(self._entrywise_factor(factor) for factor in expr.args)

    def sizes(self, sizes: Iterable[Expr]) -> str:
        """Set the sizes that a matrix is made for: mn, or 4,3."""
        shown = [self._print(size) for size in sizes]
        return ("" if all(len(size) == 1 and size.isalpha() for size in shown) else ",").join(shown)

    # -- derivatives -------------------------------------------------------------------

    def stacked(self, expr: Expr) -> str:
        """Set vec X; a column is its own vec."""
        if is_column(expr):
            return self.atom(expr)
        return rf"\operatorname{{vec}} {self.atom(expr)}"

    def stacked_row(self, expr: Expr) -> str:
        """Set (vec X)ᵀ, or xᵀ for a column."""
        if is_column(expr):
            return f"{self.atom(expr)}^{{{_T}}}" if expr.is_Matrix else self.atom(expr)
        return rf"(\operatorname{{vec}} {self.atom(expr)})^{{{_T}}}"


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
