"""A run loses nothing: not by an error, not by the end of a process, not by being interrupted."""

from __future__ import annotations

import os

import blocks
import campaign
import generate
import pytest
from blocks import Report, block
from hypothesis import strategies as st
from progress import Progress
from sympy import Basic, MatMul, MatrixSymbol, Symbol

KIND = "scalar by scalar"
PARTS = list(campaign._parts([KIND], 700, 5))


def right(example):
    return "right"


def ends(example):
    os._exit(1)


def test_an_error_while_an_example_is_written_is_a_failure_of_its_block(monkeypatch):
    written = []

    @st.composite
    def examples(draw, kind):
        number = draw(st.integers(0, 10**6))
        written.append(number)
        if len(written) == 3:
            raise ZeroDivisionError("in the third")
        return generate.Example(kind, Symbol(f"x{number}"), generate.t)

    monkeypatch.setattr(blocks, "examples", examples)
    report = block(KIND, 5, 20, right)
    assert report.outcomes == {"right": 20}
    (failure,) = report.failures.items()
    assert "seed 5" in failure[0]
    assert "in the third" in failure[1]


def test_a_block_ends_where_no_example_can_be_written(monkeypatch):
    @st.composite
    def examples(draw, kind):
        draw(st.integers(0, 10))
        raise ZeroDivisionError("always")

    monkeypatch.setattr(blocks, "examples", examples)
    report = block(KIND, 5, 20, right)
    assert report.outcomes.total() == 0
    assert "always" in "".join(report.failures.values())


def test_what_is_done_is_not_done_again(tmp_path):
    path = tmp_path / "progress.jsonl"
    report = Report(failures={"SlowError: x": "long"}, alike=2)
    report.outcomes["SlowError"] = 500
    Progress(path, resume=False).add(PARTS[0].name, report)
    with path.open("a", encoding="utf-8") as file:
        file.write('{"block": "200 10')  # where it was interrupted
    progress = Progress(path, resume=True)
    found = campaign._examine(PARTS, progress, right)
    assert found.outcomes == {"SlowError": 500, "right": 200}
    assert found.failures == report.failures
    assert found.alike == 2
    assert Progress(path, resume=True).done.keys() == {part.name for part in PARTS}
    assert not Progress(path, resume=False).done


def test_a_process_that_ends_leaves_its_block_to_be_done(tmp_path):
    progress = Progress(tmp_path / "progress.jsonl", resume=False)
    found = campaign._examine(PARTS[1:], progress, ends)
    (failure,) = found.failures
    assert PARTS[1].name in failure
    assert not progress.done


# --- who could not write something down ---------------------------------------------------


@pytest.mark.parametrize("of_library", [False, True])
def test_only_what_sympy_cannot_write_is_passed_over(of_library):
    """A function of the library between the example and SymPy makes the error the library's."""
    code = "def build(x, y):\n    return x + y"
    module = {"__name__": "derivlib.nodes.planted" if of_library else "tests.planted"}
    exec(code, module)
    A, B = MatrixSymbol("A", 2, 3), MatrixSymbol("B", 3, 2)
    w = generate.Writer(lambda strategy: 0)

    def write(w):
        return module["build"](A, B)

    with pytest.raises(Exception, match=r"aligned|mismatch|shape") as caught:
        write(w)
    assert generate._is_sympys(caught.value, w) is not of_library


def test_products_of_sizes_that_do_not_fit_are_told():
    A, B = MatrixSymbol("A", 2, 3), MatrixSymbol("B", 3, 2)
    assert generate._fits(A * B)
    assert not generate._fits(Basic.__new__(MatMul, A.T, B.T, A))


def test_values_of_undefined_functions_are_written_where_they_are_compared():
    assert not block(KIND, 777, 10, right).failures
