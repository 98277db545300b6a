"""The way through a call of the command line, and its exit code."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import Sequence

from derivlib.command import terminal
from derivlib.command.options import options
from derivlib.command.serving import serve
from derivlib.errors import DerivlibError, ParseError

ANSWERED, WRONG, NO_ANSWER = 0, 1, 2
INTERRUPTED, OUTPUT_ENDED = 130, 141
"""What a shell gives for a program that Ctrl-C or a closed pipe has ended."""


def main(typed: Sequence[str] | None = None) -> int:
    """Answer what is typed behind `derivlib`, or serve a site.

    ```pycon
    >>> main(["tr(A*X)", "X", "--no-verify"])
    Understood
      tr(A*X)
      A  matrix, n×m
      X  matrix, m×n
    <BLANKLINE>
    Derivative
      ∂L/∂X = Aᵀ
    <BLANKLINE>
    Derivation
      L = tr(A*X)
      dL = ⟨Aᵀ, dX⟩   [product, cyclic property of the trace]
      ∂L/∂X = Aᵀ   [first identification theorem]
    <BLANKLINE>
    Assumed
      A constant
    <BLANKLINE>
    Verdict
      not asked for
    <BLANKLINE>
    0

    ```

    :param typed: the arguments; those of the process if they are left out.
    :returns: the exit code: 0 if answered and verified, 1 if a claim or the verdict is negative, 2
        if there is no answer.
    """
    typed = [*(sys.argv[1:] if typed is None else typed)]
    try:
        return serve(typed[1:]) if typed[:1] == ["site"] else _answer(options(typed))
    except SystemExit as told:  # by argparse, which has said why
        return int(told.code or 0)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        return OUTPUT_ENDED
    except ParseError as error:
        terminal.complain(error.message, str(error).removeprefix(error.message))
    except DerivlibError as error:
        terminal.complain(str(error))
    except UnicodeDecodeError as error:
        terminal.complain(f"the formula cannot be decoded: {error}")
    except Exception:
        sys.excepthook(*sys.exc_info())
        terminal.complain("this is a fault of derivlib's, and no answer")
    return NO_ANSWER


def _answer(asked: Namespace) -> int:
    formula = sys.stdin.read().strip() if asked.formula == "-" else asked.formula

    # SymPy comes with these, which takes longer than all that was done before.
    from derivlib.command.answer import Answer
    from derivlib.command.record import record
    from derivlib.command.report import Report

    answer = Answer(asked, formula)
    if asked.json:
        told = record(answer)
        shown = json.dumps(told, indent=2, ensure_ascii=False)
        if not terminal.carries(sys.stdout, shown):
            shown = json.dumps(told, indent=2)
        terminal.say(f"{shown}\n")
    else:
        for part in Report(answer, terminal.width(), terminal.as_carried()):
            terminal.say(part)
    for note in answer.notes:
        terminal.complain(note)
    return ANSWERED if answer.holds else WRONG
