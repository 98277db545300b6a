"""Integers modulo a prime are a field, and have no order."""

import operator
import random
from fractions import Fraction

import pytest
from sympy import Rational, Symbol, isprime

from derivlib.check.scalars.fields import NotRational
from derivlib.check.scalars.residues import BITS, Modular, Residue

PRIME = 2**61 - 1


def residue(value):
    """A fraction p/q is the r with r q = p."""
    return Residue(value.numerator * pow(value.denominator, PRIME - 2, PRIME), PRIME)


@pytest.mark.parametrize("name", ["add", "sub", "mul", "truediv"])
def test_it_calculates_as_fractions_do(name):
    operation, rng = getattr(operator, name), random.Random(name)
    for _ in range(50):
        a, b = (
            Fraction(rng.choice((-1, 1)) * rng.randint(1, 99), rng.randint(1, 99)) for _ in "ab"
        )
        expected = residue(operation(a, b))
        assert operation(residue(a), residue(b)) == expected
        assert operation(residue(a), b) == expected
        if name != "truediv":  # a fraction takes a residue for a number it does not know
            assert operation(a, residue(b)) == expected
        assert operation(residue(a), residue(b)) != expected + 1


def test_powers_and_signs():
    x = residue(Fraction(3, 7))
    assert -x == residue(Fraction(-3, 7))
    assert x**5 == residue(Fraction(3, 7) ** 5)
    assert abs(x - x) == 0 < abs(x)
    assert not x - x
    assert x


def test_zero_has_no_reciprocal():
    with pytest.raises(ZeroDivisionError):
        1 / Residue(PRIME, PRIME)


@pytest.mark.parametrize("name", ["lt", "le", "gt", "ge"])
def test_neither_is_larger(name):
    with pytest.raises(NotRational):
        getattr(operator, name)(Residue(3, PRIME), 2)


def test_primes_are_drawn():
    primes = {Modular(seed).prime for seed in range(20)}
    assert len(primes) == 20
    assert all(isprime(prime) and prime.bit_length() == BITS for prime in primes)
    assert Modular(3).prime == Modular(3).prime


def test_an_abstract_function_has_one_value_for_equal_arguments():
    numbers = Modular(0)
    function = numbers.abstract(random.Random(0), 1)
    half = Residue(pow(2, -1, numbers.prime), numbers.prime)
    assert function(half) == function(Fraction(1, 2))
    assert function(half + half) == function(1)
    assert function(Residue(-1, numbers.prime)) == function(-1) != function(1)


def test_only_whole_exponents_have_a_power():
    numbers, rng = Modular(0), random.Random(0)
    base = numbers.draw(rng, None, 0)
    assert numbers.power(base, -2) * base * base == 1
    for exponent in (numbers.number(Rational(1, 2)), numbers.draw(rng, None, 0)):
        with pytest.raises(NotRational):
            numbers.power(base, exponent)
    assert isinstance(numbers.draw(rng, Symbol("k", integer=True), 0), int)
