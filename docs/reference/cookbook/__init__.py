"""The Matrix Cookbook, chapters 2 and 4: every equation typed as a claim that is judged."""

from __future__ import annotations

from . import (
    complex,  # noqa: A004 - the page's name
    determinants,
    differentials,
    eigenvalues,
    forms,
    inverses,
    norms,
    structured,
    traces,
)
from .equation import Equation, Verdict

__all__ = ["BY_NUMBER", "EQUATIONS", "NUMBERS", "SECTIONS", "Equation", "Verdict"]

SECTIONS = (
    ("2 Rules for the differential", "differentials", differentials),
    ("2.1 Determinants", "determinants", determinants),
    ("2.2 Inverse", "inverses", inverses),
    ("2.3 Eigenvalues", "eigenvalues", eigenvalues),
    ("2.4 Matrices, vectors and scalar forms", "forms", forms),
    ("2.5 Traces", "traces", traces),
    ("2.6, 2.7 Norms", "norms", norms),
    ("2.8 Structured matrices", "structured", structured),
    ("4 Complex matrices", "complex", complex),
)
"""Title, page and module of each section."""

EQUATIONS: tuple[Equation, ...] = tuple(e for *_, part in SECTIONS for e in part.EQUATIONS)
"""The equations in the book's order."""

NUMBERS = [*range(33, 145), *range(225, 260)]
"""The numbers of all equations of both chapters."""

BY_NUMBER = {equation.number: equation for equation in EQUATIONS}
