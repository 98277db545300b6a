"""Exponentials whose scale cancels, which are calculated without overflow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sympy import S

from derivlib.code.ir import Array, Operation, Program

_WHOLE = -1
"""The axis of a scale that is the same for all entries."""

_LINEAR = (
    "kron", "stack", "blocks", "spread", "stack_blocks", "stack_spread", "vec", "unvec",
    "as_matrix", "diagonal_matrix", "diagonal", "trace", "tril", "triu", "rows", "cols", "fill",
    "entry", "permute_rows", "permute_cols",
)  # fmt: skip
"""What is linear in each argument."""


def stabilise(program: Program, outputs: Sequence[Array]) -> list[Array]:
    """Take the largest entry off the argument of exponentials, line by line, where it cancels.

    As in softmax: exp(z) / sum(exp(z)) is the same for z minus a number. Whether the scale of a
    line cancels is found by degrees: if row i of an exponential is multiplied by cᵢ, row i of
    each result is multiplied by a power of cᵢ, and outputs have to be of degree 0. Outputs of
    which some are not have an exponential each.

    :param program: the program; such exponentials are put into it.
    :returns: the results.
    """
    operations, results = program.operations, list(outputs)
    for place in program.needed(outputs):
        operation = operations[place]
        if operation.kind == "call" and operation.extra == "exp" and operation.shape:
            for axis in (0, 1) if len(operation.shape) == 2 else (_WHOLE,):
                needed = {output: program.needed([output]) for output in results}
                cancelling = [output for output, of in needed.items() if place in of
                              and _cancels(operations, of, place, axis, output)]  # fmt: skip
                scaled = replace(operation, kind="scaled_exp", extra=0 if axis else 1)
                copies = {place: len(operations)} if cancelling else {}
                operations.extend([scaled] if cancelling else [])
                for output in cancelling:
                    _copy(operations, needed[output], copies)
                results = [Array(copies.get(r.place, r.place), r.shape) if r in cancelling else r
                           for r in results]  # fmt: skip
                if cancelling:
                    break
    return results


def _copy(operations: list[Operation], needed: Sequence[int], copies: dict[int, int]) -> None:
    """Repeat what is calculated from something with what was put in its place."""
    for place in needed:
        operation = operations[place]
        if place not in copies and any(i in copies for i in operation.arguments):
            copies[place] = len(operations)
            arguments = tuple(copies.get(i, i) for i in operation.arguments)
            operations.append(replace(operation, arguments=arguments))


class _NoDegreeError(Exception):
    """A result is not multiplied by a power of the scale."""


def _cancels(
    operations: Sequence[Operation],
    needed: Sequence[int],
    exponential: int,
    axis: int,
    output: Array,
) -> bool:
    degrees: dict[int, tuple[int, int]] = {exponential: (1, axis)}
    try:
        for place in needed:
            operation = operations[place]
            if place != exponential and any(i in degrees for i in operation.arguments):
                power, along = _Degree(operations, operation, degrees).found()
                if power:
                    degrees[place] = power, along
    except _NoDegreeError:
        return False
    return output.place not in degrees


class _Degree:
    """The power of the scale in a result, and the axis along which the scales lie."""

    def __init__(
        self,
        operations: Sequence[Operation],
        operation: Operation,
        degrees: dict[int, tuple[int, int]],
    ) -> None:
        self.operation = operation
        self.shapes = [operations[i].shape for i in operation.arguments]
        self.degrees = [degrees.get(i) for i in operation.arguments]
        self.values = [operations[i].extra for i in operation.arguments]

    def found(self) -> tuple[int, int]:
        """The power and the axis."""
        kind = self.operation.kind
        if kind in ("add", "subtract", "multiply", "divide"):
            return self._entrywise(kind)
        if kind in ("matmul", "dot", "outer"):
            return self._product(kind)
        if kind in _LINEAR and all(d is None or d[1] == _WHOLE for d in self.degrees):
            return sum(degree[0] for degree in self.degrees if degree), _WHOLE
        if kind == "add_diagonal" and self.degrees[0] == self.degrees[1]:
            power, axis = self.degrees[0] or (0, _WHOLE)
            if axis == _WHOLE:
                return power, axis
        power, axis = self.degrees[0] or (0, _WHOLE)
        if kind in ("negate", "column", "flat") and (kind != "flat" or axis <= 0):
            return power, axis
        if kind == "transpose":
            return power, axis if axis == _WHOLE else 1 - axis
        if kind == "sum" and axis == _WHOLE:
            return power, axis
        if kind == "sum_axis" and axis in (_WHOLE, 1 - self.operation.extra):
            return power, min(axis, 0)
        if kind == "power" and self.degrees[1] is None and self._is_whole(self.values[1]):
            return power * int(self.values[1]), axis
        raise _NoDegreeError

    @staticmethod
    def _is_whole(value: Any) -> bool:
        return bool(getattr(value, "is_Integer", False))

    def _entrywise(self, kind: str) -> tuple[int, int]:
        found = [self._aligned(i) for i in (0, 1)]
        axes = {axis for power, axis in found if power}
        if len(axes) > 1:
            raise _NoDegreeError
        (left, _), (right, _) = found
        if kind in ("add", "subtract") and left != right:
            raise _NoDegreeError
        power = {"multiply": left + right, "divide": left - right}.get(kind, left)
        return power, axes.pop()

    def _aligned(self, i: int) -> tuple[int, int]:
        """The degree of an operand, along the axis of the result."""
        degree, shape = self.degrees[i], self.shapes[i]
        if degree is None or degree[1] == _WHOLE:
            return degree or (0, _WHOLE)
        if len(shape) < len(self.operation.shape):
            return degree[0], 1
        if shape[degree[1]] is S.One and self.operation.shape[degree[1]] is not S.One:
            raise _NoDegreeError
        return degree

    def _product(self, kind: str) -> tuple[int, int]:
        (left, along), (right, other) = (degree or (0, _WHOLE) for degree in self.degrees)
        if all(axis == _WHOLE for power, axis in ((left, along), (right, other)) if power):
            return left + right, _WHOLE
        if kind == "outer":
            if left and right:
                raise _NoDegreeError
            return (left, 0) if left else (right, 1)
        inner_left = left and (along == 1 or len(self.shapes[0]) == 1)
        inner_right = right and other == 0
        if inner_left or inner_right:  # the scales are summed over: they have to cancel
            if inner_left and inner_right and left + right == 0:
                return 0, _WHOLE
            raise _NoDegreeError
        if left and right:
            raise _NoDegreeError
        return (left, 0) if left else (right, 1)
