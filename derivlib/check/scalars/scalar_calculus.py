"""Derivatives of scalars by the rules of scalar calculus, each part of an expression once.

Entries of products share most of their parts, and an entry is differentiated by every entry of
the variable. SymPy's own `diff` goes through the shared parts again each time; it is asked for
the derivatives of single functions only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sympy import Add, Derivative, Expr, Function, Heaviside, Max, Min, Mul, Pow, S, Subs, Symbol
from sympy.core.function import ArgumentIndexError

from derivlib.errors import UnsupportedError
from derivlib.nodes.abstract_partial import AbstractPartial


class Derivatives:
    """Derivatives by one real symbol, remembered for every part met.

    ```pycon
    >>> from sympy import exp, symbols
    >>> x, y = symbols("x y")
    >>> Derivatives(x).of(y * exp(x**2) + y)
    2*x*y*exp(x**2)

    ```

    """

    def __init__(self, symbol: Symbol) -> None:
        self.symbol = symbol
        self.known: dict[Expr, Expr] = {symbol: S.One}

    def of(self, expr: Expr) -> Expr:
        """Differentiate an expression.

        :param expr: a scalar of commuting parts.
        :raises UnsupportedError: if SymPy knows no derivative of a function in it.
        """
        if expr not in self.known:
            rule = _RULES.get(type(expr), Derivatives._function)
            self.known[expr] = rule(self, expr) if expr.args else S.Zero
        return self.known[expr]

    def _sum(self, expr: Expr) -> Expr:
        return Add(*map(self.of, expr.args))

    def _product(self, expr: Expr) -> Expr:
        factors = expr.args
        terms = []
        for i, factor in enumerate(factors):
            moving = self.of(factor)
            if moving is not S.Zero:
                terms.append(Mul(*factors[:i], moving, *factors[i + 1 :]))
        return Add(*terms)

    def _power(self, expr: Expr) -> Expr:
        base, exponent = expr.args
        if self.of(exponent) is not S.Zero:
            return self._asked(expr)
        moving = self.of(base)
        return S.Zero if moving is S.Zero else Mul(exponent, Pow(base, exponent - 1), moving)

    def _abstract(self, expr: Any) -> Expr:
        moving = ((k, self.of(argument)) for k, argument in enumerate(expr.arguments))
        return Add(*(expr.partial(k) * change for k, change in moving if change is not S.Zero))

    def _extreme(self, expr: Expr) -> Expr:
        """The argument that leads all others moves; SymPy asks first which of the others does."""
        ahead = 1 if isinstance(expr, Max) else -1
        terms = []
        for i, argument in enumerate(expr.args):
            moving = self.of(argument)
            if moving is not S.Zero:
                others = (*expr.args[:i], *expr.args[i + 1 :])
                leads = (Heaviside(ahead * (argument - other)) for other in others)
                terms.append(Mul(*leads, moving))
        return Add(*terms)

    def _function(self, expr: Expr) -> Expr:
        """The chain rule for a function of one argument; all else is asked for."""
        ordinary = getattr(type(expr), "_eval_derivative", None) is Function._eval_derivative
        if not ordinary or len(expr.args) != 1:
            return self._asked(expr)
        moving = self.of(expr.args[0])
        if moving is S.Zero:
            return S.Zero
        try:
            slope = expr.fdiff()
        except ArgumentIndexError:
            return self._asked(expr)
        if slope.has(Derivative, Subs):
            return self._asked(expr)
        return Mul(slope, moving)

    def _asked(self, expr: Expr) -> Expr:
        try:
            derivative = expr.diff(self.symbol)
        except ArgumentIndexError:
            derivative = Derivative(expr, self.symbol)
        if derivative.has(Derivative, Subs):
            raise UnsupportedError(
                f'SymPy knows no derivative of "{expr}" with respect to {self.symbol}'
            )
        return derivative


_RULES: dict[type, Callable[[Derivatives, Any], Expr]] = {
    Add: Derivatives._sum,
    Mul: Derivatives._product,
    Pow: Derivatives._power,
    AbstractPartial: Derivatives._abstract,
    Max: Derivatives._extreme,
    Min: Derivatives._extreme,
}
