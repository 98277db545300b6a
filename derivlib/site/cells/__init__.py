"""Cells of a page that are run and edited in the browser.

`needs` says which pages can be run, `page` writes what the browser is given of each, and
`extension` puts both into a site. `running` runs the cells there, with `bundles`, `plain` and
`failures` in the place of IPython. What the reader sees is in `static`.
"""
