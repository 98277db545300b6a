"""What the facets of nodes set TeX with: calls, factors, sizes, σ'(x), (vec X)ᵀ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sympy import Expr, FunctionClass, Lambda, OneMatrix, Symbol, sympify
from sympy.matrices.matrixbase import MatrixBase
from sympy.printing.latex import accepted_latex_functions, translate

from derivlib.expressions.binding import bare, binding, parenthesized, spaced
from derivlib.expressions.elementwise_tex import Elementwise
from derivlib.expressions.facets import facet, facets_of
from derivlib.expressions.reading import is_call
from derivlib.expressions.text import is_entry

TRANSPOSED = r"\mathsf{T}"
"""The T of Aᵀ."""

ADJOINT = r"\mathsf{H}"
"""The H of Aᴴ."""


def is_column(expr: Expr) -> bool:
    """Return whether an expression is its own vec: a column, or a scalar."""
    return not expr.is_Matrix or expr.shape[1] == 1


class TexNotation:
    """What the facets of nodes set TeX with, whichever printer sets their parts."""

    names: Mapping[Expr, Expr]
    _print: Any
    parenthesized = staticmethod(parenthesized)
    spaced = staticmethod(spaced)
    binding = staticmethod(binding)

    def elementwise(self, function: Any, matrix: Expr) -> str:
        """Set a function of one scalar as it applies to each entry of a matrix."""
        if isinstance(function, FunctionClass):
            return self.call(self.function_name(function), matrix)
        assert isinstance(function, Lambda)
        return Elementwise(self, function.variables[0], matrix).set(function.expr)

    def node(self, expr: Any, told: Any) -> str:
        """Set a node as its facet says: a name that is called with its parts, or a function."""
        if isinstance(told, str):
            return self.call(told, *facets_of(type(expr)).parts(expr))
        return str(told(self, expr))

    def call(self, name: str, *arguments: Any) -> str:
        """A name and what it is applied to, in parentheses."""
        shown = [self._print(a.args[0] if is_entry(a) else a) for a in arguments]
        return name + parenthesized(", ".join(shown))

    def function_name(self, function: Any) -> str:
        """Set the name of a function, with its primes."""
        told = None if isinstance(function, str) else facet(function, "tex")
        if isinstance(told, str):
            return told
        name = function if isinstance(function, str) else function.__name__
        base = name.rstrip("'")
        primes = "'" * (len(name) - len(base))
        if base in (*accepted_latex_functions, "exp"):
            letter = rf"\{base}"
        elif "_" in base:
            letter = self._print(Symbol(base))
        else:
            letter = translate(base)
            if len(base) > 1 and letter == base:
                letter = rf"\operatorname{{{base}}}"
        return f"{letter}{primes}"

    def factor(self, expr: Expr) -> str:
        """Set a factor of a matrix product, in parentheses if it is a sum or a ⊙-product."""
        text: str = self._print(expr)
        wide = binding(expr) in ("sum", "hadamard") or text.startswith("-")
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
        if (plain and "^" not in text) or is_call(text):
            return text
        return parenthesized(bare(text))

    def sized(self, expr: Expr) -> str:
        """The same: an identity has its size as an index."""
        return self.atom(expr)

    @staticmethod
    def from_one(index: Expr, matrix: Expr) -> Expr:
        """Count a number, or a place that the sizes tell such as n - 1, from 1; a letter stays."""
        sizes = {symbol for size in map(sympify, matrix.shape) for symbol in size.free_symbols}
        return index + 1 if index.free_symbols <= sizes else index

    @staticmethod
    def upright(words: str) -> str:
        """Set words that belong to a formula, unlike remarks beside it."""
        return rf"\mathrm{{{words.replace(' ', '~')}}}"

    def sizes(self, sizes: Iterable[Expr]) -> str:
        """Set the sizes that a matrix is made for: mn, or 4,3."""
        shown = [self._print(size) for size in sizes]
        return ("" if all(len(size) == 1 and size.isalpha() for size in shown) else ",").join(shown)

    def stacked(self, expr: Expr) -> str:
        """Set vec X; a column is its own vec."""
        if is_column(expr):
            return self.atom(expr)
        return rf"\operatorname{{vec}} {self.atom(expr)}"

    def stacked_row(self, expr: Expr) -> str:
        """Set (vec X)ᵀ, or xᵀ for a column."""
        if is_column(expr):
            return f"{self.atom(expr)}^{{{TRANSPOSED}}}" if expr.is_Matrix else self.atom(expr)
        return rf"(\operatorname{{vec}} {self.atom(expr)})^{{{TRANSPOSED}}}"
