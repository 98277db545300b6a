"""Symbolic matrix calculus in readable steps, each named and each checked."""
# Where each name is. The package loads it from here; type checkers and the API reference read it.

from .check.claims.by_hand import StepsVerdict, Verdict, check_steps, is_derivative
from .check.claims.verification import Verification
from .check.values.explicit import explicit
from .derivation.base import DerivationBase, WithResult
from .derivation.chain import Chain
from .derivation.computation_graph import ComputationGraph, GraphEdge, GraphNode
from .derivation.derivation import Derivation
from .derivation.entrywise import EntrywiseDerivation
from .derivation.joint import JointDerivation
from .derivation.replay import Line
from .derivation.step import Step
from .derivation.stepwise import Stepwise
from .derivation.writes_code import WritesCode
from .display import text
from .display.formula import Formula, aligned, show, show_group
from .display.latex import latex
from .display.substitutions import Substitutions
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
from .nodes.basis_matrix import BasisMatrix
from .nodes.diagonal_sums import diagonal_sums
from .nodes.differentials import d
from .nodes.formal import formal
from .nodes.logdet import logdet
from .nodes.logsumexp import logsumexp
from .nodes.matrix_function import MatrixFunction
from .nodes.norm import norm
from .nodes.partials import partial
from .nodes.prime import prime
from .nodes.softmax import softmax
from .nodes.sum_entries import sum_entries
from .nodes.triangles import tril, triu
from .nodes.vec import unvec, vec
from .nodes.adjugate import adjugate
from .nodes.node import Node, RealNode
from .nodes.sigmoid import sigmoid
from .extending import register, unregister
from .rules.rule import RULES, Condition, Rule, Source
from .verbs import derive, differential, hessian

__version__: str

__all__ = [
    "RULES",
    "BackendError",
    "BasisMatrix",
    "Chain",
    "ComputationGraph",
    "Condition",
    "Derivation",
    "DerivationBase",
    "DerivlibError",
    "EntrywiseDerivation",
    "Formula",
    "GraphEdge",
    "GraphNode",
    "InputError",
    "JointDerivation",
    "Line",
    "MatrixFunction",
    "Node",
    "RealNode",
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
    "WithResult",
    "WritesCode",
    "adjugate",
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
    "register",
    "show",
    "show_group",
    "sigmoid",
    "small_letters",
    "softmax",
    "sum_entries",
    "text",
    "tril",
    "triu",
    "unregister",
    "unvec",
    "vec",
]
