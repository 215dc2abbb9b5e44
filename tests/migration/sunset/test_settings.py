"""The settings of the sunset, and the counts that a real server writes: now and then, and when it ends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime

import httpx
import pytest

from brobygger.counting import start_census
from brobygger.settings import Settings, WeakSettings
from core import OldCall, Store, count_call, who_calls
from tests.doors.soap.asmx_client import PATH, envelope

CALL = OldCall("DataExchange", "ASMX", "SubmitBatchPw", "enterprise-system:4711", True)
DEMO = {"BROBYGGER_DEMO": "true"}
CALLS = 23


@pytest.mark.parametrize(
    ("setting", "value", "says"),
    [
        ("SOAP_SUNSET", "2027-06-19", "time zone"),
        ("SOAP_DEPRECATED", "soon", "ISO"),
        ("SOAP_SUNSET", "2025-01-01T00:00:00Z", "before"),
        ("SOAP_SUNSET_LINK", "bro.example", "http"),
        ("SOAP_SUNSET_LINK", 'https://bro.example/>; rel="x', "http"),
        ("SOAP_SUNSET_LINK", "https://bro.example/\r\nX: y", "http"),
        ("TRUSTED_PROXIES", "-1", "negative"),
        ("CENSUS_SECONDS", "-1", "negative"),
        ("CENSUS_SECONDS", "nan", "negative"),
        ("ARCHIVE_SECONDS", "inf", "more than"),
        ("DELIVERY_SECONDS", "1e12", "more than"),
    ],
)
def test_what_cannot_be_meant_keeps_the_gateway_from_starting(setting: str, value: str, says: str) -> None:
    environ = {**DEMO, "BROBYGGER_SOAP_DEPRECATED": "2026-06-19T00:00:00Z", f"BROBYGGER_{setting}": value}
    with pytest.raises(WeakSettings, match=says):
        Settings.from_env(environ)


def test_moments_are_read() -> None:
    settings = Settings.from_env({**DEMO, "BROBYGGER_SOAP_SUNSET": "2027-06-19T02:00:00+02:00"})
    assert settings.sunset_moments() == (None, datetime(2027, 6, 19, tzinfo=UTC))


def test_zero_seconds_count_nothing(sqlite_store: Store) -> None:
    assert start_census(sqlite_store, 0) is None


def test_counts_are_written_when_the_writer_ends(sqlite_store: Store, sqlite_url: str) -> None:
    end = start_census(sqlite_store, 3600)
    assert end is not None
    count_call(sqlite_store, CALL)
    end()
    other = Store(sqlite_url)
    try:
        assert [use.calls for use in who_calls(other).callers] == [1]
    finally:
        other.close()


def test_a_real_server_loses_no_count_when_it_is_told_to_end(sqlite_url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    environ = {
        **os.environ, **DEMO, "BROBYGGER_DATABASE_URL": sqlite_url, "BROBYGGER_PORT": str(port),
        "BROBYGGER_CENSUS_SECONDS": "3600", "BROBYGGER_LOG_LEVEL": "error",
    }  # fmt: skip
    told = {"content": envelope("AltInnStatus", {}).encode(), "headers": {"Content-Type": "text/xml"}}
    base = f"http://127.0.0.1:{port}"
    with subprocess.Popen([sys.executable, "-m", "brobygger", "serve"], env=environ) as server:
        try:
            await_answer(base, server)
            for _ in range(CALLS):
                assert httpx.post(f"{base}{PATH}", **told).status_code == 200  # type: ignore[arg-type]
        finally:
            server.send_signal(signal.SIGTERM)
    store = Store(sqlite_url)
    try:
        (use,) = who_calls(store).callers
        assert (use.calls, use.addresses) == (CALLS, ("127.0.0.1",))
    finally:
        store.close()


def await_answer(base: str, server: subprocess.Popen[bytes]) -> None:
    """Returns when the server is ready."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert server.poll() is None, "the server has ended"
        try:
            if httpx.get(f"{base}/health/ready", timeout=2).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError("the server did not start")
