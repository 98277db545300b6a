"""Section 2.4: matrices, vectors and scalar forms, equations (69) to (98)."""

from __future__ import annotations

from sympy import Adjoint, KroneckerDelta, Q, Rational, Symbol

from derivlib import MatrixFunction, d, partial, scalar, sum_entries
from derivlib.nodes import SingleEntry

from .claims import Derivative, Equality, Indexed
from .complex_claims import ComplexDerivative
from .computed import Computed
from .equation import Equation, Verdict
from .letters import T, i, j, k, l, m, matrix, n, p, plus, q, r, times, u, vector
from .nodes import OneByOne, entry, index_sum, series
from .numerics import complex_square

X, S = matrix("X", n, m), matrix("X", n)
e, f = Symbol("m", integer=True), Symbol("n", integer=True)
"""The book's m and n as indices."""
J = SingleEntry

a, b, c = vector("a", n), vector("b", m), vector("c", m)
x, s = vector("x", n), vector("s", m)

first_order = (
    Equation(69, (Derivative((x.T * a, a.T * x), x, (a,)),)),
    Equation(70, (Derivative((a.T * X * b,), X, (a * b.T,)),)),
    Equation(
        71,
        (
            Derivative(
                (vector("a", m).T * X.T * vector("b", n),), X, (vector("b", n) * vector("a", m).T,)
            ),
        ),
    ),
    Equation(72, (Derivative((a.T * S * a, a.T * S.T * a), S, (a * a.T,)),)),
    Equation(73, (Indexed(X, X, (i, j), (J((n, m), i, j),), asked=X),)),
    Equation(
        74,
        (
            Indexed(
                entry(matrix("X", p, q) * matrix("A", q, u), i, j),
                matrix("X", p, q),
                (e, f),
                (
                    KroneckerDelta(i, e) * matrix("A", q, u)[f, j],
                    entry(J((p, q), e, f) * matrix("A", q, u), i, j),
                ),
                ranges={i: p, j: u},
                asked=matrix("X", p, q) * matrix("A", q, u),
            ),
        ),
    ),
    Equation(
        75,
        (
            Indexed(
                entry(matrix("X", p, q).T * matrix("A", p, u), i, j),
                matrix("X", p, q),
                (e, f),
                (
                    KroneckerDelta(i, f) * matrix("A", p, u)[e, j],
                    entry(J((q, p), f, e) * matrix("A", p, u), i, j),
                ),
                ranges={i: q, j: u},
                asked=matrix("X", p, q).T * matrix("A", p, u),
            ),
        ),
    ),
)

B, C, D = matrix("B", p, n), matrix("C", p, q), matrix("D", q, n)
left, right = plus(B * x, vector("b", p)), plus(D * x, vector("d", q))
square, D_n = matrix("B", n), matrix("D", n)
A, W = matrix("A", n, m), matrix("W", n)
affine = plus(X * b, vector("c", n))

residual = plus(x, times(-1, A, s))
apart = plus(x, times(-1, vector("s", n)))
weighted = {W: matrix("V", n) + matrix("V", n).T}


def form(vector_):
    """The quadratic form of W in a vector."""
    return times(T(vector_), W, vector_)


def least_squares(number, vector_, wrt, claim):
    """One of the equations (84) to (88)."""
    return Equation(
        number,
        (
            Derivative(
                (form(vector_),),
                wrt,
                (claim,),
                where=weighted,
                engine={"assuming": Q.symmetric(W)},
            ),
        ),
        given="$W$ symmetric",
    )


CONJUGATE = r"\left(a - x^{\mathsf H} b\right)^{*}"
SQUARE = r"\frac{\partial \left(a - x^{\mathsf H} b\right)^2}"
RIGHT = rf" = -2 b {CONJUGATE}"
BY_PARTS = "the left side from the slopes along the real and the imaginary parts"

a_c, b_n = Symbol("a"), vector("b", n)

