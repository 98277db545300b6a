"""Verifying λ(σ(XW)) by W beside deriving it, at a size for reading and at one of practice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from caches import forget
from sympy import Function, MatrixSymbol, symbols
from turns import in_turn, say

from derivlib import Derivation, derive

n, m, p = symbols("n m p", integer=True, positive=True)
X, W = MatrixSymbol("X", n, m), MatrixSymbol("W", m, p)
sigma, lam = Function("sigma"), Function("lambda")
L = lam((X * W).applyfunc(sigma))
SMALL, LARGE = {n: 4, m: 3, p: 2}, {n: 200, m: 100, p: 50}
TURNS, ROUNDS = 3, 5


def verified_large(derivation: Derivation) -> Any:
    """Verify at a size of practice, where exact fractions would take too long."""
    return derivation.verify(LARGE, method="double")


def derived_again(_: Derivation) -> Any:
    """Derive, which is what verifying is compared with."""
    derivation = derive(L, W)
    return derivation.result, derivation.steps


DONE: dict[str, Callable[[Derivation], Any]] = {
    "derive": derived_again,
    "4×3×2": lambda derivation: derivation.verify(SMALL),
    "200×100×50": verified_large,
}


@in_turn(["λ(σ(XW)) by W"], DONE, TURNS)
def test_verifying(benchmark: Any, subject: str, turn: int, who: str) -> None:
    derivation = derive(L, W)
    derivation.result  # noqa: B018 - found before it is verified
    say(benchmark, "verifying", subject, who, turn)
    assert benchmark.pedantic(DONE[who], (derivation,), setup=forget, rounds=ROUNDS)
