"""σ': the derivative of an undefined function of one scalar.

At a symbol it is SymPy's Derivative(σ(t), t). At anything else SymPy writes a Subs that is compared
by how its point prints, so there it is a node of ours, Prime, and only what a reader gets is
SymPy's (`in_sympy`). So it is at a Dummy and at z, the variables of functions: they may become
anything, and a Derivative is taken with respect to a symbol only.
"""

from __future__ import annotations

import copyreg
from collections import Counter
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from sympy import (
    Derivative,
    Dummy,
    Expr,
    Function,
    FunctionClass,
    Integer,
    Lambda,
    MatrixExpr,
    S,
    Subs,
    Symbol,
    Trace,
    preorder_traversal,
    sympify,
)
from sympy.core.function import AppliedUndef, UndefinedFunction
from sympy.printing.latex import LatexPrinter
from sympy.printing.str import StrPrinter

from derivlib.errors import InputError, UnsupportedError
from derivlib.expressions.facets import Absent, Entries, tell
from derivlib.expressions.shapes import same_as_first
from derivlib.expressions.text import text
from derivlib.nodes.arguments import as_whole_number
from derivlib.nodes.node import ScalarNode
from derivlib.nodes.partials import ScalarPartial, partial

_PLACE = Dummy("u", 1)
"""The variable of a function that is differentiated; it is bound, and one for all functions."""


ARGUMENT = Symbol("z")
"""The variable of the functions that are applied to each entry."""


def is_symbol(argument: Any) -> bool:
    """Return whether SymPy differentiates with respect to a scalar; a Dummy may be a variable."""
    return getattr(argument, "_diff_wrt", False) and not isinstance(argument, Dummy)


def is_undefined(function: Any) -> bool:
    """Return whether a function is an undefined one: σ or σ', not tanh or a `Lambda`."""
    return isinstance(function, UndefinedFunction) and function is not Function


@lru_cache(maxsize=512)
def _as_lambda(function: Any) -> Lambda:
    return Lambda(_PLACE, function(_PLACE))


class Prime(ScalarNode):
    """A derivative of an undefined function of one scalar, at a scalar.

    Where another function takes the place of the undefined one, it is carried out.

    ```pycon
    >>> from sympy import Function, sin, symbols
    >>> f, t = Function("f"), symbols("t")
    >>> slope = Prime(f, 1, 2 * t)
    >>> slope, slope.subs(f, sin), slope.has(f)
    (f'(2*t), cos(2*t), True)

    ```

    :param function: the function, or a `Lambda` of one variable.
    :param order: how many times it is differentiated.
    :param argument: where.
    """

    def __new__(cls, function: Any, order: Any, argument: Any) -> Any:
        order, argument = Integer(order), sympify(argument)
        if not isinstance(function, Lambda):
            function = _as_lambda(function)
        (variable,) = function.variables
        body = function.expr.xreplace({variable: _PLACE})
        if isinstance(body, AppliedUndef) and body.args == (_PLACE,):
            if is_symbol(argument) and argument != ARGUMENT:
                return Derivative(body.func(argument), (argument, order))
            return super().__new__(cls, Lambda(_PLACE, body), order, argument)
        return in_bodies(body.diff((_PLACE, order))).subs(_PLACE, argument)

    @property
    def function(self) -> Any:
        """The undefined function."""
        return self.args[0].expr.func

    @property
    def order(self) -> int:
        """How many times it is differentiated."""
        return int(self.args[1])

    @property
    def argument(self) -> Expr:
        """Where."""
        return self.args[2]

    @property
    def primed_name(self) -> str:
        """σ'."""
        return _name(self.function, self.order)

    def _eval_rewrite_as_Derivative(self, *_: Any, **__: Any) -> Expr:
        return _standing(self.function, [self.argument], (0,) * self.order)

    def _eval_derivative(self, variable: Any) -> Any:
        slope = self.argument.diff(variable)
        return S.Zero if slope == 0 else Prime(self.function, self.order + 1, self.argument) * slope


