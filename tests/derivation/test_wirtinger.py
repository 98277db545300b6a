"""Derivatives by complex variables: results, what is refused, and the judge that looks at them."""

from __future__ import annotations

import pickle

import expressions
import numpy as np
import pytest
from sympy import (
    Abs,
    Adjoint,
    Basic,
    Determinant,
    DotProduct,
    Function,
    HadamardProduct,
    I,
    Identity,
    ImmutableMatrix,
    KroneckerProduct,
    Lambda,
    MatMul,
    MatrixSymbol,
    Max,
    Q,
    Symbol,
    Trace,
    ZeroMatrix,
    arg,
    assuming,
    conjugate,
    cos,
    exp,
    im,
    log,
    re,
    sign,
    sqrt,
    symbols,
    tanh,
)

from derivlib import (
    InputError,
    ShapeError,
    UnsupportedError,
    VerificationError,
    derive,
    dot,
    explicit,
    expm,
    latex,
    logabsdet,
    logdet,
    logm,
    logsumexp,
    norm,
    relu,
    scalar,
    softmax,
    sqrtm,
    sum_entries,
    wirtinger,
)
from derivlib.check import is_real_valued, verify_complex
from derivlib.check.scalars.complex_numbers import Gaussian
from derivlib.check.scalars.dual import reciprocal
from derivlib.derivation.originals import Originals
from derivlib.display import text
from derivlib.nodes.symbols import conjugate_letter

n, m, p = symbols("n m p", integer=True, positive=True)
Z, A, S = MatrixSymbol("Z", n, m), MatrixSymbol("A", n, n), MatrixSymbol("S", n, n)
C, x, b = MatrixSymbol("C", p, n), MatrixSymbol("x", n, 1), MatrixSymbol("b", p, 1)
z, w, t = Symbol("z"), Symbol("w"), Symbol("t", real=True)
H, Zc = Adjoint(Z), Z.conjugate()
SIZES = {n: 3, m: 2, p: 4}

CASES = {
    "trace": (Trace(A * S), S, "Aᵀ", "0[n×n]"),
    "trace of a conjugate": (Trace(S.conjugate()), S, "0[n×n]", "I"),
    "trace with an adjoint": (Trace(A * Adjoint(S)), S, "0[n×n]", "A"),
    "Hermitian form": (Trace(H * A * Z), Z, "Aᵀ*conj(Z)", "A*Z"),
    "squared norm": (norm(Z) ** 2, Z, "conj(Z)", "Z"),
    "norm": (norm(Z), Z, "conj(Z)/(2*norm(Z))", "Z/(2*norm(Z))"),
    "least squares": (
        norm(C * x - b) ** 2,
        x,
        "Cᵀ*conj(C*x - b)",
        "Cᴴ*(C*x - b)",
    ),
    "residual": (
        norm(C * x - b),
        x,
        "Cᵀ*conj(C*x - b)/(2*norm(C*x - b))",
        "Cᴴ*(C*x - b)/(2*norm(C*x - b))",
    ),
    "determinant": (
        Determinant(H * A * Z),
        Z,
        "Aᵀ*conj(Z)*adj(Zᴴ*A*Z)ᵀ",
        "A*Z*adj(Zᴴ*A*Z)",
    ),
    "log-determinant": (logdet(H * Z), Z, "conj(Z)*(Zᵀ*conj(Z))⁻¹", "Z*(Zᴴ*Z)⁻¹"),
    "absolute determinant": (logabsdet(S), S, "1/2*S⁻ᵀ", "1/2*S⁻ᴴ"),
    "inverse": (Trace(A * S.inv()), S, "-S⁻ᵀ*Aᵀ*S⁻ᵀ", "0[n×n]"),
    "fourth power": (
        Trace(Adjoint(S) * S * Adjoint(S) * S),
        S,
        "2*conj(S)*Sᵀ*conj(S)",
        "2*S*Sᴴ*S",
    ),
    "entries": (sum_entries(HadamardProduct(Z, Zc)), Z, "conj(Z)", "Z"),
    "function of entries": (
        sum_entries(Z.applyfunc(cos).conjugate()),
        Z,
        "0[n×m]",
        "-sin(conj(Z))",
    ),
    "conjugate of a function with i": (
        sum_entries(Z.applyfunc(Lambda(z, exp(I * w * z))).conjugate()),
        Z,
        "0[n×m]",
        "-[I*exp(-I*conj(Z)*conj(w))*conj(w)]",
    ),
    "Hermitian part": (Trace((S + Adjoint(S)) ** 2), S, "2*(conj(S) + Sᵀ)", "2*(S + Sᴴ)"),
    "real part of a trace": (re(Trace(A * S)), S, "1/2*Aᵀ", "1/2*Aᴴ"),
    "matrix": (H * A * Z, Z, "I ⊗ Zᴴ*A", "(Zᵀ*Aᵀ ⊗ I)*K[n, m]"),
    "by a scalar": (z * A + conjugate(z) * Adjoint(A), z, "A", "Aᴴ"),
    "explicit": (ImmutableMatrix([[z, I * conjugate(z)]]), z, "[1, 0]", "[0, I]"),
    "absolute value": (Abs(z), z, "conj(z)/(2*Abs(z))", "z/(2*Abs(z))"),
    "squared modulus": (Abs(z * w + t) ** 2, z, "w*(t + conj(w)*conj(z))", "conj(w)*(t + w*z)"),
    "real part": (re(z) ** 2, z, "z/2 + conj(z)/2", "z/2 + conj(z)/2"),
    "imaginary part": (im(z), z, "-I/2", "I/2"),
    "holomorphic": (z**3 * exp(I * z), z, "z**2*exp(I*z)*(I*z + 3)", "0"),
    "logarithm of a modulus": (log(Abs(z)), z, "1/(2*z)", "1/(2*conj(z))"),
}


