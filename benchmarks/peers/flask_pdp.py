"""A decision endpoint as they are usually written: Flask, PyJWT for the token, SQLAlchemy or Cedar for the answer.

Both are given what is held for whom worked out beforehand, which ours works out for itself, and neither hears of
a change: they are as quick as their kind can be.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import jwt
from flask import Flask, Response, request
from granian import Granian
from granian.constants import Interfaces
from jwt.algorithms import RSAAlgorithm
from sqlalchemy import Column, Index, MetaData, Table, Text, bindparam, create_engine, select

from benchmarks.databases import prepared, url_of
from benchmarks.pdp_questions import ISSUER, PATH
from benchmarks.peers.cedar import Cedar, request_of
from benchmarks.peers.closure import Closure, PlainQuestion, close
from benchmarks.world import NOW, World
from core import PartyId, Store

Decide = Callable[[str, str, str, str], bool]

_METADATA = MetaData()
_HELD = Table("held", _METADATA, Column("subject", Text), Column("party", Text), Column("what", Text))
_OPENED = Table("opened_by", _METADATA, Column("right", Text), Column("what", Text))
Index("ix_held", _HELD.c.subject, _HELD.c.party)
Index("ix_opened", _OPENED.c.right)
_BRINGS = select(_HELD.c.what).where(
    _HELD.c.subject == bindparam("subject"), _HELD.c.party == bindparam("party"), _HELD.c.what == bindparam("right")
)
_BRINGS_BY_ANOTHER = (
    select(_HELD.c.what)
    .join(_OPENED, _OPENED.c.what == _HELD.c.what)
    .where(
        _HELD.c.subject == bindparam("subject"),
        _HELD.c.party == bindparam("party"),
        _OPENED.c.right == bindparam("right"),
    )
)


def application(folder: Path, decide: Decide) -> Flask:
    """The endpoint."""
    jwks = json.loads((folder / "issuers.json").read_text("utf-8"))[0]["jwks"]
    keys = {key["kid"]: RSAAlgorithm.from_jwk(key) for key in jwks["keys"]}
    app = Flask("peer")

    @app.post(PATH)
    def authorize() -> Any:
        token = request.headers["Authorization"].removeprefix("Bearer ")
        key: Any = keys[jwt.get_unverified_header(token)["kid"]]
        claims = jwt.decode(token, key, algorithms=["RS256"], issuer=ISSUER)
        if "altinn:authorization/authorize" not in claims["scope"].split(" "):
            return Response(status=403)
        return {"response": [_result(decide(*each)) for each in _questions(request.get_json()["Request"])]}

    return app


def _questions(asked: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    if "MultiRequests" not in asked:
        return [_question(asked["AccessSubject"][0], asked["Action"][0], asked["Resource"][0])]
    named = {each["Id"]: each for kind in ("AccessSubject", "Action", "Resource") for each in asked[kind]}
    references = asked["MultiRequests"]["RequestReference"]
    return [_question(*(named[name] for name in each["ReferenceId"])) for each in references]


def _question(subject: Any, action: Any, resource: Any) -> tuple[str, str, str, str]:
    of = {each["AttributeId"]: each["Value"] for part in (subject, action, resource) for each in part["Attribute"]}
    return (
        of["urn:altinn:systemuser:uuid"],
        of["urn:altinn:organization:identifier-no"],
        of["urn:altinn:resource"],
        of["urn:oasis:names:tc:xacml:1.0:action:action-id"],
    )


def _result(permitted: bool) -> dict[str, Any]:  # noqa: FBT001 - the one thing it says
    return {
        "decision": "Permit" if permitted else "NotApplicable",
        "status": {"statusCode": {"value": "urn:oasis:names:tc:xacml:1.0:status:ok"}},
    }


def by_sql(folder: Path, closure: Closure, ids: Mapping[str, PartyId]) -> Decide:
    """Two indexed look-ups in a database of its own, with the parties' numbers in memory."""
    file = folder / f"peer-{time.time_ns()}.db"
    engine = create_engine(f"sqlite:///{file}", pool_size=16)
    _METADATA.create_all(engine)
    with engine.begin() as connection:
        rows = [{"subject": s, "party": p, "what": w} for (s, p), held in closure.held.items() for w in held]
        connection.execute(_HELD.insert(), rows)
        opened = [{"right": right, "what": what} for right, by in closure.opened_by.items() for what in by]
        connection.execute(_OPENED.insert(), opened)

    def decide(system_user: str, party: str, resource: str, action: str) -> bool:
        asked = {"subject": system_user, "party": ids.get(party, ""), "right": f"right:{resource}/{action}"}
        with engine.connect() as connection:
            return any(connection.execute(each, asked).first() is not None for each in (_BRINGS, _BRINGS_BY_ANOTHER))

    return decide


def by_cedar(closure: Closure, ids: Mapping[str, PartyId]) -> Decide:
    """Cedar over entities that hold what is held."""
    cedar = Cedar(closure)

    def decide(system_user: str, party: str, resource: str, action: str) -> bool:
        asked = PlainQuestion(system_user, ids.get(party, ""), f"right:{resource}/{action}")
        return cedar.ask(request_of(asked))

    return decide


def built() -> Flask:
    """What the server's worker calls."""
    given = _options()
    world = World(given.parties)
    store = Store(url_of(prepared(world)))
    snapshot = store.snapshot()
    closure = close(world.facts(), NOW)
    ids = {found.number: found.id for each in snapshot.files if (found := snapshot.party(each)) is not None}
    store.close()
    decide = by_sql(given.folder, closure, ids) if given.way == "sql" else by_cedar(closure, ids)
    return application(given.folder, decide)


def _options() -> argparse.Namespace:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--way", choices=("sql", "cedar"), required=True)
    options.add_argument("--folder", type=Path, required=True)
    options.add_argument("--parties", type=int, required=True)
    options.add_argument("--port", type=int, required=True)
    options.add_argument("--threads", type=int, required=True)
    return options.parse_args()


if __name__ == "__main__":
    asked_for = _options()
    Granian(
        "benchmarks.peers.flask_pdp:built", port=asked_for.port, interface=Interfaces.WSGI, workers=1, factory=True,
        blocking_threads=asked_for.threads, log_enabled=False,
    ).serve()  # fmt: skip
