"""A.applyfunc(f), SymPy's function of one scalar applied to each entry of a matrix."""

from __future__ import annotations

from typing import Any

from sympy import Lambda, Symbol
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction

from derivlib.expressions.elementwise import elementwise
from derivlib.expressions.facets import Absent, Entries, Example, tell
from derivlib.expressions.shapes import same_as_first
from derivlib.expressions.traversal import rebuild
from derivlib.nodes.grid import Grid


def _entries(calc: Any, node: Any, value: Any) -> Any:
    function = node.function
    if not isinstance(function, Lambda):
        variable = Symbol("z")
        function = Lambda(variable, function(variable))
    if not isinstance(value, Grid):
        return calc.apply(function, value)
    return value.map(lambda entry: calc.apply(function, entry))


def _example(w: Any, r: Any, c: Any, d: int) -> Any:
    function, argument = w.elementwise_function(), w.matrix(r, c, d)
    return argument.applyfunc(function)


tell(
    ElementwiseApplyFunction,
    text=Absent("the printers set the body of the function with the matrix in it"),
    tex=Absent("the printers set the body of the function with the matrix in it"),
    shape=same_as_first,
    normal=elementwise,
    entries=Entries(_entries, lambda node: (node.expr,)),
    arrays=lambda on, node: on.elementwise(node),
    code="entrywise",
    example=Example(_example, weight=2),
    parts=lambda node: (node.args[1],),
    with_parts=lambda node, parts: rebuild(node, (node.args[0], *parts)),
)
