"""What every derivation can be asked for in code."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

__all__ = ["WritesCode"]


class WritesCode:
    """A derivation, by one or several variables, that becomes a function of arrays."""

    def to_code(
        self,
        backend: str = "numpy",
        *,
        value: bool = False,
        name: str | None = None,
        sizes: Mapping[Any, int] | None = None,
    ) -> str:
        """Write a function of arrays that calculates what was derived.

        Columns and rows are arrays of one axis, scalars are numbers. Products are associated in
        the order that costs least, and structured matrices are not formed.

        ```pycon
        >>> from sympy import MatrixSymbol, symbols
        >>> from derivlib import derive
        >>> n = symbols("n", integer=True, positive=True)
        >>> A, x = MatrixSymbol("A", n, n), MatrixSymbol("x", n, 1)
        >>> d = derive(x.T * A * x, x)
        >>> print(d.to_code().splitlines()[-1].strip())
        return A @ x + A.T @ x
        >>> d.to_function()(A=[[1, 2], [3, 4]], x=[1, 1]).tolist()
        [7.0, 13.0]

        ```

        Source: Cormen et al. (2022), chapter 14, for the order of products.

        :param backend: "numpy", "jax" or "torch".
        :param value: return what is differentiated too, first.
        :param name: what the function is called.
        :param sizes: typical sizes, for choosing the order of products; 1,000 where not given.
        :returns: the source of the function, with what it imports.
        :raises InputError: if the backend is not known, or a function is still abstract.
        :raises UnsupportedError: if an operation is not written as code.
        """
        from derivlib.derivation.code_task import source_of  # loaded when code is asked for

        return source_of(cast("Any", self), backend, value=value, name=name, sizes=sizes).code

    def to_function(
        self,
        backend: str = "numpy",
        *,
        value: bool = False,
        name: str | None = None,
        sizes: Mapping[Any, int] | None = None,
    ) -> Callable[..., Any]:
        """Make a function of arrays that calculates what was derived.

        It is the function that :meth:`to_code` writes, and looks at what it is handed.

        Source: as :meth:`to_code`.

        :param backend: "numpy", "jax" or "torch".
        :param value: return what is differentiated too, first.
        :param name: what the function is called.
        :param sizes: typical sizes, for choosing the order of products.
        :returns: the function; it raises :class:`derivlib.SizesError` if arrays do not fit.
        :raises BackendError: if the backend is not installed.
        :raises InputError: as :meth:`to_code`.
        :raises UnsupportedError: as :meth:`to_code`.
        """
        from derivlib.derivation.code_task import compiled, source_of

        return compiled(source_of(cast("Any", self), backend, value=value, name=name, sizes=sizes))
