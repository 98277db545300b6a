"""Scalar expressions rewritten so that exponentials neither overflow nor cancel.

Sums, products and quotients of exponentials are rational functions of a few of them. Written over
one denominator, what cancels has gone: 1 - 1/(1 + exp(-z)) is 1/(1 + exp(z)). Each term of the
numerator over the denominator is then calculated with logistic functions, or with the largest
exponent taken off.

Source: Higham (2002), sections 1.7 and 27.8; Blanchard, Higham & Higham (2021), for sums of
exponentials.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from sympy import (
    Add,
    Determinant,
    Dummy,
    Expr,
    Function,
    Integer,
    Mul,
    Poly,
    PolynomialError,
    Pow,
    S,
    Symbol,
    cancel,
    cosh,
    exp,
    factor,
    factor_list,
    fraction,
    ilcm,
    log,
    sinh,
    tanh,
)
from sympy.core.function import AppliedUndef

from derivlib.code.stable_functions import (
    Expm1,
    Exponential,
    Largest,
    Softplus,
    Unless,
)
from derivlib.nodes import LogDet
from derivlib.nodes.sigmoid import Sigmoid

_LONGEST = 400
"""How many operations an expression may have to be written over one denominator."""

_SHORT = 2
"""How many terms are good to have there, rather than to take an expression term by term."""

_IN_EXPONENTIALS: dict[Any, Any] = {
    sinh: lambda u, e: (e(u) - e(-u)) / 2,
    cosh: lambda u, e: (e(u) + e(-u)) / 2,
    tanh: lambda u, e: (e(2 * u) - 1) / (e(2 * u) + 1),
    Sigmoid: lambda u, e: e(u) / (1 + e(u)),
}


def _is_exponential(expr: Expr) -> bool:
    known = isinstance(expr, exp) or type(expr) in _IN_EXPONENTIALS
    return known and not expr.args[0].is_number


def _has_exponential(expr: Expr) -> bool:
    """Tell whether an exponential stands in a rational expression."""
    if isinstance(expr, Add | Mul) or (isinstance(expr, Pow) and expr.exp.is_Integer):
        return any(map(_has_exponential, expr.args))
    return _is_exponential(expr)


def _divides(expr: Expr) -> bool:
    """Tell whether a rational expression divides by exponentials."""
    if isinstance(expr, Pow) and expr.exp.is_Integer:
        return (expr.exp.is_negative and _has_exponential(expr.base)) or _divides(expr.base)
    return isinstance(expr, Add | Mul) and any(map(_divides, expr.args))


@lru_cache(maxsize=1024)
def stable(expr: Expr) -> Expr:
    """Rewrite a scalar expression; what need not be rewritten stays as it is.

    :param expr: an expression of functions that arrays have, and of anything else.
    """
    if isinstance(expr, log):
        return _logarithm(expr)
    if isinstance(expr, Mul) and expr.has(exp, Determinant):
        expr = Mul(*expr.args)  # where some of them cancel
    if _divides(expr):
        return _quotients(expr)
    if isinstance(expr, AppliedUndef) or not isinstance(expr, Add | Mul | Pow | Function):
        return expr
    args = tuple(map(stable, expr.args))
    new = expr if args == expr.args else expr.func(*args)
    if isinstance(new, Pow) and isinstance(new.base, Determinant) and not new.exp.is_integer:
        return exp(new.exp * LogDet(new.base.arg))
    return new


# --- quotients of exponentials ----------------------------------------------------------------


def _terms(exponent: Expr) -> Iterator[tuple[Any, Expr]]:
    """The multiples that an exponent is the sum of; squares of differences stay."""
    number, rest = exponent.as_coeff_Mul(rational=True)
    for term in Add.make_args(rest):
        own, base = term.as_coeff_Mul(rational=True)
        yield number * own, base


def _exponents(expr: Expr) -> Iterator[tuple[Any, Expr]]:
    """The multiples of which an exponential, or what is written with some, has powers."""
    for number, base in _terms(expr.args[0]):
        yield (2 * number if isinstance(expr, tanh) else number), base


def _is_rational_logarithm(number: Any, base: Expr) -> bool:
    """Tell exp(k log(u)), which is a power, from other exponentials."""
    return isinstance(base, log) and bool(number.is_Integer) and _has_exponential(base.args[0])


def _scale(numbers: list[Any]) -> Any:
    """What makes multiples whole numbers, and positive where all are negative."""
    common = Integer(ilcm(1, *(number.q for number in numbers)))
    return -common if all(number.is_negative for number in numbers) else common


@dataclass
class _Powers:
    """Exponentials as powers of symbols, and everything else as a symbol.

    :param expr: a rational expression.
    """

    expr: Expr
    numbers: dict[Expr, list[Any]] = field(default_factory=dict)
    others: dict[Expr, Symbol] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._collect(self.expr)
        self.bases = {base: Dummy("E", positive=True) for base in self.numbers}
        self.scales = {base: _scale(numbers) for base, numbers in self.numbers.items()}
        self.written = self._write(self.expr)
        self.meanings = {symbol: stable(other) for other, symbol in self.others.items()}
        self.exponents = {symbol: base / self.scales[base] for base, symbol in self.bases.items()}

    def _collect(self, expr: Expr) -> None:
        if _is_exponential(expr):
            for number, base in _exponents(expr):
                if _is_rational_logarithm(number, base):
                    self._collect(base.args[0])
                else:
                    self.numbers.setdefault(base, []).append(number)
        elif isinstance(expr, Add | Mul | Pow):
            for part in expr.args:
                self._collect(part)

    def _exponential(self, exponent: Expr) -> Expr:
        factors = (
            self._write(base.args[0]) ** number
            if _is_rational_logarithm(number, base)
            else self.bases[base] ** (number * self.scales[base])
            for number, base in _terms(exponent)
        )
        return Mul(*factors)

    def _write(self, expr: Expr) -> Expr:
        if _is_exponential(expr):
            written = _IN_EXPONENTIALS.get(type(expr), lambda u, e: e(u))
            return written(expr.args[0], self._exponential)
        if isinstance(expr, Add | Mul) or (isinstance(expr, Pow) and expr.exp.is_Integer):
            return expr.func(*map(self._write, expr.args))
        if expr.is_Rational:
            return expr
        return self.others.setdefault(expr, Dummy("c", real=True))

    def back(self, expr: Expr) -> Expr:
        """An expression without exponentials, in the symbols it came from."""
        return expr.xreplace(self.meanings)

    def exponent(self, powers: Iterable[Any]) -> Expr:
        """The exponent of a product of powers of the exponentials."""
        pairs = zip(self.exponents.values(), powers, strict=True)
        return Add(*(power * base for base, power in pairs))


def _unless(coefficient: Expr, exponent: Expr) -> Expr:
    """An exponent that does not count where the exponential is multiplied by zero."""
    if coefficient.is_number:
        return exponent
    return Unless(coefficient.as_coeff_Mul()[1], exponent)


def _exponential(exponent: Expr) -> Expr:
    return S.One if exponent == 0 else Exponential(exponent)


@dataclass(frozen=True)
class _Sum:
    """A sum of multiples of exponentials.

    :param terms: each coefficient with its exponent.
    """

    terms: tuple[tuple[Expr, Expr], ...]

    @property
    def is_numeric(self) -> bool:
        """Whether the coefficients are numbers."""
        return all(coefficient.is_number for coefficient, _ in self.terms)

    @property
    def largest(self) -> Expr:
        """The largest exponent."""
        exponents = dict.fromkeys(_unless(*term) for term in self.terms)
        return Largest(*exponents) if len(exponents) > 1 else next(iter(exponents))

    @property
    def reduced(self) -> Expr:
        """The sum over the exponential of the largest exponent."""
        vanishes = Add(*(coefficient for coefficient, _ in self.terms)) is S.Zero
        function = Expm1 if vanishes else _exponential
        return Add(*(c * function(_unless(c, e) - self.largest) for c, e in self.terms))

    @property
    def logistic(self) -> tuple[Expr, Expr, Expr] | None:
        """The a, u and v of a exp(u) (1 + exp(v)), if it is that for a positive a."""
        if len({coefficient for coefficient, _ in self.terms}) > 1 or len(self.terms) != 2:
            return None
        if not self.terms[0][0].is_positive:
            return None
        (number, one), (_, other) = sorted(self.terms, key=lambda term: term[1] is not S.Zero)
        if one is not S.Zero and (other - one).could_extract_minus_sign():
            one, other = other, one
        return number, one, other - one


_Factor = tuple[_Sum | Expr, Any]


def _as_sum(expr: Expr, powers: _Powers) -> _Sum | Expr:
    symbols = tuple(powers.exponents)
    if not expr.free_symbols & set(symbols):
        return powers.back(expr)
    terms = Poly(expr, *symbols).terms()
    return _Sum(tuple((powers.back(c), powers.exponent(monomial)) for monomial, c in terms))


def _parts(powers: _Powers) -> tuple[Expr, Expr, list[_Factor]] | None:
    """The numerator, and a number and the factors that it is divided by."""
    try:
        above, below = fraction(cancel(powers.written))
        number, factors = factor_list(below)
    except PolynomialError:
        return None
    found = []
    for part, times in factors:
        turned = _has_minus(part)
        number *= (-1) ** times if turned else 1
        found.append((_as_sum(-part if turned else part, powers), times))
    return above, number, found


def _has_minus(expr: Expr) -> bool:
    """Tell a sum from the same with all signs changed."""
    signs = [term.could_extract_minus_sign() for term in Add.make_args(expr)]
    return 2 * sum(signs) > len(signs)


def _quotients(expr: Expr) -> Expr:
    """Quotients over one denominator, or one by one where that leads to many terms."""
    if expr.count_ops() > _LONGEST:
        return _one_by_one(expr) or expr
    powers = _Powers(expr)
    parts = _parts(powers)
    if parts is None:
        return _one_by_one(expr) or expr
    above, number, factors = parts
    terms = Poly(above, *powers.exponents).terms()
    if len(terms) > _SHORT and (found := _one_by_one(expr)) is not None:
        return found
    return _joined(
        [
            _quotient(powers.back(factor(c)) / number, powers.exponent(monomial), factors)
            for monomial, c in terms
        ]
    )


def _one_by_one(expr: Expr) -> Expr | None:
    """The terms of a sum, or of what is multiplied with one, each for itself."""
    if isinstance(expr, Add):
        return Add(*map(stable, expr.args))
    sums = [part for part in expr.args if isinstance(part, Add) and _has_exponential(part)]
    if not isinstance(expr, Mul) or not sums:
        return None
    rest = Mul(*(part for part in expr.args if part is not sums[0]))
    return Add(*(stable(rest * term) for term in sums[0].args))


def _joined(terms: list[Expr]) -> Expr:
    """A sum; a σ(v) - b σ(-v) is σ(v) - b where a + b is one, and tanh(v/2) where both are."""
    if len(terms) == 2:
        pairs = [term.as_independent(Sigmoid, as_Add=False) for term in terms]
        (a, left), (b, right) = sorted(pairs, key=lambda pair: -len(Add.make_args(pair[0])))
        b = -b
        if isinstance(left, Sigmoid) and right == Sigmoid(-left.args[0]):
            if a == b:
                return a * tanh(left.args[0] / 2)
            if (total := (a + b).expand()).is_number:
                return total * left - b
    return Add(*terms)


def _quotient(coefficient: Expr, exponent: Expr, factors: list[_Factor]) -> Expr:
    """A multiple of an exponential, over sums of exponentials."""
    logistic = _by_logistic(exponent, factors)
    if logistic is not None:
        return coefficient * logistic
    result = coefficient
    for part, times in factors:
        if isinstance(part, _Sum):
            exponent -= times * part.largest
            result *= part.reduced**-times
        else:
            result *= part**-times
    weighted = any(isinstance(part, _Sum) and not part.is_numeric for part, _ in factors)
    return result * _exponential(_unless(coefficient, exponent) if weighted else exponent)


def _by_logistic(exponent: Expr, factors: list[_Factor]) -> Expr | None:
    """exp(jv)/(1 + exp(v))ᵏ as σ(v)ʲ σ(-v)ᵏ⁻ʲ, where j is a whole number from 0 to k."""
    result, found = S.One, []
    for part, times in factors:
        if not isinstance(part, _Sum):
            result *= part**-times
        elif len(part.terms) == 1:
            exponent -= times * part.terms[0][1]
        elif part.logistic is None:
            return None
        else:
            number, one, gap = part.logistic
            exponent -= times * one
            result *= number**-times
            found.append((gap, int(times)))
    for gap, times in found:
        left = [(exponent - j * gap).expand() for j in range(times + 1)]
        j = min(range(times + 1), key=lambda j: len(left[j].args) if left[j].args else left[j] != 0)
        exponent = left[j]
        result *= Sigmoid(gap) ** j * Sigmoid(-gap) ** (times - j)
    return result if exponent == 0 else None


# --- logarithms -------------------------------------------------------------------------------


def _logarithm(expr: log) -> Expr:
    (argument,) = expr.args
    if not _has_exponential(argument):
        inner = stable(argument)
        if inner != argument:
            return _logarithm(log(inner))
        return _of_product(argument)
    powers = _Powers(argument)
    parts = _parts(powers) if argument.count_ops() <= _LONGEST else None
    if parts is None:
        return expr
    above, number, below = parts
    scale, over = factor_list(above)
    factors = [(_as_sum(part, powers), times) for part, times in over]
    exponent, rest, softplus = S.Zero, scale / number, []
    for part, times in [*factors, *((part, -times) for part, times in below)]:
        if not isinstance(part, _Sum):
            rest *= part**times
        elif part.logistic is not None:
            scale, one, gap = part.logistic
            rest *= scale**times
            exponent += times * one
            softplus.append((times, gap))
        else:
            exponent += times * part.largest
            rest *= part.reduced**times
    total = S.Zero
    for times, gap in softplus:
        turned = (exponent + times * gap).expand()
        if turned == 0:  # log(1 + exp(v)) - v
            exponent, gap = turned, -gap
        total += times * Softplus(gap)
    return total + exponent + _of_product(rest)


def _of_product(argument: Expr) -> Expr:
    """The logarithm of a product, of which what is positive is taken out.

    A determinant is out of range long before its logarithm is.
    """
    total, rest = S.Zero, S.One
    for part in Mul.make_args(argument):
        base, exponent = part.as_base_exp()
        if base.is_number and base.is_positive:
            total += exponent * log(base)
        elif exponent.is_Rational and not exponent.is_Integer:
            total += exponent * _of_product(base)
        else:
            rest *= part
    base, exponent = rest.as_base_exp()
    if isinstance(base, Determinant) and not exponent.is_even:
        return total + exponent * LogDet(base.arg)
    return total + log(rest)
