"""Symbolic matrix calculus in readable steps, each named and each checked."""
# Where each name is. The package loads it from here; type checkers and the API reference read it.

from .check.claims.by_hand import StepsVerdict, Verdict
from .check.claims.verification import Verification
from .check.values.explicit import explicit
from .derivation.base import DerivationBase, WithResult
from .derivation.chain import Chain
from .derivation.complex_hessian import ComplexHessian
from .derivation.computation_graph import ComputationGraph, GraphEdge, GraphNode
from .derivation.derivation import Derivation
from .derivation.entrywise import EntrywiseDerivation
from .derivation.joint import JointDerivation
from .derivation.lines import HasLines, Lines, ShortLine
from .derivation.states import Line
from .derivation.step import Step
from .derivation.stepwise import Stepwise
from .derivation.wirtinger import WirtingerDerivation
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
    DerivlibWarning,
    InputError,
    ParseError,
    ReplayError,
    RuleError,
    ShapeError,
    SizesError,
    UndefinedError,
    UnsupportedError,
    VerificationError,
)
from .extending import register, unregister
from .nodes.absolute import Absolute, absolute
from .nodes.abstract_partial import AbstractPartial
from .nodes.adjugate import Adjugate, AdjugateJacobian, adjugate
from .nodes.amax import Amax, Amin, AxisAmax, AxisAmin, amax, amin
from .nodes.basis_matrix import BasisMatrix
from .nodes.block_matrix import hstack, vstack
from .nodes.broadcast_to import broadcast_to
from .nodes.cholesky import Cholesky, cholesky
from .nodes.clip import Clip, clip
from .nodes.column_basis import ColumnBasis
from .nodes.commutation import Commutation
from .nodes.convolution import Circulant, ConvolutionMatrix, circulant, convolve
from .nodes.cross import CrossProduct, Skew, cross, skew
from .nodes.diagonal_sums import DiagonalSums, diagonal_sums
from .nodes.differentials import Inner, MatrixDifferential, OnVec, ScalarDifferential, d
from .nodes.divided_differences import DividedDifferences
from .nodes.dot_product import dot
from .nodes.eigen_functions import EigenFunction, EigenSum
from .nodes.eigvalsh import (
    Eigvalsh,
    EigvecMax,
    EigvecMin,
    Eigvecs,
    LambdaMax,
    LambdaMin,
    ResolventMax,
    ResolventMin,
    eigvalsh,
    lambda_max,
    lambda_min,
)
from .nodes.elementwise import ElementwisePrime
from .nodes.elu import Elu, elu
from .nodes.formal import (
    FormalDerivative,
    FormalGradient,
    FormalHessian,
    FormalJacobian,
    FormalRate,
    Restricted,
    formal,
)
from .nodes.hardmax import AxisHardmax, Hardmax, hardmax
from .nodes.hinge import hinge
from .nodes.huber import Huber, huber
from .nodes.khatri_rao import KhatriRao, khatri_rao
from .nodes.leaky_relu import LeakyRelu, leaky_relu
from .nodes.logabsdet import LogAbsDet, logabsdet
from .nodes.logdet import LogDet, logdet
from .nodes.logsumexp import AxisLogSumExp, LogSumExp, logsumexp
from .nodes.matrix_function import MatrixFunction, MatrixFunctionApplication
from .nodes.matrix_functions import (
    Expm,
    ExpmFrechet,
    ExpmJacobian,
    Logm,
    LogmFrechet,
    Sqrtm,
    expm,
    logm,
    sqrtm,
)
from .nodes.matrix_slice import Take, take_columns, take_rows
from .nodes.maximum import Maximum, Minimum, maximum, minimum
from .nodes.node import Node, RealNode
from .nodes.norm import AxisNorm, Norm, norm
from .nodes.partials import (
    AbstractGradient,
    AbstractJacobian,
    MatrixPartial,
    ScalarPartial,
    partial,
)
from .nodes.pinv import Pinv, Projector, pinv, projector
from .nodes.power_frechet import PowerFrechet, PowerJacobian
from .nodes.prime import Prime, prime
from .nodes.relu import Relu, relu
from .nodes.sigmoid import Sigmoid, sigmoid
from .nodes.single_entry import SingleEntry
from .nodes.singular_values import NuclearNorm, Polar, SpectralNorm, polar
from .nodes.softmax import AxisSoftmax, Softmax, softmax
from .nodes.squared_distances import SquaredDistances, squared_distances
from .nodes.sum_entries import SumEntries, mean, sum_entries
from .nodes.sylvester import Sylvester, lyapunov, sylvester
from .nodes.trace import scalar
from .nodes.triangles import Tril, Triu, tril, triu
from .nodes.vec import Unvec, Vec, unvec, vec
from .parsing.reading import Reading, parse, read_text
from .rules.rule import RULES, Condition, Rule, Source
from .verbs import check_steps, derive, differential, hessian, is_derivative, wirtinger

