"""Dialogs from service owners: put before a party, once, and taken back."""

from __future__ import annotations

import secrets
import uuid
from datetime import datetime

from core.domain.caller import Caller, CallerKind
from core.domain.dialog import Dialog, NewDialog
from core.domain.party import Party
from core.domain.vocabulary import Service, ServiceKind
from core.errors import Conflict, ErrorCode, InvalidMembers, NotAllowed, NotFound
from core.services.dialog_check import problems_with
from core.services.service_owners import owned_service
from core.store.ledger import Ledger
from core.store.store import Store


def create_dialog(store: Store, caller: Caller, new: NewDialog) -> Dialog:
    """Put a dialog before a party, for the service owner on a resource of its own.

    Raises InvalidMembers with all that is wrong with it, NotAllowed for another owner's resource, Conflict
    where the id or the owner's idempotency key has been used (the details name the dialog), Unavailable.
    Source: pdp-and-tokens §15.1.
    """
    snapshot, now = store.snapshot(), store.clock()
    party = snapshot.party_numbered(new.party)
    service = snapshot.catalogue.services.get(new.service)
    if service is not None and service.kind is not ServiceKind.RESOURCE:
        service = None
    problems = dict(problems_with(new, now))
    if service is None:
        problems["serviceResource"] = ["The resource is not in the resource registry."]
    if party is None:
        problems["party"] = ["The party is not known."]
    if service is None or party is None or problems:
        raise InvalidMembers(ErrorCode.INVALID_DIALOG, problems)
    made = _dialog(caller, service, party, new, now)

    def keep(ledger: Ledger) -> Dialog:
        owned_service(ledger, snapshot, caller, service.id)
        if not ledger.dialogs.add(made):
            raise _exists(ledger, made)
        return made

    return store.write(keep)


def owned_dialog(store: Store, caller: Caller, dialog_id: str) -> Dialog:
    """A dialog of the service owner's own, whether it is shown to end users yet, still, or no longer.

    Raises NotFound where it has none such, and `DIALOG_DELETED` where it was deleted; Unavailable.
    """
    found = store.read(lambda ledger: _owned(ledger, caller, dialog_id))
    if found.deleted is not None:
        raise _deleted(dialog_id)
    return found


def delete_dialog(store: Store, caller: Caller, dialog_id: str) -> None:
    """Delete a dialog of the service owner's own.

    Raises NotFound where it has none such, and `DIALOG_DELETED` where it was deleted before; Unavailable.
    """
    now = store.clock()

    def remove(ledger: Ledger) -> None:
        _owned(ledger, caller, dialog_id)
        if not ledger.dialogs.mark_deleted(dialog_id, now, str(uuid.uuid4())):
            raise _deleted(dialog_id)

    store.write(remove)


def _owned(ledger: Ledger, caller: Caller, dialog_id: str) -> Dialog:
    found = ledger.dialogs.dialog(dialog_id)
    if caller.kind is not CallerKind.SERVICE_OWNER or found is None or found.organisation != caller.organisation:
        raise NotFound(ErrorCode.DIALOG_NOT_FOUND, f"there is no dialog {dialog_id} of this service owner's")
    return found


def _deleted(dialog_id: str) -> NotFound:
    return NotFound(ErrorCode.DIALOG_DELETED, f"the dialog {dialog_id} has been deleted")


def _dialog(caller: Caller, service: Service, party: Party, new: NewDialog, now: datetime) -> Dialog:
    if caller.organisation is None:
        raise NotAllowed(ErrorCode.NOT_THE_SERVICE_OWNER, "only a service owner makes dialogs")
    return Dialog(
        id=new.id or time_ordered_id(now),
        revision=str(uuid.uuid4()),
        organisation=caller.organisation,
        owner_code=service.owner,
        service=service.id,
        party=party.id,
        status=new.status,
        content=dict(new.content),
        created=now,
        updated=now,
        content_updated=now,
        idempotency_key=new.idempotency_key,
        extended_status=new.extended_status,
        external_reference=new.external_reference,
        process=new.process,
        preceding_process=new.preceding_process,
        progress=new.progress,
        label=new.label,
        api_only=new.api_only,
        due=new.due,
        visible=new.visible,
        expires=new.expires,
        actions=new.actions,
    )


def _exists(ledger: Ledger, made: Dialog) -> Conflict:
    key = made.idempotency_key
    before = None if key is None else ledger.dialogs.with_key(made.organisation, key)
    known = made.id if before is None else before.id
    return Conflict(ErrorCode.DIALOG_EXISTS, f"the dialog was made before, as {known}", details={"dialog": known})


def time_ordered_id(now: datetime) -> str:
    """A new UUID of version 7: ids made later sort later. Source: RFC 9562 §5.7."""
    stamp = int(now.timestamp() * 1000) & (1 << 48) - 1
    return str(uuid.UUID(int=stamp << 80 | 0x7 << 76 | secrets.randbits(12) << 64 | 0b10 << 62 | secrets.randbits(62)))