def _name(function: Any, order: int) -> str:
    return str(function.__name__) + "'" * order


def primed(function: Any, order: int, argument: Expr) -> Expr:
    """σ' at a scalar: SymPy's derivative at a symbol, a node of ours at anything else."""
    if order == 0:
        return function(argument)
    if is_symbol(argument):
        return Derivative(function(argument), (argument, order))
    return Prime(function, order, argument)


def prime_of(expr: Any) -> tuple[Any, int, Expr] | None:
    """Read a derivative of an undefined function of one scalar, however it is written.

    :returns: the function, how many times it is differentiated, and where; nothing if the
        expression is something else.
    """
    if isinstance(expr, Prime):
        return expr.function, expr.order, expr.argument
    if isinstance(expr, Subs) and len(expr.variables) == 1:
        (variable,), (point,) = expr.variables, expr.point
        found = prime_of(expr.expr)
        return (*found[:2], point) if found and found[2] == variable else None
    if isinstance(expr, Derivative) and len(expr.variable_count) == 1:
        ((variable, order),) = expr.variable_count
        applied = expr.expr
        if isinstance(applied, AppliedUndef) and applied.args == (variable,) and order.is_Integer:
            return applied.func, int(order), variable
    return None


def is_carried_out(expr: Any) -> bool:
    """Return whether no derivative is left standing in an expression, other than a σ'."""
    seen: set[int] = set()
    stack = [expr]
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if not isinstance(node, (Derivative, Subs)):
            stack += node.args
        elif prime_of(node) is None:
            return False
    return True


def in_bodies(body: Expr) -> Expr:
    """The body of a function of one scalar with Prime for every derivative in it."""
    if not body.has(Derivative, Subs):
        return body
    return body.replace(
        lambda node: isinstance(node, (Derivative, Subs)) and prime_of(node) is not None,
        lambda node: Prime(*(prime_of(node) or ())),
    )


def at_entries(expr: Any) -> Any:
    """An expression outside of a body, with SymPy's derivative where σ' is taken at a symbol."""
    if not expr.has(Prime):
        return expr
    return expr.replace(Prime, lambda *args: primed(*_read(*args)))


def in_sympy(expr: Any) -> Any:
    """An expression with SymPy's own derivatives of undefined functions of scalars.

    ```pycon
    >>> from sympy import Function, symbols
    >>> f, s, t = Function("f"), *symbols("s t")
    >>> in_sympy(Prime(f, 1, 2 * t)) == f(2 * t).diff(t) / 2
    True
    >>> in_sympy(partial(f(s, t), 1))
    Derivative(f(s, t), t)

    ```

    SymPy takes its derivatives for equal where their points print alike. Therefore an expression
    stays as it is in which different symbols have one name, and so does a derivative at something
    with matrices in it, which SymPy prints without their sizes.

    :param expr: an expression outside of a body.
    """
    if not expr.has(Prime, ScalarPartial):
        return expr
    if len({str(symbol) for symbol in expr.free_symbols}) < len(expr.free_symbols):
        return expr
    found, walk = {}, preorder_traversal(expr)
    for node in walk:
        if not isinstance(node, (Prime, ScalarPartial, Lambda)):
            continue
        walk.skip()
        if isinstance(node, Lambda) or node.has(MatrixExpr):
            continue
        if isinstance(node, Prime):
            found[node] = _standing(node.function, [in_sympy(node.argument)], (0,) * node.order)
        else:
            function, arguments, moving = node, node.arguments, list[int]()
            while isinstance(function, ScalarPartial):
                function, moving = function.application, [*moving, function.position]
            found[node] = _standing(function.func, [*map(in_sympy, arguments)], moving)
    return expr.xreplace(found)


