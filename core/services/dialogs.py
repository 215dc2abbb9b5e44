"""Dialogs (Dialogporten) for end users: found, opened, and whose they may be.

A dialog is listed exactly where `decide` permits `read` on its service for its party. To open it the caller's
level must reach the service's minimum as well. Source: pdp-and-tokens §15.2 and §15.3.
"""

from __future__ import annotations

import hashlib
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import islice

from core.domain.caller import Caller, CallerKind
from core.domain.dialog import (
    LISTED_TEXTS,
    NON_SENSITIVE_TITLE,
    TITLE,
    Dialog,
    DialogOrder,
    DialogPage,
    DialogPosition,
    DialogSearch,
    DialogText,
    ListedDialog,
    OpenedDialog,
    SeenEntry,
)
from core.domain.explain import explain
from core.domain.identifiers import PartyId, ServiceId
from core.domain.party import Party, PartyKind
from core.domain.reportees import parties_within_reach
from core.domain.snapshot import Snapshot
from core.errors import ErrorCode, InvalidInput, InvalidMembers, NotAllowed, NotFound
from core.services.access import ask, is_open, reaches_level
from core.services.dialog_check import problems_with_search
from core.store.ledger import Ledger
from core.store.store import Store

READ = "read"
"""The action that lists and opens dialogs."""

MOST_SEARCHED = 5000
"""Dialogs that a search in texts looks through at most; beyond them it is too broad."""

MOST_READABLE = 10_000
"""Pairs of party and service that one search reaches at most; beyond them it is too broad."""

_AT_ONCE = 1000


def search_dialogs(store: Store, caller: Caller, search: DialogSearch) -> DialogPage:
    """One page of the dialogs that the caller may see, in the order of the search; none where it may see none.

    A page begins behind the position where the one before it ended, whatever came or went meanwhile. Where
    the level is too low to open a dialog, the list shows no more of it than a title that is not sensitive.
    Raises InvalidMembers for a search that cannot be, InvalidInput (`SEARCH_TOO_BROAD`), Unavailable.
    """
    problems = problems_with_search(search)
    if problems:
        raise InvalidMembers(ErrorCode.INVALID_DIALOG, problems)
    snapshot, now = store.snapshot(), store.clock()
    readable = store.read(lambda ledger: _readable(ledger, snapshot, caller, search, now))
    if not readable:
        return DialogPage((), None)
    found = store.read(lambda ledger: _search(ledger, readable, search, now))
    items = tuple(_listed(snapshot, caller, each, now) for each in found[: search.limit])
    more = len(found) > search.limit
    return DialogPage(items, _position(items[-1].dialog, search.order) if more else None)


def open_dialog(store: Store, caller: Caller, dialog_id: str) -> OpenedDialog:
    """A dialog with its actions; that the caller has seen it is noted, once after each change.

    Raises NotFound where there is none, or none yet or any more, and `DIALOG_DELETED` where it was deleted;
    NotAllowed without the right to read it, and where the level is too low; Unavailable.
    """
    snapshot, now = store.snapshot(), store.clock()
    found = store.read(lambda ledger: ledger.dialogs.dialog(dialog_id))
    party = None if found is None else snapshot.party(found.party)
    if found is None or party is None or not found.is_shown(now):
        raise NotFound(ErrorCode.DIALOG_NOT_FOUND, f"there is no dialog {dialog_id} to open now")
    _require_read(snapshot, caller, found, now)
    if found.deleted is not None:
        raise NotFound(ErrorCode.DIALOG_DELETED, f"the dialog {dialog_id} has been deleted")
    actor, name = _seer(snapshot, caller, found)
    seen = store.read(lambda ledger: ledger.dialogs.seen(found.id, found.updated))
    if all(each.actor != actor for each in seen):
        entry = SeenEntry(str(uuid.uuid4()), found.id, now, actor, name)
        store.write(lambda ledger: ledger.dialogs.add_seen(entry))
        seen = (*seen, entry)
    permitted = frozenset(
        each
        for each in found.actions
        if is_open(ask(snapshot, caller, found.party, each.resource or found.service, each.action, now))
    )
    return OpenedDialog(found, party, permitted, seen, actor)


# -- who may see what ---------------------------------------------------------------------------


