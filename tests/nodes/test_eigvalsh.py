"""Eigenvalues and Cholesky factors of symmetric matrices: definitions, and what is refused."""

from dataclasses import replace

import numpy as np
import pytest
import sympy as sp
from sympy import MatrixSymbol, Q, symbols

from derivlib import (
    Eigvecs,
    InputError,
    RuleError,
    ShapeError,
    UnsupportedError,
    VerificationError,
    cholesky,
    derive,
    eigvalsh,
    explicit,
    hessian,
    is_derivative,
    lambda_max,
    lambda_min,
    logm,
    norm,
    sum_entries,
)
from derivlib.check import check_rule, verify
from derivlib.check.scalars.fields import HighPrecision
from derivlib.check.scalars.numbers import at_points
from derivlib.rules import RULES

n, m = symbols("n m", integer=True, positive=True)
S, A = MatrixSymbol("S", n, n), MatrixSymbol("A", n, n)
X, x = MatrixSymbol("X", n, m), MatrixSymbol("x", n, 1)
t = sp.Symbol("t")


def at_a_point(expr, size):
    """The entries of S and of an expression at a random point, as NumPy's."""

    def action(point):
        values = point.evaluation({n: size}).value(S), point.evaluation({n: size}).value(expr)
        return [np.array(value.entries, float).reshape(value.shape) for value in values]

    (found,) = at_points(HighPrecision(), 0, 1, action)
    return found


@pytest.mark.parametrize("size", [3, 4])
def test_they_are_those_of_the_symmetric_part(size):
    at, values = at_a_point(eigvalsh(S), size)
    assert np.allclose(values.ravel(), np.linalg.eigvalsh((at + at.T) / 2), 1e-13)
    assert not np.allclose(values.ravel(), np.linalg.eigvalsh(at))


def test_eigenvectors_make_the_matrix_diagonal():
    at, vectors = at_a_point(Eigvecs(S), 4)
    turned = vectors.T @ (at + at.T) / 2 @ vectors
    assert np.allclose(turned, np.diag(np.linalg.eigvalsh((at + at.T) / 2)))
    assert np.allclose(vectors.T @ vectors, np.eye(4))


