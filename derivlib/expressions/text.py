"""Expressions in one line of text: Xᵀ*(∂λ(S)/∂S ⊙ σ'(N))."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sympy import (
    Add,
    DiagonalOf,
    Expr,
    HadamardProduct,
    Identity,
    KroneckerProduct,
    Lambda,
    MatAdd,
    MatMul,
    MatrixSymbol,
    Mul,
    S,
    Symbol,
    Trace,
    Transpose,
)
from sympy.core.function import AppliedUndef
from sympy.printing.str import StrPrinter

from derivlib.errors import InputError
from derivlib.expressions.argument_letters import with_names
from derivlib.nodes import BasisMatrix, Gradient, Inner, Jacobian, PartialNode

__all__ = ["GREEK", "repeated", "text"]

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
        shown = (self._print(a.args[0] if _is_entry(a) else a) for a in arguments)
        return f"{self._name(name)}({', '.join(shown)})"

    def _grouped(self, expr: Expr) -> str:
        text = str(self._print(expr))
        wide = (Add, MatAdd, HadamardProduct, KroneckerProduct)
        return f"({text})" if isinstance(expr, wide) or text.startswith("-") else text

    def _atom(self, expr: Expr) -> str:
        text = str(self._print(expr))
        plain = isinstance(expr, (Symbol, MatrixSymbol, Identity, BasisMatrix))
        return text if plain else f"({text})"

    def _print_Symbol(self, expr: Symbol) -> str:
        return self._name(expr.name)

    def _print_MatrixSymbol(self, expr: MatrixSymbol) -> str:
        return self._name(expr.name)

    def _print_MatMul(self, expr: MatMul) -> str:
        factors = list(expr.args)
        sign = ""
        if not factors[0].is_Matrix and factors[0].could_extract_minus_sign():
            sign, factors = "-", [-factors[0], *factors[1:]]
            if factors[0] is S.One:
                factors.pop(0)
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
        return f"{self._atom(expr.args[0])}^⊙{self._exponent(expr.args[1])}"

    def _exponent(self, expr: Expr) -> str:
        shown = str(self._print(expr))
        return shown if expr.is_Atom and not shown.startswith("-") else f"({shown})"

    def _print_Pow(self, expr: Expr, rational: bool = False) -> str:
        base, exponent = expr.args
        if exponent.is_Integer and exponent < -1 and not base.is_number:
            return f"1/{self._print(base**-exponent)}"
        return str(super()._print_Pow(expr, rational=rational))

    def _print_MatPow(self, expr: Expr) -> str:
        return f"{self._atom(expr.args[0])}**{self._exponent(expr.args[1])}"

    def _print_Transpose(self, expr: Expr) -> str:
        return f"{self._atom(expr.args[0])}ᵀ"

    def _print_Inverse(self, expr: Expr) -> str:
        base = expr.args[0]
        if isinstance(base, Transpose):
            return f"{self._atom(base.args[0])}⁻ᵀ"
        return f"{self._atom(base)}⁻¹"

    def _print_Trace(self, expr: Expr) -> str:
        if _is_entry(expr):
            return f"({self._print(expr.args[0])})"
        return self._call("tr", expr.args[0])

    def doprint(self, expr: Any) -> str:
        """Write a whole expression."""
        return str(super().doprint(expr.args[0] if _is_entry(expr) else expr))

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

    def _print_DiagonalMatrix(self, expr: Expr) -> str:
        return self._call("Diag", DiagonalOf(expr.args[0]))

    def _print_DiagonalOf(self, expr: Expr) -> str:
        return self._call("diag", expr.args[0])

    def _print_Tril(self, expr: Expr) -> str:
        return self._call("tril", expr.args[0])

    def _print_Triu(self, expr: Expr) -> str:
        return self._call("triu", expr.args[0])

    def _print_DiagonalSums(self, expr: Expr) -> str:
        return self._call("diagonal_sums", expr.args[0])

    def _print_BasisMatrix(self, expr: BasisMatrix) -> str:
        size = self._print(expr.size)
        return f"D[{size}]" if expr.structure == "symmetric" else f"Δ[{expr.label}, {size}]"

    def _print_SingleEntry(self, expr: Any) -> str:
        if expr.shape[1] == 1:
            return f"e[{expr.position[0]}]"
        if expr.shape[0] == 1:
            return f"e[{expr.position[1]}]ᵀ"
        return f"J[{expr.position[0]}, {expr.position[1]}]"

    def _print_KroneckerProduct(self, expr: Expr) -> str:
        def part(factor: Expr) -> str:
            shown = self._grouped(factor)
            return f"({shown})" if isinstance(factor, MatMul) else shown

        return " ⊗ ".join(map(part, expr.args))

    def _print_BlockMatrix(self, expr: Any) -> str:
        rows = (", ".join(map(self._print, row)) for row in expr.blocks.tolist())
        return f"[{'; '.join(rows)}]"

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
        if left.shape[1] == 1:
            return f"{self._atom(left)}ᵀ*{self._grouped(right)}"
        return f"tr({self._atom(left)}ᵀ*{self._grouped(right)})"

    def _print_Commutation(self, expr: Any) -> str:
        return f"K[{', '.join(map(str, expr.of_shape))}]"

    def _print_OnVec(self, expr: Any) -> str:
        left, right = expr.args
        is_column = not right.is_Matrix or right.shape[1] == 1
        if isinstance(left, Identity) and is_column:
            return str(self._print(right))
        shown = self._grouped(right) if is_column else self._call("vec", right)
        if isinstance(left, Identity):
            return shown
        factor = str(self._print(left)) if isinstance(left, MatMul) else self._grouped(left)
        return f"{factor}*{shown}"

    def _stacked(self, expr: Expr) -> str:
        is_column = not expr.is_Matrix or expr.shape[1] == 1
        return self._atom(expr) if is_column else f"vec({self._print(expr)})"

    def _transposed(self, expr: Expr) -> str:
        return self._stacked(expr) + ("ᵀ" if expr.is_Matrix else "")

    def _print_Gradient(self, expr: Any) -> str:
        names = {place: letter for place, letter in self.names.items() if place in expr.arguments}
        expr = with_names(expr, names) if names else expr
        application = expr.application
        if isinstance(expr, Jacobian) and isinstance(application, Gradient):
            above = f"∂²{self._print(application.application)}"
            below = f"∂{self._stacked(application.argument)}∂{self._transposed(expr.argument)}"
            return f"{above}/{below}"
        order, innermost = repeated(expr)
        if order > 1:
            power = str(order).translate(_RAISED)
            return f"∂{power}{self._print(innermost)}/∂{self._atom(expr.argument)}{power}"
        shown = str(self._print(application))
        shown = f"({shown})" if isinstance(application, PartialNode) else shown
        if isinstance(expr, Jacobian):
            return f"∂vec({shown})/∂{self._transposed(expr.argument)}"
        return f"∂{shown}/∂{self._atom(expr.argument)}"

    _print_ScalarPartial = _print_MatrixPartial = _print_Jacobian = _print_Gradient

    def _print_FormalJacobian(self, expr: Any) -> str:
        return f"∂{self._stacked(expr.numerator)}/∂{self._transposed(expr.denominator)}"

    def _print_Restricted(self, expr: Any) -> str:
        structure = expr.basis.structure.replace("toeplitz", "Toeplitz")
        return f"{self._print(expr.derivative)} ({self._print(expr.variable)} {structure})"

    def _print_FormalHessian(self, expr: Any) -> str:
        above, variable = self._print(expr.numerator), expr.denominator
        if not variable.is_Matrix:
            return f"∂²{above}/∂{self._atom(variable)}²"
        return f"∂²{above}/∂{self._stacked(variable)}∂{self._transposed(variable)}"

    def _print_FormalDerivative(self, expr: Any) -> str:
        return f"∂{self._print(expr.numerator)}/∂{self._print(expr.denominator)}"

    _print_FormalGradient = _print_FormalRate = _print_FormalDerivative


_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def repeated(expr: Any) -> tuple[int, Any]:
    """How often an abstract function is differentiated by one scalar, and the function."""
    order, inside = 1, expr.application
    while (
        isinstance(inside, PartialNode)
        and inside.argument == expr.argument
        and not expr.argument.is_Matrix
    ):
        order, inside = order + 1, inside.application
    return order, inside


def _is_entry(expr: Any) -> bool:
    """Tell whether a scalar is written as the trace of a 1×1 matrix."""
    return isinstance(expr, Trace) and all(size == 1 for size in expr.args[0].shape)


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
    :raises InputError: if `expr` is nothing or text.
    """
    if expr is None or isinstance(expr, str):
        raise InputError(f"text takes a SymPy expression, not {expr!r}")
    return str(_TextPrinter(names).doprint(expr))
