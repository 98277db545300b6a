"""The order in which a product of several matrices costs least."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sympy import Expr, S

from derivlib.code.form_algebra import Algebra
from derivlib.code.forms import (
    Cols,
    Diag,
    Form,
    Full,
    Inverted,
    Kron,
    KronDiag,
    Ones,
    Permuted,
    Picks,
    Rows,
    Sum,
)
from derivlib.code.ir import Array

TYPICAL = 1000
"""What a size that is not known is taken for when orders of multiplication are compared."""


class Sizes:
    """Sizes as numbers, for comparing costs.

    :param typical: typical values of size symbols, where they are known.
    """

    def __init__(self, typical: Mapping[Expr, int]) -> None:
        self.typical = typical

    def of(self, size: Expr) -> int:
        """A size as a number."""
        known = {s: self.typical.get(s, TYPICAL) for s in size.free_symbols}
        return max(1, int(size.xreplace({s: S(v) for s, v in known.items()})))


class Order:
    """The order with the fewest operations, found by dynamic programming.

    Cormen et al., chapter 14. What has been calculated already costs nothing; among equals, a
    product AᵀA is rather not formed, and a row that starts the product waits for what other
    products share.
    """

    def __init__(self, algebra: Algebra, sizes: Sizes, forms: Sequence[Form]) -> None:
        self.algebra, self.size, self.forms = algebra, sizes.of, forms
        count = len(forms)
        self.splits: dict[tuple[int, int], int] = {}
        self._plain = {(i, i): _is_plain(form) for i, form in enumerate(forms)}
        self._done = {(i, i): form.array if isinstance(form, Full) else None
                      for i, form in enumerate(forms)}  # fmt: skip
        costs = {(i, i): (0.0, 0) for i in range(count)}
        turn = 1 if forms[0].rows is S.One else -1
        for width in range(1, count):
            for i in range(count - width):
                j = i + width
                best = min(
                    (*self._cost(costs[i, k], costs[k + 1, j], i, k, j), turn * k)
                    for k in range(i, j)
                )
                costs[i, j] = best[:2]
                split = self.splits[i, j] = turn * best[2]
                self._plain[i, j] = True
                self._done[i, j] = self._there(self._done[i, split], self._done[split + 1, j])
        self.price = costs[0, count - 1][0]
        """How many operations it takes."""

    def _cost(
        self, left: tuple[float, int], right: tuple[float, int], i: int, k: int, j: int
    ) -> tuple[float, int]:
        """Operations and products AᵀA of a product that is split after a factor."""
        parts = self._done[i, k], self._done[k + 1, j]
        own = 0.0 if self._there(*parts) else self._of_one(i, k, j)
        return left[0] + right[0] + own, left[1] + right[1] + self._is_gram(*parts)

    def _there(self, left: Array | None, right: Array | None) -> Array | None:
        """The product of two arrays, if it has been calculated already."""
        if left is None or right is None or left.ndim < 2 or right.ndim == 0:
            return None
        shape = (*left.shape[:1], *right.shape[1:])
        return self.algebra.program.find("matmul", left, right, shape=shape)

    def _is_gram(self, left: Array | None, right: Array | None) -> bool:
        if left is None or right is None or right.ndim < 2:
            return False
        return self.algebra.transposed_array(left) == right

    def _of_one(self, i: int, k: int, j: int) -> float:
        """The operations of one product."""
        forms, plain = self.forms, self._plain
        rows, inner, cols = map(self.size, (forms[i].rows, forms[k].cols, forms[j].cols))
        solving = 0.0
        for place, form in ((i, forms[i]), (j, forms[j])):
            if isinstance(form, Inverted) and (place, place) in ((i, k), (k + 1, j)):
                solving += self.size(form.rows) ** 3 / 3
        if not solving and not (plain[i, k] and plain[k + 1, j]):  # what is solved with is full
            structured = forms[i] if not plain[i, k] else forms[j]
            if isinstance(structured, Kron):
                factor = self.size(structured.left.rows) + self.size(structured.right.cols)
                return float(factor * max(rows * cols, inner * cols))
            return float(rows * inner + inner * cols + rows * cols)
        return float(rows) * inner * cols + solving


def _is_plain(form: Form) -> bool:
    return not isinstance(
        form, Diag | Ones | Rows | Cols | Permuted | Picks | Kron | KronDiag | Sum
    )
