"""What the benchmark wrote is condensed rightly: ratios by turn, and who is missing is named."""

from __future__ import annotations

import re
from copy import deepcopy
from itertools import pairwise
from typing import Any

import pytest
from condense import condensed
from plotting import LogScale, dot_stacks
from speed import Speed, exponent, geometric_mean, measured
from speed_plots import code_plot, depth_plot, peers_plot

SLOW_TURN = 100.0
LAYERS = (10, 100, 1000)


def taken(part: str, subject: str, who: str, turn: int, *seconds: float, **more: Any) -> Any:
    told = {"part": part, "subject": subject, "who": who, "turn": turn, **more}
    return {"extra_info": told, "stats": {"data": list(seconds)}}


def raw(tensorgrad: bool = True) -> dict[str, Any]:
    """A made-up run of three turns; in the last the machine did something else too."""
    benchmarks = []
    for turn, slower in enumerate((1.0, 1.0, SLOW_TURN)):
        for who, seconds in {"by hand": 2.0, "derivlib": 3.0, "JAX": 30.0}.items():
            more = {"peak": 5_000_000, "sizes": {"n": 7}} if turn == 0 and who == "by hand" else {}
            benchmarks.append(
                taken("code", "ridge", who, turn, *[seconds * slower] * 4, 1e9, **more)
            )
        for subject, sympy in {"traces: square": 8.0, "norms: of a vector": 2.0}.items():
            benchmarks.append(taken("deriving", subject, "derivlib", turn, slower))
            benchmarks.append(taken("deriving", subject, "SymPy", turn, sympy * slower))
            if tensorgrad:
                benchmarks.append(taken("deriving", subject, "tensorgrad", turn, 6.0 * slower))
        for k in LAYERS:
            benchmarks.append(taken("depth", str(k), "one", turn, 0.1 * k, peak=50 * k))
            benchmarks.append(taken("depth", str(k), "all", turn, 0.2 * k, peak=90 * k))
        for who, seconds in {"nothing": 0.1, "SymPy": 0.5, "derivlib": 0.7}.items():
            benchmarks.append(taken("importing", "import", who, turn, seconds))
        for who, seconds in {"derive": 0.1, "4×3×2": 0.3}.items():
            benchmarks.append(taken("verifying", "L", who, turn, seconds))
    peers = {
        "SymPy": "1.0",
        "tensorgrad": "0.1" if tensorgrad else None,
        "JAX": "2",
        "PyTorch": None,
    }
    with_what = {"processors": 4, "processors used": 1, "Python": "3.12"}
    return {"benchmarks": benchmarks, "measured_with": with_what, "peers": peers}


def speed(run: dict[str, Any]) -> Speed:
    parts = ("deriving", "depth", "importing", "verifying")
    return Speed(condensed(run, parts), condensed(run, ["code"]))


def cells(table: Any) -> dict[str, tuple[str, ...]]:
    rows = ([cell.replace("\N{NO-BREAK SPACE}", " ") for cell in row] for row in table.rows)
    return {first: tuple(others) for first, *others in rows}


def test_a_ratio_is_that_of_medians_of_one_turn():
    """A turn in which everything took a hundred times longer changes no ratio."""
    (row,) = condensed(raw(), ["code"])["code"]
    assert row["ratio"] == {"by hand": 1.0, "derivlib": 1.5, "JAX": 15.0}
    assert row["peak"] == {"by hand": 5_000_000}


def test_a_peer_that_takes_turns_alone_is_compared_within_each():
    run = raw()
    for one in run["benchmarks"]:
        told = one["extra_info"]
        if (told["part"], told["who"], told["turn"]) == ("code", "derivlib", 1):
            one["stats"]["data"] = [8.0]
    (row,) = condensed(run, ["code"])["code"]
    assert row["ratio"]["derivlib"] == 1.5  # of 1.5, 4 and 1.5
    assert row["seconds"]["by hand"] == 2.0


def test_a_part_that_was_not_measured_is_no_empty_table():
    run = raw()
    run["benchmarks"] = [one for one in run["benchmarks"] if one["extra_info"]["part"] != "code"]
    with pytest.raises(ValueError, match="code"):
        condensed(run, ["code"])


