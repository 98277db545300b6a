"""The page "Ask" in Chromium: its answers against those of CPython, and what goes wrong there."""

from __future__ import annotations

import json

import inspection
import pytest
import visits
from playwright.sync_api import expect

from derivlib.site.ask.answers import Asked
from derivlib.site.ask.examples import EXAMPLES, address_of

SECONDS = 60_000
QUESTIONS = [question for asked in EXAMPLES.values() for question in asked]
OTHERS = {
    "kron(A, X)": "X",
    "sum(abs(x - a))": "x",
    "norm1(X)": "X",
    "max(x)": "x",
    "tr(X^3)": "X",
    "exp(-norm2(x - m)^2/2)": "x",
    "a'*(X.*X)*b": "X",
    "vec(X)'*A*vec(X)": "X",
    "norm(pinv(A)*x)": "x",
    'norm(A, "nuc")': "A",
    "lambda_max(A), A symmetric": "A",
    "tril(A)*x": "x",
    "log(1 + x'*A*x)": "x",
    "sin(t)^2*exp(-2*t)": "t",
    "(A*X)[1, 2]": "X",
    "cross(a, x)": "x",
    "sum(X.^2)/n": "X",
    "logdet(X'*X + c*I)": "X",
    "x'*x, x positive": "x",
    "X^\\top A X": "X",
}
QUESTIONS += [{"formula": formula, "variable": name} for formula, name in OTHERS.items()]
FIT = {"formula": "norm(A*x - b)^2", "variable": "x", "numbers": "complex"}
QUESTIONS += [
    FIT,
    {**FIT, "order": 2},
    {"formula": "logdet(K(t)) + y'*inv(K(t))*y, K function in R^(n x n)", "variable": "t"},
    {"formula": "log(det([a, b; c, d]))", "variable": "[a, b; c, d]"},
]
ANSWERED = ".ask-answer[data-agreed]"


@pytest.fixture(scope="module")
def asking(reader, origin):
    """The page, on which Python is started once."""
    with visits.opened(reader, origin, "ask.html") as visit:
        yield visit


def ask(page, question):
    """Open the address that holds a question, and wait for its answer."""
    page.evaluate(
        "delete document.querySelector('.ask-answer').dataset.agreed;"
        f"location.hash = {json.dumps(address_of(question))}"
    )
    page.wait_for_selector(ANSWERED, timeout=SECONDS)
    return page.locator(".ask-answer")


def typed(page, formula, variable, claim=""):
    """Type a question with the keyboard alone, and wait for its answer."""
    page.evaluate("delete document.querySelector('.ask-answer').dataset.agreed")
    page.evaluate("document.querySelector('.ask form').reset()")
    page.locator("[name=formula]").focus()
    page.keyboard.type(formula)
    page.keyboard.press("Tab")
    page.keyboard.type(variable)
    if claim:
        page.evaluate("document.querySelector('.ask details').open = true")
        page.locator("[name=claim]").focus()
        page.keyboard.type(claim)
    page.keyboard.press("Control+Enter" if claim else "Enter")
    page.wait_for_selector(ANSWERED, timeout=SECONDS)
    return page.locator(".ask-answer")


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda each: f"{each['formula']} {each}")
def test_the_answer_is_that_of_cpython(asking, question):
    answer = ask(asking.page, question)
    found = {stage["stage"]: stage for stage in Asked(question).stages()}
    assert answer.get_attribute("data-result") == found["derived"]["text"]
    assert answer.get_attribute("data-agreed") == "true"
    assert answer.locator(".katex-error").count() == 0
    assert answer.locator(".ask-lines li").count() == len(found["derived"]["rows"])
    assert asking.faults == []


WRONG = {
    "tr(X*W": "( is not closed",
    "x'*A*x + foo(x)": "foo",
    "det(x*y)": "does not fit",
    "x'*A*": "",
    "": "Type a formula first",
    "2^(10^9)*x": "digits",
    "(" * 2000 + "x" + ")" * 2000: "nest",
    "x" * 20_000: "long",
    "log(0)*x": "no value",
    "x/0*y'*x": "",
}


