"""relu, Max, Min, Abs and sign: where they have a derivative, and what is taken where not."""

import pickle

import numpy as np
import pytest
import sympy as sp
from sympy import Abs, Heaviside, Lambda, Matrix, MatrixSymbol, Max, Min, Symbol, sign, symbols

from derivlib import (
    DerivlibError,
    InputError,
    UndefinedError,
    VerificationError,
    absolute,
    amax,
    amin,
    clip,
    derive,
    dot,
    elu,
    hardmax,
    hessian,
    huber,
    is_derivative,
    latex,
    leaky_relu,
    maximum,
    minimum,
    norm,
    parse,
    relu,
    softmax,
    sum_entries,
    text,
)
from derivlib.expressions.traversal import applied
from derivlib.nodes.share import Share

n, m = symbols("n m", integer=True, positive=True)
lam = sp.Function("lambda")
X, w, x, y = (MatrixSymbol(*of) for of in (("X", n, m), ("w", m, 1), ("x", n, 1), ("y", n, 1)))
s, t, z = symbols("s t z")
SIZES = {n: 4, m: 3}


def conditions(derivation):
    return [str(c) for c in derivation.assumptions if c.property != "constant"]


@pytest.mark.parametrize(
    ("expr", "wrt", "shown", "told"),
    [
        (sum_entries(relu(X * w)), w, "Xᵀ*[X*w > 0]", ["X*w without zero entries"]),
        (relu(dot(x, y)), x, "[xᵀ*y > 0]*y", ["xᵀ*y not zero"]),
        (sum_entries((X * w).applyfunc(Abs)), w, "Xᵀ*sign(X*w)", ["X*w without zero entries"]),
        (Max(t, 0) ** 2, t, "2*Heaviside(t)*Max(0, t)", ["t not zero"]),
        (Max(dot(x, y), t), x, "Heaviside(xᵀ*y - t)*y", ["t - (xᵀ*y) not zero"]),
        (Min(s, t), t, "Heaviside(s - t)", ["s - t not zero"]),
        (t * sign(t), t, "sign(t)", ["t not zero"]),
        (Abs(1 + t**2), t, None, []),
        (relu(sp.exp(t)), t, None, None),
    ],
)
def test_derivatives_and_where_they_exist(expr, wrt, shown, told):
    derivation = derive(expr, wrt)
    if shown is not None:
        assert str(derivation).partition(" = ")[2] == shown
    if told is not None:
        assert conditions(derivation) == told
    assert derivation.verify(SIZES)
    assert derivation.replay() == derivation.result


def test_the_second_derivative_is_zero_where_the_first_is_constant():
    second = hessian(sum_entries(relu(X * w)), w)
    assert second.result == sp.ZeroMatrix(m, m)
    assert conditions(second) == ["X*w without zero entries"]
    assert second.verify(SIZES).method == "exact"


@pytest.mark.parametrize(
    ("claim", "expr"),
    [
        (Heaviside(-t), Max(t, 0)),
        (Heaviside(t), Min(t, 0)),
        (1, Abs(t)),
        (1, relu(t)),
        (Heaviside(t) + 1, Max(t, s, 2 * s)),
    ],
)
def test_the_judge_looks_on_both_sides_of_a_kink(claim, expr):
    assert not is_derivative(claim, expr, t)


def test_the_judge_has_a_definition_of_its_own(monkeypatch):
    """A wrong slope told by the node is not what the judge compares with."""
    from derivlib.nodes.relu import Relu

    monkeypatch.setattr(Relu, "fdiff", lambda self, argindex=1: Heaviside(-self.args[0], 0))
    wrong = derive(relu(Symbol("k")) * 3, Symbol("k"))
    with pytest.raises(VerificationError):
        wrong.verify()


AT_KINKS = {
    "relu": (relu(t), 0, 0),
    "a tie of Max": (Max(t, 0), 0, 0.5),
    "a tie of Min": (Min(t, 2), 2, 0.5),
    "Abs": (Abs(t), 0, 0),
    "sign": (t * sign(t), 0, 0),
}


@pytest.mark.parametrize("name", AT_KINKS)
def test_what_is_taken_at_a_kink(name):
    expr, place, wanted = AT_KINKS[name]
    slope = derive(expr, t)
    assert slope.to_function()(float(place)) == wanted
    assert slope.result.subs(t, place) == sp.nsimplify(wanted)


