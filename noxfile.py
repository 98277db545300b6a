"""Everything that is run on the project. With nothing installed: `python3 noxfile.py -s docs`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent
OLDEST, NEWEST = 11, 15
"""Minor versions of Python that are looked for."""
NOX = "nox>=2025.5"


def succeeds(*command: str | Path) -> bool:
    """Run a command and return whether it succeeded."""
    return subprocess.run(command, check=False).returncode == 0


def bootstrap() -> int:
    """Install nox into a virtual environment of its own and call it with the same arguments.

    uv makes the environments of the sessions in a fraction of the time that pip takes. It does
    not read pip's settings, so nox is told to use it only where uv could install nox itself.
    """
    home = ROOT / ".nox" / "bootstrap"
    python = home / ("Scripts" if os.name == "nt" else "bin") / "python"
    with_uv = home / "uv-works"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
        pip = (python, "-m", "pip", "install", "-q")
        if succeeds(*pip, "uv") and succeeds(python, "-m", "uv", *pip[2:], NOX):
            with_uv.touch()
        else:
            subprocess.run([*pip, NOX], check=True)
    backend = "uv" if with_uv.exists() else "virtualenv"
    return subprocess.run(
        [python, "-m", "nox", *sys.argv[1:]],
        cwd=ROOT,
        env={"NOX_DEFAULT_VENV_BACKEND": backend, **os.environ},
        check=False,
    ).returncode


try:
    import nox
except ModuleNotFoundError:
    if __name__ != "__main__":
        raise
    sys.exit(bootstrap())

nox.needs_version = ">=2025.5"
nox.options.sessions = [
    "lint",
    "docs",
    "site",
    "browser",
    "backends",
    "pyodide",
    "tests",
    "minimums",
]
nox.options.error_on_missing_interpreters = False

# pip would compile all that it installs, most of which no session imports; its options that begin
# with "no" are switched on by a value that means no.
os.environ.setdefault("PIP_NO_COMPILE", "0")

PYPROJECT = nox.project.load_toml("pyproject.toml")
DOCS = ROOT / "docs"
SITE = DOCS / "_build" / "html"
KEPT = DOCS / "_build" / "kept"
"""What a build keeps for the next one: pages as they were read, and what executing them gave."""
PROCESSES = str((os.cpu_count() or 1) + 1)
"""How many processes build the site: while pages are written, one of them only hands them out."""


def activate_pyenv() -> None:
    """Let every Python that pyenv has installed answer to its name."""
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    versions = sorted(root.glob("versions/3.*"), key=lambda path: path.name != current_patch())
    if versions:
        os.environ["PYENV_VERSION"] = ":".join(path.name for path in versions)


def current_patch() -> str:
    """The full version of the Python that runs this file."""
    return ".".join(map(str, sys.version_info[:3]))


def installed_pythons() -> list[str]:
    """Every Python from 3.11 on that starts, the one running this file first."""
    activate_pyenv()
    found = [f"{sys.version_info.major}.{sys.version_info.minor}"]
    for minor in range(OLDEST, NEWEST + 1):
        name = f"3.{minor}"
        command = shutil.which(f"python{name}")
        if name in found or command is None:
            continue
        if subprocess.run([command, "-c", ""], capture_output=True, check=False).returncode == 0:
            found.append(name)
    return found


def group(name: str) -> list[str]:
    """The requirements of a dependency group of pyproject.toml."""
    return nox.project.dependency_groups(PYPROJECT, name)


NO_SKIPPING = {"DERIVLIB_SKIP": "never"}
"""What a session installs for its tests is there, or the session fails."""
NEEDS_SKIPPED = {"DERIVLIB_SKIP": "needs"}
"""Tests marked `needs` are skipped where their library is missing; any other skip is a failure."""
ELSEWHERE = ("--ignore=tests/site", "--ignore=tests/browser")
"""Tests with a session of their own, which installs what they need."""
PAGES = ("--ignore=tests/docs", "--ignore-glob=docs/*")
"""The formulas of the pages. The site's build executes them too, with the newest of everything."""
MATHEMATICS = tuple(
    f"--ignore=tests/{name}"
    for name in (
        *("check/claims/test_sampled.py", "code/test_compiled.py", "code/test_complex.py"),
        *("code/test_extremes.py", "code/test_products.py", "code/test_products_of_tables.py"),
        *("derivation/test_computation_graph.py", "derivation/test_derivation.py"),
        *("derivation/test_forms.py", "derivation/test_wirtinger.py"),
        *("display/test_substitutions.py", "nodes/test_sympy_values.py", "property", "rules"),
    )
)
"""What takes every rule and every example through the mathematics, which is the same on every
Python: the first one that is found will do."""
OURS = tuple(
    f"--ignore=tests/{name}"
    for name in (
        *("ask", "cells", "code/test_complex.py", "code/test_extremes.py"),
        *("code/test_products.py", "code/test_products_of_tables.py"),
        *("derivation/test_computation_graph.py", "derivation/test_forms.py"),
        *("display/test_substitutions.py", "property/test_campaign.py"),
        *("property/test_code_property.py", "property/test_limits.py"),
        "property/test_planted_errors.py",
    )
)
"""What a release of SymPy does not change: whether a false rule is noticed, how steps are told,
what pages do in a browser, and what code is generated from a formula and how precise it is."""
PARALLEL = ("-n", "auto", "--dist", "loadfile")
"""Files are tested side by side; the examples of one document are run one after another."""


