"""Products such as (xᵀy) x, in which a 1×1 matrix is meant as a scalar.

SymPy drops the brackets, joins equal factors into powers, (xᵀx) x into xᵀ x², and takes the
shape of what is left from its first and its last factor. What was meant can be told from the
shapes: factors from one with a single row to one with a single column are a scalar, and these
two find each other in one way only, as an opening and a closing bracket do.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from sympy import Basic, Expr, MatMul, MatPow, S, Trace

from derivlib.errors import ShapeError, UnsupportedError
from derivlib.expressions.facets import Shape, facets_of
from derivlib.expressions.shapes import fit, same_size, shape_of


def with_scalar_factors(expr: Expr) -> Expr:
    """Write the factors of products that are meant as scalars as scalars.

    ```pycon
    >>> from sympy import MatrixSymbol, symbols
    >>> n = symbols("n", integer=True, positive=True)
    >>> x, y = MatrixSymbol("x", n, 1), MatrixSymbol("y", n, 1)
    >>> (x.T*y*x).shape, with_scalar_factors(x.T*y*x).shape
    ((1, 1), (n, 1))
    >>> with_scalar_factors((x.T*x)*x)
    Trace(x.T*x)*x

    ```

    What fits, and what does not fit in any way, is returned as it is.
    """
    if _fits_as_written(expr):
        return expr
    known: dict[int, tuple[Expr, Shape]] = {}
    stack: list[tuple[Expr, bool]] = [(expr, False)]
    meant: dict[Expr, Expr] = {}
    while stack:
        node, ready = stack.pop()
        if id(node) in known:
            continue
        below = _factors(node) if isinstance(node, MatMul) else facets_of(type(node)).parts(node)
        if not ready:
            stack.append((node, True))
            stack.extend((part, False) for part in below)
            continue
        parts = [(part, known[id(part)][1]) for part in below]
        try:
            if isinstance(node, MatMul) and (factors := _regrouped(parts)):
                meant[node] = MatMul(*(factor.xreplace(meant) for factor, _ in factors))
                known[id(node)] = node, shape_of(node, factors)
            else:
                known[id(node)] = node, shape_of(node, parts)
        except (ShapeError, UnsupportedError):  # told where the expression is taken apart
            return expr
    return expr.xreplace(meant) if meant else expr


def _fits_as_written(expr: Expr) -> bool:
    """Return whether all sizes are equal at sight: most expressions need nothing else."""
    met: set[int] = set()
    stack = [expr]
    while stack:
        node = stack.pop()
        if id(node) in met:
            continue
        met.add(id(node))
        if isinstance(node, MatMul):
            matrices = [factor for factor in node.args if factor.is_Matrix]
            if any(left.shape[1] != right.shape[0] for left, right in pairwise(matrices)):
                return False
        elif isinstance(node, MatPow) and node.args[0].shape[0] != node.args[0].shape[1]:
            return False
        stack.extend(node.args)
    return True


def _factors(product: MatMul) -> tuple[Expr, ...]:
    """The factors of a product, with the powers that SymPy made of equal ones taken apart."""
    if not any(isinstance(factor, MatPow) for factor in product.args):
        return product.args
    factors: list[Expr] = []
    for factor in product.args:
        if isinstance(factor, MatPow) and not same_size(*factor.base.shape):
            copies = int(factor.exp) if factor.exp.is_Integer and factor.exp > 0 else 0
            factors.extend([factor.base] * copies or [factor])
        else:
            factors.append(factor)
    return tuple(factors)


def _regrouped(parts: Sequence[tuple[Expr, Shape]]) -> list[tuple[Expr, Shape]]:
    """The factors with scalars written as such; none if they fit as they stand, or in no way."""
    matrices = [(factor, shape) for factor, shape in parts if shape is not None]
    if all(fit(left, right) for (_, left), (_, right) in pairwise(matrices)):
        return []
    scalars = [(factor, shape) for factor, shape in parts if shape is None]
    open_: list[tuple[Expr, Shape]] = []
    for factor in matrices:
        open_.append(factor)
        start = _start_of_scalar(open_)
        if start is not None:
            run = [matrix for matrix, _ in open_[start:]]
            del open_[start:]
            single = run[0] if len(run) == 1 else Basic.__new__(MatMul, *run)
            scalars.append((Trace(single), None))
    if not open_:  # the whole is 1×1, and stays a matrix
        open_.append((scalars.pop()[0].arg, (S.One, S.One)))
    return [*scalars, *open_]


def _start_of_scalar(matrices: Sequence[tuple[Expr, Shape]]) -> int | None:
    """Where the factors begin that end with the last one and are 1×1 together."""
    last = matrices[-1][1]
    if last is None or not same_size(last[1], S.One):
        return None
    for start in reversed(range(len(matrices))):
        shape = matrices[start][1]
        if shape is not None and same_size(shape[0], S.One):
            return start
        if start == 0 or not fit(matrices[start - 1][1], shape):
            break
    return None
