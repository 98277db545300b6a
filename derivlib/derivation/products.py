"""Hessians and Jacobians applied to a direction, as formulas in which neither is formed.

H vec(V) is the gradient of ⟨G, V⟩ for the gradient G and a constant V, Jᵀ vec(U) is that of
⟨U, F⟩ for a constant U, and J vec(V) is the derivative of F with respect to t where X moves along
X + tV.

Source: Pearlmutter (1994) for products with a Hessian.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from sympy import Expr, Identity, MatAdd, MatMul, MatrixSymbol, Symbol

from derivlib.check import check_equation
from derivlib.check.claims.ledger import unrecorded
from derivlib.code import GeneratedOperator, compiled
from derivlib.derivation.code_task import source_of
from derivlib.derivation.derivation import Derivation, carry_out
from derivlib.derivation.entrywise import EntrywiseDerivation
from derivlib.derivation.joint import JointDerivation
from derivlib.derivation.layout import Layout
from derivlib.derivation.premises import Premises
from derivlib.derivation.solving import solution
from derivlib.derivation.step import Step
from derivlib.derivation.writes_code import FormName
from derivlib.errors import InputError, UnsupportedError, VerificationError
from derivlib.expressions.construction import add, is_one, mul, transpose
from derivlib.expressions.problem import Written
from derivlib.expressions.shapes import same_size
from derivlib.expressions.substitution import normal_form, resolve, substitute
from derivlib.expressions.text import text
from derivlib.expressions.traversal import children, with_children
from derivlib.nodes import Inner, Vec
from derivlib.nodes.builders import trace
from derivlib.rules.rule import Condition


@dataclass(frozen=True)
class Applied:
    """A Hessian or a Jacobian applied to a direction, as code is written for it.

    :param of: the derivation of the Hessian or the Jacobian.
    :param calculated: the derivation whose names the output is calculated over.
    :param direction: what it is applied to, the second argument.
    :param label: what the output is called in text.
    :param output: what is calculated.
    :param name: what the function is called if nothing else is asked for.
    :param remark: what the output is, in words.
    :param moved: the names that say how the variable moves, which code does not calculate.
    :param conditions: what has to hold besides.
    :param placeholder: what stands for the direction in the output, where that was not there when
        names were chosen.
    """

    of: Derivation
    calculated: Derivation
    direction: Expr
    label: str
    output: Expr
    name: str
    remark: str
    moved: tuple[Expr, ...] = ()
    conditions: tuple[Condition, ...] = ()
    placeholder: Expr | None = None

    @property
    def wrt(self) -> Expr:
        """The variable, the first argument."""
        return self.of.wrt

    @property
    def kept(self) -> tuple[Expr, ...]:
        """The arguments that come first, whether they are needed or not."""
        return self.wrt, self.direction

    variables = kept

    @property
    def premises(self) -> Premises:
        """What is assumed."""
        return self.of.premises

    @property
    def steps(self) -> tuple[Step, ...]:
        """How the output was found."""
        before = () if self.of.gradient is None else self.of.gradient.steps
        return (*before, *self.calculated.steps)

    @property
    def assumptions(self) -> tuple[Condition, ...]:
        """What has to hold for the output, each condition once."""
        before = () if self.of.gradient is None else self.of.gradient.assumptions
        told = (*before, *self.calculated.assumptions, *self.conditions)
        return tuple(c for c in dict.fromkeys(told) if c.subject not in self.moved)

    @property
    def _asked(self) -> Written:
        return self.of._asked

    @property
    def _code_outputs(self) -> list[tuple[str, Expr]]:
        return [(self.label, self.output)]

    @property
    def _code_values(self) -> list[tuple[str, Expr]]:
        chosen = self.of._computed.chosen
        return [(label, resolve(value, chosen)) for label, value in self.of._code_values]

    @property
    def _code_name(self) -> str:
        return self.name

    def _named_again(self, exprs: list[Expr]) -> tuple[list[Expr], Mapping[Expr, Expr]]:
        results, names = self.calculated._named_again(exprs)
        renamed: dict[Expr, Expr] = {} if self.placeholder is None else self._renamed(names)
        kept: dict[Expr, Expr] = {}
        moving = {self.direction}
        for name, value in names.items():
            if name in self.moved:
                continue
            value, name = substitute(value, renamed), renamed.get(name, name)
            kept[name] = value
            if _moves(value, moving):
                kept[name] = spread(value, moving)
                moving.add(name)
        return [spread(substitute(result, renamed), moving) for result in results], kept

    def _renamed(self, names: Mapping[Expr, Expr]) -> dict[Expr, Expr]:
        """The direction in its place, and another letter for what was called so on the way."""
        assert self.placeholder is not None
        renamed = {self.placeholder: self.direction}
        letter = self.direction.name
        for name in names:
            if str(getattr(name, "name", "")) == letter:
                taken = {str(getattr(each, "name", "")) for each in names}
                free = _free(self.of, letter, {*taken, letter})
                is_matrix = name.is_Matrix
                renamed[name] = MatrixSymbol(free, *name.shape) if is_matrix else Symbol(free)
        return renamed


def applied(derivation: Any, form: FormName) -> Applied:
    """A Hessian or a Jacobian in one of the forms that take a direction.

    :param form: "product", "transposed product" or "solve".
    :raises InputError: if there is no such form, or it is none of this derivative.
    :raises UnsupportedError: if there is no way to solve that is cheaper than a Hessian is.
    """
    known = get_args(FormName)
    if form not in known:
        near = difflib.get_close_matches(str(form), known, 1)
        advice = f"; did you mean {near[0]!r}?" if near else ""
        raise InputError(f"form must be one of {', '.join(map(repr, known))}, not {form!r}{advice}")
    _refuse(derivation, form)
    if form == "solve":
        return _solved(derivation)
    kind = "jacobian" if derivation.order == 1 else "hessian"
    is_transposed = form == "transposed product"
    product = product_of(derivation, transposed=is_transposed)
    direction = _direction(derivation, is_transposed=is_transposed)
    shape = "of the variable" if is_transposed or derivation.order == 2 else "of what is derived"
    matrix = f"({text(derivation.label)}){'ᵀ' * is_transposed}*{_stacked(direction)}"
    remark = f"It is {matrix}, laid out in the shape {shape}."
    moved = tuple(name for name in product.where if name == derivation.wrt)
    if moved:
        moved = (*moved, *_line(derivation)[:1])
        remark += f" Here ∂{text(derivation.wrt)}/∂{text(product.wrt)} = {text(direction)}."
    return Applied(
        derivation,
        product,
        direction,
        text(product.label),
        product.result,
        f"{kind}_{form.replace(' ', '_')}",
        remark,
        moved,
    )


def product_of(derivation: Derivation, *, transposed: bool = False) -> Derivation:
    """The derivation whose result is H or J times a direction, laid out as a matrix.

    :param transposed: whether it is Jᵀ times a direction in the shape of what is differentiated.
    :raises InputError: if the derivative is neither a Hessian nor a Jacobian that acts on matrices.
    """
    _refuse(derivation, "transposed product" if transposed else "product")
    written, wrt, taken = derivation.written, derivation.wrt, derivation.premises
    direction = _direction(derivation, is_transposed=transposed)
    if transposed or derivation.order == 2:
        label = derivation.output if transposed else written.name
        moving = normal_form(written.expr)
        paired = Written(
            trace(mul(transpose(direction), moving)), written.where, Inner(direction, label)
        )
        return carry_out(paired, wrt, taken)
    start, t = _line(derivation)
    line = {wrt: add(start, mul(t, direction))}
    moving_along = Written(written.expr, {**line, **written.where}, derivation.output)
    try:
        return carry_out(moving_along, t, taken)
    except UnsupportedError:  # an entry of a matrix, or a block, that is defined
        return _twice_transposed(derivation, direction)


def _twice_transposed(derivation: Derivation, direction: Expr) -> Derivation:
    """J vec(V) as the gradient of ⟨V, Jᵀ U⟩ with respect to U, in which that is linear."""
    transposed = product_of(derivation, transposed=True)
    letter = _direction(derivation, is_transposed=True)
    paired = trace(mul(transpose(direction), transposed.end))
    written = Written(paired, transposed.where, Inner(direction, transposed.label))
    return carry_out(written, letter, derivation.premises)


def _solved(derivation: Derivation) -> Applied:
    kind = "jacobian" if derivation.order == 1 else "hessian"
    direction = _direction(derivation, is_transposed=False)
    names = {str(getattr(name, "name", "")) for name in derivation._computed.names}
    placeholder = MatrixSymbol(_free(derivation, f"{direction.name}_0", names), *direction.shape)
    found = solution(derivation.result, placeholder, derivation.premises.facts)
    _check_solution(derivation, found.expr, placeholder)
    letter = _free(derivation, "D")
    inverted = f"({text(derivation.label)})⁻¹*{_stacked(direction)}"
    conditions = (Condition(derivation.label, "invertible"), *found.conditions)
    return Applied(
        derivation,
        derivation,
        direction,
        letter,
        found.expr,
        f"{kind}_solve",
        f"{letter} is {inverted}, laid out in the shape of the variable.",
        conditions=conditions,
        placeholder=placeholder,
    )


def _check_solution(derivation: Derivation, found: Expr, direction: Expr) -> None:
    """Let the judge put a solution into its equations: a singular matrix has none.

    :raises UnsupportedError: if it does not solve them.
    """
    try:
        with unrecorded():
            check_equation(
                mul(derivation.result, Vec(found)),
                Vec(direction),
                definitions={**derivation.shared, **derivation._asked.named},
                assuming=derivation.premises.given,
                points=1,
            )
    except VerificationError as error:
        raise UnsupportedError(
            f'form="solve" needs an invertible matrix, and "{text(derivation.result)}" is singular '
            "at the points where it was tried; scipy.sparse.linalg.minres takes the operator of "
            "to_operator(), and solves where there is a solution"
        ) from error


def operator_of(
    derivation: Any,
    form: FormName,
    *,
    args: Sequence[Any] | None,
    name: str | None,
    sizes: Mapping[Any, int] | None,
) -> GeneratedOperator:
    """A Hessian, a Jacobian, or the inverse of one, as a linear operator at a point.

    :param form: "product" or "solve".
    :param args: the arguments in order; the variable, and then those that are needed, if left out.
    :raises InputError: as :func:`applied`; if the form is that of no operator.
    :raises UnsupportedError: as :func:`applied`.
    """
    if form not in ("product", "solve"):
        raise InputError(
            f'form must be "product" or "solve" for an operator, not {form!r}: the operator of '
            "products has those of the transpose too"
        )
    options: dict[str, Any] = {"value": False, "name": None, "sizes": sizes}
    applications = [applied(derivation, form)]
    if form == "product" and derivation.order == 1:
        applications.append(applied(derivation, "transposed product"))
    wrt, directions = derivation.wrt, {each.direction for each in applications}
    if args is None:
        sources = [source_of(each, "numpy", **options) for each in applications]
        needed = {a.symbol: a.size for source in sources for a in source.arguments}
        others = needed.keys() - directions - {wrt}
        args = [wrt, *sorted(others, key=lambda symbol: (needed[symbol], str(symbol)))]
    functions = []
    for each in applications:
        source = source_of(each, "numpy", args=[*args, each.direction], **options)
        *arguments, direction = source.arguments
        functions.append((compiled(source), direction.name))
    if wrt not in [argument.symbol for argument in arguments]:
        raise InputError(f"args does not list {wrt}, the variable, whose shape an operator needs")
    variable = next(argument.name for argument in arguments if argument.symbol == wrt)
    names = tuple(argument.name for argument in arguments)
    kind = "jacobian" if derivation.order == 1 else "hessian"
    default = kind if form == "product" else f"inverse_{kind}"
    forward = functions[0]
    backward = forward if derivation.order == 2 else (*functions[1:], None)[0]
    return GeneratedOperator(name or default, names, variable, forward, backward)


# --- what has no product ------------------------------------------------------------------


def _refuse(derivation: Any, form: str) -> None:
    """Refuse a form that does not apply.

    :raises InputError: saying why, and what would do.
    """
    if isinstance(derivation, JointDerivation) and derivation.layout is Layout.JACOBIAN:
        name = derivation.variables[0]
        raise InputError(
            f'form="{form}" is for one variable at a time; take '
            f'd[{name}].to_function(form="{form}"), and so for each: the products along several '
            "directions add up"
        )
    if isinstance(derivation, EntrywiseDerivation):
        raise InputError(
            f'form="{form}" needs a MatrixSymbol as the variable; with respect to a Matrix of '
            "symbols the derivative is calculated entry by entry, as an array, which can be "
            "multiplied and solved with"
        )
    if isinstance(derivation, JointDerivation) or derivation.layout is Layout.GRADIENT:
        _refuse_without_matrix(derivation, form)
    elif derivation.layout is Layout.RATE:
        raise InputError(
            f'form="{form}" is for a Hessian or a Jacobian; the derivative with respect to the '
            f"scalar {derivation.wrt} is multiplied by a number itself"
        )
    structure = derivation.premises.structure
    if structure is not None:
        wrt = derivation.wrt
        raise InputError(
            f'form="{form}" is for a variable whose entries are all free, and {wrt} is declared '
            f"{structure}; derive without `structure`, which has products with every direction: "
            f'for free entries v, vec(V) = B v with B = BasisMatrix("{structure}", '
            f"{wrt.shape[0]}), and Bᵀ times vec of the product is what is looked for"
        )
    if derivation.order == 2 and form == "transposed product":
        raise InputError('a Hessian is its own transpose; take form="product"')


def _refuse_without_matrix(derivation: Any, form: str) -> None:
    """Refuse a gradient, and what is a number."""
    if getattr(derivation, "order", 1) == 1:
        raise InputError(
            f'form="{form}" is for a Hessian or a Jacobian, and this is a gradient, which is no '
            "larger than its variable; its inner product with a direction V is "
            "(gradient * V).sum(), and products are those of hessian(expr, wrt), or of the "
            "derivative of a matrix"
        )
    if not derivation.wrt.is_Matrix:
        raise InputError(
            f'form="{form}" is for a matrix, and the second derivative with respect to the '
            f"scalar {derivation.wrt} is a number: multiply or divide by it"
        )


# --- letters ------------------------------------------------------------------------------


def _direction(derivation: Derivation, *, is_transposed: bool) -> Expr:
    """The letter that H or J is applied to: v or V, and u or U from the left."""
    shape = derivation.written.expr.shape if is_transposed else derivation.wrt.shape
    is_vector = any(map(is_one, shape))
    letter = "u" if is_transposed else "v"
    return MatrixSymbol(_free(derivation, letter if is_vector else letter.upper()), *shape)


def _line(derivation: Derivation) -> tuple[Expr, Expr]:
    """Where the variable starts from, and the number that moves it."""
    start = MatrixSymbol(_free(derivation, f"{derivation.wrt.name}_0"), *derivation.wrt.shape)
    return start, Symbol(_free(derivation, "t"))


def _free(derivation: Derivation, letter: str, others: Collection[str] = ()) -> str:
    """A name that the author has not used, and that is none of some others."""
    taken = {symbol.name for symbol in {*derivation._asked.letters, derivation.wrt}}.union(others)
    taken |= {symbol.name for symbol in derivation._asked.sizes}
    numbered = (f"{letter}_{count}" for count in range(1, len(taken) + 2))
    return next(name for name in (letter, *numbered) if name not in taken)


def _stacked(direction: Expr) -> str:
    return text(direction) if same_size(direction.shape[1], 1) else f"vec({text(direction)})"


# --- products from the right to the left ---------------------------------------------------


def _moves(expr: Expr, moving: Collection[Expr]) -> bool:
    """Return whether a direction stands in an expression."""
    met: set[Expr] = set()
    stack = [expr]
    while stack:
        part = stack.pop()
        if part in moving:
            return True
        if part not in met:
            met.add(part)
            stack.extend(children(part))
    return False


def spread(expr: Expr, moving: Collection[Expr]) -> Expr:
    """Multiply sums of products out where a direction stands beside them.

    (XᵀX + λI)V is XᵀXV + λV then, in which no matrix of the size of H has to be added up.

    :param moving: the directions, and the names of what depends on them.
    """
    done: dict[Expr, Expr] = {}

    def walk(part: Expr) -> Expr:
        if part not in done:
            below = children(part)
            parts = tuple(map(walk, below))
            new = part if parts == below else with_children(part, parts)
            done[part] = _multiplied_out(new, moving) if isinstance(new, MatMul) else new
        return done[part]

    return walk(expr)


def _multiplied_out(product: Expr, moving: Collection[Expr]) -> Expr:
    if not any(_moves(factor, moving) for factor in product.args):
        return product
    for i, factor in enumerate(product.args):
        if isinstance(factor, MatAdd) and _holds_products(factor) and not _moves(factor, moving):
            before, after = product.args[:i], product.args[i + 1 :]
            terms: Iterable[Expr] = (mul(*before, term, *after) for term in factor.args)
            return add(*(_multiplied_out(term, moving) for term in terms))
    return product


def _holds_products(total: Expr) -> bool:
    """Return whether a sum has terms that are larger once they are multiplied."""
    return any(
        isinstance(term, MatMul) and sum(f.is_Matrix for f in term.args) > 1
        for term in total.args
        if not isinstance(term, Identity)
    )
