"""Entries, values and NumPy code of results, as SymPy's own objects have them."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp
from results import (
    CONSTANTS,
    RESULTS,
    SIZES,
    A,
    C,
    X,
    at_sizes,
    f,
    lam,
    m,
    n,
    sigma,
    t,
    v,
    w,
    with_numbers,
    x,
    y,
)
from sympy import Identity, Matrix, OneMatrix, Q, Trace, ZeroMatrix, ask
from sympy.matrices.expressions.matexpr import MatrixElement
from sympy.matrices.matrixbase import MatrixBase

from derivlib import (
    BasisMatrix,
    Commutation,
    SingleEntry,
    UndefinedError,
    UnsupportedError,
    amax,
    amin,
    cholesky,
    circulant,
    derive,
    diagonal_sums,
    eigvalsh,
    hardmax,
    khatri_rao,
    lambda_max,
    logabsdet,
    logdet,
    logsumexp,
    norm,
    pinv,
    polar,
    projector,
    softmax,
    squared_distances,
    sum_entries,
    take_rows,
    tril,
    triu,
    unvec,
    vec,
)
from derivlib.check.values.explicit import explicit as entries_by_the_judge
from derivlib.nodes.node import NodeBase

ABSTRACT = {
    name for name, result in RESULTS.items() if result.has(lam, sigma, f) or "abstract" in name
}


def numbers_in(expr):
    """The entries of an expression of which everything is known, as floating-point numbers."""
    matrix = expr if isinstance(expr, MatrixBase) else Matrix([[expr]])
    return np.array(matrix.evalf().tolist(), dtype=float)


def with_known_entries(matrix):
    """Numbers in place of the entries of the matrices, and of t."""
    at = {at_sizes(symbol): value for symbol, value in CONSTANTS.items()} | CONSTANTS
    known = {e: at[e.parent][e.i, e.j] for e in matrix.atoms(MatrixElement)}
    return matrix.xreplace(known).subs(t, sp.Rational(3, 2))


def numbers_by_the_judge(result):
    """The same by what the judge says the entries are, with numbers put in for symbols."""
    found = entries_by_the_judge(result, {s: SIZES[s] for s in SIZES if result.has(s)})
    return numbers_in(with_known_entries(found))


NUMERIC = [name for name in RESULTS if name not in ABSTRACT]


@pytest.mark.parametrize("name", NUMERIC)
def test_numbers_come_out_where_numbers_are_put_in(name):
    """DiagonalOf, SymPy's, raises for explicit matrices: there the numbers are put in last."""
    result = RESULTS[name]
    if result.has(sp.DiagonalOf):
        result = with_known_entries(at_sizes(result).as_explicit())
    else:
        result = with_numbers(result)
        result = (result.as_explicit() if result.is_Matrix else result).doit()
    assert np.allclose(numbers_in(result), numbers_by_the_judge(RESULTS[name]), 1e-12, 1e-12)


@pytest.mark.parametrize("name", NUMERIC)
def test_no_entry_stays_unevaluated(name):
    result = at_sizes(RESULTS[name])
    if result.is_Matrix:
        elements = result.as_explicit().atoms(MatrixElement)
        assert all(isinstance(element.parent, sp.MatrixSymbol) for element in elements)


@pytest.mark.parametrize("name", NUMERIC)
def test_no_node_of_ours_stays_where_doit_reaches(name):
    """DiagMatrix, DiagonalOf and HadamardPower, SymPy's, do not carry out what is in them."""
    if RESULTS[name].has(sp.DiagonalOf):
        return  # SymPy's raises
    left = with_numbers(RESULTS[name]).doit()
    stops = (sp.DiagMatrix, sp.DiagonalOf, sp.HadamardPower)
    walk = sp.preorder_traversal(left)
    for node in walk:
        if isinstance(node, stops):
            walk.skip()
        assert not isinstance(node, NodeBase) or not node.has(sp.ImmutableDenseMatrix)


def test_values_of_explicit_matrices():
    column, square = Matrix([3, 4]), Matrix([[1, 2], [3, 4]])
    assert norm(column).doit() == 5
    assert float(norm(column)) == 5.0
    assert norm(Matrix([1, 1])).evalf(30) == sp.sqrt(2).evalf(30)
    assert sp.N(logsumexp(Matrix([0, 0]))) == sp.log(2).evalf()
    assert logdet(sp.eye(2)).doit() == 0
    assert sum_entries(square).doit() == 10
    assert tril(square).doit() == Matrix([[1, 0], [3, 4]])
    assert triu(square).doit() == Matrix([[1, 2], [0, 4]])
    assert vec(square).doit() == Matrix([1, 3, 2, 4])
    assert unvec(Matrix([1, 3, 2, 4]), (2, 2)).doit() == square
    assert softmax(Matrix([0, sp.log(3)])).doit() == Matrix([1, 3]) / 4
    assert softmax(Matrix([[0, sp.log(3)]])).doit() == Matrix([[1, 3]]) / 4
    assert diagonal_sums(square).doit() == Matrix([[5, 2], [3, 5]])
    assert (1 + norm(2 * column) ** 2).doit() == 101


