"""Build the site twice and compare every byte: `python3 noxfile.py -s same-bytes`.

The builds differ in everything that must not matter: the folder, the seed of the hashes, how
many processes there are, the time.
"""

from __future__ import annotations

import contextlib
import filecmp
import sys
import tempfile
from pathlib import Path

from copies import Copy, commit_time


def differences(first: Path, second: Path) -> list[str]:
    """Name the files that two folders do not have in common, or that differ in a byte."""
    names = {
        path.relative_to(folder).as_posix()
        for folder in (first, second)
        for path in folder.rglob("*")
        if path.is_file()
    }
    _, *others = filecmp.cmpfiles(first, second, sorted(names), shallow=False)
    return sorted(name for group in others for name in group)


def main() -> int:
    """Build twice, compare, and say what differs.

    A folder can be named, in which both sites then stay.

    :returns: 0 if every byte is the same, 1 if not.
    """
    with contextlib.ExitStack() as stack:
        folder = sys.argv[1] if sys.argv[1:] else stack.enter_context(tempfile.TemporaryDirectory())
        epoch = commit_time()
        copies = [Copy.make(Path(folder) / name) for name in ("one", "in/another/folder")]
        for copy, processes, seed in zip(copies, ("1", "3"), ("1", "2"), strict=True):
            environment = {"SOURCE_DATE_EPOCH": epoch, "PYTHONHASHSEED": seed}
            build = copy.build(processes=processes, environment=environment)
            print(f"{copy.root}: built in {build.seconds:.0f} s", flush=True)
        found = differences(*(copy.site for copy in copies))
        for name in found:
            print(f"differs: {name}")
    print(f"{len(found)} files differ" if found else "Every byte is the same.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