second_order = (
    Equation(
        76,
        (
            Indexed(
                index_sum(X[k, l] * X[e, f], k=n, l=m, m=n, n=m),
                X,
                (i, j),
                (2 * index_sum(X[k, l], k=n, l=m),),
                asked=sum_entries(X) * sum_entries(X),
            ),
        ),
    ),
    Equation(
        77,
        (Derivative((b.T * X.T * X * c,), X, (times(X, plus(b * c.T, c * b.T)),)),),
    ),
    Equation(
        78,
        (
            Derivative(
                (times(T(left), C, right),),
                x,
                (plus(times(B.T, C, right), times(D.T, C.T, left)),),
            ),
        ),
    ),
    Equation(
        79,
        (
            Indexed(
                entry(X.T * square * X, k, l),
                X,
                (i, j),
                (
                    KroneckerDelta(l, j) * entry(X.T * square, k, i)
                    + KroneckerDelta(k, j) * entry(square * X, i, l),
                ),
                ranges={k: m, l: m},
                asked=X.T * square * X,
            ),
        ),
    ),
    Equation(
        80,
        (
            Indexed(
                X.T * square * X,
                X,
                (i, j),
                (X.T * square * J((n, m), i, j) + J((m, n), j, i) * square * X,),
                asked=X.T * square * X,
            ),
        ),
    ),
    Equation(81, (Derivative((x.T * square * x,), x, (times(square + square.T, x),)),)),
    Equation(
        82,
        (
            Derivative(
                (b.T * X.T * D_n * X * c,),
                X,
                (D_n.T * X * b * c.T + D_n * X * c * b.T,),
            ),
        ),
    ),
    Equation(
        83,
        (
            Derivative(
                (times(T(affine), D_n, affine),),
                X,
                (times(D_n + D_n.T, affine, b.T),),
            ),
        ),
    ),
    least_squares(84, residual, s, times(-2, A.T, W, residual)),
    least_squares(85, apart, x, times(2, W, apart)),
    least_squares(86, apart, vector("s", n), times(-2, W, apart)),
    least_squares(87, residual, x, times(2, W, residual)),
    least_squares(88, residual, A, times(-2, W, residual, s.T)),
    Equation(
        89,
        (
            Computed(
                SQUARE + r"{\partial x}" + RIGHT,
                complex_square("by x"),
                BY_PARTS,
            ),
        ),
        given="complex $a$, $b$ and $x$",
        expected=Verdict.WRONG,
        readings=tuple(
            (Computed(SQUARE + r"{\partial x}" + RIGHT, complex_square(way), BY_PARTS),)
            for way in ("by the conjugate of x", "the sum of both parts")
        ),
        repaired=(
            Computed(
                r"\frac{\partial}{\partial \operatorname{Re} x} \left|a - x^{\mathsf H} b\right|^2"
                r" + i \, \frac{\partial}{\partial \operatorname{Im} x}"
                r" \left|a - x^{\mathsf H} b\right|^2" + RIGHT,
                complex_square("the sum of both parts", modulus=True),
                BY_PARTS,
            ),
            ComplexDerivative(
                ((a_c - scalar(Adjoint(x) * b_n)) ** 2,),
                x,
                (times(-2 * (a_c - scalar(Adjoint(x) * b_n)), b_n),),
                "conjugate",
            ),
        ),
        note="The statement is typed; it is judged by separate code, in complex fractions. It "
        "fails whether the derivative is taken with respect to $x$, to its conjugate, or as the "
        "sum of those with respect to both parts. The counterexample is for the derivative with "
        "respect to $x$, which is 0 since only the conjugate of $x$ occurs. For real numbers the "
        "equation holds.",
    ),
)

P = matrix("X", p)
a_p, b_p = vector("a", p), vector("b", p)
EXPONENTS = ({f: 3}, {f: 1}, {f: 2})
later = times(T(P**r), P**f, a_p, b_p.T, T(P ** (f - 1 - r)))
earlier = times(P ** (f - 1 - r), a_p, b_p.T, T(P**f), P**r)
twice = times(a_p.T, T(P**f), P**f, b_p)

s_x, r_x = MatrixFunction("s", (p, 1))(x), MatrixFunction("r", (q, 1))(x)
A_pq = matrix("A", p, q)

A_m, B_m = matrix("A", p, n), matrix("B", q, n)
B_n = matrix("B", n)


def ratio(top, bottom):
    """The quotient of the squared lengths of two vectors, as products of the vectors."""
    return OneByOne(times(T(top), top)) / OneByOne(times(T(bottom), bottom))


