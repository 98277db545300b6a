"""Scalar expressions, entry by entry: stable where the formula as written is not."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

from sympy import (
    Abs,
    Add,
    Expr,
    Function,
    Max,
    Min,
    Mul,
    NumberSymbol,
    Piecewise,
    Pow,
    Rational,
    S,
    Symbol,
    conjugate,
    cos,
    cot,
    csc,
    exp,
    im,
    re,
    sec,
    sin,
    tan,
)
from sympy.core.function import AppliedUndef
from sympy.core.relational import Relational
from sympy.logic.boolalg import ITE, And, BooleanFalse, BooleanTrue, Not, Or

from derivlib.code.array_arithmetic import broadcast
from derivlib.code.form_algebra import Algebra
from derivlib.code.ir import Array
from derivlib.code.stable_functions import Expm1, ExpRemainder, Guarded, Largest, NearZero, Unless
from derivlib.errors import UnsupportedError
from derivlib.expressions.facets import Call, facet
from derivlib.expressions.traversal import applied
from derivlib.nodes.absolute import Absolute
from derivlib.nodes.clip import Clip
from derivlib.nodes.elu import Elu
from derivlib.nodes.huber import Huber
from derivlib.nodes.leaky_relu import LeakyRelu
from derivlib.nodes.maximum import Maximum, Minimum
from derivlib.nodes.piecewise import piecewise
from derivlib.nodes.share import Share

_KNOWN = (
    "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "asinh", "acosh",
    "atanh", "exp", "log", "erf", "erfc", "Abs", "sign", "sigmoid", "Expm1",
    "Exponential", "Softplus", "Erfc", "ScaledErfc", "ScaledErfcIntegral", "LogErfc",
)  # fmt: skip
_AS_OTHERS: dict[Any, Callable[..., Any]] = {
    sec: lambda z: 1 / cos(z),
    csc: lambda z: 1 / sin(z),
    cot: lambda z: 1 / tan(z),
    Share: lambda *args: Share(*args).in_steps(),
    Clip: lambda *args: Clip(*args).in_extremes(),
    Elu: lambda z, alpha, *_: piecewise((z, z > 0), (alpha * Expm1(z), True)),
    Huber: lambda z, M: piecewise((z**2, Abs(z) <= M), (2 * M * Abs(z) - M**2, True)),
    LeakyRelu: lambda *args: LeakyRelu(*args).rewrite(Piecewise),
    Absolute: lambda z, _: Abs(z),
    Maximum: lambda u, v, _: applied(Max, u, v),
    Minimum: lambda u, v, _: applied(Min, u, v),
}
_RELATIONS = {"<": "less", "<=": "less_equal", ">": "greater", ">=": "greater_equal",
              "==": "equal", "!=": "not_equal"}  # fmt: skip


class Scalars:
    """Writes scalar expressions into a program, on arrays of any shape.

    :param other: what to do with nodes that are made of matrices.
    :param is_complex: whether numbers are complex.
    """

    def __init__(
        self, algebra: Algebra, other: Callable[[Expr], Array], *, is_complex: bool = False
    ) -> None:
        self.is_complex = is_complex
        self.algebra = algebra
        self.program = algebra.program
        self.other = other

    def value(self, expr: Any, bound: Mapping[Symbol, Array]) -> Array:
        """The value of an expression; bound symbols stand for arrays.

        :raises UnsupportedError: naming a function that no backend has.
        """
        if expr in bound:
            return bound[expr]
        if expr.is_Number or isinstance(expr, NumberSymbol) or expr is S.ImaginaryUnit:
            return self.program.number(expr)
        if isinstance(expr, Add):
            return self._sum(expr, bound)
        if isinstance(expr, Mul):
            return self._product(expr, bound)
        if isinstance(expr, Pow):
            return self._power(expr.base, expr.exp, bound)
        if isinstance(expr, exp):
            return self._call("exp", expr.args[0], bound)
        if isinstance(expr, Piecewise):
            return self._choice(expr, bound)
        if isinstance(expr, Max | Min | Largest):
            return self._extreme(expr, bound)
        if isinstance(expr, Guarded):
            return self._unless(expr.args[0], S.One, expr.args[1], bound)
        if isinstance(expr, Unless):
            return self._unless(expr.args[0], S.NegativeInfinity, expr.args[1], bound)
        if isinstance(expr, NearZero):
            return self._near_zero(expr, bound)
        if isinstance(expr, ExpRemainder):
            value = self.value(expr.args[0], bound)
            return self.program.add("exp_remainder", value, shape=value.shape, extra=expr.args[1])
        if isinstance(expr, Function) and not isinstance(expr, AppliedUndef):
            return self._function(expr, bound)
        return self.other(expr)

    def _function(self, expr: Expr, bound: Mapping[Symbol, Array]) -> Array:
        if isinstance(expr, conjugate | re | im):
            return self._part(expr, bound)
        if type(expr) in _AS_OTHERS:
            return self.value(_AS_OTHERS[type(expr)](*expr.args), bound)
        code = facet(type(expr), "code")
        if isinstance(code, Call):
            arrays = [self.value(argument, bound) for argument in expr.args]
            shape = max((array.shape for array in arrays), key=len)
            return self.program.add("node", *arrays, shape=shape, extra=code)
        name = code if code == "sigmoid" else expr.func.__name__
        if name not in _KNOWN or len(expr.args) != 1:
            if any(arg.is_Matrix for arg in expr.args):
                return self.other(expr)
            raise UnsupportedError(
                f'no backend has the function {expr.func.__name__} of "{expr}"; '
                "write it in terms of exp, log, powers or trigonometric functions"
            )
        return self._call(name, expr.args[0], bound)

    def _part(self, expr: Expr, bound: Mapping[Symbol, Array]) -> Array:
        """The conjugate of a number, or its real or imaginary part."""
        argument = expr.args[0]
        value = self.other(argument) if argument.is_Matrix else self.value(argument, bound)
        if isinstance(expr, conjugate):
            return self.algebra.conjugated_array(value)
        kind = "real" if isinstance(expr, re) else "imag"
        if kind == "real" and self.algebra.is_real(value.place):
            return value
        return self.program.add(kind, value, shape=value.shape)

    def _extreme(self, expr: Expr, bound: Mapping[Symbol, Array]) -> Array:
        kind = "minimum" if isinstance(expr, Min) else "maximum"
        arrays = [self.value(argument, bound) for argument in expr.args]
        numbers_last = sorted(arrays, key=self._rank)
        return functools.reduce(functools.partial(self._joined, kind), numbers_last)

    def _rank(self, array: Array) -> tuple[bool, int]:
        return self.program.operations[array.place].static, -array.ndim

    def _joined(self, kind: str, left: Array, right: Array) -> Array:
        shape = broadcast(left.shape, right.shape)
        return self.program.add(kind, left, right, shape=shape)

    def _unless(
        self, factor: Expr, number: Expr, expr: Expr, bound: Mapping[Symbol, Array]
    ) -> Array:
        """An expression, and a number where a factor is zero."""
        test = self._compared("equal", self.value(factor, bound), self.program.number(S.Zero))
        value = self.value(expr, bound)
        shape = broadcast(test.shape, value.shape)
        return self.program.add("where", test, self.program.number(number), value, shape=shape)

    def _near_zero(self, expr: NearZero, bound: Mapping[Symbol, Array]) -> Array:
        distance, near, far = (self.value(argument, bound) for argument in expr.args)
        test = self._compared("less", self._call_on("Abs", distance), self.algebra.one)
        shape = functools.reduce(broadcast, (test.shape, near.shape, far.shape))
        return self.program.add("where", test, near, far, shape=shape)

    def _call(self, name: str, argument: Expr, bound: Mapping[Symbol, Array]) -> Array:
        name = {"Exponential": "exp", "Softplus": "softplus", "Erfc": "erfc"}.get(name, name)
        if self.is_complex:
            value = self.value(argument, bound)
            result = self.program.add("call", value, shape=value.shape, extra=name)
            if name == "Abs":
                self.algebra.real.add(result.place)
            return result
        if name == "log" and isinstance(argument, Guarded):
            inside = self.value(argument.args[1], bound)
            if (shifted := self._of_sum(inside)) is not None:  # which is finite
                return shifted
        value = self.value(argument, bound)
        if name in ("sigmoid", "softplus") and self.program.operations[value.place].static:
            return self._of_number(name, value)
        if name == "log" and (shifted := self._of_sum(value)) is not None:
            return shifted
        return self.program.add("call", value, shape=value.shape, extra=name)

    def _of_sum(self, value: Array) -> Array | None:
        """The logarithm of a sum of exponentials, whose largest exponent is taken off."""
        operation = self.program.operations[value.place]
        parts = [self._exponent(Array(i, self.program.operations[i].shape))
                 for i in operation.arguments]  # fmt: skip
        found = [i for i, exponent in enumerate(parts) if exponent is not None]
        if operation.kind not in ("sum", "sum_axis", "dot", "matmul") or len(found) != 1:
            return None
        (which,), exponent = found, parts[found[0]]
        assert exponent is not None
        axis = operation.extra if operation.kind == "sum_axis" else 1 - which
        axis = axis if exponent.ndim == 2 and operation.kind != "sum" else None
        shape = () if axis is None else (exponent.shape[1 - axis],)
        largest = self.program.add("amax", exponent, shape=shape, extra=axis)
        shift = self.algebra.column(largest) if axis == 1 else largest
        lower = self.algebra.combine("add", [exponent, self.algebra.negated(shift)])
        arguments = [Array(i, self.program.operations[i].shape) for i in operation.arguments]
        arguments[which] = self._call_on("exp", lower)
        total = self.program.add(
            operation.kind, *arguments, shape=operation.shape, extra=operation.extra
        )
        logarithm = self._call_on("log", total)
        if len(value.shape) == 2 and axis == 1:
            largest = shift
        return self.algebra.combine("add", [logarithm, largest])

    def _call_on(self, name: str, value: Array) -> Array:
        return self.program.add("call", value, shape=value.shape, extra=name)

    def _exponent(self, value: Array) -> Array | None:
        """The u of an array exp(u)."""
        operation = self.program.operations[value.place]
        if operation.kind == "transpose":
            inner = self._exponent(Array(operation.arguments[0], value.shape[::-1]))
            return None if inner is None else self.algebra.transposed_array(inner)
        if operation.kind != "call" or operation.extra != "exp" or not value.shape:
            return None
        return Array(operation.arguments[0], value.shape)

    def _of_number(self, name: str, value: Array) -> Array:
        """σ(u) and log(1 + exp(u)) of a number, or of a calculation with sizes."""
        add, one = self.program.add, self.algebra.one
        sign = value if name == "softplus" else self.algebra.negated(value)
        total = self.algebra.combine("add", [one, add("call", sign, extra="exp")])
        if name == "softplus":
            return add("call", total, extra="log")
        return add("divide", one, total)

    def _sum(self, expr: Add, bound: Mapping[Symbol, Array]) -> Array:
        terms = sorted(expr.args, key=lambda term: term.could_extract_minus_sign())
        return self.algebra.combine("add", [self.value(term, bound) for term in terms])

    def _product(self, expr: Mul, bound: Mapping[Symbol, Array]) -> Array:
        above = [f for f in expr.args if not _is_reciprocal(f)]
        below = [Pow(f.base, -f.exp) for f in expr.args if _is_reciprocal(f)]
        arrays = [self.value(factor, bound) for factor in above]
        result = self.algebra.combine("multiply", arrays)
        if not below:
            return result
        divisor = self.algebra.combine("multiply", [self.value(f, bound) for f in below])
        return self.algebra.divided(result, divisor)

    def _power(self, base: Expr, exponent: Expr, bound: Mapping[Symbol, Array]) -> Array:
        value = self.value(base, bound)
        if (number := self.program.value_of(value)) is not None and not exponent.free_symbols:
            return self.program.number(number**exponent)
        if exponent.is_Number:
            return self._raised(value, exponent)
        power = self.value(exponent, bound)
        return self.program.add("power", value, power, shape=broadcast(value.shape, power.shape))

    def _raised(self, value: Array, exponent: Expr) -> Array:
        add, shape = self.program.add, value.shape
        if exponent == 1:
            return value
        if exponent.is_negative:
            raised = self._raised(value, -exponent)
            return self.algebra.divided(self.algebra.one, raised)
        if exponent is S.Half:
            return add("call", value, shape=shape, extra="sqrt")
        if value.ndim and exponent == 3:  # a general power is far slower
            return self.algebra.combine("multiply", [value, self._raised(value, S(2))])
        if value.ndim and exponent == Rational(3, 2):
            return self.algebra.combine("multiply", [value, self._raised(value, S.Half)])
        if value.ndim and exponent == 4:
            value, exponent = self._raised(value, S(2)), S(2)
        return add("power", value, self.program.number(exponent), shape=shape)

    def _choice(self, expr: Piecewise, bound: Mapping[Symbol, Array]) -> Array:
        *cases, (last, condition) = expr.args
        if not isinstance(condition, BooleanTrue):
            cases, last = list(expr.args), S.NaN
        result = self.value(last, bound) if last is not S.NaN else self.program.number(S.NaN)
        for value, when in reversed(cases):
            chosen = self.value(value, bound)
            test = self._condition(when, bound)
            shape = max((chosen.shape, result.shape, test.shape), key=len)
            result = self.program.add("where", test, chosen, result, shape=shape)
        return result

    def _condition(self, condition: Any, bound: Mapping[Symbol, Array]) -> Array:
        if isinstance(condition, ITE):
            return self._condition(condition.to_nnf(), bound)
        if isinstance(condition, Relational):
            left, right = self.value(condition.lhs, bound), self.value(condition.rhs, bound)
            return self._compared(_RELATIONS[condition.rel_op], left, right)
        if isinstance(condition, And | Or):
            parts = [self._condition(part, bound) for part in condition.args]
            kind = "and" if isinstance(condition, And) else "or"
            return functools.reduce(functools.partial(self._compared, kind), parts)
        if isinstance(condition, Not):
            return self._condition(condition.to_nnf(), bound)
        if isinstance(condition, BooleanTrue | BooleanFalse):
            return self.program.number(S(int(bool(condition))))
        raise UnsupportedError(f'a condition of this kind is not written as code: "{condition}"')

    def _compared(self, kind: str, left: Array, right: Array) -> Array:
        shape = broadcast(left.shape, right.shape)
        return self.program.add("compare", left, right, shape=shape, extra=kind)


def _is_reciprocal(factor: Expr) -> bool:
    return isinstance(factor, Pow) and bool(factor.exp.is_Number and factor.exp.is_negative)
