"""How functions are set: their names with primes, and what they are applied to in parentheses."""

from __future__ import annotations

from typing import Any

from sympy import Expr, Symbol, Trace
from sympy.core.function import AppliedUndef
from sympy.printing.latex import LatexPrinter, accepted_latex_functions, translate

from derivlib.display.binding import parenthesized
from derivlib.nodes import MatrixFunctionApplication

__all__ = ["CallPrinter", "is_entry"]


class CallPrinter(LatexPrinter):
    """SymPy's LaTeX printer, with σ'(x), tr(A) and log det(X) as books have them."""

    def _call(self, name: str, *arguments: Any) -> str:
        shown = [self._print(a.args[0] if is_entry(a) else a) for a in arguments]
        return name + parenthesized(", ".join(shown))

    def function_name(self, function: Any) -> str:
        """Set the name of a function, with its primes."""
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
        text = self._call(self.function_name(expr.func), *expr.args)
        return text if exp is None else f"{parenthesized(text)}^{{{exp}}}"

    def _print_Function(self, expr: Any, exp: str | None = None) -> str:
        if isinstance(expr, AppliedUndef):
            return self._print_AppliedUndef(expr, exp)
        return str(super()._print_Function(expr, exp))

    def _print_MatrixFunctionApplication(self, expr: MatrixFunctionApplication) -> str:
        return self._call(self.function_name(expr.name), *expr.arguments)

    def _print_SumEntries(self, expr: Expr) -> str:
        return self._call(r"\operatorname{sum}", expr.args[0])

    def _print_LogDet(self, expr: Expr) -> str:
        return self._call(r"\log\det", expr.args[0])

    def _print_Determinant(self, expr: Expr) -> str:
        return self._call(r"\det", expr.args[0])

    def _print_Softmax(self, expr: Expr) -> str:
        return self._call(r"\operatorname{softmax}", expr.args[0])

    def _print_LogSumExp(self, expr: Expr) -> str:
        return self._call(r"\operatorname{logsumexp}", expr.args[0])

    def _print_DiagMatrix(self, expr: Expr) -> str:
        return self._call(r"\operatorname{Diag}", expr.args[0])

    def _print_DiagonalOf(self, expr: Expr) -> str:
        return self._call(r"\operatorname{diag}", expr.args[0])

    def _print_Tril(self, expr: Expr) -> str:
        return self._call(r"\operatorname{tril}", expr.args[0])

    def _print_Triu(self, expr: Expr) -> str:
        return self._call(r"\operatorname{triu}", expr.args[0])

    def _print_DiagonalSums(self, expr: Expr) -> str:
        return self._call(r"\operatorname{diagsums}", expr.args[0])

    def _print_Vec(self, expr: Expr) -> str:
        return self._call(r"\operatorname{vec}", expr.args[0])


def is_entry(expr: Any) -> bool:
    """Tell whether a scalar is written as the trace of a 1×1 matrix."""
    return isinstance(expr, Trace) and all(size == 1 for size in expr.args[0].shape)
