"""Section 2.1: derivatives of a determinant, equations (46) to (58)."""

from __future__ import annotations

from sympy import Abs, Determinant, Inverse, KroneckerDelta, Q, Symbol, Trace, log

from derivlib import MatrixFunction, logdet, partial
from derivlib.nodes import FormalDerivative

from .claims import Derivative, Equality
from .computed import Computed
from .equation import Equation, Verdict
from .letters import T, i, j, k, m, matrix, n, plus, times
from .nodes import index_sum
from .numerics import cofactor_rows_at_singular

x = Symbol("x")
Y = MatrixFunction("Y", (n, n))(x)
X, A = matrix("X", n), matrix("A", n)
tall = matrix("X", n, m)
B, C = matrix("B", n), matrix("C", n)
slope = partial(Y)

TALL = ({n: 4, m: 2}, {n: 3, m: 2})

cofactor_sum = index_sum(FormalDerivative(Determinant(X), X[i, k]) * X[j, k], k=n)
cofactors = (
    Equality(
        cofactor_sum,
        (KroneckerDelta(i, j) * Determinant(X),),
        ranges={i: n, j: n},
        asked=(Determinant(X), X),
    ),
    Computed(
        r"\text{the same for singular } X",
        cofactor_rows_at_singular,
        "the left side as slopes of a polynomial",
    ),
)

# With k rows and columns of AXB the two sides are defined for every k up to n.
left_factor, right_factor = matrix("A", m, n), matrix("B", n, m)
form = left_factor * X * right_factor
gram = tall.T * A * tall
plain = tall.T * tall
wide = matrix("X^{+}", m, n)
pseudo_inverse = wide.T * Inverse(wide * wide.T)

linear_form = Derivative(
    (Determinant(form),),
    X,
    (
        times(Determinant(form), T(X.I)),
        times(Determinant(form), Inverse(X.T)),
    ),
    sizes=({m: 1, n: 2}, {m: 2, n: 3}),
    engine=None,
)
square_form = A * X * B

EQUATIONS = (
    Equation(
        46,
        (Derivative((Determinant(Y),), x, (Determinant(Y) * Trace(Inverse(Y) * partial(Y)),)),),
        given="$Y(x)$ invertible",
    ),
    Equation(47, cofactors, note="The second line is typed; it is judged by separate code."),
    Equation(
        48,
        (
            Derivative(
                (Determinant(Y),),
                x,
                (
                    Determinant(Y)
                    * (
                        Trace(Y.I * partial(slope))
                        + Trace(Y.I * slope) ** 2
                        - Trace(times(Y.I, slope, Y.I, slope))
                    ),
                ),
                order=2,
            ),
        ),
        given="$Y(x)$ invertible",
    ),
    Equation(
        49,
        (Derivative((Determinant(X),), X, (times(Determinant(X), T(X.I)),)),),
        given="$X$ invertible",
    ),
    Equation(50, cofactors, note="The same statement as (47)."),
    Equation(
        51,
        (linear_form,),
        expected=Verdict.CONDITION,
        needs="$A$ and $B$ square. The determinant of $AXB$, and $X^{-1}$, exist for an "
        r"$m \times n$ matrix $A$ and an $n \times m$ matrix $B$ with $m < n$ as well; there "
        "the equation is wrong.",
        repaired=(
            Derivative(
                (Determinant(square_form),),
                X,
                (
                    times(Determinant(square_form), T(X.I)),
                    times(Determinant(square_form), Inverse(X.T)),
                ),
            ),
        ),
        general=(
            Derivative(
                (Determinant(form),),
                X,
                (times(Determinant(form), left_factor.T, T(Inverse(form)), right_factor.T),),
                sizes=({m: 1, n: 2}, {m: 2, n: 3}, {m: 3, n: 3}),
            ),
        ),
    ),
    Equation(
        52,
        (
            Derivative(
                (Determinant(X.T * A * X),), X, (times(2, Determinant(X.T * A * X), Inverse(X.T)),)
            ),
        ),
        given="$X$ square and invertible",
    ),
    Equation(
        53,
        (
            Derivative(
                (Determinant(gram),),
                tall,
                (times(2, Determinant(gram), A, tall, Inverse(gram)),),
                where={A: B + B.T},
                sizes=TALL,
                engine={"assuming": Q.symmetric(A)},
            ),
        ),
        given="$A$ symmetric; $X$ not square",
        note=r"$X^{\mathsf T}AX$ has to be invertible, so $X$ has more rows than columns.",
    ),
    Equation(
        54,
        (
            Derivative(
                (Determinant(gram),),
                tall,
                (
                    times(
                        Determinant(gram),
                        plus(
                            A * tall * Inverse(gram),
                            A.T * tall * Inverse(tall.T * A.T * tall),
                        ),
                    ),
                ),
                sizes=TALL,
            ),
        ),
        given="$A$ not symmetric; $X$ not square",
        note=r"$X^{\mathsf T}AX$ has to be invertible, so $X$ has more rows than columns.",
    ),
    Equation(
        55,
        (
            Derivative(
                (logdet(plain),),
                tall,
                (2 * matrix("X^{+}", m, n).T,),
                where={matrix("X^{+}", m, n): Inverse(plain) * tall.T},
                sizes=TALL,
            ),
        ),
        note="The left side exists where the columns of $X$ are independent; the "
        r"pseudo-inverse is then $(X^{\mathsf T}X)^{-1}X^{\mathsf T}$, and so it is judged.",
    ),
    Equation(
        56,
        (
            Derivative(
                (logdet(plain),),
                wide,
                (-2 * tall.T,),
                where={tall: pseudo_inverse},
                sizes=TALL,
                asked=logdet(pseudo_inverse.T * pseudo_inverse),
            ),
        ),
        note=r"Judged with the entries of $X^{+}$ free and $X = (X^{+})^{+}$.",
    ),
    Equation(
        57,
        (
            Derivative(
                (log(Abs(Determinant(X))),),
                X,
                (T(X.I), Inverse(X.T)),
                asked=logdet(X.T * X) / 2,
            ),
        ),
        given="$X$ invertible",
        note=r"The engine is asked for $\tfrac12 \log\det(X^{\mathsf T}X)$, which is the same.",
    ),
    Equation(
        58,
        (
            Derivative(
                (Determinant(X**k),),
                X,
                (times(k * Determinant(X**k), Inverse(X.T)),),
                values=({k: 3}, {k: 1}, {k: 2}, {k: -2}),
            ),
        ),
        given="$X$ invertible, $k$ a whole number",
    ),
)
