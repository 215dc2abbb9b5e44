"""resolve: the system users that can, in order; what the others lack; and always what `decide` says."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import (
    EVERYTHING,
    Language,
    PartyId,
    Question,
    Resolution,
    Right,
    ServiceId,
    Sight,
    Snapshot,
    Subject,
    SubjectKind,
    Wanted,
    decide,
    prove_resolution,
    resolve_client,
)
from tests.core.decisions.random_facts import EVERYBODY, RIGHTS, USERS
from tests.core.decisions.random_worlds import RandomWorld, worlds
from tests.worlds import CASES, read_world

FOLDER = CASES / "resolving"
_SPAN = (datetime(2020, 1, 1), datetime(2028, 1, 1))  # noqa: DTZ001 - hypothesis adds the zone itself


@dataclass(frozen=True)
class Case:
    """One wish with the answer it gets."""

    snapshot: Snapshot
    at: datetime
    plain: dict[str, Any]

    @property
    def sight(self) -> Sight:
        return Sight(**self.plain["sight"])

    def resolved(self) -> Resolution:
        service, action = self.plain["right"]
        owner = self.plain.get("owner")
        wanted = Wanted(PartyId(self.plain["client"]), Right(ServiceId(service), action), self.at, owner)
        return resolve_client(self.snapshot, self.sight, wanted)


def read_cases(path: Path) -> list[Any]:
    plain = json.loads(path.read_text("utf-8"))
    snapshot = read_world(path.stem, plain["world"]).snapshot()
    at = datetime.fromisoformat(plain["at"])
    return [pytest.param(Case(snapshot, at, each), id=f"{path.stem}: {each['name']}") for each in plain["cases"]]


@pytest.mark.parametrize("case", [case for path in sorted(FOLDER.glob("*.json")) for case in read_cases(path)])
def test_each_case_gets_its_answer(case: Case) -> None:
    found = case.resolved()
    assert [[each.user.external_ref, each.ground] for each in found.usable] == case.plain["usable"], case.plain["why"]
    proof = prove_resolution(case.snapshot, case.sight, found, Language.EN)
    lacking = [[each["externalRef"], each["reasons"][0], each["lacks"]] for each in proof["unusable"]]
    assert sorted(lacking) == sorted(case.plain["unusable"]), case.plain["why"]
    assert [fix["code"] for fix in proof["help"]] == ([case.plain["help"]] if "help" in case.plain else [])
    assert all(each["fixes"] for each in proof["unusable"])


def test_the_token_is_asked_for_with_the_owners_number_and_the_reference() -> None:
    case = read_cases(FOLDER / "many-system-users.json")[1].values[0]
    chosen = prove_resolution(case.snapshot, case.sight, case.resolved(), Language.NB)["systemUser"]
    assert chosen["token"] == {
        "authorization_details": [
            {
                "type": "urn:altinn:systemuser",
                "systemuser_org": {"authority": "iso6523-actorid-upis", "ID": "0192:310000205"},
                "externalRef": "annet",
            }
        ],
        "clientIds": ["annet-klient"],
    }


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(world=worlds(), data=st.data())
def test_a_system_user_is_usable_exactly_where_decide_permits(world: RandomWorld, data: st.DataObject) -> None:
    snapshot = world.snapshot()
    at = data.draw(st.datetimes(*_SPAN, timezones=st.just(UTC)))
    for client in (*EVERYBODY, "stranger"):
        for right in RIGHTS:
            found = resolve_client(snapshot, EVERYTHING, Wanted(PartyId(client), right, at))
            permitted = {
                user
                for user in USERS
                if decide(snapshot, Question(Subject(SubjectKind.SYSTEM_USER, user), client, right, at)).permitted
            }
            assert {each.user.id for each in found.usable} == permitted
            assert not permitted & {each.user.id for each in found.unusable}
            assert bool(found.chosen) is bool(permitted)
