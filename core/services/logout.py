"""Where the approver's browser goes afterwards: to a registered address of the system, and nowhere else."""

from __future__ import annotations

from core.domain.snapshot import Snapshot
from core.domain.system import SystemUserKind
from core.services.redirects import is_registered_redirect


def redirect_after_request(snapshot: Snapshot, request_id: str, kind: SystemUserKind) -> str | None:
    """The address of a request, where its system is standing and still has it registered; else None.

    Source: rest-systemuser §8.3.
    """
    request = snapshot.requests.get(request_id)
    if request is None or request.kind is not kind:
        return None
    return _registered(snapshot, request.system, request.redirect_url)


def redirect_after_change(snapshot: Snapshot, change_id: str) -> str | None:
    """The address of a change request, where its system is standing and still has it registered; else None.

    Source: rest-systemuser §8.3.
    """
    change = snapshot.change_requests.get(change_id)
    return None if change is None else _registered(snapshot, change.system, change.redirect_url)


def is_safe_redirect(snapshot: Snapshot, url: str) -> bool:
    """Whether a standing system has the address registered."""
    return any(
        not system.deleted and is_registered_redirect(url, system.redirect_urls) for system in snapshot.systems.values()
    )


def _registered(snapshot: Snapshot, system_id: str, url: str | None) -> str | None:
    system = snapshot.systems.get(system_id)
    if url is None or system is None or system.deleted:
        return None
    return url if is_registered_redirect(url, system.redirect_urls) else None
