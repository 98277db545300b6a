"""From source to a function that looks at what it is handed."""

from __future__ import annotations

import functools
import importlib
import itertools
import linecache
import operator
from collections.abc import Callable, Sequence
from numbers import Integral
from typing import Any

from sympy import Expr, Integer, Symbol

from derivlib.code.backends import BACKENDS, Backend
from derivlib.code.index_checks import check_places, places_of
from derivlib.code.source import Argument, Source
from derivlib.errors import BackendError, InputError, SizesError

__all__ = ["backend_of", "compiled"]

_COUNT = itertools.count(1)
_LIKENESS = operator.attrgetter("shape", "dtype", "__class__")
_REMEMBERED = 64
"""Of how many kinds of arguments a function knows that they fit."""


def backend_of(name: Any) -> Backend:
    """Find a backend by its name.

    :raises InputError: if there is none.
    """
    if name not in BACKENDS:
        raise InputError(f"backend must be one of {', '.join(map(repr, BACKENDS))}, not {name!r}")
    return BACKENDS[name]


def compiled(source: Source) -> Callable[..., Any]:
    """Make a function of a source.

    :returns: a function of arrays, or of what can be made one; its source can be read by
        `inspect.getsource`.
    :raises BackendError: if the library is not installed.
    """
    backend, arguments = source.backend, source.arguments
    try:
        library = importlib.import_module(_ARRAYS[backend.name])
    except ImportError as error:
        raise BackendError(
            f"{backend.title} is not installed; install it with `pip install {backend.name}`, or "
            "choose another backend"
        ) from error
    code, file = source.code, f"<derivlib {source.task.name} {next(_COUNT)}>"
    namespace: dict[str, Any] = {"__name__": f"derivlib.generated.{source.task.name}"}
    exec(compile(code, file, "exec"), namespace)
    linecache.cache[file] = (len(code), None, code.splitlines(keepends=True), file)
    function = namespace[source.task.name]

    readers = [_reader(library, source, argument) for argument in arguments]
    places = places_of(source.task)
    fit = functools.lru_cache(_REMEMBERED)(functools.partial(_check_shapes, arguments))
    fitting: set[Any] = set()  # arrays like these were taken as they are, and fitted

    @functools.wraps(function)
    def checked(*values: Any, **named: Any) -> Any:
        likeness = _likeness(values)
        if likeness in fitting and not named:
            return function(*values)
        given = values
        if named or len(values) != len(arguments):
            given = _bound(source.task.name, arguments, values, named)
        arrays = [read(value) for read, value in zip(readers, given, strict=True)]
        sizes = fit(tuple([tuple(getattr(array, "shape", ())) for array in arrays]))
        if places:
            check_places(places, {**sizes, **_indices(arguments, arrays)})
        if (
            likeness
            and not named
            and all(array is value for array, value in zip(arrays, values, strict=False))
        ):
            if len(fitting) >= _REMEMBERED:
                fitting.clear()
            fitting.add(likeness)
        return function(*arrays)

    return checked


def _likeness(values: Sequence[Any]) -> tuple[Any, ...]:
    """Shape and type of each value; nothing if one is neither an array nor a float."""
    try:
        return tuple([float if v.__class__ is float else _LIKENESS(v) for v in values])
    except AttributeError:
        return ()


_ARRAYS = {"numpy": "numpy", "jax": "jax.numpy", "torch": "torch"}


def _bound(
    name: str, arguments: Sequence[Argument], values: Sequence[Any], named: dict[str, Any]
) -> tuple[Any, ...]:
    """Put each value to its argument.

    :raises InputError: naming what is missing, unknown, or given twice.
    """
    wanted = [argument.name for argument in arguments]
    signature = f"{name}({', '.join(wanted)})"
    if len(values) > len(wanted):
        raise InputError(f"{signature} takes {len(wanted)} arguments, and {len(values)} were given")
    found = dict(zip(wanted, values, strict=False))
    if unknown := [key for key in named if key not in wanted]:
        raise InputError(f"{signature} has no argument {', '.join(unknown)}")
    if twice := [key for key in named if key in found]:
        raise InputError(f"{signature} was given {', '.join(twice)} twice")
    found |= named
    if missing := [key for key in wanted if key not in found]:
        raise InputError(f"{signature} was not given {', '.join(missing)}")
    return tuple(found[key] for key in wanted)


