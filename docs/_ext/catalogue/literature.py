"""How the site cites: author and year in the text, the same as the label in the bibliography.

Every citation leads to an entry of `references.bib`; a key without an entry stops the build, and
so does a source of a rule that no entry, or more than one, belongs to.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from docutils import nodes
from pybtex.database import Entry, Person, parse_file
from pybtex.plugin import register_plugin
from pybtex.style.formatting.plain import Style as PlainStyle
from pybtex.style.template import field as entry_field
from pybtex.style.template import sentence
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.nodes import make_refnode
from sphinxcontrib.bibtex.citation_target import parse_citation_targets
from sphinxcontrib.bibtex.plugin import register_plugin as register_reference_style
from sphinxcontrib.bibtex.style.referencing import BracketStyle, PersonStyle
from sphinxcontrib.bibtex.style.referencing.author_year import AuthorYearReferenceStyle

from derivlib import Source

STYLE = "derivlib"


def _last_name(person: Person) -> str:
    return " ".join([*person.prelast_names, *person.last_names])


def label_of(entry: Entry) -> str:
    """Author and year of an entry, as it is cited."""
    people = entry.persons.get("author") or entry.persons["editor"]
    names = [_last_name(person) for person in people]
    shortened = len(names) > 2 or "others" in names
    authors = f"{names[0]} et al." if shortened else " & ".join(names)
    return f"{authors} {entry.fields['year']}"


def key_of(source: Source, entries: Mapping[str, Entry]) -> str:
    """The key of the entry a source of a rule belongs to, told by authors and year.

    :param source: where a rule stands.
    :param entries: the bibliography, by keys.
    :returns: the key of the one entry with these authors and this year.
    :raises LookupError: if there is no such entry, or more than one.
    """
    wanted = f"{source.author} {source.year}"
    keys = [key for key, entry in entries.items() if label_of(entry) == wanted]
    if len(keys) != 1:
        found = ", ".join(keys) or "none"
        raise LookupError(
            f"the source {wanted!r} of a rule needs one entry in references.bib, found: {found}"
        )
    return keys[0]


def citation(source: Source, entries: Mapping[str, Entry]) -> str:
    """A source of a rule as a citation in MyST, with the place meant.

    :raises LookupError: if the bibliography has no entry for it, or more than one.
    """
    return f"{{cite:t}}`{key_of(source, entries)}{{{source.place}}}`"


def plain_citation(role: str, content: str, bibliography: Path) -> str:
    """A citation as it reads where there is no bibliography to lead to, such as in a notebook.

    A key without an entry stays in brackets; that it has none is reported where the page is read.

    :param role: the role, such as "cite:p".
    :param content: the keys, each with the place meant in braces.
    :param bibliography: the file with the entries.
    """
    entries = _entries(bibliography)
    targets = list(parse_citation_targets(" ".join(content.split())))
    if any(target.key not in entries for target in targets):
        return f"[{content}]"
    told = []
    for target in targets:
        authors, _, year = label_of(entries[target.key]).rpartition(" ")
        place = f", {target.post}" if target.post else ""
        textual = role == "cite:t"
        told.append(f"{authors} ({year}{place})" if textual else f"{authors} {year}{place}")
    return f"({'; '.join(told)})" if role in ("cite", "cite:p") else ", ".join(told)


@cache
def _entries(bibliography: Path) -> Mapping[str, Entry]:
    return parse_file(str(bibliography)).entries


class LabelStyle:
    """Labels of the bibliography: author and year."""

    def format_labels(self, sorted_entries: Iterable[Entry]) -> list[str]:
        """Label every entry."""
        return [label_of(entry) for entry in sorted_entries]


class BibliographyStyle(PlainStyle):
    """Entries in the order of authors and years, labelled by both; titles as they are typed."""

    default_label_style = STYLE

    def format_title(self, e: Entry, which_field: str, as_sentence: bool = True) -> Any:
        """Keep the capital letters of a title."""
        title = entry_field(which_field)
        return sentence[title] if as_sentence else title


def _round() -> BracketStyle:
    return BracketStyle(left="(", right=")", sep="; ")


def _person() -> PersonStyle:
    return PersonStyle(sep2=" & ", other=" et al.")


@dataclass
class ReferenceStyle(AuthorYearReferenceStyle):
    """Citations in the text, with round brackets, such as Magnus & Neudecker (2019, chapter 5)."""

    bracket_textual: BracketStyle = field(default_factory=_round)
    bracket_parenthetical: BracketStyle = field(default_factory=_round)
    person: PersonStyle = field(default_factory=_person)
    author_year_sep: str = " "


def citing_pages(env: BuildEnvironment) -> dict[str, list[str]]:
    """The pages that cite each entry of the bibliography."""
    domain: Any = env.get_domain("cite")
    pages: dict[str, set[str]] = {}
    for reference in domain.citation_refs:
        for target in reference.targets:
            pages.setdefault(target.key, set()).add(reference.docname)
    return {key: sorted(pages[key]) for key in sorted(pages)}


def write_again(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Have the bibliography written again where other entries, or from other pages, are cited."""
    domain: Any = env.get_domain("cite")
    before, now = getattr(env, "citing_pages", None), citing_pages(env)
    env.citing_pages = now
    return [] if before == now else sorted({one.docname for one in domain.bibliographies})


def note_where_cited(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Write below every entry of the bibliography which pages cite it."""
    domain: Any = app.env.get_domain("cite")
    pages = citing_pages(app.env)
    keys = {one.citation_id: one.key for one in domain.citations}
    for entry in doctree.findall(nodes.citation):
        citing = pages.get(keys.get(entry["ids"][0], ""), [])
        links: list[nodes.Node] = []
        for user in citing:
            title = nodes.Text(app.env.titles[user].astext())
            links += [make_refnode(app.builder, page, user, None, title), nodes.Text(", ")]
        if links:
            entry += nodes.paragraph(
                "", "", nodes.Text("Cited in "), *links[:-1], classes=["cited-in"]
            )


def as_list_items(
    app: Sphinx, name: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Give the entries the role that digital publishing uses for them since version 1.1."""
    if "body" in context:
        context["body"] = context["body"].replace('role="doc-biblioentry"', 'role="listitem"')


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the styles, and what is written below the entries, with Sphinx."""
    register_plugin("pybtex.style.labels", STYLE, LabelStyle)
    register_plugin("pybtex.style.formatting", STYLE, BibliographyStyle)
    register_reference_style("sphinxcontrib.bibtex.style.referencing", STYLE, ReferenceStyle)
    app.setup_extension("sphinxcontrib.bibtex")
    app.connect("env-updated", write_again)
    app.connect("doctree-resolved", note_where_cited)
    app.connect("html-page-context", as_list_items)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
