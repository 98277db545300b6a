"""`derivlib site` as a process: it serves a folder on this machine, and says what is wrong."""

from __future__ import annotations

import signal
import subprocess
import sys
from urllib.request import urlopen

import pytest

from derivlib.command.main import main


@pytest.fixture
def site(tmp_path):
    (tmp_path / "index.html").write_text("<p>A site")
    (tmp_path / "worker.mjs").write_text("export {};")
    (tmp_path / "first.gz").write_bytes(b"\x1f\x8b")
    return tmp_path


def interruptible():
    """What is started in the background ignores Ctrl-C, and what it starts does so too."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.fixture
def serving(site):
    command = [sys.executable, "-m", "derivlib", "site", str(site), "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, preexec_fn=interruptible)
    yield process
    process.kill()
    process.communicate()


def test_a_site_is_served_until_it_is_interrupted(serving):
    address = serving.stdout.readline().split()[0]
    assert address.startswith("http://127.0.0.1:")
    with urlopen(address) as answer:
        assert answer.read() == b"<p>A site"
    with urlopen(f"{address}worker.mjs") as answer:
        assert answer.headers["Content-Type"] == "text/javascript"
    with urlopen(f"{address}first.gz") as answer:
        assert answer.headers.get("Content-Encoding") is None
        assert answer.read() == b"\x1f\x8b"
    serving.send_signal(signal.SIGINT)
    assert serving.wait(timeout=20) == 0


def test_a_folder_without_a_site_is_refused(tmp_path, capsys):
    assert main(["site", str(tmp_path)]) == 2
    assert f"there is no site in {tmp_path}" in capsys.readouterr().err


@pytest.mark.parametrize("port", ["70000", "-1"])
def test_a_port_that_cannot_be_is_refused(site, port, capsys):
    assert main(["site", str(site), "--port", port]) == 2
    assert f"port {port} cannot be used" in capsys.readouterr().err


def test_an_option_that_is_none_is_refused(site):
    assert main(["site", str(site), "--colour"]) == 2