PYTHONS = installed_pythons()


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """Run the tests and every example; on further Pythons, what a Python can change.

    What the first and the newest Python agree on is looked at more briefly on those in between.
    """
    session.install("-e", ".", *group("tests"))
    options = [*ELSEWHERE, *PARALLEL]
    if session.python != PYTHONS[0]:
        options += [*PAGES, *MATHEMATICS]
    if session.python in PYTHONS[1:-1] and not session.posargs:
        brief = sorted(path.name for path in (ROOT / "tests").glob("test_*.py"))
        options += ["README.md", *(f"tests/{name}" for name in brief)]
    session.run("pytest", *options, *session.posargs, env=NEEDS_SKIPPED)


@nox.session
def minimums(session: nox.Session) -> None:
    """Run the tests with the oldest versions that pyproject.toml promises to support."""
    oldest = [text.replace(">=", "==") for text in PYPROJECT["project"]["dependencies"]]
    session.install("-e", ".", *oldest, *group("tests"))
    options = [*ELSEWHERE, *PARALLEL, *PAGES, *OURS]
    others = {"DERIVLIB_FIRST_SEED": "100000"}
    session.run("pytest", *options, *session.posargs, env=NEEDS_SKIPPED | others)


# Only pip looks into the folders that its settings name, where the wheel of PyTorch may lie.
@nox.session(venv_backend="virtualenv")
def backends(session: nox.Session) -> None:
    """Run the tests with the mark `needs`; a library that is missing fails, it does not skip."""
    session.install("-e", ".", *group("backends"))
    install_torch(session)
    options = [*ELSEWHERE, "-m", "needs", "-n", "auto", "--dist", "worksteal"]
    session.run("pytest", *options, *session.posargs, env=NO_SKIPPING)


TORCH = "2.13.0"
"""The release of PyTorch that the generated code is tested with."""


def install_torch(session: nox.Session) -> None:
    """Install PyTorch for processors where pip finds that build, and the plain release elsewhere.

    On Linux the plain release brings the libraries for CUDA, several gigabytes. Name the folder
    or the index that has the small build in PIP_FIND_LINKS or PIP_EXTRA_INDEX_URL.
    """
    try:
        session.install(f"torch=={TORCH}+cpu")
    except nox.command.CommandFailed:
        session.warn(f"pip finds no torch {TORCH}+cpu: the plain release is installed instead")
        session.install(f"torch=={TORCH}")


PURE = (
    *("derivlib/display", "derivlib/engine", "derivlib/nodes", "derivlib/rules"),
    *("tests/engine", "tests/display", "tests/test_bad_input.py"),
)
"""Tests and examples that need SymPy alone, without those that are MATHEMATICS."""


@nox.session
def pyodide(session: nox.Session) -> None:
    """Run the tests that need SymPy alone in Pyodide, on the Python that browsers have."""
    session.install(*PYPROJECT["project"]["dependencies"], *group("pyodide"))
    npm_ci(session, ROOT / "tests" / "pyodide")
    ask = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = session.run("python", "-c", ask, silent=True).strip()
    command = ["node", "tests/pyodide/run.mjs", packages]
    session.run(*command, *(session.posargs or PURE), env=NO_SKIPPING)