__version__: str

__all__ = [
    "RULES",
    "Absolute",
    "AbstractGradient",
    "AbstractJacobian",
    "AbstractPartial",
    "Adjugate",
    "AdjugateJacobian",
    "Amax",
    "Amin",
    "AxisAmax",
    "AxisAmin",
    "AxisHardmax",
    "AxisLogSumExp",
    "AxisNorm",
    "AxisSoftmax",
    "BackendError",
    "BasisMatrix",
    "Chain",
    "Cholesky",
    "Circulant",
    "Clip",
    "ColumnBasis",
    "Commutation",
    "ComplexHessian",
    "ComputationGraph",
    "Condition",
    "ConvolutionMatrix",
    "CrossProduct",
    "Derivation",
    "DerivationBase",
    "DerivlibError",
    "DerivlibWarning",
    "DiagonalSums",
    "DividedDifferences",
    "EigenFunction",
    "EigenSum",
    "Eigvalsh",
    "EigvecMax",
    "EigvecMin",
    "Eigvecs",
    "ElementwisePrime",
    "Elu",
    "EntrywiseDerivation",
    "Expm",
    "ExpmFrechet",
    "ExpmJacobian",
    "FormalDerivative",
    "FormalGradient",
    "FormalHessian",
    "FormalJacobian",
    "FormalRate",
    "Formula",
    "GraphEdge",
    "GraphNode",
    "Hardmax",
    "HasLines",
    "Huber",
    "Inner",
    "InputError",
    "JointDerivation",
    "KhatriRao",
    "LambdaMax",
    "LambdaMin",
    "LeakyRelu",
    "Line",
    "Lines",
    "LogAbsDet",
    "LogDet",
    "LogSumExp",
    "Logm",
    "LogmFrechet",
    "MatrixDifferential",
    "MatrixFunction",
    "MatrixFunctionApplication",
    "MatrixPartial",
    "Maximum",
    "Minimum",
    "Node",
    "Norm",
    "NuclearNorm",
    "OnVec",
    "ParseError",
    "Pinv",
    "Polar",
    "PowerFrechet",
    "PowerJacobian",
    "Prime",
    "Projector",
    "Reading",
    "RealNode",
    "Relu",
    "ReplayError",
    "ResolventMax",
    "ResolventMin",
    "Restricted",
    "Rule",
    "RuleError",
    "ScalarDifferential",
    "ScalarPartial",
    "ShapeError",
    "ShortLine",
    "Sigmoid",
    "SingleEntry",
    "SizesError",
    "Skew",
    "Softmax",
    "Source",
    "SpectralNorm",
    "Sqrtm",
    "SquaredDistances",
    "Step",
    "StepsVerdict",
    "Stepwise",
    "Substitutions",
    "SumEntries",
    "Sylvester",
    "Take",
    "Tril",
    "Triu",
    "UndefinedError",
    "UnsupportedError",
    "Unvec",
    "Vec",
    "Verdict",
    "Verification",
    "VerificationError",
    "WirtingerDerivation",
    "WithResult",
    "WritesCode",
    "absolute",
    "adjugate",
    "aligned",
    "amax",
    "amin",
    "broadcast_to",
    "check_steps",
    "cholesky",
    "circulant",
    "clip",
    "compose",
    "convolve",
    "cross",
    "d",
    "derive",
    "diagonal_sums",
    "differential",
    "dot",
    "eigvalsh",
    "element",
    "element_functions",
    "element_matrix",
    "elu",
    "entry_table",
    "explicit",
    "expm",
    "formal",
    "hardmax",
    "hessian",
    "hinge",
    "hstack",
    "huber",
    "is_derivative",
    "khatri_rao",
    "lambda_max",
    "lambda_min",
    "latex",
    "leaky_relu",
    "logabsdet",
    "logdet",
    "logm",
    "logsumexp",
    "lyapunov",
    "maximum",
    "mean",
    "minimum",
    "norm",
    "parse",
    "partial",
    "pinv",
    "polar",
    "prime",
    "projector",
    "read_text",
    "register",
    "relu",
    "scalar",
    "show",
    "show_group",
    "sigmoid",
    "skew",
    "small_letters",
    "softmax",
    "sqrtm",
    "squared_distances",
    "sum_entries",
    "sylvester",
    "take_columns",
    "take_rows",
    "text",
    "tril",
    "triu",
    "unregister",
    "unvec",
    "vec",
    "vstack",
    "wirtinger",
]
