"""A ledger of what the judge was asked and what it found, for those who have to account for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Protocol

from derivlib.check.claims.comparison import SizesByName
from derivlib.errors import RuleError, VerificationError


class Compared(Protocol):
    """What a comparison says of itself, such as a `Verification` or an `EquationCheck`."""

    @property
    def sizes(self) -> SizesByName:
        """Names and values of the sizes."""

    @property
    def entries(self) -> int:
        """How many entries were compared at each point."""

    @property
    def points(self) -> int:
        """At how many points."""

    @property
    def method(self) -> str:
        """How: "exact", "modular", "numeric" or "double"."""

    @property
    def seed(self) -> int | None:
        """The seed of the points; nothing if nothing was random."""


@dataclass(frozen=True)
class Check:
    """One question to the judge, and the answer.

    :param kind: "derivative", "equation", "identification", "steps", "rule", "entries", or what
        someone who compares by code of their own calls it.
    :param subject: what it was about: what is differentiated, by what, and the claim; the two
        sides of an equation; the lines of a chain; or the name of a rule.
    :param comparisons: what was compared, as far as it agreed.
    :param refused: why the claim was refused; empty if it was not.
    """

    kind: str
    subject: tuple[Any, ...]
    comparisons: tuple[Compared, ...]
    refused: str = ""

    @property
    def entries(self) -> int:
        """How many entries agreed, counted anew at each point."""
        return sum(each.entries * each.points for each in self.comparisons)


@dataclass
class Ledger:
    """The checks made while it lay open, in their order.

    :param checks: the checks.
    """

    checks: list[Check] = field(default_factory=list)

    @property
    def agreed(self) -> tuple[Check, ...]:
        """The checks whose claim was found to hold."""
        return tuple(check for check in self.checks if not check.refused)

    @property
    def refused(self) -> tuple[Check, ...]:
        """The checks whose claim was refused."""
        return tuple(check for check in self.checks if check.refused)

    def listen(self) -> None:
        """Record every check from here on, as long as the current context lasts."""
        if all(ledger is not self for ledger in _OPEN.get()):
            _OPEN.set((*_OPEN.get(), self))


_OPEN: ContextVar[tuple[Ledger, ...]] = ContextVar("open ledgers", default=())


@contextmanager
def recorded() -> Iterator[Ledger]:
    """Record every check made inside, those that raise included.

    A check that asks for others on its way, as a chain of equalities does for each line, is
    recorded once. So is a check made inside two ledgers, in both.

    ```pycon
    >>> from sympy import MatrixSymbol, Trace
    >>> from derivlib.check import is_derivative, verify
    >>> X = MatrixSymbol("X", 3, 2)
    >>> with recorded() as ledger:
    ...     verification = verify(Trace(X.T * X), X, 2 * X)
    ...     verdict = is_derivative(X, Trace(X.T * X), X)
    >>> [(check.kind, check.entries) for check in ledger.agreed]
    [('derivative', 12)]
    >>> [check.refused.partition(":")[0] for check in ledger.refused]
    ['entry (1, 1), counted from 1, differs']

    ```

    :returns: a context manager that gives the ledger.
    """
    ledger = Ledger()
    token = _OPEN.set((*_OPEN.get(), ledger))
    try:
        yield ledger
    finally:
        _OPEN.reset(token)


@contextmanager
def unrecorded() -> Iterator[None]:
    """Record nothing of what is asked inside."""
    token = _OPEN.set(())
    try:
        yield
    finally:
        _OPEN.reset(token)


@dataclass
class Note:
    """What a check in progress has found so far.

    :param comparisons: what was compared and agreed.
    :param refused: why the claim is refused; empty if it is not.
    """

    comparisons: list[Compared] = field(default_factory=list)
    refused: str = ""

    def __call__(self, comparison: Compared) -> None:
        """Take down a comparison that agreed."""
        self.comparisons.append(comparison)


@contextmanager
def judging(kind: str, *subject: Any) -> Iterator[Note]:
    """Enter a check into the ledgers that lie open, once it has come to an end.

    An input that is refused before anything is compared is no check and leaves no entry.

    :returns: a context manager that gives the note to be filled in.
    """
    ledgers, note = _OPEN.get(), Note()
    try:
        with unrecorded():
            yield note
    except (VerificationError, RuleError) as error:
        note.refused = str(error)
        raise
    finally:
        if note.comparisons or note.refused:
            check = Check(kind, subject, tuple(note.comparisons), note.refused)
            for ledger in ledgers:
                ledger.checks.append(check)
