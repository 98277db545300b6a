"""What a result can be shown as: the MIME bundle that IPython would make of it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import Any

from derivlib.site.cells.plain import plain

METHODS = {
    "text/html": "_repr_html_",
    "text/markdown": "_repr_markdown_",
    "image/svg+xml": "_repr_svg_",
    "image/png": "_repr_png_",
    "application/pdf": "_repr_pdf_",
    "image/jpeg": "_repr_jpeg_",
    "text/latex": "_repr_latex_",
    "application/json": "_repr_json_",
    "application/javascript": "_repr_javascript_",
}
"""The methods that are asked, each with what it gives."""

OWN = ("derivlib",)
"""Whose HTML is shown as HTML; that of others is shown as text."""


def bundle(value: Any) -> dict[str, Any]:
    r"""Everything a result can be shown as.

    ```pycon
    >>> from sympy import MatrixSymbol
    >>> from derivlib import show
    >>> bundle(show(MatrixSymbol("X", 4, 3).T))["text/latex"]
    '$$\nX^{\\mathsf{T}}\n$$'
    >>> bundle(2)
    {'text/plain': '2'}

    ```

    :param value: any object.
    """
    made: dict[str, Any] = {}
    several = _method(value, "_repr_mimebundle_")
    if several is not None:
        found = several(include=None, exclude=None)
        made = dict(found[0] if isinstance(found, tuple) else found or {})
    for mime, name in METHODS.items():
        method = None if mime in made else _method(value, name)
        content = None if method is None else method()
        if content is not None:
            made[mime] = content[0] if isinstance(content, tuple) else content
    if "text/plain" not in made:
        made["text/plain"] = plain(value)
    return {mime: _text(content) for mime, content in made.items()}


def _method(value: Any, name: str) -> Callable[..., Any] | None:
    """A method of an object, which a class does not lend to itself."""
    if isinstance(value, type):
        return None
    found = getattr(value, name, None)
    return found if callable(found) else None


def _text(content: Any) -> Any:
    """What JSON can hold: images are written in letters."""
    return b64encode(content).decode("ascii") if isinstance(content, bytes) else content


def is_own(value: Any, modules: Mapping[str, Any] | tuple[str, ...] = ()) -> bool:
    """Return whether the class of a value is the library's, or of a module of the page's own.

    :param value: any object.
    :param modules: the names of these modules.
    """
    top = type(value).__module__.partition(".")[0]
    return top in OWN or top in modules
