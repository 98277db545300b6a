"""What may scroll sideways is reachable with the keyboard and says what it is."""

from __future__ import annotations

import pytest
from layout.scroll_boxes import with_focusable_boxes

FOCUSABLE = 'tabindex="0" role="group" aria-label='
CODE = (
    '<div class="highlight-ipython3 notranslate"><div class="highlight"><pre><span>x</span></pre>'
)
OUTPUT = CODE.replace("highlight-ipython3", "output text_plain highlight-myst-ansi")


@pytest.mark.parametrize(
    ("written", "name"),
    [
        (CODE, "Code"),
        (OUTPUT, "Output"),
        ('<pre class="literal-block">x</pre>', "Code"),
        ('<div class="table-wrapper docutils container"><table></table></div>', "Table"),
    ],
)
def test_a_box_is_focusable_and_named(written, name):
    changed = with_focusable_boxes(written)
    assert changed.count(FOCUSABLE + f'"{name}"') == 1
    assert changed.replace(f' {FOCUSABLE}"{name}"', "") == written


def test_each_of_several_boxes_keeps_its_own_name():
    changed = with_focusable_boxes(CODE + OUTPUT + CODE)
    names = [part.split('"')[1] for part in changed.split(FOCUSABLE)[1:]]
    assert names == ["Code", "Output", "Code"]


def test_what_is_focusable_already_and_other_boxes_stay():
    written = '<pre tabindex="0">x</pre><div class="table-of-contents">x</div><predicate>'
    assert with_focusable_boxes(written) == written
    assert with_focusable_boxes(with_focusable_boxes(CODE)) == with_focusable_boxes(CODE)
