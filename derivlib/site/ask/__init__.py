"""The page "Ask": a formula is typed in the browser, and differentiated and checked there.

`answers` is the Python that runs in the page, `bundle` packs it with all that it needs, and
`extension` puts both into a site. The page itself is in `static`.
"""
