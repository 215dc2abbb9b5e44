"""Authorised parties (aktørliste): the parties a subject may act for, each with what it may do there.

A party is listed exactly when `decide` permits some right for it; only a main unit that is shown for the sake
of a sub-unit has no access of its own. Source: pdp-and-tokens §13.3. Parties come in order of party id, a
sub-unit with its main unit, so that a page can start at any key while others write. What is held for most
parties is alike, and is decided once for all of them.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from core.domain.answers import holds
from core.domain.decision import Question, Subject, SubjectKind, decide
from core.domain.identifiers import PartyId, ServiceId
from core.domain.package_check import PRIVATE_PERSON
from core.domain.party import Party, PartyKind, Window
from core.domain.party_file import Approved, Chain, Entry, Held, party_of
from core.domain.reportees import rights_of, rights_of_chain
from core.domain.snapshot import Snapshot
from core.domain.vocabulary import OWN_ORGANISATION, Right, RoleKind, ServiceKind

_FOR_THEMSELVES = (SubjectKind.PERSON, SubjectKind.ORGANISATION)


class PartyAccess(NamedTuple):
    """What a subject may do for one party.

    ``services`` are the modern resources of which it has some right, ``packages`` and ``roles`` what it has
    in force there; each in order. All three are empty where only services of the closed platforms are open.
    """

    services: tuple[ServiceId, ...]
    packages: tuple[str, ...]
    roles: tuple[str, ...]


class AuthorisedParty(NamedTuple):
    """A party with the subject's access to it, and the sub-units of it that the subject may act for.

    Without ``access`` it is a main unit that is there for its sub-units only.
    """

    party: Party
    access: PartyAccess | None
    sub_units: tuple[AuthorisedParty, ...]


@dataclass(frozen=True, slots=True)
class PartyChoice:
    """Which authorised parties are wanted.

    ``via_key_roles``: also those of organisations where a person has a key role. ``sub_units``: also
    sub-units that have nothing but what their main unit gives them. ``inactive``: also parties that have
    ended. ``parties``: only these, with their sub-units. ``services``: as if there were no services but these.
    """

    via_key_roles: bool = True
    sub_units: bool = True
    inactive: bool = True
    parties: frozenset[PartyId] | None = None
    services: frozenset[ServiceId] | None = None


class MainUnits:
    """The main units above the parties that a holder reaches, remembered while neither those nor units change.

    A sub-unit is listed at its main unit's place, and that may be anywhere: to begin a page in the midst of
    100,000 parties, the places must be known. Safe to use from many threads; forgetting costs time only.
    Fewer than ``worth`` parties are looked through each time.
    """

    def __init__(self, worth: int = 500) -> None:
        self._worth = worth
        self._known: dict[str, tuple[tuple[str, ...], tuple[object, ...], tuple[str, ...]]] = {}

    def of(self, snapshot: Snapshot, holder: str) -> tuple[str, ...]:
        """The main units in order of id, whether they are reached themselves or not."""
        reached = snapshot.reach.get(holder) or ()
        if len(reached) < self._worth:
            return _main_units(snapshot, reached)
        found = self._known.get(holder)
        # Shards that have not changed are the same objects: this costs microseconds, and is never wrong.
        if found is None or found[0] is not reached or found[1] != snapshot.sub_units.shards:
            found = (reached, snapshot.sub_units.shards, _main_units(snapshot, reached))
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[holder] = found
        return found[2]


_REMEMBERED = 500


def _main_units(snapshot: Snapshot, reached: Iterable[str]) -> tuple[str, ...]:
    files = (snapshot.files.get(party) for party in reached)
    return tuple(sorted({str(file.party.main_unit) for file in files if file and file.party.main_unit is not None}))


def authorised_parties(
    snapshot: Snapshot,
    subject: Subject,
    at: datetime,
    choice: PartyChoice | None = None,
    start: str = "",
    main_units: MainUnits | None = None,
) -> Iterator[AuthorisedParty]:
    """The parties ``subject`` may act for at ``at``, in order of id, from the party id ``start`` on.

    Lazy: as much is worked out as is taken. An unknown subject has none. A system user works for its clients
    or for its owner, a person or an organisation also for itself. Those who ask again and again, for pages,
    hand in the same ``main_units`` each time.
    """
    judge = _Judge(snapshot, subject, at, choice or PartyChoice(), main_units or MainUnits())
    for top, _ in groupby(judge.tops(start)):
        found = judge.item(top)
        if found is not None:
            yield found


class _Way(NamedTuple):
    """Something in force that may open a right: what which holder has for the party."""

    holder: int
    entry: Entry


class _Opened(NamedTuple):
    """What a set of ways opens for every party alike, and the rights for which the party itself counts too."""

    access: PartyAccess | None
    listed: tuple[Right, ...]


class _Judge:
    """Answers for one subject at one moment, and remembers what it has worked out."""

    def __init__(
        self, snapshot: Snapshot, subject: Subject, at: datetime, choice: PartyChoice, main_units: MainUnits
    ) -> None:
        if subject.kind is SubjectKind.PERSON and not choice.via_key_roles:
            # A person who holds as organisations do: for itself and in its own name, by no key role.
            subject = Subject(SubjectKind.ORGANISATION, subject.id)
        self._snapshot = snapshot
        self._subject = subject
        self._at = at
        self._choice = choice
        self._main_units = main_units
        self._holders = tuple(_holders(snapshot, subject, at))
        self._own = subject.id if subject.kind in _FOR_THEMSELVES else None
        self._codes = None if choice.services is None else _codes_of(snapshot, choice.services)
        self._known: dict[Hashable, _Opened] = {}

    # -- which parties there are to look at -----------------------------------------------------------

    def tops(self, start: str) -> Iterator[str]:
        """Ids of the parties that may be listed, from ``start`` on, in order; some come more than once.

        A sub-unit is looked at with its main unit, and so stands for it.
        """
        if self._choice.parties is not None:
            tops = {_top_of(party) for party in map(self._snapshot.party, self._choice.parties) if party is not None}
            return iter(sorted(top for top in tops if top >= start))
        reached = [self._snapshot.reach.get(holder) or () for holder in self._holders]
        above = [self._main_units.of(self._snapshot, holder) for holder in self._holders]
        itself = (str(self._own),) if self._own is not None else ()
        return heapq.merge(*(parties[bisect_left(parties, start) :] for parties in (*reached, *above, itself)))

    # -- one party ------------------------------------------------------------------------------------

    def item(self, top: str) -> AuthorisedParty | None:
        """The party with its sub-units, None where there is nothing to list."""
        party = self._snapshot.party(top)
        if party is None or _top_of(party) != top:
            return None
        access = self._access(party)
        found = []
        for each in self._snapshot.sub_units.get(top) or ():
            sub_unit = self._snapshot.party(each)
            # A department of a public body has a main unit too, but is no sub-unit of it.
            if sub_unit is not None and sub_unit.kind is PartyKind.SUB_UNIT:
                below = self._access(sub_unit)
                if below is not None:
                    found.append(AuthorisedParty(sub_unit, below, ()))
        return AuthorisedParty(party, access, tuple(found)) if access is not None or found else None

    def _access(self, party: Party) -> PartyAccess | None:
        if not self._is_wanted(party):
            return None
        if party.id == self._own:
            return self._to_itself(party)
        ways = tuple(self._ways(party))
        if not ways or not self._is_its_own(party, ways):
            return None
        mark = tuple((way.holder, _mark(way.entry)) for way in ways)
        opened = self._known.get(mark)
        if opened is None:
            opened = self._known[mark] = self._opened(party, ways)
        if not opened.listed:
            return opened.access
        return self._with_listed(party, ways, opened)

    def _is_wanted(self, party: Party) -> bool:
        if not self._choice.inactive and party.ended is not None and party.ended <= self._at:
            return False
        wanted = self._choice.parties
        return wanted is None or party.id in wanted or (self._choice.sub_units and _top_of(party) in wanted)

    def _is_its_own(self, party: Party, ways: Iterable[_Way]) -> bool:
        """Whether something was given for the party itself, where that is asked for."""
        if self._choice.sub_units or party.kind is not PartyKind.SUB_UNIT:
            return True
        return any(_given_for(way.entry) == party.id for way in ways)

    def _ways(self, party: Party) -> Iterator[_Way]:
        of_user, of_person = (self._subject.kind is kind for kind in (SubjectKind.SYSTEM_USER, SubjectKind.PERSON))
        for number, holder in enumerate(self._holders):
            for entry in self._snapshot.entries_for(party.id, holder):
                if isinstance(entry, (Chain, Approved)):
                    # A person, too, may work for clients: as an agent in its own name.
                    as_agent = of_person and number == 0 and isinstance(entry, Chain)
                    if (of_user or as_agent) and _is_open(entry.window, self._at):
                        yield _Way(number, entry)
                elif not of_user and holds(entry, self._at) and (number == 0 or not of_person or entry.nests):
                    yield _Way(number, entry)

    # -- what is open ---------------------------------------------------------------------------------

    def _opened(self, party: Party, ways: Iterable[_Way]) -> _Opened:
        rights = sorted({right for way in ways for right in _rights_of(self._snapshot, way.entry)})
        alike: set[ServiceId] = set()
        listed: list[Right] = []
        for right in rights:
            policy = self._snapshot.catalogue.policies.get(right)
            if policy is None or not self._is_about(right.service):
                continue
            if policy.access_list is not None:
                listed.append(right)
            elif right.service not in alike and self._permits(party, right):
                alike.add(right.service)
        return _Opened(self._made(alike, ways) if alike else None, tuple(listed))

    def _with_listed(self, party: Party, ways: Iterable[_Way], opened: _Opened) -> PartyAccess | None:
        more = {right.service for right in opened.listed if self._permits(party, right)}
        if not more:
            return opened.access
        made = self._made(more, ways)
        before = () if opened.access is None else opened.access.services
        return made._replace(services=tuple(sorted({*before, *made.services})))

    def _to_itself(self, party: Party) -> PartyAccess | None:
        services: set[ServiceId] = set()
        for right in self._snapshot.catalogue.policies:
            if right.service not in services and self._is_about(right.service) and self._permits(party, right):
                services.add(right.service)
        if not services:
            return None
        made = self._made(services, self._ways(party))
        if party.kind is not PartyKind.PERSON:
            return made
        catalogue = self._snapshot.catalogue
        packages = {*made.packages, *self._relevant(catalogue.carried_by(PRIVATE_PERSON, None))}
        roles = {*made.roles, *self._lasting(catalogue.roles_brought_by(PRIVATE_PERSON))}
        return made._replace(packages=tuple(sorted(packages)), roles=tuple(sorted(roles)))

    def _permits(self, party: Party, right: Right) -> bool:
        return decide(self._snapshot, Question(self._subject, party.id, right, self._at)).permitted

    def _is_about(self, service: ServiceId) -> bool:
        return self._choice.services is None or service in self._choice.services

    def _made(self, services: Iterable[ServiceId], ways: Iterable[_Way]) -> PartyAccess:
        known = self._snapshot.catalogue.services
        packages: set[str] = set()
        roles: set[str] = set()
        for _, entry in ways:
            if isinstance(entry, Chain) and self._subject.kind is SubjectKind.PERSON:
                packages |= entry.packages
            elif isinstance(entry, (Chain, Approved)):
                packages |= entry.usable
            else:
                packages |= entry.packages
                roles |= entry.roles
        return PartyAccess(
            tuple(sorted(each for each in services if known[each].kind is ServiceKind.RESOURCE)),
            tuple(sorted(self._relevant(packages))),
            tuple(sorted(self._lasting(roles))),
        )

    def _relevant(self, codes: Iterable[str]) -> Iterator[str]:
        return (code for code in codes if self._codes is None or code in self._codes)

    def _lasting(self, codes: Iterable[str]) -> Iterator[str]:
        """The codes of roles that are known, and have not ended with the old platforms' roles."""
        until = self._snapshot.terms.old_roles_until
        ended = until is not None and self._at >= until
        for code in self._relevant(codes):
            role = self._snapshot.catalogue.roles.get(code)
            if role is not None and not (ended and role.kind is RoleKind.LEGACY):
                yield code


