"""A machine's client at the token issuer: signed assertions, and tokens kept. Source: pdp-and-tokens §2."""

from __future__ import annotations

import json
import math
import re
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from delivery.keys import SigningKey
from delivery.reading import PLAIN, beginning

GRANT_TYPE = "urn:ietf:params:oauth:grant-type:jwt-bearer"
RENEW_SECONDS = 20
"""How long before its end a kept token is no longer used. Source: pdp-and-tokens §2.6 (10 to 30 seconds)."""

_ASSERTION_SECONDS = 100
_MOST_KEPT = 10_000
_TOKEN = re.compile(r"[!-~]+")
# What can stand in a header, and nothing that would end it.


class NoToken(Exception):
    """The issuer gave no token: its status and what it said."""

    def __init__(self, status: int, body: Mapping[str, Any]) -> None:
        super().__init__(f"{status} {body.get('error')}: {body.get('error_description')}")
        self.status = status
        self.body = body


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which token is wanted. It is also the key it is kept under: whatever tells tokens apart must be in here.

    ``owner`` is the organisation number of the system user's owner, None for a token of the client itself;
    ``reference`` the external reference, which tells several system users of one owner apart.
    """

    scopes: frozenset[str]
    owner: str | None = None
    reference: str | None = None
    resource: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who a client is at the issuer: its id, and its private key."""

    client_id: str
    key: SigningKey


@dataclass(slots=True)
class _Kept:
    """The place of one token. Whoever fetches it holds the lock, so that nobody else fetches the same."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    ends: float = float("-inf")
    token: str = field(default="", repr=False)


class MachineClient:
    """Gets tokens from ``issuer`` (its identifier, with the slash at the end) over ``http``, and keeps them.

    ``credentials`` is asked once, when the first token is wanted. Safe to use from many threads: different tokens
    are fetched side by side, and the same one once.
    """

    def __init__(
        self,
        http: httpx.Client,
        issuer: str,
        credentials: Callable[[], Credentials],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._http = http
        self._issuer = issuer
        self._ask_credentials = credentials
        self._credentials: Credentials | None = None
        self._clock = clock
        self._kept: dict[Wanted, _Kept] = {}
        self._lock = threading.Lock()

    def token(self, wanted: Wanted) -> str:
        """A token that lasts a while yet: the one kept, or a new one. Raises NoToken, httpx.HTTPError."""
        credentials, place = self._place(wanted)
        with place.lock:
            if self._clock() >= place.ends - RENEW_SECONDS:
                # It lasts from when it was made: at the earliest now, however late the answer comes.
                asked = self._clock()
                token, seconds = self._ask(credentials, wanted)
                place.token, place.ends = token, asked + seconds
            return place.token

    def forget(self, wanted: Wanted, token: str) -> None:
        """Keep this token no longer, as when it was not taken: the next is a new one."""
        _, place = self._place(wanted)
        with place.lock:
            if place.token == token:
                place.ends = float("-inf")

    def _place(self, wanted: Wanted) -> tuple[Credentials, _Kept]:
        with self._lock:
            self._credentials = self._credentials or self._ask_credentials()
            if len(self._kept) >= _MOST_KEPT and wanted not in self._kept:
                now = self._clock()
                self._kept = {
                    each: place for each, place in self._kept.items() if place.ends > now or place.lock.locked()
                }
            return self._credentials, self._kept.setdefault(wanted, _Kept())

    def _ask(self, credentials: Credentials, wanted: Wanted) -> tuple[str, float]:
        form = {"grant_type": GRANT_TYPE, "assertion": assertion(credentials, self._issuer, wanted, int(self._clock()))}
        with self._http.stream("POST", f"{self._issuer}token", data=form, headers=PLAIN) as answer:
            body = _read(beginning(answer))
        token = _token_in(body) if answer.status_code == 200 else None
        if token is not None:
            return token
        raise NoToken(answer.status_code, {"error": "no token in the answer"} if answer.status_code == 200 else body)


def _token_in(body: Mapping[str, Any]) -> tuple[str, float] | None:
    """The token and how many seconds it lasts; None where either is not there, or is nothing to go by."""
    token = body.get("access_token")
    try:
        seconds = float(body["expires_in"])
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
    if not isinstance(token, str) or _TOKEN.fullmatch(token) is None or not math.isfinite(seconds):
        return None
    return token, seconds


def _read(text: bytes) -> Mapping[str, Any]:
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        body = None
    return body if isinstance(body, dict) else {"error": "no JSON in the answer"}


def assertion(credentials: Credentials, issuer: str, wanted: Wanted, now: int) -> str:
    """The signed wish for a token. Source: pdp-and-tokens §2.2 to §2.4."""
    claims: dict[str, Any] = {
        "iss": credentials.client_id,
        "aud": issuer,
        "scope": " ".join(sorted(wanted.scopes)),
        "iat": now,
        "exp": now + _ASSERTION_SECONDS,
        "jti": str(uuid.uuid4()),
    }
    if wanted.resource:
        claims["resource"] = sorted(wanted.resource)
    if wanted.owner is not None:
        claims["authorization_details"] = [_system_user(wanted.owner, wanted.reference)]
    return credentials.key.sign(claims)


def _system_user(owner: str, reference: str | None) -> dict[str, Any]:
    wanted: dict[str, Any] = {
        "type": "urn:altinn:systemuser",
        "systemuser_org": {"authority": "iso6523-actorid-upis", "ID": f"0192:{owner}"},
    }
    return wanted if reference is None else {**wanted, "externalRef": reference}
