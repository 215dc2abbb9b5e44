"""What service owners and systems may ask about who may do what: roles, reportees, and single decisions.

Everybody may ask about themselves: the owner of a system or enterprise user, and the person logged on
through it. A service owner (tjenesteeier) may ask about anybody (soap-svc §11.3).
"""

from __future__ import annotations

from dataclasses import dataclass

from core.domain.caller import Caller, CallerKind
from core.domain.decision import Decision, Question, Subject, SubjectKind, decide
from core.domain.identifiers import PartyId, ServiceId
from core.domain.party import Party, PartyKind
from core.domain.reportees import Page, list_reportees
from core.domain.roles import HeldRole, list_roles
from core.domain.snapshot import Snapshot
from core.domain.vocabulary import Right
from core.errors import ErrorCode, NotAllowed
from core.store.store import Store

_NOBODY = PartyId("")
_PAGE = 1000


@dataclass(frozen=True, slots=True)
class RoleSearch:
    """Which roles are wanted. Parties are named by number; ``offered_by`` and ``role`` are None for any."""

    covered_by: str
    offered_by: str | None = None
    role: str | None = None


@dataclass(frozen=True, slots=True)
class ReporteeSearch:
    """Whose reportees are wanted: a person's by national identity number, or the caller's own (None).

    ``ended`` takes in those that are deleted or have died, ``sub_units`` sub-units; ``most`` None for all.
    """

    person: str | None = None
    ended: bool = False
    sub_units: bool = False
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """What access is asked to: a service for a reportee, or an element by its number. Others are None."""

    reportee: str | None = None
    service: ServiceId | None = None
    element: int | None = None


def find_roles(store: Store, caller: Caller, search: RoleSearch) -> tuple[HeldRole, ...]:
    """The roles one party has at another. Raises NotAllowed where neither is the caller's to ask about."""
    snapshot = store.snapshot()
    covered = _party_id(snapshot, search.covered_by)
    offered = None if search.offered_by is None else _party_id(snapshot, search.offered_by)
    _require_insight(store, snapshot, caller, (covered,) if offered is None else (covered, offered))
    return list_roles(snapshot, covered, offered, at=store.clock(), role=search.role)


def find_reportees(store: Store, caller: Caller, search: ReporteeSearch) -> tuple[Party, ...]:
    """Everybody that a person, or the caller, may do something for. Raises NotAllowed."""
    snapshot, at = store.snapshot(), store.clock()
    if search.person is None:
        subject = _own_subject(caller)
    else:
        person = _party_id(snapshot, search.person)
        _require_insight(store, snapshot, caller, (person,))
        subject = Subject(SubjectKind.PERSON, person)
    found: list[Party] = []
    page: Page | None = Page(size=_PAGE)
    while page is not None and (search.most is None or len(found) < search.most):
        listing = list_reportees(snapshot, subject, at=at, page=page)
        parties = (reportee.party for reportee in listing.items)
        found += [
            party
            for party in parties
            if (search.sub_units or party.kind is not PartyKind.SUB_UNIT)
            and (search.ended or party.ended is None or at < party.ended)
        ]
        page = None if listing.next is None else Page(listing.next, _PAGE)
    return tuple(found[: search.most])


def ask_access(store: Store, caller: Caller, subject: str, target: Target, action: str) -> Decision:
    """May the person or organisation with the number ``subject`` do ``action`` on the target?

    An element that is not there, or not the reportee's, is answered like a service that is not there. Raises
    NotAllowed where the caller may not ask about the subject.
    """
    snapshot = store.snapshot()
    party = snapshot.party_numbered(subject)
    asker = _NOBODY if party is None else party.id
    _require_insight(store, snapshot, caller, (asker,))
    kind = SubjectKind.PERSON if party is not None and party.kind is PartyKind.PERSON else SubjectKind.ORGANISATION
    reportee, service = _resolved(store, snapshot, target)
    return decide(snapshot, Question(Subject(kind, asker), reportee, Right(service, action), store.clock()))


def _resolved(store: Store, snapshot: Snapshot, target: Target) -> tuple[str, ServiceId]:
    if target.element is None:
        service = target.service or ServiceId("")
        return (_NOBODY if target.reportee is None else _party_id(snapshot, target.reportee)), service
    number = target.element
    element = store.read(lambda ledger: ledger.forms.element(number) or ledger.messages.message(number))
    given = target.reportee
    if element is None or (given is not None and _party_id(snapshot, given) != element.reportee):
        return _NOBODY, ServiceId("")
    return element.reportee, element.service


def _own_subject(caller: Caller) -> Subject:
    if caller.kind is CallerKind.SERVICE_OWNER:
        raise NotAllowed(ErrorCode.NOT_THE_CALLERS, "a service owner has no reportees of its own: name a person")
    return caller.subject()


def _require_insight(store: Store, snapshot: Snapshot, caller: Caller, parties: tuple[PartyId, ...]) -> None:
    own = {caller.party, caller.person} - {None}
    if not own.isdisjoint(parties) or caller.kind in (CallerKind.OPERATOR, CallerKind.SERVICE_OWNER):
        return
    owner = None if caller.party is None else snapshot.party(caller.party)
    if owner is not None and store.read(lambda ledger: ledger.messages.service_owners(owner.number)):
        return
    raise NotAllowed(
        ErrorCode.NOT_THE_CALLERS, "this is told to those it concerns and to service owners, and the caller is neither"
    )


def _party_id(snapshot: Snapshot, number: str) -> PartyId:
    party = snapshot.party_numbered(number.strip())
    return _NOBODY if party is None else party.id
