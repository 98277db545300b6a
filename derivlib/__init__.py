"""Symbolic matrix calculus in readable steps, each named and each checked."""

from derivlib.check import Verification
from derivlib.derivation import Derivation, Step
from derivlib.derive import derive
from derivlib.differential import differential
from derivlib.display import Formula, aligned, latex, show, show_group, text
from derivlib.elements import (
    compose,
    element,
    element_functions,
    element_matrix,
    entry_table,
)
from derivlib.errors import (
    DerivlibError,
    InputError,
    ReplayError,
    RuleError,
    ShapeError,
    SizesError,
    UnsupportedError,
    VerificationError,
)
from derivlib.rules import RULES, Condition, Rule
from derivlib.vocabulary import (
    MatrixFunction,
    d,
    formal,
    prime,
    sum_entries,
    unvec,
    vec,
)

__all__ = [
    "RULES",
    "Condition",
    "Derivation",
    "DerivlibError",
    "Formula",
    "InputError",
    "MatrixFunction",
    "ReplayError",
    "Rule",
    "RuleError",
    "ShapeError",
    "SizesError",
    "Step",
    "UnsupportedError",
    "Verification",
    "VerificationError",
    "aligned",
    "compose",
    "d",
    "derive",
    "differential",
    "element",
    "element_functions",
    "element_matrix",
    "entry_table",
    "formal",
    "latex",
    "prime",
    "show",
    "show_group",
    "sum_entries",
    "text",
    "unvec",
    "vec",
]
