"""Variables as SymPy's users have them: a Matrix of symbols, an entry, a list for the Hessian."""

from __future__ import annotations

import pickle

import mpmath
import pytest
import sympy
from expressions import A, B, U, X, m, n, t, x
from sympy import (
    Determinant,
    Function,
    ImmutableDenseMatrix,
    Inverse,
    Matrix,
    MatrixSymbol,
    Q,
    Symbol,
    Trace,
    cos,
    exp,
    lambdify,
    log,
    sin,
    symbols,
)

from derivlib import (
    EntrywiseDerivation,
    InputError,
    UnsupportedError,
    VerificationError,
    derive,
    explicit,
    hessian,
    latex,
)
from derivlib.check import check_entries

u, v, w = symbols("u v w")
SCALAR = u**2 * v + exp(u * v) * sin(w)
COLUMN = Matrix([u * v, u + v * w, log(w)])


@pytest.mark.parametrize("shape", [(3, 1), (1, 3)])
def test_a_gradient_has_the_shape_of_the_matrix_of_symbols(shape):
    wrt = Matrix(*shape, [u, v, w])
    d = derive(SCALAR, wrt)
    assert d.result.expand() == Matrix(*shape, [SCALAR.diff(s).expand() for s in (u, v, w)])
    assert d.verify().shape == shape
    assert d.elementwise().expand() == d.result.expand()
    assert d.replay() == d.result


@pytest.mark.parametrize("wrt", [Matrix([u, v]), Matrix([[u, v]]), Matrix([[u, v], [w, t]])])
def test_a_jacobian_is_that_of_sympy(wrt):
    d = derive(COLUMN, wrt)
    assert d.result == COLUMN.jacobian(list(wrt.T))
    assert d.verify().shape == (3, len(wrt))
    assert len(d.parts) == len(wrt)
    assert d.replay() == d.result


def test_a_jacobian_of_a_matrix_is_on_stacked_columns():
    F = Matrix([[u, u * v], [v**2, 1]])
    d = derive(F, Matrix([u, v]))
    assert d.result == Matrix([u, v**2, u * v, 1]).jacobian([u, v])
    assert d.verify().entries == 8


@pytest.mark.parametrize("wrt", [[u, v, w], (u, v, w), Matrix([u, v, w]), Matrix([[u, v, w]])])
def test_a_hessian_by_a_list_is_that_of_sympy(wrt):
    d = hessian(SCALAR, wrt)
    assert d.result.expand() == sympy.hessian(SCALAR, [u, v, w]).expand()
    assert d.verify().shape == (3, 3)
    assert d.elementwise().expand() == d.result.expand()
    assert d.replay() == d.result
    assert d.order == 2


def test_symbols_stand_beside_matrices_of_any_size():
    d = derive(Trace(u * A + v * A.T * A), Matrix([u, v]))
    assert d.verify({n: 3}).sizes == (("n", 3),)
    assert d.result == Matrix(
        [derive(u * Trace(A), u).result, derive(v * Trace(A.T * A), v).result]
    )
    with pytest.raises(UnsupportedError, match=r'"u\*A" is n×n.*derive it by each symbol alone'):
        derive(u * A, Matrix([u, v]))


def test_a_wrong_entry_is_refused():
    d = derive(SCALAR, Matrix([u, v]))
    forged = type(d)(d.written, d.wrt, d.premises, (derive(2 * SCALAR, [u, v]),))
    with pytest.raises(VerificationError, match=r"entry \(1, 1\)"):
        forged.verify()


def test_it_is_an_operand_and_shows_itself():
    d = derive(u**2 * v, Matrix([u, v]))
    assert isinstance(d, EntrywiseDerivation)
    assert d == Matrix([2 * u * v, u**2])
    assert 2 * d == 2 * d.result
    assert repr(d) == "∂L/∂[u; v] = [2*u*v; u**2]"
    assert latex(d) == d.equation.tex
    assert r"\frac{\partial L}{\partial v} &= u^{2}" in d._repr_latex_()
    assert str(d.lines()).endswith("∂L/∂v = u**2   [first identification theorem]")
    assert pickle.loads(pickle.dumps(d)) == d
    with pytest.raises(AttributeError, match=r"use d\.result\.T"):
        d.T  # noqa: B018


