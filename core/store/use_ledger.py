"""The ledger's part for use: how often each enterprise system handed something in for each reportee."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, func, select

from core.store.tables import data_unit, submission


class UseRow(NamedTuple):
    """Things handed in by one enterprise system for one reportee, of one form or service.

    ``reportee`` is the number as sent where it is a unit of a batch, else a party id.
    """

    enterprise_system: int
    reportee: str
    service: str
    times: int
    first: datetime
    last: datetime


class UseLedger:
    """Use in the current transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of_batches(self) -> Iterator[UseRow]:
        """Units of batches, counted by (enterprise system, participant, form), in no order."""
        joined = data_unit.join(submission, data_unit.c.submission == submission.c.id)
        return self._counted(
            select(submission.c.enterprise_system, data_unit.c.participant, data_unit.c.form, *_COUNTS)
            .select_from(joined)
            .where(submission.c.enterprise_system.is_not(None))
            .group_by(submission.c.enterprise_system, data_unit.c.participant, data_unit.c.form)
        )

    def of_shipments(self) -> Iterator[UseRow]:
        """Shipments, counted by (enterprise system, reportee, service), in no order.

        What a service owner has filled in beforehand is no use of the reportee's rights, and is left out.
        """
        keys = (submission.c.enterprise_system, submission.c.reportee, submission.c.service)
        return self._counted(
            select(*keys, *_COUNTS)
            .where(submission.c.channel == "shipment", submission.c.enterprise_system.is_not(None))
            .group_by(*keys)
        )

    def _counted(self, wanted: Select[Any]) -> Iterator[UseRow]:
        for system, reportee, service, times, first, last in self._connection.execute(wanted):
            yield UseRow(int(system), reportee, service, int(times), first, last)


_COUNTS = (func.count(), func.min(submission.c.received), func.max(submission.c.received))
