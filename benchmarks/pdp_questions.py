"""Decision requests as service owners send them: a token, and bodies of one question or of many."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any, NamedTuple

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from benchmarks.load import Request
from benchmarks.questions import Asked, Asker
from benchmarks.world import World
from core import Question, Store, SubjectKind

ISSUER = "https://issuer.example/"
PATH = "/authorization/api/v1/authorize"
MULTI = 100
"""Questions in one request of many."""

_SCOPE = "altinn:authorization/authorize"
_DAY = 86_400
_KID = "bench"
_BODY = b"@"


class Plain(NamedTuple):
    """A question in the words of the wire, and the answer that is right by construction."""

    system_user: str
    party: str
    resource: str
    action: str
    permit: bool


@dataclass(frozen=True)
class Caller:
    """A service owner: its token, and the public key that proves it."""

    token: str
    jwks: dict[str, Any]

    def head(self) -> bytes:
        """The head of a request, up to its length."""
        lines = (
            f"POST {PATH} HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json", "Accept: application/json",
            f"Authorization: Bearer {self.token}", "Content-Length: ",
        )  # fmt: skip
        return "\r\n".join(lines).encode()


def caller() -> Caller:
    """A service owner with a key of its own."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = {**RSAAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": _KID, "use": "sig", "alg": "RS256"}
    now = int(time.time())
    claims = {
        "iss": ISSUER, "iat": now, "exp": now + _DAY, "scope": _SCOPE, "client_id": "bench",
        "consumer": {"authority": "iso6523-actorid-upis", "ID": "0192:310000000"},
    }  # fmt: skip
    return Caller(jwt.encode(claims, key, algorithm="RS256", headers={"kid": _KID}), {"keys": [public]})


def write_trust(caller: Caller, folder: Path) -> Path:
    """The file that our settings name the issuer by."""
    file = folder / "issuers.json"
    row = {"name": "bench", "issuer": ISSUER, "jwks": caller.jwks, "algorithms": ["RS256"]}
    file.write_text(json.dumps([row]), encoding="utf-8")
    return file


def plain_questions(world: World, store: Store, count: int) -> list[Plain]:
    """That many questions about system users."""
    asked: list[Asked] = []
    seed = 7
    while len(asked) < count:
        asked += [
            each
            for each in Asker(world, seed).questions(count * 2)
            if each.question.subject.kind is SubjectKind.SYSTEM_USER
        ]
        seed += 1
    snapshot = store.snapshot()
    return [Plain(*_words(each.question, snapshot.party(each.question.party)), each.permit) for each in asked[:count]]


def single(question: Plain) -> bytes:
    """The question as a request of its own."""
    request = {
        "AccessSubject": [_category("urn:altinn:systemuser:uuid", question.system_user)],
        "Action": [_category("urn:oasis:names:tc:xacml:1.0:action:action-id", question.action)],
        "Resource": [_resource(question)],
    }
    return json.dumps({"Request": request}).encode()


def multi(questions: Sequence[Plain]) -> bytes:
    """The questions as one request."""
    request: dict[str, Any] = {"AccessSubject": [], "Action": [], "Resource": []}
    references = []
    for number, each in enumerate(questions):
        s, a, r = f"s{number}", f"a{number}", f"r{number}"
        request["AccessSubject"].append({"Id": s, **_category("urn:altinn:systemuser:uuid", each.system_user)})
        request["Action"].append({"Id": a, **_category("urn:oasis:names:tc:xacml:1.0:action:action-id", each.action)})
        request["Resource"].append({"Id": r, **_resource(each)})
        references.append({"ReferenceId": [s, a, r]})
    return json.dumps({"Request": {**request, "MultiRequests": {"RequestReference": references}}}).encode()


def request_of(caller: Caller) -> Request:
    """A request whose whole body is what the next of the bodies is."""
    return Request(caller.head(), _BODY, _BODY, (b'"response"',))


def bodies(questions: Sequence[Plain], *, together: bool) -> Iterator[str]:
    """Bodies without end: of one question each, or of `MULTI`."""
    if together:
        groups = [questions[at : at + MULTI] for at in range(0, len(questions) - MULTI + 1, MULTI)]
        return cycle([multi(group).decode() for group in groups])
    return cycle([single(each).decode() for each in questions])


def _words(question: Question, party: Any) -> tuple[str, str, str, str]:
    return str(question.subject.id), party.number, question.right.service, question.right.action


def _category(attribute: str, value: str) -> dict[str, Any]:
    return {"Attribute": [{"AttributeId": attribute, "Value": value}]}


def _resource(question: Plain) -> dict[str, Any]:
    return {
        "Attribute": [
            {"AttributeId": "urn:altinn:resource", "Value": question.resource},
            {"AttributeId": "urn:altinn:organization:identifier-no", "Value": question.party},
        ]
    }
