"""One question, asked of the core and through every door that can ask it: one answer and one reason."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import jwt
import pytest
from click.testing import CliRunner

from brobygger.cli import main
from brobygger.demo.calls import ask_decision, call, fetch_token, submit_one
from core import ClientRow, SubjectKind, decide, hash_password, register_issuer_client
from tests.served import Served, served
from tests.worlds import Case, World, all_cases, cases_for, with_secrets

PASSWORD = "passord1"
CLIENT = {"client_id": "aaaaaaaa-0000-4000-8000-000000000001", "organisation": "310000906"}
SCOPES = ("altinn:authorization/authorize", "brobygger:decisions", "brobygger:insight.all")
PDP_SUBJECTS = {
    SubjectKind.SYSTEM_USER: "urn:altinn:systemuser:uuid",
    SubjectKind.PERSON: "urn:altinn:person:uuid",
    SubjectKind.ORGANISATION: "urn:altinn:organization:uuid",
}

Answer = tuple[str, str]


class Worlds:
    """Each world served once, when the first of its cases is asked."""

    def __init__(self, template: Path, folder: Path, stack: ExitStack, key: dict[str, Any]) -> None:
        self._template = template
        self._folder = folder
        self._stack = stack
        self._served: dict[str, Served] = {}
        self._tokens: dict[tuple[str, float], str] = {}
        self._key = key
        self._client = {**CLIENT, "key": key}

    def of(self, world: World) -> Served:
        """The gateway that serves ``world``."""
        if world.name not in self._served:
            path = self._folder / f"{world.name}.db"
            shutil.copy(self._template, path)
            gateway = self._stack.enter_context(served(f"sqlite:///{path}", terms=world.terms))
            gateway.store.import_facts("tests", with_secrets(world.facts, hash_password(gateway.store, PASSWORD)))
            key = self._key
            public = {name: key[name] for name in ("kty", "n", "e", "kid", "alg", "use")}
            register_issuer_client(
                gateway.store, ClientRow(CLIENT["client_id"], CLIENT["organisation"], SCOPES, (public,))
            )
            self._served[world.name] = gateway
        return self._served[world.name]

    def token(self, world: World) -> str:
        """A service owner's token, good at the moment the world's clock stands at."""
        gateway = self.of(world)
        moment = (world.name, gateway.clock().timestamp())
        if moment not in self._tokens:
            self._tokens[moment] = fetch_token(
                gateway.url, self._client, " ".join(SCOPES), now=int(gateway.clock().timestamp())
            )
        return self._tokens[moment]


@pytest.fixture(scope="module")
def worlds(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worlds]:
    """Every world that a case asks for."""
    from cryptography.hazmat.primitives.asymmetric import rsa

    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    key = jwt.algorithms.RSAAlgorithm.to_jwk(private, as_dict=True) | {"kid": "tests", "alg": "RS256", "use": "sig"}
    with ExitStack() as stack:
        yield Worlds(sqlite_template, tmp_path_factory.mktemp("worlds"), stack, key)


def _ask_core(worlds: Worlds, case: Case) -> Answer:
    decision = decide(worlds.of(case.world).store.snapshot(), case.question)
    return decision.outcome, decision.reasons[0]


def _ask_decisions(worlds: Worlds, case: Case) -> Answer:
    answer = ask_decision(worlds.of(case.world).url, worlds.token(case.world), _asked(case))
    return answer["outcome"], answer["reasons"][0]


def _asked(case: Case) -> dict[str, Any]:
    question = case.question
    subject = question.subject
    return {
        "subject": {"kind": subject.kind, "id": subject.id}
        | ({"person": {"id": subject.person}} if subject.person else {}),
        "party": {"id": question.party},
        "service": _named(question.right.service),
        "action": question.right.action,
        "at": question.at.isoformat(),
    }


def _named(service: str) -> dict[str, Any]:
    kind, _, rest = service.partition(":")
    first, _, second = rest.partition("/")
    if kind == "asmx":
        return {"form": {"orNumber": int(first), "orVersion": int(second)}}
    return {"service": {"code": first, "edition": second}} if kind == "svc" else {"resource": service}


def _ask_pdp(worlds: Worlds, case: Case) -> Answer:
    question = case.question
    request = {
        "Request": {
            "AccessSubject": [_attribute(PDP_SUBJECTS[question.subject.kind], str(question.subject.id))],
            "Action": [_attribute("urn:oasis:names:tc:xacml:1.0:action:action-id", question.right.action)],
            "Resource": [
                {
                    "Attribute": [
                        {"AttributeId": "urn:altinn:resource", "Value": question.right.service},
                        {"AttributeId": "urn:altinn:party:uuid", "Value": question.party},
                    ]
                }
            ],
        }
    }
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {worlds.token(case.world)}"}
    url = f"{worlds.of(case.world).url}/authorization/api/v1/authorize"
    answer = call(url, json.dumps(request).encode(), headers)
    assert answer.status == 200
    (result,) = answer.json()["response"]
    return result["decision"], answer.headers["brobygger-reason"].split(",")[0]


def _attribute(name: str, value: str) -> dict[str, Any]:
    return {"Attribute": [{"AttributeId": name, "Value": value}]}


def _ask_asmx(worlds: Worlds, case: Case) -> Answer:
    gateway = worlds.of(case.world)
    party = gateway.store.snapshot().party(case.question.party)
    assert party is not None, "a party asked about at this door has a number"
    form = _named(case.question.right.service)["form"]
    system = {"id": case.question.subject.id, "password": PASSWORD}
    status, text = submit_one(gateway.url, system, party.number, form)
    codes = [part.split(")")[0] for part in text.split("(")[1:]]
    outcome = {"OK": "Permit", "NotAuthorized": "a refusal"}[status]
    return outcome, next(code for code in codes if code == case.reason or "-" in code)


def _ask_cli(worlds: Worlds, case: Case) -> Answer:
    question, terms = case.question, case.world.terms
    subject = question.subject
    option = {"enterprise-system": "--system"}.get(subject.kind, f"--{subject.kind}")
    service = _named(question.right.service)
    flag, value = next(iter(service.items()))
    named = value if flag == "resource" else "/".join(str(part) for part in value.values())
    arguments = ["decide", "--json", option, str(subject.id), "--for", question.party]
    arguments += [f"--{flag}", named, "--action", question.right.action]
    arguments += ["--at", question.at.strftime("%Y-%m-%dT%H:%M:%S")]
    arguments += ["--with-person", subject.person] if subject.person else []
    environment = {
        "BROBYGGER_DATABASE_URL": worlds.of(case.world).database_url,
        "BROBYGGER_SUBMISSION_ROLE": terms.submission_role,
        "BROBYGGER_SUBMISSION_ROLE_ALIASES": ",".join(terms.submission_role_aliases),
        "BROBYGGER_OLD_ROLES_UNTIL": terms.old_roles_until.isoformat() if terms.old_roles_until else "",
    }
    result = CliRunner().invoke(main, arguments, env=environment)
    assert result.exit_code in (0, 3), result.output
    proof = json.loads(result.stdout)
    assert (result.exit_code == 0) is (proof["outcome"] == "Permit")
    return proof["outcome"], proof["reasons"][0]


DOORS: dict[str, Callable[[Worlds, Case], Answer]] = {
    "core": _ask_core,
    "decisions": _ask_decisions,
    "pdp": _ask_pdp,
    "asmx": _ask_asmx,
    "cli": _ask_cli,
}


@pytest.mark.parametrize("case", all_cases(), ids=lambda case: case.id)
def test_every_door_gives_the_same_answer_and_reason(worlds: Worlds, case: Case) -> None:
    worlds.of(case.world).clock.at = case.question.at
    answers = {door: DOORS[door](worlds, case) for door in sorted(case.doors)}
    expected: dict[str, Answer] = {door: (str(case.outcome), str(case.reason)) for door in answers}
    if "asmx" in expected and case.outcome != "Permit":
        # The receipt knows two answers only; the reason in its text tells the rest.
        expected["asmx"] = ("a refusal", str(case.reason))
    assert answers == expected, case.why


def test_each_case_names_the_doors_that_can_ask_it() -> None:
    assert len(all_cases()) >= 120
    for case in all_cases():
        assert case.doors <= set(DOORS)
        assert len(case.doors) >= 3, case.id


def _post(worlds: Worlds, case: Case, path: str, body: dict[str, Any]) -> dict[str, Any]:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {worlds.token(case.world)}"}
    answer = call(f"{worlds.of(case.world).url}/brobygger/v1/{path}", json.dumps(body).encode(), headers)
    assert answer.status == 200
    told: dict[str, Any] = answer.json()
    return told


@pytest.mark.parametrize("case", cases_for("decisions"), ids=lambda case: case.id)
def test_explain_and_what_if_and_resolve_never_disagree_with_the_answer(worlds: Worlds, case: Case) -> None:
    worlds.of(case.world).clock.at = case.question.at
    asked, expected = _asked(case), (str(case.outcome), str(case.reason))
    told = _post(worlds, case, "explain", {**asked, "language": "nn"})
    assert (told["outcome"], told["reasons"][0]) == expected
    (compared,) = _post(worlds, case, "what-if", {"questions": [asked]})["answers"]
    assert compared["before"] == compared["after"]
    assert (compared["after"]["outcome"], compared["after"]["reasons"][0]) == expected
    if case.question.subject.kind is SubjectKind.SYSTEM_USER:
        wish = {name: asked[name] for name in ("service", "action", "at")}
        resolved = _post(worlds, case, "resolve", {**wish, "client": asked["party"]})
        usable = [each["id"] for each in (resolved["systemUser"], *resolved["others"]) if each is not None]
        assert (case.question.subject.id in usable) is (case.outcome == "Permit")
