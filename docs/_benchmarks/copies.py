"""Copies of the project to build in, each in a folder of its own."""

from __future__ import annotations

import ctypes
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
SUBREAPER = 36
PROCESSES = str((os.cpu_count() or 1) + 1)
"""How many processes the site is built with; see the noxfile."""


def adopt_orphans() -> None:
    """Have processes whose parent has ended counted here, where the system can do that."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)


def commit_time() -> str:
    """The time of the commit, as `SOURCE_DATE_EPOCH` has it."""
    command = ["git", "log", "-1", "--format=%ct"]
    return subprocess.run(
        command, cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.strip()


@dataclass(frozen=True)
class Build:
    """How long a build took.

    :param seconds: by the clock.
    :param processor: seconds on all processors together.
    :param output: what it printed.
    """

    seconds: float
    processor: float
    output: str


@dataclass(frozen=True)
class Copy:
    """The project's files in another folder.

    :param root: the folder.
    """

    root: Path

    @classmethod
    def make(cls, root: Path) -> Copy:
        """Copy what the repository has, as it lies in the working folder."""
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
        for name in filter(None, listed.stdout.split("\0")):
            if (ROOT / name).is_file():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, root / name)
        (root / "docs" / "node_modules").symlink_to(ROOT / "docs" / "node_modules")
        return cls(root)

    @property
    def site(self) -> Path:
        """Where it is built."""
        return self.root / "site"

    def append(self, file: str, text: str) -> None:
        """Write something at the end of a file."""
        with (self.root / file).open("a", encoding="utf-8") as target:
            target.write(text)

    def build(
        self,
        *options: str,
        processes: str = PROCESSES,
        environment: Mapping[str, str] | None = None,
    ) -> Build:
        """Build the site.

        :param options: for Sphinx.
        :param processes: how many at a time.
        :param environment: what is set beside what is.
        :raises RuntimeError: if it does not build.
        """
        command = [sys.executable, "-m", "sphinx", "-b", "html", "-j", processes, *options]
        command += ["-d", str(self.root / "kept"), str(self.root / "docs"), str(self.site)]
        path = {"PYTHONPATH": os.pathsep.join(map(str, (self.root, *self.folders())))}
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        started = time.perf_counter()
        done = subprocess.run(
            command,
            cwd=self.root,  # where Python looks first
            env={**os.environ, **path, "NO_COLOR": "1", **(environment or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        seconds = time.perf_counter() - started
        if done.returncode:
            raise RuntimeError(f"{self.root} does not build:\n{done.stdout}")
        _wait_for_orphans()
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return Build(seconds, processor, done.stdout)

    def folders(self) -> tuple[Path, ...]:
        """Where pages find modules of their own."""
        docs = self.root / "docs"
        return (docs / "_comparison", docs / "reference", docs / "_benchmarks")


def _wait_for_orphans() -> None:
    """Wait for the processes that were adopted, so that their time is counted."""
    while True:
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return