def _standing(function: Any, arguments: list[Expr], moving: Iterable[int]) -> Expr:
    """SymPy's derivative of an undefined function by the arguments at some positions.

    A bound variable takes the place of an argument that is no variable, or stands in others too.
    """
    orders, bound = Counter(moving), {}
    places = list(arguments)
    for k in orders:
        others = (*arguments[:k], *arguments[k + 1 :])
        is_variable = getattr(arguments[k], "_diff_wrt", False)
        if not is_variable or any(other.has(arguments[k]) for other in others):
            places[k] = Dummy(f"xi_{k + 1}", k + 1)
            bound[places[k]] = arguments[k]
    slope = Derivative(function(*places), *((places[k], order) for k, order in orders.items()))
    return Subs(slope, tuple(bound), tuple(bound.values())) if bound else slope


def _read(function: Lambda, order: Integer, argument: Expr) -> tuple[Any, int, Expr]:
    return function.expr.func, int(order), argument


def prime(function: Callable[..., Expr], order: int = 1) -> Any:
    """The derivative of a function of one scalar, as a function: σ becomes σ', sin becomes cos.

    ```pycon
    >>> from sympy import Function, Symbol, sin
    >>> sigma, t = Function("sigma"), Symbol("t")
    >>> prime(sigma)(t) == sigma(t).diff(t)
    True
    >>> prime(sigma)(2 * t)
    σ'(2*t)
    >>> prime(prime(sigma)) == prime(sigma, 2)
    True
    >>> prime(sin)
    cos

    ```

    :param function: an undefined SymPy function, the prime of one, a known function, or a
        `Lambda` of one variable.
    :param order: how many times it is differentiated.
    :returns: for an undefined function one that knows its `derivative_of` and its
        `prime_order`; otherwise a function, or a `Lambda`.
    :raises InputError: if it is no function of one scalar, or `order` no whole number from 0.
    :raises UnsupportedError: if SymPy knows no derivative of it.
    """
    if not isinstance(function, (FunctionClass, Lambda)):
        raise InputError(
            f'prime takes a function of one scalar such as Function("sigma") or sin, not '
            f"{function!r}"
        )
    order = as_whole_number(order, "the order of a prime")
    if not is_undefined(function):
        return _of_known(function, order)
    base: Any = getattr(function, "derivative_of", function)
    order += getattr(function, "prime_order", 0)
    if order == 0:
        return base

    def at(cls: Any, *arguments: Any) -> Expr:
        argument: Any = sympify(arguments[0]) if len(arguments) == 1 else None
        if getattr(argument, "is_Matrix", False) and tuple(argument.shape) == (1, 1):
            argument = Trace(argument)  # as a scalar, which SymPy's applyfunc asks for
        if argument is None or getattr(argument, "is_Matrix", False):
            raise InputError(
                f"{cls.__name__} takes one scalar; for each entry of a matrix A say "
                f"A.applyfunc(prime({base.__name__}))"
            )
        return primed(base, order, argument)

    members = {"derivative_of": base, "prime_order": order, "__new__": at}
    return _PrimeFunction(_name(base, order), bases=(AppliedUndef,), __dict__=members)


class _PrimeFunction(UndefinedFunction):
    """The class of σ', which is pickled as the prime of what it is the prime of."""


copyreg.pickle(
    _PrimeFunction, lambda function: (prime, (function.derivative_of, function.prime_order))
)


def _undefined(name: str, assumptions: dict[str, Any]) -> Any:
    """An undefined function, read from a pickle."""
    return Function(name, **assumptions)


if UndefinedFunction not in copyreg.dispatch_table:  # SymPy has it from 1.14 on
    copyreg.pickle(
        UndefinedFunction, lambda function: (_undefined, (function.__name__, function._kwargs))
    )


def _of_known(function: Any, order: int) -> Any:
    try:
        body = in_bodies(function(_PLACE).diff((_PLACE, order)))
    except (TypeError, ValueError) as error:
        raise InputError(f"prime takes a function of one scalar, not {function}") from error
    if not is_carried_out(body):
        raise UnsupportedError(f"SymPy knows no derivative of {function}")
    is_call = isinstance(body.func, FunctionClass) and body.args == (_PLACE,)
    return body.func if is_call else Lambda(_PLACE, body)


