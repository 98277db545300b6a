"""Products with a diagonal matrix between two Kronecker products: one small product a block."""

from __future__ import annotations

from collections.abc import Sequence

from sympy import Expr

from derivlib.code.form_algebra import Algebra
from derivlib.code.forms import Diag, Eye, Form, Full, Kron, KronDiag, Permuted
from derivlib.code.ir import Array


def stacked(algebra: Algebra, forms: Sequence[Form]) -> list[Form]:
    """Write (I ⊗ A) Diag(v) (I ⊗ B) and (A ⊗ I) Diag(v) (B ⊗ I) block by block.

    :param forms: the factors of a product; others stay as they are.
    """
    result: list[Form] = []
    for form in _commuted(forms):
        result.append(form)
        if len(result) > 2 and (found := _blocks(algebra, *result[-3:])) is not None:
            result[-3:] = [found]
    match result:
        case [Kron() as kron, Diag(vector=vector)] if isinstance(kron.left, Eye) or isinstance(
            kron.right, Eye
        ):
            return [KronDiag(*kron.shape, kron, vector)]
    return result


def _commuted(forms: Sequence[Form]) -> list[Form]:
    """The factors with commutation matrices to the left of Kronecker products, or at the end.

    (A ⊗ B) K is K (B ⊗ A), Magnus and Neudecker (2019), chapter 3, theorem 9.
    """
    result: list[Form] = []
    for form in forms:
        if isinstance(form, KronDiag):
            result += [form.kron, Diag(form.cols, form.cols, form.vector)]
        else:
            result.append(form)
    for i in range(1, len(result) - 1):
        j = i
        while j and isinstance(k := result[j], Permuted) and isinstance(a := result[j - 1], Kron):
            result[j - 1 : j + 1] = _swapped(a, k)
            j -= 1
    return result


def _swapped(kron: Kron, permuted: Permuted) -> list[Form]:
    a, b = kron.left, kron.right
    if permuted.of != (a.cols, b.cols):
        return [kron, permuted]
    rows = kron.rows
    return [Permuted(rows, rows, (a.rows, b.rows)), Kron(*kron.shape, b, a)]


def _blocks(algebra: Algebra, left: Form, middle: Form, right: Form) -> Form | None:
    if not (isinstance(left, Kron) and isinstance(middle, Diag) and isinstance(right, Kron)):
        return None
    first = isinstance(left.left, Eye) and isinstance(right.left, Eye)
    eye, factor = (left.left, left.right) if first else (left.right, left.left)
    other_eye, other = (right.left, right.right) if first else (right.right, right.left)
    if not (isinstance(eye, Eye) and isinstance(other_eye, Eye) and eye.rows == other_eye.rows):
        return None
    diagonals = _diagonals(algebra, middle.vector, eye.rows, factor.cols, first=first)
    stack = algebra.program.add(
        "stack",
        algebra.matrix(factor),
        diagonals,
        algebra.matrix(other),
        shape=(eye.rows, factor.rows, other.cols),
    )
    kind = "stack_blocks" if first else "stack_spread"
    shape = (left.rows, right.cols)
    array = algebra.program.add(kind, stack, shape=shape, extra=eye.rows)
    scalar = algebra.combine("multiply", [eye.scalar, other_eye.scalar])
    return algebra.scaled(scalar, Full(*shape, array))


def _diagonals(algebra: Algebra, vector: Array, count: Expr, length: Expr, *, first: bool) -> Array:
    """The diagonals that belong to the blocks, one in each row."""
    number, plain = algebra.without_number(vector)
    operation = algebra.program.operations[plain.place]
    inner = (length, count) if first else (count, length)
    if operation.kind == "vec":
        array = Array(operation.arguments[0], inner)
    else:
        array = algebra.program.add("unvec", plain, shape=inner, extra=inner)
    array = algebra.transposed_array(array) if first else array
    return algebra.times_scalar(algebra.program.number(number), array)
