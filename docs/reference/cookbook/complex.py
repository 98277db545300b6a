"""Chapter 4: complex matrices, equations (225) to (259)."""

from __future__ import annotations

from functools import partial

from sympy import Adjoint, Determinant, Identity, Inverse, Symbol, Trace, conjugate

from derivlib import norm, scalar

from .complex_claims import ComplexDerivative
from .complex_numerics import (
    BOTH_PARTS,
    FORMS,
    GIVEN,
    analytic,
    auxiliary,
    chain_rule,
    inverse_of_sum,
    matrix_chain_rule,
    product_of_scalars,
    quotient,
    sum_of_parts,
)
from .computed import Computed
from .equation import Equation, Verdict
from .letters import T, m, matrix, n, p, times, vector

X, S, A = matrix("X", n, m), matrix("X", n), matrix("A", n)
B, C = matrix("A", m, n), matrix("B", p, m)
M, x, b = matrix("A", p, n), vector("z", n), vector("b", p)
Z, z = matrix("Z", n, m), Symbol("z")
H, conj = Adjoint(X), X.conjugate()
form = Adjoint(X) * A * X
TYPED = "The statement is typed; it is judged by separate code, in complex fractions. "

RE, IM = r"\operatorname{Re}", r"\operatorname{Im}"


def _slope(of: str, part: str) -> str:
    return rf"\frac{{\partial {of}}}{{\partial {part} z}}"


def _analytic(number: int, statement: str, way: str) -> Equation:
    return Equation(
        number,
        (Computed(statement, analytic(way), GIVEN),),
        given="$f$ analytic",
        note=TYPED + "The function is a polynomial with complex coefficients.",
    )


OF_F = r"\operatorname{Re} f", r"\operatorname{Im} f"

definitions = (
    Equation(
        225,
        (
            Computed(
                rf"\begin{{bmatrix}} {RE} (pq) \\ {IM} (pq) \end{{bmatrix}} = "
                rf"\begin{{bmatrix}} {RE} p & -{IM} p \\ {IM} p & {RE} p \end{{bmatrix}}"
                rf" \begin{{bmatrix}} {RE} q \\ {IM} q \end{{bmatrix}}",
                product_of_scalars,
                "as complex fractions",
            ),
        ),
        note=TYPED,
    ),
    _analytic(
        226,
        rf"\frac{{d f}}{{d z}} = {_slope(OF_F[0], RE)} + \mathrm{{i}} \, {_slope(OF_F[1], RE)}",
        "real",
    ),
    _analytic(
        227,
        rf"\frac{{d f}}{{d z}} = -\mathrm{{i}} \, {_slope(OF_F[0], IM)} + {_slope(OF_F[1], IM)}",
        "imaginary",
    ),
    _analytic(228, rf"{_slope('f', IM)} = \mathrm{{i}} \, {_slope('f', RE)}", "the axes"),
    Equation(
        229,
        (
            ComplexDerivative((z**3,), z, (3 * z**2,)),
            ComplexDerivative((z * conjugate(z) ** 2,), z, (conjugate(z) ** 2,)),
        ),
        note="The definition of the derivative by $z$, which the judge calculates by. It is the "
        "known one of a polynomial, and leaves $z^*$ fixed.",
    ),
    Equation(
        230,
        (ComplexDerivative((z**3 * conjugate(z),), z, (z**3,), by="conjugate"),),
        note="The definition of the derivative by $z^*$, which the judge calculates by.",
    ),
    Equation(
        231,
        (
            Computed(
                rf"{_slope('f', RE)} + \mathrm{{i}} \, {_slope('f', IM)}"
                r" = 2 \frac{d f}{d z^{*}} \neq \frac{d f}{d z}",
                sum_of_parts,
                BOTH_PARTS,
            ),
        ),
        note=TYPED + "The book says only what the sum is not; what it is makes that plain: "
        "0 for $f = z$, whose derivative is 1.",
    ),
    Equation(
        232,
        (
            ComplexDerivative(
                (norm(M * x - b) ** 2,), x, (times(2, Adjoint(M), M * x - b),), by="gradient"
            ),
            ComplexDerivative(
                (norm(M * x - b) ** 2,), x, (times(Adjoint(M), M * x - b),), by="conjugate"
            ),
        ),
        given="$f$ real",
        note="The definition of the gradient by a vector, at an example.",
    ),
    Equation(
        233,
        (
            ComplexDerivative((norm(M * Z) ** 2,), Z, (times(2, Adjoint(M), M, Z),), by="gradient"),
            ComplexDerivative((norm(M * Z) ** 2,), Z, (times(Adjoint(M), M, Z),), by="conjugate"),
        ),
        given="$f$ real",
        note="The definition of the gradient by a matrix, at an example.",
    ),
)

