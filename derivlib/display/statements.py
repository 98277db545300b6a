"""What a rule says, set as a reader expects it."""

from __future__ import annotations

import re
from typing import Any

from sympy import Expr, Trace

from derivlib.display.latex import DerivationPrinter, latex
from derivlib.nodes import DifferentialNode, Inner, OnVec

_BRACKETS = re.compile(r"[()\s]")


class _Spelled(DerivationPrinter):
    """The printer, with each tr and vec written, also of what is its own trace or vec."""

    def _by_facet(self, expr: Any) -> Any:
        if isinstance(expr, Trace):
            return self.call(r"\operatorname{tr}", expr.args[0])
        if isinstance(expr, OnVec):
            left, right = expr.args
            stacked = self.call(r"\operatorname{vec}", right)
            shown = self._print(right) if isinstance(right, Inner) else stacked
            return f"{self.factor(left)} {shown}"
        return super()._by_facet(expr)

    def doprint(self, expr: Expr) -> str:
        """Set a whole expression."""
        return self._print(expr)


def equated(left: Expr, right: Expr) -> str:
    r"""Set an equation so that its sides differ, though they may be two names of one thing.

    ```pycon
    >>> from sympy import MatrixSymbol, Trace
    >>> U = MatrixSymbol("U", 1, 1)
    >>> print(equated(U, Trace(U)))
    U = \operatorname{tr}(U)

    ```

    """
    sides = latex(left), latex(right)
    if len({_BRACKETS.sub("", side) for side in sides}) == 1:
        printer = _Spelled()
        sides = printer.doprint(left), printer.doprint(right)
    return " = ".join(sides)


def identified(left: Expr, right: Expr) -> str:
    r"""Set how a derivative is read off a differential: from df = ⟨G, dX⟩ follows ∂f/∂X = G.

    ```pycon
    >>> from sympy import MatrixSymbol
    >>> from derivlib.nodes import Inner, d
    >>> G, X = MatrixSymbol("G", 3, 2), MatrixSymbol("X", 3, 2)
    >>> print(identified(Inner(G, d(X)), G).partition(r"\;")[0])
    \mathrm{d}f = \langle G,\, \mathrm{d}X \rangle

    ```

    :param left: the differential, in the form from which the derivative is read.
    :param right: the derivative.
    """
    (moving,) = left.atoms(DifferentialNode)
    variable = latex(moving.args[0])
    told, read = r"\mathrm{d}F", rf"\frac{{\partial F}}{{\partial {variable}}}"
    if isinstance(left, OnVec):
        told = r"\mathrm{d}\operatorname{vec}(F)"
        read = (
            r"\frac{\partial \operatorname{vec}(F)}"
            rf"{{\partial \operatorname{{vec}}({variable})^{{\mathsf{{T}}}}}}"
        )
    elif isinstance(left, Inner) or not right.is_Matrix:
        told, read = r"\mathrm{d}f", rf"\frac{{\partial f}}{{\partial {variable}}}"
    return rf"{told} = {latex(left)} \;\Rightarrow\; {read} = {latex(right)}"
