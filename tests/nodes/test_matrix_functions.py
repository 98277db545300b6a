"""Powers with a symbol as exponent, functions of matrices, Sylvester's equation."""

from dataclasses import replace

import numpy as np
import pytest
import scipy.linalg
import sympy as sp
from sympy import Identity, Inverse, MatrixSymbol, Trace, Transpose, ZeroMatrix, symbols

from derivlib import (
    ExpmFrechet,
    ExpmJacobian,
    InputError,
    LogmFrechet,
    PowerFrechet,
    RuleError,
    ShapeError,
    Sylvester,
    UnsupportedError,
    VerificationError,
    derive,
    explicit,
    expm,
    hessian,
    is_derivative,
    latex,
    logm,
    lyapunov,
    read_text,
    sqrtm,
    sylvester,
    text,
)
from derivlib.check import check_rule
from derivlib.check.scalars.fields import HighPrecision
from derivlib.check.scalars.numbers import at_points
from derivlib.nodes.matrix_functions import expm_frechet
from derivlib.nodes.power_frechet import power_frechet
from derivlib.rules import RULES

n, m, k = symbols("n m k", integer=True, positive=True)
whole = symbols("j", integer=True)
A, B, X = MatrixSymbol("A", n, n), MatrixSymbol("B", n, n), MatrixSymbol("X", n, m)
a, b = MatrixSymbol("a", n, 1), MatrixSymbol("b", n, 1)
t = sp.Symbol("t", real=True)

PRECISELY = {
    "exponential": (expm(A), scipy.linalg.expm),
    "logarithm": (logm(A), scipy.linalg.logm),
    "square root": (sqrtm(A), scipy.linalg.sqrtm),
    "derivative of an exponential": (
        ExpmFrechet(A, A.T), lambda a: scipy.linalg.expm_frechet(a, a.T, compute_expm=False)),
    "derivative of a logarithm": (
        LogmFrechet(A, A.T),
        lambda a: scipy.linalg.logm(np.block([[a, a.T], [0 * a, a]]))[: len(a), len(a) :]),
    "derivative of an exponential, on vec": (
        ExpmJacobian(A),
        lambda a: np.array([
            scipy.linalg.expm_frechet(a, unit.reshape(a.shape).T, compute_expm=False).T.ravel()
            for unit in np.eye(a.size)]).T),
}  # fmt: skip


@pytest.mark.parametrize("name", PRECISELY)
def test_precise_values(name):
    expr, by_scipy = PRECISELY[name]

    def action(point):
        values = point.evaluation({n: 3}).value(A), point.evaluation({n: 3}).value(expr)
        return [np.array(value.entries, float).reshape(value.shape) for value in values]

    for at, found in at_points(HighPrecision(), 0, 2, action):
        assert np.allclose(found, by_scipy(at), 1e-10)


OF_A_POWER = {
    "trace": (Trace(A**k), k * A.T ** (k - 1)),
    "determinant": (sp.Determinant(A**k), k * sp.Determinant(A) ** k * Inverse(A.T)),
    "bilinear form": (a.T * A**k * b, PowerFrechet(A.T, k, a * b.T)),
    "inverse": (Trace(A**-k), -k * Inverse(A.T) ** (k + 1)),
}


@pytest.mark.parametrize("name", OF_A_POWER)
def test_gradients_of_powers(name):
    expr, gradient = OF_A_POWER[name]
    assert derive(expr, A).verify({n: 3, k: 4})
    assert derive(expr, A).verify({n: 3, k: 1})
    assert is_derivative(gradient, expr, A)
    assert not is_derivative(2 * gradient, expr, A)


def test_a_derivative_of_a_power_is_shown_as_a_sum():
    d = derive(a.T * A**k * b, A)
    assert text(d.result) == "Σ((Aᵀ)**i*a*bᵀ*(Aᵀ)**(k - i - 1), i=0…k - 1)"
    assert latex(d.result).startswith(r"\sum_{i=0}^{k - 1} (A^{\mathsf{T}})^{i} a b^{\mathsf{T}}")
    assert text(derive(A**k, A).result) == "Σ((Aᵀ)**(k - i - 1) ⊗ A**i, i=0…k - 1)"


def test_the_index_is_no_other_letter():
    i = symbols("i", integer=True, positive=True)
    assert text(derive(a.T * A**i * b, A).result).endswith("j=0…i - 1)")


def test_a_number_for_the_exponent_writes_the_sum_out():
    found = derive(a.T * A**k * b, A).result
    wanted = derive(a.T * A**3 * b, A).result
    assert explicit(found.subs(k, 3) - wanted, {n: 2}).expand() == sp.zeros(2, 2)
    assert text(power_frechet(A, sp.Integer(3), B)) == "B*A**2 + A*B*A + A**2*B"
    assert power_frechet(A, sp.Integer(0), B) == ZeroMatrix(n, n)
    assert derive(Trace(A**2.0), A).result == 2 * A.T


def test_an_exponent_of_unknown_sign_is_taken_as_positive():
    d = derive(Trace(A**whole), A)
    assert "j positive" in map(str, d.assumptions)
    assert d.verify({n: 3, whole: 2})


