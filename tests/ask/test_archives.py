"""Modules that are imported out of archives, as a page imports them."""

from __future__ import annotations

import gzip
import importlib
import marshal
import pkgutil
import sys

import pytest

from derivlib.site.ask import archives
from derivlib.site.ask.archives import Archives

MODULES = {
    "first": {
        "packed_here/__init__.py": "from packed_here.inner import LETTER\nimport packed_here.later",
        "packed_here/inner.py": "LETTER = 'a'",
        "packed_here/deep/__init__.py": "",
        "packed_here/deep/lowest.py": "LETTER = 'd'",
        "packed_alone.py": "LETTER = 'b'",
    },
    "rest": {"packed_here/later.py": "LETTER = 'c'"},
}


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """Archives of small modules; the names of those that were fetched come with them."""
    contents, index, fetched = {}, {}, []
    for archive, files in MODULES.items():
        codes = {
            place: marshal.dumps(compile(source, place, "exec")) for place, source in files.items()
        }
        contents[archive] = gzip.compress(b"".join(codes.values()))
        index[archive] = [(place, len(code)) for place, code in codes.items()]

    def fetch(archive):
        fetched.append(archive)
        return contents[archive]

    monkeypatch.setattr(archives, "ROOT", f"{tmp_path}/packages/")
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr(sys, "path_hooks", [*sys.path_hooks])
    found = Archives(index, fetch, f"{tmp_path}/")
    found.install()
    yield found, fetched
    for name in [name for name in sys.modules if name.startswith("packed_")]:
        del sys.modules[name]


def test_a_module_is_found_and_run(installed):
    module = importlib.import_module("packed_alone")
    assert module.LETTER == "b"
    assert module.__file__.endswith("/packages/packed_alone.py")
    assert importlib.import_module("packed_here.deep.lowest").LETTER == "d"


def test_an_archive_is_fetched_once_and_when_it_is_needed(installed):
    _, fetched = installed
    assert importlib.import_module("packed_alone").LETTER == "b"
    assert fetched == ["first"]
    assert importlib.import_module("packed_here").later.LETTER == "c"
    assert fetched == ["first", "rest"]


def test_the_modules_of_a_package_can_be_listed(installed):
    package = importlib.import_module("packed_here")
    names = [(module.name, module.ispkg) for module in pkgutil.iter_modules(package.__path__)]
    assert names == [("deep", True), ("inner", False), ("later", False)]


def test_what_is_not_packed_is_looked_for_elsewhere(installed, tmp_path):
    (tmp_path / "packed_not.py").write_text("LETTER = 'e'")
    sys.path.append(str(tmp_path))
    assert importlib.import_module("packed_not").LETTER == "e"
    with pytest.raises(ModuleNotFoundError, match=r"packed_here\.missing"):
        importlib.import_module("packed_here.missing")


def test_data_beside_modules_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "ROOT", f"{tmp_path}/packages/")
    content = gzip.compress(b"start: WORD" + marshal.dumps(1))
    index = {"first": [("packed_here/a.lark", 11), ("packed_here/a.py", 5)]}
    Archives(index, lambda _: content, f"{tmp_path}/").unpack_data()
    folder = tmp_path / "packages" / "packed_here"
    assert [path.name for path in folder.iterdir()] == ["a.lark"]
    assert (folder / "a.lark").read_bytes() == b"start: WORD"
