"""What the slope of a largest entry is taken to be where several entries are the largest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sympy import Expr, GreaterThan, S, StrictGreaterThan, nsimplify

from derivlib.errors import InputError
from derivlib.nodes.arguments import as_operand
from derivlib.nodes.node import NodeBase

EQUALLY = S.Half
"""Each of the tied entries has the same part."""

_WORDS = {S.One: "first", S.Zero: "last"}
TIES = (EQUALLY, *_WORDS)


class AtTie(NodeBase):
    """What is made of the largest entries, the last argument being who has the slope of a tie.

    It is 1 for the first of them, 0 for the last, and left out where they share it equally.
    """

    @property
    def at_tie(self) -> Expr:
        """1, 0, or ½."""
        last = self.args[-1]
        return last if len(self.args) > 1 + hasattr(self, "axis") else EQUALLY


def as_tie(value: Any, what: str) -> Expr:
    """Take who has the slope of a tie.

    :param what: the name of the function, for the message.
    :raises InputError: if it is neither 1 nor 0 nor ½.
    """
    if not isinstance(value, (str, bool)):
        taken = as_operand(value, what)
        if taken.is_number and (exact := nsimplify(taken, rational=True)) in TIES:
            return exact
    raise InputError(
        f"at_tie of {what} is 1 if the first of equal entries has the slope, 0 if the last has it, "
        f"1/2 if they share it equally, not {value!r}"
    )


def tie_argument(at_tie: Any) -> tuple[Expr, ...]:
    """The last argument of such a node; none where the tied entries share equally."""
    return () if at_tie == EQUALLY else (S(at_tie),)


def text_at_tie(name: str) -> Callable[[Any, Any], str]:
    """How such a node is written: as it is typed."""

    def written(p: Any, node: Any) -> str:
        axis = getattr(node, "axis", None)
        along = "" if axis is None else f", axis={axis}"
        tie = "".join(f", at_tie={each}" for each in tie_argument(node.at_tie))
        return f"{name}({p._print(node.arg)}{along}{tie})"

    return written


def tex_at_tie(name: str) -> Callable[[Any, Any], str]:
    """How such a node is set: with rows or columns, and first or last, as an index."""

    def written(p: Any, node: Any) -> str:
        axis = getattr(node, "axis", None)
        words = [] if axis is None else [("columns", "rows")[axis]]
        words += [_WORDS[each] for each in tie_argument(node.at_tie)]
        index = f"_{{{p.upright(' '.join(words))}}}" if words else ""
        return str(p.call(rf"\operatorname{{{name}}}{index}", node.arg))

    return written


def shares(ring: Any, values: Sequence[Any], at_tie: Expr) -> list[Any]:
    """What each of several scalars has of the slope of the largest.

    Each is compared with all others, which may be equal only where nothing moves.
    """
    one, zero = ring.number(S.One), ring.number(S.Zero)

    def leads(k: int) -> Any:
        of_earlier = GreaterThan if at_tie != S.One else StrictGreaterThan
        of_later = GreaterThan if at_tie != S.Zero else StrictGreaterThan
        is_larger = [
            *(ring.compare(of_earlier, values[k], other) for other in values[:k]),
            *(ring.compare(of_later, values[k], other) for other in values[k + 1 :]),
        ]
        return ring.product([ring.choose([(one, is_so), (zero, True)]) for is_so in is_larger])

    found = [leads(k) for k in range(len(values))]
    if at_tie != EQUALLY:
        return found
    share = ring.power(ring.total(found), ring.number(S.NegativeOne))
    return [ring.product([each, share]) for each in found]


def shares_of_array(np: Any, value: Any, axis: int | None, at_tie: Expr) -> Any:
    """The same for an array, or each of its rows or columns."""
    lines = value.reshape(-1) if axis is None else value
    along = axis or 0
    largest = lines == lines.max(axis=along, keepdims=True)
    counted = largest.cumsum(axis=along)
    if at_tie == S.One:
        largest = largest & (counted == 1)
    elif at_tie == S.Zero:
        largest = largest & (counted == largest.sum(axis=along, keepdims=True))
    return (largest / largest.sum(axis=along, keepdims=True)).reshape(value.shape)