@pytest.mark.parametrize(
    "backend",
    ["numpy", *(pytest.param(b, marks=pytest.mark.needs(b)) for b in ("jax", "torch"))],
)
@pytest.mark.parametrize(
    ("function", "wanted"),
    [
        (lambda A: relu(A), [0, 0, 1]),
        (lambda A: A.applyfunc(Lambda(z, Max(z, 0))), [0, 0.5, 1]),
        (lambda A: A.applyfunc(Lambda(z, Min(z, 0))), [1, 0.5, 0]),
        (lambda A: A.applyfunc(Abs), [-1, 0, 1]),
    ],
)
def test_code_takes_the_same_at_kinks(backend, function, wanted):
    slope = derive(sum_entries(function(x)), x).to_function(backend=backend)
    at = np.array([-2.0, 0.0, 3.0])
    if backend == "torch":
        import torch

        at = torch.from_numpy(at)
    assert np.array_equal(np.asarray(slope(at)), wanted)


def test_no_verdict_depends_on_a_point_at_a_kink():
    """Of 60 seeds, some draw an entry of x that is the one of y."""
    derivation = derive(sum_entries(relu(x - y, at_zero=1)), x)
    assert all(derivation.verify({n: 3}, seed=seed) for seed in range(60))


@pytest.mark.parametrize("extreme", [Max, Min])
def test_shares_of_several_are_equal_where_they_meet(extreme):
    u, v = symbols("u v")
    slopes = [derive(extreme(u, v, t), each).result for each in (u, v, t)]
    third, half = sp.Rational(1, 3), sp.Rational(1, 2)
    outward = 1 if extreme is Max else -1
    for places, wanted in (
        ((1, 1, 1), (third, third, third)),
        ((2, 1, 2), (half, 0, half)),
        ((0, 1, 1), (0, half, half)),
        ((1, 2, 0), (0, 1, 0)),
    ):
        at = dict(zip((u, v, t), (outward * each for each in places), strict=True))
        assert tuple(slope.subs(at) for slope in slopes) == wanted


BACKENDS = ["numpy", *(pytest.param(b, marks=pytest.mark.needs(b)) for b in ("jax", "torch"))]


def floats(slope, backend, **values):
    """The result of code, as numbers."""
    given = {name: np.asarray(value, float) for name, value in values.items()}
    if backend == "torch":
        import torch

        given = {name: torch.from_numpy(value) for name, value in given.items()}
    return np.asarray(slope.to_function(backend)(**given)).tolist()


@pytest.mark.parametrize("backend", BACKENDS)
def test_code_shares_equally_too(backend):
    u, v = symbols("u v")
    slopes = derive(Max(t, u, v), t), derive(Min(t, u, v), t)
    assert [floats(d, backend, t=2, u=2, v=2) for d in slopes] == pytest.approx([1 / 3, 1 / 3])
    assert [floats(d, backend, t=2, u=1, v=2) for d in slopes] == [0.5, 0]
    of_entries = derive(sum_entries(x.applyfunc(Lambda(z, Max(z, 0, 2 * z, -z)))), x)
    found = floats(of_entries, backend, x=[-1.0, 0.0, 1.0])
    assert found == pytest.approx([-1, (1 + 2 - 1) / 4, 2])


def test_the_definition_of_shares_is_the_one_of_arrays_and_entries():
    u, v = symbols("u v")
    second = derive(Share(t, u, v) * t, t)
    assert second.verify(method="double", code="numpy").method == "double"
    assert second.verify(code="numpy").method == "exact"
    assert not is_derivative(Share(u, t, v), Max(t, u, v), t)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("at_zero", [0, 0.5, 1, 0.25])
