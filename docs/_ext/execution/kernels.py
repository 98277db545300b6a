"""Kernels of the build's own, each forked from one process that has already imported everything.

Starting a kernel and importing SymPy takes longer than most pages calculate. Here one server
does both, once, while Sphinx itself is still being set up, and every page gets a process of its
own as a copy of it: nothing that a page does is seen by another. Where there is no fork, each
page has an ordinary kernel.
"""

from __future__ import annotations

import inspect
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.metadata import EntryPoint
from multiprocessing import connection, process
from pathlib import Path
from types import ModuleType
from typing import Any

from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.provisioning import KernelProvisionerFactory, LocalProvisioner

CAN_FORK = "forkserver" in multiprocessing.get_all_start_methods()
WARM = "execution.warm"
NAME = "derivlib-page"
SETTINGS = "c = get_config()\nc.IPKernelApp.log_level = 50\nc.HistoryManager.enabled = False\n"


def start_server(home: Path, modules: Sequence[Path], *, fork: bool = True) -> None:
    """Set the environment of all kernels and begin to import what they share.

    :param home: a folder for the settings of IPython, so that those of the person building
        have no part in it.
    :param modules: folders in which pages find modules of their own.
    :param fork: whether to fork where that can be done.
    """
    OwnKernels.fork = fork and CAN_FORK
    profile = home / "profile_default"
    profile.mkdir(parents=True, exist_ok=True)
    (profile / "ipython_kernel_config.py").write_text(SETTINGS, encoding="utf-8")
    os.environ["IPYTHONDIR"] = str(home)
    # The frozen modules of Python make debuggers write a warning into the output of cells.
    os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"
    before = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    # The first and the last cell of every page are calls of this package.
    own = Path(__file__).parents[1]
    path = dict.fromkeys([*map(str, modules), str(own), *filter(None, before)])
    os.environ["PYTHONPATH"] = os.pathsep.join(path)
    if OwnKernels.fork:
        multiprocessing.set_forkserver_preload([WARM])
        from multiprocessing.forkserver import ensure_running

        ensure_running()


def search_path() -> list[str]:
    """Where kernels look for modules: in the page's own folder first."""
    own = [*filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    scripts = os.path.dirname(os.path.abspath(sys.argv[0]))
    return list(dict.fromkeys(["", *own, *(p for p in sys.path if p not in ("", scripts))]))


# --- in the new process -----------------------------------------------------------------


def end_with(parent: process.ParentProcess) -> None:
    """Wait until the build has ended, however it did, and end as well."""
    connection.wait([parent.sentinel])
    os._exit(1)


def run_kernel(
    arguments: list[str], folder: str, environment: Mapping[str, str], path: list[str]
) -> None:
    """Be a kernel, from here on.

    :param arguments: those of `ipykernel_launcher`.
    :param folder: the working directory.
    :param environment: the variables of the environment.
    :param path: where modules are looked for.
    """
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=end_with, args=(parent,), daemon=True).start()
    # As deep as calls may be nested in a process that is nothing but a kernel.
    sys.setrecursionlimit(sys.getrecursionlimit() + len(inspect.stack(0)))
    os.setsid()  # a key pressed in the terminal is for the build, which ends its kernels
    multiprocessing.current_process().daemon = False  # a page may have processes of its own
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.path[:] = path
    sys.argv[:] = ["ipykernel_launcher", *arguments]

    from ipykernel.kernelapp import IPKernelApp

    IPKernelApp.launch_instance(arguments)


# --- in the process of the build --------------------------------------------------------


@contextmanager
def without_main() -> Iterator[None]:
    """Keep a new process from importing the program that starts it, here Sphinx."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


class KernelProcess:
    """A forked process, seen as `subprocess.Popen` shows one."""

    stdin = stdout = stderr = None

    def __init__(self, arguments: list[str], folder: str, environment: Mapping[str, str]) -> None:
        fork = multiprocessing.get_context("forkserver")
        given = (arguments, folder, dict(environment), search_path())
        self.process = fork.Process(target=run_kernel, args=given, daemon=True)
        with without_main():
            self.process.start()
        self.pid = self.process.pid

    def poll(self) -> int | None:
        """The exit code; nothing as long as it runs."""
        return self.process.exitcode

    def wait(self, timeout: float | None = None) -> int | None:
        """Wait for its end."""
        self.process.join(timeout)
        return self.process.exitcode

    def send_signal(self, signum: int) -> None:
        """Send a signal, if it still runs."""
        if self.pid is not None and self.poll() is None:
            os.kill(self.pid, signum)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)


class ForkProvisioner(LocalProvisioner):
    """Starts kernels as copies of the server."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Fork a kernel; it leads a group of processes of its own."""
        folder = str(kwargs.get("cwd") or Path.cwd())
        environment = kwargs.get("env") or os.environ
        self.process = KernelProcess(cmd, folder, environment)
        self.pid = self.pgid = self.process.pid
        self.cwd = folder
        return self.connection_info


class OwnKernels(KernelSpecManager):
    """Knows one kernel, whatever name it is asked for."""

    fork = CAN_FORK

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """The forked kernel, or else an ordinary one of this Python."""
        about = {"display_name": "Python 3", "language": "python"}
        if not self.fork:
            command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
            return KernelSpec(argv=command, **about)
        metadata = {"kernel_provisioner": {"provisioner_name": NAME}}
        command = ["-f", "{connection_file}"]
        return KernelSpec(argv=command, metadata=metadata, **about)


def kernel_manager(folder: Path) -> AsyncKernelManager:
    """A manager for the kernel of one page.

    A forked kernel is spoken to through files: of two kernels that start at once, one could
    find its network port taken by the other.

    :param folder: where these files are; it has to have a short path.
    """
    provisioners = KernelProvisionerFactory.instance().provisioners
    if NAME not in provisioners:
        value = f"{__name__}:{ForkProvisioner.__name__}"
        provisioners[NAME] = EntryPoint(NAME, value, KernelProvisionerFactory.GROUP_NAME)
    spoken_to = {"transport": "ipc", "ip": str(folder / "k")} if OwnKernels.fork else {}
    return AsyncKernelManager(
        kernel_name=NAME,
        kernel_spec_manager=OwnKernels(),
        connection_file=str(folder / "connection.json"),
        **spoken_to,
    )
