"""A firm with a client on its system user, an issuer and a service owner that do as a test says, and a clock."""

from __future__ import annotations

import hashlib
import json
import threading
from collections import Counter, deque
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import httpx
import jwt

from brobygger.demo.keys import new_key, signing_key
from core import (
    Accepts,
    AccessPackage,
    Attachment,
    Batch,
    ClientDelegation,
    Confidence,
    DataUnit,
    Delivery,
    Fact,
    Generation,
    PackageDelegation,
    PolicyRule,
    Service,
    ServiceId,
    ServiceKind,
    ServiceSuccessor,
    Store,
    System,
    SystemUser,
    SystemUserKind,
    archive_submissions,
    list_deliveries,
    submit_batch,
)
from core.domain.delivering import DeliveryState
from delivery import Courier, Credentials, MachineClient, Target, Targets
from tests.core.forms.world import FIRMS_SYSTEM, PLAIN, REPORTEE, forms_world
from tests.small_world import FIRM, FORM, GIVER, SYSTEM

ISSUER = "https://issuer.example/"
OWNERS_ADDRESS = "https://etat.example/mva/{party}"
SCOPE = "etat:mva"
CLIENT = "7d1f6a52-3c0b-4f0e-9a57-000000000001"
RESOURCE = ServiceId("etat-mva")
PACKAGE = "mva-pakke"
USER = "8d60675f-f5a0-5500-b5b6-000000000001"
REFERENCE = "klientene-våre"
BEGAN = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
KEY = signing_key(new_key("kid-1"))

_SOURCE = ("made for the tests", "2026-11-22", Confidence.STATED)
SYSTEM_FACT = System(
    "310000108_fjell", "internal-1", "310000108", {"nb": "Fjell"}, {"nb": "Fjell"}, (), (PACKAGE,), (CLIENT,), (),
    visible=True, deleted=False, created=BEGAN,
)  # fmt: skip
CLIENT_DELEGATION = ClientDelegation(
    "delegation-1", USER, 1, FIRM, GIVER, "rettighetshaver", frozenset({PACKAGE}), frozenset(), frozenset(), "tests"
)


def new_world() -> list[Fact]:
    """What the new world adds: the resource that the forms have become, and the firm's agent with its client."""
    return [
        AccessPackage(PACKAGE, "Mva", "organization", True, True, *_SOURCE[:2]),
        Service(
            RESOURCE,
            ServiceKind.RESOURCE,
            "Mva-melding",
            "etat",
            minimum_level=3,
            minimum_level_org=None,
            resource_type="GenericAccessResource",
            delegable=True,
            access_list=False,
            form_number=None,
            source=_SOURCE[0],
            dated=_SOURCE[1],
            confidence=Confidence.STATED,
        ),
        PolicyRule(RESOURCE, "write", Accepts.PACKAGE, PACKAGE, *_SOURCE),
        *(ServiceSuccessor(service, "write", RESOURCE, "write", *_SOURCE) for service in (FORM, PLAIN)),
        SYSTEM_FACT,
        SystemUser(USER, SystemUserKind.AGENT, SYSTEM_FACT.id, FIRM, REFERENCE, "Fjell", BEGAN),
        Generation(USER, 1, frozenset({PACKAGE}), frozenset(), BEGAN),
        PackageDelegation("package-1", GIVER, FIRM, PACKAGE, "person:manager"),
        CLIENT_DELEGATION,
    ]


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = BEGAN

    def __call__(self) -> datetime:
        """The moment."""
        return self.now

    def move(self, **by: float) -> None:
        """Move it, as ``timedelta`` takes it."""
        self.now += timedelta(**by)


