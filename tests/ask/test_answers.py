"""The answers of the page "Ask", as data, and the addresses that hold a question."""

from __future__ import annotations

import json

import pytest

from derivlib.rules import RULES
from derivlib.site.ask.answers import Asked
from derivlib.site.ask.examples import EXAMPLES

QUESTIONS = [question for asked in EXAMPLES.values() for question in asked]


def stages(**question):
    return {stage["stage"]: stage for stage in Asked(question).stages()}


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda each: json.dumps(each))
def test_an_example_is_derived_and_verified(question):
    asked = Asked(question)
    found = {stage["stage"]: json.loads(json.dumps(stage)) for stage in asked.stages()}
    assert [*found] == ["read", "derived", "verified"]
    assert found["verified"]["agreed"] is True
    assert "seed" not in found["verified"]["text"]
    rows = found["derived"]["rows"]
    assert rows[-1]["right"] in found["derived"]["results"][0]["tex"]
    slugs = {rule.slug for rule in RULES.values()}
    assert {slug for row in rows for _, slug in row["rules"]} <= slugs | {""}
    assert len(asked.unfolded()) == len(asked.answer.derivation.steps)


def test_there_are_thirty_examples():
    assert len({json.dumps(question) for question in QUESTIONS}) == 30


def test_what_was_understood_comes_first():
    (read,) = Asked({"formula": "x'*A*x"}).stages()
    assert read["text"] == "xᵀ*A*x"
    assert [(each["name"], each["kind"], each["shape"]) for each in read["names"]] == [
        ("x", "vector", "n×1"),
        ("A", "matrix", "n×n"),
    ]


def test_a_stated_kind_is_used():
    found = stages(formula="x'*A*x", variable="x", kinds={"symmetric": ["A"]})
    assert found["derived"]["text"] == "∂L/∂x = 2*A*x"
    assert found["read"]["names"][1]["stated"] == ["symmetric"]


def test_a_hessian_and_another_layout():
    assert stages(formula="x'*A*x", variable="x", order=2)["derived"]["text"].endswith("A + Aᵀ")
    laid_out = stages(formula="A*x", variable="x", layout="denominator")["derived"]["laid_out"]
    assert laid_out == [r"A^{\mathsf{T}}"]


def test_several_variables_have_an_answer_each():
    found = stages(formula="norm2(X*w - y)^2", variable="w, y")
    assert [each["variable"] for each in found["derived"]["results"]] == ["w", "y"]
    assert found["verified"]["agreed"]


@pytest.mark.parametrize(
    ("claim", "agreed", "hint"),
    [
        ("2*X'*(X*w - y)", True, ""),
        ("X'*(X*w - y)", False, "off by the factor 1/2"),
        ("2*(X*w - y)'*X", False, "its transpose"),
    ],
)
def test_a_claim_is_judged(claim, agreed, hint):
    found = stages(formula="norm2(X*w - y)^2", variable="w", claim=claim)["claim"]
    assert found["agreed"] is agreed
    assert hint in found["hint"]


LINES = {
    "right": "d(w)'*X'*(X*w - y)*2\n= 2*(X*w - y)'*X*dw\n2*X'*(X*w - y)\n\n= 2*X'*X*w - 2*X'*y",
    "first": "(X*w - y)'*X*dw\n2*X'*(X*w - y)",
    "second": "2*(X*w - y)'*X*dw\n(X*w - y)'*X*dw\n2*X'*(X*w - y)",
    "gradient": "2*(X*w - y)'*X*dw\n= X'*(X*w - y)",
    "last": "2*X'*(X*w - y)\n= 2*X'*X*w - X'*y",
}


@pytest.mark.parametrize(
    ("name", "agreed"),
    [
        ("right", [True, True, True, True]),
        ("first", [False, None]),
        ("second", [True, False, None]),
        ("gradient", [True, False]),
        ("last", [True, False]),
    ],
)
def test_the_first_wrong_line_is_found(name, agreed):
    found = stages(formula="norm2(X*w - y)^2", variable="w", claim=LINES[name])["claim"]
    assert [line["agreed"] for line in found["lines"]] == agreed
    assert found["first_wrong"] == (agreed.index(False) if False in agreed else None)
    assert found["agreed"] is (name == "right")
    assert found["hint"] == ("off by the factor 1/2" if name == "gradient" else "")
    if name != "right":
        assert found["text"].startswith(f"line {found['first_wrong'] + 1}: ")


