"""Differentials and the linear forms from which derivatives are read off.

``d(U)`` stands for the differential of ``U``. ``Inner(G, E)`` is the Frobenius inner
product tr(Gᵀ E), from which a gradient is read; ``OnVec(J, E)`` is J vec(E), from which a
Jacobian is read.
"""

from __future__ import annotations

from typing import Any

from sympy import (
    Add,
    Basic,
    Expr,
    Identity,
    Integer,
    MatAdd,
    MatMul,
    OneMatrix,
    S,
)

from derivlib.errors import ShapeError
from derivlib.expressions.binding import paired
from derivlib.expressions.construction import is_zero, mul, split_coefficient, transpose, zeros
from derivlib.expressions.facets import Absent, Entries, tell
from derivlib.expressions.shapes import scalar, stated
from derivlib.expressions.tex import is_column
from derivlib.nodes.arguments import as_operand
from derivlib.nodes.grid import Grid, as_scalar, same_shape
from derivlib.nodes.node import Node, ScalarNode
from derivlib.nodes.products import dot
from derivlib.nodes.sum_entries import sum_of
from derivlib.nodes.trace import trace
from derivlib.nodes.vec import Vec


class DifferentialNode:
    """What the two kinds of differential share: the expression they are taken of."""

    args: tuple[Any, ...]

    def __new__(cls, expr: Expr) -> Any:
        return super().__new__(cls, expr)  # type: ignore[call-arg]

    @property
    def of(self) -> Expr:
        """The expression under the d."""
        return self.args[0]


class MatrixDifferential(DifferentialNode, Node):
    """The differential of a matrix expression, of the same shape."""


class ScalarDifferential(DifferentialNode, ScalarNode):
    """The differential of a scalar expression."""


def d(expr: Expr) -> Expr:
    """Write the differential of an expression, without expanding it.

    ```pycon
    >>> from sympy import MatrixSymbol, Symbol
    >>> d(MatrixSymbol("X", 3, 2)).shape
    (3, 2)
    >>> d(Symbol("t")).is_Matrix
    False

    ```

    :param expr: a scalar or a matrix expression.
    :returns: a node of the same shape as `expr`.
    :raises InputError: if it is not an expression.
    """
    expr = as_operand(expr, "d")
    return MatrixDifferential(expr) if expr.is_Matrix else ScalarDifferential(expr)


class LinearForm:
    """What the linear forms share: a coefficient, and what it is applied to."""

    args: tuple[Any, ...]

    def __new__(cls, left: Expr, right: Expr) -> Any:
        return super().__new__(cls, left, right)  # type: ignore[call-arg]

    @property
    def coefficient(self) -> Expr:
        """The G of tr(Gᵀ E), the J of J vec(E)."""
        return self.args[0]

    @property
    def moving(self) -> Expr:
        """The E of tr(Gᵀ E) or J vec(E)."""
        return self.args[1]


class Inner(LinearForm, ScalarNode):
    """The Frobenius inner product of two matrices of one shape, or of two scalars.

    For matrices it is tr(Gᵀ E), the sum of the products of corresponding entries;
    for scalars it is the product.
    """

    @property
    def written(self) -> Expr:
        """What code calculates."""
        return frobenius(*self.args)

    def doit(self, **hints: Any) -> Expr:
        """Write the inner product with SymPy's own trace, or as a product of scalars."""
        from sympy import Trace

        left, right = self.args
        if not left.is_Matrix:
            return left * right
        if left.is_Identity is True:
            return Trace(right)
        return Trace(left.T * right) if left is not S.Zero else S.Zero


class OnVec(LinearForm, Node):
    """J vec(E): a matrix J applied to the stacked columns of E, or to a scalar E."""

    @property
    def shape(self) -> tuple[Expr, Expr]:
        return self.args[0].shape[0], Integer(1)

    def doit(self, **hints: Any) -> Expr:
        """Write the product with the node for vec, or as a scaled column."""
        left, right = self.args
        return left * Vec(right) if right.is_Matrix else right * left


# --- in normal form ----------------------------------------------------------------------


def inner(left: Expr, right: Expr) -> Expr:
    """The inner product tr(GᵀE) of matrices of one shape, or the product of two scalars."""
    if is_zero(left) or is_zero(right):
        return S.Zero
    return Basic.__new__(Inner, left, right)


def frobenius(left: Expr, right: Expr) -> Expr:
    """The value of tr(GᵀA), in the plainest notation: a product, a sum, or a trace."""
    if not left.is_Matrix:
        return mul(left, right)
    scale, matrix = split_coefficient(left)
    if isinstance(matrix, OneMatrix):
        return mul(scale, sum_of(right))
    return trace(mul(scale, transpose(matrix), right))


def inner_sum(*terms: Expr) -> Expr:
    """Add inner products in the order given, leaving out the zeros."""
    kept = [term for term in terms if term is not S.Zero]
    if not kept:
        return S.Zero
    return kept[0] if len(kept) == 1 else Add._from_args(kept)


def on_vec(left: Expr, right: Expr) -> Expr:
    """J vec(E), or J times a scalar."""
    if is_zero(left) or is_zero(right):
        return zeros(left.shape[0], 1)
    return Basic.__new__(OnVec, left, right)


