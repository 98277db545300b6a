"""Deriving the expressions of the comparison with SymPy: derivlib, SymPy and tensorgrad.

All begin with the expression as it was written before, and with empty caches. SymPy is measured
where its answer is right, tensorgrad where it has words for the expression; its answers are
compared with derivlib's in numbers before anything is timed.
"""

from __future__ import annotations

import inspect
from functools import cache
from typing import Any

import numpy as np
import peers
import pytest
from caches import forget
from sympy import Expr
from sympy_cases import CASES, SIZES, Case
from sympy_table import compare
from turns import in_turn, say

from derivlib import Derivation, derive
from derivlib.check import size_symbols

TURNS, ROUNDS = 3, 3
RIGHT = ("right", "right, unreadable", "other layout")
BY_NAME = {f"{case.group}: {case.name}": case for case in CASES}
WHO = ["derivlib", *filter(peers.installed, ("SymPy", "tensorgrad"))]


@cache
def comparison(name: str) -> Any:
    """What the judge says of both answers."""
    return compare(BY_NAME[name])


@cache
def tensor_problem(name: str) -> Any:
    """The same for tensorgrad, compared with derivlib's answer; none where it has no words.

    :raises AssertionError: if the answers differ in numbers.
    """
    from tensor_notation import NotExpressible, tensor_problem

    case = BY_NAME[name]
    try:
        problem = tensor_problem(case.expr, case.wrt)
    except NotExpressible:
        return None
    arrays = {symbol.name: drawn(symbol) for symbol in problem.variables}
    derivative, steps = problem.solve()
    assert steps
    theirs = laid_out(case, *problem.at(derivative, arrays, SIZES))
    ours = numbers(derive(case.expr, case.wrt), arrays)
    assert theirs.shape == ours.shape, f"tensorgrad has another shape on {name}"
    assert np.allclose(theirs, ours, 1e-8, 1e-8), f"tensorgrad and derivlib differ on {name}"
    return problem


def drawn(symbol: Expr) -> Any:
    """Positive entries, of which every function is defined, of an invertible matrix if square."""
    rng = np.random.default_rng(sum(map(ord, symbol.name)))
    shape = [int(side.xreplace(SIZES)) for side in symbol.shape] if symbol.is_Matrix else []
    sides = [side for side in shape if side > 1]
    return rng.uniform(0.1, 1, sides) + (np.eye(*sides) if len(sides) == 2 else 0)


def numbers(derivation: Derivation, arrays: dict[str, Any]) -> Any:
    """What derivlib found, by the code it writes."""
    function = derivation.to_function()
    known = {**arrays, **{size.name: value for size, value in SIZES.items()}}
    wanted = inspect.signature(function).parameters
    return np.asarray(function(**{name: known[name] for name in wanted}))


def laid_out(case: Case, array: Any, axes: int) -> Any:
    """Stack columns where the derivative is that of a matrix by a matrix."""
    if not (case.expr.is_Matrix and case.wrt.is_Matrix) or case.expr.shape == (1, 1):
        return array
    order = [*reversed(range(axes)), *reversed(range(axes, array.ndim))]
    rows = int(np.prod(array.shape[:axes]))
    return array.transpose(order).reshape(rows, -1)


def target(name: str, who: str) -> Any:
    """What is timed."""
    case = BY_NAME[name]
    if who == "derivlib":
        return lambda: ours(case)
    if who == "SymPy":
        return lambda: case.for_sympy.diff(case.wrt)
    return tensor_problem(name).solve


def ours(case: Case) -> tuple[Any, Any]:
    """Derive, with the steps and the result."""
    derivation = derive(case.expr, case.wrt)
    return derivation.steps, derivation.result


def test_the_sizes_are_all_given() -> None:
    assert all(set(size_symbols(case.expr, case.wrt)) <= set(SIZES) for case in CASES)


@in_turn(BY_NAME, WHO, TURNS)
def test_deriving(benchmark: Any, subject: str, turn: int, who: str) -> None:
    judged = comparison(subject)
    assert judged.ours == "right", f"derivlib is not right on {subject}"
    if who == "SymPy" and judged.verdict not in RIGHT:
        pytest.skip("SymPy does not get it right")
    if who == "tensorgrad" and tensor_problem(subject) is None:
        pytest.skip("tensorgrad has no words for it")
    more = {"verdict": judged.verdict} if who == "SymPy" else {}
    say(benchmark, "deriving", subject, who, turn, **more)
    assert benchmark.pedantic(target(subject, who), setup=forget, rounds=ROUNDS) is not None
