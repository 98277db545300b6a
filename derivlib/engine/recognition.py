"""Reading an expression as its author means it: a softmax is seen where one is written out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sympy import Expr, exp

from derivlib.engine.simplify.simplification import Rewriting
from derivlib.expressions.problem import Written
from derivlib.expressions.sizes import all_nodes
from derivlib.expressions.substitution import replace_part
from derivlib.expressions.traversal import checked_normal_form
from derivlib.nodes import Cholesky, Eigvalsh
from derivlib.rules.kinks import KINKED
from derivlib.rules.written_out import readings


class Reading(NamedTuple):
    """A rule by which a part of what was written is something that has a name.

    :param name: what the author calls the expression that it is a part of; none for the whole.
    :param rewriting: the rule, and that expression before and after.
    """

    name: Expr | None
    rewriting: Rewriting


def recognised(written: Written) -> tuple[Written, tuple[Reading, ...]]:
    """Write what has a name by its name, and say by which rules.

    :param written: what is to be differentiated.
    :raises ShapeError: if sizes do not fit.
    """
    if not any(isinstance(node, (exp, Cholesky, Eigvalsh, *KINKED)) for node in written.nodes):
        return written, ()
    found = {name: [*_read(value)] for name, value in written.where.items()}
    whole = [*_read(written.expr)]
    where = {
        name: found[name][-1].after if found[name] else value
        for name, value in written.where.items()
    }
    told = [Reading(name, made) for name in found for made in found[name]]
    told += (Reading(None, made) for made in whole)
    if not told:
        return written, ()
    expr = whole[-1].after if whole else written.expr
    return Written(expr, where, written.name), tuple(told)


def _read(expr: Expr) -> Iterator[Rewriting]:
    """Rewrite an expression until nothing in it is written out; the shortest parts first."""
    expr = checked_normal_form(expr)
    while (made := _next(expr)) is not None:
        yield made
        expr = made.after


def _next(expr: Expr) -> Rewriting | None:
    """The first rewriting; what stands in the body of a function is one with the function."""
    for part in reversed([*all_nodes([expr])]):
        for rule, arguments in readings(part):
            after = replace_part(expr, rule.left(*arguments), rule.right(None, *arguments))
            if after != expr:
                return Rewriting(rule, arguments, expr, after)
    return None
