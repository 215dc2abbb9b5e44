"""The processes of a crash run: gateway, worker and client, each in a group of its own that one signal ends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from core import Store
from tests.crash.points import DATABASE, DIE_AT, PUBLIC_URL

ROOT = Path(__file__).resolve().parents[2]
_WITHIN = 90.0  # seconds that a process may take to come to where it dies, on a busy machine
_PAUSE = 0.01


class Process:
    """A process with all that it starts."""

    def __init__(self, words: list[str], environment: dict[str, str], said: Path) -> None:
        self._words = words
        self._said = said
        self._is_gone = False
        with said.open("ab") as output:
            self._process = subprocess.Popen(
                words, cwd=ROOT, env=environment, stdout=output, stderr=output, start_new_session=True
            )

    def is_alive(self) -> bool:
        """Whether it runs."""
        return self._process.poll() is None

    def outlive(self, seconds: float) -> None:
        """Let it run so long; it must not end by itself."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=seconds)
            raise AssertionError(self.complaint("ended by itself"))

    def await_death(self) -> None:
        """Until it has killed itself."""
        try:
            code = self._process.wait(timeout=_WITHIN)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(self.complaint("never came to where it dies")) from None
        self._is_gone = code == -signal.SIGKILL
        assert self._is_gone, self.complaint(f"ended with {code}")

    def ask_to_end(self, seconds: float) -> None:
        """Until it has ended in its own time, and well."""
        self._process.terminate()
        code = self._process.wait(timeout=seconds)
        assert code == 0, self.complaint(f"ended with {code}")

    def kill(self) -> None:
        """End it and all that it started, at once."""
        if not self._is_gone:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._is_gone = True

    def complaint(self, what: str) -> str:
        """What went wrong, with the last that the process said."""
        return f"{' '.join(self._words)} {what}: {self._said.read_text(encoding='utf-8', errors='replace')[-4000:]}"


class Processes:
    """What runs: one gateway at a time, one worker, one client."""

    def __init__(self, database_url: str, folder: Path) -> None:
        self.worker: Process | None = None
        self._database_url = database_url
        self._folder = folder
        self._port = _free_port()
        self._store = Store(database_url)
        self._started: list[Process] = []

    @classmethod
    @contextmanager
    def at_work(cls, database_url: str, folder: Path, log: Path) -> Iterator[Processes]:
        """With the client at its work, which writes to ``log``; nothing runs any more afterwards."""
        processes = cls(database_url, folder)
        try:
            processes._start_client(log)
            yield processes
        finally:
            for process in processes._started:
                process.kill()
            processes._store.close()

    def gateway(self, die_at: str = "") -> Process:
        """Start the gateway, to die there."""
        options = ["--interface", "wsgi", "--factory", "--port", str(self._port), "--no-log"]
        options += ["--blocking-threads", "8", "--backpressure", "64"]
        return self._start("gateway", ["-m", "granian", *options, "tests.crash.server_app:application"], die_at)

    def start_worker(self, die_at: str = "") -> None:
        """Start the worker, to die there."""
        self.worker = self._start("worker", ["-m", "tests.crash.worker"], die_at)

    def _start_client(self, log: Path) -> None:
        options = ["--port", str(self._port), "--log", str(log)]
        self._client = self._start("client", ["-m", "tests.crash.client", *options], "")

    def stop_client(self, seconds: float) -> None:
        """Ask the client to finish what it has begun; it must end well within so many seconds."""
        self._client.ask_to_end(seconds)

    def nothing_waits(self) -> bool:
        """Whether every unit is archived."""
        return not self._store.read(lambda ledger: ledger.batches.any_waiting() or ledger.forms.waiting_elements(1))

    def until(self, condition: Callable[[], bool], complaint: str) -> None:
        """Until the condition holds. Raises AssertionError where it never does."""
        deadline = time.monotonic() + _WITHIN
        while not condition():
            assert time.monotonic() < deadline, self._client.complaint(complaint)
            time.sleep(_PAUSE)

    def _start(self, name: str, words: list[str], die_at: str) -> Process:
        own = {DATABASE: self._database_url, DIE_AT: die_at, PUBLIC_URL: f"http://127.0.0.1:{self._port}"}
        others = {name: value for name, value in os.environ.items() if not name.startswith("BROBYGGER_")}
        environment = {**others, **own, "PYTHONPATH": str(ROOT)}
        process = Process([sys.executable, *words], environment, self._folder / f"{name}.txt")
        self._started.append(process)
        return process


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port