def quotient_rule(A, B, below):
    """The right side of (95), with what stands in its first denominator."""
    length = OneByOne(x.T * B.T * B * x)
    return plus(
        times(2 / OneByOne(below), A.T, A, x),
        times(-2 * OneByOne(x.T * A.T * A * x) / length**2, B.T, B, x),
    )


higher_order = (
    Equation(
        90,
        (
            Indexed(
                entry(P**f, k, l),
                P,
                (i, j),
                (series(entry(P**r * J((p, p), i, j) * P ** (f - 1 - r), k, l), r, 0, f - 1),),
                ranges={k: p, l: p},
                values=EXPONENTS,
                asked=P**f,
            ),
        ),
        given=r"$n \geq 1$",
    ),
    Equation(
        91,
        (
            Derivative(
                (a_p.T * P**f * b_p,),
                P,
                (series(times(T(P**r), a_p, b_p.T, T(P ** (f - 1 - r))), r, 0, f - 1),),
                values=EXPONENTS,
            ),
        ),
        given=r"$n \geq 1$",
    ),
    Equation(
        92,
        (
            Derivative(
                (twice,),
                P,
                (series(plus(earlier, later), r, 0, f - 1),),
                values=({f: 1}, {f: 2}, {f: 3}),
                sizes=({p: 2}, {p: 3}),
            ),
        ),
        given=r"$n \geq 1$",
        expected=Verdict.WRONG,
        repaired=(
            Derivative(
                (twice,),
                P,
                (series(plus(T(earlier), later), r, 0, f - 1),),
                values=({f: 1}, {f: 2}, {f: 3}),
                sizes=({p: 2}, {p: 3}),
            ),
        ),
        note="The first term of the sum has to be transposed.",
    ),
    Equation(
        93,
        (
            Derivative(
                (s_x.T * A_pq * r_x,),
                x,
                (partial(s_x).T * A_pq * r_x + partial(r_x).T * A_pq.T * s_x,),
            ),
        ),
    ),
    Equation(
        94,
        (
            Equality(
                d(ratio(times(A_m, x), times(B_m, x))),
                (d(OneByOne(x.T * A_m.T * A_m * x) / OneByOne(x.T * B_m.T * B_m * x)),),
                moves=(x,),
                asked=(OneByOne(x.T * A_m.T * A_m * x) / OneByOne(x.T * B_m.T * B_m * x), x),
            ),
        ),
        given=r"$Bx \neq 0$",
        note="The equality of the two derivatives, judged by the differentials.",
    ),
    Equation(
        95,
        (
            Derivative(
                (ratio(times(A_m, x), times(B_n, x)),),
                x,
                (quotient_rule(A_m, B_n, times(x.T, B_n, B_n, x)),),
                sizes=({n: 2, p: 1}, {n: 3, p: 2}),
            ),
        ),
        given=r"$Bx \neq 0$",
        expected=Verdict.WRONG,
        repaired=(
            Derivative(
                (ratio(times(A_m, x), times(B_m, x)),),
                x,
                (quotient_rule(A_m, B_m, x.T * B_m.T * B_m * x),),
            ),
        ),
        note="A transpose is missing in the first denominator. As printed it needs a square "
        r"$B$, and is right only where $x^{\mathsf T}BBx = x^{\mathsf T}B^{\mathsf T}Bx$.",
    ),
)

A_n, b_n = matrix("A", n), vector("b", n)
quadratic = x.T * A_n * x + b_n.T * x
gradient = plus(times(A_n + A_n.T, x), b_n)

hessians = (
    Equation(
        96,
        (Equality(quadratic, (plus(b_n.T * x, times(Rational(1, 2), x.T, A_n + A_n.T, x)),)),),
        definition=True,
        note="In the book a definition: the left side is called $f$. Stated here is that the "
        "gradient (97) at 0 and the Hessian (98) determine it.",
    ),
    Equation(97, (Derivative((quadratic,), x, (gradient,)),)),
    Equation(98, (Derivative((quadratic,), x, (A_n + A_n.T,), order=2),)),
)

EQUATIONS = (*first_order, *second_order, *higher_order, *hessians)
