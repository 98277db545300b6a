"""Expressions in one line of text: Xᵀ*(∂λ(S)/∂S ⊙ σ'(N))."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sympy import (
    Add,
    Adjoint,
    Basic,
    Expr,
    HadamardPower,
    HadamardProduct,
    Heaviside,
    Identity,
    KroneckerProduct,
    Lambda,
    MatAdd,
    MatMul,
    MatPow,
    MatrixSymbol,
    Mul,
    OneMatrix,
    Piecewise,
    Pow,
    S,
    Symbol,
    Trace,
    Transpose,
    ZeroMatrix,
    preorder_traversal,
)
from sympy.core.function import AppliedUndef
from sympy.printing.precedence import PRECEDENCE
from sympy.printing.str import StrPrinter

from derivlib.errors import InputError
from derivlib.expressions.facets import facet, facets_of
from derivlib.expressions.reading import (
    bounds,
    divided,
    is_call,
    is_negative,
    main_term_first,
    sums_last,
    without_common_number,
    without_doubled,
)

GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "eta": "η",
    "theta": "θ", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "rho": "ρ",
    "sigma": "σ", "tau": "τ", "phi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω",
    "Lambda": "Λ", "Sigma": "Σ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω", "Theta": "Θ",
}  # fmt: skip


def called(expr: Any) -> tuple[str, tuple[Expr, ...]]:
    """The name and the arguments of a function that is applied, σ' among them."""
    primed = getattr(expr, "primed_name", None)
    if primed is not None:
        return primed, (expr.argument,)
    return (expr.func.__name__, expr.args) if expr.is_Function else ("", ())


class _Entry(Symbol):
    """What is written in place of the variable of a function; nothing is differentiated by it."""

    _diff_wrt = False

    @classmethod
    def class_key(cls) -> Any:
        """It is sorted as any symbol."""
        return Symbol.class_key()


class _InOrder(Mul):
    """A product whose factors a printer leaves in their order."""

    def as_ordered_factors(self, order: Any = None) -> tuple[Expr, ...]:
        """The factors as they are given."""
        return self.args


_PLAIN = (MatMul, MatAdd, Transpose)


def _is_unclear(matrix: Expr) -> bool:
    """Return whether operations on a matrix would be taken for operations on its entries.

    In [1 + A**2] the entries are squared, so that a power of the matrix needs a name, and so
    does a product of matrices with functions in it.
    """
    for node in preorder_traversal(matrix):
        if isinstance(node, (MatPow, HadamardPower)):
            return True
        factors = [f for f in node.args if f.is_Matrix] if isinstance(node, MatMul) else ()
        if len(factors) > 1 and not all(map(_is_plain_factor, node.args)):
            return True
    return False


def _is_plain_factor(factor: Expr) -> bool:
    """Return whether a factor is written without functions and powers."""
    if isinstance(factor, _PLAIN):
        return all(map(_is_plain_part, factor.args))
    if factor.is_Matrix:
        return isinstance(factor, MatrixSymbol)
    return all(part.is_Symbol or part.is_Number for part in Mul.make_args(factor))


def _is_plain_part(part: Expr) -> bool:
    """The same of a part of a factor, in which constants and divisions are as plain."""
    if isinstance(part, _PLAIN):
        return all(map(_is_plain_part, part.args))
    if part.is_Matrix:
        return isinstance(part, (MatrixSymbol, Identity, OneMatrix, ZeroMatrix))
    bases = (p.base if p.is_Pow and p.exp == -1 else p for p in Mul.make_args(part))
    return all(base.is_Symbol or base.is_Number for base in bases)


def _is_chosen(body: Any, variable: Symbol) -> bool:
    """Return whether a choice asks of the variable itself, and gives it or what has none of it."""
    if not isinstance(body, Piecewise):
        return False
    inside = bounds(body)
    parts = facets_of(Piecewise).parts(body) if inside is None else inside[::2]
    return all(part == variable or not part.has(variable) for part in parts)


