"""A small world, and the door served on a real socket."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from argon2 import PasswordHasher

from core import (
    REGISTERED_CLIENT_RULE,
    Confidence,
    EnterpriseSystem,
    Fact,
    Party,
    PartyId,
    PartyKind,
    RegisterRole,
    RoleGrant,
    RuleRow,
    Service,
    ServiceId,
    ServiceKind,
    Store,
)
from soap import SoapOptions, create_soap_app
from tests.doors.soap.asmx_client import Client

OWNER, GAVE_ROLE, GAVE_NOTHING, OTHER_OWNER, HAS_ACCOUNTANT = (
    "310000000",
    "310000507",
    "310000515",
    "310000523",
    "310000531",
)
PERSON = "01819012365"
SUBMISSION_ROLE = "systeminnsendingsrettighet"

SCHEMA = """<?xml version="1.0" encoding="ISO-8859-1"?>
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" elementFormDefault="qualified">
  <xs:element name="Skjema">
    <xs:complexType>
      <xs:sequence><xs:any processContents="skip"/></xs:sequence>
      <xs:attribute name="skjemanummer" type="xs:integer" fixed="212" use="required"/>
      <xs:attribute name="spesifikasjonsnummer" type="xs:integer" fixed="4348" use="required"/>
      <xs:anyAttribute processContents="skip"/>
    </xs:complexType>
  </xs:element>
</xs:schema>
"""


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    now: datetime = field(default=datetime(2007, 3, 9, 9, 15, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.now

    def pass_time(self, **spans: float) -> None:
        self.now += timedelta(**spans)


def party(number: str) -> PartyId:
    """The party id of a number of this world."""
    return PartyId(f"party-{number}")


def _party(number: str, altinn_id: int) -> Party:
    kind = PartyKind.PERSON if len(number) == 11 else PartyKind.ORGANISATION
    return Party(party(number), kind, number, f"Oppdiktet {altinn_id}", altinn_id)


def form(number: int, version: int, name: str | None, title: str, **times: datetime) -> Service:
    """A form of this world."""
    return Service(
        id=ServiceId(f"asmx:{number}/{version}"),
        kind=ServiceKind.FORM,
        title=title,
        owner="974761076",
        minimum_level=0,
        minimum_level_org=None,
        resource_type="",
        delegable=True,
        access_list=False,
        form_number=name,
        source="test",
        dated="2007",
        confidence=Confidence.OURS,
        **times,
    )


def _facts(secret: str) -> Iterator[Fact]:
    yield RuleRow(REGISTERED_CLIENT_RULE, frozenset({"REGN", "REVI"}), True, "test", "2007", Confidence.OURS)
    opened, closed = datetime(2004, 12, 31, 23, tzinfo=UTC), datetime(2007, 12, 31, 23, tzinfo=UTC)
    yield form(212, 4348, "RF-0002", "Alminnelig omsetningsoppgave", valid_from=opened, valid_to=closed)
    yield form(669, 6088, None, "Terminoppgave")
    yield form(1, 2, "RF-9999", "Lukket skjema", valid_to=datetime(2006, 1, 1, tzinfo=UTC))
    numbers = (OWNER, GAVE_ROLE, GAVE_NOTHING, OTHER_OWNER, HAS_ACCOUNTANT, PERSON)
    yield from (_party(number, 50_000 + place) for place, number in enumerate(numbers))
    yield RegisterRole("r1", party(HAS_ACCOUNTANT), party(OWNER), "REGN")
    yield EnterpriseSystem(4711, party(OWNER), "Fagsystem", secret)
    yield EnterpriseSystem(4712, party(OTHER_OWNER), "Annet fagsystem", secret)
    yield grant("g1", GAVE_ROLE, OWNER)


def grant(name: str, reportee: str, receiver: str) -> RoleGrant:
    """The one role of the old platform, given by a reportee."""
    return RoleGrant(name, party(reportee), party(receiver), SUBMISSION_ROLE, given_by="test")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def password_hash() -> str:
    """A real hash of the systems' password, with argon2's lowest cost so that many tests can log on."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("hemmelig1")


@pytest.fixture
def world(sqlite_url: str, clock: Clock, password_hash: str) -> Iterator[Store]:
    """A store with a few parties, two enterprise systems and three forms, on a clock that tests move."""
    store = Store(sqlite_url, clock=clock)
    try:
        store.import_facts("test", _facts(password_hash))
        store.write(lambda ledger: ledger.set_form_schema("asmx:212/4348", SCHEMA))
        store.write(lambda ledger: ledger.set_form_schema("asmx:1/2", SCHEMA))
        yield store
    finally:
        store.close()


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = False
    block_on_close = True


class _QuietHandler(WSGIRequestHandler):
    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@contextmanager
def served(store: Store, options: SoapOptions | None = None) -> Iterator[Client]:
    """The door on a free port."""
    app = create_soap_app(store, options)
    with make_server("127.0.0.1", 0, app, server_class=_Server, handler_class=_QuietHandler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield Client(server.server_port)
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def door(world: Store) -> Iterator[Client]:
    """A client of the door."""
    with served(world) as client:
        yield client
