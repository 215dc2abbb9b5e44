"""A plain model of systems, requests, system users and clients: what the API must answer, worked out the long way.

It knows nothing of the gateway's code: dictionaries, sets, and the rules as the reference tells them.
Source: rest-systemuser §3, §5, §7 and §9, pdp-and-tokens §10 to §12.
"""

from __future__ import annotations

from dataclasses import dataclass, field

ASSIGNABLE = frozenset({"merverdiavgift", "skattegrunnlag"})
BY_ACCOUNTANT = frozenset({"regnskapsforer-med-signeringsrettighet", "regnskapsforer-lonn"})
PACKAGES = (*sorted(ASSIGNABLE), *sorted(BY_ACCOUNTANT))
RESOURCE = "skd-eksempel-mva"
OPENS = {
    "read": frozenset({"merverdiavgift", *BY_ACCOUNTANT}),
    "write": frozenset({"merverdiavgift", "regnskapsforer-med-signeringsrettighet"}),
    "sign": frozenset({"skattegrunnlag"}),
}
"""Which packages open each action on the one resource."""

REGISTERED, GIVEN = "REGN", "rettighetshaver"
OK = "ok"


@dataclass
class System:
    """A registered system."""

    packages: frozenset[str]
    has_right: bool
    deleted: bool = False


@dataclass
class Request:
    """A request for a system user. Its id is known when the API has told it."""

    kind: str
    packages: frozenset[str]
    has_right: bool
    id: str = ""
    status: str = "New"


@dataclass
class User:
    """A system user."""

    kind: str
    system: str
    owner: str
    reference: str
    packages: frozenset[str]
    has_right: bool
    clients: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    """For each client and ground, the packages delegated."""


Key = tuple[str, str, str]