def named(cases=CASES):
    return pytest.mark.parametrize("name", cases)


@named()
def test_results_are_those_of_textbooks_and_hold(name):
    expr, wrt, by_variable, by_conjugate = CASES[name]
    d = wirtinger(expr, wrt)
    assert (text(d.result), text(d.conjugate_result)) == (by_variable, by_conjugate)
    assert all(d.verify(SIZES))
    assert by_variable in str(d)


@named()
def test_false_results_are_rejected(name):
    """Twice the derivative, and that by the conjugate, where they differ."""
    expr, wrt, *_ = CASES[name]
    d = wirtinger(expr, wrt)
    for claim, other, by in (
        (d.result, d.conjugate_result, "variable"),
        (d.conjugate_result, d.result, "conjugate"),
    ):
        for wrong in (2 * claim, other):
            if text(wrong) != text(claim):
                with pytest.raises(VerificationError, match="differs"):
                    verify_complex(expr, wrt, wrong, SIZES, by=by)


def value(expr, arrays):
    """A SymPy expression at explicit complex matrices, by SymPy alone."""
    put = {
        s: ImmutableMatrix(array.tolist()) if s.is_Matrix else array for s, array in arrays.items()
    }
    found = expr.subs(SIZES).subs({s.subs(SIZES): v for s, v in put.items()}).doit()
    found = found.evalf()
    return np.array(found.as_explicit().tolist() if found.is_Matrix else [[found]], complex)


VALUES = {
    "Hermitian form": lambda Z, A: np.trace(Z.conj().T @ A @ Z),
    "norm": lambda Z, A: np.linalg.norm(Z),
    "determinant": lambda Z, A: np.linalg.det(Z.conj().T @ A @ Z),
    "log-determinant": lambda Z, A: np.linalg.slogdet(Z.conj().T @ Z)[1],
    "absolute determinant": lambda S, A: np.linalg.slogdet(S)[1],
    "inverse": lambda S, A: np.trace(A @ np.linalg.inv(S)),
    "real part of a trace": lambda S, A: np.trace(A @ S).real,
    "entries": lambda Z, A: (Z * Z.conj()).sum(),
}


@named(VALUES)
def test_differences_of_complex_arrays_agree(name):
    """Neither the rules nor the judge: NumPy's own functions, along both parts of each entry."""
    expr, wrt, *_ = CASES[name]
    rng = np.random.default_rng(list(VALUES).index(name))
    shape = tuple(int(size.subs(SIZES)) for size in wrt.shape)
    at, constant = (rng.normal(size=s) + 1j * rng.normal(size=s) for s in (shape, (3, 3)))
    slopes = []
    for unit in (1, 1j):
        moved = np.zeros(shape, complex)
        for place in np.ndindex(shape):
            step = np.zeros(shape, complex)
            step[place] = 1e-6 * unit
            ends = (VALUES[name](at + sign * step, constant) for sign in (1, -1))
            moved[place] = np.subtract(*ends) / 2e-6
        slopes.append(moved)
    d = wirtinger(expr, wrt)
    arrays = {wrt: at, A: constant}
    assert np.allclose(value(d.result, arrays), (slopes[0] - 1j * slopes[1]) / 2, atol=1e-6)
    assert np.allclose(
        value(d.conjugate_result, arrays), (slopes[0] + 1j * slopes[1]) / 2, atol=1e-6
    )


