"""The question of a derivation: asked as a reader would, it has the same answer."""

from __future__ import annotations

import pytest
from sympy import (
    Abs,
    Adjoint,
    DiagonalOf,
    Eq,
    Function,
    HadamardProduct,
    Identity,
    Lambda,
    Matrix,
    MatrixSymbol,
    OneMatrix,
    Q,
    Symbol,
    Trace,
    exp,
    log,
    re,
    sqrt,
    symbols,
)

from derivlib import (
    MatrixFunction,
    derive,
    hessian,
    logdet,
    norm,
    softmax,
    sum_entries,
    wirtinger,
)
from derivlib.check.claims.equation import is_equal
from derivlib.parsing.reading import read_text
from derivlib.site.ask import questions
from derivlib.site.ask.answers import Asked
from derivlib.site.ask.questions import NoQuestionError, asked_by, question_of, told_of

n, m, p = symbols("n m p", integer=True, positive=True)
X, W, b = MatrixSymbol("X", n, m), MatrixSymbol("W", m, p), MatrixSymbol("b", p, 1)
A, S, x, a = (MatrixSymbol(*of) for of in (("A", n, n), ("S", n, n), ("x", n, 1), ("a", n, 1)))
N, Z = MatrixSymbol("N", n, p), MatrixSymbol("Z", n, p)
row, capital = MatrixSymbol("r", 1, n), MatrixSymbol("B", n, 1)
mu, W_1, two = MatrixSymbol("mu", n, 1), MatrixSymbol("W_1", 4, 3), MatrixSymbol("u", 4, 1)
sigma, lam = Function("sigma"), Function("lambda")
u, z, v, w = Symbol("u"), Symbol("z"), MatrixSymbol("v", n, 1), MatrixSymbol("w", m, 1)
t, alpha, K = Symbol("t"), Symbol("alpha", positive=True), Symbol("K")
nu, phi = MatrixFunction("nu", (n, p)), MatrixFunction("phi", (n, p))
kernel = MatrixFunction("K", (n, n))(t)
root = Lambda(t, 1 / sqrt(t + alpha))
ones, many = OneMatrix(n, 1), [MatrixSymbol(f"v_{k}", n, 1) for k in range(200)]
layer = lam((X * W + ones * b.T).applyfunc(sigma))

DERIVATIONS = {
    "undefined functions": lambda: derive(layer, W),
    "matrix-valued functions": lambda: derive(lam(phi(nu(X, W))), W),
    "a matrix-valued function by a number": lambda: derive(
        n * logdet(kernel) - Trace(kernel * A), t
    ),
    "of entries alone": lambda: derive(X.applyfunc(sigma), X),
    "several variables": lambda: derive(layer, [W, b]),
    "names that are given": lambda: derive(lam(Z), W, where={Z: N.applyfunc(sigma), N: X * W}),
    "a name for the whole": lambda: derive(S, x, where={S: x * a.T}),
    "a Hessian": lambda: hessian(x.T * A * x, x),
    "a Hessian of a matrix": lambda: hessian(norm(X * W) ** 2, W),
    "a form of the author's": lambda: derive(x.T * A * x, x).concluding(A * x + A.T * x),
    "a structure": lambda: derive(logdet(S) + Trace(A * S), S, structure="symmetric"),
    "a structure twice": lambda: hessian(logdet(S), S, structure="symmetric"),
    "symmetric": lambda: derive(x.T * A * x, x, assuming=Q.symmetric(A)),
    "orthogonal": lambda: derive(Trace(X.T * A.T * A * X), X, assuming=Eq(A.T * A, Identity(n))),
    "invertible and lower triangular": lambda: derive(
        x.T * A * x, x, assuming=Q.invertible(A) & Q.lower_triangular(A)
    ),
    "typed, symmetric and the variable": lambda: derive("logdet(S) + tr(A*S), S symmetric", "S"),
    "Greek letters and numbers": lambda: derive((x - mu).T * A * (x - mu), mu),
    "an index": lambda: derive(norm(W_1.T * two) ** 2, W_1),
    "sizes that are numbers": lambda: derive(two.T * two, two),
    "sizes that are the same": lambda: derive(Trace(A * S), S),
    "a size in the formula": lambda: derive(n * logdet(S) + norm(x) ** 2 / n, S),
    "a row": lambda: derive(row * A * row.T, row),
    "a capital vector": lambda: derive(capital.T * A * capital, capital),
    "a capital number": lambda: derive(exp(-K * t) * K**2, t),
    "a positive number": lambda: derive(log(alpha) * Trace(A * S), alpha),
    "a number by letters of vectors": lambda: derive(Symbol("x") * Symbol("y") ** 2, Symbol("x")),
    "a vector by a number": lambda: derive(t * a + ones, t),
    "entry by entry": lambda: derive(sum_entries(HadamardProduct(X, X)), X),
    "a variance within a function of each entry": lambda: derive(
        lam((DiagonalOf(X.T * (Identity(n) - ones * ones.T / n) * X) / n).applyfunc(root)), X
    ),
    "softmax and a diagonal": lambda: derive(DiagonalOf(A * S).T * softmax(x), x),
}


