"""Which system user can do this for this client, under which reference, on which ground; or why none can.

The platform leaves it to the vendor to know (users-and-migration §1.3); what is answered here is what the decision
point answers: a system user is usable exactly where `decide` permits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from core.domain.answers import accepts
from core.domain.catalogue import Policy
from core.domain.change import Fact
from core.domain.client_relations import client_relations
from core.domain.decision import Decision, Question, Subject, SubjectKind, decide
from core.domain.delegation import ClientDelegation
from core.domain.identifiers import PartyId
from core.domain.new_world import is_live, within
from core.domain.party import PartyKind
from core.domain.sight import Sight
from core.domain.snapshot import Snapshot, UserEntry
from core.domain.system import Generation, SystemUser, SystemUserKind
from core.domain.vocabulary import OWN_ORGANISATION, RIGHTHOLDER, Right

MOST_CANDIDATES = 100
"""How many system users that cannot are told of at the most."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be done: ``right`` for ``client``, at ``at``; by a system user of ``owner`` where one is named."""

    client: PartyId
    right: Right
    at: datetime
    owner: PartyId | None = None


@dataclass(frozen=True, slots=True)
class Usable:
    """A system user that can: on which ground, and under which generation of its ceiling."""

    user: SystemUser
    ground: str
    generation: Generation
    decision: Decision


@dataclass(frozen=True, slots=True)
class Unusable:
    """A system user that cannot, and what it lacks of the three that a client's right takes.

    ``held``: the owner holds the right for the client; ``approved``: the ceiling has it; ``delegated``: the client
    was put on it, or its owner gave it the right for itself. Source: pdp-and-tokens §12.2.
    """

    user: SystemUser
    decision: Decision
    held: bool
    approved: bool
    delegated: bool


@dataclass(frozen=True, slots=True)
class Resolution:
    """The system users that can, the one to use first; those that cannot, the nearest first.

    ``left_off`` says how many that cannot are not told of.
    """

    wanted: Wanted
    usable: tuple[Usable, ...]
    unusable: tuple[Unusable, ...]
    left_off: int = 0

    @property
    def chosen(self) -> Usable | None:
        """The one to use."""
        return self.usable[0] if self.usable else None


def resolve_client(snapshot: Snapshot, sight: Sight, wanted: Wanted) -> Resolution:
    """Who of the system users in ``sight`` can do what is wanted. Pure; an unknown client is one that gave nothing.

    Usable now come first, of these the narrowest ceiling, then the ground (`ground_order`), then the reference.
    Where one is usable, only those with something for the client are told of beside it.
    """
    file = snapshot.files.get(wanted.client)
    holders = () if file is None else file.receivers
    seen = _Seen(snapshot, sight, wanted)
    for entry in _known(snapshot, holders):
        seen.ask(entry)
    if not seen.usable:
        for entry in _others(snapshot, sight, wanted, holders):
            seen.ask(entry)
    left_off = max(0, len(seen.unusable) - MOST_CANDIDATES)
    unusable = sorted(seen.unusable, key=_nearness)[:MOST_CANDIDATES]
    return Resolution(wanted, tuple(sorted(seen.usable, key=_order)), tuple(unusable), left_off)


class _Seen:
    """The candidates asked about so far, each once."""

    def __init__(self, snapshot: Snapshot, sight: Sight, wanted: Wanted) -> None:
        self._snapshot, self._sight, self._wanted = snapshot, sight, wanted
        self._asked: set[str] = set()
        self.usable: list[Usable] = []
        self.unusable: list[Unusable] = []

    def ask(self, entry: UserEntry) -> None:
        """Ask about one, unless it was asked about, is another owner's than the one named, or is out of sight."""
        user, wanted = entry.user, self._wanted
        another = wanted.owner is not None and user.owner != wanted.owner
        if another or user.id in self._asked or not self._sight.sees_user(self._snapshot, user):
            return
        self._asked.add(user.id)
        question = Question(Subject(SubjectKind.SYSTEM_USER, user.id), wanted.client, wanted.right, wanted.at)
        decision = decide(self._snapshot, question)
        if decision.permitted:
            self.usable.append(_usable(entry, decision))
        else:
            self.unusable.append(_unusable(self._snapshot, self._sight, entry, decision))


def ground_order(ground: str) -> tuple[int, str]:
    """Register relations first, then what the client gave by its own hand, then the owner's own organisation."""
    return {RIGHTHOLDER: 1, OWN_ORGANISATION: 2}.get(ground, 0), ground


