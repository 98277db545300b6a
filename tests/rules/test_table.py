"""The table of rules: what enters it is found by the engine, pickled by name, and can leave it."""

from __future__ import annotations

import copy
import pickle
from dataclasses import replace

import pytest
from sympy import (
    Expr,
    Identity,
    MatrixSymbol,
    Symbol,
    Trace,
    Transpose,
    floor,
    symbols,
    sympify,
)

from derivlib import RULES, InputError, Rule, RuleError, UnsupportedError, d, derive
from derivlib.check import check_rule
from derivlib.engine.events import KNOWN_DIFFERENTIALS, NAMING, SUBSTITUTION
from derivlib.expressions.construction import identity, mul, ones_like, transpose
from derivlib.nodes import Tril, Triu, numel
from derivlib.nodes.builders import commutation, diagonal_matrix, tril, triu, vec
from derivlib.nodes.node import Node
from derivlib.rules.declare import linear_rules
from derivlib.rules.rule import add_rules, remove_rule
from derivlib.rules.sources import FUNDAMENTAL

n, m = symbols("n m", integer=True, positive=True)
X, A = MatrixSymbol("X", n, m), MatrixSymbol("A", m, n)
t = Symbol("t", real=True)


class Doubled(Node):
    """2 A, as a node of somebody else's."""

    @property
    def shape(self) -> tuple[Expr, Expr]:
        return self.args[0].shape


DOUBLING = linear_rules(
    Doubled,
    "doubling",
    Doubled,
    (MatrixSymbol("U", n, m),),
    adjoint=lambda G, E: Doubled(G),
    matrix=lambda E: mul(sympify(2), identity(numel(E))),
    source=FUNDAMENTAL,
)
SQUARES = Rule(
    "doubling twice",
    "algebra",
    left=lambda inside: Doubled(Doubled(inside)),
    right=lambda _, inside: mul(sympify(4), inside),
    instances=((MatrixSymbol("A", n, m),),),
    source=FUNDAMENTAL,
    of=Doubled,
    arguments=lambda expr: expr.args[0].args if isinstance(expr.args[0], Doubled) else None,
)
ROUNDED = Rule(
    "floor",
    "differential",
    left=lambda scalar: d(floor(scalar)),
    right=lambda d, scalar: mul(sympify(0), d(scalar)),
    instances=((t,),),
    source=FUNDAMENTAL,
    of=floor,
)


@pytest.fixture
def added():
    """Add rules for the time of a test."""
    entered: list[Rule] = []

    def add(*rules: Rule) -> None:
        entered.extend(add_rules(*rules))

    before = list(RULES)
    yield add
    for rule in entered:
        remove_rule(rule)
    assert list(RULES) == before


def names(expr, wrt):
    return [step.rule for step in derive(expr, wrt).steps]


def test_the_catalogue_is_ordered_by_family_and_shows_what_is_added(added):
    families = list(dict.fromkeys(rule.family for rule in RULES.values()))
    assert families == [
        *("differential", "trace", "vec", "identification", "notation", "algebra", "structure")
    ]
    count = len(RULES)
    added(*DOUBLING)
    assert len(RULES) == count + 3
    assert [rule.family for rule in RULES.values()] == sorted(
        (rule.family for rule in RULES.values()), key=families.index
    )
    in_trace = [name for name, rule in RULES.items() if rule.family == "trace"]
    assert in_trace[-1] == "doubling in the trace"


def test_the_catalogue_is_read_only():
    with pytest.raises(TypeError):
        RULES["trace"] = ROUNDED
    with pytest.raises(TypeError):
        del RULES["trace"]


def test_rules_added_for_a_node_are_found_by_its_class(added):
    with pytest.raises(UnsupportedError, match="no differential rule for Doubled"):
        derive(Trace(A * Doubled(X)), X)
    added(*DOUBLING)
    assert derive(Trace(A * Doubled(X)), X).result == Doubled(A.T)
    assert "doubling in the trace" in names(Trace(A * Doubled(X)), X)
    assert derive(Doubled(X), X).result == 2 * Identity(n * m)
    assert "vec of a doubling" in names(Doubled(X), X)
    derive(Doubled(X), X).replay()


def test_a_rule_in_the_trace_alone_does_not_stand_for_one_under_a_vec(added):
    added(*DOUBLING[:2])
    assert derive(Trace(A * Doubled(X)), X).result == Doubled(A.T)
    with pytest.raises(UnsupportedError, match="no rule moves Doubled"):
        derive(Doubled(X), X)


def test_a_rule_of_algebra_for_a_node_simplifies_it(added):
    added(*DOUBLING)
    assert derive(Trace(A * Doubled(Doubled(X))), X).result == Doubled(Doubled(A.T))
    added(SQUARES)
    found = derive(Trace(A * Doubled(Doubled(X))), X)
    assert found.result == 4 * A.T
    assert found.steps[-1].rule == "doubling twice"
    found.replay()


