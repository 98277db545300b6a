"""Section 2.5: derivatives of traces, equations (99) to (128)."""

from __future__ import annotations

from sympy import Identity, Inverse, KroneckerProduct, Q, Trace

from .claims import Derivative
from .computed import Computed
from .equation import Equation, Verdict
from .letters import T, k, m, matrix, minus, n, p, plus, q, r, times, u
from .nodes import series
from .numerics import trace_of_sine

S = matrix("X", n)
X = matrix("X", n, m)
I = Identity(n)
EXPONENTS = ({k: 3}, {k: 1}, {k: 2})

A, B = matrix("A", p, n), matrix("B", m, p)
sq_n, sq_m = matrix("B", n), matrix("B", m)
A_n, C_n, C_m = matrix("A", n), matrix("C", n), matrix("C", m)


def of(*expressions):
    """The traces of expressions."""
    return tuple(map(Trace, expressions))


first_order = (
    Equation(99, (Derivative(of(S), S, (I,)),)),
    Equation(100, (Derivative(of(X * matrix("A", m, n)), X, (matrix("A", m, n).T,)),)),
    Equation(101, (Derivative(of(A * X * B), X, (A.T * B.T,)),)),
    Equation(
        102,
        (
            Derivative(
                of(matrix("A", p, m) * X.T * matrix("B", n, p)),
                X,
                (matrix("B", n, p) * matrix("A", p, m),),
            ),
        ),
    ),
    Equation(103, (Derivative(of(X.T * matrix("A", n, m)), X, (matrix("A", n, m),)),)),
    Equation(104, (Derivative(of(matrix("A", n, m) * X.T), X, (matrix("A", n, m),)),)),
    Equation(
        105,
        (Derivative(of(KroneckerProduct(matrix("A", p), S)), S, (Trace(matrix("A", p)) * I,)),),
    ),
)

AB = matrix("A", m, n), matrix("B", m, n)
outer = matrix("B", m, p)
rest = matrix("C", p, q)
factors = matrix("A", p, n), matrix("B", m, q)
inner = factors[0] * X * factors[1] + rest

second_order = (
    Equation(106, (Derivative(of(S**2), S, (2 * S.T,)),)),
    Equation(107, (Derivative(of(S**2 * sq_n), S, (T(S * sq_n + sq_n * S),)),)),
    *(
        Equation(number, (Derivative(of(function), X, (sq_n * X + sq_n.T * X,)),))
        for number, function in (
            (108, X.T * sq_n * X),
            (109, sq_n * X * X.T),
            (110, X * X.T * sq_n),
        )
    ),
    *(
        Equation(number, (Derivative(of(function), X, (X * sq_m.T + X * sq_m,)),))
        for number, function in (
            (111, X * sq_m * X.T),
            (112, sq_m * X.T * X),
            (113, X.T * X * sq_m),
        )
    ),
    Equation(
        114,
        (
            Derivative(
                of(AB[0] * X * AB[1] * X),
                X,
                (AB[0].T * X.T * AB[1].T + AB[1].T * X.T * AB[0].T,),
            ),
        ),
    ),
    Equation(115, (Derivative(of(X.T * X, X * X.T), X, (2 * X,)),)),
    Equation(
        116,
        (
            Derivative(
                of(outer.T * X.T * C_n * X * outer),
                X,
                (C_n.T * X * outer * outer.T + C_n * X * outer * outer.T,),
            ),
        ),
    ),
    Equation(
        117,
        (Derivative(of(X.T * sq_n * X * C_m), X, (sq_n * X * C_m + sq_n.T * X * C_m.T,)),),
    ),
    Equation(
        118,
        (
            Derivative(
                of(A * X * sq_m * X.T * matrix("C", n, p)),
                X,
                (A.T * matrix("C", n, p).T * X * sq_m.T + matrix("C", n, p) * A * X * sq_m,),
            ),
        ),
    ),
    Equation(
        119,
        (Derivative(of(times(inner, T(inner))), X, (2 * factors[0].T * inner * factors[1].T,)),),
    ),
    Equation(
        120,
        (Derivative((Trace(KroneckerProduct(S, S)), Trace(S) * Trace(S)), S, (2 * Trace(S) * I,)),),
    ),
)

cube = C_n * X * X.T * C_n * X * outer

