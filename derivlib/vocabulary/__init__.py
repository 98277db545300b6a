"""The nodes SymPy lacks. Nothing here knows a rule, a step or a page."""

from derivlib.vocabulary.differentials import (
    DifferentialNode,
    Inner,
    MatrixDifferential,
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
    ScalarPartial,
    is_undefined,
    numel,
    partial,
    prime,
)
from derivlib.vocabulary.reductions import SumEntries, sum_entries
from derivlib.vocabulary.reshaping import Unvec, Vec, unvec, vec

__all__ = [
    "DifferentialNode",
    "FormalDerivative",
    "FormalGradient",
    "FormalNode",
    "Gradient",
    "Inner",
    "Jacobian",
    "MatrixDifferential",
    "MatrixFunction",
    "MatrixFunctionApplication",
    "MatrixPartial",
    "ScalarDifferential",
    "ScalarPartial",
    "SumEntries",
    "Unvec",
    "Vec",
    "d",
    "formal",
    "is_undefined",
    "numel",
    "partial",
    "prime",
    "sum_entries",
    "unvec",
    "vec",
]
