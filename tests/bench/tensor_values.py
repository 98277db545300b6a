"""What a tensor of tensorgrad's is in numbers, calculated with NumPy.

tensorgrad's own evaluation is by PyTorch's named axes, which newer versions of PyTorch have no
more, and partly in 32 bits.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from tensorgrad import Delta, Function, Product, Sum, Variable, Zero
from tensorgrad.tensor import Rename

ENTRYWISE = {"exp": np.exp, "log": np.log, "tanh": np.tanh}


def evaluate(tensor: Any, arrays: Mapping[str, Any], sizes: Mapping[Any, int]) -> Any:
    """Evaluate a tensor.

    :param tensor: of variables, copies, sums, products and functions that are known here.
    :param arrays: an array for each variable, with axes in the order of its edges.
    :param sizes: a number for each size.
    :returns: an array with axes in the order of `tensor.edges`.
    :raises NotImplementedError: for anything else, by name.
    """
    match tensor:
        case Variable():
            return np.asarray(arrays[tensor.name], dtype=float)
        case Zero():
            return np.zeros([int(sizes.get(size, size)) for size in tensor.shape.values()])
        case Delta():
            return copies(int(sizes.get(tensor.size, tensor.size)), len(tensor.edges))
        case Rename():
            inner = evaluate(tensor.tensor, arrays, sizes)
            names = [tensor.mapping.get(edge, edge) for edge in tensor.tensor.edges]
            return ordered(inner, names, tensor)
        case Sum():
            parts = [ordered(evaluate(t, arrays, sizes), t.edges, tensor) for t in tensor.terms]
            return sum(float(w) * part for w, part in zip(tensor.weights, parts, strict=True))
        case Product():
            return joined(tensor, arrays, sizes)
        case Function():
            (inner,) = tensor.inputs
            return of_function(tensor, inner, evaluate(inner, arrays, sizes))
    raise NotImplementedError(f"the value of {type(tensor).__name__}")


def copies(size: int, order: int) -> Any:
    """One where all indices agree, else zero; with no index, how many there are."""
    if order == 0:
        return np.array(float(size))
    found = np.zeros((size,) * order)
    found[(np.arange(size),) * order] = 1
    return found


def ordered(array: Any, names: Any, tensor: Any) -> Any:
    """Put axes into the order of the edges of a tensor."""
    names = list(names)
    return np.transpose(array, [names.index(edge) for edge in tensor.edges])


def joined(product: Any, arrays: Mapping[str, Any], sizes: Mapping[Any, int]) -> Any:
    """Multiply, and sum over every edge that two factors have in common."""
    if not product.factors:
        return np.array(1.0)
    numbers: dict[str, int] = {}
    operands: list[Any] = []
    for factor in product.factors:
        axes = [numbers.setdefault(edge, len(numbers)) for edge in factor.edges]
        operands += [evaluate(factor, arrays, sizes), axes]
    return np.einsum(*operands, [numbers[edge] for edge in product.edges], optimize="greedy")


def of_function(tensor: Any, inner: Any, value: Any) -> Any:
    """Apply a function to what stands in it."""
    signature, factor = tensor.signature, 1.0
    while hasattr(signature, "alpha"):
        factor *= float(signature.alpha)
        signature = signature.inner
    if signature.name in ENTRYWISE:
        return ordered(factor * ENTRYWISE[signature.name](value), inner.edges, tensor)
    if hasattr(signature, "k"):
        return ordered(factor * value ** float(signature.k), inner.edges, tensor)
    if signature.name in ("inv", "det"):
        return factor * of_matrix(tensor, inner, value, *signature.inputs[0])
    raise NotImplementedError(f"the value of {signature.name}")


def of_matrix(tensor: Any, inner: Any, value: Any, row: str, col: str) -> Any:
    """Invert, or find the determinant, along two edges; the inverse has them the other way."""
    names = list(inner.edges)
    others = [edge for edge in names if edge not in (row, col)]
    matrix = np.transpose(value, [names.index(edge) for edge in (*others, row, col)])
    if tensor.signature.name == "det":
        return ordered(np.linalg.det(matrix), others, tensor)
    return ordered(np.linalg.inv(matrix), (*others, col, row), tensor)
