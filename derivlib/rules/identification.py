"""Reading a derivative off a differential."""

from __future__ import annotations

from sympy import MatrixSymbol

from derivlib.expressions.construction import mul
from derivlib.nodes import Inner, OnVec, d
from derivlib.nodes.builders import trace
from derivlib.rules.placeholders import m, matrix, n, p, t, u
from derivlib.rules.rule import Rule
from derivlib.rules.sources import magnus_neudecker

FIRST_IDENTIFICATION = Rule(
    "first identification theorem",
    "identification",
    left=lambda gradient, variable: Inner(gradient, d(variable)),
    right=lambda _, gradient, variable: gradient,
    instances=((matrix("G", n, m), matrix("X", n, m)), (u, t)),
    source=magnus_neudecker("chapter 5, first identification theorem"),
)

JACOBIAN = Rule(
    "identification of the Jacobian",
    "identification",
    left=lambda jacobian, variable: OnVec(jacobian, d(variable)),
    right=lambda _, jacobian, variable: jacobian,
    instances=((MatrixSymbol("J", p, n * m), matrix("X", n, m)),),
    source=magnus_neudecker("chapter 9, first identification theorem for matrix functions"),
)

BY_SCALAR = Rule(
    "identification of the derivative by a scalar",
    "identification",
    left=lambda derivative, variable: mul(d(variable), derivative),
    right=lambda _, derivative, variable: derivative,
    instances=((matrix("D", n, m), t),),
    source=magnus_neudecker("chapter 9, first identification theorem for matrix functions"),
)

ONE_BY_ONE = Rule(
    "scalar as a trace",
    "notation",
    left=lambda matrix: matrix,
    right=lambda _, matrix: trace(matrix),
    instances=((matrix("U", 1, 1),),),
    source=magnus_neudecker("chapter 1, the trace"),
)

RULES: tuple[Rule, ...] = (FIRST_IDENTIFICATION, JACOBIAN, BY_SCALAR, ONE_BY_ONE)

__all__ = ["BY_SCALAR", "FIRST_IDENTIFICATION", "JACOBIAN", "ONE_BY_ONE", "RULES"]
