"""Functions people ask about: what is typed, its gradient and NumPy by hand agree."""

from __future__ import annotations

import inspect
from dataclasses import replace

import numpy as np
import pytest
from public_problems import PROBLEMS
from sympy import sympify

from derivlib import derive, read_text, text
from derivlib.check.points.sizes import sizes_to_check_at


def arrays_of(problem):
    """Random arrays for the names in a problem, and numbers for its sizes."""
    reading = read_text(problem.typed, **problem.kinds)
    sizes = sizes_to_check_at(None, reading.expr)
    random = np.random.default_rng(11)
    found = {size.name: number for size, number in sizes.items()}
    for name, symbol in reading.symbols.items():
        shape = [int(sympify(s).xreplace(sizes)) for s in getattr(symbol, "shape", ())]
        value = random.uniform(0.3, 1.4, shape)
        told = str(problem.kinds.get(name, ""))
        if len(shape) == 2 and shape[0] == shape[1]:
            value = value + 2 * np.eye(shape[0])
        if "symmetric" in told:
            value = (value + value.T) / 2
        found[name] = np.diag(np.diag(value)) if told == "diagonal" else value
    return found


def by_differences(value, arrays, wrt, step=1e-5):
    """The gradient, one entry at a time."""
    at = np.asarray(arrays[wrt], float)
    found = np.zeros(at.shape)
    for place in np.ndindex(at.shape):
        moved = np.zeros(at.shape)
        moved[place] = step
        after, before = (value(**{**arrays, wrt: at + sign * moved}) for sign in (1, -1))
        found[place] = np.squeeze(after - before) / (2 * step)
    return found


def taken(function, arrays):
    """The arrays that a function takes."""
    return {name: arrays[name] for name in inspect.signature(function).parameters}


def assert_agrees(problem):
    """Compare the code of the derivative with differences of what is written by hand."""
    arrays = arrays_of(problem)
    expected = by_differences(problem.value, taken(problem.value, arrays), problem.wrt)
    function = derive(problem.typed, problem.wrt, **problem.kinds).to_function()
    given = {name: np.squeeze(array) for name, array in taken(function, arrays).items()}
    got = np.asarray(function(**given), float)
    np.testing.assert_allclose(got.reshape(expected.shape), expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize(
    "problem", PROBLEMS, ids=lambda problem: f"{problem.name} by {problem.wrt}"
)
def test_the_gradient_is_right_and_reads_as_shown(problem):
    assert_agrees(problem)
    assert text(derive(problem.typed, problem.wrt, **problem.kinds).result) == problem.answer


def test_another_function_is_noticed():
    of_precision = PROBLEMS[0]
    doubled = replace(of_precision, value=lambda P, S: 2 * of_precision.value(P, S))
    with pytest.raises(AssertionError):
        assert_agrees(doubled)


def test_there_are_sixty():
    assert len({(problem.typed, problem.wrt) for problem in PROBLEMS}) == len(PROBLEMS) >= 60
