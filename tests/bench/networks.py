"""A chain of layers, each a name, as a page of the site writes it."""

from __future__ import annotations

from typing import Any

from sympy import Expr, Function, MatrixSymbol, OneMatrix, Symbol, symbols

from derivlib import derive

sigma, lam = Function("sigma"), Function("lambda")


def network(layers: int) -> tuple[Expr, list[Expr], dict[Expr, Expr]]:
    """The loss of a network over names, its parameters, and what the names stand for."""
    sizes = symbols(f"n:{layers + 1}", integer=True, positive=True)
    columns = Symbol("N", integer=True, positive=True)
    value, where, parameters = MatrixSymbol("S_0", sizes[0], columns), {}, []
    for i in range(1, layers + 1):
        weight = MatrixSymbol(f"W_{i}", sizes[i], sizes[i - 1])
        bias = MatrixSymbol(f"b_{i}", sizes[i], 1)
        layer = (weight * value + bias * OneMatrix(1, columns)).applyfunc(sigma)
        value = MatrixSymbol(f"S_{i}", sizes[i], columns)
        where[value] = layer
        parameters += [weight, bias]
    return lam(value), parameters, where


def derived(loss: Expr, variables: Any, where: dict[Expr, Expr]) -> Any:
    """Derive by one or by several, and have all steps and results."""
    derivation = derive(loss, variables, where=where)
    results = derivation.results if isinstance(variables, list) else derivation.result
    return results, derivation.steps