def test_a_function_without_a_derivative_has_one_once_it_has_a_rule(added):
    with pytest.raises(UnsupportedError):
        derive(t * floor(t + 1), t)
    added(ROUNDED)
    assert derive(t * floor(t), t).result == floor(t)


def test_the_rule_added_last_is_tried_first_where_it_applies(added):
    square = replace(
        RULES["transpose"],
        name="transpose of a square matrix",
        arguments=lambda expr: expr.args if expr.shape[0] == expr.shape[1] else None,
    )
    added(square)
    S, B = MatrixSymbol("S", n, n), MatrixSymbol("B", n, n)
    assert names(Trace(B * S.T), S)[2] == "transpose of a square matrix"
    assert names(Trace(A.T * X.T), X)[2] == "transpose"


REFUSED = {
    "a Rule is expected": "trace",
    "is of no family": replace(ROUNDED, family="calculus"),
    "is for a class of nodes": replace(ROUNDED, of="floor"),
    "has no placeholders": replace(ROUNDED, instances=()),
    "needs another name": replace(ROUNDED, name="|·|"),
}


@pytest.mark.parametrize("why", REFUSED)
def test_what_is_not_a_rule_is_refused_and_nothing_is_added(why):
    before = list(RULES)
    with pytest.raises(InputError, match=why):
        add_rules(ROUNDED, REFUSED[why])
    assert list(RULES) == before
    with pytest.raises(UnsupportedError):
        derive(floor(t), t)


@pytest.mark.parametrize("name", ["trace", "Log-Determinant", NAMING, SUBSTITUTION,
                                  KNOWN_DIFFERENTIALS])  # fmt: skip
def test_a_name_in_use_is_refused(name):
    with pytest.raises(InputError, match="needs another name"):
        add_rules(replace(ROUNDED, name=name))


def test_two_rules_of_one_name_are_refused_together():
    with pytest.raises(InputError, match="needs another name"):
        add_rules(ROUNDED, replace(ROUNDED))
    assert ROUNDED.name not in RULES


def test_only_a_rule_of_the_table_is_removed():
    with pytest.raises(InputError, match="not in the table"):
        remove_rule(replace(RULES["trace"]))
    assert "trace" in RULES


# --- linear operations --------------------------------------------------------------------


def declared(adjoint=lambda G, E: tril(G), matrix=lambda E: mask(E)):
    """The rules for tril again, from what is declared of it."""
    return linear_rules(
        Tril,
        "part below",
        tril,
        (MatrixSymbol("U", n, n),),
        adjoint=adjoint,
        matrix=matrix,
        source=FUNDAMENTAL,
    )


def mask(E):
    return diagonal_matrix(vec(tril(ones_like(E))))


def test_a_linear_operation_has_three_rules_that_hold():
    rules = declared()
    names = ["part below", "part below in the trace", "vec of a part below"]
    assert [rule.name for rule in rules] == names
    assert all(check_rule(rule).entries for rule in rules)


def test_a_false_adjoint_is_rejected():
    _, in_trace, _ = declared(adjoint=lambda G, E: triu(G))
    with pytest.raises(RuleError, match="part below in the trace"):
        check_rule(in_trace)


def test_a_false_matrix_is_rejected():
    *_, under_vec = declared(matrix=lambda E: commutation(*E.shape))
    with pytest.raises(RuleError, match="vec of a part below"):
        check_rule(under_vec)


def test_a_false_operator_is_rejected():
    false = linear_rules(
        Triu,
        "part above",
        tril,
        (MatrixSymbol("U", n, n),),
        adjoint=lambda G, E: triu(G),
        source=FUNDAMENTAL,
    )
    with pytest.raises(RuleError, match="part above"):
        check_rule(false[0])


# --- copies and pickles -------------------------------------------------------------------


@pytest.mark.parametrize("name", ["trace", "vec of a transpose", "common multiple"])
def test_a_copy_of_a_rule_is_the_rule(name):
    rule = RULES[name]
    assert copy.copy(rule) is rule
    assert copy.deepcopy([rule])[0] is rule
    assert pickle.loads(pickle.dumps(rule)) is rule


def test_a_rule_that_only_has_the_name_of_one_is_not_pickled():
    false = replace(RULES["trace"], right=lambda d, matrix: 2 * d(matrix))
    with pytest.raises(InputError, match="“trace” is not in the table"):
        pickle.dumps(false)
    assert copy.copy(false) is false


def test_a_derivation_is_pickled_with_its_steps():
    found = derive(Trace(A * X), X)
    loaded = pickle.loads(pickle.dumps(found))
    assert loaded.result == Transpose(A) == transpose(A)
    assert loaded.steps == found.steps
    assert [step.entry for step in loaded.steps] == [step.entry for step in found.steps]
    loaded.replay()
