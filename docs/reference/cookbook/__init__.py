"""The Matrix Cookbook, chapter 2: every equation typed as a claim that is judged."""

from __future__ import annotations

from . import determinants, differentials, eigenvalues, forms, inverses, norms, structured, traces
from .equation import Equation, Verdict

__all__ = ["BY_NUMBER", "EQUATIONS", "Equation", "Verdict"]

SECTIONS = (differentials, determinants, inverses, eigenvalues, forms, traces, norms, structured)

EQUATIONS: tuple[Equation, ...] = tuple(e for section in SECTIONS for e in section.EQUATIONS)
"""The equations in the book's order."""

BY_NUMBER = {equation.number: equation for equation in EQUATIONS}
