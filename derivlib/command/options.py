"""What is typed on the command line, read without SymPy."""

from __future__ import annotations

from argparse import (
    SUPPRESS,
    Action,
    ArgumentParser,
    ArgumentTypeError,
    Namespace,
    RawDescriptionHelpFormatter,
)
from collections.abc import Sequence
from typing import Any

import derivlib
from derivlib.errors import InputError
from derivlib.parsing.words import KINDS, MATRIX_FACTS, ROLES, SCALAR_FACTS, with_variable

COMMANDS = ("new-site",)
"""Words that are no formulas; what they will do is not there yet."""

_DESCRIPTION = """\
Differentiate a formula with respect to one or several of its names, and check the answer by an
independent calculation.

A formula is typed as in NumPy, MATLAB, Julia, SymPy or TeX: X' and X^T transpose, * is the product
of matrices, .* the product entry by entry, and norm2, sum, tr, det, logdet, inv, exp, log,
sigmoid, softmax and others are functions. Capital letters are matrices, small ones vectors, Greek
ones scalars, unless something else is stated or is the only thing that fits. Nothing that is typed
is run as a program. Put the formula into quotes, so that the shell leaves it alone."""

_EPILOG = """\
examples:
  derivlib "x'*A*x" x
  derivlib "norm2(X*w - y)^2 + c*norm2(w)^2" w --hessian
  derivlib "x'*A*x" x A --code numpy
  derivlib "x'*A*x" x --symmetric A --check "2*A*x"
  derivlib "sum(f(X*w + b))" w --elementwise f --scalar b --full
  derivlib "logdet(S)" S --structure symmetric --sizes n=3
  derivlib "norm(A*x - b)^2" x --wirtinger --hessian --code numpy
  echo "tr(A*X)" | derivlib - X --json
  derivlib site                      serve the built site; derivlib site --help

exit codes:
  0  answered, and the independent calculation agrees
  1  the claim of --check is wrong, or the independent calculation does not agree
  2  no answer: wrong usage, a formula that cannot be read, or one that cannot be differentiated"""

OF_REAL_NUMBERS = ("structure", "layout")
"""What is asked of derivatives with respect to real names only."""

_KINDS = (
    ("what names are (each option takes names, as in a,b)", "", KINDS),
    ("what matrices are", "", MATRIX_FACTS),
    ("what scalars are", "", SCALAR_FACTS),
    ("what else names can stand for", "each is a {}", ROLES),
)


class _Version(Action):
    """Tell the version, which is looked up only then."""

    def __call__(self, parser: ArgumentParser, *_: Any) -> None:
        try:
            told = f"derivlib {derivlib.__version__}"
        except AttributeError as error:
            parser.error(str(error))
        parser.exit(0, f"{told}\n")


def sizes_in(typed: str) -> dict[str, int]:
    """Sizes as they are typed: n=4,m=3.

    :raises InputError: if they are no sizes.
    """
    found = {}
    for part in filter(None, typed.split(",")):
        name, _, value = (piece.strip() for piece in part.partition("="))
        if not name or not value.isdecimal() or not int(value):
            raise InputError(f"sizes are positive whole numbers, as in n=4,m=3, not {part}")
        found[name] = int(value)
    return found


def _sizes(typed: str) -> dict[str, int]:
    try:
        return sizes_in(typed)
    except InputError as error:
        raise ArgumentTypeError(str(error)) from None


def _names(typed: str) -> list[str]:
    return [name for name in typed.replace(",", " ").split() if name]