G, U_X, CONJ_X = (
    r"\frac{\partial g}{\partial u} \frac{\partial u}{\partial x}",
    r"\frac{\partial u^{*}}{\partial x}",
    r"\left(\frac{\partial g^{*}}{\partial u}\right)^{*}",
)
WHOLE = r"\frac{\partial g(u)}{\partial x} = "


def _trace(bar: str) -> str:
    return (
        r"\operatorname{tr}\left("
        rf"\left(\frac{{\partial g}}{{\partial U{bar}}}\right)^{{\mathsf T}}"
        rf" \frac{{\partial U{bar}}}{{\partial X_{{ij}}}}\right)"
    )


chain = (
    Equation(
        234,
        (
            Computed(
                rf"{WHOLE}{G} + \frac{{\partial g}}{{\partial u^{{*}}}} {U_X}",
                chain_rule,
                BOTH_PARTS,
            ),
            Computed(rf"{WHOLE}{G} + {CONJ_X} {U_X}", partial(chain_rule, second=True), BOTH_PARTS),
        ),
        note=TYPED + "Both functions depend on their variables and on the conjugates.",
    ),
    Equation(
        235,
        (
            Computed(
                rf"\frac{{\partial g(U)}}{{\partial X_{{ij}}}} = {_trace('')} + {_trace('^{*}')}",
                matrix_chain_rule,
                BOTH_PARTS,
                seeds=1,
            ),
        ),
        note=TYPED + "Both functions depend on their variables and on the conjugates.",
    ),
)

one = (Identity(n),)
real, imaginary = "real part", "imaginary part"
of_conjugate = (Trace(S.conjugate()), Trace(Adjoint(S)))
of_itself = (Trace(S), Trace(S.T))
squared = (Trace(X * H), Trace(H * X))

traces = (
    Equation(236, (ComplexDerivative(of_conjugate, S, one, real),)),
    Equation(237, (ComplexDerivative(of_conjugate, S, one, imaginary),)),
    Equation(238, (ComplexDerivative(of_itself, S, one, real),)),
    Equation(239, (ComplexDerivative(of_itself, S, (-Identity(n),), imaginary),)),
    Equation(240, (ComplexDerivative((Trace(A * Adjoint(S)),), S, (A,), real),)),
    Equation(241, (ComplexDerivative((Trace(A * Adjoint(S)),), S, (A,), imaginary),)),
    Equation(242, (ComplexDerivative((Trace(B * conj),), X, (B.T,), real),)),
    Equation(243, (ComplexDerivative((Trace(B * conj),), X, (B.T,), imaginary),)),
    Equation(244, (ComplexDerivative(squared, X, (X + conj,), real),),
             note=r"$2 \operatorname{Re} X$ is written $X + X^{*}$."),
    Equation(245, (ComplexDerivative(squared, X, (X - conj,), imaginary),),
             note=r"$2 \mathrm{i} \operatorname{Im} X$ is written $X - X^{*}$."),
    Equation(246, (ComplexDerivative(squared[:1], X, (conj,)),)),
    Equation(247, (ComplexDerivative(squared[:1], X, (X,), "conjugate"),)),
    Equation(248, (ComplexDerivative(squared[:1], X, (2 * X,), "gradient"),)),
)  # fmt: skip

TALL = ({n: 3, m: 2}, {n: 4, m: 2})
determinant = Determinant(form)
determinants = (
    Equation(
        249,
        (
            ComplexDerivative(
                (determinant,), X, (times(determinant, T(Inverse(form) * H * A)),), sizes=TALL
            ),
        ),
        note="$A$ may be any square matrix.",
    ),
    Equation(
        250,
        (
            ComplexDerivative(
                (determinant,), X, (times(determinant, A, X, Inverse(form)),), "conjugate", TALL
            ),
        ),
        note="$A$ may be any square matrix.",
    ),
)