GRADIENTS = {
    "squared norm": (norm(Z) ** 2, Z, "2*Z", ()),
    "residual": (norm(C * x - b), x, "Cᴴ*(C*x - b)/norm(C*x - b)", ()),
    "Hermitian matrix": (Trace(H * A * Z), Z, "2*A*Z", Q.hermitian(A)),
    "real part": (re(scalar(Adjoint(x) * A * x)), x, "(A + Aᴴ)*x", ()),
    "real number": (t * norm(x) ** 2 + re(scalar(Adjoint(b) * C * x)), x, "Cᴴ*b + 2*t*x", ()),
    "real matrix": (norm(A * x) ** 2, x, "2*Aᵀ*A*x", Q.real_elements(A)),
    "absolute determinant": (logabsdet(S), S, "S⁻ᴴ", ()),
    "modulus": (Abs(z), z, "z/Abs(z)", ()),
}


@named(GRADIENTS)
def test_gradients_of_real_functions(name):
    expr, wrt, expected, assumed = GRADIENTS[name]
    d = wirtinger(expr, wrt, assuming=assumed)
    assert text(d.gradient) == expected
    assert verify_complex(expr, wrt, d.gradient, SIZES, by="gradient", assuming=assumed)


@pytest.mark.parametrize(
    "expr",
    [Trace(H * A * Z), Trace(H * Z) ** 2 * I, Determinant(H * A * Z), Determinant(Z.T * Z), Zc],
)
def test_what_is_not_real_has_no_gradient(expr):
    """The determinant of a product that is too wide is zero, which says nothing."""
    d = wirtinger(expr, Z)
    with pytest.raises(InputError, match="only a real"):
        assert d.gradient


def test_a_function_that_is_zero_is_neither_real_nor_unreal():
    with pytest.raises(VerificationError, match="zero"):
        is_real_valued(Determinant(H * A * Z), {n: 2, m: 3})


REFUSED = {
    "relu": (relu(z), z, "relu in"),
    "sign": (sign(z), z, "sign in"),
    "argument": (arg(z), z, "arg in"),
    "larger": (Max(z, 1), z, "Max in"),
    "softmax": (softmax(x), x, "Softmax in"),
    "log-sum-exp": (logsumexp(x), x, "LogSumExp in"),
    "sum of moduli": (norm(x, 1), x, "the function of each entry in .*Z.conjugate"),
    "conjugate of each entry": (Z.applyfunc(conjugate), Z, "the function of each entry"),
    "norms of rows": (norm(Z, axis=1), Z, "AxisNorm in .*whole matrix"),
    "dot product": (DotProduct(x, x), x, "DotProduct in .*Adjoint"),
    "entry of a product": ((Adjoint(x) * x)[0, 0], x, "Sum in .*scalar"),
    "abstract function": (Function("f")(z), z, "f in"),
}


@named(REFUSED)
def test_what_means_something_else_is_refused_by_name(name):
    expr, wrt, told = REFUSED[name]
    with pytest.raises(UnsupportedError, match=told):
        wirtinger(expr, wrt)


@pytest.mark.parametrize(
    ("expr", "wrt", "options", "error", "told"),
    [
        (t**2, t, {}, InputError, "no complex variable"),
        (Trace(A), A, {"assuming": Q.hermitian(A)}, InputError, "no complex variable"),
        (Trace(A), A, {"assuming": Q.real_elements(A)}, InputError, "no complex variable"),
        (Trace(A * S), S, {"assuming": Q.symmetric(A)}, InputError, "not understood"),
        (Trace(Z * H), Z, {"assuming": [Q.hermitian(Z)]}, ShapeError, "not square"),
        (Trace(A * S), [A, S], {}, InputError, "one variable"),
        (Trace(A * S), A * S, {}, InputError, "must be a Symbol"),
        ("x'*A*x", "x", {}, InputError, "x\\^H"),
        ("dot(x, A*x)", "x", {}, InputError, "dot conjugates"),
        ("abs(z)^2", "z", {}, InputError, 'complex="z"'),
        (Basic.__new__(MatMul, H, H), Z, {}, ShapeError, "Zᴴ"),
    ],
)
def test_wrong_questions_are_refused(expr, wrt, options, error, told):
    with pytest.raises(error, match=told):
        wirtinger(expr, wrt, **options)


@pytest.mark.parametrize("part", [conjugate, re, im, Abs])
def test_real_calculus_refuses_what_is_stated_to_be_complex(part):
    number = Symbol("z", complex=True)
    with pytest.raises(InputError, match="wirtinger"):
        derive(part(number), number)
    assert derive(number**2, number).result == 2 * number
    scaled = sum_entries(Z.applyfunc(Lambda(w, number * w**2)))
    assert derive(scaled, Z).verify(SIZES)


