"""What a derivation hands to code generation: expressions over names, arguments, text."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from typing import Any, Protocol

from sympy import Expr, MatrixSymbol, Symbol
from sympy.core.function import AppliedUndef
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.matrixbase import MatrixBase

from derivlib.check import Calculation
from derivlib.code import Argument, Source, Task, backend_of, compiled
from derivlib.derivation.premises import Premises
from derivlib.derivation.step import Step
from derivlib.errors import InputError
from derivlib.expressions.problem import Written
from derivlib.expressions.sizes import index_symbols
from derivlib.expressions.traversal import children
from derivlib.nodes import MatrixFunctionApplication, PartialNode
from derivlib.nodes.elementwise import as_lambda
from derivlib.nodes.prime import prime_of
from derivlib.rules.rule import Condition


class Coded(Protocol):
    """What is needed of a derivation to write code for it."""

    def _named_again(self, exprs: list[Expr]) -> tuple[list[Expr], Mapping[Expr, Expr]]: ...
    @property
    def _code_outputs(self) -> list[tuple[str, Expr]]: ...
    @property
    def _code_values(self) -> list[tuple[str, Expr]]: ...
    @property
    def _code_name(self) -> str: ...
    @property
    def wrt(self) -> Expr: ...
    @property
    def _asked(self) -> Written: ...
    @property
    def premises(self) -> Premises: ...
    @property
    def steps(self) -> tuple[Step, ...]: ...
    @property
    def assumptions(self) -> tuple[Condition, ...]: ...


def _letters(written: Written) -> Iterator[Expr]:
    """The symbols of an expression, some of them more than once."""
    met: set[int] = set()
    stack: list[Expr] = [*written.parts]
    while stack:
        part = stack.pop()
        if id(part) in met:
            continue
        met.add(id(part))
        if isinstance(part, Symbol | MatrixSymbol):
            if part not in written.where:
                yield part
        else:
            if isinstance(part, ElementwiseApplyFunction):
                yield from as_lambda(part.args[0]).free_symbols
            if isinstance(part, MatrixBase):
                yield from part.free_symbols
            stack.extend(children(part))


def _abstract_in(exprs: Iterable[Expr]) -> set[str]:
    """The names of the functions in expressions that are not known."""
    found: set[str] = set()
    for expr in exprs:
        stack = [expr]
        while stack:
            part = stack.pop()
            if isinstance(part, MatrixFunctionApplication):
                found.add(str(part.name))
            elif (slope := prime_of(part)) is not None:
                found.add(slope[0].__name__)
            elif isinstance(part, AppliedUndef):
                found.add(part.func.__name__.rstrip("'"))
            elif isinstance(part, ElementwiseApplyFunction):
                body = as_lambda(part.args[0]).expr
                found |= {f.func.__name__.rstrip("'") for f in body.atoms(AppliedUndef)}
            elif isinstance(part, MatrixBase):
                stack.extend(part.flat())
            elif isinstance(part, PartialNode):
                stack.append(part.application)
            stack.extend(children(part))
    return found


def source_of(
    derivation: Coded,
    backend: Any,
    *,
    value: bool,
    name: str | None,
    sizes: Mapping[Any, int] | None,
    args: Sequence[Any] | None = None,
) -> Source:
    """Write a function for a derivation.

    :param backend: "numpy", "jax" or "torch".
    :param value: whether it returns what is differentiated too.
    :param sizes: typical sizes, for choosing the order of products.
    :param args: its arguments, symbols or their names; those that are needed if left out.
    :raises InputError: if the backend or the name is not understood, or a function abstract.
    :raises UnsupportedError: if something is not written as code.
    """
    library = backend_of(backend)
    outputs = [*(derivation._code_values if value else ()), *derivation._code_outputs]
    exprs, names = derivation._named_again([output for _, output in outputs])
    outputs = [(label, expr) for (label, _), expr in zip(outputs, exprs, strict=True)]
    if abstract := _abstract_in([*names.values(), *(output for _, output in outputs)]):
        told = ", ".join(f"{each}: …" for each in sorted(abstract))
        raise InputError(
            f"{', '.join(sorted(abstract))} {'is' if len(abstract) == 1 else 'are'} abstract; "
            f"say what stands there with `instantiate({{{told}}})` before writing code"
        )
    written = derivation._asked
    variables = getattr(derivation, "variables", None) or (derivation.wrt,)
    inputs = [
        v for v in variables if isinstance(v, Symbol | MatrixSymbol) and v not in written.where
    ]
    others = set(_letters(written)) - written.sizes - set(inputs)
    typical = {s: (sizes or {}).get(s, (sizes or {}).get(str(s))) for s in written.sizes}
    calculated = (*names.values(), *(output for _, output in outputs))
    plain = sorted(str(s) for s in index_symbols(*calculated) if not s.is_integer)
    if plain:
        told = f'symbols("{" ".join(plain)}", integer=True)'
        raise InputError(f"an index in code has to be a whole number: make it with {told}")
    task = Task(
        name or derivation._code_name,
        outputs,
        names,
        written.expr,
        [*inputs, *sorted(others, key=str)],
        args,
        tuple(_told(derivation)),
        {s for s, known in derivation.premises.facts.items() if "symmetric" in known},
        {size: value for size, value in typical.items() if value is not None},
        getattr(derivation, "real_letters", None),
        getattr(derivation, "kept", ()),
    )
    return Source(task, library)


def calculation_of(derivation: Coded, backend: Any) -> Calculation:
    """The code of a derivation, for the judge to run.

    :raises BackendError: if the library is not installed.
    """
    source = source_of(derivation, backend, value=False, name=None, sizes=None)
    function = compiled(source)

    def run(values: Mapping[Expr, Any]) -> list[Any]:
        given = [_taken(each, values[each.symbol]) for each in source.arguments]
        with _double_precision(backend):
            found = function(*given)
            return found.ravel().tolist() if hasattr(found, "ravel") else [found]

    return Calculation(source.backend.title, [each.symbol for each in source.arguments], run)


def _double_precision(backend: str) -> Any:
    """What makes JAX calculate with 64 bits for a while; the others do so by themselves."""
    if backend != "jax":
        return nullcontext()
    jax, experimental = map(importlib.import_module, ("jax", "jax.experimental"))
    return (jax if hasattr(jax, "enable_x64") else experimental).enable_x64(True)


def _taken(argument: Argument, value: Any) -> Any:
    """A value of the judge's as an argument: columns and rows have one axis, whole numbers none."""
    if not isinstance(value, list):
        return int(value) if argument.symbol.is_integer else value
    flat = [entry for row in value for entry in row]
    return value if len(argument.shape) == 2 else flat if argument.shape else flat[0]


def _told(derivation: Coded) -> Iterator[str]:
    if remark := getattr(derivation, "remark", ""):
        yield ""
        yield from _wrapped(remark)
    rules = dict.fromkeys(step.rule for step in derivation.steps if step.entry is not None)
    if rules:
        yield ""
        yield from _wrapped(f"Rules: {', '.join(rules)}.")
    if conditions := list(map(str, derivation.assumptions)):
        yield from _wrapped(f"Assumed: {', '.join(conditions)}.")


def _wrapped(sentence: str, width: int = 88) -> Iterator[str]:
    line = ""
    for word in sentence.split():
        if line and len(line) + 1 + len(word) > width:
            yield line
            line = word
        else:
            line = f"{line} {word}".strip()
    yield line
