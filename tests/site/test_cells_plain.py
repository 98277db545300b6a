"""Results as plain text, compared with what IPython's own printer makes of them."""

from __future__ import annotations

import pytest

from derivlib.site.cells.plain import plain


class Node:
    """Has a text of its own."""

    def __repr__(self):
        return "node"


def function(x, y=2):
    return x + y


RESULTS = [
    *(3, 2.5, "text", None, (1,), (), [], {}, set(), frozenset({1}), [[1], (2, [3])]),
    [f"name {k}" for k in range(20)],
    {f"key {k}": [k] * 12 for k in range(6)},
    {"a": {"b": list(range(60))}},
    tuple(f"{k}" * 20 for k in range(8)),
    {3, 1, 2},
    Node(),
    [Node(), Node],
    int,
    function,
]


@pytest.mark.parametrize("value", RESULTS, ids=lambda value: str(value)[:20])
def test_lines_break_as_ipython_breaks_them(value):
    pretty = pytest.importorskip(
        "IPython.lib.pretty",
        reason="IPython is not installed; `python3 noxfile.py -s site` installs it",
    )
    assert plain(value) == pretty.pretty(value)


def test_a_list_in_itself_comes_to_an_end():
    held = [1]
    held.append(held)
    assert plain(held) == "[1, [...]]"


def test_a_long_collection_is_cut_short():
    assert plain(list(range(3000))).endswith("999,\n ...]")
