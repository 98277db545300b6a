"""What is judged: a claim to be the derivative of an expression, at sizes and in a domain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sympy import Expr, MatrixSymbol, Symbol

from derivlib.check.claims.code import Calculation
from derivlib.check.points.domain import Domain
from derivlib.expressions.sizes import all_nodes, at_size


@dataclass(frozen=True)
class Claim:
    """What is claimed to be a derivative, and of what.

    :param expr: what is differentiated.
    :param wrt: by what.
    :param result: the claim, in the layout of the contract.
    :param sizes: a positive integer for each symbol that stands in a shape, and no other.
    :param definitions: expressions to put in for symbols.
    :param domain: what holds at every point.
    :param order: 2 for the Hessian of a scalar.
    :param code: code that is to calculate the derivative too.
    """

    expr: Expr
    wrt: Any
    result: Expr
    sizes: Mapping[Any, int]
    definitions: Mapping[Any, Expr]
    domain: Domain
    order: int = 1
    code: Calculation | None = None

    @property
    def exprs(self) -> tuple[Expr, ...]:
        """What has to be evaluated: both sides, and what stands behind names."""
        return self.expr, self.result, *self.definitions.values()

    @cached_property
    def symbols(self) -> list[Any]:
        """What has to be drawn: matrices and scalars, no sizes, nothing defined."""
        nodes = all_nodes((self.wrt, *self.exprs))
        found = {node for node in nodes if isinstance(node, (Symbol, MatrixSymbol))}
        bound = {s for node in found for s in getattr(node, "free_symbols", ()) if s in self.sizes}
        return sorted(found - bound - set(self.definitions), key=str)

    @cached_property
    def free(self) -> Any:
        """The free entries of the variable, for what calculates with arrays."""
        from derivlib.check.arrays.array_points import FreeEntries  # needs NumPy

        rows, cols = _shape(self.wrt, self.sizes)
        return FreeEntries(self.domain.structures.get(self.wrt), rows, cols)

    @property
    def by_scalar(self) -> bool:
        """Whether the variable is a scalar, so that there is one direction only."""
        return not self.wrt.is_Matrix

    @property
    def of_scalar(self) -> bool:
        """Whether what is differentiated is a scalar."""
        return not self.expr.is_Matrix or tuple(self.expr.shape) == (1, 1)

    @cached_property
    def shape(self) -> tuple[int, int]:
        """Rows and columns that the derivative has by the contract."""
        if self.order == 2:
            return self.free.count, self.free.count
        if self.of_scalar:
            return _shape(self.wrt, self.sizes)
        rows, cols = _shape(self.expr, self.sizes)
        return (rows, cols) if self.by_scalar else (rows * cols, self.free.count)


def _shape(expr: Any, sizes: Mapping[Any, int]) -> tuple[int, int]:
    if not expr.is_Matrix:
        return 1, 1
    rows, cols = expr.shape
    return at_size(rows, sizes), at_size(cols, sizes)
