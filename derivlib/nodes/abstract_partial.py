"""Abstract functions entry by entry: λ(s₁₁, s₁₂, …) and its partial derivatives."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sympy import Expr, Function, Integer, S, Symbol, Tuple
from sympy.core.function import AppliedUndef
from sympy.core.symbol import Str

from derivlib.expressions.facets import Absent, Entries, tell
from derivlib.expressions.shapes import scalar
from derivlib.expressions.sizes import all_nodes
from derivlib.nodes.matrix_function import MatrixFunctionApplication, Slot
from derivlib.nodes.node import ScalarNode
from derivlib.nodes.partials import PartialNode
from derivlib.nodes.prime import primed

_LETTERS = "stuvwxyz"


def has_abstract(exprs: Iterable[Any]) -> bool:
    """Return whether a function that is not known stands in expressions."""
    kinds = (AppliedUndef, MatrixFunctionApplication, PartialNode)
    return any(isinstance(node, kinds) for node in all_nodes(exprs))


class AbstractPartial(ScalarNode):
    """A partial derivative of an abstract scalar function of many scalars.

    `AbstractPartial("lambda", (1,), slots, s11, s12, …)` is ∂λ/∂s₁₂ at (s₁₁, s₁₂, …), and
    with an empty index the value of λ itself. Two of them are equal exactly when function,
    index and arguments are, which is what lets two calculations be compared.

    :param name: the name of the function.
    :param index: positions among the scalar arguments, counted from 0, in ascending order;
        one for each differentiation.
    :param slots: for each scalar argument, where it stands: see :data:`Slot`.
    :param arguments: the scalar arguments, matrices written out row by row.
    """

    is_real = True
    is_complex = True
    is_finite = True

    def __new__(
        cls, name: Any, index: Sequence[int], slots: Sequence[Slot], *arguments: Expr
    ) -> AbstractPartial:
        name = name if isinstance(name, Str) else Str(name)
        if not isinstance(index, Tuple):
            index = Tuple(*sorted(index))
        if not isinstance(slots, Tuple):
            slots = Tuple(*(Tuple(*map(Integer, slot)) for slot in slots))
        return super().__new__(cls, name, index, slots, *arguments)

    @property
    def name(self) -> str:
        """The name of the function."""
        return str(self.args[0])

    @property
    def function(self) -> Any:
        """The function, as SymPy's undefined function of that name."""
        return Function(self.name)

    @property
    def index(self) -> tuple[int, ...]:
        """Which of the scalar arguments move, counted from 0, once per differentiation."""
        return tuple(map(int, self.args[1]))

    @property
    def slots(self) -> tuple[Slot, ...]:
        """For each differentiation the argument that moves, and row and column in it."""
        return tuple(tuple(map(int, self.args[2][i])) for i in self.index)

    @property
    def arguments(self) -> tuple[Expr, ...]:
        """The scalar arguments, matrices written out row by row."""
        return self.args[3:]

    @property
    def variables(self) -> tuple[Symbol, ...]:
        """Letters for the scalars that move, such as s₁₂, with indices counted from 1."""
        return tuple(_letter(slot) for slot in self.slots)

    def partial(self, position: int) -> AbstractPartial:
        """Differentiate once more, by the scalar argument at a position counted from 0."""
        return AbstractPartial(self.args[0], (*self.index, position), self.args[2], *self.arguments)

    def _eval_derivative(self, symbol: Symbol) -> Expr:
        terms = []
        for position, argument in enumerate(self.arguments):
            moving = argument.diff(symbol)
            if moving is not S.Zero:
                terms.append(self.partial(position) * moving)
        return S.Zero if not terms else sum(terms[1:], terms[0])


def _power(order: int) -> str:
    return "" if order == 1 else str(order).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))


def _letter(slot: Slot) -> Symbol:
    """Name an argument's entry: s₁₂ for the first argument, t₁₂ for the second."""
    letter = _LETTERS[slot[0] % len(_LETTERS)]
    one_based = [str(i + 1) for i in slot[1:]]
    separator = "," if any(len(i) > 1 for i in one_based) else ""
    return Symbol(f"{letter}_{separator.join(one_based)}" if one_based else letter)


def abstract_value(partial: AbstractPartial) -> Expr:
    """Write an abstract value or derivative as a reader would, where SymPy has a form for it.

    The value becomes an applied undefined function, a derivative of a function of one
    scalar becomes its prime; a partial derivative stays what it is.
    """
    if not partial.index:
        return partial.function(*partial.arguments)
    if len(partial.arguments) == 1:
        return primed(partial.function, len(partial.index), *partial.arguments)
    return partial


def _entries(calc: Any, node: AbstractPartial, *values: Any) -> Any:
    slots = [tuple(map(int, slot)) for slot in node.args[2]]
    return calc.ring.abstract(node.name, node.index, slots, values)


def _text(p: Any, node: AbstractPartial) -> str:
    arguments = ", ".join(map(p._print, node.arguments))
    if not node.index:
        return f"{node.name}({arguments})"
    below = "".join(f"∂{p._print(variable)}" for variable in node.variables)
    return f"∂{_power(len(node.index))}{node.name}/{below}({arguments})"


def _tex(p: Any, node: AbstractPartial) -> str:
    name = p.function_name(node.name)
    if not node.index:
        return str(p.call(name, *node.arguments))
    order = len(node.index)
    above = r"\partial" + (f"^{{{order}}}" if order > 1 else "") + f" {name}"
    below = r" \, ".join(rf"\partial {p._print(variable)}" for variable in node.variables)
    return rf"\frac{{{above}}}{{{below}}}"


tell(
    AbstractPartial,
    text=_text,
    tex=_tex,
    shape=scalar,
    normal=Absent("it stays as it is"),
    entries=Entries(_entries, lambda node: node.arguments),
    arrays=Absent("it is met entry by entry only"),
    code=Absent("an undefined function has no value"),
    example=Absent("what is written out entry by entry brings it in"),
)
