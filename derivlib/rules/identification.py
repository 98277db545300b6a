"""Reading a derivative off a differential."""

from __future__ import annotations

from functools import partial

from sympy import MatrixSymbol

from derivlib.expressions.construction import mul
from derivlib.nodes import Inner, OnVec, d
from derivlib.nodes.builders import trace
from derivlib.rules.conditions import SINGLE, each
from derivlib.rules.declare import equation
from derivlib.rules.placeholders import m, matrix, n, p, t, u
from derivlib.rules.sources import TRACE_ALGEBRA, magnus_neudecker

identification = partial(equation, "identification")
OF_MATRICES = magnus_neudecker("chapter 9, first identification theorem for matrix functions")

FIRST_IDENTIFICATION = identification(
    "first identification theorem",
    lambda gradient, variable: (Inner(gradient, d(variable)), gradient),
    (matrix("G", n, m), matrix("X", n, m)),
    (u, t),
    source=magnus_neudecker("chapter 5, first identification theorem"),
)

JACOBIAN = identification(
    "identification of the Jacobian",
    lambda jacobian, variable: (OnVec(jacobian, d(variable)), jacobian),
    (MatrixSymbol("J", p, n * m), matrix("X", n, m)),
    source=OF_MATRICES,
)

BY_SCALAR = identification(
    "identification of the derivative by a scalar",
    lambda derivative, variable: (mul(d(variable), derivative), derivative),
    (matrix("D", n, m), t),
    source=OF_MATRICES,
)

ONE_BY_ONE = equation(
    "notation",
    "scalar as a trace",
    lambda matrix: (matrix, trace(matrix)),
    (matrix("U", 1, 1),),
    source=TRACE_ALGEBRA,
    conditions=each(SINGLE),
    minor=True,
)
