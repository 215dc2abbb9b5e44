"""An end-user system as these tests run one: its key, its assertions, and whoever else calls the door."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

CLIENT = "7d1f6a52-3c0b-4f0e-9a57-0d7d3a5b6c11"
VENDOR, FACIL, CLIENT_R, CLIENT_U = "310000108", "310000205", "310000302", "310000604"
OWNDATA, OWNDATA_SUB, OTHER = "310000701", "313000273", "310000809"
KARI, OLA, PER = "01829010182", "12838910031", "05857510056"
PARTY_ID = {FACIL: 50000001, CLIENT_R: 50000002, CLIENT_U: 50000004, OWNDATA: 50000005, OTHER: 50000006}
CLIENT_R_UUID = "c11e0000-0000-4000-8000-000000000302"
CLIENT_U_UUID = "c11e0000-0000-4000-8000-000000000604"
OWNDATA_UUID = "0da7a000-0000-4000-8000-000000000701"

SYSTEM = "310000108_fjellregnskap"
ACCOUNTANT = "regnskapsforer-med-signeringsrettighet"
REGISTER = "altinn:authentication/systemregister.write"
ASK = "altinn:authentication/systemuser.request.write"
READ = "altinn:authentication/systemuser.request.read"
AUTHORIZE = "altinn:authorization/authorize"
API_SCOPE = "skatteetaten:eksempel"
LOOKUP = "altinn:maskinporten/systemuser.read"
SCOPES = (REGISTER, ASK, READ, AUTHORIZE, API_SCOPE, LOOKUP, "altinn:authentication/systemregister.admin")
GRANT_TYPE = "urn:ietf:params:oauth:grant-type:jwt-bearer"
BASE = "/authentication/api/v1"
WHOLE = (
    "/authentication/",
    "/authorization/",
    "/accessmanagement/",
    "/resourceregistry/",
    "/register/",
    "/dialogporten/",
    "/broker/",
    "/brobygger/",
    "/demo/",
    "/api/",
    "/token",
    "/.well-known/",
    "/jwk",
)
"""How a path begins that is not to be put under the platform's most used prefix."""

PEOPLE_SCOPES = "altinn:portal/enduser altinn:clientdelegations.read altinn:clientdelegations.write"


def key(name: str, bits: int = 2048) -> rsa.RSAPrivateKey:
    """A private key by name; the same one for the whole run, since making one is slow."""
    return _made(name, bits)


