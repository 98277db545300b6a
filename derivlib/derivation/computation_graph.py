"""The computation that was differentiated, as a graph: values one way, derivatives the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from sympy import Expr, Identity, MatrixSymbol, OneMatrix, Symbol

from derivlib.check import size_symbols
from derivlib.derivation.computed import Computed
from derivlib.derivation.layout import Layout
from derivlib.derivation.outcome import simplified
from derivlib.derivation.own_names import OwnNames
from derivlib.derivation.premises import Premises
from derivlib.display.graph_figure import MOST_NODES, figure
from derivlib.display.graph_text import MIME_TYPE, drawing, listing, written
from derivlib.engine.events import Found
from derivlib.engine.intermediates import Graph
from derivlib.expressions.construction import add, is_zero, zero_like
from derivlib.expressions.substitution import abbreviate
from derivlib.expressions.text import text
from derivlib.nodes import FormalNode

Kind = Literal["constant", "variable", "intermediate", "output"]


@dataclass(frozen=True)
class GraphNode:
    """A quantity of a computation: an input, a named intermediate or the output.

    ```pycon
    >>> from sympy import MatrixSymbol, sin
    >>> from derivlib import derive, sum_entries, text
    >>> X, A = MatrixSymbol("X", 3, 2), MatrixSymbol("A", 2, 3)
    >>> node = derive(sum_entries((A * X).applyfunc(sin)), X).graph[X]
    >>> node.kind, text(node.derivative), text(node.value), text(node.local)
    ('variable', '∂L/∂X', 'Aᵀ*cos(N)', 'Aᵀ*∂L/∂N')

    ```

    :param name: the symbol that stands for it.
    :param kind: "constant" or "variable" for an input, "intermediate" or "output".
    :param definition: what it is computed as, over names; nothing for an input.
    :param derivative: ∂L/∂S, written and not carried out, if it lies between the output and
        the variable; where a scalar is the variable, ∂S/∂t.
    :param value: that derivative over names, as it arrived when the differential of this
        quantity was expanded, simplified.
    :param local: the same in terms of the derivatives next to it: ∂L/∂N = ∂L/∂S ⊙ σ'(N).
    """

    name: Expr
    kind: Kind
    definition: Expr | None = None
    derivative: Expr | None = None
    value: Expr | None = None
    local: Expr | None = None

    def __str__(self) -> str:
        return written(self)

    __repr__ = __str__


@dataclass(frozen=True)
class GraphEdge:
    """One quantity is computed from another.

    :param start: the name of what is used.
    :param end: the name of what is computed from it.
    :param derivative: what travels along it: the part of ∂L/∂N that comes from S, in terms of
        ∂L/∂S; where a scalar is the variable, ∂N/∂t, which goes from N to S. Nothing on edges
        from constants.
    """

    start: Expr
    end: Expr
    derivative: Expr | None = None

    def __str__(self) -> str:
        carried = "" if self.derivative is None else f": {text(self.derivative)}"
        return f"{text(self.start)} → {text(self.end)}{carried}"

    __repr__ = __str__


@dataclass(frozen=True, eq=False)
class ComputationGraph:
    """What is computed from what, and the derivatives on the way to the variable.

    A notebook shows it as a figure, and as a list where it has more than 40 quantities.

    ```pycon
    >>> from sympy import Function, MatrixSymbol, symbols
    >>> from derivlib import derive
    >>> n, m, p = symbols("n m p", integer=True, positive=True)
    >>> X, W = MatrixSymbol("X", n, m), MatrixSymbol("W", m, p)
    >>> print(derive(Function("lambda")((X * W).applyfunc(Function("sigma"))), W).graph)
    X is constant, n×m.
    W is the variable, m×p; ∂L/∂W = Xᵀ*∂L/∂N, m×p.
    N = X*W, n×p; ∂L/∂N = ∂L/∂S ⊙ σ'(N), n×p.
    S = σ(N), n×p; ∂L/∂S = ∂λ(S)/∂S, n×p.
    L = λ(S), a scalar.

    ```

    :param nodes: inputs, intermediates and the output, in the order of computation.
    :param edges: from each quantity to what is computed from it.
    :param output: the name of the output.
    :param wrt: the variable.
    :param forwards: whether derivatives go the way of the values, as they do where a scalar
        is the variable and the output a matrix.
    :param derivations: the one that it is the graph of.
    """

    nodes: tuple[GraphNode, ...]
    edges: tuple[GraphEdge, ...]
    output: Expr
    wrt: Expr
    forwards: bool = False
    derivations: tuple[Any, ...] = ()

    @cached_property
    def _by_name(self) -> Mapping[Expr, GraphNode]:
        return {node.name: node for node in self.nodes}

    def __getitem__(self, name: Expr) -> GraphNode:
        """The node of a name.

        :raises KeyError: if nothing has that name.
        """
        return self._by_name[name]

    def _repr_mimebundle_(self, **_: object) -> dict[str, object]:
        """Everything a notebook may show: what it makes a figure of, the figure, the list."""
        latex = self._repr_latex_()  # in the bundle too: some notebooks look no further
        bundle: dict[str, object] = {
            MIME_TYPE: drawing(self),
            "text/latex": latex,
            "text/plain": str(self),
        }
        drawn = self._repr_html_()
        return bundle if drawn is None else {"text/html": drawn, **bundle}

    def _repr_html_(self) -> str | None:
        return figure(drawing(self)) if len(self.nodes) <= MOST_NODES else None

    def _repr_latex_(self) -> str:
        return listing(self)._repr_latex_()

    def __str__(self) -> str:
        return "\n".join(map(written, self.nodes))

    __repr__ = __str__


def _is_compound(expr: Expr) -> bool:
    """Tell whether a derivative is long enough for its name to be shorter."""
    plain = (Symbol, MatrixSymbol, Identity, OneMatrix, FormalNode)
    return bool(expr.args) and not isinstance(expr, plain) and not expr.is_Number


@dataclass(frozen=True)
class _Drawer:
    """Goes through a graph after its derivative has been found."""

    computed: Computed
    premises: Premises
    wrt: Expr
    compact: Expr
    uses: Mapping[Expr, list[Expr]]

    @property
    def graph(self) -> Graph:
        return self.computed.graph

    @property
    def found(self) -> Found:
        return self.computed.found

    @property
    def layout(self) -> Layout:
        return self.computed.layout

    @property
    def output(self) -> Expr:
        return self.computed.output

    @cached_property
    def users(self) -> Mapping[Expr, list[Expr]]:
        """Where each quantity is used."""
        found: dict[Expr, list[Expr]] = {}
        for place, used in self.uses.items():
            for name in used:
                found.setdefault(name, []).append(place)
        return found

    def simplified(self, expr: Expr) -> Expr:
        return self.own_names(simplified(expr, self.premises.facts))

    @cached_property
    def own_names(self) -> OwnNames:
        """What writes the names that the author gave."""
        return OwnNames(self.graph.own_names)

    def derivative(self, name: Expr) -> Expr:
        """∂L/∂N, or ∂N/∂t, not carried out."""
        if self.layout is not Layout.RATE:
            return self.layout.label(self.output, name)
        layout = Layout.RATE if name.is_Matrix else Layout.GRADIENT
        return layout.label(name, self.wrt)

    def value(self, name: Expr) -> Expr:
        """What arrived at a name; nothing arrives where terms cancel."""
        if name in (self.wrt, self.output):
            return self.compact
        return self.simplified(self.found.arrived.get(name, zero_like(self.derivative(name))))

    def through(self, place: Expr, expr: Expr) -> Expr:
        """An expression with ∂L/∂S in place of its value, for one name S."""
        value = self.found.arrived.get(place)
        if value is None or not _is_compound(value):
            return expr
        return abbreviate(expr, value, self.derivative(place))

    def contribution(self, name: Expr, place: Expr) -> Expr | None:
        """What a name receives from one of the places where it is used."""
        key = None if place == self.output else place
        lefts = self.found.contributions.get((name, key))
        if not lefts:
            return None
        total = add(*lefts)
        return None if is_zero(total) else self.simplified(self.through(place, total))

    def local(self, name: Expr) -> Expr:
        """The derivative at a name in terms of those next to it."""
        if self.layout is Layout.RATE:
            value = (
                self.found.derivatives[self.wrt]
                if name == self.output
                else self.found.arrived[name]
            )
            for used in self.uses.get(name, ()):
                value = self.through(used, value)
            return self.simplified(value)
        found = [self.contribution(name, place) for place in self.users.get(name, ())]
        parts = [part for part in found if part is not None]
        if not parts:
            return self.value(name)
        return self.simplified(add(*parts))

    def node(self, name: Expr, kind: Kind) -> GraphNode:
        definition = self.graph.root if kind == "output" else self.graph.definitions.get(name)
        start = self.wrt if self.layout is Layout.RATE else self.output
        if kind == "constant" or name == start:
            return GraphNode(name, kind, definition)
        derivative, value = self.derivative(name), self.value(name)
        return GraphNode(name, kind, definition, derivative, value, self.local(name))

    def edge(self, start: Expr, end: Expr) -> GraphEdge:
        if start not in self.graph.varying:
            return GraphEdge(start, end)
        if self.layout is not Layout.RATE:
            return GraphEdge(start, end, self.contribution(start, end))
        return GraphEdge(start, end, None if start == self.wrt else self.derivative(start))


def _constants(expr: Expr, known: frozenset[Expr], sizes: frozenset[Expr]) -> Iterator[Expr]:
    """The inputs of a definition that do not vary."""
    yield from sorted(expr.free_symbols - known - sizes, key=str)


def computation_graph(
    computed: Computed, premises: Premises, wrt: Expr, compact: Expr
) -> ComputationGraph:
    """Draw up the graph of a derivation.

    :param computed: what the engine made of the expression.
    :param premises: what simplification may use.
    :param compact: the derivative by the variable, over names.
    """
    graph, output = computed.graph, computed.output
    places = {**graph.definitions, output: graph.root}
    sizes = frozenset(size_symbols(wrt, *places, *places.values()))
    varying = {place: graph.names_in(definition) for place, definition in places.items()}
    constant = {
        place: list(_constants(definition, graph.varying, sizes))
        for place, definition in places.items()
    }
    drawer = _Drawer(computed, premises, wrt, compact, varying)
    kinds: dict[Expr, Kind] = dict.fromkeys((c for cs in constant.values() for c in cs), "constant")
    variables = {name for used in varying.values() for name in used} - graph.definitions.keys()
    for name in sorted(variables, key=lambda each: (each != wrt, str(each))):
        kinds[name] = "variable"  # of a derivation with respect to several there are more
    kinds |= {
        name: "intermediate" if name in graph.varying else "constant" for name in graph.definitions
    }
    kinds[output] = "output"
    return ComputationGraph(
        tuple(drawer.node(name, kind) for name, kind in kinds.items()),
        tuple(
            drawer.edge(start, place)
            for place in places
            for start in (*constant[place], *varying[place])
        ),
        output,
        wrt,
        computed.layout is Layout.RATE,
    )
