"""Where the browser tests cannot run they say so, and the session that is theirs fails."""

from __future__ import annotations

import needs
import pytest


def test_what_the_browser_tests_need_is_there():
    missing = needs.missing_tools() + needs.missing_site()
    if missing:
        pytest.skip(f"the site is NOT tested in a browser; missing: {'; '.join(missing)}")


@pytest.mark.parametrize("tool", ["playwright", "chromium", "axe-core", "the site"])
def test_what_is_missing_is_named_with_the_command_that_installs_it(tool, monkeypatch, tmp_path):
    monkeypatch.setattr(needs.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(needs.shutil, "which", lambda name: None)
    monkeypatch.setattr(needs, "AXE", tmp_path / "axe.min.js")
    monkeypatch.setattr(needs, "SITE", tmp_path)
    found = dict(text.split(": ", 1) for text in needs.missing_tools() + needs.missing_site())
    assert found[tool]
    assert len(found) == 4
