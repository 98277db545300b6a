"""Chapter 2: the rules for the differential, equations (33) to (45)."""

from __future__ import annotations

from sympy import (
    Determinant,
    HadamardProduct,
    Inverse,
    KroneckerProduct,
    Symbol,
    Trace,
    ZeroMatrix,
)

from derivlib import d, logdet

from .claims import Equality
from .computed import Computed
from .equation import Equation
from .letters import T, m, matrix, n, p, q
from .nodes import Adjugate
from .numerics import adjugate_at_singular, complex_transpose

A, X, Y = matrix("A", n, m), matrix("X", n, m), matrix("Y", n, m)
Z, W, V = matrix("Y", m, p), matrix("Y", p, q), matrix("X", n)
alpha = Symbol("alpha")

EQUATIONS = (
    Equation(33, (Equality(d(A), (ZeroMatrix(n, m),), by=(X,)),), given="$A$ constant"),
    Equation(
        34,
        (Equality(d(alpha * X), (alpha * d(X),), moves=(X,)),),
        given=r"$\alpha$ constant",
    ),
    Equation(35, (Equality(d(X + Y), (d(X) + d(Y),), moves=(X, Y)),)),
    Equation(36, (Equality(d(Trace(V)), (Trace(d(V)),), moves=(V,)),)),
    Equation(37, (Equality(d(X * Z), (d(X) * Z + X * d(Z),), moves=(X, Z)),)),
    Equation(
        38,
        (
            Equality(
                d(HadamardProduct(X, Y)),
                (HadamardProduct(d(X), Y) + HadamardProduct(X, d(Y)),),
                moves=(X, Y),
            ),
        ),
    ),
    Equation(
        39,
        (
            Equality(
                d(KroneckerProduct(X, W)),
                (KroneckerProduct(d(X), W) + KroneckerProduct(X, d(W)),),
                moves=(X, W),
                sizes=({n: 3, m: 2, p: 1, q: 4}, {n: 2, m: 3, p: 4, q: 2}),
            ),
        ),
    ),
    Equation(
        40,
        (Equality(d(Inverse(V)), (-V.I * d(V) * V.I,), moves=(V,)),),
        given="$X$ invertible",
    ),
    Equation(
        41,
        (
            Equality(d(Determinant(V)), (Trace(Adjugate(V) * d(V)),), moves=(V,)),
            Computed(
                r"\text{the same for singular } X",
                adjugate_at_singular,
                "the left side as the slope of a polynomial",
            ),
        ),
        note="The second line is typed; it is judged by separate code.",
    ),
    Equation(
        42,
        (Equality(d(Determinant(V)), (Determinant(V) * Trace(V.I * d(V)),), moves=(V,)),),
        given="$X$ invertible",
    ),
    Equation(
        43,
        (Equality(d(logdet(V)), (Trace(V.I * d(V)),), moves=(V,)),),
        note=r"For real matrices the left side exists where $\det(X) > 0$.",
    ),
    Equation(44, (Equality(d(T(X)), (T(d(X)),), moves=(X,)),)),
    Equation(
        45,
        (
            Computed(
                r"\mathrm{d}(X^{\mathsf H}) = (\mathrm{d}X)^{\mathsf H}",
                complex_transpose,
                "the left side as the slope along a complex direction",
            ),
        ),
        note="The statement is typed; it is judged by separate code, in complex fractions.",
    ),
)
