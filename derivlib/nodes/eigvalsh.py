"""eigvalsh(S), the eigenvalues of a symmetric matrix, lambda_max(S), and their eigenvectors.

A symmetric matrix that moves off the symmetric ones has the eigenvalues of its symmetric part, so
that derivatives by all entries, each taken as free, exist too. What is not seen to be symmetric is
refused where a derivative is asked for, and not here: constants are stated to be symmetric there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sympy import Expr, Identity, Integer, Lambda, MatAdd, Rational, S, factorial

from derivlib.expressions.construction import (
    add,
    identity,
    is_single,
    is_zero,
    mul,
    ones,
    split_coefficient,
    transpose,
)
from derivlib.expressions.facets import Absent, Call, Entries, Example, Shape, tell
from derivlib.expressions.shapes import Parts, scalar_of_square, square
from derivlib.nodes.grid import Grid, square_grid
from derivlib.nodes.node import Node, NodeBase, RealNode, as_square_operand
from derivlib.nodes.products import matrix_product
from derivlib.nodes.trace import trace


class OfSymmetric(NodeBase):
    """What is made of a symmetric matrix alone."""


class Eigvalsh(OfSymmetric, Node):
    """The eigenvalues of a symmetric matrix, a column in ascending order."""

    @property
    def shape(self) -> tuple[Expr, Expr]:
        return S(self.arg.shape[0]), S.One


class Eigvecs(OfSymmetric, Node):
    """Orthonormal eigenvectors as columns, the first entry of each positive."""

    @property
    def shape(self) -> tuple[Expr, Expr]:
        rows, cols = self.arg.shape
        return S(rows), S(cols)


class _OfOne(OfSymmetric):
    """What belongs to the largest eigenvalue, or to the smallest."""

    end: str


class _Vector(_OfOne, Node):
    @property
    def shape(self) -> tuple[Expr, Expr]:
        return S(self.arg.shape[0]), S.One


class LambdaMax(_OfOne, RealNode):
    """The largest eigenvalue of a symmetric matrix."""

    end = "max"


class LambdaMin(_OfOne, RealNode):
    """The smallest eigenvalue of a symmetric matrix."""

    end = "min"


class EigvecMax(_Vector):
    """The unit eigenvector of the largest eigenvalue, its first entry positive."""

    end = "max"


class EigvecMin(_Vector):
    """The unit eigenvector of the smallest eigenvalue, its first entry positive."""

    end = "min"


class ResolventMax(_OfOne, Node):
    """(λI - S)⁺ for the largest eigenvalue λ of S."""

    end = "max"


class ResolventMin(_OfOne, Node):
    """(λI - S)⁺ for the smallest eigenvalue λ of S."""

    end = "min"


def eigvalsh(matrix: Any) -> Expr:
    """The eigenvalues of a symmetric matrix as a column, in ascending order, as NumPy's.

    They have a derivative where no two are equal. What they have in common has one everywhere:
    their sum is the trace, their product the determinant, the sum of their exponentials the trace
    of `expm(S)`; so are sums of other powers, roots and logarithms read, `norm` and `logsumexp`.
    The sum of another smooth function f has the gradient V Diag(f'(λ)) Vᵀ.

    ```pycon
    >>> from sympy import MatrixSymbol, symbols
    >>> from derivlib import derive, sum_entries
    >>> n, m = symbols("n m", integer=True, positive=True)
    >>> S, X, c = MatrixSymbol("S", n, n), MatrixSymbol("X", n, m), MatrixSymbol("c", m, 1)
    >>> gradient = derive(c.T * eigvalsh(X.T * X), X)
    >>> print(gradient)
    ∂L/∂X = 2*X*eigvecs(Xᵀ*X)*Diag(c)*eigvecs(Xᵀ*X)ᵀ
    >>> gradient.verify({n: 4, m: 3}).entries
    12
    >>> derive(sum_entries(eigvalsh(S)), S, structure="symmetric").result
    I
    >>> from sympy import exp
    >>> of_all = derive(sum_entries(eigvalsh(X.T * X).applyfunc(exp)), X)
    >>> print(of_all)
    ∂L/∂X = 2*X*expm(Xᵀ*X)
    >>> [str(a) for a in of_all.assumptions if a.property != "constant"]
    []

    ```

    Source: Petersen & Pedersen (2012), eq. (67), for the differential; Higham (2008), chapter 1,
    for functions of all eigenvalues.

    :param matrix: a symmetric matrix: one that is seen to be by how it is written, as XᵀX or
        A + Aᵀ, or is stated to be, by `structure="symmetric"` or `assuming=Q.symmetric(S)`.
    :returns: a column.
    :raises InputError: if `matrix` is not a matrix.
    :raises ShapeError: if it is not square.
    """
    return eigvalsh_of(as_square_operand(matrix, "eigvalsh"))


def lambda_max(matrix: Any) -> Expr:
    """The largest eigenvalue of a symmetric matrix.

    Its gradient is v vᵀ for its eigenvector v, where no other eigenvalue is equal to it.

    ```pycon
    >>> from sympy import MatrixSymbol, symbols
    >>> from derivlib import derive
    >>> n, m = symbols("n m", integer=True, positive=True)
    >>> X = MatrixSymbol("X", n, m)
    >>> gradient = derive(lambda_max(X.T * X), X)
    >>> print(gradient)
    ∂L/∂X = 2*X*eigvec_max(Xᵀ*X)*eigvec_max(Xᵀ*X)ᵀ
    >>> print(gradient.assumptions[0])
    Xᵀ*X with a simple largest eigenvalue
    >>> gradient.verify({n: 4, m: 3}).entries
    12

    ```

    Source: Petersen & Pedersen (2012), eq. (67), for the differential.

    :param matrix: a symmetric matrix, as :func:`eigvalsh` takes it.
    :returns: a scalar expression.
    :raises InputError: if `matrix` is not a matrix.
    :raises ShapeError: if it is not square.
    """
    return largest_of(as_square_operand(matrix, "lambda_max"))


def lambda_min(matrix: Any) -> Expr:
    """The smallest eigenvalue of a symmetric matrix.

    Its gradient is v vᵀ for its eigenvector v, where no other eigenvalue is equal to it.

    ```pycon
    >>> from sympy import MatrixSymbol
    >>> from derivlib import derive
    >>> A = MatrixSymbol("A", 3, 3)
    >>> gradient = derive(lambda_min(A + A.T), A)
    >>> print(gradient)
    ∂L/∂A = 2*eigvec_min(A + Aᵀ)*eigvec_min(A + Aᵀ)ᵀ
    >>> gradient.verify().entries
    9

    ```

    Source: Petersen & Pedersen (2012), eq. (67), for the differential.

    :param matrix: a symmetric matrix, as :func:`eigvalsh` takes it.
    :returns: a scalar expression.
    :raises InputError: if `matrix` is not a matrix.
    :raises ShapeError: if it is not square.
    """
    return smallest_of(as_square_operand(matrix, "lambda_min"))


def eigvalsh_of(matrix: Expr) -> Expr:
    """The eigenvalues in normal form."""
    if is_single(matrix):
        return matrix
    common = _common(matrix)
    return Eigvalsh(matrix) if common is None else mul(common, ones(matrix.shape[0], S.One))


def largest_of(matrix: Expr) -> Expr:
    """The largest eigenvalue in normal form."""
    common = _common(matrix)
    return LambdaMax(matrix) if common is None else common


def smallest_of(matrix: Expr) -> Expr:
    """The smallest eigenvalue in normal form."""
    common = _common(matrix)
    return LambdaMin(matrix) if common is None else common


def _common(matrix: Expr) -> Expr | None:
    """The eigenvalue that is equal to all others by how a matrix is written."""
    if is_single(matrix):
        return trace(matrix)
    if is_zero(matrix):
        return S.Zero
    scale, rest = split_coefficient(matrix)
    return scale if isinstance(rest, Identity) else None


def resolvent_in(matrix: Expr) -> Expr | None:
    """The Moore–Penrose inverse of λI - S for an extreme eigenvalue λ of S; nothing of others."""
    for term in matrix.args if isinstance(matrix, MatAdd) else ():
        scale, rest = split_coefficient(term)
        if isinstance(scale, (LambdaMax, LambdaMin)) and isinstance(rest, Identity):
            others = (other for other in matrix.args if other is not term)
            if is_zero(add(*others, scale.arg)):
                return (ResolventMax if scale.end == "max" else ResolventMin)(scale.arg)
    return None


# --- the definition ------------------------------------------------------------------------


def symmetric_part(calc: Any, A: Grid) -> Grid:
    """(A + Aᵀ)/2, which is A where that is symmetric."""
    ring = calc.ring
    half = ring.number(S.Half)
    return Grid.of(
        *square_grid(A, "eigenvalues").shape,
        lambda i, j: A[i, i] if i == j else ring.product((half, ring.total((A[i, j], A[j, i])))),
    )


def characteristic(calc: Any, A: Grid) -> tuple[list[Any], list[Grid]]:
    """The coefficients of det(λI - A) and of adj(λI - A), highest powers first.

    They are found as by Faddeev and Leverrier, with no other division than by whole numbers.
    """
    ring, n = calc.ring, A.rows
    one, zero = ring.number(S.One), ring.number(S.Zero)
    coefficients, matrices = [one], [Grid.of(n, n, lambda i, j: one if i == j else zero)]
    for k in range(1, n + 1):
        times = matrix_product(calc, [A, matrices[-1]])
        trace = ring.total([times[i, i] for i in range(n)])
        last = ring.product((ring.number(Rational(-1, k)), trace))
        coefficients.append(last)
        if k < n:
            matrices.append(_with_diagonal(ring, times, last))
    return coefficients, matrices


def _with_diagonal(ring: Any, A: Grid, added: Any) -> Grid:
    return Grid.of(*A.shape, lambda i, j: ring.total((A[i, j], added)) if i == j else A[i, j])


def polynomial_value(ring: Any, coefficients: Sequence[Any], at: Any) -> Any:
    """The value of a polynomial, by Horner."""
    value = coefficients[0]
    for coefficient in coefficients[1:]:
        value = ring.total((ring.product((value, at)), coefficient))
    return value


def polynomial_slope(ring: Any, coefficients: Sequence[Any], at: Any) -> Any:
    """The slope of a polynomial."""
    degree = len(coefficients) - 1
    falling = [
        ring.product((ring.number(Integer(degree - k)), coefficient))
        for k, coefficient in enumerate(coefficients[:-1])
    ]
    return polynomial_value(ring, falling, at)


def eigenvalue(calc: Any, A: Grid, i: int) -> Any:
    """The eigenvalue number i of the symmetric part of a matrix."""
    symmetric = symmetric_part(calc, A)
    return calc.ring.eigenvalue(symmetric, characteristic(calc, symmetric)[0], i, simple=False)


def projection(calc: Any, symmetric: Grid, i: int) -> tuple[Any, Grid]:
    """A simple eigenvalue, and v vᵀ = adj(λI - S)/p'(λ)."""
    ring = calc.ring
    coefficients, matrices = characteristic(calc, symmetric)
    value = ring.eigenvalue(symmetric, coefficients, i, simple=True)
    slope = ring.power(polynomial_slope(ring, coefficients, value), ring.number(S.NegativeOne))

    def entry(j: int, k: int) -> Any:
        adjoint = polynomial_value(ring, [matrix[j, k] for matrix in matrices], value)
        return ring.product((adjoint, slope))

    return value, Grid.of(*symmetric.shape, entry)


def _eigenvector(calc: Any, A: Grid, i: int) -> Grid:
    ring = calc.ring
    _, onto = projection(calc, symmetric_part(calc, A), i)
    zero = ring.number(S.Zero)
    diagonal = Grid.of(*onto.shape, lambda j, k: onto[j, j] if j == k else zero)
    first = ring.independent(diagonal)[0][0]  # whose entry is not zero
    scale = ring.power(onto[first, first], ring.number(-S.Half))
    column = Grid(onto.rows, 1, onto.col(first))
    return column.map(lambda entry: ring.product((entry, scale)))


def _resolvent(calc: Any, A: Grid, i: int) -> Grid:
    """(λI - S)⁺ = (λI - S + v vᵀ)⁻¹ - v vᵀ."""
    ring, symmetric = calc.ring, symmetric_part(calc, A)
    value, onto = projection(calc, symmetric, i)
    minus = ring.number(S.NegativeOne)
    gap = _with_diagonal(ring, symmetric.map(lambda entry: ring.product((minus, entry))), value)
    regular = Grid(*A.shape, tuple(map(ring.total, zip(gap.entries, onto.entries, strict=True))))
    return Grid(
        *A.shape,
        tuple(
            ring.total((a, ring.product((minus, b))))
            for a, b in zip(ring.inverse(regular).entries, onto.entries, strict=True)
        ),
    )


def _all_eigenvalues(calc: Any, _: Any, A: Grid) -> Grid:
    return Grid.of(square_grid(A, "eigenvalues").rows, 1, lambda i, _: eigenvalue(calc, A, i))


def _all_eigenvectors(calc: Any, _: Any, A: Grid) -> Grid:
    chosen = getattr(calc.ring, "chosen_eigenvectors", None)
    vectors = chosen(symmetric_part(calc, A)) if chosen is not None else None
    if vectors is not None:
        return vectors
    columns = [_eigenvector(calc, A, i) for i in range(square_grid(A, "eigenvectors").rows)]
    return Grid.of(A.rows, A.rows, lambda i, j: columns[j].entries[i])


def total_over_eigenvalues(calc: Any, function: Lambda, A: Grid) -> Any:
    """The sum of f(λ) over all eigenvalues λ of the symmetric part of a matrix.

    Where some are equal, they do not change smoothly one by one, but their sum does, which is the
    trace of f(S).
    """
    ring = calc.ring
    found = getattr(ring, "distinct_eigenvalues", None)
    if not found or not ring.level or len(found(symmetric_part(calc, A))) == A.rows:
        every = (eigenvalue(calc, A, i) for i in range(A.rows))
        return ring.total([calc.apply(function, each) for each in every])
    value = of_eigenvalues(calc, function, A)
    return ring.total([value[i, i] for i in range(A.rows)])


def of_eigenvalues(calc: Any, function: Lambda, A: Grid) -> Grid:
    """f(S) for the symmetric part S of a matrix.

    It is p(S) for the polynomial p that has the values of f, and of as many of its derivatives as
    are asked for, at each of the different eigenvalues.
    """
    ring, symmetric = calc.ring, symmetric_part(calc, A)
    if not hasattr(ring, "distinct_eigenvalues"):  # what is written out is taken at any point
        parts = [projection(calc, symmetric, i) for i in range(A.rows)]
        values = [(calc.apply(function, value), onto) for value, onto in parts]
        return Grid.of(
            *A.shape,
            lambda i, j: ring.total([ring.product((value, onto[i, j])) for value, onto in values]),
        )
    repeats = ring.level + 1
    ((variable,), body) = function.variables, function.expr
    slopes = [Lambda(variable, body.diff(variable, k) / factorial(k)) for k in range(repeats)]
    nodes = [
        (value, [calc.apply(f, value) for f in slopes])
        for value in ring.distinct_eigenvalues(symmetric)
    ]
    places = [node for node in nodes for _ in range(repeats)]
    differences = [slope[0] for _, slope in places]
    coefficients = differences[:1]
    for width in range(1, len(places)):
        differences = [
            right[1][width]
            if left is right
            else (differences[i + 1] - differences[i]) / (right[0] - left[0])
            for i, (left, right) in enumerate(zip(places, places[width:], strict=False))
        ]
        coefficients.append(differences[0])
    zero = ring.number(S.Zero)
    value = Grid.of(*A.shape, lambda i, j: coefficients[-1] if i == j else zero)
    for coefficient, (place, _) in zip(coefficients[-2::-1], places[-2::-1], strict=True):
        shifted = _with_diagonal(ring, symmetric, -place)
        value = _with_diagonal(ring, matrix_product(calc, [value, shifted]), coefficient)
    return value


def _at_end(value: Any) -> Entries:
    """The definition of what belongs to the first or the last eigenvalue."""
    return Entries(lambda calc, node, A: value(calc, A, A.rows - 1 if node.end == "max" else 0))


# --- on arrays -----------------------------------------------------------------------------

_REFINEMENTS = 6
"""How often an eigenvector is improved; of its changes each time one order more is right."""


def _pair(on: Any, node: Any) -> tuple[Any, Any]:
    """The eigenvalue that a node is made of, with its eigenvector."""
    value = on.value(node.arg)
    return eigenpair(on, value, value.shape[-1] - 1 if node.end == "max" else 0)


def eigenpair(on: Any, value: Any, i: int) -> tuple[Any, Any]:
    """The eigenvalue number i of a symmetric matrix with its eigenvector, from approximate ones.

    In a basis of those, with λ at the place i, S has the parts [B, c; cᵀ, d], of which B is nearly
    diagonal and c nearly zero: [x; 1] is an eigenvector where λx = Bx + c and λ = d + cᵀx.
    """
    np, matmul = on.np, on.jets.matmul
    symmetric = (value + value.swapaxes(2, 3)) / 2
    near, basis = np.linalg.eigh(symmetric[0, 0].astype(float))
    sign = -1 if basis[0, i] < 0 else 1
    start, others = on.number(sign * basis[:, i : i + 1]), on.number(np.delete(basis, i, axis=1))
    eigenvalue = d = matmul(start.swapaxes(2, 3), matmul(symmetric, start))
    if len(near) == 1:
        return d, start
    c = matmul(others.swapaxes(2, 3), matmul(symmetric, start))
    B = matmul(others.swapaxes(2, 3), matmul(symmetric, others))
    known = np.delete(near, i)
    inverted = on.jets.reciprocal(on.number(near[i] - known[:, None]))
    B, x = B - on.number(np.diag(known)), np.zeros_like(c)
    for _ in range(_REFINEMENTS):
        moved = eigenvalue - on.number(near[i])
        x = on.jets.times(inverted, c + matmul(B, x) - on.jets.times(moved, x))
        eigenvalue = d + matmul(c.swapaxes(2, 3), x)
    vector = matmul(others, x) + start
    length = on.jets.times(vector, vector).sum(axis=2, keepdims=True)
    return eigenvalue, on.jets.times(on.jets.apply(on.power(-0.5), length), vector)


def _pairs(on: Any, node: Any) -> list[tuple[Any, Any]]:
    value = on.value(node.arg)
    return [eigenpair(on, value, i) for i in range(value.shape[-1])]


def _eigenvalues_on_arrays(on: Any, node: Eigvalsh) -> Any:
    return on.np.concatenate([eigenvalue for eigenvalue, _ in _pairs(on, node)], axis=2)


def _eigenvectors_on_arrays(on: Any, node: Eigvecs) -> Any:
    return on.np.concatenate([vector for _, vector in _pairs(on, node)], axis=3)


def _resolvent_on_arrays(on: Any, node: Any) -> Any:
    np, jets, value = on.np, on.jets, on.value(node.arg)
    eigenvalue, vector = _pair(on, node)
    projection = jets.matmul(vector, vector.swapaxes(2, 3))
    symmetric = (value + value.swapaxes(2, 3)) / 2
    regular = jets.times(eigenvalue, on.number(np.eye(value.shape[-1]))) - symmetric + projection
    # The determinant, which is found on the way, is kept within bounds.
    scale = np.exp(-np.linalg.slogdet(regular[0, 0].astype(float))[1] / value.shape[-1])
    return scale * jets.inverse(scale * regular) - projection


# --- code and text -------------------------------------------------------------------------

_EIGVECS = '''
def eigvecs(S):
    """Eigenvectors of a symmetric matrix in ascending order, the first entry of each positive."""
    V = {lib}.linalg.eigh(S)[1]
    return {lib}.where(V[0] < 0, -V, V)
'''

_EIGVEC = '''
def eigvec_{end}(S):
    """The eigenvector of the {what} eigenvalue of a symmetric matrix."""
    v = {{lib}}.linalg.eigh(S)[1][:, {at}]
    return {{lib}}.where(v[0] < 0, -v, v)
'''

_RESOLVENT = '''
def resolvent_{end}(S):
    """The Moore–Penrose inverse of λI - S, for the {what} eigenvalue λ of a symmetric matrix."""
    w, V = {{lib}}.linalg.eigh(S)
    V, gap = V[:, {others}], w[{at}] - w[{others}]
    return V / gap @ V.T
'''

_ENDS = {
    "max": {"end": "max", "what": "largest", "at": "-1", "others": ":-1"},
    "min": {"end": "min", "what": "smallest", "at": "0", "others": "1:"},
}


def _column_shape(expr: Any, parts: Parts) -> Shape:
    rows, _ = square(expr, parts)  # type: ignore[misc]
    return rows, S.One


tell(
    Eigvalsh,
    text="eigvalsh",
    tex=r"\lambda",
    shape=_column_shape,
    normal=eigvalsh_of,
    entries=Entries(_all_eigenvalues),
    arrays=_eigenvalues_on_arrays,
    code=Call("{lib}.linalg.eigvalsh({0})"),
    numpy=lambda p, node: (
        f"{p._module_format(p._module + '.linalg.eigvalsh')}({p._print(node.arg)})[:, None]"
    ),
    example=Example(lambda w, r, c, d: eigvalsh(_example(w, r)), "column"),
    is_atom=True,
)
tell(
    Eigvecs,
    text="eigvecs",
    tex="V",
    shape=square,
    normal=Eigvecs,
    entries=Entries(_all_eigenvectors),
    arrays=_eigenvectors_on_arrays,
    code=Call(_EIGVECS, matrices=True),
    example=Absent("the differential of eigenvalues brings it in"),
    is_atom=True,
)


def _example(w: Any, size: Any) -> Expr:
    """A matrix that is seen to be symmetric, which one of many operations may not be."""
    matrix = w.matrix(size, size, 0)
    return add(matrix, transpose(matrix))


for _value, _vector, _resolved, _builder in (
    (LambdaMax, EigvecMax, ResolventMax, largest_of),
    (LambdaMin, EigvecMin, ResolventMin, smallest_of),
):
    _end = _value.end
    tell(
        _value,
        text=f"lambda_{_end}",
        tex=rf"\lambda_{{\mathrm{{{_end}}}}}",
        shape=scalar_of_square,
        normal=_builder,
        entries=_at_end(eigenvalue),
        arrays=lambda on, node: _pair(on, node)[0],
        code=Call(f"{{lib}}.linalg.eigvalsh({{0}})[{_ENDS[_end]['at']}]"),
        numpy=lambda p, node: (
            f"{p._module_format(p._module + '.linalg.eigvalsh')}({p._print(node.arg)})"
            f"[{_ENDS[node.end]['at']}]"
        ),
        example=Example(lambda w, d, build=_builder: build(_example(w, w.dimension())), "scalar"),
    )
    tell(
        _vector,
        text=f"eigvec_{_end}",
        tex=rf"v_{{\mathrm{{{_end}}}}}",
        shape=_column_shape,
        normal=_vector,
        entries=_at_end(_eigenvector),
        arrays=lambda on, node: _pair(on, node)[1],
        code=Call(_EIGVEC.format(**_ENDS[_end])),
        example=Absent("the differential of an eigenvalue brings it in"),
        is_atom=True,
    )
    tell(
        _resolved,
        text=lambda p, node: p.call("pinv", _gap(node)),
        tex=lambda p, node: (
            p.parenthesized(f"{p._print(_eigenvalue_of(node))} I - {p.factor(node.arg)}") + "^{+}"
        ),
        shape=square,
        normal=_resolved,
        entries=_at_end(_resolvent),
        arrays=_resolvent_on_arrays,
        code=Call(_RESOLVENT.format(**_ENDS[_end]), matrices=True),
        example=Absent("the differential of an eigenvector brings it in"),
        transposed=lambda node: node,
    )


def _gap(node: Any) -> Expr:
    """λI - S, of which it is the Moore–Penrose inverse."""
    unit = identity(node.arg.shape[0])
    return add(mul(_eigenvalue_of(node), unit), mul(S.NegativeOne, node.arg))


def _eigenvalue_of(node: Any) -> Expr:
    return LambdaMax(node.arg) if node.end == "max" else LambdaMin(node.arg)