@cache
def _made(name: str, bits: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def jwk(name: str, kid: str, bits: int = 2048) -> dict[str, Any]:
    """The public part of a key, as its owner registers it."""
    public: dict[str, Any] = json.loads(RSAAlgorithm.to_jwk(key(name, bits).public_key()))
    return {**public, "kid": kid, "use": "sig", "alg": "RS256"}


def system_user_detail(owner: str, reference: str | None = None) -> dict[str, Any]:
    """What an assertion says of the system user it wants a token for."""
    detail: dict[str, Any] = {
        "type": "urn:altinn:systemuser",
        "systemuser_org": {"authority": "iso6523-actorid-upis", "ID": f"0192:{owner}"},
    }
    return detail if reference is None else {**detail, "externalRef": reference}


class Vendor:
    """Calls a door at a base address, as the vendor and as everybody else of the scenario."""

    def __init__(self, http: httpx.Client, clock: Callable[[], datetime], client: str = CLIENT) -> None:
        self.http = http
        self._clock = clock
        self._client = client

    # -- tokens -------------------------------------------------------------------------------

    def claims(self, **changes: Any) -> dict[str, Any]:
        """The claims of an assertion that is right in everything but ``changes``; None takes a claim away."""
        now = int(self._clock().timestamp())
        claims = {
            "iss": self._client,
            "aud": f"{self.http.base_url}",
            "scope": API_SCOPE,
            "iat": now,
            "exp": now + 100,
            "jti": str(uuid.uuid4()),
            **changes,
        }
        return {name: value for name, value in claims.items() if value is not None}

    def sign(self, claims: dict[str, Any], header: dict[str, Any] | None = None, name: str = "vendor") -> str:
        """The claims as an assertion."""
        return jwt.encode(claims, key(name), algorithm="RS256", headers=header or {"kid": "fjell-1"})

    def ask_token(self, assertion: str) -> httpx.Response:
        """What the token endpoint answers."""
        return self.http.post("/token", data={"grant_type": GRANT_TYPE, "assertion": assertion})

    def token(self, *scopes: str, **changes: Any) -> str:
        """A token with these scopes."""
        response = self.ask_token(self.sign(self.claims(scope=" ".join(scopes), **changes)))
        assert response.status_code == 200, response.text
        return str(response.json()["access_token"])

    def system_user_token(self, owner: str, reference: str | None = None) -> httpx.Response:
        """What the token endpoint answers to a wish for a system user's token."""
        detail = system_user_detail(owner, reference)
        return self.ask_token(self.sign(self.claims(authorization_details=[detail])))

    def personal_token(self, person: str, scopes: str = PEOPLE_SCOPES) -> str:
        """A token for a person, from the test-token generator."""
        parameters = {"env": "tt02", "scopes": scopes, "pid": person}
        response = self.http.get("/api/GetPersonalToken", params=parameters, auth=("anybody", "anything"))
        assert response.status_code == 200, response.text
        return response.text

    # -- calls --------------------------------------------------------------------------------

    def call(self, method: str, path: str, token: str, **more: Any) -> httpx.Response:
        """A call with a token; ``path`` is under the platform's prefix unless it names another."""
        where = path if path.startswith(WHOLE) else BASE + path
        return self.http.request(method, where, headers={"Authorization": f"Bearer {token}"}, **more)

    def register(self, **changes: Any) -> httpx.Response:
        """Register the vendor's system."""
        return self.call("POST", "/systemregister/vendor", self.token(REGISTER), json=system(**changes))

    def request(self, kind: str = "", **members: Any) -> httpx.Response:
        """Ask for a system user; ``kind`` is empty or ``/agent``."""
        body = {"systemId": SYSTEM, **members}
        return self.call("POST", f"/systemuser/request/vendor{kind}", self.token(ASK), json=body)

    def answer(self, person: str, owner: str, request: str, what: str = "approve", kind: str = "") -> httpx.Response:
        """Approve or reject a request on the customer's behalf."""
        path = f"/systemuser/request{kind}/{PARTY_ID[owner]}/{request}/{what}"
        return self.call("POST", path, self.personal_token(person))

    def decide(self, user: str, party: str, action: str = "write", service: str = "skd-eksempel-mva") -> httpx.Response:
        """Ask the decision point, as a service owner does."""
        return self.authorize(question(user, party, action, service))

    def authorize(self, body: dict[str, Any]) -> httpx.Response:
        """Ask the decision point anything."""
        return self.call("POST", "/authorization/api/v1/authorize", self.token(AUTHORIZE), json=body)


def system(**changes: Any) -> dict[str, Any]:
    """The body that registers the vendor's system, changed as told."""
    texts = {"nb": "Fjellregnskap", "nn": "Fjellrekneskap", "en": "Mountain Accounting"}
    return {
        "id": SYSTEM,
        "vendor": {"ID": f"0192:{VENDOR}"},
        "name": texts,
        "description": texts,
        "rights": [right("skd-eksempel-mva")],
        "accessPackages": [package("merverdiavgift"), package(ACCOUNTANT), package("skattegrunnlag")],
        "clientId": [CLIENT],
        "isVisible": False,
        "allowedRedirectUrls": ["https://fjellregnskap.example/retur"],
        **changes,
    }


def right(resource: str) -> dict[str, Any]:
    """A single right, as bodies write it."""
    return {"resource": [{"id": "urn:altinn:resource", "value": resource}]}


def package(code: str) -> dict[str, str]:
    """A package, as bodies write it."""
    return {"urn": f"urn:altinn:accesspackage:{code}"}


def attribute(name: str, value: str, **more: Any) -> dict[str, Any]:
    """One attribute of a decision request."""
    return {"AttributeId": name, "Value": value, **more}


def question(user: str, party: str, action: str, service: str, **more: Any) -> dict[str, Any]:
    """A decision request for a system user and an organisation."""
    return {
        "Request": {
            "AccessSubject": [{"Attribute": [attribute("urn:altinn:systemuser:uuid", user)]}],
            "Action": [{"Attribute": [attribute("urn:oasis:names:tc:xacml:1.0:action:action-id", action, **more)]}],
            "Resource": [
                {
                    "Attribute": [
                        attribute("urn:altinn:resource", service, **more),
                        attribute("urn:altinn:organization:identifier-no", party, **more),
                    ]
                }
            ],
        }
    }


def decision(response: httpx.Response) -> str:
    """The one decision in a response."""
    assert response.status_code == 200, response.text
    (result,) = response.json()["response"]
    return str(result["decision"])
