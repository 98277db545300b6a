"""Functions of a point and a direction as SciPy's linear operators at a point."""

from __future__ import annotations

import importlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from derivlib.code.compiled import GeneratedFunction
from derivlib.errors import BackendError, InputError


@dataclass(frozen=True)
class GeneratedOperator:
    """A function from the arrays of a point to the linear operator that a derivative is there.

    :meth:`derivlib.Derivation.to_operator` makes it. It can be copied and pickled; a
    `scipy.sparse.linalg.LinearOperator` cannot.

    ```pycon
    >>> from sympy import MatrixSymbol, symbols
    >>> from derivlib import derive
    >>> n, m = symbols("n m", integer=True, positive=True)
    >>> A, X = MatrixSymbol("A", n, n), MatrixSymbol("X", n, m)
    >>> operator = derive(A * X, X).to_operator()
    >>> operator
    <operator jacobian(X, A) of NumPy arrays>
    >>> J = operator([[0, 0], [0, 0]], [[1, 2], [3, 4]])
    >>> J.shape, J.matvec([1, 0, 0, 1]).tolist(), J.rmatvec([1, 0, 0, 1]).tolist()
    ((4, 4), [1.0, 3.0, 2.0, 4.0], [1.0, 2.0, 3.0, 4.0])

    ```

    :param name: what it is called.
    :param names: its arguments, the variable first.
    :param variable: which of them the variable is.
    :param forward: the product with a direction, which is an argument of that name.
    :param backward: the product with a direction from the left, if there is one.
    """

    name: str
    names: tuple[str, ...]
    variable: str
    forward: tuple[GeneratedFunction, str]
    backward: tuple[GeneratedFunction, str] | None

    def __call__(self, *values: Any, **named: Any) -> Any:
        """Take a point.

        :returns: a `scipy.sparse.linalg.LinearOperator` on vec, columns stacked, of the variable.
        :raises InputError: naming an argument that is missing, unknown, or no array of numbers.
        :raises SizesError: naming an array that does not fit, its shape, and what it should be.
        :raises UndefinedError: if a matrix is singular whose inverse or factor is needed.
        :raises BackendError: if SciPy is not installed.
        """
        try:
            numpy = importlib.import_module("numpy")
            linear = importlib.import_module("scipy.sparse.linalg")
        except ImportError as error:
            raise BackendError(
                "SciPy is not installed, whose linear operators these are; install it with "
                "`pip install scipy`, or take to_function()"
            ) from error
        given = self._bound(values, named)
        shape = numpy.shape(given[self.variable])
        function, direction = self.forward
        zero = function(**given, **{direction: numpy.zeros(shape)})  # which looks at the arguments
        forward = _on_vec(*self.forward, given, shape)
        backward = None
        if self.backward is not None:
            backward = _on_vec(*self.backward, given, numpy.shape(zero))
        return linear.LinearOperator(
            (numpy.size(zero), math.prod(shape)),
            matvec=forward,
            rmatvec=backward,
            dtype=numpy.asarray(zero).dtype,
        )

    def _bound(self, values: Sequence[Any], named: dict[str, Any]) -> dict[str, Any]:
        """Put each value to its argument.

        :raises InputError: if there are too many, one is given twice, or the variable is missing.
        """
        signature = f"{self.name}({', '.join(self.names)})"
        if len(values) > len(self.names):
            raise InputError(
                f"{signature} takes {len(self.names)} arguments, and {len(values)} were given"
            )
        found = dict(zip(self.names, values, strict=False))
        for key, value in named.items():
            if key in found:
                raise InputError(f"{signature} was given {key} twice")
            found[key] = value
        if missing := [name for name in self.names if name not in found]:
            raise InputError(f"{signature} was not given {', '.join(missing)}")
        return found

    def __repr__(self) -> str:
        return f"<operator {self.name}({', '.join(self.names)}) of NumPy arrays>"


def _on_vec(
    function: GeneratedFunction, direction: str, given: dict[str, Any], shape: tuple[int, ...]
) -> Any:
    """A product with a direction of some shape as one of stacked columns."""
    numpy = importlib.import_module("numpy")

    def product(column: Any) -> Any:
        laid_out = numpy.reshape(column, shape, order="F")
        return numpy.ravel(function(**given, **{direction: laid_out}), order="F")

    return product
