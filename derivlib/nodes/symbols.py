"""Symbols, numbers and explicit matrices: what expressions are made of in the end."""

from __future__ import annotations

from typing import Any

from sympy import Expr, Integer, MatrixSymbol, Number, NumberSymbol, Symbol
from sympy.core.numbers import ImaginaryUnit
from sympy.matrices.matrixbase import MatrixBase

from derivlib.expressions.facets import PRINTED, Absent, Entries, no_parts, tell
from derivlib.expressions.shapes import scalar, stated
from derivlib.nodes.grid import Grid, as_scalar

_ALL: dict[str, Any] = {
    **PRINTED,
    "normal": Absent("a letter is what it is"),
    "example": Absent("every random expression ends in letters and numbers"),
    "parts": no_parts,
}


def _symbol(calc: Any, node: Symbol) -> Any:
    if node in calc.bindings:
        return calc.bindings[node]
    if node in calc.sizes:
        return calc.ring.number(Integer(calc.sizes[node]))
    return calc.ring.symbol(node)


def _matrix_symbol(calc: Any, node: Any) -> Grid:
    entry, (rows, cols) = calc.ring.entry, calc.shape(node)
    return Grid.of(rows, cols, lambda i, j: entry(node, i, j))


def _explicit(_: Any, node: Any, *entries: Any) -> Grid:
    rows, cols = node.shape
    return Grid(rows, cols, tuple(map(as_scalar, entries)))


def _number_on_arrays(on: Any, node: Expr) -> Any:
    if node.is_Rational:
        return on.number(on.np.longdouble(node.p) / on.np.longdouble(node.q))
    return on.number(float(node))


_KNOWN_BEFORE = Absent("the evaluator is handed the values of symbols")


class ConjugateLetter:
    """The conjugate of a symbol, as a letter of its own."""

    name: str

    @property
    def inner_name(self) -> str:
        """The name of what it is the conjugate of."""
        return self.name.removeprefix("conj(").removesuffix(")")

    def _derivlib_text(self, printer: Any) -> str:
        return f"conj({printer.name(self.inner_name)})"

    def _latex(self, printer: Any) -> str:
        return rf"\overline{{{printer._print(Symbol(self.inner_name))}}}"


class ConjugateScalar(ConjugateLetter, Symbol):
    """The conjugate of a scalar symbol."""


class ConjugateMatrix(ConjugateLetter, MatrixSymbol):
    """The conjugate of a matrix symbol; its transpose is written as the adjoint of that."""

    @property
    def conjugate_of(self) -> Expr:
        """The symbol whose conjugate it is."""
        return MatrixSymbol(self.inner_name, *self.shape)


def conjugate_letter(symbol: Any) -> Expr:
    r"""The letter for the conjugate of a symbol.

    ```pycon
    >>> from sympy import MatrixSymbol
    >>> from derivlib import latex
    >>> letter = conjugate_letter(MatrixSymbol("Z", 3, 2))
    >>> print(letter, letter.shape, latex(letter), latex(letter.T))
    conj(Z) (3, 2) \overline{Z} Z^{\mathsf{H}}

    ```
    """
    name = f"conj({symbol.name})"
    return ConjugateMatrix(name, *symbol.shape) if symbol.is_Matrix else ConjugateScalar(name)


tell(
    Symbol,
    **_ALL,
    shape=scalar,
    entries=Entries(_symbol),
    arrays=_KNOWN_BEFORE,
    code=Absent("an argument, a name or a size of the code"),
    is_atom=True,
    is_holomorphic=True,
)
tell(
    MatrixSymbol,
    **_ALL,
    shape=stated,
    entries=Entries(_matrix_symbol),
    arrays=_KNOWN_BEFORE,
    code=Absent("an argument or a name of the code"),
    sizes=lambda node: node.shape,
    is_atom=True,
    is_holomorphic=True,
)
for _number in (Number, NumberSymbol, ImaginaryUnit):
    tell(
        _number,
        **_ALL,
        shape=scalar,
        entries=Entries(lambda calc, node: calc.ring.number(node)),
        arrays=_number_on_arrays,
        code="number",
        is_holomorphic=True,
    )
tell(
    MatrixBase,
    **_ALL,
    shape=stated,
    entries=Entries(_explicit, lambda node: node.flat()),
    arrays=lambda on, node: on.blocks(node.tolist()),
    code="explicit",
    is_holomorphic=True,
)
