"""Locks after wrong tries: the rules with their sources, and the gate that persons and enterprise users pass."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import NamedTuple, TypeVar

from core.domain.identifiers import PartyId
from core.services.passwords import PasswordChecker
from core.store.ledger import Ledger
from core.store.store import Store

T = TypeVar("T")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LockRule:
    """The try that is the ``tries``-th wrong one ``within`` that time locks for ``lock``."""

    tries: int
    within: timedelta
    lock: timedelta


ENTERPRISES = LockRule(4, timedelta(hours=1), timedelta(hours=1))
"""Enterprise systems: more than three wrong passwords. Source: the later platform's help page (soap-svc §5.3).

How long a wrong try counts is not stated there, nor the rule for enterprise users: the same is used.
"""

PERSONS = LockRule(10, timedelta(hours=2), timedelta(hours=1))
"""Persons. Source: the later platform's release 22.6 (soap-svc §5.3). A right try forgets no wrong one there."""


KEPT = timedelta(days=7)
"""How long ended locks, wrong tries and run-out code sessions are kept. Not stated by any source.

So long is a code that has run out told from a wrong one.
"""


class Claim(NamedTuple):
    """Who somebody claims to be: ``subject`` names it in counts, locks and logs.

    ``secret`` is the hash to verify, None where nobody is known by that name; ``party`` the person then, or
    the enterprise user's owner; ``locked`` by an operator.
    """

    subject: str
    secret: str | None = None
    party: PartyId | None = None
    locked: bool = False


class Refused(Enum):
    """Why the gate stayed shut. Doors that must not tell answer all alike."""

    WRONG = "wrong"
    LOCKED = "locked"


def pass_gate(
    store: Store,
    claim: Claim,
    password: str,
    rule: LockRule,
    inside: Callable[[Ledger, datetime], T | None],
    *,
    source: str = "",
) -> T | Refused:
    """What ``inside`` gives for a claim that is not locked and has the right password.

    Where ``inside`` gives None something else was wrong, a one-time code say: that counts as a wrong try as
    well. Every refusal takes the same work, so that its time tells nothing. Tries on one claim come one
    after the other: none slips past a lock that the one before it brought.
    """
    passwords = store.companion(PasswordChecker)
    recalled = claim.secret is not None and passwords.recalls(claim.secret, password)
    right = recalled or passwords.verify(claim.secret, password)
    now = store.clock()

    def attempt(ledger: Ledger) -> tuple[T | Refused, int]:
        ledger.logons.hold(claim.subject)
        until = ledger.logons.locked_until(claim.subject)
        if claim.locked or (until is not None and now < until):
            return Refused.LOCKED, _count(ledger, claim, rule, now, until)
        found = inside(ledger, now) if right else None
        if found is not None:
            return found, 0
        return Refused.WRONG, _count(ledger, claim, rule, now, None)

    answer, tries = store.write(attempt)
    if isinstance(answer, Refused):
        if recalled:
            passwords.verify(None, password)
        _tell(claim, answer, tries, source)
    return answer


def _count(ledger: Ledger, claim: Claim, rule: LockRule, now: datetime, until: datetime | None) -> int:
    if until is not None:
        return ledger.logons.count_locked_try(claim.subject)
    tries = ledger.logons.add_wrong_try(claim.subject, now, now - rule.within)
    if tries >= rule.tries:
        ledger.logons.lock(claim.subject, now + rule.lock)
        ledger.logons.sweep(now - KEPT)
    return tries


def _tell(claim: Claim, why: Refused, tries: int, source: str) -> None:
    """A line for the operator: a system left alone with a wrong password locks everybody out who uses it."""
    facts = {"who": claim.subject, "why": why.value, "tries": tries, "source": source}
    _log.warning("a log-on was refused", extra={"facts": facts})
