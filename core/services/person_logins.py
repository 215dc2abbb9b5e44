"""Registering the log-ons of people and enterprise users, and what people choose about theirs."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from dataclasses import replace

from core.domain.caller import Caller
from core.domain.change import put
from core.domain.identifiers import PartyId
from core.domain.party import PartyKind
from core.domain.snapshot import Snapshot
from core.domain.system import EnterpriseUser, PersonLogin, SystemState
from core.errors import Conflict, ErrorCode, InvalidInput, NotFound
from core.services.credentials import hash_password
from core.services.logons import enterprise_user_subject, person_subject
from core.services.passwords import check_password_rule
from core.store.store import Store, Written

_USER_NAME = re.compile(r"[\w.@-]{3,64}")
_PHONE = re.compile(r"\+?[0-9]{8,15}")


def register_person_login(
    store: Store,
    caller: Caller,
    person: PartyId,
    password: str,
    *,
    user_name: str | None = None,
    phone: str | None = None,
    allows_systems: bool = False,
) -> PersonLogin:
    """Give a person a log-on of the old world, in place of an earlier one.

    Raises InvalidInput for a weak password, an ill-formed user name or telephone number, and for user names
    without a letter, which could be taken for a number; NotFound for who is no person; Conflict for a user
    name that is taken.
    """
    check_password_rule(password)
    login = PersonLogin(person, hash_password(store, password), user_name, phone, allows_systems)
    problem = problem_with_login(login)
    if problem is not None:
        raise InvalidInput(ErrorCode.INVALID_LOGIN, problem)

    def command(snapshot: Snapshot) -> Written[PersonLogin]:
        party = snapshot.party(person)
        if party is None or party.kind is not PartyKind.PERSON:
            raise NotFound(ErrorCode.PERSON_NOT_FOUND, "the log-on is for no person")
        taken = None if user_name is None else snapshot.user_names.get(user_name.lower())
        if taken not in (None, person):
            raise Conflict(ErrorCode.FACT_EXISTS, "the user name is taken")
        return Written((put(login),), login)

    return store.change(caller.name, command)


def problem_with_login(login: PersonLogin) -> str | None:
    """What is ill-formed about a log-on, or None. Never repeats what was given."""
    name = login.user_name
    if name is not None and not (_USER_NAME.fullmatch(name) and any(letter.isalpha() for letter in name)):
        return "a user name has 3 to 64 letters, digits or . - _ @, at least one of them a letter"
    if login.phone is not None and not _PHONE.fullmatch(login.phone):
        return "a telephone number has 8 to 15 digits, with or without + before them"
    return None


def change_person_password(store: Store, caller: Caller, person: PartyId, password: str) -> PersonLogin:
    """Give a person a new password; the old one, and every code session, is dead at once.

    Raises InvalidInput, NotFound.
    """
    check_password_rule(password)
    secret = hash_password(store, password)
    changed = _alter(store, caller, person, lambda login: replace(login, secret=secret))
    store.write(lambda ledger: ledger.logons.close_sessions(person))
    return changed


def lock_person_login(store: Store, caller: Caller, person: PartyId, *, locked: bool = True) -> PersonLogin:
    """Lock a person's log-on until it is unlocked, or unlock it (a lock after wrong tries too). Raises NotFound."""
    state = SystemState.LOCKED if locked else SystemState.ACTIVE
    changed = _alter(store, caller, person, lambda login: replace(login, state=state))
    if not locked:
        store.write(lambda ledger: ledger.logons.unlock(person_subject(person)))
    return changed


def register_enterprise_user(store: Store, caller: Caller, owner: PartyId, name: str, password: str) -> EnterpriseUser:
    """Register a user who proves to be the owner's by its certificate, and logs on with name and password.

    Raises InvalidInput for a weak password, NotFound for an unknown organisation, Conflict for a name that
    the owner has given already.
    """
    check_password_rule(password)
    user = EnterpriseUser(str(uuid.uuid4()), owner, name, hash_password(store, password))

    def command(snapshot: Snapshot) -> Written[EnterpriseUser]:
        party = snapshot.party(owner)
        if party is None or party.kind is PartyKind.PERSON:
            raise NotFound(ErrorCode.ORGANISATION_NOT_FOUND, "the owner is no known organisation")
        if (owner, name.lower()) in snapshot.enterprise_user_names:
            raise Conflict(ErrorCode.FACT_EXISTS, "the owner has an enterprise user of this name already")
        return Written((put(user),), user)

    return store.change(caller.name, command)


def lock_enterprise_user(store: Store, caller: Caller, user: str, *, locked: bool = True) -> EnterpriseUser:
    """Lock an enterprise user until it is unlocked, or unlock it (a lock after wrong tries too). Raises NotFound."""
    state = SystemState.LOCKED if locked else SystemState.ACTIVE

    def command(snapshot: Snapshot) -> Written[EnterpriseUser]:
        found = snapshot.enterprise_users.get(user)
        if found is None:
            raise NotFound(ErrorCode.ENTERPRISE_USER_NOT_FOUND, f"there is no enterprise user {user}")
        changed = replace(found, state=state)
        return Written((put(changed),), changed)

    changed = store.change(caller.name, command)
    if not locked:
        store.write(lambda ledger: ledger.logons.unlock(enterprise_user_subject(user)))
    return changed


def _alter(store: Store, caller: Caller, person: PartyId, alter: Callable[[PersonLogin], PersonLogin]) -> PersonLogin:
    def command(snapshot: Snapshot) -> Written[PersonLogin]:
        login = snapshot.person_logins.get(person)
        if login is None:
            raise NotFound(ErrorCode.PERSON_NOT_FOUND, "the person has no log-on")
        altered = alter(login)
        return Written((put(altered),), altered)

    return store.change(caller.name, command)