def test_lines_are_judged_at_the_sizes_that_are_given():
    asked = {"formula": "norm2(X*w - y)^2", "variable": "w", "sizes": "n=2, m=5"}
    told = stages(**asked, claim="2*X'*(X*w - y)")["claim"]["text"]
    assert told.endswith("at m=5, n=2.")
    wrong = stages(**asked, claim="2*(X*w - y)'*X*dw\n(X*w - y)'*X*dw")["claim"]["text"]
    assert "differs at m=5, n=2" in wrong
    missing = stages(**{**asked, "sizes": "n=2"}, claim="2*X'*(X*w - y)")
    assert "m" in missing["error"]["message"]


def test_lines_keep_to_what_was_stated():
    asked = {"formula": "x'*S*x, S symmetric", "variable": "x"}
    assert stages(**asked, claim="dx'*S*x + x'*S*dx\n2*x'*S*dx\n2*S*x")["claim"]["agreed"]
    stated = {"formula": "x'*S*x", "variable": "x", "kinds": {"symmetric": ["S"]}}
    assert stages(**stated, claim="2*x'*S*dx\n2*S*x")["claim"]["agreed"]
    free = stages(formula="x'*S*x", variable="x", claim="2*x'*S*dx")["claim"]
    assert free["agreed"] is False


def test_a_structured_variable_has_a_structured_differential():
    asked = {"formula": "tr(A*X), X square", "variable": "X", "claim": "tr(A'*dX)"}
    assert not stages(**asked)["claim"]["agreed"]
    assert stages(**asked, structure="symmetric")["claim"]["agreed"]


def test_a_name_of_the_formula_is_no_differential():
    asked = {"formula": "dx'*x", "variable": "x"}
    assert stages(**asked, claim="dx")["claim"]["agreed"]
    assert stages(**asked, claim="dx'*d(x)\ndx")["claim"]["agreed"]


@pytest.mark.parametrize(
    ("question", "part", "marked"),
    [
        ({"formula": "tr(X*W", "variable": "X"}, "formula", "("),
        ({"formula": "x'*A*x + foo(x)", "variable": "x"}, "formula", "foo"),
        ({"formula": "x'*A*x", "variable": "x", "claim": "2*A*("}, "claim", "("),
    ],
)
def test_an_error_says_where(question, part, marked):
    error = stages(**question)["error"]
    assert error["part"] == part
    (first, last), *_ = error["places"]
    assert error["typed"][first:last].startswith(marked)


def test_what_does_not_occur_is_said():
    found = stages(formula="x'*A*x", variable="z")
    (note,) = found["derived"]["notes"]
    assert note.startswith("z does not occur")


def test_nothing_that_is_typed_is_run(monkeypatch):
    def run(*_, **__):
        raise AssertionError("something was run")

    monkeypatch.setattr("builtins.eval", run)
    monkeypatch.setattr("builtins.exec", run)
    for typed in ("__import__('os').getcwd()", "x.__class__", "lambda x: x", "[x for x in y]"):
        assert "error" in stages(formula=typed, variable="x")


def test_code_that_cannot_be_written_says_why():
    asked = Asked({"formula": "sum(f(X*W)), f elementwise", "variable": "W"})
    assert [*asked.stages()][-1]["agreed"]
    assert asked.code("numpy").startswith("# f is abstract")


def test_code_is_written_for_the_library_that_is_asked_for():
    asked = Asked({"formula": "x'*A*x", "variable": "x"})
    assert [*asked.stages()][-1]["agreed"]
    assert "tensor of length n" in asked.code("torch")
    assert "array of length n" in asked.code("numpy")


def test_a_complex_name_has_both_derivatives():
    asked = Asked({"formula": "norm(A*x - b)^2", "variable": "x", "numbers": "complex"})
    found = {stage["stage"]: json.loads(json.dumps(stage)) for stage in asked.stages()}
    assert [name["complex"] for name in found["read"]["names"]] == [True] * 3
    derived = found["derived"]
    assert [each["variable"] for each in derived["results"]] == ["x", "conj(x)"]
    assert derived["text"].splitlines()[1] == "∂L/∂conj(x) = Aᴴ*(A*x - b)"
    assert r"\overline{x}} = A^{\mathsf{H}} (A x - b)" in derived["results"][1]["tex"]
    assert [each["text"] for each in derived["conditions"]] == ["b constant", "A constant"]
    assert derived["more"] == []
    assert found["verified"]["agreed"]
    assert "the real and the imaginary part" in found["verified"]["text"]
    assert "A.conj().T" in asked.code("numpy")
    assert len(asked.unfolded()) == len(asked.answer.derivation.steps)
    real = stages(formula="norm(A*x - b)^2", variable="x")
    assert not any(name["complex"] for name in real["read"]["names"])
    assert real["derived"]["more"] == ["numbers", "graph"]


