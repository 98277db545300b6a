"""Derivatives with respect to a Matrix of symbols: one derivation for each of the symbols."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from sympy import Expr, ImmutableDenseMatrix, MatrixSymbol
from sympy.matrices.matrixbase import MatrixBase

from derivlib import check
from derivlib.check.claims.verification import Method, Verification
from derivlib.derivation.base import WithResult
from derivlib.derivation.derivation import carry_out
from derivlib.derivation.instantiate import instantiate_all
from derivlib.derivation.joint import JointDerivation, carry_out_jointly
from derivlib.derivation.layout import Layout, layout_of
from derivlib.derivation.lines import HasLines
from derivlib.derivation.premises import Premises, premises
from derivlib.derivation.replacements import refuse_variables
from derivlib.derivation.states import Line
from derivlib.derivation.step import Step
from derivlib.derivation.writes_code import BackendName, WritesCode
from derivlib.display.formula import Formula
from derivlib.display.latex import latex
from derivlib.display.rows import Rows
from derivlib.errors import UnsupportedError
from derivlib.expressions.problem import Written
from derivlib.expressions.substitution import normal_form
from derivlib.expressions.text import text
from derivlib.nodes import FormalHessian
from derivlib.nodes.symbolic import Entry
from derivlib.rules.rule import Condition


@dataclass(frozen=True, eq=False, repr=False)
class EntrywiseDerivation(HasLines, WithResult, WritesCode):
    """The derivative of an expression with respect to a Matrix of symbols.

    ```pycon
    >>> from sympy import Matrix, symbols
    >>> from derivlib import derive, hessian
    >>> u, v = symbols("u v")
    >>> d = derive(u**2 * v, Matrix([u, v]))
    >>> print(d)
    ∂L/∂[u; v] = [2*u*v; u**2]
    >>> d.verify().entries
    2
    >>> d.verify(code="numpy").code
    'NumPy'
    >>> d.to_function()(2, 3).tolist()
    [12.0, 4.0]
    >>> F = Matrix([u * v, u + v])
    >>> derive(F, Matrix([u, v])).result == F.jacobian([u, v])
    True
    >>> print(hessian(u**2 * v, [u, v]))
    ∂²L/∂[u; v]∂[u; v]ᵀ = [2*v, 2*u; 2*u, 0]

    ```

    :param written: what is differentiated, with the names its author gave.
    :param wrt: the symbols, in the shape in which they are laid out.
    :param premises: assumptions on constants.
    :param parts: the derivations that it consists of: one by all the symbols for a scalar, one
        for each symbol for a matrix, and for a Hessian that of the gradient and one of each of
        its entries.
    :param order: how many times `expr` is differentiated: twice for a Hessian.
    """

    _RESULT: ClassVar[str] = "d.result"

    written: Written
    wrt: ImmutableDenseMatrix
    premises: Premises
    parts: tuple[Any, ...]
    order: int = 1

    @property
    def expr(self) -> Expr:
        """What is differentiated, as it was written."""
        return self.written.expr

    @property
    def where(self) -> Mapping[Expr, Expr]:
        """What the names in `expr` stand for, if its author gave it any."""
        return self.parts[0].where

    @property
    def label(self) -> Expr:
        """The derivative, written and not carried out: ∂L/∂(u, v)."""
        output = self.parts[0].output
        if self.order == 2:
            return FormalHessian(output, self.wrt)
        return layout_of(self.expr, self.wrt).label(output, self.wrt)

    @cached_property
    def result(self) -> ImmutableDenseMatrix:
        """The derivative: a gradient in the shape of `wrt`, a Jacobian or a Hessian."""
        if not isinstance(self.parts[0], JointDerivation):
            columns = [_stacked(part.result) for part in self.parts]
            return ImmutableDenseMatrix.hstack(*columns)
        if self.order == 1:
            return self._gradient
        rows = [[part.results[symbol] for symbol in self.variables] for part in self.parts[1:]]
        return ImmutableDenseMatrix(rows)

    @property
    def _gradient(self) -> ImmutableDenseMatrix:
        return self.wrt.applyfunc(self.parts[0].results.__getitem__)

    def _sympy_(self) -> Expr:
        return self.result

    @cached_property
    def shared(self) -> Mapping[Expr, Expr]:
        """What stays named in the result, as :attr:`Derivation.shared` says.

        :raises UnsupportedError: if one name stands for different things in different entries.
        """
        found: dict[Expr, Expr] = {}
        for part in self.parts:
            for name, value in part.shared.items():
                if found.setdefault(name, value) != value:
                    raise UnsupportedError(
                        f'{name} stands for "{text(found[name])}" in one entry of the result and '
                        f'for "{text(value)}" in another; derive by a MatrixSymbol, or give long '
                        "parts of the expression that do not depend on the variables symbols of "
                        "their own"
                    )
        return found

    @property
    def variables(self) -> tuple[Expr, ...]:
        """The symbols, column by column: the first arguments of its code."""
        return tuple(_stacked(self.wrt))

    @property
    def _asked(self) -> Written:
        return self.written

    def _named_again(self, exprs: list[Expr]) -> tuple[list[Expr], Mapping[Expr, Expr]]:
        given = {name: normal_form(value) for name, value in self.where.items()}
        return exprs, {**given, **self.shared}

    @property
    def _code_outputs(self) -> list[tuple[str, Expr]]:
        return [(text(self.label), self.result)]

    @property
    def _code_values(self) -> list[tuple[str, Expr]]:
        output = self.parts[0].output
        values: list[tuple[str, Expr]] = [(text(output), normal_form(self.expr))]
        if self.order == 2:
            label = text(layout_of(self.expr, self.wrt).label(output, self.wrt))
            values.append((label, self._gradient))
        return values

    @property
    def _code_name(self) -> str:
        return "hessian" if self.order == 2 else layout_of(self.expr, self.wrt).value.lower()

    @property
    def steps(self) -> tuple[Step, ...]:
        """Every step, in the order in which it was made."""
        return Rows(step for part in self.parts for step in part.steps)

    def own_lines(self) -> Iterator[Line]:
        """What stands after each step."""
        return (line for part in self.parts for line in part.own_lines())

    def replay(self) -> ImmutableDenseMatrix:
        """Apply every step again and return where they end, which is the result.

        :raises ReplayError: if a step does not hold, or they do not end at the result.
        """
        for part in self.parts:
            part.replay()
        return self.result

    @property
    def assumptions(self) -> tuple[Condition, ...]:
        """What has to hold for the result, each condition once."""
        return tuple(dict.fromkeys(c for part in self.parts for c in part.assumptions))

    @cached_property
    def _renamed(self) -> tuple[MatrixSymbol, dict[Expr, Expr]]:
        """A MatrixSymbol for the judge, and the entry of it that each symbol is."""
        taken = {str(letter) for letter in self.written.letters}
        name = next(name for name in ("X", "Theta", "Theta_0", "Theta_00") if name not in taken)
        matrix = MatrixSymbol(name, *self.wrt.shape)
        rows, cols = self.wrt.shape
        places = ((i, j) for i in range(rows) for j in range(cols))
        return matrix, {self.wrt[place]: matrix[place] for place in places}

    def _question(self) -> dict[str, Any]:
        """What the judge is asked, with a MatrixSymbol in place of the symbols."""
        matrix, renamed = self._renamed
        return {
            "expr": self.expr.xreplace(renamed),
            "wrt": matrix,
            "definitions": {name: value.xreplace(renamed) for name, value in self.where.items()},
            "order": self.order,
            "assuming": self.premises.given,
        }

    def elementwise(
        self, sizes: Mapping[Any, int] | None = None, *, entry: Entry | None = None
    ) -> ImmutableDenseMatrix:
        """Differentiate the expanded expression entry by entry, without the engine.

        :param sizes: a positive integer for each size symbol, or for its name.
        :param entry: as for :meth:`Derivation.elementwise`.
        :raises SizesError: if a size is missing or not a positive integer.
        """
        _, renamed = self._renamed
        back = {place: symbol for symbol, place in renamed.items()}
        found = check.elementwise(**self._question(), sizes=sizes, entry=entry)
        return found.xreplace(back)

    def verify(
        self,
        sizes: Mapping[Any, int] | None = None,
        *,
        seed: int = 0,
        points: int = 2,
        method: Method | None = None,
        code: BackendName | None = None,
    ) -> Verification:
        """Compare the result with the derivative found entry by entry.

        :param sizes: as for :meth:`Derivation.verify`; so are the others.
        :param seed: the seed of the random points.
        :param points: how many points.
        :param method: "exact" or "double".
        :param code: "numpy", "jax" or "torch" to compare what the code calculates too.
        :raises VerificationError: if an entry differs; the message names the first.
        :raises SizesError: if a size is missing or not a positive integer.
        :raises BackendError: if the library of the code is not installed.
        """
        question = self._question()
        _, renamed = self._renamed
        for name, value in self.shared.items():
            renamed_name = name.xreplace(renamed)
            question["definitions"].setdefault(renamed_name, value.xreplace(renamed))
        return check.verify(
            result=self.result.xreplace(renamed),
            sizes=sizes, seed=seed, points=points, method=method,
            code=None if code is None else self._calculation(code).of_entries(renamed),
            **question,
        )  # fmt: skip

    def instantiate(self, values: Mapping[Any, Any]) -> EntrywiseDerivation:
        """Put concrete functions in place of abstract ones and derive again.

        :param values: as for :meth:`Derivation.instantiate`.
        :raises InputError: as :meth:`Derivation.instantiate`.
        :raises ShapeError: as :meth:`Derivation.instantiate`.
        """
        told = " is a variable of the derivation and stays a symbol"
        refuse_variables(values, tuple(self.wrt), told)
        again = carry_out_twice_entrywise if self.order == 2 else carry_out_entrywise
        written = instantiate_all(self.written, values)
        return again(written, self.wrt, premises(written, (*self.wrt,), None, self.premises.given))

    @property
    def equation(self) -> Formula:
        """The result as a formula."""
        return Formula(f"{latex(self.label)} = {latex(self.result)}", self.derivations)

    def __str__(self) -> str:
        return f"{text(self.label)} = {text(self.result)}"


def _stacked(matrix: Any) -> ImmutableDenseMatrix:
    """The entries of a matrix, column by column.

    :raises UnsupportedError: if its size is not a number.
    """
    if not isinstance(matrix, MatrixBase):
        if not all(size.is_Integer for size in matrix.shape):
            rows, cols = matrix.shape
            raise UnsupportedError(
                f'"{text(matrix)}" is {rows}×{cols}, and has no explicit Jacobian with respect to '
                "a Matrix of symbols; derive it by each symbol alone, or by a MatrixSymbol"
            )
        matrix = matrix.as_explicit()
    return ImmutableDenseMatrix(len(matrix), 1, list(matrix.T))


def carry_out_entrywise(
    written: Written, wrt: ImmutableDenseMatrix, taken: Premises
) -> EntrywiseDerivation:
    """Differentiate an expression with respect to a Matrix of symbols.

    :param written: a scalar or a matrix expression.
    :param wrt: the symbols.
    :param taken: assumptions on constants.
    :raises ShapeError: if sizes in `expr` do not fit.
    :raises UnsupportedError: if `expr` has an operation without a rule, or is a matrix of
        symbolic size.
    """
    symbols = tuple(_stacked(wrt))
    parts: tuple[Any, ...]
    if layout_of(written.expr, wrt) is Layout.GRADIENT:
        parts = (carry_out_jointly(written, symbols, taken),)
    else:
        _stacked(written.expr)
        parts = tuple(carry_out(written, symbol, taken) for symbol in symbols)
    return EntrywiseDerivation(written, wrt, taken, parts)


def carry_out_twice_entrywise(
    written: Written, wrt: ImmutableDenseMatrix, taken: Premises
) -> EntrywiseDerivation:
    """Differentiate a scalar expression twice with respect to a Matrix of symbols.

    :param written: a scalar or 1×1 expression.
    :param wrt: the symbols.
    :param taken: assumptions on constants.
    :raises ShapeError: if sizes in `expr` do not fit.
    :raises UnsupportedError: if `expr` has an operation without a rule.
    """
    symbols = tuple(_stacked(wrt))
    gradient = carry_out_jointly(written, symbols, taken)
    if gradient.shared:
        raise UnsupportedError(
            "the gradient is too long to be written without names for its intermediates, and is "
            "not differentiated again; give long parts of the expression that do not depend on "
            "the variables symbols of their own"
        )
    again = (
        carry_out_jointly(Written(view.end, written.where, view.label), symbols, taken)
        for view in map(gradient.by, symbols)
    )
    return EntrywiseDerivation(written, wrt, taken, (gradient, *again), 2)