def _is_of_parameters(body: Any, variable: Symbol) -> bool:
    """Return whether a function with a word of its own is applied to the variable, and numbers."""
    if not body.is_Function or isinstance(body, Heaviside) or facet(type(body), "text") is None:
        return False
    first, *others = body.args
    return first == variable and bool(others) and not any(p.has(variable) for p in others)


def _tells_its_size(expr: Any) -> bool:
    """Return whether the text of an expression has something of known size in it."""
    if not getattr(expr, "is_Matrix", False):
        return True
    facets = facets_of(type(expr))
    if facets.sized is not None:
        return False
    parts = [part for part in facets.parts(expr) if getattr(part, "is_Matrix", False)]
    told = map(_tells_its_size, parts)
    # the size of A ⊗ B is a product, of which one factor does not tell the other
    return not parts or (all(told) if isinstance(expr, KroneckerProduct) else any(told))


class TextNotation:
    """What the facets of nodes write text with, whichever printer prints their parts."""

    names: Mapping[Expr, Expr]
    _print: Any

    def name(self, name: str) -> str:
        """A name, with Greek letters for the names of Greek letters."""
        base = name.rstrip("'")
        stem, underscore, index = base.partition("_")
        return GREEK.get(stem, stem) + underscore + index + name[len(base) :]

    def function_name(self, function: Any) -> str:
        """The name of a function."""
        return self.name(function if isinstance(function, str) else function.__name__)

    def call(self, name: str, *arguments: Any) -> str:
        """A name and what it is applied to, in parentheses."""
        shown = (self._argument(a.args[0] if is_entry(a) else a) for a in arguments)
        return f"{self.name(name)}({', '.join(shown)})"

    def _argument(self, expr: Any) -> str:
        """What a function is applied to; nothing around it tells the size of what is in there."""
        return str(self._print(expr))

    def factor(self, expr: Expr) -> str:
        """A factor of a product, in parentheses if it is a sum or binds as loosely."""
        text = str(self._print(expr))
        wide = (Add, MatAdd, HadamardProduct, KroneckerProduct)
        return f"({text})" if isinstance(expr, wide) or text.startswith("-") else text

    def atom(self, expr: Expr) -> str:
        """What carries an exponent or a d, in parentheses unless it is a letter."""
        text = str(self._print(expr))
        plain = facets_of(type(expr)).is_atom or is_call(text)
        return text if plain else f"({text})"

    def sized(self, expr: Expr) -> str:
        """The same, where nothing else tells the size of an identity."""
        told = facets_of(type(expr)).sized
        return self.atom(expr) if told is None else told(self, expr)

    def stacked(self, expr: Expr) -> str:
        """vec(X); a column is its own vec."""
        is_column = not expr.is_Matrix or expr.shape[1] == 1
        return self.atom(expr) if is_column else f"vec({self._argument(expr)})"

    def stacked_row(self, expr: Expr) -> str:
        """The transpose of that."""
        return self.stacked(expr) + ("ᵀ" if expr.is_Matrix else "")

    def elementwise(self, function: Any, matrix: Expr) -> str:
        """A function of one scalar as it applies to each entry of a matrix."""
        if not isinstance(function, Lambda):
            return self.call(function.__name__, matrix)
        body, variable = function.expr, function.variables[0]
        if not body.has(variable):
            return f"{self.factor(body)}*1[{'×'.join(map(self._print, matrix.shape))}]"
        name, arguments = called(body)
        if _is_chosen(body, variable):
            return str(self._print(body.xreplace({variable: _Entry(str(self._print(matrix)))})))
        if len(arguments) == 1 and arguments[0].as_coeff_Mul()[1] == variable:
            return self.call(name, self._multiple(arguments[0].as_coeff_Mul()[0], matrix))
        if _is_of_parameters(body, variable):
            first = _Entry(str(self._print(matrix)))
            return str(self._print(body.func(first, *body.args[1:])))
        if _is_unclear(matrix):
            taken = {str(symbol) for symbol in (matrix.free_symbols | body.free_symbols)}
            letter = next(name for name in ("z", "u", "v", "z_1", "z_2") if name not in taken)
            shown = str(self._print(body.xreplace({variable: Symbol(letter)})))
            return f"[{shown}; {letter} = {self._print(matrix)}]"
        bare = isinstance(body, Heaviside) and body.args[0] == variable
        entry = str(self._print(matrix)) if bare else self.atom(matrix)
        written = str(self._print(body.xreplace({variable: _Entry(entry)})))
        shown = written.replace(f"({entry})", entry if entry[0] == "(" else f"({entry})")
        return shown if isinstance(body, Heaviside) else f"[{shown}]"

    def _multiple(self, number: Expr, matrix: Expr) -> Expr:
        """A multiple of a matrix, for the eye only."""
        if number == 1:
            return matrix
        scaled = isinstance(matrix, MatMul) and not matrix.args[0].is_Matrix
        factors = matrix.args if isinstance(matrix, MatMul) and not scaled else (matrix,)
        return Basic.__new__(MatMul, number, *factors)

    def node(self, expr: Any, told: Any) -> str:
        """A node as its facet says: a name that is called with its parts, or a function."""
        if isinstance(told, str):
            return self.call(told, *facets_of(type(expr)).parts(expr))
        return str(told(self, expr))