def test_what_was_measured_twice_is_refused():
    run = raw()
    run["benchmarks"].append(deepcopy(run["benchmarks"][0]))
    with pytest.raises(ValueError, match=r"by hand was measured twice on 'ridge' in turn 0"):
        condensed(run, ["code"])


def test_a_missing_peer_is_said_to_be_missing():
    found = speed(raw(tensorgrad=False))
    assert "Not installed, and so not measured: tensorgrad, PyTorch." in found.about().text
    assert "tensorgrad is not installed" in found.against("tensorgrad").text
    assert "tensorgrad is not installed" in found.groups_table()._repr_markdown_()
    (goal,) = (goal for goal in found.goals() if "tensorgrad" in goal.what)
    assert goal.row[2:] == ("", "tensorgrad is not installed")
    assert not goal.met
    assert "PyTorch is not installed" in found.code_in_words().text
    assert cells(found.code_table())["ridge"][-2:] == ("15", "not installed")


def test_tables_and_goals_say_what_was_found():
    found = speed(raw())
    assert cells(found.groups_table()) == {
        "traces": ("1", "8.0", "1", "6.0"),
        "norms": ("1", "2.0", "1", "6.0"),
    }
    verdicts = cells(found.goals_table())
    (sympy,) = (row for what, row in verdicts.items() if "SymPy" in what)
    assert sympy == ("at least 10", "4.00", "**missed**")
    (peer,) = (row for what, row in verdicts.items() if "tensorgrad" in what)
    assert peer == ("at least 5", "6.00", "reached")
    assert verdicts["the same: on any task"][1:] == ("1.50", "**missed**")
    assert cells(found.importing_table())["`import derivlib`"] == ("600 ms", "+200 ms", "1.50")
    assert cells(found.verifying_table())["verifying at 4×3×2"] == ("300.0 ms", "3.0")
    assert cells(found.memory_table())["ridge"] == ("n = 7", "5.00 MB", "", "")
    assert "times as long as one at 1000 layers" in found.depth_in_words().text
    assert "derivlib is the slower one on 0." in found.against("SymPy").text


def test_the_exponent_is_that_of_a_power():
    assert exponent([(k, 3.0 * k**1.25) for k in LAYERS]) == pytest.approx(1.25)
    assert exponent([(k, 7.0) for k in LAYERS]) == pytest.approx(0)
    assert geometric_mean([2, 8]) == pytest.approx(4)


def test_plots_are_of_the_data():
    """A mark for each number, in order, and words that say them; the same bytes each time."""
    found = speed(raw())
    for made in (depth_plot, peers_plot, code_plot):
        drawn = made(found)._repr_html_()
        assert drawn == made(speed(raw()))._repr_html_()
        assert drawn.count('role="img"') == 2
        assert len(set(re.findall(r'<desc id="([^"]+)"', drawn))) == 2
    marks = [part for part in peers_plot(found).draw(680).parts if 'class="mark' in part]
    assert len(marks) == 4
    assert "ridge: derivlib 1.50, JAX 15.00." in code_plot(found).description
    xs = [
        float(x) for x in re.findall(r'cx="([\d.]+)"', "".join(depth_plot(found).draw(350).parts))
    ]
    first = xs[: len(LAYERS)]
    steps = [b - a for a, b in pairwise(first)]
    assert steps[0] == pytest.approx(steps[1], abs=0.2)
    assert steps[0] > 0


def test_a_logarithmic_axis():
    scale = LogScale(1, 100, 50, 250)
    assert [scale(value) for value in (1, 10, 100)] == pytest.approx([50, 150, 250])
    assert scale.ticks == [1, 10, 100]
    assert LogScale(0.4, 6, 0, 1).ticks == [0.5, 1, 2, 5]
    assert dot_stacks([10, 10, 100], scale, 10) == [(155, 0), (155, 1), (255, 0)]


def test_the_data_of_the_page_can_be_read():
    """Names of machines and folders are no part of it."""
    found = measured()
    assert len(found.code["code"]) >= 14
    assert len(found.goals()) == len(found.goals_table().rows)
    assert "node" not in found.deriving["measured_with"]
