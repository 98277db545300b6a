"""From source to a function that looks at what it is handed."""

from __future__ import annotations

import difflib
import functools
import importlib
import itertools
import linecache
import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import Any

from sympy import Expr, Integer, Symbol

from derivlib.code.backends import BACKENDS, Backend
from derivlib.code.index_checks import Place, check_places, places_of
from derivlib.code.signature import Argument, spellings
from derivlib.code.source import Source
from derivlib.errors import BackendError, InputError, SizesError, UndefinedError

_COUNT = itertools.count(1)
_LIKENESS = operator.attrgetter("shape", "dtype", "__class__")
_SINGULAR = (ValueError, RuntimeError)
"""Of what the LinAlgError of NumPy, and that of PyTorch, is one; JAX raises none."""

_REMEMBERED = 64
"""Of how many kinds of arguments a function knows that they fit."""


def backend_of(name: Any) -> Backend:
    """Find a backend by its name.

    :raises InputError: if there is none; it suggests the name that is meant, if one is near.
    """
    if isinstance(name, str) and name in BACKENDS:
        return BACKENDS[name]
    meant = str(getattr(name, "__name__", name)).lower().split(".")[0]
    meant = {"np": "numpy", "jnp": "jax", "pytorch": "torch"}.get(meant, meant)
    near = difflib.get_close_matches(meant, BACKENDS, 1)
    advice = f"; did you mean {near[0]!r}?" if near else ""
    raise InputError(
        f"backend must be one of {', '.join(map(repr, BACKENDS))}, not {name!r}{advice}"
    )


@dataclass(frozen=True)
class Listing:
    """What a function is made of, and again where it is unpickled.

    :param name: what it is called.
    :param backend: the name of the library whose arrays it takes.
    :param code: its source.
    :param arguments: its arguments, in order.
    :param ignored: the symbols of the expression that are no arguments.
    :param places: the entries that it is about.
    :param results: the shapes of what it returns.
    """

    name: str
    backend: str
    code: str
    arguments: tuple[Argument, ...]
    ignored: tuple[Expr, ...]
    places: tuple[Place, ...]
    results: tuple[tuple[Expr, ...], ...]


def compiled(source: Source) -> GeneratedFunction:
    """Make a function of a source.

    :raises BackendError: if the library is not installed.
    """
    arguments = source.arguments
    symbols = {argument.symbol for argument in arguments}
    return GeneratedFunction(
        Listing(
            source.task.name,
            source.backend.name,
            source.code,
            arguments,
            tuple(symbol for symbol in source.task.inputs if symbol not in symbols),
            places_of(source.task),
            tuple(source.results),
        )
    )


