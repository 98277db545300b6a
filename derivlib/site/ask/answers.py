"""The answer to a question that is asked in a browser, as data for the page, stage by stage.

A question is what a form holds: texts and lists of texts. It is parsed, and nothing in it is run.
"""

from __future__ import annotations

import re
from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from derivlib.command.answer import Answer, stated_of
from derivlib.command.options import OF_REAL_NUMBERS, parser, sizes_in
from derivlib.derivation.derivation import Derivation
from derivlib.display import latex, text
from derivlib.display.aligned_block import Row, rows
from derivlib.display.formula import set_expression
from derivlib.display.substitutions import Substitutions
from derivlib.errors import DerivlibError, InputError, ParseError, SizesError
from derivlib.parsing.reading import Reading, read_text
from derivlib.parsing.words import with_variable
from derivlib.rules import RULES
from derivlib.rules.rule import slug
from derivlib.site.ask.at_numbers import AtNumbers, NumbersError, as_tex
from derivlib.site.ask.own_derivation import judge_lines, lines_of

Stage = dict[str, Any]

_UNASKED = vars(parser().parse_args([]))
"""The options of the command line where nothing is said."""


class Asked:
    """A question, and what has been found for it so far.

    ```pycon
    >>> asked = Asked({"formula": "x'*A*x", "variable": "x"})
    >>> for stage in asked.stages():
    ...     print(stage["stage"], stage.get("text", ""))
    read xᵀ*A*x
    derived ∂L/∂x = (A + Aᵀ)*x
    verified The 4×1 result agrees in all 4 entries with the derivative found entry by entry at n=4.
    >>> print(asked.code("numpy").splitlines()[-1])
        return A @ x + A.T @ x
    >>> for stage in Asked({"formula": "x'*A*x", "variable": "x", "claim": "2*A*x"}).stages():
    ...     print(stage["stage"], stage.get("agreed", ""))
    read
    claim False

    ```

    :param question: `formula` and `variable`, and if wanted `order` (1, or 2 for a Hessian),
        `kinds` (words with the names they are said of), `layout`, `structure`, `numbers`
        ("complex" for the derivatives with respect to a complex name and its conjugate), `sizes`
        to check the answer at (n=4, m=3); with `claim` a derivative is judged, or a derivation of
        several lines.
    """

    def __init__(self, question: Mapping[str, Any]) -> None:
        self.question = question
        self.kinds: dict[str, Any] = {
            word: [*names] for word, names in question.get("kinds", {}).items() if names
        }
        for name in self._variables:
            self.kinds = {**with_variable(self.kinds, name, question.get("structure"))}
        self.answer: Answer | None = None

    def stages(self) -> Iterator[Stage]:
        """What is found, one stage after the other; the last is an error if there is one."""
        part = "sizes"
        try:
            self.sizes = sizes_in(self.question.get("sizes", ""))
            part = "formula"
            reading = read_text(self.question["formula"], **self.kinds)
            yield _read(reading, is_complex=self._is_complex)
            part = "variable"
            if not self._variables:
                return
            if self._is_complex:
                for part in (*OF_REAL_NUMBERS, "claim", "variable"):
                    self._refuse_with_complex(part)
            lines = lines_of(self.question.get("claim") or "")
            if lines:
                part = "claim"
                yield self._judged(lines, reading)
                return
            part = "formula"
            yield self._derived()
            yield self._verified()
        except DerivlibError as error:
            yield _error(error, part)

    @property
    def _variables(self) -> list[str]:
        return re.findall(r"\[[^\]]*\]?|[^\s,;]+", self.question.get("variable", ""))

    @property
    def _is_complex(self) -> bool:
        """Whether the variable is complex, and its conjugate is another."""
        return self.question.get("numbers") == "complex"

    def _refuse_with_complex(self, part: str) -> None:
        """Refuse what is asked of derivatives with respect to real names only."""
        told = {
            "claim": "a derivative of your own is judged for real names only; choose real numbers",
            "variable": "name one complex name; its conjugate is the other",
        }
        is_asked = len(self._variables) > 1 if part == "variable" else self.question.get(part)
        if is_asked:
            raise InputError(
                told.get(part, f"{part}: choose none for a complex name, or choose real numbers")
            )

    def _derived(self) -> Stage:
        options = {
            **_UNASKED,
            "wirtinger": self._is_complex,
            "hessian": int(self.question.get("order") or 1) == 2,
            "layout": self.question.get("layout") or None,
            "structure": self.question.get("structure") or None,
            "sizes": self.sizes,
        }
        asked = Namespace(**options, variables=self._variables, kinds=self.kinds)
        answer = self.answer = Answer(asked, self.question["formula"])
        derivation = answer.derivation
        shown = [each.derivation for each in answer.results]
        self._rows = rows(answer.lines.parts)
        found = {
            "stage": "derived",
            "results": [
                {"variable": result.variable, "tex": each.equation.tex, "text": str(each)}
                for result, each in zip(answer.results, shown, strict=True)
            ],
            "text": str(derivation),
            "sympy": [str(each.result) for each in shown],
            "rows": [*map(_row, self._rows)],
            "conditions": [*map(_condition, derivation.assumptions)],
            "notes": answer.notes,
            "more": self._more(shown),
        }
        if asked.layout is not None:
            found["laid_out"] = [latex(each) for each in answer.laid_out]
        return found

    def _more(self, shown: Sequence[Any]) -> list[str]:
        """What can be asked of the answer besides: real numbers to put in, and the graph."""
        has_graph = all(isinstance(each, Derivation) for each in shown)
        return ["numbers"] * (not self._is_complex) + ["graph"] * has_graph

    def _verified(self) -> Stage:
        assert self.answer is not None
        try:
            verdicts = self.answer.verdicts
        except SizesError as error:
            return {"stage": "verified", "agreed": False, "text": str(error)}
        told = " ".join(dict.fromkeys(_without_versions(each.told) for each in verdicts))
        return {"stage": "verified", "agreed": self.answer.holds, "text": told}

    def _judged(self, lines: Sequence[str], reading: Reading) -> Stage:
        """What the reader claims, a derivative or a derivation of several lines."""
        structure = self.question.get("structure") or None
        variable = self._variables[0]
        judged = judge_lines(
            lines,
            reading,
            variable,
            kinds=self.kinds,
            structure=structure,
            sizes=self.sizes or None,
        )
        return {
            "stage": "claim",
            "agreed": judged.first_wrong is None,
            "first_wrong": judged.first_wrong,
            "lines": [{"tex": tex, "agreed": agreed} for tex, agreed in judged.lines],
            "text": _without_versions(judged.text),
            "hint": judged.hint,
        }

    def code(self, library: str) -> str:
        """A function of arrays for what was derived, or why there is none, as a comment.

        :param library: "numpy", "jax" or "torch".
        """
        assert self.answer is not None
        try:
            return str(self.answer.derivation.to_code(library))
        except DerivlibError as error:
            return "\n".join(f"# {line}" for line in str(error).splitlines())

    def _at_numbers(self) -> AtNumbers:
        assert self.answer is not None
        results = [each.derivation for each in self.answer.results]
        formula = results[0].expr
        symbols = {str(symbol): symbol for symbol in formula.free_symbols}
        structure = self.question.get("structure") or None
        reading = self.answer.reading
        return AtNumbers(
            [formula, *(each.result for each in results)],
            {name: symbols[name] for name in reading.symbols if name in symbols},
            reading.assuming,
            {each.wrt: structure for each in results} if structure else None,
        )

    def example_numbers(self) -> dict[str, str]:
        """Numbers for each name, with which the reader can begin."""
        return self._at_numbers().example()

    def at_numbers(self, given: Mapping[str, str]) -> Stage:
        """The values of the formula and of its derivative, or what is wrong with the numbers.

        :param given: rows of numbers for each name, such as "1 2; 3 4".
        """
        assert self.answer is not None
        try:
            value, *derivatives = map(as_tex, self._at_numbers().values(given))
        except NumbersError as error:
            return {"stage": "numbers", "wrong": str(error), "name": error.name}
        except DerivlibError as error:
            return {"stage": "numbers", "wrong": str(error), "name": ""}
        shown = [each.derivation.equation.tex for each in self.answer.results]
        names = [tex.partition(" = ")[0] for tex in shown]
        rows = zip(names, derivatives, strict=True)
        return {"stage": "numbers", "value": value, "derivatives": [*map(list, rows)]}

    def graph(self) -> list[str]:
        """The computation graph of each derivation, as a figure in HTML, where it has steps."""
        assert self.answer is not None
        graphs = (each.derivation.graph._repr_html_() for each in self.answer.results)
        return [figure for figure in graphs if figure]

    def unfolded(self) -> list[str]:
        """What each elementary step put in place of the letters of its rule, as Markdown."""
        assert self.answer is not None
        steps = self.answer.derivation.steps
        return [Substitutions((step,), k)._repr_markdown_() for k, step in enumerate(steps, 1)]


