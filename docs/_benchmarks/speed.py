"""What the benchmark of the library found, as tables and sentences for a page."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, log
from pathlib import Path
from statistics import fmean
from typing import Any

from building_times import Table

HERE = Path(__file__).parent
MEGABYTE = 1e6
NBSP = "\N{NO-BREAK SPACE}"
HAND, OURS = "by hand", "derivlib"
CODE_PEERS = ("JAX", "PyTorch")
CHECKED, UNTOLD = "derivlib, arguments checked", "derivlib, sizes not told"
LARGE = "200×100×50"


@dataclass(frozen=True)
class Prose:
    """Sentences that a page shows.

    :param text: in Markdown.
    """

    text: str

    def _repr_markdown_(self) -> str:
        return self.text


@dataclass(frozen=True)
class Goal:
    """What was aimed at, and what was found.

    :param what: what is measured.
    :param bound: the number that was aimed at.
    :param found: the number that was found; none if it could not be measured.
    :param at_least: whether more is better.
    :param missing: why there is no number.
    """

    what: str
    bound: float
    found: float | None
    at_least: bool = False
    missing: str = ""

    @property
    def met(self) -> bool:
        """Whether it was reached."""
        if self.found is None:
            return False
        return self.found >= self.bound if self.at_least else self.found <= self.bound

    @property
    def row(self) -> tuple[str, ...]:
        """The goal as a row of a table."""
        aimed = f"at{NBSP}{'least' if self.at_least else 'most'}{NBSP}{self.bound:g}"
        if self.found is None:
            return self.what, aimed, "", self.missing
        return self.what, aimed, f"{self.found:.2f}", "reached" if self.met else "**missed**"


def geometric_mean(values: Iterable[float]) -> float:
    """The mean of ratios, in which twice as much and half as much make one."""
    return exp(fmean(map(log, values)))


def exponent(points: Sequence[tuple[float, float]]) -> float:
    """The power of x that y grows with: the slope of the line through logarithms.

    :param points: pairs of x and y, of at least two x.
    """
    xs, ys = ([log(value) for value in column] for column in zip(*points, strict=True))
    x, y = fmean(xs), fmean(ys)
    above = sum((a - x) * (b - y) for a, b in zip(xs, ys, strict=True))
    return above / sum((a - x) ** 2 for a in xs)


@dataclass(frozen=True)
class Speed:
    """The results of one run of the benchmark.

    :param deriving: what it wrote of deriving, importing and verifying.
    :param code: what it wrote of code.
    """

    deriving: Mapping[str, Any]
    code: Mapping[str, Any]

    def about(self) -> Prose:
        """With what it was measured."""
        told = dict(self.deriving["measured_with"])
        here, used = told.pop("processors"), told.pop("processors used")
        named = [*told.items(), *self.deriving["peers"].items()]
        present = ", ".join(f"{name} {number}" for name, number in named if number)
        missing = [name for name, number in named if not number]
        absent = f" Not installed, and so not measured: {', '.join(missing)}." if missing else ""
        return Prose(f"Measured on {used} of {here} processors with {present}.{absent}")

    def missing(self, peer: str) -> str:
        """Why there are no numbers of a peer; empty if there are."""
        return "" if self.deriving["peers"].get(peer) else f"{peer} is not installed"

    # Depth

    def depth(self, quantity: str, who: str) -> list[tuple[float, float]]:
        """Pairs of a number of layers, and the seconds or bytes of `one` variable or `all`."""
        return [(int(row["subject"]), row[quantity][who]) for row in self.deriving["depth"]]

    def all_to_one(self) -> dict[int, float]:
        """How many times longer all parameters take than one, for each number of layers."""
        return {
            int(row["subject"]): row["seconds"]["all"] / row["seconds"]["one"]
            for row in self.deriving["depth"]
        }

    def depth_table(self) -> Table:
        """Seconds and megabytes for every number of layers."""
        rows = []
        for row in self.deriving["depth"]:
            seconds, peak = row["seconds"], row["peak"]
            rows.append(
                (
                    row["subject"],
                    f"{seconds['one']:.3f}{NBSP}s",
                    f"{seconds['all']:.3f}{NBSP}s",
                    f"{seconds['all'] / seconds['one']:.1f}",
                    f"{peak['one'] / MEGABYTE:.1f}{NBSP}MB",
                    f"{peak['all'] / MEGABYTE:.1f}{NBSP}MB",
                )
            )
        heads = ("layers", "time, one", "all", "all / one", "memory, one", "all")
        return Table(heads, tuple(rows))

    def depth_in_words(self) -> Prose:
        """The powers that time and memory grow with."""
        powers = {
            (quantity, who): exponent(self.depth(quantity, who))
            for quantity in ("seconds", "peak")
            for who in ("one", "all")
        }
        ratios = self.all_to_one()
        worst = max(ratios, key=lambda layers: ratios[layers])
        return Prose(
            f"By the line through all points, time grows with the power "
            f"{powers['seconds', 'one']:.2f} of the number of layers for one parameter and "
            f"{powers['seconds', 'all']:.2f} for all; peak memory with {powers['peak', 'one']:.2f} "
            f"and {powers['peak', 'all']:.2f}. All parameters together take "
            f"{ratios[max(ratios)]:.1f} times as long as one at {max(ratios)} layers, and at most "
            f"{ratios[worst]:.1f} times, at {worst} layers."
        )

    # Deriving, against others

    def ratios(self, peer: str) -> dict[str, float]:
        """How many times longer a peer takes than derivlib, for each expression it gets right."""
        return {
            row["subject"]: row["ratio"][peer]
            for row in self.deriving["deriving"]
            if peer in row["ratio"]
        }

    def against(self, peer: str) -> Prose:
        """How derivlib compares with a peer, in sentences."""
        ratios = self.ratios(peer)
        if not ratios:
            return Prose(f"{self.missing(peer)}: nothing to compare.")
        least, most = min(ratios, key=ratios.__getitem__), max(ratios, key=ratios.__getitem__)
        slower = sum(ratio < 1 for ratio in ratios.values())
        count = len(self.deriving["deriving"])
        return Prose(
            f"Of the {count} expressions {peer} is compared on {len(ratios)}. It takes "
            f"{geometric_mean(ratios.values()):.1f} times as long as derivlib by the geometric "
            f"mean: from {ratios[least]:.2g} times ({least}) to {ratios[most]:.2g} times ({most}). "
            f"derivlib is the slower one on {slower}."
        )

    def groups_table(self) -> Table:
        """Geometric means by the group of the expression."""
        peers = ("SymPy", "tensorgrad")
        names = list(dict.fromkeys(_group(row["subject"]) for row in self.deriving["deriving"]))
        rows = []
        for name in names:
            cells = [name]
            for peer in peers:
                found = [r for subject, r in self.ratios(peer).items() if _group(subject) == name]
                shown = f"{geometric_mean(found):.1f}" if found else ""
                cells += [str(len(found) or ""), shown]
            rows.append(tuple(cells))
        heads = ["expressions"]
        for peer in peers:
            heads += [peer, "times as long"]
        if absent := [why for peer in peers if (why := self.missing(peer))]:
            rows.append((f"*{'; '.join(absent)}*", "", "", "", ""))
        return Table(tuple(heads), tuple(rows))

    # Importing and verifying

    def added(self) -> dict[str, float]:
        """Milliseconds that importing adds to starting Python."""
        seconds = dict(self.deriving["importing"][0]["seconds"])
        empty = seconds.pop("nothing")
        return {what: 1000 * (taken - empty) for what, taken in seconds.items()}

    def importing_table(self) -> Table:
        """What each import takes, and how much more than SymPy's."""
        added = self.added()
        told = {"SymPy": "import sympy", "derivlib": "import derivlib"}
        told["from derivlib"] = "from derivlib import derive"
        rows = tuple(
            (f"`{told[what]}`", f"{ms:.0f}{NBSP}ms", f"{ms - added['SymPy']:+.0f}{NBSP}ms",
             f"{ms / added['SymPy']:.2f}")
            for what, ms in added.items()
        )  # fmt: skip
        return Table(("import", "takes", "beyond SymPy", "times as long"), rows)

    def verifying_table(self) -> Table:
        """What deriving and verifying take."""
        row = self.deriving["verifying"][0]
        rows = [
            (what, f"{1000 * seconds:.1f}{NBSP}ms", f"{row['ratio'][what]:.1f}")
            for what, seconds in row["seconds"].items()
        ]
        if LARGE not in row["seconds"]:
            rows.append((LARGE, "", "not measured"))
        told = {"derive": "deriving"}
        named = ((told.get(what, f"verifying at {what}"), *cells) for what, *cells in rows)
        return Table(("λ(σ(XW)) by W", "takes", "times as long"), tuple(named))

    # Code

    def code_ratios(self, who: str) -> dict[str, float]:
        """How many times longer someone takes than the hand-written form, for each task."""
        return {
            row["subject"]: row["ratio"][who] for row in self.code["code"] if who in row["ratio"]
        }

    def code_in_words(self) -> Prose:
        """How the code that derivlib writes compares, in sentences."""
        ours = self.code_ratios(OURS)
        worst = max(ours, key=ours.__getitem__)
        over = [name for name, ratio in ours.items() if ratio > CODE_BOUND]
        said = [
            f"Over {len(ours)} tasks derivlib's code takes {geometric_mean(ours.values()):.2f} "
            f"times as long as the hand-written form by the geometric mean, at most "
            f"{ours[worst]:.2f} times ({worst}); more than {CODE_BOUND:g} times on {len(over)}"
            + (f": {', '.join(over)}." if over else ".")
        ]
        for peer in CODE_PEERS:
            ratios = self.code_ratios(peer)
            if why := self.missing(peer):
                said.append(f"{why}.")
            elif ratios:
                said.append(f"{peer} takes {geometric_mean(ratios.values()):.1f} times as long.")
        return Prose(" ".join(said))

    def code_table(self) -> Table:
        """Every task: what the hand-written form takes, and everyone's ratio to it."""
        who = {
            OURS: "derivlib",
            CHECKED: "checked",
            UNTOLD: "sizes not told",
            **{peer: peer for peer in CODE_PEERS},
        }
        rows = []
        for row in self.code["code"]:
            cells = [row["subject"], f"{1000 * row['seconds'][HAND]:.3g}{NBSP}ms"]
            cells += [_ratio(row["ratio"].get(each), self.missing(each)) for each in who]
            rows.append(tuple(cells))
        return Table(("task", HAND, *who.values()), tuple(rows))

    def memory_table(self) -> Table:
        """Every task: its sizes, and the peak memory of a call."""
        who = (HAND, OURS, "JAX")
        rows = tuple(
            (
                row["subject"],
                _sizes(row["sizes"][HAND]),
                *(_megabytes(row["peak"].get(each)) for each in who),
            )
            for row in self.code["code"]
        )
        return Table(("task", "sizes", *who), rows)

    # All of it

    def goals(self) -> list[Goal]:
        """What was aimed at, and what was found."""
        ours = self.code_ratios(OURS)
        return [
            Goal("deriving by one parameter, power of the depth: time", 1.1,
                 exponent(self.depth("seconds", "one"))),
            Goal("the same: peak memory", 1.1, exponent(self.depth("peak", "one"))),
            Goal("all parameters, times as long as one: at the greatest depth", 1.5,
                 self.all_to_one()[max(self.all_to_one())]),
            Goal("the same: at any depth", 1.5, max(self.all_to_one().values())),
            self._ahead_of("SymPy", 10),
            self._ahead_of("tensorgrad", 5),
            Goal("NumPy code, times as long as by hand: geometric mean", CODE_BOUND,
                 geometric_mean(ours.values())),
            Goal("the same: on any task", CODE_BOUND, max(ours.values())),
        ]  # fmt: skip

    def _ahead_of(self, peer: str, bound: float) -> Goal:
        ratios = self.ratios(peer).values()
        found = geometric_mean(ratios) if ratios else None
        what = f"deriving, {peer}'s time in times of derivlib's: geometric mean"
        return Goal(what, bound, found, at_least=True, missing=self.missing(peer))

    def goals_table(self) -> Table:
        """Every goal, and whether it was reached."""
        return Table(
            ("measured", "goal", "found", "verdict"), tuple(goal.row for goal in self.goals())
        )


CODE_BOUND = 1.1


def _group(subject: str) -> str:
    return subject.partition(":")[0]


def _sizes(sizes: Mapping[str, int]) -> str:
    return ", ".join(f"{name}{NBSP}={NBSP}{value}" for name, value in sizes.items())


def _ratio(ratio: float | None, missing: str) -> str:
    if ratio is None:
        return "not installed" if missing else ""
    return f"{ratio:.2f}" if ratio < 10 else f"{ratio:.0f}"


def _megabytes(peak: float | None) -> str:
    return "" if peak is None else f"{peak / MEGABYTE:.2f}{NBSP}MB"


def measured() -> Speed:
    """The data of the last run of the benchmark.

    :raises FileNotFoundError: if it has not been run.
    """
    parts = []
    for name in ("deriving", "code"):
        path = HERE / f"{name}.json"
        if not path.exists():
            raise FileNotFoundError(f"{path.name} is missing: run `nox -s bench`")
        parts.append(json.loads(path.read_text(encoding="utf-8")))
    return Speed(*parts)
