"""The literature the rules are cited from."""

from __future__ import annotations

from derivlib.rules.rule import Source

__all__ = ["CHAIN_RULE", "FUNDAMENTAL", "LINEAR_STRUCTURES", "cookbook", "magnus_neudecker"]


def cookbook(equation: int) -> Source:
    """An equation of the Matrix Cookbook, version of 15 November 2012."""
    return Source("Petersen & Pedersen", 2012, f"eq. ({equation})")


def magnus_neudecker(place: str) -> Source:
    """A place in Matrix Differential Calculus, third edition."""
    return Source("Magnus & Neudecker", 2019, place)


CHAIN_RULE = magnus_neudecker("chapter 5, Cauchy's rule of invariance")
FUNDAMENTAL = magnus_neudecker("chapter 8, fundamental rules of differential calculus")
LINEAR_STRUCTURES = Source("Magnus", 1988, "Linear Structures")