class GeneratedFunction:
    """A function of arrays that calculates what was derived, and looks at what it is handed.

    :meth:`derivlib.Derivation.to_function` makes it. It takes arrays, or what can be made one, by
    position or by name; a symbol of the expression that it does not need may be given by name
    and is ignored. It can be copied and pickled. `inspect` finds its source, its signature and
    its docstring.

    ```pycon
    >>> import pickle
    >>> from sympy import MatrixSymbol, symbols
    >>> from derivlib import derive
    >>> n = symbols("n", integer=True, positive=True)
    >>> A, x = MatrixSymbol("A", n, n), MatrixSymbol("x", n, 1)
    >>> gradient = derive(x.T * A * x, x).to_function()
    >>> gradient
    <gradient(x, A) of NumPy arrays>
    >>> pickle.loads(pickle.dumps(gradient))([1, 1], A=[[1, 2], [3, 4]]).tolist()
    [7.0, 13.0]

    ```

    :raises BackendError: if the library is not installed, or another that the code calls.
    """

    def __init__(self, listing: Listing) -> None:
        self._listing = listing
        self._backend = BACKENDS[listing.backend]
        library = _library(self._backend)
        function = _run(listing)
        functools.update_wrapper(self, function, ("__name__", "__qualname__", "__doc__"))
        self._function = function
        self._names = tuple(argument.name for argument in listing.arguments)
        self._readers = [_reader(library, self._backend, a) for a in listing.arguments]
        self._fit = functools.lru_cache(_REMEMBERED)(functools.partial(_check_shapes, listing))
        self._fitting: set[Any] = set()  # arrays like these were taken as they are, and fitted

    def __call__(self, *values: Any, **named: Any) -> Any:
        """Calculate.

        :raises InputError: naming an argument that is missing, unknown, or no array of numbers.
        :raises SizesError: naming an array that does not fit, its shape, and what it should be.
        :raises UndefinedError: if a matrix is singular whose inverse or factor is needed.
        """
        if named:
            values = self._bound(values, named)
        likeness = _likeness(values)
        if likeness not in self._fitting:
            if len(values) != len(self._names):
                values = self._bound(values, {})
            values = self._read(values, likeness)
        try:
            return self._function(*values)
        except (ZeroDivisionError, OverflowError):  # of Python's numbers: arrays give inf or nan
            return self._function(*self._without_floats(values))
        except _SINGULAR as error:
            if type(error).__name__.lstrip("_") != "LinAlgError":
                raise
            raise UndefinedError(
                f"{self._listing.name}({', '.join(self._names)}) has no value here: a matrix that "
                f"is inverted or factorised has no inverse or factor, {self._backend.title} says "
                f'"{error}"; its docstring lists what is assumed'
            ) from error

    def _without_floats(self, values: Sequence[Any]) -> list[Any]:
        """The arguments with the library's numbers in place of Python's, of the arrays' type."""
        library = _library(self._backend)
        types = [value.dtype for value in values if hasattr(value, "dtype")]
        kind = library.result_type(*types) if types else float
        return [
            library.asarray(value, dtype=library.result_type(kind, value))
            if isinstance(value, float | int | complex) and not argument.symbol.is_integer
            else value
            for argument, value in zip(self._listing.arguments, values, strict=True)
        ]

    def _read(self, values: tuple[Any, ...], likeness: tuple[Any, ...]) -> tuple[Any, ...]:
        """The arguments as arrays that fit."""
        model = _model(values) if self._backend.devices else None
        arrays = [read(value, model) for read, value in zip(self._readers, values, strict=True)]
        sizes = self._fit(tuple([tuple(getattr(array, "shape", ())) for array in arrays]))
        known = _whole_numbers(self._listing.arguments, arrays)
        for size in known.keys() & sizes.keys():
            if known[size] != sizes[size]:
                raise SizesError(f"{size} is {sizes[size]} by the arrays, not {known[size]}")
        if self._listing.places:
            check_places(self._listing.places, {**sizes, **known})
        # a size or an index is a number of Python's here, and so is looked at each time
        if likeness and all(map(operator.is_, arrays, values)):
            if len(self._fitting) >= _REMEMBERED:
                self._fitting.clear()
            self._fitting.add(likeness)
        return tuple(arrays)

    def _bound(self, values: tuple[Any, ...], named: dict[str, Any]) -> tuple[Any, ...]:
        """Put each value to its argument.

        :raises InputError: naming what is missing, unknown, or given twice.
        """
        names = self._names
        if len(values) + len(named) == len(names):
            try:
                return values + tuple([named[name] for name in names[len(values) :]])
            except KeyError:
                pass
        signature = f"{self._listing.name}({', '.join(names)})"
        if len(values) > len(names):
            others = ", ".join(map(str, self._listing.ignored))
            advice = f"; it does not need {others}: `args` lists others to take too"
            advice = advice if others else ""
            raise InputError(
                f"{signature} takes {len(names)} arguments, and {len(values)} were given{advice}"
            )
        found = dict(zip(names, values, strict=False))
        spelt = {s: a.name for a in self._listing.arguments for s in spellings(a.symbol)}
        spelt |= {name: name for name in names}
        ignored = {s for symbol in self._listing.ignored for s in spellings(symbol)}
        for key, value in named.items():
            if key in spelt and spelt[key] in found:
                raise InputError(f"{signature} was given {key} twice")
            if key in spelt:
                found[spelt[key]] = value
            elif key not in ignored:
                raise InputError(f"{signature} has no argument {key}")
        if missing := [name for name in names if name not in found]:
            raise InputError(f"{signature} was not given {', '.join(missing)}")
        return tuple([found[name] for name in names])

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._listing,)

    def __repr__(self) -> str:
        arguments = ", ".join(self._names)
        return (
            f"<{self._listing.name}({arguments}) of {self._backend.title} {self._backend.array}s>"
        )


