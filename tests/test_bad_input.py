"""What cannot be done is refused with an error of our own that says what, where and what next."""

from __future__ import annotations

import pytest
from expressions import A, U, W, X, lam, layer, m, n, p, sigma, t, x, y
from sympy import (
    Abs,
    AccumBounds,
    Adjoint,
    Determinant,
    Function,
    HadamardPower,
    HadamardProduct,
    Heaviside,
    Identity,
    Lambda,
    MatMul,
    MatPow,
    Matrix,
    MatrixSymbol,
    Max,
    OneMatrix,
    Permanent,
    Piecewise,
    Symbol,
    Trace,
    Transpose,
    besselj,
    conjugate,
    exp,
    sqrt,
    symbols,
    tanh,
    zoo,
)
from sympy.matrices.expressions.diagonal import DiagMatrix
from sympy.matrices.expressions.matexpr import MatrixElement

from derivlib import (
    DerivlibError,
    InputError,
    MatrixFunction,
    ShapeError,
    SizesError,
    UndefinedError,
    UnsupportedError,
    derive,
    differential,
    element_matrix,
    softmax,
    sum_entries,
    unvec,
    vec,
)

k = symbols("k", integer=True, positive=True)
K = MatrixSymbol("K", k, p)
bounded = t**2 / (Determinant(t * A + 2 * Identity(n)) ** 2 + 1)

