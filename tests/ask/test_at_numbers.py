"""The values of a formula and of its derivative at a reader's own numbers."""

from __future__ import annotations

import json
import re
from fractions import Fraction

import pytest

from derivlib.site.ask.answers import Asked
from derivlib.site.ask.at_numbers import MOST_ENTRIES, NumbersError, as_tex, read_matrix
from derivlib.site.ask.examples import EXAMPLES

np = pytest.importorskip("numpy")

QUESTIONS = [
    question
    for asked in EXAMPLES.values()
    for question in asked
    if "elementwise" not in question["formula"]
]


def asked(formula, variable, **more):
    found = Asked({"formula": formula, "variable": variable, **more})
    assert [stage["stage"] for stage in found.stages()][-1] == "verified"
    return found


def wrong(formula, variable, numbers, **more):
    return asked(formula, variable, **more).at_numbers(numbers)["wrong"]


def as_array(tex):
    inside = re.sub(r"\\(begin|end)\{bmatrix\}", "", tex)
    rows = [re.sub(r" \\cdot 10\^\{(-?\d+)\}", r"e\1", row) for row in inside.split(r"\\")]
    return np.array([[float(entry) for entry in row.split("&")] for row in rows])


def typed_as_array(typed):
    return np.array([[float(Fraction(e)) for e in row.split()] for row in typed.split(";")])


def as_argument(array, symbol):
    """What generated code takes: a number, a vector with one axis, a matrix."""
    if not symbol.is_Matrix:
        return array.item()
    return array.ravel() if symbol.shape[1] == 1 else array


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda each: json.dumps(each))
def test_the_values_are_those_of_numpy(question):
    found = asked(**question)
    numbers = found.example_numbers()
    assert all(numbers.values())
    shown = found.at_numbers(numbers)
    derivation = found.answer.derivation
    symbols = {str(symbol): symbol for symbol in derivation.expr.free_symbols}
    arguments = [symbols[name] for name in numbers]
    arrays = [typed_as_array(typed) for typed in numbers.values()]
    values = [as_argument(*pair) for pair in zip(arrays, arguments, strict=True)]
    calculated = derivation.to_function("numpy", args=arguments)(*values)
    ((_, derivative),) = shown["derivatives"]
    laid_out = np.reshape(calculated, as_array(derivative).shape)
    np.testing.assert_allclose(as_array(derivative), laid_out, rtol=2e-5, atol=1e-9)


def test_the_value_and_the_gradient_by_hand():
    found = asked("norm2(X*w - y)^2", "w, y").at_numbers(
        {"X": "1 2; 3 4; 5 6", "w": "1; -1", "y": "0; 1; 1/2"}
    )  # the residual is (-1, -2, -3/2)
    assert found["value"] == "7.25"
    assert [tex for _, tex in found["derivatives"]] == [
        as_tex([["-29"], ["-38"]]),
        as_tex([["2"], ["4"], ["3"]]),
    ]
    assert found["derivatives"][1][0] == r"\frac{\partial L}{\partial y}"


@pytest.mark.parametrize(
    "typed",
    ["1 2; 3 0.5", "[[1, 2], [3, 1/2]]", "1, 2\n3, .5", "[1 2; 3 5e-1]", " [1,2],\n[3,0.50] "],
)
def test_matrices_are_read_as_people_write_them(typed):
    assert read_matrix(typed, "A") == [[1, 2], [3, Fraction(1, 2)]]


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", "A: no numbers are given"),
        ("1 2; 3", "A: rows have the same number of entries, here 2 and 1"),
        ("1 x", "A: x is no number; write 2, -0.5 or 1/3"),
        ("1/0", "A: 1/0 is no number"),
        ("nan", "A: nan is no number"),
        ("__import__('os')", "A: __import__('os') is no number"),
        ("1 " * (MOST_ENTRIES + 1), f"A has more than {MOST_ENTRIES} entries"),
    ],
)
def test_what_is_no_matrix_is_refused(typed, told):
    with pytest.raises(NumbersError, match=re.escape(told)):
        read_matrix(typed, "A")


def test_where_there_is_no_value_is_told():
    said = wrong("tr(inv(A))", "A", {"A": "1 2; 2 4"})
    assert "no finite real value: a singular matrix in" in said
    assert "A**(-1)" in said
    assert wrong("log(x'*x)", "x", {"x": "0; 0"}).endswith('"log(Trace(x.T*x))" at n=2')