def _read(reading: Reading, *, is_complex: bool) -> Stage:
    """What was understood, to be shown while it is typed.

    :param is_complex: whether matrices are complex, and what is stated to be.
    """
    return {
        "stage": "read",
        "tex": latex(reading.expr),
        "text": text(reading.expr),
        "names": [
            {
                "name": name,
                "tex": latex(symbol),
                "kind": reading.kinds[name],
                "shape": "×".join(map(str, symbol.shape)) if symbol.is_Matrix else "",
                "stated": stated_of(reading, symbol),
                "complex": is_complex and (symbol.is_Matrix or not symbol.is_real),
            }
            for name, symbol in reading.symbols.items()
        ],
    }


def _row(row: Row) -> dict[str, Any]:
    """A line of the derivation, with the places of its rules in the catalogue."""
    known = {rule.name for rule in RULES.values()}
    return {
        "left": row.left,
        "right": row.right,
        "rules": [[rule, slug(rule) if rule in known else ""] for rule in row.rules],
        "conditions": list(row.conditions),
    }


def _condition(condition: Any) -> dict[str, str]:
    return {"tex": set_expression(condition), "text": str(condition)}


def _without_versions(told: str) -> str:
    """A verdict without the seed and the versions, which are those of the page."""
    return re.sub(r": [^:]*\(seed [^()]*\)\.?$", ".", told)


def _error(error: DerivlibError, part: str) -> Stage:
    """What is wrong, and where in what was typed."""
    told: Stage = {"message": str(error), "typed": "", "places": [], "choices": []}
    if isinstance(error, ParseError):
        told = {
            "message": error.message,
            "typed": error.text,
            "places": [*map(list, error.places)],
            "choices": [*error.choices],
        }
    return {"stage": "error", "part": part, **told}
