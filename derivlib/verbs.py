"""What a reader calls: derive, hessian, wirtinger, differential; is_derivative, check_steps."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Protocol, TypeVar, cast, overload

from sympy import Expr, Matrix
from sympy.matrices.matrixbase import MatrixBase

from derivlib.check.claims import by_hand
from derivlib.check.claims.by_hand import StepsVerdict, Verdict
from derivlib.check.claims.verification import Method
from derivlib.check.points.assumptions import in_force
from derivlib.derivation.derivation import Derivation, carry_out, carry_out_twice
from derivlib.derivation.entrywise import (
    carry_out_entrywise,
    carry_out_twice_entrywise,
)
from derivlib.derivation.joint import JointDerivation, carry_out_jointly
from derivlib.derivation.premises import has_symmetric_part, premises
from derivlib.derivation.wirtinger import WirtingerDerivation, carry_out_by_complex
from derivlib.engine.expansion import expand, supports
from derivlib.engine.intermediates import name_intermediates
from derivlib.errors import InputError, ParseError
from derivlib.expressions.problem import Written, letters_in
from derivlib.expressions.substitution import resolve, substitute
from derivlib.inputs import (
    as_matrix_of_symbols,
    as_variable,
    as_variables,
    as_written,
    refuse_complex,
    refuse_matrix,
    with_entries_named,
)
from derivlib.nodes import Structure, d
from derivlib.parsing.words import with_variable
from derivlib.typed import Typed, shape_of_derivative


def _written(expr: Any, where: Mapping[Any, Any] | None = None) -> Written:
    """Take a value as an expression; a derivation is its result, with the names in it."""
    if isinstance(expr, Derivation):
        named = {**expr.shared, **expr.where}
        used = letters_in(expr.result)
        while (more := used.union(*map(letters_in, map(named.get, named.keys() & used)))) != used:
            used = more
        where = {**{name: named[name] for name in named if name in used}, **(where or {})}
        expr = expr.result
    return as_written(expr, where)


def _typed(
    expr: Any, wrt: Any, where: Any, kinds: Mapping[str, Any], structure: Structure | None = None
) -> tuple[Typed, Any, Any, Any]:
    """Read what is typed as text: definitions first, since they say what their names are."""
    if isinstance(expr, str) and isinstance(wrt, str):
        kinds = with_variable(kinds, wrt, structure)
    definitions = where.values() if isinstance(where, Mapping) else ()
    known = wrt if isinstance(wrt, list | tuple) else (wrt,)
    typed = Typed(kinds, expr, *definitions, known=known)
    where = typed.where(where)
    expr = typed.expression(expr)
    return typed, expr, typed.variable(wrt), where


class _OfSymbols(Protocol):
    """An expression of SymPy, or a Matrix, and no list."""

    @property
    def free_symbols(self) -> set[Any]: ...


# SymPy has no types, so that to mypy a variable is Any and fits both signatures. It takes the first
# where the types of the parameter are type variables; otherwise it would give up and say Any.
_One = TypeVar("_One", bound=_OfSymbols)
_Several = TypeVar("_Several", bound=list[Any] | tuple[Any, ...])


@overload
def derive(
    expr: Any,
    wrt: _One,
    *,
    where: Mapping[Any, Any] | None = None,
    structure: Structure | None = None,
    assuming: Any = (),
    **kinds: Any,
) -> Derivation: ...


@overload
def derive(
    expr: Any,
    wrt: _Several,
    *,
    where: Mapping[Any, Any] | None = None,
    structure: None = None,
    assuming: Any = (),
    **kinds: Any,
) -> JointDerivation: ...


def derive(
    expr: Any,
    wrt: Any,
    *,
    where: Mapping[Any, Any] | None = None,
    structure: Structure | None = None,
    assuming: Any = (),
    **kinds: Any,
) -> Derivation | JointDerivation:
    """Differentiate an expression, keeping every step.

    ```pycon
    >>> from sympy import MatrixSymbol, Q, Symbol, Trace, symbols
    >>> from derivlib import explicit
    >>> n, m = symbols("n m", integer=True, positive=True)
    >>> X, A = MatrixSymbol("X", n, m), MatrixSymbol("A", n, n)
    >>> d = derive(Trace(X.T*A*X), X)
    >>> d.result
    (A + A.T)*X
    >>> [step.rule for step in d.steps][:3]
    ['trace', 'product', 'transpose']
    >>> sizes = {n: 2, m: 3}
    >>> explicit(d.result, sizes).expand() == d.elementwise(sizes).expand()
    True
    >>> derive(Trace(X.T*A*X), X, assuming=Q.symmetric(A)).result
    2*A*X
    >>> derive(Trace(X.T*A.T*A*X), X, assuming="A'*A = I").result
    2*X
    >>> jacobian = derive(A*X, X)
    >>> print(jacobian)
    ∂vec(F)/∂vec(X)ᵀ = I ⊗ A
    >>> explicit(jacobian.result, sizes) == jacobian.elementwise(sizes)
    True
    >>> t = Symbol("t")
    >>> print(derive(t**2*X, t))
    ∂F/∂t = 2*t*X
    >>> print(derive(Trace(A.T*A), A, structure="symmetric"))
    ∂L/∂A (A symmetric) = 4*A - 2*Diag(diag(A))
    >>> S = MatrixSymbol("S", n, m)
    >>> print(derive(Trace(S.T*S), [A, X], where={S: A*X}))
    ∂L/∂A = 2*S*Xᵀ
    ∂L/∂X = 2*Aᵀ*S

    ```

    A scalar (a 1×1 expression counts) by a matrix or vector has its gradient, in the shape of
    `wrt`; a matrix by a scalar the shape of the matrix; anything else its Jacobian
    ∂vec(F)/∂vec(X)ᵀ, numel(F) × numel(X).

    Source: Magnus & Neudecker (2019), chapters 5 and 9, for reading derivatives off
    differentials; chapter 3 for the duplication matrix.

    :param expr: a scalar or a matrix SymPy expression.
    :param wrt: a `Symbol`, a `MatrixSymbol` or an entry of one such as `A[0, 0]`, which becomes a
        symbol a₁₁ of its own, with A defined by it; a list of them, whose derivatives are found
        together, at about the cost of one; or a `Matrix` of symbols, as SymPy's own calculus has
        it. Beside a text it may be typed: "x", "x A" for a list, "[u; v]" for a `Matrix`.
    :param where: what names in `expr` stand for, in any order: `{S: (A*X).applyfunc(tanh)}`.
        The result is over these names. A name may be `expr` itself.
    :param structure: "symmetric", "diagonal", "lower triangular", "upper triangular",
        "toeplitz" or "symmetric toeplitz": the derivative with respect to the free entries
        of a `wrt` of that structure. A gradient has at each place the derivative with respect to
        the free entry there, zero where there is none; the columns of a Jacobian belong to the
        free entries in the order of :class:`derivlib.BasisMatrix`.
    :param assuming: SymPy's assumptions on constants, such as `Q.symmetric(A)`, and equations
        such as `Eq(A.T*A, Identity(n))` or `"A'*A = I"`; the result holds, and is checked, where
        they hold. An equation for `wrt` is used on the derivative by free entries.
    :returns: the derivation, with its `result`, `steps` and `verify`; for a list a
        :class:`derivlib.JointDerivation`, with its `results`, for a `Matrix` of symbols an
        :class:`derivlib.EntrywiseDerivation`, whose `result` is an explicit matrix.
    :raises InputError: if `expr` is not a SymPy expression, `wrt` not a symbol, or a structure,
        an assumption or a definition is not understood.
    :raises ShapeError: if sizes in `expr` do not fit, or a matrix that has to be square is not.
    :raises UnsupportedError: if an operation that depends on `wrt` has no rule.
    """
    typed, expr, wrt, where = _typed(expr, wrt, where, kinds, structure)
    assuming = (*typed.assuming, typed.assumed(assuming))
    free = typed.has_text
    written = _written(expr, where)
    refuse_complex(written)
    several = isinstance(wrt, list | tuple | MatrixBase)
    if several and structure is not None:
        raise InputError(
            "a structure is that of one variable; differentiate with respect to it on its own"
        )
    if isinstance(wrt, MatrixBase):
        symbols = as_matrix_of_symbols(wrt, written)
        taken = premises(written, (*symbols,), assuming=assuming, varies_freely=free)
        # Typed as what it can be asked like; a Matrix is no other type than Any to mypy.
        return cast("Derivation", carry_out_entrywise(written, symbols, taken))
    written, asked = with_entries_named(written, wrt if several else (wrt,))
    if several:
        variables = as_variables(asked, written)
        taken = premises(written, variables, assuming=assuming, varies_freely=free)
        return carry_out_jointly(written, variables, taken)
    variable = as_variable(asked[0], written)
    taken = premises(written, (variable,), structure, assuming, varies_freely=free)
    return carry_out(written, variable, taken)


def hessian(
    expr: Any,
    wrt: Any,
    *,
    where: Mapping[Any, Any] | None = None,
    structure: Structure | None = None,
    assuming: Any = (),
    **kinds: Any,
) -> Derivation:
    """Differentiate a scalar expression twice, keeping every step.

    The gradient is derived first, and then its Jacobian, on vec(X).

    Source: Magnus & Neudecker (2019), chapters 6 and 10.

    ```pycon
    >>> from sympy import MatrixSymbol, Trace, symbols
    >>> from derivlib import explicit
    >>> n, m = symbols("n m", integer=True, positive=True)
    >>> x, X = MatrixSymbol("x", n, 1), MatrixSymbol("X", n, m)
    >>> A, B = MatrixSymbol("A", n, n), MatrixSymbol("B", m, m)
    >>> hessian(x.T*A*x, x).result
    A + A.T
    >>> d = hessian(Trace(X.T*A*X*B), X)
    >>> print(d)
    ∂²L/∂vec(X)∂vec(X)ᵀ = B ⊗ Aᵀ + Bᵀ ⊗ A
    >>> sizes = {n: 2, m: 3}
    >>> explicit(d.result, sizes).expand() == d.elementwise(sizes).expand()
    True

    ```

    :param expr: a scalar SymPy expression, or a 1×1 matrix expression.
    :param wrt: a `Symbol` or a `MatrixSymbol`, an entry of one, or a list or `Matrix` of symbols.
    :param where: as in :func:`derive`.
    :param structure: as in :func:`derive`; the Hessian is with respect to the free entries.
    :param assuming: as in :func:`derive`.
    :returns: the derivation; its `result` is numel(X) × numel(X), a scalar for a scalar `wrt`. For
        a list or a `Matrix` of symbols it is a :class:`derivlib.EntrywiseDerivation`.
    :raises InputError: if `expr` is a larger matrix, and as :func:`derive`.
    :raises ShapeError: as :func:`derive`.
    :raises UnsupportedError: as :func:`derive`.
    """
    typed, expr, wrt, where = _typed(expr, wrt, where, kinds, structure)
    assuming = (*typed.assuming, typed.assumed(assuming))
    written = _written(expr, where)
    refuse_complex(written)
    refuse_matrix(written.expr)
    if isinstance(wrt, list | tuple | MatrixBase):
        if structure is not None:
            raise InputError("a structure is that of one MatrixSymbol")
        symbols = as_matrix_of_symbols(Matrix(wrt), written)
        taken = premises(written, (*symbols,), assuming=assuming, varies_freely=typed.has_text)
        return cast("Derivation", carry_out_twice_entrywise(written, symbols, taken))
    written, (wrt,) = with_entries_named(written, (wrt,))
    variable = as_variable(wrt, written)
    taken = premises(written, (variable,), structure, assuming, varies_freely=typed.has_text)
    return carry_out_twice(written, variable, taken)


_UNCLEAR = re.compile(r"(?<!\.)['′’†]|\b(?:inner|v?dot)\b|⟨", re.IGNORECASE)
"""What means one thing in MATLAB, Julia or NumPy and another elsewhere, of complex numbers."""


def wirtinger(expr: Any, wrt: Any, *, assuming: Any = (), **kinds: Any) -> WirtingerDerivation:
    """Differentiate with respect to a complex variable Z = X + iY and its conjugate Z̄.

    ∂f/∂Z = ½(∂f/∂X - i ∂f/∂Y) and ∂f/∂Z̄ = ½(∂f/∂X + i ∂f/∂Y), in the layouts of :func:`derive`.
    Of a real f the gradient is ∂f/∂X + i ∂f/∂Y = 2 ∂f/∂Z̄. Here all matrices are complex, and all
    scalars but those that SymPy knows to be real; everywhere else all are real.

    ```pycon
    >>> from sympy import Abs, Adjoint, MatrixSymbol, Q, Symbol, Trace, conjugate, symbols
    >>> n, m = symbols("n m", integer=True, positive=True)
    >>> Z, A = MatrixSymbol("Z", n, m), MatrixSymbol("A", n, n)
    >>> d = wirtinger(Trace(Adjoint(Z) * A * Z), Z)
    >>> print(d)
    ∂L/∂Z = Aᵀ*conj(Z)
    ∂L/∂conj(Z) = A*Z
    >>> d.result == A.T * Z.conjugate(), d.conjugate_result == A * Z
    (True, True)
    >>> [each.method for each in d.verify({n: 3, m: 2})]
    ['exact', 'exact']
    >>> wirtinger(Trace(Adjoint(Z) * A * Z), Z, assuming=Q.hermitian(A)).gradient
    2*A*Z
    >>> z = Symbol("z")
    >>> print(wirtinger(Abs(z)**2, z))
    ∂L/∂z = conj(z)
    ∂L/∂conj(z) = z
    >>> wirtinger(z**3, z).conjugate_result
    0

    ```

    A norm is that of complex numbers, ‖Z‖² = tr(ZᴴZ), and so is an absolute value. Logarithms,
    roots and powers are those of the principal branch. What means nothing, or something else, for
    complex numbers is refused by its name.

    Source: Petersen & Pedersen (2012), eqs. (229), (230) and (233); Hjørungnes & Gesbert (2007).

    :param expr: a scalar or a matrix expression, in which `Adjoint`, `conjugate`, `re`, `im`,
        `Abs` and :func:`norm` may occur.
    :param wrt: a `Symbol` or a `MatrixSymbol` that is not real.
    :param assuming: `Q.real_elements(A)` and `Q.hermitian(A)` of constant matrices, `Q.real(t)` of
        constant scalars.
    :param kinds: what the names in a text are, as in :func:`derivlib.parse`; scalars are real
        unless `complex="z"` says otherwise.
    :returns: both derivatives, with their steps, `verify`, code, and the second derivatives of a
        scalar in `hessian`.
    :raises InputError: if `wrt` is no symbol, or a real one, or an assumption is not understood.
    :raises ShapeError: if sizes in `expr` do not fit.
    :raises UnsupportedError: if an operation has no meaning here for complex numbers.
    """
    if isinstance(wrt, list | tuple | MatrixBase):
        raise InputError("wirtinger takes one variable; its conjugate is the other")
    if isinstance(expr, str) and (sign := _UNCLEAR.search(expr)):
        raise InputError(
            f"{sign[0]} conjugates in some languages and not in others; write x^T for the "
            "transpose, x^H for the adjoint"
        )
    typed, expr, wrt, _ = _typed(expr, wrt, None, kinds)
    written = _written(expr)
    given = assuming if isinstance(assuming, tuple | list | set) else (assuming,)
    assumed = (*typed.assuming, *given, *in_force({*written.letters}))
    return carry_out_by_complex(written.expr, as_variable(wrt, written), assumed)


def differential(expr: Any, wrt: Any, **kinds: Any) -> Expr:
    """Write the differential of an expression in terms of that of one symbol.

    ```pycon
    >>> from sympy import MatrixSymbol
    >>> from derivlib import check_steps, d
    >>> from derivlib.display import text
    >>> X, A = MatrixSymbol("X", 4, 3), MatrixSymbol("A", 4, 4)
    >>> written = differential(X.T*A*X, X)
    >>> print(text(written))
    (dX)ᵀ*A*X + Xᵀ*A*dX
    >>> bool(check_steps([d(X.T*A*X), written]))
    True

    ```

    Source: Magnus & Neudecker (2019), chapter 8.

    :param expr: a scalar or a matrix expression.
    :param wrt: a `Symbol` or a `MatrixSymbol`.
    :returns: an expression in the shape of `expr`, linear in `d(wrt)`.
    :raises InputError: if `expr` is not a SymPy expression or `wrt` not a symbol.
    :raises ShapeError: if sizes in `expr` do not fit.
    :raises UnsupportedError: if an operation that depends on `wrt` has no rule.
    """
    _, expr, wrt, _ = _typed(expr, wrt, None, kinds)
    written = _written(expr)
    refuse_complex(written)
    graph = name_intermediates(written, (as_variable(wrt, written),), supports)
    known: dict[Expr, Expr] = {}
    for name, definition in graph.definitions.items():
        known[d(name)] = substitute(expand(definition, graph, lambda *_: None), known)
    whole = substitute(expand(graph.root, graph, lambda *_: None), known)
    return resolve(whole, graph.definitions)


def _claim(typed: Typed, claim: str, shape: Any) -> Any:
    """A claim, of another shape than expected if it cannot be read as one of that."""
    try:
        return typed.expression(claim, shape)
    except ParseError:
        return typed.expression(claim)


def is_derivative(
    claim: Any,
    expr: Any,
    wrt: Any,
    sizes: Mapping[Any, Any] | None = None,
    *,
    seed: int = 0,
    structure: Structure | None = None,
    assuming: Any = (),
    method: Method | None = None,
    **kinds: Any,
) -> Verdict:
    """Judge a derivative that was found by hand; the engine has no part in it.

    ```pycon
    >>> from sympy import MatrixSymbol, Trace, symbols
    >>> n, m = symbols("n m", integer=True, positive=True)
    >>> X, A = MatrixSymbol("X", n, m), MatrixSymbol("A", m, n)
    >>> bool(is_derivative(A.T, Trace(A * X), X))
    True
    >>> is_derivative(A, Trace(A * X), X).hint
    'its transpose, the other layout'
    >>> is_derivative(2 * A.T, Trace(A * X), X).hint
    'off by the factor 2'

    Of a symmetric variable only the entries on and below the diagonal are free:

    >>> from sympy import DiagMatrix, DiagonalOf
    >>> U, B = MatrixSymbol("U", n, n), MatrixSymbol("B", n, n)
    >>> claim = B + B.T - DiagMatrix(DiagonalOf(B))
    >>> bool(is_derivative(claim, Trace(B * U), U, structure="symmetric"))
    True
    >>> is_derivative(B.T, Trace(B * U), U, structure="symmetric").hint
    'the derivative by all entries of U, each taken as free'

    Each of the three may be a text:

    >>> bool(is_derivative("(A + A')*x", "x'*A*x", "x"))
    True
    >>> is_derivative("2*A*x", "x'*A*x", "x").hint
    'the derivative where A is symmetric'
    >>> is_derivative("x'*(A + A')", "x'*A*x", "x").hint
    'its transpose, the other layout'

    ```

    :param claim: the derivative claimed, in the layout of the contract: the gradient of a
        scalar has the shape of `wrt`, a Jacobian is ∂vec(F)/∂vec(X)ᵀ.
    :param expr: a scalar or a matrix expression.
    :param wrt: a `Symbol` or a `MatrixSymbol`.
    :param sizes: a positive integer for each size symbol; pairwise different ones are
        taken if there are none.
    :param seed: the seed of the random points.
    :param structure: the structure of `wrt`, such as "symmetric": only its free entries
        move, and all places of one move together; see :func:`derivlib.check.claims.derivative`.
    :param assuming: what holds at every point: SymPy's assumptions, such as
        `Q.symmetric(A)`, on matrices and scalars, and equations, as in :func:`derive`.
    :param method: "exact" for every entry in fractions whatever the sizes, "double" for random
        directions in double precision; the sizes decide if there is none.
    :param kinds: what the names in texts are, as in :func:`derivlib.parse`.
    :returns: a verdict that is true or false, and says why.
    :raises InputError: if `claim` or `expr` is not an expression, or `wrt` not a symbol; if a
        structure or an assumption is not known.
    :raises ParseError: if a text cannot be read.
    :raises BackendError: if `method` is "double" and NumPy is not installed.
    :raises ShapeError: if a matrix with a structure is not square.
    :raises SizesError: if sizes are given and one is missing or not positive.
    :raises UnsupportedError: if the entries of a node are not known.
    """
    are_texts = isinstance(expr, str) and isinstance(wrt, str)
    stated = with_variable(kinds, wrt, structure) if are_texts else kinds
    typed = Typed(stated, claim, expr, known=(wrt,))
    expr = typed.expression(expr)
    wrt = typed.variable(wrt)
    if isinstance(claim, str):
        claim = _claim(typed, claim, shape_of_derivative(expr, wrt))
    if has_symmetric_part(expr):
        premises(Written(expr), (wrt,), structure, (*typed.assuming, assuming), varies_freely=True)
    return by_hand.is_derivative(
        claim,
        expr,
        wrt,
        sizes,
        seed=seed,
        structure=structure,
        assuming=(*typed.assuming, typed.assumed(assuming)),
        method=method,
    )


def check_steps(
    lines: Iterable[Any],
    sizes: Mapping[Any, Any] | None = None,
    *,
    seed: int = 0,
    structures: Mapping[Any, Structure] | None = None,
    assuming: Any = (),
    **kinds: Any,
) -> StepsVerdict:
    """Judge a chain of equalities and find the first line that is wrong.

    ```pycon
    >>> from sympy import MatrixSymbol, Trace, symbols
    >>> n, m = symbols("n m", integer=True, positive=True)
    >>> X, A = MatrixSymbol("X", n, m), MatrixSymbol("A", m, n)
    >>> bool(check_steps([Trace(A * X), Trace(X * A), Trace(A.T * X.T)]))
    True
    >>> check_steps([Trace(A * X), Trace(X * A), 2 * Trace(X * A)]).first_wrong
    2
    >>> check_steps(["tr(A*X)", "tr(X*A)", "2*tr(X*A)"]).first_wrong
    2

    ```

    :param lines: expressions, or texts, that are claimed to be equal; differentials may occur. What
        varies is what d(X) is written of somewhere; all other symbols are constant.
    :param sizes: a positive integer for each size symbol; pairwise different ones are
        taken if there are none.
    :param seed: the seed of the random points.
    :param structures: the structure of matrices, such as `{X: "symmetric"}`.
    :param assuming: what else holds at every point: SymPy's assumptions, such as
        `Q.symmetric(A)`, and equations, which differentials keep to.
    :param kinds: what the names in texts are, as in :func:`derivlib.parse`.
    :returns: a verdict that is true or false, and names the first wrong line.
    :raises InputError: if there are fewer than two lines, or one is not an expression.
    :raises ParseError: if a text cannot be read.
    :raises SizesError: if sizes are given and one is missing or not positive.
    """
    typed, read = Typed({}), lines
    if isinstance(lines, Iterable) and not isinstance(lines, str):
        lines = [*lines]
        typed = Typed(kinds, *lines)
        read = [typed.expression(line) for line in lines]
    return by_hand.check_steps(
        read,
        sizes,
        seed=seed,
        structures=structures,
        assuming=(*typed.assuming, typed.assumed(assuming)),
    )