RATIO = r"\frac{(Ax)^{\mathsf H} (Ax)}{(Bx)^{\mathsf H} (Bx)}"
TOP, BOTTOM = (rf"x^{{\mathsf H}} {c}^{{\mathsf H}} {c} x" for c in "AB")


def _quotient(left: str, below: str, factor: str = "2 ") -> str:
    return (
        rf"{left} {RATIO} = {factor}\frac{{A^{{\mathsf H}} A x}}{{{below}}} - {factor}"
        rf"\frac{{{TOP} \, B^{{\mathsf H}} B x}}{{({BOTTOM})^2}}"
    )


PRINTED = _quotient(r"\frac{\partial}{\partial x}", r"x^{\mathsf H} B B x")
WAYS = "the left side from the slopes along the real and the imaginary parts"
N, v = matrix("B", p, n), vector("x", n)
top, bottom = (scalar(Adjoint(c * v) * (c * v)) for c in (M, N))

quotients = (
    Equation(
        251,
        (
            Computed(
                rf"\frac{{\partial}}{{\partial x}} {RATIO} = "
                rf"\frac{{\partial}}{{\partial x}} \frac{{{TOP}}}{{{BOTTOM}}}",
                quotient("by x", rewritten=True),
                WAYS,
            ),
        ),
        note=TYPED,
    ),
    Equation(
        252,
        (Computed(PRINTED, quotient("by x", printed=True), WAYS),),
        expected=Verdict.WRONG,
        readings=tuple(
            (Computed(PRINTED, quotient(way, printed=True), WAYS),)
            for way in ("by the conjugate of x", "the sum of both parts")
        ),
        repaired=(
            Computed(_quotient(r"\nabla", BOTTOM), quotient("the sum of both parts"), WAYS),
            Computed(
                _quotient(r"\frac{\partial}{\partial x^{*}}", BOTTOM, ""),
                quotient("by the conjugate of x", factor=1),
                WAYS,
            ),
            ComplexDerivative(
                (top / bottom,),
                v,
                (
                    times(2 / bottom, Adjoint(M), M, v)
                    - times(2 * top / bottom**2, Adjoint(N), N, v),
                ),
                "gradient",
            ),
        ),
        note=TYPED + r"As in (95), one $B^{\mathsf H}$ is printed as $B$. Corrected, it is the "
        r"gradient (233), $2\,\partial/\partial x^{*}$, not $\partial/\partial x$ by (229).",
    ),
)

SUM = r"\left(A + \mathrm{i} B\right)^{-1} = "
MIDDLE, FE = r"\left(E + F E^{-1} F\right)^{-1}", "F E^{-1}"
SHAPES = {
    255: r"(1 - \mathrm{i} t) \left(E + \mathrm{i} F\right)^{-1}",
    256: rf"(1 - \mathrm{{i}} t) \left({MIDDLE} - \mathrm{{i}} {MIDDLE} {FE}\right)",
    257: rf"(1 - \mathrm{{i}} t) {MIDDLE} \left(I - \mathrm{{i}} {FE}\right)",
    258: rf"{MIDDLE} \left(\left(I - t {FE}\right) - \mathrm{{i}} \left(t I + {FE}\right)\right)",
    259: rf"{MIDDLE} \left(I - t {FE}\right) - \mathrm{{i}} {MIDDLE} \left(t I + {FE}\right)",
}
NOTHING_DERIVED = TYPED + "Nothing is differentiated in it."

sums = (
    *(
        Equation(
            number,
            (Computed(statement, auxiliary(statement[0]), "as the part of a product"),),
            given="real $A$, $B$ and $t$",
            note=f"A definition, judged as what it is for: ${part} \\left((1 - \\mathrm{{i}} t)"
            "(A + \\mathrm{i} B)\\right)$.",
        )
        for number, statement, part in ((253, "E = A + tB", RE), (254, "F = B - tA", IM))
    ),
    *(
        Equation(
            number,
            (Computed(SUM + shape, inverse_of_sum(FORMS[number]), "both sides as matrices"),),
            given="real $A$, $B$ and $t$, $E$ of (253) and $F$ of (254), $E$ invertible",
            note=NOTHING_DERIVED,
        )
        for number, shape in SHAPES.items()
    ),
)

EQUATIONS = (*definitions, *chain, *traces, *determinants, *quotients, *sums)
