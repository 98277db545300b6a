"""The independent judge: what a result claims, calculated once more and entry by entry.

Nothing here knows a rule or shares code with what it judges.
"""

from derivlib.check.claims.by_hand import StepsVerdict, Verdict, check_steps, is_derivative
from derivlib.check.claims.code import Calculation
from derivlib.check.claims.complex_derivative import is_real_valued, verify_complex
from derivlib.check.claims.derivative import verify
from derivlib.check.claims.equation import (
    EquationCheck,
    check_equation,
    check_identification,
    is_equal,
)
from derivlib.check.claims.ledger import Check, Ledger, recorded
from derivlib.check.claims.rule import RuleCheck, check_rule, rejected_tampering
from derivlib.check.claims.typed import EntriesCheck, check_entries
from derivlib.check.claims.verification import Verification
from derivlib.check.values.entry_derivatives import elementwise
from derivlib.check.values.explicit import explicit
from derivlib.expressions.sizes import resolve_sizes, size_symbols
from derivlib.nodes.abstract_partial import AbstractPartial

__all__ = [
    "AbstractPartial",
    "Calculation",
    "Check",
    "EntriesCheck",
    "EquationCheck",
    "Ledger",
    "RuleCheck",
    "StepsVerdict",
    "Verdict",
    "Verification",
    "check_entries",
    "check_equation",
    "check_identification",
    "check_rule",
    "check_steps",
    "elementwise",
    "explicit",
    "is_derivative",
    "is_equal",
    "is_real_valued",
    "recorded",
    "rejected_tampering",
    "resolve_sizes",
    "size_symbols",
    "verify",
    "verify_complex",
]