def test_what_relu_has_at_zero_is_said(backend, at_zero):
    number = derive(relu(t, at_zero=at_zero), t)
    entries = derive(sum_entries(relu(x, at_zero=at_zero)), x)
    assert float(number.result.subs({t: 0})) == at_zero
    assert floats(number, backend, t=0) == at_zero
    assert floats(entries, backend, x=[-1.0, 0.0, 2.0]) == [0, at_zero, 1]
    assert number.verify(code=None if backend != "numpy" else "numpy")
    assert entries.verify({n: 3}).method == "exact"


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("slope", [-1, 0, 0.25, 1])
def test_what_the_magnitude_has_at_zero_is_said(backend, slope):
    number, entries = derive(absolute(t, slope), t), derive(norm(x, 1, at_zero=slope), x)
    assert [number.result.subs(t, place) for place in (-3, 0, 3)] == [-1, sp.nsimplify(slope), 1]
    assert [floats(number, backend, t=place) for place in (-3, 0, 3)] == [-1, slope, 1]
    assert floats(entries, backend, x=[-1.0, 0.0, 2.0]) == [-1, slope, 1]
    assert is_derivative(number.result, Abs(t), t)
    assert conditions(number) == ["t not zero"]
    assert conditions(entries) == ["x without zero entries"]


def test_where_norms_are_made_of_magnitudes():
    sums = derive(norm(X, sp.oo, at_zero=1), X)
    assert sums.to_function()(X=np.array([[0, -5.0], [1, 1]])).tolist() == [[1, -1], [0, 0]]
    assert norm(x, sp.oo, at_zero=0) == norm(x, sp.oo) != norm(x, sp.oo, at_zero=1)
    for order, axis in ((2, None), ("nuc", None), (-1, 0), (3, 1)):
        with pytest.raises(InputError, match="not made of them"):
            norm(X, order, axis, at_zero=1)


TIED = [[5, 2, 5], [5, 1, 0]]
"""Three largest entries; column by column, the last of them would be in the last column."""

OF_TIED = {
    (None, 1): [[1, 0, 0], [0, 0, 0]],
    (None, 0): [[0, 0, 0], [1, 0, 0]],
    (1, 1): [[1, 0, 0], [1, 0, 0]],
    (1, 0): [[0, 0, 1], [1, 0, 0]],
    (1, 0.5): [[0.5, 0, 0.5], [1, 0, 0]],
    (0, 1): [[1, 1, 1], [0, 0, 0]],
    (0, 0): [[0, 1, 1], [1, 0, 0]],
    (0, 0.5): [[0.5, 1, 1], [0.5, 0, 0]],
}
"""By the axis and `at_tie` what each entry has of the slope, found by hand."""


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(("axis", "at_tie"), OF_TIED)
def test_which_of_the_largest_entries_has_the_slope_is_said(backend, axis, at_tie):
    expected = OF_TIED[axis, at_tie]
    for function, sign_of in ((amax, 1), (amin, -1)):
        value = function(X, axis, at_tie)
        of_sum = derive(value if axis is None else sum_entries(value), X)
        at = (sign_of * np.array(TIED)).astype(float)
        assert floats(of_sum, backend, X=at) == expected
        explicit = of_sum.result.subs({n: 2, m: 3}).subs(
            X.subs({n: 2, m: 3}), Matrix(at.astype(int))
        )
        assert explicit.doit() == Matrix(expected).applyfunc(sp.nsimplify)
        assert of_sum.verify(SIZES)
        assert of_sum.replay() == of_sum.result
        assert f"with one {'largest' if sign_of > 0 else 'smallest'} entry" in conditions(of_sum)[0]
        for expr in (value, of_sum.result):
            assert parse(text(expr), like=expr, shape=getattr(expr, "shape", (1, 1))) == expr
        assert pickle.loads(pickle.dumps(of_sum)).result == of_sum.result


@pytest.mark.parametrize("at_tie", [0, 1])
def test_what_is_chosen_at_a_tie_is_a_slope_to_one_side(at_tie):
    """Along the chosen entry the largest one grows as that entry does."""
    at, step = np.array(TIED, float), 1e-3
    slope = derive(amax(X, at_tie=at_tie), X).to_function()(at)
    assert (at + step * slope).max() - at.max() == pytest.approx(step)


