"""An answer as it is read in a terminal: plain text, part by part."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Iterator

from derivlib.command.answer import Answer, definitions, stated_of
from derivlib.display import aligned_block, text

_INDENT = "  "


class Report:
    """The text, part by part.

    :param answer: what was found.
    :param width: how long lines of words may be.
    :param carried: makes a text one that the output can write.
    """

    def __init__(self, answer: Answer, width: int, carried: Callable[[str], str]) -> None:
        self.answer = answer
        self.asked = answer.asked
        self.width = width
        self.carried = carried

    def __iter__(self) -> Iterator[str]:
        """The parts, each when it is known."""
        answer = self.answer
        yield self.part("Understood", self.understood())
        if self.asked.check is not None:
            yield self.part("Claim", [self.asked.check.strip()])
            yield self.part("Verdict", self.wrapped(str(answer.claim)))
            return
        yield self.part(self.title(), [str(answer.derivation), *self.laid_out()])
        yield self.part("Derivation", self.derivation())
        if conditions := answer.conditions:
            yield self.part("Assumed", [line for each in conditions for line in self.wrapped(each)])
        if self.asked.latex:
            yield self.part("LaTeX", self.tex(), indent="")
        if self.asked.code is not None:
            yield self.part(f"Code for {self.asked.code}", [answer.code], indent="")
        yield self.part("Verdict", self.verdicts())

    def part(self, title: str, lines: Iterable[str], indent: str = _INDENT) -> str:
        """A part with its title."""
        body = self.carried("\n".join(lines).strip())
        return f"{title}\n{textwrap.indent(body, indent)}\n\n"

    def wrapped(self, words: str) -> list[str]:
        """Words in lines."""
        room = self.width - len(_INDENT)
        return textwrap.wrap(
            self.carried(words), room, break_long_words=False, break_on_hyphens=False
        )

    def title(self) -> str:
        """What was derived."""
        if self.asked.hessian:
            return "Hessian"
        return "Derivative" if len(self.answer.results) == 1 else "Derivatives"

    def understood(self) -> Iterator[str]:
        """The formula as it was read, and what each name is."""
        reading = self.answer.reading
        yield text(reading.expr)
        shown = {name: self.carried(text(symbol)) for name, symbol in reading.symbols.items()}
        longest = max(map(len, shown.values()), default=0)
        for name, symbol in reading.symbols.items():
            shape = ["×".join(map(str, symbol.shape))] if symbol.is_Matrix else []
            told = [reading.kinds[name], *shape, *stated_of(reading, symbol)]
            yield f"{shown[name]:{longest}}  {', '.join(told)}"

    def laid_out(self) -> Iterator[str]:
        """The results in another layout."""
        if self.asked.layout is None:
            return
        for result, expr in zip(self.answer.results, self.answer.laid_out, strict=True):
            yield f"in {self.asked.layout} layout, by {result.variable}: {text(expr)}"

    def derivation(self) -> Iterator[str]:
        """Definitions, and the lines with their reasons."""
        said: set[str] = set()
        before = ""
        for part, lines in self.answer.lines.parts:
            first, *named = definitions(part, said)
            said |= {*named}
            if named or first.partition(" = ")[2] != before:
                yield ", ".join([first, *named])
            for line in lines:
                before = line.equation.partition(" = ")[2]
                equation, reasons = self.carried(line.equation), ", ".join(line.reasons)
                fits = len(f"{_INDENT}{equation}   [{reasons}]") <= self.width
                yield equation + ("   " if fits else f"\n{_INDENT * 2}") + f"[{reasons}]"

    def tex(self) -> Iterator[str]:
        """The result and the derivation in TeX."""
        yield self.answer.derivation.equation.tex
        yield ""
        yield aligned_block.block(self.answer.lines.parts).tex

    def verdicts(self) -> Iterator[str]:
        """What the independent calculation says of each result."""
        if self.asked.no_verify:
            yield "not asked for"
        several = len(self.answer.results) > 1
        for result, verdict in zip(self.answer.results, self.answer.verdicts, strict=False):
            about = f"by {result.variable}: " if several else ""
            told = "verified. " if verdict.agreed else "NOT verified: "
            yield from self.wrapped(about + told + verdict.told)
