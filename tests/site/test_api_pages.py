"""Names in the API reference: which are links, which are plain, and which stop the build."""

from __future__ import annotations

import pytest
from catalogue.api_pages import is_internal


@pytest.mark.parametrize(
    ("target", "internal"),
    [
        ("derivlib.nodes.node.NodeBase", True),
        ("derivlib.nodes.node.OfLines", True),
        ("derivlib.nodes.node.NodeBases", False),  # misspelt: a warning, and the build stops
        ("derivlib.nodes.nodes.NodeBase", False),
        ("derivlib.nodes.softmax.softmax", False),  # public: must be a link
        ("sympy.core.expr.Expr", False),
        ("Node", False),
    ],
)
def test_only_names_of_the_package_that_exist_and_are_not_public_stay_plain(
    target: str, internal: bool
) -> None:
    assert is_internal(target) is internal
