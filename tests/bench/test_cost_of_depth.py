"""Deriving networks of more and more layers, by one parameter and by all of them."""

from __future__ import annotations

from functools import cache
from typing import Any

from caches import forget
from memory_of_depth import peak_in_a_process
from networks import derived, network
from turns import in_turn, say

LAYERS = ("10", "30", "100", "300", "1000")
TURNS = 3

network_of = cache(network)


@in_turn(LAYERS, ("one", "all"), TURNS)
def test_depth(benchmark: Any, subject: str, turn: int, who: str) -> None:
    layers = int(subject)
    loss, parameters, where = network_of(layers)
    more = {"peak": peak_in_a_process(who, layers)} if turn == 0 else {}
    say(benchmark, "depth", subject, who, turn, **more)
    variables = parameters if who == "all" else parameters[0]
    results, steps = benchmark.pedantic(
        derived, (loss, variables, where), setup=forget, rounds=3 if layers <= 100 else 1
    )
    assert steps
    assert who == "one" or len(results) == 2 * layers
