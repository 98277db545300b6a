"""Who calculates the derivative of a task, each compared with the hand-written form first."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import numpy as np
import peers
from losses import LOSSES, Library
from tasks import TASKS, Task

from derivlib import hessian

HAND = "by hand"
TOLERANCE = 1e-8
"""How far an entry may be from that of the hand-written form, in parts of the largest."""


@dataclass(frozen=True)
class Contestant:
    """A calculation, ready to be repeated.

    :param run: calculates, and returns when it is done.
    :param value: what it found, as an array of NumPy's in the layout of the hand-written form.
    :param peak: the most bytes it held at one time, its result among them; none if not known.
    """

    run: Callable[[], Any]
    value: Any
    peak: int | None


def by_hand(name: str) -> Contestant:
    """The closed form that a careful person writes."""
    task = TASKS[name]
    return of_numpy(partial(task.by_hand, *task.arguments().values()))


def generated(name: str, *, sizes_told: bool = True) -> Contestant:
    """The function that derivlib writes, as it stands."""
    task = TASKS[name]
    namespace: dict[str, Any] = {}
    sizes = task.sizes if sizes_told else None
    exec(task.derivation().to_code(name="derivative", sizes=sizes), namespace)
    function = namespace["derivative"]
    return of_numpy(partial(function, **wanted(function, task)))


def checked(name: str) -> Contestant:
    """The function that derivlib makes, which looks at what it is handed."""
    task = TASKS[name]
    function = task.derivation().to_function(sizes=task.sizes)
    return of_numpy(partial(function, **wanted(function, task)))


def wanted(function: Any, task: Task) -> dict[str, Any]:
    """The arguments of a function, by their names; a derivative may not need all of a task's."""
    known = {**task.arguments(), **{size.name: value for size, value in task.sizes.items()}}
    names = getattr(function, "__wrapped__", function).__code__
    return {name: known[name] for name in names.co_varnames[: names.co_argcount]}


def of_numpy(run: Callable[[], Any]) -> Contestant:
    """A calculation whose arrays Python's own account of memory sees."""
    run()
    tracemalloc.start()
    try:
        value = run()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    return Contestant(run, np.asarray(value), peak)


def of_jax(name: str) -> Contestant:
    """JAX's derivative of the loss, compiled."""
    import jax

    jax.config.update("jax_enable_x64", True)
    task, loss = TASKS[name], LOSSES[name]
    library = Library(jax.numpy, jax.nn.softplus, jax.nn.softmax)
    arguments = [jax.numpy.asarray(value, dtype=float) for value in task.arguments().values()]
    verb = jax.hessian if task.verb is hessian else jax.grad
    derivative = verb(partial(loss.value, library), argnums=task.names.index(loss.wrt))
    compiled = jax.jit(derivative).lower(*arguments).compile()
    memory = compiled.memory_analysis()
    peak = memory and int(memory.temp_size_in_bytes + memory.output_size_in_bytes)

    def run() -> Any:
        return compiled(*arguments).block_until_ready()

    return Contestant(run, stacked(task, np.asarray(run())), peak or None)


def of_torch(name: str) -> Contestant:
    """PyTorch's derivative of the loss."""
    import torch

    task, loss = TASKS[name], LOSSES[name]
    library = Library(torch, torch.nn.functional.softplus, partial(torch.softmax, dim=0))
    arguments = [torch.as_tensor(a, dtype=torch.float64) for a in task.arguments().values()]
    index = task.names.index(loss.wrt)
    value = partial(loss.value, library)

    def gradient() -> Any:
        variable = arguments[index].detach().requires_grad_()
        given = [*arguments[:index], variable, *arguments[index + 1 :]]
        return torch.autograd.grad(value(*given), variable)[0]

    def second() -> Any:
        return torch.func.hessian(value, argnums=index)(*arguments)

    run = second if task.verb is hessian else gradient
    return Contestant(run, stacked(task, run().numpy()), None)


def stacked(task: Task, array: Any) -> Any:
    """Stack columns, where the derivative is a Hessian by a matrix; this is not timed."""
    if array.ndim != 4:
        return array
    rows, cols = array.shape[:2]
    return array.transpose(1, 0, 3, 2).reshape(rows * cols, rows * cols)


PEERS = {"JAX": of_jax, "PyTorch": of_torch}
CONTESTANTS: dict[str, Callable[[str], Contestant]] = {
    HAND: by_hand,
    "derivlib": generated,
    "derivlib, arguments checked": checked,
    "derivlib, sizes not told": partial(generated, sizes_told=False),
    **{who: made for who, made in PEERS.items() if peers.installed(who)},
}
"""Who is there, the one that all are compared with first."""


@cache
def contestant(name: str, who: str) -> Contestant:
    """A contestant on a task, once it has been compared with the hand-written form.

    :raises AssertionError: if it calculates something else, naming it and the task.
    """
    found = CONTESTANTS[who](name)
    if who != HAND:
        expected = contestant(name, HAND).value
        assert found.value.shape == expected.shape, f"{who} has another shape on {name!r}"
        error = np.abs(found.value - expected).max() / np.abs(expected).max()
        assert error < TOLERANCE, f"{who} differs from the hand-written form on {name!r}: {error}"
    return found