@pytest.mark.parametrize("formula", WRONG, ids=lambda each: each[:12])
def test_what_is_wrong_is_said(asking, formula):
    page = asking.page
    page.evaluate("document.querySelector('.ask form').reset()")
    page.evaluate("delete document.querySelector('.ask-answer').dataset.agreed")
    page.fill("[name=formula]", formula)
    page.fill("[name=variable]", "x")
    if not formula:
        page.evaluate("document.querySelector('[name=formula]').required = false")
        page.press("[name=variable]", "Enter")
        assert WRONG[formula] in page.inner_text(".ask-status")
        return
    page.press("[name=variable]", "Enter")
    page.wait_for_selector(ANSWERED, timeout=SECONDS)
    assert page.get_attribute(".ask-answer", "data-agreed") == "error"
    assert WRONG[formula] in page.inner_text(".ask-answer")
    assert page.get_attribute("[name=formula]", "aria-invalid") == "true"
    assert asking.faults == []


def test_a_question_is_asked_by_keyboard_and_the_answer_is_focused(asking):
    answer = typed(asking.page, "x'*A*x", "x")
    assert answer.get_attribute("data-result") == "∂L/∂x = (A + Aᵀ)*x"
    assert asking.page.evaluate("document.activeElement.className").startswith("ask-answer")


def test_a_claim_is_judged(asking):
    answer = typed(asking.page, "x'*A*x", "x", "2*A*x")
    assert answer.get_attribute("data-agreed") == "false"
    assert "Not the derivative" in answer.inner_text()
    answer = typed(asking.page, "x'*A*x", "x", "A*x + A'*x")
    assert answer.get_attribute("data-agreed") == "true"


def test_a_derivation_is_judged_line_by_line(asking):
    lines = "2*(X*w - y)'*X*dw\n= 2*X'*(X*w - y)\n= 2*X'*X*w - X'*y\nX'*X*w"
    answer = typed(asking.page, "norm2(X*w - y)^2", "w", lines)
    assert answer.get_attribute("data-agreed") == "false"
    assert "line 3" in answer.inner_text()
    said = [line.split(":")[0] for line in answer.locator(".ask-own li").all_inner_texts()]
    assert said == ["right", "right", "wrong", "not looked at"]
    assert inspection.accessibility(asking.page, without=".back-to-top") == []


def test_numbers_are_put_in_and_the_graph_is_shown(asking):
    page = asking.page
    question = {"formula": "norm2(X*w - y)^2", "variable": "w"}
    ask(page, question)
    page.locator("summary", has_text="Put numbers in").click()
    page.wait_for_selector(".ask-numbers .katex")
    found = Asked(question)
    assert [*found.stages()]
    numbers = found.example_numbers()
    for name, typed_in in numbers.items():
        assert page.input_value(f"[name={name}]") == typed_in.replace("; ", "\n")
    shown = page.locator(".ask-numbers").inner_text()
    assert f"value={found.at_numbers(numbers)['value']}" in shown.replace(" ", "")
    page.fill("[name=X]", "1 2; 3")
    page.get_by_role("button", name="Calculate").click()
    page.wait_for_selector(".ask-numbers .ask-wrong")
    assert page.get_attribute("[name=X]", "aria-invalid") == "true"
    assert "here 2 and 1" in page.inner_text(".ask-numbers .ask-wrong")
    page.locator("summary", has_text="computation graph").click()
    page.wait_for_selector(".ask-graph svg")
    assert inspection.accessibility(page, without=".back-to-top") == []
    assert asking.faults == []


def test_what_a_name_is_can_be_changed(asking):
    page = asking.page
    typed(page, "x'*A*x", "x")
    page.evaluate("delete document.querySelector('.ask-answer').dataset.agreed")
    page.locator(".ask-name select").nth(1).select_option("symmetric")
    page.wait_for_selector(ANSWERED, timeout=SECONDS)
    assert page.get_attribute(".ask-answer", "data-result") == "∂L/∂x = 2*A*x"
    assert "symmetric=A" in page.url


def test_what_was_stated_is_forgotten_with_its_name(asking):
    page = asking.page
    ask(page, {"formula": "x'*A*x", "variable": "x"})
    page.evaluate("delete document.querySelector('.ask-answer').dataset.agreed")
    page.locator(".ask-name select").nth(1).select_option("symmetric")
    page.wait_for_selector(ANSWERED, timeout=SECONDS)
    assert "symmetric" in page.url
    typed(page, "b'*x", "x")
    assert "symmetric" not in page.url


