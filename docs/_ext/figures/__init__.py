"""Figures, drawn while the site is built."""
