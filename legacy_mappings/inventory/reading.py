"""Rows of tables read into what they say: one method for each kind of table, and nothing that a file says is lost."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache

from core import PartyKind, Right
from legacy_mappings.inventory.cells import Unreadable, actions, clean, is_locked, moment, party_number, whole_number
from legacy_mappings.inventory.columns import TableKind, plain
from legacy_mappings.inventory.old_words import SUBMIT, OldWords
from legacy_mappings.inventory.rows import (
    GrantKey,
    LocalRole,
    ObservedRow,
    Opened,
    PartyRow,
    PlacedRow,
    RightKey,
    RoleKey,
    Row,
    SystemRow,
    Times,
    UseKey,
    UserRow,
    say_once,
)

_KINDS = {
    PartyKind.PERSON: "person privatperson innbygger private",
    PartyKind.SUB_UNIT: "underenhet subunit bedrift bedr aafy",
    PartyKind.ORGANISATION: "organisasjon organisation organization hovedenhet enhet foretak virksomhet mainunit",
}
_KIND_NAMED = {word: kind for kind, words in _KINDS.items() for word in words.split()}
_SUB_UNIT_FORMS = frozenset({"BEDR", "AAFY"})
_DONE = frozenset({"", "ok", "godkjent", "accepted", "mottatt", "received", "success", "vellykket", "permit"})
_NOT_DONE = frozenset({"feil", "avvist", "failed", "refused", "rejected", "error", "notauthorized", "ikkegodkjent"})


class Reading:
    """What all rows read so far say. Tables are read in the order of their kinds."""

    def __init__(
        self, words: OldWords, at: datetime, systems: Mapping[int, SystemRow], users: Mapping[str, UserRow]
    ) -> None:
        self._words = words
        self._at = at
        self._numbers: dict[str, str] = {}
        self.parties: dict[str, PartyRow] = {}
        self.names: dict[str, str] = {}
        self.systems: dict[int, SystemRow] = dict(systems)
        self.said_systems: dict[int, SystemRow] = {}
        self.users: dict[str, UserRow] = {}
        self.known_users: dict[str, UserRow] = dict(users)
        self.roles: dict[RoleKey, datetime | None] = {}
        self.grants: dict[GrantKey, datetime | None] = {}
        self.rights: dict[RightKey, datetime | None] = {}
        self.local_roles: dict[tuple[str, str], LocalRole] = defaultdict(LocalRole)
        self.needs: dict[int, set[Right]] = defaultdict(set)
        self.uses: dict[UseKey, Times] = {}
        self.spans: dict[str, tuple[datetime, datetime, set[int]]] = {}
        self.observed: dict[str, ObservedRow] = {}
        self.totals: list[tuple[str, int, str]] = []
        self._methods: dict[TableKind, Callable[[Row], None]] = {
            TableKind.PARTIES: self._party,
            TableKind.ENTERPRISE_SYSTEMS: self._system,
            TableKind.ENTERPRISE_USERS: self._user,
            TableKind.REGISTER_ROLES: self._register_role,
            TableKind.ROLE_GRANTS: self._role_grant,
            TableKind.RIGHTS: self._right,
            TableKind.LOCAL_ROLES: self._local_role,
            TableKind.NEEDS: self._need,
            TableKind.USAGE: self._use,
            TableKind.OBSERVED: self._observed,
            TableKind.TOTALS: self._total,
        }

    def take(self, kind: TableKind, row: Row) -> None:
        """Take in a row. Raises Unreadable, and then nothing of it counts."""
        self._methods[kind](row)

    # -- parties and systems -----------------------------------------------------------------------

    def _party(self, row: Row) -> None:
        number = self._number(row, "number")
        form = row.value("form").upper() or None
        main_unit = self._number(row, "main_unit") if row.value("main_unit") else None
        kind = _kind_of(number, form, row)
        if kind is PartyKind.PERSON and (main_unit or form):
            raise Unreadable("A person has no organisation form and no main unit. Correct the number or the row.")
        ended = moment(row.value("ended"), row.header("ended")) if _is_date(row.value("ended")) else None
        identity = row.value("altinn_id")
        said = PartyRow(
            number,
            row.value("name"),
            kind,
            form,
            main_unit if kind is PartyKind.SUB_UNIT else None,
            ended,
            whole_number(identity, row.header("altinn_id")) if identity else None,
        )
        if kind is PartyKind.SUB_UNIT and main_unit is None:
            raise Unreadable("A sub-unit needs its main unit. Add a column hovedenhet with the main unit's number.")
        say_once(self.parties, number, said, "party")
        self._named(main_unit)

    def _system(self, row: Row) -> None:
        number = whole_number(row.value("system"), row.header("system"))
        said = SystemRow(self._number(row, "owner"), row.value("name"), _state(row))
        say_once(self.said_systems, number, said, "enterprise system")
        self.systems[number] = said
        self._named(said.owner)

    def _user(self, row: Row) -> None:
        name = row.value("user")
        if not name:
            raise Unreadable(f"`{row.header('user')}` is empty. Write the user name of the enterprise user.")
        said = UserRow(self._number(row, "owner"), name, _state(row))
        say_once(self.users, name.casefold(), said, "enterprise user")
        self.known_users[name.casefold()] = said
        self._named(said.owner)

    # -- what was given ----------------------------------------------------------------------------

    def _register_role(self, row: Row) -> None:
        party, holder = self._number(row, "party"), self._number(row, "holder")
        self._role(row, party, holder, is_user=False)
        self._named(party, row.value("party_name"))
        self._named(holder, row.value("holder_name"))

    def _role_grant(self, row: Row) -> None:
        giver = self._number(row, "giver")
        receiver, is_user = self._receiver(row, "receiver")
        self._role(row, giver, receiver, is_user=is_user)
        self._named_pair(row, giver, receiver, is_user=is_user)

    def _role(self, row: Row, party: str, holder: str, *, is_user: bool) -> None:
        """A role from the register or one that was given: exports often list both, and the role tells which it is."""
        begins, ends = _window(row)
        code, is_registered = self._words.role(row.value("role"))
        if is_registered and is_user:
            raise Unreadable("An enterprise user has no role in the register. Correct the role or the receiver.")
        if is_registered:
            say_once(self.roles, RoleKey(party, holder, code, begins), ends, "role")
        else:
            say_once(self.grants, GrantKey(party, holder, code, begins, is_user), ends, "role that was given")

    def _right(self, row: Row) -> None:
        giver = self._number(row, "giver")
        receiver, is_user = self._receiver(row, "receiver")
        begins, ends = _window(row)
        services = self._words.services(row.value)
        given = actions(row.value("action"), self._words.actions, row.header("action")) or frozenset({"*"})
        for service in services:
            say_once(self.rights, RightKey(giver, receiver, service, given, begins, is_user), ends, "single right")
        self._words.note(services, given)
        self._named_pair(row, giver, receiver, is_user=is_user)

    def _local_role(self, row: Row) -> None:
        name, giver = row.value("local_role"), self._number(row, "giver")
        if not name:
            raise Unreadable(f"`{row.header('local_role')}` is empty. Write the name of the local role.")
        member = self._number(row, "member") if row.value("member") else None
        has_service = any(row.value(each) for each in ("service", "code", "or_number", "form_number"))
        if member is None and not has_service:
            raise Unreadable("The row names neither a member nor a service. Write one of them, or remove the row.")
        begins, ends = _window(row)
        services = self._words.services(row.value) if has_service else ()
        given = actions(row.value("action"), self._words.actions, row.header("action")) or frozenset({"*"})
        role = self.local_roles[(giver, name.casefold())]
        role.members |= {member} if member else set()
        role.opened |= {Opened(service, given, begins, ends) for service in services}
        role.rows.append(PlacedRow(row.source, row.line))
        self._words.note(services, given)
        self._named(giver)
        self._named(member)

    # -- needs and use -----------------------------------------------------------------------------

    def _need(self, row: Row) -> None:
        system = self._known_system(row)
        services = self._words.services(row.value)
        needed = actions(row.value("action"), self._words.actions, row.header("action")) or frozenset({SUBMIT})
        self.needs[system] |= {Right(service, action) for service in services for action in sorted(needed)}
        self._words.note(services, needed)

    def _use(self, row: Row) -> None:
        if not row.line.cells:
            return
        system, reportee = self._known_system(row), self._number(row, "reportee")
        services = self._words.services(row.value)
        done = actions(row.value("action"), self._words.actions, row.header("action")) or frozenset({SUBMIT})
        count = whole_number(row.value("count"), row.header("count")) if row.value("count") else 1
        last = moment(_moment_text(row), row.header("last"))
        first = moment(row.value("first"), row.header("first")) or last
        counts = _is_done(row)
        if last is None or first is None:
            raise Unreadable(f"`{row.header('last')}` is empty. Write when it was last used.")
        if count and counts and first <= self._at:
            for service in services:
                for action in sorted(done):
                    self._used(row.source, UseKey(system, reportee, Right(service, action)), count, first, last)
        self._words.note(services, done)
        self._named(reportee)

    def _used(self, source: str, key: UseKey, count: int, first: datetime, last: datetime) -> None:
        last = min(last, self._at)
        times = self.uses.get(key)
        if times is None:
            self.uses[key] = Times(count, first, last)
        else:
            times.add(count, first, last)
        begins, ends, systems = self.spans.get(source, (first, last, set()))
        systems.add(key.system)
        self.spans[source] = (min(begins, first), max(ends, last), systems)

    def _observed(self, row: Row) -> None:
        begins = moment(row.value("begins"), row.header("begins"))
        ends = moment(row.value("ends"), row.header("ends"), day_ends=True)
        source = row.value("source")
        if not source or begins is None or ends is None or ends <= begins:
            raise Unreadable("Write the source, and a first and a last day that come in this order.")
        listed = [each for each in re.split(r"[,; |]+", row.value("systems")) if each]
        systems = frozenset(whole_number(each, row.header("systems")) for each in listed)
        say_once(self.observed, source.casefold(), ObservedRow(source, begins, ends, systems), "source")

    def _total(self, row: Row) -> None:
        what = row.value("what")
        if not what:
            raise Unreadable(f"`{row.header('what')}` is empty. Write which file or table the total is of.")
        self.totals.append((what, whole_number(row.value("count"), row.header("count")), row.source))

    # -- cells -------------------------------------------------------------------------------------

    def _number(self, row: Row, column: str) -> str:
        """The number in the first cell of the column that has one. Raises Unreadable, about the first."""
        problem: Unreadable | None = None
        for cell in row.values(column):
            known = self._numbers.get(cell)
            if known is not None:
                return known
            try:
                found = self._numbers[cell] = party_number(cell, row.header(column))
            except Unreadable as error:
                problem = problem or error
            else:
                return found
        raise problem or Unreadable(f"`{row.header(column)}` is empty. Write the number.")

    def _receiver(self, row: Row, column: str) -> tuple[str, bool]:
        name = row.value(column).casefold()
        return (name, True) if name in self.known_users else (self._number(row, column), False)

    def _known_system(self, row: Row) -> int:
        number = whole_number(row.value("system"), row.header("system"))
        if number not in self.systems:
            raise Unreadable("No enterprise system has this number. Add it to the table of enterprise systems.")
        return number

    def _named(self, number: str | None, name: str = "") -> None:
        if number is not None and (name or number not in self.names):
            self.names[number] = self.names.get(number) or name

    def _named_pair(self, row: Row, giver: str, receiver: str, *, is_user: bool) -> None:
        self._named(giver, row.value("giver_name"))
        if not is_user:
            self._named(receiver, row.value("receiver_name"))


def _kind_of(number: str, form: str | None, row: Row) -> PartyKind:
    """The kind that is named; else what the number and the form say."""
    word = plain(clean(row.value("kind")))
    named = _KIND_NAMED.get(word)
    if word and named is None:
        raise Unreadable(f"`{row.header('kind')}` is no known kind. Write organisasjon, underenhet or person.")
    is_person = len(number) == 11
    if named is not None and (named is PartyKind.PERSON) is not is_person:
        raise Unreadable("The kind and the number do not agree: an organisation has nine digits, a person eleven.")
    if is_person:
        return PartyKind.PERSON
    return PartyKind.SUB_UNIT if form in _SUB_UNIT_FORMS else named or PartyKind.ORGANISATION


def _is_date(text: str) -> bool:
    """Whether a cell says when something ended; a plain no does not."""
    return plain(text) not in {"", "nei", "no", "false", "0"}


def _state(row: Row) -> bool:
    return is_locked(row.value("state"), row.header("state"))


def _window(row: Row) -> tuple[datetime | None, datetime | None]:
    begins = _moment(row.value("valid_from"), row.header("valid_from"))
    ends = _moment(row.value("valid_to"), row.header("valid_to"), day_ends=True)
    if begins is not None and ends is not None and ends <= begins:
        raise Unreadable("The row ends before it begins. Correct the dates.")
    return begins, ends


@lru_cache(maxsize=4096)
def _moment(cell: str, column: str, *, day_ends: bool = False) -> datetime | None:
    """The same few days stand in row after row."""
    return moment(cell, column, day_ends=day_ends)


def _moment_text(row: Row) -> str:
    """When something was last used; a date and a time may stand in columns of their own."""
    texts = row.values("last")
    if len(texts) > 1 and re.fullmatch(r"\d{1,2}[:.]\d{2}(?:[:.]\d{2})?", texts[1]):
        return f"{texts[0]} {texts[1]}"
    return texts[0] if texts else ""


def _is_done(row: Row) -> bool:
    """Whether a call succeeded: what was refused is no use."""
    text = plain(row.value("status"))
    if text.isdigit():
        return 200 <= int(text) < 400
    if text in _DONE or text in _NOT_DONE:
        return text in _DONE
    raise Unreadable(f"`{row.header('status')}` is no known result. Write an HTTP status, or ok or failed.")
