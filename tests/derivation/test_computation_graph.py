"""A computation graph: each derivative in it is right, and what is shown of it is complete."""

from __future__ import annotations

import json
import re

import pytest
from expressions import CASES, DERIVATIONS, JACOBIANS, RATES, derivation
from test_forms import SMALL

from derivlib import VerificationError, derive, text
from derivlib.check import size_symbols, verify
from derivlib.derivation.layout import Layout
from derivlib.display.graph_text import MIME_TYPE, written
from derivlib.expressions.substitution import resolve, substitute

FIRST_ORDER = [*CASES, *JACOBIANS, *RATES]


def later(d, name):
    """The definitions that follow a name, which is left as it is; all of them for the output."""
    definitions = dict(d.intermediates)
    names = list(definitions)
    if name not in names:
        return {} if d.layout is Layout.RATE else definitions
    after = names[names.index(name) + 1 :]
    return {known: definitions[known] for known in after}


def as_function_of(d, node):
    """An expression and a variable whose derivative a node claims to have."""
    if d.layout is Layout.RATE:
        return resolve(node.name, {**d.intermediates, d.output: d.root}), d.wrt
    definitions = later(d, node.name)
    return resolve(d.root, definitions), node.name


def spelt_out(d, node, derivative):
    """A derivative of a node without names of derivatives and of what depends on the node."""
    known = {**d.gradients}
    values = {n.derivative: n.value for n in d.graph.nodes if n.derivative is not None}
    names = d.intermediates if d.layout is Layout.RATE else later(d, node.name)
    for _ in range(len(values) + 1):
        derivative = substitute(derivative, {**values, **known})
    return resolve(derivative, names)


def judge(d, node, derivative):
    expr, wrt = as_function_of(d, node)
    spelt = spelt_out(d, node, derivative)
    sizes = {size: SMALL[size] for size in size_symbols(expr, wrt, spelt)}
    return verify(expr, wrt, spelt, sizes)


@pytest.mark.parametrize("name", FIRST_ORDER)
def test_the_derivative_at_every_node_is_that_of_the_output_by_the_node(name):
    d = derivation(name)
    carrying = [node for node in d.graph.nodes if node.value is not None]
    assert carrying or not d._graph.moves(d.root)
    for node in carrying:
        for derivative in dict.fromkeys((node.value, node.local)):
            assert judge(d, node, derivative).entries


@pytest.mark.parametrize(
    "name", ["notebook, W", "residual twice", "two layers", "inverse of a sum"]
)
def test_a_wrong_derivative_at_a_node_is_noticed(name):
    d = derivation(name)
    for node in d.graph.nodes:
        if node.value is not None:
            with pytest.raises(VerificationError, match="differs"):
                judge(d, node, 2 * node.value)


@pytest.mark.parametrize("name", FIRST_ORDER)
def test_what_travels_along_the_edges_adds_up_to_what_arrives(name):
    d = derivation(name)
    if d.layout is Layout.RATE:
        return
    for node in d.graph.nodes:
        parts = [e.derivative for e in d.graph.edges if e.start == node.name]
        parts = [part for part in parts if part is not None]
        if parts and node.local is not None:
            assert judge(d, node, sum(parts[1:], parts[0])).entries


@pytest.mark.parametrize("name", DERIVATIONS)
def test_nodes_are_what_is_named_and_edges_lead_from_each_input_to_the_output(name):
    d = derivation(name)
    graph = d.graph
    kinds = {node.name: node.kind for node in graph.nodes}
    assert [n for n, kind in kinds.items() if kind == "intermediate"] == list(d.intermediates)
    assert kinds[d.output] == "output"
    inputs = d.written.expr.free_symbols - set(size_symbols(d.written.expr))
    assert {n for n, kind in kinds.items() if kind in ("constant", "variable")} == inputs
    reached = {d.output}
    for edge in reversed(graph.edges):
        assert edge.end in reached
        reached.add(edge.start)
    assert reached == set(kinds)
    if d.wrt in kinds:
        assert kinds[d.wrt] == "variable"


@pytest.mark.parametrize("name", DERIVATIONS)
def test_a_figure_says_everything_and_nothing_internal(name):
    d = derivation(name)
    drawn = d.graph._repr_mimebundle_()[MIME_TYPE]
    assert json.loads(json.dumps(drawn)) == drawn
    assert len(drawn["nodes"]) == len(d.graph.nodes)
    for node, shown in zip(d.graph.nodes, drawn["nodes"], strict=True):
        assert len(shown["lines"]) == 1 + (node.derivative is not None)
        assert shown["text"] == written(node)
        assert text(node.name) in shown["text"]
        assert len(shown["words"]) % 2 == 1
    told = json.dumps(drawn) + d.graph._repr_latex_() + str(d.graph)
    for internal in ("Lambda", "(?<![a-z])xi", "_d(?!istances|ifferences)", "Formal"):
        assert not re.search(internal, told)


def test_a_derivative_is_written_in_terms_of_the_one_before_it():
    d = derivation("residual")
    shown = {node.name.name: text(node.local) for node in d.graph.nodes if node.local is not None}
    assert shown == {
        "X": "Aᵀ*∂L/∂N + ∂L/∂M",
        "N": "∂L/∂S ⊙ σ'(N)",
        "S": "∂L/∂M",
        "M": "∂λ(M)/∂M",
    }


def test_factors_of_an_inner_derivative_are_found_only_in_products_of_the_same_kind():
    """The gradient 2r of a square is in 2 Xᵀ r as ∂L/∂r, and Xᵀ stays in front of it."""
    graph = derivation("least squares").graph
    assert text(graph[graph.wrt].local) == "Xᵀ*∂L/∂r"


def test_the_graph_of_a_hessian_is_that_of_the_gradient_it_differentiates():
    d = derivation("Hessian, sum over a layer")
    assert d.graph.output == d.gradient.label
    assert d.graph[d.wrt].derivative == d.label or text(d.label) == "∂²L/∂w∂wᵀ"
    assert d.gradient.graph.output == d.gradient.output


def test_terms_that_cancel_leave_a_derivative_of_zero():
    from expressions import A, U, sigma
    from sympy import Trace

    S = (A * U).applyfunc(sigma)
    d = derive(Trace(S) - Trace(S) + Trace(U), U)
    for node in d.graph.nodes:
        if node.value is not None:
            assert judge(d, node, node.value).entries


def test_every_variable_of_several_is_in_the_graph():
    joint = derive("norm2(X*w - y)^2", ["w", "y"])
    for part in map(joint.by, joint.results):
        graph = part.graph
        variables = {str(node.name): node for node in graph.nodes if node.kind == "variable"}
        assert [*variables] == [str(part.wrt), *({"w", "y"} - {str(part.wrt)})]
        assert variables[str(part.wrt)].value == part.compact
        assert graph._repr_html_().startswith("<")
