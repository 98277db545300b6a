from __future__ import annotations

import json
import re
import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "_ext"))

pyproject = tomllib.loads((HERE.parent / "pyproject.toml").read_text())["project"]

project = pyproject["name"]
author = "derivlib developers"
copyright = author
release = version = pyproject["version"]

extensions = [
    "myst_nb",
    "autodoc2",
    "catalogue.api_pages",
    "catalogue.literature",
    "catalogue.rule_catalogue",
    "checks.self_contained",
    "derivlib.site.ask.extension",
    "derivlib.site.cells.extension",
    "execution.labels",
    "execution.pages",
    "figures.computation_graphs",
    "formulas.katex_math",
    "layout.scroll_boxes",
]
exclude_patterns = [
    "_benchmarks", "_build", "_ext", "_templates", "node_modules", "**.ipynb_checkpoints",
]  # fmt: skip
nitpicky = True
# The site asks no other host for anything, other projects' inventories included.
nitpick_ignore_regex = [("py:.*", r"(sympy|collections|typing|mpmath)\..*")]

myst_enable_extensions = [
    "amsmath", "attrs_inline", "colon_fence", "deflist", "dollarmath", "fieldlist",
]  # fmt: skip
myst_heading_anchors = 3

# Pages are executed by the extension `execution`, which notices when the library changed.
# Pages find modules of their own in these folders.
execution_modules = ["_benchmarks", "_comparison", "reference"]
# Pages that have not been executed yet begin with those that took longest in the benchmark.
execution_expected = json.loads((HERE / "_benchmarks" / "building.json").read_text())["pages"]
# Pages whose cells take long are not run in the browser.
cells_seconds = json.loads((HERE / "_benchmarks" / "cells.json").read_text())
nb_execution_mode = "off"
nb_execution_timeout = 600
nb_merge_streams = True
nb_render_markdown_format = "myst"

bibtex_bibfiles = ["references.bib"]
bibtex_default_style = bibtex_reference_style = "derivlib"
bibtex_cite_id = "cite-{key}"
bibtex_bibliography_id = "bibliography-{bibliography_count}"

# The package itself is read from its stub; of its modules, those that the stub imports from.
package = HERE.parent / "derivlib"
imported = re.findall(r"^from [.\w]*\.(\w+) import", (package / "__init__.pyi").read_text(), re.M)
others = {path.name for path in package.rglob("*.py")} - {f"{name}.py" for name in imported}
autodoc2_packages = [
    {"path": "../derivlib", "auto_mode": True, "exclude_files": sorted(others)},
]
autodoc2_output_dir = "reference/api"
autodoc2_render_plugin = "catalogue.api_pages.ApiRenderer"
autodoc2_class_docstring = "both"
autodoc2_module_all_regexes = ["derivlib"]
autodoc2_skip_module_regexes = [r"derivlib\..+"]
autodoc2_hidden_objects = {"private", "inherited", "dunder"}
autodoc2_sort_names = True

html_theme = "furo"
templates_path = ["_templates"]
html_title = "derivlib"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_math_renderer = "katex"
html_show_sphinx = False
html_copy_source = False
html_show_sourcelink = False
