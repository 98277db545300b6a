"""Rewriting a derivative so that it reads well, one named rule at a time."""
