"""Section 2.3: derivatives of eigenvalues, equations (65) to (68)."""

from __future__ import annotations

from sympy import Determinant, Identity, Inverse, Trace

from .claims import Derivative
from .computed import Computed
from .equation import Equation
from .letters import matrix, n
from .numerics import (
    eigenvalue,
    eigenvector,
    product_of_eigenvalues,
    sum_of_eigenvalues,
)

X = matrix("X", n)
DIFFERENCES = "the left side by central differences in 60-digit arithmetic"
TYPED = "The eigenvalues are typed and judged by separate code. "
SYMMETRIC = "$A$ real and symmetric, its eigenvalues distinct"

EQUATIONS = (
    Equation(
        65,
        (
            Computed(
                r"\frac{\partial}{\partial X} \sum \operatorname{eig}(X) = I",
                sum_of_eigenvalues,
                DIFFERENCES,
                1e-20,
            ),
            Derivative((Trace(X),), X, (Identity(n),)),
        ),
        note=TYPED + "Complex eigenvalues are among them.",
    ),
    Equation(
        66,
        (
            Computed(
                r"\frac{\partial}{\partial X} \prod \operatorname{eig}(X)"
                r" = \det(X) X^{-\mathsf T}",
                product_of_eigenvalues,
                DIFFERENCES,
                1e-20,
            ),
            Derivative((Determinant(X),), X, (Determinant(X) * Inverse(X.T),)),
        ),
        given="$X$ invertible",
        note=TYPED + "Complex eigenvalues are among them.",
    ),
    Equation(
        67,
        (
            Computed(
                r"\mathrm{d}\lambda_i = v_i^{\mathsf T} \, (\mathrm{d}A) \, v_i",
                eigenvalue,
                DIFFERENCES,
                1e-20,
            ),
        ),
        given=SYMMETRIC + r", $v_i^{\mathsf T} v_i = 1$",
        note="The statement is typed; it is judged by separate code, for every eigenvalue.",
    ),
    Equation(
        68,
        (
            Computed(
                r"\mathrm{d}v_i = (\lambda_i I - A)^{+} \, (\mathrm{d}A) \, v_i",
                eigenvector,
                DIFFERENCES,
                1e-20,
            ),
        ),
        given=SYMMETRIC + r", $v_i^{\mathsf T} v_i = 1$",
        note="The statement is typed; it is judged by separate code, for every eigenvector.",
    ),
)
