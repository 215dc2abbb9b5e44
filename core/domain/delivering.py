"""Handing archived submissions on to their service owners: the states, who sends, and when to try again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from itertools import chain

from core.domain.authority import resolve
from core.domain.decision import Decision, Question, Reason, Subject, SubjectKind
from core.domain.element import Element
from core.domain.explain import explain
from core.domain.identifiers import PartyId, mask_numbers_in
from core.domain.party import PartyKind
from core.domain.resolving import Wanted, resolve_client, token_wish
from core.domain.sight import EVERYTHING
from core.domain.snapshot import Snapshot
from core.domain.system import SystemUser
from core.domain.vocabulary import Right

SENT_ACTION = "write"
"""The action that handing in a form is: what the system user must be permitted."""

LEASE = timedelta(minutes=10)
"""How long a worker has for one delivery before another takes it over. Far longer than one call takes."""

FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(hours=1)
LONGEST_PAUSE = timedelta(days=1)
"""The longest Retry-After that is obeyed: whoever says more is asked again then."""

GIVE_UP = timedelta(days=7)
"""How long deliveries are tried before a person must look. Proposed: no reference names a time."""

_LONGEST_WORDS = 500
_DOUBLINGS = 30


class DeliveryState(StrEnum):
    """Where a delivery stands. ``DELIVERED`` is the end; a person can bring back what is ``DEAD``."""

    READY = "ready"
    SENDING = "sending"
    HELD = "held"
    DELIVERED = "delivered"
    DEAD = "dead"


class DeliveryCause(StrEnum):
    """Why something was not delivered at the last try."""

    PARTY_UNKNOWN = "party-unknown"
    NO_SUCCESSOR = "no-successor"
    NO_SYSTEM_USER = "no-system-user"
    ANOTHER_CLIENT = "another-client"
    NO_TARGET = "no-target"
    TOKEN_REFUSED = "token-refused"  # noqa: S105 - a code that speaks of a token is none
    TOKEN_UNREACHABLE = "token-unreachable"  # noqa: S105
    TOKEN_NOT_TAKEN = "token-not-taken"  # noqa: S105
    UNREACHABLE = "unreachable"
    THROTTLED = "throttled"
    OWNER_FAILED = "owner-failed"
    IN_PROGRESS = "in-progress"
    REFUSED = "refused"
    INCOMPLETE = "incomplete"


HELD_FOR = frozenset(
    {
        DeliveryCause.PARTY_UNKNOWN,
        DeliveryCause.NO_SUCCESSOR,
        DeliveryCause.NO_SYSTEM_USER,
        DeliveryCause.ANOTHER_CLIENT,
        DeliveryCause.NO_TARGET,
        DeliveryCause.TOKEN_REFUSED,
    }
)
"""What waits for somebody to give a right, a mapping or an address: asked again, and never given up."""

DEAD_OF = frozenset({DeliveryCause.REFUSED, DeliveryCause.INCOMPLETE})
"""What would be answered the same at every try."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One archived element on its way to its service owner.

    ``key`` is the idempotency key: made with the row, the same at every try, so that the service owner takes it
    once. ``due`` is when it may be tried, or taken over from a worker that died; None where nobody is to try.
    ``lease`` is the worker that has it. ``attempts`` counts what was sent, ``failures`` the tries in a row that
    came to nothing, of the present kind, and ``since`` when the first of those was. ``status``, ``cause`` and
    ``words`` tell of the last try. ``reference`` is the service owner's own, None where it gave none.
    """

    element: int
    key: str
    state: DeliveryState
    made: datetime
    due: datetime | None
    lease: str | None = None
    attempts: int = 0
    failures: int = 0
    since: datetime | None = None
    tried: datetime | None = None
    system_user: str | None = None
    external_ref: str | None = None
    status: int | None = None
    cause: DeliveryCause | None = None
    words: str = ""
    delivered: datetime | None = None
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class DeliveryFailure:
    """Why a try came to nothing. ``wait`` is what the service owner asked for (Retry-After), None where nothing."""

    cause: DeliveryCause
    words: str = ""
    status: int | None = None
    wait: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Sender:
    """The system user that sends, and what its token must be asked with.

    ``owner`` is the organisation number of the system user's owner, never the client's; ``right`` is what it may
    do for the client. Source: pdp-and-tokens §2.4.
    """

    system_user: str
    owner: str
    external_ref: str
    right: Right


@dataclass(frozen=True, slots=True)
class NextStep:
    """What becomes of a delivery after a try that came to nothing."""

    state: DeliveryState
    due: datetime | None
    failures: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Parcel:
    """Everything that is sent of one element. The same at every try, or the service owner would refuse the key.

    ``party`` is how the reportee stands in an address: its organisation number, and for a person the party id,
    because no identity number may stand in an address. ``number`` goes into the content only.
    """

    element: int
    party: str
    number: str = field(repr=False)
    service: str
    archive_reference: str
    senders_reference: str
    received: datetime
    archived: datetime
    forms: tuple[ParcelForm, ...]
    files: tuple[ParcelFile, ...]
    signatures: tuple[ParcelSignature, ...]
    encrypted_key: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class ParcelForm:
    """A form of a parcel: ``content`` is where its data lies, ``size`` how many bytes they are."""

    format_id: str
    format_version: int
    reference: str
    parent_reference: str
    completed: bool
    content: str
    size: int


@dataclass(frozen=True, slots=True)
class ParcelFile:
    """An attachment of a parcel."""

    reference: str
    parent_reference: str
    file_name: str
    encrypted: bool
    content: str
    size: int


@dataclass(frozen=True, slots=True)
class ParcelSignature:
    """A signing of a parcel: by whom (the person's number), when, and at which level."""

    number: str = field(repr=False)
    at: datetime
    level: int


def told(words: str) -> str:
    """Words of an outside party as they may be kept and shown: on one line, short, with identity numbers masked."""
    return mask_numbers_in(on_one_line(words))[:_LONGEST_WORDS]


def on_one_line(text: str) -> str:
    """Text of an outside party as every database and every answer can hold it: nothing but what can be printed."""
    plain = "".join(each if each.isprintable() else " " for each in text)
    return " ".join(plain.split())


def next_step(before: Delivery, failure: DeliveryFailure, now: datetime) -> NextStep:
    """What becomes of a delivery whose try failed. Pure: chance comes from the row's own key.

    What nobody can do just now is held and asked again, for as long as it takes. What failed on the way is tried
    again for `GIVE_UP`. What was refused for good is dead at once.
    """
    held = failure.cause in HELD_FOR
    same_kind = before.cause is not None and (before.cause in HELD_FOR) == held
    failures = before.failures + 1 if same_kind else 1
    since = before.since if same_kind and before.since is not None else now
    if failure.cause in DEAD_OF or (not held and now - since >= GIVE_UP):
        return NextStep(DeliveryState.DEAD, None, failures, since)
    wait = max(waits(before.key, failures), min(failure.wait or timedelta(0), LONGEST_PAUSE))
    return NextStep(DeliveryState.HELD if held else DeliveryState.READY, now + wait, failures, since)


def waits(seed: str, failures: int) -> timedelta:
    """How long to wait after so many failures in a row: twice as long each time, and by chance up to half less.

    The chance is drawn from ``seed``, so that the same row waits the same everywhere and others do not come with it.
    """
    whole = min(FIRST_WAIT * (1 << min(max(failures, 1) - 1, _DOUBLINGS)), LONGEST_WAIT)
    drawn = int.from_bytes(sha256(f"{seed}/{failures}".encode()).digest()[:4], "big") / 2**32
    return whole * (1 - drawn / 2)


def choose_sender(snapshot: Snapshot, element: Element, at: datetime, client_id: str) -> Sender | DeliveryFailure:
    """Which system user hands the element on, or why none can.

    First the successors of the enterprise system that sent it, by the resolver's order; then any other system user
    of the organisation that sent it: nobody else's. Only those whose system has ``client_id``, for no other gets a
    token. Asked anew at each try, because rights come and go. Source: users-and-migration §3 row 8.
    """
    if snapshot.party(element.reportee) is None:
        return DeliveryFailure(DeliveryCause.PARTY_UNKNOWN, "the reportee is not known here")
    rights = _successors(snapshot, element, at)
    if not rights:
        return DeliveryFailure(DeliveryCause.NO_SUCCESSOR, f"{element.service} has no successor for `{SENT_ACTION}`")
    is_there_one = False
    for user, right in chain(_linked(snapshot, element, at), _of_owner(snapshot, element, rights, at)):
        is_there_one = True
        sender = _sender(snapshot, user, right, client_id)
        if sender is not None:
            return sender
    if is_there_one:
        words = "the system users that may are owned by persons, or of systems without the client that asks for tokens"
        return DeliveryFailure(DeliveryCause.ANOTHER_CLIENT, words)
    return DeliveryFailure(DeliveryCause.NO_SYSTEM_USER, _why_none(snapshot, element, rights[0], at))


def _successors(snapshot: Snapshot, element: Element, at: datetime) -> tuple[Right, ...]:
    rows = snapshot.catalogue.successors.get(Right(element.service, SENT_ACTION), ())
    return tuple(Right(row.resource, row.resource_action) for row in rows if row.is_followed(at))


def _linked(snapshot: Snapshot, element: Element, at: datetime) -> Iterator[tuple[SystemUser, Right]]:
    """The successor that the resolver chooses for the enterprise system."""
    if element.enterprise_system is None:
        return
    decision, link = resolve(snapshot, element.enterprise_system, _old_question(element, at))
    entry = None if link is None else snapshot.users.get(link.system_user)
    if entry is not None:
        yield entry.user, decision.question.right


def _of_owner(
    snapshot: Snapshot, element: Element, rights: tuple[Right, ...], at: datetime
) -> Iterator[tuple[SystemUser, Right]]:
    for right in rights:
        wish = Wanted(element.reportee, right, at, PartyId(element.owner))
        for each in resolve_client(snapshot, EVERYTHING, wish).usable:
            yield each.user, right


def _sender(snapshot: Snapshot, user: SystemUser, right: Right, client_id: str) -> Sender | None:
    wish = token_wish(snapshot, user)
    if wish is None or client_id not in wish.client_ids:
        return None
    return Sender(user.id, wish.systemuser_org, wish.external_ref, right)


def _why_none(snapshot: Snapshot, element: Element, right: Right, at: datetime) -> str:
    """Why the nearest candidate cannot, in words with what would help."""
    nearest = resolve_client(snapshot, EVERYTHING, Wanted(element.reportee, right, at, PartyId(element.owner))).unusable
    decision: Decision | None = nearest[0].decision if nearest else None
    if decision is None and element.enterprise_system is not None:
        answer, _ = resolve(snapshot, element.enterprise_system, _old_question(element, at))
        decision = None if answer.reasons[0] is Reason.NO_LINKED_SYSTEM_USER else answer
    if decision is None:
        return told(f"the sender has no system user that may do `{right.action}` on {right.service} for the reportee")
    return told(explain(snapshot, decision).sentence)


def _old_question(element: Element, at: datetime) -> Question:
    subject = Subject(SubjectKind.ENTERPRISE_SYSTEM, str(element.enterprise_system))
    return Question(subject, element.reportee, Right(element.service, SENT_ACTION), at)


def party_in_address(snapshot: Snapshot, party: PartyId) -> tuple[str, str]:
    """How a party stands in an address, and its number. Nobody's identity number stands in an address."""
    found = snapshot.party(party)
    if found is None:
        return str(party), ""
    return (str(found.id) if found.kind is PartyKind.PERSON else found.number), found.number
