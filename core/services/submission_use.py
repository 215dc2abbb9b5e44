"""What was handed in through this gateway, counted by enterprise system, reportee and form or service."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from core.domain.identifiers import ServiceId
from core.domain.vocabulary import Right
from core.services.lifecycle import SUBMIT
from core.store.store import Store
from core.store.use_ledger import UseRow


@dataclass(frozen=True, slots=True)
class SubmissionUse:
    """How often one enterprise system handed in one form or service for one reportee, first and last when.

    ``reportee`` is a party id; empty where nobody has the number any more that was sent (``number``).
    """

    enterprise_system: int
    reportee: str
    right: Right
    count: int
    first: datetime
    last: datetime
    number: str = field(default="", repr=False)


def submission_use(store: Store) -> tuple[SubmissionUse, ...]:
    """All accepted batches (each of their units) and shipments, counted; sorted. Raises Unavailable.

    Only what was handed in through an enterprise system: a person's own log-on is not a system's use.
    """
    snapshot = store.snapshot()
    found: dict[tuple[int, str, str, str], SubmissionUse] = {}
    units, shipments = store.read(lambda ledger: (list(ledger.use.of_batches()), list(ledger.use.of_shipments())))
    for row in units:
        party = snapshot.party_numbered(row.reportee)
        _add(found, row, "" if party is None else party.id, row.reportee if party is None else "")
    for row in shipments:
        _add(found, row, row.reportee, "")
    return tuple(found[key] for key in sorted(found))


def _add(found: dict[tuple[int, str, str, str], SubmissionUse], row: UseRow, reportee: str, number: str) -> None:
    key = (row.enterprise_system, reportee, number, row.service)
    new = SubmissionUse(
        row.enterprise_system, reportee, Right(ServiceId(row.service), SUBMIT), row.times, row.first, row.last, number
    )
    before = found.get(key)
    found[key] = (
        new
        if before is None
        else replace(
            before,
            count=before.count + new.count,
            first=min(before.first, new.first),
            last=max(before.last, new.last),
        )
    )
