"""What cannot be done is refused with an error of our own that says what, where and what next."""

from __future__ import annotations

import ast
import re as re_module
from pathlib import Path

import pytest
from expressions import A, U, W, X, lam, layer, m, n, p, sigma, t, x, y
from sympy import (
    Abs,
    AccumBounds,
    Determinant,
    DiracDelta,
    Function,
    FunctionMatrix,
    HadamardPower,
    HadamardProduct,
    Identity,
    Inverse,
    Lambda,
    MatMul,
    MatPow,
    Matrix,
    MatrixSymbol,
    OneMatrix,
    Permanent,
    Rational,
    Sum,
    Symbol,
    Trace,
    Transpose,
    ZeroMatrix,
    besselj,
    conjugate,
    exp,
    floor,
    re,
    sin,
    sqrt,
    symbols,
    tanh,
    zoo,
)
from sympy.matrices.expressions.diagonal import DiagMatrix
from sympy.matrices.expressions.matexpr import MatrixElement

import derivlib
from derivlib import (
    BasisMatrix,
    DerivlibError,
    InputError,
    MatrixFunction,
    ShapeError,
    SizesError,
    UndefinedError,
    UnsupportedError,
    VerificationError,
    aligned,
    amax,
    broadcast_to,
    cholesky,
    circulant,
    clip,
    convolve,
    cross,
    d,
    derive,
    differential,
    element_matrix,
    elu,
    explicit,
    formal,
    hardmax,
    hinge,
    hstack,
    huber,
    is_derivative,
    khatri_rao,
    latex,
    leaky_relu,
    logabsdet,
    logsumexp,
    mean,
    norm,
    partial,
    pinv,
    polar,
    prime,
    projector,
    relu,
    show,
    skew,
    softmax,
    squared_distances,
    sum_entries,
    take_columns,
    take_rows,
    text,
    tril,
    unvec,
    vec,
    vstack,
)
from derivlib.check import size_symbols, verify
from derivlib.nodes import Commutation, SingleEntry

k = symbols("k", integer=True, positive=True)
K = MatrixSymbol("K", k, p)
i, j = symbols("i j", integer=True)
a, b = symbols("a b")
A3, q, w = MatrixSymbol("A", 3, 3), MatrixSymbol("q", 3, 1), MatrixSymbol("w", m, 1)
single = MatrixSymbol("s", 1, 1)
bounded = t**2 / (Determinant(t * A + 2 * Identity(n)) ** 2 + 1)

