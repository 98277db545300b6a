"""The command line: `options` reads what is typed, `answer` finds what is asked for.

`report` tells it to people, `record` to programs, `serving` serves a built site, and `main` is the
way through all of it. SymPy is
imported with `answer`, after the options were understood.
"""