def _holders(snapshot: Snapshot, subject: Subject, at: datetime) -> Iterator[str]:
    """Whose holdings count: the subject's own first, then those of whoever it stands in for."""
    yield str(subject.id)
    if subject.kind is SubjectKind.ENTERPRISE_USER:
        user = snapshot.enterprise_users.get(str(subject.id))
        if user is not None:
            yield user.owner
    elif subject.kind is SubjectKind.PERSON:
        roles = snapshot.represents.get(str(subject.id)) or ()
        current = (role for role in roles if Window(role.valid_from, role.valid_to).holds(at))
        yield from sorted({role.party for role in current if snapshot.catalogue.is_key_role(role.role)})


def _codes_of(snapshot: Snapshot, services: frozenset[ServiceId]) -> frozenset[str]:
    """The roles and packages that open something of these services, at some time."""
    opened = snapshot.catalogue.opened_by.items()
    return frozenset(code for code, rights in opened if any(right.service in services for right in rights))


def _top_of(party: Party) -> str:
    """The party under which this one is shown: the main unit of a sub-unit, else itself."""
    shown_below = party.kind is PartyKind.SUB_UNIT and party.main_unit is not None
    return str(party.main_unit) if shown_below else party.id


def _given_for(entry: Entry) -> str:
    if isinstance(entry, Chain):
        return entry.delegation.client
    return party_of(entry.grant if isinstance(entry, Approved) else entry.fact)


def _is_open(window: Window | None, at: datetime) -> bool:
    return window is None or window.holds(at)


def _rights_of(snapshot: Snapshot, entry: Entry) -> Iterator[Right]:
    if isinstance(entry, Chain):
        return rights_of_chain(snapshot, entry)
    return rights_of(snapshot, entry.grant if isinstance(entry, Approved) else entry)


def _mark(entry: Entry) -> Hashable:
    """What of an entry in force a decision can depend on, apart from whose it is: alike marks, alike answers."""
    if isinstance(entry, Approved):
        return (entry.usable, entry.rights, _number(entry), *_brought(entry.grant))
    if not isinstance(entry, Chain):
        return _brought(entry)
    given = entry.delegation
    own = given.ground == OWN_ORGANISATION
    held = None if entry.holding is None else _brought(entry.holding)
    return (entry.usable, entry.packages, _number(entry), given.rights, given.resources, own, held)


def _number(entry: Chain | Approved) -> int | None:
    """Which of the system user's generations is the ceiling; one subject has one of each number."""
    return None if entry.generation is None else entry.generation.number


def _brought(held: Held) -> tuple[Hashable, ...]:
    return (held.roles, held.packages, held.rights)
