"""Identity, ZeroMatrix and OneMatrix, SymPy's constant matrices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sympy import Identity, Integer, OneMatrix, S, ZeroMatrix

from derivlib.expressions.construction import is_one
from derivlib.expressions.facets import Absent, Entries, no_parts, tell
from derivlib.expressions.shapes import stated
from derivlib.nodes.grid import Grid


def _of_numbers(entry: Callable[[int, int], Integer]) -> Entries:
    def value(calc: Any, node: Any) -> Grid:
        number, (rows, cols) = calc.ring.number, calc.shape(node)
        return Grid.of(rows, cols, lambda i, j: number(entry(i, j)))

    return Entries(value)


_ALL: dict[str, Any] = {
    "shape": stated,
    "normal": Absent("a constant is what it is"),
    "example": Absent("a constant; every random expression may end in one"),
    "parts": no_parts,
    "sizes": lambda node: node.shape,
}


def _in_brackets(p: Any, symbol: str, node: Any) -> str:
    rows, cols = (p._print(size) for size in node.shape)
    return rf"\mathbf{{{symbol}}}_{{{rows} \times {cols}}}"


def _ones_tex(p: Any, node: OneMatrix) -> str:
    rows, cols = (p._print(size) for size in node.shape)
    if node.shape[1] == 1:
        return rf"\mathbf{{1}}_{{{rows}}}"
    if node.shape[0] == 1:
        return rf"\mathbf{{1}}_{{{cols}}}^{{\mathsf{{T}}}}"
    return _in_brackets(p, "1", node)


tell(
    Identity,
    text=lambda _, node: "I[1]" if is_one(node.shape[0]) else "I",
    sized=lambda p, node: f"I[{p._print(node.shape[0])}]",
    tex=lambda p, node: f"I_{{{p._print(node.shape[0])}}}",
    entries=_of_numbers(lambda i, j: Integer(i == j)),
    arrays=lambda on, node: on.number(on.np.eye(on.shape(node)[0])),
    code="identity",
    is_atom=True,
    **_ALL,
    is_holomorphic=True,
)
tell(
    ZeroMatrix,
    text=lambda _, node: f"0[{node.shape[0]}×{node.shape[1]}]",
    tex=lambda p, node: _in_brackets(p, "0", node),
    entries=_of_numbers(lambda _, __: S.Zero),
    arrays=lambda on, node: on.number(on.np.zeros(on.shape(node))),
    code="constant",
    **_ALL,
    is_holomorphic=True,
)
tell(
    OneMatrix,
    text=lambda _, node: f"1[{node.shape[0]}×{node.shape[1]}]",
    tex=_ones_tex,
    entries=_of_numbers(lambda _, __: S.One),
    arrays=lambda on, node: on.number(on.np.ones(on.shape(node))),
    code="constant",
    **_ALL,
    is_holomorphic=True,
)
