"""Derivatives of functions of one scalar, as functions again.

The elementary derivatives are SymPy's own (`fdiff`); an undefined σ has the derivative σ'.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import sympy as sp
from sympy import Expr
from sympy.core.function import AppliedUndef, ArgumentIndexError, UndefinedFunction

from derivlib.errors import UndefinedError, UnsupportedError
from derivlib.expressions.text import text
from derivlib.nodes import is_undefined, partial, prime
from derivlib.nodes.elementwise import as_lambda
from derivlib.nodes.in_pieces import InPieces
from derivlib.nodes.prime import Prime, at_entries, is_carried_out, prime_of
from derivlib.nodes.relu import Relu
from derivlib.nodes.share import Share

LOCALLY_CONSTANT = (sp.sign, sp.Heaviside, Share)
"""Functions of real numbers whose derivative is 0 but where they jump."""

WITH_KINKS = (sp.Abs, sp.Max, sp.Min, Relu, InPieces, *LOCALLY_CONSTANT)
"""Functions of real numbers that have a derivative but where an argument is 0, or two are equal."""


def share_of_extreme(function: Any, arguments: Sequence[Expr], position: int) -> Expr:
    """The derivative of `Max` or `Min` by one argument: 1 if that is it, 1/k if it is one of k.

    ```pycon
    >>> from sympy import Max, Min, symbols
    >>> u, v, t = symbols("u v t")
    >>> share_of_extreme(Max, (u, v), 0)
    Heaviside(u - v)
    >>> share_of_extreme(Max, (u, v, t), 0)
    share(u, v, t)
    >>> [share_of_extreme(Min, (u, v, t), i).subs({u: 2, v: 2, t: 2}) for i in range(3)]
    [1/3, 1/3, 1/3]

    ```

    """
    outward = 1 if function is sp.Max else -1
    others = (other for i, other in enumerate(arguments) if i != position)
    return Share(*(outward * each for each in (arguments[position], *others)))


def _stand_in(function: UndefinedFunction) -> UndefinedFunction:
    """An undefined function of another name that differentiates itself into σ'."""

    def fdiff(self: Expr, argindex: int = 1) -> Expr:
        return _partial_derivative(function(*self.args), argindex - 1)

    return UndefinedFunction(
        f"{function.__name__} (differentiable)", bases=(AppliedUndef,), __dict__={"fdiff": fdiff}
    )


def derivative_of(body: Expr, by: sp.Symbol) -> Expr:
    """Differentiate a scalar expression, primes for the undefined functions in it.

    Sums, products, powers and functions of scalars are differentiated here, by the same rules as
    SymPy has, since its `diff` looks for a proof that the derivative of each part is not zero.

    :raises UnsupportedError: if SymPy cannot differentiate a function in it.
    """
    result = _derivative(body, by)
    if not is_carried_out(result):
        raise UnsupportedError(
            f'no derivative is known for "{text(body)}" as a function of {by}; '
            "give the function as a Lambda of functions SymPy can differentiate"
        )
    return result


@lru_cache(maxsize=2**14)
def _derivative(body: Expr, by: sp.Symbol) -> Expr:
    """The derivative of each part once: entries of a pseudoinverse share most of theirs."""
    if body == by:
        return sp.S.One
    if by not in body.free_symbols:
        return sp.S.Zero
    if isinstance(body, sp.Add):
        return sp.Add(*(_derivative(term, by) for term in body.args))
    if isinstance(body, sp.Mul):
        factors = body.args
        slopes = [_derivative(factor, by) for factor in factors]
        return sp.Add(*(sp.Mul(*factors[:k], s, *factors[k + 1 :]) for k, s in enumerate(slopes)))
    if isinstance(body, sp.Pow):
        base, exponent = body.args
        growth = _derivative(exponent, by)
        growing = growth * sp.log(base) if growth != 0 else sp.S.Zero
        return body * (growing + _derivative(base, by) * exponent / base)
    if isinstance(body, sp.Piecewise):
        return sp.Piecewise(*((_derivative(value, by), holds) for value, holds in body.args))
    if (slope := prime_of(body)) is not None:
        function, order, argument = slope
        return sp.Mul(Prime(function, order + 1, argument), _derivative(argument, by))
    ordinary = type(body)._eval_derivative is sp.Function._eval_derivative
    if ordinary or is_undefined(body.func) or isinstance(body, WITH_KINKS):
        slopes = [_derivative(argument, by) for argument in body.args]
        partials = (
            sp.Mul(_partial_derivative(body, k), slope)
            for k, slope in enumerate(slopes)
            if slope != 0
        )
        return sp.Add(*partials)
    return _by_sympy(body, by)