def test_abstract_functions_and_assumptions():
    f = Function("f")
    d = derive(f(u, v), Matrix([u, v]))
    assert d.verify()
    assert d.instantiate({f: lambda a, b: a * b}) == Matrix([v, u])
    given = derive(u * x.T * A * x, Matrix([u, v]), assuming=Q.symmetric(A))
    assert given.verify({n: 2}).assumptions == ("A symmetric",)
    S = Symbol("S")
    named = derive(S**2, Matrix([u, v]), where={S: u * v})
    assert named.verify()
    assert named.where == {S: u * v}


# --- an entry of a matrix ---------------------------------------------------------------


def test_code_is_right():
    place = {u: 0.7, v: -0.4, w: 1.3}

    def at_place(expr):
        return pytest.approx([float(entry) for entry in Matrix([expr]).subs(place)])

    for wrt in (Matrix([u, v]), Matrix([[v, u]]), Matrix([[u, v], [t, w]])):
        d = derive(SCALAR, wrt)
        value, gradient = d.to_function(value=True, args=[u, v, w, t])(0.7, -0.4, 1.3, 9.0)
        assert value == pytest.approx(float(SCALAR.subs(place)))
        assert gradient.shape == tuple(size for size in wrt.shape if size > 1)
        assert gradient.ravel() == at_place([SCALAR.diff(symbol) for symbol in wrt])
    second = hessian(SCALAR, [u, v])
    value, gradient, found = second.to_function(value=True)(0.7, -0.4, 1.3)
    assert gradient == at_place([SCALAR.diff(u), SCALAR.diff(v)])
    assert found.ravel() == at_place(list(sympy.hessian(SCALAR, [u, v])))
    F = Matrix([SCALAR, u - w * v, v**3])
    found = derive(F, Matrix([v, u])).to_function()(v=-0.4, u=0.7, w=1.3)
    assert found.ravel() == at_place(list(F.jacobian([v, u])))


def test_code_is_over_given_names_and_reads_on_one_line():
    s = Symbol("S")
    d = derive(s * u**2, Matrix([u, v]), where={s: sin(u * v)})
    assert d.to_function()(0.5, 2.0) == pytest.approx(
        [float((sin(u * v) * u**2).diff(by).subs({u: 0.5, v: 2})) for by in (u, v)]
    )
    assert "∂L/∂[u; v] = [u*(2*S + u*v*cos(u*v)); u**3*cos(u*v)]" in d.to_code()


def test_code_needs_known_functions():
    d = derive(Function("f")(u * v), Matrix([u, v]))
    with pytest.raises(InputError, match="instantiate"):
        d.to_code()
    assert "cos(u * v)" in d.instantiate({Function("f"): sin}).to_code()


def test_code_of_a_result_over_names():
    long = u
    for k in range(12):
        long = sin(long * v + k) * long
    d = derive(long, Matrix([u, v]))
    assert d.shared
    value, place = lambdify((u, v), long, "mpmath"), (0.9, 0.6)
    by_differences = [mpmath.diff(value, place, order) for order in ((1, 0), (0, 1))]
    assert d.to_function()(*place) == pytest.approx([float(slope) for slope in by_differences])


@pytest.mark.parametrize(
    "expr",
    [A * x, x.T * A * x, Trace(A * U * A), Inverse(A), Determinant(A), sin(A[0, 0]), A[1, 0] * A],
)
@pytest.mark.parametrize("place", [(0, 0), (1, 0)])
def test_an_entry_of_a_matrix(expr, place):
    d = derive(expr, A[place])
    assert d.verify({n: 3, m: 2})
    assert d.replay() == d.result
    assert str(d.wrt) == f"a_{place[0] + 1}1"


