"""Two builds of one site are the same in every byte, whatever must not matter."""

from __future__ import annotations

import shutil

import pytest
from same_bytes import differences
from small_sites import Site, cell

CHECK = """
from sympy import Function, MatrixSymbol, Trace, symbols
from derivlib import derive, show_group
n, m, p = symbols("n m p", integer=True, positive=True)
X, W = MatrixSymbol("X", n, m), MatrixSymbol("W", m, p)
sigma, lam = Function("sigma"), Function("lambda")
d = derive(lam((X * W).applyfunc(sigma)), W)
d.verify({n: 4, m: 3, p: 2})
"""

MORE = r"""
\begin{align}
a &= b \\
c &= d
\end{align}

$$
e = f
$$ (numbered)

See {eq}`numbered`.
"""

UNSEEDED = """
import random
print(random.random())
show_group([d.result, *d.assumptions])
"""


def test_folder_processes_hash_seed_and_time_leave_no_trace(make_site, tmp_path):
    texts = {
        f"page{i}.md": f"# Page {i}\n\n{cell(CHECK)}{cell('d')}{cell(UNSEEDED)}{MORE}"
        for i in range(3)
    }
    texts = {name: text.replace("numbered", name[:5]) for name, text in texts.items()}
    first = make_site(texts)
    second = Site(tmp_path / "in" / "another" / "folder")
    shutil.copytree(first.root, second.root)
    for site, processes, seed in ((first, "1", "1"), (second, "3", "2")):
        environment = {"SOURCE_DATE_EPOCH": "1700000000", "PYTHONHASHSEED": seed}
        built = site.build("-j", processes, environment=environment)
        assert built.returncode == 0, built.stdout
    folders = [site.root / "_build" / "html" for site in (first, second)]
    assert differences(*folders) == []


@pytest.mark.parametrize("planted", ["a byte", "a file", "no file"])
def test_a_difference_is_noticed(tmp_path, planted):
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one, two):
        (folder / "sub").mkdir(parents=True)
        (folder / "sub" / "same").write_text("same")
        (folder / "sub" / "other").write_text("a")
    changed = two / "sub" / ("new" if planted == "a file" else "other")
    changed.write_text("b")
    if planted == "no file":
        changed.unlink()
    assert differences(one, two) == [changed.relative_to(two).as_posix()]
