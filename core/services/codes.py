"""One-time codes (engangskoder): the letter with numbered codes, codes by SMS, and how long a code works.

A code works for half an hour after it was asked for, each right use gives it half an hour more, and eight
hours after its first use it is over (soap-svc §5.2). Kept are keyed digests, never the codes.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo

from core.domain.caller import Caller
from core.domain.identifiers import PartyId
from core.domain.party import Party
from core.errors import ErrorCode, NotFound, Unavailable
from core.services.lockout import KEPT
from core.services.standin import kept_secret
from core.store.ledger import Ledger
from core.store.logons_ledger import CodeSession, LetterCode, StandInMessage
from core.store.store import Store

SLIDING = timedelta(minutes=30)
"""How long a code works after it was asked for, and again after each use. Source: soap-svc §5.2."""

LONGEST = timedelta(hours=8)
"""How long a code works at the most after its first use. Same source."""

CODES_IN_A_LETTER = 20
_DIGITS = 6
# Neither is stated by a source; with ten tries in two hours six digits cannot be guessed.

_NORWAY = ZoneInfo("Europe/Oslo")


class CodeMethod(StrEnum):
    """How a code reaches its person. Values are those of the contract (soap-svc §5.1)."""

    LETTER = "AltinnPin"
    SMS = "SMSPin"


class CodeUse(StrEnum):
    """What became of a code that was sent with a call."""

    RIGHT = "right"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Asked:
    """A code that a person may use from now on: ``number`` and ``dated`` tell which code of which letter."""

    number: int | None
    dated: datetime | None
    expires: datetime


# -- the way to the person ------------------------------------------------------------------------


class CodeChannel(Protocol):
    """What carries codes to people. Raises Unavailable where it could not."""

    def sms(self, phone: str, text: str) -> None:
        """Send a text message."""

    def letter(self, person: Party, text: str) -> None:
        """Send a letter to the person's address in the registers."""


class _Channel:
    """The channel of one store: none until the installation names one."""

    def __init__(self) -> None:
        self.used: CodeChannel | None = None


def use_code_channel(store: Store, channel: CodeChannel) -> None:
    """Let codes of this store travel by ``channel``. Without a channel no code can be asked for by SMS."""
    store.companion(_Channel).used = channel


def code_channel(store: Store) -> CodeChannel | None:
    """The channel codes travel by, or None where the installation has named none."""
    return store.companion(_Channel).used


class StandInChannel:
    """In place of a real channel, for the demo only: keeps every message in the ledger, for `stand_in_messages`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def sms(self, phone: str, text: str) -> None:
        """Keep a text message."""
        self._keep("sms", phone, text)

    def letter(self, person: Party, text: str) -> None:
        """Keep a letter."""
        self._keep("letter", person.masked_number, text)

    def _keep(self, channel: str, receiver: str, text: str) -> None:
        message = StandInMessage(self._store.clock(), channel, receiver, text)
        self._store.write(lambda ledger: ledger.logons.add_stand_in_message(message))


def stand_in_messages(store: Store) -> tuple[StandInMessage, ...]:
    """What the demo's stand-in was given to send, newest first."""
    return store.read(lambda ledger: ledger.logons.stand_in_messages())


# -- letters --------------------------------------------------------------------------------------


def send_code_letter(store: Store, caller: Caller, person: PartyId) -> datetime:
    """Send a person a new letter with numbered codes; the codes of the one before die. Returns its date.

    Raises NotFound for a person without a log-on, Unavailable where no channel can carry it.
    """
    snapshot = store.snapshot()
    party = snapshot.party(person)
    if party is None or person not in snapshot.person_logins:
        raise NotFound(ErrorCode.PERSON_NOT_FOUND, "the person has no log-on")
    channel = _required(code_channel(store))
    key, now = code_key(store), store.clock()
    codes = {number: _new_code() for number in range(1, CODES_IN_A_LETTER + 1)}
    rows = [
        LetterCode(person, number, _digest(key, person, CodeMethod.LETTER, number, code), now)
        for number, code in codes.items()
    ]
    store.write(lambda ledger: ledger.logons.set_letter(person, rows))
    lines = "\n".join(f"{number:2}  {code}" for number, code in codes.items())
    channel.letter(party, f"Engangskoder til bruk i fagsystemer, brev datert {local_date(now)}\n\n{lines}\n")
    return now


def local_date(moment: datetime) -> str:
    """The date in Norway, as letters have it."""
    return moment.astimezone(_NORWAY).strftime("%d.%m.%Y")


# -- asking for a code, and using it ----------------------------------------------------------------


def ask_for_letter_code(ledger: Ledger, person: PartyId, now: datetime) -> Asked | None:
    """Let the person use the next code of the letter; None where there is none left."""
    code = ledger.logons.next_letter_code(person)
    if code is None:
        return None
    return _open(ledger, person, CodeMethod.LETTER, code, now)


def ask_for_sms_code(ledger: Ledger, person: PartyId, digest: str, now: datetime) -> Asked:
    """Let the person use the code with this digest, which is to be sent."""
    return _open(ledger, person, CodeMethod.SMS, LetterCode(person, 0, digest, now), now)


def new_sms_code(key: bytes, person: PartyId) -> tuple[str, str]:
    """A new code, and the digest to keep of it."""
    code = _new_code()
    return code, _digest(key, person, CodeMethod.SMS, 0, code)


def send_sms(channel: CodeChannel | None, phone: str, code: str) -> None:
    """Send a code. Raises Unavailable."""
    _required(channel).sms(phone, f"Engangskoden din er {code}. Den virker i {SLIDING.seconds // 60} minutter.")


def use_code(
    ledger: Ledger, key: bytes, person: PartyId, code: str, method: CodeMethod | None, now: datetime
) -> CodeUse | None:
    """Use a code that was asked for, by ``method`` or any; None where it is none.

    A right use renews it. Every session is compared with, and each in constant time.
    """
    found: CodeSession | None = None
    for session in ledger.logons.sessions(person):
        digest = _digest(key, person, session.method, session.number or 0, code)
        alike = hmac.compare_digest(digest, session.digest)
        if alike and found is None and method in (None, session.method):
            found = session
    if found is None:
        return None
    if found.expires <= now:
        return CodeUse.EXPIRED
    first = found.first_used or now
    ledger.logons.renew_session(found.id, first, min(now + SLIDING, first + LONGEST))
    if found.first_used is None and found.number is not None:
        ledger.logons.spend_letter_code(person, found.number, now)
    return CodeUse.RIGHT


def code_key(store: Store) -> bytes:
    """The key of the digests, made once for each installation."""
    return bytes.fromhex(kept_secret(store, "one-time-codes", lambda: secrets.token_hex(32)))


def _open(ledger: Ledger, person: PartyId, method: CodeMethod, code: LetterCode, now: datetime) -> Asked:
    number = code.number or None
    expires = now + SLIDING
    ledger.logons.sweep(now - KEPT)
    ledger.logons.open_session(CodeSession(str(uuid.uuid4()), person, method, number, code.digest, expires))
    return Asked(number, code.dated if number else None, expires)


def _required(channel: CodeChannel | None) -> CodeChannel:
    if channel is None:
        raise Unavailable(ErrorCode.CODE_CHANNEL_UNAVAILABLE, "no channel for codes is set up")
    return channel


def _new_code() -> str:
    return f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}}"


def _digest(key: bytes, person: PartyId, method: str, number: int, code: str) -> str:
    told = f"{person}\0{method}\0{number}\0{code}".encode()
    return hashlib.blake2b(told, key=key, digest_size=32).hexdigest()
