"""Matrices whose entries are those of others in another order, or are written one by one."""

from __future__ import annotations

from typing import Any

from sympy import BlockDiagMatrix, BlockMatrix, Expr, Identity, S
from sympy.matrices.matrixbase import MatrixBase

from derivlib.code.form_algebra import Algebra
from derivlib.code.forms import (
    Diag,
    Eye,
    Form,
    Full,
    Ones,
    Permuted,
    Zero,
    array_shape,
    is_vector,
    shape_of,
)
from derivlib.code.ir import Array, Program
from derivlib.nodes import BasisMatrix, Commutation, SingleEntry, Tril

__all__ = ["Rearranged"]


class Rearranged:
    """Writes such matrices into a program."""

    program: Program
    algebra: Algebra

    def scalar(self, expr: Expr) -> Array:
        """The value of a scalar expression."""
        raise NotImplementedError

    def matrix(self, expr: Expr) -> Form:
        """The form of a matrix expression."""
        raise NotImplementedError

    def _full(self, expr: Expr, kind: str, *arguments: Array, extra: Any = None) -> Form:
        rows, cols = shape_of(expr)
        array = self.program.add(kind, *arguments, shape=array_shape(rows, cols), extra=extra)
        return Full(rows, cols, array)

    def _identity(self, expr: Expr) -> Form:
        kind = Ones if shape_of(expr)[0] is S.One else Eye
        return kind(*shape_of(expr), self.algebra.one)

    def _vec(self, expr: Expr) -> Form:
        form = self.matrix(expr.args[0])
        if isinstance(form, Zero | Ones):
            return self._alike(form, expr)
        if is_vector(form):
            return Full(*shape_of(expr), self.algebra.full(form))
        return self._full(expr, "vec", self.algebra.matrix(form))

    @staticmethod
    def _alike(form: Zero | Ones, expr: Expr) -> Form:
        """The same number everywhere, in another shape."""
        rows, cols = shape_of(expr)
        return Zero(rows, cols) if isinstance(form, Zero) else Ones(rows, cols, form.scalar)

    def _unvec(self, expr: Expr) -> Form:
        form = self.matrix(expr.args[0])
        if isinstance(form, Zero | Ones):
            return self._alike(form, expr)
        array = self.algebra.full(form)
        if len(array_shape(*shape_of(expr))) < 2:
            return Full(*shape_of(expr), array)
        return self._full(expr, "unvec", array, extra=shape_of(expr))

    def _softmax(self, expr: Expr) -> Form:
        array = self.algebra.full(self.matrix(expr.args[0]))
        if array.ndim == 0:
            return Ones(*shape_of(expr), self.algebra.one)
        return self._full(expr, "softmax", array)

    def _triangle(self, expr: Expr) -> Form:
        form = self.matrix(expr.args[0])
        if isinstance(form, Diag | Eye | Zero) or is_vector(form):
            return form
        kind = "tril" if isinstance(expr, Tril) else "triu"
        return self._full(expr, kind, self.algebra.full(form))

    def _diagonal_sums(self, expr: Expr) -> Form:
        form = self.matrix(expr.args[0])
        if is_vector(form):
            return form
        return self._full(expr, "diagonal_sums", self.algebra.full(form))

    def _commutation(self, expr: Commutation) -> Form:
        rows, cols = expr.of_shape
        if S.One in (rows, cols):
            return self._identity(Identity(rows * cols))
        return Permuted(*shape_of(expr), (rows, cols))

    def _basis(self, expr: BasisMatrix) -> Form:
        return self._full(expr, "basis", extra=(expr.structure, expr.size))

    def _single_entry(self, expr: SingleEntry) -> Form:
        if len(array_shape(*shape_of(expr))) == 0:
            return Ones(*shape_of(expr), self.algebra.one)
        index = tuple(
            place
            for place, size in zip(expr.position, shape_of(expr), strict=True)
            if size is not S.One
        )
        return self._full(expr, "single_entry", extra=index)

    def _explicit(self, expr: MatrixBase) -> Form:
        entries = [self.scalar(entry) for entry in expr.flat()]
        if len(entries) == 1:
            return Full(S.One, S.One, entries[0])
        return self._full(expr, "explicit", *entries, extra=shape_of(expr))

    def _blocks(self, expr: BlockMatrix) -> Form:
        if isinstance(expr, BlockDiagMatrix):
            diagonal = expr.diag
            arrays = [self.algebra.matrix(self.matrix(block)) for block in diagonal]
            return self._full(expr, "block_diagonal", *arrays)
        rows, cols = expr.blocks.shape
        arrays = [self.algebra.matrix(self.matrix(block)) for block in expr.blocks.flat()]
        return self._full(expr, "block", *arrays, extra=(rows, cols, shape_of(expr)))
