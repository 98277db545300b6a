"""What derivlib builds has the entries of the same expression in SymPy's classes alone."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
import sympy as sp
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from sympy import Basic, Identity, Integer, MatMul, MatrixSymbol
from sympy.matrices.exceptions import NonInvertibleMatrixError
from sympy.matrices.expressions.diagonal import DiagMatrix
from written import LETTERS, SCALAR, SIZES, Written, bare, matrices, value, written

from derivlib.errors import ShapeError, SizesError
from derivlib.expressions import construction as built
from derivlib.expressions.expanding import expanded, mean_the_same
from derivlib.expressions.scalar_factors import with_scalar_factors
from derivlib.expressions.sizes import at_size, resolve_sizes, size_symbols
from derivlib.expressions.substitution import (
    abbreviate,
    normal_form,
    replace_part,
    resolve,
    substitute,
)
from derivlib.expressions.traversal import checked_normal_form

SYMBOLS = sp.symbols("k m n", integer=True, positive=True)
SOME_SIZES = [
    *SYMBOLS,
    *(symbol - 1 for symbol in SYMBOLS),
    SYMBOLS[1] - SYMBOLS[0],
    SYMBOLS[1] - 2 * SYMBOLS[2],
    Integer(2),
]


steadily = settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


def entries(plain: object) -> object:
    """The entries of what was written by hand; examples without a value are left out."""
    try:
        found = value(plain)
    except (NonInvertibleMatrixError, ZeroDivisionError):
        assume(False)
    assume(not (found.has(sp.nan) or found.has(sp.zoo)))
    return found


def nodes(expr: Basic) -> Iterator[Basic]:
    return sp.preorder_traversal(expr)


@steadily
@given(matrices())
def test_the_entries_and_the_shape_are_those_of_the_plain_expression(example: Written):
    assert value(example.ours) == entries(example.plain)
    assert example.ours.shape == example.plain.shape


@steadily
@given(matrices())
def test_normal_form_is_told_from_the_plain_expression_too(example: Written):
    wanted = entries(example.plain)
    for form in (normal_form(example.plain), checked_normal_form(example.plain)):
        assert value(form) == wanted
        assert form.shape == wanted.shape


@steadily
@given(matrices())
def test_nothing_is_left_to_flatten(example: Written):
    entries(example.plain)
    for node in nodes(example.ours):
        if isinstance(node, MatMul):
            scalars = [part for part in node.args if not part.is_Matrix]
            assert scalars == list(node.args[: len(scalars)])
            assert len(scalars) < 2
            assert sp.S.One not in scalars
            assert not any(isinstance(p, (MatMul, sp.ZeroMatrix)) for p in node.args)
            assert len(node.args) == 2 or not any(isinstance(p, Identity) for p in node.args)
        if isinstance(node, sp.MatAdd):
            parts = [built.split_coefficient(term)[1] for term in node.args]
            assert len(set(parts)) == len(parts)
            assert not any(isinstance(part, (sp.MatAdd, sp.ZeroMatrix)) for part in node.args)
        if isinstance(node, sp.Transpose):
            assert not isinstance(node.args[0], (sp.Transpose, MatMul, sp.Inverse))


@steadily
@given(matrices(), st.sampled_from([Integer(1), Integer(-2), SCALAR]))
def test_parts_of_a_sum_and_coefficients_make_the_whole(example: Written, number: sp.Expr):
    wanted = entries(example.plain) * value(number)
    scaled = built.mul(number, example.ours)
    coefficient, matrix = built.split_coefficient(scaled)
    assert value(coefficient) * value(matrix) == wanted
    assert built.split_coefficient(matrix)[0] == 1
    assert sum(map(value, built.distributed(scaled)), sp.zeros(*wanted.shape)) == wanted


@steadily
@given(matrices())
def test_an_expression_and_its_negative_add_up_to_zero(example: Written):
    entries(example.plain)
    assume(not built.is_single(example.ours))  # 1 and I are two ways to write that one
    assert built.is_zero(built.add(example.ours, built.mul(Integer(-1), example.ours)))
    assert built.zero_like(example.ours).shape == example.ours.shape
    assert built.transpose(built.transpose(example.ours)).shape == example.ours.shape


@steadily
@given(matrices(2))
def test_multiplied_out_it_is_the_same(example: Written):
    wanted = entries(example.plain)
    opened = expanded(normal_form(example.plain))
    assert value(opened) == wanted
    assert mean_the_same(opened, normal_form(example.plain))
    factors = (part for node in nodes(opened) if isinstance(node, MatMul) for part in node.args)
    assert not any(isinstance(part, sp.MatAdd) for part in factors)


@steadily
@given(matrices(2), matrices(2))
def test_what_means_the_same_has_the_same_entries(one: Written, other: Written):
    assume(one.ours.shape == other.ours.shape)
    if entries(one.plain) != entries(other.plain):
        assert not mean_the_same(one.ours, other.ours)


@st.composite
def substitutions(draw) -> tuple[Written, MatrixSymbol, Written]:
    example = draw(matrices(2))
    letter = draw(st.sampled_from(sorted(LETTERS, key=str)))
    letters = sorted(example.ours.atoms(MatrixSymbol), key=str)
    if letters:
        letter = draw(st.sampled_from(letters))
    return example, letter, draw(written(*map(int, letter.shape), 2))


@steadily
@given(substitutions())
def test_putting_in_is_what_xreplace_does(example):
    whole, letter, put_in = example
    entries(put_in.plain)
    plain = _replaced(whole.plain, letter, put_in.plain)
    wanted = entries(plain)
    assert value(substitute(whole.ours, {letter: put_in.ours})) == wanted
    assert value(resolve(whole.ours, {letter: put_in.ours})) == wanted


def _replaced(expr, letter, put_in):
    """The plain expression with a part in place of a letter, nothing evaluated."""
    if expr == letter:
        return put_in
    if not expr.args or isinstance(expr, (MatrixSymbol, sp.MatrixBase)):
        return expr
    if isinstance(expr, sp.BlockMatrix):
        rows = expr.blocks.tolist()
        return sp.BlockMatrix([[_replaced(b, letter, put_in) for b in row] for row in rows])
    if isinstance(expr, DiagMatrix):
        return DiagMatrix(_replaced(expr.args[0], letter, put_in))
    return bare(type(expr), *(_replaced(part, letter, put_in) for part in expr.args))


@steadily
@given(matrices(), st.data())
def test_a_part_is_replaced_by_what_is_equal_to_it(example: Written, data):
    wanted = entries(example.plain)
    parts = [node for node in nodes(example.ours) if getattr(node, "is_Matrix", False)]
    part = data.draw(
        st.sampled_from([p for p in parts if not isinstance(p, sp.MatrixBase)] or parts)
    )
    name = MatrixSymbol("N", *part.shape)
    LETTERS[name] = value(part)
    for with_name in (abbreviate, replace_part):
        assert value(with_name(example.ours, part, name)) == wanted
    assert abbreviate(part, part, name) == name
    del LETTERS[name]


@steadily
@given(
    st.lists(st.sampled_from("AB"), min_size=2, max_size=4),
    st.data(),
    st.sampled_from([Integer(1), Integer(6), SCALAR]),
    st.sampled_from([Integer(1), Integer(2)]),
)
def test_a_run_of_factors_is_named_with_its_coefficient(names, data, whole, part):
    letters = [MatrixSymbol(name, 2, 2) for name in names]
    start = data.draw(st.integers(0, len(letters) - 1))
    run = letters[start : data.draw(st.integers(start + 1, len(letters)))]
    product, run = built.mul(whole, *letters), built.mul(part, *run)
    name = MatrixSymbol("N", 2, 2)
    named = abbreviate(product, run, name)
    assert value(named.xreplace({name: value(run)})) == value(product)
    assert named.has(name) or whole == SCALAR or len(set(names)) < len(names)
    replaced = replace_part(product, run, name)
    assert value(replaced.xreplace({name: value(run)})) == value(product)


def test_a_name_brings_its_coefficient_once():
    A, B, N = (MatrixSymbol(name, 2, 2) for name in "ABN")
    for expr, named in (
        (2 * B * A * B, N * A * B),
        (2 * A * B.T, A * N.T),
        (6 * B, 3 * N),
        (2 * A * sp.HadamardProduct(A, B), A * sp.HadamardProduct(A, N)),
        (2 * sp.Inverse(B), 2 * sp.Inverse(B)),
        (2 * B**3, 2 * B**3),
    ):
        assert abbreviate(normal_form(expr), 2 * B, N) == normal_form(named)


@steadily
@given(SIZES.flatmap(lambda size: written(size, size, 2)), st.sampled_from([SCALAR, Integer(3)]))
def test_a_trace_is_multiplied_out(example: Written, number: sp.Expr):
    wanted = entries(example.plain).trace() * value(number)
    scaled = normal_form(bare(MatMul, number, example.plain))
    assert value(expanded(bare(sp.Trace, scaled))) == wanted


@steadily
@given(SIZES, st.data())
def test_scalars_among_the_factors_of_a_product_are_found(size: int, data):
    column = st.sampled_from([MatrixSymbol(name, size, 1) for name in "AB"])
    row = column.map(lambda matrix: bare(sp.Transpose, matrix))
    ends = [data.draw(column)]
    scalars = data.draw(st.lists(st.tuples(row, column), min_size=1, max_size=2))
    wanted = value(ends[0])
    for left, right in scalars:
        wanted = wanted * (value(left) * value(right))[0]
    flat = bare(MatMul, *(part for pair in scalars for part in pair), *ends)
    found = with_scalar_factors(flat)
    assert value(found) == wanted
    assert found.shape == (size, 1)


@steadily
@given(*[st.sampled_from(SYMBOLS)] * 4)
def test_products_and_sums_that_do_not_fit_are_refused(a, b, c, e):
    left, right = MatrixSymbol("A", a, b), MatrixSymbol("B", c, e)
    whole = bare(sp.MatAdd, left, right)
    if (a, b) == (c, e):
        assert checked_normal_form(whole).shape == (a, b)
    else:
        with pytest.raises(ShapeError):
            checked_normal_form(whole)
    whole = bare(MatMul, left, right)
    if b == c:
        assert checked_normal_form(whole).shape == (a, e)
    else:
        with pytest.raises(ShapeError):
            checked_normal_form(whole)


@steadily
@given(st.lists(st.sampled_from(SOME_SIZES), min_size=2, max_size=4))
def test_sizes_are_found_and_chosen_so_that_every_shape_is_possible(sizes):
    shapes = list(pairwise(sizes))
    symbols = [MatrixSymbol(f"X_{i}", *shape) for i, shape in enumerate(shapes)]
    wanted = {symbol for size in sizes for symbol in size.free_symbols}
    assert set(size_symbols(*symbols)) == wanted
    chosen = resolve_sizes(None, *symbols, choose=True)
    assert set(chosen) == wanted
    assert len(set(chosen.values())) == len(chosen)
    for size in sizes:
        assert at_size(size, chosen) == size.subs(chosen) > 0
    for missing in wanted:
        with pytest.raises(SizesError, match=missing.name):
            resolve_sizes({s.name: k for s, k in chosen.items() if s != missing}, *symbols)


def test_pieces_of_entries_can_be_multiplied_out():
    X, t = MatrixSymbol("X", 2, 2), sp.Symbol("t")
    pieces = sp.Piecewise((1, X[0, 0] > 0), (t, True))
    assert expanded(pieces * (t + 1) - pieces * t) == pieces
