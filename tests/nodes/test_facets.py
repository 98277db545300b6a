"""Every node is told in full, and what is told of it twice says the same."""

from __future__ import annotations

import random
from zlib import crc32

import numpy as np
import pytest
import sympy as sp
from sympy import MatrixSymbol, Symbol, symbols
from sympy.matrices.expressions.matexpr import MatrixElement

from derivlib import (
    BasisMatrix,
    ColumnBasis,
    ConvolutionMatrix,
    DividedDifferences,
    EigenFunction,
    EigenSum,
    EigvecMax,
    EigvecMin,
    Eigvecs,
    Expm,
    ExpmFrechet,
    ExpmJacobian,
    Logm,
    LogmFrechet,
    PowerFrechet,
    PowerJacobian,
    ResolventMax,
    ResolventMin,
    Sqrtm,
    absolute,
    adjugate,
    amax,
    amin,
    cholesky,
    circulant,
    clip,
    convolve,
    cross,
    derive,
    diagonal_sums,
    eigvalsh,
    elu,
    expm,
    hardmax,
    huber,
    khatri_rao,
    lambda_max,
    lambda_min,
    leaky_relu,
    logabsdet,
    logdet,
    logm,
    logsumexp,
    maximum,
    minimum,
    norm,
    pinv,
    polar,
    projector,
    relu,
    sigmoid,
    skew,
    softmax,
    sqrtm,
    squared_distances,
    sum_entries,
    sylvester,
    take_columns,
    take_rows,
    tril,
    triu,
    unvec,
    vec,
)
from derivlib.check.arrays.evaluator import Evaluator
from derivlib.check.arrays.jets import constant
from derivlib.expressions import facets
from derivlib.expressions.facets import Absent, Facets, facets_of, forget, tell
from derivlib.nodes import STRUCTURES, Commutation, Inner, OnVec, SingleEntry
from derivlib.nodes.adjugate import AdjugateJacobian
from derivlib.nodes.evaluation import Evaluation
from derivlib.nodes.grid import Grid
from derivlib.nodes.share import Share
from derivlib.nodes.symbolic import Symbolic

n, m = symbols("n m", integer=True, positive=True)
SIZES = {n: 3, m: 2}
A, X = MatrixSymbol("A", n, n), MatrixSymbol("X", n, m)
v, q = MatrixSymbol("v", 3, 1), MatrixSymbol("q", 3, 1)
x, y, t, u = MatrixSymbol("x", n, 1), MatrixSymbol("y", n, 1), Symbol("t"), Symbol("u")


@pytest.mark.parametrize("kind", facets.told(), ids=lambda kind: kind.__name__)
def test_every_node_has_every_facet_or_says_why_not(kind):
    assert not list(facets_of(kind).untold())
    for told in vars(facets_of(kind)).values():
        assert not isinstance(told, Absent) or len(told.why) > 5


def test_a_node_of_which_something_is_missing_is_noticed():
    class Halved(sp.MatrixExpr):
        pass

    tell(Halved, text="half", shape=facets.own_shape)
    try:
        assert facets_of(Halved).tex == r"\operatorname{half}"
        assert list(facets_of(Halved).untold()) == [
            "normal", "entries", "arrays", "code", "example"
        ]  # fmt: skip
    finally:
        forget(Halved)
    assert facets_of(Halved) == Facets(shape=facets.own_shape)