def test_texts_are_read():
    assert text(wirtinger("norm(C*x - b)^2", "x").gradient) == "2*Cᴴ*(C*x - b)"
    assert text(wirtinger("tr(Z^H*A*Z)", "Z").conjugate_result) == "A*Z"
    assert text(wirtinger("abs(z)^2 + re(c*z)", "z", complex="z c").gradient) == "2*z + conj(c)"


def test_conditions_are_about_complex_numbers():
    told = [str(each) for each in wirtinger(sqrt(z) * logdet(A), z).assumptions]
    assert "z positive or not real" in told
    told = [str(each) for each in wirtinger(logdet(S), S).assumptions]
    assert told == ["S of a determinant that is positive or not real"]


def test_sums_are_not_taken_for_real():
    """SymPy writes Abs(r)**2 as r**2 where it knows r to be real."""
    for part in (sum_entries(Z), Trace(S), logdet(S), Determinant(S)):
        assert conjugate(part) != part
        assert Abs(part) ** 2 != part**2
    d = wirtinger(Abs(sum_entries(Z)) ** 2, Z)
    assert all(d.verify(SIZES))


def test_values_at_complex_matrices_are_those_of_complex_numbers():
    at = ImmutableMatrix([[3 + 4 * I], [12 * I]])
    v = MatrixSymbol("v", 2, 1)
    assert norm(v).subs(v, at).doit() == 13
    assert (v / norm(v)).subs(v, at).doit() == at / 13
    assert explicit(v.conjugate()) == ImmutableMatrix([[conjugate(v[0, 0])], [conjugate(v[1, 0])]])


def test_what_is_in_force_counts():
    with assuming(Q.hermitian(A)):
        assert wirtinger(Trace(H * A * Z), Z).gradient == 2 * A * Z


def test_it_is_no_expression():
    d = wirtinger(norm(x) ** 2, x)
    with pytest.raises(InputError, match="two results"):
        derive(d, x)
    with pytest.raises(InputError, match="four results"):
        derive(d.hessian, x)


def test_pickled_it_is_the_same():
    d = wirtinger(Trace(H * A * Z), Z, assuming=Q.hermitian(A))
    again = pickle.loads(pickle.dumps(d))
    assert again == d
    assert again.gradient == d.gradient
    assert d != wirtinger(norm(Z) ** 2, Z)


def test_it_is_set_in_tex():
    d = wirtinger(norm(C * x - b) ** 2, x)
    assert d.equation.tex.count(r"\overline") == 2
    assert latex(d.conjugate_result) == r"C^{\mathsf{H}} (C x - b)"
    assert r"C^{\mathsf{H}}" in d._repr_latex_()


def first_rows(d):
    return d._repr_latex_().split("aligned}\n")[1].split(r" \\")[:2]


def test_the_first_line_is_what_the_reader_wrote():
    first, second = first_rows(wirtinger(norm(C * x - b) ** 2, x))
    assert first == r"L &= \left\lVert C x - b \right\rVert^{2}"
    assert second.endswith(r"&= (C x - b)^{\mathsf{H}} (C x - b)")
    first, second = first_rows(wirtinger(scalar(Adjoint(x) * A * x), x))
    assert first == r"L &= x^{\mathsf{H}} A x"
    assert r"\mathrm{d}L" in second


def test_an_absolute_value_needs_no_other_brackets():
    first, _ = first_rows(wirtinger(Abs(scalar(Adjoint(x) * A * x)) ** 3, x))
    assert first == r"L &= \left|{x^{\mathsf{H}} A x}\right|^{3}"


def test_lines_are_written_with_adjoints():
    d = wirtinger(norm(C * x - b) ** 2, x)
    told = str(d.full)
    assert "(dx)ᴴ*Cᴴ*(C*x - b)" in told
    assert "conj(C)ᵀ" not in told
    assert str(d.short).splitlines()[:2] == [
        "dL = (dx)ᴴ*Cᴴ*(C*x - b) + (C*x - b)ᴴ*C*dx   [product]",
        "dL = ⟨Cᴴ*(C*x - b), dconj(x)⟩ + ⟨Cᵀ*conj(C*x - b), dx⟩   [cyclic property of the trace, "
        "transpose in the trace]",
    ]


W, M, R = MatrixSymbol("W", m, n), MatrixSymbol("M", m, m), MatrixSymbol("R", n, n)
a, v, N = MatrixSymbol("a", n, 1), MatrixSymbol("v", m, 1), MatrixSymbol("N", p, p)
s = Symbol("s")
HERMITIAN = (Q.hermitian(R), Q.hermitian(N))

