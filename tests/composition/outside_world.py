"""An issuer and a decision point that say what a test wants, and tokens of every sort for the sample service owner."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from brobygger.demo.keys import new_key, public_part, signing_key

ISSUER = "https://issuer.example/"
ALTINN = f"{ISSUER}authentication/api/v1/openid/"
USER = "3f6d1f86-0f1f-4f67-9b0d-6a2d9f6f7b01"
OWNER, VENDOR, PARTY = "310000205", "310000108", "310000302"
SCOPE = "skatteetaten:eksempel"
NOW = 1_790_000_000
PERMIT = {"decision": "Permit", "obligations": None}
KEY, STRANGER = new_key("kid-1"), new_key("kid-1")
PRIVATE = {id(key): signing_key(key) for key in (KEY, STRANGER)}


class World:
    """An issuer and a decision point that say what a test wants, and remember what they were asked."""

    def __init__(self) -> None:
        self.now = float(NOW)
        self.results: list[dict[str, Any]] = [PERMIT]
        self.asked: list[httpx.Request] = []
        self.lifetime = 120
        self.jwks: list[dict[str, Any]] = [public_part(KEY)]
        self.published_issuer = ISSUER
        self.http = httpx.Client(transport=httpx.MockTransport(self._answer), base_url=ISSUER)

    def clock(self) -> float:
        return self.now

    def times(self, path: str) -> int:
        """How often a path was asked for."""
        return sum(request.url.path == path for request in self.asked)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answers: dict[str, Callable[[], Any]] = {
            "/.well-known/oauth-authorization-server": lambda: {
                "issuer": self.published_issuer,
                "jwks_uri": f"{ISSUER}jwk",
            },
            "/authentication/api/v1/openid/.well-known/openid-configuration": lambda: {
                "issuer": ALTINN,
                "jwks_uri": f"{ISSUER}jwk",
            },
            "/jwk": lambda: {"keys": self.jwks},
            "/token": lambda: {"access_token": f"owned-{len(self.asked)}", "expires_in": self.lifetime},
            "/authorization/api/v1/authorize": lambda: {"response": self.results},
        }
        answer = answers.get(request.url.path)
        return httpx.Response(404) if answer is None else httpx.Response(200, json=answer())


def detail(**changes: Any) -> dict[str, Any]:
    return {
        "type": "urn:altinn:systemuser",
        "systemuser_id": [USER],
        "systemuser_org": {"authority": "iso6523-actorid-upis", "ID": f"0192:{OWNER}"},
        "system_id": f"{VENDOR}_fjell",
        **changes,
    }


def claims(**changes: Any) -> dict[str, Any]:
    """The claims of a token that is right in everything but ``changes``; None takes a claim away."""
    right = {
        "iss": ISSUER,
        "consumer": {"authority": "iso6523-actorid-upis", "ID": f"0192:{VENDOR}"},
        "scope": f"{SCOPE} digdir:dialogporten",
        "iat": NOW,
        "exp": NOW + 120,
        "jti": str(uuid.uuid4()),
        "authorization_details": [detail()],
        **changes,
    }
    return {name: value for name, value in right.items() if value is not None}


def private(key: dict[str, Any]) -> RSAPrivateKey:
    """The key to sign with, read once."""
    return PRIVATE.setdefault(id(key), signing_key(key)).private


def signed(key: dict[str, Any] = KEY, header: dict[str, Any] | None = None, **changes: Any) -> str:
    return jwt.encode(claims(**changes), private(key), "RS256", {"kid": key["kid"], **(header or {})})