REFUSED = {
    "variable": (lambda: derive(lambda_max(S), S), 'structure="symmetric"'),
    "constant": (lambda: derive(t * lambda_min(S), t), r"assuming=Q.symmetric\(S\)"),
    "product": (
        lambda: hessian(lambda_max(S * S), S, structure="diagonal") and derive(
            sum_entries(eigvalsh(S * X * X.T)), X),
        r"S\*X\*Xᵀ is not known to be one; the symmetric part",
    ),
    "text": (lambda: derive("lambda_max(S)", "S"), r'symmetric=\["S"\]'),
    "claim": (lambda: is_derivative(S, lambda_max(S), S), "S is not known to be one"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_known_to_be_symmetric_is_refused(name):
    action, message = REFUSED[name]
    with pytest.raises(InputError, match=message):
        action()


def test_it_can_be_stated_in_each_way():
    assert derive(lambda_max(S), S, structure="symmetric").verify({n: 3})
    assert derive(lambda_max(t * S), t, assuming=Q.symmetric(S)).verify({n: 3})
    assert derive("lambda_max(S)", "S", symmetric=["S"]).verify({"n": 3})
    v = derive("lambda_max(S)", "S", symmetric=["S"]).result
    assert is_derivative(v, lambda_max(S), S, assuming=Q.symmetric(S))
    assert not is_derivative(2 * v, lambda_max(S), S, assuming=Q.symmetric(S))


def test_other_operands_are_refused():
    with pytest.raises(ShapeError, match="eigvalsh takes a square matrix, but X is n×m"):
        eigvalsh(X)
    with pytest.raises(InputError, match="lambda_max takes a matrix"):
        lambda_max(t)


def test_the_sum_of_all_is_the_trace():
    assert derive(sum_entries(eigvalsh(S)), S, structure="diagonal").result == sp.Identity(n)


def test_an_eigenvalue_that_is_not_simple_has_no_derivative():
    repeated = derive(lambda_min(x * x.T), x)
    assert repeated.verify({n: 2})
    told = r'an eigenvalue that is not simple in "eigvec_min\(x\*x\.T\)" at n=4\); give sizes'
    with pytest.raises(VerificationError, match=told):
        repeated.verify({n: 4})
    assert derive(lambda_max(x * x.T), x).verify({n: 4})


@pytest.mark.parametrize("matrix", [2 * sp.Identity(n), t * sp.Identity(n), sp.ZeroMatrix(n, n)])
def test_those_of_a_multiple_of_the_identity_are_known(matrix):
    scale = matrix[0, 0]
    assert lambda_max(matrix) == lambda_min(matrix) == scale
    assert sum_entries(eigvalsh(matrix).applyfunc(sp.exp)).subs(n, 3).doit() == 3 * sp.exp(scale)


turned = sp.kronecker_product(sp.Matrix([[t, 1], [1, -t]]), sp.eye(2))
ALIKE = {
    "multiple of the identity": (lambda_max(sp.Matrix([[t, 0], [0, t]])), t),
    "smallest of ones": (lambda_min(t**2 * sp.OneMatrix(4, 4)), sp.S.Zero),
    "largest of curves": (lambda_max(sp.diag(t**2 + 9, t**2 + 9, t - 7)), t**2),
    "largest of blocks": (lambda_max(turned), sp.sqrt(t**2 + 1)),
}
"""Eigenvalues that are equal to others whatever t is, and what they are plus a number."""


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("name", ALIKE)
def test_equal_eigenvalues_that_stay_equal_change_smoothly(name, order):
    expr, value = ALIKE[name]
    right = sp.diff(value, t, order)
    assert verify(expr, t, right, order=order)
    with pytest.raises(VerificationError, match="differs"):
        verify(expr, t, right + t, order=order)


def test_equal_eigenvalues_that_come_apart_have_no_derivative():
    orthonormal = sp.Eq(X.T * X, sp.Identity(m))
    with pytest.raises(VerificationError, match="an eigenvalue that is not simple"):
        verify(lambda_max(X.T * X), X, 0 * X, {n: 4, m: 3}, assuming=orthonormal)


POSITIVE = {
    "logarithms": lambda: derive(
        sum_entries(eigvalsh(S).applyfunc(sp.log)), S, structure="symmetric"
    ),
    "of a multiple": lambda: derive(
        sum_entries(eigvalsh(t * S).applyfunc(sp.log)), t, assuming=Q.symmetric(S)
    ),
    "of the smallest": lambda: hessian(sp.log(lambda_min(S)), S, structure="symmetric"),
    "logarithm": lambda: derive(sp.Trace(logm(S) * A), S, structure="symmetric"),
    "Cholesky factor": lambda: derive(sp.Trace(cholesky(S)), S, structure="symmetric"),
    "text": lambda: derive("sum(log(eigvalsh(S)))", "S", symmetric=["S"]),
}


@pytest.mark.parametrize("name", POSITIVE)
def test_points_are_found_where_eigenvalues_are_positive(name):
    assert POSITIVE[name]().verify({"n": 4})


def test_a_wrong_derivative_is_noticed_where_eigenvalues_are_positive():
    expr = sum_entries(eigvalsh(S).applyfunc(sp.log))
    assert not is_derivative(S.inv(), expr, S, structure="symmetric", sizes={n: 4})


ASSUMED = {
    "projection": [Q.symmetric(A), sp.Eq(A * A, A)],
    "orthonormal": sp.Eq(X.T * X, sp.Identity(m)),
}
REPEATED = {
    "columns": lambda: hessian(sum_entries(eigvalsh(x * x.T).applyfunc(sp.sin)), x),
    "projection": lambda: hessian(
        sum_entries(eigvalsh(t * A).applyfunc(sp.sin)),
        t,
        assuming=ASSUMED["projection"],
    ),
    "orthonormal": lambda: hessian(
        sum_entries(eigvalsh(X.T * X).applyfunc(sp.sin)),
        X,
        assuming=ASSUMED["orthonormal"],
    ),
    "nuclear": lambda: hessian(norm(t**3 * sp.Identity(n), "nuc"), t),
}
"""Hessians over eigenvectors of eigenvalues that are equal wherever one looks."""


@pytest.mark.parametrize("name", REPEATED)
def test_hessians_are_verified_where_eigenvalues_repeat(name):
    right = REPEATED[name]()
    sizes = {"n": 4, "m": 3}
    assert right.verify(sizes)
    numbers = {size: number for size, number in ((n, 4), (m, 3)) if right.expr.has(size)}
    with pytest.raises(VerificationError):
        verify(
            *(right.expr, right.wrt, 2 * right.result, numbers),
            order=2,
            assuming=ASSUMED.get(name, ()),
            definitions=right.shared,
        )


def test_what_depends_on_the_eigenvectors_chosen_has_no_value():
    with pytest.raises(VerificationError, match="eigenvalue that is not simple"):
        derive(lambda_min(x * x.T), x).verify({n: 4})
    claim = t * Eigvecs(sp.OneMatrix(3, 3))[0, 0]
    with pytest.raises(VerificationError, match="eigenvectors of an eigenvalue that is not simple"):
        verify(t**2 / 2, t, claim)


def test_a_condition_that_never_changes_has_no_border():
    chosen = sp.Piecewise((t, lambda_min(sp.Matrix([[2, 1], [1, 2]])) > 1), (t**2, True))
    assert derive(chosen, t).verify()
    assert not is_derivative(1, chosen, t)


def test_those_of_two_rows_are_written_out():
    two = S.subs(n, 2)
    found = explicit(lambda_max(two))
    at = {two[i, j]: (i + 2) * (j + 1) for i in range(2) for j in range(2)}
    assert float(found.subs(at)) == pytest.approx(np.linalg.eigvalsh([[2, 3.5], [3.5, 6]])[1])
    with pytest.raises(UnsupportedError, match="eigenvalues of a 3×3 matrix are not written out"):
        explicit(lambda_max(S), {n: 3})


def test_a_wrong_rule_is_noticed():
    right = RULES["largest eigenvalue"]
    assert check_rule(right)
    wrong = replace(right, right=lambda d, base: RULES["smallest eigenvalue"].right(d, base))
    with pytest.raises(RuleError):
        check_rule(wrong)


def test_a_singular_matrix_has_no_cholesky_factor():
    gradient = derive(norm(cholesky(X.T * X)) ** 2, X)
    assert gradient.verify({n: 4, m: 3})
    with pytest.raises(UnsupportedError, match="the Cholesky factor of a singular matrix"):
        gradient.verify({n: 2, m: 3})


def test_a_variable_is_positive_definite_only_with_a_structure():
    with pytest.raises(InputError, match="write structure='symmetric'"):
        derive(sp.Trace(cholesky(S)), S, assuming=Q.positive_definite(S))


def test_a_matrix_that_is_not_of_full_rank_has_no_polar_factor():
    with pytest.raises(UnsupportedError, match="not of full rank"):
        derive(norm(x * x.T, "nuc"), x).verify({n: 3})
