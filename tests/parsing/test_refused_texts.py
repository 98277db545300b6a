"""What cannot be read is refused with what, where and what next, and nothing is guessed."""

from __future__ import annotations

import pytest
from sympy import Matrix, MatrixSymbol, Symbol, ZeroMatrix, symbols

from derivlib import (
    DerivlibWarning,
    InputError,
    ParseError,
    ShapeError,
    derive,
    hessian,
    is_derivative,
    parse,
    read_text,
    text,
)

n = symbols("n", integer=True, positive=True)

REFUSED = {
    # text: (message, what is marked)
    "": ("no formula in the text", ""),
    "tr(X*W": (r"\( is not closed", "("),
    "X)": (r"\) closes no bracket", ")"),
    "(1, 2]": (r"\] does not close the \( before it", "("),
    "x+": (r"ends after \+", "+"),
    "*x": (r"cannot begin with \*", "*"),
    "x = y": ("write one side", "="),
    "x < y": (r"compares within \[ \]", "<"),
    "where(x, 1, 2)": ("x is no condition; write x > 0", "x"),
    "where(x > 0, 1)": ("a condition and two values", "where(x > 0, 1)"),
    "where(x > y, x, y)": ("of the entries of one matrix", "where(x > y, x, y)"),
    "logical_and(x > 0, y > 0)": ("joins conditions within where", "logical_and(x > 0, y > 0)"),
    "where(logical_not(x > 0, y > 0), 1, 2)": (r"logical_not\(x > 0\)", None),
    "[x == y]": ("== compares nothing here", "x == y"),
    "relu(x, at_zero=2)": ("from 0 to 1, not 2", None),
    "relu(x, at_end=1)": ("no argument at_end=", None),
    "relu(x, at_zero=0, axis=1)": ("no argument axis=", None),
    "relu(x, y, at_zero=1)": ("takes 1 arguments, not 2", None),
    "abs(x, at_zero=2)": ("-1 and 1, not 2", None),
    "max(x, 0, at_zero=1)": ("no argument at_zero=", None),
    "max(x, at_tie=1/3)": ("is 1 if the first of equal entries has the slope", None),
    "max(c, t, k, at_tie=1)": ("said of one argument or of two", None),
    "min(c, t, at_tie=k)": ("0 and 1, not k", None),
    "max(c, t, at_tie=X)": ("at_tie is a number", None),
    "clip(x, 0, Y)": ("all arguments but the first are numbers", None),
    "huber(x, c)": ('positive="M"', None),
    "x # y": ("# has no meaning", "#"),
    "x'*y, S": ("what is S", None),
    "x'*y, S purple": ("states what a name is", "S purple"),
    "2 3": ("cannot follow 2 without a sign", "3"),
    "a^b^c": ("different ways", "a^b^c"),
    "e^x": (r"write exp\(", "e"),
    "1/2 x": ("two ways", "2 x"),
    "9^(9^9)": ("too many digits", "9^(9^9)"),
    "gamma(10^9)*x": ("too many digits", "gamma(10^9)"),
    "1e999999999*x": ("outside of what computers count with", "1e999999999"),
    "1/0": ("has no value", "1/0"),
    "x'Ax": (r"write A\*x for the product", "Ax"),
    "sinn(x)": ("did you mean sin", "sinn"),
    "frobnicate(x)": ('elementwise="frobnicate"', "frobnicate"),
    "log(x, 2)": ("takes 1 arguments, not 2", "log(x, 2)"),
    "sum(X, 1)": ("axis=0", "sum(X, 1)"),
    "softmax(X)": ("axis=1", "softmax(X)"),
    "sum(X, axis=2)": ("axis=0", "sum(X, axis=2)"),
    "norm(x, 7)": ("order 7", "7"),
    "‖A‖_2": ("largest singular value", "‖A‖_2"),
    "|A|": (r"det\(A\)", "|A|"),
    "A/B": (r"A\*inv\(B\)", "A"),
    "sum(x^2)": (r"x\.\^2", "x"),
    "sum(1/x)": ("entry by entry", "1"),
    "A@B*C": (r"write \.\* for the one and @ for the other", "A@B*C"),
    "[exp(A*exp(B))]": (r"write \.\*", None),
    "X*w + w'": ("X.w is a vector, w' is a row vector", "X*w"),
    "y.*X*w": ("y is a vector, X is a matrix", "y"),
    "tr(X*W), X n×m, W m×p": ("square matrices", "X*W"),
    "a*x": ("2 ways: a is a vector and x is a scalar, or a is a scalar", "a"),
    "x*y": (r"x'\*y is the product", "x"),
    "X[[0, 1], [0, 1]]": ("rows by their numbers", None),
    "X[0, 1, 2]": ("one index or two", "X[0, 1, 2]"),
    "X[0.5, 1]": ("no index", "0.5"),
    "[1, 2; 3]": ("same number of entries", "3"),
    "T'*exp": ("exp is a function", "exp"),
    r"\foo x": ("no command of TeX", r"\foo"),
    "__import__('os')": ("no function known|no meaning", None),
    "x.__class__": ("nothing known", "x.__class__"),
    "A.eigenvalues()": ("no function known", "eigenvalues"),
    "np.sum(X**2)": (r"\*\* is entry by entry", "X**2"),
    "(A * X).sum()": (r"\* between arrays", "A * X"),
    "tr[A*X]": (r"write tr\(", "tr["),
    "[A B]": ("comma between blocks", "[A B]"),
    "|X'*X|": (r"det\(A\)", "|X'*X|"),
    "p'*log(p/q)": (r"A\./B", "p"),
    "x*A*x": (r"x'\*y", "x"),
    "sum_i x_i^2": ("no sums or minima over an index", "sum_i"),
    "||Ax - b||^2": (r"write A\*x", "Ax"),
    "xx'": (r"write x\*x", "xx"),
    "x(1)": (r"write x\[", None),
    "X(:)": (r"write vec\(X\)", ":"),
    "svd(A)": ("cannot be differentiated here", "svd"),
    "sigma(x)": ("did you mean sigmoid", "sigma"),
    "x'*A*x, A symetric": ("did you mean symmetric", None),
    "x'*x + I": ("I is a matrix", None),
    "X*w, X 3×2, w 4×1": (r"X is 3×2, w is 4×1", "X"),
    "tr(X), X 3×2": ("3×2", "X"),
    "X + Y, X in R^(n x m), Y in R^(m x n)": ("X is n×m, Y is m×n", "X"),
    "f(X), f elementwise in R^n": ("leave the sizes out", "f elementwise in R^n"),
    "f(X), f in R^n, f elementwise": ("leave the sizes out", "f elementwise"),
    "f(X), f function, f matrix": ("the sizes are stated: f function in", "f matrix"),
    "f(X), f matrix, f function": ("the sizes are stated: f function in", "f function"),
    "f(X), f function in R^2, f in R^3": ("two things, 3×1 among them", "f in R^3"),
    "f(X), f function in R^0": ("positive whole number, not 0", "f function in R^0"),
    "f(X)*x, f function in R^(2 x 3), x in R^2": (r"f\(X\) is 2×3, x is 2×1", "f(X)"),
    "f'(x), f function in R^n": (r"write ∂f\(t\)/∂t", "f'(x)"),
    "x, x size, x in R^2": ("stated to be two things", "x in R^2"),
    "K(X)": (r"K function in R\^\(n x m\)", "K"),
    "S*x, S scalar, S symmetric": ("stated to be two things", None),
}


