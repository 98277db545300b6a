"""Scalar expressions rewritten so that exponentials neither overflow nor cancel.

Sums, products and quotients of exponentials are rational functions of a few of them. Written over
one denominator, what cancels has gone: 1 - 1/(1 + exp(-z)) is 1/(1 + exp(z)). Each term of the
numerator over the denominator is then calculated with logistic functions, or with the largest
exponent taken off. The complementary error function erfc(u) counts as exp(-max(u, 0)²).

Source: Higham (2002), sections 1.7 and 27.8; Blanchard, Higham & Higham (2021), for sums of
exponentials.
"""

from __future__ import annotations

import operator
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
    Piecewise,
    Poly,
    PolynomialError,
    Pow,
    S,
    Symbol,
    cancel,
    cosh,
    erf,
    erfc,
    exp,
    factor,
    factor_list,
    factorial,
    fraction,
    ilcm,
    log,
    pi,
    sinh,
    sqrt,
    tanh,
)
from sympy.core.function import AppliedUndef
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction

from derivlib.code.stable_functions import (
    Erfc,
    Expm1,
    Exponential,
    ExpRemainder,
    Largest,
    LogErfc,
    NearZero,
    ScaledErfc,
    ScaledErfcIntegral,
    Softplus,
    Unless,
)
from derivlib.nodes import LogDet, SumEntries
from derivlib.nodes.elementwise import as_lambda
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
    known = isinstance(expr, exp | Erfc) or type(expr) in _IN_EXPONENTIALS
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
    if expr.has(erf, erfc):
        expr = expr.replace(erfc, Erfc)
        expr = expr.replace(lambda part: isinstance(part, Add) and part.has(erf, Erfc), _with_erfc)
    if isinstance(expr, log):
        return _logarithm(expr)
    if isinstance(expr, Mul) and expr.has(exp, Determinant):
        expr = Mul(*expr.args)  # where some of them cancel
    if _divides(expr):
        return _quotients(expr)
    if isinstance(expr, Piecewise):
        return Piecewise(*((stable(value), holds) for value, holds in expr.args), evaluate=False)
    if isinstance(expr, AppliedUndef) or not isinstance(expr, Add | Mul | Pow | Function):
        return expr
    args = tuple(map(stable, expr.args))
    new = expr if args == expr.args else expr.func(*args)
    if isinstance(new, Pow) and isinstance(new.base, Determinant) and not new.exp.is_integer:
        return exp(new.exp * LogDet(new.base.arg))
    return new


def _with_erfc(total: Expr) -> Expr:
    """1 + erf(u) as erfc(-u), 1 - erf(u) as erfc(u), and 2 - erfc(u) as erfc(-u)."""
    terms = list(total.args)
    for term in total.args:
        parts = [part for part in Mul.make_args(term) if isinstance(part, erf | Erfc)]
        if len(parts) != 1:
            continue
        (part,), scale = parts, term / parts[0]
        (u,) = part.args
        ways = (
            [(scale, -u, 1), (-scale, u, -1)] if isinstance(part, erf) else [(-2 * scale, -u, -1)]
        )
        for constant, argument, sign in ways:
            if constant in terms and term in terms:
                terms.remove(constant)
                terms[terms.index(term)] = sign * scale * Erfc(argument)
    return Add(*terms)


# --- quotients of exponentials ----------------------------------------------------------------


def _terms(exponent: Expr) -> Iterator[tuple[Any, Expr]]:
    """The multiples that an exponent is the sum of; squares of differences stay."""
    number, rest = exponent.as_coeff_Mul(rational=True)
    for term in Add.make_args(rest):
        own, base = term.as_coeff_Mul(rational=True)
        yield number * own, base


def _positive_part_squared(u: Expr) -> Expr:
    return Largest(u, S.Zero) ** 2


def _is_rational_logarithm(number: Any, base: Expr) -> bool:
    """Tell exp(k log(u)), which is a power, from other exponentials."""
    return isinstance(base, log) and bool(number.is_Integer) and _has_exponential(base.args[0])


def _scale(numbers: list[Any]) -> Any:
    """What makes multiples whole numbers, and positive where all are negative."""
    common = Integer(ilcm(1, *(number.q for number in numbers)))
    return -common if all(number.is_negative for number in numbers) else common


_Term = tuple[tuple[int, ...], Expr]
"""The powers of exponentials in a term, and what they are multiplied by."""


