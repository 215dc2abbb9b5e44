"""External references: the vendor's own keys, and the system user behind one."""

from __future__ import annotations

from core.domain.caller import Caller
from core.domain.snapshot import Reference, Snapshot
from core.domain.system import System, SystemUser
from core.errors import ErrorCode, InvalidInput
from core.services.systems import vendor_system

_LONGEST = 255


def external_ref_or_default(external_ref: str | None, owner_number: str) -> str:
    """The reference as it is kept: the owner's organisation number where it is left out or empty.

    Raises InvalidInput where it is longer than 255 signs. Source: rest-systemuser §5.1, §12.1 row 3.
    """
    if external_ref is None or not external_ref.strip():
        return owner_number
    if len(external_ref) > _LONGEST:
        raise InvalidInput(ErrorCode.INVALID_EXTERNAL_REFERENCE, f"an external reference has at most {_LONGEST} signs")
    return external_ref


def system_user_for_token(
    snapshot: Snapshot, client_id: str, vendor_number: str, owner_number: str, external_ref: str | None
) -> SystemUser | None:
    """The system user a token is for, or None: what the token issuer asks for every token.

    The client must belong to a standing system of the vendor, and that system must have a system user at
    the owner under the reference. What the system user may do is not looked at. Source: pdp-and-tokens §6.
    """
    system = snapshot.systems.get(snapshot.client_ids.get(client_id) or "")
    if system is None or system.deleted or system.vendor != vendor_number:
        return None
    return _behind(snapshot, system, owner_number, external_ref)


def vendor_system_user(
    snapshot: Snapshot, caller: Caller, system_id: str, owner_number: str, external_ref: str | None
) -> SystemUser | None:
    """The system user of the caller's own system at the owner, under the vendor's own key; None where there is none.

    Raises NotFound where there is no such system, NotAllowed where it is another vendor's.
    Source: rest-systemuser §4.2.
    """
    return _behind(snapshot, vendor_system(snapshot, caller, system_id), owner_number, external_ref)


def _behind(snapshot: Snapshot, system: System, owner_number: str, external_ref: str | None) -> SystemUser | None:
    """Where the reference is left out or blank, the owner's number is."""
    owner = snapshot.party_numbered(owner_number)
    if owner is None:
        return None
    reference = external_ref if external_ref is not None and external_ref.strip() else owner_number
    user = snapshot.user_references.get(Reference(system.id, owner.id, reference))
    entry = snapshot.users.get(user or "")
    return entry.user if entry is not None else None


def why_no_system_user(
    snapshot: Snapshot, client_id: str, vendor_number: str, owner_number: str, external_ref: str | None
) -> str:
    """Which condition kept `system_user_for_token` from finding one: for the issuer's own log, never for the caller.

    Source: pdp-and-tokens §6, §7.
    """
    system = snapshot.systems.get(snapshot.client_ids.get(client_id) or "")
    if system is None or system.deleted:
        return "the client id is on no standing system: never put there, or the system is deleted"
    if system.vendor != vendor_number:
        return "the client's organisation is not the system's vendor"
    owner = snapshot.party_numbered(owner_number)
    if owner is None:
        return "the owner is not a party that is known here"
    named = "the owner's number as reference" if external_ref is None or not external_ref.strip() else "this reference"
    return f"the owner has no system user of the system under {named}: not approved, deleted, or another reference"
