"""A computation graph as a list, as sentences, and as data from which a figure is drawn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, Protocol

from sympy import Expr, sympify

from derivlib.display.formula import Formula, displayed, rows_of
from derivlib.display.latex import latex
from derivlib.expressions.text import text

MIME_TYPE = "application/vnd.derivlib.graph+json"
"""How a cell of a notebook says that its output is a computation graph."""


class NodeLike(Protocol):
    """What is needed of a node to show it."""

    @property
    def name(self) -> Expr: ...
    @property
    def kind(self) -> str: ...
    @property
    def definition(self) -> Expr | None: ...
    @property
    def derivative(self) -> Expr | None: ...
    @property
    def local(self) -> Expr | None: ...


class EdgeLike(Protocol):
    """What is needed of an edge to show it."""

    @property
    def start(self) -> Expr: ...
    @property
    def end(self) -> Expr: ...
    @property
    def derivative(self) -> Expr | None: ...


class GraphLike(Protocol):
    """What is needed of a graph to show it."""

    @property
    def nodes(self) -> Sequence[NodeLike]: ...
    @property
    def edges(self) -> Sequence[EdgeLike]: ...
    @property
    def output(self) -> Expr: ...
    @property
    def wrt(self) -> Expr: ...
    @property
    def forwards(self) -> bool: ...


class _Said(NamedTuple):
    """A piece of mathematics, set and in one line of text."""

    tex: str
    text: str

    @classmethod
    def expression(cls, expr: Expr) -> _Said:
        return cls(latex(expr), text(expr))

    @classmethod
    def equation(cls, left: Expr, right: Expr) -> _Said:
        return cls(f"{latex(left)} = {latex(right)}", f"{text(left)} = {text(right)}")

    @property
    def both(self) -> dict[str, str]:
        """Both forms, as data."""
        return self._asdict()

    def grouped(self) -> _Said:
        """The same in parentheses if it is a sum."""
        is_sum = any(sign in self.text for sign in "+-")
        return _Said(f"({self.tex})", f"({self.text})") if is_sum else self

    @classmethod
    def shape(cls, expr: Expr) -> _Said:
        """Rows × columns."""
        rows, cols = (cls.expression(size).grouped() for size in map(sympify, expr.shape))
        return cls(rf"{rows.tex} \times {cols.tex}", f"{rows.text}×{cols.text}")


def _sized(expr: Expr) -> Iterator[_Said | str]:
    """The shape of a value, after a comma."""
    if expr.is_Matrix:
        yield ", "
        yield _Said.shape(expr)
    else:
        yield ", a scalar"


def _sentence(node: NodeLike) -> Iterator[_Said | str]:
    """Say what a node is, its shape, and the derivative there."""
    if node.definition is None:
        yield _Said.expression(node.name)
        yield " is the variable" if node.kind == "variable" else f" is {node.kind}"
    else:
        yield _Said.equation(node.name, node.definition)
    yield from _sized(node.name)
    if node.derivative is not None and node.local is not None:
        yield "; "
        yield _Said.equation(node.derivative, node.local)
        yield from _sized(node.local)
    yield "."


def written(node: NodeLike) -> str:
    """Write a node in one line of text: its definition, its shape, the derivative there."""
    return "".join(part if isinstance(part, str) else part.text for part in _sentence(node))


def _words(node: NodeLike) -> list[str]:
    """The same for a page: text and formulas in turn, text first."""
    words = [""]
    for part in _sentence(node):
        if isinstance(part, str):
            words[-1] += part
        else:
            words += [displayed(part.tex), ""]
    return words


def listing(graph: GraphLike) -> Formula:
    """Set a graph as a list: a line for each node, values on the left, derivatives beside them."""
    rows = []
    for node in graph.nodes:
        name, shape = latex(node.name), ""
        if node.name.is_Matrix:
            shape = rf"\quad ({_Said.shape(node.name).tex})"
        right = rf"\ \text{{{node.kind}}}" if node.definition is None else latex(node.definition)
        row = f"{name} {'&=' if node.definition is not None else '&'} {right}{shape}"
        if node.derivative is not None and node.local is not None:
            row += rf" & \qquad {latex(node.derivative)} &= {latex(node.local)}"
            if node.local.is_Matrix:
                row += rf"\quad ({_Said.shape(node.local).tex})"
        rows.append(row)
    return Formula(rows_of(rows))


def _boxed(node: NodeLike, number: int) -> dict[str, Any]:
    """What stands in the box of a node."""
    lines = [
        _Said.expression(node.name)
        if node.definition is None
        else _Said.equation(node.name, node.definition)
    ]
    if node.derivative is not None and node.local is not None:
        lines.append(_Said.equation(node.derivative, node.local))
    return {
        "id": number,
        "kind": node.kind,
        "lines": [line.both for line in lines],
        "words": _words(node),
        "text": written(node),
    }


def _label(expr: Expr, of: Expr) -> dict[str, Any]:
    """What stands beside an edge: a name, and the shape of what it names."""
    shape = _Said.shape(of) if of.is_Matrix else _Said("", "")
    return {**_Said.expression(expr).both, "shape": shape.both}


def drawing(graph: GraphLike) -> dict[str, Any]:
    """Everything a figure of a graph shows, as data.

    :returns: nodes with the lines in their boxes and a sentence each; edges with what travels
        along them, forward and, if anything, the derivative; formulas in TeX and as text.
    """
    numbers = {node.name: number for number, node in enumerate(graph.nodes)}
    derivatives = {node.name: node.derivative for node in graph.nodes}
    parts = Counter(edge.start for edge in graph.edges if edge.derivative is not None)
    edges = []
    for edge in graph.edges:
        carried: dict[str, Any] | None = None
        if edge.derivative is not None:
            whole = derivatives[edge.start]
            shown = edge.derivative if parts[edge.start] > 1 and not graph.forwards else whole
            carried = _label(shown or edge.derivative, edge.derivative)
        edges.append(
            {
                "start": numbers[edge.start],
                "end": numbers[edge.end],
                "value": _label(edge.start, edge.start),
                "derivative": carried,
            }
        )
    return {
        "forwards": graph.forwards,
        "output": _Said.expression(graph.output).both,
        "variable": _Said.expression(graph.wrt).both,
        "nodes": [_boxed(node, number) for number, node in enumerate(graph.nodes)],
        "edges": edges,
    }
