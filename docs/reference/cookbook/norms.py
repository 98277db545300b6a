"""Sections 2.6 and 2.7: derivatives of norms, equations (129) to (132)."""

from __future__ import annotations

from sympy import Identity, Trace

from derivlib import norm

from .claims import Derivative
from .computed import Computed
from .equation import Equation
from .letters import m, matrix, n, times, vector
from .numerics import complex_norm

x, a = vector("x", n), vector("a", n)
X = matrix("X", n, m)
apart = norm(x - a)

EQUATIONS = (
    Equation(129, (Derivative((apart,), x, (times(1 / apart, x - a),)),), given=r"$x \neq a$"),
    Equation(
        130,
        (
            Derivative(
                (times(1 / apart, x - a),),
                x,
                (times(1 / apart, Identity(n)) - times(1 / apart**3, x - a, x.T - a.T),),
            ),
        ),
        given=r"$x \neq a$",
    ),
    Equation(
        131,
        (Derivative((norm(x) ** 2, norm(x.T * x)), x, (2 * x,)),),
        note="For real vectors.",
    ),
    Equation(
        132,
        (
            Derivative((norm(X) ** 2, Trace(X * X.T)), X, (2 * X,)),
            Computed(
                r"\frac{\partial \operatorname{tr}(X X^{\mathsf H})}{\partial \operatorname{Re} X}"
                r" + i \, \frac{\partial \operatorname{tr}(X X^{\mathsf H})}"
                r"{\partial \operatorname{Im} X} = 2 X",
                complex_norm,
                "the left side as slopes of a polynomial",
            ),
        ),
        note="The first line is for real, the second for complex matrices; the second is typed "
        "and judged by separate code.",
    ),
)
