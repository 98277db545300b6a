"""Sums of functions of all eigenvalues of a symmetric matrix, which are traces of the matrix's own.

They have a derivative where eigenvalues are equal too, though the eigenvalues one by one have none.
"""

from __future__ import annotations

import sympy as sp
from sympy import Add, Determinant, Expr, Lambda, S, Symbol
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.expressions.diagonal import DiagMatrix

from derivlib.expressions.construction import add, identity, inverse, mul, power, transpose
from derivlib.nodes.builders import trace
from derivlib.nodes.eigen_functions import EigenSum
from derivlib.nodes.eigvalsh import Eigvalsh
from derivlib.nodes.elementwise import as_lambda, elementwise
from derivlib.nodes.logdet import LogDet
from derivlib.nodes.logsumexp import LogSumExp
from derivlib.nodes.matrix_functions import expm_of, sqrtm_of
from derivlib.nodes.norm import Norm
from derivlib.nodes.sigmoid import Sigmoid
from derivlib.nodes.sum_entries import SumEntries
from derivlib.rules.conditions import each
from derivlib.rules.declare import algebra
from derivlib.rules.placeholders import matrix, n
from derivlib.rules.rule import Arguments, Condition
from derivlib.rules.sources import higham
from derivlib.rules.symmetry import is_symmetric

A = matrix("A", n, n)
z = Symbol("z")
HIGHAM = higham("chapter 1, the definitions of a function of a matrix")
_SYMMETRIC = add(A, transpose(A))
_POSITIVE = add(mul(A, transpose(A)), identity(n))


def _eigenvalues_of(expr: Expr) -> tuple[Expr, Expr] | None:
    """The function f and the variable, of a column f(λ), and the matrix whose eigenvalues λ are."""
    if isinstance(expr, Eigvalsh):
        return Lambda(z, z), expr.arg
    if isinstance(expr, ElementwiseApplyFunction) and isinstance(expr.expr, Eigvalsh):
        return as_lambda(expr.function), expr.expr.arg
    return None


def _symmetric(base: Expr) -> Expr:
    """The symmetric part, whose eigenvalues they are."""
    return base if is_symmetric(base) else mul(S.Half, add(base, transpose(base)))


def _trace_of(function: Lambda, base: Expr) -> Expr | None:
    """The sum of a function of all eigenvalues, as traces; nothing if there is no such form."""
    (variable,) = function.variables
    found = []
    for term in Add.make_args(sp.expand(function.expr, power_exp=False)):
        coefficient, rest = term.as_independent(variable, as_Add=False)
        traced = _trace_of_term(rest, variable, base)
        if traced is None and _is_smooth(rest, variable):
            traced = EigenSum(base, Lambda(z, rest.xreplace({variable: z})))
        if traced is None:
            return None
        found.append(coefficient * traced)
    return Add(*found)


def _trace_of_term(rest: Expr, variable: Expr, base: Expr) -> Expr | None:
    kind, exponent = rest.as_base_exp() if not isinstance(rest, sp.exp) else (S.Exp1, rest.args[0])
    if rest is S.One:
        return S(base.shape[0])
    if isinstance(rest, sp.log) and rest.args[0] == variable:
        return LogDet(base)
    if kind == variable and exponent.is_Integer:
        return trace(power(base, exponent))
    if kind == variable and exponent in (S.Half, -S.Half):
        root = sqrtm_of(base)
        return trace(root if exponent > 0 else inverse(root))
    slope = exponent.diff(variable) if isinstance(rest, sp.exp) else None
    if slope is None or slope.has(variable):
        return None
    constant = sp.expand(exponent - slope * variable)
    return sp.exp(constant) * trace(expm_of(mul(slope, base)))


_SMOOTH = (sp.exp, sp.sin, sp.cos, sp.sinh, sp.cosh, sp.tanh, sp.atan, sp.asinh, sp.erf, Sigmoid)


def _is_smooth(body: Expr, variable: Expr) -> bool:
    """Return whether a function of one real number is seen to have all derivatives everywhere."""
    real = body.xreplace({variable: sp.Dummy(real=True)})
    return body.free_symbols == {variable} and all(
        part.is_Atom or part.is_Add or part.is_Mul or isinstance(part, _SMOOTH)
        or (part.is_Pow and part.exp.is_Integer and part.exp.is_nonnegative)
        or (part.is_Pow and part.exp.is_number and part.base.is_positive)
        or (isinstance(part, sp.log) and part.args[0].is_positive)
        for part in sp.preorder_traversal(real)
    )  # fmt: skip


def of_all_eigenvalues(expr: Expr) -> Arguments | None:
    """A function of all eigenvalues of a matrix, of which none is first, for the rule below."""
    return None if _without_eigenvalues(expr) is None else (expr,)


def _without_eigenvalues(expr: Expr) -> Expr | None:
    found = _column(expr)
    read = None if found is None else _eigenvalues_of(found)
    if read is None:
        return None
    function, base = read[0], _symmetric(read[1])
    is_plain = function.expr == function.variables[0]
    if isinstance(expr, SumEntries):
        return _trace_of(function, base)
    if isinstance(expr, Determinant):
        return Determinant(base) if is_plain else None
    if isinstance(expr, Norm):
        return Norm(base) if is_plain else None
    exponential = Lambda(z, sp.exp(function(z)))
    whole = _trace_of(exponential, base)
    return None if whole is None else sp.log(whole)


def _column(expr: Expr) -> Expr | None:
    if isinstance(expr, Determinant):
        return expr.arg.args[0] if isinstance(expr.arg, DiagMatrix) else None
    return expr.arg if isinstance(expr, (SumEntries, Norm, LogSumExp)) else None


def _needs_positive(expr: Expr) -> tuple[Condition, ...]:
    """Logarithms and roots are of positive eigenvalues."""
    found = _column(expr)
    read = None if found is None else _eigenvalues_of(found)
    if read is None:
        return ()
    function, base = read
    (variable,) = function.variables
    has_root = any(
        part == sp.log(variable)
        or (part.is_Pow and part.base == variable and not part.exp.is_Integer)
        for part in sp.preorder_traversal(function.expr)
    )
    return each("positive definite")(base) if has_root else ()


def _sum(body: Expr, base: Expr) -> Expr:
    return SumEntries(elementwise(Lambda(z, body), Eigvalsh(base)))


OF_EIGENVALUES = algebra(
    "function of all eigenvalues",
    lambda expr: (expr, _without_eigenvalues(expr)),
    (_sum(sp.exp(2 * z) - 3 * z**3 + 1, _SYMMETRIC),),
    (_sum(sp.log(z) - sp.sqrt(z), _POSITIVE),),
    (_sum(1 / z + 1 / sp.sqrt(z), _POSITIVE),),
    (_sum(sp.log(1 + sp.exp(z)) + z * sp.tanh(z), _SYMMETRIC),),
    (Determinant(DiagMatrix(Eigvalsh(_SYMMETRIC))),),
    (Norm(Eigvalsh(_SYMMETRIC)),),
    (LogSumExp(Eigvalsh(_SYMMETRIC)),),
    source=HIGHAM,
    of=(SumEntries, Determinant, Norm, LogSumExp),
    arguments=of_all_eigenvalues,
    conditions=_needs_positive,
)
"""Eigenvalues of f(S) are f of those of S, and their sum is its trace."""
