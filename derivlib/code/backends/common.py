"""What NumPy, JAX and PyTorch write alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from derivlib.code.backends.backend import (
    ATOM,
    POWER,
    PRODUCT,
    SIGN,
    SUM,
    Piece,
    Template,
    Writer,
)

__all__ = ["common", "functions"]

Pieces = Sequence[Piece]


def _binary(operator: str, binding: int, *, tight: bool) -> Template:
    """An operator; what follows it is in parentheses unless it binds more tightly, if `tight`."""

    def write(_: Writer, __: Any, ___: Any, args: Pieces) -> Piece:
        left, right = args
        first = left.within(binding)
        if binding == PRODUCT and left.binding == PRODUCT and operator != left.operator != "*":
            first = f"({left.text})" if "@" in (operator, left.operator) else first
        if operator == "@" and left.binding == PRODUCT and left.operator != "@":
            first = f"({left.text})"
        second = right.within(binding + 1 if tight else binding)
        return Piece(f"{first} {operator} {second}", binding, operator)

    return write


def _negated(_: Writer, __: Any, ___: Any, args: Pieces) -> Piece:
    (piece,) = args  # a minus is for the first factor, which is the smallest but for @
    return Piece(f"-{piece.within(SIGN if piece.operator == '@' else PRODUCT)}", SUM)


def _power(_: Writer, __: Any, ___: Any, args: Pieces) -> Piece:
    base, exponent = args
    return Piece(f"{base.within(ATOM)}**{exponent.within(ATOM)}", POWER)


def _entry(w: Writer, index: Any, __: Any, args: Pieces) -> str:
    return f"{args[0].atom}[{w.sizes(index)}]"


def _stack(_: Writer, __: Any, ___: Any, args: Pieces) -> Piece:
    """A product for each row of a matrix of diagonals."""
    left, diagonals, right = args
    scaled = f"({left.within(PRODUCT)} * {diagonals.atom}[:, None, :])"
    return Piece(f"{scaled} @ {right.within(SIGN)}", PRODUCT, "@")


_COMPARISONS = {
    "less": "<", "less_equal": "<=", "greater": ">", "greater_equal": ">=", "equal": "==",
    "not_equal": "!=", "and": "&", "or": "|",
}  # fmt: skip


def _compared(_: Writer, kind: Any, __: Any, args: Pieces) -> Piece:
    left, right = (piece.within(SIGN) for piece in args)
    return Piece(f"{left} {_COMPARISONS[kind]} {right}", -1)


def functions(prefix: str, **different: str) -> dict[str, str]:
    """The spelling of functions entry by entry.

    :param prefix: what stands before them.
    :param different: those that are called differently.
    """
    names = ("sin", "cos", "tan", "sinh", "cosh", "tanh", "exp", "log", "sqrt", "sign")
    arcs = ("asin", "acos", "atan", "asinh", "acosh", "atanh")
    spelt = {name: f"{prefix}.{name}" for name in names}
    spelt |= {name: f"{prefix}.arc{name[1:]}" for name in arcs}
    return {**spelt, "Abs": f"{prefix}.abs", **different}


def common(prefix: str) -> dict[str, Template]:
    """Templates in which only the name of the library differs.

    :param prefix: what stands before its functions.
    """
    return {
        "add": _binary("+", SUM, tight=False),
        "subtract": _binary("-", SUM, tight=True),
        "multiply": _binary("*", PRODUCT, tight=True),
        "divide": _binary("/", PRODUCT, tight=True),
        "matmul": _binary("@", PRODUCT, tight=True),
        "dot": _binary("@", PRODUCT, tight=True),
        "negate": _negated,
        "power": _power,
        "compare": _compared,
        "transpose": lambda w, x, s, a: f"{a[0].atom}.T",
        "outer": lambda w, x, s, a: f"{prefix}.outer({a[0].text}, {a[1].text})",
        "sum": lambda w, x, s, a: f"{a[0].atom}.sum()",
        "sum_axis": lambda w, axis, s, a: f"{a[0].atom}.sum({axis})",
        "trace": lambda w, x, s, a: f"{a[0].atom}.trace()",
        "entry": _entry,
        "column": lambda w, x, s, a: f"{a[0].atom}[:, None]",
        "flat": lambda w, x, s, a: f"{a[0].atom}[:, 0]",
        "as_matrix": lambda w, shape, s, a: f"{a[0].atom}.reshape({w.sizes(shape)})",
        "diagonal": lambda w, x, s, a: f"{a[0].atom}.diagonal()",
        "where": lambda w, x, s, a: f"{prefix}.where({', '.join(p.text for p in a)})",
        "det": lambda w, x, s, a: f"{prefix}.linalg.det({a[0].text})",
        "solve": lambda w, x, s, a: f"{prefix}.linalg.solve({a[0].text}, {a[1].text})",
        "inverse": lambda w, x, s, a: f"{prefix}.linalg.inv({a[0].text})",
        "norm": lambda w, x, s, a: f"{prefix}.linalg.norm({a[0].text})",
        "matrix_power": lambda w, k, s, a: f"{prefix}.linalg.matrix_power({a[0].text}, {k})",
        "scaled_exp": lambda w, axis, s, a: f"scaled_exp({a[0].text}, {axis})",
        "logdet": lambda w, x, s, a: f"logdet({a[0].text})",
        "kron": lambda w, x, s, a: f"{prefix}.kron({a[0].text}, {a[1].text})",
        "tril": lambda w, x, s, a: f"{prefix}.tril({a[0].text})",
        "triu": lambda w, x, s, a: f"{prefix}.triu({a[0].text})",
        "stack": _stack,
        "rows": lambda w, x, s, a: f"{prefix}.broadcast_to({a[0].text}, {w.tuple(s)})",
        "cols": lambda w, x, s, a: f"{prefix}.broadcast_to({a[0].atom}[:, None], {w.tuple(s)})",
        "permute_rows": lambda w, of, s, a: f"{a[0].atom}[commutation({w.sizes(of)})]",
        "permute_cols": lambda w, of, s, a: f"{a[0].atom}[:, commutation({w.sizes(of[::-1])})]",
        "diagonal_sums": lambda w, x, s, a: f"diagonal_sums({a[0].text})",
        "basis": lambda w, x, s, a: f"basis({x[0]!r}, {w.size(x[1])})",
    }
