"""The world of submissions for clients of every binding: its system, an enterprise user, certificates, a clock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from cryptography.x509.oid import NameOID

from core import EnterpriseSystem, EnterpriseUser, PersonLogin, RoleGrant, Store
from soap import SoapOptions
from soap.contract import Binding
from tests.core.forms.world import forms_world
from tests.core.messages.world import Clock
from tests.doors.soap.conftest import served
from tests.doors.soap.security.old_client import NOW, Keys, authority, certified
from tests.doors.soap.svc.binding_clients import ENTERPRISE_USER, PASSWORD, Speaker
from tests.doors.soap.svc.svc_client import SvcClient
from tests.passwords import quick_secret
from tests.small_world import FIRM, GIVER, MANAGER

FIRMS, OTHERS = "310000205", "310000604"
PERSON, PERSON_PASSWORD, PHONE = "01817010055", "personlig9", "+4700000000"
STORED = ("submission", "element", "element_form", "element_attachment", "receipt", "content_chunk", "outbox")
"""Tables that a refused call adds nothing to."""


@dataclass(frozen=True)
class Certificates:
    """Whose certificates there are: the firm's, that of another organisation, and one nobody here vouches for."""

    issuer: Keys
    firm: Keys
    other: Keys
    untrusted: Keys


def made_certificates() -> Certificates:
    """Two authorities, of which the first is trusted."""
    issuer, stranger = authority(), authority("En annen CA")
    firm, other = ({NameOID.COMMON_NAME: "Oppdiktet", NameOID.SERIAL_NUMBER: number} for number in (FIRMS, OTHERS))
    return Certificates(issuer, certified(issuer, firm), certified(issuer, other), certified(stranger, firm))


@dataclass(frozen=True)
class Bindings:
    """The served world: a client for each binding, and a look at what is stored."""

    store: Store
    clock: Clock
    certificates: Certificates
    port: int
    most_bytes: int

    def speaker(self, binding: Binding, keys: Keys | None = None) -> Speaker:
        """A client of this binding; with the firm's certificate where no other ``keys`` are given."""
        return Speaker(binding, SvcClient(self.port), self.tick, keys or self.certificates.firm)

    def tick(self) -> datetime:
        """The time, which is another at each look."""
        self.clock.pass_time(milliseconds=1)
        return self.clock.now

    def stored(self) -> dict[str, int]:
        """How many rows there are of everything that can be handed in."""
        with self.store._reader.connect() as connection:
            count = connection.exec_driver_sql
            return {table: int(count(f"SELECT count(*) FROM {table}").scalar_one()) for table in STORED}  # noqa: S608 - our own names


@contextmanager
def served_bindings(database_url: str, certificates: Certificates, most_bytes: int = 2_000_000) -> Iterator[Bindings]:
    """Serve the world, in which the firm's enterprise user fills in and submits for the giver."""
    clock = Clock(NOW)
    store = Store(database_url, clock=clock)
    secret = quick_secret(PASSWORD)
    facts = [replace(fact, secret=secret) if isinstance(fact, EnterpriseSystem) else fact for fact in forms_world()]
    facts.append(EnterpriseUser("user-1", FIRM, ENTERPRISE_USER, secret))
    facts.append(RoleGrant("grant-user", GIVER, "user-1", "UTINN", "person:manager"))
    facts.append(PersonLogin(MANAGER, quick_secret(PERSON_PASSWORD), phone=PHONE))
    try:
        store.import_facts("tests", facts)
        options = SoapOptions(max_attachment_bytes=most_bytes, certificate_authorities=(certificates.issuer.pem,))
        with served(store, options) as door:
            yield Bindings(store, clock, certificates, door.port, most_bytes)
    finally:
        store.close()
