"""A vendor client that others wrote, in a process of its own, before a gateway that runs here on a real socket."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from brobygger.demo.keys import new_key, signing_key
from brobygger.stack import Stack
from tests.clients_rest.world import start
from tests.doors.rest.vendor import AUTHORIZE, CLIENT, OWNDATA, PARTY_ID, PEOPLE_SCOPES, PER, VENDOR, decision, question

_DRIVER = Path(__file__).parent / "driver.py"
_PORTAL = "/authentication/api/v1/systemuser"
_KEY_FILE = "maskinporten_privat.pem"


class RaisedError(Exception):
    """What wenche raised: the name of its exception, and the text that its user sees."""


class Wenche:
    """The running client."""

    def __init__(self, process: subprocess.Popen[str], errors: Path) -> None:
        self._process = process
        self._errors = errors

    def __call__(self, name: str, *arguments: Any, **named: Any) -> Any:
        """What a function of wenche returns, by its module and name. Raises RaisedError."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"name": name, "arguments": arguments, "named": named}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, f"wenche's process ended: {self._errors.read_text('utf-8')}"
        told = json.loads(line)
        if "raised" in told:
            raise RaisedError(f"{told['raised']}: {told['text']}")
        return told["result"]


class Office:
    """The client with its settings, and whoever else the story needs: the customer's manager, a service owner."""

    def __init__(self, stack: Stack, wenche: Wenche) -> None:
        self.stack = stack
        self.wenche = wenche

    @cached_property
    def admin(self) -> str:
        """A raw token that administers systems and requests, got by wenche."""
        return str(self.wenche("auth.login_admin"))

    def register(self) -> Any:
        """Register wenche's system."""
        return self.wenche("systembruker.registrer_system", self.admin, VENDOR, CLIENT)

    def ask(self) -> Any:
        """Ask the customer for a system user."""
        return self.wenche("systembruker.opprett_forespørsel", self.admin, VENDOR, OWNDATA)

    def status(self, request: str) -> Any:
        """How the request stands."""
        return self.wenche("systembruker.hent_forespørsel_status", self.admin, request)

    def list(self) -> Any:
        """Every system user of wenche's system."""
        return self.wenche("systembruker.hent_systembrukere", self.admin, VENDOR)

    def answer(self, name: str, what: str = "approve", kind: str = "request") -> None:
        """Let the customer's manager answer in the portal."""
        query = {"env": "tt02", "scopes": PEOPLE_SCOPES, "pid": PER}
        token = self.stack.http.get("/api/GetPersonalToken", params=query, auth=("anybody", "anything")).text
        path = f"{_PORTAL}/{kind}/{PARTY_ID[OWNDATA]}/{name}/{what}"
        response = self.stack.http.post(path, headers=self.stack.authorised(token))
        assert response.status_code == 200, response.text

    def customer(self) -> str:
        """Register, ask and have it approved; returns the system user's id."""
        self.register()
        name = str(self.ask()["id"])
        self.answer(name)
        return name

    def may(self, user: str, service: str) -> str:
        """What a service owner is told of the system user that writes to its service for the customer."""
        token = self.wenche("auth.hent_tokens_for", scopes=AUTHORIZE)["maskinporten_token"]
        body = question(user, OWNDATA, "write", service)
        path = "/authorization/api/v1/authorize"
        return decision(self.stack.http.post(path, json=body, headers=self.stack.authorised(token)))

    def verified(self, token: str) -> dict[str, Any]:
        """The claims of a token, after its signature is checked with the keys that the gateway publishes."""
        issuer = jwt.decode(token, options={"verify_signature": False})["iss"]
        known = f"{issuer.rstrip('/')}/.well-known"
        kind = "openid-configuration" if "openid" in issuer else "oauth-authorization-server"
        metadata = self.stack.http.get(f"{known}/{kind}").raise_for_status().json()
        keys = jwt.PyJWKSet.from_dict(self.stack.http.get(metadata["jwks_uri"]).raise_for_status().json())
        key = keys[jwt.get_unverified_header(token)["kid"]]
        claims: dict[str, Any] = jwt.decode(token, key, ["RS256"], issuer=issuer, options={"verify_aud": False})
        return claims


@pytest.fixture(scope="session")
def wenche_key() -> dict[str, Any]:
    """The client's private key."""
    return new_key("wenche-1")


@pytest.fixture(scope="session")
def wenche(
    brobygger_empty_session: Stack, wenche_key: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Wenche]:
    """The client, running."""
    home = tmp_path_factory.mktemp("wenche")
    pem = signing_key(wenche_key).private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (home / _KEY_FILE).write_bytes(pem)
    command = [sys.executable, "-I", str(_DRIVER), brobygger_empty_session.serve()]
    errors = home / "stderr.txt"
    pipe = subprocess.PIPE
    with (
        errors.open("w", encoding="utf-8") as stderr,
        subprocess.Popen(
            command, cwd=home, env=_settings(home), text=True, encoding="utf-8", stdin=pipe, stdout=pipe, stderr=stderr
        ) as process,
    ):
        yield Wenche(process, errors)


@pytest.fixture
def office(brobygger_empty: Stack, wenche: Wenche, wenche_key: dict[str, Any]) -> Office:
    """The client before a gateway that has the world of its story; every test begins anew."""
    brobygger_empty.load(start(wenche_key))
    return Office(brobygger_empty, wenche)


def _settings(home: Path) -> dict[str, str]:
    """What wenche reads from its environment, as its manual tells its user to set it; and nothing of ours."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "WENCHE_ENV": "test",
        "MASKINPORTEN_CLIENT_ID": CLIENT,
        "MASKINPORTEN_KID": "wenche-1",
        "MASKINPORTEN_PRIVAT_NOKKEL": str(home / _KEY_FILE),
        "ORG_NUMMER": VENDOR,
        "SKD_TEST_ORG_NUMMER": OWNDATA,
    }