def _by_sympy(body: Expr, by: sp.Symbol) -> Expr:
    """Differentiate by SymPy's own `diff`, functions put together from pieces among others."""
    stand_ins = {f: _stand_in(f) for f in {type(atom) for atom in body.atoms(AppliedUndef)}}
    for function, stand_in in stand_ins.items():
        body = body.replace(function, stand_in)
    result = body.diff(by)
    for function, stand_in in stand_ins.items():
        result = result.replace(stand_in, function)
    return result


@lru_cache(maxsize=512)
def derivative_of_function(function: sp.FunctionClass | sp.Lambda) -> sp.Lambda:
    """Differentiate a function of one scalar.

    ```pycon
    >>> from sympy import Function, tanh
    >>> derivative_of_function(tanh)
    Lambda(z, 1 - tanh(z)**2)
    >>> derivative_of_function(Function("sigma"))
    Lambda(z, σ'(z))

    ```

    :param function: a SymPy function, an undefined function or a `Lambda`.
    :returns: its derivative, as a `Lambda`.
    :raises UnsupportedError: if SymPy cannot differentiate it.
    """
    if is_undefined(function):
        return as_lambda(prime(function))
    function = as_lambda(function)
    (variable,) = function.variables
    return sp.Lambda(variable, derivative_of(function.expr, variable))


@lru_cache(maxsize=512)
def derivative_by_parameter(function: sp.Lambda, parameter: sp.Symbol) -> sp.Lambda:
    """Differentiate a function of one scalar by a parameter in its body."""
    return sp.Lambda(function.variables, derivative_of(function.expr, parameter))


def partial_derivative(application: Expr, position: int) -> Expr:
    """Differentiate a scalar function of scalars by one of its arguments.

    ```pycon
    >>> from sympy import Function, log, symbols
    >>> u, v = symbols("u v")
    >>> partial_derivative(log(u), 0)
    1/u
    >>> partial_derivative(Function("f")(u), 0) == Function("f")(u).diff(u)
    True

    ```

    :param application: the function, applied.
    :param position: the position of the argument, counted from 0.
    :raises UnsupportedError: if SymPy cannot differentiate it.
    :raises UndefinedError: if it is a function of real numbers, and its arguments are not real.
    """
    return at_entries(_partial_derivative(application, position))


def _partial_derivative(application: Expr, position: int) -> Expr:
    """The same as it stands in the body of a function, whose variable may become anything."""
    if (slope := prime_of(application)) is not None:
        function, order, argument = slope
        return Prime(function, order + 1, argument)
    function = application.func
    if isinstance(application, LOCALLY_CONSTANT):
        return sp.S.Zero
    if isinstance(application, (sp.Max, sp.Min)):
        return share_of_extreme(function, application.args, position)
    if is_undefined(function):
        if len(application.args) == 1:
            return Prime(function, 1, *application.args)
        return partial(application, position)
    if not isinstance(application, sp.Function):
        raise UnsupportedError(f'no derivative is known for "{text(application)}"')
    try:
        result = application.fdiff(position + 1)
    except ArgumentIndexError:
        result = None
    except KeyError as error:  # SymPy takes a symbol of a condition that has none
        raise UnsupportedError(
            f'SymPy cannot differentiate "{text(application)}", which chooses by a condition '
            "without symbols; write the value that is chosen"
        ) from error
    except (TypeError, ValueError) as error:  # what is not real is compared
        raise UndefinedError(
            f'"{text(application)}" has no derivative, because it is taken of what is not real: '
            f'SymPy says "{error}"'
        ) from error
    if result is None or not is_carried_out(result):
        raise UnsupportedError(
            f'no derivative is known for "{text(application)}" with respect to its argument '
            f"{position + 1}; differentiate with respect to something else, or put an undefined "
            "function in its place"
        )
    return result
