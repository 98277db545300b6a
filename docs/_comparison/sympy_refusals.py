"""What SymPy refuses before derivlib sees it, beside what may be written instead."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sympy
from sympy import MatrixSymbol, Symbol, symbols
from sympy_table import Table

import derivlib
from derivlib import Derivation, DerivlibError, Verification, derive, latex
from derivlib.check import size_symbols

n, m = symbols("n m", integer=True, positive=True)
NAMES: dict[str, Any] = {
    **vars(sympy),
    **{
        name: getattr(derivlib, name)
        for name in ("dot", "maximum", "norm", "scalar", "softmax", "vec")
    },
    **{name: MatrixSymbol(name, n, 1) for name in ("x", "y")},
    "A": MatrixSymbol("A", n, n),
    "X": MatrixSymbol("X", n, m),
    "w": MatrixSymbol("w", m, 1),
    "v": MatrixSymbol("v", 2, 1),
    "t": Symbol("t"),
    "z": Symbol("z"),
    "f": sympy.Function("f"),
    "g": sympy.Function("g", commutative=True),
}
"""What the letters and words in the tables stand for."""

REFUSED_BY_SYMPY = (
    ("x.T*A*x + 1", "scalar(x.T*A*x) + 1", "x"),
    ("1/(x.T*x)", "1/scalar(x.T*x)", "x"),
    ("x.dot(y)", "dot(x, y)", "x"),
    ("x.norm()", "norm(x)", "x"),
    ("A.trace()", "Trace(A)", "A"),
    ("A.vec()", "vec(A)", "A"),
    ("A.H*x", "A.T*x", "x"),
    ("diag(x)", "DiagMatrix(x)", "x"),
    ("A.diagonal()", "DiagonalOf(A)", "A"),
    ("x.multiply_elementwise(y)", "HadamardProduct(x, y)", "x"),
    ("A*exp(x)", "A*x.applyfunc(exp)", "x"),
    ("-y.T*log(softmax(A*x))", "-y.T*softmax(A*x).applyfunc(log)", "x"),
    ("Max(x.T*y, 0)", "Max(dot(x, y), 0)", "x"),
    ("Max(Trace(2*A), t)", "maximum(Trace(2*A), t)", "A"),
    ("f(A)*A", "g(A)*A", "A"),
    ("Max(f(A), t)", "maximum(f(A), t)", "A"),
    ("Piecewise((t, f(A) > 0), (2, True))", "Piecewise((t, g(A) > 0), (2, True))", "t"),
    ("2**A", "A.applyfunc(Lambda(z, 2**z))", "A"),
    ("1/A", "A.inv()", "A"),
    ("v.T*[[1, 2], [3, 4]]*v", "v.T*Matrix([[1, 2], [3, 4]])*v", "v"),
)
"""What is typed, what to write instead, and the variable."""

REFUSED_BY_DERIVLIB = (
    ("x*y", "x"),
    ("(X*w - y)**2", "w"),
    ("tanh(A*x + y)", "x"),
    ("exp(A)", "A"),
    ("A**t", "A"),
    ("Abs(x)", "x"),
)
"""What SymPy accepts although it has no meaning, or none that was meant, and the variable."""


@dataclass(frozen=True)
class Refusal:
    """What is typed, what is said, what to write instead, and the derivative of that."""

    typed: str
    said: str
    instead: str
    derivation: Derivation
    verification: Verification


def _value(typed: str) -> Any:
    return eval(typed, dict(NAMES))


def refused_by_sympy(
    rows: Iterable[tuple[str, str, str]] = REFUSED_BY_SYMPY,
) -> tuple[Refusal, ...]:
    """Type each row into SymPy, and derive and verify what is written instead.

    :raises AssertionError: if SymPy accepts what is said to be refused.
    :raises VerificationError: if a derivative is wrong.
    """
    found = []
    for typed, instead, wrt in rows:
        try:
            accepted = _value(typed)
        except Exception as error:
            said = f"{type(error).__name__}: {error}".rstrip(": ")
        else:
            raise AssertionError(f"SymPy accepts {typed}, as {accepted!r}")
        derivation = derive(_value(instead), _value(wrt))
        sizes = dict.fromkeys(size_symbols(derivation.expr, derivation.wrt), 3)
        found.append(Refusal(typed, said, instead, derivation, derivation.verify(sizes)))
    return tuple(found)


def beside(refusals: Iterable[Refusal]) -> Table:
    """A table of what is refused beside what is written instead."""
    heads = ("typed", "SymPy says", "write", "the derivative")
    rows = ((f"`{r.typed}`", r.said, f"`{r.instead}`", _formula(r)) for r in refusals)
    return Table(heads, tuple(rows))


def _formula(refusal: Refusal) -> str:
    return f"${latex(refusal.derivation.label)} = {latex(refusal.derivation.result)}$"


def refused_by_derivlib() -> Table:
    """A table of what is refused, with the message."""
    return Table(("typed", "derivlib says"), tuple(map(_message, REFUSED_BY_DERIVLIB)))


def _message(row: tuple[str, str]) -> tuple[str, str]:
    typed, wrt = row
    try:
        derive(_value(typed), _value(wrt))
    except DerivlibError as error:
        return f"`{typed}`", str(error).replace("*", r"\*")
    raise AssertionError(f"derivlib accepts {typed}")
