"""Formulas, set while the site is built."""
