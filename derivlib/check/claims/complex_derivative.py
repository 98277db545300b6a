"""Comparing complex derivatives with what is found along both parts of each entry."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal

from sympy import Dummy, Eq, Expr, I, Q, Rational, S, expand

from derivlib.check.claims.code import Calculation, compare_code
from derivlib.check.claims.comparison import (
    as_grid,
    difference_of,
    first_that_works,
    library_versions,
    sizes_by_name,
)
from derivlib.check.claims.derivative import Nudged
from derivlib.check.claims.ledger import judging
from derivlib.check.claims.verification import Verification
from derivlib.check.scalars.complex_numbers import (
    ComplexNumbers,
    ExactComplex,
    PreciseComplex,
    conjugated,
)
from derivlib.check.scalars.dual import Change
from derivlib.check.scalars.fields import NoValue
from derivlib.check.scalars.numbers import Point, at_points, check_draws
from derivlib.check.values.directional import derivative_at
from derivlib.errors import InputError, ShapeError, VerificationError
from derivlib.expressions.sizes import expression, resolve_sizes, symbol_to_differentiate_by
from derivlib.expressions.text import text
from derivlib.nodes import d
from derivlib.nodes.evaluation import ComplexEvaluation, Evaluation
from derivlib.nodes.free_entries import free_entries
from derivlib.nodes.grid import Grid, as_scalar

By = Literal["variable", "conjugate", "real part", "imaginary part", "gradient"]
"""By what a derivative is claimed to be: Z, its conjugate, X or Y of Z = X + iY, or the sum
∂f/∂X + i ∂f/∂Y."""

_WEIGHTS: Mapping[str, tuple[Expr, Expr]] = {
    "variable": (Rational(1, 2), -I / 2),
    "conjugate": (Rational(1, 2), I / 2),
    "real part": (Rational(1), Rational(0)),
    "imaginary part": (Rational(0), Rational(1)),
    "gradient": (Rational(1), I),
}
"""How each is made of ∂f/∂X and ∂f/∂Y."""

_REAL = Dummy("x", real=True)

_ROUNDING = 1e-45
"""What is zero beside the largest second derivative by real and imaginary parts."""


@dataclass
class _ComplexPoint(Point):
    """A random point at which symbols are complex, but for real and Hermitian ones.

    :param imaginary: whether the imaginary parts of the variable move, and not the real ones.
    :param after: where both parts move, at which place the first imaginary part comes, after the
        real ones.
    """

    real: frozenset[Any] = frozenset()
    hermitian: frozenset[Any] = frozenset()
    imaginary: bool = False
    after: int = 0

    def value(self, symbol: Any, i: int = 0, j: int = 0) -> Any:
        """The value of a symbol, or of an entry of a matrix symbol."""
        if symbol in self.hermitian and i < j:
            return conjugated(self.value(symbol, j, i))
        is_real = symbol in self.real or (symbol in self.hermitian and i == j)
        kind = symbol if not symbol.is_Matrix and symbol.is_real else _REAL if is_real else None
        return self._drawn(("value", symbol, i, j), kind)

    def change(self, symbol: Any, i: int = 0, j: int = 0) -> Any:
        """The change along the direction of each entry, of each entry times i, or of both."""
        change = super().change(symbol, i, j)
        if not isinstance(change, Change):
            return change
        unit: Any = self.arithmetic
        if self.after:
            ((place,),) = change.terms
            return Change({(place,): 1, (place + self.after,): unit.unit})
        return change * unit.unit if self.imaginary else change

    def evaluation(
        self, sizes: Mapping[Any, int], definitions: Mapping[Any, Expr] | None = None
    ) -> Evaluation:
        """Evaluate expressions at this point."""
        return ComplexEvaluation(self.scalars, sizes, definitions or {})

    def scalars(self, level: int) -> ComplexNumbers:
        """Numbers under so many differentials."""
        return ComplexNumbers(self, level)


class _Nudged(Nudged, ComplexNumbers):
    """Arithmetic with complex values beside those at a point."""


def letters_assumed(assuming: Any) -> tuple[frozenset[Any], frozenset[Any]]:
    """The symbols that are stated to be real, and the Hermitian ones.

    :param assuming: `Q.real_elements(A)` of a matrix, `Q.real(t)` of a scalar, `Q.hermitian(A)`,
        or several of them.
    :raises InputError: if something else is assumed.
    :raises ShapeError: if a Hermitian matrix is not square.
    """
    stated: dict[Any, set[Any]] = {Q.real_elements: set(), Q.real: set(), Q.hermitian: set()}
    for given in assuming if isinstance(assuming, tuple | list | set) else (assuming,):
        kind, arguments = (getattr(given, name, None) for name in ("function", "arguments"))
        subject = arguments[0] if kind in stated and arguments else None
        if subject is None or not hasattr(subject, "name"):
            about = (
                f"the equation {text(given.lhs)} = {text(given.rhs)} is not used where variables "
                "are complex; put it into the result yourself"
                if isinstance(given, Eq)
                else f"{given} is not understood of complex variables"
            )
            raise InputError(
                f"{about}; there are Q.real_elements(A) and Q.hermitian(A) for a MatrixSymbol, and "
                "Q.real(t) for a Symbol"
            )
        stated[kind].add(subject)
    for matrix in stated[Q.hermitian]:
        if expand(matrix.shape[0] - matrix.shape[1]) != 0:
            raise ShapeError(f"only a square matrix is Hermitian, and {matrix} is not square")
    real = stated[Q.real_elements] | stated[Q.real]
    return frozenset(real), frozenset(stated[Q.hermitian])


def verify_complex(
    expr: Any,
    wrt: Any,
    result: Any,
    sizes: Mapping[Any, Any] | None = None,
    *,
    by: By | tuple[By, By] = "variable",
    seed: int = 0,
    points: int = 2,
    assuming: Any = (),
    definitions: Mapping[Any, Expr] | None = None,
    code: Calculation | None = None,
) -> Verification:
    """Compare a derivative with respect to a complex variable with that found from its two parts.

    With Z = X + iY, the function is differentiated along each entry of X and along each entry of
    Y, over complex numbers with rational parts, and ∂f/∂Z is ½(∂f/∂X - i ∂f/∂Y), ∂f/∂Z̄ is
    ½(∂f/∂X + i ∂f/∂Y). Where a value is not rational, 60 digits are used, and 30 compared.

    ```pycon
    >>> from sympy import Adjoint, Identity, KroneckerProduct, MatrixSymbol, Trace
    >>> Z, A = MatrixSymbol("Z", 3, 2), MatrixSymbol("A", 3, 3)
    >>> f = Trace(Adjoint(Z) * A * Z)
    >>> verify_complex(f, Z, A * Z, by="conjugate").method
    'exact'
    >>> try:
    ...     verify_complex(f, Z, A * Z)
    ... except AssertionError as error:
    ...     print(str(error).partition(":")[0])
    entry (1, 1), counted from 1, differs

    ```

    A second derivative of a scalar is named by two of them: with `by=("conjugate", "variable")`
    it is ∂²f/∂vec(Z̄)∂vec(Z)ᵀ, whose rows belong to Z̄ and whose columns to Z. It is found from the
    second differential along all parts at once.

    ```pycon
    >>> verify_complex(f, Z, KroneckerProduct(Identity(2), A), by=("conjugate", "variable")).entries
    36

    ```

    Source: Petersen & Pedersen (2012), eqs. (229) and (230); Hjørungnes (2011), chapter 5.

    :param expr: a scalar or a matrix expression.
    :param wrt: the complex symbol.
    :param result: what is claimed to be the derivative.
    :param sizes: as for :func:`derivlib.check.verify`.
    :param by: "variable" for ∂f/∂Z, "conjugate" for ∂f/∂Z̄, "real part", "imaginary part", or
        "gradient" for ∂f/∂X + i ∂f/∂Y; or a pair of these.
    :param seed: the seed of the random points.
    :param points: how many points.
    :param assuming: what is real or Hermitian, as for :func:`derivlib.wirtinger`.
    :param definitions: expressions to put in for symbols of the result, such as N = ZᴴZ.
    :param code: code that is to calculate the derivative at each point too.
    :raises VerificationError: if an entry or the shape differs, or no point can be found.
    :raises InputError: if an argument is not understood.
    :raises SizesError: if a size is missing or not a positive integer.
    :raises UnsupportedError: if a node has no meaning for complex numbers.
    """
    expr, result = expression(expr), expression(result)
    wrt = symbol_to_differentiate_by(wrt, expr)
    each = by if isinstance(by, tuple) and len(by) == 2 else (by,)
    if not all(isinstance(one, str) and one in _WEIGHTS for one in each):
        raise InputError(f"by must be one of {', '.join(_WEIGHTS)}, or two of them, not {by!r}")
    check_draws(seed, points)
    given = resolve_sizes(sizes, expr, wrt, result, choose=True)
    real, hermitian = letters_assumed(assuming)
    scalar = not expr.is_Matrix or tuple(expr.shape) == (1, 1)
    if len(each) == 2 and not scalar:
        raise InputError(f'only a scalar is differentiated twice, and "{text(expr)}" is a matrix')

    def action(drawn: Point) -> tuple[int, int]:
        at = _ComplexPoint(
            drawn.arithmetic, drawn.rng, drawn.attempt, real=real, hermitian=hermitian
        )
        weights = [[at.arithmetic.number(part) for part in _WEIGHTS[one]] for one in each]
        if len(weights) == 2:
            truth = _twice(at, expr, wrt, given, weights)
        else:
            parts = (
                as_grid(
                    derivative_at(replace(at, imaginary=turned), d(expr), wrt, given, scalar=scalar)
                )
                for turned in (False, True)
            )
            truth = _combined(weights[0], list(parts))
        evaluation = at.evaluation(given, definitions)
        claimed = as_grid(evaluation.value(result))
        difference = difference_of(claimed, truth, at.arithmetic)
        if difference is not None:
            told = difference.told("the result", "calculus along both parts", given)
            raise VerificationError(told)
        if code is not None:
            compare_code(code, evaluation.value, truth, near(at), given)
        return truth.shape

    def near(at: _ComplexPoint) -> Iterator[Grid]:
        """The derivative, as it is claimed, where the arguments are rounded."""
        for way in (0, 1):
            numbers = partial(_Nudged, at, way=way)
            with suppress(NoValue):
                evaluation = ComplexEvaluation(numbers, given, definitions or {})
                yield as_grid(evaluation.value(result))

    with judging("derivative", expr, wrt, result) as note:
        kinds = (ExactComplex(), PreciseComplex())
        kind, shapes = first_that_works(
            kinds, lambda kind: list(at_points(kind, seed, points, action))
        )
        verification = Verification(
            sizes=sizes_by_name(given),
            shape=shapes[0],
            method=kind.name,
            calculus="along the real and the imaginary part of each entry",
            points=len(shapes),
            seed=seed,
            tolerance=kind.tolerance,
            versions=library_versions(),
            assumptions=(
                *(f"{text(each)} real" for each in sorted(real, key=str)),
                *(f"{text(each)} Hermitian" for each in sorted(hermitian, key=str)),
            ),
            code="" if code is None else code.title,
        )
        note(verification)
    return verification


def _twice(
    at: _ComplexPoint, expr: Expr, wrt: Any, sizes: Mapping[Any, int], weights: list[list[Any]]
) -> Grid:
    """What is made of the second derivatives by the real and the imaginary parts of a variable."""
    (rows, cols), half = (
        as_grid(at.evaluation(sizes).value(wrt)).shape,
        at.arithmetic.number(S.Half),
    )
    count = rows * cols
    moving = replace(at, after=count).along(wrt, free_entries(None, rows, cols))
    second = as_scalar(moving.evaluation(sizes).value(d(d(expr))))
    terms = second.terms if isinstance(second, Change) else {}
    is_rounded = at.arithmetic.tolerance is not None
    least = _ROUNDING * max(map(abs, terms.values()), default=0) if is_rounded else 0

    def slope(a: int, b: int) -> Any:
        found = terms.get((min(a, b), max(a, b)), 0)
        return found if a == b else found * half

    def entry(a: int, b: int) -> Any:
        found = sum(
            left * right * slope(a + i * count, b + j * count)
            for i, left in enumerate(weights[0])
            for j, right in enumerate(weights[1])
        )
        return 0 if is_rounded and abs(found) <= least else found  # terms that cancel leave a rest

    return Grid.of(count, count, entry)


def _combined(weights: list[Any], parts: list[Grid]) -> Grid:
    """What is made of the derivatives by the real and by the imaginary parts."""
    real, imaginary = parts
    entries = zip(real.entries, imaginary.entries, strict=True)
    made = tuple(x * weights[0] + y * weights[1] for x, y in entries)
    return Grid(real.rows, real.cols, made)


def is_real_valued(
    expr: Any, sizes: Mapping[Any, Any] | None = None, *, seed: int = 0, assuming: Any = ()
) -> bool:
    """Return whether a scalar is real at random complex points.

    ```pycon
    >>> from sympy import Adjoint, MatrixSymbol, Q
    >>> x, A = MatrixSymbol("x", 3, 1), MatrixSymbol("A", 3, 3)
    >>> is_real_valued(Adjoint(x) * A * x), is_real_valued(Adjoint(x) * x)
    (False, True)
    >>> is_real_valued(Adjoint(x) * A * x, assuming=Q.hermitian(A))
    True

    ```

    :param expr: a scalar or a 1×1 expression.
    :param sizes: as for :func:`verify_complex`; so are the others.
    :raises VerificationError: if its value is zero, or does not exist, wherever it is looked at.
    """
    expr = expression(expr)
    given = resolve_sizes(sizes, expr, choose=True)
    real, hermitian = letters_assumed(assuming)

    def is_real(chosen: Mapping[Any, int], drawn: Point) -> bool:
        at = _ComplexPoint(
            drawn.arithmetic, drawn.rng, drawn.attempt, real=real, hermitian=hermitian
        )
        (value,) = as_grid(at.evaluation(chosen).value(expr)).entries
        if value == 0:
            raise NoValue("a value that is zero, as of the determinant of a product too wide")
        return at.arithmetic.equal(value, conjugated(value))

    reverse = dict(zip(given, reversed(given.values()), strict=True))
    try:
        found = _at_points(partial(is_real, given), seed)
    except VerificationError:
        if sizes is not None or reverse == given:
            raise
        found = _at_points(partial(is_real, reverse), seed)
    return all(found)


def _at_points(action: Callable[[Point], bool], seed: int) -> list[bool]:
    kinds = (ExactComplex(), PreciseComplex())
    return first_that_works(kinds, lambda kind: list(at_points(kind, seed, 2, action)))[1]