class Outside:
    """The token issuer and the service owner.

    ``script`` says how the service owner treats the next calls; when it is used up, all is well. What the service
    owner has taken is in ``taken``, by key; ``times`` counts how often each key was really taken.
    """

    def __init__(self) -> None:
        self.script: deque[str] = deque()
        self.refuse_tokens: int | None = None
        self.taken: dict[str, tuple[str, str]] = {}
        self.times: Counter[str] = Counter()
        self.asked: list[httpx.Request] = []
        self.assertions: list[dict[str, Any]] = []
        self.http = httpx.Client(transport=httpx.MockTransport(self._answer))
        self._lock = threading.Lock()

    def _answer(self, request: httpx.Request) -> httpx.Response:
        body = request.read()
        with self._lock:
            return self._token(body) if request.url.host == "issuer.example" else self._owner(request, body)

    def _token(self, body: bytes) -> httpx.Response:
        if self.refuse_tokens is not None:
            said = {"error": "invalid_altinn_customer_configuration", "error_description": "no user (MP-303)"}
            return httpx.Response(self.refuse_tokens, json=said)
        (assertion,) = parse_qs(body.decode())["assertion"]
        self.assertions.append(jwt.decode(assertion, options={"verify_signature": False}))
        return httpx.Response(200, json={"access_token": f"token-{len(self.assertions)}", "expires_in": 120})

    def _owner(self, request: httpx.Request, body: bytes) -> httpx.Response:
        self.asked.append(request)
        what, _, more = (self.script.popleft() if self.script else "take").partition(":")
        if what == "unreachable":
            raise httpx.ConnectError("no way", request=request)
        if what == "answer":
            status, _, text = more.partition(":")
            headers = {"Retry-After": text} if text.isdigit() else {}
            return httpx.Response(int(status), headers=headers, json={"detail": text})
        answer = self._take(request.headers["Idempotency-Key"], body)
        if what == "lost":
            raise httpx.ReadTimeout("too long", request=request)
        if what == "taken-but":
            return httpx.Response(int(more), json={"detail": "fell over behind it"})
        return answer

    def _take(self, key: str, body: bytes) -> httpx.Response:
        digest = hashlib.sha256(body).hexdigest()
        if key not in self.taken:
            self.taken[key] = (f"ref-{len(self.taken) + 1}", digest)
            self.times[key] += 1
            return httpx.Response(201, json={"receipt": self.taken[key][0]})
        receipt, before = self.taken[key]
        if before != digest:
            return httpx.Response(422, json={"detail": "another body under the same key"})
        return httpx.Response(200, json={"receipt": receipt})


def courier(
    store: Store, outside: Outside, hands: int = 2, *, http: httpx.Client | None = None, address: str = OWNERS_ADDRESS
) -> Courier:
    """A courier that knows the service owner by the resource."""
    targets = Targets(ISSUER, CLIENT, KEY, {RESOURCE: Target(address, SCOPE, "https://etat.example")})
    tokens = MachineClient(outside.http, ISSUER, lambda: Credentials(CLIENT, KEY), lambda: store.clock().timestamp())
    return Courier(store, http or outside.http, tokens, targets, hands)


def hand_in(store: Store, *references: str, files: Iterable[Attachment] = (), participant: str = REPORTEE) -> None:
    """Hand in a batch of its own for each reference, and archive it."""
    for reference in references:
        unit = DataUnit(participant, reference, None, FORM, completed=False, locked=False, body=f"<S r='{reference}'/>")
        batch = Batch(f"batch-{reference}", SYSTEM, "1.1", "OnDemand", None, (unit,), tuple(files))
        assert submit_batch(store, FIRMS_SYSTEM, batch).status == "OK"
    archive_submissions(store)


def deliveries(store: Store) -> tuple[Delivery, ...]:
    """Every delivery."""
    return list_deliveries(store, list(DeliveryState), limit=10_000)


def facts() -> list[Fact]:
    """The whole world."""
    return [*forms_world(), *new_world()]


def about(request: httpx.Request) -> dict[str, Any]:
    """What a delivery says of itself."""
    text = request.content.split(b"\r\n\r\n", 1)[1].split(b"\r\n--", 1)[0]
    found: dict[str, Any] = json.loads(text)
    return found
