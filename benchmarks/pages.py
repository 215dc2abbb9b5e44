"""Long lists, page by page, while others write: complete, nothing twice, and how long a page takes.

    python -m benchmarks.pages [--parties N] [--users N]

A system user with very many clients asks for its authorised parties in pages of a hundred; a vendor asks for the
system users of one system. Meanwhile another thread adds and takes away other clients and other system users without
end. Whoever was there from the beginning must come exactly once.
"""

from __future__ import annotations

import argparse
import tempfile
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from core import (
    Edit,
    Fact,
    Generation,
    Party,
    PartyId,
    Snapshot,
    Store,
    SystemUser,
    SystemUserKind,
    Written,
    put,
    remove,
    upgrade_schema,
)
from rest import RestOptions, TokenTrust, TrustedIssuer, create_rest_app
from tests.core.authorised_parties.crowd import NOW, crowd, delegated

ISSUER = "https://issuer.example/"
AGENT = "3f6d1f86-0f1f-4f67-9b0d-6a2d9f6f7b01"
_PARTIES, _USERS = 100_000, 501
_PAGE = 100
_BASE = "http://gateway.test"
_VENDOR, _OWNER = "310000108", "310000205"
_SYSTEM = "310000108_crowd"


@dataclass(frozen=True)
class Walk:
    """One list from end to end. ``twice`` and ``lost`` count those who were there all the time."""

    what: str
    items: int
    pages: int
    twice: int
    lost: int
    waits: list[float]

    def line(self) -> str:
        """For people."""
        waits = sorted(self.waits)
        return (
            f"{self.what:<22} {self.items:>7} items {self.pages:>5} pages, lost {self.lost}, twice {self.twice}; "
            f"page: median {median(waits):.1f} ms, p99 {waits[min(int(len(waits) * 0.99), len(waits) - 1)]:.1f} ms, "
            f"highest {waits[-1]:.1f} ms"
        )


def run(parties: int = _PARTIES, users: int = _USERS) -> list[Walk]:
    """Walk both lists. Raises RuntimeError where a page is refused."""
    with tempfile.TemporaryDirectory(prefix="brobygger-bench-") as folder:
        url = f"sqlite:///{Path(folder) / 'pages.db'}"
        upgrade_schema(url)
        store = Store(url, clock=lambda: NOW)
        store.import_facts("benchmark", _facts(parties, users))
        try:
            return _walks(store, parties, users)
        finally:
            store.close()


def _facts(parties: int, users: int) -> Iterator[Fact]:
    for fact in crowd(parties):
        yield _renamed(fact)
    for number in range(users):
        yield from _user(f"kunde-{number}")


def _renamed(fact: Any) -> Any:
    """The crowd under ids that tokens and addresses can carry."""
    if isinstance(fact, Party):
        main = None if fact.main_unit is None else _uuid_of(fact.main_unit)
        return replace(fact, id=_uuid_of(fact.id), main_unit=main)
    if getattr(fact, "system_user", "") == "crowd-agent":
        return replace(fact, system_user=AGENT)
    if getattr(fact, "id", "") == "crowd-agent":
        return replace(fact, id=AGENT, system=_SYSTEM)
    return replace(fact, id=_SYSTEM) if getattr(fact, "id", "") == "crowd" else fact


def _uuid_of(party: PartyId) -> PartyId:
    return PartyId(f"{party[:-1]}0".replace("-8000-", "-9000-")) if party.endswith("m") else party


def _user(reference: str) -> tuple[SystemUser, Generation]:
    identity = str(uuid.uuid5(uuid.NAMESPACE_URL, reference))
    owner = next(fact.owner for fact in crowd(0) if isinstance(fact, SystemUser))
    user = SystemUser(identity, SystemUserKind.STANDARD, _SYSTEM, owner, reference, reference, NOW)
    return user, Generation(identity, 1, frozenset(), frozenset(), NOW)


