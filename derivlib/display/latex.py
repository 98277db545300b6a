"""Expressions as a textbook would set them: ⊙, ᵀ, σ'(N), ∂λ(S)/∂S, dX."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from sympy import (
    Add,
    Basic,
    Expr,
    FunctionClass,
    HadamardProduct,
    Identity,
    KroneckerProduct,
    Lambda,
    MatAdd,
    MatMul,
    MatrixSymbol,
    Mul,
    OneMatrix,
    Pow,
    S,
    Symbol,
    Transpose,
    sympify,
)
from sympy.core.function import AppliedUndef
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.matrixbase import MatrixBase
from sympy.printing.latex import LatexPrinter, accepted_latex_functions, translate

from derivlib.vocabulary import DifferentialNode, Inner, MatrixFunctionApplication

__all__ = ["DerivationPrinter", "latex"]

_T = r"\mathsf{T}"


def binding(expr: Any) -> Literal["sum", "product", "hadamard", "atom"]:
    """Tell how an expression binds when it is set, to see where parentheses are needed."""
    if isinstance(expr, ElementwiseApplyFunction) and isinstance(expr.args[0], Lambda):
        function, matrix = expr.args
        body = function.expr
        if body == function.variables[0]:
            return binding(matrix)
        if isinstance(body, Mul):
            return "hadamard"
        return "sum" if isinstance(body, Add) else "atom"
    if isinstance(expr, (Add, MatAdd)):
        return "sum"
    if isinstance(expr, (HadamardProduct, KroneckerProduct)):
        return "hadamard"
    if isinstance(expr, (Mul, MatMul)):
        return "product"
    if isinstance(expr, Inner) and not expr.args[0].is_Matrix:
        return "product"
    return "atom"


_TALL = (r"\frac", r"\begin", r"\left", r"\sum")


def _parenthesized(text: str) -> str:
    """Put parentheses around a formula, growing with it only where it is tall."""
    if any(mark in text for mark in _TALL):
        return rf"\left({text}\right)"
    return f"({text})"


class DerivationPrinter(LatexPrinter):
    """SymPy's LaTeX printer, with the notation of matrix calculus."""

    def __init__(
        self,
        settings: dict[str, Any] | None = None,
        names: Mapping[Expr, Expr] | None = None,
    ) -> None:
        super().__init__({"mat_delim": "[", "fold_func_brackets": False, **(settings or {})})
        self.names = names or {}

    # -- how tightly things bind -------------------------------------------------------

    def _factor(self, expr: Expr) -> str:
        """Set a factor of a matrix product, in parentheses if it is a sum or a ⊙-product."""
        text: str = self._print(expr)
        wide = binding(expr) in ("sum", "hadamard") or text.startswith("-")
        return _parenthesized(text) if wide else text

    def _entrywise_factor(self, expr: Expr) -> str:
        """Set a factor of a ⊙-product, in parentheses if it is a sum or a matrix product."""
        text: str = self._print(expr)
        wide = binding(expr) in ("sum", "product") or text.startswith("-")
        return _parenthesized(text) if wide else text

    def _atom(self, expr: Expr) -> str:
        """Set what carries an exponent or a d: symbols as they are, the rest in parentheses."""
        text: str = self._print(expr)
        if isinstance(expr, MatrixBase):
            return text
        plain = isinstance(expr, (Symbol, MatrixSymbol, Identity, OneMatrix)) or (
            expr.is_Number and expr.is_nonnegative
        )
        return text if plain and "^" not in text else _parenthesized(text)

    def _call(self, name: str, *arguments: Any) -> str:
        return name + _parenthesized(", ".join(self._print(argument) for argument in arguments))

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

    # -- matrix operations -------------------------------------------------------------

    def _print_MatMul(self, expr: MatMul) -> str:
        sign, factors = "", list(expr.args)
        if not factors[0].is_Matrix and factors[0].could_extract_minus_sign():
            sign, factors = "-", [-factors[0], *factors[1:]]
            if factors[0] is S.One:
                factors.pop(0)
        shown = [self._factor(factor) for factor in factors]
        for i, factor in enumerate(factors[:-1]):
            if isinstance(factor, DifferentialNode) and not shown[i].endswith(")"):
                shown[i] = _parenthesized(shown[i])
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
        return self._call(r"\operatorname{tr}", expr.args[0])

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
        shown = [i + 1 if i.is_Integer else i for i in indices]
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
        return _Elementwise(self, function.variables[0], matrix).set(function.expr)

    def _print_AppliedUndef(self, expr: AppliedUndef, exp: str | None = None) -> str:
        text = self._call(self.function_name(expr.func), *expr.args)
        return text if exp is None else f"{_parenthesized(text)}^{{{exp}}}"

    def _print_Function(self, expr: Any, exp: str | None = None) -> str:
        if isinstance(expr, AppliedUndef):
            return self._print_AppliedUndef(expr, exp)
        return str(super()._print_Function(expr, exp))

    def _print_MatrixFunctionApplication(self, expr: MatrixFunctionApplication) -> str:
        return self._call(self.function_name(expr.name), *expr.arguments)

    def _print_SumEntries(self, expr: Expr) -> str:
        return self._call(r"\operatorname{sum}", expr.args[0])

    def _print_Norm(self, expr: Expr) -> str:
        return rf"\left\lVert {self._print(expr.args[0])} \right\rVert"

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

    def _print_SingleEntry(self, expr: Any) -> str:
        shown = [str(i + 1) if i.is_Integer else self._print(i) for i in expr.position]
        return f"J^{{{''.join(shown)}}}"

    def _print_KroneckerProduct(self, expr: Expr) -> str:
        return r" \otimes ".join(self._entrywise_factor(factor) for factor in expr.args)

    def _print_Vec(self, expr: Expr) -> str:
        return self._call(r"\operatorname{vec}", expr.args[0])

    def _print_Unvec(self, expr: Expr) -> str:
        rows, cols = (self._print(size) for size in expr.shape)
        return self._call(rf"\operatorname{{vec}}^{{-1}}_{{{rows} \times {cols}}}", expr.args[0])

    # -- derivatives -------------------------------------------------------------------

    def _print_MatrixDifferential(self, expr: Any) -> str:
        return rf"\mathrm{{d}}{self._atom(expr.of)}"

    _print_ScalarDifferential = _print_MatrixDifferential

    def _print_Inner(self, expr: Inner) -> str:
        left, right = expr.args
        if left is S.One:
            return str(self._print(right))
        if not left.is_Matrix:
            return f"{self._factor(left)} {self._factor(right)}"
        if isinstance(left, Identity):
            return self._call(r"\operatorname{tr}", right)
        transposed = left.args[0] if isinstance(left, Transpose) else None
        first = self._atom(transposed) if transposed else f"{self._atom(left)}^{{{_T}}}"
        return r"\operatorname{tr}" + _parenthesized(rf"{first} \, {self._factor(right)}")

    def _partial(self, expr: Any, left: str, right: str) -> str:
        """Set ∂f(S)/∂S; where S is compound, at the place S = …"""
        argument, application = expr.argument, expr.application
        if not argument.args or isinstance(argument, (Symbol, MatrixSymbol)):
            above, below = self._print(application), self._print(argument)
            return rf"\frac{{\partial {left}{above}}}{{\partial {right % below}}}"
        if argument in self.names:
            letter = self.names[argument]
            named = expr.func(application.xreplace({argument: letter}), expr.args[1])
            return self._partial(named, left, right)
        letter = _letter_for(argument, application)
        applied = application.xreplace({argument: letter})
        return (
            rf"\left.\frac{{\partial {left}{self._print(applied)}}}"
            rf"{{\partial {right % self._print(letter)}}}"
            rf"\right|_{{{self._print(letter)} = {self._print(argument)}}}"
        )

    def _print_Gradient(self, expr: Any) -> str:
        return self._partial(expr, "", "%s")

    _print_ScalarPartial = _print_MatrixPartial = _print_Gradient

    def _print_Jacobian(self, expr: Any) -> str:
        return self._partial(
            expr, r"\operatorname{vec} ", rf"\left(\operatorname{{vec}} %s\right)^{{{_T}}}"
        )

    def _print_FormalDerivative(self, expr: Any) -> str:
        return (
            rf"\frac{{\partial {self._print(expr.numerator)}}}"
            rf"{{\partial {self._print(expr.denominator)}}}"
        )

    _print_FormalGradient = _print_FormalDerivative


