"""The ledger's part for prefill: sets of forms that service owners have filled in beforehand."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, select

from core.domain.identifiers import ServiceId
from core.domain.prefill import KeptPrefill, Prefill, PrefilledFile, PrefilledForm
from core.store.tables import content_chunk
from core.store.tables_messages import prefill, prefill_part

_FORM, _FILE = "form", "file"


class PrefillLedger:
    """Prefill in the current transaction."""

    def __init__(self, connection: Connection, add_content: Callable[[str, bytes], None]) -> None:
        self._connection = connection
        self._add_content = add_content

    def keep(
        self, organisation: str, owner_code: str, reportee: str, new: Prefill, at: datetime, element: int | None = None
    ) -> None:
        """Keep a set of forms, in place of the one its sender called by the same reference.

        ``element`` is where it was laid to be filled in, None where it waits to be fetched.
        """
        self._forget(organisation, reportee, new)
        number = str(uuid.uuid4())
        self._connection.execute(
            prefill.insert(),
            {
                "id": number,
                "organisation": organisation,
                "owner_code": owner_code,
                "service": new.service,
                "reportee": reportee,
                "reference": new.reference,
                "shipment": new.shipment,
                "identity": json.dumps(new.identity),
                "identity_code": new.identity_code,
                "valid_from": new.valid_from,
                "valid_to": new.valid_to,
                "kept": at,
                "element": element,
            },
        )
        rows = [*map(_form_row, new.forms), *map(_file_row, new.files)]
        contents = [*(each.data.encode() for each in new.forms), *(each.content for each in new.files)]
        self._connection.execute(
            prefill_part.insert(), [{"prefill": number, "position": place, **row} for place, row in enumerate(rows)]
        )
        for row, content in zip(rows, contents, strict=True):
            self._add_content(row["content"], content)

    def element_of(self, organisation: str, reportee: str, named: Prefill) -> int | None:
        """Where the set that its sender calls by this reference was laid to be filled in, or None."""
        wanted = select(prefill.c.element).where(*_of(organisation, reportee, named))
        return self._connection.execute(wanted).scalar_one_or_none()

    def kept_for(self, reportee: str, number: str, service: str, at: datetime) -> tuple[KeptPrefill, ...]:
        """The sets for a reportee and a service that are valid at ``at``, newest first, with all they hold."""
        table = prefill
        wanted = (
            select(table)
            .where(table.c.reportee == reportee, table.c.service == service)
            .order_by(table.c.kept.desc(), table.c.id)
        )
        rows = self._connection.execute(wanted).mappings().all()
        return tuple(self._kept(row, number) for row in rows if _is_valid(row, at))

    def _kept(self, row: Any, number: str) -> KeptPrefill:
        wanted = select(prefill_part).where(prefill_part.c.prefill == row["id"]).order_by(prefill_part.c.position)
        parts = self._connection.execute(wanted).mappings().all()
        found = Prefill(
            service=ServiceId(row["service"]),
            reportee=number,
            reference=row["reference"],
            shipment=row["shipment"],
            forms=tuple(self._form(part) for part in parts if part["kind"] == _FORM),
            files=tuple(self._file(part) for part in parts if part["kind"] == _FILE),
            identity=tuple(json.loads(row["identity"])),
            identity_code=row["identity_code"],
            valid_from=row["valid_from"],
            valid_to=row["valid_to"],
        )
        return KeptPrefill(row["id"], row["owner_code"], row["kept"], found)

    def _form(self, part: Any) -> PrefilledForm:
        data = self._data(part["content"]).decode()
        return PrefilledForm(part["format_id"], part["format_version"], part["reference"], data)

    def _file(self, part: Any) -> PrefilledFile:
        data = self._data(part["content"])
        return PrefilledFile(part["name"], part["file_name"], part["reference"], part["media"], data)

    def _data(self, content: str) -> bytes:
        chunk = content_chunk.c
        wanted = select(chunk.data).where(chunk.content == content).order_by(chunk.position)
        return b"".join(self._connection.execute(wanted).scalars())

    def _forget(self, organisation: str, reportee: str, new: Prefill) -> None:
        wanted = select(prefill.c.id).where(*_of(organisation, reportee, new))
        for number in list(self._connection.execute(wanted).scalars()):
            contents = select(prefill_part.c.content).where(prefill_part.c.prefill == number)
            self._connection.execute(delete(content_chunk).where(content_chunk.c.content.in_(contents)))
            self._connection.execute(delete(prefill_part).where(prefill_part.c.prefill == number))
            self._connection.execute(delete(prefill).where(prefill.c.id == number))


def _of(organisation: str, reportee: str, named: Prefill) -> tuple[ColumnElement[bool], ...]:
    table = prefill.c
    return (
        table.organisation == organisation,
        table.service == named.service,
        table.reportee == reportee,
        table.reference == named.reference,
    )


def _is_valid(row: Any, at: datetime) -> bool:
    begins, ends = row["valid_from"], row["valid_to"]
    return (begins is None or begins <= at) and (ends is None or at < ends)


def _form_row(form: PrefilledForm) -> dict[str, Any]:
    return {
        "kind": _FORM,
        "format_id": form.format_id,
        "format_version": form.format_version,
        "name": "",
        "file_name": "",
        "media": "",
        "reference": form.reference,
        "content": str(uuid.uuid4()),
    }


def _file_row(file: PrefilledFile) -> dict[str, Any]:
    return {
        "kind": _FILE,
        "format_id": "",
        "format_version": 0,
        "name": file.name,
        "file_name": file.file_name,
        "media": file.media,
        "reference": file.reference,
        "content": str(uuid.uuid4()),
    }
