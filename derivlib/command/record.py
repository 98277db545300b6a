"""An answer as one JSON object, for programs."""

from __future__ import annotations

from typing import Any

from sympy import Eq, Expr, srepr

from derivlib.command.answer import Answer, Judged, definitions
from derivlib.display import aligned_block, latex, text


def record(answer: Answer) -> dict[str, Any]:
    """The object that `--json` prints; the page "Use the command line" says what is in it."""
    asked = answer.asked
    found: dict[str, Any] = {
        "text": answer.formula,
        "variables": asked.variables,
        "understood": _understood(answer),
    }
    if asked.check is not None:
        claim = answer.claim
        found["claim"] = {
            "text": asked.check.strip(),
            "agreed": claim.agreed,
            "reason": claim.reason,
            "hint": claim.hint,
            "sizes": dict(claim.sizes),
        }
    else:
        found |= _derived(answer)
    return {**found, "notes": answer.notes}


def _understood(answer: Answer) -> dict[str, Any]:
    reading = answer.reading
    names = {}
    for name, symbol in reading.symbols.items():
        rows, columns = map(str, symbol.shape) if symbol.is_Matrix else ("1", "1")
        names[name] = {"kind": reading.kinds[name], "rows": rows, "columns": columns}
    return {
        **_expression(reading.expr),
        "names": names,
        "stated": list(map(_stated, reading.assuming)),
    }


def _stated(assumption: Any) -> str:
    """An assumption in one line, an equation with a sign between its sides."""
    return " = ".join(map(text, assumption.args)) if isinstance(assumption, Eq) else str(assumption)


def _expression(expr: Expr) -> dict[str, str]:
    return {"text": text(expr), "tex": latex(expr), "srepr": srepr(expr)}


def _derived(answer: Answer) -> dict[str, Any]:
    asked, lines = answer.asked, answer.lines
    verdicts: list[Judged | None] = [*answer.verdicts] or [None] * len(answer.results)
    derivatives = []
    for number, (result, verdict) in enumerate(zip(answer.results, verdicts, strict=True)):
        told: dict[str, Any] = {
            "variable": result.variable,
            "equation": str(result.derivation),
            **_expression(result.derivation.result),
            "verdict": _verdict(verdict),
        }
        if asked.layout is not None:
            told["in_layout"] = {"layout": asked.layout, **_expression(answer.laid_out[number])}
        derivatives.append(told)
    shared = answer.derivation.shared
    return {
        "order": 2 if asked.hessian else 1,
        "derivatives": derivatives,
        "where": {text(name): _expression(value) for name, value in shared.items()},
        "definitions": _definitions(lines),
        "steps": [
            {
                "text": line.equation,
                "rules": list(line.reasons),
                "conditions": list(map(str, line.requires)),
            }
            for line in lines
        ],
        "derivation_tex": aligned_block.block(lines.parts).tex,
        "conditions": list(map(str, answer.derivation.assumptions)),
        "verified": None if asked.no_verify else answer.holds,
        "code": None if asked.code is None else {"library": asked.code, "source": answer.code},
    }


def _definitions(lines: Any) -> list[str]:
    found: dict[str, None] = {}
    for part, _ in lines.parts:
        found |= dict.fromkeys(definitions(part, found))
    return list(found)


def _verdict(verdict: Judged | None) -> dict[str, Any] | None:
    if verdict is None:
        return None
    found: dict[str, Any] = {"agreed": verdict.agreed, "text": verdict.told}
    if (detail := verdict.verification) is not None:
        found |= {
            "sizes": {str(name): value for name, value in dict(detail.sizes).items()},
            "entries": detail.entries,
            "points": detail.points,
            "seed": detail.seed,
            "method": detail.method,
            "code": bool(detail.code),
        }
    return found
