"""One step of a GRU and of an LSTM: gradients as in notes on backpropagation.

The notes write g for the gradient at the new state, and differentiate each gate in its own
letter: z ⊙ (1 - z), 1 - c². What is expected was worked out by hand.
"""

from __future__ import annotations

import numpy as np
import pytest
from sympy import HadamardProduct, MatrixSymbol, OneMatrix, Trace, symbols, tanh

from derivlib import derive, sigmoid, text

n, m = symbols("n m", integer=True, positive=True)
SIZES = {"n": 4, "m": 3}
g, h, h_0, c, c_0, c_t, z, r, i, f, o = (
    MatrixSymbol(name, n, 1)
    for name in ["g", "h", "h_0", "c", "c_0", "c_t", "z", "r", "i", "f", "o"]
)
x, one = MatrixSymbol("x", m, 1), OneMatrix(n, 1)
W = {gate: MatrixSymbol(f"W_{gate}", n, m) for gate in "zrhifoc"}
U = {gate: MatrixSymbol(f"U_{gate}", n, n) for gate in "zrhifoc"}


def gate(name, function=sigmoid, state=h_0):
    before = W[name] * x + U[name] * state
    return before.applyfunc(function)


GRU = {
    h: HadamardProduct(one - z, h_0) + HadamardProduct(z, c),
    z: gate("z"),
    r: gate("r"),
    c: gate("h", tanh, HadamardProduct(r, h_0)),
}
LSTM = {
    h: HadamardProduct(o, c.applyfunc(tanh)),
    c: HadamardProduct(f, c_0) + HadamardProduct(i, c_t),
    **{name: gate(str(name)) for name in (i, f, o)},
    c_t: gate("c", tanh),
}


def gru(a):
    """The new state of a GRU, by hand."""
    update = 1 / (1 + np.exp(-(a["W_z"] @ a["x"] + a["U_z"] @ a["h_0"])))
    reset = 1 / (1 + np.exp(-(a["W_r"] @ a["x"] + a["U_r"] @ a["h_0"])))
    proposed = np.tanh(a["W_h"] @ a["x"] + a["U_h"] @ (reset * a["h_0"]))
    return (1 - update) * a["h_0"] + update * proposed


def lstm(a):
    """The new state of an LSTM, by hand."""
    take, keep, show = (
        1 / (1 + np.exp(-(a[f"W_{k}"] @ a["x"] + a[f"U_{k}"] @ a["h_0"]))) for k in "ifo"
    )
    proposed = np.tanh(a["W_c"] @ a["x"] + a["U_c"] @ a["h_0"])
    return show * np.tanh(keep * a["c_0"] + take * proposed)


