"""Asking for a one-time code: the challenge of the later platform's SystemAuthentication."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.domain.identifiers import PartyId
from core.domain.party import Party
from core.domain.snapshot import Snapshot
from core.errors import AuthenticationFailed
from core.services.codes import (
    Asked,
    CodeMethod,
    ask_for_letter_code,
    ask_for_sms_code,
    code_channel,
    code_key,
    new_sms_code,
    send_sms,
)
from core.services.lockout import PERSONS, Refused, pass_gate
from core.services.logons import CODE_METHODS, claim_of_person, lives, system_number
from core.store.ledger import Ledger
from core.store.store import Store

_log = logging.getLogger(__name__)


class ChallengeStatus(StrEnum):
    """What became of a request for a code. Values are those of the contract (soap-svc §9.1)."""

    OK = "Ok"
    INVALID_CREDENTIALS = "InvalidCredentials"
    NO_LETTER = "NoPinFound"
    NO_PHONE = "NoPhoneNumber"
    LOCKED = "UserLockedOut"
    METHOD_NOT_OFFERED = "InvalidPinType"
    DEAD = "StatusDead"


@dataclass(frozen=True, slots=True)
class Challenge:
    """The answer to a request for a code. All but ``status`` are of a code that may be used now.

    ``number`` and ``letter_date`` name a code of a letter; both are None for a code that was sent.
    """

    status: ChallengeStatus
    number: int | None = None
    letter_date: datetime | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None


def request_challenge(
    store: Store, system_name: str, user: str, password: str, method: str, *, source: str = ""
) -> Challenge:
    """Let a person use a one-time code: the next one of the letter, or one that is sent as an SMS now.

    ``system_name`` is an enterprise system's number, or a user name that systems may log on with. No
    password of the system is asked for, so whether it is there is told only to who has proven to be the
    person: raises AuthenticationFailed then. A lock is told whatever the password, and for people nobody
    knows as for others. Raises Unavailable where the code could not be sent.
    """
    snapshot = store.snapshot()
    wanted, channel = CODE_METHODS.get(method), code_channel(store)
    if wanted is CodeMethod.SMS and channel is None:
        _log.warning("a code by SMS was asked for, but no channel is set up")
        wanted = None
    if wanted is None:
        return Challenge(ChallengeStatus.METHOD_NOT_OFFERED)
    claim = claim_of_person(store, snapshot, user)
    login = None if claim.party is None else snapshot.person_logins.get(claim.party)
    phone = None if login is None else login.phone
    code, digest = new_sms_code(code_key(store), claim.party or PartyId(""))
    party = None if claim.party is None else snapshot.party(claim.party)
    ask = _Ask(party, wanted, phone, digest, _is_known_system(snapshot, system_name))
    answer = pass_gate(store, claim, password, PERSONS, ask.answered, source=source)
    if isinstance(answer, Refused):
        return Challenge(_TOLD_AS[answer])
    if not ask.system_known:
        raise AuthenticationFailed
    if phone is not None and wanted is CodeMethod.SMS and answer.status is ChallengeStatus.OK:
        send_sms(channel, phone, code)
    return answer


_TOLD_AS = {Refused.WRONG: ChallengeStatus.INVALID_CREDENTIALS, Refused.LOCKED: ChallengeStatus.LOCKED}


@dataclass(frozen=True, slots=True)
class _Ask:
    """What is asked for, once the password has been found right."""

    party: Party | None
    method: CodeMethod
    phone: str | None
    digest: str
    system_known: bool

    def answered(self, ledger: Ledger, now: datetime) -> Challenge | None:
        """The challenge, None for nobody. For an unknown system nothing is asked for, and nothing told here."""
        if self.party is None:
            return None
        if not self.system_known:
            return Challenge(ChallengeStatus.INVALID_CREDENTIALS)
        if not lives(self.party, now):
            return Challenge(ChallengeStatus.DEAD)
        if self.method is CodeMethod.LETTER:
            asked = ask_for_letter_code(ledger, self.party.id, now)
            return Challenge(ChallengeStatus.NO_LETTER) if asked is None else _ok(asked, now)
        if self.phone is None:
            return Challenge(ChallengeStatus.NO_PHONE)
        return _ok(ask_for_sms_code(ledger, self.party.id, self.digest, now), now)


def _ok(asked: Asked, now: datetime) -> Challenge:
    return Challenge(ChallengeStatus.OK, asked.number, asked.dated, now, asked.expires)


def _is_known_system(snapshot: Snapshot, name: str) -> bool:
    number = system_number(name)
    if number is not None:
        return number in snapshot.enterprise_systems
    person = snapshot.user_names.get(name.strip().lower())
    login = None if person is None else snapshot.person_logins.get(person)
    return login is not None and login.allows_systems