class TextPrinter(TextNotation, StrPrinter):
    """SymPy's one-line printer, with the notation of matrix calculus.

    How sums, products and powers are laid out is said here; how a node is written, by its facet.
    """

    printmethod = "_derivlib_text"  # SymPy's own hook is how nodes look in SymPy's printers

    def __init__(self, names: Mapping[Expr, Expr] | None = None) -> None:
        super().__init__()
        self.names = names or {}
        self._tells_sizes = False

    def _argument(self, expr: Any) -> str:
        before, self._tells_sizes = self._tells_sizes, not _tells_its_size(expr)
        try:
            return str(self._print(expr))
        finally:
            self._tells_sizes = before

    def _print(self, expr: Any, **kwargs: Any) -> str:
        if self._tells_sizes and (sized := facet(type(expr), "sized")) is not None:
            return str(sized(self, expr))
        told = facet(type(expr), "text") if isinstance(expr, Basic) else None
        if told is not None:
            return self.node(expr, told)
        if isinstance(expr, Basic) and hasattr(expr, "_sympystr"):
            return str(expr._sympystr(self))
        return str(super()._print(expr, **kwargs))

    def _print_Symbol(self, expr: Symbol) -> str:
        return self.name(expr.name)

    def _print_Exp1(self, expr: Expr) -> str:
        return "exp(1)"  # as E is a letter for a matrix

    def _print_MatrixSymbol(self, expr: MatrixSymbol) -> str:
        return self.name(expr.name)

    def _print_MatMul(self, expr: MatMul) -> str:
        factors = list(expr.args)
        sign, below = "", ""
        if not factors[0].is_Matrix and is_negative(factors[0]):
            sign, factors[0] = "-", -factors[0]
        scalar = factors[0]
        if not scalar.is_Matrix and (parts := divided(scalar)) is not None:
            above = "*".join(map(self.factor, factors[1:]))
            if "/" not in above:
                factors[0], below = parts[0], f"/{self._below(parts[1])}"
        if factors[0] is S.One:
            factors.pop(0)
        elif not factors[0].is_Matrix:
            factors[:1] = without_common_number(factors[0])
        if len(factors) == 1 and not below:
            return sign + self._print_term(factors[0])
        return sign + "*".join(self.factor(factor) for factor in factors) + below

    def _below(self, expr: Expr) -> str:
        """What stands below a fraction bar."""
        text = str(self._print(expr))
        return f"({text})" if isinstance(expr, (Add, Mul)) or text[0] == "∂" else text

    def _print_term(self, expr: Expr) -> str:
        """A term of a sum, in parentheses if it is one itself."""
        text = str(self._print(expr))
        return f"({text})" if isinstance(expr, (Add, MatAdd)) or text.startswith("-") else text

    def _as_ordered_terms(self, expr: Expr, order: Any = None) -> list[Expr]:
        return main_term_first(super()._as_ordered_terms(expr, order=order))

    def _print_Add(self, expr: Add, order: Any = None) -> str:
        """A sum of scalars, in which what is the entry of a matrix needs no parentheses."""
        if not any(is_entry(term) and not isinstance(term.args[0], MatAdd) for term in expr.args):
            return str(super()._print_Add(expr, order=order))
        shown = ""
        for term in self._as_ordered_terms(expr, order=order):
            bare = is_entry(term) and not isinstance(term.args[0], MatAdd)
            text = str(self._print(term.args[0] if bare else term))
            joined = f" - {text[1:]}" if text.startswith("-") else f" + {text}"
            shown = shown + joined if shown else text
        return shown

    def _print_MatAdd(self, expr: MatAdd) -> str:
        parts = [self._print(term) for term in main_term_first(expr.args)]
        parts.sort(key=lambda part: part.startswith("-"))
        return parts[0] + "".join(
            f" - {part[1:]}" if part.startswith("-") else f" + {part}" for part in parts[1:]
        )

    def _print_HadamardProduct(self, expr: HadamardProduct) -> str:
        def part(factor: Expr) -> str:
            wide = isinstance(factor, (Add, MatAdd, Mul, MatMul, KroneckerProduct))
            return f"({self._print(factor)})" if wide else str(self._print(factor))

        return " ⊙ ".join(part(factor) for factor in expr.args)

    def _print_HadamardPower(self, expr: Expr) -> str:
        return f"{self.atom(expr.args[0])}^⊙{self._exponent(expr.args[1])}"

    def _exponent(self, expr: Expr) -> str:
        shown = str(self._print(expr))
        is_simple = expr.is_Atom and not shown.startswith("-") and "/" not in shown
        return shown if is_simple else f"({shown})"

    def _print_Mul(self, expr: Mul) -> str:
        factors = expr.as_ordered_factors()
        divisors = [f for f in factors if isinstance(f, Pow) and f.exp.could_extract_minus_sign()]
        if any(self._is_quotient(divisor.base) for divisor in divisors):
            factors = [self._with_brackets(f) if f in divisors else f for f in factors]
            expr = _InOrder._from_args(factors)
        better = sums_last(factors)
        return str(super()._print_Mul(expr if better == factors else _InOrder._from_args(better)))

    def _with_brackets(self, power: Expr) -> Expr:
        """A power of ∂f/∂u as it stands below a fraction bar."""
        base, exponent = power.args
        return Pow(_Entry(f"({self._print(base)})"), exponent) if self._is_quotient(base) else power

    def _is_quotient(self, expr: Expr) -> bool:
        """Return whether it is written ∂f/∂u, with a fraction bar of its own."""
        return not isinstance(expr, (Add, Mul)) and str(self._print(expr))[0] == "∂"

    def parenthesize(self, item: Any, level: int, strict: bool = False) -> str:
        """Put brackets around ∂f/∂u in a power too."""
        shown = str(super().parenthesize(item, level, strict=strict))
        return f"({shown})" if level > PRECEDENCE["Mul"] and shown[0] == "∂" else shown

    def _print_Pow(self, expr: Expr, rational: bool = False) -> str:
        base, exponent = expr.args
        if exponent.is_Integer and exponent < -1 and not base.is_number:
            return f"1/{self._print(base**-exponent)}"
        return str(super()._print_Pow(expr, rational=rational))

    def _print_MatPow(self, expr: Expr) -> str:
        return f"{self.atom(expr.args[0])}**{self._exponent(expr.args[1])}"

    def _print_Transpose(self, expr: Expr) -> str:
        base = expr.args[0]
        original = getattr(base, "conjugate_of", None)  # of a letter for a conjugate
        return f"{self.atom(original)}ᴴ" if original is not None else f"{self.atom(base)}ᵀ"

    def _print_Inverse(self, expr: Expr) -> str:
        base = expr.args[0]
        if isinstance(base, (Adjoint, Transpose)):
            turned = str(self._print(base))
            if turned[-1] in "ᵀᴴ":
                return f"{turned[:-1]}⁻{turned[-1]}"
        return f"{self.atom(base)}⁻¹"

    def doprint(self, expr: Any) -> str:
        """Write a whole expression."""
        return without_doubled(str(super().doprint(expr.args[0] if is_entry(expr) else expr)))

    def _print_Function(self, expr: Expr) -> str:
        return self.call(expr.func.__name__, *expr.args)

    def _print_AppliedUndef(self, expr: AppliedUndef) -> str:
        return self.call(expr.func.__name__, *expr.args)

    def _print_KroneckerProduct(self, expr: Expr) -> str:
        """The size of an identity follows from the whole only where it is the one there."""
        untold = {f for f in expr.args if facets_of(type(f)).sized is not None}
        several = sum(factor in untold for factor in expr.args) > 1
        return " ⊗ ".join(
            self.sized(factor) if several and factor in untold else self.factor(factor)
            for factor in expr.args
        )

    def _print_BlockMatrix(self, expr: Any) -> str:
        return self._in_brackets(expr.blocks.tolist())

    def _print_MatrixBase(self, expr: Any) -> str:
        return self._in_brackets(expr.tolist())

    def _in_brackets(self, rows: Sequence[Sequence[Any]]) -> str:
        """Rows apart by semicolons, in one line."""
        return f"[{'; '.join(', '.join(map(self._print, row)) for row in rows)}]"


