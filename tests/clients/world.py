"""What clients meet beside the demo: an office with a system, its client, a person, a public body with a message."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from argon2 import PasswordHasher

from core import (
    OPERATOR,
    Accepts,
    Caller,
    CallerKind,
    Confidence,
    EnterpriseSystem,
    Fact,
    MessageFile,
    MessageText,
    NewMessage,
    Party,
    PartyId,
    PartyKind,
    PolicyRule,
    RoleGrant,
    Service,
    ServiceForm,
    ServiceId,
    ServiceKind,
    ServiceOwner,
    StandInChannel,
    Store,
    lock_person_login,
    register_person_login,
    register_service_owner,
    send_code_letter,
    send_message,
    stand_in_messages,
    use_code_channel,
)
from tests.clients.gateway import Gateway

BODY_NUMBER, OFFICE_NUMBER, CLIENT_NUMBER, PERSON_NUMBER = "310000000", "310000507", "310000515", "01819012365"
BODY, OFFICE, CLIENT, PERSON = (
    PartyId(f"clients-{number}") for number in (BODY_NUMBER, OFFICE_NUMBER, CLIENT_NUMBER, PERSON_NUMBER)
)
SYSTEM, BODY_SYSTEM, PASSWORD, PERSON_PASSWORD = 990001, 990002, "hemmelig1", "personlig9"
CODE, EDITION = "9191", 260101
SERVICE = ServiceId(f"svc:{CODE}/{EDITION}")
FORM = ("9192", 44191)
NAME = "Prøve og Feil AS"
MESSAGE_TEXT = "<p>Innsendingen er mottatt & behandlet på Åsane.</p>"
MESSAGE_FILE = b"%PDF-1.4 \x00\xff" + bytes(range(256)) * 300

_SOURCE = ("made for the tests", "2026-11-22")
_OWNER = ServiceOwner("OEB", BODY_NUMBER, "Oppdiktet etat", BODY_SYSTEM)


def _service() -> Service:
    return Service(
        id=SERVICE,
        kind=ServiceKind.LEGACY,
        title="Oppdiktet innsending for Ærlige",
        owner=_OWNER.name,
        minimum_level=0,
        minimum_level_org=None,
        resource_type="",
        delegable=True,
        access_list=False,
        form_number=None,
        source=_SOURCE[0],
        dated=_SOURCE[1],
        confidence=Confidence.STATED,
    )


def _facts() -> Iterator[Fact]:
    yield _service()
    for action in ("read", "write", "archive-read"):
        yield PolicyRule(SERVICE, action, Accepts.ROLE, "UTINN", *_SOURCE, Confidence.STATED)
    for place, (party, number) in enumerate(
        ((BODY, BODY_NUMBER), (OFFICE, OFFICE_NUMBER), (CLIENT, CLIENT_NUMBER)), start=990_001
    ):
        yield Party(party, PartyKind.ORGANISATION, number, f"Oppdiktet {place} AS", place)
    yield Party(PERSON, PartyKind.PERSON, PERSON_NUMBER, "Oppdiktet Prøvesen", 990_009)
    secret = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)
    yield EnterpriseSystem(SYSTEM, OFFICE, "Fagsystem", secret)
    yield EnterpriseSystem(BODY_SYSTEM, BODY, "Etatens system", secret)
    yield RoleGrant("clients-grant-1", CLIENT, OFFICE, "UTINN", "person:somebody")
    yield RoleGrant("clients-grant-2", CLIENT, OFFICE, "systeminnsendingsrettighet", "person:somebody")


@dataclass
class World:
    """A look into the gateway's store: what the tests put there, and what has arrived."""

    served: Gateway
    store: Store = field(init=False)
    _letter: str = field(init=False)

    def __post_init__(self) -> None:
        self.store = Store(self.served.database_url)
        self.store.import_facts("clients", _facts())
        form = ServiceForm(SERVICE, *FORM, 0, "Hovedskjema", mandatory=True)
        self.store.write(lambda ledger: ledger.forms.set_service_forms(SERVICE, [form]))
        use_code_channel(self.store, StandInChannel(self.store))
        register_person_login(self.store, OPERATOR, PERSON, PERSON_PASSWORD, phone="+4700000000")
        send_code_letter(self.store, OPERATOR, PERSON)
        self._letter = stand_in_messages(self.store)[0].text
        register_service_owner(self.store, OPERATOR, _OWNER)

    def close(self) -> None:
        """Let go of the store."""
        self.store.close()

    def stored_bodies(self, batch_id: str) -> list[str]:
        """The form bodies of a batch of the office's system, as they lie in the store."""

        def bodies(ledger: Any) -> list[str]:
            found = ledger.submission(SYSTEM, batch_id)
            return [b"".join(ledger.content(each.content)).decode() for each in found.units]

        return self.store.read(bodies)

    def stored(self, element: int) -> tuple[list[str], list[tuple[str, bytes]]]:
        """The forms of an element, and its files by name, as they lie in the store."""

        def read(ledger: Any) -> tuple[list[str], list[tuple[str, bytes]]]:
            forms = [b"".join(ledger.content(each.content)).decode() for each in ledger.forms.forms(element)]
            files = ledger.forms.attachments(element)
            return forms, [(each.file_name, b"".join(ledger.content(each.content))) for each in files]

        return self.store.read(read)

    def forget_wrong_tries(self) -> None:
        """Let the person log on however often other clients have tried wrongly."""
        lock_person_login(self.store, OPERATOR, PERSON, locked=False)

    def code_of_the_letter(self, number: int) -> str:
        """The code with this number in the person's letter."""
        return dict(line.split() for line in self._letter.splitlines() if line[:2].strip().isdigit())[str(number)]

    def send_message(self, archive_reference: str, reference: str) -> int:
        """The public body's answer to a submission; returns its element id."""
        sender = Caller(CallerKind.SERVICE_OWNER, organisation=BODY_NUMBER, enterprise_system=BODY_SYSTEM)
        text = MessageText(1044, f"Svar til {NAME}", "Alt er i orden", MESSAGE_TEXT)
        file = MessageFile("Vedtak", "vedtak.pdf", "V-1", "application_pdf", "Unspecified", MESSAGE_FILE)
        message = NewMessage(
            SERVICE, reference, CLIENT_NUMBER, text, archive_reference=archive_reference, files=(file,)
        )
        return send_message(self.store, sender, message).id