def _library(backend: Backend) -> Any:
    try:
        return importlib.import_module(backend.requires)
    except ImportError as error:
        raise BackendError(
            f"{backend.title} is not installed; install it with `pip install {backend.name}`, "
            "or choose another backend"
        ) from error


def _run(listing: Listing) -> Callable[..., Any]:
    """The function that the code defines, whose source can be read by `inspect.getsource`."""
    code, file = listing.code, f"<derivlib {listing.name} {next(_COUNT)}>"
    namespace: dict[str, Any] = {}  # without a name, which `torch.compile` would import
    try:
        exec(compile(code, file, "exec"), namespace)
    except ImportError as error:
        raise BackendError(
            f"the code of {listing.name} calls SciPy, which is not installed; install it with "
            "`pip install scipy`, or choose another backend"
        ) from error
    linecache.cache[file] = (len(code), None, code.splitlines(keepends=True), file)
    function: Callable[..., Any] = namespace[listing.name]
    return function


def _likeness(values: Sequence[Any]) -> tuple[Any, ...]:
    """Shape and type of each value; nothing if one is neither an array nor a float."""
    try:
        return tuple([float if v.__class__ is float else _LIKENESS(v) for v in values])
    except AttributeError:
        return ()


def _reader(library: Any, backend: Backend, argument: Argument) -> Callable[[Any, Any], Any]:
    """What makes an array of a value; whole numbers, and what is ignored, stay what they are."""
    if argument.needed and argument.size:
        return functools.partial(_as_size, argument)
    if not argument.needed or (argument.symbol.is_integer and not argument.symbol.is_Matrix):
        return lambda value, _: value
    read = functools.partial(_as_tensor if backend.devices else _as_array, library, argument)
    return functools.partial(_as_complex, library, read) if argument.is_complex else read


def _as_complex(library: Any, read: Callable[[Any, Any], Any], value: Any, model: Any) -> Any:
    """A value as complex numbers of the precision it has: a root of them may not be real."""
    array = read(value, model)
    if isinstance(array, float | int):
        return complex(array)
    if isinstance(array, complex) or "complex" in str(array.dtype):
        return array
    if hasattr(array, "is_complex"):
        return array.to(array.dtype.to_complex())
    return array.astype(library.result_type(array.dtype, library.complex64))


def _model(values: Sequence[Any]) -> Any:
    """The tensor whose type and device numbers and lists beside it take."""
    for value in values:
        if hasattr(value, "is_complex") and (value.is_complex() or value.is_floating_point()):
            return value
    return None


def _as_size(argument: Argument, value: Any, _: Any) -> int:
    try:
        return operator.index(value)
    except TypeError as error:
        raise InputError(f"{argument.name} is a size, a whole number, not {value!r}") from error


def _as_array(library: Any, argument: Argument, value: Any, _: Any) -> Any:
    """A value as an array of floating-point or complex numbers, for NumPy and JAX."""
    if not argument.symbol.is_Matrix and isinstance(value, float | int | complex):
        return value
    try:
        array = library.asarray(value)
    except (TypeError, ValueError) as error:
        raise _no_numbers(argument, value) from error
    kind = array.dtype.kind
    if kind in "fc" or library.issubdtype(array.dtype, library.floating):
        return array
    if kind in "biu":
        return array.astype(float)
    raise _no_numbers(argument, value)