LITERATURE = {
    # Hjørungnes (2011), tables 3.1, 4.1 to 4.4 and 4.7
    "two factors": (Trace(Z * M * Z.T * A), Z, "A*Z*M + Aᵀ*Z*Mᵀ", "0[n×m]"),
    "factor and adjoint": (Trace(Z * M * H * A), Z, "Aᵀ*conj(Z)*Mᵀ", "A*Z*M"),
    "factor and conjugate": (Trace(S * A * S.conjugate() * R), S, "Rᵀ*Sᴴ*Aᵀ", "Aᵀ*Sᵀ*Rᵀ"),
    "power": (Trace(S**4), S, "4*(Sᵀ)**3", "0[n×n]"),
    "determinant of a product": (Determinant(A * S * R), S, "Aᵀ*adj(A*S*R)ᵀ*Rᵀ", "0[n×n]"),
    "Gram determinant": (
        Determinant(W * Adjoint(W)), W, "adj(W*Wᴴ)ᵀ*conj(W)", "adj(W*Wᴴ)*W"
    ),
    "determinant of a conjugate": (
        Determinant(S.conjugate()), S, "0[n×n]", "adj(conj(S))ᵀ"
    ),
    "determinant of an adjoint": (Determinant(Adjoint(S)), S, "0[n×n]", "adj(conj(S))ᵀ"),
    "bilinear": (scalar(Adjoint(a) * Z * v), Z, "conj(a)*vᵀ", "0[n×m]"),
    "conjugates alone": (
        scalar(Adjoint(x) * A * x.conjugate()), x, "0[n×1]", "(A + Aᵀ)*conj(x)"
    ),
    "conjugate on the right": (scalar(x.T * A * x.conjugate()), x, "A*conj(x)", "Aᵀ*x"),
    "log-determinant of a Gram matrix": (
        logdet(W * Adjoint(W)), W, "(conj(W)*Wᵀ)⁻¹*conj(W)", "(W*Wᴴ)⁻¹*W"
    ),
    "adjoint": (H, Z, "0[m*n×m*n]", "K[n, m]"),
    "outer Gram matrix": (Z * H, Z, "conj(Z) ⊗ I", "(I ⊗ Z)*K[n, m]"),
    "inverse of a conjugate": (S.conjugate().inv(), S, "0[n**2×n**2]", "-S⁻ᴴ ⊗ conj(S)⁻¹"),
    "product of entries": (HadamardProduct(Z, Zc), Z, "Diag(conj(vec(Z)))", "Diag(vec(Z))"),
    "outer product": (x * Adjoint(x), x, "conj(x) ⊗ I", "I ⊗ x"),
    # Kreutz-Delgado (2009), sections 3, 4 and 6
    "weighted least squares": (
        scalar(Adjoint(C * x - b) * N * (C * x - b)), x,
        "Cᵀ*Nᵀ*conj(C*x - b)", "Cᴴ*N*(C*x - b)",
    ),
    "likelihood": (
        logdet(R) + scalar(Adjoint(x) * R.inv() * x), x, "R⁻ᵀ*conj(x)", "R⁻¹*x"
    ),
    "prediction error": (
        Abs(s - scalar(Adjoint(x) * a)) ** 2, x, "(xᴴ*a - s)*conj(a)", "(aᴴ*x - conj(s))*a"
    ),
    "sign": (z / Abs(z), z, "1/(2*Abs(z))", "-z**2/(2*Abs(z)**3)"),
    "reciprocal of a conjugate": (1 / conjugate(z), z, "0", "-1/conj(z)**2"),
    "product of the parts": (re(z) * im(z), z, "-I*z/2", "I*conj(z)/2"),
    "Gaussian": (exp(-Abs(z) ** 2), z, "-exp(-Abs(z)**2)*conj(z)", "-z*exp(-Abs(z)**2)"),
    "direction": (
        x / norm(x), x, "1/norm(x)*(I - x*xᴴ/(2*norm(x)**2))", "-x*xᵀ/(2*norm(x)**3)"
    ),
    # Petersen & Pedersen (2012), chapter 4, and signal processing
    "affine form": (
        Abs(scalar(Adjoint(a) * x) + s) ** 2, x, "(xᴴ*a + conj(s))*conj(a)", "(aᴴ*x + s)*a"
    ),
    "constrained power": (
        scalar(Adjoint(x) * R * x) + 2 * re(s * scalar(Adjoint(x) * a)), x,
        "Rᵀ*conj(x) + conj(s)*conj(a)", "R*x + s*a",
    ),
    "covariance fit": (
        norm(Z * H - R) ** 2, Z, "2*(conj(Z)*Zᵀ - Rᵀ)*conj(Z)", "2*(Z*Zᴴ - R)*Z"
    ),
    "capacity": (
        logdet(Identity(n) + t * Z * H * R.inv()), Z,
        "t*(t*R⁻ᵀ*conj(Z)*Zᵀ + I)⁻¹*R⁻ᵀ*conj(Z)", "t*R⁻¹*(t*Z*Zᴴ*R⁻¹ + I)⁻¹*Z",
    ),
    "constant modulus": (
        (Abs(scalar(Adjoint(x) * a)) ** 2 - 1) ** 2, x,
        "2*(xᴴ*a)*(Abs(xᴴ*a)**2 - 1)*conj(a)", "2*(aᴴ*x)*(Abs(xᴴ*a)**2 - 1)*a",
    ),
    "correlation": (re(scalar(Adjoint(x) * A * a)), x, "1/2*conj(A*a)", "1/2*A*a"),
    "precoder": (
        norm(Identity(m) - W * A * Z) ** 2, Z,
        "-Aᵀ*Wᵀ*conj(I - W*A*Z)", "-Aᴴ*Wᴴ*(I - W*A*Z)",
    ),
}  # fmt: skip

