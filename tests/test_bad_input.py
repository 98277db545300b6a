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
    Rational,
    Symbol,
    Trace,
    Transpose,
    besselj,
    conjugate,
    exp,
    symbols,
    tanh,
    zoo,
)
from sympy.matrices.expressions.diagonal import DiagMatrix
from sympy.matrices.expressions.matexpr import MatrixElement

from derivlib import (
    BasisMatrix,
    DerivlibError,
    InputError,
    MatrixFunction,
    ShapeError,
    SizesError,
    UndefinedError,
    UnsupportedError,
    aligned,
    d,
    derive,
    differential,
    element_matrix,
    formal,
    latex,
    norm,
    partial,
    prime,
    show,
    softmax,
    sum_entries,
    text,
    tril,
    unvec,
    vec,
)
from derivlib.nodes import Commutation, SingleEntry

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
    "vec of unfinished text": (lambda: vec("X+"), InputError, r"vec takes a SymPy.*not 'X\+'"),
    "norm of nothing": (lambda: norm(None), InputError, "norm takes a SymPy expression"),
    "softmax of text": (lambda: softmax("x"), InputError, "softmax takes a SymPy expression"),
    "triangle of text": (lambda: tril("X"), InputError, "tril takes a SymPy expression"),
    "unvec without a shape": (lambda: unvec(vec(X), 3), InputError, "unvec needs its shape"),
    "unvec with a shape of text": (lambda: unvec(vec(X), "nm"), InputError, "unvec needs its"),
    "unvec with sizes of text": (lambda: unvec(vec(X), ("n", m)), InputError, "not 'n'"),
    "shape of three": (lambda: MatrixFunction("nu", (n, m, p)), InputError, "pair"),
    "shape below zero": (lambda: MatrixFunction("nu", (-1, n)), ShapeError, "size -1"),
    "shape of halves": (lambda: MatrixFunction("nu", (n, n + Rational(1, 2))), ShapeError, "1/2"),
    "function without a name": (lambda: MatrixFunction(3, (n, n)), InputError, "a name such as"),
    "function of text": (lambda: MatrixFunction("nu", (n, n))("X"), InputError, "nu takes"),
    "basis below zero": (lambda: BasisMatrix("symmetric", -1), ShapeError, "size -1"),
    "basis of text": (lambda: BasisMatrix("symmetric", "n"), InputError, "not 'n'"),
    "basis of a matrix": (lambda: BasisMatrix("symmetric", X), InputError, "the matrix X"),
    "d of text": (lambda: d("x"), InputError, "d takes a SymPy expression, not 'x'"),
    "d of nothing": (lambda: d(None), InputError, "d takes a SymPy expression, not None"),
    "d of a list": (lambda: d([X]), InputError, "d takes a SymPy expression"),
    "formal of text": (lambda: formal("L", "x"), InputError, "formal takes a SymPy expression"),
    "formal by text": (lambda: formal(t, "x"), InputError, "formal takes a SymPy expression"),
    "partial of text": (lambda: partial("f"), InputError, "partial takes an abstract function"),
    "partial of a known function": (lambda: partial(exp(t)), InputError, "partial takes an abst"),
    "partial beyond the arguments": (
        lambda: partial(sigma(t), 3), InputError, r"sigma\(t\) has no argument at position 3"),
    "partial before the arguments": (lambda: partial(sigma(t), -1), InputError, "position of an"),
    "partial by text": (lambda: partial(sigma(t), "t"), InputError, "position of an argument"),
    "prime of text": (lambda: prime("s"), InputError, "prime takes a function of one scalar"),
    "prime of a matrix": (lambda: prime(X), InputError, "prime takes a function of one scalar"),
    "prime below zero": (lambda: prime(sigma, -2), InputError, "whole number from 0, not -2"),
    "prime of half an order": (lambda: prime(sigma, 0.5), InputError, "whole number"),
    "commutation of text": (lambda: Commutation("m", 2), InputError, "not 'm'"),
    "single entry of text": (lambda: SingleEntry((2, 2), "i", 0), InputError, "not 'i'"),
    "aligned number": (lambda: aligned(3), InputError, "aligned takes a mapping"),
    "aligned expressions": (lambda: aligned([X]), InputError, "aligned takes pairs"),
    "LaTeX of text": (lambda: latex("x"), InputError, "latex takes a SymPy expression"),
    "LaTeX of nothing": (lambda: latex(None), InputError, "latex takes a SymPy expression"),
    "text of nothing": (lambda: text(None), InputError, "text takes a SymPy expression"),
    "nothing shown": (lambda: show(None), InputError, "takes a SymPy expression"),
    "steps by name": (
        lambda: derive(lam(layer), W).substitutions("a"), InputError, "no steps a to"),
    "half a step": (
        lambda: derive(lam(layer), W).substitutions(1.5), InputError, "no steps 1.5 to"),
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
}  # fmt: skip


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
