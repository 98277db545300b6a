"""What a reader holds survives copying, a file, and the way to another process."""

from __future__ import annotations

import copy
import multiprocessing
import pickle
import subprocess
import sys
from dataclasses import replace

import pytest
from expressions import A, W, X, lam, m, n, p, sigma, t, x
from sympy import Q, Trace, sin, tanh

from derivlib import (
    RULES,
    InputError,
    MatrixFunction,
    check_steps,
    derive,
    hessian,
    is_derivative,
    prime,
)
from derivlib.check import check_equation
from derivlib.check.claims.derivative import verify
from derivlib.rules.rule import add_rules, remove_rule

SIZES = {n: 3, m: 2, p: 4}
DERIVATIONS = {
    "abstract": derive(lam((X * W).applyfunc(sigma)), W),
    "primes": derive(sigma(sigma(t)), t),
    "Hessian": hessian(x.T * A * x, x, assuming=Q.symmetric(A)),
    "several": derive(lam(A * x), [x, A]),
    "Jacobian": derive(MatrixFunction("nu", (n, n))(A), A),
    "structured": derive(Trace(A.T * A), A, structure="symmetric"),
    "concrete": derive((X * W).applyfunc(tanh), W),
}
OTHERS = {
    "verification": verify(Trace(A), A, derive(Trace(A), A), SIZES),
    "verdict": is_derivative(x, x.T * x, x),
    "steps verdict": check_steps([x, 2 * x]),
    "equation": check_equation(x, x, sizes=SIZES),
    "rule": RULES["product"],
    "step": DERIVATIONS["abstract"].steps[3],
    "line": DERIVATIONS["abstract"].lines()[3],
    "formula": DERIVATIONS["abstract"].equation,
    "substitutions": DERIVATIONS["abstract"].substitutions(2, 3),
    "prime": prime(sigma),
}


def described(pickled):
    """What another process makes of a derivation."""
    d = pickle.loads(pickled)
    d.replay()
    return str(d), str(d.lines())


@pytest.mark.parametrize("name", DERIVATIONS)
def test_a_derivation_survives_a_file(name):
    d = DERIVATIONS[name]
    again = pickle.loads(pickle.dumps(d))
    assert again == d
    assert str(again) == str(d)
    assert again.steps == d.steps
    assert again.assumptions == d.assumptions
    again.replay()
    again.verify(SIZES)


@pytest.mark.parametrize("name", DERIVATIONS)
def test_a_derivation_is_copied(name):
    d = DERIVATIONS[name]
    for again in (copy.copy(d), copy.deepcopy(d)):
        assert (again, str(again), again.steps) == (d, str(d), d.steps)


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_told_survives(name):
    assert pickle.loads(pickle.dumps(OTHERS[name])) == OTHERS[name]
    assert str(copy.deepcopy(OTHERS[name])) == str(OTHERS[name])


def test_a_pickle_holds_what_was_asked_and_no_step():
    d = DERIVATIONS["abstract"]
    fresh = len(pickle.dumps(derive(d.expr, d.wrt)))
    d.lines()
    assert len(pickle.dumps(d)) == fresh


def test_every_rule_comes_back_as_itself():
    assert all(pickle.loads(pickle.dumps(rule)) is rule for rule in RULES.values())


def test_a_rule_beside_the_table_is_not_taken_for_that_of_the_table():
    forged = replace(RULES["product"], right=lambda d, U, V: U * V)
    with pytest.raises(InputError, match="not in the table"):
        pickle.dumps(forged)


def test_primes_come_back_with_what_they_are_primes_of():
    again = pickle.loads(pickle.dumps(DERIVATIONS["primes"]))
    instance = again.instantiate({sigma: sin})
    assert instance == derive(sin(sin(t)), t)
    second = pickle.loads(pickle.dumps(prime(sigma, 2)))
    assert (second.derivative_of, second.prime_order) == (sigma, 2)


def test_a_spawned_process_takes_derivations():
    pickled = [pickle.dumps(d) for d in DERIVATIONS.values()]
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        told = pool.map(described, pickled)
    assert told == [(str(d), str(d.lines())) for d in DERIVATIONS.values()]


def load(pickled: bytes, first: str = "") -> subprocess.CompletedProcess[str]:
    """Load a pickled rule in a new process."""
    code = f"import pickle\n{first}\nprint(repr(pickle.loads({pickled!r})))"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


@pytest.fixture
def turning():
    rule = replace(RULES["transpose"], name="turning")
    add_rules(rule)
    yield rule
    remove_rule(rule)


def test_a_rule_is_loaded_where_it_has_been_added(turning):
    assert load(pickle.dumps(RULES["product"])).stdout == f"{RULES['product']}\n"
    pickled = pickle.dumps(turning)
    missing = load(pickled)
    assert missing.returncode
    assert 'InputError: no rule "turning" is in the table of rules here' in missing.stderr
    first = (
        "from dataclasses import replace\n"
        "from derivlib.rules.rule import RULES, add_rules\n"
        "import derivlib.rules\n"
        "add_rules(replace(RULES['transpose'], name='turning'))"
    )
    assert load(pickled, first).stdout.startswith("turning: ")
