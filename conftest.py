"""Every example of the docstrings, the pages and the README is a test of its own."""

from __future__ import annotations

from collections.abc import Iterable

from sybil import Document, Region, Sybil
from sybil.document import PythonDocStringDocument
from sybil.evaluators.doctest import DocTestEvaluator
from sybil.evaluators.python import PythonEvaluator
from sybil.parsers.abstract.doctest import DocTestStringParser
from sybil.parsers.myst import CodeBlockParser
from sybil.sybil import SybilCollection


class ExampleParser:
    """Finds prompts in fenced `pycon` blocks; each prompt is an example."""

    def __init__(self) -> None:
        self.blocks = CodeBlockParser("pycon", PythonEvaluator())
        self.prompts = DocTestStringParser(DocTestEvaluator())

    def __call__(self, document: Document) -> Iterable[Region]:
        for block in self.blocks(document):
            for prompt in self.prompts(block.parsed, document.path):
                prompt.adjust(block, block.parsed)
                yield prompt


EXAMPLES = ExampleParser()
CELLS = CodeBlockParser("ipython3", PythonEvaluator())

docstrings = Sybil(
    path="derivlib",
    parsers=[EXAMPLES],
    pattern="*.py",
    document_types={".py": PythonDocStringDocument},
)
pages = Sybil(
    path="docs",
    parsers=[EXAMPLES, CELLS],
    pattern="*.md",
    excludes=["_build/*", "node_modules/*", "reference/api/*"],
)
readme = Sybil(parsers=[EXAMPLES], filenames=["README.md"])

pytest_collect_file = SybilCollection((docstrings, pages, readme)).pytest()