def test_normal_forms_of_constants():
    assert norm(ZeroMatrix(n, 1)).doit() == 0
    assert logdet(Identity(n)).doit() == 0
    assert sum_entries(OneMatrix(n, m)).doit() == n * m
    assert tril(Identity(n)).doit() == Identity(n)
    assert norm(tril(ZeroMatrix(n, n))).doit() == 0
    assert tril(tril(A)).doit(deep=False) == tril(A)


def test_entries_inside_of_sympys_own_nodes():
    K, S = Commutation(3, 2), softmax(v)
    M = sp.MatrixSymbol("M", 6, 6)
    for expr in (K * M, M * K, sp.HadamardProduct(K, M), K + M, K.T, sp.KroneckerProduct(K, S)):
        assert expr.as_explicit() == entries_by_the_judge(expr)
    assert K[0, 0] == 1
    assert S[-1, 0] == S[2, 0]
    assert isinstance(Commutation(n, m)[0, 1], MatrixElement)
    assert isinstance(Commutation(500, 500)[0, 1], MatrixElement)  # too many to be written out


def test_transposes_traces_and_what_is_known():
    assert Commutation(n, m) == Commutation(m, n).T
    assert Commutation(m, n) == derive(X.T, X).result.T
    assert SingleEntry((m, n), 1, 0) == SingleEntry((n, m), 0, 1).T
    assert triu(A) == tril(A.T).T
    assert sp.Transpose(tril(A)) == tril(A).T
    assert Trace(tril(A)).doit() == Trace(A)
    assert norm(x).is_nonnegative
    assert all(s.is_real for s in (norm(x), logabsdet(A), logsumexp(x)))
    assert all(s.is_real is None for s in (logdet(A), sum_entries(X), Trace(A)))  # may be complex
    assert sp.sqrt(norm(x) ** 2) == sp.Abs(norm(x)) == norm(x)
    assert sp.log(sp.exp(logabsdet(A))) == logabsdet(A)
    assert ask(Q.orthogonal(Commutation(n, m)))
    assert ask(Q.lower_triangular(tril(A)))
    assert ask(Q.upper_triangular(triu(A)))
    assert ask(Q.lower_triangular(triu(A))) is None


# --- code --------------------------------------------------------------------------------

CODE = {
    "norm": norm(X * w - y),
    "sum of entries": sum_entries(X) * X,
    "log-determinant": logdet(A) * A,
    "softmax": softmax(A * x),
    "log-sum-exp": logsumexp(A * x),
    "softmax of rows": softmax(A * X, axis=1),
    "log-sum-exp of columns": logsumexp(A * X, axis=0),
    "triangles": tril(A) + triu(C),
    "largest entry": amax(X) * X,
    "smallest of rows": amin(X, axis=1),
    "norm of columns": norm(X, axis=0),
    "Moore–Penrose inverse": pinv(X),
    "eigenvalues": eigvalsh(X.T * X),
    "largest eigenvalue": lambda_max(X.T * X),
    "spectral norm": norm(X, 2),
    "nuclear norm": norm(X, "nuc"),
    "orthogonal polar factor": polar(X),
    "Cholesky factor": cholesky(X.T * X),
    "projector": projector(X),
    "squared distances": squared_distances(X, A * X),
    "rows by number": take_rows(A * X, [2, 0, 2]),
    "triangle below the diagonal": tril(A, -1),
    "Khatri–Rao product": khatri_rao(X, A * X),
    "circulant": circulant(x),
    "log-determinant of either sign": logabsdet(A) * A,
    "vec": vec(X),
    "unvec": unvec(vec(X.T), (n, m)),
    "commutation": Commutation(3, 2) * vec(X),
    "basis": BasisMatrix("symmetric", 3) * sp.MatrixSymbol("s", 6, 1),
    "entry": SingleEntry((3, 3), 0, 1) * A,
}


