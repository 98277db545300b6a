"""Serving a built site on this machine, for pages that browsers do not run from files."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Sequence
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from derivlib.command import terminal

BUILT = Path("docs/_build/html")
_HERE = "127.0.0.1"


class _Handler(SimpleHTTPRequestHandler):
    """Serves files as they are now, and keeps no log."""

    extensions_map = {  # noqa: RUF012, the base class declares it so
        **SimpleHTTPRequestHandler.extensions_map,
        ".mjs": "text/javascript",  # without which browsers start no worker
        ".gz": "application/octet-stream",  # kept packed: the page unpacks it
    }

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def log_message(self, *_: object) -> None:
        pass


def server_of(folder: Path, port: int) -> ThreadingHTTPServer:
    """A server of a folder that listens on this machine alone.

    :param folder: the folder of a built site.
    :param port: where it listens; 0 for any free port.
    :raises OSError: if the port is taken.
    """
    return ThreadingHTTPServer((_HERE, port), partial(_Handler, directory=str(folder)))


def serve(typed: Sequence[str]) -> int:
    """Serve a site until Ctrl-C.

    :param typed: the arguments behind `site`.
    :returns: the exit code: 0, or 2 if there is no site or the port is taken.
    """
    parser = ArgumentParser("derivlib site", description="Serve a built site on this machine.")
    parser.add_argument("folder", nargs="?", type=Path, default=BUILT, help=f"{BUILT} if left out")
    parser.add_argument("--port", type=int, default=8000, help="8000 if left out; 0 for any")
    asked = parser.parse_args(typed)
    if not (asked.folder / "index.html").is_file():
        terminal.complain(
            f"there is no site in {asked.folder}; `python3 noxfile.py -s docs` builds one into "
            f"{BUILT}, and `derivlib site FOLDER` serves another"
        )
        return 2
    try:
        server = server_of(asked.folder, asked.port)
    except (OSError, OverflowError) as error:
        terminal.complain(f"port {asked.port} cannot be used ({error}); --port chooses another")
        return 2
    with server:
        terminal.say(f"http://{_HERE}:{server.server_port}/ shows {asked.folder}; Ctrl-C ends it\n")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            terminal.say("\n")
    return 0
