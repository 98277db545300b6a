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
from .nodes import (
    BasisMatrix,
    MatrixFunction,
    d,
    diagonal_sums,
    formal,
    logdet,
    logsumexp,
    norm,
    partial,
    prime,
    softmax,
    sum_entries,
    tril,
    triu,
    unvec,
    vec,
)
from .nodes.adjugate import adjugate
from .nodes.node import Node, RealNode
from .nodes.sigmoid import sigmoid
from .register import register, unregister
from .rules import RULES
from .rules.rule import Condition, Rule, Source
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
