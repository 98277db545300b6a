"""What every derivation can be asked for in code."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, cast

from sympy import Expr

from derivlib.check import Calculation

BackendName = Literal["numpy", "jax", "torch"]
"""The library that code is written for."""

FormName = Literal["array", "product", "transposed product", "solve"]
"""What code makes of a Hessian or a Jacobian."""


class WritesCode:
    """A derivation, with respect to one or several variables, that becomes a function of arrays."""

    def to_code(
        self,
        backend: BackendName = "numpy",
        *,
        form: FormName = "array",
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

        A Hessian or a Jacobian can be applied instead of being formed. `form="product"` is for H
        times a direction V in the shape of the variable, or J times it, in the shape of what is
        differentiated; `form="transposed product"` for Jᵀ times a U of that shape, in the shape
        of the variable; `form="solve"` for H⁻¹ times V, where H is seen to be diagonal, diagonal
        plus low rank, or a Kronecker product or sum. The direction is the second argument, after
        the variable, and is called v or u, V or U where it is a matrix.

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
        >>> code = derive((x.T * A * x) * x, x).to_code(form="product").splitlines()
        >>> print(code[0])
        def jacobian_product(x, v, A):
        >>> print(code[1].strip().strip('"'))
        ∂f/∂t = (xᵀ*A*x)*v + (vᵀ*A*x + xᵀ*A*v)*x

        ```

        Source: Cormen et al. (2022), chapter 14, for the order of products; Pearlmutter (1994),
        for products with a Hessian that is not formed.

        :param backend: "numpy", "jax" or "torch".
        :param form: "array" for the derivative itself, "product", "transposed product" or "solve".
        :param args: the arguments in order, as symbols or their names. Arguments that are not
            needed may be among them, and are ignored.
        :param value: return what is differentiated too, first.
        :param name: what the function is called.
        :param sizes: typical sizes, by symbols or their names, for choosing the order of
            products; 1,000 where not given.
        :returns: the source of the function, with what it imports.
        :raises InputError: if the backend is not known, a function is still abstract, `args`
            does not list what is needed, or the form is none of this derivative: that of a scalar
            has no products, nor has one by the free entries of a structure.
        :raises UnsupportedError: if an operation is not written as code, or there is no way to
            solve that is cheaper than the matrix is.
        """
        return self._source(backend, form=form, args=args, value=value, name=name, sizes=sizes).code

    def to_function(
        self,
        backend: BackendName = "numpy",
        *,
        form: FormName = "array",
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

        A product of a Hessian is what `scipy.optimize.minimize` takes as `hessp`:

        ```pycon
        >>> from derivlib import hessian, norm
        >>> x, b = MatrixSymbol("x", n, 1), MatrixSymbol("b", n, 1)
        >>> product = hessian(norm(A * x - b) ** 4, x).to_function(form="product")
        >>> product
        <hessian_product(x, v, A, b) of NumPy arrays>
        >>> product(x=[1, 0], v=[0, 1], A=[[1, 0], [0, 1]], b=[0, 1]).tolist()
        [-8.0, 16.0]

        ```

        Source: as :meth:`to_code`.

        :param backend: "numpy", "jax" or "torch".
        :param form: as for :meth:`to_code`.
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

        return compiled(
            self._source(backend, form=form, args=args, value=value, name=name, sizes=sizes)
        )

    def to_operator(
        self,
        form: Literal["product", "solve"] = "product",
        *,
        args: Sequence[Expr | str] | None = None,
        name: str | None = None,
        sizes: Mapping[Any, int] | None = None,
    ) -> Callable[..., Any]:
        """Make a function from NumPy arrays to a SciPy `LinearOperator`.

        The operator is the Hessian or the Jacobian where these arrays are, without being formed:
        it takes vec(V), the columns of a direction stacked (`V.ravel(order="F")`), and gives vec
        of the product. That of a Jacobian has `rmatvec` too; `form="solve"` gives the inverse,
        where :meth:`to_function` has that form. The arguments are those of the products without
        the direction.

        ```pycon
        >>> from sympy import MatrixSymbol, symbols
        >>> from derivlib import hessian
        >>> n = symbols("n", integer=True, positive=True)
        >>> A, x = MatrixSymbol("A", n, n), MatrixSymbol("x", n, 1)
        >>> H = hessian(x.T * A * x, x).to_operator()([0, 0], [[1, 2], [3, 4]])
        >>> H.matvec([1, 0]).tolist(), H.rmatvec([0, 1]).tolist()
        ([2.0, 5.0], [5.0, 8.0])

        ```

        Source: Pearlmutter (1994), for products with a Hessian that is not formed.

        :param form: "product" or "solve".
        :param args: the arguments in order, as for :meth:`to_function`, the variable among them.
        :param name: what the function is called.
        :param sizes: typical sizes, as for :meth:`to_function`.
        :returns: the function; the operator calculates at the arrays it was handed.
        :raises BackendError: if NumPy is not installed; calling it, if SciPy is not.
        :raises InputError: as :meth:`to_function`.
        :raises UnsupportedError: as :meth:`to_function`.
        """
        from derivlib.derivation.products import operator_of  # loaded when code is asked for

        return operator_of(self, form, args=args, name=name, sizes=sizes)

    def _source(self, backend: Any, *, form: FormName, **options: Any) -> Any:
        from derivlib.derivation.code_task import source_of  # loaded when code is asked for
        from derivlib.derivation.products import applied

        coded = self if form == "array" else applied(self, form)
        return source_of(cast("Any", coded), backend, **options)

    def _calculation(self, backend: BackendName) -> Calculation:
        """The code as the judge runs it."""
        from derivlib.derivation.code_task import calculation_of

        return calculation_of(cast("Any", self), backend)
