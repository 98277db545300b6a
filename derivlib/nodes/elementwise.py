"""A.applyfunc(f), SymPy's function of one scalar applied to each entry of a matrix."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sympy import (
    Basic,
    Derivative,
    Dummy,
    Expr,
    FunctionClass,
    Lambda,
    S,
    Subs,
    Transpose,
    conjugate,
    im,
    preorder_traversal,
    re,
)
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.matrixbase import MatrixBase

from derivlib.expressions.construction import leads_with_transpose, mul, ones_like, transpose
from derivlib.expressions.facets import Entries, Example, is_holomorphic, tell
from derivlib.expressions.shapes import same_as_first
from derivlib.expressions.text import text
from derivlib.expressions.traversal import checked_normal_form, not_real, rebuild
from derivlib.nodes.arguments import as_operand
from derivlib.nodes.grid import Grid
from derivlib.nodes.node import NodeBase, done
from derivlib.nodes.prime import ARGUMENT, Prime, at_entries, in_bodies

_SPARE = Dummy("z", 2)
"""The variable where z is a parameter."""


@lru_cache(maxsize=1024)
def as_lambda(function: Any) -> Lambda:
    """Write a function of one scalar as a `Lambda` of z, so that equal functions are equal.

    SymPy's `applyfunc` invents a new dummy variable each time, and functions of different
    dummies are different to it.
    """
    if not isinstance(function, Lambda):
        if hasattr(function, "prime_order"):
            base, order = function.derivative_of, function.prime_order
            return Lambda(ARGUMENT, Prime(base, order, ARGUMENT))
        return Lambda(ARGUMENT, function(ARGUMENT))
    (variable,) = function.variables
    if variable != ARGUMENT:
        new = ARGUMENT
        if ARGUMENT in function.expr.free_symbols:
            if not function.expr.has(Derivative, Prime, Subs):
                return function
            new = _SPARE
        function = Lambda(new, function.expr.xreplace({variable: new}))
    body = in_bodies(function.expr)
    return function if body is function.expr else Lambda(function.variables, body)


def of_each_entry(function: Any, matrix: Any) -> Any:
    """The explicit matrix of the values of a function at the entries of an explicit one.

    :raises UndefinedError: if the function compares entries that are not real.
    """
    function = as_lambda(function)

    def value(entry: Expr) -> Expr:
        commuting = entry if entry.is_commutative else checked_normal_form(entry)
        try:
            return at_entries(function(commuting))
        except (TypeError, ValueError) as error:
            if commuting.is_real is False:
                raise not_real(f'a function of "{text(entry)}"', error) from error
            raise

    return matrix.applyfunc(value)


class ElementwisePrime(NodeBase, ElementwiseApplyFunction):
    """A function of one scalar in which a σ' occurs, applied to each entry of a matrix.

    It is SymPy's, and looks in SymPy's printers as it does in ours: σ'(N).

    ```pycon
    >>> from sympy import Function, MatrixSymbol, sin
    >>> from derivlib import derive, sum_entries
    >>> X, f = MatrixSymbol("X", 3, 2), Function("f")
    >>> slope = derive(sum_entries(X.applyfunc(f)), X).result
    >>> slope, slope.subs(f, sin).doit()
    (f'(X), Lambda(z, cos(z)).(X))

    ```
    """

    def __new__(cls, function: Any, matrix: Any) -> Any:
        return elementwise(function, matrix)

    def doit(self, **hints: Any) -> Any:
        """Apply the function, where the matrix is explicit."""
        matrix = done(self.expr, hints) if hints.get("deep", True) else self.expr
        if isinstance(matrix, MatrixBase):
            return of_each_entry(self.function, matrix)
        return elementwise(self.function, matrix)

    def _entry(self, i: Any, j: Any, **kwargs: Any) -> Any:
        return at_entries(super()._entry(i, j, **kwargs))


def applied_to_entries(function: Lambda, matrix: Expr) -> Expr:
    """The node for a function applied to each entry, as it is."""
    kind = ElementwisePrime if function.expr.has(Prime) else ElementwiseApplyFunction
    return Basic.__new__(kind, function, matrix)


@lru_cache(maxsize=1024)
def _of_real(function: Lambda) -> Lambda:
    """The same function of real numbers, without conjugates and parts."""
    body = function.expr
    if not body.has(conjugate, re, im):
        return function
    body = body.replace(lambda part: isinstance(part, im), lambda _: S.Zero)
    return Lambda(
        function.variables,
        body.replace(lambda part: isinstance(part, (conjugate, re)), lambda part: part.args[0]),
    )


def elementwise(function: FunctionClass | Lambda, matrix: Expr) -> Expr:
    """Apply a scalar function to each entry; a number it is multiplied by comes out in front."""
    function = _of_real(as_lambda(function))
    (argument,) = function.variables
    body = function.expr
    if not body.has(argument):
        return mul(body, ones_like(matrix))
    number, rest = body.as_coeff_Mul()
    if number is not S.One:
        return mul(number, elementwise(Lambda(argument, rest), matrix))
    if body == argument:
        return matrix
    if leads_with_transpose(matrix):
        return Basic.__new__(Transpose, elementwise(function, transpose(matrix)))
    return applied_to_entries(function, matrix)


def of_scalar_or_entries(function: FunctionClass, argument: Any, *options: Any) -> Expr:
    """Apply a function to a scalar, or to each entry of a matrix.

    :param options: further arguments, the same for each entry.
    :raises InputError: if the argument is not an expression.
    """
    taken = as_operand(argument, function.__name__)
    if not getattr(taken, "is_Matrix", False):
        return function(taken, *options)
    if hasattr(taken, "flat"):
        return taken.applyfunc(lambda entry: function(entry, *options))
    return elementwise(Lambda(ARGUMENT, function(ARGUMENT, *options)), taken)


def _entries(calc: Any, node: Any, value: Any) -> Any:
    function = as_lambda(node.function)
    if not isinstance(value, Grid):
        return calc.apply(function, value)
    return value.map(lambda entry: calc.apply(function, entry))


def _is_holomorphic(node: Any) -> bool:
    """Return whether the function means the same for complex numbers."""
    return all(map(is_holomorphic, preorder_traversal(as_lambda(node.function).expr)))


def _example(w: Any, r: Any, c: Any, d: int) -> Any:
    function, argument = w.elementwise_function(), w.matrix(r, c, d)
    return argument.applyfunc(function)


tell(
    ElementwiseApplyFunction,
    text=lambda p, node: p.elementwise(*node.args),
    tex=lambda p, node: p.elementwise(*node.args),
    shape=same_as_first,
    normal=elementwise,
    entries=Entries(_entries, lambda node: (node.expr,)),
    arrays=lambda on, node: on.elementwise(node),
    code="entrywise",
    example=Example(_example, weight=2),
    parts=lambda node: (node.args[1],),
    with_parts=lambda node, parts: rebuild(node, (node.args[0], *parts)),
    is_holomorphic=_is_holomorphic,
    complex_entries=Entries(_entries, lambda node: (node.expr,)),  # what is in it is judged inside
)
