"""The API and a plain reference model, given the same calls: whatever the order, they never disagree."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import httpx
import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.doors.rest.model import reference
from tests.doors.rest.model.reference import OK, OPENS, PACKAGES, RESOURCE, Key, Reference
from tests.doors.rest.vendor import (
    ASK,
    CLIENT,
    CLIENT_R,
    CLIENT_R_UUID,
    CLIENT_U,
    CLIENT_U_UUID,
    FACIL,
    KARI,
    OLA,
    OTHER,
    OWNDATA,
    PARTY_ID,
    PER,
    REGISTER,
    package,
    question,
    right,
    system,
)
from tests.doors.rest.without_socket import Door, opened

EXAMPLES, STEPS = 50, 50
"""Together 2,500 steps, each a call; hypothesis makes a step of every rule it draws."""

FACIL_UUID = "fac11000-0000-4000-8000-000000000001"
CLIENTS = {CLIENT_R: CLIENT_R_UUID, CLIENT_U: CLIENT_U_UUID, OTHER: "5e1f0000-0000-4000-8000-000000000809"}
GIVERS = {CLIENT_R: PER, CLIENT_U: PER}
OWNERS = {FACIL: KARI, OWNDATA: PER}
SYSTEMS = ("310000108_first", "310000108_second")
CONNECT_SCOPES = "altinn:accessmanagement/enduser:connections:toothers.write altinn:portal/enduser"

MUST_HAPPEN = {
    ("register", OK), ("register", "AUTH.VLD-00002"), ("replace_packages", OK), ("delete_system", OK),
    ("request", OK), ("request", "AUTH-00004"), ("request", "AUTH-00011"), ("request", "AUTH-00063"),
    ("approve", OK), ("approve", "403"), ("approve", "AUTH-00013"), ("reject", OK), ("withdraw", OK),
    ("delete_user", OK),
    ("POST client", OK), ("POST client", "AUTH-00080"), ("POST client", "AUTH.VLD-00014"), ("DELETE client", OK),
    ("give", OK), ("take", OK), ("token", "issued"), ("token", "refused"),
}  # fmt: skip

systems = st.sampled_from(SYSTEMS)
owners = st.sampled_from(sorted(OWNERS))
references = st.sampled_from(["", "annen"])
kinds = st.sampled_from(["standard", "agent"])
bundles = st.frozensets(st.sampled_from(PACKAGES), max_size=2)
clients = st.sampled_from(sorted(CLIENTS))
givers = st.sampled_from(sorted(GIVERS))
givable = st.sampled_from(sorted(reference.ASSIGNABLE))
wishes = {
    "standard": st.frozensets(st.sampled_from([*reference.ASSIGNABLE, *PACKAGES]), max_size=2),
    "agent": st.frozensets(st.sampled_from(PACKAGES), max_size=2),
}


def code(response: httpx.Response) -> str:
    """``ok``, or the code in a problem, or else the status."""
    if response.is_success:
        return OK
    if "problem" not in response.headers.get("Content-Type", ""):
        return str(response.status_code)
    problem = response.json()
    if problem.get("validationErrors"):
        return str(problem["validationErrors"][0]["code"])
    return str(problem.get("code") or response.status_code)


def together(asked: list[tuple[str, str, str]]) -> dict[str, Any]:
    """Many questions as one request: system user, party and action of each."""
    parts: dict[str, list[Any]] = {"AccessSubject": [], "Action": [], "Resource": []}
    for number, each in enumerate(asked):
        request = question(*each, RESOURCE)["Request"]
        for kind, some in parts.items():
            some.append({"Id": f"{kind}{number}", **request[kind][0]})
    references = [{"ReferenceId": [f"{kind}{number}" for kind in parts]} for number in range(len(asked))]
    return {"Request": {**parts, "MultiRequests": {"RequestReference": references}}}


class Machine(RuleBasedStateMachine):
    """One history."""

    door: ClassVar[Door]
    outcomes: ClassVar[Counter[tuple[str, str]]] = Counter()

    @initialize(agent=st.sampled_from(["skattegrunnlag", "regnskapsforer-med-signeringsrettighet"]))
    def begin(self, agent: str) -> None:
        """Most of what can happen needs a system, a system user that is an agent, and a standard one."""
        self.door.store.return_to(self.door.start)
        self.vendor = self.door.vendor
        self.model = Reference(FACIL, frozenset({CLIENT_R}), {CLIENT_U: frozenset({"skattegrunnlag"})})
        self.seen: list[str] = []
        self.turn = 0
        self.register(SYSTEMS[0], frozenset(PACKAGES), has_right=True)
        self._request((SYSTEMS[0], FACIL, FACIL), "agent", frozenset({agent}), has_right=False)
        self._request((SYSTEMS[0], OWNDATA, OWNDATA), "standard", frozenset({"merverdiavgift"}), has_right=False)
        for key in sorted(self.model.requests):
            self._answer(key, "approve", may=True)

    # -- the vendor ---------------------------------------------------------------------------

    @precondition(lambda self: len(self.model.systems) < len(SYSTEMS) or self.turn % 9 == 0)
    @rule(name=systems, packages=bundles, has_right=st.booleans())
    def register(self, name: str, packages: frozenset[str], has_right: bool) -> None:  # noqa: FBT001 - drawn by name
        body = system(
            id=name,
            accessPackages=[package(each) for each in sorted(packages)],
            rights=[right(RESOURCE)] if has_right else [],
            clientId=[CLIENT] if name == SYSTEMS[0] else [],
        )
        answer = self.vendor.call("POST", "/systemregister/vendor", self.vendor.token(REGISTER), json=body)
        self._agree("register", answer, self.model.register(name, packages, has_right=has_right))

    @precondition(lambda self: self.turn % 5 == 0)
    @rule(name=systems, packages=bundles)
    def replace_packages(self, name: str, packages: frozenset[str]) -> None:
        body = [package(each) for each in sorted(packages)]
        path = f"/systemregister/vendor/{name}/accesspackages"
        answer = self.vendor.call("PUT", path, self.vendor.token(REGISTER), json=body)
        self._agree("replace_packages", answer, self.model.replace_packages(name, packages))

    @precondition(lambda self: self.turn % 11 == 10)
    @rule(name=systems)
    def delete_system(self, name: str) -> None:
        answer = self.vendor.call("DELETE", f"/systemregister/vendor/{name}", self.vendor.token(REGISTER))
        self._agree("delete_system", answer, self.model.delete_system(name))

    @rule(data=st.data(), kind=kinds)
    def request(self, data: st.DataObject, kind: str) -> None:
        name, owner, ref = data.draw(systems), data.draw(owners), data.draw(references)
        has_right = kind == "standard" and data.draw(st.booleans())
        self._request((name, owner, ref or owner), kind, data.draw(wishes[kind]), has_right=has_right)

    def _request(self, key: Key, kind: str, packages: frozenset[str], *, has_right: bool) -> None:
        name, owner, ref = key
        members: dict[str, Any] = {"systemId": name, "partyOrgNo": owner}
        members |= {"accessPackages": [package(each) for each in sorted(packages)]}
        members |= {"externalRef": ref} if ref != owner else {}
        members |= {"rights": [right(RESOURCE)]} if has_right else {}
        answer = self.vendor.request("/agent" if kind == "agent" else "", **members)
        expected = self.model.request(key, kind, packages, has_right=has_right)
        self._agree("request", answer, expected)
        if expected == OK:
            there, told = self.model.requests[key], answer.json()
            assert answer.status_code == (200 if there.id else 201)
            there.id = there.id or told["id"]
            assert (told["id"], told["status"]) == (there.id, there.status)

    @precondition(lambda self: self.model.requests)
    @rule(data=st.data())
    def withdraw(self, data: st.DataObject) -> None:
        key = self._some_request(data)
        path = f"/systemuser/request/vendor/{self.model.requests[key].id}"
        answer = self.vendor.call("DELETE", path, self.vendor.token(ASK))
        self._agree("withdraw", answer, self.model.withdraw(key))

    # -- the owner ----------------------------------------------------------------------------

    @precondition(lambda self: self.model.requests)
    @rule(data=st.data(), what=st.sampled_from(["approve", "approve", "reject"]), may=st.integers(0, 4))
    def answer(self, data: st.DataObject, what: str, may: int) -> None:
        self._answer(self._some_request(data), what, may=bool(may))

    def _answer(self, key: Key, what: str, *, may: bool) -> None:
        request = self.model.requests[key]
        person = OWNERS[key[1]] if may else _stranger(key[1])
        kind = "/agent" if request.kind == "agent" else ""
        answer = self.vendor.answer(person, key[1], request.id, what, kind)
        model = self.model.approve if what == "approve" else self.model.reject
        self._agree(what, answer, model(key, may=may))
        if what == "approve" and answer.is_success:
            self.seen.append(request.id)

    @precondition(lambda self: self.model.users and self.turn % 6 == 0)
    @rule(data=st.data())
    def delete_user(self, data: st.DataObject) -> None:
        user = data.draw(st.sampled_from(list(self.model.users)))
        found = self.model.users[user]
        party, token = PARTY_ID[found.owner], self.vendor.personal_token(OWNERS[found.owner])
        facilitator = f"?facilitatorId={FACIL_UUID}" if found.kind == "agent" else ""
        kind = "/agent" if found.kind == "agent" else ""
        answer = self.vendor.call("DELETE", f"/systemuser{kind}/{party}/{user}{facilitator}", token)
        self._agree("delete_user", answer, self.model.delete_user(user))

    # -- clients ------------------------------------------------------------------------------

    @rule(data=st.data(), client=clients, method=st.sampled_from(["POST", "POST", "DELETE"]))
    def client(self, data: st.DataObject, client: str, method: str) -> None:
        user = data.draw(st.sampled_from([*self._agents(), *self._agents(), *self.seen]))
        if user in self.model.users and self.model.users[user].owner != FACIL:
            return
        path = f"/enduser/systemuser/clients?agent={user}&client={CLIENTS[client]}"
        answer = self.vendor.call(method, path, self.vendor.personal_token(KARI))
        model = self.model.add_client if method == "POST" else self.model.remove_client
        self._agree(f"{method} client", answer, model(user, client))

    @rule(client=givers, code_of_package=givable)
    def give(self, client: str, code_of_package: str) -> None:
        token = self.vendor.personal_token(GIVERS[client], CONNECT_SCOPES)
        base = "/accessmanagement/api/v1/enduser/connections"
        parties = f"party={CLIENTS[client]}&to={FACIL_UUID}"
        assert self.vendor.call("POST", f"{base}?{parties}", token).is_success
        urn = f"urn:altinn:accesspackage:{code_of_package}"
        answer = self.vendor.call("POST", f"{base}/accesspackages?{parties}&package={urn}", token)
        self._agree("give", answer, self.model.give(client, code_of_package))

    @rule(data=st.data())
    def take(self, data: st.DataObject) -> None:
        given = sorted((client, each) for client in GIVERS for each in self.model.given.get(client, ()))
        if not given:
            return
        client, code_of_package = data.draw(st.sampled_from(given))
        token = self.vendor.personal_token(GIVERS[client], CONNECT_SCOPES)
        parties = f"party={CLIENTS[client]}&from={CLIENTS[client]}&to={FACIL_UUID}"
        urn = f"urn:altinn:accesspackage:{code_of_package}"
        path = f"/accessmanagement/api/v1/enduser/connections/accesspackages?{parties}&package={urn}"
        self._agree("take", self.vendor.call("DELETE", path, token), self.model.take(client, code_of_package))

    # -- questions ----------------------------------------------------------------------------

    @rule(owner=owners, ref=references)
    def token(self, owner: str, ref: str) -> None:
        wanted = self.model.token(owner, ref or owner, frozenset(SYSTEMS[:1]))
        answer = self.vendor.system_user_token(owner, ref or None)
        self.outcomes["token", "issued" if wanted else "refused"] += 1
        assert answer.is_success == (wanted is not None), answer.text
        if wanted is None:
            assert "MP-303" in answer.text

    @invariant()
    def decisions_agree(self) -> None:
        self.turn += 1
        asked = [
            (user, party, action)
            for user in self.seen[-3:]
            for party in (OWNDATA, CLIENT_R, CLIENT_U)
            for action in OPENS
        ]
        if asked:
            answer = self.vendor.authorize(together(asked))
            found = [each["decision"] == "Permit" for each in answer.json()["response"]]
            assert found == [self.model.permits(*each) for each in asked], list(zip(asked, found, strict=False))

    @rule(name=systems)
    def list_of_users(self, name: str) -> None:
        answer = self.vendor.call("GET", f"/systemuser/vendor/bysystem/{name}", self.vendor.token(REGISTER))
        if name not in self.model.systems:
            assert code(answer) == "AUTH-00011"
            return
        listed = {each["id"] for each in answer.json()["data"]}
        assert listed == {id_ for id_, user in self.model.users.items() if user.system == name}

    @rule(data=st.data())
    def list_of_clients(self, data: st.DataObject) -> None:
        agents = self._agents()
        if agents:
            agent = data.draw(st.sampled_from(agents))
            answer = self.vendor.call(
                "GET", f"/enduser/systemuser/clients?agent={agent}", self.vendor.personal_token(KARI)
            )
            listed = {each["clientOrganizationNumber"] for each in answer.json()["data"]}
            assert listed == self.model.clients_of(agent)

    def _agree(self, command: str, answer: httpx.Response, expected: str) -> None:
        self.outcomes[command, expected] += 1
        assert code(answer) == expected, answer.text

    def _agents(self) -> list[str]:
        return [id_ for id_, user in self.model.users.items() if user.kind == "agent" and user.owner == FACIL]

    def _some_request(self, data: st.DataObject) -> Key:
        return data.draw(st.sampled_from(sorted(self.model.requests)))


def _stranger(owner: str) -> str:
    """A person without any say at the owner. Ola has one at the firm with data of its own."""
    return OLA if owner == FACIL else KARI


@pytest.fixture(scope="module")
def door(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    path = tmp_path_factory.mktemp("stateful") / "brobygger.db"
    shutil.copy(sqlite_template, path)
    with opened(f"sqlite:///{path}", Path(__file__).parent / "world.json") as opened_door:
        yield opened_door


def test_the_api_and_the_model_never_disagree(door: Door) -> None:
    Machine.door = door
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=EXAMPLES, stateful_step_count=STEPS, phases=(Phase.generate,), derandomize=True, database=None
        ),
    )
    assert set(Machine.outcomes) >= MUST_HAPPEN, f"too dull to prove anything: {MUST_HAPPEN - set(Machine.outcomes)}"


def test_the_model_knows_nothing_of_the_gateway() -> None:
    text = Path(reference.__file__).read_text("utf-8")
    imported = [line.split()[1] for line in text.splitlines() if line.startswith(("import ", "from "))]
    assert imported == ["__future__", "dataclasses"]