def _letter_for(argument: Expr, application: Expr) -> Expr:
    """A letter for the place at which an abstract derivative is taken."""
    taken = {str(symbol) for symbol in application.free_symbols}
    name = next(letter for letter in ("S", "N", "Z", "Y", "S_0", "Z_0") if letter not in taken)
    return MatrixSymbol(name, *argument.shape) if argument.is_Matrix else Symbol(name.lower())


class _Elementwise:
    """Sets the body of a function of one scalar with a matrix in place of the scalar.

    Products of entries become ⊙ and powers of entries ⊙-powers, so that nothing can be
    taken for a matrix product.
    """

    def __init__(self, printer: DerivationPrinter, variable: Symbol, matrix: Expr) -> None:
        self.printer = printer
        self.variable = variable
        self.matrix = matrix

    def set(self, body: Expr) -> str:
        if body == self.variable:
            return str(self.printer._print(self.matrix))
        if not body.has(self.variable):
            return str(self.printer._print(body))
        if isinstance(body, Add):
            return self._sum(body)
        if isinstance(body, Mul):
            return self._product(body)
        if isinstance(body, Pow):
            return self._power(body)
        return self._function(body)

    def _bound(self, body: Expr) -> str:
        """Set a factor, in parentheses where a sum or a product would be misread."""
        text = self.set(body)
        inner = self.matrix if body == self.variable else body
        return text if binding(inner) == "atom" else _parenthesized(text)

    def _sum(self, body: Add) -> str:
        terms = self.printer._as_ordered_terms(body, order=None)
        constants_first = sorted(terms, key=lambda term: term.has(self.variable))
        text = ""
        for term in constants_first:
            part = self.set(term)
            if text:
                text += f" - {part[1:].lstrip()}" if part.startswith("-") else f" + {part}"
            else:
                text = part
        return text

    def _product(self, body: Mul) -> str:
        coefficient, rest = body.as_independent(self.variable, as_Add=False)
        factors = [self._bound(factor) for factor in Mul.make_args(rest)]
        text = r" \odot ".join(factors)
        if coefficient is S.One:
            return text
        if coefficient is S.NegativeOne:
            return f"-{text}"
        shown = self.printer._print(coefficient)
        if isinstance(coefficient, Add):
            shown = _parenthesized(shown)
        return f"{shown} {text}"

    def _power(self, body: Pow) -> str:
        base, exponent = body.args
        if exponent.has(self.variable):
            return self._function(body)
        power = rf"\odot {self.printer._print(exponent)}"
        if base != self.variable and isinstance(base, Basic) and base.is_Function:
            return self._function(base, power)
        text = self.set(base)
        inner = self.matrix if base == self.variable else base
        plain = isinstance(inner, (Symbol, MatrixSymbol))
        return f"{text if plain else _parenthesized(text)}^{{{power}}}"

    def _function(self, body: Expr, power: str | None = None) -> str:
        if isinstance(body, Pow):
            base, exponent = body.args
            return rf"{self._bound(base)}^{{\odot {self._bound(exponent)}}}"
        name = self.printer.function_name(body.func)
        arguments = ", ".join(self.set(argument) for argument in body.args)
        raised = name if power is None else f"{name}^{{{power}}}"
        return f"{raised}{_parenthesized(arguments)}"


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
    """
    return str(DerivationPrinter(names=names).doprint(expr))
