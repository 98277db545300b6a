"""The derivatives of an expression with respect to a complex variable and its conjugate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NoReturn

from sympy import Add, Expr, MatAdd, S, SympifyError

from derivlib.check.claims.complex_derivative import (
    By,
    is_real_valued,
    letters_assumed,
    verify_complex,
)
from derivlib.check.claims.verification import Verification
from derivlib.derivation.conjugates import (
    Originals,
    with_conjugates_as_letters,
)
from derivlib.derivation.derivation import Derivation, carry_out
from derivlib.derivation.joint import JointDerivation, carry_out_jointly
from derivlib.derivation.layout import Layout, layout_of
from derivlib.derivation.lines import HasLines
from derivlib.derivation.outcome import simplified
from derivlib.derivation.premises import NOTHING_ASSUMED
from derivlib.derivation.step import Step
from derivlib.display.formula import Formula, rows_of
from derivlib.display.latex import latex
from derivlib.display.rows import Rows
from derivlib.errors import InputError, UnsupportedError
from derivlib.expressions.construction import add, mul, split_coefficient
from derivlib.expressions.facets import facets_of, is_holomorphic
from derivlib.expressions.problem import Written, letters_in
from derivlib.expressions.text import text
from derivlib.expressions.traversal import checked_normal_form, children
from derivlib.nodes import FormalNode
from derivlib.nodes.symbols import conjugate_letter
from derivlib.rules.rule import Condition


class TwoResultsError(InputError, SympifyError):
    """Two results stand where SymPy looks for one expression."""

    __str__ = Exception.__str__


@dataclass(frozen=True)
class OneOfTwo:
    """The derivative with respect to the variable, or to its conjugate.

    :param whole: the derivation of both.
    :param by: which of them it is.
    """

    whole: WirtingerDerivation
    by: By

    @property
    def result(self) -> Expr:
        """The derivative."""
        return self.whole.result if self.by == "variable" else self.whole.conjugate_result

    def verify(
        self, sizes: Mapping[Any, Any] | None = None, *, seed: int = 0, points: int = 2
    ) -> Verification:
        """Compare it with what is found along the parts of each entry of the variable."""
        return verify_complex(
            self.whole.expr, self.whole.wrt, self.result, sizes, by=self.by, seed=seed,
            points=points, assuming=self.whole.assuming, definitions=self.whole.shared,
        )  # fmt: skip

    def __str__(self) -> str:
        return str(self.whole).split("\n")[self.by == "conjugate"]


@dataclass(frozen=True, eq=False, repr=False)
class WirtingerDerivation(HasLines):
    """The derivatives with respect to a complex variable Z and its conjugate, found together.

    ```pycon
    >>> from sympy import MatrixSymbol, Q, symbols
    >>> from derivlib import norm, wirtinger
    >>> n, m = symbols("n m", integer=True, positive=True)
    >>> A, x, b = MatrixSymbol("A", n, m), MatrixSymbol("x", m, 1), MatrixSymbol("b", n, 1)
    >>> d = wirtinger(norm(A * x - b) ** 2, x)
    >>> print(d)
    ∂L/∂x = Aᵀ*conj(A*x - b)
    ∂L/∂conj(x) = Aᴴ*(A*x - b)
    >>> d.conjugate_result
    Adjoint(A)*(A*x - b)
    >>> d.gradient
    2*Adjoint(A)*(A*x - b)
    >>> [each.entries for each in d.verify({n: 4, m: 3})]
    [3, 3]

    ```

    The steps treat the conjugate as a letter that does not depend on the variable.

    :param expr: what is differentiated, as it was written.
    :param wrt: the complex variable.
    :param assuming: what is real or Hermitian.
    :param parts: one derivation with respect to the variable and the letter for its conjugate, or
        one for each.
    """

    expr: Expr
    wrt: Expr
    assuming: Any
    parts: tuple[Any, ...]

    @property
    def _views(self) -> tuple[Derivation, Derivation]:
        """What there is to say of each of the two derivatives."""
        first, last = self.parts[0], self.parts[-1]
        if isinstance(first, JointDerivation):
            return first.by(self.wrt), first.by(conjugate_letter(self.wrt))
        return first, last

    @cached_property
    def _with_adjoints(self) -> Originals:
        """What writes adjoints and conjugates for the letters that stand for them."""
        real, hermitian = letters_assumed(self.assuming)
        letters = letters_in(self.expr, self.wrt) - real - hermitian
        numbers = (each for each in letters if each.is_Matrix or not each.is_real)
        return Originals({conjugate_letter(each): each for each in numbers}, hermitian)

    @cached_property
    def result(self) -> Expr:
        """∂f/∂Z, with Z̄ held fixed: ½(∂f/∂X - i ∂f/∂Y) where Z = X + iY."""
        return self._with_adjoints(self._views[0].result)

    @cached_property
    def conjugate_result(self) -> Expr:
        """∂f/∂Z̄, with Z held fixed: ½(∂f/∂X + i ∂f/∂Y); zero where f is holomorphic."""
        return self._with_adjoints(self._views[1].result)

    @property
    def results(self) -> Mapping[Expr, Expr]:
        """Both derivatives, with the variable and the letter for its conjugate as keys."""
        return {self.wrt: self.result, conjugate_letter(self.wrt): self.conjugate_result}

    def by(self, wrt: Expr) -> OneOfTwo:
        """One of the two derivatives."""
        return OneOfTwo(self, "variable" if wrt == self.wrt else "conjugate")

    @cached_property
    def gradient(self) -> Expr:
        """∂f/∂X + i ∂f/∂Y = 2 ∂f/∂Z̄ of a real f: the direction of steepest ascent.

        Source: Petersen & Pedersen (2012), eqs. (232) and (233); Brandwood (1983).

        :raises InputError: if f is not real.
        """
        if layout_of(self.expr, self.wrt) is not Layout.GRADIENT:
            raise InputError(f'only a real scalar has a gradient, and "{text(self.expr)}" is none')
        if not is_real_valued(self.expr, assuming=self.assuming):
            raise InputError(
                f'only a real function has a gradient, and "{text(self.expr)}" has other values; '
                "take d.result and d.conjugate_result, the real part of it with re(…), or state "
                "what makes it real, such as assuming=Q.hermitian(A)"
            )
        end = self._views[1].end
        terms = end.args if isinstance(end, Add | MatAdd) else (end,)
        halved = any(split_coefficient(term)[0].as_coeff_Mul()[0].q == 2 for term in terms)
        doubled = add(*(mul(S(2), term) for term in terms)) if halved else mul(S(2), end)
        return self._with_adjoints(simplified(doubled, NOTHING_ASSUMED.facts))

    @property
    def shared(self) -> Mapping[Expr, Expr]:
        """What stays named in the results, as :attr:`Derivation.shared` says of one."""
        named = {name: value for view in self._views for name, value in view.shared.items()}
        return {name: self._with_adjoints(value) for name, value in named.items()}

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """Every step, in the order in which it was made."""
        return Rows(step for part in self.parts for step in part.steps)

    @cached_property
    def assumptions(self) -> tuple[Condition, ...]:
        """What has to hold for the results, each condition once.

        Logarithms, roots and powers are those of the principal branch, which has a cut along the
        negative real numbers.
        """
        conjugates = self._with_adjoints.letters
        told = (
            replace(each, property=_ON_A_BRANCH.get(each.property, each.property))
            for part in self.parts
            for each in part.assumptions
            if each.subject not in conjugates
        )
        return tuple(dict.fromkeys(told))

    def verify(
        self, sizes: Mapping[Any, Any] | None = None, *, seed: int = 0, points: int = 2
    ) -> tuple[Verification, Verification]:
        """Compare both results with what is found along the parts of each entry of Z = X + iY.

        :param sizes: as for :meth:`Derivation.verify`; so are the others.
        :param seed: the seed of the random points.
        :param points: how many points.
        :returns: for ∂f/∂Z and for ∂f/∂Z̄ what was compared, and how.
        :raises VerificationError: if an entry differs; the message names the first.
        :raises SizesError: if a size is missing or not a positive integer.
        """
        first, second = map(self.by, self.results)
        options = {"seed": seed, "points": points}
        return first.verify(sizes, **options), second.verify(sizes, **options)

    def to_code(self, *_: Any, **__: Any) -> NoReturn:
        """Code of complex numbers is not written.

        :raises UnsupportedError: always.
        """
        raise UnsupportedError(
            "code is written for real numbers; d.result and d.conjugate_result are SymPy "
            "expressions, whose adjoints and conjugates NumPy writes Z.conj().T and Z.conj()"
        )

    to_function = to_code

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, WirtingerDerivation):
            return NotImplemented
        return (self.result, self.conjugate_result) == (other.result, other.conjugate_result)

    def __hash__(self) -> int:
        return hash((self.result, self.conjugate_result))

    def _sympy_(self) -> NoReturn:
        raise TwoResultsError(
            "a WirtingerDerivation has two results, and is no expression; take d.result, "
            "d.conjugate_result or d.gradient"
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return carry_out_by_complex, (self.expr, self.wrt, self.assuming)

    @property
    def _told(self) -> Iterator[tuple[Expr, Expr]]:
        """Both derivatives, and what the names in them stand for."""
        yield self._views[0].label, self.result
        yield self._views[1].label, self.conjugate_result
        yield from reversed([*self.shared.items()])

    @property
    def equation(self) -> Formula:
        """Both results as a formula, one below the other."""
        return Formula(rows_of([f"{latex(left)} &= {latex(right)}" for left, right in self._told]))

    def __str__(self) -> str:
        return "\n".join(f"{text(left)} = {text(right)}" for left, right in self._told)

    __repr__ = __str__


_ON_A_BRANCH = {
    "positive": "positive or not real",
    "with positive entries": "with entries that are positive or not real",
    "of positive determinant": "of a determinant that is positive or not real",
}
"""What conditions on real numbers are on complex ones."""


def carry_out_by_complex(expr: Expr, wrt: Any, assuming: Any = ()) -> WirtingerDerivation:
    """Differentiate an expression with respect to a complex variable and its conjugate.

    :param expr: a scalar or a matrix expression.
    :param wrt: a `Symbol` or a `MatrixSymbol` that is not real.
    :param assuming: what is real or Hermitian.
    :raises InputError: if the variable is real, or an assumption is not understood.
    :raises ShapeError: if sizes do not fit.
    :raises UnsupportedError: if an operation means something else for complex numbers.
    """
    real, hermitian = letters_assumed(assuming)
    if wrt in real | hermitian or (not wrt.is_Matrix and wrt.is_real):
        raise InputError(
            f"{wrt} is real or Hermitian, and no complex variable; take derive for a real one, or "
            f'say complex="{wrt}" of a text, in which scalars are real'
        )
    checked_normal_form(expr)  # for its shapes alone: in normal form everything is real
    holomorphic = with_conjugates_as_letters(expr, real, hermitian)
    variables = (wrt, conjugate_letter(wrt))
    written = Written(holomorphic)
    parts: tuple[Any, ...] = (
        tuple(carry_out(written, each) for each in variables)
        if layout_of(holomorphic, wrt) is Layout.RATE
        else (carry_out_jointly(written, variables, NOTHING_ASSUMED),)
    )
    found = WirtingerDerivation(expr, wrt, assuming, parts)
    for view in found._views:
        _refuse_real_functions(view.result, real)
        for meaning in view.shared.values():
            _refuse_real_functions(meaning, real)
    return found


def _refuse_real_functions(result: Expr, real: frozenset[Any]) -> None:
    """Refuse a result with a function in it that was recognised as for real numbers."""
    stack = [result]
    while stack:
        node = stack.pop()
        if isinstance(node, FormalNode):  # a name, whose meaning is looked at for itself
            continue
        stack.extend(children(node))
        is_real = node.free_symbols <= real and facets_of(type(node)).complex_entries is not None
        if is_holomorphic(node) or is_real:
            continue
        raise UnsupportedError(
            f'the derivative is written with "{text(node)}", which means something else for '
            "complex numbers"
        )