def test_what_is_said_of_a_tie_stays_where_rows_are_read():
    """The transpose of a matrix is read column by column."""
    at = Matrix([[0, 5], [5, 0], [0, 0]])
    for whole in (amax(X, at_tie=1), amax(X.T, at_tie=1)):
        found = derive(whole, X).result.subs({n: 3, m: 2}).subs(X.subs({n: 3, m: 2}), at).doit()
        assert found == (
            Matrix([[0, 1], [0, 0], [0, 0]]) if whole.arg == X else Matrix([[0, 0], [1, 0], [0, 0]])
        )
    assert derive(sum_entries(amax(X.T, axis=1, at_tie=1)), X).result == hardmax(X, 0, 1)
    assert derive(amax(x.T, at_tie=1), x).result == hardmax(x, at_tie=1)
    assert hardmax(x, at_tie=1) != hardmax(x) == hardmax(x, at_tie=0.5)
    assert latex(hardmax(X, 1, 1)) == r"\operatorname{hardmax}_{\mathrm{rows~first}}(X)"


def test_typed_ties():
    x = MatrixSymbol("x", n, 1)
    for typed, meant in {
        "max(x, at_tie=1)": amax(x, at_tie=1),
        "min(x, at_tie=0)": amin(x, at_tie=0),
        "max(x, at_tie=1/2)": amax(x),
        "sum(max(X, axis=1, at_tie=0))": sum_entries(amax(X, 1, 0)),
        "sum(amin(X, dim=0, at_tie=1))": sum_entries(amin(X, 0, 1)),
        "hardmax(x, at_tie=1)": hardmax(x, at_tie=1),
    }.items():
        assert parse(typed, like=meant) == meant
    for typed, told in {
        "max(x, at_tie=1/3)": "at_tie of amax is 1 if the first",
        "max(x, y, z, at_tie=1)": "at_tie is said of one argument or of two",
        "hardmax(x, at_tie=1, k=2)": "hardmax takes no argument k=",
        "max(X, axis=2, at_tie=1)": "axis=0 .each column. and axis=1",
        "max(x, y, axis=1, at_tie=1)": "max takes no argument axis=",
    }.items():
        with pytest.raises(InputError, match=told):
            parse(typed)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("share", [0, 0.25, 0.5, 1])
def test_who_has_the_slope_of_a_tie_is_said(backend, share):
    u = Symbol("u")
    for function, above in ((maximum, 1), (minimum, 0)):
        tied = function(t, u, at_tie=share)
        by_first, by_second = derive(tied, t), derive(tied, u)
        for place, wanted in ((3, above), (2, share), (1, 1 - above)):
            assert floats(by_first, backend, t=place, u=2) == wanted
            assert floats(by_second, backend, t=place, u=2) == 1 - wanted
            assert by_first.result.subs({t: place, u: 2}) == sp.nsimplify(wanted)
        entries = derive(sum_entries(function(x, y, share)), x)
        expected = [1 - above, share, above]
        assert floats(entries, backend, x=[1.0, 2.0, 3.0], y=[2.0, 2.0, 2.0]) == expected
        assert by_first.verify()
        assert entries.verify({n: 3}).method == "exact"
        assert conditions(by_first) == ["t - u not zero"]
        assert not is_derivative(1 - by_first.result, tied, t)


def test_what_is_said_at_a_kink_stays_in_second_derivatives():
    assert derive(derive(maximum(t, 0, 1) * t, t), t).result.subs(t, 0) == 2
    assert derive(derive(absolute(t, 1) * t, t), t).result.subs(t, 0) == 2


def test_magnitudes_and_extremes_without_anything_said_are_those_of_sympy():
    assert absolute(t) == Abs(t)
    assert text(absolute(x)) == "Abs(x)"
    assert maximum(t, s) == Max(t, s)
    assert minimum(t, s) == Min(t, s)
    assert maximum(sp.Matrix([1, -2]), 0, 1) == sp.Matrix([1, 0])
    assert minimum(sp.Matrix([1, -2]), sp.Matrix([0, 5]), 1) == sp.Matrix([0, -2])
    assert maximum(z, x, 1) != maximum(x, z, 1)
    assert maximum(MatrixSymbol("M", 1, 1), X, 1).shape == X.shape
    for value in (absolute(t, 1), maximum(t, s, 1), minimum(t, s, 1)):
        assert pickle.loads(pickle.dumps(value)) == value