ERROR = "(g ⊙ o ⊙ [1 - tanh(c)**2] ⊙ "  # what arrives at c in the LSTM
CASES = {
    "GRU, candidate": (GRU, gru, W["h"], "(g ⊙ z ⊙ [1 - c**2])*xᵀ"),
    "GRU, update gate": (GRU, gru, W["z"], "(g ⊙ (c - h_0) ⊙ [z*(1 - z)])*xᵀ"),
    "GRU, reset gate": (
        GRU,
        gru,
        W["r"],
        "((U_hᵀ*(g ⊙ z ⊙ [1 - c**2])) ⊙ h_0 ⊙ [r*(1 - r)])*xᵀ",
    ),
    "GRU, recurrent weights": (GRU, gru, U["h"], "(g ⊙ z ⊙ [1 - c**2])*(h_0 ⊙ r)ᵀ"),
    "LSTM, input gate": (LSTM, lstm, W["i"], ERROR + "c_t ⊙ [i*(1 - i)])*xᵀ"),
    "LSTM, forget gate": (LSTM, lstm, W["f"], ERROR + "c_0 ⊙ [f*(1 - f)])*xᵀ"),
    "LSTM, output gate": (LSTM, lstm, W["o"], "(g ⊙ tanh(c) ⊙ [o*(1 - o)])*xᵀ"),
    "LSTM, candidate": (LSTM, lstm, U["c"], ERROR + "i ⊙ [1 - c_t**2])*h_0ᵀ"),
    "LSTM, previous cell": (LSTM, lstm, c_0, "g ⊙ o ⊙ [1 - tanh(c)**2] ⊙ f"),
}
LINES = {
    "GRU, input": (GRU, gru, x, "∂L/∂x = W_hᵀ*∂L/∂v_3 + W_rᵀ*∂L/∂v_2 + W_zᵀ*∂L/∂v_1"),
    "GRU, previous state": (
        GRU,
        gru,
        h_0,
        "∂L/∂h_0 = g ⊙ (1[n×1] - z) + (U_hᵀ*∂L/∂v_3) ⊙ r + U_rᵀ*∂L/∂v_2 + U_zᵀ*∂L/∂v_1",
    ),
    "LSTM, input": (
        LSTM,
        lstm,
        x,
        "∂L/∂x = W_iᵀ*∂L/∂z_4 + W_cᵀ*∂L/∂z_3 + W_fᵀ*∂L/∂z_2 + W_oᵀ*∂L/∂z_1",
    ),
    "LSTM, previous state": (
        LSTM,
        lstm,
        h_0,
        "∂L/∂h_0 = U_iᵀ*∂L/∂z_4 + U_cᵀ*∂L/∂z_3 + U_fᵀ*∂L/∂z_2 + U_oᵀ*∂L/∂z_1",
    ),
}


def numbers(wrt):
    """Arrays for every symbol that a step takes."""
    rng = np.random.default_rng(3)
    shaped = [g, h_0, c_0, x, *W.values(), *U.values()]
    assert wrt in shaped
    sizes = {n: SIZES["n"], m: SIZES["m"]}
    return {
        str(s): rng.normal(size=[int(size.subs(sizes)) for size in s.shape if size != 1])
        for s in shaped
    }


def by_differences(step, wrt, arrays):
    """The gradient of gᵀh by central differences of the step written by hand."""
    name, width = str(wrt), 1e-6
    gradient = np.zeros_like(arrays[name])
    for place in np.ndindex(gradient.shape):
        values = []
        for sign in (1, -1):
            moved = arrays[name].copy()
            moved[place] += sign * width
            values.append(arrays["g"] @ step({**arrays, name: moved}))
        gradient[place] = (values[0] - values[1]) / (2 * width)
    return gradient


def agrees(derivation, step, wrt):
    arrays = numbers(wrt)
    calculate = derivation.to_function()
    wanted = {str(s) for s in derivation.written.free} - {"n", "m"}
    wanted -= {str(name) for name in derivation.where}
    found = calculate(**{name: arrays[name] for name in wanted})
    return np.allclose(found, by_differences(step, wrt, arrays), rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("name", CASES)
def test_a_gradient_reads_as_in_notes(name):
    cell, step, wrt, printed = CASES[name]
    d = derive(Trace(g.T * h), wrt, where=cell)
    assert text(d.result) == printed
    assert d.replay() == d.result
    assert agrees(d, step, wrt)


@pytest.mark.parametrize("name", LINES)
def test_errors_of_the_gates_are_added_up_as_in_notes(name):
    cell, step, wrt, line = LINES[name]
    d = derive(Trace(g.T * h), wrt, where=cell)
    assert line in [str(each).partition("   [")[0] for each in d.short]
    assert d.replay() == d.result
    assert agrees(d, step, wrt)


def test_the_error_at_a_gate_is_in_its_own_letter():
    lines = [str(line) for line in derive(Trace(g.T * h), W["r"], where=GRU).short]
    assert any(line.startswith("∂L/∂v_2 = g ⊙ z ⊙ [1 - c**2]") for line in lines)
    assert any("⊙ h_0 ⊙ [r*(1 - r)]   [" in line for line in lines)


def test_a_step_with_a_wrong_sign_is_noticed():
    d = derive(Trace(g.T * h), W["z"], where=GRU)
    assert not agrees(d, lambda a: -gru(a), W["z"])
