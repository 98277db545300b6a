"""register(Node, ...): the door by which a reader adds an operation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sympy import Basic, Expr, Integer

from derivlib.check import check_rule
from derivlib.code.backends import BACKENDS
from derivlib.errors import DerivlibError, InputError, RuleError
from derivlib.expressions import facets
from derivlib.expressions.facets import Absent, Call, Entries, told
from derivlib.expressions.shapes import same_as_first, scalar, square, stated
from derivlib.expressions.substitution import normal_form
from derivlib.nodes import d
from derivlib.nodes.node import NodeBase
from derivlib.rules.declare import linear_rules
from derivlib.rules.placeholders import m, matrix, n
from derivlib.rules.rule import RULES, Rule, Source, add_rules, remove_rule
from derivlib.rules.sources import CHAIN_RULE

_SHAPES = {"square": square, "same": same_as_first, "scalar": scalar}


def register(
    node: type,
    *,
    entries: Callable[..., Any],
    rules: Iterable[Rule | Callable[..., Expr]] = (),
    linear: Mapping[str, Any] | None = None,
    text: str | Callable[..., str] | None = None,
    tex: str | Callable[..., str] | None = None,
    shape: str | Callable[..., Any] | None = None,
    code: str | Mapping[str, str] | None = None,
    normal: Callable[..., Expr] | None = None,
    transposed: Callable[[Any], Expr | None] | None = None,
    on: tuple[Any, ...] | None = None,
    source: Source | None = None,
) -> tuple[Rule, ...]:
    """Add an operation: derivative, steps, verdict, text, TeX, code and a place in the catalogue.

    Its class is one of :class:`derivlib.Node`, for a matrix, or :class:`derivlib.RealNode`, for a
    scalar, with a `shape` where that is not the shape of what it is applied to. Its rules are
    judged before they are used: nothing is registered if one of them does not hold.

    ```pycon
    >>> from sympy import MatrixSymbol, symbols
    >>> from derivlib import Node, derive, sum_entries
    >>> class Reversed(Node):
    ...     '''The rows of a matrix in the opposite order.'''
    >>> added = register(
    ...     Reversed,
    ...     entries=lambda calc, node, A: A.of(
    ...         A.rows, A.cols, lambda i, j: A[A.rows - 1 - i, j]
    ...     ),
    ...     linear={"adjoint": lambda G, E: Reversed(G)},
    ...     text="flipud",
    ...     code="{lib}.flipud({0})",
    ... )
    >>> [rule.name for rule in added]
    ['flipud', 'flipud in the trace']
    >>> n, m = symbols("n m", integer=True, positive=True)
    >>> X, C = MatrixSymbol("X", n, m), MatrixSymbol("C", m, n)
    >>> gradient = derive(sum_entries(C * Reversed(X)), X)
    >>> print(gradient)
    ∂L/∂X = flipud(Cᵀ*1[m×m])
    >>> gradient.verify({n: 3, m: 2}).entries
    6
    >>> gradient.to_function()([[1, 2], [3, 4]]).tolist()
    [[6.0, 6.0], [4.0, 4.0]]
    >>> unregister(Reversed)

    ```

    :param node: the class of the operation.
    :param entries: its definition, a function of the evaluation, the node and the values of its
        parts. A matrix has its entries as `A[i, j]`, counted from 0, `A.rows` and `A.cols`;
        `A.of(rows, cols, entry)` makes one. `calc.ring` calculates: `total`, `product`, `power`,
        `call(sympy_function, [x])`, `number`, `inverse`, `determinant`.
    :param rules: the rules of its differential: functions of `d` and what it is applied to, which
        give the right side, or a :class:`derivlib.Rule` where conditions, sources or placeholders
        are to be stated.
    :param linear: for a linear operation of one matrix, its `adjoint`, a function of G and E, and
        its `matrix` under a vec, a function of E, if a Jacobian is wanted.
    :param text: its name in text, or a function of the printer and the node; the name of the class
        in small letters if it is left out.
    :param tex: the same in TeX; upright if it is left out.
    :param shape: "square", for an operation on square matrices, "same" or "scalar", or a function
        of the node and its parts with their shapes; what the class says if it is left out.
    :param code: a call such as "{lib}.linalg.pinv({0})", with {lib} for the library, or a function
        written out; a mapping from "numpy", "jax" and "torch" where they differ.
    :param normal: makes it from its arguments, simpler where it can be.
    :param transposed: its transpose, where that is simpler than ᵀ.
    :param on: what its rules are checked with; matrices of any shape, or square ones, if left out.
    :param source: where the rules stand that are written as functions.
    :returns: the rules that were added.
    :raises InputError: if the class is registered already or no class of nodes, or if an argument
        is not what is wanted.
    :raises RuleError: if a rule does not hold, naming the entry.
    """
    if not isinstance(node, type) or not issubclass(node, Basic):
        raise InputError(f"register takes a class of SymPy expressions, not {node!r}")
    if node in told():
        raise InputError(
            f"{node.__name__} is registered already; derivlib.unregister({node.__name__}) first"
        )
    if not callable(entries):
        raise InputError(f"entries must be a function of (calc, node, A), not {entries!r}")
    name = text if isinstance(text, str) else node.__name__.lower()
    facets.tell(
        node,
        text=text or name,
        tex=tex or facets.upright(name),
        shape=_shape(node, shape),
        normal=normal or node,
        entries=Entries(entries),
        arrays=Absent("its definition is used"),
        code=_code(node, code),
        example=Absent("its author knows where it is defined"),
        transposed=transposed,
        is_linear=linear is not None,
    )
    try:
        made = _rules(node, name, rules, linear, on, source or CHAIN_RULE)
        for rule in made:
            check_rule(rule)
        return add_rules(*made)
    except Exception:
        facets.forget(node)
        raise


def unregister(node: type) -> None:
    """Take back what :func:`register` added, with the rules for the class.

    :param node: the class of an operation.
    :raises InputError: if it is not registered.
    """
    if node not in told():
        raise InputError(f"{node!r} is not registered")
    for rule in [rule for rule in RULES.values() if rule.of is node]:
        remove_rule(rule)
    facets.forget(node)


def _shape(node: type, shape: Any) -> Any:
    if shape is None:
        return stated if issubclass(node, NodeBase) or hasattr(node, "shape") else scalar
    if callable(shape):
        return shape
    if shape not in _SHAPES:
        known = ", ".join(f'"{each}"' for each in _SHAPES)
        raise InputError(f"shape must be one of {known}, or a function, not {shape!r}")
    if shape == "square":
        return lambda expr, parts: square(expr, parts) and stated(expr, parts)
    return _SHAPES[shape]


def _code(node: type, code: Any) -> Any:
    if code is None:
        return Absent(f"{node.__name__} was registered without code")
    if isinstance(code, str):
        return Call(code, matrices=True)
    if not isinstance(code, Mapping) or not set(code) <= set(BACKENDS):
        raise InputError(f"code maps {', '.join(BACKENDS)} to calls, and is {code!r}")
    return Call("", **code, matrices=True)


def _rules(
    node: type, name: str, rules: Any, linear: Any, on: Any, source: Source
) -> tuple[Rule, ...]:
    made: list[Rule] = []
    if linear is not None:
        if not isinstance(linear, Mapping) or "adjoint" not in linear:
            raise InputError(f'linear needs an "adjoint", a function of G and E: {linear!r}')
        instance = on or _placeholders(node)
        made += linear_rules(node, name, node, instance, source=source, **linear)
    for rule in rules:
        if isinstance(rule, Rule):
            made.append(rule)
        elif callable(rule):
            made.append(_rule(node, rule, on or _placeholders(node), source))
        else:
            raise InputError(f"a rule is a function of d and the parts, or a Rule, not {rule!r}")
    if not made:
        raise InputError(
            f"{node.__name__} needs a rule for its differential, or, if it is linear, its adjoint"
        )
    return tuple(made)


def _rule(node: type, right: Callable[..., Expr], on: tuple[Any, ...], source: Source) -> Rule:
    """The rule for d(node(…)) whose right side a function gives, written as it comes."""
    name = getattr(right, "__name__", "").strip("_").replace("_", " ")
    return Rule(
        node.__name__ if name in ("", "<lambda>") else name,
        "differential",
        lambda *parts: d(node(*parts)),
        lambda d, *parts: normal_form(right(d, *parts)),
        (on,),
        source,
        of=node,
    )


def _placeholders(node: type) -> tuple[Any, ...]:
    """A matrix of any shape if the operation takes it, a square one or a column otherwise."""
    tried = (matrix("U", n, m), matrix("U", n, n), matrix("u", n, Integer(1)))
    for placeholder in tried:
        try:
            made = node(placeholder)
            facets.facets_of(node).shape(made, [(placeholder, tuple(placeholder.shape))])
        except (DerivlibError, TypeError, ValueError, AttributeError):
            continue
        return (placeholder,)
    raise RuleError(
        f"{node.__name__} takes neither a matrix nor a column; say what its rules are to be "
        "checked with: on=(…)"
    )
