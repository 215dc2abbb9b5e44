"""The ledger's part for brokered files of the new world: settings of resources, states and events."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, func, or_, select, update

from core.domain.file_transfer import (
    BrokerResource,
    RecipientState,
    TransferEvent,
    TransferProgress,
    TransferRole,
    TransferSearch,
    TransferState,
)
from core.domain.identifiers import PartyId, ServiceId
from core.store.tables_broker import broker_resource, transfer_event, transfer_progress
from core.store.tables_messages import transfer, transfer_recipient


class BrokerLedger:
    """States of brokered files in the current transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    # -- resources ----------------------------------------------------------------------------

    def resource(self, service: str) -> BrokerResource | None:
        """How the resource brokers files, None where its owner has not said."""
        table = broker_resource
        row = self._connection.execute(select(table).where(table.c.service == service)).mappings().one_or_none()
        if row is None:
            return None
        return BrokerResource(
            service=ServiceId(row["service"]),
            most_bytes=row["most_bytes"],
            lifetime=timedelta(seconds=row["lifetime"]),
            purge_confirmed=row["purge_confirmed"],
            grace=timedelta(seconds=row["grace"]),
            owner_required=row["owner_required"],
        )

    def set_resource(self, resource: BrokerResource) -> None:
        """Keep how a resource brokers files, in place of what was kept before."""
        table = broker_resource
        self._connection.execute(delete(table).where(table.c.service == resource.service))
        self._connection.execute(
            table.insert(),
            {
                "service": resource.service,
                "most_bytes": resource.most_bytes,
                "lifetime": int(resource.lifetime.total_seconds()),
                "purge_confirmed": resource.purge_confirmed,
                "grace": int(resource.grace.total_seconds()),
                "owner_required": resource.owner_required,
            },
        )

    # -- how far transfers have come ----------------------------------------------------------

    def begin(self, progress: TransferProgress) -> None:
        """Store the state of a transfer that has been announced."""
        values = {name: getattr(progress, name) for name in TransferProgress.__slots__}
        self._connection.execute(transfer_progress.insert(), values)

    def progress(self, transfer_id: str) -> TransferProgress | None:
        """How far the transfer has come, or None."""
        table = transfer_progress
        row = self._connection.execute(select(table).where(table.c.transfer == transfer_id)).mappings().one_or_none()
        if row is None:
            return None
        return TransferProgress(
            **{**row, "service": ServiceId(row["service"]), "sender": PartyId(row["sender"])},
        )

    def hold(self, transfer_id: str) -> TransferProgress | None:
        """As `progress`; and nobody else changes the transfer until this transaction ends."""
        table = transfer_progress
        mine = update(table).where(table.c.transfer == transfer_id).values(changed=table.c.changed)
        self._connection.execute(mine)
        return self.progress(transfer_id)

    def move(self, transfer_id: str, state: TransferState, at: datetime, text: str) -> None:
        """Put a transfer that is held into a state, and write it down among its events."""
        table = transfer_progress
        mine = update(table).where(table.c.transfer == transfer_id)
        self._connection.execute(mine.values(state=state, text=text, changed=at))
        self.add_event(transfer_id, TransferEvent(at, state, text))

    def set_checksum(self, transfer_id: str, checksum: str) -> None:
        """Note the MD5 of the file that was uploaded."""
        table = transfer_progress
        self._connection.execute(update(table).where(table.c.transfer == transfer_id).values(checksum=checksum))

    def expire(self, transfer_id: str, at: datetime) -> None:
        """Let the file of a transfer be purged at ``at``."""
        table = transfer_progress
        self._connection.execute(update(table).where(table.c.transfer == transfer_id).values(expires=at))

    def expired(self, at: datetime, limit: int) -> list[str]:
        """Transfers whose time is over and whose file has not been purged, the oldest first."""
        table = transfer_progress
        over = select(table.c.transfer).where(table.c.expires <= at, table.c.state != TransferState.PURGED)
        return list(self._connection.execute(over.order_by(table.c.expires).limit(limit)).scalars())

    def add_event(self, transfer_id: str, event: TransferEvent) -> None:
        """Write down what happened to a transfer that is held."""
        table = transfer_event
        count = select(func.count()).select_from(table).where(table.c.transfer == transfer_id)
        position = self._connection.execute(count).scalar_one()
        values = {name: getattr(event, name) for name in TransferEvent.__slots__}
        self._connection.execute(table.insert(), {"transfer": transfer_id, "position": position, **values})

    def events(self, transfer_id: str) -> tuple[TransferEvent, ...]:
        """What happened to the transfer, in order."""
        table = transfer_event
        wanted = select(table).where(table.c.transfer == transfer_id).order_by(table.c.position)
        return tuple(
            TransferEvent(row.at, row.state, row.text, None if row.party is None else PartyId(row.party))
            for row in self._connection.execute(wanted)
        )

    # -- finding ------------------------------------------------------------------------------

    def find(
        self, search: TransferSearch, parties: Collection[PartyId], at: datetime, most: int
    ) -> list[tuple[datetime, str]]:
        """When and as what transfers were announced that one of these parties is in; in order, ``most`` of them."""
        table, state = transfer, transfer_progress
        where = [
            table.c.service == search.service,
            _taking_part(search, parties),
            *_in_state(search, at),
            *_recipient_in_state(search, parties),
        ]
        if search.since is not None:
            where.append(table.c.begun >= search.since)
        if search.until is not None:
            where.append(table.c.begun <= search.until)
        wanted = select(table.c.begun, table.c.id).join(state, state.c.transfer == table.c.id).where(*where)
        if search.ascending:
            wanted = wanted.order_by(table.c.begun.asc(), table.c.id.asc())
        else:
            wanted = wanted.order_by(table.c.begun.desc(), table.c.id.desc())
        return [(row.begun, row.id) for row in self._connection.execute(wanted.limit(most))]


def _taking_part(search: TransferSearch, parties: Collection[PartyId]) -> ColumnElement[bool]:
    progress, recipient = transfer_progress, transfer_recipient
    sent = and_(progress.c.sender.in_(parties), progress.c.service == search.service)
    received = progress.c.transfer.in_(select(recipient.c.transfer).where(recipient.c.recipient.in_(parties)))
    if search.role is TransferRole.SENDER:
        return sent
    return received if search.role is TransferRole.RECIPIENT else or_(sent, received)


def _in_state(search: TransferSearch, at: datetime) -> Iterable[ColumnElement[bool]]:
    progress = transfer_progress
    if search.state is TransferState.PURGED:
        return (or_(progress.c.state == TransferState.PURGED, progress.c.expires <= at),)
    return () if search.state is None else (progress.c.state == search.state, progress.c.expires > at)


def _recipient_in_state(search: TransferSearch, parties: Collection[PartyId]) -> Iterable[ColumnElement[bool]]:
    if search.recipient_state is None:
        return ()
    mine: Any = transfer_recipient
    states = {
        RecipientState.INITIALIZED: mine.c.downloaded.is_(None),
        RecipientState.DOWNLOAD_STARTED: and_(mine.c.downloaded.is_not(None), mine.c.confirmed.is_(None)),
        RecipientState.DOWNLOAD_CONFIRMED: mine.c.confirmed.is_not(None),
    }
    found = select(mine.c.transfer).where(mine.c.recipient.in_(parties), states[search.recipient_state])
    return (transfer_progress.c.transfer.in_(found),)
