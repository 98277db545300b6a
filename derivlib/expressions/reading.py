"""What text and TeX have in common for the eye: the order of terms, fractions, parentheses."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import product
from typing import Any

from sympy import And, Expr, Ge, Gt, Identity, Le, Lt, MatMul, Mul, OneMatrix, Pow, Rational, S

from derivlib.expressions.guarded import scalar_power, scalar_product


def is_negative(scalar: Expr) -> bool:
    """Return whether a scalar is written with a minus sign in front of all of it."""
    return bool(scalar.as_coeff_Mul()[0].is_negative)


def main_term_first(terms: Iterable[Expr]) -> list[Expr]:
    """Put what is added to a main term behind it, and what is subtracted behind that.

    Added are constants, such as α I or ε, and penalties, such as α w.
    """
    return sorted(terms, key=rank)


def rank(term: Expr) -> tuple[bool, int, bool]:
    """How far behind the main term of a sum a term stands: the sign first, then what it is.

    Last comes whether it is a multiple by a scalar that is computed from matrices.
    """
    if not term.is_Matrix:
        if any(symbol.is_Matrix for symbol in term.free_symbols):
            return is_negative(term), int(any(map(_is_parameter, Mul.make_args(term)))), False
        return is_negative(term), 2 - (_degree(term) > 1), False
    factors = term.args if isinstance(term, MatMul) else (term,)
    scalar = S.One if factors[0].is_Matrix else factors[0]
    constant = isinstance(factors[-1], (Identity, OneMatrix)) and not any(
        factor.is_Matrix for factor in factors[:-1]
    )
    symbols = scalar.free_symbols
    penalty = bool(symbols) and not any(s.is_Matrix or s.is_integer for s in symbols)
    level = 2 if constant and penalty else int(constant or penalty)
    return is_negative(scalar), level, any(symbol.is_Matrix for symbol in symbols)


def _is_parameter(factor: Expr) -> bool:
    return bool(factor.is_Symbol and not factor.is_integer)


def _degree(term: Expr) -> int:
    """The degree of a power of a symbol, 0 for what is none."""
    base, exponent = term.as_base_exp()
    return int(exponent) if base.is_Symbol and exponent.is_Integer else 0


def without_common_number(scalar: Expr) -> tuple[Expr, ...]:
    """The factors of a coefficient: 2 and a - y of 2 a - 2 y, which SymPy multiplies out."""
    number, rest = scalar.primitive() if scalar.is_Add else (S.One, scalar)
    return (number, rest) if number.is_Integer and number is not S.One else (scalar,)


def sums_last(factors: Iterable[Expr]) -> list[Expr]:
    """Put the factors of a product that are sums behind the others, short ones first: s (1 - s)."""
    others: list[Expr] = []
    sums: list[Expr] = []
    for factor in factors:
        (sums if factor.is_Add else others).append(factor)
    if len(sums) > 1:  # to measure sums within sums again and again takes long
        sums.sort(key=lambda factor: len(str(factor)))
    return others + sums


def divided(coefficient: Expr) -> tuple[Expr, Expr] | None:
    """A coefficient as what stands above and below a fraction bar, if matrices fit above it."""
    above, below = _fraction(coefficient)
    if not below.free_symbols or any(symbol.is_Matrix for symbol in above.free_symbols):
        return None
    return above, below


def _fraction(scalar: Expr) -> tuple[Expr, Expr]:
    """Numerator and denominator; SymPy's own `fraction` looks for factors inside of matrices."""
    above, below = [S.One], [S.One]
    for factor in Mul.make_args(scalar):
        base, exponent = factor.as_base_exp() if isinstance(factor, Pow) else (factor, S.One)
        if isinstance(factor, Rational):
            above.append(S(factor.p))
            below.append(S(factor.q))
        elif exponent.is_negative:
            below.append(scalar_power(base, -exponent))
        else:
            above.append(factor)
    return scalar_product(*above), scalar_product(*below)


_BRACKETS = {"()": re.compile(r"[()]"), "{}": re.compile(r"[{}]"), "[]": re.compile(r"[\[\]]")}


def closing(text: str, start: int, pair: str) -> int:
    """The position of the bracket that closes the one at `start`."""
    depth = 0
    for found in _BRACKETS[pair].finditer(text, start):
        depth += 1 if found[0] == pair[0] else -1
        if depth == 0:
            return found.start()
    return -1


_NAME = re.compile(r"(?!\\frac|\\sqrt|\\left)\\?\w[\w'{}]*(\\left)?(?=[(\[])")


def is_call(text: str) -> bool:
    """Return whether all of a formula is a function with its arguments, or stands in brackets."""
    if text.startswith("["):
        return closing(text, 0, "[]") == len(text) - 1
    name = _NAME.match(text)
    if name is None:
        return False
    begin = name.end()
    if text.startswith("[", begin):  # unvec[n×m](x)
        begin = closing(text, begin, "[]") + 1
    return text.startswith("(", begin) and closing(text, begin, "()") == len(text) - 1


_DOUBLED = re.compile(r"(\\left)?\((?=(\\left)?\()")


def without_doubled(text: str) -> str:
    """Take away parentheses directly inside parentheses."""
    start = 0
    while found := _DOUBLED.search(text, start):
        outer = found.end() - 1
        inner = outer + 1 + len(found[2] or "")
        ends = closing(text, inner, "()"), closing(text, outer, "()")
        between = text[ends[0] + 1 : ends[1]]
        if between.strip() in ("", r"\right"):
            tail = len(r"\right") if found[2] else 0
            text = text[: outer + 1] + text[inner + 1 : ends[0] - tail] + text[ends[0] + 1 :]
        else:
            start = outer + 1
    return text


def interval(condition: Any) -> tuple[Any, str, Any, str, Any] | None:
    """What stands between what, and the signs, of a condition such as 0 < z < 1."""
    if not isinstance(condition, And) or len(condition.args) != 2:
        return None
    if not all(isinstance(part, (Lt, Le, Gt, Ge)) for part in condition.args):
        return None
    one, other = map(_as_bounds, condition.args)
    for lower, upper in product(one, other):
        for low, high in ((lower, upper), (upper, lower)):
            if low[2] == high[0] and not low[2].could_extract_minus_sign():
                return (*low, *high[1:])
    return None


def _as_bounds(relation: Any) -> tuple[tuple[Any, str, Any], tuple[Any, str, Any]]:
    """What is smaller than what; the same with both signs changed."""
    low, high = relation.lts, relation.gts
    sign = "<" if isinstance(relation, (Lt, Gt)) else "<="
    return (low, sign, high), (-high, sign, -low)


def bounds(choice: Any) -> tuple[Any, str, Any, str, Any] | None:
    """The interval of a function that is 1 in it and 0 elsewhere."""
    (value, condition), *others = choice.args
    is_indicator = value is S.One and len(others) == 1 and tuple(others[0]) == (S.Zero, S.true)
    return interval(condition) if is_indicator else None
