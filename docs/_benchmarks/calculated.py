"""Write down how long the processor works on each page, by the build before: no arguments.

The figures are kept in the project so that the same pages can be run in a browser whichever
machine builds the site, and under whatever load.
"""

from __future__ import annotations

import json
from pathlib import Path

HERE = Path(__file__).parent
RECORDS = HERE.parent / "_build" / "kept" / "executed"


def calculated(records: Path) -> dict[str, float]:
    """The seconds of each page that was executed.

    :param records: the folder in which the build keeps what executing pages gave.
    :raises SystemExit: if there are none.
    """
    found = {}
    for path in sorted(records.rglob("*.json")):
        record = json.loads(path.read_text(encoding="utf-8"))
        found[path.relative_to(records).with_suffix("").as_posix()] = record["calculated"]
    if not found:
        raise SystemExit(f"no page was executed in {records}; build the site first")
    return found


if __name__ == "__main__":
    told = json.dumps(calculated(RECORDS), indent=1)
    (HERE / "cells.json").write_text(f"{told}\n", encoding="utf-8")
