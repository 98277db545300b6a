"""Kernels of the build's own: no settings of the person building, no notes on every start.

They find the modules that pages share with the tests.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

SETTINGS = "c = get_config()\nc.IPKernelApp.log_level = 40\nc.HistoryManager.enabled = False\n"


def own_profile(app: Sphinx) -> None:
    """Point the kernels to a profile inside the build folder, and to the shared modules."""
    home = Path(app.doctreedir) / "ipython"
    profile = home / "profile_default"
    profile.mkdir(parents=True, exist_ok=True)
    (profile / "ipython_kernel_config.py").write_text(SETTINGS)
    os.environ["IPYTHONDIR"] = str(home)
    shared = [str(Path(app.confdir) / "_comparison"), os.environ.get("PYTHONPATH", "")]
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, shared))


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the profile with Sphinx."""
    app.connect("builder-inited", own_profile)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
