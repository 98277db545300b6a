"""The values of expressions, entry by entry, over the scalars that are handed in."""
