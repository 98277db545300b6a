"""What each step of a derivation substituted: all of it is told, and told so that it is right."""

from __future__ import annotations

import pytest
from expressions import DERIVATIONS, U, W, X, derivation, lam, layer, m, n
from sympy import Basic, Expr, Lambda, MatrixSymbol, Trace, Tuple

from derivlib import RULES, InputError, derive, latex
from derivlib.display.substitutions import _MOST_FOLDED, Substitutions
from derivlib.rules.instances import placeholders_for, substituted


def told(step):
    return Substitutions((step,))._repr_markdown_()


@pytest.mark.parametrize("name", DERIVATIONS)
def test_every_argument_of_every_step_is_told(name):
    for step in derivation(name).steps:
        shown = told(step)
        assert rf"$\textrm{{{step.rule}}}$" in shown
        for side in step.rewritten:
            assert latex(side) in shown
        for condition in step.requires:
            assert latex(condition.subject) in shown
        for letter, argument in step.substituted:
            if isinstance(argument, Basic) and latex(letter) != latex(argument):
                assert f"{latex(letter)} := {latex(argument)}$" in shown
        letters = dict(step.substituted)
        for argument in step.arguments:
            fixed = isinstance(argument, (int, str, Tuple, Lambda)) or argument in letters.values()
            assert fixed or argument in placeholders_for(step.entry, step.arguments)
        shown = shown.replace(r"divided\_differences", "")
        for internal in ("Lambda", "_xi", r"\xi", "_d", "Dummy", "theta_"):
            assert internal not in shown


@pytest.mark.parametrize("name", DERIVATIONS)
def test_a_rule_with_its_placeholders_put_in_is_what_the_step_did(name):
    """The letters of a statement, replaced by what they stand for, give the arguments again."""
    for step in derivation(name).steps:
        if step.entry is None:
            continue
        placeholders = placeholders_for(step.entry, step.arguments)
        assert len(placeholders) == len(step.arguments)
        stands = dict(zip(map(str, placeholders), step.arguments, strict=True))
        assert len(stands) == len({*map(str, placeholders)})
        for letter, argument in zip(placeholders, step.arguments, strict=True):
            if isinstance(argument, Expr):
                assert letter.is_Matrix is argument.is_Matrix
        assert step.statement == step.entry.equation(*placeholders)
        if step.entry.family != "structure":  # where a whole derivative is passed on
            assert step.entry.left(*step.arguments) == step.rewritten[0]


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.name)
def test_a_rule_applied_to_its_own_instances_is_stated_in_their_letters(rule):
    for instance in rule.instances:
        chosen = placeholders_for(rule, instance)
        told = [pair for pair in substituted(chosen, instance) if pair[0] != pair[1]]
        assert len({*map(str, chosen)}) == len({*map(str, instance)})
        left, right = rule.equation(*chosen)
        assert latex(left)
        assert latex(right)
        assert all(str(letter) for letter, _ in told)


def test_more_factors_than_a_rule_is_stated_with_have_letters_of_their_own():
    A, B, C = (MatrixSymbol(name, n, n) for name in "ABC")
    steps = derive(Trace(A * X * B.subs(n, m) * X.T * C), X).steps
    step = next(step for step in steps if step.rule == "product")
    assert str(step.substituted) == "((U, A), (V, X), (T, B), (A, X.T), (B, C))"


def test_functions_that_stand_for_themselves_are_not_told_and_matrices_are():
    steps = {step.rule: told(step) for step in derive(lam(layer), W).steps}
    assert r"with $U := S$" in steps["abstract scalar function"]
    assert r"with $U := N$" in steps["elementwise function"]
    assert r"$A := X$, $E := \mathrm{d}W$" in steps["cyclic property of the trace"]
    assert r"$\displaystyle G := \frac" in steps["Hadamard product in the trace"]


def test_a_derivation_unfolds_below_its_block():
    d = derive(lam(layer), W)
    markdown = d._repr_markdown_()
    block, fold = markdown.split("\n\n", 1)
    assert block == d._repr_latex_()
    assert fold.startswith("<details")
    assert fold.endswith("</details>")
    assert fold.count(r"$\textrm{") == len(d.steps)


def test_a_long_derivation_unfolds_in_parts():
    S = U
    for _ in range(20):
        S = (U * S).applyfunc(lam)
    d = derive(Trace(S), U)
    assert len(d.steps) > _MOST_FOLDED
    markdown = d._repr_markdown_()
    assert f"substitutions({_MOST_FOLDED + 1}, {len(d.steps)})" in markdown
    assert markdown.split("<details")[1].count(r"$\textrm{") == _MOST_FOLDED
    rest = d.substitutions(_MOST_FOLDED + 1)
    assert rest.first == _MOST_FOLDED + 1
    assert len(rest.steps) == len(d.steps) - _MOST_FOLDED
    assert rest._repr_markdown_().startswith(f"{_MOST_FOLDED + 1}. ")


@pytest.mark.parametrize("span", [(0, 2), (3, 2), (1, 999)])
def test_steps_that_are_not_there_are_refused(span):
    with pytest.raises(InputError, match=r"there are no steps .* the derivation has"):
        derive(lam(layer), W).substitutions(*span)