class _TypedPrinter(StrPrinter):
    """SymPy's one-line printer, where what it prints is not Python written as it is typed."""

    def _print_HadamardProduct(self, expr: HadamardProduct) -> str:
        return f"HadamardProduct({', '.join(map(self._print, expr.args))})"

    def _print_HadamardPower(self, expr: Expr) -> str:
        return f"HadamardPower({', '.join(map(self._print, expr.args))})"

    def parenthesize(self, item: Any, level: int, strict: bool = False) -> str:
        is_call = isinstance(item, (HadamardProduct, HadamardPower))
        return str(self._print(item) if is_call else super().parenthesize(item, level, strict))

    def _print_Rational(self, expr: Any) -> str:
        return str(expr.p) if expr.q == 1 else f"Rational({expr.p}, {expr.q})"

    def _print_Float(self, expr: Any) -> str:
        return str(float(expr))

    def _print_ElementwiseApplyFunction(self, expr: Expr) -> str:
        function, matrix = expr.args
        body, variables = getattr(function, "expr", None), getattr(function, "variables", ())
        plain = body is None or (body.is_Function and body.args == tuple(variables))
        name = function if body is None else body.func
        applied = name.__name__ if plain else self._print(function.xreplace(_as_z(variables)))
        return f"{self.operand(matrix)}.applyfunc({applied})"

    def operand(self, expr: Expr) -> str:
        """What a method follows, in parentheses if it is a sum, a product or a power."""
        wide = isinstance(expr, (Add, MatAdd, Mul, MatMul, Pow, MatPow))
        return f"({self._print(expr)})" if wide else str(self._print(expr))


def _as_z(variables: Sequence[Symbol]) -> dict[Symbol, Symbol]:
    return {variables[0]: Symbol("z")} if len(variables) == 1 else {}


def typed(expr: Expr, *, method: str = "") -> str:
    """Write an expression as a reader types it, for a message that says what to write.

    ```pycon
    >>> from sympy import MatrixSymbol, tanh
    >>> X, w, y = (MatrixSymbol(name, 3, k) for name, k in (("X", 3), ("w", 1), ("y", 1)))
    >>> typed((X*w - y).applyfunc(tanh))
    '(X*w - y).applyfunc(tanh)'
    >>> typed(X*w - y, method="T")
    '(X*w - y).T'

    ```

    :param method: what is called on it.
    """
    printer = _TypedPrinter()
    return f"{printer.operand(expr)}.{method}" if method else str(printer.doprint(expr))


def is_entry(expr: Any) -> bool:
    """Return whether a scalar is written as the trace of a 1×1 matrix."""
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
    return str(TextPrinter(names).doprint(expr))