higher_order = (
    Equation(
        121,
        (Derivative(of(S**k), S, (times(k, T(S ** (k - 1))),), values=(*EXPONENTS, {k: -2})),),
        given="$k$ a whole number",
        note="For negative $k$ with an invertible $X$.",
    ),
    Equation(
        122,
        (
            Derivative(
                of(A_n * S**k),
                S,
                (series(T(S**r * A_n * S ** (k - r - 1)), r, 0, k - 1),),
                values=EXPONENTS,
            ),
        ),
        given=r"$k \geq 1$",
    ),
    Equation(
        123,
        (
            Derivative(
                of(outer.T * X.T * cube),
                X,
                (
                    plus(
                        cube * outer.T,
                        C_n.T * X * outer * outer.T * X.T * C_n.T * X,
                        C_n * X * outer * outer.T * X.T * C_n * X,
                        C_n.T * X * X.T * C_n.T * X * outer * outer.T,
                    ),
                ),
            ),
        ),
    ),
)

TALL = ({n: 3, m: 2}, {n: 4, m: 2})
gram = X.T * C_n * X
form = X.T * sq_n * X
symmetric = {C_n: matrix("U", n) + matrix("U", n).T, sq_n: matrix("V", n) + matrix("V", n).T}
A_m = matrix("A", m)
shifted = A_m + gram
once = Inverse(shifted)

shifted_form = Derivative(
    of(once * form),
    X,
    (-2 * C_n * X * once * form * once + 2 * sq_n * X * once,),
    where=symmetric,
    sizes=TALL,
    engine=None,
)
both = Q.symmetric(sq_n) & Q.symmetric(C_n)

other = (
    Equation(
        124,
        (
            Derivative(
                of(matrix("A", u, n) * S.I * matrix("B", n, u)),
                S,
                (
                    minus(T(S.I * matrix("B", n, u) * matrix("A", u, n) * S.I)),
                    -Inverse(S.T) * matrix("A", u, n).T * matrix("B", n, u).T * Inverse(S.T),
                ),
            ),
        ),
        given="$X$ invertible",
    ),
    Equation(
        125,
        (
            Derivative(
                of(Inverse(gram) * A_m),
                X,
                (-C_n * X * Inverse(gram) * (A_m + A_m.T) * Inverse(gram),),
                where={C_n: symmetric[C_n]},
                sizes=TALL,
                engine={"assuming": Q.symmetric(C_n)},
            ),
        ),
        given=r"$C$ symmetric",
    ),
    Equation(
        126,
        (
            Derivative(
                of(Inverse(gram) * form),
                X,
                (
                    -2 * C_n * X * Inverse(gram) * form * Inverse(gram)
                    + 2 * sq_n * X * Inverse(gram),
                ),
                where=symmetric,
                sizes=TALL,
                engine={"assuming": both},
            ),
        ),
        given="$B$ and $C$ symmetric",
    ),
    Equation(
        127,
        (shifted_form,),
        given="$B$ and $C$ symmetric",
        expected=Verdict.CONDITION,
        needs="$A$ symmetric",
        repaired=(
            Derivative(
                shifted_form.of,
                X,
                shifted_form.equals,
                where={**symmetric, A_m: matrix("W", m) + matrix("W", m).T},
                sizes=TALL,
                engine={"assuming": both & Q.symmetric(A_m)},
            ),
        ),
        general=(
            Derivative(
                shifted_form.of,
                X,
                (
                    plus(
                        minus(
                            C_n,
                            X,
                            plus(once * form * once, T(once) * form * T(once)),
                        ),
                        times(sq_n, X, plus(once, T(once))),
                    ),
                ),
                where=symmetric,
                sizes=TALL,
                engine={"assuming": both},
            ),
        ),
    ),
    Equation(
        128,
        (
            Computed(
                r"\frac{\partial}{\partial X} \operatorname{tr}(\sin X) = (\cos X)^{\mathsf T}",
                trace_of_sine,
                "the left side by central differences in 60-digit arithmetic",
                1e-20,
            ),
        ),
        note="Functions of a matrix, not of its entries. The statement is typed; it is judged "
        "by separate code, sine by its power series and cosine by the exponential.",
    ),
)

EQUATIONS = (*first_order, *second_order, *higher_order, *other)