@dataclass
class _Powers:
    """Exponentials as powers of symbols, and everything else as a symbol.

    :param expr: a rational expression.
    """

    expr: Expr
    numbers: dict[Expr, list[Any]] = field(default_factory=dict)
    others: dict[Expr, Symbol] = field(default_factory=dict)
    squares: dict[Expr, tuple[Any, Expr]] = field(default_factory=dict)
    """The squares of arguments of erfc: a multiple of each, and the argument."""

    def __post_init__(self) -> None:
        for part in sorted(self.expr.atoms(Erfc), key=str):
            multiple, base = (part.args[0] ** 2).as_coeff_Mul(rational=True)
            self.squares.setdefault(base, (multiple, part.args[0]))
        self._collect(self.expr)
        self.bases = {base: Dummy("E", positive=True) for base in self.numbers}
        self.scales = {base: _scale(numbers) for base, numbers in self.numbers.items()}
        self.written = self._write(self.expr)
        self.meanings = {symbol: stable(other) for other, symbol in self.others.items()}
        self.exponents = {symbol: base / self.scales[base] for base, symbol in self.bases.items()}

    def _collect(self, expr: Expr) -> None:
        if _is_exponential(expr):
            for number, base in self._exponents(expr):
                if _is_rational_logarithm(number, base):
                    self._collect(base.args[0])
                else:
                    self.numbers.setdefault(base, []).append(number)
        elif isinstance(expr, Add | Mul | Pow):
            for part in expr.args:
                self._collect(part)

    def _exponents(self, expr: Expr) -> Iterator[tuple[Any, Expr]]:
        """The multiples of which an exponential, or what is written with some, has powers."""
        if isinstance(expr, Erfc):
            yield S.NegativeOne, _positive_part_squared(expr.args[0])
            return
        for number, base in self._split(expr.args[0]):
            yield (2 * number if isinstance(expr, tanh) else number), base

    def _split(self, exponent: Expr) -> Iterator[tuple[Any, Expr]]:
        """The multiples that an exponent is the sum of; u² in two, by the sign of u."""
        for number, base in _terms(exponent):
            if base in self.squares:
                multiple, u = self.squares[base]
                yield number / multiple, _positive_part_squared(u)
                yield number / multiple, _positive_part_squared(-u)
            else:
                yield number, base

    def _exponential(self, exponent: Expr) -> Expr:
        factors = (
            self._write(base.args[0]) ** number
            if _is_rational_logarithm(number, base)
            else self._power(number, base)
            for number, base in self._split(exponent)
        )
        return Mul(*factors)

    def _power(self, number: Any, base: Expr) -> Expr:
        return self.bases[base] ** (number * self.scales[base])

    def with_integral(self, terms: list[_Term]) -> list[_Term]:
        """Two terms that cancel where u is large as one with exp(-u²)/√π - u erfc(u)."""
        if len(terms) != 2:
            return terms
        for _, v in self.squares.values():
            for u in (v, -v):
                scaled, base = self.others.get(ScaledErfc(u)), _positive_part_squared(-u)
                for (first, a), (second, b) in (terms, terms[::-1]):
                    step = (-self.scales[each] if each == base else 0 for each in self.bases)
                    if scaled is None or second != tuple(map(operator.add, first, step)):
                        continue
                    if self.back(a / scaled + sqrt(pi) * b * u).expand() == 0:
                        return [(first, sqrt(pi) * b * ScaledErfcIntegral(u))]
        return terms

    def _write(self, expr: Expr) -> Expr:
        if _is_exponential(expr):
            if isinstance(expr, Erfc):
                (exponent,) = self._exponents(expr)
                return self._other(ScaledErfc(*expr.args)) * self._power(*exponent)
            written = _IN_EXPONENTIALS.get(type(expr), lambda u, e: e(u))
            return written(expr.args[0], self._exponential)
        if isinstance(expr, Add | Mul) or (isinstance(expr, Pow) and expr.exp.is_Integer):
            return expr.func(*map(self._write, expr.args))
        if expr.is_Rational:
            return expr
        return self._other(expr)

    def _other(self, expr: Expr) -> Symbol:
        return self.others.setdefault(expr, Dummy("c", real=True))

    def power_in(self, exponent: Expr) -> tuple[Symbol, Symbol | None, int, Any] | None:
        """The symbol of exp(v), and the s, k and c for which v is c s**k, if there are such.

        There is no s where v does not occur but in exp(v).
        """
        symbols = [s for s, each in self.exponents.items() if each == exponent]
        if len(symbols) != 1:
            return None
        base = next(base for base, symbol in self.bases.items() if symbol == symbols[0])
        if isinstance(base, exp) and len(terms := list(self._split(base.args[0]))) == 1:
            ((number, inner),) = terms
            written = self._power(number, inner) if inner in self.bases else S.One
        else:
            written = self.others.get(base, S.One)
        symbol, times = written.as_base_exp()
        if not (symbol.is_Symbol and times.is_Integer and times.is_positive):
            return symbols[0], None, 1, S.One
        return symbols[0], symbol, int(times), 1 / self.scales[base]

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