ASSUMED = (
    "weighted least squares",
    "likelihood",
    "constrained power",
    "covariance fit",
    "capacity",
)


@named(LITERATURE)
def test_derivatives_of_the_literature(name):
    expr, wrt, by_variable, by_conjugate = LITERATURE[name]
    used = tuple(each for each in HERMITIAN if expr.has(each.arguments[0]) and name in ASSUMED)
    d = wirtinger(expr, wrt, assuming=used)
    assert (text(d.result), text(d.conjugate_result)) == (by_variable, by_conjugate)
    assert all(d.verify(SIZES, points=1))
    for claim, by in ((2 * d.result, "variable"), (2 * d.conjugate_result, "conjugate")):
        if text(claim) not in ("0", text(d.result), text(d.conjugate_result)):
            with pytest.raises(VerificationError, match="differs"):
                verify_complex(expr, wrt, claim, SIZES, by=by, points=1, assuming=used)


def test_what_a_name_stands_for_has_no_conjugate_that_is_known():
    """The root of tr(NᵀN) is a norm where N is real, and this may not be."""
    letter = conjugate_letter(Z)
    name = MatrixSymbol("N_1", n, m)
    write = Originals({letter: Z})
    for root in (sqrt(Trace(name.T * name)), sqrt(Trace(letter.T * Z * name.T * name))):
        assert not write(root).has(norm(name).func)
    assert write(sqrt(Trace(letter.T * Z))) == norm(Z)
    number = Symbol("N_2")
    assert write(number * conjugate_letter(z)) == number * conjugate_letter(z)
    w_, both = Originals({conjugate_letter(w): w}), Trace(I * letter.T * Z)
    assert w_(w * conjugate_letter(w)) == Abs(w) ** 2
    assert not write(both**2).has(Abs)


# --- second derivatives -------------------------------------------------------------------

ZERO = "0[n×n]"
HESSIANS = {
    "least squares": (norm(C * x - b) ** 2, x, ("Cᴴ*C", ZERO, ZERO, "Cᵀ*conj(C)"), ()),
    "form": (scalar(Adjoint(x) * A * x), x, ("A", ZERO, ZERO, "Aᵀ"), ()),
    "Hermitian form": (Trace(H * A * Z), Z, ("I ⊗ A", None, None, "I ⊗ Aᵀ"), Q.hermitian(A)),
    "symmetric form": (re(scalar(x.T * A * x)), x, (ZERO, "1/2*conj(A + Aᵀ)", None, ZERO), ()),
    "norm": (
        norm(x),
        x,
        (
            "1/norm(x)*(1/2*I - x*xᴴ/(4*norm(x)**2))",
            "-x*xᵀ/(4*norm(x)**3)",
            "-conj(x)*xᴴ/(4*norm(x)**3)",
            "1/norm(x)*(1/2*I - conj(x)*xᵀ/(4*norm(x)**2))",
        ),
        (),
    ),
    "fourth power of a norm": (
        norm(x) ** 4,
        x,
        ("2*(x*xᴴ + (xᴴ*x)*I)", "2*x*xᵀ", "2*conj(x)*xᴴ", None),
        (),
    ),
    "fourth power": (
        Trace(Adjoint(S) * S * Adjoint(S) * S),
        S,
        ("2*(Sᵀ*conj(S) ⊗ I + I ⊗ S*Sᴴ)", "2*(Sᵀ ⊗ S)*K[n, n]", "2*(Sᴴ ⊗ conj(S))*K[n, n]", None),
        (),
    ),
    "log-determinant": (
        logdet(H * Z),
        Z,
        (
            "(Zᵀ*conj(Z))⁻¹ ⊗ (I - Z*(Zᴴ*Z)⁻¹*Zᴴ)",
            "-((Zᵀ*conj(Z))⁻¹*Zᵀ ⊗ Z*(Zᴴ*Z)⁻¹)*K[n, m]",
            None,
            None,
        ),
        (),
    ),
    "absolute determinant": (logabsdet(S), S, (None, None, "-1/2*(S⁻¹ ⊗ S⁻ᵀ)*K[n, n]", None), ()),
    "inverse": (Trace(S.inv()), S, (None, None, None, None), ()),
    "functions of entries": (sum_entries(Z.applyfunc(exp)), Z, (None, None, None, None), ()),
    "moduli": (
        Abs(z) ** 3,
        z,
        ("9*Abs(z)/4", "3*z**2/(4*Abs(z))", "3*conj(z)**2/(4*Abs(z))", "9*Abs(z)/4"),
        (),
    ),
    "fourth power of a modulus": (Abs(z) ** 4, z, ("4*Abs(z)**2", "2*z**2", None, None), ()),
    "affine": (Abs(z * w + t) ** 2, z, ("Abs(w)**2", "0", "0", "Abs(w)**2"), ()),
    "holomorphic": (z**3, z, ("0", "0", "6*z", "0"), ()),
    "linear": (Trace(A * S), S, ("0[n**2×n**2]", None, None, None), ()),
}


