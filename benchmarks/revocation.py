"""From an acknowledged revocation to the first denial, with two workers on PostgreSQL.

    python -m benchmarks.revocation [--times N] [--workers N]

Over HTTP, again and again: a client administrator adds a client to an agent system user, the decision point is
asked until it permits, the client is removed, and the moment the removal is acknowledged it is asked again, on
connections that reach every worker. A Permit after that is stale, and there must be none.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import httpx

from benchmarks.servers import free_port, module
from brobygger.demo.calls import fetch_token
from brobygger.demo.describe import describe_demo
from brobygger.demo.world import seed_demo
from core import Store, upgrade_schema
from tests.postgres import places_of_postgres, running_server

_TIMES = 1_000
_WORKERS = 2
_CONNECTIONS = 8
_PEOPLE_SCOPES = "altinn:clientdelegations.read altinn:clientdelegations.write"
_START_SECONDS = 60


@dataclass
class Report:
    """What was seen. ``delays`` are milliseconds from the acknowledgement to the first answer, which denies."""

    workers: int
    times: int
    stale: int = 0
    delays: list[float] = field(default_factory=list)
    grants: list[float] = field(default_factory=list)

    def share(self, share: float) -> float:
        """The delay in which this share of the denials came, in milliseconds."""
        return sorted(self.delays)[min(int(len(self.delays) * share), len(self.delays) - 1)]


def run(times: int = _TIMES, workers: int = _WORKERS) -> Report:
    """Revoke that many times. Raises RuntimeError where a call fails."""
    with _database() as url, tempfile.TemporaryDirectory() as folder:
        upgrade_schema(url)
        store = Store(url)
        seed_demo(store)
        port = free_port()
        base_url = f"http://127.0.0.1:{port}"
        described = describe_demo(store, base_url)
        store.close()
        with _served(url, port, workers, Path(folder)):
            return _Revoker(base_url, described, _parties(url)).run(Report(workers, times))


def _parties(url: str) -> dict[str, str]:
    """Party ids by organisation number."""
    store = Store(url)
    try:
        snapshot = store.snapshot()
        return {found.number: found.id for each in snapshot.files if (found := snapshot.party(each)) is not None}
    finally:
        store.close()


class _Revoker:
    def __init__(self, base_url: str, described: dict[str, Any], parties: dict[str, str]) -> None:
        new = described["new_world"]
        agent = next(each for each in new["system_users"] if each["kind"] == "agent")
        owner = next(each for each in new["clients"] if each["role"] == "service-owner")
        self._base_url = base_url
        self._client = agent["clients"][0]
        self._agent = agent["id"]
        self._delegation = f"/authentication/api/v1/enduser/systemuser/clients?agent={agent['id']}&client=" + str(
            parties[self._client]
        )
        self._resource = new["resource"]
        self._owner_token = fetch_token(base_url, owner, "altinn:authorization/authorize")
        self._person = new["approvers"][agent["owner"]]
        # One client for each connection: every one of them stays with the worker that took it.
        self._asking = [httpx.Client(base_url=base_url, timeout=30) for _ in range(_CONNECTIONS)]
        self._writing = httpx.Client(base_url=base_url, timeout=30)

    def run(self, report: Report) -> Report:
        token = self._personal_token()
        for _ in range(report.times):
            began = perf_counter()
            self._write("POST", token)
            if not all(self._asked(each) for each in self._asking):
                raise RuntimeError("a client was added, and not everybody knew of it")
            report.grants.append((perf_counter() - began) * 1e3)
            self._write("DELETE", token)
            acknowledged = perf_counter()
            for number, each in enumerate(self._asking):
                report.stale += self._asked(each)
                if number == 0:
                    report.delays.append((perf_counter() - acknowledged) * 1e3)
        return report

    def _personal_token(self) -> str:
        parameters = {"env": "tt02", "scopes": _PEOPLE_SCOPES, "pid": self._person, "ttl": "86400"}
        answer = self._writing.get("/api/GetPersonalToken", params=parameters, auth=("anybody", "anything"))
        if answer.status_code != 200:
            raise RuntimeError(f"no token: {answer.text}")
        return answer.text

    def _write(self, method: str, token: str) -> None:
        answer = self._writing.request(method, self._delegation, headers={"Authorization": f"Bearer {token}"})
        if answer.status_code != 200:
            raise RuntimeError(f"{method}: {answer.status_code} {answer.text}")

    def _asked(self, http: httpx.Client) -> bool:
        action = {"AttributeId": "urn:oasis:names:tc:xacml:1.0:action:action-id", "Value": "write"}
        request = {
            "AccessSubject": [{"Attribute": [{"AttributeId": "urn:altinn:systemuser:uuid", "Value": self._agent}]}],
            "Action": [{"Attribute": [action]}],
            "Resource": [
                {
                    "Attribute": [
                        {"AttributeId": "urn:altinn:resource", "Value": self._resource},
                        {"AttributeId": "urn:altinn:organization:identifier-no", "Value": self._client},
                    ]
                }
            ],
        }
        headers = {"Authorization": f"Bearer {self._owner_token}"}
        answer = http.post("/authorization/api/v1/authorize", json={"Request": request}, headers=headers)
        if answer.status_code != 200:
            raise RuntimeError(f"the decision point answered {answer.status_code}: {answer.text}")
        decision: str = answer.json()["response"][0]["decision"]
        return decision == "Permit"


@contextmanager
def _database() -> Iterator[str]:
    with contextmanager(running_server)(places_of_postgres()) as server:
        yield server.url(server.create_database())


@contextmanager
def _served(url: str, port: int, workers: int, folder: Path) -> Iterator[None]:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("BROBYGGER_")},
        "BROBYGGER_DATABASE_URL": url,
        "BROBYGGER_LOG_LEVEL": "warning",
        "BROBYGGER_ARCHIVE_SECONDS": "0",
        "BROBYGGER_DELIVERY_SECONDS": "0",
        "BROBYGGER_WORKERS": str(workers),
    }
    command = [*module("brobygger"), "serve", "--demo", "--port", str(port)]
    process = subprocess.Popen(command, env=environment, cwd=folder.parent)
    try:
        _wait(process, port)
        yield
    finally:
        process.terminate()
        process.wait(timeout=_START_SECONDS)


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    transport = httpx.HTTPTransport(retries=30)
    with httpx.Client(transport=transport, timeout=_START_SECONDS) as http:
        while process.poll() is None:
            try:
                if http.get(f"http://127.0.0.1:{port}/health/ready").status_code == 200:
                    return
            except httpx.TransportError:
                continue
    raise RuntimeError(f"the server stopped with exit code {process.returncode}")


def main() -> None:
    """Measure, and print what was found."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--times", type=int, default=_TIMES)
    options.add_argument("--workers", type=int, default=_WORKERS)
    given = options.parse_args()
    report = run(given.times, given.workers)
    print(f"{report.times} revocations, {report.workers} workers on PostgreSQL, {_CONNECTIONS} connections that ask")
    print(f"stale permits after an acknowledged revocation: {report.stale} of {report.times * _CONNECTIONS} answers")
    print(
        f"from the acknowledgement to the first denial: median {median(report.delays):.2f} ms, "
        f"p99 {report.share(0.99):.2f} ms, highest {max(report.delays):.2f} ms"
    )


if __name__ == "__main__":
    main()