def _as_tensor(library: Any, argument: Argument, value: Any, model: Any) -> Any:
    """A value as a tensor of floating-point or complex numbers.

    What has no type of its own takes that of another argument, and its device; without one it has
    64 bits.
    """
    if isinstance(value, library.Tensor):
        return value if value.is_floating_point() or value.is_complex() else value.double()
    if any(stride < 0 for stride in getattr(value, "strides", ())):
        value = value.copy()
    try:
        tensor = library.as_tensor(value)
        if hasattr(value, "dtype") and (tensor.is_floating_point() or tensor.is_complex()):
            return tensor
        dtype, device = (
            (model.dtype, model.device) if model is not None else (library.float64, None)
        )
        if tensor.is_complex() and not dtype.is_complex:
            dtype = dtype.to_complex()
        return library.as_tensor(value, dtype=dtype, device=device)
    except (TypeError, ValueError, RuntimeError) as error:
        raise _no_numbers(argument, value) from error


def _no_numbers(argument: Argument, value: Any) -> InputError:
    return InputError(f"{argument.name} is no array of numbers, but {value!r}")


def _whole_numbers(arguments: Sequence[Argument], values: Sequence[Any]) -> dict[Expr, int]:
    """The arguments that are whole numbers, and whose values are known."""
    return {
        argument.symbol: int(value)
        for argument, value in zip(arguments, values, strict=True)
        if argument.needed and argument.symbol.is_integer and isinstance(value, Integral)
    }


def _check_shapes(listing: Listing, shapes: Sequence[tuple[int, ...]]) -> dict[Expr, int]:
    """Refuse arrays whose sizes do not fit.

    :returns: the sizes that the arrays tell.
    :raises SizesError: naming the argument, its shape, and what its shape should be.
    """
    known: dict[Expr, tuple[int, str]] = {}
    pairs = [pair for pair in zip(listing.arguments, shapes, strict=True) if pair[0].needed]
    for argument, shape in pairs:
        if len(shape) != len(argument.shape):
            raise SizesError(_wrong_axes(listing, argument, tuple(shape)))
        for size, length in zip(argument.shape, shape, strict=True):
            if isinstance(size, Symbol):
                value, where = known.setdefault(size, (length, argument.name))
                if value != length:
                    raise SizesError(
                        f"{argument.name} is {_shown(shape)} and should be "
                        f"{_shown(argument.shape)}, and {size} is {value} by the shape of {where}"
                    )
    for argument, shape in pairs:
        for size, length in zip(argument.shape, shape, strict=True):
            expected = size.xreplace({s: Integer(value) for s, (value, _) in known.items()})
            if expected.is_Integer and int(expected) != length:
                why = f": {size} is {expected}" if size.free_symbols else ""
                wanted = f"{_shown(argument.shape)}{why}"
                raise SizesError(f"{argument.name} is {_shown(shape)} and should be {wanted}")
    return {size: value for size, (value, _) in known.items()}


def _shown(shape: Sequence[Any]) -> str:
    return "×".join(map(str, shape)) if len(shape) > 1 else f"of length {shape[0]}"


def _wrong_axes(listing: Listing, argument: Argument, shape: tuple[int, ...]) -> str:
    wanted = {0: "a number", 1: "a vector, an array of one axis", 2: "a matrix, of two axes"}
    advice = ""
    if len(argument.shape) == 1 and len(shape) == 2 and 1 in shape:
        advice = f"; hand in {argument.name}.ravel()"
    elif len(shape) > len(argument.shape):
        advice = f"; for a stack of them call {_over_a_stack(listing, argument)}"
    told = f"of shape {shape}" if shape else "a number"
    return f"{argument.name} is {told} and should be {wanted[len(argument.shape)]}{advice}"


def _over_a_stack(listing: Listing, stacked: Argument) -> str:
    """The call that makes a function of stacks of arrays."""
    if listing.backend == "numpy":
        taken = ",".join(_core(argument.shape) for argument in listing.arguments)
        given = ",".join(map(_core, listing.results))
        return f'numpy.vectorize({listing.name}, signature="{taken}->{given}")'
    along = tuple(0 if argument == stacked else None for argument in listing.arguments)
    if listing.backend == "jax":
        return f"jax.vmap({listing.name}, in_axes={along})"
    return f"torch.func.vmap({listing.name}, in_dims={along})"


def _core(shape: Sequence[Expr]) -> str:
    """A shape as the signatures of NumPy's have it, in which a size is a single name."""
    names = [re.sub(r"\W+", "_", str(size)) for size in shape]
    return f"({','.join(names)})"
