"""Abstract functions of matrices and the nodes that stand for their derivatives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sympy import Expr, Function, Integer, Tuple, sympify
from sympy.core.function import AppliedUndef, UndefinedFunction
from sympy.core.symbol import Str

from derivlib.errors import InputError
from derivlib.nodes.arguments import as_operand, as_shape, as_whole_number
from derivlib.nodes.node import Node

__all__ = [
    "Gradient",
    "Jacobian",
    "MatrixFunction",
    "MatrixFunctionApplication",
    "MatrixPartial",
    "PartialNode",
    "ScalarPartial",
    "arguments_of",
    "numel",
    "partial",
    "prime",
]


def numel(expr: Expr) -> Expr:
    """Count the entries of an expression; a scalar has one.

    ```pycon
    >>> from sympy import MatrixSymbol
    >>> numel(MatrixSymbol("X", 4, 3))
    12

    ```
    """
    if not expr.is_Matrix:
        return Integer(1)
    rows, cols = expr.shape
    return rows * cols


class MatrixFunctionApplication(Node):
    """A matrix-valued function about which only its arguments and shape are known."""

    is_commutative = False

    def __new__(cls, name: Any, shape: Any, *arguments: Any) -> MatrixFunctionApplication:
        name = name if isinstance(name, Str) else Str(str(name))
        return super().__new__(cls, name, Tuple(*shape), *map(sympify, arguments))

    @property
    def name(self) -> str:
        """The name of the function."""
        return str(self.args[0])

    @property
    def arguments(self) -> tuple[Expr, ...]:
        """What the function is applied to."""
        return self.args[2:]  # type: ignore[no-any-return]

    @property
    def shape(self) -> tuple[Expr, Expr]:
        return tuple(self.args[1])  # type: ignore[return-value]


class MatrixFunction:
    """An abstract matrix-valued function, such as ν in L = λ(σ(ν(X, W))).

    ```pycon
    >>> from sympy import MatrixSymbol, symbols
    >>> n, m, p = symbols("n m p", integer=True, positive=True)
    >>> X, W = MatrixSymbol("X", n, m), MatrixSymbol("W", m, p)
    >>> nu = MatrixFunction("nu", (n, p))
    >>> nu(X, W).shape
    (n, p)
    >>> from derivlib import derive, explicit
    >>> jacobian, sizes = derive(nu(X * W, X), W), {n: 2, m: 3, p: 1}
    >>> print(jacobian)
    ∂vec(F)/∂vec(W)ᵀ = ∂vec(ν(N, X))/∂vec(N)ᵀ*(I ⊗ X), N = X*W
    >>> jacobian.verify(sizes).shape
    (2, 3)

    ```

    :param name: the name of the function; Greek names print as Greek letters.
    :param shape: rows and columns of its value.
    :raises InputError: if `name` is not text, or `shape` not a pair.
    :raises ShapeError: if a size cannot be a positive whole number.
    """

    def __init__(self, name: str, shape: tuple[Any, Any]) -> None:
        if not isinstance(name, str) or not name:
            raise InputError(f'MatrixFunction takes a name such as "nu", not {name!r}')
        self.name = name
        self.shape = as_shape(shape, f'MatrixFunction("{name}", ...)')

    def __call__(self, *arguments: Any) -> MatrixFunctionApplication:
        """Apply the function to scalars and matrices."""
        taken = (as_operand(argument, self.name) for argument in arguments)
        return MatrixFunctionApplication(self.name, self.shape, *taken)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, MatrixFunction) and (self.name, self.shape) == (
            other.name,
            other.shape,
        )

    def __hash__(self) -> int:
        return hash((type(self).__name__, self.name, self.shape))

    def __repr__(self) -> str:
        return f'MatrixFunction("{self.name}", {self.shape})'


def arguments_of(application: Expr) -> tuple[Expr, ...]:
    """What an abstract function, or a derivative of one, is applied to."""
    return getattr(application, "arguments", application.args)


class PartialNode:
    """What the partial derivatives share: an application, and which argument moves.

    The application may be a partial derivative again, so that they nest: the Jacobian of
    ∂λ(S)/∂S is the Hessian of λ.
    """

    args: tuple[Any, ...]
    is_commutative = False

    @property
    def application(self) -> Expr:
        """The applied abstract function that is differentiated."""
        expr: Expr = self.args[0]
        return expr

    @property
    def position(self) -> int:
        """The position of the argument that moves, counted from 0."""
        return int(self.args[1])

    @property
    def arguments(self) -> tuple[Expr, ...]:
        """What the function is applied to."""
        return arguments_of(self.application)

    @property
    def argument(self) -> Expr:
        """The argument that moves."""
        return self.arguments[self.position]


class Gradient(PartialNode, Node):
    """∂λ(S)/∂S for an abstract scalar function λ of a matrix S; it has the shape of S."""

    def __new__(cls, application: Expr, position: Any = 0) -> Gradient:
        return super().__new__(cls, application, Integer(position))

    @property
    def shape(self) -> tuple[Expr, Expr]:
        rows, cols = self.argument.shape
        return sympify(rows), sympify(cols)


class Jacobian(PartialNode, Node):
    """∂vec ν(X)/∂(vec X)ᵀ for an abstract matrix function ν: numel(ν) × numel(X)."""

    def __new__(cls, application: Expr, position: Any = 0) -> Jacobian:
        return super().__new__(cls, application, Integer(position))

    @property
    def shape(self) -> tuple[Expr, Expr]:
        return numel(self.application), numel(self.argument)


class MatrixPartial(PartialNode, Node):
    """∂ν(t)/∂t for an abstract matrix function ν of a scalar t; it has the shape of ν."""

    def __new__(cls, application: Expr, position: Any = 0) -> MatrixPartial:
        return super().__new__(cls, application, Integer(position))

    @property
    def shape(self) -> tuple[Expr, Expr]:
        return self.application.shape  # type: ignore[no-any-return]


class ScalarPartial(PartialNode, Expr):  # type: ignore[misc]
    """∂f(u, v)/∂u for an abstract scalar function and one of its scalar arguments."""

    is_commutative = True

    def __new__(cls, application: Expr, position: Any = 0) -> ScalarPartial:
        return super().__new__(cls, application, Integer(position))


def partial(application: Expr, position: int = 0) -> Expr:
    """Write the partial derivative of an applied abstract function.

    ```pycon
    >>> from sympy import Function, MatrixSymbol, symbols
    >>> S, t = MatrixSymbol("S", 4, 2), symbols("t")
    >>> f = Function("f")
    >>> partial(f(S, t), 0).shape
    (4, 2)
    >>> type(partial(f(S, t), 1)).__name__
    'ScalarPartial'
    >>> partial(MatrixFunction("nu", (5, 3))(S, t), 0).shape
    (15, 8)
    >>> partial(partial(f(S, t), 0), 0).shape
    (8, 8)

    ```

    :param application: λ(S, …) or ν(X, …), or a partial derivative of one.
    :param position: which argument moves, counted from 0.
    :returns: a gradient, a Jacobian, a matrix or a scalar, by the shapes of both.
    :raises InputError: if it is not one of these, or has no argument at that position.
    """
    taken: Any = application
    if not isinstance(taken, (AppliedUndef, MatrixFunctionApplication, PartialNode)):
        raise InputError(
            f"partial takes an abstract function applied to something, such as f(X), not "
            f"{application!r}"
        )
    arguments = arguments_of(application)
    if as_whole_number(position, "the position of an argument") >= len(arguments):
        raise InputError(
            f"{application} has no argument at position {position}, counted from 0; it has "
            f"{len(arguments)}"
        )
    moves_matrix = arguments[position].is_Matrix
    if application.is_Matrix:
        return (Jacobian if moves_matrix else MatrixPartial)(application, position)
    return (Gradient if moves_matrix else ScalarPartial)(application, position)


def prime(function: Callable[..., Expr], order: int = 1) -> Any:
    """Name the derivative of an undefined function of one scalar: σ becomes σ'.

    ```pycon
    >>> from sympy import Function, Symbol
    >>> sigma = Function("sigma")
    >>> prime(sigma)(Symbol("z"))
    sigma'(z)
    >>> prime(prime(sigma)) == prime(sigma, 2)
    True

    ```

    :param function: an undefined SymPy function, or the prime of one.
    :param order: how many times it is differentiated.
    :returns: an undefined function that knows its `derivative_of` and its `prime_order`.
    :raises InputError: if it is another function, or `order` no whole number from 0.
    """
    if not is_undefined(function):
        raise InputError(
            f'prime takes an undefined function such as Function("sigma"), not {function!r}; '
            "a known one has a derivative that can be written"
        )
    order = as_whole_number(order, "the order of a prime")
    base: Any = getattr(function, "derivative_of", function)
    order += getattr(function, "prime_order", 0)
    if order == 0:
        return base
    name = base.__name__ + "'" * order
    # Members handed over as keywords are pickled; those in `__dict__` are not.
    return UndefinedFunction(name, bases=(AppliedUndef,), derivative_of=base, prime_order=order)


def is_undefined(function: Any) -> bool:
    """Tell whether a function is an undefined one: σ or σ', not tanh or a `Lambda`."""
    return isinstance(function, UndefinedFunction) and function is not Function
