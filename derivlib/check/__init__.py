"""The independent judge: what a result claims, calculated once more and entry by entry.

Nothing here knows a rule or shares code with what it judges.
"""

from derivlib.check.abstract import AbstractPartial
from derivlib.check.calculus import elementwise
from derivlib.check.claims import StepsVerdict, Verdict, check_steps, is_derivative
from derivlib.check.entries import explicit
from derivlib.check.equations import EquationCheck, check_equation, check_identification, is_equal
from derivlib.check.ledger import Check, Ledger, recorded
from derivlib.check.rules import RuleCheck, check_rule, rejected_tampering
from derivlib.check.sizes import resolve_sizes, size_symbols
from derivlib.check.verification import Verification
from derivlib.check.verify import verify
from derivlib.check.written import EntriesCheck, check_entries

__all__ = [
    "AbstractPartial",
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
    "recorded",
    "rejected_tampering",
    "resolve_sizes",
    "size_symbols",
    "verify",
]
