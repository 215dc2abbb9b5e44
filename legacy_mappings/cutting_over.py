"""Cut-over of a cohort: only what a signed comparison covers, that passes the gate, and that is still so now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from core import (
    Allowance,
    AuthorityRow,
    Caller,
    ErrorCode,
    NotAllowed,
    PartyId,
    Place,
    Right,
    Store,
    cut_over,
)
from legacy_mappings.parity import Finding, Parity, Signatory, gate, must_pass, prove, read_report
from legacy_mappings.signing import verify_report


@dataclass(frozen=True, slots=True)
class Proof:
    """What a cut-over rests on: a report, its signature and the key it must be of; approvals, and who may give them.

    ``most_lost`` is how many lines that no plan names may be lost.
    """

    report: str
    signature: str
    public_key: str
    approvals: tuple[str, ...] = ()
    signatories: tuple[Signatory, ...] = ()
    most_lost: int = 0


def cut_over_proved(
    store: Store,
    caller: Caller,
    places: Iterable[Place],
    proof: Proof,
    *,
    clean_days: int,
    allowance: Allowance | None = None,
    cohort: str = "",
) -> tuple[AuthorityRow, ...]:
    """Let the new world rule at these places, if the proof is good for them; returns their rows.

    The report must be signed with the key, say something of each of the systems, and pass the gate for them; and a
    comparison made now must find nothing lost or gained that the report does not tell of. Raises NotAllowed:
    `SIGNATURE_WRONG`, or `GATE_NOT_PASSED` with what stands in the way; InvalidInput where a file is none; else as
    `core.cut_over`. Source: users-and-migration §4.2 steps 8 to 10 and §4.1 row 20 (final delta at cut-over).
    """
    wanted = tuple(places)
    systems = sorted({place.enterprise_system for place in wanted})
    verify_report(proof.report, proof.signature, proof.public_key)
    parity = read_report(proof.report)
    _must_cover(parity, systems)
    must_pass(gate(parity, proof.approvals, proof.signatories, most_lost=proof.most_lost, systems=systems))
    snapshot = store.snapshot()
    must_be_so_still(parity, prove(snapshot, snapshot, at=store.clock(), systems=systems), systems)
    return cut_over(store, caller, wanted, clean_days=clean_days, allowance=allowance, cohort=cohort)


def _must_cover(parity: Parity, systems: Iterable[int]) -> None:
    covered = {group.actor.enterprise_system for group in parity.groups}
    missing = [str(system) for system in systems if system not in covered]
    if missing:
        raise NotAllowed(ErrorCode.GATE_NOT_PASSED, f"the report says nothing of system {', '.join(missing)}")


_Lines = dict[tuple[Finding, int, str, PartyId], frozenset[Right]]


def must_be_so_still(told: Parity, found: Parity, systems: Iterable[int]) -> None:
    """Raise NotAllowed (`GATE_NOT_PASSED`) where ``found`` has lost or gained more than ``told``, for these systems."""
    among = frozenset(systems)
    before, now = _lines(told, among), _lines(found, among)
    more = dict.fromkeys((Finding.LOST, Finding.GAINED), 0)
    for key, rights in now.items():
        more[key[0]] += len(rights - before.get(key, frozenset()))
    if any(more.values()):
        what = " and ".join(f"{count} lines more are {finding}" for finding, count in more.items() if count)
        raise NotAllowed(ErrorCode.GATE_NOT_PASSED, f"since the report was made {what}: compare and sign again")


def _lines(parity: Parity, systems: frozenset[int]) -> _Lines:
    found: _Lines = {}
    for group in parity.groups:
        system = group.actor.enterprise_system
        if system in systems and group.finding in {Finding.LOST, Finding.GAINED}:
            rights = frozenset(group.rights)
            # What is gained is approved for one actor; a loss is told under any one of the grounds it rested on.
            by = f"{group.actor.ground} {group.actor.reference}" if group.finding is Finding.GAINED else ""
            for party in group.reportees:
                key = (group.finding, system, by, party)
                found[key] = found.get(key, frozenset()) | rights
    return found