def parser() -> ArgumentParser:
    """What understands the options, and tells them."""
    made = ArgumentParser(
        "derivlib",
        "derivlib FORMULA NAME [NAME ...] [options]",
        _DESCRIPTION,
        _EPILOG,
        formatter_class=RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    made.add_argument("words", nargs="*", help=SUPPRESS)
    asked = made.add_argument_group("what is asked")
    asked.add_argument("--hessian", action="store_true", help="differentiate twice")
    asked.add_argument(
        "--wirtinger",
        action="store_true",
        help="differentiate with respect to a complex name and its conjugate; matrices are "
        "complex, and scalars that are stated to be. With --hessian, the four blocks of second "
        "derivatives; with --code, a function of complex arrays",
    )
    asked.add_argument(
        "--check",
        metavar="CLAIM",
        help="judge a derivative that was found by hand, and tell no more",
    )
    asked.add_argument(
        "--structure",
        metavar="KIND",
        help="differentiate by the free entries of a matrix that is symmetric, diagonal, lower "
        "triangular, upper triangular or toeplitz",
    )
    asked.add_argument(
        "--layout", help="the result also as books with numerator or denominator layout print it"
    )
    asked.add_argument(
        "--sizes", type=_sizes, default={}, metavar="n=4,m=3", help="sizes to check the answer at"
    )
    asked.add_argument(
        "--no-verify", action="store_true", help="leave the independent calculation out"
    )
    told = made.add_argument_group("what is told")
    told.add_argument("--full", action="store_true", help="every step, and not only the main ones")
    told.add_argument(
        "--code", metavar="LIBRARY", help="a function of arrays too, for numpy, jax or torch"
    )
    told.add_argument("--latex", action="store_true", help="the result and the derivation in TeX")
    told.add_argument(
        "--json", action="store_true", help="all of it as one JSON object, for programs"
    )
    told.add_argument("--version", action=_Version, nargs=0, help="tell the version")
    for title, meaning, words in _KINDS:
        stated = made.add_argument_group(title)
        for word in words:
            stated.add_argument(
                f"--{word.replace('_', '-')}",
                dest=f"is {word}",
                action="append",
                metavar="NAMES",
                help=meaning.format(ROLES.get(word)),
            )
    return made


def _with_signs(typed: Sequence[str]) -> list[str]:
    """Keep a formula that begins with a minus from being taken for an option."""
    plain = {"-", "-h"}
    return [
        f" {word}" if word.startswith("-") and word[1:2] != "-" and word not in plain else word
        for word in typed
    ]


def options(typed: Sequence[str]) -> Namespace:
    """Read what is typed; `formula`, `variables` and `kinds` say what is differentiated.

    :raises SystemExit: if it cannot be understood, or if only help is asked for.
    """
    made = parser()
    found = made.parse_intermixed_args(_with_signs(typed))
    words = [word.strip() for word in found.words]
    if not words:
        made.error('no formula is given; derivlib --help shows how, as in derivlib "x\'*A*x" x')
    if words[0] in COMMANDS:
        made.error(f"there is no command {words[0]} yet")
    found.formula, *found.variables = words
    found.kinds = {
        word: [name for each in typed for name in _names(each)]
        for _, _, words in _KINDS
        for word in words
        if (typed := getattr(found, f"is {word}"))
    }
    for variable in found.variables:
        found.kinds = {**with_variable(found.kinds, variable, found.structure)}
    _refuse_combinations(made, found)
    return found


def _refuse_combinations(made: ArgumentParser, found: Namespace) -> None:
    _refuse_real_options(made, found)
    if found.check is None:
        return
    wanted = {
        "--hessian": found.hessian,
        "--wirtinger": found.wirtinger,
        "--layout": found.layout,
        "--full": found.full,
        "--code": found.code,
        "--latex": found.latex,
        "--no-verify": found.no_verify,
    }
    for option, is_wanted in wanted.items():
        if is_wanted:
            made.error(f"--check judges a first derivative and takes no {option}")
    if len(found.variables) > 1:
        made.error("--check judges the derivative with respect to one name")


def _refuse_real_options(made: ArgumentParser, found: Namespace) -> None:
    """Refuse what the command does for real numbers only."""
    for option in OF_REAL_NUMBERS:
        if found.wirtinger and getattr(found, option):
            made.error(f"--wirtinger is for complex numbers and takes no --{option}")
    if found.wirtinger and len(found.variables) > 1:
        made.error("--wirtinger differentiates with respect to one name and its conjugate")
