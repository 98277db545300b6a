"""The literature the rules are cited from."""

from __future__ import annotations

from derivlib.rules.rule import Source


def cookbook(equation: int) -> Source:
    """An equation of the Matrix Cookbook, version of 15 November 2012."""
    return Source("Petersen & Pedersen", 2012, f"eq. ({equation})")


def magnus_neudecker(place: str) -> Source:
    """A place in Matrix Differential Calculus, third edition."""
    return Source("Magnus & Neudecker", 2019, place)


def higham(place: str) -> Source:
    """A place in Functions of Matrices."""
    return Source("Higham", 2008, place)


def goodfellow(place: str) -> Source:
    """A place in Deep Learning."""
    return Source("Goodfellow et al.", 2016, place)


CHAIN_RULE = magnus_neudecker("chapter 5, Cauchy's rule of invariance")
FUNDAMENTAL = magnus_neudecker("chapter 8, fundamental rules of differential calculus")
MATRIX_ALGEBRA = magnus_neudecker("chapter 1, matrix operations")
TRACE_ALGEBRA = magnus_neudecker("chapter 1, the trace")
KRONECKER_ALGEBRA = magnus_neudecker("chapter 2, the Kronecker product")
VEC_ALGEBRA = magnus_neudecker("chapter 2, the vec operator")
COMMUTATION_ALGEBRA = magnus_neudecker("chapter 3, the commutation matrix")
HADAMARD_ALGEBRA = magnus_neudecker("chapter 3, the Hadamard product")
LINEAR_STRUCTURES = Source("Magnus", 1988, "Linear Structures")
ADJOINT_MATRIX = magnus_neudecker("chapter 8, the differential of the adjoint matrix")
