"""The errors derivlib raises, all of one kind: :class:`DerivlibError`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class DerivlibError(Exception):
    """Base class of every error that derivlib raises on purpose.

    ```pycon
    >>> from sympy import MatrixSymbol, Trace
    >>> from derivlib import derive
    >>> X = MatrixSymbol("X", 3, 3)
    >>> try:
    ...     derive(Trace(X), X.T)
    ... except DerivlibError as error:
    ...     print(type(error).__name__)
    InputError

    ```
    """


class DerivlibWarning(UserWarning):
    """What is allowed and seldom meant, such as a variable that does not occur in a text.

    ```pycon
    >>> import warnings
    >>> from derivlib import derive
    >>> with warnings.catch_warnings(record=True) as caught:
    ...     warnings.simplefilter("always")
    ...     print(derive("x'*A*x", "y"))
    ∂L/∂y = 0[n×1]
    >>> print(caught[0].message)
    y does not occur, so that the derivative is 0; the names are x, A

    ```
    """


class InputError(DerivlibError, TypeError):
    """An argument is not of the kind asked for: not SymPy, or not a symbol.

    ```pycon
    >>> from sympy import Symbol
    >>> from derivlib import derive
    >>> try:
    ...     derive(len, Symbol("x"))
    ... except InputError as error:
    ...     print("must be a SymPy expression" in str(error))
    True

    ```
    """


class ParseError(InputError, ValueError):
    """A text that cannot be read, with a mark below the place.

    ```pycon
    >>> from derivlib import parse
    >>> try:
    ...     parse("tr(X*W")
    ... except ParseError as error:
    ...     print(error)
    ( is not closed
      tr(X*W
        ^

    ```

    :param message: what cannot be read, and what to write instead.
    :param text: the text.
    :param places: where in the text, from and up to which position.
    :param choices: what may be meant, where there are several readings.
    """

    def __init__(
        self,
        message: str,
        text: str = "",
        places: Sequence[tuple[int, int]] = (),
        choices: Sequence[str] = (),
    ) -> None:
        super().__init__("\n".join([message, *_marked(text, places)]))
        self.message = message
        self.text = text
        self.places = tuple(places)
        self.choices = tuple(choices)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.message, self.text, self.places, self.choices)


def _marked(text: str, places: Sequence[tuple[int, int]]) -> list[str]:
    """The line of a text where something is, with marks below it; a long line is cut."""
    if not text or not places:
        return []
    start = min(first for first, _ in places)
    begin = text.rfind("\n", 0, start) + 1
    line = text[begin:].split("\n", 1)[0].replace("\t", " ")
    marks = [" "] * (len(line) + 1)
    for first, end in places:
        for k in range(first - begin, max(end, first + 1) - begin):
            if 0 <= k < len(marks):
                marks[k] = "^"
    cut = max(0, start - begin - _BEFORE)
    shown, below = line[cut:][:_WIDTH], "".join(marks)[cut:][:_WIDTH].rstrip()
    dots = "…" if cut else ""
    return [f"  {dots}{shown}", f"  {' ' * len(dots)}{below}"]


_BEFORE, _WIDTH = 40, 96
"""How much of a long line is shown before the place, and in all."""


class ShapeError(DerivlibError, ValueError):
    """Sizes that do not fit, named with the expression in which they meet.

    ```pycon
    >>> from sympy import HadamardProduct, MatrixSymbol, symbols
    >>> from derivlib import derive, sum_entries
    >>> n, m = symbols("n m", integer=True, positive=True)
    >>> X, Y = MatrixSymbol("X", n, m), MatrixSymbol("Y", m, n)
    >>> try:
    ...     derive(sum_entries(HadamardProduct(X, Y)), X)
    ... except ShapeError as error:
    ...     print("n×m" in str(error) and "m×n" in str(error))
    True

    ```
    """


class UnsupportedError(DerivlibError, NotImplementedError):
    """An operation without a differential rule, named with its place.

    ```pycon
    >>> from sympy import MatrixSymbol, Permanent
    >>> from derivlib import derive
    >>> X = MatrixSymbol("X", 3, 3)
    >>> try:
    ...     derive(2 * Permanent(X), X)
    ... except UnsupportedError as error:
    ...     print("Permanent" in str(error))
    True

    ```
    """


class UndefinedError(DerivlibError, ValueError):
    """An expression without a value, such as the log-determinant of zero.

    ```pycon
    >>> from sympy import MatrixSymbol, ZeroMatrix
    >>> from derivlib import derive, logdet
    >>> U = MatrixSymbol("U", 3, 3)
    >>> try:
    ...     derive(logdet(ZeroMatrix(3, 3) * U), U)
    ... except UndefinedError as error:
    ...     print(str(error)[:30])
    "logdet(0[3×3])" has no value:

    ```
    """


class SizesError(DerivlibError, ValueError):
    """Sizes asked for by a calculation that are missing, unknown or not positive integers.

    ```pycon
    >>> from sympy import MatrixSymbol, Trace, symbols
    >>> from derivlib import derive
    >>> n, m = symbols("n m", integer=True, positive=True)
    >>> X = MatrixSymbol("X", n, m)
    >>> try:
    ...     derive(Trace(X.T * X), X).verify({n: 3})
    ... except SizesError as error:
    ...     print("m" in str(error))
    True

    ```
    """


class BackendError(DerivlibError, ImportError):
    """A library that code is to run on and that is not installed.

    ```pycon
    >>> issubclass(BackendError, ImportError)
    True

    ```
    """


class RuleError(DerivlibError, AssertionError):
    """A rule of the table whose two sides differ, found by the judge.

    ```pycon
    >>> from dataclasses import replace
    >>> from derivlib import RULES
    >>> from derivlib.check import check_rule
    >>> trace = RULES["trace"]
    >>> doubled = replace(trace, right=lambda d, U: 2 * trace.right(d, U))
    >>> try:
    ...     check_rule(doubled)
    ... except RuleError as error:
    ...     print(str(error).partition(" for ")[0])
    the rule “trace”

    ```
    """


class ReplayError(DerivlibError, AssertionError):
    """A step that its rule does not produce.

    ```pycon
    >>> from dataclasses import replace
    >>> from sympy import MatrixSymbol, Trace
    >>> from derivlib import derive
    >>> from derivlib.derivation.replay import replayed
    >>> X, A = MatrixSymbol("X", 3, 2), MatrixSymbol("A", 2, 3)
    >>> d = derive(Trace(A * X), X)
    >>> first, *others = d.steps
    >>> forged = replace(first, after=2 * first.after)
    >>> try:
    ...     list(replayed(d._graph, (forged, *others), (d.wrt,), d.layout))
    ... except ReplayError as error:
    ...     print("does not end at the right side of its rule" in str(error))
    True

    ```
    """


class VerificationError(DerivlibError, AssertionError):
    """Two independent calculations disagree; the message names entry and values.

    ```pycon
    >>> from sympy import MatrixSymbol, Trace
    >>> from derivlib.check import verify
    >>> X = MatrixSymbol("X", 3, 2)
    >>> try:
    ...     verify(Trace(X.T * X), X, X)
    ... except VerificationError as error:
    ...     print(str(error).partition(", counted")[0], "2*X[0, 0]" in str(error))
    entry (1, 1) True

    ```
    """
