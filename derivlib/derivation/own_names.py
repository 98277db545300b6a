"""The author's names in a derivative: 1 - h² where h is tanh(Ax), s where it is the norm of x."""

from __future__ import annotations

from collections.abc import Mapping

from sympy import Dummy, Expr, Lambda
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction

from derivlib.expressions.traversal import children, with_children
from derivlib.nodes.elementwise import as_lambda, elementwise


class OwnNames:
    """Writes names for what they stand for, and functions of that as functions of the name.

    Every part is met once, however many names and expressions there are.

    :param meanings: what each name stands for.
    """

    def __init__(self, meanings: Mapping[Expr, Expr]) -> None:
        self._names = {meaning: name for name, meaning in meanings.items()}
        self._done: dict[Expr, Expr] = {}
        self._functions: dict[Expr, list[tuple[Lambda, Expr]]] = {}
        for name, meaning in meanings.items():
            if isinstance(meaning, ElementwiseApplyFunction):
                function, matrix = meaning.args
                self._functions.setdefault(matrix, []).append((as_lambda(function), name))

    def __call__(self, expr: Expr) -> Expr:
        if not self._names:
            return expr
        if expr not in self._done:
            self._done[expr] = self._names.get(expr) or self._over_names(expr)
        return self._done[expr]

    def _over_names(self, expr: Expr) -> Expr:
        below = children(expr)
        parts = tuple(map(self, below))
        new = expr if parts == below else with_children(expr, parts)
        if new in self._names:
            return self._names[new]
        return self._function_of_name(new) if isinstance(new, ElementwiseApplyFunction) else new

    def _function_of_name(self, expr: Expr) -> Expr:
        """A function of the entries of a matrix as one of a name, whose entries are another."""
        function = as_lambda(expr.args[0])
        (z,) = function.variables
        for inner, name in self._functions.get(expr.args[1], ()):
            value = Dummy()
            body = function.expr.xreplace({inner.expr.xreplace({inner.variables[0]: z}): value})
            if body.has(value) and not body.has(z):
                return elementwise(Lambda(value, body), name)
        return expr
