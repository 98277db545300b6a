"""The catalogue of rules: each rule judged while it is written down, and where it is used."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from docutils import nodes
from execution.verdict import note_checks
from formulas import rule_links
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective
from sphinx.util.nodes import make_refnode

from catalogue.literature import citation
from derivlib import RULES, DerivlibError, Rule
from derivlib.check import check_rule, recorded, rejected_tampering
from derivlib.check.claims.rule import RuleCheck
from derivlib.display.formula import set_expression
from derivlib.display.latex import latex
from derivlib.display.statements import equated, identified


class UsedOn(nodes.General, nodes.Element):
    """Where the pages that use a rule are put in, once all pages have been read."""


def _sizes(check: RuleCheck) -> str:
    chosen = (", ".join(f"{name}={value}" for name, value in sizes) for sizes in check.sizes)
    return "; ".join(filter(None, chosen))


def entry_facts(rule: Rule) -> dict[str, str]:
    """Judge a rule and say what was compared.

    :raises RuleError: if its sides differ, or if falsifying it goes unnoticed.
    """
    check, rejected = check_rule(rule), rejected_tampering(rule)
    plural = "s" * (check.instances > 1)
    sizes = f", at {_sizes(check)}" if _sizes(check) else ""
    entries = "1 entry" if check.entries == 1 else f"{check.entries} entries"
    return {
        "Checked": f"{check.instances} choice{plural} of placeholders{sizes}: "
        f"{entries} equal, exactly",
        "Falsified": f"{len(rejected)} wrong right sides, all noticed: "
        + ", ".join(dict.fromkeys(rejected)),
    }


def _field(name: str, *content: nodes.Node) -> nodes.field:
    body = nodes.field_body("", nodes.paragraph("", "", *content))
    return nodes.field("", nodes.field_name("", name), body)


def _conditions(rule: Rule) -> list[str]:
    """The conditions, each with the left side if the statement shown has none."""
    if conditions := rule.conditions(*rule.stated):
        return [set_expression(condition) for condition in conditions]
    return [
        rf"{set_expression(condition)}\ \text{{ for }}\ {latex(rule.left(*instance))}"
        for instance in rule.instances
        for condition in rule.conditions(*instance)
    ]


class RuleCatalogue(SphinxDirective):
    """The entries of a family of rules, each with a label of its own."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Write one section for each rule."""
        family = self.arguments[0]
        rules = [rule for rule in RULES.values() if rule.family == family]
        if not rules:
            raise self.error(f"there is no rule of the family {family!r}")
        return [self.section(rule) for rule in rules]

    def section(self, rule: Rule) -> nodes.section:
        """Write the entry of a rule."""
        try:
            with recorded() as ledger:
                facts = entry_facts(rule)
        except DerivlibError as error:
            raise self.error(str(error)) from error
        note_checks(self.env, ledger)
        label = rule_links.label(rule.name)
        section = nodes.section("", nodes.title("", rule.name), ids=[label], names=[label])
        standard: Any = self.env.get_domain("std")
        standard.note_hyperlink_target(label, self.env.docname, label, rule.name)
        self.set_source_info(section)
        state = identified if rule.family == "identification" else equated
        tex = state(*rule.equation(*rule.stated))
        section += nodes.math_block(tex, tex, number=None)
        fields = nodes.field_list("", classes=["rule-facts"])
        if conditions := _conditions(rule):
            formula = r",\; ".join(conditions)
            fields += _field("Needs", nodes.math(formula, formula))
        fields += _field("Source", *self.source_of(rule))
        for name, value in facts.items():
            fields += _field(name, nodes.Text(value))
        fields += UsedOn("", rule=rule.name)
        section += fields
        return section

    def source_of(self, rule: Rule) -> list[nodes.Node]:
        """Cite the source of a rule, with a link to its entry in the bibliography."""
        domain: Any = self.env.get_domain("cite")
        for path in domain.bibdata.bibfiles:
            self.env.note_dependency(path)
        try:
            cited = citation(rule.source, domain.bibdata.data.entries)
        except LookupError as error:
            raise self.error(f"{rule.name}: {error.args[0]}") from error
        found, messages = self.parse_inline(cited)
        return [*found, *messages]


def uses(env: BuildEnvironment) -> dict[str, list[str]]:
    """The rules that each page names in its derivations."""
    if not hasattr(env, "rule_uses"):
        env.rule_uses = {}
    return env.rule_uses


def note_uses(app: Sphinx, doctree: nodes.document) -> None:
    """Take note of the rules a page names."""
    named = (rule_links.names(node.astext()) for node in doctree.findall(nodes.math_block))
    uses(app.env)[app.env.docname] = list(dict.fromkeys(name for found in named for name in found))


def merge_uses(app: Sphinx, env: BuildEnvironment, pages: Iterable[str], other: Any) -> None:
    """Take over what another process has read."""
    uses(env).update({page: uses(other)[page] for page in pages if page in uses(other)})


def forget_uses(app: Sphinx, env: BuildEnvironment, page: str) -> None:
    """Forget a page that is read again."""
    uses(env).pop(page, None)


def put_uses_in(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Write into each entry which pages use the rule."""
    for node in list(doctree.findall(UsedOn)):
        using = sorted(user for user, named in uses(app.env).items() if node["rule"] in named)
        content: list[nodes.Node] = []
        for user in using:
            title = app.env.titles[user].astext()
            content += [
                make_refnode(app.builder, page, user, None, nodes.Text(title)),
                nodes.Text(", "),
            ]
        if content:
            node.replace_self(_field("Used in", *content[:-1]))
        else:
            node.parent.remove(node)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive and the index of uses with Sphinx."""
    app.add_node(UsedOn)
    app.add_directive("rule-catalogue", RuleCatalogue)
    app.connect("doctree-read", note_uses)
    app.connect("env-merge-info", merge_uses)
    app.connect("env-purge-doc", forget_uses)
    app.connect("doctree-resolved", put_uses_in)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
