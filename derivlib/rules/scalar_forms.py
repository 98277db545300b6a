"""The forms in which books write functions of scalars: σ(z), tanh(z), fractions that cancel.

Each form is a function that writes a scalar expression so, or returns None where that is not
possible.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache, reduce
from typing import Any

import sympy as sp
from sympy import Expr, Poly, S

from derivlib.nodes.sigmoid import Sigmoid

_E, _VALUE = sp.Dummy("E"), sp.Dummy("s")
_EXPONENTIAL: dict[type, Callable[[Expr], Expr]] = {
    sp.exp: lambda power: power,
    Sigmoid: lambda power: power / (1 + power),
    sp.sinh: lambda power: (power - 1 / power) / 2,
    sp.cosh: lambda power: (power + 1 / power) / 2,
    sp.tanh: lambda power: (power**2 - 1) / (power**2 + 1),
}
"""Functions of u as functions of exp(u)."""
_KNOWN = (sp.log, *_EXPONENTIAL)

_SYMBOL = 3
_HIGHEST = 16
"""Up to which power of exp(u) a function is written in tanh(u) or σ(u): of tanh⁸, and of σ¹⁶."""
_LONGEST = 120
"""How many nodes an expression may have to be searched for another form."""


def length_of(expr: Expr) -> int:
    """How long a scalar expression is to read; what a symbol stands for is taken to be longer.

    A sign is counted only before a sum, where it could be put inside.
    """
    if not expr.args:
        return _SYMBOL if expr.is_Symbol else 1
    sign = expr.is_Mul and expr.args[0] is S.NegativeOne
    return 1 - sign * (not expr.args[-1].is_Add) + sum(map(length_of, expr.args))


def as_written(kind: Any, *args: Expr) -> Expr:
    """An operation on scalars as it is, not evaluated."""
    return kind(*args, evaluate=False)


def replace_symbol(body: Expr, symbol: Expr, value: Expr) -> Expr:
    """Put something in place of a symbol, and leave the rest as it is written."""
    if body == symbol:
        return value
    if not body.has(symbol):
        return body
    if not isinstance(body, (sp.Add, sp.Mul, sp.Pow, sp.Function)):
        return body.xreplace({symbol: value})  # no other class can be made as it is
    return as_written(body.func, *(replace_symbol(a, symbol, value) for a in body.args))


@lru_cache(maxsize=4096)
def _evaluated(expr: Expr) -> Expr:
    """The same as SymPy's own operations write it."""
    return expr.func(*map(_evaluated, expr.args)) if expr.args else expr


@lru_cache(maxsize=1024)
def shortened(body: Expr) -> Expr | None:
    """Cancel fractions, and take out what terms share: 1/(1/(1 + z)) is 1 + z."""
    if not _may_be_shorter(body):
        return None
    written, body = body, _evaluated(body)
    if body.has(sp.Heaviside):
        body = body.replace(_is_power_of_indicator, lambda power: power.base)
    if body.has(sp.log):
        body = body.replace(_is_log_of_exp, lambda log: log.args[0].args[0])
    forms = [body]
    if isinstance(body, sp.Add):
        forms.append(_factored(body))
    if isinstance(body, (sp.Add, sp.Mul, sp.Pow)):
        powers = body.atoms(sp.Pow)
        if not all(power.exp.is_Number for power in powers):
            forms.append(sp.powsimp(body))
        if any(map(_has_fractions_below, powers)) or _have_one_denominator(body):
            with suppress(sp.PolynomialError):
                forms.append(sp.factor(body))
        elif body.has(Sigmoid, sp.tanh) and body.has(sp.Add):
            forms.append(sp.expand(body))
    shortest = min(forms, key=length_of)
    return shortest if length_of(shortest) < length_of(written) else None


def is_indicator(body: Expr) -> bool:
    """Return whether a function of a scalar has the values 0 and 1 alone, at 0 too."""
    return isinstance(body, sp.Heaviside) and body.args[1] in (0, 1)


def _is_power_of_indicator(body: Expr) -> bool:
    return bool(body.is_Pow and is_indicator(body.base) and body.exp.is_positive)


def _may_be_shorter(body: Expr) -> bool:
    """Return whether something occurs twice, or functions or signs may cancel."""
    if length_of(body) > _LONGEST:
        return False
    parts = list(sp.preorder_traversal(body))
    symbols = [part for part in parts if part.is_Symbol]
    if len(symbols) > len(set(symbols)) or body.has(sp.log):
        return True
    if any(part.func is inside.func for part in parts for inside in part.args if inside.args):
        return True
    return body.is_Mul and body.args[0] is S.NegativeOne and body.args[-1].is_Add


def _factored(total: Expr) -> Expr:
    """A sum with the factors in front that all terms have, numbers apart."""
    first, *others = (
        dict(f.as_base_exp() for f in sp.Mul.make_args(term) if not f.is_Number)
        for term in total.args
    )
    shared = {
        base: [power, *(other.get(base) for other in others)] for base, power in first.items()
    }
    common = sp.Mul(*(base ** _least(powers) for base, powers in shared.items()))
    if common is S.One:
        return total
    return common * sp.Add(*(_evaluated(term / common) for term in total.args))


def _least(exponents: list[Any]) -> Expr:
    """The exponent that all powers of a base have at least: the nearest to 0, of one sign."""
    if len(set(exponents)) == 1:
        return exponents[0]
    if not all(exponent is not None and exponent.is_Rational for exponent in exponents):
        return S.Zero
    least = min(exponents, key=abs)
    return least if all(exponent * least > 0 for exponent in exponents) else S.Zero


def _has_fractions_below(power: Expr) -> bool:
    """Return whether a power is the reciprocal of a sum of fractions."""
    return power.exp.could_extract_minus_sign() and any(
        (part.is_Pow and part.exp.is_negative) or (part.is_Rational and not part.is_Integer)
        for part in sp.preorder_traversal(power.base)
    )


