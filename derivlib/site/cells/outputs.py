"""What a cell gives: streams, results and errors in their order, as a notebook holds them."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from itertools import groupby
from operator import itemgetter
from typing import Any

from derivlib.display.graph_text import MIME_TYPE

Output = dict[str, Any]
LONGEST = 200_000
"""How many characters a cell may print; a page could not show more."""
ORDER = (
    MIME_TYPE,
    "text/html",
    "image/svg+xml",
    "image/png",
    "image/gif",
    "image/jpeg",
    "text/markdown",
    "text/latex",
    "text/plain",
)
"""What a page shows rather than what comes after it: figures, and then as MyST-NB has it."""
PAUSE = 0.2
"""Seconds that printed text may wait before it is shown."""


def merged(outputs: Iterable[Mapping[str, Any]]) -> list[Output]:
    """Outputs with each stream in one piece, as the page shows them.

    :param outputs: those of one cell, of a notebook or of `Outputs`.
    """
    found: list[Output] = []
    streams: dict[str, Output] = {}
    for output in outputs:
        if output["output_type"] != "stream":
            found.append(dict(output))
        elif output["name"] not in streams:
            streams[output["name"]] = {**output, "text": output["text"].rstrip() + "\n"}
            found.append(streams[output["name"]])
        elif text := output["text"].rstrip():
            streams[output["name"]]["text"] += f"{text}\n"
    return found


def shown(data: Mapping[str, Any]) -> tuple[str, Any]:
    """What a page shows of all that a result can be shown as.

    :param data: a MIME bundle.
    """
    for mime in ORDER:
        if mime in data:
            return mime, data[mime]
    return "", ""


def digest(outputs: Iterable[Mapping[str, Any]]) -> str:
    """Tell outputs of a cell apart, by all that a page shows of them.

    :param outputs: see `merged`; counters of a notebook make no difference.
    """
    parts: list[Any] = []
    for output in merged(outputs):
        if output["output_type"] == "stream":
            parts.append([output["name"], output["text"]])
        elif output["output_type"] == "error":
            parts.append(["error", output["ename"], output["evalue"]])
        else:
            parts.append(["shown", *shown(output["data"])])
    return sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


class Outputs:
    """Takes down what a cell gives and tells of it.

    :param tell: called with each output, and with pieces of what is printed.
    """

    def __init__(self, tell: Callable[[Output], None]) -> None:
        self.tell = tell
        self.all: list[Output] = []
        self.printed = 0
        self.untold: list[tuple[str, str]] = []
        self.since = time.monotonic()

    def add(self, output: Output) -> None:
        """Take down an output that is no stream."""
        self.flush()
        self.all.append(output)
        self.tell(output)

    def write(self, name: str, text: str) -> None:
        """Take down what is printed, up to a length."""
        before, self.printed = self.printed, self.printed + len(text)
        if before > LONGEST or not text:
            return
        if self.printed > LONGEST:
            text = text[: LONGEST - before] + "\n… more was printed than a page can show\n"
        last = self.all[-1] if self.all else {}
        if last.get("name") == name:
            last["text"] += text
        else:
            self.all.append({"output_type": "stream", "name": name, "text": text})
        self.untold.append((name, text))
        if time.monotonic() - self.since > PAUSE:
            self.flush()

    def flush(self) -> None:
        """Tell of what was printed and not told yet."""
        for name, texts in groupby(self.untold, itemgetter(0)):
            text = "".join(map(itemgetter(1), texts))
            self.tell({"output_type": "stream", "name": name, "text": text})
        self.untold = []
        self.since = time.monotonic()


class Stream(io.TextIOBase):
    """What a cell prints to.

    :param outputs: what takes it down.
    :param name: "stdout" or "stderr".
    """

    encoding = "utf-8"

    def __init__(self, outputs: Outputs, name: str) -> None:
        self.outputs, self.stream = outputs, name

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self.outputs.write(self.stream, text)
        return len(text)
