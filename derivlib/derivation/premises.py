"""What a derivative is taken under: assumptions on constants, the structure of the variable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sympy import Expr, MatrixSymbol, Symbol

from derivlib.check.assumptions import IMPLIED, Assumed, assumptions_about
from derivlib.errors import InputError, ShapeError
from derivlib.expressions.shapes import same_size
from derivlib.rules.rule import Condition
from derivlib.vocabulary import Structure, as_structure

__all__ = ["NOTHING_ASSUMED", "Premises", "premises"]

_SYMMETRIC = ("symmetric", "diagonal", "symmetric toeplitz", "positive definite")
"""Properties, and structures, of matrices that are their own transpose."""


@dataclass(frozen=True)
class Premises:
    """What a derivative is taken under.

    :param structure: the structure of the variable; nothing if all its entries are free.
    :param assumed: what is assumed of constants.
    :param given: the same as it was handed in, for the judge.
    :param facts: for each matrix what simplification may use: "symmetric", "orthogonal".
    :param conditions: structure and assumptions, for the reader.
    """

    structure: Structure | None = None
    assumed: tuple[Assumed, ...] = ()
    given: Any = ()
    facts: Mapping[Expr, frozenset[str]] = field(default_factory=dict)
    conditions: tuple[Condition, ...] = ()


NOTHING_ASSUMED = Premises()


def premises(
    expr: Expr, wrt: Expr, structure: Structure | None = None, assuming: Any = ()
) -> Premises:
    """Take what a derivative is to be taken under.

    :param expr: what is differentiated.
    :param wrt: the variable.
    :param structure: the structure of the variable, such as "symmetric".
    :param assuming: SymPy's assumptions on constants, such as `Q.symmetric(A)`.
    :raises InputError: if the structure is not known, the variable is no matrix, or an
        assumption is not understood or restricts the variable.
    :raises ShapeError: if a matrix that has to be square is not.
    """
    symbols = {s for s in expr.atoms(MatrixSymbol, Symbol) if isinstance(s, MatrixSymbol | Symbol)}
    assumed = assumptions_about(assuming, {*symbols, *expr.free_symbols, wrt})
    known: dict[Expr, set[str]] = {}
    for assumption in assumed:
        if assumption.subject == wrt and wrt.is_Matrix and assumption.property in _RESTRICTING:
            raise InputError(
                f"{wrt} is the variable and is assumed to be {assumption.property}; for the "
                f"derivative by its free entries say structure={_structure_for(assumption)!r}"
                if assumption.property in IMPLIED
                else f"{wrt} is the variable, and nothing can be derived for it being "
                f"{assumption.property}"
            )
        known.setdefault(assumption.subject, set()).update(_facts(assumption.property))
    conditions = [Condition(a.subject, a.property) for a in assumed]
    if structure is not None:
        structure = as_structure(structure)
        _refuse_unstructured(wrt, structure)
        known.setdefault(wrt, set()).update(_facts(structure))
        conditions.insert(0, Condition(wrt, structure.replace("toeplitz", "Toeplitz")))
    facts = {subject: frozenset(found) for subject, found in known.items() if found}
    return Premises(structure, assumed, assuming, facts, tuple(conditions))


_RESTRICTING = (*IMPLIED, "orthogonal")


def _structure_for(assumption: Assumed) -> str:
    return IMPLIED[assumption.property]


def _facts(told: str) -> set[str]:
    facts = {"orthogonal"} if told == "orthogonal" else set()
    return facts | ({"symmetric"} if told in _SYMMETRIC else set())


def _refuse_unstructured(wrt: Expr, structure: Structure) -> None:
    if not wrt.is_Matrix:
        raise InputError(f'{wrt} is a scalar; only a matrix can be "{structure}"')
    if not same_size(*wrt.shape):
        raise ShapeError(
            f'structure="{structure}" needs a square variable, but {wrt} is '
            f"{wrt.shape[0]}×{wrt.shape[1]}; correct its shape, or leave the structure out"
        )
