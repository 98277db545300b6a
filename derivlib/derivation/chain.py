"""The chain rule, written and not carried out: ∂L/∂W = ∂L/∂S · ∂S/∂N · ∂N/∂W."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sympy import Expr, Symbol

from derivlib.display.formula import Formula
from derivlib.display.latex import latex
from derivlib.engine.expansion import expand
from derivlib.engine.intermediates import Graph
from derivlib.expressions.text import text
from derivlib.nodes import FormalNode, d, formal

_MOST_PATHS = 64
"""How many paths are written out; a chain with more is shown intermediate by intermediate."""


@dataclass(frozen=True, eq=False)
class Chain:
    """The chain rule of a derivation: its links, and what each link does to a differential.

    ```pycon
    >>> from sympy import Function, MatrixSymbol
    >>> from derivlib import derive
    >>> X, W = MatrixSymbol("X", 4, 3), MatrixSymbol("W", 3, 2)
    >>> chain = derive(Function("lambda")((X * W).applyfunc(Function("sigma"))), W).chain
    >>> print(chain)
    ∂L/∂W = ∂L/∂S·∂S/∂N·∂N/∂W
    >>> [(text(left), text(right)) for left, right in chain.differentials.items()][-1]
    ('dN', 'X*dW')

    ```

    :param output: what the value of the expression is called.
    :param wrt: the variable.
    :param links: ∂L/∂S, ∂S/∂N, ∂N/∂W, from the result to the variable.
    :param differentials: what the links of each name do to a differential, such as X dW for
        dN with N = XW.
    """

    output: Symbol
    wrt: Expr
    links: tuple[FormalNode, ...]
    differentials: Mapping[Expr, Expr] = field(repr=False)

    def paths(self) -> Iterator[tuple[FormalNode, ...]]:
        """Go through the products of links that lead from the result to the variable."""
        starting: dict[Expr, list[FormalNode]] = {}
        for link in self.links:
            starting.setdefault(link.numerator, []).append(link)

        waiting: list[tuple[Expr, tuple[FormalNode, ...]]] = [(self.output, ())]
        while waiting:
            place, behind = waiting.pop()
            if place == self.wrt:
                yield behind
            else:
                links = reversed(starting.get(place, []))
                waiting.extend((link.denominator, (*behind, link)) for link in links)

    def formula(self) -> Formula:
        """Set the chain rule: a sum over the paths, each a product of links."""
        left = latex(formal(self.output, self.wrt))
        products: list[str] = []
        for path in self.paths():
            if len(products) == _MOST_PATHS:
                products.append(r"\cdots")
                break
            products.append(r" \, ".join(latex(link) for link in path))
        return Formula(f"{left} = {' + '.join(products) or '0'}")

    def _repr_latex_(self) -> str:
        return self.formula()._repr_latex_()

    def __str__(self) -> str:
        products = ("·".join(text(link) for link in path) for path in self.paths())
        return f"{text(formal(self.output, self.wrt))} = {' + '.join(products) or '0'}"

    __repr__ = __str__


def chain_rule(graph: Graph, wrt: Expr, output: Symbol) -> Chain:
    """Write the chain rule of an expression over named intermediates.

    :param graph: the expression.
    :param output: what to call the value of the expression.
    """
    places = [(output, graph.root), *reversed(graph.definitions.items())]
    links = [
        formal(place, name) for place, definition in places for name in graph.names_in(definition)
    ]
    differentials = {
        d(place): expand(definition, graph, lambda *_: None) for place, definition in places
    }
    return Chain(output, wrt, tuple(links), differentials)