@nox.session(name="property")
def random_examples(session: nox.Session) -> None:
    """Derive random expressions: how many, and the seed of a run that is to be repeated."""
    session.install("-e", ".", *group("tests"))
    session.run("python", "tests/property/campaign.py", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Check style, formatting and types."""
    session.install("-e", ".", *group("lint"))
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("mypy")


def npm_ci(session: nox.Session, folder: Path) -> None:
    """Install what a folder's lock file pins, with the Node that pip installed."""
    done = folder / "node_modules" / ".package-lock.json"
    if not done.exists() or done.stat().st_mtime < (folder / "package-lock.json").stat().st_mtime:
        session.chdir(folder)
        session.run("npm", "ci", "--no-audit", "--no-fund")
        session.chdir(ROOT)


def install_once(session: nox.Session, *requirements: str) -> None:
    """Install into the session's environment, unless the same has been installed before."""
    asked = "\n".join([(ROOT / "pyproject.toml").read_text(encoding="utf-8"), *requirements])
    done = Path(session.virtualenv.location) / "installed.txt"
    if done.exists() and done.read_text(encoding="utf-8") == asked:
        return
    session.install("-e", ".", *requirements)
    done.write_text(asked, encoding="utf-8")


def sphinx(session: nox.Session, *options: str) -> None:
    """Build the site; after a build that failed the next one reads every page again."""
    command = ["sphinx-build", "-n", "-W", "--keep-going", "-j", PROCESSES, "-b", "html"]
    try:
        session.run(*command, "-d", str(KEPT), *options, str(DOCS), str(SITE))
    except nox.command.CommandFailed:
        (KEPT / "environment.pickle").unlink(missing_ok=True)
        raise


@nox.session(reuse_venv=True)
def docs(session: nox.Session) -> None:
    """Build the site into docs/_build/html; with `fresh`, from nothing."""
    install_once(session, *group("docs"))
    npm_ci(session, DOCS)
    options = list(session.posargs)
    if "fresh" in options:
        options.remove("fresh")
        shutil.rmtree(DOCS / "_build", ignore_errors=True)
    # Errors of cells are warnings to Sphinx; -W makes them, and all others, stop the build.
    sphinx(session, *options)
    session.log(f"The site is in {SITE.relative_to(ROOT)}: open {SITE / 'index.html'}")


@nox.session(name="docs-live", reuse_venv=True)
def docs_live(session: nox.Session) -> None:
    """Build the site, show it in a browser, and build and reload as pages are written."""
    install_once(session, *group("docs"))
    npm_ci(session, DOCS)
    generated = ["_build", "node_modules", "reference/api", "_benchmarks"]
    ignored = [part for name in generated for part in ("--ignore", str(DOCS / name))]
    command = ["sphinx-autobuild", "-n", "-j", PROCESSES, "-b", "html", "-d", str(KEPT)]
    watched = ["--watch", str(ROOT / "derivlib"), "--delay", "0.3"]
    session.run(*command, *watched, *ignored, *session.posargs, str(DOCS), str(SITE))


@nox.session(name="new-page", venv_backend="none")
def new_page(session: nox.Session) -> None:
    """Start a derivation page: `-- name`, with `--section` and `--title` if wanted."""
    script = DOCS / "_ext" / "authors" / "new_page.py"
    session.run(sys.executable, str(script), *session.posargs, external=True)


@nox.session(name="same-bytes", reuse_venv=True)
def same_bytes(session: nox.Session) -> None:
    """Build the whole site twice, in two folders and in different ways, and compare every byte."""
    install_once(session, *group("docs"))
    npm_ci(session, DOCS)
    session.run("python", "docs/_benchmarks/same_bytes.py", *session.posargs)


@nox.session(name="bench-site", reuse_venv=True)
def bench_site(session: nox.Session) -> None:
    """Measure how long the site takes to build and to load; the figures go to docs/_benchmarks."""
    install_once(session, *group("docs"), *group("bench-site"))
    npm_ci(session, DOCS)
    parts = [argument for argument in session.posargs if (DOCS / argument).is_dir()]
    session.run("python", "docs/_benchmarks/measure_building.py", *parts)
    npm_ci(session, DOCS / "_benchmarks")
    others = [argument for argument in session.posargs if argument not in parts]
    session.run("python", "docs/_benchmarks/measure_formulas.py", *others)


@nox.session(name="bench-ask", reuse_venv=True)
def bench_ask(session: nox.Session) -> None:
    """Measure how soon the page "Ask" answers on the built site, for docs/_benchmarks."""
    session.install("-e", ".", *group("bench-site"))
    session.run("python", "docs/_benchmarks/measure_asking.py")


@nox.session(reuse_venv=True)
def bench(session: nox.Session) -> None:
    """Measure deriving, verifying, importing and code beside others, for docs/_benchmarks.

    A peer that cannot be installed is missing in the tables, which say so.
    """
    session.install("-e", ".", *group("bench"))
    for peer in group("bench-peers"):
        session.install(peer, success_codes=[0, 1])
    raw = Path(session.create_tmp()).resolve() / "benchmark.json"
    options = ["-q", "-W", "default", "--benchmark-quiet", f"--benchmark-json={raw}"]
    session.run("pytest", "tests/bench", *options, *session.posargs)
    if "-k" in session.posargs:
        session.log("Only a part was measured: the data stay as they are.")
        return
    session.run("python", "docs/_benchmarks/condense.py", str(raw))


@nox.session
def site(session: nox.Session) -> None:
    """Test what builds the site, and that each fault of a page stops the build by name."""
    session.install("-e", ".", *group("docs"), *group("tests"))
    npm_ci(session, DOCS)
    # Many of these tests wait, for a kernel or a time limit, and few share what they build.
    parallel = ["-n", PROCESSES, "--dist", "worksteal"]
    session.run("pytest", "tests/site", *parallel, *session.posargs, env=NO_SKIPPING)


@nox.session
def browser(session: nox.Session) -> None:
    """Open every page of the built site in Chromium; what is missing fails, it does not skip."""
    session.install("-e", ".", *group("browser"))
    npm_ci(session, DOCS)
    parallel = ["-n", "auto"]  # page by page, as tests/browser/conftest.py says
    session.run("pytest", "tests/browser", *parallel, *session.posargs, env=NO_SKIPPING)


if __name__ == "__main__":
    nox.main()
