"""Enterprise systems proving who they are: system id and password, and the lock after wrong tries."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from core.domain.caller import OPERATOR, Caller, CallerKind
from core.domain.change import put
from core.domain.identifiers import PartyId
from core.domain.snapshot import Snapshot
from core.domain.system import EnterpriseSystem, SystemState
from core.errors import AuthenticationFailed, Conflict, ErrorCode, NotFound
from core.services.lockout import ENTERPRISES
from core.services.passwords import PasswordChecker, check_password_rule
from core.store.ledger import Ledger
from core.store.store import Store, Written

_log = logging.getLogger(__name__)

_REMEMBERED = timedelta(days=1)
# How long refused tries are kept for the operator's counts.

_FIRST_SYSTEM_ID = 100_001

_Alteration = Callable[[EnterpriseSystem], EnterpriseSystem]


class _Suspects:
    """Systems with a wrong try seen by this process: spares every right log-on a look at the ledger."""

    def __init__(self) -> None:
        self.numbers: set[int] = set()


def authenticate_system(store: Store, enterprise_system: int, password: str, *, source: str = "") -> Caller:
    """The caller behind a system id and password; ``source`` is where it calls from, for the operator's log.

    Raises AuthenticationFailed, with one and the same message and after the same work, for an unknown
    system, a wrong password and a locked system; Unavailable where the newest facts could not be read. A
    wrong try is forgotten after an hour, or by a right one in the same process.
    """
    passwords = store.companion(PasswordChecker)
    suspects = store.companion(_Suspects).numbers
    system = store.snapshot().enterprise_systems.get(enterprise_system)
    if system is None or _is_locked(store, system):
        passwords.verify(None, password)
        raise _refused(store, "unknown" if system is None else f"{system.id}:locked", source)
    if not passwords.recalls(system.secret, password):
        if not passwords.verify(system.secret, password):
            suspects.add(system.id)
            raise _refused(store, str(system.id), source)
        _refuse_late(store, system, source)
    if enterprise_system in suspects:
        suspects.discard(enterprise_system)
        store.write(lambda ledger: ledger.clear_failures(_subject(system.id)))
    return Caller(CallerKind.ENTERPRISE_SYSTEM, party=system.owner, enterprise_system=system.id)


def register_enterprise_system(
    store: Store, caller: Caller, owner: PartyId, name: str, password: str, *, number: int | None = None
) -> EnterpriseSystem:
    """Register an enterprise system on its owner; it gets the next free number unless one is named.

    Raises InvalidInput for a weak password, NotFound for an unknown owner, Conflict for a taken number.
    """
    check_password_rule(password)
    secret = hash_password(store, password)

    def command(snapshot: Snapshot) -> Written[EnterpriseSystem]:
        if snapshot.party(owner) is None:
            raise NotFound(ErrorCode.PARTY_NOT_FOUND, "the owner is not a known party")
        if number is not None and number in snapshot.enterprise_systems:
            raise Conflict(ErrorCode.FACT_EXISTS, f"there is an enterprise system {number} already")
        highest = max(snapshot.enterprise_systems, default=0)
        system = EnterpriseSystem(number or max(highest + 1, _FIRST_SYSTEM_ID), owner, name, secret)
        return Written((put(system),), system)

    return store.change(caller.name, command)


def change_password(store: Store, caller: Caller, enterprise_system: int, password: str) -> EnterpriseSystem:
    """Give a system a new password; the old one is dead at once. Raises InvalidInput, NotFound."""
    check_password_rule(password)
    secret = hash_password(store, password)
    return _alter(store, caller, enterprise_system, lambda system: replace(system, secret=secret))


def lock_system(store: Store, caller: Caller, enterprise_system: int, *, locked: bool = True) -> EnterpriseSystem:
    """Lock a system until it is unlocked, or unlock it (a timed lock too). Raises NotFound."""
    state = SystemState.LOCKED if locked else SystemState.ACTIVE
    return _alter(store, caller, enterprise_system, lambda system: replace(system, state=state, locked_until=None))


def hash_password(store: Store, password: str) -> str:
    """The argon2 hash of a password, as it is kept."""
    return store.companion(PasswordChecker).hash(password)


def _alter(store: Store, caller: Caller, number: int, alter: _Alteration) -> EnterpriseSystem:
    def command(snapshot: Snapshot) -> Written[EnterpriseSystem]:
        system = snapshot.enterprise_systems.get(number)
        if system is None:
            raise NotFound(ErrorCode.ENTERPRISE_SYSTEM_NOT_FOUND, f"there is no enterprise system {number}")
        altered = alter(system)
        return Written((put(altered),), altered)

    return store.change(caller.name, command)


def _is_locked(store: Store, system: EnterpriseSystem) -> bool:
    timed = system.locked_until is not None and store.clock() < system.locked_until
    return timed or system.state is not SystemState.ACTIVE


def _refuse_late(store: Store, system: EnterpriseSystem, source: str) -> None:
    """Hashing takes its time: wrong tries of others may have locked the system meanwhile."""
    since = store.clock() - ENTERPRISES.within
    wrong = store.read(lambda ledger: ledger.failures(_subject(system.id), since))
    current = store.snapshot().enterprise_systems.get(system.id)
    if wrong >= ENTERPRISES.tries or current is None or _is_locked(store, current):
        raise _refused(store, f"{system.id}:locked", source)


def _refused(store: Store, which: str, source: str) -> AuthenticationFailed:
    """Count a refused log-on, for its id and for where it came from; lock the id where it was one too many."""
    now = store.clock()
    failures, from_source = store.write(lambda ledger: _counted(ledger, which, source, now))
    facts = {"system": which, "tries": failures, "source": source, "tries_from_source": from_source}
    _log.warning("an enterprise system was refused", extra={"facts": facts})
    if which.isdigit() and failures >= ENTERPRISES.tries:
        until = now + ENTERPRISES.lock
        _alter(store, OPERATOR, int(which), lambda current: replace(current, locked_until=until))
        store.write(lambda ledger: ledger.clear_failures(_subject(which)))
        _log.warning("an enterprise system is locked", extra={"facts": {"system": which, "until": until.isoformat()}})
    return AuthenticationFailed()


def _counted(ledger: Ledger, which: str, source: str, now: datetime) -> tuple[int, int]:
    since = now - ENTERPRISES.within
    ledger.forget_failures(now - _REMEMBERED)
    failures = ledger.count_failure(_subject(which), now, since)
    return failures, ledger.count_failure(f"{_subject(which)}@{source}", now, since) if source else 0


def _subject(which: int | str) -> str:
    return f"enterprise-system:{which}"
