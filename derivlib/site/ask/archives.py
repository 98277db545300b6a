"""Modules out of the archives of a bundle, for Python in a browser, where it starts with this file.

Finding a module in folders asks the browser's file system several times; here a dictionary says
where its code lies.
"""

from __future__ import annotations

import marshal
import sys
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = "/packages/"
"""The folder in which modules are said to lie; their data does, and no code."""


class Archives:
    """A loader of modules: an archive is fetched where something of it is imported first.

    :param index: for each archive the places in it, in their order, with their lengths.
    :param fetch: gives the bytes of an archive, compressed, by its name.
    :param folder: where archives are put.
    """

    def __init__(
        self,
        index: Mapping[str, Sequence[tuple[str, int]]],
        fetch: Callable[[str], bytes],
        folder: str = "/",
    ) -> None:
        self.fetch = fetch
        self.folder = folder
        self.places: dict[str, tuple[str, int, int]] = {}
        for archive, files in index.items():
            begin = 0
            for place, length in files:
                self.places[place] = (archive, begin, length)
                begin += length

    def create_module(self, spec: ModuleSpec) -> None:
        """Leave it to Python to make the module."""

    def exec_module(self, module: ModuleType) -> None:
        """Run the code of a module."""
        assert module.__spec__ is not None
        assert module.__spec__.origin is not None
        place = module.__spec__.origin.removeprefix(ROOT)
        exec(marshal.loads(self.read(place)), module.__dict__)

    def read(self, place: str) -> bytes:
        """What an archive holds at a place; the archive is fetched if it is not there yet."""
        archive, begin, length = self.places[place]
        file = f"{self.folder}{archive}.bin"
        try:
            opened = open(file, "rb", buffering=0)  # noqa: SIM115, it is closed below
        except FileNotFoundError:
            Path(file).write_bytes(zlib.decompress(self.fetch(archive), wbits=31))
            opened = open(file, "rb", buffering=0)  # noqa: SIM115
        with opened:
            opened.seek(begin)
            return opened.read(length)

    def unpack_data(self) -> None:
        """Write what modules read beside them: grammars, and lists of names."""
        for place in self.places:
            if not place.endswith(".py"):
                file = Path(ROOT + place)
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(self.read(place))

    def install(self) -> None:
        """Let Python look here first."""
        sys.path_hooks.insert(0, self._folder)
        sys.path.insert(0, ROOT)

    def _folder(self, path: str) -> Folder:
        if not path.startswith(ROOT):
            raise ImportError(path)  # so that Python tries its other ways
        return Folder(self, path.removeprefix(ROOT))


class Folder:
    """Finds the modules of a folder of the archives.

    :param archives: what is looked into.
    :param place: the folder, with a slash behind it if it is not the outermost.
    """

    def __init__(self, archives: Archives, place: str) -> None:
        self.archives = archives
        self.place = place

    def find_spec(self, name: str, target: object = None) -> ModuleSpec | None:
        """Find a module by its name, as a package or as a file."""
        place = self.place + name.rpartition(".")[2]
        for file, is_package in ((f"{place}/__init__.py", True), (f"{place}.py", False)):
            if file in self.archives.places:
                loader: Any = self.archives
                spec = ModuleSpec(name, loader, origin=ROOT + file, is_package=is_package)
                spec.has_location = True
                if is_package:
                    spec.submodule_search_locations = [f"{ROOT}{place}/"]
                return spec
        return None

    def iter_modules(self, prefix: str = "") -> Iterator[tuple[str, bool]]:
        """Give the modules here, as `pkgutil` wants them: names, and which are packages."""
        found = {}
        for place in self.archives.places:
            name, _, rest = place.removeprefix(self.place).partition("/")
            if not place.startswith(self.place) or name == "__init__.py":
                continue
            if rest == "__init__.py" or (not rest and name.endswith(".py")):
                found[name.removesuffix(".py")] = bool(rest)
        return iter(sorted((prefix + name, is_package) for name, is_package in found.items()))
