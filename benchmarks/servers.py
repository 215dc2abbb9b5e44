"""Servers in processes of their own on the measured core, and what their requests cost."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from time import perf_counter, sleep

from benchmarks.fresh import MEASURED_CORE
from benchmarks.load import Load, Request, put_load
from benchmarks.message import PATH

_START_SECONDS = 60


@dataclass(frozen=True)
class Server:
    """A server that answers on ``port``."""

    name: str
    port: int
    process: subprocess.Popen[bytes]


@dataclass(frozen=True)
class Round:
    """One load, and the processor time that the server took for it."""

    load: Load
    cpu_seconds: float

    @property
    def cpu(self) -> float:
        """Microseconds of one core for a request."""
        return self.cpu_seconds / self.load.acknowledged * 1e6

    @property
    def core_share(self) -> float:
        """How much of its core the server got: below 0.9 it waited, for the disk or for other programs."""
        return self.cpu_seconds / self.load.seconds


def measured(server: Server, request: Request, ids: Iterator[str], *, connections: int, seconds: float) -> Round:
    """Put one load on a server. Raises RuntimeError at the first wrong answer."""
    before = _cpu_seconds(server.process.pid)
    load = put_load(server.port, request, ids, connections=connections, seconds=seconds)
    return Round(load, _cpu_seconds(server.process.pid) - before)


def ours_environment(database: Path, threads: int) -> dict[str, str]:
    """What our server reads its settings from."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("BROBYGGER_")},
        "BROBYGGER_DATABASE_URL": f"sqlite:///{database}",
        "BROBYGGER_LOG_LEVEL": "warning",
        "BROBYGGER_ARCHIVE_SECONDS": "0",
        "BROBYGGER_DELIVERY_SECONDS": "0",
        "BROBYGGER_DEMO": "true",
        "BROBYGGER_WORKERS": "1",
        "BROBYGGER_THREADS": str(threads),
    }


def module(name: str, **options: object) -> list[str]:
    """The command that runs a module with options."""
    given = [word for option, value in options.items() for word in (f"--{option}", str(value))]
    return [sys.executable, "-m", name, *given]


@contextmanager
def served(name: str, command: Sequence[str], port: int, environment: Mapping[str, str]) -> Iterator[Server]:
    """A server on the measured core, ready when this yields; what it starts inherits the core."""
    process = subprocess.Popen(["taskset", "-c", str(MEASURED_CORE), *command], env=environment)
    try:
        _wait_until_served(process, port)
        yield Server(name, port, process)
    finally:
        process.terminate()
        process.wait(timeout=_START_SECONDS)


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_served(process: subprocess.Popen[bytes], port: int) -> None:
    """Until the server's own worker answers, whatever it answers: the port is open long before that."""
    deadline = perf_counter() + _START_SECONDS
    while perf_counter() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the server stopped with exit code {process.returncode}")
        try:
            _get_description(port)
        except (ConnectionError, HTTPException):
            sleep(0.05)
        else:
            return
    raise RuntimeError("the server did not start")


def _get_description(port: int) -> None:
    connection = HTTPConnection("127.0.0.1", port, timeout=_START_SECONDS)
    try:
        connection.request("GET", f"{PATH}?wsdl")
        connection.getresponse().read()
    finally:
        connection.close()


def _cpu_seconds(pid: int) -> float:
    """Processor time of a process and its living children, in user and kernel together."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    own = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return own + sum(_cpu_seconds(int(child)) for child in children)