def test_a_complex_hessian_has_four_blocks():
    asked = {"formula": "norm(A*x - b)^2", "variable": "x", "numbers": "complex", "order": 2}
    found = stages(**asked)
    assert [each["variable"] for each in found["derived"]["results"]] == [
        *("conj(x), x", "conj(x), conj(x)", "x, x", "x, conj(x)")
    ]
    assert found["derived"]["results"][0]["text"].endswith(" = Aᴴ*A")
    assert found["verified"]["agreed"]


def test_names_in_a_complex_derivative_are_told_with_it():
    formula = "x^H*x"
    for _ in range(7):
        formula = f"({formula})^2*(1 + {formula})"
    found = stages(formula=formula, variable="x", numbers="complex")
    for each in found["derived"]["results"]:
        equations = each["tex"].split(r",\qquad ")
        named = [equation.partition(" = ")[0] for equation in equations]
        assert {f"s_{{{k}}}" for k in range(1, 7)} <= {*named}
    assert found["verified"]["agreed"]


def test_scalars_are_complex_where_it_is_stated():
    asked = {"formula": "abs(z)^2 + re(c*z)", "variable": "z", "numbers": "complex"}
    found = stages(**asked, kinds={"complex": ["z"]})
    assert [name["complex"] for name in found["read"]["names"]] == [True, False]
    assert found["derived"]["text"].endswith("∂L/∂conj(z) = c/2 + z")
    assert found["verified"]["agreed"]
    assert "z is real" in stages(**asked)["error"]["message"]


@pytest.mark.parametrize(
    ("more", "part"),
    [
        ({"structure": "symmetric"}, "structure"),
        ({"layout": "numerator"}, "layout"),
        ({"claim": "A*x"}, "claim"),
        ({"variable": "x A"}, "variable"),
        ({"formula": "x'*A*x"}, "formula"),
        ({"formula": "norm(A*x)^2, A symmetric"}, "formula"),
        ({"formula": "sum(relu(x))"}, "formula"),
        ({"order": 2, "formula": "A*x"}, "formula"),
    ],
)
def test_what_there_is_for_real_names_only_is_refused(more, part):
    asked = {"formula": "x^H*A*x", "variable": "x", "numbers": "complex"}
    assert stages(**asked)["verified"]["agreed"]
    assert stages(**{**asked, **more})["error"]["part"] == part


def test_a_matrix_of_names_is_a_variable():
    asked = Asked({"formula": "log(det([a, b; c, d]))", "variable": "[a, b; c, d]"})
    read, derived, verified = asked.stages()
    assert {name["kind"] for name in read["names"]} == {"scalar"}
    assert derived["text"].startswith("∂L/∂[a, b; c, d] = [")
    assert derived["more"] == ["numbers"]
    assert verified["agreed"]
    found = asked.at_numbers({"a": "2", "b": "0", "c": "0", "d": "4"})
    assert found["derivatives"][0][1] == r"\begin{bmatrix}0.5 & 0 \\ 0 & 0.25\end{bmatrix}"
    both = stages(formula="u^2*v", variable="u v", order=2)["derived"]
    assert both["text"] == stages(formula="u^2*v", variable="[u; v]", order=2)["derived"]["text"]
    assert "stands alone" in stages(formula="u*v", variable="[u], v")["error"]["message"]


def test_a_function_whose_value_is_a_matrix_is_stated_behind_the_formula():
    found = stages(formula="logdet(K(t)), K function in R^(n x n)", variable="t")
    assert found["derived"]["text"] == "∂L/∂t = tr(K(t)⁻¹*∂K(t)/∂t)"
    assert found["verified"]["agreed"]
    assert "K function in R^(n x m)" in stages(formula="K(t)", variable="t")["error"]["message"]


def test_a_line_has_the_shape_of_what_it_claims():
    asked = {"formula": "t*I + A, A in R^(3 x 3)", "variable": "t"}
    assert stages(**asked, claim="I")["claim"]["agreed"]
    assert stages(**asked, claim="I*dt\nI")["claim"]["agreed"]
