"""The knowledge: every rule derivlib uses, each an equation with conditions and a source."""

from __future__ import annotations

from types import MappingProxyType

from derivlib.rules import (
    adjoints,
    algebra,
    determinants,
    entrywise,
    functions,
    identification,
    linear,
    norms,
    powers,
    products,
    structures,
    vec_rules,
)
from derivlib.rules.rule import Condition, Rule, Source

__all__ = ["RULES", "Condition", "Rule", "Source"]

_ALL = (
    *linear.RULES,
    *products.RULES,
    *determinants.RULES,
    *functions.RULES,
    *norms.RULES,
    *adjoints.RULES,
    *vec_rules.RULES,
    *identification.RULES,
    *algebra.RULES,
    *powers.RULES,
    *entrywise.RULES,
    *structures.RULES,
)

RULES = MappingProxyType({rule.name: rule for rule in _ALL})
"""Every rule of the table by its name, in the order of the catalogue."""
