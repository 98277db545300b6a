"""Sums and products of scalars and arrays, with signs, numbers and divisors gathered."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence

from sympy import Expr, S

from derivlib.code.ir import Array, Operation, Program


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
        number = S.One
        while self._operation(array).name is None:
            operation = self._operation(array)
            if operation.kind == "negate":
                number, array = -number, Array(operation.arguments[0], array.shape)
                continue
            known = None
            if operation.kind in ("multiply", "divide"):
                factor, rest = self._arguments(array)
                if operation.kind == "divide":
                    factor, rest = rest, factor
                known = self.program.value_of(factor)
            if known is None:
                break
            number, array = number * (known if operation.kind == "multiply" else 1 / known), rest
        return number, array

    def _operation(self, array: Array) -> Operation:
        return self.program.operations[array.place]

    def _product(self, arrays: Sequence[Array]) -> Array:
        number, above, below = S.One, [], []
        wide = any(array.ndim == 2 and array.shape[1] is not S.One for array in arrays)
        for factor in arrays:
            known, array = self.without_number(factor)
            number *= known
            value = self.program.value_of(array)
            top, bottom = self._parts(array, wide=wide)
            if value is not None:
                number *= value
            elif bottom is None:
                above.append(array)
            else:
                below.append(bottom)
                value = self.program.value_of(top)
                number *= S.One if value is None else value
                above += [] if value is not None else [top]
        return self._quotient(number, above, below)

    def _parts(self, array: Array, *, wide: bool) -> tuple[Array, Array | None]:
        """What is above and below in a fraction of scalars, or of a number and an array.

        :param wide: whether a column is such a fraction too, if its vector is.
        """
        operation = self._operation(array)
        if operation.name is not None:
            return array, None
        if operation.kind == "divide":
            top, bottom = self._arguments(array)
            if self.program.value_of(top) is not None or top.ndim == bottom.ndim == 0:
                return top, bottom
        if operation.kind == "column" and wide:
            top, below = self._parts(*self._arguments(array), wide=False)
            if below is not None:
                return top, self.column(below)
        return array, None

    def column(self, vector: Array) -> Array:
        """A vector as an array that broadcasts along rows; a minus stays outside."""
        shape = (vector.shape[0], S.One)
        if self._operation(vector).kind == "negate":
            (positive,) = self._arguments(vector)
            return self.negated(self.program.add("column", positive, shape=shape))
        return self.program.add("column", vector, shape=shape)

    def _quotient(self, number: Expr, above: list[Array], below: list[Array]) -> Array:
        """A number times some arrays over others; what is scalar is multiplied first."""
        sign = S.NegativeOne if number.is_negative and (above or below) else S.One
        scalar = self._fraction(
            number * sign,
            [a for a in above if a.ndim == 0],
            [a for a in below if a.ndim == 0],
        )
        top = sorted((a for a in above if a.ndim), key=_width)
        bottom = [a for a in below if a.ndim]
        if not bottom and not top:
            result = scalar
        elif not top:
            result = self._pair("divide", scalar, self._chain("multiply", bottom))
        else:
            if _width(top[0]) < _width(top[-1]):  # what is small is scaled
                top[0], scalar = self._scaled(scalar, top[0]), self.one
            array = self._chain("multiply", top)
            if bottom:
                array = self._pair("divide", array, self._chain("multiply", bottom))
            result = self._scaled(scalar, array)
        if sign is S.One:
            return result
        return self.program.add("negate", result, shape=result.shape)

    def _fraction(self, number: Expr, above: list[Array], below: list[Array]) -> Array:
        if number is S.Zero or not (above or below):
            return self.program.number(number)
        if above and number.is_Pow and number.exp.is_negative:
            number, below = S.One, [*below, self.program.number(1 / number)]
        top = self._chain("multiply", above) if above else self.program.number(number)
        if above and number is not S.One:
            top = self.program.add("multiply", self.program.number(number), top)
        if not below:
            return top
        return self._pair("divide", top, self._chain("multiply", below))

    def _scaled(self, scalar: Array, array: Array) -> Array:
        """A scalar times an array; a reciprocal divides."""
        known = self.program.value_of(scalar)
        if known is S.One:
            return array
        if known is not None and known.is_Pow and known.exp.is_negative:
            return self._pair("divide", array, self.program.number(1 / known))
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
        arrays = self._collected(arrays)
        number = sum(
            (v for a in arrays if (v := self.program.value_of(a)) is not None), start=S.Zero
        )
        rest = [array for array in arrays if self.program.value_of(array) is None]
        added = [array for array in rest if self._operation(array).kind != "negate"]
        taken = [self._arguments(a)[0] for a in rest if self._operation(a).kind == "negate"]
        if not rest:
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

    def _collected(self, arrays: Sequence[Array]) -> Sequence[Array]:
        """Arrays of which no two are multiples of the same."""
        parts = [self.without_number(array) for array in arrays]
        if len({array for _, array in parts}) == len(parts):
            return arrays
        totals: dict[Array, Expr] = {}
        for number, array in parts:
            totals[array] = totals.get(array, S.Zero) + number
        left = {array: number for array, number in totals.items() if number is not S.Zero}
        if self._shape(left) != self._shape(totals):  # a zero of a shape of its own
            left = totals
        return [self.combine("multiply", [self.program.number(number), array])
                for array, number in left.items()]  # fmt: skip

    @staticmethod
    def _shape(arrays: Iterable[Array]) -> tuple[Expr, ...]:
        return functools.reduce(broadcast, (array.shape for array in arrays), ())

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


def _width(array: Array) -> int:
    """How large an array is beside those it broadcasts with: a column is smaller than a matrix."""
    return array.ndim + (array.ndim == 2 and array.shape[1] is not S.One)


def broadcast(left: tuple[Expr, ...], right: tuple[Expr, ...]) -> tuple[Expr, ...]:
    """The shape that two shapes broadcast to."""
    if len(left) == len(right) == 2:
        return tuple(b if a is S.One else a for a, b in zip(left, right, strict=True))
    if {len(left), len(right)} == {1, 2}:
        vector, matrix = (left, right) if len(left) == 1 else (right, left)
        cols = vector[0] if matrix[1] is S.One else matrix[1]
        return matrix[0], cols
    return left if len(left) >= len(right) else right