def result_of(asked: Asked, derivation) -> list[tuple[object, object]]:
    """The results of an answer in the letters of a derivation, each with the derivation's own."""
    several = hasattr(derivation, "results")
    own = list(derivation.results.values()) if several else [derivation.result]
    variables = [*derivation.variables] if several else [derivation.wrt]
    letters = {}
    named = {s.name: s for s in {*derivation.expr.free_symbols, *variables}}
    for value in derivation.where.values():
        named |= {s.name: s for s in value.free_symbols}
    for result in asked.answer.results:
        found = result.derivation
        for symbol in {*found.result.free_symbols, *found.expr.free_symbols, found.wrt}:
            if symbol.name in named:
                letters.setdefault(symbol, named[symbol.name])
        for theirs, ours in [*letters.items()]:
            if theirs.is_Matrix:
                letters |= dict(zip(theirs.shape, ours.shape, strict=True))
    results = [each.derivation.result.xreplace(letters) for each in asked.answer.results]
    return [*zip(results, own, strict=True)]


@pytest.mark.parametrize("name", DERIVATIONS)
def test_the_question_has_the_same_answer(name):
    derivation = DERIVATIONS[name]()
    asked = Asked(asked_by(derivation))
    *_, last = asked.stages()
    assert last["stage"] == "verified", last
    assert last["agreed"]
    for found, own in result_of(asked, derivation):
        assert is_equal(found, own, definitions=derivation.where), (found, own)


def test_what_is_assumed_is_asked_too():
    derivation = DERIVATIONS["symmetric"]()
    told = [str(each) for each in derivation.assumptions]
    asked = Asked(asked_by(derivation))
    [*asked.stages()]
    assert [str(each) for each in asked.answer.derivation.assumptions] == told


def test_what_follows_is_not_stated():
    """A short question is one that a reader can change."""
    assert question_of(derive("norm2(X*w - y)^2", "w")) == {
        "formula": "norm(X*w - y)**2",
        "variable": "w",
        "order": 1,
        "structure": "",
        "layout": "",
        "numbers": "",
        "kinds": {},
    }


COMPLEX = {
    "a norm": lambda: wirtinger(norm(X * w - v) ** 2, w),
    "second derivatives": lambda: wirtinger(norm(X * w - v) ** 2, w).hessian,
    "scalars": lambda: wirtinger("abs(z)^2 + re(c*z)", "z", complex="z c"),
    "scalars of SymPy's": lambda: wirtinger(Abs(z) ** 2 * t + re(z * u), z, assuming=Q.real(t)),
    "a logarithm": lambda: wirtinger(logdet(Identity(n) + X * Adjoint(X)), X),
    "an adjoint": lambda: wirtinger(Trace(Adjoint(X * w + v) * X * w), w),
}


@pytest.mark.parametrize("name", COMPLEX)
def test_the_question_with_respect_to_a_complex_name_has_the_same_answer(name):
    derivation = COMPLEX[name]()
    question = asked_by(derivation)
    assert question["numbers"] == "complex"
    *_, derived, verified = Asked(question).stages()
    assert verified["agreed"]
    assert derived["text"] == str(derivation)
    assert [each["text"] for each in derived["results"]] == str(derivation).split("\n")


