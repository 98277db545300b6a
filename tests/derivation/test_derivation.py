"""What `derive` finds is what entry-by-entry calculus finds, and each step can be replayed."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from expressions import (
    CONCLUDED,
    DERIVATIONS,
    SIZES,
    TRIPLES,
    A,
    B,
    C,
    U,
    W,
    X,
    derivation,
    lam,
    layer,
    m,
    n,
    p,
    sigma,
    square,
    t,
    x,
    y,
)
from sympy import (
    Derivative,
    HadamardPower,
    HadamardProduct,
    Inverse,
    Lambda,
    MatrixSymbol,
    OneMatrix,
    Q,
    Subs,
    Symbol,
    Trace,
    ZeroMatrix,
    exp,
    log,
    sqrt,
    sympify,
    tanh,
)

from derivlib import (
    RULES,
    BasisMatrix,
    InputError,
    MatrixFunction,
    ReplayError,
    VerificationError,
    derive,
    hessian,
    is_derivative,
    logdet,
    norm,
    prime,
    sum_entries,
    text,
)
from derivlib.check import check_equation, size_symbols, verify
from derivlib.derivation.replay import check_names, replayed
from derivlib.engine.events import KNOWN_DIFFERENTIALS, NAMING, SUBSTITUTION
from derivlib.expressions.substitution import normal_form
from derivlib.nodes import AbstractGradient, numel

SIGMA_PRIME = prime(sigma)


def sizes_of(*expressions):
    return {size: SIZES[size] for size in size_symbols(*map(sympify, expressions))}


@pytest.mark.parametrize("name", DERIVATIONS)
def test_result_agrees_entry_by_entry(name):
    d = derivation(name)
    verification = d.verify(sizes_of(d.expr, d.wrt))
    rows, cols = verification.shape
    assert verification.entries == rows * cols


@pytest.mark.parametrize("name", DERIVATIONS)
def test_replay_ends_at_the_result(name):
    d = derivation(name)
    assert d.replay() == d.result
    assert d.result == d.steps[-1].after or d.result.has(Derivative, Subs)


def test_names_resolve_to_another_spelling_of_the_expression_with_a_far_entry():
    d = hessian(sqrt(exp(W[2, 0])), W)
    assert d.replay() == d.result


@pytest.mark.parametrize("name", DERIVATIONS)
def test_every_equation_among_the_steps_holds(name):
    """Both sides of each step agree when intermediates take the values they stand for."""
    d = derivation(name)
    structure = d.premises.structure
    named = [
        (step, {**part.intermediates, **part.gradients})
        for part in d.parts
        for step in part._own_steps
    ]
    checked = 0
    moves_freely = any(a.by_equation and a.subject == d.wrt for a in d.premises.assumed)
    for step, definitions in named:
        if step.entry is None or step.entry.family in ("identification", "structure"):
            continue
        check_equation(
            step.before,
            step.after,
            sizes=sizes_of(step.before, step.after, d.wrt, *definitions.values()),
            definitions=definitions,
            varying=[d.wrt],
            structures={d.wrt: structure} if structure else None,
            assuming=() if moves_freely and step.family != "algebra" else d.premises.given,
        )
        checked += 1
    assert checked > 0


@pytest.mark.parametrize("name", DERIVATIONS)
def test_result_has_the_shape_of_the_layout_rule(name):
    d = derivation(name)
    is_scalar = not d.expr.is_Matrix or d.expr.shape == (1, 1)
    free = numel(d.wrt)
    if d.premises.structure:
        free = BasisMatrix(d.premises.structure, d.wrt.shape[0]).shape[1]
    if d.order == 2:
        expected = (free, free) if d.wrt.is_Matrix else None
    elif is_scalar:
        expected = d.wrt.shape if d.wrt.is_Matrix else None
    else:
        expected = (numel(d.expr), free) if d.wrt.is_Matrix else d.expr.shape
    assert (d.result.shape if d.result.is_Matrix else None) == expected


@pytest.mark.parametrize("name", DERIVATIONS)
def test_nothing_shown_has_a_dummy_or_a_lambda(name):
    d = derivation(name)
    shown = [str(d), d._repr_latex_(), str(d.equation), *(text(s.after) for s in d.steps)]
    for line in shown:
        assert "Lambda" not in line
        assert not re.search(r"_d\b|_d(?!istances|ifferences)", line)
        assert "Dummy" not in line
        assert not re.search("(?<![a-z])xi", line)


@pytest.mark.parametrize("triple", TRIPLES)
@pytest.mark.parametrize("wrt", [X, W])
def test_forms_agree_at_sizes_that_hide_no_transpose(triple, wrt):
    """The stepwise product, the result and the entries say the same at each triple."""
    sizes = dict(zip((n, m, p), triple, strict=True))
    d = derive(lam(layer), wrt)
    d.verify(sizes)
    rows, cols = (size.subs(sizes) for size in wrt.shape)
    assert d.elementwise(sizes).shape == (rows, cols)
    *_, product = d.stepwise(sizes)
    assert product.shape == (rows, cols)
    concrete = d.instantiate({lam: sum_entries, sigma: tanh})
    concrete.verify(sizes)


@pytest.mark.parametrize("triple", TRIPLES)
def test_last_stage_is_the_entrywise_derivative(triple):
    """With λ = Σ the last stage, put in terms of x and w, is what scalar calculus finds."""
    sizes = dict(zip((n, m, p), triple, strict=True))
    d = derive(lam(layer), W).instantiate({lam: sum_entries})
    *_, product = d.stepwise(sizes)
    rows, inner, cols = triple
    entry = lambda M, i, j: Symbol(f"{M.name.lower()}_{i + 1}{j + 1}")  # noqa: E731 - a formula
    nets = {
        Symbol(f"n_{i + 1}{j + 1}"): sum(entry(X, i, k) * entry(W, k, j) for k in range(inner))
        for i in range(rows)
        for j in range(cols)
    }
    found = d.elementwise(sizes)
    letters = {
        M[i, j].subs(sizes): entry(M, i, j)
        for M, (height, width) in ((X.subs(sizes), (rows, inner)), (W.subs(sizes), (inner, cols)))
        for i in range(height)
        for j in range(width)
    }
    same = found.xreplace(letters)
    by_name = {str(key): value for key, value in letters.items()}
    same = found.replace(lambda node: str(node) in by_name, lambda node: by_name[str(node)])
    # SymPy writes σ' of a sum as a Subs: put a known function in, and carry both out
    left, right = (side.subs(sigma, tanh).doit() for side in (product.subs(nets), same))
    assert (left - right).applyfunc(lambda e: e.expand()).is_zero_matrix


def test_the_rule_for_the_weights():
    """∂L/∂W = Xᵀ(∂λ(S)/∂S ⊙ σ'(XW)) for abstract λ and σ and symbolic sizes."""
    expected = X.T * HadamardProduct(
        AbstractGradient(lam(layer)), (X * W).applyfunc(SIGMA_PRIME), evaluate=False
    )
    result = derive(lam(layer), W).result
    assert result.args[0] == X.T
    assert set(result.args[1].args) == set(normal_form(expected).args[1].args)


def test_the_rule_for_the_inputs():
    """∂L/∂X = (∂λ(S)/∂S ⊙ σ'(XW)) Wᵀ."""
    result = derive(lam(layer), X).result
    assert result.args[1] == W.T
    factors = (AbstractGradient(lam(layer)), (X * W).applyfunc(SIGMA_PRIME))
    assert set(result.args[0].args) == {normal_form(factor) for factor in factors}


def test_results_are_those_sympy_operators_write():
    """A result can be compared with ==, without knowing how derivlib builds it."""
    assert derive(Trace(X.T * A * X), X).result == (A + A.T) * X
    assert derive(Trace(U**3), U).result == 3 * (U.T) ** 2
    assert derive(sum_entries(A * X), X).result == A.T * OneMatrix(n, m)


READ = {
    "scalars that share a power": (
        lambda: derive((x.T * A * x) / (x.T * x), x, assuming=Q.symmetric(A)),
        "2/(xᵀ*x)*(A*x - (xᵀ*A*x)/(xᵀ*x)*x)",
    ),
    "powers of one sign only": (
        lambda: derive(Trace(A * X * X.T) / t + t * sum_entries(X), X, assuming=Q.symmetric(A)),
        "2*A*X/t + t*1[n×m]",
    ),
    "sign of an elementwise function": (
        lambda: hessian(-sum_entries((y - A * x).applyfunc(log)), x),
        "Aᵀ*Diag([1/(y - A*x)**2])*A",
    ),
    "one sample": (
        lambda: hessian(-(norm(y - x * OneMatrix(1, 1)) ** 2) / 2 - norm(x) ** 2, x),
        "-3*I",
    ),
    "many samples": (
        lambda: hessian(-(norm(X - x * OneMatrix(1, m)) ** 2), x),
        "-2*m*I",
    ),
    "transposes inside a trace": (
        lambda: derive(Trace(x.T * Inverse(square(t)) * x) - logdet(square(t)), t),
        "-tr((μ(t)⁻¹ + μ(t)⁻¹*x*xᵀ*μ(t)⁻¹)*∂μ(t)/∂t)",
    ),
    "Kronecker products alike on the left": (
        lambda: derive(A * X * B + U * X * B, X),
        "Bᵀ ⊗ (A + U)",
    ),
    "Kronecker products alike on the right": (
        lambda: derive(A * X * B - t * A * X * B.T, X),
        "(Bᵀ - t*B) ⊗ A",
    ),
}


@pytest.mark.parametrize("name", READ)
def test_results_read_as_a_textbook_writes_them(name):
    derived, read = READ[name]
    d = derived()
    assert text(d.result) == read
    assert d.verify(sizes_of(d.expr, d.wrt))


def test_what_is_taken_out_of_a_sum_stays_out():
    """No line takes a number back into the sum it was just taken out of."""
    d = derive(norm(C - X * B) ** 2 + t * norm(X) ** 2, X)
    lines = d.lines()
    (taken_out,) = (i for i, line in enumerate(lines) if line.step.rule == "common multiple")
    shown = {text(term) for line in lines[taken_out:] for term in line.terms}
    assert shown == {text(d.result)} == {"2*((X*B - C)*Bᵀ + t*X)"}


def test_zero_is_only_for_a_variable_that_does_not_occur():
    d = derive(Trace(X.T * X), W)
    assert d.result == ZeroMatrix(m, p)
    assert [step.rule for step in d.steps] == ["constant", "first identification theorem"]
    assert derive(Trace(X.T * X), t).result == 0


def test_intermediates_are_named_in_order():
    d = derive(lam(layer), W)
    N, S = MatrixSymbol("N", n, p), MatrixSymbol("S", n, p)
    assert dict(d.intermediates) == {N: X * W, S: normal_form(N.applyfunc(sigma))}
    assert list(d.intermediates) == [N, S]


def test_names_of_the_reader_are_left_alone():
    N = MatrixSymbol("N", n, m)
    d = derive(lam((N * W).applyfunc(sigma)), W)
    assert N not in d.intermediates
    assert "N" not in {str(name) for name in d.intermediates}
    d.verify({n: 4, m: 3, p: 2})


def test_what_occurs_twice_is_differentiated_once():
    shared = (X * W).applyfunc(sigma)
    d = derive(sum_entries(HadamardProduct(shared, shared.applyfunc(tanh))), W)
    assert [step.rule for step in d.steps].count("product") == 1
    d.verify({n: 4, m: 3, p: 2})


def test_instantiated_and_abstract_results_agree():
    """Putting λ = Σ s² and σ = tanh in before or after differentiating gives the same."""
    square = lambda S: sum_entries(HadamardProduct(S, S))  # noqa: E731 - a formula
    d = derive(lam(layer), W)
    concrete = d.instantiate({lam: square, sigma: tanh})
    by_hand = (
        2
        * X.T
        * HadamardProduct(
            (X * W).applyfunc(tanh),
            (X * W).applyfunc(Lambda(t, 1 - tanh(t) ** 2)),
            evaluate=False,
        )
    )
    for result in (concrete.result, by_hand):
        assert verify(concrete.expr, W, result, {n: 4, m: 3, p: 2}).entries == 6


def replay_of(d, steps):
    check_names(d.written, d.root, steps)
    return list(replayed(d._graph, steps, (d.wrt,), d.layout))


@pytest.mark.parametrize("field", ["before", "after"])
@pytest.mark.parametrize("name", ["notebook, W", "residual", "quadratic twice"])
def test_tampered_steps_are_rejected(name, field):
    """Doubling either side of any step makes the replay fail at that step or after it."""
    d = derivation(name)
    for i, step in enumerate(d.steps[:-1]):
        forged = replace(step, **{field: 2 * getattr(step, field)})
        steps = (*d.steps[:i], forged, *d.steps[i + 1 :])
        with pytest.raises(ReplayError):
            replay_of(d, steps)


def test_a_step_under_the_name_of_another_rule_is_rejected():
    d = derive(lam(layer), W)
    i = next(i for i, step in enumerate(d.steps) if step.rule == "product")
    forged = replace(d.steps[i], rule="Hadamard product")
    with pytest.raises((ReplayError, TypeError)):
        replay_of(d, (*d.steps[:i], forged, *d.steps[i + 1 :]))


def test_a_step_left_out_is_rejected():
    d = derive(lam(layer), W)
    for i in range(len(d.steps) - 1):
        with pytest.raises(ReplayError):
            replay_of(d, (*d.steps[:i], *d.steps[i + 1 :]))


def test_a_wrong_result_does_not_verify():
    """The notebook's rule fails already at n = m = 3, p = 2 once λ is Σ s²."""
    d = derive(lam(layer), W).instantiate(
        {lam: lambda S: sum_entries(HadamardProduct(S, S)), sigma: tanh}
    )
    size = {n: 3, m: 3, p: 2}
    at3 = {symbol: symbol.subs(size) for symbol in (X, W)}
    expr = d.expr.subs(at3).subs(size)
    X3, W3 = MatrixSymbol("X", 3, 3), MatrixSymbol("W", 3, 2)
    S3, slope = (X3 * W3).applyfunc(tanh), (X3 * W3).applyfunc(Lambda(t, 1 - tanh(t) ** 2))
    claim = HadamardProduct(2 * S3, X3.T * slope)
    with pytest.raises(VerificationError):
        verify(expr, W3, claim)


def test_every_rule_of_the_table_is_used_by_some_case():
    used = {step.rule for name in DERIVATIONS for step in derivation(name).steps}
    used |= {step.rule for step in derive(Trace(X.T * X), W).steps}
    used |= {step.rule for step in derive(sum_entries(HadamardPower(X, 3)), X).steps}
    used |= {step.rule for concluded in CONCLUDED.values() for step in concluded().steps}
    assert set(RULES) == used - {NAMING, SUBSTITUTION, KNOWN_DIFFERENTIALS}


def test_functions_of_one_name_and_two_shapes_are_differentiated():
    """Only a text cannot tell them apart, and only where it has the name in it."""
    square, wide = MatrixFunction("nu", (n, n)), MatrixFunction("nu", (n, m))
    A, X = MatrixSymbol("A", n, n), MatrixSymbol("X", n, m)
    expr = Trace(square(A)) + sum_entries(wide(X))
    for wrt in (A, "X"):
        found = derive(expr, wrt)
        assert found.replay() == found.result
        assert found.verify({n: 3, m: 2})
    assert not is_derivative("2*A", expr, A)
    with pytest.raises(InputError, match="nu stands for two things of different shapes"):
        is_derivative("ν(A)", expr, A)
