from __future__ import annotations

import os
import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "_ext"))
# The pages on the Matrix Cookbook import the claims that lie beside them.
BESIDE = [str(HERE / "reference"), *filter(None, [os.environ.get("PYTHONPATH")])]
os.environ["PYTHONPATH"] = os.pathsep.join(BESIDE)

pyproject = tomllib.loads((HERE.parent / "pyproject.toml").read_text())["project"]

project = pyproject["name"]
author = "derivlib developers"
copyright = author
release = version = pyproject["version"]

extensions = [
    "myst_nb",
    "autodoc2",
    "catalogue.rule_catalogue",
    "checks.honest_pages",
    "checks.self_contained",
    "execution.kernels",
    "figures.computation_graphs",
    "formulas.katex_math",
]
exclude_patterns = ["_build", "node_modules", "**.ipynb_checkpoints"]
nitpicky = True
# The site asks no other host for anything, other projects' inventories included.
nitpick_ignore_regex = [
    ("py:.*", r"(sympy|collections|typing|mpmath)\..*"),
    (
        "py:(class|obj)",
        r"derivlib\..*\.(Entry|Family|FormalNode|Kind|Node|Layout|Premises|SizesByName|StepLike|Structure)",
    ),  # not for readers
]

myst_enable_extensions = [
    "amsmath", "attrs_inline", "colon_fence", "deflist", "dollarmath", "fieldlist",
]  # fmt: skip
myst_heading_anchors = 3

# What judges must run: a cache does not notice that the library changed.
nb_execution_mode = "force"
nb_execution_show_tb = True
nb_execution_timeout = 120
nb_merge_streams = True
nb_render_markdown_format = "myst"

autodoc2_packages = [{"path": "../derivlib", "auto_mode": True}]
autodoc2_output_dir = "reference/api"
autodoc2_render_plugin = "catalogue.api_pages.ApiRenderer"
autodoc2_class_docstring = "both"
autodoc2_module_all_regexes = [r"derivlib(\..+)?"]
autodoc2_skip_module_regexes = [r"derivlib\..+"]
autodoc2_hidden_objects = {"private", "inherited", "dunder"}
autodoc2_sort_names = True

html_theme = "furo"
html_title = "derivlib"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_math_renderer = "katex"
html_show_sphinx = False
html_copy_source = False
html_show_sourcelink = False
