"""Calling a running gateway the way its users do: a batch over SOAP, a token, a decision over REST."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from typing import Any
from xml.sax.saxutils import escape

from brobygger.demo.keys import signing_key
from core import parse_untrusted

_SECONDS = 30
_BATCH = (
    '<DataBatch schemaVersion="1.1" batchId="{batch}" enterpriseSystemId="{system}" receiptType="OnDemand">'
    '<DataUnits><DataUnit participantId="{party}" sendersReference="{batch}-1" completed="0" locked="0">'
    '<Skjema skjemanummer="{number}" spesifikasjonsnummer="{version}"/></DataUnit></DataUnits></DataBatch>'
)
_ENVELOPE = (
    '<?xml version="1.0" encoding="utf-8"?>'
    '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>'
    '<SubmitBatchPw xmlns="http://AltInn.no/webservices/"><batch>{batch}</batch><password>{password}</password>'
    "</SubmitBatchPw></soap:Body></soap:Envelope>"
)
_RESULT = "{http://AltInn.no/webservices/}SubmitBatchPwResult"
_ACTION = '"http://AltInn.no/webservices/SubmitBatchPw"'
_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


class Answer:
    """An HTTP answer: status, headers (names in lower case) and body."""

    def __init__(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.status = status
        self.headers = headers
        self.body = body

    def json(self) -> Any:
        """The body read as JSON."""
        return json.loads(self.body)


def call(url: str, body: bytes, headers: dict[str, str]) -> Answer:
    """POST ``body`` to ``url``. An error status is an answer too."""
    request = urllib.request.Request(url, data=body, headers=headers, method="POST")  # noqa: S310 - our own server
    try:
        with urllib.request.urlopen(request, timeout=_SECONDS) as response:  # noqa: S310
            return Answer(response.status, _lower(response.headers), response.read())
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, _lower(error.headers), error.read())


def submit_one(base_url: str, system: dict[str, Any], party: str, form: dict[str, int]) -> tuple[str, str]:
    """Hand in one empty form for ``party``; returns the unit's status and the message to the user."""
    number, version = form["orNumber"], form["orVersion"]
    batch = _BATCH.format(batch=uuid.uuid4(), system=system["id"], party=party, number=number, version=version)
    body = _ENVELOPE.format(batch=escape(batch), password=escape(system["password"]))
    headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": _ACTION}
    answer = call(f"{base_url}/webservices/dataexchange.asmx", body.encode(), headers)
    envelope = parse_untrusted(answer.body)
    receipt = parse_untrusted(next(envelope.iter(_RESULT)).text or "")
    unit = next(receipt.iter("DataUnitInReceipt"))
    return unit.get("status", ""), " ".join(entry.text or "" for entry in unit.iter("MessageEntry"))


def fetch_token(
    base_url: str,
    client: dict[str, Any],
    scope: str,
    details: list[dict[str, Any]] | None = None,
    *,
    now: int | None = None,
) -> str:
    """An access token of the stand-in issuer for ``client``, for a system user where ``details`` name one."""
    now = int(time.time()) if now is None else now
    claims: dict[str, Any] = {
        "iss": client["client_id"],
        "aud": f"{base_url}/",
        "scope": scope,
        "iat": now,
        "exp": now + 100,
        "jti": str(uuid.uuid4()),
    }
    if details is not None:
        claims["authorization_details"] = details
    assertion = signing_key(client["key"]).sign(claims)
    form = urllib.parse.urlencode({"grant_type": _GRANT, "assertion": assertion}).encode()
    answer = call(f"{base_url}/token", form, {"Content-Type": "application/x-www-form-urlencoded"})
    if answer.status != 200:
        raise RuntimeError(f"no token: {answer.body.decode()}")
    token: str = answer.json()["access_token"]
    return token


def system_user_details(owner: str, external_ref: str | None) -> list[dict[str, Any]]:
    """The authorization_details of a token request for a system user of ``owner``."""
    details: dict[str, Any] = {
        "type": "urn:altinn:systemuser",
        "systemuser_org": {"authority": "iso6523-actorid-upis", "ID": f"0192:{owner}"},
    }
    if external_ref is not None:
        details["externalRef"] = external_ref
    return [details]


def ask_decision(base_url: str, token: str, question: dict[str, Any]) -> Any:
    """Ask our own decision endpoint; returns its answer with the proof."""
    answer = call(f"{base_url}/brobygger/v1/decisions", json.dumps(question).encode(), _json_headers(token))
    if answer.status != 200:
        raise RuntimeError(f"the decision endpoint answered {answer.status}: {answer.body.decode()[:500]}")
    return answer.json()


def ask_pdp(base_url: str, token: str, system_user: str, party: str, resource: str, action: str) -> tuple[str, str]:
    """Ask the decision point about a system user; returns the decision and our reason header."""
    request = {
        "Request": {
            "AccessSubject": [_category("urn:altinn:systemuser:uuid", system_user)],
            "Action": [_category("urn:oasis:names:tc:xacml:1.0:action:action-id", action)],
            "Resource": [
                {
                    "Attribute": [
                        {"AttributeId": "urn:altinn:resource", "Value": resource},
                        {"AttributeId": "urn:altinn:organization:identifier-no", "Value": party},
                    ]
                }
            ],
        }
    }
    answer = call(f"{base_url}/authorization/api/v1/authorize", json.dumps(request).encode(), _json_headers(token))
    if answer.status != 200:
        raise RuntimeError(f"the decision point answered {answer.status}")
    return answer.json()["response"][0]["decision"], answer.headers.get("brobygger-reason", "")


def _category(attribute: str, value: str) -> dict[str, Any]:
    return {"Attribute": [{"AttributeId": attribute, "Value": value}]}


def _json_headers(token: str) -> dict[str, str]:
    return {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}


def _lower(headers: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}