def test_the_entry_of_a_column_is_the_entry_of_the_gradient():
    d = derive(x.T * A * x, x[1])
    gradient = derive(x.T * A * x, x).result
    assert check_entries(explicit(d, {n: 3}), explicit(gradient, {n: 3})[1])
    with pytest.raises(VerificationError):
        check_entries(explicit(d, {n: 3}), explicit(gradient, {n: 3})[0])


def test_the_derivative_by_an_entry_is_that_of_sympy():
    C = MatrixSymbol("C", 2, 2)
    d = derive(Trace(C * C * C), C[0, 1])
    entries = C.as_explicit()
    truth = (entries**3).trace().diff(entries[0, 1])
    assert check_entries(explicit(d, {}), truth)


def test_entries_with_letters_for_indices_and_several_of_them():
    i, j = symbols("i j", integer=True)
    d = derive(A * x, A[i, j])
    assert d.verify({n: 3, i: 2, j: 0}).sizes == (("n", 3), ("i", 2), ("j", 0))
    joint = derive(x.T * A * x, [x[0], x[1]])
    assert [str(symbol) for symbol in joint] == ["x_11", "x_21"]
    assert all(joint.verify({n: 3}).values())
    assert hessian(x.T * A * x, x[0]).verify({n: 3})


def test_what_does_not_occur_has_the_derivative_zero():
    assert derive(u, A[0, 0]).result == 0


def test_letters_that_are_taken_are_not_used_twice():
    d = derive(Symbol("a_11") * Trace(A), A[0, 0])
    assert str(d.wrt) == "t_11"
    assert d.verify({n: 2})


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: derive(x.T * A * x, x.T), "differentiate with respect to x, and take in_layout"),
        (lambda: derive(u, Matrix([u, u])), "u occurs twice in wrt"),
        (lambda: derive(u, Matrix([u, 2 * v])), r'made of symbols, and "2\*v" is none'),
        (lambda: derive(x.T * x, [x, x[0]]), "x and an entry of it"),
        (lambda: derive(B, B[0, 0], where={B: X.T * X}), "B is defined, and its entries"),
        (lambda: hessian(x.T * x, [x]), 'made of symbols, and "x" is none'),
        (lambda: hessian(COLUMN, [u]), "only a scalar has a Hessian"),
        (lambda: derive(u, Matrix([u]), structure="symmetric"), "a structure is that of one"),
        (lambda: hessian(u, [u], structure="symmetric"), "a structure is that of one"),
        (lambda: derive(A, A[0, 0], assuming=Q.symmetric(A)), "A is defined"),
        (lambda: derive(cos(u) * A, Matrix(0, 1, [])), "wrt is empty"),
    ],
)
def test_what_is_no_variable_is_refused(call, message):
    with pytest.raises(InputError, match=message):
        call()


def test_an_explicit_result_is_immutable():
    assert isinstance(derive(u * v, Matrix([u, v])).result, ImmutableDenseMatrix)


def test_a_long_hessian_is_over_names_in_verdict_and_code():
    place = {u: 0.9, v: 0.6}
    long = u
    for k in range(3):
        long = sin(long * v + k) * long
    d = hessian(long, [u, v])
    assert d.shared
    assert d.verify(points=1)
    assert d.to_function()(0.9, 0.6).ravel() == pytest.approx(
        [float(long.diff(a, b).subs(place)) for a in (u, v) for b in (u, v)]
    )


def test_a_name_for_two_things_is_refused():
    left, right = u, v
    for k in range(3):
        left, right = sin(left * u + k) * left, exp(right * v + k) * right
    d = hessian(left + right + u * v, [u, v])
    for ask in (d.verify, d.to_code):
        with pytest.raises(UnsupportedError, match=r'stands for "sin\(u\*\*2\)" in one entry'):
            ask()
