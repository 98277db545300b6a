"""Everything that expressions are made of, ours and SymPy's, each told once in a file of its own.

Nothing here knows a rule, a step or a page.
"""

import pkgutil
from importlib import import_module

from derivlib.nodes.abstract_partial import AbstractPartial
from derivlib.nodes.amax import Amax, Amin, AxisAmax, AxisAmin, amax, amin
from derivlib.nodes.basis_matrix import BasisMatrix
from derivlib.nodes.block_matrix import hstack, vstack
from derivlib.nodes.broadcast_to import broadcast_to
from derivlib.nodes.cholesky import Cholesky, cholesky
from derivlib.nodes.column_basis import ColumnBasis
from derivlib.nodes.commutation import Commutation
from derivlib.nodes.convolution import Circulant, ConvolutionMatrix, circulant, convolve
from derivlib.nodes.cross import CrossProduct, Skew, cross, skew
from derivlib.nodes.diagonal_sums import DiagonalSums, diagonal_sums
from derivlib.nodes.differentials import (
    DifferentialNode,
    Inner,
    LinearForm,
    MatrixDifferential,
    OnVec,
    ScalarDifferential,
    d,
)
from derivlib.nodes.divided_differences import DividedDifferences
from derivlib.nodes.eigen_functions import EigenFunction, EigenSum
from derivlib.nodes.eigvalsh import (
    Eigvalsh,
    EigvecMax,
    EigvecMin,
    Eigvecs,
    LambdaMax,
    LambdaMin,
    OfSymmetric,
    eigvalsh,
    lambda_max,
    lambda_min,
)
from derivlib.nodes.elementwise import ElementwisePrime
from derivlib.nodes.formal import (
    FormalDerivative,
    FormalGradient,
    FormalHessian,
    FormalJacobian,
    FormalNode,
    FormalRate,
    MixedHessian,
    Restricted,
    formal,
)
from derivlib.nodes.hardmax import AxisHardmax, Hardmax, hardmax
from derivlib.nodes.khatri_rao import KhatriRao, khatri_rao
from derivlib.nodes.logabsdet import LogAbsDet, logabsdet
from derivlib.nodes.logdet import LogDet, logdet
from derivlib.nodes.logsumexp import AxisLogSumExp, LogSumExp, logsumexp
from derivlib.nodes.matrix_function import (
    MatrixFunction,
    MatrixFunctionApplication,
    arguments_of,
    numel,
)
from derivlib.nodes.matrix_functions import (
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
from derivlib.nodes.matrix_slice import Take, take_columns, take_rows
from derivlib.nodes.norm import AxisNorm, Norm, norm
from derivlib.nodes.partials import (
    AbstractGradient,
    AbstractJacobian,
    MatrixPartial,
    PartialNode,
    ScalarPartial,
    partial,
)
from derivlib.nodes.pinv import Pinv, Projector, pinv, projector
from derivlib.nodes.power_frechet import PowerFrechet, PowerJacobian
from derivlib.nodes.prime import Prime, is_undefined, prime
from derivlib.nodes.single_entry import SingleEntry
from derivlib.nodes.singular_values import NuclearNorm, Polar, SpectralNorm, polar
from derivlib.nodes.softmax import AxisSoftmax, Softmax, softmax
from derivlib.nodes.squared_distances import SquaredDistances, squared_distances
from derivlib.nodes.structures import STRUCTURES, Structure, as_structure
from derivlib.nodes.sum_entries import SumEntries, mean, sum_entries
from derivlib.nodes.sylvester import Sylvester, lyapunov, sylvester
from derivlib.nodes.triangles import Tril, Triu, tril, triu
from derivlib.nodes.vec import Unvec, Vec, unvec, vec

for _module in pkgutil.iter_modules(__path__):  # each file tells the facets of its nodes
    import_module(f"{__name__}.{_module.name}")

__all__ = [
    "STRUCTURES",
    "AbstractGradient",
    "AbstractJacobian",
    "AbstractPartial",
    "Amax",
    "Amin",
    "AxisAmax",
    "AxisAmin",
    "AxisHardmax",
    "AxisLogSumExp",
    "AxisNorm",
    "AxisSoftmax",
    "BasisMatrix",
    "Cholesky",
    "Circulant",
    "ColumnBasis",
    "Commutation",
    "ConvolutionMatrix",
    "CrossProduct",
    "DiagonalSums",
    "DifferentialNode",
    "DividedDifferences",
    "EigenFunction",
    "EigenSum",
    "Eigvalsh",
    "EigvecMax",
    "EigvecMin",
    "Eigvecs",
    "ElementwisePrime",
    "Expm",
    "ExpmFrechet",
    "ExpmJacobian",
    "FormalDerivative",
    "FormalGradient",
    "FormalHessian",
    "FormalJacobian",
    "FormalNode",
    "FormalRate",
    "Hardmax",
    "Inner",
    "KhatriRao",
    "LambdaMax",
    "LambdaMin",
    "LinearForm",
    "LogAbsDet",
    "LogDet",
    "LogSumExp",
    "Logm",
    "LogmFrechet",
    "MatrixDifferential",
    "MatrixFunction",
    "MatrixFunctionApplication",
    "MatrixPartial",
    "MixedHessian",
    "Norm",
    "NuclearNorm",
    "OfSymmetric",
    "OnVec",
    "PartialNode",
    "Pinv",
    "Polar",
    "PowerFrechet",
    "PowerJacobian",
    "Prime",
    "Projector",
    "Restricted",
    "ScalarDifferential",
    "ScalarPartial",
    "SingleEntry",
    "Skew",
    "Softmax",
    "SpectralNorm",
    "Sqrtm",
    "SquaredDistances",
    "Structure",
    "SumEntries",
    "Sylvester",
    "Take",
    "Tril",
    "Triu",
    "Unvec",
    "Vec",
    "amax",
    "amin",
    "arguments_of",
    "as_structure",
    "broadcast_to",
    "cholesky",
    "circulant",
    "convolve",
    "cross",
    "d",
    "diagonal_sums",
    "eigvalsh",
    "expm",
    "formal",
    "hardmax",
    "hstack",
    "is_undefined",
    "khatri_rao",
    "lambda_max",
    "lambda_min",
    "logabsdet",
    "logdet",
    "logm",
    "logsumexp",
    "lyapunov",
    "mean",
    "norm",
    "numel",
    "partial",
    "pinv",
    "polar",
    "prime",
    "projector",
    "skew",
    "softmax",
    "sqrtm",
    "squared_distances",
    "sum_entries",
    "sylvester",
    "take_columns",
    "take_rows",
    "tril",
    "triu",
    "unvec",
    "vec",
    "vstack",
]
