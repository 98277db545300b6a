"""The gradients of everyday losses beside those that were typed by hand."""

from __future__ import annotations

from collections.abc import Iterator

from losses import LOSSES, Loss, m, n, w
from sympy_table import Table

from derivlib import derive, is_derivative, latex, text
from derivlib.site.ask.questions import link_to

SIZES = {n: 3, m: 2}


def table(use: str) -> Table:
    """The losses for one use, each gradient checked against the one typed by hand.

    :param use: regression, classification, ranking or probability.
    :raises ValueError: if a gradient, or the one typed by hand, is wrong, or ours is longer.
    """
    rows = (row for case in LOSSES if case.use == use for row in _row(case))
    return Table(("loss", "function", "gradient", "by hand"), tuple(rows))


def _row(case: Loss) -> Iterator[tuple[str, ...]]:
    derivation = derive(case.loss, w, **case.premises)
    found = derivation.result
    if not is_derivative(case.book, case.loss, w, SIZES, **case.premises):
        raise ValueError(f"{case.name}: the gradient that is typed is not the derivative")
    if not is_derivative(found, case.loss, w, SIZES, **case.premises):
        raise ValueError(f"{case.name}: {found} is not the derivative")
    ours, by_hand = len(text(found)), len(text(case.book))
    if ours > by_hand:
        raise ValueError(f"{case.name}: {text(found)} is longer than {text(case.book)}")
    same = "the same" if latex(found) == latex(case.book) else f"${latex(case.book)}$"
    name = f"{case.name} {link_to(derivation)}"
    yield name, f"${latex(case.loss)}$", f"${latex(found)}$", same
