"""What each step of a derivation put where, to be unfolded below it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sympy import Basic, Expr, FunctionClass, MatrixSymbol, Symbol

from derivlib.display.formula import displayed, set_expression
from derivlib.display.latex import DerivationPrinter, latex
from derivlib.display.statements import equated, identified
from derivlib.expressions.text import text

_MOST_FOLDED = 60
"""How many steps a derivation unfolds to; more are shown on demand."""


class StepLike(Protocol):
    """What is needed of a step to say what it substituted."""

    @property
    def rule(self) -> str: ...
    @property
    def family(self) -> str: ...
    @property
    def before(self) -> Expr: ...
    @property
    def after(self) -> Expr: ...
    @property
    def requires(self) -> Sequence[Any]: ...
    @property
    def statement(self) -> tuple[Expr, Expr] | None: ...
    @property
    def substituted(self) -> Sequence[tuple[Any, Any]]: ...
    @property
    def rewritten(self) -> tuple[Expr, Expr]: ...


@dataclass(frozen=True)
class Substitutions:
    r"""Steps, each with its rule, what the placeholders of the rule stood for, and its outcome.

    A notebook and the site show them as a numbered list.

    ```pycon
    >>> from sympy import MatrixSymbol, Trace
    >>> from derivlib import derive
    >>> X, A = MatrixSymbol("X", 3, 2), MatrixSymbol("A", 2, 3)
    >>> steps = derive(Trace(A * X), X).substitutions(2, 2)
    >>> for line in steps._repr_markdown_().splitlines():
    ...     print(line.strip(" \\"))
    2. $\textrm{product}$: $\mathrm{d}(U V) = (\mathrm{d}U) V + U \, \mathrm{d}V$
    with $U := A$, $V := X$
    $\mathrm{d}(A X) \to A \, \mathrm{d}X$, where $A\ \text{constant}$

    ```

    :param steps: the steps that are told.
    :param first: the number of the first, counted from 1.
    """

    steps: tuple[StepLike, ...]
    first: int = 1

    def _repr_markdown_(self) -> str:
        numbered = enumerate(self.steps, self.first)
        return "\n".join(_item(f"{number}. ", step) for number, step in numbered)

    def __str__(self) -> str:
        numbered = enumerate(self.steps, self.first)
        return "\n".join(_in_text(f"{number}. ", step) for number, step in numbered)

    __repr__ = __str__


def _in_text(mark: str, step: StepLike) -> str:
    """Tell a step as :func:`_item` does, in plain text."""
    lines = [step.rule]
    stands = [f"{_plain(p)} := {_plain(value)}" for p, value in _told(step)]
    if step.statement is not None and stands:
        left, right = map(text, step.statement)
        sign = "⇒" if step.family == "identification" else "="
        lines[0] += f": {left} {sign} {right}" if left != right else ""
        lines.append("with " + ", ".join(stands))
    before, after = map(text, step.rewritten)
    outcome = f"{before} → {after}" if before != after else f"{before}, written as before"
    requires = ", ".join(map(str, step.requires))
    lines.append(f"{outcome}, where {requires}" if requires else outcome)
    return mark + ("\n" + " " * len(mark)).join(lines)


def _plain(value: Any) -> str:
    return text(value) if isinstance(value, Expr) else str(getattr(value, "name", None) or value)


def _item(mark: str, step: StepLike) -> str:
    """Tell a step: what its rule says, what was put in, what needs to hold, what came out."""
    lines = [rf"$\textrm{{{step.rule}}}$"]
    stands = [f"{_set(p)} := {_set(value)}" for p, value in _told(step)]
    if step.statement is not None and stands:
        left, right = map(latex, step.statement)
        if step.family == "identification":
            lines[0] += ": " + _listed([identified(*step.statement)])
        elif left != right:
            lines[0] += ": " + _listed([equated(*step.statement)])
        lines.append("with " + _listed(stands))
    before, after = map(latex, step.rewritten)
    outcome = f"{before} \\to {after}" if before != after else before
    lines.append(_listed([outcome]) + ", written as before" * (before == after))
    if step.requires:
        lines[-1] += ", where " + _listed(map(set_expression, step.requires))
    return mark + ("\\\n" + " " * len(mark)).join(lines)


def _told(step: StepLike) -> list[tuple[Any, Any]]:
    """What placeholders stand for, unless each stands for itself; functions never do."""
    pairs = [(p, value, _set(p) != _set(value)) for p, value in step.substituted]
    if not any(differs for *_, differs in pairs):
        return []
    symbols = (Symbol, MatrixSymbol)
    return [(p, value) for p, value, differs in pairs if differs or isinstance(p, symbols)]


def _set(value: Any) -> str:
    if isinstance(value, FunctionClass) or not isinstance(value, Basic):
        return DerivationPrinter().function_name(getattr(value, "name", None) or value)
    return latex(value)


def _listed(formulas: Iterable[str]) -> str:
    """Set formulas among words, fractions as large as in a formula by itself."""
    return ", ".join(f"${displayed(formula)}$" for formula in formulas)


def folded(steps: Iterable[StepLike]) -> str:
    """The steps of a derivation, to be unfolded: Markdown that notebooks and pages understand."""
    steps = tuple(steps)
    shown = Substitutions(steps[:_MOST_FOLDED])
    return "\n".join(_fold(shown, len(steps)))


def _fold(shown: Substitutions, total: int) -> Iterator[str]:
    yield '<details class="substitutions">'
    yield "<summary>What each step substituted</summary>"
    yield '<div tabindex="0" role="group" aria-label="Steps">\n'
    yield shown._repr_markdown_()
    if total > len(shown.steps):
        first = len(shown.steps) + 1
        yield f"\nSteps {first} to {total}: `substitutions({first}, {total})` of the derivation."
    yield "\n</div></details>"