# --- facets ------------------------------------------------------------------------------


def _as_partial(node: Any) -> Expr | None:
    """The partial derivative of an undefined function of several arguments that a node stands for.

    Nothing if it stands for something else.
    """
    if isinstance(node, Subs):
        inner = _as_partial(node.expr)
        return inner and inner.xreplace(dict(zip(node.variables, node.point, strict=True)))
    if not isinstance(node, Derivative) or not isinstance(node.expr, AppliedUndef):
        return None
    found, arguments = node.expr, node.expr.args
    for variable in node.variables:
        if arguments.count(variable) != 1:
            return None
        found = partial(found, arguments.index(variable))
    return found


class _Itself:
    """A node as a key that no other node is equal to, not even one that prints alike."""

    def __init__(self, node: Any) -> None:
        self.node = node

    def __hash__(self) -> int:
        return id(self.node)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Itself) and self.node is other.node


def meaning(node: Any) -> Any:
    """What a derivative stands for that is no σ': carried out, or a partial derivative of ours.

    :raises UnsupportedError: if it is neither.
    """
    return _meaning(_Itself(node))


@lru_cache(maxsize=512)
def _meaning(key: _Itself) -> Any:
    node = key.node
    if (found := _as_partial(node)) is not None:
        return found
    value = node.doit()
    if value != node:
        return value
    if isinstance(node, Subs) and prime_of(node.expr) is None:
        inner = meaning(node.expr)
        if is_carried_out(inner):
            return inner.xreplace(dict(zip(node.variables, node.point, strict=True)))
    raise UnsupportedError(
        f'"{text(node)}" is a derivative that is not carried out, and not one of an undefined '
        "function with respect to one of its arguments; carry it out with .doit(), or give what is "
        "differentiated a name"
    )


def _parts(node: Any) -> tuple[Expr, ...]:
    found = prime_of(node)
    return (meaning(node),) if found is None else (found[2],)


def _with_parts(node: Any, parts: tuple[Expr, ...]) -> Expr:
    found = prime_of(node)
    return parts[0] if found is None else primed(*found[:2], parts[0])


def _entries(calc: Any, node: Any, value: Any) -> Any:
    found = prime_of(node)
    if found is None:
        return value
    function, order, _ = found
    return calc.ring.abstract(function.__name__, (0,) * order, [(0,)], [value])


def _on_arrays(on: Any, node: Any) -> Any:
    return on.value(meaning(node)) if prime_of(node) is None else on.undefined(node)


def _text(p: Any, node: Any) -> str:
    found = prime_of(node)
    if found is None and (several := _as_partial(node)) is not None:
        return str(p._print(several))
    if found is None:
        return str(getattr(StrPrinter, f"_print_{type(node).__name__}")(p, node))
    return str(p.call(_name(*found[:2]), found[2]))


def _tex(p: Any, node: Any) -> str:
    found = prime_of(node)
    if found is None and (several := _as_partial(node)) is not None:
        return str(p._print(several))
    if found is None:
        return str(getattr(LatexPrinter, f"_print_{type(node).__name__}")(p, node))
    return str(p.call(p.function_name(_name(*found[:2])), found[2]))


for _kind in (Prime, Derivative, Subs):
    tell(
        _kind,
        text=_text,
        tex=_tex,
        shape=same_as_first,
        normal=((lambda *args: primed(*_read(*args))) if _kind is Prime else Absent("SymPy's own")),
        entries=Entries(_entries),
        arrays=_on_arrays,
        code=Absent("an undefined function has no value; put a function in its place"),
        example=Absent("derivatives of undefined functions bring it in"),
        parts=_parts,
        with_parts=_with_parts,
    )