class Reference:
    """Everything that has been written. Each command returns ``ok`` or the code it is refused with."""

    def __init__(self, provider: str, registered: frozenset[str], given: dict[str, frozenset[str]]) -> None:
        self._provider = provider
        self._registered = registered
        self.given = {client: set(packages) for client, packages in given.items()}
        self.systems: dict[str, System] = {}
        self.requests: dict[Key, Request] = {}
        self.users: dict[str, User] = {}

    # -- the register -------------------------------------------------------------------------

    def register(self, name: str, packages: frozenset[str], *, has_right: bool) -> str:
        if name in self.systems:
            return "AUTH.VLD-00002"
        self.systems[name] = System(packages, has_right)
        return OK

    def replace_packages(self, name: str, packages: frozenset[str]) -> str:
        if name not in self.systems:
            return "404"
        if self.systems[name].deleted:
            return "400"
        self.systems[name].packages = packages
        return OK

    def delete_system(self, name: str) -> str:
        if name not in self.systems or self.systems[name].deleted:
            return "400"
        self.systems[name].deleted = True
        return OK

    # -- requests -----------------------------------------------------------------------------

    def request(self, key: Key, kind: str, packages: frozenset[str], *, has_right: bool) -> str:
        system = self.systems.get(key[0])
        if system is None or system.deleted:
            return "AUTH-00011"
        if self.user_at(key) is not None:
            return "AUTH-00004"
        there = self.requests.get(key)
        if there is not None:
            return OK if there.kind == kind else {"New": "AUTH-00007", "Rejected": "AUTH-00009"}[there.status]
        refused = self._refused(system, kind, packages, has_right=has_right)
        if refused:
            return refused
        self.requests[key] = Request(kind, packages, has_right)
        return OK

    def _refused(self, system: System, kind: str, packages: frozenset[str], *, has_right: bool) -> str:
        if not packages and (kind == "agent" or not has_right):
            return "AUTH-00058" if kind == "agent" else "AUTH-00059"
        if has_right and not system.has_right:
            return "AUTH-00001"
        if not packages <= system.packages:
            return "AUTH-00063"
        if kind == "standard" and not packages <= ASSIGNABLE:
            return "AUTH-00064"
        return ""

    def approve(self, key: Key, *, may: bool) -> str:
        if not may:
            return "403"
        request = self.requests[key]
        if request.status != "New":
            return "AUTH-00013"
        system = self.systems[key[0]]
        if system.deleted:
            return "AUTH-00011"
        refused = self._refused(system, request.kind, request.packages, has_right=request.has_right)
        if refused:
            return refused
        request.status = "Accepted"
        self.users[request.id] = User(request.kind, *key, request.packages, request.has_right)
        return OK

    def reject(self, key: Key, *, may: bool) -> str:
        if not may:
            return "403"
        request = self.requests[key]
        if request.status != "New":
            return "AUTH-00013"
        request.status = "Rejected"
        return OK

    def withdraw(self, key: Key) -> str:
        del self.requests[key]
        return OK

    # -- system users -------------------------------------------------------------------------

    def user_at(self, key: Key) -> str | None:
        return next((id_ for id_, user in self.users.items() if (user.system, user.owner, user.reference) == key), None)

    def delete_user(self, user: str) -> str:
        gone = self.users.pop(user)
        self.requests.pop((gone.system, gone.owner, gone.reference), None)
        return OK

    def token(self, owner: str, reference: str, systems_of_client: frozenset[str]) -> str | None:
        """The system user a token is issued for, None where there is none."""
        found = (self.user_at((system, owner, reference)) for system in sorted(systems_of_client))
        return next((user for user in found if user and not self.systems[self.users[user].system].deleted), None)

    # -- clients ------------------------------------------------------------------------------

    def grounds(self, client: str) -> dict[str, frozenset[str]]:
        """What the provider has for the client, ground by ground."""
        found = {}
        if client in self._registered:
            found[REGISTERED] = BY_ACCOUNTANT
        if client in self.given:
            # The connection stays when the last package is taken back: a client, of whom nothing is held.
            found[GIVEN] = frozenset(self.given[client])
        return found

    def add_client(self, user: str, client: str) -> str:
        if user not in self.users:
            return "AUTH.VLD-00014"
        agent = self.users[user]
        if agent.kind != "agent":
            return "AUTH.VLD-00015"
        grounds = self.grounds(client)
        if not grounds:
            return "AUTH-00079"
        if not agent.packages <= frozenset().union(*grounds.values()):
            return "AUTH-00080"
        for ground, packages in grounds.items():
            if packages & agent.packages:
                agent.clients[client, ground] = packages & agent.packages
        return OK

    def remove_client(self, user: str, client: str) -> str:
        if user not in self.users:
            return "AUTH.VLD-00014"
        if self.users[user].kind != "agent":
            return "AUTH.VLD-00015"
        for ground in (REGISTERED, GIVEN):
            self.users[user].clients.pop((client, ground), None)
        return OK

    def give(self, client: str, package: str) -> str:
        self.given.setdefault(client, set()).add(package)
        return OK

    def take(self, client: str, package: str) -> str:
        self.given[client].discard(package)
        for user in self.users.values():
            if (client, GIVEN) in user.clients:
                user.clients[client, GIVEN] -= {package}
        return OK

    # -- decisions ----------------------------------------------------------------------------

    def permits(self, user: str, party: str, action: str) -> bool:
        """Whether the system user may do the action on the resource for the party."""
        found = self.users.get(user)
        if found is None or self.systems[found.system].deleted:
            return False
        if found.kind == "standard":
            return party == found.owner and (found.has_right or bool(found.packages & OPENS[action]))
        grounds = self.grounds(party)
        usable = (
            delegated & grounds.get(ground, frozenset())
            for (client, ground), delegated in found.clients.items()
            if client == party
        )
        return any(packages & OPENS[action] for packages in usable)

    def clients_of(self, user: str) -> set[str]:
        """The clients that the system user works for."""
        return {client for (client, _), packages in self.users[user].clients.items() if packages}
