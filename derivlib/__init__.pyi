"""Symbolic matrix calculus in readable steps, each named and each checked."""
# Where each name is. The package loads it from here; type checkers and the API reference read it.

from .check.claims import StepsVerdict, Verdict, check_steps, is_derivative
from .check.entries import explicit
from .check.verification import Verification
from .derivation.chain import Chain
from .derivation.computation import ComputationGraph, GraphEdge, GraphNode
from .derivation.derivation import Derivation
from .derivation.joint import JointDerivation
from .derivation.replay import Line
from .derivation.step import Step
from .derivation.stepwise import Stepwise
from .derivation.writes_code import WritesCode
from .display.formula import Formula, aligned, show, show_group
from .display.latex import latex
from .display.substitutions import Substitutions
from .display.text import text
from .elements import (
    compose,
    element,
    element_functions,
    element_matrix,
    entry_table,
    small_letters,
)
from .errors import (
    BackendError,
    DerivlibError,
    InputError,
    ReplayError,
    RuleError,
    ShapeError,
    SizesError,
    UndefinedError,
    UnsupportedError,
    VerificationError,
)
from .rules import RULES
from .rules.rule import Condition, Rule, Source
from .verbs import derive, differential, hessian
from .vocabulary.differentials import d
from .vocabulary.formal import formal
from .vocabulary.functions import MatrixFunction, partial, prime
from .vocabulary.reductions import logdet, norm, sum_entries
from .vocabulary.reshaping import unvec, vec
from .vocabulary.softmax import logsumexp, softmax
from .vocabulary.structured import BasisMatrix, diagonal_sums, tril, triu

__all__ = [
    "RULES",
    "BackendError",
    "BasisMatrix",
    "Chain",
    "ComputationGraph",
    "Condition",
    "Derivation",
    "DerivlibError",
    "Formula",
    "GraphEdge",
    "GraphNode",
    "InputError",
    "JointDerivation",
    "Line",
    "MatrixFunction",
    "ReplayError",
    "Rule",
    "RuleError",
    "ShapeError",
    "SizesError",
    "Source",
    "Step",
    "StepsVerdict",
    "Stepwise",
    "Substitutions",
    "UndefinedError",
    "UnsupportedError",
    "Verdict",
    "Verification",
    "VerificationError",
    "WritesCode",
    "aligned",
    "check_steps",
    "compose",
    "d",
    "derive",
    "diagonal_sums",
    "differential",
    "element",
    "element_functions",
    "element_matrix",
    "entry_table",
    "explicit",
    "formal",
    "hessian",
    "is_derivative",
    "latex",
    "logdet",
    "logsumexp",
    "norm",
    "partial",
    "prime",
    "show",
    "show_group",
    "small_letters",
    "softmax",
    "sum_entries",
    "text",
    "tril",
    "triu",
    "unvec",
    "vec",
]
