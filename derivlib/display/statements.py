"""What a rule says, set as a reader expects it."""

from __future__ import annotations

from sympy import Expr

from derivlib.display.latex import latex
from derivlib.vocabulary import DifferentialNode, Inner, OnVec

__all__ = ["identified"]


def identified(left: Expr, right: Expr) -> str:
    r"""Set how a derivative is read off a differential: from df = tr(Gᵀ dX) follows ∂f/∂X = G.

    ```pycon
    >>> from sympy import MatrixSymbol
    >>> from derivlib.vocabulary import Inner, d
    >>> G, X = MatrixSymbol("G", 3, 2), MatrixSymbol("X", 3, 2)
    >>> print(identified(Inner(G, d(X)), G).partition(r"\;")[0])
    \mathrm{d}f = \operatorname{tr}(G^{\mathsf{T}} \, \mathrm{d}X)

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
