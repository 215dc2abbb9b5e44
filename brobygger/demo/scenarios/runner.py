"""Running scenarios over HTTP: every call made by its caller, every answer compared with what the file expects."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import httpx

from brobygger.demo.check import Row
from brobygger.demo.end_user_system import EndUserSystem, NotOnTheTeam, Team
from brobygger.demo.keys import SigningKey, new_key, public_part, signing_key
from brobygger.demo.scenarios.expect import Outcome, Verdict, compared, outcome_of
from brobygger.demo.scenarios.files import Call, Scenario
from brobygger.demo.scenarios.fill import NoValue, filled, picked
from brobygger.demo.scenarios.office import Office, altinn_id, party_id
from delivery import GRANT_TYPE, Credentials, MachineClient, NoToken, Wanted, assertion

NOBODY = "nobody"
_NAMESPACE = uuid.UUID("5ce9a810-0000-5000-8000-0000000000c1")
_SECONDS = 30.0
_PEOPLES_SCOPES = (
    "altinn:portal/enduser altinn:clientdelegations.read altinn:clientdelegations.write "
    "altinn:accessmanagement/enduser:connections:toothers.read "
    "altinn:accessmanagement/enduser:connections:toothers.write"
)

Clock = Callable[[], float]


class Keys:
    """Private keys by name, made at the first call. Making one is slow, so every scenario uses the same few."""

    def __init__(self) -> None:
        self._made: dict[str, tuple[SigningKey, dict[str, Any]]] = {}

    def key(self, name: str) -> SigningKey:
        """The key with this name."""
        return self._of(name)[0]

    def public(self, name: str) -> dict[str, Any]:
        """The public part of the key with this name."""
        return self._of(name)[1]

    def _of(self, name: str) -> tuple[SigningKey, dict[str, Any]]:
        if name not in self._made:
            jwk = new_key(name)
            self._made[name] = signing_key(jwk), public_part(jwk)
        return self._made[name]


def run_scenarios(
    base_url: str,
    office: Office,
    scenarios: Iterable[Scenario],
    *,
    strict: bool = False,
    keys: Keys | None = None,
    clock: Clock = time.time,
) -> Iterator[Row]:
    """Every answer that the scenarios show, in order, asked of the gateway at ``base_url``.

    ``strict``: the gateway says nothing that the platform would not, so reasons cannot be compared, and what
    needs an extension of ours is reported as unsupported. ``keys`` of an earlier run can be used again.
    ``clock`` is the gateway's: tokens go by it.
    """
    signing = keys or Keys()
    with httpx.Client(base_url=base_url, timeout=_SECONDS, trust_env=False) as http:
        for scenario in scenarios:
            if strict and scenario.extension:
                yield _unsupported(scenario)
            else:
                yield from Run(http, office, without_reasons(scenario) if strict else scenario, signing, clock).rows()


class Run:
    """One scenario, run once."""

    def __init__(self, http: httpx.Client, office: Office, scenario: Scenario, keys: Keys, clock: Clock) -> None:
        self._http = http
        self._office = office
        self._scenario = scenario
        self._keys = keys
        self._clock = clock
        self._issuer = str(http.base_url.copy_with(path="/"))
        self._values = _values_of(scenario)
        self._tokens: dict[str, str] = {}
        self._desk: EndUserSystem | None = None

    def rows(self) -> Iterator[Row]:
        """Make the calls; yields what the scenario shows, and every other call that goes wrong.

        After a call that shows nothing has gone wrong the rest has no ground to stand on, and is not made.
        """
        self._office.prepare(self._scenario)
        for name, client in self._scenario.clients.items():
            organisation = self._scenario.actors[client.of].number
            public = self._keys.public(self._key_name(name))
            if client.posted is not None:
                public = {**public, "posted": client.posted}
            self._office.register_client(self._values[name], organisation, client.scopes, public)
        for call in self._scenario.calls:
            row = self._row(call)
            if call.shows or not row.agrees:
                yield row
            if not call.shows and not row.agrees:
                return

    def _row(self, call: Call) -> Row:
        values = {**self._values, **call.given}
        try:
            expect = filled(dict(call.expect), values)
            outcome = self._done(call, expect, values)
            verdict = compared(expect, outcome)
        except (NoValue, NoToken, httpx.HTTPError) as error:
            verdict = Verdict("an answer", "none", f"{type(error).__name__} {error}")
        return Row(
            example=f"scenario {self._scenario.id}",
            asker=_asker(call),
            party=_party(call),
            service=_what(call),
            door="REST",
            expected=verdict.expected,
            got=verdict.got,
            reason=verdict.reason,
            why=call.why,
            shows=call.shows or "on the way",
        )

    # -- doing ------------------------------------------------------------------------------------

    def _done(self, call: Call, expect: Mapping[str, Any], values: Mapping[str, Any]) -> Outcome:
        if call.kind == "register":
            self._take_in(filled(dict(call.what["register"]), values))
            return Outcome(0, "", "", "")
        if call.kind == "employee":
            return self._sent(filled(dict(call.what), values))
        answer = self._granted(call, values) if call.kind == "grant" else self._called(call, values)
        outcome = outcome_of(answer)
        if expect.get("status", outcome.status) == outcome.status:
            self._keep(call.save, answer, outcome)
        return outcome

    def _take_in(self, told: Mapping[str, Any]) -> None:
        for ended in told.get("end", ()):
            self._office.end_roles(ended["party"], ended["role"])
        if "put" in told:
            self._office.put(told["put"])

    def _called(self, call: Call, values: Mapping[str, Any]) -> httpx.Response:
        what = filled(dict(call.what), values)
        headers = {"Accept": "application/json", **self._authorization(call.caller, values)}
        if "bytes" in what:
            headers["Content-Type"] = "application/octet-stream"
        return self._http.request(
            what["method"],
            what["path"],
            params=what.get("query"),
            json=what.get("body"),
            content=what["bytes"].encode() if "bytes" in what else None,
            headers=headers,
        )

    def _granted(self, call: Call, values: Mapping[str, Any]) -> httpx.Response:
        grant = filled(dict(call.what["grant"]), values)
        key = self._key(grant.get("key", grant["client"]))
        if "kid" in grant:
            key = SigningKey(self._key(grant["kid"]).kid, key.private)
        credentials = Credentials(self._values[grant["client"]], key)
        wanted = Wanted(frozenset(grant["scope"].split()), grant.get("owner"), grant.get("ref"))
        signed = assertion(credentials, self._issuer, wanted, int(self._clock()))
        return self._http.post("/token", data={"grant_type": GRANT_TYPE, "assertion": signed})

    def _sent(self, what: Mapping[str, Any]) -> Outcome:
        """What the end-user system did for one of its employees, and how many tokens it asked for."""
        asked: list[httpx.URL] = []

        def count(request: httpx.Request) -> None:
            if request.url.path == "/token":
                asked.append(request.url)

        self._http.event_hooks["request"].append(count)
        try:
            answer = self._end_user_system().send(
                what["employee"], what["for"], f"/demo/{what['sends']}", what["scope"]
            )
        except NotOnTheTeam as refusal:
            return Outcome(0, "", "", str(refusal), refused="refused", token_requests=len(asked))
        finally:
            self._http.event_hooks["request"].remove(count)
        return outcome_of(answer, len(asked))

    def _keep(self, save: Mapping[str, str], answer: httpx.Response, outcome: Outcome) -> None:
        for name, path in save.items():
            whole = answer.json() if "json" in answer.headers.get("Content-Type", "") else outcome.text
            self._values[name] = picked(whole, path)

    # -- callers ----------------------------------------------------------------------------------

    def _authorization(self, caller: str, values: Mapping[str, Any]) -> dict[str, str]:
        if caller == NOBODY:
            return {}
        if caller in self._scenario.clients:
            token = self._machine_token(caller)
        elif "." in caller:
            token = self._personal_token(filled(f"{{{caller}}}", values))
        else:
            token = filled(caller, values)
        return {"Authorization": f"Bearer {token}"}

    def _machine_token(self, name: str) -> str:
        if name not in self._tokens:
            credentials = Credentials(self._values[name], self._key(name))
            machine = MachineClient(self._http, self._issuer, lambda: credentials, self._clock)
            self._tokens[name] = machine.token(Wanted(frozenset(self._scenario.clients[name].scopes)))
        return self._tokens[name]

    def _personal_token(self, person: str) -> str:
        if person not in self._tokens:
            asked = {"env": "tt02", "scopes": _PEOPLES_SCOPES, "pid": person}
            answer = self._http.get("/api/GetPersonalToken", params=asked, auth=("demo", "demo"))
            self._tokens[person] = answer.raise_for_status().text
        return self._tokens[person]

    def _end_user_system(self) -> EndUserSystem:
        desk = self._scenario.desk
        if desk is None:
            raise NoValue("desk")
        if self._desk is None:
            credentials = Credentials(self._values[desk.client], self._key(desk.client))
            tokens = MachineClient(self._http, self._issuer, lambda: credentials, self._clock)
            teams = [_team(name, filled(dict(each), self._values)) for name, each in desk.teams.items()]
            self._desk = EndUserSystem(self._http, tokens, self._scenario.actors[desk.owner].number, teams)
        return self._desk

    def _key(self, name: str) -> SigningKey:
        return self._keys.key(self._key_name(name))

    def _key_name(self, name: str) -> str:
        """The key of a client of the scenario, the same few for every scenario; or one that nobody registered."""
        names = list(self._scenario.clients)
        return f"client-{names.index(name) + 1}" if name in names else name


def _values_of(scenario: Scenario) -> dict[str, Any]:
    """What placeholders stand for before the first call."""
    values: dict[str, Any] = {}
    for name, actor in scenario.actors.items():
        people = {f"{name}.{key}": person.number for key, person in actor.people.items()}
        for key, number in {name: actor.number, **people}.items():
            values |= {key: number, f"{key}.uuid": party_id(number), f"{key}.party": str(altinn_id(number))}
    for name in scenario.clients:
        values[name] = str(uuid.uuid5(_NAMESPACE, f"{scenario.id}/{name}"))
    return values


def _team(name: str, raw: Mapping[str, Any]) -> Team:
    return Team(name, frozenset(raw["members"]), frozenset(raw["clients"]), raw.get("ref"))


def without_reasons(scenario: Scenario) -> Scenario:
    """The scenario without what it expects of the gateway's own reasons."""
    told = [{name: each for name, each in call.expect.items() if name != "reason"} for call in scenario.calls]
    return replace(
        scenario, calls=tuple(replace(call, expect=each) for call, each in zip(scenario.calls, told, strict=True))
    )


def _unsupported(scenario: Scenario) -> Row:
    said = "unsupported"
    why = "an extension of ours, which strict_upstream turns off"
    return Row(f"scenario {scenario.id}", "", "", scenario.title, "REST", f"{said} ", said, "", why, shows=said)


# -- labels ---------------------------------------------------------------------------------------


def _asker(call: Call) -> str:
    if call.kind == "grant":
        return str(call.given.get("client") or call.what["grant"]["client"]).strip("{}")
    return str(call.what.get("employee") or call.caller or "the register").strip("{}")


def _party(call: Call) -> str:
    """Whom the call is about: what the file calls it."""
    found = next(
        (call.given[name] for name in ("party", "to", "owner") if name in call.given), call.what.get("for", "")
    )
    return str(found).strip("{}").partition(".")[0]


def _what(call: Call) -> str:
    if call.kind == "employee":
        return f"send {call.what['sends']}"
    told = (call.given.get(name) for name in ("service", "action", "resource", "ref"))
    return " ".join([call.name, *(str(each) for each in told if each is not None)])
