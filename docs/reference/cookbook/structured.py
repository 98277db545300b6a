"""Section 2.8: derivatives of structured matrices, equations (133) to (144)."""

from __future__ import annotations

from sympy import (
    Determinant,
    Function,
    HadamardProduct,
    Identity,
    MatrixSymbol,
    Symbol,
    Trace,
)

from derivlib import MatrixFunction, d, logdet, partial
from derivlib.nodes import FormalDerivative, SingleEntry

from .claims import Derivative, Equality, Indexed
from .equation import Equation, Verdict
from .letters import T, i, j, k, l, m, matrix, n, p, plus, q, times
from .nodes import At, DiagonalPart, EntryDerivative, Minor, Toeplitz, entry, index_sum
from .structures import Structured

A, X, I = matrix("A", n), matrix("X", n), Identity(n)
f, g = Function("f"), Function("g")

# A structured matrix as a function of one of its free entries, the others kept.
a = Symbol("A_ij")
whole = MatrixFunction("A", (n, m))(a)
rectangular, U = matrix("X", p, q), matrix("U", n, m)
inner = MatrixFunction("f", (n, m))(rectangular)

chain = (
    Equation(
        133,
        (
            Derivative(
                (f(whole),),
                a,
                (
                    index_sum(
                        entry(partial(f(whole)), k, l) * entry(partial(whole), k, l), k=n, l=m
                    ),
                    Trace(times(T(partial(f(whole))), partial(whole))),
                ),
            ),
        ),
        note="$A$ as an abstract function of the free entry $A_{ij}$, which may stand anywhere.",
    ),
    Equation(
        134,
        (
            Indexed(
                matrix("A", n, m),
                matrix("A", n, m),
                (i, j),
                (SingleEntry((n, m), i, j),),
                asked=matrix("A", n, m),
            ),
        ),
        definition=True,
        note="In the book the definition of the structure matrix $S^{ij}$. Stated here is the "
        "matrix without structure; the structure matrices of the symmetric, the diagonal and "
        "the Toeplitz matrix are judged with (138), (142) and (143).",
    ),
)

element = rectangular[i, j]

chain_rule = (
    Equation(
        135,
        (
            Equality(
                d(g(U)),
                (d(g(inner)),),
                moves=(rectangular,),
                where={U: inner},
                asked=(g(inner), rectangular),
                sizes=({n: 2, m: 3, p: 3, q: 2},),
            ),
        ),
        given="$U = f(X)$",
        definition=True,
        note="A way of writing; judged by the differentials, with $U$ replaced by $f(X)$.",
    ),
    Equation(
        136,
        (
            Indexed(
                g(inner),
                rectangular,
                (i, j),
                (
                    index_sum(
                        entry(partial(g(inner)), k, l)
                        * FormalDerivative(entry(inner, k, l), element),
                        k=n,
                        l=m,
                    ),
                ),
                asked=g(inner),
                sizes=({n: 2, m: 3, p: 3, q: 2},),
            ),
        ),
        given="$U = f(X)$",
    ),
    Equation(
        137,
        (
            Indexed(
                g(inner),
                rectangular,
                (i, j),
                (Trace(times(T(partial(g(inner))), EntryDerivative(inner, element))),),
                asked=g(inner),
                sizes=({n: 2, m: 3, p: 3, q: 2},),
            ),
        ),
        given="$U = f(X)$",
    ),
)

gradient = partial(f(A))
SQUARES = ({n: 3}, {n: 2})


def structured(number, functions, wrt, claim, structure, **options):
    """A derivative by the free entries of a structured matrix."""
    claims = (Structured(functions, wrt, (claim,), structure, SQUARES),)
    return Equation(number, claims, given=f"${wrt}$ {structure}", **options)


symmetric = (
    structured(
        138,
        (f(A),),
        A,
        plus(gradient, T(gradient), times(-1, DiagonalPart(gradient))),
        "symmetric",
        note=r"$\operatorname{diag}$ keeps the diagonal in its place. On the right stands the "
        "gradient for a matrix without structure.",
    ),
    structured(
        139, (Trace(A * X),), X, plus(A, A.T, times(-1, HadamardProduct(A, I))), "symmetric"
    ),
    structured(
        140,
        (Determinant(X),),
        X,
        times(Determinant(X), plus(2 * X.I, times(-1, HadamardProduct(X.I, I)))),
        "symmetric",
    ),
    structured(
        141,
        (logdet(X),),
        X,
        plus(2 * X.I, times(-1, HadamardProduct(X.I, I))),
        "symmetric",
    ),
)

diagonal = (structured(142, (Trace(A * X),), X, HadamardProduct(A, I), "diagonal"),)

t = MatrixSymbol("T", n, n)
traces = Trace(A * t), Trace(t * A)


def corners(name, above, below):
    """The matrix α(A), given what the third entries of its first row and column are."""
    return Toeplitz(
        name,
        n,
        (Trace(A), Trace(Minor(A.T, n, 1)), Trace(above), At(A, n, 1)),
        (Trace(A), Trace(Minor(A.T, 1, n)), Trace(below), At(A, 1, n)),
    )


printed, printed_otherwise = (
    corners(
        r"\alpha(A)",
        Minor(Minor(A.T, 1, n), n - 1, 2, original),
        Minor(Minor(A.T, 1, n), 2, n - 1, original),
    )
    for original in (False, True)
)
corrected = corners(
    r"\hat\alpha(A)",
    Minor(Minor(A.T, n, 1), n - 1, 1),
    Minor(Minor(A.T, 1, n), 1, n - 1),
)
TOEPLITZ = ({n: 4}, {n: 3}, {n: 2})


def mirrored(matrix_):
    """The right side of (144)."""
    return plus(matrix_, T(matrix_), times(-1, HadamardProduct(matrix_, I)))


def toeplitz(claim, structure, sizes=TOEPLITZ):
    """Both traces of (143) and (144)."""
    return Structured(traces, t, (claim,), structure, sizes)


toeplitz_equations = (
    Equation(
        143,
        (toeplitz(printed, "Toeplitz"),),
        given="$T$ Toeplitz",
        expected=Verdict.WRONG,
        readings=((toeplitz(printed_otherwise, "Toeplitz"),),),
        repaired=(toeplitz(corrected, "Toeplitz"),),
        note="Right up to $n = 3$. For $n = 4$, the largest size at which the book states every "
        "entry, (1, 3) and (3, 1) are wrong: the brackets delete other rows and columns than those "
        "the diagonal leaves out. Entry (1, 3) is wrong also if the second bracket counts in the "
        "whole matrix, not in what the first one left.",
    ),
    Equation(
        144,
        (toeplitz(mirrored(printed), "symmetric Toeplitz"),),
        given="$T$ symmetric Toeplitz",
        expected=Verdict.WRONG,
        readings=((toeplitz(mirrored(printed_otherwise), "symmetric Toeplitz"),),),
        repaired=(toeplitz(mirrored(corrected), "symmetric Toeplitz"),),
        note=r"Wrong only through the printed $\alpha(A)$ of (143).",
    ),
)

EQUATIONS = (*chain, *chain_rule, *symmetric, *diagonal, *toeplitz_equations)
