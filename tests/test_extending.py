"""A node that is not in the library is derived, verified, printed and compiled once registered."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pytest
import sympy as sp
from sympy import Inverse, MatrixSymbol, Trace, symbols

import derivlib
from derivlib import (
    InputError,
    Node,
    RealNode,
    RuleError,
    UnsupportedError,
    derive,
    hessian,
    latex,
    register,
    sum_entries,
    unregister,
)
from derivlib.check import verify
from derivlib.rules import RULES

n, m = symbols("n m", integer=True, positive=True)
X, C, A = MatrixSymbol("X", n, m), MatrixSymbol("C", m, n), MatrixSymbol("A", n, n)


class LeftInverse(Node):
    """(AᵀA)⁻¹Aᵀ of a matrix with independent columns."""

    shape = property(lambda self: self.arg.shape[::-1])


class Energy(RealNode):
    """The sum of the fourth powers of all entries."""


class Reversed(Node):
    """The rows of a matrix in the opposite order."""


def left_inverse_entries(calc, _, A):
    """The definition, from entries alone."""
    ring = calc.ring
    gram = A.of(
        A.cols,
        A.cols,
        lambda i, j: ring.total([ring.product((A[k, i], A[k, j])) for k in range(A.rows)]),
    )
    inverse = ring.inverse(gram)
    return A.of(
        A.cols,
        A.rows,
        lambda i, j: ring.total([ring.product((inverse[i, k], A[j, k])) for k in range(A.cols)]),
    )


def left_inverse(d, A):
    """d(A⁺) = (AᵀA)⁻¹ dAᵀ (I − A A⁺) − A⁺ dA A⁺."""
    pinv, moving = LeftInverse(A), d(A)
    rest = sp.Identity(A.shape[0]) - A * pinv
    return Inverse(A.T * A) * moving.T * rest - pinv * moving * pinv


def energy_entries(calc, _, A):
    ring = calc.ring
    four = ring.number(sp.Integer(4))
    return ring.total([ring.power(entry, four) for entry in A.entries])


def energy(d, A):
    return 4 * sum_entries(sp.HadamardProduct(sp.HadamardPower(A, 3), d(A)))


REVERSED = {
    "entries": lambda calc, node, A: A.of(A.rows, A.cols, lambda i, j: A[A.rows - 1 - i, j]),
    "linear": {"adjoint": lambda G, E: Reversed(G)},
    "text": "flipud",
    "code": "{lib}.flipud({0})",
}


@pytest.fixture
def registered():
    """What a test registers is taken back after it."""
    before = set(RULES)
    yield
    for node in (LeftInverse, Energy, Reversed):
        if node in derivlib.expressions.facets.told():
            unregister(node)
    assert set(RULES) == before


def register_left_inverse(**others):
    given = {
        "entries": left_inverse_entries,
        "rules": [left_inverse],
        "on": (MatrixSymbol("U", n + m, m),),
        "text": "pinv",
        "tex": lambda p, node: p.atom(node.arg) + "^{+}",
        "code": "{lib}.linalg.pinv({0})",
        **others,
    }
    return register(LeftInverse, **given)


def test_a_matrix_that_is_not_in_the_library(registered):
    (rule,) = register_left_inverse()
    d = derive(Trace(LeftInverse(X) * C.T), X)
    assert d.replay() == d.result
    assert rule.name == "left inverse"
    assert rule.name in RULES
    assert rule.name in {step.rule for step in d.steps}
    assert d.verify({n: 4, m: 2}).method == "exact"
    assert d.verify({n: 30, m: 20}).method == "double"
    assert "pinv(X)" in str(d)
    assert "X^{+}" in latex(d.result)
    assert "X^{+}" in sp.latex(d.result)
    with pytest.raises(derivlib.VerificationError):
        verify(d.expr, X, -d.result, {n: 4, m: 2})


def test_its_code_gives_its_derivative(registered):
    register_left_inverse()
    d = derive(Trace(LeftInverse(X) * C.T), X)
    rng = np.random.default_rng(7)
    values = {"X": rng.normal(size=(4, 2)), "C": rng.normal(size=(2, 4))}
    found, h = d.to_function()(**values), 1e-6
    for i, j in np.ndindex(4, 2):
        step = np.zeros((4, 2))
        step[i, j] = h
        by_hand = [
            np.trace(np.linalg.pinv(values["X"] + sign * step) @ values["C"].T) for sign in (1, -1)
        ]
        assert np.isclose(found[i, j], (by_hand[0] - by_hand[1]) / (2 * h), 1e-6, 1e-7)


def test_a_matrix_of_one_entry_is_a_scalar_in_code(registered):
    register_left_inverse()
    a, c = MatrixSymbol("a", 1, 1), MatrixSymbol("c", 1, 1)
    derivation = derive(Trace(LeftInverse(a) * c), a)
    assert np.isclose(derivation.to_function()(a=2.0, c=3.0), -3 / 4)


def test_a_scalar_and_its_hessian(registered):
    register(Energy, entries=energy_entries, rules=[energy], tex="E")
    d = derive(Energy(A * X), X)
    assert str(d) == "∂L/∂X = 4*Aᵀ*(A*X)^⊙3"
    assert d.verify({n: 3, m: 2})
    assert hessian(Energy(X), X).verify({n: 3, m: 2})
    assert latex(Energy(X)) == "E(X)"
    assert Energy(sp.Matrix([1, 2])).doit() == 17
    with pytest.raises(UnsupportedError, match="registered without code"):
        derive(Energy(X) ** 2, X).to_code()


def test_a_linear_operation_is_declared_once(registered):
    added = register(
        Reversed, **{**REVERSED, "linear": {**REVERSED["linear"], "matrix": reversal_matrix}}
    )
    assert [rule.name for rule in added] == ["flipud", "flipud in the trace", "vec of a flipud"]
    assert derive(Reversed(A * X), X).verify({n: 3, m: 2}).shape == (6, 6)


def reversal_matrix(E):
    """I ⊗ R for the reversal R of the rows, as what R makes of the identity."""
    rows, cols = E.shape
    return sp.KroneckerProduct(sp.Identity(cols), Reversed(sp.Identity(rows)))


WRONG = {
    "a rule that does not hold": (
        {"rules": [lambda d, A: -left_inverse(d, A)]}, RuleError, "differs"),
    "a definition that says something else": (
        {"entries": lambda calc, node, A: A.transpose()}, RuleError, "differs"),
    "no rule": ({"rules": []}, InputError, "needs a rule"),
    "a rule that is none": ({"rules": ["d"]}, InputError, "a function of d"),
    "a name in use": (
        {"rules": [replace(RULES["trace"], of=LeftInverse)]}, InputError, "another name"),
    "no definition": ({"entries": None}, InputError, "entries must be a function"),
    "an unknown shape": ({"shape": "round"}, InputError, "shape must be one of"),
    "an unknown library": ({"code": {"cupy": "cupy.pinv({0})"}}, InputError, "code maps numpy"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_refused_and_leaves_nothing_behind(case, registered):
    changed, error, message = WRONG[case]
    with pytest.raises(error, match=message):
        register_left_inverse(**changed)
    with pytest.raises(UnsupportedError):
        derive(Trace(LeftInverse(X) * C.T), X)
    register_left_inverse()
    assert derive(Trace(LeftInverse(X) * C.T), X).verify({n: 3, m: 2})


def test_a_class_is_registered_once(registered):
    register_left_inverse()
    with pytest.raises(InputError, match="registered already"):
        register_left_inverse()
    unregister(LeftInverse)
    with pytest.raises(InputError, match="not registered"):
        unregister(LeftInverse)
    with pytest.raises(InputError, match="class of SymPy"):
        register("pinv", entries=left_inverse_entries)


def test_code_for_one_library_is_not_taken_for_another(registered):
    register(Reversed, **{**REVERSED, "code": {"numpy": "np.flipud({0})"}})
    d = derive(sum_entries(C * Reversed(X)), X)
    assert d.to_function()([[1, 2], [3, 4]]).tolist() == [[6, 6], [4, 4]]
    with pytest.raises(UnsupportedError, match="other libraries than PyTorch"):
        d.to_code("torch")


def test_what_is_registered_can_be_pickled(registered):
    register(Reversed, **REVERSED)
    d = derive(sum_entries(C * Reversed(X)), X)
    assert pickle.loads(pickle.dumps(d)) == d
