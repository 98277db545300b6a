"""Names that the author gives to parts of an expression, and what is derived over them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sympy import (
    Function,
    HadamardProduct,
    MatrixSymbol,
    OneMatrix,
    Q,
    Symbol,
    Trace,
    sin,
    symbols,
    tanh,
)

from derivlib import (
    InputError,
    ReplayError,
    ShapeError,
    UnsupportedError,
    derive,
    hessian,
    logdet,
    sum_entries,
    text,
)
from derivlib.check import verify
from derivlib.expressions.problem import Written
from derivlib.expressions.substitution import resolve

n, m, p = symbols("n m p", integer=True, positive=True)
A, X, W = MatrixSymbol("A", n, n), MatrixSymbol("X", n, m), MatrixSymbol("W", m, p)
S, T, N = MatrixSymbol("S", n, p), MatrixSymbol("T", n, p), MatrixSymbol("N", n, p)
C = MatrixSymbol("C", n, n)
t, s, L = Symbol("t"), Symbol("s"), Symbol("L")
lam, sigma = Function("lambda"), Function("sigma")
SIZES = {n: 4, m: 3, p: 2}

CASES = {
    "one name": (lam(S), W, {S: (X * W).applyfunc(sigma)}),
    "two names, in any order": (lam(S), W, {S: N.applyfunc(sigma), N: X * W}),
    "one name twice": (Trace(S.T * A * S) + lam(S), W, {S: (X * W).applyfunc(tanh)}),
    "a name of a name": (Trace(T.T * S), X, {T: 2 * S, S: X * W}),
    "a name of a symbol": (lam(N), T, {N: T}),
    "a constant name": (Trace(S.T * C * X * W), W, {C: A.T * A, S: A * X * W}),
    "a scalar name": (s**2 + sin(s), X, {s: Trace(X.T * A * X)}),
    "the whole has a name": (L, W, {L: lam(S), S: X * W}),
    "a Jacobian": (S * S.T, W, {S: A * X * W}),
    "by a scalar": (S.T * S, t, {S: t * X * W + t**2 * T}),
    "two names of one thing": (lam(S) + Trace(S.T * T), W, {S: X * W, T: X * W}),
}


@pytest.mark.parametrize("name", CASES)
def test_the_derivative_over_names_is_that_of_the_expression(name):
    expr, wrt, where = CASES[name]
    d = derive(expr, wrt, where=where)
    used = {size: SIZES[size] for size in SIZES if size in d.written.sizes}
    assert d.replay() == d.result
    assert d.verify(used).entries
    written_out = resolve_all(expr, where)
    assert verify(written_out, wrt, resolve_all(d.result, where), used).entries
    assert set(d.where) == set(where) - {expr}


def resolve_all(expr, where):
    """An expression without names, put together by this test."""
    for _ in where:
        expr = resolve(expr, {name: where[name] for name in where})
    return expr


@pytest.mark.parametrize("name", ["one name", "a constant name", "a scalar name"])
def test_the_result_is_over_the_names_given(name):
    expr, wrt, where = CASES[name]
    d = derive(expr, wrt, where=where)
    assert d.result.has(*where)
    assert set(where) <= set(d.intermediates)


def test_a_name_for_the_whole_is_used_in_the_display():
    d = derive(S, W, where={S: X * W * T.T * T})
    assert str(d).startswith("∂vec(S)/∂vec(W)ᵀ = ")


def test_a_hessian_over_names():
    d = hessian(Trace(S.T * C * S), W, where={S: A * X * W, C: A + A.T})
    assert d.replay() == d.result
    assert d.verify(SIZES).entries == 36


def test_names_take_part_in_instantiation():
    d = derive(lam(S), W, where={S: (X * W).applyfunc(sigma)})
    concrete = d.instantiate({lam: lambda M: sum_entries(HadamardProduct(M, M)), sigma: tanh})
    assert concrete.where[S].args[0](t) == tanh(t)
    assert concrete.verify(SIZES).method == "numeric"


@pytest.mark.parametrize(
    ("where", "error", "said"),
    [
        ({S: A}, ShapeError, "S is n×p, and .* is n×n"),
        ({S: Trace(A)}, ShapeError, "S is n×p, and .* is a scalar"),
        ({s: A}, InputError, "s is defined and does not occur"),
        ({S: S + X * W}, InputError, "circle: S → S"),
        ({S: N.applyfunc(sigma), N: 2 * S}, InputError, "circle"),
        ({S: X * W, T: X * W}, InputError, "T is defined and does not occur"),
        ({X * W: S}, InputError, "only a Symbol or a MatrixSymbol can be defined"),
        ([(S, X * W)], InputError, "where must map names to expressions"),
        ({S: len}, InputError, "the definition of S must be a SymPy expression"),
        ({S: X * W, p: Trace(A)}, InputError, "p is defined and is a size of"),
        ({S: X * W, W: X.T * S}, InputError, "circle"),
    ],
)
def test_definitions_that_cannot_be(where, error, said):
    with pytest.raises(error, match=said):
        derive(lam(S), X, where=where)


def test_what_is_defined_is_no_variable():
    with pytest.raises(InputError, match="S is defined, and not a variable"):
        derive(lam(S), S, where={S: X * W})


def test_what_is_defined_cannot_be_assumed_of():
    with pytest.raises(InputError, match="C is defined, and its properties follow"):
        derive(Trace(C * X * X.T), X, where={C: A + A.T}, assuming=Q.symmetric(C))


def test_a_name_that_no_definition_reaches_is_refused():
    scaled = (X * W).applyfunc(lambda z: s * z)
    with pytest.raises(UnsupportedError, match="s is defined, and occurs in"):
        derive(lam(scaled), X, where={s: Trace(X.T * X)})


def test_a_wrong_definition_is_noticed_by_the_replay():
    d = derive(lam(S), W, where={S: (X * W).applyfunc(sigma)})
    other = replace(d, written=Written(d.expr, {S: (2 * X * W).applyfunc(sigma)}))
    with pytest.raises(ReplayError, match="the names do not resolve"):
        other.replay()


# --- several variables ------------------------------------------------------------------


b = MatrixSymbol("b", p, 1)
LAYER = lam((X * W + OneMatrix(n, 1) * b.T).applyfunc(sigma))
JOINT = {
    "a layer": (LAYER, [X, W, b], {}),
    "of a scalar and a matrix": (t**2 * Trace(X.T * A * X), [t, X], {}),
    "Jacobians": (X * W, [X, W], {}),
    "one that does not occur": (Trace(X.T * A * X), [X, W], {}),
    "over names": (lam(S) + Trace(S.T * T), [X, W], {S: X * W, T: A * X * W}),
    "one variable": (logdet(A), [A], {}),
    "equal derivatives": (Trace(A * C), [A, C], {}),
}


@pytest.mark.parametrize("name", JOINT)
def test_derivatives_found_together_are_those_found_alone(name):
    expr, variables, where = JOINT[name]
    d = derive(expr, variables, where=where)
    assert list(d) == variables
    assert len(d) == len(variables)
    assert d.replay() == tuple(d.results.values())
    used = {size: SIZES[size] for size in SIZES if size in d.written.sizes}
    for wrt in variables:
        assert d[wrt].result == d.results[wrt]
        assert d[wrt].replay() == d.results[wrt]
    if "does not occur" not in name:
        assert all(found.entries for found in d.verify(used).values())


def test_what_is_common_is_done_once():
    d = derive(LAYER, [X, W, b])
    alone = sum(len(d[wrt].steps) for wrt in d)
    assert len(d.steps) < 0.7 * alone


def test_a_tampered_result_is_noticed():
    d = derive(LAYER, [W, b])
    steps = list(d.steps)
    last = next(i for i, step in enumerate(steps) if step.rule == "first identification theorem")
    steps[last] = replace(steps[last], after=2 * steps[last].after)
    d.__dict__["steps"] = tuple(steps)
    with pytest.raises(ReplayError):
        d.replay()


@pytest.mark.parametrize(
    ("expr", "wrt", "options", "said"),
    [
        (LAYER, [], {}, "wrt is empty"),
        (LAYER, [W, W], {}, "W occurs twice"),
        (LAYER, [W, n], {}, "n is a size"),
        (t * X, [t, X], {}, "one scalar at a time: .* with respect to t on its own"),
        (Trace(A), [A], {"structure": "symmetric"}, "a structure is that of one variable"),
        (LAYER, [W, X * W], {}, "wrt must be a Symbol or a MatrixSymbol"),
    ],
)
def test_variables_that_cannot_be(expr, wrt, options, said):
    with pytest.raises(InputError, match=said):
        derive(expr, wrt, **options)


def test_a_variable_that_was_not_asked_for():
    d = derive(LAYER, [W, b])
    with pytest.raises(KeyError):
        d[X]
    with pytest.raises(InputError, match="W: a variable"):
        d.instantiate({W: MatrixSymbol("V", m, p)})


def test_joint_derivations_can_be_instantiated():
    d = derive(LAYER, [W, b]).instantiate({lam: sum_entries, sigma: tanh})
    assert {found.method for found in d.verify(SIZES).values()} == {"numeric"}


# --- depth ------------------------------------------------------------------------------


def network(layers):
    """A chain of layers over names, its weights and its biases."""
    sizes = symbols(f"n:{layers + 1}", integer=True, positive=True)
    columns = Symbol("N", integer=True, positive=True)
    value, where, parameters = MatrixSymbol("S0", sizes[0], columns), {}, []
    for i in range(1, layers + 1):
        weight = MatrixSymbol(f"W{i}", sizes[i], sizes[i - 1])
        bias = MatrixSymbol(f"b{i}", sizes[i], 1)
        name = MatrixSymbol(f"S{i}", sizes[i], columns)
        where[name] = (weight * value + bias * OneMatrix(1, columns)).applyfunc(sigma)
        value = name
        parameters += [weight, bias]
    return (
        lam(value),
        parameters,
        where,
        {**{s: 2 + i % 3 for i, s in enumerate(sizes)}, columns: 2},
    )


def test_a_thousand_layers():
    """No recursion limit is met: deriving, steps, printing, replaying, verifying."""
    expr, (weight, *_), where, _ = network(1000)
    d = derive(expr, weight, where=where)
    assert d.shared
    assert d.replay() == d.result
    assert len(d.steps) > 5000
    assert str(d).count("∂L/∂") > 200
    assert d.chain.links
    assert len(d.graph.nodes) > 2000


def test_a_hundred_layers_are_verified():
    expr, (weight, *_), where, sizes = network(100)
    d = derive(expr, weight, where=where)
    assert d.verify(sizes).calculus == "direction by direction"


def test_a_wrong_derivative_of_many_layers_is_noticed():
    expr, (weight, *_), where, sizes = network(30)
    d = derive(expr, weight, where=where)
    with pytest.raises(AssertionError, match="differs"):
        verify(expr, weight, 2 * d.result, sizes, definitions={**d.shared, **where})


def test_many_layers_without_names():
    expr, parameters, where, _ = network(100)
    whole = resolve(expr, where)
    d = derive(whole, parameters[0])
    assert d.replay() == d.result
    assert "Z_100" in str(d)


def test_all_parameters_of_many_layers():
    expr, parameters, where, _ = network(40)
    d = derive(expr, parameters, where=where)
    assert d.replay() == tuple(d.results.values())
    assert len(d.results) == 80


def test_each_name_that_results_share_is_written_once(monkeypatch):
    """Written for each result anew, the names of many layers would cost more than deriving."""
    written = []

    def counted(expr, *names):
        written.append(expr)
        return text(expr, *names)

    monkeypatch.setattr("derivlib.display.aligned_block.text", counted)
    expr, parameters, where, _ = network(60)
    d = derive(expr, parameters, where=where)
    assert d.shared
    lines = str(d).splitlines()
    assert len(lines) == len(set(lines)) == len(d.results) + len(d.shared)
    assert len(written) == 2 * len(lines)


def test_a_long_gradient_is_not_differentiated_again():
    expr, (weight, *_), where, _ = network(60)
    with pytest.raises(UnsupportedError, match="too long to be written without names"):
        hessian(expr, weight, where=where)
