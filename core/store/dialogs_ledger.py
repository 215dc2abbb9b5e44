"""The ledger's part for dialogs: kept, searched, opened."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Select, and_, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from core.domain.dialog import (
    Dialog,
    DialogAction,
    DialogEndpoint,
    DialogOrder,
    DialogPeriod,
    DialogSearch,
    DialogText,
    SeenEntry,
)
from core.domain.identifiers import PartyId, ServiceId
from core.store.tables_dialogs import dialog, dialog_seen

Readable = Mapping[ServiceId, Sequence[PartyId]]
"""The parties whose dialogs may be read, by service."""

_COMPOSED = frozenset({"content", "actions"})
_PLAIN = tuple(name for name in Dialog.__slots__ if name not in _COMPOSED)
_MOMENTS: Mapping[DialogOrder, Column[datetime]] = {
    DialogOrder.CREATED: dialog.c.created,
    DialogOrder.UPDATED: dialog.c.updated,
    DialogOrder.CONTENT_UPDATED: dialog.c.content_updated,
    DialogOrder.DUE: dialog.c.due,
}


class DialogsLedger:
    """Dialogs in the current transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, new: Dialog) -> bool:
        """Store a dialog; False, and nothing stored, where its id or its owner's key is taken."""
        texts = {name: asdict(text) for name, text in new.content.items()}
        words = (word for text in new.content.values() for word in text.by_language.values())
        values = {
            **{name: getattr(new, name) for name in _PLAIN},
            "content": json.dumps(texts, ensure_ascii=False),
            "searched": "\n".join(words).lower(),
            "actions": json.dumps([asdict(each) for each in new.actions], ensure_ascii=False),
        }
        make = sqlite.insert if self._connection.dialect.name == "sqlite" else postgresql.insert
        insert = make(dialog).on_conflict_do_nothing().execution_options(preserve_rowcount=True)
        return self._connection.execute(insert, values).rowcount == 1

    def dialog(self, dialog_id: str) -> Dialog | None:
        """The dialog, a deleted one too, or None."""
        return self._one(dialog.c.id == dialog_id)

    def with_key(self, organisation: str, idempotency_key: str) -> Dialog | None:
        """The dialog that its owner made under this key, or None."""
        return self._one(dialog.c.organisation == organisation, dialog.c.idempotency_key == idempotency_key)

    def mark_deleted(self, dialog_id: str, at: datetime, revision: str) -> bool:
        """Delete a dialog so that it is still told apart from one that never was; False where it was before."""
        standing = update(dialog).where(dialog.c.id == dialog_id, dialog.c.deleted.is_(None))
        changed = standing.values(deleted=at, updated=at, revision=revision)
        return self._connection.execute(changed).rowcount == 1

    # -- searching ----------------------------------------------------------------------------

    def pairs(self, parties: Collection[str], services: Collection[str]) -> list[tuple[PartyId, ServiceId]]:
        """Which of these parties have dialogs of which services (any, where none is named). Deleted ones count."""
        wanted = select(dialog.c.party, dialog.c.service).where(dialog.c.party.in_(parties)).distinct()
        if services:
            wanted = wanted.where(dialog.c.service.in_(services))
        return [(PartyId(party), ServiceId(service)) for party, service in self._connection.execute(wanted)]

    def count_readable(self, readable: Readable, search: DialogSearch, most: int) -> int:
        """How many dialogs a search in texts must look through, counted up to ``most``."""
        some = select(dialog.c.id).where(_of(readable), *_within(dialog.c.content_updated, search.content_updated))
        return int(self._connection.execute(select(func.count()).select_from(some.limit(most).subquery())).scalar_one())

    def search(self, readable: Readable, search: DialogSearch, at: datetime) -> list[Dialog]:
        """The dialogs that answer the search and are shown at ``at``, in order, one more than the limit at most."""
        wanted = select(dialog).where(_of(readable), *_shown(at), *_filters(search))
        rows = self._connection.execute(_in_order(wanted, search).limit(search.limit + 1)).mappings()
        return [_dialog(row) for row in rows]

    # -- the seen log -------------------------------------------------------------------------

    def add_seen(self, entry: SeenEntry) -> None:
        """Note that somebody opened a dialog."""
        self._connection.execute(dialog_seen.insert(), {name: getattr(entry, name) for name in SeenEntry.__slots__})
        first = update(dialog).where(dialog.c.id == entry.dialog, dialog.c.seen.is_(None))
        self._connection.execute(first.values(seen=entry.at))

    def seen(self, dialog_id: str, since: datetime) -> tuple[SeenEntry, ...]:
        """Who has opened the dialog since then, oldest first."""
        table = dialog_seen
        wanted = select(table).where(table.c.dialog == dialog_id, table.c.at >= since).order_by(table.c.at, table.c.id)
        return tuple(SeenEntry(**row) for row in self._connection.execute(wanted).mappings())

    def _one(self, *where: ColumnElement[bool]) -> Dialog | None:
        row = self._connection.execute(select(dialog).where(*where)).mappings().one_or_none()
        return None if row is None else _dialog(row)


