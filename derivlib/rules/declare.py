"""Declaring rules beside their mathematics; what is declared enters the table.

`**more` are further fields of :class:`derivlib.Rule`: its conditions, what its placeholders
stand for in an operation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from operator import is_
from typing import Any, ParamSpec, TypeVar

from sympy import Expr, MatrixSymbol

from derivlib.expressions.construction import mul
from derivlib.nodes import Inner, OnVec, d, numel
from derivlib.nodes.builders import inner, on_vec
from derivlib.rules.placeholders import g, k
from derivlib.rules.rule import Arguments, Family, Rule, Source, add_rule, add_rules

P = ParamSpec("P")
_Value = TypeVar("_Value")
Build = Callable[..., Expr]


def whole(expr: Expr) -> Arguments:
    """The operation itself as the only placeholder."""
    return (expr,)


def scalars(expr: Expr) -> Arguments | None:
    """The arguments of an operation, if none of them is a matrix."""
    return None if any(part.is_Matrix for part in expr.args) else expr.args


def differential(
    of: type | tuple[type, ...],
    name: str,
    *instances: Arguments,
    build: Build | None = None,
    **more: Any,
) -> Callable[[Build], Rule]:
    """Declare the function below as the right side of a rule for d(operation).

    :param of: the class of the operation, or several.
    :param build: makes the operation from the placeholders, where that is not its one class.
    """
    make: Any = build or of

    def left(*placeholders: Any) -> Expr:
        return d(make(*placeholders))

    return lambda right: add_rule(Rule(name, "differential", left, right, instances, of=of, **more))


def equation(
    family: Family,
    name: str,
    sides: Callable[..., tuple[Expr, Expr]],
    *instances: Arguments,
    **more: Any,
) -> Rule:
    """Declare an equation whose right side writes no differential, by a function for both sides."""
    both = remembered(sides)

    def left(*placeholders: Any) -> Expr:
        return both(*placeholders)[0]

    def right(_: object, *placeholders: Any) -> Expr:
        return both(*placeholders)[1]

    return add_rule(Rule(name, family, left, right, instances, **more))


def remembered(function: Callable[..., _Value]) -> Callable[..., _Value]:
    """The same function, which is asked several times for the same objects, one after the other."""
    last: list[tuple[Arguments, _Value]] = []

    def value(*placeholders: Any) -> _Value:
        known = last[0] if last else None
        if (
            known is None
            or len(known[0]) != len(placeholders)
            or not all(map(is_, known[0], placeholders))
        ):
            known = placeholders, function(*placeholders)
            last[:] = [known]
        return known[1]

    return value


algebra = partial(equation, "algebra")


def moving_rules(
    of: type,
    build: Build,
    *instances: Arguments,
    at: int,
    adjoint: Build,
    trace: tuple[str, Source],
    matrix: Build | None = None,
    vec: tuple[str, Source] | None = None,
    **more: Any,
) -> tuple[Rule, ...]:
    """Make the rules by which a factor E leaves a linear operation L, in a trace and under a vec.

    They are ⟨G, L(E)⟩ = ⟨L*(G), E⟩ and J vec(L(E)) = J M vec(E).

    :param build: makes the operation from the placeholders.
    :param instances: placeholders to check both with, without G and J.
    :param at: which of them is E.
    :param adjoint: L*(G), a function of G and the placeholders.
    :param trace: name and source of the rule in a trace.
    :param matrix: M, a function of the placeholders.
    :param vec: name and source of the rule under a vec; none if the operation is a scalar.
    """

    def rule(
        family: Family,
        named: tuple[str, Source],
        form: type[Inner | OnVec],
        right: Callable[..., Expr],
        coefficient: Callable[[Expr], Expr],
    ) -> Rule:
        return Rule(
            named[0],
            family,
            lambda left, *placeholders: form(left, build(*placeholders)),
            right,
            tuple((coefficient(build(*instance)), *instance) for instance in instances),
            named[1],
            of=of,
            **more,
        )

    def in_trace(_: object, left: Expr, *placeholders: Any) -> Expr:
        return inner(adjoint(left, *placeholders), placeholders[at])

    def under_vec(_: object, left: Expr, *placeholders: Any) -> Expr:
        assert matrix is not None
        return on_vec(mul(left, matrix(*placeholders)), placeholders[at])

    in_form = rule("trace", trace, Inner, in_trace, _paired)
    return (in_form, rule("vec", vec, OnVec, under_vec, _multiplying)) if vec else (in_form,)


def _paired(value: Expr) -> Expr:
    """The G of ⟨G, L(E)⟩: a small letter for a scalar and for a column."""
    if not value.is_Matrix:
        return g
    is_column = value.shape[1] == 1 and value.shape[0].is_Symbol
    return MatrixSymbol("g" if is_column else "G", *value.shape)


def _multiplying(value: Expr) -> Expr:
    """The J of J vec(L(E))."""
    return MatrixSymbol("J" if value.is_Matrix else "j", k, numel(value))


def linear_rules(
    node: type,
    name: str,
    operator: Build,
    instance: Arguments,
    *,
    adjoint: Build,
    source: Source | Sequence[Source],
    matrix: Build | None = None,
    trace: str = "",
    vec: str = "",
    **more: Any,
) -> tuple[Rule, ...]:
    """Make the rules of a linear operation L whose first argument moves.

    They are dL(U) = L(dU), ⟨G, L(E)⟩ = ⟨L*(G), E⟩ and, if there is an M,
    J vec(L(E)) = J M vec(E).

    ```pycon
    >>> from sympy import MatrixSymbol, Transpose
    >>> from derivlib.check import check_rule
    >>> from derivlib.expressions.construction import transpose
    >>> from derivlib.nodes.builders import commutation
    >>> rules = linear_rules(
    ...     Transpose,
    ...     "turning",
    ...     transpose,
    ...     (MatrixSymbol("U", 3, 2),),
    ...     adjoint=lambda G, E: transpose(G),
    ...     matrix=lambda E: commutation(*E.shape),
    ...     source=Source("Magnus & Neudecker", 2019, "chapter 3"),
    ... )
    >>> [rule.name for rule in rules]
    ['turning', 'turning in the trace', 'vec of a turning']
    >>> all(check_rule(rule).entries for rule in rules)
    True

    ```

    :param name: the name of the first rule; those of the others follow from it.
    :param operator: makes the operation in normal form; the class will do.
    :param instance: placeholders of the first rule, U and what else the operation takes.
    :param adjoint: L*(G), a function of G, E and what else the operation takes.
    :param source: where the rules stand; one for all, or one for each.
    :param matrix: M, a function of E and what else the operation takes; none for a scalar.
    :param trace: the name of the second rule, where it is another.
    :param vec: the name of the third rule, where it is another.
    """
    sources = (source,) * 3 if isinstance(source, Source) else source
    U, *others = instance
    E = MatrixSymbol("e" if U.name.islower() else "E", *U.shape)
    of_differential = Rule(
        name,
        "differential",
        lambda *placeholders: d(node(*placeholders)),
        lambda d, moving, *others: operator(d(moving), *others),
        (instance,),
        sources[0],
        of=node,
        minor=True,
        **more,
    )
    article = "an" if name[0] in "aeiou" else "a"
    is_scalar = not node(E, *others).is_Matrix
    in_trace = "as inner product" if is_scalar else "in the trace"
    return of_differential, *moving_rules(
        node,
        node,
        (E, *others),
        at=0,
        adjoint=adjoint,
        trace=(trace or f"{name} {in_trace}", sources[1]),
        matrix=matrix,
        vec=(vec or f"vec of {article} {name}", sources[2]) if matrix else None,
        minor=is_scalar,
        **more,
    )


def _declaring(make: Callable[P, tuple[Rule, ...]]) -> Callable[P, tuple[Rule, ...]]:
    return lambda *args, **kwargs: add_rules(*make(*args, **kwargs))


moving = _declaring(moving_rules)
linear = _declaring(linear_rules)
