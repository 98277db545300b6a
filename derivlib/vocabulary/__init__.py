"""The nodes SymPy lacks. Nothing here knows a rule, a step or a page."""

from derivlib.vocabulary.differentials import (
    DifferentialNode,
    Inner,
    LinearForm,
    MatrixDifferential,
    OnVec,
    ScalarDifferential,
    d,
)
from derivlib.vocabulary.formal import (
    FormalDerivative,
    FormalGradient,
    FormalNode,
    formal,
)
from derivlib.vocabulary.functions import (
    Gradient,
    Jacobian,
    MatrixFunction,
    MatrixFunctionApplication,
    MatrixPartial,
    PartialNode,
    ScalarPartial,
    arguments_of,
    is_undefined,
    numel,
    partial,
    prime,
)
from derivlib.vocabulary.reductions import LogDet, Norm, SumEntries, logdet, norm, sum_entries
from derivlib.vocabulary.reshaping import Unvec, Vec, unvec, vec
from derivlib.vocabulary.softmax import LogSumExp, Softmax, logsumexp, softmax
from derivlib.vocabulary.special import Commutation, SingleEntry

__all__ = [
    "Commutation",
    "DifferentialNode",
    "FormalDerivative",
    "FormalGradient",
    "FormalNode",
    "Gradient",
    "Inner",
    "Jacobian",
    "LinearForm",
    "LogDet",
    "LogSumExp",
    "MatrixDifferential",
    "MatrixFunction",
    "MatrixFunctionApplication",
    "MatrixPartial",
    "Norm",
    "OnVec",
    "PartialNode",
    "ScalarDifferential",
    "ScalarPartial",
    "SingleEntry",
    "Softmax",
    "SumEntries",
    "Unvec",
    "Vec",
    "arguments_of",
    "d",
    "formal",
    "is_undefined",
    "logdet",
    "logsumexp",
    "norm",
    "numel",
    "partial",
    "prime",
    "softmax",
    "sum_entries",
    "unvec",
    "vec",
]
