"""Known functions of scalars, and choices between them: Max, Min, Abs, Piecewise, conditions."""

from __future__ import annotations

from functools import reduce
from typing import Any

from sympy import Abs, Expr, Function, Integer, Lambda, Max, Min, Piecewise, Symbol
from sympy.core.relational import Relational
from sympy.logic.boolalg import BooleanAtom, BooleanFunction

from derivlib.errors import UnsupportedError
from derivlib.expressions.facets import PRINTED, Absent, Entries, Example, Shape, no_parts, tell
from derivlib.expressions.shapes import Parts, same_size, scalar, shown_shape
from derivlib.expressions.text import text, typed
from derivlib.nodes.grid import as_scalar

_SYMPY = Absent("SymPy's own")
_NOT_DIFFERENTIATED = Absent("no rule is stated for it")


def _of_scalars(expr: Any, parts: Parts) -> Shape:
    """No shape, made of scalars, as which 1×1 matrices count.

    :raises UnsupportedError: if a larger matrix is among them.
    """
    for part, shape in parts:
        if shape is None or all(same_size(size, Integer(1)) for size in shape):
            continue
        name = expr.func.__name__
        whole = ""
        if same_size(*shape):
            whole = f"; there is no rule for {name} as a function of the matrix as a whole"
        raise UnsupportedError(
            f'{name} in "{text(expr)}" takes scalars, but {text(part)} is {shown_shape(shape)}; '
            f"for each entry write {typed(part, method=f'applyfunc({_of_entry(expr, part)})')}"
            f"{whole}"
        )
    return None


def _of_entry(expr: Any, matrix: Expr) -> str:
    """The function of one scalar that is meant for each entry of a matrix."""
    if len(expr.args) == 1:
        return str(expr.func.__name__)
    variable = Symbol("z")
    return str(Lambda(variable, expr.xreplace({matrix: variable})))


def _known(calc: Any, node: Any, *values: Any) -> Any:
    return calc.ring.call(node.func, [as_scalar(value) for value in values])


def _on_arrays(on: Any, node: Any) -> Any:
    if len(node.args) != 1:
        raise UnsupportedError(f'{type(node).__name__} in "{node}" has no value on arrays')
    return on.jets.apply(on.derivatives_of(node.func), on.value(node.args[0]))


def _extreme(is_better: str) -> Any:
    def value(on: Any, node: Any) -> Any:
        better = getattr(on.np, is_better)
        return reduce(lambda a, b: on.np.where(better(a[0], b[0]), a, b), on.all_of(node.args))

    return value


def _magnitude(on: Any, node: Any) -> Any:
    value = on.value(node.args[0])
    return on.np.where(value[0] >= 0, value, -value)


for _kind, _arrays, _example in (
    (Function, _on_arrays, Example(lambda w, d: w.known_function()(w.scalar(d)), "scalar")),
    (Max, _extreme("greater_equal"), _NOT_DIFFERENTIATED),
    (Min, _extreme("less_equal"), _NOT_DIFFERENTIATED),
    (Abs, _magnitude, _NOT_DIFFERENTIATED),
):
    tell(
        _kind,
        **PRINTED,
        shape=_of_scalars,
        normal=_SYMPY,
        entries=Entries(_known),
        arrays=_arrays,
        code="scalar_function",
        example=_example,
    )


def _choice(calc: Any, _: Any, *values: Any) -> Any:
    return calc.ring.choose(list(zip(values[0::2], values[1::2], strict=True)))


def _choice_on_arrays(on: Any, node: Piecewise) -> Any:
    """The first of several values whose condition holds."""
    *others, last = node.args
    result = on.value(last[0])
    for value, condition in reversed(others):
        result = on.np.where(on.holds(condition), on.value(value), result)
    return result


tell(
    Piecewise,
    **PRINTED,
    shape=scalar,
    normal=_SYMPY,
    entries=Entries(_choice, lambda node: [part for pair in node.args for part in pair.args]),
    arrays=_choice_on_arrays,
    code="choice",
    example=_NOT_DIFFERENTIATED,
)


def _tell_condition(kind: type, entries: Entries) -> None:
    tell(
        kind,
        **PRINTED,
        shape=scalar,
        normal=_SYMPY,
        entries=entries,
        arrays=Absent("where a condition holds is asked of `conditions`"),
        code="condition",
        example=_NOT_DIFFERENTIATED,
        parts=no_parts,
    )


_tell_condition(
    Relational,
    Entries(
        lambda calc, node, *both: calc.ring.compare(node.func, *map(as_scalar, both)),
        lambda node: node.args,
    ),
)
_tell_condition(BooleanAtom, Entries(lambda _, node: bool(node), no_parts))
_tell_condition(
    BooleanFunction, Entries(lambda _, node, *values: node.func(*values), lambda node: node.args)
)
