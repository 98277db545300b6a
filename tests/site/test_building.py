"""Where no site can be built these tests say so, and the session that is theirs fails."""

from __future__ import annotations

import building
import pytest


def test_what_builds_the_site_is_there():
    missing = building.missing()
    if missing:
        pytest.skip(f"the site's extensions are NOT tested; missing: {'; '.join(missing)}")


def test_what_is_missing_is_named_with_the_command_that_installs_it(monkeypatch, tmp_path):
    monkeypatch.setattr(building.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(building, "KATEX", tmp_path / "katex")
    found = dict(text.split(": ", 1) for text in building.missing())
    assert found == {
        "Sphinx": "python3 -m pip install --group docs",
        "KaTeX": "(cd docs && npm ci)",
    }
