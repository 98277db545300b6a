"""Known functions of scalars, and choices between them: Max, Abs, sign, Piecewise, conditions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce
from typing import Any

from sympy import (
    ITE,
    Abs,
    And,
    Expr,
    Function,
    Heaviside,
    Integer,
    Lambda,
    Max,
    Min,
    Not,
    Or,
    Piecewise,
    S,
    Symbol,
    cos,
    cosh,
    exp,
    log,
    sign,
    sin,
    sinh,
    tan,
    tanh,
)
from sympy.core.relational import Relational
from sympy.logic.boolalg import BooleanAtom, BooleanFunction

from derivlib.errors import UnsupportedError
from derivlib.expressions.elementwise_tex import RELATIONS, step
from derivlib.expressions.facets import (
    PRINTED,
    Absent,
    Call,
    Entries,
    Example,
    Shape,
    no_parts,
    tell,
)
from derivlib.expressions.reading import bounds, interval
from derivlib.expressions.shapes import Parts, same_size, scalar, shown_shape
from derivlib.expressions.text import is_entry, text, typed
from derivlib.expressions.traversal import applied
from derivlib.nodes.grid import as_scalar
from derivlib.nodes.piecewise import piecewise

_SYMPY = Absent("SymPy's own")
_NOT_DIFFERENTIATED = Absent("no rule is stated for it")


_HOLOMORPHIC = (exp, log, sin, cos, tan, sinh, cosh, tanh)


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


def _complex_magnitude(calc: Any, _: Any, value: Any) -> Any:
    ring = calc.ring
    return ring.power(ring.squared_modulus(as_scalar(value)), ring.number(S.Half))


def _step(on: Any, node: Any) -> Any:
    """It is constant on either side of 0."""
    value, at_zero = on.all_of(node.args)
    return on.number(on.np.heaviside(value[0, 0], at_zero[0, 0]))


def _sign(on: Any, node: Any) -> Any:
    return on.number(on.np.sign(on.value(node.args[0])[0, 0]))


def _known_function(w: Any, d: int) -> Any:
    return w.known_function()(w.scalar(d))


def _of_one(kind: type) -> Example:
    return Example(lambda w, d: kind(w.scalar(d)), "scalar")


def _of_two(kind: type) -> Example:
    return Example(lambda w, d: applied(kind, w.scalar(d), w.scalar(0)), "scalar")


for _kind, _arrays, _told in (
    (
        Function,
        _on_arrays,
        {
            "example": Example(lambda w, d: w.known_function()(w.scalar(d)), "scalar"),
            "is_holomorphic": lambda node: isinstance(node, _HOLOMORPHIC),
        },
    ),
    (Max, _extreme("greater_equal"), {"tex": r"\max", "example": _of_two(Max)}),
    (Min, _extreme("less_equal"), {"tex": r"\min", "example": _of_two(Min)}),
    (Abs, _magnitude, {"example": _of_one(Abs), "complex_entries": Entries(_complex_magnitude)}),
    (sign, _sign, {"example": _of_one(sign)}),
):
    tell(
        _kind,
        **{**PRINTED, **_told},
        shape=_of_scalars,
        normal=_SYMPY,
        entries=Entries(_known),
        arrays=_arrays,
        code="scalar_function",
    )

_SIGNS = {S.Zero: ">", S.One: ">="}


def _inside(argument: Expr) -> Expr:
    """A 1×1 matrix in brackets needs no others."""
    return argument.args[0] if is_entry(argument) else argument


def _step_text(p: Any, node: Any) -> str:
    argument, at_zero = node.args
    if at_zero in _SIGNS:
        return f"[{p._print(_inside(argument))} {_SIGNS[at_zero]} 0]"
    return str(p.call("Heaviside", *(node.args if at_zero != S.Half else node.args[:1])))


tell(
    Heaviside,
    text=_step_text,
    tex=lambda p, node: step(p._print(_inside(node.args[0])), p._print(node.args[1])),
    shape=_of_scalars,
    normal=_SYMPY,
    entries=Entries(_known),
    arrays=_step,
    code=Call(
        "{lib}.heaviside({0}, {1})",
        torch='''
def heaviside(z, at_zero):
    """1 where z is positive, 0 where it is negative."""
    return torch.heaviside(z, torch.as_tensor(at_zero, dtype=z.dtype, device=z.device))
''',
    ),
    example=Absent("the derivatives of the others bring it in"),
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


def _choice_example(w: Any, d: int) -> Any:
    tested = w.scalar(d)
    return Piecewise((w.scalar(d), tested > 1), (tested, True))


def relations_of(condition: Any) -> Iterator[Relational]:
    """The relations that a condition is made of."""
    if isinstance(condition, Relational):
        yield condition
    elif isinstance(condition, BooleanFunction):
        for part in condition.args:
            yield from relations_of(part)


def _parts_of_choice(node: Piecewise) -> tuple[Expr, ...]:
    """The values, and what is compared in the conditions."""
    compared = (side for _, holds in node.args for r in relations_of(holds) for side in r.args)
    return (*(value for value, _ in node.args), *compared)


def _choice_of(node: Piecewise, parts: tuple[Expr, ...]) -> Expr:
    """The choice between other values, where other things are compared."""
    given = iter(parts)
    values = [next(given) for _ in node.args]

    def renewed(condition: Any) -> Any:
        if isinstance(condition, Relational):
            return condition.func(next(given), next(given))
        if isinstance(condition, BooleanFunction):
            return condition.func(*map(renewed, condition.args))
        return condition

    holds = [renewed(condition) for _, condition in node.args]
    return piecewise(*zip(values, holds, strict=True))


def _choice_text(p: Any, node: Piecewise) -> str:
    """where(z > 0, z, 0), with the other pieces in the place of the last."""
    if (inside := bounds(node)) is not None:
        return f"[{_chained(p, inside)}]"
    told = ((value, _evaluated(condition)) for value, condition in node.args)
    pieces = [(value, condition) for value, condition in told if condition is not S.false]
    shown = "nan"
    if pieces and pieces[-1][1] is S.true:
        shown = p._print(_inside(pieces.pop()[0]))
    for value, holds in reversed(pieces):
        shown = f"where({_condition_text(p, holds)}, {p._print(_inside(value))}, {shown})"
    return str(shown)


def _evaluated(condition: Any) -> Any:
    """A condition in "and", "or" and "not": of pieces in pieces SymPy makes an ITE."""
    return condition.to_nnf() if condition.has(ITE) else condition


def _condition_text(p: Any, condition: Any) -> str:
    if isinstance(condition, Relational):
        left, right = (p._print(_inside(side)) for side in (condition.lhs, condition.rhs))
        return f"{left} {condition.rel_op} {right}"
    if (between := interval(condition)) is not None:
        return _chained(p, between)
    joined = ", ".join(_condition_text(p, part) for part in condition.args)
    return f"{_CONNECTIVES[type(condition)]}({joined})"


_CONNECTIVES = {And: "logical_and", Or: "logical_or", Not: "logical_not"}


def _chained(p: Any, between: Sequence[Any]) -> str:
    return " ".join(part if isinstance(part, str) else p._print(_inside(part)) for part in between)


def _choice_tex(p: Any, node: Piecewise) -> str:
    if (inside := bounds(node)) is None:
        return str(p._print_Piecewise(node))
    shown = (RELATIONS.get(part) or p._print(part) for part in inside)
    return f"[{' '.join(shown)}]"


tell(
    Piecewise,
    text=_choice_text,
    tex=_choice_tex,
    shape=scalar,
    normal=_SYMPY,
    entries=Entries(_choice, lambda node: [part for pair in node.args for part in pair.args]),
    arrays=_choice_on_arrays,
    code="choice",
    example=Example(_choice_example, "scalar"),
    parts=_parts_of_choice,
    with_parts=_choice_of,
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
    BooleanFunction,
    Entries(lambda calc, node, *values: calc.ring.connect(node.func, values), lambda n: n.args),
)
