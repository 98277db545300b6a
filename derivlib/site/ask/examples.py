"""Questions that the page offers, by field; the bundle is made of what they need."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

EXAMPLES: dict[str, list[dict[str, Any]]] = {
    "Regression": [
        {"formula": "norm2(X*w - y)^2", "variable": "w"},
        {"formula": "norm2(X*w - y)^2 + c*norm2(w)^2", "variable": "w", "order": 2},
        {"formula": "(y - X*w)'*diag(v)*(y - X*w)", "variable": "w"},
        {"formula": "norm(X*W - Y)^2", "variable": "W"},
        {"formula": "sum(huber(X*w - y))", "variable": "w"},
    ],
    "Classification": [
        {"formula": "sum(log(1 + exp(-y .* (X*w))))", "variable": "w"},
        {"formula": "sum(log(1 + exp(X*w))) - y'*X*w", "variable": "w", "order": 2},
        {"formula": "-y'*log(softmax(W*x))", "variable": "W"},
        {"formula": "logsumexp(x) - y'*x", "variable": "x", "order": 2},
        {"formula": "sum(relu(1 - y .* (X*w)))", "variable": "w"},
    ],
    "Probability": [
        {"formula": "logdet(S) + (x - m)'*inv(S)*(x - m)", "variable": "S"},
        {"formula": "(x - m)'*inv(S)*(x - m), S symmetric", "variable": "m", "order": 2},
        {"formula": "tr(inv(S)*C) + logdet(S), S symmetric", "variable": "S"},
        {"formula": "p'*log(p ./ q)", "variable": "p"},
        {"formula": "w'*mu/sqrt(w'*S*w), S symmetric, mu vector", "variable": "w"},
    ],
    "Linear algebra": [
        {"formula": "x'*A*x", "variable": "x"},
        {"formula": "x'*A*x", "variable": "x", "order": 2},
        {"formula": "logdet(X)", "variable": "X"},
        {"formula": "x'*A*x/(x'*x), A symmetric", "variable": "x"},
        {"formula": "tr(A*X*B*X')", "variable": "X"},
        {"formula": "a'*inv(X)*b", "variable": "X"},
        {"formula": "det(X)", "variable": "X"},
        {"formula": "A*X*B", "variable": "X"},
        {"formula": "inv(X)", "variable": "X"},
    ],
    "Networks": [
        {"formula": "sum(f(X*W)), f elementwise", "variable": "W"},
        {"formula": "norm2(W*tanh(V*x) - y)^2", "variable": "V"},
        {"formula": "softmax(x)", "variable": "x"},
        {"formula": "sum(sigmoid(X*w + b)), b scalar", "variable": "w"},
        {"formula": "norm(T - U*V')^2", "variable": "U"},
        {"formula": "x ./ norm(x)", "variable": "x"},
    ],
}
"""Thirty questions."""


STATED = (
    *("scalar", "vector", "row", "matrix", "square"),
    *("symmetric", "positive_definite", "diagonal", "complex"),
)
"""What a name can be stated to be by a choice of the page; `KINDS` in the page lists the same."""


def address_of(question: dict[str, Any]) -> str:
    """The part of an address that holds a question; `hashOf` in the page writes the same."""
    held = {"v": "1", "f": question["formula"], "x": question["variable"]}
    if question.get("order") == 2:
        held["order"] = "2"
    for word in ("claim", "structure", "layout", "numbers", "sizes"):
        if question.get(word):
            held[word] = question[word]
    for word, names in question.get("kinds", {}).items():
        held[word] = ",".join(names)
    return f"#{urlencode(held)}"