WITH_VALUES = {
    "sum": A + A.T * t,
    "product": t * X * X.T * A,
    "scalar sum and product": t * u + 2 * t**3,
    "sum over an index": (A * A)[0, 1],
    "power": (1 + t**2) ** sp.Rational(1, 2),
    "symbolic power": t**u,
    "whole matrix power": A**3,
    "power of a 1×1 matrix": sp.MatPow(x.T * x, sp.Rational(1, 2)),
    "negative matrix power": A**-2,
    "inverse": sp.Inverse(A),
    "transpose": X.T,
    "adjoint": sp.Adjoint(X),
    "conjugate": sp.conjugate(t),
    "real part": sp.re(t),
    "imaginary part": sp.im(t),
    "function of two indices": sp.FunctionMatrix(n, m, sp.Lambda((u, t), u**2 - 3 * t)),
    "Hadamard product": sp.HadamardProduct(X, X, 2 * X),
    "Hadamard power": sp.HadamardPower(X, 3),
    "Kronecker product": sp.KroneckerProduct(X, A),
    "Kronecker delta": sp.KroneckerDelta(n - 1, m) * t,
    "diagonal matrix of a vector": sp.DiagMatrix(x),
    "diagonal matrix of a row": sp.DiagMatrix(x.T),
    "diagonal matrix of a matrix": sp.DiagonalMatrix(A),
    "diagonal": sp.DiagonalOf(A),
    "lower triangle": tril(A),
    "upper triangle": triu(A),
    "sums of diagonals": diagonal_sums(A),
    "trace": sp.Trace(A),
    "determinant": sp.Determinant(A),
    "adjugate": adjugate(A),
    "derivative of an adjugate": AdjugateJacobian(A),
    "Moore–Penrose inverse": pinv(X),
    "Moore–Penrose inverse of rank one": pinv(x * v[0:2, :].T),
    "eigenvalues": eigvalsh(X.T * X),
    "eigenvectors": Eigvecs(X.T * X),
    "sum over eigenvalues": EigenSum(X.T * X, sp.Lambda(t, sp.tanh(t))),
    "function of eigenvalues": EigenFunction(X.T * X, sp.Lambda(t, sp.tanh(t))),
    "divided differences": DividedDifferences(x, x.applyfunc(sp.sin), x.applyfunc(sp.cos)),
    "largest eigenvalue": lambda_max(X.T * X),
    "smallest eigenvalue": lambda_min(X.T * X),
    "last eigenvector": EigvecMax(X.T * X),
    "first eigenvector": EigvecMin(X.T * X),
    "resolvent at the largest eigenvalue": ResolventMax(X.T * X),
    "resolvent at the smallest eigenvalue": ResolventMin(X.T * X),
    "spectral norm": norm(X, 2),
    "nuclear norm": norm(X.T, "nuc"),
    "orthogonal polar factor": polar(X),
    "Cholesky factor": cholesky(X.T * X),
    "matrix power of a size": A**m,
    "derivative of a power": PowerFrechet(A, m, A.T),
    "derivative of a negative power": PowerFrechet(A, -m, A.T),
    "derivative of a power, on vec": PowerJacobian(A, m),
    "derivative of a negative power, on vec": PowerJacobian(A, -m),
    "matrix exponential": expm(A),
    "matrix logarithm": logm(A),
    "matrix square root": sqrtm(A),
    "derivative of an exponential": ExpmFrechet(A, A * A.T),
    "derivative of a logarithm": LogmFrechet(A, A.T),
    "derivative of an exponential, on vec": ExpmJacobian(A),
    "solution of Sylvester's equation": sylvester(A, X.T * X, X),
    "projector": projector(X),
    "projector of rank two": projector(X * X.T),
    "logistic function": sigmoid(t),
    "logistic function of each entry": sigmoid(X),
    "permanent": sp.Permanent(A),
    "log-determinant": logdet(A),
    "norm": norm(X),
    "sum of entries": sum_entries(X),
    "softmax": softmax(x),
    "log-sum-exp": logsumexp(x.T),
    "softmax of rows": softmax(X, axis=1),
    "softmax of columns": softmax(X, axis=0),
    "log-sum-exp of rows": logsumexp(X, axis=-1),
    "log-sum-exp of columns": logsumexp(X, axis=0),
    "largest entry": amax(X),
    "smallest entry": amin(X.T),
    "largest of rows": amax(X, axis=1),
    "smallest of columns": amin(X, axis=0),
    "largest entry, the first": amax(X, at_tie=1),
    "smallest of rows, the last": amin(X, axis=1, at_tie=0),
    "where the largest is": hardmax(X),
    "where the first largest is": hardmax(X, at_tie=1),
    "where the last largest of rows is": hardmax(X, axis=1, at_tie=0),
    "where the largest of rows is": hardmax(X, axis=1),
    "where the largest of columns is": hardmax(-X, axis=0),
    "norm of rows": norm(X, axis=1),
    "norm of columns": norm(X, axis=0),
    "squared distances": squared_distances(A, X.T),
    "squared distances of one": squared_distances(X),
    "slice": X[1:3, :],
    "slice of a product": (A * X)[0:2, 1],
    "slice with steps": sp.Identity(4)[0:4:2, :],
    "rows by number": take_rows(X, [2, 0, 2]),
    "columns by number": take_columns(A, [1, 2]),
    "lower triangle below the diagonal": tril(A, -1),
    "upper triangle and a diagonal more": triu(A, -1),
    "Khatri–Rao product": khatri_rao(X, A * X),
    "circulant": circulant(x),
    "full convolution": convolve(x, A[0:2, :] * y),
    "convolution of the same length": convolve(A[0:2, :] * y, v, "same"),
    "valid convolution": convolve(v, A[0:2, :] * y, "valid"),
    **{
        f"matrix of a {mode} convolution": ConvolutionMatrix(v, sp.Integer(4), mode)
        for mode in ("full", "same", "valid")
    },
    **{
        f"basis of {mode} convolutions": ColumnBasis(mode, sp.Integer(3), sp.Integer(4))
        for mode in ("full", "same", "valid")
    },
    "basis of circulant matrices": ColumnBasis("circulant", n, n),
    "basis of skew matrices": ColumnBasis("skew", sp.Integer(3), sp.Integer(3)),
    "log-determinant of either sign": logabsdet(A) + logabsdet(-A),
    "cross product": cross(v, skew(v) * q),
    "skew-symmetric": skew(v),
    "vec": vec(X),
    "unvec": unvec(vec(X), (m, n)),
    "entry": MatrixElement(A, 2, 1),
    "dot product": sp.DotProduct(x, y),
    "blocks": sp.BlockMatrix([[A, X], [X.T, sp.ZeroMatrix(m, m)]]),
    "blocks on a diagonal": sp.BlockDiagMatrix(A, X),
    "function of each entry": X.applyfunc(sp.tanh),
    "function with a parameter": X.applyfunc(sp.Lambda(u, sp.sin(t * u))),
    "known function": sp.exp(t) + sp.atan(u),
    "largest": sp.Max(t, u),
    "smallest": sp.Min(t, u),
    "share of the largest": Share(t, u, 1 - t) + Share(t, t, u, u - 1),
    "rectified": relu(t - 1) + sum_entries(relu(X)),
    "clipped": clip(t, -sp.S(1) / 4, sp.S(1) / 2) + sum_entries(clip(X, -sp.S(1) / 4, u + 1)),
    "magnitude by its slope at 0": absolute(X, 1) * t + absolute(X, sp.S(1) / 3),
    "larger by its tie": maximum(X, u, 1) + maximum(t, u, 0) * X,
    "smaller by its tie": minimum(X, u, 1) + minimum(t, u, 0) * X,
    "leaky": leaky_relu(X, u),
    "exponential below 0": elu(X, u),
    "Huber's loss": huber(X, sp.S.Half),
    "steps": sp.Heaviside(t - 1) + sp.Heaviside(u - 1, 0) + sp.sign(t - u),
    "steps of each entry": X.applyfunc(sp.Lambda(t, sp.Heaviside(t, 0) + sp.Max(t, u))),
    "magnitude": sp.Abs(t - u),
    "choice": sp.Piecewise((t, t > u), (u**2, True)),
    "explicit": sp.ImmutableMatrix([[t, u], [2, t * u]]),
    "identity": sp.Identity(n),
    "zeros": sp.ZeroMatrix(n, m),
    "ones": sp.OneMatrix(n, m),
    "single entry": SingleEntry((n, m), 2, 1),
    "commutation": Commutation(n, m),
    "inner product": Inner(X, X),
    "matrix on a vec": OnVec(sp.KroneckerProduct(A, X.T), sp.KroneckerProduct(x.T, x)),
    **{f"{structure} basis": BasisMatrix(structure, n) for structure in STRUCTURES},
}