def test_numbers_can_be_complex(asking):
    page = asking.page
    answer = typed(page, "abs(z)^2 + re(c*z) + norm(x)^2", "z")
    assert answer.locator("summary", has_text="Put numbers in").count() == 1
    assert page.locator(".ask-name option", has_text="complex").count() == 0
    page.evaluate("document.querySelector('.ask-more').open = true")
    page.evaluate("delete document.querySelector('.ask-answer').dataset.agreed")
    page.locator("[name=numbers]").select_option("complex")
    page.wait_for_selector(ANSWERED, timeout=SECONDS)
    assert "z is real" in answer.inner_text()
    names = page.locator(".ask-name")
    assert "n×1, complex" in names.nth(2).inner_text()
    offered = names.nth(2).locator("option").all_inner_texts()
    assert offered == ["real scalar", "vector", "row", "matrix", "square", "complex scalar"]
    assert names.locator("option:checked").all_inner_texts() == [*["real scalar"] * 2, "vector"]
    page.evaluate("delete document.querySelector('.ask-answer').dataset.agreed")
    names.nth(0).locator("select").select_option("complex")
    page.wait_for_selector(ANSWERED, timeout=SECONDS)
    assert answer.get_attribute("data-result") == "∂L/∂z = c/2 + conj(z)\n∂L/∂conj(z) = c/2 + z"
    assert answer.get_attribute("data-agreed") == "true"
    assert answer.locator("h2").all_inner_texts() == ["Assumed", "Derivation", "Code"]
    assert "numbers=complex" in page.url
    assert "complex=z" in page.url
    assert inspection.accessibility(page, without=".back-to-top") == []
    page.evaluate("delete document.querySelector('.ask-answer').dataset.agreed")
    page.locator("[name=layout]").select_option("numerator")
    page.wait_for_selector(ANSWERED, timeout=SECONDS)
    assert page.get_attribute("[name=layout]", "aria-invalid") == "true"
    assert "choose real numbers" in answer.inner_text()
    assert asking.faults == []


def test_a_link_is_one_step_of_the_history(reader, origin):
    page = reader.new_page()  # browsers count no more than fifty steps of a page
    page.goto(origin + "ask.html")
    before = page.evaluate("history.length")
    ask(page, {"formula": "c'*x + 3", "variable": "x"})
    assert page.evaluate("history.length") == before + 1
    page.close()


def test_steps_unfold_and_code_is_written(asking):
    page = asking.page
    typed(page, "x'*A*x", "x")
    page.locator("summary", has_text="Every step").click()
    page.wait_for_selector(".ask-steps li")
    assert page.locator(".ask-steps .katex-error").count() == 0
    page.get_by_role("button", name="jax").click()
    expect(page.locator(".ask-code")).to_contain_text("def gradient")


def test_without_a_variable_the_names_are_offered(asking):
    page = asking.page
    page.evaluate("document.querySelector('.ask form').reset()")
    page.fill("[name=formula]", "a'*x")
    page.press("[name=formula]", "Enter")
    page.locator(".ask-answer button", has_text="x").click()
    page.wait_for_selector(ANSWERED, timeout=SECONDS)
    assert page.get_attribute(".ask-answer", "data-result") == "∂L/∂x = a"


def test_an_answer_is_accessible(asking):
    typed(asking.page, "x'*A*x/(x'*x)", "x")
    found = inspection.accessibility(asking.page, without=".back-to-top")
    assert found == []


def test_it_can_be_stopped_and_goes_on(asking):
    """Both in one turn, since the answer may be there before a hand reaches the button."""
    page = asking.page
    page.fill("[name=formula]", "logdet(X*Y*Z + Y*Z*X + Z*X*Y)")
    page.fill("[name=variable]", "X")
    page.evaluate(
        "() => { document.querySelector('.ask form').requestSubmit();"
        " const stop = document.querySelector('.ask-stop');"
        " if (stop.hidden) throw new Error('nothing to stop'); stop.click(); }"
    )
    assert "Stopped" in page.inner_text(".ask-status")
    assert page.locator(".ask-stop").is_hidden()
    assert typed(page, "a'*x", "x").get_attribute("data-result") == "∂L/∂x = a"


def test_questions_are_kept_and_come_back_after_a_reload(reader, origin):
    with visits.opened(reader, origin, "ask.html") as visit:
        ask(visit.page, {"formula": "b'*x", "variable": "x"})
        visit.page.reload()
        visit.page.wait_for_selector(ANSWERED, timeout=SECONDS)
        assert visit.page.get_attribute(".ask-answer", "data-result") == "∂L/∂x = b"
        assert "b'*x" in visit.page.locator(".ask-history").text_content()
        assert visit.faults == []


