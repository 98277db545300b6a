"""The question that a derivation answers, as the page "Ask" takes it: texts, and kinds of names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from typing import Any

from sympy import Eq, Expr, Symbol, Trace
from sympy.logic.boolalg import And

from derivlib.check.claims.complex_derivative import letters_assumed
from derivlib.check.claims.equation import is_equal
from derivlib.check.points.assumptions import assumptions_about
from derivlib.command.answer import results_of
from derivlib.derivation.complex_hessian import ComplexHessian
from derivlib.derivation.conjugates import with_conjugates_as_letters
from derivlib.derivation.derivation import Derivation
from derivlib.derivation.entrywise import EntrywiseDerivation
from derivlib.derivation.joint import JointDerivation
from derivlib.derivation.premises import NOTHING_ASSUMED, Premises
from derivlib.derivation.wirtinger import WirtingerDerivation
from derivlib.errors import DerivlibError, InputError
from derivlib.expressions.problem import Written
from derivlib.expressions.sizes import expression
from derivlib.expressions.substitution import normal_form, resolve
from derivlib.expressions.text import text
from derivlib.nodes.matrix_function import MatrixFunction
from derivlib.parsing.declared import kinds_in
from derivlib.parsing.kinds import Kind, habits, kind_of
from derivlib.parsing.reading import Reading, read_text
from derivlib.parsing.words import MATRIX_FACTS, SCALAR_FACTS, with_variable
from derivlib.site.ask.examples import STATED, address_of

Question = dict[str, Any]

KEY = "derivlib.questions"
"""Where an output of a notebook has the questions of the derivations that it shows."""

_LONGEST = 1500
"""How many characters an address may hold: some programs cut longer ones off."""

_WORDS = {Kind.SCALAR: "scalar", Kind.COLUMN: "vector", Kind.ROW: "row", Kind.MATRIX: "matrix"}


class NoQuestionError(DerivlibError):
    """A derivation that the page cannot be asked for; the message says why."""


def question_of(derivation: Any) -> Question | None:
    """The question to which a derivation is the answer; nothing if it cannot be typed.

    What the formula, read alone, would be understood to be otherwise is stated: in `kinds` where
    the page has a choice for it, behind the formula where it has none.

    ```pycon
    >>> from sympy import Function, MatrixSymbol, Q
    >>> from derivlib import derive, hessian
    >>> A, x = MatrixSymbol("A", 4, 4), MatrixSymbol("x", 4, 1)
    >>> for word, told in question_of(hessian(x.T * A * x, x, assuming=Q.symmetric(A))).items():
    ...     print(word, told or "-")
    formula xᵀ*A*x, A in R^(4 x 4), x in R^(4 x 1)
    variable x
    order 2
    structure -
    layout -
    numbers -
    kinds {'symmetric': ['A']}
    >>> print(question_of(derive(Function("L")(A.applyfunc(Function("f"))), A))["formula"])
    L(f(A)), f elementwise, L function, A in R^(4 x 4)

    ```

    :param derivation: what :func:`derivlib.derive`, :func:`derivlib.hessian` or
        :func:`derivlib.wirtinger` returned, or the second derivatives of the last.
    :returns: what :class:`derivlib.site.ask.answers.Asked` takes.
    """
    try:
        return asked_by(derivation)
    except NoQuestionError:
        return None


def told_of(derivation: Any) -> dict[str, Any]:
    """What the build of a site is told of a derivation.

    :returns: its `question`, the `name` of what it finds, and its `results` as texts; or why it is
        `refused`.
    """
    try:
        question = asked_by(derivation)
    except NoQuestionError as error:
        return {"refused": str(error)}
    views = [each.derivation for each in results_of(derivation)]
    return {
        "name": ", ".join(text(view.label) for view in views),
        "question": question,
        "results": [text(view.result) for view in views],
    }


def link_to(derivation: Any) -> str:
    """The link "Change it" for a table that a page writes in Markdown; empty if there is none.

    ```pycon
    >>> from derivlib import derive
    >>> print(link_to(derive("a'*x", "x")))
    <a class="ask-change" href="ask:#v=1&amp;f=a%E1%B5%80%2Ax&amp;x=x">Change it</a>

    ```

    The extension puts the address of the page in.
    """
    question = question_of(derivation)
    if question is None:
        return ""
    return f'<a class="ask-change" href="ask:{escape(address_of(question))}">Change it</a>'


def asked_by(derivation: Any) -> Question:
    """The same as :func:`question_of`, or why there is none.

    :raises NoQuestionError: if there is none.
    """
    told = _told_by(derivation)
    refused = "it cannot be typed"
    for kinds, clauses in told.ways():
        formula = ", ".join([told.formula, *clauses])
        if len(formula) > _LONGEST:
            raise NoQuestionError("the formula is too long for an address")
        try:
            stated = {word: [*names] for word, names in kinds.items()}
            reading = read_text(formula, **with_variable(stated, told.variable))
        except DerivlibError as error:
            refused = f"its text cannot be read: {str(error).splitlines()[0]}"
            continue
        if told.is_read_in(reading):
            return {
                "formula": formula,
                "variable": told.variable,
                "order": told.order,
                "structure": told.premises.structure or "",
                "layout": "",
                "numbers": told.numbers,
                "kinds": kinds,
            }
        refused = f"its text is read otherwise: {reading}"
    raise NoQuestionError(refused)


def _told_by(derivation: Any) -> _Told:
    match derivation:
        case WirtingerDerivation():
            return _ToldOfComplex(derivation, 1)
        case ComplexHessian():
            return _ToldOfComplex(derivation.first, 2)
        case Derivation():
            variables = (derivation.wrt,)
        case EntrywiseDerivation() | JointDerivation():
            variables = derivation.variables
        case _:
            raise NoQuestionError(f"the page takes no {type(derivation).__name__}")
    told = _Told(
        resolve(expression(derivation.expr), derivation.where), variables, derivation.premises
    )
    told.order = getattr(derivation, "order", 1)
    if isinstance(derivation, EntrywiseDerivation):
        told.variable = text(derivation.wrt)  # [u; v]
    return told


class _Told:
    """What has to be typed for a derivation."""

    order = 1
    numbers = ""

    def __init__(self, expr: Expr, variables: tuple[Expr, ...], premises: Premises) -> None:
        self.expr, self.premises = expr, premises
        self.formula = text(expr)
        self.variable = " ".join(map(text, variables))
        try:
            self.known = kinds_in(expr, *variables)
        except InputError as error:
            raise NoQuestionError(str(error)) from None
        named = {*Written(expr).free, *variables}
        self.symbols: dict[str, Any] = {s.name: s for s in sorted(named, key=str)}
        self.functions = _matrix_functions(self.known)
        shaped = [*self.matrices, *self.functions.values()]
        self.sizes = {str(s) for each in shaped for size in each.shape for s in size.free_symbols}

    @property
    def matrices(self) -> list[Any]:
        """The vectors and matrices among the names."""
        return [symbol for symbol in self.symbols.values() if symbol.is_Matrix]

    @property
    def _sized(self) -> list[Any]:
        """Those whose sizes can be stated: numbers and letters, which n + k - 1 is not."""
        return [m for m in self.matrices if all(size.is_Atom for size in m.shape)]

    def ways(self) -> Iterator[tuple[dict[str, list[str]], list[str]]]:
        """Ways to say what the names are, the shortest first: kinds, and what stands behind."""
        facts, clauses = self._facts()
        odd = _merged(facts, self._kinds(lambda kind, costs: costs.get(kind) != 0))
        yield facts, clauses
        yield odd, clauses
        yield _merged(facts, self._kinds(lambda *_: True)), clauses
        shaped = [f"{text(m)} in {_space(m)}" for m in self._sized]
        yield facts, [*clauses, *shaped]
        yield _merged(facts, self._kinds(lambda kind, _: kind is Kind.SCALAR)), [*clauses, *shaped]

    def _kinds(self, is_stated: Any) -> dict[str, list[str]]:
        """The kinds of those names of which the kind is to be stated."""
        found: dict[str, list[str]] = {}
        for name, symbol in self.symbols.items():
            kind = kind_of(symbol.shape) if symbol.is_Matrix else Kind.SCALAR
            if name not in self.sizes and is_stated(kind, habits(name)):
                found.setdefault(_WORDS[kind], []).append(name)
        return found

    def _facts(self) -> tuple[dict[str, list[str]], list[str]]:
        """What is assumed, and which names are functions."""
        kinds: dict[str, list[str]] = {}
        clauses = []
        for word in ("elementwise", "function"):
            clauses += [f"{_shown(name)} {word}" for name in self.known.get(word, ())]
        clauses += [f"{_shown(name)} function in {_space(f)}" for name, f in self.functions.items()]
        clauses += [
            f"{name} {word}"  # constant matrices: J[0, 0] has a single 1
            for name, word in self.known.items()
            if isinstance(word, str) and re.search(rf"\b{name}[\[(]", self.formula)
        ]
        for word, names in self._stated():
            if word in STATED:
                kinds.setdefault(word, []).extend(names)
            else:
                clauses += [f"{_shown(name)} {word}" for name in names]
        return kinds, [*clauses, *self._equations()]

    def _stated(self) -> Iterator[tuple[str, list[str]]]:
        for each in self.premises.assumed:
            word = each.property.replace(" ", "_")
            is_word = word in (*MATRIX_FACTS, *SCALAR_FACTS) and not each.by_equation
            if is_word and each.subject in self.symbols.values():
                yield word, [each.subject.name]
        for name, symbol in self.symbols.items():
            if isinstance(symbol, Symbol) and name not in self.sizes:
                own = symbol._assumptions_orig
                yield from ((w, [name]) for w in SCALAR_FACTS if own.get(w) and w != "real")

    def _equations(self) -> Iterator[str]:
        for given in _each(self.premises.given):
            if isinstance(given, Eq):
                yield " = ".join(map(text, given.args))

    def is_read_in(self, reading: Reading) -> bool:
        """Return whether a reading says the same, but for the letters of sizes."""
        read_functions = _matrix_functions(kinds_in(reading.expr))
        letters = self._letters({**reading.symbols, **read_functions})
        if letters is None:
            return False
        read = _scalar(self._normal(expression(reading.expr.xreplace(letters))))
        own = _scalar(self._normal(self.expr))
        return (read == own or is_equal(read, own)) and self._assumes(reading)

    def _normal(self, expr: Expr) -> Expr:
        """An expression in the form in which it is compared."""
        return normal_form(expr)

    def _letters(self, read: Mapping[str, Expr]) -> dict[Expr, Expr] | None:
        """The own symbol for each of a reading, sizes too; nothing if they do not correspond."""
        named = {**self.symbols, **self.functions}
        if read.keys() != {name for name in named if name not in self.sizes - read.keys()}:
            return None
        letters: dict[Any, Any] = {}
        for name, symbol in read.items():
            own = named[name]
            if getattr(own, "is_Matrix", None) != getattr(symbol, "is_Matrix", None):
                return None
            pairs = [*zip(getattr(symbol, "shape", ()), getattr(own, "shape", ()), strict=True)]
            if name not in self.functions:
                pairs.insert(0, (symbol, own))
            for theirs, ours in pairs:
                if ours.is_Number or theirs.is_Number:
                    if theirs != ours:
                        return None
                elif letters.setdefault(theirs, ours) != ours:
                    return None
        return letters if len({*letters.values()}) == len(letters) else None

    def _assumes(self, reading: Reading) -> bool:
        """Return whether what is assumed of matrices is the same."""
        read = assumptions_about(reading.assuming, {*reading.symbols.values()})
        told = {(str(a.subject), a.property) for a in read if a.subject.is_Matrix}
        own = {
            (str(a.subject), a.property)
            for a in self.premises.assumed
            if a.subject in self.symbols.values() and a.subject.is_Matrix
        }
        return told == own


class _ToldOfComplex(_Told):
    """The same for derivatives with respect to a complex name and its conjugate."""

    numbers = "complex"

    def __init__(self, first: WirtingerDerivation, order: int) -> None:
        real, hermitian = letters_assumed(first.assuming)
        if any(each.is_Matrix for each in real | hermitian):
            raise NoQuestionError("that a matrix is real or Hermitian cannot be typed")
        super().__init__(first.asked, (first.wrt,), NOTHING_ASSUMED)
        self.order, self.real = order, real

    def _stated(self) -> Iterator[tuple[str, list[str]]]:
        yield from (told for told in super()._stated() if told[0] != "complex")
        for name, symbol in self.symbols.items():
            is_scalar = not symbol.is_Matrix and name not in self.sizes
            if is_scalar and not symbol.is_real and symbol not in self.real:
                yield "complex", [name]

    def _normal(self, expr: Expr) -> Expr:
        return normal_form(with_conjugates_as_letters(expr, self.real))


def _matrix_functions(known: Mapping[str, Any]) -> dict[str, MatrixFunction]:
    """The undefined functions whose value is a matrix, by their names."""
    return {name: each for name, each in known.items() if isinstance(each, MatrixFunction)}


def _space(shaped: Any) -> str:
    rows, cols = shaped.shape
    return f"R^({rows} x {cols})"


def _shown(name: str) -> str:
    return text(Symbol(name))


def _scalar(expr: Expr) -> Expr:
    """A 1×1 matrix as a scalar."""
    is_entry = expr.is_Matrix and all(size == 1 for size in expr.shape)
    return Trace(expr) if is_entry else expr


def _each(given: Any) -> Iterator[Any]:
    if isinstance(given, And):
        yield from given.args
    elif isinstance(given, Iterable) and not isinstance(given, str):
        for part in given:
            yield from _each(part)
    else:
        yield given


def _merged(*parts: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """What several say of names; of a matrix that is stated to be symmetric no kind besides."""
    found: dict[str, list[str]] = {}
    said: set[str] = set()
    for part in parts:
        new = {word: [name for name in names if name not in said] for word, names in part.items()}
        said |= {name for names in new.values() for name in names}
        for word, names in new.items():
            if names:
                found.setdefault(word, []).extend(names)
    return found
