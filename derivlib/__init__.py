"""Symbolic matrix calculus in readable steps, each named and each checked."""

from derivlib.check.claims import StepsVerdict, Verdict, check_steps, is_derivative
from derivlib.check.entries import explicit
from derivlib.check.verify import Verification
from derivlib.derivation.chain import Chain
from derivlib.derivation.computation import ComputationGraph, GraphEdge, GraphNode
from derivlib.derivation.derivation import Derivation
from derivlib.derivation.joint import JointDerivation
from derivlib.derivation.replay import Line
from derivlib.derivation.step import Step
from derivlib.derivation.stepwise import Stepwise
from derivlib.derivation.writes_code import WritesCode
from derivlib.display.formula import Formula, aligned, show, show_group
from derivlib.display.latex import latex
from derivlib.display.substitutions import Substitutions
from derivlib.display.text import text
from derivlib.elements import (
    compose,
    element,
    element_functions,
    element_matrix,
    entry_table,
    small_letters,
)
from derivlib.errors import (
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
from derivlib.rules import RULES
from derivlib.rules.rule import Condition, Rule, Source
from derivlib.verbs import derive, differential, hessian
from derivlib.vocabulary.differentials import d
from derivlib.vocabulary.formal import formal
from derivlib.vocabulary.functions import MatrixFunction, partial, prime
from derivlib.vocabulary.reductions import logdet, norm, sum_entries
from derivlib.vocabulary.reshaping import unvec, vec
from derivlib.vocabulary.softmax import logsumexp, softmax
from derivlib.vocabulary.structured import BasisMatrix, diagonal_sums, tril, triu

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