def test_it_answers_without_a_network_after_the_first_visit(browser, origin):
    with (
        visits.visitor(browser, **visits.DESKTOP) as reader,
        visits.opened(reader, origin, "ask.html") as visit,
    ):
        page = visit.page
        ask(page, {"formula": "b'*x", "variable": "x"})
        page.evaluate("navigator.serviceWorker.ready.then(() => null)")
        reader.set_offline(True)
        page.goto(origin + "ask.html" + address_of({"formula": "c'*x", "variable": "x"}))
        page.reload()
        page.wait_for_selector(ANSWERED, timeout=SECONDS)
        assert page.get_attribute(".ask-answer", "data-result") == "∂L/∂x = c"
        unbidden = "favicon.ico"  # what a browser asks for by itself, and what is not there
        assert [fault for fault in visit.faults if unbidden not in fault] == []


MEMORY = """async () => {
    const cache = await caches.open("derivlib-memory");
    return (await cache.keys()).length;
}"""


def test_the_next_visit_goes_on_from_kept_memory(browser, origin):
    """Workers are watched by what they load, which a service worker would hide."""
    loaded = []
    settings = {**visits.DESKTOP, "service_workers": "block"}
    with (
        visits.visitor(browser, **settings) as reader,
        visits.opened(reader, origin, "ask.html") as visit,
    ):
        page = visit.page
        reader.on("request", lambda request: loaded.append(request.url.rpartition("/")[2]))
        ask(page, {"formula": "b'*x", "variable": "x"})
        assert "first.gz" in loaded
        visits.until(page, MEMORY)
        page.get_by_role("button", name="jax").click()  # of a question that was asked before
        expect(page.locator(".ask-code")).to_contain_text("def gradient")
        loaded.clear()
        page.reload()
        page.wait_for_selector(ANSWERED, timeout=SECONDS)
        assert "first.gz" not in loaded
        assert page.get_attribute(".ask-answer", "data-result") == "∂L/∂x = b"
        answer = ask(page, {"formula": "logdet(X'*X)", "variable": "X", "order": 2})
        assert answer.get_attribute("data-agreed") == "true"
        blocked = "Service Worker registration blocked"
        assert [fault for fault in visit.faults if blocked not in fault] == []
        page.evaluate(
            "async () => { const cache = await caches.open('derivlib-memory');"
            " const [key] = await cache.keys(); await cache.put(key, new Response('broken')); }"
        )
        page.reload()
        page.wait_for_selector(ANSWERED, timeout=SECONDS)
        assert "first.gz" in loaded
        assert page.get_attribute(".ask-answer", "data-agreed") == "true"
        visits.until(page, MEMORY)  # and it is kept anew


def test_two_tabs_answer_by_themselves(reader, origin):
    pages = [reader.new_page(), reader.new_page()]
    for page, name in zip(pages, "ab", strict=True):
        page.goto(origin + "ask.html" + address_of({"formula": f"{name}'*x", "variable": "x"}))
    for page, name in zip(pages, "ab", strict=True):
        page.wait_for_selector(ANSWERED, timeout=SECONDS)
        assert page.get_attribute(".ask-answer", "data-result") == f"∂L/∂x = {name}"
        page.close()


def test_nothing_is_loaded_before_one_asks(reader, origin):
    requested = []
    with visits.opened(reader, origin, "index.html") as visit:
        visit.page.on("request", lambda request: requested.append(request.url))
        visit.page.wait_for_load_state("networkidle")
        loaded = visit.page.evaluate("performance.getEntriesByType('resource').map(e => e.name)")
        files = {name.partition("?")[0].rpartition("/")[2] for name in loaded if "/ask/" in name}
        assert files <= {"workers.js", "ask.js", "ask.css", "links.css"}
        visit.page.focus("[name=formula]")
        visit.page.wait_for_timeout(500)
        assert any("pyodide" in url for url in requested)


def test_the_policy_refuses_other_scripts(reader, origin):
    with visits.opened(reader, origin, "ask.html") as visit:
        visit.page.evaluate(
            "() => { const s = document.createElement('script'); s.text = 'window.ran = 1';"
            " document.head.append(s); }"
        )
        assert visit.page.evaluate("window.ran") is None
        assert any("Content Security Policy" in fault for fault in visit.faults)
