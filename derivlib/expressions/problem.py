"""An expression as its author wrote it, with names the author gave to parts of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from sympy import Basic, Dummy, Expr, Lambda, MatrixSymbol, Symbol

from derivlib.expressions.sizes import all_nodes, size_symbols


def letters_in(*roots: Basic) -> frozenset[Expr]:
    """Every symbol that stands in expressions: for a matrix, a scalar, or a size.

    Each distinct part is met once, and without recursion, whatever the depth.
    """
    return _letters_among(all_nodes(roots))


def _letters_among(nodes: Iterable[Basic]) -> frozenset[Expr]:
    return frozenset(node for node in nodes if isinstance(node, Symbol | MatrixSymbol))


@dataclass(frozen=True)
class Written:
    """An expression over names, and what the names stand for.

    :param expr: the expression.
    :param where: each name with its definition, after those it uses.
    :param name: what the expression itself is called, if its author gave it a name.
    """

    expr: Expr
    where: Mapping[Expr, Expr] = field(default_factory=dict)
    name: Expr | None = None

    @property
    def parts(self) -> Iterable[Expr]:
        """The definitions, and the expression itself."""
        return (*self.where.values(), self.expr)

    @property
    def named(self) -> Mapping[Expr, Expr]:
        """Each name with what it stands for, that of the expression itself too."""
        return self.where if self.name is None else {**self.where, self.name: self.expr}

    @cached_property
    def sizes(self) -> frozenset[Expr]:
        """The symbols that stand in the shapes of its matrices."""
        return frozenset(size_symbols(*self.parts))

    @cached_property
    def nodes(self) -> tuple[Basic, ...]:
        """Every node of it, each once."""
        return tuple(all_nodes(self.parts))

    @cached_property
    def free(self) -> frozenset[Expr]:
        """The symbols that stand for something of the author's: not those of a function."""
        functions = (node for node in self.nodes if isinstance(node, Lambda))
        bound = {symbol for function in functions for symbol in function.variables}
        return frozenset(s for s in self.letters - bound if not isinstance(s, Dummy))

    @cached_property
    def namesakes(self) -> Mapping[str, tuple[Expr, ...]]:
        """The symbols of the author's by how they are written."""
        found: dict[str, list[Expr]] = {}
        for symbol in self.free:
            found.setdefault(symbol.name, []).append(symbol)
        return {name: tuple(symbols) for name, symbols in found.items()}

    @cached_property
    def letters(self) -> frozenset[Expr]:
        """Every symbol that stands in it, names too."""
        return _letters_among(self.nodes).union(self.where)