@pytest.mark.parametrize("typed", REFUSED)
def test_refused_with_what_and_where(typed):
    message, marked = REFUSED[typed]
    with pytest.raises(ParseError, match=message) as caught:
        parse(typed)
    error = caught.value
    if marked:
        start, end = error.places[0]
        assert error.text[start:end] == marked
        line, marks = str(error).splitlines()[-2:]
        assert line[marks.index("^") :].startswith(
            marked[: marks.count("^")] if "^ " not in marks else marked[0]
        )


def test_what_is_not_real_is_not_compared():
    with pytest.raises(ParseError, match="not both real numbers"):
        parse("where(sqrt(-1) > 0, 1, 2)")


def test_an_argument_that_stands_twice_needs_a_number():
    with pytest.raises(ParseError, match="t is an argument twice: write ∂₁ above"):
        parse("∂f(t, t)/∂t", function="f")
    with pytest.raises(ParseError, match="u is not the argument 1"):
        parse("∂₁f(t, u)/∂u", function="f")
    for written in ("∂₂f(t, t)/∂t", "∂_2f(t, t)/∂t", r"\frac{\partial_{2} f(t, t)}{\partial t}"):
        found = parse(written, function="f", scalar="t")
        assert text(found) == "∂₂f(t, t)/∂t"
        assert found.position == 1


def test_a_power_of_a_derivative_needs_brackets():
    with pytest.raises(ParseError, match="write brackets around what a power is taken of"):
        parse("∂f(u, v)/∂u**2", function="f")
    assert text(parse("(∂f(u, v)/∂u)**2", function="f", scalar="u v")) == "(∂f(u, v)/∂u)**2"
    assert text(parse("∂²f(u, v)/∂u²", function="f", scalar="u v")) == "∂²f(u, v)/∂u²"


def test_choices_are_told_apart():
    with pytest.raises(ParseError) as caught:
        parse("a*x")
    assert caught.value.choices == (
        "a is a vector and x is a scalar",
        "a is a scalar and x is a vector",
    )
    assert parse("a*x", scalar="a").shape[1] == 1


