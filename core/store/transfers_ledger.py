"""The ledger's part for brokered files: transfers, and how far each recipient has come."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, select, update

from core.domain.identifiers import PartyId, ServiceId
from core.domain.transfer import Content, Transfer, TransferRecipient
from core.store.tables_messages import transfer, transfer_recipient


class TransfersLedger:
    """Brokered files in the current transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, new: Transfer) -> None:
        """Store a transfer that has been announced."""
        self._connection.execute(
            transfer.insert(),
            {
                "id": new.id,
                "service": new.service,
                "sender": new.sender,
                "owner": new.owner,
                "reference": new.reference,
                "file_list": json.dumps(new.files),
                "properties": json.dumps(new.properties),
                "begun": new.begun,
            },
        )
        rows = [{"transfer": new.id, "recipient": each.party} for each in new.recipients]
        self._connection.execute(transfer_recipient.insert(), rows)

    def transfer(self, transfer_id: str) -> Transfer | None:
        """The transfer with this file reference, or None."""
        row = self._connection.execute(select(transfer).where(transfer.c.id == transfer_id)).mappings().one_or_none()
        return None if row is None else _transfer(row, self._recipients([transfer_id]))

    def set_file(self, transfer_id: str, at: datetime, file: Content, receipt: int | None = None) -> bool:
        """Note the file of a transfer; False where it has one."""
        table = transfer
        changed = (
            update(table)
            .where(table.c.id == transfer_id, table.c.sent.is_(None))
            .values(sent=at, file_name=file.name, content=file.id, size=file.size, receipt=receipt)
        )
        return self._connection.execute(changed).rowcount == 1

    def set_recipient(self, transfer_id: str, party: str, **values: Any) -> None:
        """Give columns of a recipient new values."""
        table = transfer_recipient
        mine = update(table).where(table.c.transfer == transfer_id, table.c.recipient == party)
        self._connection.execute(mine.values(**values))

    def files_for(
        self,
        parties: Sequence[str],
        *,
        confirmed: bool,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> tuple[Transfer, ...]:
        """Transfers with a file for any of these parties, which have said that they have it, or not; newest first."""
        table, mine = transfer, transfer_recipient
        state = mine.c.confirmed.is_not(None) if confirmed else mine.c.confirmed.is_(None)
        wanted = select(mine.c.transfer).where(mine.c.recipient.in_(parties), state)
        where: list[ColumnElement[bool]] = [table.c.id.in_(wanted), table.c.sent.is_not(None)]
        if since is not None:
            where.append(table.c.sent >= since)
        if until is not None:
            where.append(table.c.sent <= until)
        rows = self._connection.execute(select(table).where(*where).order_by(table.c.sent.desc(), table.c.id))
        found = rows.mappings().all()
        recipients = self._recipients([row["id"] for row in found])
        return tuple(_transfer(row, recipients) for row in found)

    def _recipients(self, transfers: Iterable[str]) -> dict[str, list[TransferRecipient]]:
        table = transfer_recipient
        wanted = select(table).where(table.c.transfer.in_(list(transfers))).order_by(table.c.recipient)
        found: dict[str, list[TransferRecipient]] = {}
        for row in self._connection.execute(wanted):
            each = TransferRecipient(PartyId(row.recipient), row.receipt, row.downloaded, row.confirmed)
            found.setdefault(row.transfer, []).append(each)
        return found


def _transfer(row: Any, recipients: dict[str, list[TransferRecipient]]) -> Transfer:
    return Transfer(
        id=row["id"],
        service=ServiceId(row["service"]),
        sender=PartyId(row["sender"]),
        owner=PartyId(row["owner"]),
        reference=row["reference"],
        files=tuple((name, checksum) for name, checksum in json.loads(row["file_list"])),
        properties=tuple((key, value) for key, value in json.loads(row["properties"])),
        begun=row["begun"],
        recipients=tuple(recipients.get(row["id"], ())),
        sent=row["sent"],
        file_name=row["file_name"],
        content=row["content"],
        size=row["size"],
        receipt=row["receipt"],
    )
