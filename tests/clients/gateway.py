"""The whole gateway with the demo world, served as it ships on a real socket, for clients in processes of their own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.clients.toolchains import ROOT

_START_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Gateway:
    """A gateway that is being served, and the database behind it."""

    url: str
    database_url: str


@contextmanager
def gateway(folder: Path) -> Iterator[Gateway]:
    """Serve the demo world, with its database in ``folder``; units are archived five times a second."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    database = f"sqlite:///{folder / 'demo.db'}"
    settings = {"DATABASE_URL": database, "ARCHIVE_SECONDS": "0.2", "LOG_LEVEL": "warning"}
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("BROBYGGER_")},
        **{f"BROBYGGER_{name}": value for name, value in settings.items()},
    }
    command = [sys.executable, "-m", "brobygger", "serve", "--demo", "--port", str(port)]
    with (folder / "server.txt").open("w") as log:
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT)
        try:
            _await_readiness(server, f"http://127.0.0.1:{port}", folder / "server.txt")
            yield Gateway(f"http://127.0.0.1:{port}", database)
        finally:
            server.terminate()
            server.wait(timeout=_START_SECONDS)


def _await_readiness(server: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        assert server.poll() is None, f"the server has ended: {log.read_text()}"
        try:
            with urllib.request.urlopen(f"{url}/health/ready", timeout=1):  # noqa: S310 - our own server
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise AssertionError(f"the server did not start: {log.read_text()}")