def narrowness(ceiling: Generation | None) -> tuple[int, int]:
    """How much a ceiling opens, least first: packages open many services, single rights one."""
    return (0, 0) if ceiling is None else (len(ceiling.packages), len(ceiling.rights))


def _order(found: Usable) -> tuple[tuple[int, int], tuple[int, str], str, str]:
    return narrowness(found.generation), ground_order(found.ground), found.user.external_ref, found.user.id


def _nearness(found: Unusable) -> tuple[int, str, str]:
    return -(found.held + found.approved + found.delegated), found.user.external_ref, found.user.id


# -- candidates ---------------------------------------------------------------------------------


def _known(snapshot: Snapshot, holders: Iterable[str]) -> Iterator[UserEntry]:
    for holder in holders:
        entry = snapshot.users.get(holder)
        if entry is not None:
            yield entry


def _others(snapshot: Snapshot, sight: Sight, wanted: Wanted, holders: Iterable[str]) -> Iterator[UserEntry]:
    """System users of the client itself, of its main unit, of the owner named, and agents of who works for the client.

    A vendor is told of an agent that is nowhere near the client only where the register, which is public, has the
    relation, or where it named the owner.
    """
    related = {holder for holder in holders if _is_related(snapshot, sight, wanted, holder)}
    party = snapshot.party(wanted.client)
    own = {wanted.client, None if party is None else party.main_unit}
    for entry in snapshot.users.values():
        owner = entry.user.owner
        by_relation = owner in related and entry.user.kind is SystemUserKind.AGENT
        if by_relation or owner in own or owner == wanted.owner:
            yield entry


def _is_related(snapshot: Snapshot, sight: Sight, wanted: Wanted, holder: str) -> bool:
    grounds = client_relations(snapshot, PartyId(holder), wanted.client, wanted.at)
    return any(ground != RIGHTHOLDER or sight.sees_party(holder) for ground in grounds)


# -- one candidate ------------------------------------------------------------------------------


def _usable(entry: UserEntry, decision: Decision) -> Usable:
    last: Fact | None = decision.via[-1] if decision.via else None
    if isinstance(last, ClientDelegation):
        return Usable(entry.user, last.ground, entry.generations[last.generation], decision)
    return Usable(entry.user, OWN_ORGANISATION, entry.latest, decision)


def _unusable(snapshot: Snapshot, sight: Sight, entry: UserEntry, decision: Decision) -> Unusable:
    question = decision.question
    policy = snapshot.catalogue.policies.get(question.right)
    chains = snapshot.chains(question.party, entry.user.id)
    generations = [chain.generation for chain in chains if chain.generation is not None]
    if not generations and entry.generations:
        generations = [entry.latest]
    return Unusable(
        entry.user,
        decision,
        held=_is_held(snapshot, sight, entry.user, question),
        approved=policy is not None and any(within(policy, generation) for generation in generations),
        delegated=any(is_live(chain, question.at) for chain in chains) or _is_given(snapshot, policy, entry, question),
    )


def _is_held(snapshot: Snapshot, sight: Sight, user: SystemUser, question: Question) -> bool:
    """Whether the owner holds the right for the client, as far as the caller may be told."""
    party = snapshot.party(question.party)
    if party is not None and user.owner in (party.id, party.main_unit):
        return True
    policy = snapshot.catalogue.policies.get(question.right)
    return policy is not None and any(
        (held.ground != RIGHTHOLDER or sight.sees_party(user.owner)) and accepts(policy, held, question.at)
        for held in snapshot.holdings(question.party, user.owner)
    )


def _is_given(snapshot: Snapshot, policy: Policy | None, entry: UserEntry, question: Question) -> bool:
    return policy is not None and any(
        accepts(policy, held, question.at) for held in snapshot.holdings(question.party, entry.user.id)
    )


# -- what to ask a token for --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TokenWish:
    """What the request for a token must say: the owner's organisation number, the reference, the system's clients.

    Source: pdp-and-tokens §2: the *owner's* number, never the client's.
    """

    systemuser_org: str
    external_ref: str
    client_ids: tuple[str, ...]


def token_wish(snapshot: Snapshot, user: SystemUser) -> TokenWish | None:
    """What a token for the system user must be asked with; None where its owner is no organisation."""
    owner, system = snapshot.party(user.owner), snapshot.systems.get(user.system)
    if owner is None or owner.kind is PartyKind.PERSON:
        return None
    return TokenWish(owner.number, user.external_ref, () if system is None else system.client_ids)
