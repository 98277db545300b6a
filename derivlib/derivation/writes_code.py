"""What every derivation can be asked for in code."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, cast

from sympy import Expr

from derivlib.check import Calculation

BackendName = Literal["numpy", "jax", "torch"]
"""The library that code is written for."""


class WritesCode:
    """A derivation, with respect to one or several variables, that becomes a function of arrays."""

    def to_code(
        self,
        backend: BackendName = "numpy",
        *,
        args: Sequence[Expr | str] | None = None,
        value: bool = False,
        name: str | None = None,
        sizes: Mapping[Any, int] | None = None,
    ) -> str:
        """Write a function of arrays that calculates what was derived.

        Columns and rows are arrays of one axis, scalars are numbers. Products are associated in
        the order that costs least, and structured matrices are not formed. New arrays have the
        type of an argument, and are on its device.

        The arguments are the variables, then the other symbols in the order of `sorted` on their
        names, and last the sizes that the shape of no array tells. What is not needed is left
        out; `args` chooses the arguments and their order.

        ```pycon
        >>> from sympy import MatrixSymbol, symbols
        >>> from derivlib import derive
        >>> n = symbols("n", integer=True, positive=True)
        >>> A, x = MatrixSymbol("A", n, n), MatrixSymbol("x", n, 1)
        >>> d = derive(x.T * A * x, x)
        >>> code = d.to_code().splitlines()
        >>> print(code[0])
        def gradient(x, A):
        >>> print(code[-1].strip())
        return A @ x + A.T @ x
        >>> print(d.to_code(args=["A", "x", "y"]).splitlines()[0])
        def gradient(A, x, y):

        ```

        Source: Cormen et al. (2022), chapter 14, for the order of products.

        :param backend: "numpy", "jax" or "torch".
        :param args: the arguments in order, as symbols or their names. Arguments that are not
            needed may be among them, and are ignored.
        :param value: return what is differentiated too, first.
        :param name: what the function is called.
        :param sizes: typical sizes, by symbols or their names, for choosing the order of
            products; 1,000 where not given.
        :returns: the source of the function, with what it imports.
        :raises InputError: if the backend is not known, a function is still abstract, or `args`
            does not list what is needed.
        :raises UnsupportedError: if an operation is not written as code.
        """
        return self._source(backend, args=args, value=value, name=name, sizes=sizes).code

    def to_function(
        self,
        backend: BackendName = "numpy",
        *,
        args: Sequence[Expr | str] | None = None,
        value: bool = False,
        name: str | None = None,
        sizes: Mapping[Any, int] | None = None,
    ) -> Callable[..., Any]:
        """Make a function of arrays that calculates what was derived.

        It is the function that :meth:`to_code` writes, and looks at what it is handed. Arguments
        are given by position or by name. A symbol of the expression that the function does not
        need may be given by name too, and is ignored: one dictionary of arrays serves a loss, its
        gradient and its Hessian. The function can be pickled.

        ```pycon
        >>> from sympy import MatrixSymbol, Trace, symbols
        >>> from derivlib import derive
        >>> n = symbols("n", integer=True, positive=True)
        >>> A, C = MatrixSymbol("A", n, n), MatrixSymbol("C", n, n)
        >>> d = derive(Trace((A - C).T * (A - C)), A)
        >>> gradient = d.to_function()
        >>> gradient
        <gradient(A, C) of NumPy arrays>
        >>> gradient([[5.0]], [[3.0]]).tolist() == gradient(C=[[3]], A=[[5]]).tolist() == [[4.0]]
        True
        >>> d.to_function(args=[C, A])([[3.0]], [[5.0]]).tolist()
        [[4.0]]

        ```

        Source: as :meth:`to_code`.

        :param backend: "numpy", "jax" or "torch".
        :param args: the arguments in order, as symbols or their names. Arguments that are not
            needed may be among them, and are ignored.
        :param value: return what is differentiated too, first.
        :param name: what the function is called.
        :param sizes: typical sizes, by symbols or their names, for choosing the order of products.
        :returns: the function; it raises :class:`derivlib.SizesError` if arrays do not fit, and
            :class:`derivlib.UndefinedError` where NumPy or PyTorch finds a matrix singular.
        :raises BackendError: if the backend is not installed.
        :raises InputError: as :meth:`to_code`.
        :raises UnsupportedError: as :meth:`to_code`.
        """
        from derivlib.code import compiled

        return compiled(self._source(backend, args=args, value=value, name=name, sizes=sizes))

    def _source(self, backend: Any, **options: Any) -> Any:
        from derivlib.derivation.code_task import source_of  # loaded when code is asked for

        return source_of(cast("Any", self), backend, **options)

    def _calculation(self, backend: BackendName) -> Calculation:
        """The code as the judge runs it."""
        from derivlib.derivation.code_task import calculation_of

        return calculation_of(cast("Any", self), backend)