@pytest.mark.parametrize(
    ("numbers", "told"),
    [
        ({"X": "1 2; 3 4", "w": "1; 2", "y": "1; 2; 3"}, "y has 3 rows, not 2, the rows of X"),
        ({"X": "1 2; 3 4", "w": "1 2", "y": "1; 2"}, "w has 1 row, not 2, the columns of X"),
        ({"X": "1 2; 3 4", "w": "1 2; 3 4", "y": "1; 2"}, "w has 2 columns, not 1"),
        ({"X": "1 2; 3 4", "w": "1; 2"}, "y: no numbers are given"),
    ],
)
def test_sizes_have_to_agree(numbers, told):
    assert wrong("norm2(X*w - y)^2", "w", numbers).startswith(told)


DEFINITE = "S is positive definite;"


@pytest.mark.parametrize(
    ("formula", "numbers", "told"),
    [
        (
            "logdet(S), S positive_definite",
            "1 2; 3 9",
            "S is positive definite; entry (1, 2) should be 3",
        ),
        (
            "logdet(S), S positive_definite",
            "1 2; 2 1",
            "S is positive definite; these numbers are not",
        ),
        ("tr(S*S), S diagonal", "1 2; 0 1", "S is diagonal; entry (1, 2) should be 0"),
        ("sum(S), S orthogonal", "1 0; 0 2", "Sᵀ*S = I does not hold"),
        ("sum(S), S'*S = I", "1; 1", "Sᵀ*S = I does not hold"),
        ("tr(S), S = S'", "1 2; 3 4", "S is symmetric; entry (1, 2) should be 3"),
        ("log(det(S))", "1 1; 1 1", "at these numbers the formula or its derivative has no"),
    ],
)
def test_what_was_stated_has_to_hold(formula, numbers, told):
    assert wrong(f"t^2 + {formula}", "t", {"S": numbers, "t": "1"}).startswith(told)


def test_a_structured_variable_keeps_its_structure():
    numbers = {"A": "1 2; 3 4", "X": "1 0; 2 1"}
    told = wrong("tr(A*X)", "X", numbers, structure="symmetric")
    assert told == "X is symmetric; entry (1, 2) should be 2"
    assert "value" in asked("tr(A*X), X square", "X").at_numbers(numbers)


def test_a_scalar_keeps_its_sign():
    assert wrong("log(t), t positive", "t", {"t": "-2"}) == "t is positive; -2 is not"
    assert "value" in asked("log(t), t positive", "t").at_numbers({"t": "2"})


def test_an_abstract_function_has_no_numbers():
    found = asked("sum(f(X*w)), f elementwise", "w")
    assert not any(found.example_numbers().values())
    told = found.at_numbers({"X": "1 2", "w": "1; 2"})["wrong"]
    assert told == "f can be any function, so there are no numbers for it"


def test_what_cannot_hold_at_once_has_no_example():
    found = Asked({"formula": "tr(A*S), S positive_definite, S^2 = I", "variable": "A"})
    assert "derived" in {stage["stage"] for stage in found.stages()}
    assert not any(found.example_numbers().values())
    told = found.at_numbers({"A": "1 2; 3 4", "S": "1 0; 0 1"})["wrong"]
    assert "involutory and positive definite at once" in told


def test_a_size_in_the_formula_is_that_of_the_numbers():
    found = asked("sum(x)/n, x in R^n", "x").at_numbers({"x": "1; 2; 4; 1"})
    assert found["value"] == "2"
    assert as_array(found["derivatives"][0][1]).ravel().tolist() == [0.25] * 4


def test_large_and_small_numbers_are_set_as_powers_of_ten():
    assert as_tex([["1.5e+20"]]) == r"1.5 \cdot 10^{20}"
    assert as_tex([["1", "-2e-07"]]) == r"\begin{bmatrix}1 & -2 \cdot 10^{-7}\end{bmatrix}"


def test_each_derivation_has_its_graph():
    (first, second) = asked("norm2(X*w - y)^2", "w, y").graph()
    assert first.startswith("<")
    assert "<svg" in first
    assert first != second
