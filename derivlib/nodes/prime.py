"""prime(f): the derivative of an undefined function of one scalar, σ'."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sympy import Expr, Function
from sympy.core.function import AppliedUndef, UndefinedFunction

from derivlib.errors import InputError
from derivlib.nodes.arguments import as_whole_number


def prime(function: Callable[..., Expr], order: int = 1) -> Any:
    """Name the derivative of an undefined function of one scalar: σ becomes σ'.

    ```pycon
    >>> from sympy import Function, Symbol
    >>> sigma = Function("sigma")
    >>> prime(sigma)(Symbol("z"))
    sigma'(z)
    >>> prime(prime(sigma)) == prime(sigma, 2)
    True

    ```

    :param function: an undefined SymPy function, or the prime of one.
    :param order: how many times it is differentiated.
    :returns: an undefined function that knows its `derivative_of` and its `prime_order`.
    :raises InputError: if it is another function, or `order` no whole number from 0.
    """
    if not is_undefined(function):
        raise InputError(
            f'prime takes an undefined function such as Function("sigma"), not {function!r}; '
            "a known one has a derivative that can be written"
        )
    order = as_whole_number(order, "the order of a prime")
    base: Any = getattr(function, "derivative_of", function)
    order += getattr(function, "prime_order", 0)
    if order == 0:
        return base
    name = base.__name__ + "'" * order
    # Members handed over as keywords are pickled; those in `__dict__` are not.
    return UndefinedFunction(name, bases=(AppliedUndef,), derivative_of=base, prime_order=order)


def is_undefined(function: Any) -> bool:
    """Return whether a function is an undefined one: σ or σ', not tanh or a `Lambda`."""
    return isinstance(function, UndefinedFunction) and function is not Function
