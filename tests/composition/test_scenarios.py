"""The platform's user scenarios, run from their files over HTTP against the whole application on a real socket."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from brobygger.demo.check import Row
from brobygger.demo.scenarios.files import (
    STANDING,
    Scenario,
    WrongFile,
    members,
    scenario_from,
    shared_world,
    shipped_names,
    shipped_scenarios,
)
from brobygger.demo.scenarios.office import StoreOffice
from brobygger.demo.scenarios.runner import Keys, run_scenarios
from brobygger.demo.world import seed_demo
from tests.served import Served, served

NAMES = shipped_names()
KEYS = Keys()


@pytest.fixture(scope="module")
def gateway(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The demo, served for all tests of this module: scenarios run beside each other and again."""
    path = tmp_path_factory.mktemp("scenarios") / "brobygger.db"
    path.write_bytes(sqlite_template.read_bytes())
    with served(f"sqlite:///{path}") as opened:
        seed_demo(opened.store)
        yield opened


def raw(name: str) -> dict[str, Any]:
    """A file's contents."""
    text = resources.files("brobygger.demo.scenarios").joinpath(f"{name}.json").read_text("utf-8")
    read: dict[str, Any] = json.loads(text)
    return read


def rows_of(gateway: Served, *scenarios: Scenario) -> list[Row]:
    """What the scenarios show."""
    return list(run_scenarios(gateway.url, StoreOffice(gateway.store), scenarios, keys=KEYS))


def wrong(rows: list[Row]) -> list[str]:
    """The rows that differ, readable."""
    return [
        f"{row.shows} {row.service} {row.party}: {row.expected} ≠ {row.got} {row.reason}"
        for row in rows
        if not row.agrees
    ]


def test_every_scenario_of_the_guide_is_there() -> None:
    ids = {scenario.id for scenario in shipped_scenarios()}
    assert ids == {*map(str, range(1, 11)), "10-alternative", "10b", "NAV A", "NAV B", "NAV C"}


@pytest.mark.parametrize("name", NAMES)
def test_a_scenario_comes_out_as_its_file_says(gateway: Served, name: str) -> None:
    scenario = scenario_from(raw(name))
    rows = rows_of(gateway, scenario)
    assert wrong(rows) == []
    shown = [call for call in scenario.calls if call.shows]
    assert len(rows) == len(shown), "every answer that the file shows was asked for"
    assert any(row.shows == "expected" for row in rows)


@pytest.mark.parametrize("name", NAMES)
def test_a_scenario_has_its_negatives(name: str) -> None:
    scenario = scenario_from(raw(name))
    assert {"negative 1", "negative 2"} <= scenario.negatives
    assert scenario.standing == set(STANDING)
    assert all(call.why for call in scenario.calls if call.shows), "whatever is shown says why"
    standing = [call for call in scenario.calls if call.shows in STANDING]
    assert all(call.expect["status"] in (400, 401, 403) for call in standing)


def test_a_second_run_finds_nothing_of_the_first(gateway: Served) -> None:
    scenario = scenario_from(raw("scenario-01"))
    first, second = rows_of(gateway, scenario), rows_of(gateway, scenario)
    assert (wrong(first), wrong(second)) == ([], [])
    facts = len(list(gateway.store.facts()))
    rows_of(gateway, scenario)
    assert len(list(gateway.store.facts())) == facts


def test_scenarios_run_on_postgresql(postgresql_url: str) -> None:
    with served(postgresql_url) as gateway:
        seed_demo(gateway.store)
        assert wrong(rows_of(gateway, *(scenario_from(raw(name)) for name in ("scenario-01", "scenario-04")))) == []


def test_strict_upstream_has_no_reasons_and_no_extensions(sqlite_url: str) -> None:
    scenarios = [scenario_from(raw(name)) for name in ("scenario-01", "scenario-06", "scenario-nav-a")]
    with served(sqlite_url, strict=True) as gateway:
        seed_demo(gateway.store)
        office = StoreOffice(gateway.store)
        rows = list(run_scenarios(gateway.url, office, scenarios, strict=True, keys=KEYS))
        assert wrong(rows) == []
        assert [row.shows for row in rows if row.example == "scenario NAV A"] == ["unsupported"]
        assert not any(row.reason.endswith("-access") for row in rows)
        # As the platform: the rights for clients are not read, and without packages there is nothing to ask for.
        refused = list(run_scenarios(gateway.url, office, [scenarios[2]], keys=KEYS))
    assert [(row.shows, row.service, row.agrees) for row in refused] == [("on the way", "REQ-A superavstemming", False)]
    assert refused[0].reason.startswith("AUTH-00058")


# -- a check that cannot fail is no check ---------------------------------------------------------


@pytest.mark.parametrize(
    ("member", "value"),
    [("status", 418), ("decision", "Deny"), ("reason", "right-access"), ("says", "not said"), ("lacks", "Permit")],
)
def test_a_wrong_expectation_makes_the_check_fail(gateway: Served, member: str, value: object) -> None:
    changed = copy.deepcopy(raw("scenario-01"))
    shown = [call for call in changed["calls"] if call.get("shows") == "expected" and call["call"] == "PDP"]
    shown[0]["expect"][member] = value
    rows = rows_of(gateway, scenario_from(changed))
    assert [row.why for row in rows if not row.agrees] == [shown[0]["why"]]


def test_a_wrong_number_of_token_requests_makes_the_check_fail(gateway: Served) -> None:
    changed = raw("scenario-02")
    refused = next(call for call in changed["calls"] if call.get("employee") == "Odd")
    refused["expect"]["token_requests"] = 1
    assert len(wrong(rows_of(gateway, scenario_from(changed)))) == 1


def test_a_call_on_the_way_that_goes_wrong_is_shown_and_ends_the_scenario(gateway: Served) -> None:
    changed = raw("scenario-01")
    changed["calls"][0]["with"]["packages"] = [{"urn": "urn:altinn:accesspackage:there-is-none"}]
    (row,) = rows_of(gateway, scenario_from(changed))
    assert not row.agrees
    assert (row.shows, row.reason.split(":")[0]) == ("on the way", "AUTH.VLD-00008")


@pytest.mark.parametrize(
    "change",
    [
        {"call": "SVC", "expects": {"status": 201}},
        {"call": "SVC", "expect": {"state": 201}},
        {"call": "THERE-IS-NONE"},
        {"method": "GET", "path": "/health/live"},
        {"as": "vendor"},
    ],
)
def test_a_file_that_says_what_the_format_does_not_know_is_refused(change: dict[str, Any]) -> None:
    changed = raw("scenario-01")
    changed["calls"].append(change)
    with pytest.raises(WrongFile):
        scenario_from(changed)


def test_the_format_is_written_down_whole() -> None:
    page = (Path(__file__).parents[2] / "docs" / "scenarios.md").read_text("utf-8")
    unwritten = [member for member in members() if f"`{member}`" not in page]
    assert unwritten == []


def test_the_parties_of_the_scenarios_are_their_own(gateway: Served) -> None:
    numbers = [
        number
        for scenario in shipped_scenarios()
        for actor in scenario.actors.values()
        for number in (actor.number, *(person.number for person in actor.people.values()))
    ]
    assert len(numbers) == len(set(numbers))
    demo = json.loads(resources.files("brobygger.demo").joinpath("world.json").read_text("utf-8"))
    assert not {row["number"] for row in demo["facts"]["party"]} & set(numbers)
    owners = [row["organisation"] for row in shared_world()["service_owners"]]
    assert not {row["number"] for row in demo["facts"]["party"]} & set(owners)