def _have_one_denominator(body: Expr) -> bool:
    """Return whether several terms are divided by powers of one sum."""
    bases = [
        base
        for term in body.args
        for base in {f.base for f in sp.Mul.make_args(term) if f.is_Pow and f.exp.is_negative}
        if base.is_Add
    ]
    return body.is_Add and len(bases) > len(set(bases))


def _is_log_of_exp(expr: Expr) -> bool:
    return isinstance(expr, sp.log) and isinstance(expr.args[0], sp.exp)


@lru_cache(maxsize=1024)
def logistic(body: Expr) -> Expr | None:
    """Write a function of exp(u) as a polynomial of σ(u), if it is one.

    With s = σ(u), exp(u) is s/(1 - s).
    """
    if not body.has(sp.exp, sp.sinh, sp.cosh, Sigmoid) or not _may_divide(body):
        return None
    body = _evaluated(body)
    if body.has(S.Exp1):
        body = sp.powsimp(body, combine="exp")  # exp(1 - z), which SymPy writes as E exp(-z)
    nested = {part: sp.Dummy() for part in body.atoms(*_KNOWN) if part.args[0].has(*_EXPONENTIAL)}
    body = body.xreplace(nested)
    polynomial, u = _polynomial(body, _VALUE / (1 - _VALUE))
    if polynomial is None or u is None:
        return None
    written = _in_factors(polynomial, _VALUE, 1 - _VALUE)
    turned = written.subs(_VALUE, 1 - _VALUE)
    if body.has(sp.exp(-u)) and not body.has(sp.exp(u)) and not turned.has(sp.Add):
        written, u = turned, -u  # σ(-u) is shorter than 1 - σ(u)
    return written.xreplace({_VALUE: Sigmoid(u), **{v: part for part, v in nested.items()}})


@lru_cache(maxsize=1024)
def hyperbolic(body: Expr) -> Expr | None:
    """Write a function of sinh(u) and cosh(u), or of exp(u), as a polynomial of tanh(u)."""
    if not body.has(sp.exp, sp.sinh, sp.cosh) or not _may_divide(body):
        return None
    body = _evaluated(body)
    if not body.has(sp.sinh, sp.cosh) and len(body.atoms(sp.exp)) < 2:
        return None
    polynomial, u = _polynomial(body, sp.sqrt((1 + _VALUE) / (1 - _VALUE)))
    if polynomial is None or u is None:
        return None
    return _in_factors(polynomial, 1 - _VALUE**2).xreplace({_VALUE: sp.tanh(u)})


def _polynomial(body: Expr, of_value: Expr) -> tuple[Expr | None, Expr | None]:
    """A function of exp(u) as a polynomial of another function of u, and u."""
    parts = body.atoms(*_EXPONENTIAL)
    if not parts or length_of(body) > _LONGEST or not _divides(body):
        return None, None
    first, *others = sorted({part.args[0] for part in parts}, key=sp.default_sort_key)
    ratios = [sp.cancel(other / first) for other in others]
    if not all(ratio.is_Rational for ratio in ratios):
        return None, None
    u = first * reduce(sp.gcd, ratios, S.One)
    u = -u if u.could_extract_minus_sign() else u
    powers = {part: _E ** sp.cancel(part.args[0] / u) for part in parts}
    ratio = body.xreplace({part: _EXPONENTIAL[part.func](powers[part]) for part in parts})
    if not ratio.is_rational_function(_E):
        return None, None  # before SymPy expands it: with roots, that may take many seconds
    try:
        ratio = sp.cancel(ratio)
        if any(sp.degree(part, _E) > _HIGHEST for part in sp.fraction(ratio)):
            return None, None
        above, below = sp.fraction(sp.cancel(ratio.xreplace({_E: of_value})))
    except sp.PolynomialError:
        return None, None
    if below.has(_VALUE) or not above.is_polynomial(_VALUE):
        return None, None
    return above / below, u


def _may_divide(body: Expr) -> bool:
    """Return whether exponentials may stand below a fraction bar once a body is evaluated."""
    if body.has(sp.sinh, sp.cosh, Sigmoid, sp.log):
        return True
    return any(power.base.has(*_EXPONENTIAL) for power in body.atoms(sp.Pow))


def _divides(body: Expr) -> bool:
    """Return whether exponentials stand below a fraction bar, or beside one that is hidden."""
    if body.has(sp.sinh, sp.cosh):
        return True
    hidden = body.atoms(Sigmoid)
    if hidden and (len(hidden) > 1 or body.has(sp.exp)):
        return True
    return any(
        power.exp.is_negative and power.base.has(*_EXPONENTIAL) for power in body.atoms(sp.Pow)
    )


def _in_factors(polynomial: Expr, *factors: Expr) -> Expr:
    """A polynomial of s with the factors s, and those given, in front."""
    product = S.One
    for factor in (_VALUE, *factors):
        divisor = Poly(factor, _VALUE)
        while polynomial.has(_VALUE):
            quotient, remainder = sp.div(Poly(polynomial, _VALUE), divisor)
            if not remainder.is_zero:
                break
            product, polynomial = product * factor, quotient.as_expr()
    others = sorted(polynomial.free_symbols - {_VALUE}, key=sp.default_sort_key)
    if polynomial.has(_VALUE) and others and polynomial.is_polynomial(*others):
        terms = Poly(polynomial, *others).terms()
        polynomial = sp.Add(
            *(
                sp.Mul(
                    _in_factors(c, *factors), *(x**k for x, k in zip(others, powers, strict=True))
                )
                for powers, c in terms
            )
        )
    return product * sp.factor_terms(polynomial)