@pytest.mark.parametrize(
    "typed",
    [
        "abs(X*w, at_zero=1)",
        "sum(abs(X*w, at_zero=1/2))",
        "max(X*w, t, at_tie=1)",
        "max(t, u, at_tie=0)",
        "min(xᵀ*y, t, at_tie=1/3)",
    ],
)
def test_what_is_said_at_a_kink_is_printed_and_read(typed):
    read = parse(typed, vector="w x y", scalar="t u")
    assert text(read) == typed
    assert parse("norm1(x, at_zero=1)") == parse("sum(abs(x, at_zero=1))")
    assert parse("max(Y, X, at_tie=1)") == parse("X + max(Y - X, 0, at_tie=1)")


@pytest.mark.parametrize(
    "of",
    [
        lambda: absolute(t, 2),
        lambda: absolute(t, t),
        lambda: maximum(t, s, -1),
        lambda: minimum(t, s, t),
        lambda: maximum(x, X),
        lambda: maximum("t", s),
        lambda: absolute("t"),
    ],
)
def test_what_cannot_be_said_at_a_kink(of):
    with pytest.raises(DerivlibError, match=r"kink|of one shape|takes a SymPy expression"):
        of()


@pytest.mark.parametrize("at_zero", [2, -1, t, "1"])
def test_what_no_derivative_of_relu_is_at_zero(at_zero):
    with pytest.raises(InputError, match="relu"):
        relu(x, at_zero=at_zero)


def test_how_relu_is_written_where_something_is_said():
    assert str(derive(relu(t, at_zero=1), t)) == "∂L/∂t = [t >= 0]"
    assert relu(t, at_zero=0) == relu(t)
    assert "at_zero=1" in str(derive(lam(relu(t, at_zero=1)), t))
    assert pickle.loads(pickle.dumps(relu(t, at_zero=1))) == relu(t, at_zero=1) != relu(t)


@pytest.mark.parametrize(
    ("expr", "wrt", "told"),
    [
        (sum_entries(relu(t * sp.Identity(n))), t, ["t not zero"]),
        (sum_entries((t * sp.Identity(n)).applyfunc(Lambda(z, Max(z, 1)))), t, ["t - 1 not zero"]),
        (sum_entries(relu(sp.DiagMatrix(x))), x, ["x without zero entries"]),
        (sum_entries(relu(t * sp.OneMatrix(n, m))), t, ["t not zero"]),
        (sum_entries((t * sp.OneMatrix(n, m)).applyfunc(sp.log)), t, ["t positive"]),
        (sp.Trace(X.T * X * (2 * sp.Identity(m)).applyfunc(Abs)), X, []),
        (sum_entries((t * sp.Identity(n) + sp.OneMatrix(n, n)).applyfunc(Abs)), t, None),
    ],
)
def test_conditions_that_can_be_met(expr, wrt, told):
    derivation = derive(expr, wrt)
    assert derivation.verify({n: 3, m: 2})
    if told is None:
        assert "without zero entries" in conditions(derivation)[0]
    else:
        assert conditions(derivation) == told


def test_code_beside_differences():
    values = np.random.default_rng(0).normal(size=(4, 3)), np.array([0.3, -1.2, 0.7])
    loss = derive(sum_entries((X * w).applyfunc(Lambda(z, Max(0, 1 - z) ** 2 + Abs(z)))), w)

    def value(at):
        product = values[0] @ at
        return (np.maximum(0, 1 - product) ** 2 + abs(product)).sum()

    steps = 1e-6 * np.eye(3)
    slopes = [(value(values[1] + h) - value(values[1] - h)) / 2e-6 for h in steps]
    found = loss.to_function()(w=values[1], X=values[0])
    assert np.allclose(found, slopes, atol=1e-6)


def test_how_it_is_written():
    assert str(relu(t)) == sp.pretty(relu(t)) == "relu(t)"
    assert latex(relu(X * w)) == r"\operatorname{relu}(X w)"
    assert latex(derive(sum_entries(relu(X * w)), w).result).endswith("[X w > 0]")
    assert latex(Heaviside(t) ** 2) == r"\operatorname{H}(t)^{2}"
    assert latex(Heaviside(t, 1)) == r"[t \ge 0]"
    assert latex(Max(t, 0)) == r"\max(0, t)"
    assert pickle.loads(pickle.dumps(relu(t))) == relu(t)
    assert relu(sp.Integer(-2)) == 0
    assert relu(sp.Matrix([-1, 2])) == sp.Matrix([0, 2])


