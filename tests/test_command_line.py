"""The command line: options and exit codes in this process, pipes and encodings in others."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
import tomllib
from contextlib import suppress
from importlib import import_module
from pathlib import Path

import pytest

import derivlib
from derivlib import check_steps, derive, hessian, parse
from derivlib.command import answer, terminal
from derivlib.command.main import main
from derivlib.command.options import options
from derivlib.parsing.declared import WORDS

ROOT = Path(derivlib.__file__).parents[1]
NAMESPACE: dict[str, object] = {}
exec(
    "from sympy import *\n"
    "from sympy.core.symbol import Str\n"
    "from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction\n"
    "from derivlib import *\n",
    NAMESPACE,
)
"""What `srepr` writes is in here, as the page on the command line says."""


@pytest.fixture
def run(capsys):
    """Call the command; return its exit code, what it printed, and what it complained of."""

    def call(*typed: str) -> tuple[int, str, str]:
        code = main(typed)
        return code, *capsys.readouterr()

    return call


def parts_of(printed: str) -> dict[str, str]:
    """What is printed, by the titles."""
    parts = (part.partition("\n") for part in printed.strip().split("\n\n"))
    return {title: body for title, _, body in parts}


def test_a_matrix_of_names_is_a_variable(run):
    code, printed, _ = run("det([a, b; c, d])", "[a, b; c, d]")
    assert code == 0
    assert "∂L/∂[a, b; c, d] = [" in printed
    assert "a  scalar" in printed
    assert run("u^2*v", "[u; v]", "--hessian")[1] == run("u^2*v", "u", "v", "--hessian")[1]


# --- what is told ---------------------------------------------------------------------------


def test_everything_is_told_in_order(run):
    code, printed, complaints = run("norm2(X*w - y)^2 + c*norm2(w)^2", "w")
    assert (code, complaints) == (0, "")
    parts = parts_of(printed)
    assert list(parts) == ["Understood", "Derivative", "Derivation", "Assumed", "Verdict"]
    assert parts["Understood"].splitlines()[1:] == [
        "  X  matrix, n×m",
        "  w  vector, m×1",
        "  y  vector, n×1",
        "  c  scalar",
    ]
    assert parts["Derivative"] == "  ∂L/∂w = 2*(Xᵀ*(X*w - y) + c*w)"
    first, *_, last = parts["Derivation"].splitlines()
    assert first == "  L = norm(X*w - y)**2 + c*norm(w)**2"
    assert (
        last == "  ∂L/∂w = 2*(Xᵀ*(X*w - y) + c*w)   [first identification theorem, common multiple]"
    )
    assert parts["Assumed"] == "  y, X, c constant"
    assert parts["Verdict"].startswith("  verified. The 4×1 result agrees in all 4 entries")


def test_names_of_intermediates_are_told_before_they_are_used(run):
    _, printed, _ = run("sum(f(X*w + b))", "w", "--elementwise", "f", "--scalar", "b")
    first = parts_of(printed)["Derivation"].splitlines()[0]
    assert first == "  L = sum(a), a = f(z), z = X*w + b*1[n×1]"


def test_a_hessian_is_that_of_the_library(run):
    _, printed, _ = run("x'*A*x", "x", "--hessian")
    assert parts_of(printed)["Hessian"].strip() == str(hessian("x'*A*x", "x"))


def test_complex_names_have_two_derivatives_and_two_verdicts(run):
    code, printed, complaints = run("norm(A*x - b)^2 + abs(z)^2", "x", "--wirtinger", "--complex=z")
    assert (code, complaints) == (0, "")
    parts = parts_of(printed)
    assert "z  scalar, complex" in parts["Understood"]
    assert parts["Derivatives"].split("\n")[1] == "  ∂L/∂conj(x) = Aᴴ*(A*x - b)"
    assert parts["Verdict"].count("verified") == 2
    found = json.loads(run("abs(z)^2", "z", "--wirtinger", "--complex=z", "--json")[1])
    assert [each["text"] for each in found["derivatives"]] == ["conj(z)", "z"]
    assert found["verified"]


@pytest.mark.needs("numpy")
def test_complex_names_have_a_hessian_and_code(run):
    typed = ("norm(A*x - b)^2", "x", "--wirtinger", "--hessian", "--code", "numpy")
    code, printed, complaints = run(*typed)
    parts = parts_of(printed)
    blocks = ["conj(x), x", "conj(x), conj(x)", "x, x", "x, conj(x)"]
    assert parts["Hessian"].split("\n")[0] == "  ∂²L/∂conj(x)∂xᵀ = Aᴴ*A"
    assert re.findall(r"^  by (.*): verified", parts["Verdict"], re.MULTILINE) == blocks
    assert parts["Verdict"].count("code calculates it at each point") == 4
    assert (code, complaints) == (0, "")
    found = json.loads(run(*typed, "--json")[1])
    assert [each["variable"] for each in found["derivatives"]] == blocks
    assert found["order"] == 2
    assert all(each["verdict"]["code"] for each in found["derivatives"])
    assert "def hessians(A):" in found["code"]["source"]


@pytest.mark.parametrize(
    "typed",
    [
        ("x^H*A*x", "x", "--wirtinger", "--layout", "numerator"),
        ("tr(X^H*X)", "X", "--wirtinger", "--structure", "symmetric"),
        ("x^H*A*x", "x", "--wirtinger", "--check", "A*x"),
        ("x^H*A*x", "x", "A", "--wirtinger"),
    ],
)
def test_what_there_is_for_real_numbers_only_is_refused(typed, capsys):
    with pytest.raises(SystemExit):
        options(typed)
    assert "--wirtinger" in capsys.readouterr().err


def test_a_complex_scalar_is_refused_where_all_are_real(run):
    code, _, complaints = run("abs(z)^2", "z", "--complex=z")
    assert code == 2
    assert "wirtinger" in complaints


def test_several_variables_have_a_derivative_and_a_verdict_each(run):
    code, printed, _ = run("x'*A*x", "x", "A")
    parts = parts_of(printed)
    assert parts["Derivatives"].split("\n") == ["  ∂L/∂x = (A + Aᵀ)*x", "  ∂L/∂A = x*xᵀ"]
    verdicts = re.findall(r"^  by (\w): verified", parts["Verdict"], re.MULTILINE)
    assert (code, verdicts) == (0, ["x", "A"])


def test_options_may_stand_between_the_names(run):
    _, printed, _ = run("x'*A*x", "x", "--symmetric", "A", "A")
    assert "∂L/∂x = 2*A*x\n  ∂L/∂A = x*xᵀ" in printed
    assert "  A  matrix, n×n, symmetric\n" in printed


def test_a_formula_may_begin_with_a_minus(run):
    _, printed, _ = run("-x'*A*x", "x")
    assert "∂L/∂x = -(A + Aᵀ)*x" in printed
    assert run("-x'*A*x", "x", "--check", "-(A + A')*x")[0] == 0


def test_every_step_and_the_main_ones(run):
    d = derive("norm2(X*w - y)^2", "w")
    _, few, _ = run("norm2(X*w - y)^2", "w")
    _, many, _ = run("norm2(X*w - y)^2", "w", "--full")
    assert parts_of(few)["Derivation"].count("[") == len(d.short)
    assert parts_of(many)["Derivation"].count("[") == len(d.full) > len(d.short)


def test_the_layout_of_numerators_is_the_transpose(run):
    _, printed, _ = run("x'*A*x", "x", "--layout", "numerator")
    assert "in numerator layout, by x: xᵀ*(Aᵀ + A)" in printed


def test_tex_is_that_of_the_result(run):
    _, printed, _ = run("x'*A*x", "x", "--latex")
    assert str(derive("x'*A*x", "x").equation) in printed
    assert "\\begin{aligned}\nL &= x^{\\mathsf{T}} A x" in printed


def test_free_entries_of_a_structured_variable(run):
    code, printed, _ = run("logdet(S)", "S", "--structure", "symmetric", "--sizes", "n=3")
    assert code == 0
    assert "∂L/∂S (S symmetric) = 2*S⁻¹ - Diag(diag(S⁻¹))" in printed
    assert "The 3×3 result" in printed


def test_sizes_are_those_that_are_asked_for(run):
    _, printed, _ = run("tr(A*X)", "X", "--sizes", "n=5,m=2")
    assert "all 10 entries" in printed


@pytest.mark.needs("numpy")
def test_code_is_printed_as_it_can_be_saved_and_is_run(run, tmp_path):
    code, printed, _ = run("x'*A*x", "x", "--code", "numpy")
    assert code == 0
    assert "The NumPy code calculates it at each point" in printed.replace("\n  ", " ")
    source = printed.split("Code for numpy\n")[1].split("\nVerdict\n")[0]
    found: dict[str, object] = {}
    exec(source, found)
    assert found["gradient"]([1.0, 2.0], __import__("numpy").eye(2)).tolist() == [2.0, 4.0]


def test_a_library_that_is_missing_leaves_the_formula_verified(run, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    code, printed, complaints = run("norm(x)*norm(y)", "x", "y", "--code", "torch")
    assert code == 0
    assert "import torch" in printed
    assert parts_of(printed)["Verdict"].count("verified. The 4×1 result") == 1
    assert parts_of(printed)["Verdict"].count("verified. The 3×1 result") == 1
    assert complaints.startswith("derivlib: the code was not run: PyTorch")
    assert complaints.count("\n") == 1


def test_no_verdict_where_none_is_wanted(run, monkeypatch):
    monkeypatch.setattr(answer.Answer, "_judged", None)
    code, printed, _ = run("x'*A*x", "x", "--no-verify")
    assert code == 0
    assert parts_of(printed)["Verdict"] == "  not asked for"


def test_a_name_that_does_not_occur_is_remarked_on(run):
    code, printed, complaints = run("x'*A*x", "q")
    assert code == 0
    assert "∂L/∂q = 0[n×1]" in printed
    assert complaints == (
        "derivlib: q does not occur, so that the derivative is 0; the names are x, A\n"
    )


# --- kinds ----------------------------------------------------------------------------------


@pytest.mark.parametrize("word", WORDS)
def test_every_word_is_an_option(word):
    option = f"--{word.replace('_', '-')}"
    found = options(["f", "x", option, "a, b", option, "c"])
    assert found.kinds == {word: ["a", "b", "c"]}


def test_what_is_stated_is_understood(run):
    _, printed, _ = run(
        *("a*k*x'*P*x", "x", "--scalar", "a", "--integer", "k", "--positive-definite", "P")
    )
    told = parts_of(printed)["Understood"].splitlines()[1:]
    assert told == [
        "  a  scalar",
        "  k  scalar, integer",
        "  x  vector, n×1",
        "  P  matrix, n×n, positive definite",
    ]
    assert "∂L/∂x = 2*a*k*P*x" in printed


def test_names_are_stated_in_the_formula_too(run):
    assert "∂L/∂x = 2*A*x" in run("x'*A*x, A symmetric", "x")[1]


# --- claims and exit codes ------------------------------------------------------------------


def test_a_right_claim(run):
    code, printed, _ = run("x'*A*x", "x", "--check", "2*A*x", "--symmetric", "A")
    assert code == 0
    assert parts_of(printed)["Verdict"].startswith("  agreed:")


def test_a_claim_on_free_entries(run):
    claim = ("tr(A*S)", "S", "--check", "A + A' - diag(diag(A))")
    assert run(*claim, "--structure", "symmetric")[0] == 0
    assert run(*claim, "--square", "S")[0] == 1


@pytest.mark.parametrize(
    ("claim", "hint"),
    [
        ("x'*(A + A')", "the claim is its transpose, the other layout"),
        ("(A + A')*x/2", "the claim is off by the factor 1/2"),
    ],
)
def test_a_wrong_claim_is_told_what_it_is(run, claim, hint):
    code, printed, _ = run("x'*A*x", "x", "--check", claim)
    assert code == 1
    verdict = " ".join(parts_of(printed)["Verdict"].split())
    assert verdict.startswith("not the derivative:")
    assert verdict.endswith(hint)
    assert "(A + Aᵀ)*x" not in printed


def test_a_wrong_result_is_not_verified(run, monkeypatch):
    doubled = property(lambda self: 2 * self.end)
    monkeypatch.setattr(derivlib.Derivation, "result", doubled)
    code, printed, _ = run("x'*A*x", "x")
    assert code == 1
    assert parts_of(printed)["Verdict"].startswith("  NOT verified: entry (1, 1)")
    assert json.loads(run("x'*A*x", "x", "--json")[1])["verified"] is False


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ([], "no formula is given; derivlib --help shows how"),
        (["x'*A*x"], "with respect to what?"),
        (["new-site", "notes"], "there is no command new-site yet"),
        (["x'*A*x", "x", "--symetric", "A"], "unrecognized arguments: --symetric"),
        (["x'*A*x", "x", "--hess"], "unrecognized arguments: --hess"),
        (["x'*A*x", "x", "--sizes", "n=0"], "sizes are positive whole numbers"),
        (["x'*A*x", "x", "--sizes", "k=3"], "no value for the size n"),
        (["x'*A*x", "x", "--layout", "row"], "there is no layout 'row'"),
        (["x'*A*x", "x", "--code", "fortran"], "backend must be one of"),
        (["logdet(S)", "S", "--structure", "round"], "there is no structure 'round'"),
        (["x'*A*x", "x", "--check", "2*A*x", "--full"], "takes no --full"),
        (["x'*A*x", "x", "A", "--check", "2*A*x"], "with respect to one name"),
        (["x*y", "x", "y", "--scalar", "x,y", "--hessian", "--layout", "numerator"], "one layout"),
    ],
)
def test_wrong_usage_is_named(run, typed, message):
    code, _, complaints = run(*typed)
    assert code == 2
    assert message in complaints
    assert "Traceback" not in complaints


def test_a_formula_that_cannot_be_read_has_a_mark(run):
    code, printed, complaints = run("tr(X*W", "X")
    assert (code, printed) == (2, "")
    assert complaints == "derivlib: ( is not closed\n  tr(X*W\n    ^\n"


def test_a_claim_that_cannot_be_read_has_a_mark(run):
    code, printed, complaints = run("tr(X*W)", "X", "--check", "W'*")
    assert (code, printed) == (2, "")
    assert complaints.endswith("  W'*\n    ^\n")


def test_what_is_stated_of_a_name_that_does_not_occur_is_remarked_on(run):
    _, _, complaints = run("x'*A*x", "x", "--symmetric", "A,B")
    assert complaints == "derivlib: B is stated to be symmetric and does not occur\n"
    assert "r is stated to be scalar" in run("tr(A*X)", "X", "--scalar", "r")[2]
    assert not run("σ*f(x)", "x", "--positive", "σ", "--function", "f")[2]


def test_nothing_typed_is_run(run, tmp_path):
    target = tmp_path / "made"
    for typed in (f"__import__('os').mkdir('{target}')", f"x.T*A*x, open('{target}', 'w')"):
        assert run(typed, "x")[0] == 2
    assert not target.exists()


def test_a_fault_of_ours_is_no_verdict(run, monkeypatch):
    def failing(*_, **__):
        raise ZeroDivisionError("planted")

    monkeypatch.setattr(answer, "derive", failing)
    code, _, complaints = run("x'*A*x", "x")
    assert code == 2
    assert "ZeroDivisionError: planted" in complaints
    assert complaints.endswith("derivlib: this is a fault of derivlib's, and no answer\n")


def test_an_interruption_has_no_traceback(run, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(answer, "derive", interrupted)
    code, printed, complaints = run("x'*A*x", "x")
    assert (code, printed, complaints) == (130, "", "")


# --- JSON -----------------------------------------------------------------------------------


def from_srepr(told: dict[str, str]) -> object:
    return eval(told["srepr"], NAMESPACE)


@pytest.mark.parametrize(
    ("formula", "wrt"),
    [
        ("norm2(X*w - y)^2 + c*norm2(w)^2", "w"),
        ("sum(sigmoid(X*w))", "w"),
        ("softmax(A*x)", "x"),
        ("logdet(X)", "X"),
        ("A*X*B", "X"),
    ],
)
def test_json_reads_back(run, formula, wrt):
    code, printed, _ = run(formula, wrt, "--json")
    told, d = json.loads(printed), derive(formula, wrt)
    (found,) = told["derivatives"]
    assert (code, told["verified"], found["verdict"]["agreed"]) == (0, True, True)
    assert (told["text"], told["variables"], told["order"]) == (formula, [wrt], 1)
    assert found["equation"] == str(d)
    assert check_steps([d.result, from_srepr(found)])
    assert check_steps([d.expr, from_srepr(told["understood"])])
    assert check_steps([d.result, parse(found["text"], like=d.expr, shape=d.result.shape)])
    assert found["tex"] == derivlib.latex(d.result)
    assert [step["text"] for step in told["steps"]] == [line.equation for line in d.short]
    assert told["conditions"] == list(map(str, d.assumptions))


def test_json_of_all_that_can_be_asked(run):
    code, printed, _ = run(
        *("x'*A*x", "x", "A", "--json", "--code", "numpy", "--layout", "numerator", "--no-verify"),
        *("--symmetric", "A"),
    )
    told = json.loads(printed)
    assert (code, told["verified"]) == (0, None)
    assert told["understood"]["names"]["A"] == {"kind": "matrix", "rows": "n", "columns": "n"}
    assert told["understood"]["stated"] == ["Q.symmetric(A)"]
    assert [each["variable"] for each in told["derivatives"]] == ["x", "A"]
    assert [each["in_layout"]["text"] for each in told["derivatives"]] == ["2*xᵀ*A", "x*xᵀ"]
    assert all(each["verdict"] is None for each in told["derivatives"])
    assert told["code"]["library"] == "numpy"
    assert told["code"]["source"].startswith("import numpy as np")


def test_json_of_a_claim(run):
    code, printed, _ = run("x'*A*x", "x", "--check", "A*x + A'*x/1 - 0*x", "--json")
    assert (code, json.loads(printed)["claim"]["agreed"]) == (0, True)
    code, printed, _ = run("x'*A*x", "x", "--check", "2*(A + A')*x", "--json")
    told = json.loads(printed)["claim"]
    assert (code, told["agreed"], told["hint"]) == (1, False, "off by the factor 2")


# --- terminals, pipes and encodings ---------------------------------------------------------


def test_in_ascii_a_formula_means_the_same():
    for typed, wrt, kinds in (
        ("norm2(X*w - y)^2", "w", {}),
        ("sum((X*w) .* y .* y)", "w", {}),
        ("A*X*B", "X", {}),
        ("logdet(X)", "X", {}),
        ("sum(sigmoid(X*W + ones(n,1)*b'))", "b", {}),
        ("α*λ_1*x'*x", "x", {}),
    ):
        d = derive(typed, wrt, **kinds)
        written = terminal.in_ascii(derivlib.text(d.result))
        assert written.isascii()
        assert check_steps([d.result, parse(written, like=d.expr, shape=d.result.shape)]), written


def test_every_sign_has_a_replacement():
    for sign in "∂′⟨⟩×⊙⊗≤≥≠→…ᵀ⁻¹²αΩλ":
        assert "\\u" not in terminal.in_ascii(f"a{sign}b")
    assert terminal.in_ascii("λ Ω φ ∂²L X⁻ᵀ n×m") == "lambda Omega phi d^2L X^-T n x m"
    assert terminal.in_ascii("漢") == "\\u6f22"


def test_an_output_of_another_encoding_gets_ascii(monkeypatch):
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, "latin-1"))
    assert main(["σ*x'*A*x", "x"]) == 0
    sys.stdout.flush()
    printed = written.getvalue().decode("ascii")
    assert "dL/dx = sigma*(A + A^T)*x" in printed
    assert "  sigma  scalar\n  x      vector, n x 1\n" in printed


def test_marks_stay_below_their_place_in_ascii(monkeypatch):
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(written, "ascii"))
    assert main(["σ*tr(X", "X"]) == 2
    sys.stderr.flush()
    assert written.getvalue() == b"derivlib: ( is not closed\n  ?*tr(X\n      ^\n"


def test_the_console_script_is_this_command():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    module, _, name = project["scripts"]["derivlib"].partition(":")
    assert getattr(import_module(module), name) is main


def process(*typed: str, **environment: str) -> subprocess.Popen[bytes]:
    """Start the command as a shell does, with pipes."""
    pipe = subprocess.PIPE
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    command = [sys.executable, "-m", "derivlib", *typed]
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, env=environment)


def test_a_process_reads_standard_input_and_writes_plain_text():
    found = process("-", "x", FORCE_COLOR="1", PYTHONUTF8="1")
    printed, complaints = found.communicate(b"x'*A*x\n")
    assert (found.returncode, complaints) == (0, b"")
    assert "∂L/∂x = (A + Aᵀ)*x" in printed.decode("utf-8")
    assert b"\x1b" not in printed


@pytest.mark.needs("numpy")
def test_a_process_with_a_complex_hessian_and_its_code():
    typed = ("abs(y^H*x)^4", "x", "--wirtinger", "--hessian", "--code", "numpy", "--json")
    printed, complaints = process(*typed, PYTHONUTF8="1").communicate()
    found = json.loads(printed)
    assert complaints == b""
    assert found["verified"] is True
    written: dict[str, object] = {}
    exec(found["code"]["source"], written)
    np = import_module("numpy")
    x, y = np.array([1, 2j]), np.array([2 - 1j, 1j])
    inner, outer = np.vdot(y, x), np.outer(y, y.conj())
    expected = 4 * abs(inner) ** 2 * outer
    assert np.allclose(written["hessians"](x, y)[0], expected)


def test_a_process_with_an_ascii_output():
    found = process("σ*x'*A*x", "x", PYTHONIOENCODING="ascii", PYTHONUTF8="1")
    printed, complaints = found.communicate()
    assert (found.returncode, complaints) == (0, b"")
    assert "dL/dx = sigma*(A + A^T)*x" in printed.decode("ascii")


def test_json_in_ascii_is_the_same_object():
    found = process("x'*A*x", "x", "--json", PYTHONIOENCODING="ascii", PYTHONUTF8="1")
    printed, _ = found.communicate()
    assert json.loads(printed.decode("ascii"))["derivatives"][0]["equation"] == "∂L/∂x = (A + Aᵀ)*x"


def test_a_pipe_that_is_closed_early():
    with process("x'*A*x", "x") as found:
        found.stdout.close()
        complaints = found.stderr.read()
    assert (found.returncode, complaints) == (141, b"")


@pytest.mark.skipif(os.name == "nt", reason="platform: signals are sent in another way")
def test_a_process_that_is_interrupted():
    # A shell lets what runs in the background ignore Ctrl-C, and tests may run there.
    code = (
        "import signal, sys\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from derivlib.command.main import main\n"
        "sys.exit(main(['-', 'x']))\n"
    )
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", code], stdin=pipe, stderr=pipe) as found:
        found.stdin.write(b" " * 1_000_000)  # more than a pipe holds, so it is reading by now
        while found.poll() is None:  # Python passes over one that comes between two readings
            found.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                found.wait(timeout=2)
        complaints = found.stderr.read()
    assert (found.returncode, complaints) == (130, b"")


def test_help_needs_no_sympy():
    code = (
        "import sys\n"
        "from derivlib.command.main import main\n"
        "code = main(['--help'])\n"
        "sys.exit(code or 'sympy' in sys.modules)\n"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert found.returncode == 0, found.stderr
    for shown in (b"examples:", b"exit codes:", b"--positive-definite NAMES", b"--check CLAIM"):
        assert shown in found.stdout
