"""Letters for intermediates, chosen so that none of the reader's own names is taken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal

Role = Literal["argument", "value", "matrix", "argument column", "value column", "column", "scalar"]

_LETTERS: dict[Role, str] = {
    "argument": "NZPQ",
    "value": "SHYE",
    "matrix": "MUVKRTCDFG",
    "argument column": "zuvqp",
    "value column": "ahse",
    "column": "rvucg",
    "scalar": "suvrqwz",
}
"""Capital letters for matrices; z for scores, a for activations, r for a residual."""


def _free_letter(role: Role, taken: set[str]) -> str:
    stems = {name.split("_")[0] for name in taken}
    for letter in _LETTERS[role]:
        # a column z beside a matrix Z would be taken for one of its columns
        if letter not in stems and not (role.endswith("column") and letter.upper() in stems):
            return letter
    return _LETTERS[role][0] + "0"


def choose_names(roles: Sequence[Role], taken: Iterable[str]) -> list[str]:
    """Give one name to each role: N, S, or N_1, S_1, N_2, … where a role occurs again.

    ```pycon
    >>> choose_names(["argument", "value"], taken=["X", "W"])
    ['N', 'S']
    >>> choose_names(["argument", "value column", "argument"], taken=["X", "N"])
    ['Z_1', 'a', 'Z_2']
    >>> choose_names(["argument column"], taken=["Z"])
    ['u']

    ```

    :param roles: what each intermediate is: the argument or the value of an elementwise
        function, another matrix, the same as a column, or a scalar.
    :param taken: names that are in use already.
    """
    reserved = set(taken)
    letters: dict[Role, str] = {}
    for role in roles:
        if role not in letters:
            letters[role] = _free_letter(role, reserved)
            reserved.add(letters[role])
    totals = Counter(roles)
    seen: Counter[Role] = Counter()
    names = []
    for role in roles:
        seen[role] += 1
        names.append(letters[role] if totals[role] == 1 else f"{letters[role]}_{seen[role]}")
    return names