def _is_exponential_times(expr: Expr) -> bool:
    """Tell a positive number times an exponential, which is positive even where it is infinite."""
    number, base = expr.as_coeff_Mul()
    return bool(number.is_positive) and isinstance(base, exp)


def _exponential(exponent: Expr) -> Expr:
    return S.One if exponent == 0 else Exponential(exponent)


def _expm1(exponent: Expr) -> Expr:
    return S.Zero if exponent == 0 else Expm1(exponent)


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
        exponents = list(dict.fromkeys(_unless(*term) for term in self.terms))
        exponents = [
            e for e in exponents if not any(_is_exponential_times(f - e) for f in exponents)
        ]
        return Largest(*exponents) if len(exponents) > 1 else exponents[0]

    @property
    def from_one(self) -> tuple[Expr, Expr] | None:
        """The c and v of c (exp(v) - 1), if it is that for a number c."""
        if len(self.terms) != 2:
            return None
        (b, one), (a, other) = sorted(self.terms, key=lambda term: term[1] is not S.Zero)
        if one is not S.Zero or not a.is_number or a + b != 0:
            return None
        return a, other

    @property
    def reduced(self) -> Expr:
        """The sum over the exponential of the largest exponent."""
        vanishes = Add(*(coefficient for coefficient, _ in self.terms)) is S.Zero
        function = _expm1 if vanishes else _exponential
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


_Parts = tuple[Expr, Expr, list[_Factor]]


def _parts(powers: _Powers) -> _Parts | None:
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
    return _near_zero(powers, parts, _away_from_zero(expr, powers, parts))


def _away_from_zero(expr: Expr, powers: _Powers, parts: _Parts) -> Expr:
    above, number, factors = parts
    terms = powers.with_integral(Poly(above, *powers.exponents).terms())
    if len(terms) > _SHORT and (found := _one_by_one(expr)) is not None:
        return found
    return _joined(
        [
            _quotient(powers.back(factor(c)) / number, powers.exponent(monomial), factors)
            for monomial, c in terms
        ]
    )


