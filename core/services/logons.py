"""People and enterprise users proving who they are: user names, one-time codes, certificates' users."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime

from core.domain.caller import Caller, CallerKind
from core.domain.identifiers import PartyId
from core.domain.party import Party
from core.domain.snapshot import Snapshot
from core.domain.system import PersonLogin, SystemState
from core.errors import AuthenticationFailed, ErrorCode
from core.services.codes import CodeMethod, CodeUse, code_key, use_code
from core.services.credentials import authenticate_system
from core.services.lockout import ENTERPRISES, PERSONS, Claim, Refused, pass_gate
from core.store.ledger import Ledger
from core.store.store import Store

_MOST_DIGITS = 18

CODE_METHODS = {method.value: method for method in CodeMethod}
"""The ways a code can come, by the contract's words for them."""


def authenticate_system_name(store: Store, name: str, password: str, *, source: str = "") -> Caller:
    """The caller behind what stands for a system: its number, or the user name of a person who allows that.

    Raises AuthenticationFailed alike for whatever is wrong, Unavailable. Source: soap-svc §5.1.
    """
    number = system_number(name)
    if number is not None:
        return authenticate_system(store, number, password, source=source)
    return authenticate_person_login(store, name, password, source=source)


def system_number(name: str) -> int | None:
    """The number of an enterprise system, or None for what is none."""
    text = name.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None


def authenticate_person_login(store: Store, user_name: str, password: str, *, source: str = "") -> Caller:
    """The person behind a user name that systems may log on with: a caller for nobody but that person.

    Raises AuthenticationFailed alike for an unknown name, a wrong password, a lock, and where the person
    does not let systems use it.
    """
    snapshot = store.snapshot()
    person = snapshot.user_names.get(user_name.strip().lower())
    login = None if person is None else snapshot.person_logins.get(person)
    at = store.clock()
    usable = login is not None and login.allows_systems and lives(snapshot.party(login.party), at)
    claim = _claim_of(login) if login is not None and usable else _claim_of_nobody(store, user_name)
    answer = pass_gate(store, claim, password, PERSONS, _nothing_more, source=source)
    if isinstance(answer, Refused) or claim.party is None:
        raise AuthenticationFailed
    return Caller(CallerKind.PERSON_LOGIN, party=claim.party)


def authenticate_enterprise_user(
    store: Store, organisation: str, user_name: str, password: str, *, source: str = ""
) -> Caller:
    """The enterprise user behind a certificate and a user name and password.

    ``organisation`` is the number in the certificate: the user must belong to it. Raises
    AuthenticationFailed alike for whatever is wrong.
    """
    snapshot = store.snapshot()
    owner = snapshot.party_numbered(organisation)
    name = user_name.strip().lower()
    found = None if owner is None else snapshot.enterprise_user_names.get((owner.id, name))
    user = None if found is None else snapshot.enterprise_users.get(found)
    if user is None:
        claim = _claim_of_nobody(store, f"{organisation} {name}")
    else:
        locked = user.state is not SystemState.ACTIVE
        claim = Claim(enterprise_user_subject(user.id), user.secret, user.owner, locked)
    answer = pass_gate(store, claim, password, ENTERPRISES, _nothing_more, source=source)
    if isinstance(answer, Refused) or user is None:
        raise AuthenticationFailed
    return Caller(CallerKind.ENTERPRISE_USER, party=user.owner, enterprise_user=user.id)


def authenticate_person(
    store: Store, caller: Caller, user: str, password: str, code: str, method: str | None = None, *, source: str = ""
) -> Caller:
    """``caller`` with the person who acts through it, proven by password and one-time code.

    ``user`` is a national identity number or a user name; ``method`` how the code came, None for either.
    A right use of the code renews it. Raises AuthenticationFailed with CODE_EXPIRED for a code that was
    right, and else with PERSON_AUTHENTICATION_FAILED alike for an unknown person, a wrong password, a
    wrong code and a lock. A person logged on by a user name acts for nobody else, hence as nobody else.
    """
    snapshot = store.snapshot()
    claim = claim_of_person(store, snapshot, user)
    known = CODE_METHODS.get(method or "")
    if not password or not code or (method and known is None):
        # Not a try: nothing was guessed at, and a system that leaves something out must not lock a person.
        raise AuthenticationFailed(ErrorCode.PERSON_AUTHENTICATION_FAILED)
    key = code_key(store)
    person, himself = claim.party, caller.party if caller.kind is CallerKind.PERSON_LOGIN else claim.party

    def inside(ledger: Ledger, now: datetime) -> CodeUse | None:
        if person is None or person != himself or not lives(snapshot.party(person), now):
            return None
        return use_code(ledger, key, person, code, known, now)

    answer = pass_gate(store, claim, password, PERSONS, inside, source=source)
    if answer is CodeUse.EXPIRED:
        raise AuthenticationFailed(ErrorCode.CODE_EXPIRED)
    if isinstance(answer, Refused):
        raise AuthenticationFailed(ErrorCode.PERSON_AUTHENTICATION_FAILED)
    return replace(caller, person=person)


def claim_of_person(store: Store, snapshot: Snapshot, user: str) -> Claim:
    """Whom a national identity number or user name claims to be."""
    name = user.strip().lower()
    party = snapshot.party_numbered(name) if name.isdigit() else None
    person = party.id if party is not None else snapshot.user_names.get(name)
    login = None if person is None else snapshot.person_logins.get(person)
    return _claim_of_nobody(store, name) if login is None else _claim_of(login)


def person_subject(person: PartyId) -> str:
    """A person in counts, locks and logs."""
    return f"person:{person}"


def enterprise_user_subject(user: str) -> str:
    """An enterprise user in counts, locks and logs."""
    return f"enterprise-user:{user}"


def _claim_of(login: PersonLogin) -> Claim:
    return Claim(person_subject(login.party), login.secret, login.party, login.state is not SystemState.ACTIVE)


def _claim_of_nobody(store: Store, name: str) -> Claim:
    """Somebody nobody knows is counted and locked like anybody, under a digest: the name may be a number."""
    digest = hashlib.blake2b(name.strip().lower().encode(), key=code_key(store), digest_size=16).hexdigest()
    return Claim(f"unknown:{digest}")


def _nothing_more(ledger: Ledger, now: datetime) -> bool:
    return True


def lives(party: Party | None, at: datetime) -> bool:
    """Whether the register has no end of the party."""
    return party is not None and (party.ended is None or at < party.ended)
