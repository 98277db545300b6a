"""Functions of one scalar, set as they apply to each entry of a matrix."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sympy import Add, Expr, Heaviside, MatrixSymbol, Mul, Not, Or, Piecewise, Pow, S, Symbol, true
from sympy.core.relational import Relational

from derivlib.expressions.binding import binding, parenthesized
from derivlib.expressions.reading import bounds, interval, is_negative, sums_last
from derivlib.expressions.text import called


def step(argument: str, at_zero: str) -> str:
    """Set the function that is 0 below zero and 1 above: as what it tells, or by its name."""
    if at_zero in ("0", "1"):
        return rf"[{argument} {'>' if at_zero == '0' else chr(92) + 'ge'} 0]"
    index = "" if at_zero == r"\frac{1}{2}" else f"_{{{at_zero}}}"
    return rf"\operatorname{{H}}{index}{parenthesized(argument)}"


class Elementwise:
    """Sets the body of a function of one scalar with a matrix in place of the scalar.

    Products of entries become ⊙ and powers of entries ⊙-powers, so that nothing can be
    taken for a matrix product.
    """

    def __init__(self, printer: Any, variable: Symbol, matrix: Expr) -> None:
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
        return text if binding(inner) == "atom" else parenthesized(text)

    def _sum(self, body: Add) -> str:
        terms = self.printer._as_ordered_terms(body, order=None)
        terms.sort(key=lambda term: (is_negative(term), term.has(self.variable)))
        text = ""
        for term in terms:
            part = self.set(term)
            if text:
                text += f" - {part[1:].lstrip()}" if part.startswith("-") else f" + {part}"
            else:
                text = part
        return text

    def _product(self, body: Mul) -> str:
        coefficient, rest = body.as_independent(self.variable, as_Add=False)
        factors = [self._bound(factor) for factor in sums_last(Mul.make_args(rest))]
        if rest == self.variable and binding(self.matrix) == "product":
            whole = self.set(rest)
            factors = [whole] if not whole.startswith("-") else factors
        text = r" \odot ".join(factors)
        if coefficient is S.One:
            return text
        if coefficient is S.NegativeOne:
            return f"-{text}"
        shown = self.printer._print(coefficient)
        if isinstance(coefficient, Add):
            shown = parenthesized(shown)
        return f"{shown} {text}"

    def _power(self, body: Pow) -> str:
        base, exponent = body.args
        if exponent.has(self.variable):
            return self._function(body)
        power = rf"\odot {self.printer._print(exponent)}"
        if base != self.variable and called(base)[0]:
            return self._function(base, power)
        text = self.set(base)
        inner = self.matrix if base == self.variable else base
        plain = isinstance(inner, (Symbol, MatrixSymbol))
        return f"{text if plain else parenthesized(text)}^{{{power}}}"

    def _function(self, body: Expr, power: str | None = None) -> str:
        if isinstance(body, Pow):
            base, exponent = body.args
            return rf"{self._bound(base)}^{{\odot {self._bound(exponent)}}}"
        if isinstance(body, Heaviside):
            shown = step(self.set(body.args[0]), self.printer._print(body.args[1]))
            return shown if power is None else f"{shown}^{{{power}}}"
        if isinstance(body, Piecewise):
            inside = bounds(body)
            return self._cases(body) if inside is None else f"[{self._chained(inside)}]"
        _, parts = called(body)
        name = self.printer.function_name(getattr(body, "primed_name", None) or body.func)
        arguments = ", ".join(self.set(part) for part in parts or body.args)
        raised = name if power is None else f"{name}^{{{power}}}"
        return f"{raised}{parenthesized(arguments)}"

    def _cases(self, body: Piecewise) -> str:
        """The pieces one below the other, each with its condition."""
        lines = (f"{self.set(value)} & {self._for(holds)}" for value, holds in body.args)
        return r"\left(\begin{cases} " + r" \\ ".join(lines) + r" \end{cases}\right)"

    def _for(self, holds: Any) -> str:
        otherwise = holds is true
        return r"\text{otherwise}" if otherwise else rf"\text{{for}}\: {self._condition(holds)}"

    def _condition(self, holds: Any) -> str:
        if isinstance(holds, Relational):
            return f"{self.set(holds.lhs)} {RELATIONS[holds.rel_op]} {self.set(holds.rhs)}"
        if (between := interval(holds)) is not None:
            return self._chained(between)
        if isinstance(holds, Not):
            return rf"\lnot ({self._condition(*holds.args)})"
        word = r" \vee " if isinstance(holds, Or) else r" \wedge "
        return word.join(map(self._condition, holds.args))

    def _chained(self, between: Sequence[Any]) -> str:
        return " ".join(RELATIONS.get(part) or self.set(part) for part in between)


RELATIONS = {"==": "=", "!=": r"\ne", "<": "<", "<=": r"\le", ">": ">", ">=": r"\ge"}