def _near_zero(powers: _Powers, parts: _Parts, away: Expr) -> Expr:
    """A quotient in which something vanishes with exp(v) - 1 below, where v is near zero."""
    above, number, factors = parts
    for i, (part, times) in enumerate(factors):
        found = part.from_one if isinstance(part, _Sum) else None
        power = powers.power_in(found[1]) if found else None
        if not found or not power:
            continue
        (scale, v), (symbol, of, k, multiple) = found, power
        others = [each for each in powers.exponents if each not in (symbol, of)]
        generators = [symbol, of or Dummy(), *others]
        groups: dict[Any, list[tuple[int, int, Expr]]] = {}
        for (b, j, *monomial), c in Poly(above, *generators).terms():
            group = groups.setdefault((j % k, *monomial), [])
            group.append((j // k, b, c / multiple ** (j // k)))
        if not all(any(b for _, b, _ in group) or len(group) == 1 for group in groups.values()):
            continue
        terms, highest = [], 0
        for (left, *monomial), group in groups.items():
            order = _order(group)
            if order is None:
                return away
            highest = max(highest, order)
            total = Add(*(_remainder(term, order, v) for term in group))
            below = number * scale**times * ExpRemainder(v, S.One) ** times
            own = dict(zip(others, monomial, strict=True))
            if of is not None and of in powers.exponents:
                own[of] = left
            elif of is not None:
                total *= of**left
            exponent = powers.exponent(own.get(each, 0) for each in powers.exponents)
            coefficient = powers.back(total) * v ** (order - times) / below
            terms.append(_quotient(coefficient, exponent, [*factors[:i], *factors[i + 1 :]]))
        if highest:
            largest = max(b for group in groups.values() for _, b, _ in group)
            return NearZero(max(largest, 1) * v, Add(*terms), away)
    return away


_HIGHEST = 8
"""The order up to which a numerator is seen to vanish."""


def _order(terms: list[tuple[int, int, Expr]]) -> int | None:
    """The order in which a sum of c v**a exp(b v) vanishes at zero."""
    for order in range(_HIGHEST):
        term = Add(
            *(c * S(b) ** (order - a) / factorial(order - a) for a, b, c in terms if a <= order)
        )
        if term.expand() != 0:
            return order
    return None


def _remainder(term: tuple[int, int, Expr], order: int, v: Expr) -> Expr:
    """What c v**a exp(b v) adds to v**order, over that."""
    a, b, c = term
    if a >= order:
        return c * v ** (a - order) * _exponential(b * v)
    return c * S(b) ** (order - a) * ExpRemainder(b * v, S(order - a)) if b else S.Zero


def _one_by_one(expr: Expr) -> Expr | None:
    """The terms of a sum, or of what is multiplied with one, each for itself."""
    if isinstance(expr, Add):
        return Add(*map(stable, _by_erfc(expr)))
    sums = [part for part in expr.args if isinstance(part, Add) and _has_exponential(part)]
    if not isinstance(expr, Mul) or not sums:
        return None
    rest = Mul(*(part for part in expr.args if part is not sums[0]))
    return Add(*(stable(rest * term) for term in sums[0].args))


def _by_erfc(expr: Add) -> list[Expr]:
    """The terms of a sum; those with the same erfc(u) as one."""
    groups: dict[Any, list[Expr]] = {}
    terms = [part for term in expr.args for part in _distributed(term)]
    for i, term in enumerate(terms):
        groups.setdefault(frozenset(term.atoms(Erfc)) or i, []).append(term)
    return list(expr.args) if len(groups) == 1 else [Add(*group) for group in groups.values()]


def _distributed(term: Expr) -> Iterator[Expr]:
    """A product with a sum that has an erfc(u), term by term."""
    sums = [part for part in Mul.make_args(term) if isinstance(part, Add) and part.has(Erfc)]
    if not sums or not isinstance(term, Mul):
        yield term
        return
    rest = Mul(*(part for part in term.args if part is not sums[0]))
    for part in sums[0].args:
        yield from _distributed(rest * part)


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
    for part in Mul.make_args(argument):
        base, times = part.as_base_exp()
        if isinstance(base, Erfc) and times.is_Integer:
            rest = argument / part * 2**times
            return times * LogErfc(*base.args) + (stable(log(rest)) if rest != 1 else 0)
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
    total, exponent, rest, softplus = S.Zero, S.Zero, scale / number, []
    for part, times in [*factors, *((part, -times) for part, times in below)]:
        if not isinstance(part, _Sum):
            rest *= part**times
        elif (log_of := _log_near_zero(part)) is not None:
            sign, logarithm = log_of
            rest *= sign**times
            total += times * logarithm
        elif part.logistic is not None:
            scale, one, gap = part.logistic
            rest *= scale**times
            exponent += times * one
            softplus.append((times, gap))
        else:
            exponent += times * part.largest
            rest *= part.reduced**times
    for times, gap in softplus:
        turned = (exponent + times * gap).expand()
        if turned == 0:  # log(1 + exp(v)) - v
            exponent, gap = turned, -gap
        total += times * Softplus(gap)
    return total + exponent + _of_product(rest)


def _log_near_zero(part: _Sum) -> tuple[Expr, Expr] | None:
    """The number and log(u) of a number times u = |exp(v) - 1|, where v is ±exp(a), if it is."""
    found = part.from_one
    if found is None or not isinstance(found[1].as_coeff_Mul()[1], exp):
        return None
    scale, v = found
    number, base = v.as_coeff_Mul()
    sign = -scale if number.is_negative else scale
    near = log(abs(number)) + base.args[0] + log(ExpRemainder(v, S.One))
    return sign, NearZero(v, near, part.largest + log(part.reduced / sign))


def _of_product(argument: Expr) -> Expr:
    """The logarithm of a product, of which what is positive is taken out.

    A determinant is out of range long before its logarithm is.
    """
    total, rest = S.Zero, S.One
    for part in Mul.make_args(argument):
        base, exponent = part.as_base_exp()
        if base.is_number and base.is_positive:
            total += exponent * log(base)
        elif (exponent.is_Rational and not exponent.is_Integer) or _is_sum_of_exponentials(base):
            total += exponent * (log(base) if exponent.is_Integer else _of_product(base))
        else:
            rest *= part
    base, exponent = rest.as_base_exp()
    if isinstance(base, Determinant) and not exponent.is_even:
        return total + exponent * LogDet(base.arg)
    return total + log(rest)


def _is_sum_of_exponentials(expr: Expr) -> bool:
    return (
        isinstance(expr, SumEntries)
        and isinstance(expr.arg, ElementwiseApplyFunction)
        and isinstance(as_lambda(expr.arg.args[0]).expr, exp)
    )
