"""`brobygger serve` and `brobygger demo`: run the gateway, show it, check it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import click
from granian import Granian
from granian.constants import Interfaces

from brobygger.commands.output import json_option, print_json, print_table, teaches
from brobygger.demo.check import Row, ask_everything
from brobygger.demo.describe import describe_demo
from brobygger.demo.scenarios.files import shipped_scenarios
from brobygger.demo.scenarios.office import StoreOffice
from brobygger.demo.scenarios.runner import run_scenarios
from brobygger.demo.story import Story
from brobygger.demo.world import demo_data, seed_demo, seed_vocabulary
from brobygger.opening import open_store
from brobygger.settings import Settings
from core import Store, stand_in_messages, upgrade_schema

_TARGET = "brobygger.application:application_from_environment"
_START_SECONDS = 60


@click.command()
@click.option("--demo", "is_demo", is_flag=True, help="With the demo world and the stand-in issuer.")
@click.option("--host", help="Address to listen on.")
@click.option("--port", type=int, help="Port to listen on.")
@click.option("--workers", type=int, help="How many processes.")
@teaches
def serve(is_demo: bool, host: str | None, port: int | None, workers: int | None) -> None:
    """Serve both doors until stopped. Settings come from the environment, prefix BROBYGGER_."""
    settings = _settings(is_demo, host, port, workers)
    _prepare(settings)
    _run(settings)


@click.command()
@click.option("--check", "is_check", is_flag=True, help="Ask every question of a server of its own, and stop.")
@click.option("--describe", is_flag=True, help="Print the demo world: numbers, passwords, forms, client keys.")
@click.option("--host", help="Address to listen on.")
@click.option("--port", type=int, help="Port to listen on.")
@json_option
@teaches
def demo(is_check: bool, describe: bool, host: str | None, port: int | None, as_json: bool) -> None:
    """Show who may report for whom in the demo world, then serve it until stopped."""
    if is_check:
        _check(as_json)
        return
    # The table is the message here; set the variable to see each call as well.
    os.environ.setdefault("BROBYGGER_LOG_LEVEL", "warning")
    settings = _settings(True, host, port, None)
    _prepare(settings)
    # Stopped from outside, the server behind this command must stop too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    if describe:
        _describe(settings)
        return
    with _server(settings) as base_url:
        rows = _rows(settings, base_url)
        _print_rows(rows, as_json)
        click.echo(f"serving at {base_url} until stopped (Ctrl-C)", err=True)
        _wait()


def _settings(is_demo: bool, host: str | None, port: int | None, workers: int | None) -> Settings:
    overrides = {"HOST": host, "PORT": port, "WORKERS": workers, "DEMO": "true" if is_demo else None}
    # The server's worker processes read the environment again, so that is where the options go.
    os.environ.update({f"BROBYGGER_{name}": str(value) for name, value in overrides.items() if value is not None})
    return Settings.from_env(os.environ)


def _prepare(settings: Settings) -> None:
    """An embedded database is brought up to date here; a server's is its operator's (`brobygger db upgrade`)."""
    if settings.database_url.startswith("sqlite") or settings.demo:
        upgrade_schema(settings.database_url)
    store = open_store(settings)
    try:
        if settings.demo:
            seed_demo(store)
        else:
            seed_vocabulary(store)
    finally:
        store.close()


def _run(settings: Settings) -> None:
    Granian(
        _TARGET,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=settings.workers,
        blocking_threads=settings.threads,
        factory=True,
        log_enabled=settings.log_level == "debug",
        log_access=False,
    ).serve()


def _check(as_json: bool) -> None:
    with tempfile.TemporaryDirectory(prefix="brobygger-demo-") as folder:
        environ = {
            "BROBYGGER_DEMO": "true",
            "BROBYGGER_DATABASE_URL": f"sqlite:///{Path(folder) / 'demo.db'}",
            "BROBYGGER_PORT": str(_free_port()),
            "BROBYGGER_LOG_LEVEL": "warning",
        }
        settings = Settings.from_env(environ)
        _prepare(settings)
        with _server(settings) as base_url:
            rows = _rows(settings, base_url)
    _print_rows(rows, as_json)
    wrong = [row for row in rows if not row.agrees]
    click.echo(f"{len(rows) - len(wrong)} of {len(rows)} answers and reasons are as expected", err=as_json)
    sys.exit(1 if wrong else 0)


def _rows(settings: Settings, base_url: str) -> list[Row]:
    store = open_store(settings)
    try:
        data = demo_data()
        story = Story(base_url, data["later_platform"], lambda: _newest_sms(store))
        questions = ask_everything(base_url, describe_demo(store, base_url), data)
        scenarios = run_scenarios(base_url, StoreOffice(store), shipped_scenarios(), strict=settings.strict_upstream)
        return [*questions, *story.rows(), *scenarios]
    finally:
        store.close()


def _newest_sms(store: Store) -> str:
    return next((message.text for message in stand_in_messages(store) if message.channel == "sms"), "")


def _describe(settings: Settings) -> None:
    store = open_store(settings)
    try:
        print_json(describe_demo(store, settings.base_url()))
    finally:
        store.close()


def _print_rows(rows: list[Row], as_json: bool) -> None:
    if as_json:
        print_json([{**asdict(row), "agrees": row.agrees} for row in rows])
        return
    columns = ("", "asks", "for", "service", "door", "answer", "reason", "why", "")
    print_table(
        "Who may report for whom",
        columns,
        (
            (row.example, row.asker, row.party, row.service, row.door, row.got, row.reason, row.why, _mark(row))
            for row in rows
            if not row.shows
        ),
    )
    columns = ("scenario", "shows", "who", "for", "call", "answer", "reason", "why", "")
    print_table(
        "The platform's scenarios, with what must not work",
        columns,
        (
            (_short(row), row.shows, row.asker, row.party, row.service, row.got, row.reason, row.why, _mark(row))
            for row in rows
            if row.shows
        ),
    )


def _short(row: Row) -> str:
    return row.example.removeprefix("scenario ")


def _mark(row: Row) -> str:
    return "✓" if row.agrees else f"✗ expected {row.expected}"


@contextmanager
def _server(settings: Settings) -> Iterator[str]:
    """A server of these settings in a process of its own, ready when this yields, gone afterwards."""
    environ = {**os.environ, **_as_environment(settings)}
    command = [sys.executable, "-m", "brobygger", "serve", "--demo"]
    process = subprocess.Popen(command, env=environ)  # noqa: S603 - our own command
    base_url = settings.base_url()
    try:
        _wait_until_ready(process, base_url)
        yield base_url
    finally:
        process.terminate()
        process.wait(timeout=_START_SECONDS)


def _as_environment(settings: Settings) -> dict[str, str]:
    given = asdict(settings)
    default = asdict(Settings())
    return {f"BROBYGGER_{name.upper()}": str(value) for name, value in given.items() if value != default[name]}


def _wait_until_ready(process: subprocess.Popen[bytes], base_url: str) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise click.ClickException(f"the server stopped with exit code {process.returncode}")
        try:
            with urllib.request.urlopen(f"{base_url}/health/ready", timeout=1):  # noqa: S310 - our own server
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise click.ClickException("the server did not become ready")


def _wait() -> None:
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        return


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