def defined(expr, sizes=SIZES):
    """The definition, entry by entry, as expressions."""
    ring = Symbolic()
    return Evaluation(lambda _: ring, sizes).value(expr)


def arrays_for(rng):
    """Values of every symbol above; square matrices have a positive determinant."""
    square = rng.normal(size=(3, 3))
    return {
        A: square @ square.T + rng.normal(size=(3, 3)) / 5 + np.eye(3),
        X: rng.normal(size=(3, 2)),
        **{s: rng.normal(size=(3, 1)) for s in (x, y, v, q)},
        **{s: abs(rng.normal()) + 0.5 for s in (t, u)},
    }


def numbers(value, arrays):
    """Numbers put into a definition."""
    entries = value.entries if isinstance(value, Grid) else (value,)
    shape = value.shape if isinstance(value, Grid) else (1, 1)
    known = {s: sp.Float(value) for s, value in arrays.items() if not s.is_Matrix}
    for symbol, array in arrays.items():
        if symbol.is_Matrix:
            for i, j in np.ndindex(array.shape):
                known[symbol[i, j]] = sp.Float(array[i, j])
    found = [float(sp.sympify(entry).xreplace(known).evalf()) for entry in entries]
    return np.array(found).reshape(shape)


OF_WHOLE_MATRICES = (Expm, Logm, Sqrtm, ExpmFrechet, LogmFrechet, ExpmJacobian)
"""What has no entries in symbols; precise numbers are tried in test_matrix_functions.py."""


