"""Results are SymPy objects: they print, evaluate, differentiate and substitute as such."""

from __future__ import annotations

import html
import pickle
import pkgutil
from importlib import import_module

import numpy as np
import pytest
import sympy as sp
import sympy.printing
from results import (
    CONSTANTS,
    EXPRESSIONS,
    RESULTS,
    SIZES,
    A,
    B,
    C,
    W,
    X,
    at_sizes,
    f,
    lam,
    m,
    n,
    nu,
    sigma,
    t,
    v,
    w,
    with_numbers,
    x,
    y,
    z,
)
from sympy import Identity, Lambda, Matrix, OneMatrix, Q, Trace, ZeroMatrix, ask
from sympy.core.symbol import Str
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.expressions.matexpr import MatrixElement
from sympy.matrices.matrixbase import MatrixBase
from sympy.printing.mathml import mathml
from sympy.printing.printer import Printer

import derivlib
from derivlib import (
    BasisMatrix,
    Commutation,
    InputError,
    LogDet,
    Norm,
    Prime,
    SingleEntry,
    Softmax,
    SumEntries,
    UnsupportedError,
    d,
    derive,
    diagonal_sums,
    explicit,
    formal,
    is_derivative,
    logdet,
    logsumexp,
    norm,
    partial,
    prime,
    softmax,
    sum_entries,
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


def kinds(of: type) -> set[type]:
    return {of, *(kind for below in of.__subclasses__() for kind in kinds(below))}


# --- how they look -----------------------------------------------------------------------

PRINTERS = {
    "latex": sp.latex,
    "pretty": sp.pretty,
    "pretty in ASCII": lambda expr: sp.pretty(expr, use_unicode=False),
    "presentation MathML": lambda expr: mathml(expr, printer="presentation"),
    "content MathML": lambda expr: mathml(expr, printer="content"),
    "str": str,
    "srepr": sp.srepr,
}


@pytest.mark.parametrize("printer", PRINTERS)
@pytest.mark.parametrize("name", RESULTS)
def test_every_printer_prints_every_result(name, printer):
    for expr in (RESULTS[name], at_sizes(RESULTS[name])):
        assert PRINTERS[printer](expr)


def test_pprint_and_notebooks(capsys):
    for expr in RESULTS.values():
        sp.pprint(expr)
        assert capsys.readouterr().out.strip()
        assert expr._repr_latex_().startswith("$\\displaystyle ")


OURS = {
    norm(x): None,
    logdet(A): None,
    softmax(x): None,
    logsumexp(x): None,
    sum_entries(X): None,
    tril(A): None,
    diagonal_sums(A): None,
    vec(X): None,
    unvec(vec(X), (m, n)): None,
    Commutation(n, m): None,
    BasisMatrix("symmetric", n): None,
    BasisMatrix("toeplitz", n): None,
    SingleEntry((n, m), 0, 1): None,
    partial(lam(X)): None,
    partial(partial(lam(X))): None,
    partial(nu(X)): None,
    nu(X): None,
    d(X): None,
    d(t): None,
    formal(sp.Symbol("L"), X): None,
    prime(f)(2 * t): None,
    derive(sum_entries(X.applyfunc(sigma)), X).result: None,
    derive(sum_entries(X.applyfunc(Lambda(z, f(z) ** 2))), X).result.args[1]: None,
}


@pytest.mark.parametrize("node", OURS, ids=derivlib.text)
def test_nodes_look_in_sympys_printers_as_in_ours(node):
    assert str(node) == derivlib.text(node)
    assert sp.latex(node) == derivlib.latex(node)
    assert sp.pretty(node) == derivlib.text(node)
    assert derivlib.text(node) in html.unescape(mathml(node, printer="presentation"))
    assert sp.pretty(node, use_unicode=False).isascii()


def test_sympys_own_keep_the_look_of_sympy():
    assert sp.latex(norm(X.T * w)) == r"\left\lVert X^{T} w \right\rVert"
    assert str(softmax(X * w).T) == "softmax(X*w).T"
    assert str(tril(sp.HadamardProduct(A, C))) == "tril(HadamardProduct(A, C))"
    assert sp.latex(2 * norm(x) ** 2) == r"2 \left\lVert x \right\rVert^{2}"


def printed_names() -> set[str]:
    """The names of classes for which a printer of SymPy's has a method."""
    for module in pkgutil.walk_packages(sympy.printing.__path__, "sympy.printing."):
        if ".tests" not in module.name:
            import_module(module.name)
    printers = [kind for kind in kinds(Printer) if kind.__module__.startswith("sympy.")]
    return {
        name.removeprefix("_print_")
        for kind in printers
        for name in dir(kind)
        if name.startswith("_print_")
    }


def misnamed(classes: set[type]) -> list[str]:
    return sorted({kind.__name__ for kind in classes} & printed_names())


def test_no_class_is_named_as_a_printer_expects_another():
    ours = {kind for kind in kinds(NodeBase) if kind.__module__.startswith("derivlib.")}
    assert len(ours) > 25
    assert not misnamed(ours)


def test_a_misnamed_class_is_noticed():
    assert misnamed({type("Gradient", (), {}), Norm}) == ["Gradient"]


def evaluated(text: str) -> sp.Basic:
    names: dict[str, object] = {}
    exec("from sympy import *; from sympy.core.symbol import Str", names)
    exec("from derivlib import *", names)
    # what of SymPy's own `from sympy import *` leaves out
    names["MatrixElement"] = MatrixElement
    names["ElementwiseApplyFunction"] = ElementwiseApplyFunction
    return eval(text, names)


@pytest.mark.parametrize("name", RESULTS)
def test_srepr_gives_the_result_back(name):
    """SymPy itself sorts sums anew, and forgets that a function of matrices commutes."""
    result = RESULTS[name]
    assert evaluated(sp.srepr(result)).is_Matrix == result.is_Matrix
    for node in sp.preorder_traversal(result):
        if isinstance(node, NodeBase):
            parts = [arg for arg in node.args if not isinstance(arg, Str)]
            if all(evaluated(sp.srepr(part)) == part for part in parts):
                assert evaluated(sp.srepr(node)) == node


@pytest.mark.parametrize("name", RESULTS)
def test_every_node_is_made_again_of_its_arguments(name):
    for node in sp.preorder_traversal(RESULTS[name]):
        assert not isinstance(node, NodeBase) or node.func(*node.args) == node
    for dummy in RESULTS[name].atoms(sp.Dummy):  # srepr of SymPy 1.13 leaves the index in there
        dummy._assumptions_orig.pop("dummy_index", None)
    assert pickle.loads(pickle.dumps(RESULTS[name])) == RESULTS[name]


# --- entries and values ------------------------------------------------------------------


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
    assert all(s.is_real for s in (norm(x), logdet(A), logsumexp(x), sum_entries(X)))
    assert sp.sqrt(norm(x) ** 2) == sp.Abs(norm(x)) == norm(x)
    assert sp.log(sp.exp(logdet(A))) == logdet(A)
    assert ask(Q.orthogonal(Commutation(n, m)))
    assert ask(Q.lower_triangular(tril(A)))
    assert ask(Q.upper_triangular(triu(A)))
    assert ask(Q.lower_triangular(triu(A))) is None


# --- derivatives -------------------------------------------------------------------------

SCALARS = {
    "coefficient": (2 * logdet(A), A),
    "power": (norm(x) ** 2, x),
    "function": (sp.exp(norm(x)), x),
    "scalar factor": (t * norm(A), A),
    "sum": (logdet(A) / 2 + Trace(A), A),
    "product": (norm(A) * logdet(A), A),
    "SymPy's determinant in it": (sp.Determinant(A) ** 2 * norm(A), A),
    "SymPy's determinant beside it": (sp.Determinant(A) * norm(x), A),
    "by itself": (logsumexp(x), x),
    "by a scalar": (norm(t * v), t),
    "by a scalar in a function": (sp.sin(norm(t * v)) + t, t),
    "matrix by a scalar": (softmax(t * x), t),
    "triangle by a scalar": (tril(t * A), t),
}


@pytest.mark.parametrize("name", SCALARS)
def test_diff_is_right(name):
    expr, wrt = SCALARS[name]
    found = expr.diff(wrt)
    assert is_derivative(found, expr, wrt)
    assert not is_derivative(2 * found, expr, wrt)


COLUMNS = {
    "softmax": (softmax(x), x),
    "of a product": (A * softmax(A * x), x),
    "scaled": (norm(x) * x, x),
    "constant beside it": (norm(y) * A * x, x),
    "Hadamard product": (sp.HadamardProduct(softmax(x), x), x),
    "gradient of a norm": (derive(norm(X * w - y), w).result, w),
    "determinant before it": (norm(x) * sp.Determinant(A) * softmax(x), x),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_diff_of_a_column_is_the_transposed_jacobian(name):
    """SymPy's own layout: (A*x).diff(x) is A.T."""
    expr, wrt = COLUMNS[name]
    assert (A * x).diff(x) == A.T
    found = expr.diff(wrt)
    assert is_derivative(found.T, expr, wrt)
    assert not is_derivative(2 * found.T, expr, wrt)


def test_diff_refuses_what_has_no_layout_and_never_says_zero():
    for expr, wrt in (
        (tril(A), A),
        (Trace(tril(A) * C), A),
        (vec(X), X),
        (partial(lam(X)), X),
        (softmax(v), v[0, 0]),
    ):
        with pytest.raises(UnsupportedError):
            expr.diff(wrt)
    assert norm(v).diff(v[1, 0]) == v[1, 0] / norm(v)
    assert norm(y).diff(x) == ZeroMatrix(n, 1)
    assert Trace(A * X * X.T).diff(X) == A * X + A.T * X


# --- the derivative of an undefined function ---------------------------------------------


def test_a_scalar_derivative_is_sympys():
    slope = derive(f(t), t).result
    assert slope == f(t).diff(t)
    assert slope.subs(f, sp.sin).doit() == slope.replace(f, sp.sin).doit() == sp.cos(t)
    assert slope.has(f)
    assert sp.dsolve(slope - f(t), f(t)) == sp.Eq(f(t), sp.Symbol("C1") * sp.exp(t))
    assert sp.integrate(slope, t) == f(t)
    assert derive(slope, t).result == f(t).diff(t, 2)
    assert slope.diff(t) == f(t).diff(t, 2)


def test_a_scalar_derivative_at_something_else():
    slope = derive(f(2 * t), t).result
    assert slope == 2 * Prime(f, 1, 2 * t)
    assert slope.rewrite(sp.Derivative) == f(2 * t).diff(t)
    assert slope.subs(f, sp.sin) == slope.replace(f, sp.sin) == 2 * sp.cos(2 * t)
    assert slope.diff(t) == derive(slope, t).result == 4 * Prime(f, 2, 2 * t)
    assert slope.subs(f, Lambda(z, z**3)) == 24 * t**2
    assert Prime(f, 1, t).rewrite(sp.Derivative) == f(t).diff(t)


def test_derivatives_are_understood():
    u = sp.Symbol("u")
    for expr in (f(t).diff(t), f(2 * t).diff(t), f(t, u).diff(t), f(t * u, u).diff(u).doit()):
        found = derive(expr * x, t)
        assert found.verify({n: 2})
        assert found.verify({n: 30})
        assert not is_derivative(2 * found.result, expr * x, t)
    assert derive(sp.Derivative(t**3, t), t).result == 6 * t
    assert is_derivative(f(t).diff(t), f(t), t)
    assert is_derivative(f(2 * t).diff(t), f(2 * t), t)
    assert not is_derivative(f(2 * t).diff(t) / 2, f(2 * t), t)
    with pytest.raises(UnsupportedError, match="not carried out"):
        derive(sp.Derivative(sp.totient(t), t), t)


def test_an_elementwise_derivative_becomes_that_of_the_function_put_in():
    slope = derive(sum_entries((X * W).applyfunc(f)), W).result
    known = derive(sum_entries((X * W).applyfunc(sp.sin)), W).result
    assert str(slope) == "X.T*f'(X*W)"
    assert sp.latex(slope) == "X^{T} f'(X W)"
    assert slope.subs(f, sp.sin).doit() == slope.replace(f, sp.sin).doit() == known
    assert slope.has(f)
    assert not slope.subs(f, sp.sin).has(f)
    assert slope.subs(f, sigma) == derive(sum_entries((X * W).applyfunc(sigma)), W).result
    mixed = derive(sum_entries(X.applyfunc(Lambda(z, f(z) ** 2))), X).result
    assert explicit(mixed.subs(f, sp.exp).doit(), {n: 3, m: 2}) == explicit(
        2 * X.applyfunc(Lambda(z, sp.exp(2 * z))), {n: 3, m: 2}
    )


def test_prime_of_known_functions():
    assert prime(sp.sin) is sp.cos
    assert prime(sp.exp, 3) is sp.exp
    assert prime(sp.tanh)(t) == 1 - sp.tanh(t) ** 2
    assert prime(Lambda(z, z**3))(t) == 3 * t**2
    with pytest.raises(UnsupportedError):
        prime(sp.totient)
    with pytest.raises(InputError, match="one scalar"):
        prime(sp.atan2)
    with pytest.raises(InputError, match="one scalar"):
        prime(f)(X)


def test_a_gradient_of_a_function_that_is_known_is_refused():
    with pytest.raises(InputError, match="instantiate"):
        partial(lam(X)).subs(lam(X), Trace(X.T * X))


# --- code --------------------------------------------------------------------------------

CODE = {
    "norm": norm(X * w - y),
    "sum of entries": sum_entries(X) * X,
    "log-determinant": logdet(A) * A,
    "softmax": softmax(A * x),
    "log-sum-exp": logsumexp(A * x),
    "triangles": tril(A) + triu(C),
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


def test_names_can_be_imported_from_the_package():
    assert {LogDet, SumEntries, Softmax} <= kinds(NodeBase)
    assert len(EXPRESSIONS) >= 40
    assert B.shape == (m, m)