def form_sum(*terms: Expr) -> Expr:
    """Add J vec(E), K vec(F), … in the order given, leaving out the zeros."""
    kept = [term for term in terms if not is_zero(term)]
    if not kept:
        return terms[0]
    return kept[0] if len(kept) == 1 else Basic.__new__(MatAdd, *kept)


# --- facets ------------------------------------------------------------------------------

_NO_VALUE = Absent("a differential has a value only in a direction")
_BROUGHT_IN = Absent("differentiating brings it in")


def _differential(calc: Any, _: Any, value: Any) -> Any:
    differential = calc.ring.differential
    return value.map(differential) if isinstance(value, Grid) else differential(value)


for _kind in (MatrixDifferential, ScalarDifferential):
    tell(
        _kind,
        text=lambda p, node: f"d{p.atom(node.of)}",
        tex=lambda p, node: rf"\mathrm{{d}}{p.atom(node.of)}",
        shape=stated,
        normal=_kind,
        entries=Entries(_differential, under_differential=True),
        arrays=_NO_VALUE,
        code=_NO_VALUE,
        example=_BROUGHT_IN,
    )


def _inner_entries(calc: Any, _: Any, left: Any, right: Any) -> Any:
    if isinstance(left, Grid) and isinstance(right, Grid):
        same_shape((left, right))
        return dot(calc, left.entries, right.entries)
    return calc.ring.product((as_scalar(left), as_scalar(right)))


def _without_sign(node: Inner) -> tuple[str, Expr]:
    """The minus sign to set before an inner product, and its left side without it."""
    left = node.args[0]
    scale, matrix = split_coefficient(left) if left.is_Matrix else (S.One, left)
    return ("-", mul(-scale, matrix)) if scale.could_extract_minus_sign() else ("", left)


def _inner_text(p: Any, node: Inner) -> str:
    (sign, left), right = _without_sign(node), node.args[1]
    if left is S.One:
        return str(p._print(right))
    if not left.is_Matrix:
        return f"{p.factor(left)}*{p.factor(right)}"
    if isinstance(left, Identity):
        return sign + p.call("tr", right)
    return f"{sign}⟨{p._print(left)}, {p._print(right)}⟩"


def _inner_tex(p: Any, node: Inner) -> str:
    (sign, left), right = _without_sign(node), node.args[1]
    if left is S.One:
        return str(p._print(right))
    if not left.is_Matrix:
        return p.spaced(f"{p.factor(left)} {p.factor(right)}")
    if isinstance(left, Identity):
        return sign + str(p.call(r"\operatorname{tr}", right))
    return sign + paired(rf"{p._print(left)},\, {p._print(right)}")


def _inner_binding(node: Inner) -> str:
    if not node.args[0].is_Matrix:
        return "product"
    return "sum" if _without_sign(node)[0] else "atom"


tell(
    Inner,
    text=_inner_text,
    tex=_inner_tex,
    shape=scalar,
    normal=inner,
    entries=Entries(_inner_entries),
    arrays=lambda on, node: on.jets.times(*on.all_of(node.args)).sum(axis=(2, 3), keepdims=True),
    binding=_inner_binding,
    code="written",
    example=_BROUGHT_IN,
)


def _on_vec_entries(calc: Any, _: Any, left: Grid, right: Any) -> Grid:
    stacked = tuple(right.stacked()) if isinstance(right, Grid) else (right,)
    if left.cols != len(stacked):
        raise ShapeError(f"a {left.rows}×{left.cols} matrix times a vec of {len(stacked)} entries")
    return Grid.of(left.rows, 1, lambda i, _: dot(calc, left.row(i), stacked))


def _on_vec_text(p: Any, node: OnVec) -> str:
    left, right = node.args
    if isinstance(left, Identity) and is_column(right):
        return str(p._print(right))
    shown = p.factor(right) if is_column(right) else p.call("vec", right)
    if isinstance(left, Identity):
        return shown
    if isinstance(left, MatMul) and left.args[0] == -1 and len(left.args) == 2:
        return f"-{p.factor(left.args[1])}*{shown}"
    factor = str(p._print(left)) if isinstance(left, MatMul) else p.factor(left)
    return f"{factor}*{shown}"


def _on_vec_tex(p: Any, node: OnVec) -> str:
    left, right = node.args
    if isinstance(left, Identity):
        return str(p._print(right)) if is_column(right) else p.stacked(right)
    factor: str = p._print(left)
    negated = isinstance(left, MatMul) and left.args[0] == -1 and len(left.args) == 2
    if negated:
        factor = "-" + p.factor(left.args[1])
    elif not factor.startswith("-") or p.binding(left) != "product":
        factor = p.factor(left)
    if not is_column(right):
        return f"{factor} {p.stacked(right)}"
    is_product = not right.is_Matrix and p.binding(right) == "product"
    shown = p.parenthesized(p._print(right)) if is_product else p.factor(right)
    return p.spaced(f"{factor} {shown}")


tell(
    OnVec,
    text=_on_vec_text,
    tex=_on_vec_tex,
    shape=stated,
    normal=on_vec,
    entries=Entries(_on_vec_entries),
    arrays=Absent("its definition is used: whole differentials are judged entry by entry"),
    code=Absent("results hold products instead"),
    example=_BROUGHT_IN,
)