@pytest.mark.parametrize(
    "name", [n for n, expr in WITH_VALUES.items() if not expr.has(*OF_WHOLE_MATRICES)]
)
def test_the_value_on_arrays_is_what_the_definition_says(name):
    arrays = arrays_for(np.random.default_rng(crc32(name.encode())))
    like = (1, 1)
    jets = {symbol: constant(value, like) for symbol, value in arrays.items()}
    found = Evaluator(SIZES, jets, like).value(WITH_VALUES[name])[0, 0]
    expected = numbers(defined(WITH_VALUES[name]), arrays)
    assert found.shape == expected.shape
    assert np.allclose(found.astype(float), expected, 1e-10, 1e-10)


@pytest.mark.parametrize("kind", facets.told(), ids=lambda kind: kind.__name__)
def test_every_node_with_a_value_is_compared(kind):
    """The table above leaves no node out that has entries."""
    entries = facets_of(kind).entries
    if isinstance(entries, Absent) or entries.under_differential or kind.__name__ in ABSTRACT:
        return
    met = {type(node) for expr in WITH_VALUES.values() for node in sp.preorder_traversal(expr)}
    assert any(kind in found.__mro__ for found in met), f"no example of {kind.__name__}"


ABSTRACT = {
    "AppliedUndef", "MatrixFunctionApplication", "PartialNode", "AbstractPartial", "Prime",
    "Derivative", "Subs", "NumberSymbol", "ImaginaryUnit", "BooleanFunction", "adjoint",
}  # fmt: skip
"""What has values only where an undefined function has, and numbers and conditions of any kind."""


def test_nothing_is_wanting_at_large_sizes():
    """Nodes without a value on arrays of their own have that of their definition."""
    big = {n: 30}
    constants = sp.DiagonalMatrix(A) * A
    assert derive(sp.Trace(constants * sp.DiagMatrix(x)), x).verify(big).method == "double"
    d = derive(sp.DotProduct(x, y), x)
    assert d.verify({n: 450}).method == "double"
    assert derive(sp.Permanent(MatrixSymbol("B", 3, 3)) * sp.Trace(A), A).verify(big)


def test_the_exact_judge_knows_permanents_and_deltas():
    B = MatrixSymbol("B", 3, 3)
    entries = [[random.Random(3).randint(-5, 5) + i * j for j in range(3)] for i in range(3)]
    value = defined(sp.Permanent(B), {})
    numbers = {B[i, j]: entries[i][j] for i in range(3) for j in range(3)}
    assert value.xreplace(numbers) == sp.Matrix(entries).per()
    d = derive(sp.KroneckerDelta(n, m) * sp.Trace(A), A)
    assert d.verify({n: 3, m: 3}, method="exact")
