"""A derivation as one aligned block, each line with the rule that led to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from sympy import Expr

from derivlib.display.formula import Formula, rows_of, set_expression
from derivlib.display.latex import DerivationPrinter, latex
from derivlib.expressions.binding import bare
from derivlib.expressions.text import text
from derivlib.nodes.partials import compound_places


class DifferentialLike(Protocol):
    """What is needed of the derivation by one or several variables to show its steps."""

    @property
    def output(self) -> Expr: ...
    @property
    def root(self) -> Expr: ...
    @property
    def intermediates(self) -> Mapping[Expr, Expr]: ...
    @property
    def parts(self) -> Sequence[DifferentialLike]: ...


class DerivationLike(DifferentialLike, Protocol):
    """What is needed of a derivation by one variable to show its result."""

    @property
    def label(self) -> Expr: ...
    @property
    def end(self) -> Expr: ...
    @property
    def shared(self) -> Mapping[Expr, Expr]: ...
    @property
    def letters(self) -> Mapping[Expr, Expr]: ...


class Row(NamedTuple):
    """A row of a derivation, in LaTeX.

    :param left: the left side, empty where it is that of the row above.
    :param right: the right side; in the first row, with what the names in it stand for.
    :param rules: the rules that led here, by name.
    :param conditions: what has to hold for them.
    """

    left: str
    right: str
    rules: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()

    @property
    def tex(self) -> str:
        r"""The row, aligned at its sign, with its reasons as a remark.

        Only names of rules are set in `\textrm`. By that the site knows them and links them; a
        link in the TeX itself would be refused by notebooks that set it with KaTeX.
        """
        rules = (rf"\textrm{{{rule}}}" for rule in self.rules)
        remark = r",\; ".join([*rules, *self.conditions])
        return f"{self.left} &= {self.right}" + (f" && {remark}" if remark else "")


def _row(line: Any, left: str, right: str) -> Row:
    return Row(left, right, tuple(line.reasons), tuple(map(set_expression, line.requires)))


def _sum(terms: Sequence[Expr], printer: DerivationPrinter) -> str:
    """Set terms with signs between them; what stands in many lines the printer sets once."""
    if len(terms) == 1:
        return bare(printer.doprint(terms[0]))
    text = ""
    for part in map(printer.doprint, terms):
        joined = f" - {part[1:].lstrip()}" if part.startswith("-") else f" + {part}"
        text = text + joined if text else part
    return text or "0"


def _named(derivation: DifferentialLike) -> list[str]:
    """Set what the names stand for, the last one first."""
    named = reversed(list(derivation.intermediates.items()))
    return [f"{latex(name)} = {latex(definition)}" for name, definition in named]


def rows(parts: Iterable[tuple[DifferentialLike, Iterable[Any]]]) -> list[Row]:
    """The rows of derivations: definitions, each line that changes something, results."""
    rows: list[Row] = []
    said: set[str] = set()
    for part, lines in parts:
        first, *others = _rows(part, lines)
        named = set(_named(part))
        is_there = bool(rows) and rows[-1].right == latex(part.root) and named <= said
        rows += others if is_there else [first, *others]
        said |= named
    return rows


def block(parts: Iterable[tuple[DifferentialLike, Iterable[Any]]]) -> Formula:
    """Set derivations with their lines as one block, aligned at the signs."""
    return Formula(rows_of(row.tex for row in rows(parts)))


def _rows(derivation: DifferentialLike, lines: Iterable[Any]) -> Iterator[Row]:
    """The rows of a derivation, or of one of the two that lead to a Hessian."""
    told = list(lines)
    readings = [line for line in told if line.reads]
    yield from _beginning(derivation, readings)
    left, previous = None, None
    for line in told[len(readings) :]:
        if line.left in derivation.intermediates:
            continue
        derived = latex(line.left)
        shown = _sum(line.terms, DerivationPrinter(names=line.letters))
        if shown != previous or derived != left:
            yield _row(line, derived if derived != left else "", shown)
        left, previous = derived, shown


def _beginning(derivation: DifferentialLike, readings: Sequence[Any]) -> Iterator[Row]:
    """The rows that say what is differentiated, and what was read in it as it was written."""
    whole = [line for line in readings if line.left == derivation.output]
    for line in readings:
        if line not in whole:
            before, after = latex(line.steps[0].before), latex(line.step.after)
            yield _row(line, latex(line.left), f"{before} = {after}")
    output = latex(derivation.output)
    first = r",\quad ".join([latex(derivation.root), *_named(derivation)])
    asked = getattr(derivation, "asked", None)
    if asked is not None and latex(asked) != latex(derivation.root):
        yield Row(output, latex(asked))
        output = ""
    if not whole:
        yield Row(output, first)
        return
    yield Row(output, latex(whole[0].steps[0].before))
    yield _row(whole[-1], "", first)


def equation(derivation: DerivationLike) -> Formula:
    """Set the result: ∂L/∂W = …, and the letters it is written with."""
    left = latex(derivation.label)
    shown = f"{left} = {latex(derivation.end, derivation.letters)}"
    told = [f"{latex(name)} = {latex(value)}" for value, name in _places(derivation)]
    return Formula(r",\qquad ".join([shown, *told]), (derivation,))


def equations(derivations: Iterable[DerivationLike]) -> Formula:
    """Set the results by several variables, one below the other; names are told once."""
    lines, told = [], dict[Expr, str]()
    for derivation in derivations:
        value = latex(derivation.end, derivation.letters)
        lines.append(f"{latex(derivation.label)} &= {value}")
        for meaning, name in _places(derivation):
            told.setdefault(name, f"{latex(name)} &= {latex(meaning)}")
    return Formula(rows_of([*lines, *told.values()]))


def sentence(derivation: DerivationLike) -> str:
    """Write the result in one line of text."""
    left = text(derivation.label)
    shown = f"{left} = {text(derivation.end, derivation.letters)}"
    told = [f"{text(name)} = {text(value)}" for value, name in _places(derivation)]
    return ", ".join([shown, *told])


def joint_sentence(derivations: Iterable[DerivationLike]) -> str:
    """Write the results by several variables, a line for each; common names are told once."""
    lines, told = [], dict[Expr, str]()
    for derivation in derivations:
        if not derivation.shared:
            lines.append(sentence(derivation))
            continue
        lines.append(f"{text(derivation.label)} = {text(derivation.end)}")
        for value, name in _places(derivation):
            if name not in told:
                told[name] = f"{text(name)} = {text(value)}"
    return "\n".join([*lines, *told.values()])


def _places(derivation: DerivationLike) -> list[tuple[Expr, Expr]]:
    """What a result is to be read with: each value with its name.

    These are the places where abstract derivatives are taken; and where a result is too long to
    be written without, the names it is over, the last one first.
    """
    if derivation.shared:
        return [(value, name) for name, value in reversed([*derivation.shared.items()])]
    taken = compound_places(derivation.end)
    return [(value, name) for value, name in derivation.letters.items() if value in taken]
