"""The Fréchet derivative of a matrix power A^k whose exponent is a symbol, and its matrix on vec.

They are the one place where a sum over an index is shown.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

from sympy import Basic, Expr, Identity, Integer, MatMul, MatPow, S, Symbol, ZeroMatrix

from derivlib.expressions.construction import (
    add,
    identity,
    is_single,
    kronecker,
    leads_with_transpose,
    mul,
    power,
    split_coefficient,
    transpose,
    zeros,
)
from derivlib.expressions.facets import Absent, Call, Entries, tell
from derivlib.expressions.shapes import alike, stated
from derivlib.nodes.grid import Grid, square_grid
from derivlib.nodes.matrix_functions import commutes
from derivlib.nodes.node import Node
from derivlib.nodes.powers import symbols_in_exponent, whole_exponent
from derivlib.nodes.products import matrix_product


class PowerFrechet(Node):
    """Σᵢ Aⁱ E A^(k-1-i) for i from 0 to k - 1, what A^k changes by, to first order, as A does by E.

    Where k is not positive the sum is that of -Aⁱ E A^(k-1-i) for i from k to -1.
    """


class PowerJacobian(Node):
    """Σᵢ (Aᵀ)^(k-1-i) ⊗ Aⁱ for i from 0 to k - 1, the matrix of the same on vec(E)."""

    @property
    def shape(self) -> tuple[Expr, Expr]:
        n = S(self.arg.shape[0])
        return n * n, n * n


def _terms(exponent: Expr) -> tuple[int, list[tuple[int, int]]]:
    """The sign and the exponents before and after E of the terms of the sum."""
    k = int(exponent)
    if k > 0:
        return 1, [(i, k - 1 - i) for i in range(k)]
    return -1, [(i, k - 1 - i) for i in range(k, 0)]


def power_frechet(base: Expr, exponent: Expr, direction: Expr) -> Expr:
    """The derivative of a power in a direction, in normal form."""
    scale, direction = split_coefficient(direction)
    if isinstance(direction, ZeroMatrix) or exponent is S.Zero:
        return zeros(*direction.shape)
    if commutes(direction, base):
        return mul(scale, exponent, direction, power(base, exponent - 1))
    if isinstance(base, Identity):
        return mul(scale, exponent, direction)
    if not exponent.is_Integer:
        return mul(scale, PowerFrechet(base, exponent, direction))
    sign, pairs = _terms(exponent)
    around = ((power(base, Integer(i)), power(base, Integer(j))) for i, j in pairs)
    return mul(Integer(sign) * scale, add(*(mul(l, direction, r) for l, r in around)))


def power_jacobian(base: Expr, exponent: Expr) -> Expr:
    """Its matrix on vec, in normal form."""
    size = base.shape[0]
    if is_single(base):
        return mul(exponent, power(base, exponent - 1))
    if isinstance(base, Identity):
        return mul(exponent, identity(size * size))
    if not exponent.is_Integer:
        return PowerJacobian(base, exponent)
    if exponent is S.Zero:
        return zeros(size * size, size * size)
    sign, pairs = _terms(exponent)
    powers = ((power(transpose(base), Integer(j)), power(base, Integer(i))) for i, j in pairs)
    return mul(Integer(sign), add(*(kronecker(*both) for both in powers)))


# --- the definition -------------------------------------------------------------------------


def _all_powers(calc: Any, A: Grid, exponents: list[int]) -> dict[int, Grid]:
    """The powers of a matrix with these exponents, of which none is left out on the way to 0."""
    number = calc.ring.number
    unit = Grid.of(*A.shape, lambda i, j: number(Integer(i == j)))
    step = calc.ring.inverse(A) if min(exponents) < 0 else A
    powers = [unit]
    for _ in range(max(map(abs, exponents))):
        powers.append(matrix_product(calc, [powers[-1], step]) if powers[1:] else step)
    return {exponent: powers[abs(exponent)] for exponent in exponents}


def _sum_over_powers(
    calc: Any, node: Any, A: Grid, shape: tuple[int, int], term: Callable[[Grid, Grid], Grid]
) -> Grid:
    ring = calc.ring
    exponent = whole_exponent(calc, node.args[1])
    zero = ring.number(S.Zero)
    if exponent == 0:
        return Grid.of(*shape, lambda i, j: zero)
    sign, pairs = _terms(Integer(exponent))
    powers = _all_powers(calc, square_grid(A, "power"), [i for pair in pairs for i in pair])
    terms = [term(powers[i], powers[j]).entries for i, j in pairs]
    factor = ring.number(Integer(sign))
    totals = (ring.total(same) for same in zip(*terms, strict=True))
    return Grid(*shape, tuple(ring.product((factor, total)) for total in totals))


def _frechet_entries(calc: Any, node: PowerFrechet, A: Grid, E: Grid) -> Grid:
    return _sum_over_powers(
        calc, node, A, A.shape, lambda left, right: matrix_product(calc, [left, E, right])
    )


def _jacobian_entries(calc: Any, node: PowerJacobian, A: Grid) -> Grid:
    n, ring = A.rows, calc.ring

    def kronecker_of_turned(left: Grid, right: Grid) -> Grid:
        return Grid.of(
            n * n,
            n * n,
            lambda a, b: ring.product((right[b // n, a // n], left[a % n, b % n])),
        )

    return _sum_over_powers(calc, node, A, (n * n, n * n), kronecker_of_turned)


# --- on arrays ------------------------------------------------------------------------------


def _around_on_arrays(on: Any, node: Any) -> tuple[int, list[tuple[Any, Any]]]:
    """The sign of the sum, and the powers before and after E."""
    base, jets = on.value(node.arg), on.jets
    sign, pairs = _terms(Integer(whole_exponent(on, node.args[1])))
    step = base if sign > 0 else jets.inverse(base)
    unit = on.number(on.np.eye(base.shape[-1]))

    def raised(exponent: int) -> Any:
        return reduce(jets.matmul, [step] * abs(exponent), unit)

    return sign, [(raised(i), raised(j)) for i, j in pairs]


def _frechet_on_arrays(on: Any, node: PowerFrechet) -> Any:
    sign, around = _around_on_arrays(on, node)
    E, matmul = on.value(node.args[2]), on.jets.matmul
    return sum((sign * matmul(matmul(left, E), right) for left, right in around), 0 * E)


def _jacobian_on_arrays(on: Any, node: PowerJacobian) -> Any:
    def kronecker_product(a: Any, b: Any) -> Any:
        product = on.np.einsum("dij,dkl->dikjl", a, b)
        return product.reshape(len(product), a.shape[1] * b.shape[1], -1)

    sign, around = _around_on_arrays(on, node)
    size = on.value(node.arg).shape[-1] ** 2
    return sum(
        (
            sign * on.jets.bilinear(kronecker_product, right.swapaxes(2, 3), left)
            for left, right in around
        ),
        on.number(on.np.zeros((size, size))),
    )


# --- text, TeX and code ---------------------------------------------------------------------


def _index(node: Any) -> Symbol:
    """A letter for the index that stands for nothing else in the sum."""
    taken = {str(symbol) for symbol in node.free_symbols}
    letters = ("i", "j", "l", "r", "s", *(f"i_{k}" for k in range(1, len(taken) + 1)))
    return Symbol(next(name for name in letters if name not in taken))


def _raised(base: Expr, exponent: Expr) -> Expr:
    return Basic.__new__(MatPow, base, exponent)


def _summand(node: Any, index: Symbol) -> Expr:
    base, exponent, *direction = node.args
    first, last = _raised(base, index), exponent - 1 - index
    if direction:
        (E,) = direction
        factors = E.args if isinstance(E, MatMul) else (E,)
        return Basic.__new__(MatMul, first, *factors, _raised(base, last))
    return kronecker(_raised(transpose(base), last), first)


def _text(p: Any, node: Any) -> str:
    index = _index(node)
    shown, last = p._print(_summand(node, index)), p._print(node.args[1] - 1)
    return f"Σ({shown}, {p._print(index)}=0…{last})"


def _tex(p: Any, node: Any) -> str:
    index = _index(node)
    shown, last = p._print(_summand(node, index)), p._print(node.args[1] - 1)
    return rf"\sum_{{{p._print(index)}=0}}^{{{last}}} {shown}"


_FRECHET = '''
def power_frechet(A, k, E):
    """The derivative of the power A^k in the direction E."""
    n, size = len(A), {lib}.abs(E).max()
    size = {lib}.where(size > 0, size, {lib}.ones_like(size))
    rows = ({lib}.hstack([A, E / size]), {lib}.hstack([{lib}.zeros_like(A), A]))
    return size * {lib}.linalg.matrix_power({lib}.concatenate(rows), k)[:n, n:]
'''
_JACOBIAN = '''
def power_jacobian(A, k):
    """The derivative of the power A^k, on stacked columns."""
    n, power = len(A), {lib}.linalg.matrix_power
    total = {lib}.zeros_like((A[:, None, :, None] * A[None, :, None, :]).reshape(n * n, n * n))
    for i in range(k) if k > 0 else range(k, 0):
        turned = power(A, k - 1 - i).T[:, None, :, None]
        term = (turned * power(A, i)[None, :, None, :]).reshape(n * n, n * n)
        total = total + term if k > 0 else total - term
    return total
'''


def _transposed(node: PowerFrechet) -> Expr | None:
    base, exponent, direction = node.args
    if not leads_with_transpose(base):
        return None
    return PowerFrechet(transpose(base), exponent, transpose(direction))


tell(
    PowerFrechet,
    text=_text,
    tex=_tex,
    shape=lambda expr, parts: alike(expr, (parts[0], parts[2])),
    normal=power_frechet,
    entries=Entries(_frechet_entries, lambda node: (node.args[0], node.args[2])),
    arrays=_frechet_on_arrays,
    code=Call(_FRECHET, matrices=True),
    example=Absent("the differential of a power brings it in"),
    transposed=_transposed,
    sizes=symbols_in_exponent,
    binding=lambda _: "sum",
    is_holomorphic=True,
)
tell(
    PowerJacobian,
    text=_text,
    tex=_tex,
    shape=stated,
    normal=power_jacobian,
    entries=Entries(_jacobian_entries, lambda node: node.args[:1]),
    arrays=_jacobian_on_arrays,
    code=Call(_JACOBIAN, matrices=True),
    example=Absent("the differential of a power brings it in"),
    sizes=symbols_in_exponent,
    binding=lambda _: "sum",
    is_holomorphic=True,
)
