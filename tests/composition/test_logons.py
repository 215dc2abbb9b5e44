"""Log-ons from the command line, and the ways one-time codes leave the gateway."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from click.testing import CliRunner, Result

from brobygger.cli import main
from brobygger.code_channel import WebhookChannel, connect_code_channel
from brobygger.settings import Settings, WeakSettings
from core import ErrorCode, Party, Store, Unavailable, request_challenge, stand_in_messages
from tests.passwords import quick_secret
from tests.small_world import MANAGER, small_world

NUMBER = "01817010055"
PASSWORD = "riktig1"


@pytest.fixture
def environ(sqlite_url: str) -> dict[str, str]:
    """The environment of commands on a small world."""
    store = Store(sqlite_url)
    store.import_facts("tests", small_world(quick_secret(PASSWORD)))
    store.close()
    return {"BROBYGGER_DATABASE_URL": sqlite_url}


def run(environ: dict[str, str], *arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments, "--json"], env=environ)


def test_people_are_registered_listed_locked_and_unlocked(environ: dict[str, str]) -> None:
    chosen = ("--user-name", "vigdis", "--phone", "+4799999901", "--allow-systems", "--password", PASSWORD)
    added = run(environ, "person", "add", "--number", NUMBER, *chosen)
    row = json.loads(added.stdout)
    assert row["user_name"] == "vigdis"
    assert row["phone"].endswith("*01")
    assert "9999990" not in added.output
    assert NUMBER not in added.output
    assert json.loads(run(environ, "person", "list").stdout) == [row]
    assert json.loads(run(environ, "person", "lock", "--number", NUMBER).stdout)["state"] == "locked"
    assert json.loads(run(environ, "person", "lock", "--number", NUMBER, "--unlock").stdout)["state"] == "active"
    refused = run(environ, "person", "add", "--number", NUMBER, "--user-name", "123456", "--password", PASSWORD)
    assert refused.exit_code == 1
    assert "invalid-login" in refused.stderr


def test_enterprise_users_are_registered_listed_and_locked(environ: dict[str, str]) -> None:
    added = run(environ, "enterprise-user", "add", "--owner", "310000205", "--name", "lonn", "--password", PASSWORD)
    row = json.loads(added.stdout)
    assert json.loads(run(environ, "enterprise-user", "list").stdout) == [row]
    assert json.loads(run(environ, "enterprise-user", "lock", row["id"]).stdout)["state"] == "locked"
    again = run(environ, "enterprise-user", "add", "--owner", "310000205", "--name", "LONN", "--password", PASSWORD)
    assert again.exit_code == 1


def test_the_stand_in_for_letters_needs_the_demo_said_aloud(environ: dict[str, str]) -> None:
    run(environ, "person", "add", "--number", NUMBER, "--password", PASSWORD)
    refused = run(environ, "person", "letter", "--number", NUMBER)
    assert refused.exit_code == 1
    assert "code-channel-unavailable" in refused.stderr
    assert json.loads(run(environ, "codes").stdout) == []
    sent = run({**environ, "BROBYGGER_DEMO": "true"}, "person", "letter", "--number", NUMBER)
    assert sent.exit_code == 0
    (message,) = json.loads(run(environ, "codes").stdout)
    assert message["channel"] == "letter"
    assert NUMBER not in message["to"]


class _Receiver(HTTPServer):
    """What stands behind the operator's address: remembers what it is sent, and answers as told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Remember)
        self.status = 204
        self.got: list[tuple[str, dict[str, Any]]] = []


class _Remember(BaseHTTPRequestHandler):
    server: _Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((self.headers.get("Authorization", ""), json.loads(body)))
        self.send_response(self.server.status)
        if self.server.status == 302:
            self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.end_headers()

    def log_message(self, *_arguments: Any) -> None:
        """Nothing is printed."""


@pytest.fixture
def receiver() -> Iterator[_Receiver]:
    """A receiver on a real socket."""
    with _Receiver() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_codes_are_posted_to_the_operators_address(receiver: _Receiver) -> None:
    channel = WebhookChannel(f"http://127.0.0.1:{receiver.server_port}/", "hemmelig")
    channel.sms("+4799999901", "Engangskoden din er 123456.")
    person = next(fact for fact in small_world() if isinstance(fact, Party) and fact.id == MANAGER)
    channel.letter(person, "1  123456")
    (token, sms), (_, letter) = receiver.got
    assert token == "Bearer hemmelig"
    assert sms == {"channel": "sms", "phone": "+4799999901", "text": "Engangskoden din er 123456."}
    assert (letter["channel"], letter["person"], letter["text"]) == ("letter", NUMBER, "1  123456")


@pytest.mark.parametrize("status", [302, 401, 500])
def test_a_channel_that_fails_says_so_and_goes_nowhere_else(receiver: _Receiver, status: int) -> None:
    receiver.status = status
    with pytest.raises(Unavailable) as failed:
        WebhookChannel(f"http://127.0.0.1:{receiver.server_port}/", "").sms("+4799999901", "123456")
    assert failed.value.code is ErrorCode.CODE_CHANNEL_UNAVAILABLE
    assert "123456" not in str(failed.value)
    assert len(receiver.got) == 1


def test_the_address_must_be_https_and_the_token_does_not_show() -> None:
    with pytest.raises(WeakSettings, match="CODE_CHANNEL_URL"):
        Settings(demo=True, code_channel_url="http://example.no").check()
    settings = Settings(demo=True, code_channel_url="https://example.no", code_channel_token="hemmelig")
    settings.check()
    assert "hemmelig" not in repr(settings)


def test_only_the_demo_has_the_stand_in(environ: dict[str, str]) -> None:
    store = Store(environ["BROBYGGER_DATABASE_URL"])
    connect_code_channel(store, Settings(), demo=False)
    assert request_challenge(store, "4711", NUMBER, PASSWORD, "SMSPin").status == "InvalidPinType"
    connect_code_channel(store, Settings(), demo=True)
    assert request_challenge(store, "4711", NUMBER, PASSWORD, "SMSPin").status == "InvalidCredentials"
    assert stand_in_messages(store) == ()
    store.close()