def _of(readable: Readable) -> ColumnElement[bool]:
    return or_(*(and_(dialog.c.service == service, dialog.c.party.in_(readable[service])) for service in readable))


def _shown(at: datetime) -> list[ColumnElement[bool]]:
    columns = dialog.c
    return [
        columns.deleted.is_(None),
        or_(columns.visible.is_(None), columns.visible <= at),
        or_(columns.expires.is_(None), columns.expires > at),
    ]


def _filters(search: DialogSearch) -> list[ColumnElement[bool]]:
    columns = dialog.c
    lists: tuple[tuple[Column[Any], tuple[Any, ...]], ...] = (
        (columns.owner_code, search.owner_codes),
        (columns.status, search.statuses),
        (columns.extended_status, search.extended_statuses),
        (columns.label, search.labels),
    )
    where: list[ColumnElement[bool]] = [column.in_(values) for column, values in lists if values]
    if search.process is not None:
        where.append(columns.process == search.process)
    if search.external_reference is not None:
        where.append(columns.external_reference == search.external_reference)
    if search.without_api_only:
        where.append(columns.api_only.is_(False))
    if search.text is not None:
        where.append(columns.searched.contains(search.text.lower(), autoescape=True))
    for column, period in (
        (columns.created, search.created),
        (columns.updated, search.updated),
        (columns.content_updated, search.content_updated),
        (columns.due, search.due),
    ):
        where += _within(column, period)
    return where


def _within(column: Column[Any], period: DialogPeriod) -> list[ColumnElement[bool]]:
    limits = [] if period.after is None else [column >= period.after]
    return limits if period.before is None else [*limits, column <= period.before]


def _in_order(wanted: Select[Any], search: DialogSearch) -> Select[Any]:
    """In the order of the search, from its position on. Those without the moment come last, either way."""
    moment, identity = _MOMENTS[search.order], dialog.c.id
    last = [moment.is_(None)] if moment.nullable else []
    if search.after is not None:
        wanted = wanted.where(_behind(moment, search))
    if search.ascending:
        return wanted.order_by(*last, moment.asc(), identity.asc())
    return wanted.order_by(*last, moment.desc(), identity.desc())


def _behind(moment: Column[Any], search: DialogSearch) -> ColumnElement[bool]:
    position, identity = search.after, dialog.c.id
    if position is None:
        raise ValueError("a search without a position begins at the beginning")
    later = identity > position.id if search.ascending else identity < position.id
    if position.moment is None:
        return and_(moment.is_(None), later)
    beyond = moment > position.moment if search.ascending else moment < position.moment
    last = [moment.is_(None)] if moment.nullable else []
    return or_(beyond, and_(moment == position.moment, later), *last)


def _dialog(row: Any) -> Dialog:
    values = {name: row[name] for name in _PLAIN}
    values["service"], values["party"] = ServiceId(row["service"]), PartyId(row["party"])
    return Dialog(
        **values,
        content={name: DialogText(**text) for name, text in json.loads(row["content"]).items()},
        actions=tuple(_action(each) for each in json.loads(row["actions"])),
    )


def _action(plain: dict[str, Any]) -> DialogAction:
    endpoints = tuple(DialogEndpoint(**each) for each in plain.pop("endpoints"))
    return DialogAction(**plain, endpoints=endpoints)
