"""Asking the demo's questions of a running gateway, and comparing answer and reason with what is expected."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import jwt

from brobygger.demo.calls import ask_decision, ask_pdp, fetch_token, submit_one, system_user_details

_OK = "OK"
_NOT_AUTHORISED = "NotAuthorized"


@dataclass(frozen=True, slots=True)
class Row:
    """One question with the answer expected and the answer got.

    ``shows`` is what a row of a scenario is there for, such as ``expected``, ``negative 1`` or ``N-i``.
    """

    example: str
    asker: str
    party: str
    service: str
    door: str
    expected: str
    got: str
    reason: str
    why: str
    shows: str = ""

    @property
    def agrees(self) -> bool:
        """Whether answer and reason are as expected."""
        return self.expected == f"{self.got} {self.reason}"


def ask_everything(base_url: str, described: dict[str, Any], data: dict[str, Any]) -> Iterator[Row]:
    """Every question of the demo, over the wire, in order."""
    owner = next(client for client in described["new_world"]["clients"] if client["role"] == "service-owner")
    token = fetch_token(base_url, owner, " ".join(owner["scopes"]))
    examples = {example["example"]: example for example in data["examples"]}
    for question in data["old_world"]:
        example = examples[question["example"]]
        if question.get("service") == "svc":
            yield _ask_legacy_service(base_url, token, example, question)
        else:
            yield _ask_form(base_url, example, question)
    for question in data["new_world"]["questions"]:
        yield _ask_system_user(base_url, token, described, question)


def _ask_form(base_url: str, example: dict[str, Any], question: dict[str, Any]) -> Row:
    form = example["forms"]["asmx"]
    status, text = submit_one(base_url, _system(example, question), _party(example, question), form)
    got = "Permit" if status == _OK else "NotApplicable" if status == _NOT_AUTHORISED else status
    service = f"{form['orNumber']}/{form['orVersion']}"
    return _old_row(example, question, service, ".asmx", got, _code_in(text, question["reason"]))


def _ask_legacy_service(base_url: str, token: str, example: dict[str, Any], question: dict[str, Any]) -> Row:
    service = example["forms"]["svc"]
    answer = ask_decision(
        base_url,
        token,
        {
            "subject": {"kind": "enterprise-system", "id": _system(example, question)["id"]},
            "party": {"number": _party(example, question)},
            "service": {"service": service},
            "action": "write",
        },
    )
    named = f"RF-1070 {service['code']}/{service['edition']}"
    return _old_row(example, question, named, "decisions", answer["outcome"], answer["reasons"][0])


def _ask_system_user(base_url: str, token: str, described: dict[str, Any], question: dict[str, Any]) -> Row:
    vendor = next(client for client in described["new_world"]["clients"] if client["role"] == "vendor")
    details = system_user_details(question["owner"], question["external_ref"])
    access = fetch_token(base_url, vendor, "skatteetaten:eksempel", details)
    claims = jwt.decode(access, options={"verify_signature": False})
    user = claims["authorization_details"][0]["systemuser_id"][0]
    got, reasons = ask_pdp(base_url, token, user, question["party"], question["resource"], question["action"])
    return Row(
        example=f"scenario {question['scenario']}",
        asker=f"system user of {question['owner']}",
        party=question["party"],
        service=f"{question['action']} {question['resource']}",
        door="token + PDP",
        expected=f"{question['outcome']} {question['reason']}",
        got=got,
        reason=reasons.split(",")[0].strip(),
        why=question["why"],
    )


def _old_row(example: dict[str, Any], question: dict[str, Any], service: str, door: str, got: str, reason: str) -> Row:
    return Row(
        example=f"example {example['example']}",
        asker=f"system {question['system']} of {_system(example, question)['owner']}",
        party=f"{question['party']} ({_party(example, question)})",
        service=service,
        door=door,
        expected=f"{question['outcome']} {question['reason']}",
        got=got,
        reason=reason,
        why=question["why"],
    )


def _system(example: dict[str, Any], question: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = example["systems"][question["system"]]
    return found


def _party(example: dict[str, Any], question: dict[str, Any]) -> str:
    number: str = example["parties"][question["party"]]
    return number


def _code_in(text: str, expected: str) -> str:
    """The reason code that the receipt's text carries in parentheses; the text itself where it has none."""
    codes = [part.split(")")[0] for part in text.split("(")[1:]]
    return expected if expected in codes else next((code for code in codes if "-" in code), text)