REFUSED = {
    "exponent": (lambda: derive(Trace(A**k), k), InputError, "k is a whole number, an exponent"),
    "real exponent": (lambda: derive(Trace(A**t), A), UnsupportedError, "integer=True"),
    "root": (lambda: derive(Trace(A**sp.S.Half), A), UnsupportedError, r"sqrtm\(A\)"),
    "exponential of a scalar": (lambda: expm(t), InputError, "expm takes a matrix"),
    "rectangle": (lambda: logm(X), ShapeError, "logm takes a square matrix, but X is n×m"),
    "root of a rectangle": (lambda: sqrtm(X), ShapeError, "sqrtm takes a square matrix"),
    "misfit": (lambda: sylvester(A, B, X), ShapeError, "as many rows as A"),
    "other misfit": (lambda: lyapunov(A, X), ShapeError, "two matrices of one shape"),
    "entries": (lambda: explicit(expm(A), {n: 2}), UnsupportedError, "exponential of a 2×2"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused(name):
    action, error, message = REFUSED[name]
    with pytest.raises(error, match=message):
        action()


def test_traces_of_functions():
    assert derive(Trace(expm(A)), A).result == Transpose(expm(A))
    assert derive(Trace(logm(A)), A).result == Inverse(A.T)
    half = derive(Trace(sqrtm(A)), A).result
    assert half == sp.S.Half * Inverse(Transpose(sqrtm(A)))


def test_normal_forms():
    assert expm(ZeroMatrix(n, n)) == Identity(n) == sqrtm(Identity(n))
    assert logm(Identity(n)) == ZeroMatrix(n, n)
    assert expm(logm(A)) == A
    assert logm(expm(A)) != A
    assert expm_frechet(A, A) == A * expm(A)
    assert text(derive(expm(t * A), t).result) == "A*expm(t*A)"
    assert text(derive(expm(-t * A) * B, t).result) == "-A*expm(-t*A)*B"
    assert text(derive(expm(t * A.T), t).result) == "expm(t*A)ᵀ*Aᵀ"
    assert "frechet" in text(derive(expm(t * A + B), t).result)
    assert expm(A.T) == Transpose(expm(A))
    assert explicit(expm(sp.diag(1, t))) == sp.diag(sp.E, sp.exp(t))
    assert isinstance(lyapunov(A, B), Sylvester)
    assert sylvester(A, A, Identity(n)) == Inverse(A) / 2
    one = MatrixSymbol("u", 1, 1)
    assert derive(sp.Trace(logm(one)), one).verify()


WITHOUT = {
    "logarithm": Trace(B * logm(-A * A.T)),
    "square root": Trace(B * sqrtm(-A * A.T)),
}


@pytest.mark.parametrize("name", WITHOUT)
def test_what_has_no_real_value_is_told(name):
    with pytest.raises(VerificationError, match="on the closed negative real axis"):
        derive(WITHOUT[name], A).verify({n: 2})


@pytest.mark.parametrize(
    "backend",
    ["numpy", *(pytest.param(name, marks=pytest.mark.needs(name)) for name in ("jax", "torch"))],
)
@pytest.mark.parametrize("function", [logm, sqrtm])
def test_code_tells_what_has_no_real_value(function, backend):
    value = derive(function(A), A).to_function(backend, value=True)
    wanted = {logm: scipy.linalg.logm, sqrtm: scipy.linalg.sqrtm}[function]
    right = np.array([[2.0, 1.0], [-1.0, 3.0]])
    assert np.allclose(np.asarray(value(A=right)[0]), wanted(right))
    assert np.isnan(np.asarray(value(A=np.array([[-1.0, 0.5], [0.0, 2.0]]))[0])).all()


@pytest.mark.parametrize("function", [expm, logm])
def test_second_derivatives(function):
    d = hessian(a.T * function(A) * b, A)
    assert d.replay() == d.result
    assert d.verify({n: 2}, points=1).entries == 16


def test_third_derivatives_of_exponentials_are_refused():
    jacobian = hessian(a.T * expm(t * A) * b, t).result
    assert derive(jacobian, t).verify({n: 2})
    with pytest.raises(UnsupportedError, match="no differential rule for ExpmJacobian"):
        derive(derive(expm(A), A).result, A)


READ = {
    "tr(A^k)": Trace,
    "expm(A)*logm(A)*sqrtm(A)": sp.MatMul,
    "sylvester(A, B, C)": Sylvester,
    "lyapunov(A, Q)": Sylvester,
}


@pytest.mark.parametrize("typed", READ)
def test_they_can_be_typed(typed):
    found = read_text(typed).expr
    assert isinstance(found, READ[typed])
    again = text(found).replace("**", "^")
    assert text(read_text(again).expr) == text(found)


@pytest.mark.parametrize("function", [expm, logm, sqrtm])
def test_one_row_is_a_matrix_too(function):
    assert derive(Trace(function(A * A.T)), A).verify({n: 1})


def test_a_wrong_rule_is_noticed():
    assert check_rule(RULES["Sylvester's equation"])
    rule = RULES["matrix power with a symbol as exponent"]
    for right in (
        lambda d, base, exponent: power_frechet(base, exponent - 1, d(base)),
        lambda d, base, exponent: exponent * base ** (exponent - 1) * d(base),
    ):
        with pytest.raises(RuleError):
            check_rule(replace(rule, right=right))
