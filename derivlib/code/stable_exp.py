"""Exponentials whose scale cancels, which are calculated without overflow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sympy import S

from derivlib.code.degrees import Degree, NoDegreeError, degree
from derivlib.code.ir import Array, Operation, Program


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
            for axis in (0, 1) if len(operation.shape) == 2 else (None,):
                needed = {output: program.needed([output]) for output in results}
                cancelling = [output for output, of in needed.items() if place in of
                              and _cancels(operations, of, place, axis, output)]  # fmt: skip
                scaled = replace(operation, kind="scaled_exp", extra=1 if axis == 0 else 0)
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


def _cancels(
    operations: Sequence[Operation],
    needed: Sequence[int],
    exponential: int,
    axis: int | None,
    output: Array,
) -> bool:
    """Tell whether a scale for each line along an axis, or for all entries, cancels."""
    shape = operations[exponential].shape
    along = None if axis is None else (axis, S.One, shape[axis])
    degrees = {exponential: Degree(1, along)}
    try:
        for place in needed:
            if place != exponential:
                operation = operations[place]
                of = [degrees[i] for i in operation.arguments]
                shapes = [operations[i].shape for i in operation.arguments]
                values = [operations[i].extra for i in operation.arguments]
                degrees[place] = degree(operation, of, shapes, values)
    except NoDegreeError:
        return False
    return not degrees[output.place].power
