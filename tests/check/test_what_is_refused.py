"""What the judge cannot take is refused by name; indices may be given among the sizes."""

from __future__ import annotations

import pytest
from expressions import A, U, W, X, lam, layer, m, n, p, t
from sympy import KroneckerDelta, Matrix, MatrixSymbol, S, Symbol, Trace, nan, oo, symbols, zoo

from derivlib import InputError, ShapeError, SizesError, derive, explicit, sum_entries
from derivlib.check import (
    check_entries,
    check_equation,
    check_identification,
    check_rule,
    check_steps,
    elementwise,
    is_derivative,
    is_equal,
    rejected_tampering,
    verify,
)
from derivlib.errors import DerivlibError, UndefinedError
from derivlib.nodes import SingleEntry, d

i, j = symbols("i j", integer=True, nonnegative=True)
Y = MatrixSymbol("Y", n, n)
squares = Trace(X.T * X)
layered = derive(lam(layer), W)
sizes = {n: 4, m: 3, p: 2}
MAPPING = r"sizes must be a mapping such as \{n: 4, m: 3\}"
LINES = [Trace(A * U), Trace(U * A)]

REFUSED = {
    "claim by a size": (lambda: is_derivative(S.Zero, squares, n), InputError, "n is a size"),
    "claim by an index": (lambda: is_derivative(S.Zero, X[i, j], i), InputError, "i is an index"),
    "verified by a size": (lambda: verify(squares, n, S.Zero, {n: 2, m: 3}), InputError, "n is a"),
    "entries by a size": (lambda: elementwise(squares, n, {n: 2, m: 3}), InputError, "n is a size"),
    "claim by a product": (lambda: is_derivative(X, squares, 2 * X), InputError, r"not 2\*X"),
    "claim of nan": (lambda: is_derivative(nan * X, squares, X), UndefinedError, "nan is not a"),
    "claim of zoo": (lambda: is_derivative(zoo * X, squares, X), UndefinedError, "zoo is not a"),
    "claim of oo": (lambda: is_derivative(-oo * X, squares, X), UndefinedError, "oo is not a"),
    "derivative of nan": (lambda: is_derivative(X, nan * squares, X), UndefinedError, "nan"),
    "nan in explicit entries": (
        lambda: check_steps([Matrix([[nan]]), Matrix([[nan]])]), UndefinedError, "nan"),
    "sizes as a list": (lambda: layered.verify([3, 2]), SizesError, MAPPING),
    "sizes as a number": (lambda: layered.verify(3), SizesError, MAPPING),
    "sizes as false": (lambda: layered.verify(False), SizesError, MAPPING),
    "sizes of entries": (lambda: layered.elementwise([3]), SizesError, MAPPING),
    "sizes of stages": (lambda: layered.stepwise(3), SizesError, MAPPING),
    "sizes of several": (lambda: derive(lam(layer), [W, X]).verify([3]), SizesError, MAPPING),
    "sizes of a claim": (lambda: is_derivative(X, squares, X, [3, 2]), SizesError, MAPPING),
    "size of a claim as text": (
        lambda: is_derivative(X, squares, X, {n: "3", m: 2}), SizesError, "n must be a positive"),
    "sizes of lines": (lambda: check_steps(LINES, [3]), SizesError, MAPPING),
    "sizes of an equation": (lambda: check_equation(*LINES, sizes=3), SizesError, MAPPING),
    "sizes written out": (lambda: explicit(X, [3, 2]), SizesError, MAPPING),
    "no lines": (lambda: check_steps(None), InputError, "takes a list of expressions"),
    "a number of lines": (lambda: check_steps(3), InputError, "takes a list of expressions"),
    "lines as text": (lambda: check_steps("xy"), InputError, "takes a list of expressions"),
    "lines as a matrix": (lambda: check_steps(X), InputError, "takes a list of expressions"),
    "lines as a set": (lambda: check_steps(set(LINES)), InputError, "takes a list of expressions"),
    "structures by name": (
        lambda: check_steps(LINES, structures="symmetric"), InputError, "structures must be a map"),
    "structures of an equation": (
        lambda: check_equation(*LINES, sizes={n: 2}, structures=[U]), InputError, "structures mu"),
    "structure of what is not there": (
        lambda: check_steps(LINES, structures={Y: "symmetric"}), InputError, "Y does not occur"),
    "unknown size of lines": (
        lambda: check_steps(LINES, {m: 2}), SizesError, "size n; size m does not occur"),
    "missing size of lines": (lambda: check_steps(LINES, {}), SizesError, "size n"),
    "names of entries": (lambda: layered.elementwise(sizes, entry=3), InputError, "entry must be"),
    "names of too few arguments": (
        lambda: layered.elementwise(sizes, entry=lambda X: t), InputError, "it raised TypeError"),
    "names that are text": (
        lambda: layered.elementwise(sizes, entry=lambda X, i, j: "x"), InputError, "not 'x'"),
    "names that are matrices": (
        lambda: explicit(X, {n: 1, m: 1}, entry=lambda X, i, j: X), InputError, "gives the matrix"),
    "third order": (lambda: verify(t**3, t, 6, order=3), InputError, "order must be 1, or 2"),
    "third order, entries": (lambda: elementwise(t**3, t, order=3), InputError, "order must be"),
    "definitions as a list": (
        lambda: elementwise(t, t, definitions=[t]), InputError, "definitions must map"),
    "definition as text": (
        lambda: elementwise(t, t, definitions={Symbol("s"): "t"}), InputError, "not 't'"),
    "an index that is missing": (
        lambda: derive(X[i, j] ** 3, X).verify({n: 4, m: 3}), DerivlibError,
        "give {.*: 0.*}, or other numbers, among the sizes"),
    "an index beyond the shape": (
        lambda: derive(X[i, j] ** 3, X).verify({n: 4, m: 3, i: 4, j: 0}), ShapeError,
        "of a 4×3 matrix"),
    "a one beyond the shape": (
        lambda: explicit(SingleEntry((2, 2), i, j), {i: 2, j: 0}), ShapeError, "of a 2×2 matrix"),
    "a negative index": (
        lambda: derive(X[i, j] ** 3, X).verify({n: 4, m: 3, i: -1, j: 0}), SizesError,
        "index i must be a whole number, counted from 0"),
    "a size of zero": (lambda: explicit(X, {n: 0, m: 1}), SizesError, "positive integer"),
    "a size that is an index too": (
        lambda: explicit(X[n - 1, 0], {n: 0, m: 1}), SizesError, "positive integer"),
    "typed text": (lambda: check_entries(Matrix([[t]]), "t"), InputError, "not 't'"),
    "typed text in a list": (lambda: check_entries([t], ["t"]), InputError, "not 't'"),
    "an equality with text": (lambda: is_equal(t, "t"), InputError, "not 't'"),
    "varying text": (
        lambda: check_equation(d(t), 0, varying="t"), InputError, "varying must be"),
    "varying number": (lambda: check_equation(d(t), 0, varying=3), InputError, "varying must be"),
    "a rule by name": (lambda: check_rule("trace"), InputError, "Rule"),
    "a rule by name, tampered": (lambda: rejected_tampering(3), InputError, "Rule"),
    "points as text": (lambda: verify(t, t, 1, points="2"), InputError, "points must be"),
    "half a point": (lambda: verify(t, t, 1, points=1.5), InputError, "points must be"),
    "seed as a list": (lambda: verify(t, t, 1, seed=[1]), InputError, "seed must be"),
    "no seed": (lambda: verify(t, t, 1, seed=None), InputError, "seed must be"),
    "no differential": (lambda: check_identification(t, t), InputError, "exactly one symbol"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_the_judge_refuses_by_name(name):
    call, kind, message = REFUSED[name]
    with pytest.raises(kind, match=message):
        call()


def test_lines_may_come_one_by_one():
    assert check_steps(line for line in LINES)
    assert check_steps(iter([*LINES, 2 * LINES[0]])).first_wrong == 2


def test_an_index_counts_from_zero():
    cube = derive(X[i, j] ** 3, X)
    for place in ((0, 0), (3, 2)):
        assert cube.verify({n: 4, m: 3, i: place[0], j: place[1]}).entries == 12
    assert check_steps([X[i, j], X.T[j, i]], {n: 4, m: 3, i: 0, j: 2})


def test_indices_may_stand_in_a_delta():
    scaled = KroneckerDelta(i, j) * Trace(U)
    assert explicit(scaled, {n: 2, i: 0, j: 0}) == U[0, 0] + U[1, 1]
    assert explicit(scaled, {n: 2, i: 0, j: 1}) == 0
    assert derive(scaled, U).verify({n: 2, i: 1, j: 1}).entries == 4


def test_sums_of_entries_take_no_index():
    assert derive(sum_entries(X), X).verify({n: 2, m: 3}).entries == 6
