"""What a page that runs Python may load and run, as a Content-Security-Policy."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256

POLICY = (
    "default-src 'none'",
    "script-src 'self' blob: 'wasm-unsafe-eval'{hashes}",
    "style-src 'self' 'unsafe-inline'",  # KaTeX places its boxes by inline styles
    "img-src 'self' data:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "manifest-src 'self'",
    "worker-src 'self' blob:",
    "base-uri 'none'",
    "form-action 'self'",  # the search
)
"""What a page that runs Python may load and run: the files of its own site, and WebAssembly."""

_INLINE = re.compile(r"<script(?![^>]*\bsrc=)([^>]*)>(.*?)</script>", re.DOTALL)


def policy_of(page: str) -> str:
    """The policy of a page: beside its site's files it runs the scripts that the build wrote."""
    hashes = [
        f" 'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'"
        for attributes, script in _INLINE.findall(page)
        if "json" not in attributes
    ]
    return "; ".join(POLICY).format(hashes="".join(dict.fromkeys(hashes)))