def _require_read(snapshot: Snapshot, caller: Caller, dialog: Dialog, at: datetime) -> None:
    decision = ask(snapshot, caller, dialog.party, dialog.service, READ, at)
    if not decision.permitted:
        explained = explain(snapshot, decision)
        raise NotAllowed(ErrorCode.DIALOG_NOT_AUTHORISED, explained.sentence, fixes=explained.fixes)
    if not reaches_level(decision):
        raise NotAllowed(ErrorCode.LEVEL_TOO_LOW, "the service asks for a higher authentication level")


def _readable(
    ledger: Ledger, snapshot: Snapshot, caller: Caller, search: DialogSearch, at: datetime
) -> Mapping[ServiceId, list[PartyId]]:
    """The parties whose dialogs the caller may read, by service: those that have any, of those asked for."""
    parties = iter(_parties(snapshot, caller, search))
    found: dict[ServiceId, list[PartyId]] = defaultdict(list)
    count = 0
    while some := list(islice(parties, _AT_ONCE)):
        for party, service in ledger.dialogs.pairs(some, search.services):
            if ask(snapshot, caller, party, service, READ, at).permitted:
                found[service].append(party)
                count += 1
    if count > MOST_READABLE:
        raise _too_broad("name the parties or the services")
    return found


def _parties(snapshot: Snapshot, caller: Caller, search: DialogSearch) -> Iterable[str]:
    if not search.parties:
        return parties_within_reach(snapshot, caller.subject())
    named = (snapshot.party_numbered(number) for number in search.parties)
    return sorted({party.id for party in named if party is not None})


def _search(
    ledger: Ledger, readable: Mapping[ServiceId, list[PartyId]], search: DialogSearch, at: datetime
) -> list[Dialog]:
    if search.text is not None:
        most = MOST_SEARCHED + 1
        if ledger.dialogs.count_readable(readable, search, most) == most:
            raise _too_broad("narrow the search by contentUpdatedAfter, by party or by service")
    return ledger.dialogs.search(readable, search, at)


def _too_broad(help_text: str) -> InvalidInput:
    return InvalidInput(ErrorCode.SEARCH_TOO_BROAD, f"the search reaches too many dialogs: {help_text}")


# -- what is shown ------------------------------------------------------------------------------


def _listed(snapshot: Snapshot, caller: Caller, dialog: Dialog, at: datetime) -> ListedDialog:
    party = snapshot.party(dialog.party)
    if party is None:
        raise NotFound(ErrorCode.PARTY_NOT_FOUND, "the dialog is for a party that is gone")
    decision = ask(snapshot, caller, dialog.party, dialog.service, READ, at)
    return ListedDialog(dialog, party, _open_texts(dialog) if is_open(decision) else _closed_texts(dialog))


def _open_texts(dialog: Dialog) -> Mapping[str, DialogText]:
    return {name: dialog.content[name] for name in LISTED_TEXTS if name in dialog.content}


def _closed_texts(dialog: Dialog) -> Mapping[str, DialogText]:
    """What may be told to a level that is too low: the title, or the one that stands in for it."""
    title = dialog.content.get(NON_SENSITIVE_TITLE) or dialog.content.get(TITLE)
    return {} if title is None else {TITLE: title}


def _position(dialog: Dialog, order: DialogOrder) -> DialogPosition:
    moments = {
        DialogOrder.CREATED: dialog.created,
        DialogOrder.UPDATED: dialog.updated,
        DialogOrder.CONTENT_UPDATED: dialog.content_updated,
        DialogOrder.DUE: dialog.due,
    }
    return DialogPosition(moments[order], dialog.id)


def _seer(snapshot: Snapshot, caller: Caller, dialog: Dialog) -> tuple[str, str]:
    """Who opens the dialog, as others are told: the system user's owner, or a person nobody can look up."""
    party = snapshot.party(caller.party or "")
    if caller.kind is CallerKind.SYSTEM_USER or party is None:
        number = "" if party is None else party.number
        return f"urn:altinn:organization:identifier-no:{number}", "" if party is None else party.name
    return f"urn:altinn:person:identifier-ephemeral:{_ephemeral(party, dialog)}", party.name


def _ephemeral(party: Party, dialog: Dialog) -> str:
    kind = "person" if party.kind is PartyKind.PERSON else "party"
    return hashlib.sha256(f"{kind} {party.id} {dialog.id}".encode()).hexdigest()[:10]
