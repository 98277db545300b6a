"""Section 2.2: derivatives of an inverse, equations (59) to (64)."""

from __future__ import annotations

from sympy import Determinant, Inverse, Symbol, Trace

from derivlib import MatrixFunction, partial

from .claims import Derivative, Indexed
from .equation import Equation
from .letters import T, i, j, k, l, m, matrix, minus, n, times, vector
from .nodes import entry

x = Symbol("x")
Y = MatrixFunction("Y", (n, n))(x)
X = matrix("X", n)
a, b = vector("a", n), vector("b", n)
A, B, S = matrix("A", m, n), matrix("B", n, m), matrix("A", n)

EQUATIONS = (
    Equation(
        59,
        (Derivative((Inverse(Y),), x, (-Inverse(Y) * partial(Y) * Inverse(Y),)),),
        given="$Y(x)$ invertible",
    ),
    Equation(
        60,
        (
            Indexed(
                entry(X.I, k, l),
                X,
                (i, j),
                (-entry(X.I, k, i) * entry(X.I, j, l),),
                ranges={k: n, l: n},
                asked=X.I,
            ),
        ),
        given="$X$ invertible",
    ),
    Equation(
        61,
        (Derivative((a.T * X.I * b,), X, (-Inverse(X.T) * a * b.T * Inverse(X.T),)),),
        given="$X$ invertible",
    ),
    Equation(
        62,
        (Derivative((Determinant(X.I),), X, (times(-Determinant(X.I), T(X.I)),)),),
        given="$X$ invertible",
    ),
    Equation(
        63,
        (Derivative((Trace(A * X.I * B),), X, (minus(T(X.I * B * A * X.I)),)),),
        given="$X$ invertible",
    ),
    Equation(
        64,
        (
            Derivative(
                (Trace(Inverse(X + S)),),
                X,
                (minus(T(times(Inverse(X + S), Inverse(X + S)))),),
            ),
        ),
        given="$X + A$ invertible",
    ),
)