@named(HESSIANS)
def test_hessians_are_those_of_textbooks_and_hold(name):
    expr, wrt, expected, assumed = HESSIANS[name]
    h = wirtinger(expr, wrt, assuming=assumed).hessian
    for block, told in zip(h.values(), expected, strict=True):
        assert told is None or text(block) == told
    assert all(h.verify(SIZES).values())
    assert h.equation.tex.count("&=") == 4
    assert "∂²L" in str(h.short)
    assert h.short._repr_latex_().count(r"\partial^2 L") == 4


@named(HESSIANS)
def test_false_hessians_are_rejected(name):
    expr, wrt, _, assumed = HESSIANS[name]
    h = wirtinger(expr, wrt, assuming=assumed).hessian
    for pair, block in h.items():
        false = [2 * block, *(other for other in h.values() if text(other) != text(block))]
        for wrong in false:
            if text(wrong) != text(block):
                with pytest.raises(VerificationError, match="differs"):
                    verify_complex(expr, wrt, wrong, SIZES, by=pair, assuming=assumed)


def test_second_derivatives_by_parts_are_those_of_two_real_variables():
    f = Abs(z) ** 4  # (x² + y²)²
    x_, y_ = re(z), im(z)
    for pair, claim in {
        ("real part", "real part"): 12 * x_**2 + 4 * y_**2,
        ("real part", "imaginary part"): 8 * x_ * y_,
        ("imaginary part", "imaginary part"): 4 * x_**2 + 12 * y_**2,
    }.items():
        assert verify_complex(f, z, claim, by=pair)
        with pytest.raises(VerificationError):
            verify_complex(f, z, claim + x_, by=pair)


def test_blocks_are_put_together():
    h = wirtinger(norm(C * x - b) ** 2, x).hessian
    assert h.augmented.shape == (2 * n, 2 * n)
    assert text(h.augmented.blocks[0, 0]) == "Cᴴ*C"
    assert text(h.augmented.blocks[1, 1]) == "Cᵀ*conj(C)"
    assert wirtinger(Abs(z) ** 4, z).hessian.augmented == ImmutableMatrix(
        [[4 * Abs(z) ** 2, 2 * z**2], [2 * conjugate(z) ** 2, 4 * Abs(z) ** 2]]
    )
    assert h["conjugate", "variable"] == h.results["conjugate", "variable"] == Adjoint(C) * C
    assert len(h) == 4
    assert pickle.loads(pickle.dumps(h)) == h
    assert h != wirtinger(norm(x) ** 2, x).hessian


def test_hessians_of_matrices_are_refused():
    with pytest.raises(InputError, match="only a scalar has a Hessian"):
        assert wirtinger(A * Z, Z).hessian
    with pytest.raises(InputError, match="only a scalar is differentiated twice"):
        verify_complex(A * Z, Z, A, by=("variable", "variable"))
    for by in (("variable", "x"), ("variable",), ["variable", "variable"], 2):
        with pytest.raises(InputError, match="by must be one of"):
            verify_complex(Trace(H * Z), Z, A, by=by)


# --- the judge ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "action",
    [
        lambda a, b: a + b,
        lambda a, b: a * b,
        lambda a, b: a - b,
        lambda a, b: a * reciprocal(b),
        lambda a, b: a**3 + 2 * b + 1,
        lambda a, b: 1 - a * b.conjugate(),
    ],
)
def test_exact_complex_numbers_calculate_as_others_do(action):
    pairs = [(2, 3), (-1, 4)]
    exact = action(*(Gaussian(*pair) for pair in pairs))
    ours = complex(exact.real, exact.imag)
    assert ours == pytest.approx(action(*(complex(*pair) for pair in pairs)))


