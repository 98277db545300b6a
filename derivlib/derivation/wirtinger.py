"""The derivatives of an expression with respect to a complex variable and its conjugate."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal, NoReturn

from sympy import Add, Expr, MatAdd, S, SympifyError

from derivlib.check.claims.complex_derivative import (
    By,
    is_real_valued,
    letters_assumed,
    verify_complex,
)
from derivlib.check.claims.verification import Verification
from derivlib.derivation.complex_code import ComplexResults, as_real
from derivlib.derivation.complex_hessian import ComplexHessian, carry_out_twice_by_complex
from derivlib.derivation.complex_lines import as_written
from derivlib.derivation.conjugates import (
    refuse_real_functions,
    with_conjugates_as_letters,
)
from derivlib.derivation.derivation import Derivation, carry_out
from derivlib.derivation.joint import JointDerivation, carry_out_jointly
from derivlib.derivation.layout import Layout, layout_of
from derivlib.derivation.lines import HasLines, Lines
from derivlib.derivation.originals import Originals
from derivlib.derivation.outcome import simplified
from derivlib.derivation.premises import NOTHING_ASSUMED
from derivlib.derivation.step import Step
from derivlib.derivation.writes_code import BackendName
from derivlib.display.formula import Formula, rows_of
from derivlib.display.latex import latex
from derivlib.display.rows import Rows
from derivlib.errors import InputError, VerificationError
from derivlib.expressions.construction import add, mul, split_coefficient
from derivlib.expressions.problem import Written, letters_in
from derivlib.expressions.text import text
from derivlib.expressions.traversal import checked_normal_form
from derivlib.nodes.symbols import conjugate_letter
from derivlib.rules.rule import Condition

CodeBy = Literal["variable", "conjugate", "gradient"]
"""Which derivative code is written for: ∂f/∂Z, ∂f/∂Z̄, or the gradient of a real f."""


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
    by: Literal["variable", "conjugate"]

    @property
    def result(self) -> Expr:
        """The derivative."""
        return self.whole.result if self.by == "variable" else self.whole.conjugate_result

    @property
    def label(self) -> Expr:
        """The derivative, written and not carried out: ∂L/∂conj(Z)."""
        return self.whole.views[self.by].label

    @property
    def equation(self) -> Formula:
        """The derivative as a formula, with what the names in it stand for."""
        shared = self.whole.views[self.by].shared
        named = [(name, self.whole.with_adjoints(value)) for name, value in shared.items()]
        told = [(self.label, self.result), *reversed(named)]
        return Formula(r",\qquad ".join(f"{latex(left)} = {latex(right)}" for left, right in told))

    def verify(
        self,
        sizes: Mapping[Any, Any] | None = None,
        *,
        seed: int = 0,
        points: int = 2,
        code: BackendName | None = None,
    ) -> Verification:
        """Compare it with what is found along the parts of each entry of the variable."""
        return verify_complex(
            self.whole.expr, self.whole.wrt, self.result, sizes, by=self.by, seed=seed,
            points=points, assuming=self.whole.assuming, definitions=self.whole.shared,
            code=None if code is None else self.whole.coded(self.by).calculation(code),
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
    def views(self) -> Mapping[By, Derivation]:
        """What there is to say of each of the two derivatives, over letters."""
        return {"variable": self._views[0], "conjugate": self._views[1]}

    @property
    def output(self) -> Expr:
        """What is differentiated, by the name it has in the derivation."""
        return self._views[0].output

    @property
    def _views(self) -> tuple[Derivation, Derivation]:
        first, last = self.parts[0], self.parts[-1]
        if isinstance(first, JointDerivation):
            return first.by(self.wrt), first.by(conjugate_letter(self.wrt))
        return first, last

    @cached_property
    def with_adjoints(self) -> Originals:
        """What writes adjoints and conjugates for the letters that stand for them."""
        real, hermitian = letters_assumed(self.assuming)
        letters = letters_in(self.expr, self.wrt) - real - hermitian
        numbers = (each for each in letters if each.is_Matrix or not each.is_real)
        found = Originals({conjugate_letter(each): each for each in numbers}, hermitian, real)
        for view in self._views:
            found.learn(view.result)
        return found

    @cached_property
    def result(self) -> Expr:
        """∂f/∂Z, with Z̄ held fixed: ½(∂f/∂X - i ∂f/∂Y) where Z = X + iY."""
        return self.with_adjoints(self._views[0].result)

    @cached_property
    def conjugate_result(self) -> Expr:
        """∂f/∂Z̄, with Z held fixed: ½(∂f/∂X + i ∂f/∂Y); zero where f is holomorphic."""
        return self.with_adjoints(self._views[1].result)

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
        if not self._is_real_valued():
            raise InputError(
                f'only a real function has a gradient, and "{text(self.expr)}" has other values; '
                "take d.result and d.conjugate_result, the real part of it with re(…), or state "
                "what makes it real, such as assuming=Q.hermitian(A)"
            )
        end = self._views[1].end
        terms = end.args if isinstance(end, Add | MatAdd) else (end,)
        halved = any(split_coefficient(term)[0].as_coeff_Mul()[0].q == 2 for term in terms)
        doubled = add(*(mul(S(2), term) for term in terms)) if halved else mul(S(2), end)
        return self.with_adjoints(simplified(doubled, NOTHING_ASSUMED.facts))

    @property
    def shared(self) -> Mapping[Expr, Expr]:
        """What stays named in the results, as :attr:`Derivation.shared` says of one."""
        named = {name: value for view in self._views for name, value in view.shared.items()}
        return {name: self.with_adjoints(value) for name, value in named.items()}

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
        return self.conditions_of(self.parts)

    def conditions_of(self, parts: Sequence[Any]) -> tuple[Condition, ...]:
        """What has to hold for derivations over letters, as it is for complex numbers."""
        write = self.with_adjoints
        told = (
            replace(
                each,
                property=_ON_A_BRANCH.get(each.property, each.property),
                subject=write(each.subject),
            )
            for part in parts
            for each in part.assumptions
            if each.subject not in write.letters
        )
        return tuple(dict.fromkeys(told))

    @cached_property
    def hessian(self) -> ComplexHessian:
        """The second derivatives of a scalar by the variable and its conjugate.

        :raises InputError: if what is differentiated is a matrix.
        :raises UnsupportedError: if a first derivative is too long to be written without names.
        """
        return carry_out_twice_by_complex(self)

    def _as_written(self, lines: Lines) -> Lines:
        return as_written(lines, self.with_adjoints, self.asked)

    def verify(
        self,
        sizes: Mapping[Any, Any] | None = None,
        *,
        seed: int = 0,
        points: int = 2,
        code: BackendName | None = None,
    ) -> tuple[Verification, Verification]:
        """Compare both results with what is found along the parts of each entry of Z = X + iY.

        :param sizes: as for :meth:`Derivation.verify`; so are the others.
        :param seed: the seed of the random points.
        :param points: how many points.
        :param code: "numpy", "jax" or "torch" to run the code of each too, at the same points.
        :returns: for ∂f/∂Z and for ∂f/∂Z̄ what was compared, and how.
        :raises VerificationError: if an entry differs; the message names the first.
        :raises SizesError: if a size is missing or not a positive integer.
        :raises BackendError: if the library of the code is not installed.
        """
        first, second = (
            self.by(wrt).verify(sizes, seed=seed, points=points, code=code) for wrt in self.results
        )
        return first, second

    def to_code(
        self,
        backend: BackendName = "numpy",
        *,
        by: CodeBy | None = None,
        args: Sequence[Expr | str] | None = None,
        value: bool = False,
        name: str | None = None,
        sizes: Mapping[Any, int] | None = None,
    ) -> str:
        """Write a function of complex arrays that calculates what was derived.

        It is as :meth:`Derivation.to_code` says, and returns ∂f/∂Z and ∂f/∂Z̄, or one of them. The
        value of a real function is real. Arrays of 64 or of 128 bits a number keep their type.

        ```pycon
        >>> from sympy import MatrixSymbol, symbols
        >>> from derivlib import norm, wirtinger
        >>> n, m = symbols("n m", integer=True, positive=True)
        >>> A, x, b = MatrixSymbol("A", n, m), MatrixSymbol("x", m, 1), MatrixSymbol("b", n, 1)
        >>> code = wirtinger(norm(A * x - b) ** 2, x).to_code(by="gradient").splitlines()
        >>> print(code[0])
        def gradient(x, A, b):
        >>> print(code[-1].strip())
        return 2 * (A.conj().T @ (A @ x - b))

        ```

        :param backend: "numpy", "jax" or "torch".
        :param by: "variable" for ∂f/∂Z alone, "conjugate" for ∂f/∂Z̄, "gradient" for
            ∂f/∂X + i ∂f/∂Y of a real f; both derivatives if left out.
        :param args: the arguments in order, as for :meth:`Derivation.to_code`; so are the others.
        :param value: return f too, first.
        :param name: what the function is called.
        :param sizes: typical sizes.
        :returns: the source of the function, with what it imports.
        :raises InputError: if an argument is not understood, or f has no gradient.
        :raises UnsupportedError: if an operation is not written as code.
        """
        return self.coded(by).source(backend, args=args, value=value, name=name, sizes=sizes).code

    def to_function(
        self,
        backend: BackendName = "numpy",
        *,
        by: CodeBy | None = None,
        args: Sequence[Expr | str] | None = None,
        value: bool = False,
        name: str | None = None,
        sizes: Mapping[Any, int] | None = None,
    ) -> Callable[..., Any]:
        """Make a function of complex arrays that calculates what was derived.

        ```pycon
        >>> from sympy import MatrixSymbol
        >>> from derivlib import norm, wirtinger
        >>> z = MatrixSymbol("z", 2, 1)
        >>> function = wirtinger(norm(z) ** 2, z).to_function(by="gradient", value=True)
        >>> value, gradient = function([3 + 4j, 12j])
        >>> print(value.round(9), gradient.tolist())
        169.0 [(6+8j), 24j]

        ```

        :param by: as for :meth:`to_code`; so are the others.
        :returns: the function; it raises :class:`derivlib.SizesError` if arrays do not fit.
        :raises BackendError: if the backend is not installed.
        :raises InputError: as :meth:`to_code`.
        :raises UnsupportedError: as :meth:`to_code`.
        """
        return self.coded(by).function(backend, args=args, value=value, name=name, sizes=sizes)

    def coded(self, by: CodeBy | None) -> ComplexResults:
        """What code is written for.

        :raises InputError: if it is not understood, or f has no gradient.
        """
        first, second = self.labelled
        told: dict[CodeBy | None, Callable[[], list[tuple[str, Expr]]]] = {
            None: lambda: [first, second],
            "variable": lambda: [first],
            "conjugate": lambda: [second],
            "gradient": lambda: [("gradient", self.gradient)],
        }
        if by not in told:
            names = ", ".join(repr(each) for each in told if each)
            raise InputError(f"by must be one of {names}, or left out, not {by!r}")
        name = "derivatives" if by is None else "gradient" if by == "gradient" else "derivative"
        return self.for_code(told[by](), name, self.steps, self.assumptions)

    @property
    def labelled(self) -> list[tuple[str, Expr]]:
        """Both derivatives, each with what it is called in text."""
        found = zip(self._views, self.results.values(), strict=True)
        return [(text(view.label), result) for view, result in found]

    def for_code(
        self,
        outputs: Sequence[tuple[str, Expr]],
        name: str,
        steps: tuple[Step, ...],
        assumptions: tuple[Condition, ...],
        before: Sequence[tuple[str, Expr]] = (),
    ) -> ComplexResults:
        """What code is written for.

        :param before: what stands between the value and the results, where values are asked for.
        """
        return ComplexResults(
            self.written,
            self.wrt,
            outputs,
            [(text(self.output), self._value), *before],
            self.shared,
            name,
            self.real_letters,
            (*assumptions, *self._assumed),
            steps,
        )

    @cached_property
    def written(self) -> Expr:
        """What is differentiated, as it was written but for the order and the nesting of sums."""
        real, hermitian = letters_assumed(self.assuming)
        kept: dict[Expr, Expr] = {}
        letters = with_conjugates_as_letters(self.expr, real, hermitian, kept=kept)
        return self.with_adjoints.with_values(letters, kept)

    @property
    def asked(self) -> Expr:
        """What is differentiated, as the reader wrote it; SymPy opens the adjoint of a sum."""
        return min(self.expr, self.written, key=lambda expr: len(text(expr)))

    @property
    def _value(self) -> Expr:
        """What code returns as the value of f."""
        if layout_of(self.expr, self.wrt) is not Layout.GRADIENT:
            return self.written
        try:
            is_real = self._is_real_valued()
        except VerificationError:  # it has no value at random points, or is zero there
            is_real = False
        return as_real(self.written) if is_real else self.written

    def _is_real_valued(self) -> bool:
        return is_real_valued(self.expr, assuming=self.assuming)

    @property
    def real_letters(self) -> frozenset[Expr]:
        """The symbols that are real."""
        real, _ = letters_assumed(self.assuming)
        return real | {s for s in letters_in(self.expr) if not s.is_Matrix and s.is_real}

    @property
    def _assumed(self) -> list[str]:
        """What was assumed, in words."""
        real, hermitian = letters_assumed(self.assuming)
        told = [f"{text(each)} real" for each in sorted(real, key=str)]
        return told + [f"{text(each)} Hermitian" for each in sorted(hermitian, key=str)]

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
        lines = [f"{latex(left)} &= {latex(right)}" for left, right in self._told]
        return Formula(rows_of(lines), self.derivations)

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
        refuse_real_functions(view.result, real)
        for meaning in view.shared.values():
            refuse_real_functions(meaning, real)
    return found
