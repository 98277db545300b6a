"""Expressions in one line of text: Xᵀ*(∂λ(S)/∂S ⊙ σ'(N))."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sympy import (
    Add,
    Expr,
    HadamardProduct,
    Identity,
    Lambda,
    MatAdd,
    MatMul,
    MatrixSymbol,
    Mul,
    S,
    Symbol,
    Transpose,
)
from sympy.core.function import AppliedUndef
from sympy.printing.str import StrPrinter

from derivlib.vocabulary import Inner

__all__ = ["GREEK", "text"]

GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "eta": "η",
    "theta": "θ", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "rho": "ρ",
    "sigma": "σ", "tau": "τ", "phi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω",
    "Lambda": "Λ", "Sigma": "Σ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω", "Theta": "Θ",
}  # fmt: skip


class _TextPrinter(StrPrinter):
    """SymPy's one-line printer, with the notation of matrix calculus."""

    def __init__(self, names: Mapping[Expr, Expr] | None = None) -> None:
        super().__init__()
        self.names = names or {}

    def _name(self, name: str) -> str:
        base = name.rstrip("'")
        stem, underscore, index = base.partition("_")
        return GREEK.get(stem, stem) + underscore + index + name[len(base) :]

    def _call(self, name: str, *arguments: Any) -> str:
        return f"{self._name(name)}({', '.join(self._print(a) for a in arguments)})"

    def _grouped(self, expr: Expr) -> str:
        text = str(self._print(expr))
        wide = isinstance(expr, (Add, MatAdd, HadamardProduct)) or text.startswith("-")
        return f"({text})" if wide else text

    def _atom(self, expr: Expr) -> str:
        text = str(self._print(expr))
        return text if isinstance(expr, (Symbol, MatrixSymbol, Identity)) else f"({text})"

    def _print_Symbol(self, expr: Symbol) -> str:
        return self._name(expr.name)

    def _print_MatrixSymbol(self, expr: MatrixSymbol) -> str:
        return self._name(expr.name)

    def _print_MatMul(self, expr: MatMul) -> str:
        factors = list(expr.args)
        sign = ""
        if factors[0] is S.NegativeOne:
            sign, factors = "-", factors[1:]
        return sign + "*".join(self._grouped(factor) for factor in factors)

    def _print_MatAdd(self, expr: MatAdd) -> str:
        parts = sorted(map(self._print, expr.args), key=lambda part: part.startswith("-"))
        return parts[0] + "".join(
            f" - {part[1:]}" if part.startswith("-") else f" + {part}" for part in parts[1:]
        )

    def _print_HadamardProduct(self, expr: HadamardProduct) -> str:
        def part(factor: Expr) -> str:
            wide = isinstance(factor, (Add, MatAdd, Mul, MatMul))
            return f"({self._print(factor)})" if wide else str(self._print(factor))

        return " ⊙ ".join(part(factor) for factor in expr.args)

    def _print_HadamardPower(self, expr: Expr) -> str:
        return f"{self._atom(expr.args[0])}^⊙{self._print(expr.args[1])}"

    def _print_Transpose(self, expr: Expr) -> str:
        return f"{self._atom(expr.args[0])}ᵀ"

    def _print_Inverse(self, expr: Expr) -> str:
        base = expr.args[0]
        if isinstance(base, Transpose):
            return f"{self._atom(base.args[0])}⁻ᵀ"
        return f"{self._atom(base)}⁻¹"

    def _print_Trace(self, expr: Expr) -> str:
        return self._call("tr", expr.args[0])

    def _print_OneMatrix(self, expr: Expr) -> str:
        return f"1[{expr.shape[0]}×{expr.shape[1]}]"

    def _print_ZeroMatrix(self, expr: Expr) -> str:
        return f"0[{expr.shape[0]}×{expr.shape[1]}]"

    def _print_ElementwiseApplyFunction(self, expr: Expr) -> str:
        function, matrix = expr.args
        if not isinstance(function, Lambda):
            return self._call(function.__name__, matrix)
        body, variable = function.expr, function.variables[0]
        if body.is_Function and body.args == (variable,):
            return self._call(body.func.__name__, matrix)
        entry = self._atom(matrix)
        written = str(self._print(body.xreplace({variable: Symbol(entry)})))
        return f"[{written.replace(f'({entry})', entry if entry[0] == '(' else f'({entry})')}]"

    def _print_Function(self, expr: Expr) -> str:
        return self._call(expr.func.__name__, *expr.args)

    def _print_AppliedUndef(self, expr: AppliedUndef) -> str:
        return self._call(expr.func.__name__, *expr.args)

    def _print_MatrixFunctionApplication(self, expr: Any) -> str:
        return self._call(expr.name, *expr.arguments)

    def _print_SumEntries(self, expr: Expr) -> str:
        return self._call("sum", expr.args[0])

    def _print_Norm(self, expr: Expr) -> str:
        return self._call("norm", expr.args[0])

    def _print_LogDet(self, expr: Expr) -> str:
        return self._call("logdet", expr.args[0])

    def _print_Determinant(self, expr: Expr) -> str:
        return self._call("det", expr.args[0])

    def _print_Softmax(self, expr: Expr) -> str:
        return self._call("softmax", expr.args[0])

    def _print_LogSumExp(self, expr: Expr) -> str:
        return self._call("logsumexp", expr.args[0])

    def _print_DiagMatrix(self, expr: Expr) -> str:
        return self._call("Diag", expr.args[0])

    def _print_DiagonalOf(self, expr: Expr) -> str:
        return self._call("diag", expr.args[0])

    def _print_SingleEntry(self, expr: Any) -> str:
        return f"J[{expr.position[0]}, {expr.position[1]}]"

    def _print_KroneckerProduct(self, expr: Expr) -> str:
        return " ⊗ ".join(self._grouped(factor) for factor in expr.args)

    def _print_Vec(self, expr: Expr) -> str:
        return self._call("vec", expr.args[0])

    def _print_Unvec(self, expr: Expr) -> str:
        return self._call("unvec", expr.args[0])

    def _print_MatrixDifferential(self, expr: Any) -> str:
        return f"d{self._atom(expr.of)}"

    _print_ScalarDifferential = _print_MatrixDifferential

    def _print_Inner(self, expr: Inner) -> str:
        left, right = expr.args
        if left is S.One:
            return str(self._print(right))
        if not left.is_Matrix:
            return f"{self._grouped(left)}*{self._grouped(right)}"
        if isinstance(left, Identity):
            return self._call("tr", right)
        return f"tr({self._atom(left)}ᵀ*{self._grouped(right)})"

    def _print_Gradient(self, expr: Any) -> str:
        if expr.argument in self.names:
            letter = self.names[expr.argument]
            named = expr.application.xreplace({expr.argument: letter})
            return self._print_Gradient(expr.func(named, expr.args[1]))
        return f"∂{self._print(expr.application)}/∂{self._atom(expr.argument)}"

    _print_ScalarPartial = _print_MatrixPartial = _print_Gradient

    def _print_Jacobian(self, expr: Any) -> str:
        return f"∂vec {self._print(expr.application)}/∂vec({self._print(expr.argument)})ᵀ"

    def _print_FormalDerivative(self, expr: Any) -> str:
        return f"∂{self._print(expr.numerator)}/∂{self._print(expr.denominator)}"

    _print_FormalGradient = _print_FormalDerivative


def text(expr: Any, names: Mapping[Expr, Expr] | None = None) -> str:
    """Write an expression in one line of text.

    ```pycon
    >>> from sympy import Function, HadamardProduct, MatrixSymbol
    >>> N, G = MatrixSymbol("N", 4, 2), MatrixSymbol("G", 4, 2)
    >>> print(text(HadamardProduct(G, N.applyfunc(Function("sigma")))))
    G ⊙ σ(N)

    ```

    :param expr: a SymPy expression.
    :param names: letters for compound arguments of abstract derivatives.
    """
    return str(_TextPrinter(names).doprint(expr))
