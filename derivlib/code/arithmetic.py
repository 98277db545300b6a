"""Sums and products of scalars and arrays, with signs, numbers and divisors gathered."""

from __future__ import annotations

from collections.abc import Sequence

from sympy import Expr, S

from derivlib.code.ir import Array, Operation, Program

__all__ = ["Arithmetic", "broadcast"]


class Arithmetic:
    """Calculates with arrays that broadcast to one shape.

    :param program: the program that the operations are written into.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self.one = program.number(S.One)

    def times_scalar(self, scalar: Array, array: Array) -> Array:
        """Multiply an array by a scalar; by one nothing is done."""
        return self.combine("multiply", [scalar, array])

    def combine(self, kind: str, arrays: Sequence[Array]) -> Array:
        """Add or multiply arrays; numbers are gathered."""
        return self._sum(arrays) if kind == "add" else self._product(arrays)

    def negated(self, array: Array) -> Array:
        """An array with its sign changed."""
        return self.combine("multiply", [self.program.number(S.NegativeOne), array])

    def divided(self, above: Array, below: Array) -> Array:
        """One array over another."""
        return self.combine("multiply", [above, self._reciprocal(below)])

    def _reciprocal(self, array: Array) -> Array:
        known = self.program.value_of(array)
        if known is not None:
            return self.program.number(1 / known)
        return self.program.add("divide", self.one, array, shape=array.shape)

    # --- products -------------------------------------------------------------------------

    def without_number(self, array: Array) -> tuple[Expr, Array]:
        """Take the number out that an array was multiplied with, unless the product has a name."""
        operation = self._operation(array)
        if operation.name is None:
            if operation.kind == "negate":
                return S.NegativeOne, Array(operation.arguments[0], array.shape)
            if operation.kind == "multiply":
                number, rest = self._arguments(array)
                known = self.program.value_of(number)
                if known is not None:
                    return known, rest
        return S.One, array

    def _operation(self, array: Array) -> Operation:
        return self.program.operations[array.place]

    def _product(self, arrays: Sequence[Array]) -> Array:
        number, above, below = S.One, [], []
        for factor in arrays:
            known, array = self.without_number(factor)
            number *= known
            operation = self._operation(array)
            value = self.program.value_of(array)
            if value is not None:
                number *= value
            elif operation.kind == "divide" and operation.name is None:
                top, bottom = self._arguments(array)
                value = self.program.value_of(top)
                if value is not None or top.ndim == bottom.ndim == 0:
                    number *= S.One if value is None else value
                    above += [] if value is not None else [top]
                    below.append(bottom)
                else:
                    above.append(array)
            else:
                above.append(array)
        return self._quotient(number, above, below)

    def _quotient(self, number: Expr, above: list[Array], below: list[Array]) -> Array:
        """A number times some arrays over others; what is scalar is multiplied first."""
        sign = S.NegativeOne if number is S.NegativeOne else S.One
        scalar = self._fraction(
            number * sign,
            [a for a in above if a.ndim == 0],
            [a for a in below if a.ndim == 0],
        )
        top = sorted((a for a in above if a.ndim), key=lambda a: a.ndim)
        bottom = [a for a in below if a.ndim]
        if not bottom and not top:
            result = scalar
        elif not top:
            result = self._pair("divide", scalar, self._chain("multiply", bottom))
        else:
            array = self._chain("multiply", top)
            if bottom:
                array = self._pair("divide", array, self._chain("multiply", bottom))
            result = self._scaled(scalar, array)
        if sign is S.One:
            return result
        return self.program.add("negate", result, shape=result.shape)

    def _fraction(self, number: Expr, above: list[Array], below: list[Array]) -> Array:
        if not above and not below:
            return self.program.number(number)
        top = self._chain("multiply", above) if above else self.program.number(number)
        if above and number is not S.One:
            top = self.program.add("multiply", self.program.number(number), top)
        if not below:
            return top
        return self._pair("divide", top, self._chain("multiply", below))

    def _scaled(self, scalar: Array, array: Array) -> Array:
        """A scalar times an array; a reciprocal divides."""
        if self.program.value_of(scalar) is S.One:
            return array
        operation = self._operation(scalar)
        if operation.kind == "divide" and operation.arguments[0] == self.one.place:
            return self._pair("divide", array, Array(operation.arguments[1]))
        return self._pair("multiply", scalar, array)

    def _chain(self, kind: str, arrays: Sequence[Array]) -> Array:
        first, *others = arrays
        for array in others:
            first = self._pair(kind, first, array)
        return first

    def _pair(self, kind: str, left: Array, right: Array) -> Array:
        return self.program.add(kind, left, right, shape=broadcast(left.shape, right.shape))

    # --- sums -----------------------------------------------------------------------------

    def _sum(self, arrays: Sequence[Array]) -> Array:
        number = sum(
            (v for a in arrays if (v := self.program.value_of(a)) is not None), start=S.Zero
        )
        added: list[Array] = []
        taken: list[Array] = []
        for array in arrays:
            if self.program.value_of(array) is None:
                positive = self._without_sign(array)
                (added if positive is None else taken).append(positive or array)
        if not added and not taken:
            return self.program.number(number)
        if number is S.Zero and (factored := self._factored(added, taken)) is not None:
            return factored
        if not added and number.is_nonpositive:
            return self.negated(self._sum([*taken, self.program.number(-number)]))
        if not added:
            return self._chain("subtract", [self.program.number(number), *taken])
        total = self._chain("subtract", [self._chain("add", added), *taken])
        if number is S.Zero:
            return total
        if number.is_negative:
            return self._pair("subtract", total, self.program.number(-number))
        return self._pair("add", total, self.program.number(number))

    def _without_sign(self, array: Array) -> Array | None:
        """An array with its sign changed, if it begins with a minus."""
        number, rest = self.without_number(array)
        if not number.is_negative:
            return None
        if number is S.NegativeOne:
            return rest
        return self.program.add("multiply", self.program.number(-number), rest, shape=array.shape)

    def _factored(self, added: list[Array], taken: list[Array]) -> Array | None:
        """Two products of the same array with others, as the array times a sum."""
        both = [*added, *taken]
        if len(both) != 2 or any(self._operation(array).kind != "multiply" for array in both):
            return None
        (first, second) = (self._arguments(array) for array in both)
        for common in first:
            if common in second and common.shape == both[0].shape == both[1].shape:
                rest = [_other(pair, common) for pair in (first, second)]
                if not added:
                    return self.negated(self.combine("multiply", [common, self._sum(rest)]))
                if taken:
                    rest[1] = self.negated(rest[1])
                return self.combine("multiply", [common, self._sum(rest)])
        return None

    def _arguments(self, array: Array) -> tuple[Array, ...]:
        operations = self.program.operations
        return tuple(Array(i, operations[i].shape) for i in self._operation(array).arguments)


def _other(pair: tuple[Array, ...], one: Array) -> Array:
    return pair[1] if pair[0] == one else pair[0]


def broadcast(left: tuple[Expr, ...], right: tuple[Expr, ...]) -> tuple[Expr, ...]:
    """The shape that two shapes broadcast to."""
    if len(left) == len(right) == 2:
        return tuple(b if a is S.One else a for a, b in zip(left, right, strict=True))
    if {len(left), len(right)} == {1, 2}:
        vector, matrix = (left, right) if len(left) == 1 else (right, left)
        cols = vector[0] if matrix[1] is S.One else matrix[1]
        return matrix[0], cols
    return left if len(left) >= len(right) else right