@pytest.mark.parametrize(
    ("claim", "by"),
    [
        (Z + Zc, "real part"),
        (I * (Zc - Z), "imaginary part"),
        (2 * Z, "gradient"),
        (Zc, "variable"),
        (Z, "conjugate"),
    ],
)
def test_each_way_of_differentiating_is_told_from_the_others(claim, by):
    for way in ("real part", "imaginary part", "gradient", "variable", "conjugate"):
        if way == by:
            assert verify_complex(Trace(H * Z), Z, claim, SIZES, by=way).method == "exact"
        else:
            with pytest.raises(VerificationError):
                verify_complex(Trace(H * Z), Z, claim, SIZES, by=way)


def test_the_judge_refuses_what_it_does_not_know_of_complex_numbers():
    for expr in (relu(z), Max(z, 1), softmax(x)):
        with pytest.raises(UnsupportedError, match="real numbers only"):
            verify_complex(expr, x if expr.is_Matrix else z, expr, SIZES)


def test_a_hermitian_matrix_is_drawn_as_one():
    form = Trace(H * A * Z)
    assert is_real_valued(form, SIZES, assuming=Q.hermitian(A))
    assert not is_real_valued(form, SIZES, assuming=Q.real_elements(A))
    assert verify_complex(form, Z, Adjoint(A) * Z, SIZES, by="conjugate", assuming=Q.hermitian(A))
    with pytest.raises(VerificationError):
        verify_complex(form, Z, Adjoint(A) * Z, SIZES, by="conjugate")


@pytest.mark.parametrize("number", [1, I, 2 - I])
def test_a_root_is_an_absolute_value_where_it_is_one(number):
    """(1 + iz)(1 + iz̄) looks like a square of an absolute value, and is none."""
    for factor in (number, conjugate(number)):
        f = sqrt((1 + number * z) * (1 + factor * conjugate(z)))
        assert all(wirtinger(f, z).verify())
    f = sqrt(Trace((Z + number * Z) * Adjoint(Z)))
    assert all(wirtinger(f, Z).verify(SIZES))
    f = norm(number * Z + conjugate(number) * Zc)
    assert all(wirtinger(f, Z).verify(SIZES))


def test_long_results_are_over_names():
    value = x
    for k in range(20):
        value = (MatrixSymbol(f"W_{k}", n, n) * value).applyfunc(tanh)
    d = wirtinger(norm(value) ** 2, x)
    assert d.shared
    assert all(d.verify({n: 2}, points=1))
    assert verify_complex(d.expr, x, d.gradient, {n: 2}, by="gradient", definitions=d.shared)


def test_dot_is_what_it_says_it_is():
    """dot(x, y) is xᵀy, of complex vectors too."""
    assert wirtinger(dot(x, x), x).result == 2 * x
    assert wirtinger(KroneckerProduct(x, x.conjugate()), x).verify(SIZES)
    assert wirtinger(Trace(Identity(n)) * z, z).result == n


# --- the rules, which are stated for real numbers ------------------------------------------

EVERY_SIZE = ({}, {n: 3, m: 4, p: 2}, {n: 4, m: 3, p: 2})


@pytest.mark.parametrize("name", expressions.CASES)
def test_the_rules_hold_for_complex_numbers(name):
    """Every case of the rules is refused, or has right derivatives by a complex variable."""
    expr, wrt, *_ = expressions.CASES[name]
    try:
        d = wirtinger(expr, wrt)
    except (UnsupportedError, InputError):
        return
    for sizes in EVERY_SIZE:
        try:
            assert all(d.verify(sizes or None, points=1))
            return
        except VerificationError as error:
            if "nothing could be compared" not in str(error):  # a singular matrix at these sizes
                raise
    raise AssertionError(f"nothing was compared of {name}")


@pytest.mark.parametrize(
    ("function", "shown"),
    [
        (expm, "expm_frechet(Sᵀ, Aᵀ)"),
        (logm, "logm_frechet(Sᵀ, Aᵀ)"),
        (sqrtm, "sylvester(sqrtm(S)ᵀ, sqrtm(S)ᵀ, Aᵀ)"),
    ],
)
def test_functions_of_matrices_are_holomorphic(function, shown):
    found = wirtinger(Trace(A * function(S)), S)
    assert str(found).split("\n")[0] == f"∂L/∂S = {shown}"
    assert found.conjugate_result == ZeroMatrix(n, n)
    assert all(found.verify({n: 2}))
    with pytest.raises(VerificationError):
        verify_complex(found.expr, S, found.result.T, {n: 2})
    of_conjugate = wirtinger(re(Trace(A * function(Adjoint(S)))), S)
    assert all(of_conjugate.verify({n: 2}))
