"""The plots of the benchmark of the library: cost against depth, ratios on a line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from plotting import NARROW, Drawing, LogScale, Plot, compact, dot_stacks
from speed import CODE_BOUND, CODE_PEERS, MEGABYTE, OURS, Speed, exponent, geometric_mean

Points = Sequence[tuple[float, float]]
SHAPES = {"derivlib": "circle", "JAX": "triangle", "PyTorch": "square"}


# Cost against depth


def depth_plot(speed: Speed) -> Plot:
    """Time and peak memory against the number of layers."""
    panels: dict[str, dict[str, Points]] = {
        "seconds": {who: speed.depth("seconds", who) for who in ("one", "all")},
        "megabytes, at most": {
            who: [(k, peak / MEGABYTE) for k, peak in speed.depth("peak", who)]
            for who in ("one", "all")
        },
    }
    told = " ".join(
        f"In {unit}, for {who}: {'; '.join(f'{k:g} layers {value:.3g}' for k, value in points)}."
        for unit, series in panels.items()
        for who, points in series.items()
    )
    caption = (
        f"{_legend('circle', 'own')} by the first weight · {_legend('square', 'other')} by all "
        "parameters at once · dashed: proportional to the number of layers"
    )
    title = "Time and peak memory of deriving a network against its layers, on logarithmic axes"
    return Plot("depth", title, f"{title}. {told}", caption, partial(_draw_depth, panels))


def _draw_depth(panels: Mapping[str, Mapping[str, Points]], width: int) -> Drawing:
    stacked = width <= NARROW
    panel_width = width if stacked else width / 2
    height = 250.0
    drawing = Drawing(width, height * len(panels) if stacked else height)
    for i, (unit, series) in enumerate(panels.items()):
        left, top = (0.0, i * height) if stacked else (i * panel_width, 0.0)
        _panel(drawing, left, top, panel_width, height, unit, series)
    return drawing


def _panel(
    drawing: Drawing, left: float, top: float, width: float, height: float,
    unit: str, series: Mapping[str, Points],
) -> None:  # fmt: skip
    """One plot of lines, both axes logarithmic."""
    every = [point for points in series.values() for point in points]
    xs, ys = map(list, zip(*every, strict=True))
    across = LogScale(min(xs) / 1.25, max(xs) * 1.25, left + 50, left + width - 14)
    up = LogScale(min(ys) / 1.6, max(ys) * 1.6, top + height - 42, top + 26)
    for x in sorted(set(xs)):
        drawing.line(across(x), up.start, across(x), up.end, "grid")
        drawing.text(across(x), up.start + 16, compact(x))
    for y in up.ticks:
        drawing.line(across.start, up(y), across.end, up(y), "grid")
        drawing.text(across.start - 6, up(y) + 4, compact(y), "end")
    drawing.line(across.start, up.start, across.end, up.start, "axis")
    drawing.line(across.start, up.start, across.start, up.end, "axis")
    drawing.text(across.start, up.end - 10, unit, "start", "title")
    drawing.text((across.start + across.end) / 2, up.start + 34, "layers", kind="title")
    _guide(drawing, across, up, series["one"])
    for who, points in series.items():
        own = who == "one"
        places = [(across(x), up(y)) for x, y in points]
        drawing.path(places, "series own" if own else "series other")
        for x, y in places:
            drawing.mark(x, y, "circle" if own else "square", "own" if own else "other")
    power = exponent(series["one"])
    drawing.power(across.end - 8, up.start - 12, "one: k", power, "value own")


def _guide(drawing: Drawing, across: LogScale, up: LogScale, points: Points) -> None:
    """The line of what is proportional, through the first point but a little below."""
    (x1, y1), (x2, _) = points[0], points[-1]
    start, end = y1 / 1.3, y1 / 1.3 * x2 / x1
    if end <= up.high:
        drawing.line(across(x1), up(start), across(x2), up(end), "guide")


# Ratios of every expression


def peers_plot(speed: Speed) -> Plot:
    """Each expression as a dot at the ratio of a peer's time to derivlib's."""
    found = {peer: list(speed.ratios(peer).values()) for peer in ("SymPy", "tensorgrad")}
    goals = {"SymPy": 10.0, "tensorgrad": 5.0}
    found = {peer: ratios for peer, ratios in found.items() if ratios}
    told = " ".join(
        f"{peer}, {len(ratios)} expressions: from {min(ratios):.2g} to {max(ratios):.2g} times as "
        f"long as derivlib, geometric mean {geometric_mean(ratios):.1f}, goal {goals[peer]:g}."
        for peer, ratios in found.items()
    )
    title = "How many times longer others take to derive, each expression a dot"
    caption = (
        "Each dot is an expression; to the right of 1 derivlib is faster. "
        "The line through the dots is the geometric mean, the dashed one the goal."
    )
    return Plot("peers", title, f"{title}. {told}", caption, partial(_draw_peers, found, goals))


def _draw_peers(
    found: Mapping[str, Sequence[float]], goals: Mapping[str, float], width: int
) -> Drawing:
    size = 6.6
    every = [ratio for ratios in found.values() for ratio in ratios]
    across = LogScale(min([*every, 0.5]) / 1.3, max(every) * 1.3, 12, width - 12)
    stacks = {peer: dot_stacks(ratios, across, size) for peer, ratios in found.items()}
    heights = {peer: size * (max(below for _, below in dots) + 1) for peer, dots in stacks.items()}
    head, gap = 44.0, 34.0
    drawing = Drawing(width, sum(head + height + gap for height in heights.values()) + 14)
    top = 0.0
    for peer, dots in stacks.items():
        floor = top + head + heights[peer]
        drawing.text(across.start, top + 14, f"{peer}, {len(dots)} expressions", "start", "title")
        for tick in across.ticks:
            drawing.line(across(tick), top + head - 8, across(tick), floor, "grid")
            drawing.text(across(tick), floor + 16, f"{compact(tick)}×")
        drawing.line(across.start, floor, across.end, floor, "axis")
        drawing.line(across(1), top + head - 8, across(1), floor, "axis")
        mean = geometric_mean(found[peer])
        drawing.line(across(goals[peer]), top + head - 8, across(goals[peer]), floor, "guide")
        for place, below in dots:
            drawing.mark(place, floor - (below + 0.5) * size, "dot", "own")
        drawing.line(across(mean), top + head - 8, across(mean), floor, "series mean")
        drawing.text(across(mean), top + head - 13, f"mean {mean:.1f}×", kind="value")
        top = floor + gap
    drawing.height = top
    return drawing


# Ratios of every task


def code_plot(speed: Speed) -> Plot:
    """Each task as a row, with everyone at the ratio to the hand-written form."""
    who = [OURS, *(peer for peer in CODE_PEERS if speed.code_ratios(peer))]
    rows = {
        row["subject"]: {each: row["ratio"][each] for each in who if each in row["ratio"]}
        for row in speed.code["code"]
    }
    told = " ".join(
        f"{task}: {', '.join(f'{each} {ratio:.2f}' for each, ratio in ratios.items())}."
        for task, ratios in rows.items()
    )
    title = "Time of calculating a derivative, in times of the hand-written NumPy form"
    marks = " · ".join(
        f"{_legend(SHAPES[each], 'own' if each == OURS else 'other')} {each}" for each in who
    )
    caption = f"{marks} · dashed: the goal, {CODE_BOUND:g}; further left is faster"
    return Plot("code", title, f"{title}. {told}", caption, partial(_draw_code, rows))


def _draw_code(rows: Mapping[str, Mapping[str, float]], width: int) -> Drawing:
    narrow = width <= NARROW
    step, labels = (42.0, 0.0) if narrow else (25.0, 262.0)
    every = [ratio for ratios in rows.values() for ratio in ratios.values()]
    across = LogScale(min([*every, 0.5]) / 1.2, max([*every, 2]) * 1.2, labels + 12, width - 14)
    top, bottom = 8.0, 8.0 + step * len(rows)
    drawing = Drawing(width, bottom + 24)
    for tick in across.ticks:
        drawing.line(across(tick), top, across(tick), bottom, "grid")
        drawing.text(across(tick), bottom + 17, f"{compact(tick)}×")
    drawing.line(across.start, bottom, across.end, bottom, "axis")
    drawing.line(across(1), top, across(1), bottom, "axis")
    drawing.line(across(CODE_BOUND), top, across(CODE_BOUND), bottom, "guide")
    for i, (task, ratios) in enumerate(rows.items()):
        middle = top + step * i + (30 if narrow else step / 2)
        if narrow:
            drawing.text(across.start, middle - 13, task, "start", "label backed")
        else:
            drawing.text(labels, middle + 4, task, "end")
        drawing.line(across.start, middle, across.end, middle, "grid")
        for who, ratio in reversed(ratios.items()):
            kind = "own" if who == OURS else "other"
            drawing.mark(across(ratio), middle, SHAPES[who], kind)
    return drawing


def _legend(shape: str, kind: str) -> str:
    """A mark, to stand in a sentence."""
    drawing = Drawing(12, 12)
    drawing.mark(6, 6.5, shape, kind)
    return f'<svg class="sample" viewBox="0 0 12 12" aria-hidden="true">{drawing.parts[0]}</svg>'
