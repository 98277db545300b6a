"""Putting concrete functions in place of abstract ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sympy import Dummy, Expr, Lambda
from sympy.core.function import AppliedUndef
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.expressions.matexpr import MatrixElement
from sympy.matrices.matrixbase import MatrixBase

from derivlib.derivation.replacements import Replacement, as_replacements
from derivlib.errors import InputError
from derivlib.expressions.problem import Written
from derivlib.expressions.text import text
from derivlib.expressions.traversal import children, rebuild, with_children
from derivlib.nodes import (
    MatrixFunction,
    MatrixFunctionApplication,
    PartialNode,
    is_undefined,
    prime,
)
from derivlib.nodes.elementwise import as_lambda, elementwise
from derivlib.nodes.prime import prime_of

_INNER = Dummy("z")
"""The variable of a function while its body is replaced: no symbol of the reader's own."""


class _Replacing:
    """Replaces functions and symbols, all at once, and notes which of them it met."""

    def __init__(self, replacements: Mapping[Any, Replacement]) -> None:
        self.replacements = replacements
        self.by_name = {key.__name__: key for key in replacements if is_undefined(key)}
        self.symbols = {
            key: replacement.value
            for key, replacement in replacements.items()
            if isinstance(key, Expr)
        }
        self.done: dict[Expr, Expr] = {}
        self.met: set[Any] = set()

    def of(self, part: Expr) -> Expr:
        """An expression with everything replaced in it."""
        if part not in self.done:
            self.done[part] = self._replaced(part)
        return self.done[part]

    def _replaced(self, part: Any) -> Expr:
        if isinstance(part, MatrixBase):
            return part.applyfunc(self.of)
        if part in self.symbols:
            self.met.add(part)
            return self.symbols[part]
        if isinstance(part, PartialNode):
            self._refuse_derivative(part)
        parts = tuple(map(self.of, children(part)))
        if isinstance(part, ElementwiseApplyFunction):
            return elementwise(self._function(part.args[0]), parts[0])
        if isinstance(part, MatrixElement):
            return rebuild(part, (*parts, *map(self._with_symbols, part.args[1:])))
        key = self._key(part)
        return with_children(part, parts) if key is None else self._applied(key, part, parts)

    def _key(self, part: Any) -> Any:
        """The key that stands for a function applied; functions of one name count as one."""
        if isinstance(part, MatrixFunctionApplication):
            key = MatrixFunction(part.name, part.shape)
            return key if key in self.replacements else None
        slope = prime_of(part)
        if slope is not None:
            base, order, _ = slope
            return self.by_name.get(prime(base, order).__name__) or self.by_name.get(base.__name__)
        return self.by_name.get(part.func.__name__) if isinstance(part, AppliedUndef) else None

    def _applied(self, key: Any, part: Any, parts: tuple[Expr, ...]) -> Expr:
        self.met.add(key)
        replacement = self.replacements[key]
        if is_undefined(key):
            slope = prime_of(part)
            order = (slope[1] if slope else 0) - getattr(key, "prime_order", 0)
            if order:
                return replacement.primed(order, *parts)
        return replacement.applied(*parts)

    def _function(self, function: Any) -> Lambda:
        """Replace what stands in the body of a function of one scalar."""
        function = as_lambda(function)
        (variable,) = function.variables
        body = self._with_symbols(function.expr.xreplace({variable: _INNER}))
        body = body.replace(
            lambda node: self._key(node) is not None,
            lambda node: self._applied(self._key(node), node, children(node)),
        )
        return Lambda(_INNER, body)

    def _with_symbols(self, expr: Expr) -> Expr:
        """A scalar that does not stand by itself, such as an index, with its symbols replaced."""
        found = {symbol: self.symbols[symbol] for symbol in expr.free_symbols & {*self.symbols}}
        self.met.update(found)
        return expr.xreplace(found)

    def _refuse_derivative(self, part: Any) -> None:
        application = part.application
        while isinstance(application, PartialNode):
            application = application.application
        if (key := self._key(application)) is not None:
            raise InputError(
                f'{self.replacements[key].name} stands in the derivative "{text(part)}", which is '
                "written and not carried out; put a function in its place before differentiating"
            )


def instantiate(expr: Expr, values: Mapping[Any, Any]) -> Expr:
    """Replace abstract functions, and symbols, by concrete ones.

    :param values: as for :func:`instantiate_all`.
    :raises InputError: as :func:`instantiate_all`.
    :raises ShapeError: as :func:`instantiate_all`.
    """
    return instantiate_all(Written(expr), values).expr


def instantiate_all(written: Written, values: Mapping[Any, Any]) -> Written:
    """Replace abstract functions, and symbols, in an expression and in its definitions.

    :param written: an expression; what its names stand for is instantiated too.
    :param values: for each undefined function, `MatrixFunction` or symbol what takes its
        place: a function of the same arguments, or a value of the same shape. They are
        replaced at once, so that two may change places.
    :raises InputError: if `values` is not a mapping; if something to be replaced does not
        occur, is a size, is defined, or is neither a function nor a symbol; if what takes its
        place is no function or expression, or cannot be applied.
    :raises ShapeError: if what takes the place of something has another shape.
    """
    replacements = as_replacements(values)
    if defined := [str(key) for key in replacements if key in written.where]:
        raise InputError(f"{', '.join(defined)} is defined already, and takes no other value")
    if sizes := [str(key) for key in replacements if key in written.sizes]:
        raise InputError(
            f"{', '.join(sizes)} is a size of a matrix and stays a symbol; numbers for the sizes "
            "are given to verify, or write the matrices with other sizes"
        )
    replacing = _Replacing(replacements)
    where = {name: replacing.of(definition) for name, definition in written.where.items()}
    result = replacing.of(written.expr)
    if missing := [str(key) for key in replacements if key not in replacing.met]:
        raise InputError(f'{", ".join(missing)} does not occur in "{text(written.expr)}"')
    return Written(result, where, written.name)
