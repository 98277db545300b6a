"""Adjoints and conjugates put back for the letters that stand for them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sympy import (
    Abs,
    Adjoint,
    Basic,
    DiagMatrix,
    Expr,
    I,
    MatAdd,
    MatMul,
    Mul,
    Pow,
    S,
    Symbol,
    Trace,
    Transpose,
    conjugate,
)
from sympy.matrices.matrixbase import MatrixBase

from derivlib.expressions.construction import mul, split_coefficient, transpose
from derivlib.expressions.problem import letters_in
from derivlib.expressions.substitution import substitute
from derivlib.expressions.text import text
from derivlib.nodes import FormalNode, Norm, Vec, d
from derivlib.nodes.differentials import DifferentialNode, MatrixDifferential


class Originals:
    """SymPy's adjoints and conjugates for the letters that stand for them.

    :param letters: for each such letter what it is the conjugate of.
    :param hermitian: the matrices whose conjugate is their transpose.
    :param real: the matrices that are their own conjugate.
    """

    def __init__(
        self,
        letters: Mapping[Expr, Expr],
        hermitian: Collection[Expr] = (),
        real: Collection[Expr] = (),
    ) -> None:
        self.letters, self._real = letters, real
        exchanged = {symbol: letter for letter, symbol in letters.items()}
        transposed = {matrix: transpose(matrix) for matrix in hermitian}
        self._exchanged = {**letters, **exchanged, **transposed}
        self._known: dict[Expr, Any] = {}
        self._norms: dict[Expr, Expr] = {}

    def learn(self, expr: Expr) -> None:
        """Write the tr(AᴴA) as ‖A‖² of which an expression over letters has a root."""
        for power in expr.atoms(Pow):
            if isinstance(power.base, Trace) and (2 * power.exp).is_odd:
                found = self._square_root(power.base)
                if found is not None:
                    self._norms[power.base] = Norm(self(found))

    def with_values(self, expr: Expr, values: Mapping[Expr, Expr]) -> Any:
        """Write an expression, in which names stand for values made of the same letters.

        :param values: each name with its value, after those that it uses.
        """
        for name, value in values.items():
            self._known[name] = self._written(value)
        return self(expr)

    def __call__(self, node: Any) -> Any:
        """Write an expression with them, and with norms and absolute values where it has some."""
        if node not in self._known:
            self._known[node] = self._written(node)
        return self._known[node]

    def _written(self, node: Any) -> Any:
        if node in self.letters:
            return _conjugate(self.letters[node])
        if node in self._norms:
            return Pow(self._norms[node], 2)
        if isinstance(node, MatrixBase):
            return node.applyfunc(self)
        is_name = isinstance(node, FormalNode) or (
            isinstance(node, DifferentialNode) and node.of in self.letters
        )
        if not isinstance(node, Basic) or not node.args or is_name:
            return node
        found = self._rewritten(node)
        return self._with_parts(node) if found is None else found

    def _rewritten(self, node: Any) -> Any:
        """What is written otherwise than with its parts written, if it is."""
        if isinstance(node, Transpose):
            return self._transposed(node.arg)
        if isinstance(node, MatAdd | Vec) and self._is_conjugate(node):
            return _conjugate(self(self._conjugated(node)))
        if isinstance(node, Pow):
            return self._root(node)
        if isinstance(node, Mul | MatMul):
            return self._product(node)
        if isinstance(node, Trace) and isinstance(node.arg, MatMul):
            turned = Basic.__new__(Trace, transpose(node.arg))
            return min(self._with_parts(node), self._with_parts(turned), key=_length)
        return None

    def _with_parts(self, node: Any) -> Any:
        args = tuple(map(self, node.args))
        if args == node.args:
            return node
        is_scalar = node.is_Add or node.is_Mul or node.is_Pow or not isinstance(node, Expr)
        if is_scalar or isinstance(node, DiagMatrix):  # which keeps its shape beside its arguments
            return node.func(*args)
        return Basic.__new__(type(node), *args)

    def _transposed(self, matrix: Any) -> Expr | None:
        """The adjoint for the transpose of a conjugate."""
        if matrix in self.letters:
            return Adjoint(self.letters[matrix])
        if isinstance(matrix, MatrixDifferential):
            is_conjugate = self._is_conjugate(matrix.of)
            return Adjoint(d(self(self._conjugated(matrix.of)))) if is_conjugate else None
        if isinstance(matrix, MatAdd | Vec) and self._is_conjugate(matrix):
            return Adjoint(self(self._conjugated(matrix)))
        if isinstance(matrix, MatAdd) and not letters_in(matrix).isdisjoint(self.letters):
            return Basic.__new__(MatAdd, *map(self, map(transpose, matrix.args)))
        return None

    # --- products -------------------------------------------------------------------------

    def _product(self, product: Expr) -> Expr | None:
        """A product with |z|² for z z̄, or one bar over it where all its factors have one."""
        coefficient, rest = split_coefficient(product)
        factors = MatMul.make_args(rest)
        if len(factors) > 1 and all(factor in self.letters for factor in factors):
            whole = _conjugate(mul(*(self.letters[factor] for factor in factors)))
            is_alone = coefficient is S.One
            return whole if is_alone else Basic.__new__(MatMul, self(coefficient), whole)
        scalars, moduli = self._moduli([each for each in product.args if not each.is_Matrix])
        parts = [each.primitive() if each.is_Add else (S.One, each) for each in scalars]
        content = Mul(*(number for number, _ in parts))
        if not moduli and (content is S.One or len(parts) == 1):
            return None
        scalar = Mul(content, *(self(part) for _, part in parts), *moduli)
        matrices = [self(each) for each in product.args if each.is_Matrix]
        return Basic.__new__(MatMul, scalar, *matrices) if matrices else scalar

    def _moduli(self, scalars: list[Expr]) -> tuple[list[Expr], list[Expr]]:
        """The squares of absolute values among factors, after what is left of these."""
        powers = Mul(*scalars).as_powers_dict()
        moduli: list[Expr] = []
        for base in sorted(filter(self._is_complex, powers), key=str):
            other = self._conjugated(base)
            times = [S(powers.get(each, 0)) for each in (base, other)]
            if other != base and times[0].is_integer and times[0] * times[1] > 0:
                taken = min(times, key=abs)
                powers[base], powers[other] = times[0] - taken, times[1] - taken
                modulus = min(self(base), self(other), key=_length)
                moduli.append(Pow(Basic.__new__(Abs, modulus), 2 * taken))
        return [Pow(base, power) for base, power in powers.items() if power != 0], moduli

    def _root(self, node: Any) -> Expr | None:
        """A root of z z̄ as a power of |z|, one of tr(AᴴA) as a power of ‖A‖; of others nothing."""
        exponent = 2 * node.exp
        if not exponent.is_odd or not self._has_conjugate(node.base):
            return None
        if isinstance(node.base, Trace):
            found = self._square_root(node.base)
            return None if found is None else Pow(Norm(self(found)), exponent)
        factors = list(Mul.make_args(node.base))
        halves = []
        while factors:
            half = factors.pop()
            if (other := self._conjugated(half)) not in factors:
                return None
            factors.remove(other)
            halves.append(min(half, other, key=_length))
        return Pow(Abs(self(Mul(*halves))), exponent)

    def _square_root(self, square: Trace) -> Expr | None:
        """A matrix whose adjoint times itself is the product in a trace, or its reverse."""
        factors = MatMul.make_args(square.arg)
        for i in range(1, len(factors) if self._has_conjugate(square) else 1):
            left, right = mul(*factors[:i]), mul(*factors[i:])
            if transpose(self._conjugated(right)) == left:
                return min(left, right, transpose(left), transpose(right), key=_length)
        return None

    # --- conjugates -----------------------------------------------------------------------

    def _conjugated(self, expr: Expr) -> Expr:
        """The conjugate of an expression that has one."""
        return substitute(expr, self._exchanged)

    def _has_conjugate(self, expr: Expr) -> bool:
        """Return whether the conjugate of an expression is that of its letters.

        Of a name that stands for something else none is known.
        """
        return not expr.has(I) and all(
            letter in self._exchanged or self._is_real(letter) for letter in letters_in(expr)
        )

    def _is_complex(self, scalar: Any) -> bool:
        """Return whether a scalar is a letter or a trace with conjugates that are known."""
        has_letters = not letters_in(scalar).isdisjoint(self.letters)
        return isinstance(scalar, Trace | Symbol) and has_letters and self._has_conjugate(scalar)

    def _is_conjugate(self, node: Any) -> bool:
        """Return whether an expression is made of conjugates, and of real letters, alone."""
        letters = letters_in(node)
        others = letters.difference(self.letters)
        return len(others) < len(letters) and not node.has(I) and all(map(self._is_real, others))

    def _is_real(self, letter: Any) -> bool:
        return letter in self._real or (not letter.is_Matrix and letter.is_real is True)


def _conjugate(expr: Expr) -> Expr:
    return Adjoint(Transpose(expr)) if expr.is_Matrix else conjugate(expr)


def _length(expr: Expr) -> int:
    return len(text(expr))