REFUSED = {
    "not SymPy": (lambda: derive("X", X), InputError, "expr must be a SymPy expression"),
    "a list": (lambda: derive([X], X), InputError, "expr must be"),
    "wrt not SymPy": (lambda: derive(Trace(A), "A"), InputError, "wrt must be a SymPy"),
    "wrt compound": (lambda: derive(Trace(A * U), 2 * U), InputError, r'not the expression "2\*U"'),
    "wrt a product": (lambda: derive(lam(layer), X * W), InputError, r'expression "X\*W"'),
    "wrt a number": (lambda: derive(Trace(A), 3), InputError, 'expression "3"'),
    "wrt a size": (lambda: derive(Trace(X.T * X), n), InputError, "n is a size of X"),
    "product of misfits": (
        lambda: derive(Trace(X * K * X.T), X),
        ShapeError,
        r'do not fit in "X\*K\*Xᵀ": X is n×m, K is k×p',
    ),
    "a transposed factor": (lambda: derive(lam(X.T * W), X), ShapeError, "Xᵀ is m×n, W is m×p"),
    "misfit hidden by an identity": (
        lambda: derive(lam(MatMul(X, Identity(k))), X),
        ShapeError,
        "I is k×k",
    ),
    "sum of misfits": (lambda: derive(lam(X * W + W), W), ShapeError, "W is m×p"),
    "Hadamard of misfits": (
        lambda: derive(sum_entries(HadamardProduct(X, X * W)), X),
        ShapeError,
        "do not fit",
    ),
    "trace of a rectangle": (lambda: derive(Trace(X * W), X), ShapeError, "needs a square matrix"),
    "power of a rectangle": (lambda: derive(lam(MatPow(X, 2)), X), ShapeError, "square"),
    "no rule": (
        lambda: derive(Permanent(A * U), U),
        UnsupportedError,
        r'no differential rule for Permanent in "Permanent\(A\*U\)"; see how-to/add-a-rule',
    ),
    "no rule, deeper": (
        lambda: derive(Trace(A * Adjoint(U)), U),
        UnsupportedError,
        r"Adjoint.*\(inside MatMul\)",
    ),
    "symbolic power": (lambda: derive(Trace(U**k), U), UnsupportedError, "MatPow.*inside Trace"),
    "elementwise without derivative": (
        lambda: derive(sum_entries(X.applyfunc(Abs)), X),
        UnsupportedError,
        r"abs|Abs",
    ),
    "maximum of a trace": (lambda: derive(Max(Trace(U), 0), U), UnsupportedError, "Max"),
    "conjugate of a trace": (lambda: derive(conjugate(Trace(U)), U), UnsupportedError, "rule for"),
    "abs of a trace": (lambda: derive(Abs(Trace(U)), U), UnsupportedError, "Abs"),
    "matrix in a scalar function": (lambda: derive(exp(U), U), DerivlibError, "exp"),
    "matrix parameter inside": (
        lambda: derive(sum_entries(X.applyfunc(Lambda(t, t * Trace(U)))), U),
        UnsupportedError,
        "inside SumEntries",
    ),
    "root of a power that SymPy cannot take": (
        lambda: (
            derive(sqrt(Trace(softmax(bounded * x.T * y).T * softmax(bounded * x.T * y))), t).result
        ),
        UnsupportedError,
        "SymPy cannot take the root.*letter",
    ),
    "missing size": (lambda: derive(lam(layer), W).verify({n: 4, m: 3}), SizesError, "p"),
    "no sizes": (lambda: derive(lam(layer), W).verify(), SizesError, "m, n, p"),
    "misspelt size": (
        lambda: derive(lam(layer), W).verify({n: 4, m: 3, Symbol("pp"): 2}),
        SizesError,
        "pp",
    ),
    "size zero": (lambda: derive(lam(layer), W).verify({n: 4, m: 3, p: 0}), SizesError, "positive"),
    "size of entries": (lambda: derive(lam(layer), W).elementwise({n: 4}), SizesError, "m, p"),
    "size of stages": (lambda: derive(lam(layer), W).stepwise({n: 4}), SizesError, "m, p"),
    "instantiate what is not there": (
        lambda: derive(lam(layer), W).instantiate({Function("tau"): tanh}),
        InputError,
        "tau does not occur",
    ),
    "instantiate the variable": (
        lambda: derive(lam(layer), W).instantiate({W: X}),
        InputError,
        "is the variable",
    ),
    "sum of a scalar": (lambda: sum_entries(t), InputError, "scalar t"),
    "vec of a scalar": (lambda: vec(t), InputError, "scalar t"),
    "unvec of the wrong size": (lambda: unvec(vec(X), (n, n)), ShapeError, "cannot lay out"),
    "shape not a pair": (lambda: MatrixFunction("nu", n), InputError, "pair"),
    "elements of unknown size": (lambda: element_matrix(X), InputError, "n×m"),
    "differential of text": (lambda: differential("X", X), InputError, "expr must be"),
    "a diagonal matrix of a matrix": (
        lambda: derive(Trace(DiagMatrix(U) * A), U),
        ShapeError,
        r'DiagMatrix in "Diag\(U\)" needs a column or a row, but U is n×n',
    ),
    "another symbol of the same name": (
        lambda: derive(Symbol("t", positive=True) ** 2, Symbol("t")),
        InputError,
        "another t than the variable occurs: it has other assumptions",
    ),
    "another matrix of the same name": (
        lambda: derive(Trace(U), MatrixSymbol("U", n, m)),
        InputError,
        "another U than the variable occurs: it is n×n and the variable n×m",
    ),
    "a scalar of the name of a matrix": (
        lambda: derive(Trace(U) * Symbol("U"), U),
        InputError,
        "another U than the variable occurs: it is a scalar and the variable n×n",
    ),
    "a size of ones": (
        lambda: derive(sum_entries(OneMatrix(n, m)) * t, n),
        InputError,
        r"n is a size of 1\[n×m\]",
    ),
    "an entry that is not finite": (
        lambda: derive(Trace(Matrix([[zoo, 1], [0, 1]]) * MatrixSymbol("C", 2, 2)), t),
        UndefinedError,
        "has no value",
    ),
    "a derivative that is not finite": (
        lambda: derive(0 ** Trace(U), U),
        UndefinedError,
        "has no value, or its derivative has none",
    ),
    "a range of numbers": (
        lambda: derive(AccumBounds(0, 1) * Trace(U), U),
        UndefinedError,
        "has no value",
    ),
    "a step": (lambda: derive(Heaviside(Trace(U)), U), UnsupportedError, "rule for Heaviside"),
    "a step entry by entry": (
        lambda: derive(sum_entries(X.applyfunc(Lambda(t, t * Heaviside(t)))), X),
        UnsupportedError,
        "no differential rule for Heaviside in the elementwise function",
    ),
    "a choice entry by entry": (
        lambda: derive(sum_entries(X.applyfunc(Lambda(t, Piecewise((t, t > 0), (0, True))))), X),
        UnsupportedError,
        "no differential rule for Piecewise in the elementwise function",
    ),
    "a matrix inside an elementwise function": (
        lambda: derive(sum_entries(X.applyfunc(Lambda(t, t * Trace(A)))), X),
        UnsupportedError,
        "a matrix in the elementwise function .* put a symbol in its place",
    ),
    "a negative index": (lambda: derive(X[-1, 0], X), ShapeError, r"no entry \(-1, 0\)"),
    "an index that is no integer": (
        lambda: derive(MatrixElement(X, 0.5, 0), X),
        ShapeError,
        "indices are integers, counted from 0",
    ),
    "a matrix as an exponent": (
        lambda: derive(sum_entries(HadamardPower(X, X)), X),
        UnsupportedError,
        "a matrix as exponent",
    ),
    "a scalar to an elementwise power": (
        lambda: derive(sum_entries(HadamardPower(2, X)), X),
        UnsupportedError,
        "a matrix as exponent",
    ),
    "a function without this derivative": (
        lambda: derive(besselj(Trace(U), t), U),
        UnsupportedError,
        "no derivative is known for",
    ),
    "a 1×1 matrix as a factor": (
        lambda: derive(Trace((x.T * y) * U), U),
        ShapeError,
        r"a 1×1 matrix is no scalar factor; say Trace\(xᵀ\*y\)",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_with_what_where_and_what_next(name):
    call, kind, message = REFUSED[name]
    with pytest.raises(kind, match=message):
        call()


def test_constants_may_be_anything():
    """What does not vary needs no rule: it is carried along."""
    result = derive(Determinant(A) * Trace(A * U), U).result
    assert result == Determinant(A) * A.T


def test_sizes_equal_after_expansion_fit():
    a, b = MatrixSymbol("a", n, (m + 1) * p), MatrixSymbol("b", m * p + p, n)
    assert derive(Trace(a * b), a).result == b.T


def test_an_unevaluated_transpose_is_understood():
    assert derive(Trace(Transpose(X) * X), X).result == 2 * X


def test_sigma_of_a_vector_and_a_row():
    assert derive(sum_entries(x.applyfunc(sigma)), x).result.shape == (n, 1)
    assert derive(sum_entries(x.T.applyfunc(sigma)), x).result.shape == (n, 1)