def test_scalars_that_are_complex_are_told_from_real_ones():
    (told,) = [asked_by(COMPLEX["scalars of SymPy's"]())]
    assert told["kinds"]["complex"] == ["u", "z"]
    complex_told = questions._told_by(COMPLEX["scalars of SymPy's"]())
    assert complex_told.is_read_in(read_text("t*abs(z)^2 + re(u*z)", complex="z u"))
    assert not complex_told.is_read_in(read_text("t*abs(z)^2 + re(u*conj(z))", complex="z u"))


MATRICES_OF_SYMBOLS = {
    "[t; u]": lambda: derive(t**2 * u, Matrix([t, u])),
    "[t; K]": lambda: hessian(t**2 * K + exp(K), Matrix([t, K])),
    "[t, u]": lambda: derive(t**2 * u, Matrix([[t, u]])),
    "[t, u; z, K]": lambda: derive(log(t * u + z) * K, Matrix([[t, u], [z, K]])),
    "[u; t]": lambda: derive(Matrix([t * u, t + u]), Matrix([u, t])),
}


@pytest.mark.parametrize("variable", MATRICES_OF_SYMBOLS)
def test_the_question_with_respect_to_a_matrix_of_symbols_has_the_same_answer(variable):
    derivation = MATRICES_OF_SYMBOLS[variable]()
    question = asked_by(derivation)
    assert question["variable"] == variable
    *_, derived, verified = Asked(question).stages()
    assert verified["agreed"]
    assert derived["text"] == str(derivation)


REFUSED = {
    "of a size that is a sum": (
        lambda: derive(lam(MatrixFunction("nu", (n + 1, p))(X, W)), W),
        "its text",
    ),
    "a Hermitian matrix": (
        lambda: wirtinger(Trace(Adjoint(X) * A * X), X, assuming=Q.hermitian(A)),
        "real or Hermitian",
    ),
    "something else": (lambda: derive(x.T * a, x).result, "takes no"),
    "a prime": (lambda: derive(MatrixSymbol("x'", n, 1).T * a, a), "its text"),
    "long": (
        lambda: derive(sum((A * MatrixSymbol(f"v_{k}", n, 1) for k in range(200)), x), x),
        "too long",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_typed_has_no_question(name):
    derive_it, reason = REFUSED[name]
    derivation = derive_it()
    assert question_of(derivation) is None
    with pytest.raises(NoQuestionError, match=reason):
        asked_by(derivation)
    assert reason in told_of(derivation)["refused"]


WRONG = {
    "xᵀ*Aᵀ*x + 1": "another formula",
    "x'*A*a": "another name",
    "x*A*x'": "another order",
    "x'*A*x, A symmetric": "something is assumed",
    "a": "a part",
}


@pytest.mark.parametrize("wrong", WRONG, ids=WRONG.values())
def test_a_text_that_says_something_else_is_not_handed_out(monkeypatch, wrong):
    derivation = derive(x.T * A * x, x)
    written = questions.text
    monkeypatch.setattr(
        questions, "text", lambda e, *_: wrong if e == derivation.expr else written(e)
    )
    assert question_of(derivation) is None


def test_other_sizes_are_something_else():
    told = questions._told_by(derive(lam(X), X))
    assert told.is_read_in(read_text("λ(X), λ function"))
    assert not told.is_read_in(read_text("λ(X), λ function, X in R^(n x n)"))
    assert not told.is_read_in(read_text("λ(X), λ function, X in R^(n x 3)"))
    told = questions._told_by(derive(norm(phi(X)), X))
    sized = "norm(φ(X)), X in R^(n x m), φ function in R^"
    assert told.is_read_in(read_text(sized + "(n x p)"))
    assert not told.is_read_in(read_text(sized + "(n x m)"))
    assert not told.is_read_in(read_text(sized + "(n x 2)"))
    assert not told.is_read_in(read_text("norm(φ(X)), X in R^(n x m), φ elementwise"))
