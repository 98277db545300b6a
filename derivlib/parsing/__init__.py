"""The text form: what people type, read as SymPy expressions.

`tokens` splits a text, `syntax` and `grammar.lark` find its structure, `operations` says what each
function takes and gives and `constructs` the same of signs and brackets, `declared` what is stated
about names, `kinds` finds what every name is and `sizes` how large, `building` makes the
expression, and `reading` is the way through all of it. Nothing typed is ever evaluated.
"""
