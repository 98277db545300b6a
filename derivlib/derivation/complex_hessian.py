"""The second derivatives of a scalar by a complex variable and its conjugate."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, NoReturn

from sympy import BlockMatrix, Expr, ImmutableDenseMatrix, SympifyError

from derivlib.check.claims.complex_derivative import verify_complex
from derivlib.check.claims.verification import Verification
from derivlib.derivation.complex_code import ComplexResults
from derivlib.derivation.complex_lines import as_written
from derivlib.derivation.conjugates import refuse_real_functions
from derivlib.derivation.joint import JointDerivation, carry_out_jointly
from derivlib.derivation.layout import Layout, layout_of
from derivlib.derivation.lines import HasLines, Lines
from derivlib.derivation.premises import NOTHING_ASSUMED
from derivlib.derivation.step import Step
from derivlib.derivation.writes_code import BackendName
from derivlib.display.formula import Formula, rows_of
from derivlib.display.latex import latex
from derivlib.display.rows import Rows
from derivlib.errors import InputError, UnsupportedError
from derivlib.expressions.problem import Written
from derivlib.expressions.text import text
from derivlib.nodes import MixedHessian
from derivlib.nodes.symbols import conjugate_letter
from derivlib.rules.rule import Condition

Pair = tuple[Literal["variable", "conjugate"], Literal["variable", "conjugate"]]
"""By what the rows of a block belong, and its columns: Z, or its conjugate."""

PAIRS: tuple[Pair, ...] = (
    ("conjugate", "variable"),
    ("conjugate", "conjugate"),
    ("variable", "variable"),
    ("variable", "conjugate"),
)
"""The blocks, as they stand in the augmented Hessian, row by row."""


class FourResultsError(InputError, SympifyError):
    """Four results stand where SymPy looks for one expression."""

    __str__ = Exception.__str__


@dataclass(frozen=True)
class OneOfFour:
    """One block of the second derivatives.

    :param whole: all of them.
    :param pair: which block it is.
    """

    whole: ComplexHessian
    pair: Pair

    @property
    def result(self) -> Expr:
        """The block."""
        return self.whole[self.pair]

    @property
    def letters(self) -> tuple[Expr, Expr]:
        """What its rows belong to, and its columns: the variable, or the letter for Z̄."""
        return self.whole.letter(self.pair[0]), self.whole.letter(self.pair[1])

    @property
    def label(self) -> Expr:
        """∂²f/∂Z̄∂Zᵀ."""
        return MixedHessian(self.whole.first.output, *self.letters)

    @property
    def equation(self) -> Formula:
        """The block as a formula."""
        return Formula(f"{latex(self.label)} = {latex(self.result)}")

    def verify(
        self,
        sizes: Mapping[Any, Any] | None = None,
        *,
        seed: int = 0,
        points: int = 2,
        code: BackendName | None = None,
    ) -> Verification:
        """Compare it with the second derivatives along the parts of each entry."""
        first = self.whole.first
        return verify_complex(
            first.expr, first.wrt, self.result, sizes, by=self.pair, seed=seed, points=points,
            assuming=first.assuming,
            code=None if code is None else self.whole.coded(self.pair).calculation(code),
        )  # fmt: skip

    def __str__(self) -> str:
        return f"{text(self.label)} = {text(self.result)}"


@dataclass(frozen=True, eq=False, repr=False)
class ComplexHessian(HasLines, Mapping[Pair, Expr]):
    """The second derivatives of a scalar by a complex variable Z and its conjugate.

    It maps ("conjugate", "variable") to ∂²f/∂vec(Z̄)∂vec(Z)ᵀ, whose rows belong to Z̄ and whose
    columns to Z, and so for the three others. Of a real f this one is Hermitian, and up to second
    order f changes by 2 Re(gᴴh) + hᴴ ∂²f/∂z̄∂zᵀ h + Re(hᵀ ∂²f/∂z∂zᵀ h) where z = vec(Z) changes
    by h; g is ∂f/∂z̄.

    ```pycon
    >>> from sympy import MatrixSymbol, symbols
    >>> from derivlib import norm, wirtinger
    >>> n, m = symbols("n m", integer=True, positive=True)
    >>> A, x, b = MatrixSymbol("A", n, m), MatrixSymbol("x", m, 1), MatrixSymbol("b", n, 1)
    >>> h = wirtinger(norm(A * x - b) ** 2, x).hessian
    >>> print(h)
    ∂²L/∂conj(x)∂xᵀ = Aᴴ*A
    ∂²L/∂conj(x)∂conj(x)ᵀ = 0[m×m]
    ∂²L/∂x∂xᵀ = 0[m×m]
    ∂²L/∂x∂conj(x)ᵀ = Aᵀ*conj(A)
    >>> h["conjugate", "variable"]
    Adjoint(A)*A
    >>> [each.entries for each in h.verify({n: 4, m: 3}).values()]
    [9, 9, 9, 9]

    ```

    Source: Hjørungnes (2011), chapter 5, for the four blocks; Kreutz-Delgado (2009), section 5, and
    Schreier & Scharf (2010), appendix 2, for the augmented Hessian.

    :param first: the first derivatives.
    :param _by: the derivations of ∂f/∂Z and of ∂f/∂Z̄ by both letters.
    """

    first: Any
    _by: Mapping[str, JointDerivation]

    @property
    def expr(self) -> Expr:
        """What is differentiated twice."""
        return self.first.expr

    @property
    def wrt(self) -> Expr:
        """The complex variable."""
        return self.first.wrt

    @property
    def shared(self) -> Mapping[Expr, Expr]:
        """What stays named in the results: nothing, as what would need names is refused."""
        return self.first.shared

    def letter(self, by: str) -> Expr:
        """The variable, or the letter that stands for its conjugate."""
        return self.wrt if by == "variable" else conjugate_letter(self.wrt)

    def by(self, pair: Pair) -> OneOfFour:
        """One of the blocks."""
        return OneOfFour(self, pair)

    @cached_property
    def results(self) -> Mapping[Pair, Expr]:
        """The blocks, in the order in which they stand in the augmented Hessian."""
        write = self.first.with_adjoints
        return {pair: write(self._by[pair[0]].by(self.letter(pair[1])).result) for pair in PAIRS}

    def __getitem__(self, pair: Pair) -> Expr:
        """One of the blocks.

        :raises KeyError: if it is none of them.
        """
        return self.results[pair]

    def __iter__(self) -> Iterator[Pair]:
        return iter(PAIRS)

    def __len__(self) -> int:
        return len(PAIRS)

    @property
    def augmented(self) -> Expr:
        """All blocks as one matrix, first those whose rows belong to Z̄; of a real f Hermitian."""
        (a, b), (c, d) = (list(self.results.values())[i : i + 2] for i in (0, 2))
        blocks = [[a, b], [c, d]]
        return BlockMatrix(blocks) if a.is_Matrix else ImmutableDenseMatrix(blocks)

    @property
    def parts(self) -> tuple[Any, ...]:
        """The derivations it consists of: those of the first derivatives before the others."""
        return (*self.first.parts, *self._by.values())

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """Every step, in the order in which it was made."""
        return Rows(step for part in self.parts for step in part.steps)

    @cached_property
    def assumptions(self) -> tuple[Condition, ...]:
        """What has to hold for the results, each condition once."""
        return self.first.conditions_of(self.parts)

    def _as_written(self, lines: Lines) -> Lines:
        labels = {
            self._by[rows].by(self.letter(columns)).label: self.by((rows, columns)).label
            for rows, columns in PAIRS
        }
        return as_written(lines, self.first.with_adjoints, self.first.asked, labels)

    def verify(
        self,
        sizes: Mapping[Any, Any] | None = None,
        *,
        seed: int = 0,
        points: int = 2,
        code: BackendName | None = None,
    ) -> dict[Pair, Verification]:
        """Compare each block with the second derivatives along the parts of each entry.

        :param sizes: as for :meth:`Derivation.verify`; so are the others.
        :param seed: the seed of the random points.
        :param points: how many points.
        :param code: "numpy", "jax" or "torch" to run the code of each too, at the same points.
        :returns: for each block what was compared, and how.
        :raises VerificationError: if an entry differs; the message names the first.
        :raises SizesError: if a size is missing or not a positive integer.
        :raises BackendError: if the library of the code is not installed.
        """
        return {
            pair: self.by(pair).verify(sizes, seed=seed, points=points, code=code) for pair in self
        }

    def to_code(
        self,
        backend: BackendName = "numpy",
        *,
        by: Pair | None = None,
        args: Sequence[Expr | str] | None = None,
        value: bool = False,
        name: str | None = None,
        sizes: Mapping[Any, int] | None = None,
    ) -> str:
        """Write a function of complex arrays that calculates the blocks.

        :param by: one of the blocks; all four if left out.
        :param value: return f, ∂f/∂Z and ∂f/∂Z̄ too, first.
        :param backend: as for :meth:`WirtingerDerivation.to_code`; so are the others.
        :raises InputError: if an argument is not understood.
        :raises UnsupportedError: if an operation is not written as code.
        """
        return self.coded(by).source(backend, args=args, value=value, name=name, sizes=sizes).code

    def to_function(
        self,
        backend: BackendName = "numpy",
        *,
        by: Pair | None = None,
        args: Sequence[Expr | str] | None = None,
        value: bool = False,
        name: str | None = None,
        sizes: Mapping[Any, int] | None = None,
    ) -> Callable[..., Any]:
        """Make a function of complex arrays that calculates the blocks.

        ```pycon
        >>> from sympy import MatrixSymbol
        >>> from derivlib import norm, wirtinger
        >>> z = MatrixSymbol("z", 2, 1)
        >>> h = wirtinger(norm(z) ** 4, z).hessian
        >>> print(h.to_function(by=("variable", "variable"))([1, 1j])[0, 1])
        -2j

        ```

        :param by: as for :meth:`to_code`; so are the others.
        :returns: the function; it raises :class:`derivlib.SizesError` if arrays do not fit.
        :raises BackendError: if the backend is not installed.
        :raises InputError: as :meth:`to_code`.
        :raises UnsupportedError: as :meth:`to_code`.
        """
        return self.coded(by).function(backend, args=args, value=value, name=name, sizes=sizes)

    def coded(self, by: Pair | None) -> ComplexResults:
        """What code is written for.

        :raises InputError: if `by` is none of the blocks.
        """
        if by is not None and by not in PAIRS:
            raise InputError(f"by must be one of {', '.join(map(str, PAIRS))}, not {by!r}")
        outputs = [
            (text(self.by(pair).label), block)
            for pair, block in self.results.items()
            if by in (None, pair)
        ]
        name = "hessians" if by is None else "hessian"
        return self.first.for_code(outputs, name, self.steps, self.assumptions, self.first.labelled)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, ComplexHessian):
            return self.results == other.results
        return NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(self.results.items()))

    def _sympy_(self) -> NoReturn:
        raise FourResultsError(
            "a ComplexHessian has four results, and is no expression; take one of them, such as "
            'h["conjugate", "variable"], or h.augmented'
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return carry_out_twice_by_complex, (self.first,)

    @property
    def _told(self) -> Iterator[tuple[Expr, Expr]]:
        return ((self.by(pair).label, block) for pair, block in self.results.items())

    @property
    def equation(self) -> Formula:
        """The blocks as a formula, one below the other."""
        lines = [f"{latex(left)} &= {latex(right)}" for left, right in self._told]
        return Formula(rows_of(lines), self.derivations)

    def __str__(self) -> str:
        return "\n".join(str(self.by(pair)) for pair in self)

    __repr__ = __str__


def carry_out_twice_by_complex(first: Any) -> ComplexHessian:
    """Differentiate the first derivatives of a scalar by a complex variable once more.

    :param first: the first derivatives.
    :raises InputError: if what is differentiated is a matrix.
    :raises UnsupportedError: if a first derivative is too long to be written without names, or
        has an operation without a rule.
    """
    if layout_of(first.expr, first.wrt) is not Layout.GRADIENT:
        raise InputError(f'only a scalar has a Hessian, and "{text(first.expr)}" is a matrix')
    if first.shared:
        raise UnsupportedError(
            f"the derivatives with respect to {first.wrt} and its conjugate are too long to be "
            "written without names for their intermediates, and are not differentiated again; put "
            "symbols in the place of long parts of the expression that do not depend on it"
        )
    letters = (first.wrt, conjugate_letter(first.wrt))
    again = {
        by: carry_out_jointly(Written(view.end, {}, view.label), letters, NOTHING_ASSUMED)
        for by, view in first.views.items()
    }
    found = ComplexHessian(first, again)
    for each in again.values():
        for letter in letters:
            refuse_real_functions(each.by(letter).result, first.real_letters)
    return found
