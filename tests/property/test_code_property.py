"""Whatever is derived becomes code that calculates the same numbers: random examples."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress

import numpy as np
import pytest
from blocks import run_examples
from compare import _derivation, numerical_derivative, points, symbols_of
from generate import RUNNING, SIZES, Example
from hypothesis import Phase

from derivlib import DerivlibError, InputError, UndefinedError, UnsupportedError
from derivlib.check.scalars.fields import NoValue
from derivlib.derivation.code_task import source_of

COUNT = 100
"""How many examples of each kind."""


def calculated(example, derivation):
    """What code calculates at a point, and the derivative there; nothing if there is none."""
    source = source_of(derivation, "numpy", value=False, name=None, sizes=None)
    symbols = symbols_of(SIZES, example.expr, example.wrt)
    for seed in range(4):
        values = points(symbols, SIZES, seed)
        try:
            truth = numerical_derivative(example.kind, example.expr, example.wrt, values, SIZES)
        except NoValue:
            continue
        if np.abs(truth).max() > 1e6:
            continue
        arguments = []
        for argument in source.arguments:
            if argument.symbol in SIZES:
                arguments.append(SIZES[argument.symbol])
                continue
            arguments.append(np.squeeze(values[argument.symbol]))
        with np.errstate(all="ignore"), suppress(UndefinedError):  # an assumption fails
            return np.asarray(derivation.to_function()(*arguments), float), truth
    return None


@pytest.mark.parametrize("kind", RUNNING)
def test_code_calculates_what_was_derived(kind):
    outcomes: Counter[str] = Counter()

    def examine(example: Example) -> None:
        try:
            derivation = _derivation(example)
        except DerivlibError:
            outcomes["refused"] += 1
            return
        try:
            found = calculated(example, derivation)
        except InputError as error:
            assert "abstract" in str(error)  # noqa: PT017
            outcomes["abstract"] += 1
            return
        except UnsupportedError:
            outcomes["no function of that name"] += 1
            return
        if found is None:
            outcomes["no point"] += 1
            return
        got, truth = found
        assert got.size == truth.size, example
        scale = 1 + np.abs(truth).max()
        off = np.abs(got.reshape(truth.shape) - truth).max()
        assert off <= 1e-6 * scale, f"{example} is off by {off:.3g}: {derivation.to_code()}"
        outcomes["right"] += 1

    start = 0
    while outcomes.total() < COUNT:
        run_examples(kind, start, examine, Phase.generate)
        start += 1
    assert outcomes["right"] >= COUNT // 3, outcomes
