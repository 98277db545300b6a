"""The knowledge: every rule derivlib uses, each an equation with conditions and a source."""

from __future__ import annotations

from types import MappingProxyType

from derivlib.rules import functions, identification, linear, pairing, products
from derivlib.rules.rule import Condition, Rule, Source

__all__ = ["RULES", "Condition", "Rule", "Source"]

_ALL = (
    *linear.RULES,
    *products.RULES,
    *functions.RULES,
    *pairing.RULES,
    *identification.RULES,
)

RULES = MappingProxyType({rule.name: rule for rule in _ALL})
"""Every rule of the table by its name, in the order of the catalogue."""
