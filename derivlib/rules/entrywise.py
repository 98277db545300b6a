"""Rewriting entry by entry: outer products, and functions of the entries of matrices.

A scalar counts here as its one entry.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache

import sympy as sp
from sympy import (
    DiagonalOf,
    Dummy,
    Expr,
    HadamardPower,
    Heaviside,
    Integer,
    Lambda,
    MatPow,
    MatrixSymbol,
    Pow,
    S,
    Symbol,
)
from sympy.core.function import AppliedUndef
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.expressions.diagonal import DiagMatrix

from derivlib.expressions.construction import (
    add,
    hadamard,
    hadamard_power,
    is_one,
    mul,
    ones,
    power,
    split_coefficient,
    transpose,
)
from derivlib.expressions.guarded import scalar_power, scalar_product
from derivlib.nodes.builders import diagonal_matrix, frobenius, sum_of
from derivlib.nodes.elementwise import ElementwisePrime, as_lambda, elementwise
from derivlib.nodes.prime import Prime
from derivlib.nodes.relu import Relu
from derivlib.nodes.share import Share
from derivlib.rules.declare import algebra, remembered
from derivlib.rules.placeholders import a, k, m, matrix, n, u
from derivlib.rules.rule import Arguments, Rule, Source
from derivlib.rules.scalar_forms import (
    as_written,
    hyperbolic,
    is_indicator,
    length_of,
    logistic,
    replace_symbol,
    shortened,
)
from derivlib.rules.sources import HADAMARD_ALGEBRA, goodfellow

A, B, C = matrix("A", n, m), matrix("B", n, m), matrix("C", n, m)
z = Symbol("z")
_RECIPROCAL = Lambda(z, 1 / z)
_SYMBOLS = tuple(Dummy(f"z{i}") for i in range(8))
"""What stands for an entry; always the same, so that a form is searched for once."""


_COMPOUND = (sp.MatAdd, sp.HadamardProduct, sp.HadamardPower, ElementwiseApplyFunction)
"""What may be taken apart into entries of other matrices."""


_OPAQUE = (AppliedUndef, Prime, sp.Piecewise, sp.Heaviside, sp.Max, sp.Min, Share)
"""Functions that are not looked into."""


Form = Callable[[Expr], Expr | None]
"""Writes a function of entries in another form, or returns None."""


class OfEntries:
    """A matrix as a function of the entries of others, or a scalar as one of other scalars.

    :param expr: the matrix or the scalar.
    :param deep: whether what functions are applied to is taken apart too.
    """

    def __init__(self, expr: Expr, deep: bool = False) -> None:
        self.expr, self.deep, self.is_nested = expr, deep, False
        self.shape = expr.shape if expr.is_Matrix else None
        self._is_sum = isinstance(expr, sp.MatAdd)
        self._symbols: dict[Expr, Expr] = {}
        self.body = self._entry(expr)
        self._parts = {symbol: part for part, symbol in self._symbols.items()}
        self._forms: dict[Form, Expr | None] = {}

    def part(self, symbol: Expr) -> Expr | None:
        """The matrix or scalar whose entry a symbol stands for, if it does."""
        return self._parts.get(symbol)

    def in_form(self, form: Form) -> Expr | None:
        """The expression in another form, if that is shorter; each form is searched once."""
        if form not in self._forms:
            found = (reading._shorter(form) for reading in self._readings())
            self._forms[form] = next((written for written in found if written is not None), None)
        return self._forms[form]

    def _readings(self) -> Iterator[OfEntries]:
        """The reading itself, and that of the parts of what functions are applied to."""
        yield self
        if self.is_nested:
            yield of_entries(self.expr, deep=True)

    def _shorter(self, form: Form) -> Expr | None:
        """The expression in another form, if this reading shows one."""
        body = form(self.body)
        if body is None:
            return None
        written = self.written(body)
        if written == self.expr:
            return None
        if self.deep and length_of(of_entries(written, deep=True).body) > length_of(self.body):
            return None
        spread = _ones(written) > _ones(self.expr) and not isinstance(written, sp.OneMatrix)
        return None if spread else written

    def _entry(self, expr: Expr) -> Expr:
        """What stands at one place of a matrix, in the form in which it is written."""
        match expr:
            case sp.OneMatrix():
                return S.One
            case sp.MatMul():
                if not expr.args[0].is_Matrix:
                    return self._node(sp.Mul, split_coefficient(expr))
            case sp.MatAdd() | sp.Add():
                return self._node(sp.Add, expr.args)
            case sp.HadamardProduct() | sp.Mul():
                return self._node(sp.Mul, expr.args)
            case sp.HadamardPower() | sp.Pow():
                return self._node(sp.Pow, expr.args)
            case ElementwiseApplyFunction() if not as_lambda(expr.function).expr.has(*_OPAQUE):
                function = as_lambda(expr.function)
                return replace_symbol(
                    function.expr, function.variables[0], self._argument(expr.expr)
                )
            case sp.Function() if not isinstance(expr, _OPAQUE):
                if not any(part.is_Matrix for part in expr.args):
                    return self._node(expr.func, expr.args)
        return expr if expr.is_Number or expr.is_Symbol else self._symbol(expr)

    def _argument(self, expr: Expr) -> Expr:
        """What a function is applied to."""
        if self.deep:
            return self._entry(expr)
        scaled = isinstance(expr, sp.MatMul) and not expr.args[0].is_Matrix
        self.is_nested |= scaled or isinstance(expr, _COMPOUND)
        return self._symbol(expr)

    def _symbol(self, expr: Expr) -> Expr:
        if expr not in self._symbols:
            known = len(self._symbols)
            self._symbols[expr] = _SYMBOLS[known] if known < len(_SYMBOLS) else Dummy()
        return self._symbols[expr]

    def _node(self, kind: type, args: tuple[Expr, ...]) -> Expr:
        return as_written(kind, *map(self._entry, args))

    def written(self, body: Expr) -> Expr:
        """The matrix, or the scalar, whose entry a function of the entries is."""
        if self.shape is None:
            return self._written(body)
        if isinstance(body, sp.Add) and self._is_sum:
            return add(*(self._filled(self._written(term)) for term in body.args))
        return self._filled(self._written(body))

    def _filled(self, entry: Expr) -> Expr:
        """A matrix as it is, and a scalar at each of its places."""
        assert self.shape is not None
        return entry if entry.is_Matrix else mul(entry, ones(*self.shape))

    def _written(self, body: Expr) -> Expr:
        if body in self._parts:
            return self._parts[body]
        matrices = self._matrices(body)
        if isinstance(body, sp.Mul):
            return self._product(body)
        if self._is_function(body, matrices):
            return elementwise(Lambda(matrices[0], body), self._parts[matrices[0]])
        if isinstance(body, sp.Add):
            terms = map(self._written, body.args)
            return add(*map(self._filled, terms) if matrices else terms)
        if isinstance(body, sp.Pow) and not self._matrices(body.exp):
            power = hadamard_power if matrices else scalar_power
            return power(self._written(body.base), self._written(body.exp))
        if not matrices:
            return body.func(*map(self._written, body.args)) if body.args else body
        (moving,) = (part for part in body.args if self._matrices(part))
        place = Dummy()
        return elementwise(Lambda(place, body.xreplace({moving: place})), self._written(moving))

    def _is_function(self, body: Expr, matrices: tuple[Expr, ...]) -> bool:
        """Return whether a body is a function of one scalar at the entries of one matrix."""
        if not self._of_one(body, matrices):
            return False
        return (
            not isinstance(body, sp.Add)
            or not body.is_polynomial(*matrices)
            or (sp.degree(body, matrices[0]) > 1)
        )

    def _of_one(self, body: Expr, matrices: tuple[Expr, ...]) -> bool:
        """Return whether entries of one matrix occur, and beside them only symbols."""
        others = body.free_symbols - {*matrices}
        return len(matrices) == 1 and not any(symbol in self._parts for symbol in others)

    def _product(self, body: Expr) -> Expr:
        """A product, in which the functions of the entries of one matrix are one function."""
        scalars: list[Expr] = []
        joined: dict[Expr, Expr] = {}
        apart: list[Expr] = []
        for factor in body.args:
            matrices = self._matrices(factor)
            if not matrices:
                scalars.append(self._written(factor))
            elif self._of_one(factor, matrices):
                joined[matrices[0]] = joined.get(matrices[0], S.One) * factor
            else:
                apart.append(factor)
        parts = sorted((*joined.values(), *apart), key=self._place)
        scalar = scalar_product(*scalars)
        if not parts:
            return scalar
        return mul(scalar, hadamard(*(self._one_written(part) for part in parts)))

    def _one_written(self, factor: Expr) -> Expr:
        """A product of functions of one matrix as one function."""
        matrices = self._matrices(factor)
        if factor.is_Mul and self._of_one(factor, matrices):
            return elementwise(Lambda(matrices[0], factor), self._parts[matrices[0]])
        return self._written(factor)

    def _place(self, factor: Expr) -> list[int]:
        """Where the matrices of a factor stand in the expression that was read."""
        return [*map(list(self._parts).index, self._matrices(factor))]

    def _matrices(self, body: Expr) -> tuple[Expr, ...]:
        """The matrices whose entries occur."""
        found = body.free_symbols
        return tuple(z for z, part in self._parts.items() if z in found and part.is_Matrix)


of_entries = lru_cache(maxsize=512)(OfEntries)


_OPERATIONS: dict[type, str] = {
    **dict.fromkeys((sp.Add, sp.MatAdd), "sum"),
    **dict.fromkeys((sp.Mul, sp.MatMul, sp.HadamardProduct), "product"),
    **dict.fromkeys((sp.Pow, sp.HadamardPower), "power"),
}
"""What stands between the entries of matrices."""


def is_plain(expr: Expr, around: str = "", met: set[Expr] | None = None) -> bool:
    """Return whether no form can be shorter: nothing stands twice, and no function is known.

    Nearly all expressions are plain, and need no reading then.

    :param around: the operation that the expression is a part of.
    :param met: what else stands in the whole.
    """
    met = set() if met is None else met
    operation, parts = _OPERATIONS.get(type(expr), ""), expr.args
    if isinstance(expr, sp.MatMul):
        parts = split_coefficient(expr)
        operation = "" if parts[0] is S.One else operation
    if operation:
        signed = parts[0] is S.NegativeOne and _OPERATIONS.get(type(parts[-1])) == "sum"
        if operation == around or (operation == "product" and signed):
            return False
        return all(is_plain(part, operation, met) for part in parts)
    if isinstance(expr, (sp.Function, ElementwiseApplyFunction)):
        return isinstance(expr, (*_OPAQUE, ElementwisePrime)) and _is_new(expr, met)
    return expr.is_Number or isinstance(expr, sp.OneMatrix) or _is_new(expr, met)


def _is_new(expr: Expr, met: set[Expr]) -> bool:
    """Take note of an expression, and return whether it was not met before."""
    known = len(met)
    met.add(expr)
    return len(met) > known


@remembered
def _reading(expr: Expr) -> OfEntries | None:
    """The reading of an expression for which there may be a shorter form."""
    return None if is_plain(expr) else of_entries(expr)


def _in_form(form: Form, expr: Expr) -> Expr | None:
    """An expression of entries in another form, if that is shorter.

    A product of matrices is none, though to SymPy it is one of scalars.
    """
    if isinstance(expr, sp.MatMul):
        return None
    reading = _reading(expr)
    return None if reading is None else reading.in_form(form)


def _ones(expr: Expr) -> int:
    """How many matrices of ones occur."""
    return len(expr.atoms(sp.OneMatrix))


def _form(name: str, form: Form, *instances: Expr, source: Source) -> Rule:
    """Declare that expressions of entries are equal to what they are in a shorter form."""

    def applies(expr: Expr) -> Arguments | None:
        return None if _in_form(form, expr) is None else (expr,)

    def sides(expr: Expr) -> tuple[Expr, Expr]:
        written = _in_form(form, expr)
        return expr, expr if written is None else written

    return algebra(
        name,
        sides,
        *((instance,) for instance in instances),
        source=source,
        of=(
            sp.Add,
            sp.Mul,
            sp.Pow,
            sp.MatAdd,
            sp.HadamardProduct,
            sp.HadamardPower,
            ElementwiseApplyFunction,
        ),
        arguments=applies,
    )


_SHORT = _form(
    "shorter function of entries",
    shortened,
    elementwise(sp.log, elementwise(sp.exp, A)),
    hadamard(elementwise(_RECIPROCAL, A), A, B),
    hadamard(elementwise(Lambda(z, 1 / (1 / (1 + z))), A), elementwise(_RECIPROCAL, A)),
    add(hadamard(A, B), hadamard(B, A)),
    a / (1 + 1 / u),
    source=HADAMARD_ALGEBRA,
)
_LOGISTIC = _form(
    "logistic function",
    logistic,
    elementwise(Lambda(z, sp.exp(z) / (1 + sp.exp(z))), A),
    hadamard(B, elementwise(Lambda(z, sp.exp(-z) / (1 + sp.exp(-z)) ** 2), A)),
    1 / (1 + sp.exp(-u)),
    source=goodfellow("section 3.10"),
)
_HYPERBOLIC = _form(
    "hyperbolic tangent",
    hyperbolic,
    elementwise(Lambda(z, sp.sinh(z) / sp.cosh(z)), A),
    elementwise(Lambda(z, 1 / sp.cosh(z) ** 2), A),
    (sp.exp(u) - sp.exp(-u)) / (sp.exp(u) + sp.exp(-u)),
    source=goodfellow("section 6.3.2"),
)

DIAGONAL_OF_OUTER = algebra(
    "diagonal of an outer product",
    lambda column, row: (DiagonalOf(mul(column, row)), hadamard(column, transpose(row))),
    (MatrixSymbol("a", n, 1), MatrixSymbol("b", 1, n)),
    source=HADAMARD_ALGEBRA,
)

MULTIPLIED_OUT = algebra(
    "multiplying out a Hadamard product",
    lambda factor, *terms: (
        hadamard(factor, add(*terms)),
        add(*(hadamard(factor, term) for term in terms)),
    ),
    (A, B, C),
    (A, B, C, matrix("D", n, m)),
    source=HADAMARD_ALGEBRA,
)


def _row_sums(matrix: Expr) -> Expr:
    """The sum of each row; a column as it is."""
    cols = matrix.shape[1]
    return matrix if is_one(cols) else mul(matrix, ones(cols, 1))


SCALED_ROWS = algebra(
    "scaled rows",
    lambda sums, *rest: (
        hadamard(mul(sums, ones(sums.shape[1], rest[0].shape[1])), *rest),
        mul(diagonal_matrix(_row_sums(sums)), hadamard(*rest)),
    ),
    (MatrixSymbol("a", n, 1), A),
    (MatrixSymbol("a", n, 1), A, B),
    (matrix("C", n, k), A),
    source=HADAMARD_ALGEBRA,
)

SCALED_COLUMNS = algebra(
    "scaled columns",
    lambda sums, *rest: (
        hadamard(mul(ones(rest[0].shape[0], sums.shape[0]), sums), *rest),
        mul(hadamard(*rest), diagonal_matrix(_row_sums(transpose(sums)))),
    ),
    (MatrixSymbol("b", 1, m), A),
    (MatrixSymbol("b", 1, m), A, B),
    (matrix("C", k, m), A),
    source=HADAMARD_ALGEBRA,
)


def _indicator_to_a_power(expr: Expr) -> Arguments | None:
    base, exponent = expr.args
    body = base.args[0] if isinstance(base, DiagMatrix) else base
    body = as_lambda(body.args[0]).expr if isinstance(body, ElementwiseApplyFunction) else body
    return expr.args if is_indicator(body) and exponent.is_Integer and exponent > 0 else None


def _power_of(base: Expr) -> Callable[[Expr, Expr], Expr]:
    """The power that a scalar, a matrix of entries and a diagonal matrix are raised to."""
    if isinstance(base, DiagMatrix):
        return power
    return hadamard_power if base.is_Matrix else Pow


algebra(
    "power of an indicator",
    lambda base, exponent: (_power_of(base)(base, exponent), base),
    (Heaviside(u, 0), Integer(2)),
    (elementwise(Lambda(z, Heaviside(z, 1)), A), Integer(3)),
    (diagonal_matrix(elementwise(Lambda(z, Heaviside(z, 0)), MatrixSymbol("a", n, 1))), Integer(2)),
    source=HADAMARD_ALGEBRA,
    of=(Pow, HadamardPower, MatPow),
    arguments=_indicator_to_a_power,
)


def _of_one_matrix(factor: Expr) -> tuple[Expr, Expr]:
    """The matrix whose entries a factor is a function of, and the function of one entry."""
    if isinstance(factor, HadamardPower):
        matrix, body = _of_one_matrix(factor.args[0])
        return matrix, body ** factor.args[1]
    if isinstance(factor, ElementwiseApplyFunction):
        function = as_lambda(factor.args[0])
        return factor.args[1], function.expr.xreplace({function.variables[0]: z})
    return factor, z if factor.is_Matrix else factor


def _is_step(factor: Expr) -> bool:
    if isinstance(factor, ElementwiseApplyFunction):
        factor = as_lambda(factor.args[0]).expr
    return isinstance(factor, Heaviside)


def _vanishes_with(u: Expr, body: Expr) -> bool:
    """Return whether a product has a power of relu(u), which is 0 where u is not positive."""
    for part in sp.Mul.make_args(body):
        base, exponent = part.as_base_exp()
        if isinstance(base, Relu) and base.args[0] == u and exponent.is_positive:
            return True
    return False


def _without_indicators(expr: Expr) -> Expr:
    """A function without indicators that change nothing: relu(u) [u > 0], and [u > 0] squared."""
    if isinstance(expr, ElementwiseApplyFunction):
        function = as_lambda(expr.args[0])
        body = function.expr
        if not body.has(Heaviside):
            return expr
        new = body.replace(_is_indicator_power, lambda part: part.base)
        new = new.replace(sp.Mul, lambda *args: _without_indicators(sp.Mul(*args)))
        return expr if new == body else elementwise(Lambda(function.variables, new), expr.args[1])
    factors = expr.args
    if not any(map(_is_step, factors)):
        return expr
    bodies = list(map(_of_one_matrix, factors))
    kept = [
        factor
        for factor, (matrix, body) in zip(factors, bodies, strict=True)
        if not isinstance(body, Heaviside)
        or not any(
            _vanishes_with(body.args[0], other)
            for of, other in bodies
            if of == matrix or not factor.is_Matrix
        )
    ]
    if len(kept) == len(factors):
        return expr
    return hadamard(*kept) if expr.is_Matrix else sp.Mul(*kept)


def _is_indicator_power(expr: Expr) -> bool:
    return bool(expr.is_Pow and is_indicator(expr.base) and expr.exp.is_positive)


algebra(
    "product with an indicator",
    lambda expr: (expr, _without_indicators(expr)),
    (Relu(u) * Heaviside(u, 0),),
    (hadamard(A, elementwise(Lambda(z, Relu(z)), B), elementwise(Lambda(z, Heaviside(z, 0)), B)),),
    (elementwise(Lambda(z, sp.exp(Relu(z) * Heaviside(z, 1) + Heaviside(z, 0) ** 2)), A),),
    source=HADAMARD_ALGEBRA,
    of=(sp.Mul, sp.HadamardProduct, ElementwiseApplyFunction),
    arguments=lambda expr: None if _without_indicators(expr) == expr else (expr,),
)


ROW_SUMS = algebra(
    "diagonal of a product as row sums",
    lambda left, right, row: (
        mul(DiagonalOf(mul(left, right)), row),
        mul(hadamard(left, transpose(right)), ones(left.shape[1], row.shape[1])),
    ),
    (A, transpose(B), ones(1, k)),
    source=HADAMARD_ALGEBRA,
)


DIAGONAL_OF_SCALED_ROWS = algebra(
    "diagonal of scaled rows",
    lambda column, matrix: (
        DiagonalOf(mul(diagonal_matrix(column), matrix)),
        hadamard(column, DiagonalOf(matrix)),
    ),
    (MatrixSymbol("a", n, 1), matrix("B", n, n)),
    source=HADAMARD_ALGEBRA,
)

DIAGONAL_OF_SCALED_COLUMNS = algebra(
    "diagonal of scaled columns",
    lambda matrix, column: (
        DiagonalOf(mul(matrix, diagonal_matrix(column))),
        hadamard(column, DiagonalOf(matrix)),
    ),
    (matrix("B", n, n), MatrixSymbol("a", n, 1)),
    source=HADAMARD_ALGEBRA,
)


def as_one_function(expr: Expr) -> Expr:
    """A product of functions of the entries of one matrix as one function, if it is one."""
    reading = of_entries(expr)
    symbols = reading.body.free_symbols
    (matrix, *others) = (reading.part(symbol) for symbol in symbols) if symbols else (None, None)
    if others or matrix is None or matrix == expr or not matrix.is_Matrix:
        return expr
    return elementwise(Lambda(*symbols, reading.body), matrix)


_EXP = elementwise(sp.exp, A)

ONE_FUNCTION = algebra(
    "product of functions of one matrix",
    lambda product: (product, as_one_function(product)),
    (hadamard(_EXP, add(ones(n, m), mul(S.NegativeOne, _EXP))),),
    source=HADAMARD_ALGEBRA,
)


FACTOR_IN_INNER_PRODUCT = algebra(
    "factor moved in an inner product",
    lambda first, second, *rest: (
        frobenius(first, hadamard(second, *rest)),
        sum_of(hadamard(first, second, *rest)),
    ),
    (A, B),
    (A, B, C),
    source=HADAMARD_ALGEBRA,
)


def is_shorter(*factors: Expr) -> bool:
    """Return whether a Hadamard product can be written in fewer nodes."""
    return _in_form(shortened, hadamard(*factors)) is not None


def cancels(parts: tuple[Expr, ...], factors: tuple[Expr, ...]) -> bool:
    """Return whether parts of a product are longer by themselves than beside the factors."""
    product = hadamard(*parts, *factors)
    if is_plain(product):
        return False
    body = shortened(of_entries(product).body)
    alone = length_of(of_entries(hadamard(*parts)).body)
    return body is not None and length_of(body) < alone
