"""Expressions as a textbook would set them: ⊙, ᵀ, σ'(N), ∂λ(S)/∂S, dX."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sympy import (
    Add,
    Adjoint,
    Basic,
    Expr,
    HadamardProduct,
    KroneckerProduct,
    MatAdd,
    MatMul,
    Mul,
    S,
    Transpose,
    sympify,
)
from sympy.core.function import AppliedUndef
from sympy.matrices.matrixbase import MatrixBase
from sympy.printing.latex import LatexPrinter

from derivlib.errors import InputError
from derivlib.expressions.binding import bare, binding, parenthesized, plain_groups, spaced
from derivlib.expressions.facets import facet
from derivlib.expressions.reading import (
    divided,
    is_negative,
    main_term_first,
    sums_last,
    without_common_number,
    without_doubled,
)
from derivlib.expressions.tex import ADJOINT, TRANSPOSED, TexNotation
from derivlib.expressions.text import is_entry
from derivlib.nodes import CrossProduct, DifferentialNode, Inner


def _is_loose(expr: Expr) -> bool:
    """Return whether an inner product stands without brackets of its own."""
    return isinstance(expr, Inner) and binding(expr) != "atom"


class DerivationPrinter(TexNotation, LatexPrinter):
    """SymPy's LaTeX printer, with the notation of matrix calculus.

    How sums, products and powers are laid out is said here; how a node is set, by its facet.
    """

    printmethod = "_derivlib_latex"  # SymPy's own hook is how nodes look in SymPy's printers

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
        """Set a node as its facet says, and what has none as it says itself, or as SymPy does."""
        tex = facet(type(expr), "tex")
        if tex is not None:
            return self.node(expr, tex)
        return expr._latex(self) if hasattr(expr, "_latex") else super()._print(expr)

    # -- how tightly things bind -------------------------------------------------------

    def _entrywise_factor(self, expr: Expr) -> str:
        """Set a factor of a ⊙-product, in parentheses if it is a sum or a matrix product."""
        text: str = self._print(expr)
        loose = isinstance(expr, (KroneckerProduct, CrossProduct)) or binding(expr) in (
            "sum",
            "product",
        )
        return parenthesized(text) if loose or text.startswith("-") else text

    # -- matrix operations -------------------------------------------------------------

    def _print_MatMul(self, expr: MatMul) -> str:
        sign, factors = "", list(expr.args)
        if not factors[0].is_Matrix and is_negative(factors[0]):
            sign, factors[0] = "-", -factors[0]
        if not factors[0].is_Matrix and (parts := divided(factors[0])) is not None:
            above = self._product([parts[0], *factors[1:]])
            if r"\frac" not in above and not any(isinstance(f, DifferentialNode) for f in factors):
                return rf"{sign}\frac{{{above}}}{{{self._print(parts[1])}}}"
        return sign + self._product(factors)

    def _product(self, factors: list[Expr]) -> str:
        if factors[0] is S.One:
            factors = factors[1:]
        if len(factors) == 1:
            return self._term(factors[0])
        if not factors[0].is_Matrix and factors[0].has(Inner):
            scalars = Mul.make_args(factors[0])
            factors[:1] = sorted(scalars, key=lambda scalar: isinstance(scalar, Inner))
        elif not factors[0].is_Matrix:
            factors[:1] = without_common_number(factors[0])
        shown = [self.factor(factor) for factor in factors]
        for i, factor in enumerate(factors[:-1]):
            loose = isinstance(factor, DifferentialNode) or _is_loose(factor)
            if loose and not shown[i].endswith(")"):
                shown[i] = parenthesized(shown[i])
            if isinstance(factors[i + 1], DifferentialNode):
                shown[i] += r" \,"
        return " ".join(shown)

    def _term(self, expr: Expr) -> str:
        """Set a term of a sum, in parentheses if it is a sum itself."""
        text: str = self._print(expr)
        wide = binding(expr) == "sum" or text.startswith("-")
        return parenthesized(text) if wide else text

    def _as_ordered_terms(self, expr: Expr, order: Any = None) -> list[Expr]:
        return main_term_first(super()._as_ordered_terms(expr, order=order))

    def _print_MatAdd(self, expr: MatAdd) -> str:
        text = ""
        parts = [self._print(term) for term in main_term_first(expr.args)]
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
        base = expr.args[0]
        original = getattr(base, "conjugate_of", None)  # of a letter for a conjugate
        if original is not None:
            return f"{self.atom(original)}^{{{ADJOINT}}}"
        return f"{self.atom(base)}^{{{TRANSPOSED}}}"

    def _print_Inverse(self, expr: Expr) -> str:
        base = expr.args[0]
        if isinstance(base, (Adjoint, Transpose)):
            turned = str(self._print(base))
            stem, raised, exponent = turned.rpartition("^{")
            if exponent in (f"{TRANSPOSED}}}", f"{ADJOINT}}}"):
                return f"{stem}{raised}-{exponent}"
        return f"{self.atom(base)}^{{-1}}"

    def _print_MatPow(self, expr: Expr) -> str:
        base, exponent = expr.args
        return f"{self.atom(base)}^{{{self._print(exponent)}}}"

    def doprint(self, expr: Any) -> str:
        """Set a whole expression; one that is set again, such as a term of many lines, once."""
        if not isinstance(expr, Basic):
            return self._cleaned(super().doprint(expr))
        if expr not in self._whole:
            inside = expr.args[0] if is_entry(expr) else expr
            self._whole[expr] = self._cleaned(super().doprint(inside))
        return self._whole[expr]

    @staticmethod
    def _cleaned(text: Any) -> str:
        return without_doubled(plain_groups(str(text)))

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
        number, product = expr.as_coeff_Mul()
        factors = Mul.make_args(product)
        is_fraction = any(f.is_Pow and is_negative(f.exp) for f in factors)
        if any(factor.is_Add for factor in factors) and len(factors) > 1 and not is_fraction:
            sign = "- " if number.is_negative else ""
            ordered = [abs(number)] * (abs(number) != 1) + sums_last(product.as_ordered_factors())
            return spaced(sign + " ".join(map(self.factor, ordered)))
        try:
            return spaced(str(super()._print_Mul(expr)))
        except (AttributeError, TypeError, ValueError):  # SymPy looks for a denominator, and fails
            shown = [(self._print(f), self._needs_mul_brackets(f)) for f in expr.args]
            return spaced(" ".join(parenthesized(s) if wide else s for s, wide in shown))

    def _needs_mul_brackets(self, expr: Expr, first: bool = False, last: bool = False) -> bool:
        return (_is_loose(expr) and not last) or bool(
            super()._needs_mul_brackets(expr, first, last)
        )

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

    # -- functions ---------------------------------------------------------------------

    def _print_AppliedUndef(self, expr: AppliedUndef, exp: str | None = None) -> str:
        text = self.call(self.function_name(expr.func), *expr.args)
        return text if exp is None else f"{parenthesized(text)}^{{{exp}}}"

    def _print_Function(self, expr: Any, exp: str | None = None) -> str:
        if isinstance(expr, AppliedUndef):
            return self._print_AppliedUndef(expr, exp)
        return str(super()._print_Function(expr, exp))

    def _print_Abs(self, expr: Any, exp: str | None = None) -> str:
        tex = rf"\left|{{{bare(self._print(expr.args[0]))}}}\right|"
        return tex if exp is None else f"{tex}^{{{exp}}}"

    def _print_Heaviside(self, expr: Any, exp: str | None = None) -> str:
        text = str(self._by_facet(expr))
        return text if exp is None else f"{text}^{{{exp}}}"

    def _print_KroneckerProduct(self, expr: Expr) -> str:
        return r" \otimes ".join(map(self.factor, expr.args))


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
