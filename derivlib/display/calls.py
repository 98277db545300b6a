"""How functions are set: their names with primes, and what they are applied to in parentheses."""

from __future__ import annotations

from typing import Any

from sympy import Symbol
from sympy.core.function import AppliedUndef
from sympy.printing.latex import LatexPrinter, accepted_latex_functions, translate

from derivlib.display.binding import parenthesized
from derivlib.expressions.facets import facet
from derivlib.expressions.text import is_entry


class CallPrinter(LatexPrinter):
    """SymPy's LaTeX printer, with σ'(x), tr(A) and log det(X) as books have them."""

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

    def _print_AppliedUndef(self, expr: AppliedUndef, exp: str | None = None) -> str:
        text = self.call(self.function_name(expr.func), *expr.args)
        return text if exp is None else f"{parenthesized(text)}^{{{exp}}}"

    def _print_Function(self, expr: Any, exp: str | None = None) -> str:
        if isinstance(expr, AppliedUndef):
            return self._print_AppliedUndef(expr, exp)
        return str(super()._print_Function(expr, exp))