def _walks(store: Store, parties: int, users: int) -> list[Walk]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = {**RSAAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": "bench", "use": "sig", "alg": "RS256"}
    issuer = TrustedIssuer(name="bench", issuer=ISSUER, jwks={"keys": [public]}, algorithms=("RS256",))
    app: Any = create_rest_app(store, TokenTrust((issuer,)), RestOptions(_BASE, _BASE))
    snapshot = store.snapshot()
    stood = set(snapshot.reach.get(AGENT) or ())
    with httpx.Client(transport=httpx.WSGITransport(app=app), base_url=_BASE) as http, _others(store, parties):
        clients = _walk(
            http,
            "authorised parties",
            f"/accessmanagement/api/v1/enduser/authorizedparties?limit={_PAGE}",
            _token(key, "altinn:accessmanagement/authorizedparties", system_user=True),
            lambda each: [each["partyUuid"], *(unit["partyUuid"] for unit in each["subunits"])],
        )
        listed = _walk(
            http,
            "users of a system",
            f"/authentication/api/v1/systemuser/vendor/bysystem/{_SYSTEM}",
            _token(key, "altinn:authentication/systemregister.write", system_user=False),
            lambda each: [each["id"]],
        )
    wanted = {str(uuid.uuid5(uuid.NAMESPACE_URL, f"kunde-{number}")) for number in range(users)}
    return [_judged(*clients, stood), _judged(*listed, wanted)]


def _walk(
    http: httpx.Client, what: str, path: str, token: str, names: Callable[[Any], list[str]]
) -> tuple[str, list[list[str]], list[float]]:
    pages, waits, following = [], [], path
    while following:
        began = perf_counter()
        answer = http.get(following, headers={"Authorization": f"Bearer {token}"})
        waits.append((perf_counter() - began) * 1e3)
        if answer.status_code != 200:
            raise RuntimeError(f"{following}: {answer.status_code} {answer.text[:300]}")
        body = answer.json()
        pages.append([name for each in body["data"] for name in names(each)])
        following = (body["links"].get("next") or "").removeprefix(_BASE)
    return what, pages, waits


def _judged(what: str, pages: list[list[str]], waits: list[float], wanted: set[str]) -> Walk:
    seen = [name for page in pages for name in page if name in wanted]
    return Walk(what, sum(map(len, pages)), len(pages), len(seen) - len(set(seen)), len(wanted - set(seen)), waits)


@contextmanager
def _others(store: Store, parties: int) -> Iterator[None]:
    """Another thread that adds and takes away what nobody counts."""
    stop = threading.Event()

    def work() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            another = replace(_renamed(delegated(number % parties)), id=f"extra-{number % 50}")
            facts = (*_user(f"annen-{number % 50}"), another)
            there = facts[0].id in store.snapshot().users
            edits = tuple((remove if there else put)(fact) for fact in facts)
            store.change("other", partial(_written, edits))

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _written(edits: tuple[Edit, ...], _: Snapshot) -> Written[None]:
    return Written(edits, None)


def _token(key: rsa.RSAPrivateKey, scope: str, *, system_user: bool) -> str:
    now = int(NOW.timestamp())
    organisation = {"authority": "iso6523-actorid-upis", "ID": f"0192:{_VENDOR}"}
    claims: dict[str, Any] = {"iss": ISSUER, "iat": now, "exp": now + 900, "scope": scope, "consumer": organisation}
    if system_user:
        detail = {"type": "urn:altinn:systemuser", "systemuser_id": [AGENT], "system_id": _SYSTEM}
        owner = {"authority": "iso6523-actorid-upis", "ID": f"0192:{_OWNER}"}
        claims["authorization_details"] = [{**detail, "systemuser_org": owner}]
    return jwt.encode(claims, key, algorithm="RS256", headers={"kid": "bench"})


def main() -> None:
    """Measure, and print what was found."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--parties", type=int, default=_PARTIES)
    options.add_argument("--users", type=int, default=_USERS)
    given = options.parse_args()
    for walk in run(given.parties, given.users):
        print(walk.line())


if __name__ == "__main__":
    main()
