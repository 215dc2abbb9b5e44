"""Who may do what with an element: one place for every command that touches one."""

from __future__ import annotations

from datetime import datetime

from core.domain.caller import Caller
from core.domain.decision import Decision
from core.domain.element import Element, ElementKind
from core.domain.explain import explain
from core.domain.snapshot import Snapshot
from core.domain.vocabulary import Right
from core.errors import Conflict, ErrorCode, NotAllowed
from core.services.lifecycle import SIGN, SUBMIT, ask_ruling
from core.store.ledger import Ledger
from core.store.store import Store

READ = "read"
"""The action that looking at an element is."""

ARCHIVE_READ = "archive-read"
"""The action that looking at an archived element is."""

ARCHIVE_DELETE = "archive-delete"
"""The action that deleting an archived element is."""


def element_to(
    store: Store, ledger: Ledger, snapshot: Snapshot, caller: Caller, number: int, action: str, *, at: datetime
) -> Element:
    """The element, where the caller may do ``action`` with it; kept from others until the commit.

    Raises NotAllowed, with the same words for one that is not there.
    """
    found = ledger.forms.element(number, lock=True)
    if found is None or found.deleted is not None or found.kind is not ElementKind.FORM_TASK:
        raise _missing(None, snapshot)
    decision = asked(store, snapshot, caller, found, action, at)
    if not decision.permitted:
        raise _missing(decision, snapshot)
    return found


def readable_element(
    store: Store, ledger: Ledger, snapshot: Snapshot, caller: Caller, number: int, at: datetime
) -> Element:
    """The element, where the caller may look at it. Raises NotAllowed, as `element_to`."""
    found = ledger.forms.element(number)
    if found is None or found.deleted is not None or found.kind is not ElementKind.FORM_TASK:
        raise _missing(None, snapshot)
    decision = reading(store, snapshot, caller, found, at)
    if not decision.permitted:
        raise _missing(decision, snapshot)
    return found


def asked(store: Store, snapshot: Snapshot, caller: Caller, element: Element, action: str, at: datetime) -> Decision:
    """Whether the caller may do ``action`` with the element, by the world that rules for it."""
    return ask_ruling(store, snapshot, caller, element.reportee, Right(element.service, action), at)


def reading(store: Store, snapshot: Snapshot, caller: Caller, element: Element, at: datetime) -> Decision:
    """Whether the caller may look at the element.

    Proposed: an archived one is asked about as ``archive-read``, any other as ``read``; where the service has no
    such action, the next of ``read`` and ``write`` that it has. So forms of the first platform, which have one
    right for everything, are shown to who may hand them in.
    """
    wanted = (READ, SUBMIT) if element.archived is None else (ARCHIVE_READ, READ, SUBMIT)
    offered = snapshot.catalogue.actions.get(element.service, ())
    action = next((each for each in wanted if each in offered), SUBMIT)
    return asked(store, snapshot, caller, element, action, at)


def needs_signature(snapshot: Snapshot, element: Element) -> bool:
    """Whether the element's service has a signing step: where it says who may sign."""
    return Right(element.service, SIGN) in snapshot.catalogue.policies


def must_not_be_archived(element: Element) -> None:
    """Raises Conflict for an element that is archived, or is about to be."""
    if element.archived is not None or element.task == "Archive":
        raise Conflict(ErrorCode.ELEMENT_ARCHIVED, "the element is archived already")


def _missing(decision: Decision | None, snapshot: Snapshot) -> NotAllowed:
    fixes = () if decision is None else explain(snapshot, decision).fixes
    return NotAllowed(ErrorCode.MISSING_RIGHT, "The right to this element is missing, or there is none", fixes=fixes)
