"""What a derivative is taken under: assumptions on constants, the structure of the variable."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sympy import Basic, Expr, MatMul, MatrixSymbol

from derivlib.check.points.assumptions import IMPLIED, Assumed, assumptions_about, in_force
from derivlib.errors import InputError, ShapeError
from derivlib.expressions.construction import is_one, split_coefficient, transpose
from derivlib.expressions.problem import Written
from derivlib.expressions.shapes import same_size
from derivlib.expressions.sizes import all_nodes
from derivlib.expressions.substitution import normal_form
from derivlib.expressions.text import text
from derivlib.nodes import OfSymmetric, Structure, as_structure
from derivlib.nodes.properties import BY_EQUATION
from derivlib.rules.rule import Condition
from derivlib.rules.symmetry import is_symmetric

_SYMMETRIC = ("symmetric", "diagonal", "symmetric toeplitz", "positive definite")
"""Properties, and structures, of matrices that are their own transpose."""


_FREELY = ", differentiated as a matrix of free entries"


@dataclass(frozen=True)
class Premises:
    """What a derivative is taken under.

    :param structure: the structure of the variable; nothing if all its entries are free.
    :param assumed: what is assumed of constants.
    :param given: the same as SymPy's assumptions, those of `with assuming(...)` included, for
        the judge.
    :param facts: for each matrix what simplification may use: "symmetric", "orthogonal", and what
        equations say; and for a product that is a scalar, that it is "written" so, and not as its
        transpose.
    :param conditions: structure and assumptions, for the reader.
    :param varies_freely: whether what is assumed of the variable is used afterwards only, and all
        its entries move on their own.
    """

    structure: Structure | None = None
    assumed: tuple[Assumed, ...] = ()
    given: Any = ()
    facts: Mapping[Expr, frozenset[str]] = field(default_factory=dict)
    conditions: tuple[Condition, ...] = ()
    varies_freely: bool = False

    def of_gradient(self, wrt: Expr) -> Premises:
        """What a gradient that is differentiated again is taken under.

        What is known of the variable alone is used after both derivatives: S⁻ᵀ and S⁻¹ are equal
        for a symmetric S, and their derivatives by free entries are not.
        """
        facts = {symbol: known for symbol, known in self.facts.items() if symbol != wrt}
        free = self.varies_freely
        return replace(self, structure=None, facts=facts if free else self.facts)


NOTHING_ASSUMED = Premises()


def premises(
    written: Written,
    variables: Sequence[Expr],
    structure: Structure | None = None,
    assuming: Any = (),
    *,
    varies_freely: bool = False,
) -> Premises:
    """Take what a derivative is to be taken under.

    :param variables: the variables; where there is a structure, the one that has it.
    :param structure: the structure of the variable, such as "symmetric".
    :param assuming: SymPy's assumptions on constants, such as `Q.symmetric(A)`, and equations, of
        variables too: these are used on the derivative by free entries.
    :param varies_freely: whether they may be of a variable too, whose entries move on their own.
    :raises InputError: if the structure is not known, the variable is no matrix, or an
        assumption is not understood, restricts the variable or is about a defined name.
    :raises ShapeError: if a matrix that has to be square is not.
    """
    symbols = {*written.letters, *variables}
    assuming = (assuming, in_force(symbols))  # which may not be in force when it is verified
    assumed = assumptions_about(assuming, symbols)
    known: dict[Expr, set[str]] = {}
    free_variables = {*variables} if varies_freely else set()
    for assumption in assumed:
        if assumption.subject in written.where:
            raise InputError(
                f"{assumption.subject} is defined, and its properties follow from its definition; "
                "assume something of what it is made of"
            )
        if assumption.subject in variables and assumption.by_equation:
            _refuse_beside_structure(assumption, structure)
            free_variables.add(assumption.subject)
        elif assumption.subject in variables and not varies_freely:
            _refuse_restriction(assumption, structure)
        known.setdefault(assumption.subject, set()).update(_facts(assumption.property))
    conditions = [
        Condition(a.subject, a.property + _FREELY * (a.subject in free_variables)) for a in assumed
    ]
    if structure is not None:
        (wrt,) = variables
        structure = as_structure(structure)
        _refuse_unstructured(wrt, structure)
        known.setdefault(wrt, set()).update(_facts(structure))
        conditions.insert(0, Condition(wrt, structure.replace("toeplitz", "Toeplitz")))
    symmetric = {k for k, told in known.items() if "symmetric" in told and k not in free_variables}
    for name in _symmetric_names(written, symmetric):
        known.setdefault(name, set()).add("symmetric")
    for product in _scalar_products(written):
        known.setdefault(product, set()).add("written")
    _refuse_asymmetric(written, {name for name, told in known.items() if "symmetric" in told})
    facts = {subject: frozenset(found) for subject, found in known.items() if found}
    free = varies_freely or bool(free_variables)
    return Premises(structure, assumed, assuming, facts, tuple(conditions), free)


def _symmetric_names(written: Written, known: set[Expr]) -> Iterator[Expr]:
    """The names of what is seen to be symmetric, as XᵀX is, or by what is known of its parts."""
    for name, meaning in written.where.items():
        if name.is_Matrix and same_size(*name.shape) and is_symmetric(normal_form(meaning), known):
            known.add(name)
            yield name


def _scalar_products(written: Written) -> set[Expr]:
    """The products yᵀx that are scalars, without those that are written as xᵀy too."""
    products = {
        split_coefficient(normal_form(node))[1]
        for node in written.nodes
        if isinstance(node, MatMul) and all(map(is_one, node.shape))
    }
    return {product for product in products if transpose(product) not in products}


def has_symmetric_part(expr: Any) -> bool:
    """Return whether something in an expression is made of a symmetric matrix alone."""
    return isinstance(expr, Basic) and any(isinstance(n, OfSymmetric) for n in all_nodes([expr]))


def _refuse_asymmetric(written: Written, known: Container[Expr]) -> None:
    """Refuse eigenvalues of what is not known to be symmetric.

    :param known: what is symmetric besides what is seen to be.
    :raises InputError: naming the matrix, and how to say that it is symmetric.
    """
    for node in written.nodes:
        if isinstance(node, OfSymmetric) and not is_symmetric(normal_form(node.args[0]), known):
            raise InputError(
                f'"{text(node)}" needs a symmetric matrix, and {text(node.args[0])} is not known '
                f"to be one; {_stated_symmetric(node.args[0])}"
            )


def _stated_symmetric(matrix: Expr) -> str:
    """How to say that a matrix is symmetric."""
    if not isinstance(matrix, MatrixSymbol):
        return "the symmetric part of a matrix A is (A + A.T)/2"
    return (
        f'say so of a constant by assuming=Q.symmetric({matrix}), of the variable by structure="'
        f'symmetric", in a text by symmetric=["{matrix}"]; or write its symmetric part, '
        f"({matrix} + {matrix}.T)/2"
    )


def _refuse_beside_structure(assumption: Assumed, structure: Structure | None) -> None:
    """Refuse an equation for a variable of which a structure says what its free entries are."""
    if structure is not None:
        raise InputError(
            f"{assumption.subject} is {structure}, which says what its free entries are; that it "
            f"is {assumption.property} cannot be declared beside that"
        )


def _refuse_restriction(assumption: Assumed, structure: Structure | None) -> None:
    """Refuse an assumption that leaves a variable fewer free entries."""
    wrt = assumption.subject
    if assumption.property == "positive definite" and structure in _SYMMETRIC:
        return
    if wrt.is_Matrix and assumption.property in _RESTRICTING:
        instead = "leave the assumption out"
        if assumption.property in IMPLIED:
            implied = repr(_structure_for(assumption))
            instead = (
                f"for the derivative with respect to its free entries write structure={implied}"
            )
        raise InputError(
            f"{wrt} is the variable, and cannot be assumed to be {assumption.property}; {instead}"
        )


_RESTRICTING = (*IMPLIED, "orthogonal")


def _structure_for(assumption: Assumed) -> str:
    return IMPLIED[assumption.property]


def _facts(told: str) -> set[str]:
    facts = {told} if told in ("orthogonal", *BY_EQUATION) else set()
    return facts | ({"symmetric"} if told in _SYMMETRIC else set())


def _refuse_unstructured(wrt: Expr, structure: Structure) -> None:
    if not wrt.is_Matrix:
        raise InputError(f'{wrt} is a scalar; only a matrix can be "{structure}"')
    if not same_size(*wrt.shape):
        raise ShapeError(
            f'structure="{structure}" needs a square variable, but {wrt} is '
            f"{wrt.shape[0]}×{wrt.shape[1]}; correct its shape, or leave the structure out"
        )