def _reader(library: Any, source: Source, argument: Argument) -> Callable[[Any], Any]:
    """What makes an array of a value; sizes and numbers stay what they are."""
    torch = source.backend.name == "torch"
    if isinstance(argument.symbol, Symbol) and argument.symbol.is_integer:
        if argument.symbol in source.task.inputs:
            return lambda value: value
        return functools.partial(_as_size, argument)
    if isinstance(argument.symbol, Symbol) and not torch:
        return lambda value: (
            value if isinstance(value, float | int) else _as_array(library, argument, value)
        )
    return functools.partial(_as_tensor if torch else _as_array, library, argument)


def _as_size(argument: Argument, value: Any) -> int:
    try:
        return operator.index(value)
    except TypeError as error:
        raise InputError(f"{argument.name} is a size, a whole number, not {value!r}") from error


def _as_array(library: Any, argument: Argument, value: Any) -> Any:
    """A value as an array of floating-point or complex numbers, for NumPy and JAX."""
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


def _as_tensor(library: Any, argument: Argument, value: Any) -> Any:
    """A value as a tensor of floating-point or complex numbers, of 64 bits if it says nothing."""
    if not isinstance(value, library.Tensor):
        if any(stride < 0 for stride in getattr(value, "strides", ())):
            value = value.copy()
        try:
            return library.as_tensor(value, dtype=_bits(library, value))
        except (TypeError, ValueError, RuntimeError) as error:
            raise _no_numbers(argument, value) from error
    return value if value.is_floating_point() or value.is_complex() else value.double()


def _bits(library: Any, value: Any) -> Any:
    """The type of the numbers of a tensor that is made."""
    told = library.as_tensor(value).dtype
    floating = told.is_floating_point or told.is_complex
    if hasattr(value, "dtype") and floating:
        return told
    return library.complex128 if told.is_complex else library.float64


def _no_numbers(argument: Argument, value: Any) -> InputError:
    return InputError(f"{argument.name} is no array of numbers, but {value!r}")


def _indices(arguments: Sequence[Argument], values: Sequence[Any]) -> dict[Expr, int]:
    """The arguments that are whole numbers, and whose values are known."""
    return {
        argument.symbol: int(value)
        for argument, value in zip(arguments, values, strict=True)
        if isinstance(value, Integral) and argument.symbol.is_integer
    }


def _check_shapes(
    arguments: Sequence[Argument], shapes: Sequence[tuple[int, ...]]
) -> dict[Expr, int]:
    """Refuse arrays whose sizes do not fit.

    :returns: the sizes that the arrays tell.
    :raises SizesError: naming the argument, its shape, and what its shape should be.
    """
    known: dict[Expr, tuple[int, str]] = {}
    pairs = list(zip(arguments, shapes, strict=True))
    for argument, shape in pairs:
        if len(shape) != len(argument.shape):
            raise SizesError(_wrong_axes(argument, tuple(shape)))
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
                raise SizesError(
                    f"{argument.name} is {_shown(shape)} and should be {_shown(argument.shape)}: "
                    f"{size} is {expected}"
                    if size.free_symbols
                    else f"{argument.name} is {_shown(shape)} and should be "
                    f"{_shown(argument.shape)}"
                )
    return {size: value for size, (value, _) in known.items()}


def _shown(shape: Sequence[Any]) -> str:
    return "×".join(map(str, shape)) if len(shape) > 1 else f"of length {shape[0]}"


def _wrong_axes(argument: Argument, shape: tuple[int, ...]) -> str:
    wanted = {0: "a number", 1: "a vector, an array of one axis", 2: "a matrix, of two axes"}
    advice = ""
    if len(argument.shape) == 1 and len(shape) == 2 and 1 in shape:
        advice = f"; hand in {argument.name}.ravel()"
    told = f"of shape {shape}" if shape else "a number"
    return f"{argument.name} is {told} and should be {wanted[len(argument.shape)]}{advice}"
