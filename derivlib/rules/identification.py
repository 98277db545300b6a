"""Reading a derivative off a differential."""

from __future__ import annotations

from sympy import Trace

from derivlib.rules.placeholders import m, matrix, n, t, u
from derivlib.rules.rule import Rule
from derivlib.rules.sources import magnus_neudecker
from derivlib.vocabulary import Inner, d

FIRST_IDENTIFICATION = Rule(
    "first identification theorem",
    "identification",
    left=lambda gradient, variable: Inner(gradient, d(variable)),
    right=lambda _, gradient, variable: gradient,
    instances=((matrix("G", n, m), matrix("X", n, m)), (u, t)),
    source=magnus_neudecker("chapter 5, first identification theorem"),
)

ONE_BY_ONE = Rule(
    "scalar as a trace",
    "notation",
    left=lambda matrix: matrix,
    right=lambda _, matrix: Trace(matrix),
    instances=((matrix("U", 1, 1),),),
    source=magnus_neudecker("chapter 1, the trace"),
)

RULES: tuple[Rule, ...] = (FIRST_IDENTIFICATION, ONE_BY_ONE)

__all__ = ["FIRST_IDENTIFICATION", "ONE_BY_ONE", "RULES"]