REFUSED = {
    "not SymPy": (lambda: derive(len, X), InputError, "expr must be a SymPy expression"),
    "a list": (lambda: derive([X], X), InputError, "expr must be"),
    "wrt not SymPy": (lambda: derive(Trace(A), len), InputError, "wrt must be a SymPy"),
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
        r'no differential rule for Permanent in "Permanent\(A\*U\)"; derivlib.register adds',
    ),
    "no rule, deeper": (
        lambda: derive(Trace(A * U) * Permanent(U), U),
        UnsupportedError,
        r"Permanent.*\(inside Mul\)",
    ),
    "symbolic power": (lambda: derive(Trace(U**a), U), UnsupportedError, "MatPow.*inside Trace"),
    "with respect to an exponent": (
        lambda: derive(Trace(U**k), k), InputError, r"k is a whole number, an exponent in tr"),
    "elementwise without derivative": (
        lambda: derive(sum_entries(X.applyfunc(floor)), X),
        UnsupportedError,
        "floor",
    ),
    "floor of a trace": (lambda: derive(floor(Trace(U)), U), UnsupportedError, "floor"),
    "matrix parameter inside": (
        lambda: derive(sum_entries(X.applyfunc(Lambda(t, t * Trace(U)))), U),
        UnsupportedError,
        "inside SumEntries",
    ),
    "missing size": (lambda: derive(lam(layer), W).verify({n: 4, m: 3}), SizesError, "p"),
    "no sizes": (lambda: derive(lam(layer), W).elementwise(), SizesError, "m, n, p"),
    "misspelt size": (
        lambda: derive(lam(layer), W).verify({n: 4, m: 3, Symbol("pp"): 2}),
        SizesError,
        "no value for the size p; size pp does not occur",
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
    "softmax of a matrix": (lambda: softmax(X), ShapeError, "n×m; say axis=1 for each row"),
    "log-sum-exp of a matrix": (lambda: logsumexp(X), ShapeError, "n×m; say axis=1 for each row"),
    "softmax along no axis": (lambda: softmax(X, axis=2), InputError, "axis of softmax is 1 for"),
    "log-sum-exp along a name": (lambda: logsumexp(X, "rows"), InputError, "axis .* not 'rows'"),
    "softmax of the rows of a scalar": (lambda: softmax(t, axis=1), InputError, "takes a matrix"),
    "largest of text": (lambda: amax("x"), InputError, "amax takes a SymPy expression"),
    "largest along no axis": (lambda: amax(X, axis=2), InputError, "axis of amax is 1 for"),
    "a tie that is shared otherwise": (
        lambda: amax(X, at_tie=0.3), InputError, "at_tie of amax is 1 if the first"),
    "a tie in words": (
        lambda: hardmax(X, at_tie="first"), InputError, "not 'first'"),
    "places of a scalar": (lambda: hardmax(t), InputError, "hardmax takes a matrix"),
    "mean of a scalar": (lambda: mean(t), InputError, "mean takes a matrix"),
    "sums along a name": (lambda: sum_entries(X, "rows"), InputError, "axis of sum_entries"),
    "norm of no order": (lambda: norm(X, "max"), InputError, "ord of norm is a number"),
    "norm of order 0": (lambda: norm(q, 0), InputError, "other than 0"),
    "norm of order 3 of a matrix": (lambda: norm(X, 3), InputError, r"norm\(vec\(A\), p\)"),
    "smallest singular value": (
        lambda: norm(X, -2), UnsupportedError, r"write sqrt\(lambda_min\(A.T\*A\)\)"),
    "Cholesky factor of what may not be symmetric": (
        lambda: derive(Trace(cholesky(A3)), A3), InputError, "A is not known to be one"),
    "polar factor of a scalar": (lambda: polar(t), InputError, "polar takes a matrix"),
    "Frobenius norm of rows": (lambda: norm(X, "fro", axis=1), InputError, "norm of matrices"),
    "broadcasting a misfit": (lambda: broadcast_to(w, (n, p)), ShapeError, "w, which is m×1"),
    "broadcasting a column as a row": (
        lambda: broadcast_to(w, (n, m)), ShapeError, "w.T for a row"),
    "distances of misfits": (
        lambda: squared_distances(X, W), ShapeError, "X is n×m and W is m×p"),
    "Moore–Penrose inverse of a scalar": (
        lambda: pinv(t), InputError, "pinv takes a matrix"),
    "projector of text": (lambda: projector("A"), InputError, "projector takes"),
    "distances of text": (lambda: squared_distances("x"), InputError, "squared_distances takes"),
    "slice in steps that do not fit": (
        lambda: derive(norm(A3[0:3:2, :]), A3), ShapeError, "steps of 2, which does not divide 3"),
    "slice in unknown steps": (lambda: derive(norm(X[::2, :]), X), ShapeError, "does not divide n"),
    "slice backwards": (
        lambda: derive(norm(A3[2:0:-1, :]), A3), UnsupportedError, r"take_rows\(…, \[2, 1, 0\]\)"),
    "row that is none": (lambda: take_rows(A3, [3]), ShapeError, "has no row 3"),
    "row from an unknown end": (lambda: take_rows(X, [-1]), InputError, "from 0, not -1"),
    "rows of text": (lambda: take_rows(X, "01"), InputError, "a list of whole numbers"),
    "no columns": (lambda: take_columns(X, []), InputError, "at least one column"),
    "triangle with half an offset": (
        lambda: tril(A, 0.5), InputError, "k of tril is a whole number"),
    "stacking misfits": (lambda: vstack([X, W]), ShapeError, "X is n×m and W is m×p"),
    "stacking nothing": (lambda: hstack([]), InputError, "at least one matrix"),
    "stacking one by one": (lambda: hstack(X), InputError, r"hstack\(\[A, B\]\)"),
    "Khatri–Rao product of misfits": (
        lambda: khatri_rao(X, W), ShapeError, "X is n×m and W is m×p"),
    "circulant matrix of a row": (lambda: circulant(q.T), ShapeError, "write q.T.T|write q"),
    "circulant matrix of a matrix": (lambda: circulant(X), ShapeError, "a column, but X is n×m"),
    "convolution of text": (lambda: convolve("x", q), InputError, "convolve takes a SymPy"),
    "convolution of no mode": (lambda: convolve(q, q, "all"), InputError, "not 'all'"),
    "convolution of unknown lengths": (
        lambda: convolve(w, x, "valid"), ShapeError, "which column is longer"),
    "cross product of longer columns": (
        lambda: cross(q, x), ShapeError, "three entries, but x is n×1"),
    "skew matrix of a matrix": (lambda: skew(A3), ShapeError, "A is 3×3"),
    "log-determinant of either sign of a rectangle": (
        lambda: logabsdet(X), ShapeError, "a square matrix, but X is n×m"),
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
    "differential of a function": (lambda: differential(len, X), InputError, "expr must be"),
    "a name that is not there": (lambda: derive(Trace(A), "B"), InputError, "no B in .* A, n"),
    "kinds without a text": (lambda: derive(Trace(A), A, symmetric="A"), InputError, "no text"),
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
    "the inverse of a 1×1 zero": (
        lambda: derive(Trace(Inverse(ZeroMatrix(1, 1))) * Trace(U), U),
        UndefinedError,
        r'"\(0\[1×1\]\)⁻¹" has no value',
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
    "an impulse": (lambda: derive(DiracDelta(Trace(U)), U), UnsupportedError, "rule for Dirac"),
    "floor entry by entry": (
        lambda: derive(sum_entries(X.applyfunc(Lambda(t, t * floor(t)))), X),
        UnsupportedError,
        "no differential rule for floor in the elementwise function",
    ),
    "relu of text": (lambda: relu("x"), InputError, "relu takes a SymPy expression"),
    "bounds in the wrong order": (lambda: clip(t, 1, 0), InputError, "the lower bound first"),
    "a bound for each entry": (lambda: clip(X, 0, X), InputError, "the same for each entry"),
    "clip of text": (lambda: clip("x", 0, 1), InputError, "clip takes a SymPy expression"),
    "a slope at the end of no step": (lambda: clip(t, 0, 1, at_ends=2), InputError, "0 and 1"),
    "a slope that is no number": (lambda: leaky_relu(t, at_zero=t), InputError, "at a kink"),
    "a slope beside a smooth kink": (lambda: elu(t, at_zero=0), InputError, "1 and 1, not 0"),
    "a Huber loss without a number": (lambda: huber(t, t), InputError, "is positive, and of t"),
    "a negative Huber loss": (lambda: huber(t, -1), InputError, "is positive, and of -1"),
    "hinge of text": (lambda: hinge("x"), InputError, "hinge takes a SymPy expression"),
    "rounding entry by entry": (
        lambda: derive(sum_entries(X.applyfunc(Lambda(t, t * floor(t)))), X),
        UnsupportedError,
        "no differential rule for floor in the elementwise function",
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
    "a matrix function of a constant": (
        lambda: derive(exp(A) * Trace(U), U), UnsupportedError, "exp as a function of the matrix"),
    "a list of lists": (
        lambda: derive([[1, 2], [3, 4]], X), InputError, r"of type list; write Matrix\(\[\["),
    "a symbolic power": (
        lambda: derive(A**a, A), UnsupportedError, r'symbols\("a", integer=True, positive=True\)'),
    "half a power": (lambda: derive(A**2.5, A), UnsupportedError, "a whole number.* and is 2.5;"),
    "an absolute value": (
        lambda: derive(Abs(A), A), UnsupportedError, r"Abs of a matrix .* A\.applyfunc\(Abs\)"),
    "an absolute value of a column": (
        lambda: derive(Abs(x), x), ShapeError, r"Abs of a matrix .* x\.applyfunc\(Abs\)"),
    "a sum over some of the rows": (
        lambda: derive(Sum(x[i, 0] ** 2, (i, 1, n - 1)), x),
        UnsupportedError,
        r"write the sum without indices, such as x.T\*x .* \.doit\(\)",
    ),
    "the same, in a sum over all rows": (
        lambda: derive(Sum(x[i, 0] * Sum(x[i, 0], (i, 1, n - 1)), (i, 0, n - 1)), x),
        UnsupportedError,
        "write the sum without indices",
    ),
    "an index in three places": (
        lambda: derive(Sum(A[i, i] * x[i, 0], (i, 0, n - 1)), x),
        UnsupportedError,
        "write the sum without indices",
    ),
    "a sum over as many rows as there are columns": (
        lambda: derive(Sum(A[i, i] * t, (i, 0, m - 1)), A),
        UnsupportedError,
        "write the sum without indices",
    ),
    "a function of indices": (
        lambda: derive(FunctionMatrix(n, n, Lambda((i, j), x[i, 0] * x[j, 0])), x),
        UnsupportedError,
        r"rule for FunctionMatrix .* \.as_explicit\(\)",
    ),
    "entries of a result over names": (
        lambda: explicit(derive(Matrix(A3).inv().trace(), A3).result),
        UnsupportedError,
        r"over names.*explicit\(d\.result, sizes, definitions=d\.shared\)",
    ),
    "an index in code that may be any number": (
        lambda: derive(A[a, b] ** 2, A).to_code(),
        InputError,
        r'symbols\("a b", integer=True\)',
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_refused_with_what_where_and_what_next(name):
    call, kind, message = REFUSED[name]
    with pytest.raises(kind, match=message):
        call()


INSTEAD = {
    "product of columns": (x * y, ["x.T*y", "x*y.T", "HadamardProduct(x, y)"]),
    "product of columns in a product": (A * x * y, ["x.T*y", "x*y.T"]),
    "product with a transpose too many": (X.T * W, ["X*W"]),
    "product in the wrong order": (W * X, ["X*W"]),
    "quadratic form without a transpose": (x * A * x, ["x.T*A"]),
    "square of a column": ((X * w - y) ** 2, [
        "(X*w - y).T*(X*w - y)", "(X*w - y)*(X*w - y).T", "HadamardPower(X*w - y, 2)",
    ]),
    "square of a rectangle": (X * X, ["X.T*X", "X*X.T", "HadamardPower(X, 2)"]),
    "cube of a rectangle": (X**3, ["HadamardPower(X, 3)"]),
    "root of a column": (sqrt(x), ["HadamardPower(x, Rational(1, 2))"]),
    "product of a Hadamard product": (
        HadamardProduct(x, y) * x, ["HadamardProduct(x, y).T*x", "HadamardProduct(x, y)*x.T"]),
    "product of functions of entries": (
        x.applyfunc(tanh) * y, ["x.applyfunc(tanh).T*y", "HadamardProduct(x.applyfunc(tanh), y)"]),
    "function of a sum": (tanh(A * x + y), ["(A*x + y).applyfunc(tanh)"]),
    "function of a rectangle": (sin(X), ["X.applyfunc(sin)"]),
    "function of a square matrix": (exp(A), ["A.applyfunc(exp)"]),
    "function of two scalars": (besselj(t, A), ["A.applyfunc(Lambda(z, besselj(t, z)))"]),
    "root of a square matrix": (A ** Rational(1, 2), ["A.applyfunc(sqrt)"]),
    "symbolic power": (A**t, ["HadamardPower(A, t)"]),
}  # fmt: skip
"""What is typed and refused, and what its message says to write, the shortest first."""


@pytest.mark.parametrize("name", INSTEAD)
def test_what_a_message_says_to_write_can_be_derived(name):
    expr, instead = INSTEAD[name]
    variable = next(v for v in (A, X, x) if expr.has(v))
    with pytest.raises(DerivlibError) as refused:
        derive(expr, variable)
    places = [str(refused.value).find(each) for each in instead]
    assert -1 not in places, refused.value
    assert places == sorted(places)
    for each in instead:
        scope = {"z": Symbol("z"), "w": w}
        written = eval(each, globals(), scope)
        assert derive(written, variable).verify({s: 2 + len(s.name) for s in size_symbols(written)})


UNDERSTOOD = {
    "square of a column times it": ((x.T * x) * x, x, x * (x.T * x)),
    "quadratic form times a column": ((x.T * A * x) * x, x, x * (x.T * A * x)),
    "dot product times a matrix": ((x.T * y) * A, x, A * Trace(x.T * y)),
    "dot product inside a product": (A * (x.T * y) * x, x, A * x * (x.T * y)),
    "two scalars": ((x.T * y) * x * (x.T * A * y), x, Trace(x.T * y) * Trace(x.T * A * y) * x),
    "scalar inside of a scalar": (x.T * (y.T * x) * A * y, x, Trace(x.T * y) * Trace(x.T * A * y)),
    "1×1 symbol": (single * x, x, Trace(single) * x),
    "scalar under a function": (
        ((x.T * x) * x).applyfunc(tanh), x, (x * (x.T * x)).applyfunc(tanh)),
    "entry of a 1×1 matrix": ((x.T * A * x)[0, 0] + 1, x, Trace(x.T * A * x) + 1),
    "entry of a product": ((A * X)[0, 1], A, MatrixElement(A * X, 0, 1)),
    "entry of a product of three": ((A * X * W)[1, 0], X, MatrixElement(A * X * W, 1, 0)),
    "entry of a product with transposes": (
        (A.T * X * w)[1, 0], X, MatrixElement(A.T * X * w, 1, 0)),
    "entry of a square": ((A**2)[0, 1], A, MatrixElement(A * A, 0, 1)),
    "entry of a cube": ((A**3)[1, 0], A, MatrixElement(A * A * A, 1, 0)),
    "entry of a product with a square": ((A * A * X)[0, 1], A, MatrixElement(A * A * X, 0, 1)),
    "entry of a product with a sum": (
        ((A + 2 * A.T) * X)[0, 1], A, MatrixElement(A * X + 2 * A.T * X, 0, 1)),
    "entry of a multiple": ((2 * X.T * A * X)[1, 0], X, 2 * MatrixElement(X.T * A * X, 1, 0)),
    "entry of a product with a function": (
        (A * (A * x).applyfunc(tanh))[1, 0], x, MatrixElement(A * (A * x).applyfunc(tanh), 1, 0)),
    "entry with an index": (
        (A * X)[i, j].subs({i: 1, j: 0}), A, MatrixElement(A * X, 1, 0)),
    "sum of squares": (Sum(x[i, 0] ** 2, (i, 0, n - 1)), x, x.T * x),
    "sum of products": (Sum(x[i, 0] * A[i, j] * y[j, 0], (i, 0, n - 1), (j, 0, n - 1)), x,
                        x.T * A * y),
    "sum of all squares": (Sum(X[i, j] ** 2, (i, 0, n - 1), (j, 0, m - 1)), X, Trace(X.T * X)),
    "sum of a diagonal": (Sum(t * A[i, i], (i, 0, n - 1)), A, t * Trace(A)),
    "sum of a column": (Sum(X[i, 1], (i, 0, n - 1)), X, MatrixElement(X.T * OneMatrix(n, 1), 1, 0)),
    "sum of a function": (Sum(exp(x[i, 0]), (i, 0, n - 1)), x, sum_entries(x.applyfunc(exp))),
    "sum with a cube": (
        Sum(x[i, 0] ** 3 * y[i, 0], (i, 0, n - 1)), x, HadamardPower(x, 3).T * y),
    "norm of an explicit matrix": (Matrix(q).norm(), q, norm(q)),
    "square of an absolute value": (Abs(Trace(A)) ** 2, A, Trace(A) ** 2),
    "adjoint": (Trace(A.adjoint() * A), A, Trace(A.T * A)),
    "adjoint of a column": (x.adjoint() * A * x, x, x.T * A * x),
    "adjoint of a product": (Trace((A * X).adjoint() * X), A, Trace(X.T * A.T * X)),
    "conjugate": (conjugate(Trace(A)) * x, A, Trace(A) * x),
    "real part": (re(Trace(A)) ** 2, A, Trace(A) ** 2),
    "power that is a float": (A**2.0, A, A * A),
    "inverse power that is a float": (A**-1.0, A, Inverse(A)),
    "function of indices": (
        FunctionMatrix(3, 3, Lambda((i, j), q[i, 0] * q[j, 0] ** 2)), q, q * HadamardPower(q, 2).T),
}  # fmt: skip
"""What SymPy makes of what is typed, the variable, and the same in plain matrix notation."""


@pytest.mark.parametrize("name", UNDERSTOOD)
def test_what_sympy_writes_is_understood(name):
    """The judge is handed the plain form, which needs no understanding."""
    expr, wrt, plain = UNDERSTOOD[name]
    result = derive(expr, wrt).result
    sizes = {s: 2 + "nmp".index(s.name) for s in size_symbols(plain, wrt, result)}
    assert verify(plain, wrt, result, sizes)
    with pytest.raises(VerificationError):
        verify(plain, wrt, 2 * result, sizes)


def test_the_judge_reads_a_scalar_factor_as_well():
    claim = Trace(x.T * x) * Identity(n) + 2 * x * x.T
    assert is_derivative(claim, (x.T * x) * x, x)
    assert not is_derivative(claim - x * x.T, (x.T * x) * x, x)


def test_a_scalar_stands_for_a_1x1_matrix():
    r, s = MatrixSymbol("r", n, 1), Symbol("s")
    d = derive(exp(-s), w, where={s: r.T * r, r: X * w - y})
    assert d.verify({n: 3, m: 2})
    assert text(d.result) == "-2*exp(-s)*Xᵀ*r"


def test_messages_name_pages_that_exist():
    """A reader has no use for a path, and none for the title of a page that is gone."""
    root = Path(derivlib.__file__).parent
    told = "".join(path.read_text() for path in root.rglob("*.py"))
    named = set(re_module.findall(r'page "([^"]+)"', told))
    titles = {
        line[2:]
        for page in root.parent.joinpath("docs").rglob("*.md")
        for line in page.read_text().splitlines()
        if line.startswith("# ")
    }
    assert named
    assert named <= titles
    assert not re_module.search(r"how-to/|derivlib/[a-z]+/[a-z_]+\.py", _texts(root))


def _texts(root):
    """Every text in the package that is no docstring."""
    found = []
    for path in root.rglob("*.py"):
        tree = ast.parse(path.read_text())
        docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        found += [
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in docstrings
        ]
    return "\n".join(found)


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