@pytest.mark.parametrize(
    ("kinds", "message"),
    [
        ({"A": "purple"}, "says nothing here"),
        ({"A": 3}, 'a word such as "scalar"'),
        ({"symmetric": 3}, "takes names"),
        ({"A": (0, 2)}, "positive whole number"),
        ({"A": ("n m", 2)}, "whole number or a name"),
        ({"A": "scalar matrix"}, "two things"),
    ],
)
def test_what_is_stated_has_to_say_something(kinds, message):
    with pytest.raises(InputError, match=message):
        parse("A*x", **kinds)


def test_other_objects_are_no_text():
    with pytest.raises(InputError, match="a text is read"):
        read_text(3)


@pytest.mark.parametrize(
    "typed",
    [
        "(" * 2_000 + "x" + ")" * 2_000,
        "x + " * 3_000 + "x",
        "exp(" * 1_200 + "x" + ")" * 1_200,
    ],
)
def test_long_and_deep_texts_are_refused_at_once(typed):
    with pytest.raises(ParseError, match=r"longer than 10,000|nest deeper than 1,000"):
        parse(typed)


def test_deep_texts_are_read_or_refused():
    """Brackets may nest as deep as that; what SymPy cannot hold is refused by an error of ours."""
    assert parse("(" * 900 + "x'*x" + ")" * 900) == parse("x'*x")
    deep = "exp(" * 700 + "x'*x" + ")" * 700
    try:
        parse(deep)
    except ParseError as error:
        assert "too deeply" in str(error)  # noqa: PT017


def test_many_names_take_no_longer_than_few():
    """A hundred names that do not fit are not tried in all combinations."""
    typed = " + ".join(f"a_{k}*x_{k}" for k in range(50))
    with pytest.raises(ParseError, match="state"):
        parse(typed)


def test_a_variable_that_does_not_occur_is_warned_of():
    with pytest.warns(DerivlibWarning, match="z does not occur"):
        assert derive("x'*A*x", "z").result == ZeroMatrix(n, 1)


def test_a_claim_of_another_shape_is_judged():
    verdict = is_derivative("x'*A", "x'*A*x", "x")
    assert not verdict
    assert "the shapes differ" in verdict.reason


def test_names_of_a_text_are_those_of_the_symbols_beside_it():
    X, A = MatrixSymbol("X", 4, 3), MatrixSymbol("A", 3, 4)
    assert derive("tr(A*X)", X, A=A).result == A.T
    with pytest.raises(InputError, match="no B in the expression"):
        derive(parse("tr(A*X)", A=A), "B")
    with pytest.raises(InputError, match="no text is given"):
        derive(Symbol("t") ** 2, Symbol("t"), scalar="t")


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("[u; v", r"\[u; v is no Matrix of names"),
        ("[u, v; t]", "the same number of names"),
        ("[]", "no Matrix of names"),
        ("[u; [v]]", "no Matrix of names"),
        ("[u; u]", "u occurs twice"),
        ("[u; v], t", "stands alone"),
        ("u]", r"u\] is no name"),
        ("A[0, 0]", r"A\[0 is no name"),
    ],
)
def test_what_is_typed_in_brackets_is_a_matrix_of_names(typed, message):
    with pytest.raises(InputError, match=message):
        derive("u*v*t, u scalar, v scalar", typed)


def test_the_entries_of_a_typed_matrix_are_scalars():
    d = derive("log(det([a, b; c, d]))", "[a, b; c, d]")
    assert d.wrt == Matrix([[d.wrt[0], d.wrt[1]], [d.wrt[2], d.wrt[3]]])
    assert [str(symbol) for symbol in d.wrt] == ["a", "b", "c", "d"]
    assert d.verify()
    assert hessian("u^2*v", "[u; v]") == hessian("u^2*v", ["u", "v"])
    assert derive("[u*v; u + v]", "[u, v]").wrt.shape == (1, 2)
    with pytest.raises(InputError, match="x is stated to be two things"):
        derive("x'*A*x, x vector", "[x; t]")
    with pytest.raises(InputError, match=r"X in .* is a matrix"):
        derive("tr(X) + t", "[X; t]", X=(3, 3))
    with pytest.warns(DerivlibWarning, match="q does not occur"):
        assert derive("u^2", "[u; q]").result[1] == 0


def test_what_has_a_structure_is_square():
    gradient = derive("tr(A*S)", "S", structure="symmetric")
    assert gradient.verify()
    assert gradient.wrt.shape[0] == gradient.wrt.shape[1]
    assert derive("tr(A*S)", "S", structure="symmetric", square="A").result == gradient.result
    assert derive("tr(A*S)", "S", structure="diagonal", S=(3, 3)).result.shape == (3, 3)
    assert hessian("tr(S*A*S)", "S", structure="lower triangular").verify()
    assert is_derivative("A + A' - diag(diag(A))", "tr(A*S)", "S", structure="symmetric")
    with pytest.raises(ShapeError, match="square"):
        derive("tr(A*S)", "S", structure="symmetric", S=(3, 2))
