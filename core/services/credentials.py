"""Enterprise systems proving who they are: system id and password, and the lock after wrong tries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from core.domain.caller import OPERATOR, Caller, CallerKind
from core.domain.change import put
from core.domain.identifiers import PartyId
from core.domain.snapshot import Snapshot
from core.domain.system import EnterpriseSystem, SystemState
from core.errors import AuthenticationFailed, Conflict, ErrorCode, NotFound
from core.services.passwords import PasswordChecker, check_password_rule
from core.store.store import Store, Written

MOST_WRONG_TRIES = 3
"""More wrong passwords in a row than this lock a system. Source: the later platform's help page."""

LOCK = timedelta(hours=1)
"""How long the lock lasts, and how long a wrong try is remembered. Same source."""

_FIRST_SYSTEM_ID = 100_001

_Alteration = Callable[[EnterpriseSystem], EnterpriseSystem]


class _Memory:
    """What is kept between log-ons to one store."""

    def __init__(self) -> None:
        self.passwords = PasswordChecker()
        # Systems with a wrong try seen by this process: spares every right log-on a look at the ledger.
        self.suspects: set[int] = set()


def authenticate_system(store: Store, enterprise_system: int, password: str) -> Caller:
    """The caller behind a system id and password.

    Raises AuthenticationFailed, with one and the same message, for an unknown system, a wrong password and
    a locked system; Unavailable where the newest facts could not be read. A wrong try is forgotten after an
    hour, or by a right one in the same process.
    """
    memory = store.companion(_Memory)
    system = store.snapshot().enterprise_systems.get(enterprise_system)
    right = memory.passwords.verify(None if system is None else system.secret, password)
    if system is None or _is_locked(store, system):
        raise AuthenticationFailed
    if not right:
        _count_wrong_try(store, memory, system)
        raise AuthenticationFailed
    if enterprise_system in memory.suspects:
        memory.suspects.discard(enterprise_system)
        store.write(lambda ledger: ledger.clear_failures(_subject(enterprise_system)))
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
    return store.companion(_Memory).passwords.hash(password)


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


def _count_wrong_try(store: Store, memory: _Memory, system: EnterpriseSystem) -> None:
    memory.suspects.add(system.id)
    now = store.clock()
    subject = _subject(system.id)
    failures = store.write(lambda ledger: ledger.count_failure(subject, now, now - LOCK))
    if failures > MOST_WRONG_TRIES:
        _alter(store, OPERATOR, system.id, lambda current: replace(current, locked_until=now + LOCK))
        store.write(lambda ledger: ledger.clear_failures(subject))


def _subject(enterprise_system: int) -> str:
    return f"enterprise-system:{enterprise_system}"