@pytest.mark.parametrize("name", CODE)
def test_lambdify_writes_numpy(name):
    expr = at_sizes(CODE[name])
    symbols = sorted(expr.atoms(sp.MatrixSymbol), key=str)
    known = {at_sizes(symbol): value for symbol, value in CONSTANTS.items()}
    values = [known.get(s, sp.ImmutableMatrix([1, 2, 3, 4, 5, 6])) for s in symbols]
    for modules in ("numpy", None):
        found = sp.lambdify(symbols, expr, modules)(
            *(np.array(value.tolist(), dtype=float) for value in values)
        )
        exact = expr.subs(dict(zip(symbols, values, strict=True)))
        exact = exact.as_explicit() if exact.is_Matrix else exact.doit()
        assert np.allclose(found, numbers_in(exact).reshape(np.shape(found)))


def test_lambdify_says_what_it_cannot_write():
    with pytest.raises(UnsupportedError, match="to_function"):
        sp.lambdify([X], BasisMatrix("symmetric", n) * vec(X), "numpy")


class Unfinished(sp.MatrixSymbol):
    """What SymPy cannot carry out: it looks for an entry where the columns are not known."""

    def doit(self, **_):
        raise IndexError("Single indexing is only supported when the number of columns is known")


def test_what_sympy_cannot_carry_out_stays():
    column = Unfinished("x", 3, 1)
    assert norm(column).doit() == norm(column)
    assert (norm(column) * 2 / 4).doit() == norm(column) / 2


def test_what_sympy_takes_apart_and_cannot_put_together_stays():
    """SymPy's own doit of this product raises an AttributeError, and a product calls it."""
    product = sp.KroneckerProduct(t * X * X.T, X)
    with pytest.raises(AttributeError):
        product.doit()
    assert norm(product).doit() == norm(product)
    assert (norm(product) * X).has(norm(product))


@pytest.mark.parametrize("node", [logdet(sp.MatrixSymbol("A", 3, 3)), lambda_max(X * X.T)])
def test_what_sympy_puts_numbers_into_stays(node):
    """SymPy's `equals` puts numbers in place of matrices, too, and evaluates."""
    assert (node - 1).equals(0) is None


@pytest.mark.parametrize("function", [softmax, logsumexp])
def test_a_row_that_sympy_cannot_transpose_is_taken(function):
    row = sp.KroneckerProduct(t * x.T * y, x.T)
    with pytest.raises(AttributeError):
        row.transpose()
    assert derive(function(row), t).verify({n: 2})


@pytest.mark.parametrize("function", [amax, hardmax])
def test_what_cannot_be_compared_is_not_written_out(function):
    """SymPy raises an error where it is to compare 1/0, and asks products for all values."""
    column = Matrix([sp.zoo, t, 1])
    assert function(column).doit() == function(column)


def test_a_diagonal_that_sympy_gives_no_shape_has_a_value():
    diagonal = sp.DiagonalOf(circulant(Matrix([1, t, 2])))
    assert hardmax(diagonal).doit() == Matrix([sp.Rational(1, 3)] * 3)


def test_what_is_refused_within_a_node_is_refused():
    class Refused(sp.MatrixSymbol):
        def doit(self, **_):
            raise UnsupportedError("not this one")

    with pytest.raises(UnsupportedError, match="not this one"):
        norm(Refused("x", 3, 1)).doit()


SINGULAR = Matrix([[1, 2], [2, 4]])
inverted = sp.MatrixSymbol("M", 2, 2) ** -1
SQUARE = sp.MatrixSymbol("Y", 2, 2)


@pytest.mark.parametrize(
    "expr",
    [
        norm(inverted * SQUARE),
        vec(inverted**2),
        tril(t * inverted + SQUARE),
        logdet(sp.exp(norm(inverted)) * SQUARE),
        derive(sum_entries((inverted * SQUARE).applyfunc(f)), SQUARE).result.args[-1],
    ],
    ids=str,
)
@pytest.mark.parametrize("way", ["doit", "evalf"])
def test_a_singular_matrix_is_not_inverted(expr, way):
    """The message names the inverse, not SymPy's determinant."""
    found = expr.subs(sp.MatrixSymbol("M", 2, 2), SINGULAR.as_immutable())
    told = r'^"\[1, 2; 2, 4\](⁻¹|\*\*\(-2\))" has no value, because a singular matrix'
    with pytest.raises(UndefinedError, match=told):
        getattr(found, way)()


def test_a_singular_matrix_has_no_entries_of_an_inverse():
    found = vec(inverted).subs(sp.MatrixSymbol("M", 2, 2), SINGULAR.as_immutable())
    with pytest.raises(UndefinedError, match="a singular matrix is inverted"):
        found.as_explicit()
    assert vec(inverted).as_explicit().shape == (4, 1)
