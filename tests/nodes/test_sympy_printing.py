"""Results print as SymPy's own objects do, and are read back from what is printed."""

from __future__ import annotations

import html
import pickle
import pkgutil
import re
from importlib import import_module
from xml.etree import ElementTree

import pytest
import sympy as sp
import sympy.printing
from results import (
    EXPRESSIONS,
    RESULTS,
    A,
    B,
    C,
    X,
    at_sizes,
    f,
    lam,
    m,
    n,
    nu,
    sigma,
    t,
    w,
    x,
    z,
)
from sympy import Lambda
from sympy.core.symbol import Str
from sympy.functions.elementary.piecewise import ExprCondPair
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.expressions.matexpr import MatrixElement
from sympy.printing.mathml import mathml
from sympy.printing.printer import Printer

import derivlib
from derivlib import (
    BasisMatrix,
    ColumnBasis,
    Commutation,
    ConvolutionMatrix,
    EigvecMax,
    Eigvecs,
    ExpmJacobian,
    LogDet,
    LogmFrechet,
    Norm,
    ResolventMin,
    SingleEntry,
    Softmax,
    SumEntries,
    amax,
    amin,
    cholesky,
    circulant,
    d,
    derive,
    diagonal_sums,
    eigvalsh,
    expm,
    formal,
    hardmax,
    khatri_rao,
    lambda_max,
    lambda_min,
    logabsdet,
    logdet,
    logm,
    logsumexp,
    lyapunov,
    norm,
    partial,
    pinv,
    polar,
    prime,
    projector,
    skew,
    softmax,
    sqrtm,
    squared_distances,
    sum_entries,
    sylvester,
    take_rows,
    tril,
    triu,
    unvec,
    vec,
)
from derivlib.nodes import Prime
from derivlib.nodes.node import NodeBase


def kinds(of: type) -> set[type]:
    return {of, *(kind for below in of.__subclasses__() for kind in kinds(below))}


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
    softmax(X, axis=1): None,
    logsumexp(X, axis=0): None,
    pinv(X): None,
    projector(X): None,
    cholesky(A): None,
    norm(X, 2): None,
    norm(X, "nuc"): None,
    polar(X): None,
    expm(A): None,
    logm(A): None,
    sqrtm(A): None,
    LogmFrechet(A, C): None,
    ExpmJacobian(A): None,
    sylvester(A, C, A): None,
    lyapunov(A, C): None,
    eigvalsh(A): None,
    lambda_max(A): None,
    lambda_min(A): None,
    Eigvecs(A): None,
    EigvecMax(A): None,
    ResolventMin(A): None,
    squared_distances(X): None,
    squared_distances(X, A * X): None,
    take_rows(X, [0, 2]): None,
    triu(A, 1): None,
    khatri_rao(X, A * X): None,
    circulant(x): None,
    ConvolutionMatrix(x, n, "full"): None,
    logabsdet(A): None,
    ColumnBasis("circulant", n, n): None,
    skew(sp.MatrixSymbol("v", 3, 1)): None,
    sum_entries(X): None,
    amax(X): None,
    amin(X, axis=1): None,
    hardmax(X, axis=0): None,
    norm(X, axis=1): None,
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
    shown = html.unescape(mathml(node, printer="presentation"))
    written = "".join(ElementTree.fromstring(shown).itertext())
    assert not any("\ue000" <= sign <= "\uf8ff" or sign in "\\{}^_'" for sign in written)
    assert set(re.findall("<(m[a-z]+)", shown)) - {"mi"}, "structure"
    assert sp.pretty(node, use_unicode=False).isascii()


PARENTHESIZED = "<mrow><mo>(</mo>{}<mo>)</mo></mrow>"


@pytest.mark.parametrize(
    ("node", "shown"),
    [
        (
            softmax(x),
            '<mrow><mi mathvariant="normal">softmax</mi>'
            + PARENTHESIZED.format("<mi>x</mi>")
            + "</mrow>",
        ),
        (
            logdet(A),
            "<mrow><mi>log</mi><mi>det</mi>" + PARENTHESIZED.format("<mi>A</mi>") + "</mrow>",
        ),
        (norm(x), "<mrow><mo>‖</mo><mi>x</mi><mo>‖</mo></mrow>"),
        (Commutation(m, n), "<msub><mi>K</mi><mrow><mi>m</mi><mi>n</mi></mrow></msub>"),
        (Commutation(3, 12), "<msub><mi>K</mi><mrow><mn>3</mn><mo>,</mo><mn>12</mn></mrow></msub>"),
        (
            derive(sum_entries(X.applyfunc(prime(sigma))), X).result,
            "<mrow><msup><mi>σ</mi><mo>′′</mo></msup>"
            + PARENTHESIZED.format("<mi>X</mi>")
            + "</mrow>",
        ),
        (
            derivlib.nodes.elementwise.elementwise(Lambda(z, z * f(z).diff(z)), X),
            "<mrow><mi>X</mi><mo>⊙</mo><msup><mi>f</mi><mo>′</mo></msup>"
            + PARENTHESIZED.format("<mi>X</mi>")
            + "</mrow>",
        ),
        (
            Prime(f, 1, sp.Symbol("a") * (1 - t)),
            "<mrow><msup><mi>f</mi><mo>′</mo></msup>"
            + PARENTHESIZED.format(mathml(sp.Symbol("a") * (1 - t), printer="presentation"))
            + "</mrow>",
        ),
        (
            partial(lam(-X)),
            "<msub><mrow><mfrac><mrow><mo>∂</mo><mi>λ</mi>"
            + PARENTHESIZED.format("<mi>S</mi>")
            + "</mrow><mrow><mo>∂</mo><mi>S</mi></mrow></mfrac><mo>|</mo></mrow>"
            "<mrow><mi>S</mi><mo>=</mo><mrow><mo>-</mo><mi>X</mi></mrow></mrow></msub>",
        ),
    ],
    ids=str,
)
def test_nodes_have_the_structure_of_their_tex_in_mathml(node, shown):
    assert html.unescape(mathml(node, printer="presentation")) == html.unescape(shown)


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
    names["ExprCondPair"] = ExprCondPair
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
        if isinstance(node, sp.Dummy):  # srepr of SymPy 1.13 leaves the index in there
            node._assumptions_orig.pop("dummy_index", None)
    assert pickle.loads(pickle.dumps(RESULTS[name])) == RESULTS[name]


def test_names_can_be_imported_from_the_package():
    assert {LogDet, SumEntries, Softmax} <= kinds(NodeBase)
    assert len(EXPRESSIONS) >= 40
    assert B.shape == (m, m)
