"""What SymPy's assumptions say of the symbols of an expression."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass
from typing import Any

from sympy import And, Eq, Expr, MatrixSymbol, Q, Symbol, expand
from sympy.assumptions.assume import AppliedPredicate, global_assumptions
from sympy.logic.boolalg import BooleanAtom

from derivlib.check.points.equations import FORMS, read_equation
from derivlib.errors import InputError, ShapeError
from derivlib.expressions.text import text
from derivlib.nodes import Structure
from derivlib.nodes.properties import IDEMPOTENT, INVOLUTORY, ORTHOGONAL, SKEW, SYMMETRIC

_OF_MATRICES = {
    "symmetric": "symmetric",
    "diagonal": "diagonal",
    "lower_triangular": "lower triangular",
    "upper_triangular": "upper triangular",
    "orthogonal": "orthogonal",
    "positive_definite": "positive definite",
}
"""Properties of square matrices that points are chosen for, by SymPy's names of them."""

IMPLIED: dict[str, Structure] = {
    "symmetric": "symmetric",
    "diagonal": "diagonal",
    "lower triangular": "lower triangular",
    "upper triangular": "upper triangular",
    "positive definite": "symmetric",
}
"""The structure that a property implies."""

_OF_SCALARS = (
    *("positive", "negative", "nonnegative", "nonpositive"),
    *("nonzero", "real", "integer"),
)
"""Properties of scalars, by the names that SymPy's symbols have for them."""

_ANYWAY = {
    "invertible": "invertible",
    "fullrank": "of full rank",
    "square": "square",
    "real_elements": "real",
}
"""Properties of matrices that every point has at which all values exist."""


_SYMBOLS = (Symbol, MatrixSymbol)


@dataclass(frozen=True)
class Assumed:
    """One assumption: `subject` is `property`.

    :param subject: a symbol, or for what holds at every point any matrix expression.
    :param property: in words.
    :param by_equation: whether it was declared as an equation, S = Sᵀ.
    """

    subject: Any
    property: str
    by_equation: bool = False

    def __str__(self) -> str:
        return f"{self.subject} {self.property}"


def _parts(given: Any) -> Iterator[Any]:
    """The single assumptions of one, of a conjunction, or of a collection of them."""
    if isinstance(given, And):
        yield from given.args
    elif isinstance(given, Iterable) and not isinstance(given, (str, AppliedPredicate)):
        for part in given:
            yield from _parts(part)
    else:
        yield given


def _understood(assumption: Any) -> Assumed:
    """Read one assumption.

    :raises InputError: if it is not one that points can be chosen for.
    :raises ShapeError: if it is about a matrix that is not square and has to be.
    """
    if isinstance(assumption, Eq):
        return _declared(assumption)
    if isinstance(assumption, BooleanAtom):
        raise InputError(
            "an equation among the assumptions is true as it stands, and says nothing; leave it out"
            if assumption
            else "an equation among the assumptions is false to SymPy; its sides are of one shape: "
            "write sum_entries(p) = 1, or OneMatrix(1, 1) beside a 1×1 matrix"
        )
    if isinstance(assumption, AppliedPredicate) and len(assumption.arguments) == 1:
        predicate, subject = _name_of(assumption.function), assumption.arguments[0]
        is_matrix = getattr(subject, "is_Matrix", False)
        if is_matrix and predicate in _ANYWAY:
            return Assumed(subject, _ANYWAY[predicate])
        if isinstance(subject, MatrixSymbol) and predicate in _OF_MATRICES:
            return _of_square(subject, _OF_MATRICES[predicate], assumption)
        if isinstance(subject, Symbol) and predicate in _OF_SCALARS:
            return Assumed(subject, predicate)
    names = [f"Q.{predicate}" for predicate in (*_OF_MATRICES, *_ANYWAY)]
    scalars = [f"Q.{predicate}" for predicate in _OF_SCALARS]
    raise InputError(
        f"the assumption {assumption} is not understood; there are {', '.join(names)} for a "
        f"MatrixSymbol, and {', '.join(scalars)} for a Symbol; equations are {FORMS}"
    )


def _declared(equation: Eq) -> Assumed:
    """Read an equation."""
    read = read_equation(equation)
    if read is None:
        left, right = map(text, equation.args)
        raise InputError(
            f"no points can be chosen at which {left} = {right}; there are, for a MatrixSymbol, "
            f"{FORMS}"
        )
    matrix, told = read
    if told in (IDEMPOTENT, INVOLUTORY, ORTHOGONAL, SKEW, SYMMETRIC):
        _of_square(matrix, told, equation)
    return Assumed(matrix, told, by_equation=True)


def _name_of(predicate: Any) -> str:
    """What SymPy calls one of its own predicates; nothing for any other."""
    name = str(getattr(predicate, "name", ""))
    return name if getattr(Q, name, None) == predicate else ""


def orthonormal_sizes(given: Any) -> Iterator[tuple[Expr, Expr]]:
    """The sizes of matrices with orthonormal columns or rows, the one that is not below first."""
    for assumption in _parts(given):
        read = read_equation(assumption) if isinstance(assumption, Eq) else None
        if read is not None and read[1] in ("with orthonormal columns", "with orthonormal rows"):
            rows, cols = read[0].shape
            yield (rows, cols) if read[1].endswith("columns") else (cols, rows)


def _of_square(matrix: MatrixSymbol, told: str, assumption: Any) -> Assumed:
    rows, cols = matrix.shape
    if expand(rows - cols) != 0:
        raise ShapeError(
            f"{assumption} needs a square matrix, but {matrix} is {rows}×{cols}; "
            "correct its shape, or leave the assumption out"
        )
    return Assumed(matrix, told)


def assumptions_about(given: Any, symbols: Iterable[Any]) -> tuple[Assumed, ...]:
    """Read the assumptions given, and those of `with sympy.assuming(...)`, about symbols.

    What is assumed of anything else is passed over, since it changes nothing.

    :param given: an assumption such as `Q.symmetric(A)`, a conjunction, or several of them.
    :param symbols: the symbols that occur.
    :raises InputError: if an assumption is not understood, or is about another symbol of the
        same name.
    :raises ShapeError: if a matrix that has to be square is not.
    """
    known = set(symbols)
    names = {symbol.name for symbol in known}
    found: dict[str, Assumed] = {}
    for assumption in _parts(given):
        assumed = _understood(assumption)
        subject = assumed.subject
        if isinstance(subject, _SYMBOLS) and subject not in known and subject.name in names:
            raise InputError(
                f"{assumption} is about another {subject} than the one that occurs: it has "
                "other assumptions or another shape; state it of the symbol itself"
            )
        if not known.isdisjoint(_subjects(subject)):
            found[str(assumed)] = assumed
    for assumption in in_force(known):
        assumed = _understood(assumption)
        found[str(assumed)] = assumed
    return tuple(found.values())


def in_force(symbols: Set[Any]) -> tuple[Any, ...]:
    """What `with sympy.assuming(...)` and `sympy.global_assumptions` say of symbols now."""
    about = (a for a in global_assumptions if not symbols.isdisjoint(_subjects(a)))
    return tuple(sorted(about, key=str))


def _subjects(expr: Any) -> set[Any]:
    """The matrices that something is said of, or else the scalars; not the sizes."""
    return expr.atoms(MatrixSymbol) or expr.atoms(Symbol)
