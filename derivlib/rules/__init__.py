"""The knowledge: every rule derivlib uses, each an equation with conditions and a source.

A module of rules enters them in the table when it is imported; the order of the imports is that
of the rules within a family.
"""

from derivlib.rules import (  # noqa: F401, I001
    linear,
    products,
    determinants,
    factorisations,
    matrix_functions,
    functions,
    norms,
    bilinear,
    identification,
    algebra,
    declared,
    powers,
    entrywise,
    recognised,
    kinks,
    written_out,
    structures,
)
from derivlib.rules.rule import RULES, Condition, Rule, Source

__all__ = ["RULES", "Condition", "Rule", "Source"]