A = MatrixSymbol("A", n, n)
OF_SUMS = {
    "of a text": lambda: parse("max(tr(2*A), norm2(2*A + A'))"),
    "of functions of ours": lambda: maximum(sp.Trace(2 * A), norm(2 * A + A.T)),
    "smaller": lambda: minimum(sp.Trace(2 * A), norm(2 * A + A.T)),
    "by the slope at a tie": lambda: norm(A) * maximum(norm(2 * A + A.T), sp.Trace(2 * A), 1),
    "of three": lambda: parse("max(tr(2*A), norm2(2*A + A'), 1)"),
    "beside a kink that cancels": lambda: (
        Abs(t) * sign(t) * maximum(norm(2 * A + A.T), sp.Trace(2 * A))
    ),
}


@pytest.mark.parametrize("name", OF_SUMS)
def test_scalars_of_sums_and_multiples_of_matrices_are_compared(name):
    """SymPy's Max takes matrices apart, and cannot put 2 A or a sum together again."""
    with pytest.raises(TypeError, match="not a matrix"):
        Max(sp.Trace(2 * A), t)
    expr = OF_SUMS[name]()
    (variable,) = expr.atoms(MatrixSymbol)
    gradient = derive(expr, variable)
    assert gradient.replay() == gradient.result
    (size,) = variable.shape[0].free_symbols
    assert gradient.verify({size: 2}).entries == 4
    assert gradient.to_code()


def test_bounds_and_shares_of_such_scalars_are_written_in_extremes():
    largest, other = norm(2 * A + A.T), sp.Trace(2 * A)
    assert clip(largest, other, 5).in_extremes().has(Max(largest, other, evaluate=False))
    assert Share(largest, other, 1).in_steps().has(Max)


def test_a_matrix_that_sympy_multiplied_as_a_scalar_is_a_product_in_a_node():
    """Max looks for what its arguments have in common, and multiplies 2 and A again."""
    expr = Max(sp.Trace(softmax(2 * A, axis=0)), t)
    assert expr.has(softmax(2 * A, axis=0))
    assert sp.factor_terms(norm(2 * A)).arg == 2 * A
    assert sp.factor_terms(norm(2 * A)).arg.is_Matrix


# --- what SymPy does not compare ----------------------------------------------------------

outer, inner = sp.Function("f"), sp.Function("lambda")
C = MatrixSymbol("C", 2, 2)
value = outer(inner(t * C))


@pytest.mark.parametrize(
    "make",
    [
        lambda: maximum(value, t),
        lambda: minimum(value, t, at_tie=1),
        lambda: applied(Max, value, t),
        lambda: maximum(Matrix([value, 2]), t),
        lambda: maximum(Matrix([1, t]), value),
        lambda: relu(value) + clip(value, 0, t),
    ],
)
@pytest.mark.parametrize("wrt", [t, C], ids=str)
def test_values_of_undefined_functions_are_compared(make, wrt):
    """SymPy takes f(λ(C)) for not commutative, because C is not, and hence for not real."""
    derivation = derive(make(), wrt)
    assert derivation.verify()
    assert not is_derivative(2 * derivation.result, derivation.expr, wrt)


@pytest.mark.parametrize(
    "make",
    [
        lambda: maximum(sp.I, t),
        lambda: minimum(t, sp.sqrt(-2)),
        lambda: maximum(Matrix([sp.I, 2]), t),
        lambda: maximum(Matrix([1, 2]), sp.I),
    ],
)
def test_what_is_not_real_is_not_compared(make):
    with pytest.raises(UndefinedError, match="not real"):
        make()


@pytest.mark.parametrize(
    "make",
    [
        lambda: clip(t, sp.I, 1),
        lambda: elu(t, sp.I),
        lambda: huber(t, sp.I),
        lambda: leaky_relu(t, sp.zoo),
        lambda: relu(t, at_zero=sp.I),
    ],
)
def test_parameters_are_real(make):
    with pytest.raises(InputError, match=r"real|from 0 to 1"):
        make()


def test_pieces_of_what_is_not_real_stay_as_they_are():
    assert clip(sp.I, 0, 1).evalf() == clip(sp.I, 0, 1)
    assert clip(sp.sqrt(2), 0, 2).evalf() == sp.sqrt(2).evalf()
