"""The synthetic firm: the same world each time, every special case in it, and used as the old world permits."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner

from brobygger.cli import main
from brobygger.demo.firm import FIRM_DAY, FirmSystem, firm_facts, firm_tables, firm_usage, firm_world
from brobygger.demo.firm_files import firm_files
from brobygger.demo.world import demo_data, seed_vocabulary
from core import (
    OPERATOR,
    DecisionTerms,
    InvalidInput,
    Outcome,
    Party,
    PartyKind,
    Question,
    RegisterRole,
    RequestStatus,
    Right,
    RightDelegation,
    RoleGrant,
    ServiceId,
    Snapshot,
    Store,
    Subject,
    SubjectKind,
    SystemUserRequest,
    available_clients,
    build_snapshot,
    decide,
    has_timed_out,
    import_world,
    parse_party_number,
    shipped_vocabulary,
)
from legacy_mappings.inventory import read_inventory
from legacy_mappings.vocabulary import (
    layered_tables,
    legacy_vocabulary,
    lint_layers,
    packages_for_role,
    successor_for,
    successors,
)

CLIENTS = 120
ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def snapshot() -> Snapshot:
    facts = (*shipped_vocabulary(), *legacy_vocabulary(), *successors(), *firm_facts(CLIENTS))
    return build_snapshot(facts, sequence=1, terms=DecisionTerms())


@cache
def parties() -> tuple[Party, ...]:
    return tuple(fact for fact in firm_facts(CLIENTS) if isinstance(fact, Party))


def named(name: str) -> Party:
    return next(party for party in parties() if party.name == name)


def digest(clients: int, seed: int) -> str:
    usage = [[*row[:3], *row.right, row.times, row.last.isoformat()] for row in firm_usage(clients, seed)]
    return sha256(json.dumps([firm_world(clients, seed), usage]).encode()).hexdigest()


def permitted(snapshot: Snapshot, system: int, party: Party, right: Right) -> bool:
    question = Question(Subject(SubjectKind.ENTERPRISE_SYSTEM, system), party.id, right, FIRM_DAY)
    return decide(snapshot, question).permitted


class TestSameWorld:
    def test_the_same_seed_gives_the_same_bytes_in_every_process(self) -> None:
        program = "import json; from brobygger.demo.firm import firm_world; print(json.dumps(firm_world(20, 7)))"
        done = subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": "1"},
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        )
        assert done.stdout.strip() == json.dumps(firm_world(20, 7))

    def test_another_seed_gives_another_world(self) -> None:
        assert digest(20, 1) != digest(20, 2)

    def test_a_larger_firm_has_the_special_cases_of_a_small_one(self) -> None:
        small = {party.name for party in (fact for fact in firm_facts(0) if isinstance(fact, Party))}
        assert small <= {party.name for party in parties()}

    def test_there_is_a_largest(self) -> None:
        with pytest.raises(InvalidInput, match="0 to 100000 clients"):
            firm_world(100_001)


class TestNumbers:
    def test_are_valid_synthetic_and_given_once(self) -> None:
        numbers = [party.number for party in parties()]
        assert len(set(numbers)) == len(numbers)
        for party in parties():
            assert parse_party_number(party.number) == party.number
            if party.kind is PartyKind.PERSON:
                assert int(party.number[2:4]) > 80
            else:
                assert party.number.startswith(("310", "313"))

    def test_are_not_those_of_the_demo(self) -> None:
        taken = json.dumps(demo_data()) + "".join(
            path.read_text(encoding="utf-8") for path in (ROOT / "brobygger" / "demo").rglob("*.json")
        )
        assert not [party.number for party in parties() if party.number in taken]


class TestImport:
    def test_goes_into_a_store_that_has_the_vocabulary(self, sqlite_store: Store) -> None:
        seed_vocabulary(sqlite_store)
        imported = import_world(sqlite_store, OPERATOR, firm_world(0))
        assert imported.facts["party"] == sum(isinstance(fact, Party) for fact in firm_facts(0))
        assert len(imported.facts) == 14

    def test_tables_are_clean_and_say_what_the_services_became(self, tmp_path: Path) -> None:
        firm_tables(tmp_path)
        assert lint_layers([tmp_path]) == ()
        layered = layered_tables([tmp_path])
        vat = Right(ServiceId("asmx:212/3148"), "write")
        assert [row.resource for row in successor_for(layered.tables, vat)] == ["syn-mva"]
        assert layered.none == {Right(ServiceId("svc:9117/260101"), "write")}


class TestFiles:
    def test_an_inventory_of_them_holds_the_same_firm_and_a_local_role(self, tmp_path: Path) -> None:
        firm_tables(tmp_path / "tables")
        firm_files(tmp_path / "files", 10)
        tables = layered_tables([tmp_path / "tables"]).tables
        inventory = read_inventory([tmp_path / "files"], tables, FIRM_DAY)
        assert inventory.reconciles
        assert inventory.bad_rows == ()
        assert len(inventory.uses) == len(tuple(firm_usage(10)))
        facts = tuple(firm_facts(10))
        counts = {count.what: count.taken for count in inventory.counts if count.source == "facts"}
        assert counts["party"] == sum(isinstance(fact, Party) for fact in facts)
        assert counts["role_grant"] == sum(isinstance(fact, RoleGrant) for fact in facts)
        # The local role's one service, as a single right.
        assert counts["right_delegation"] == sum(isinstance(fact, RightDelegation) for fact in facts) + 1

    def test_the_command_writes_all_of_it_the_same_each_time(self, tmp_path: Path) -> None:
        written = []
        for name in ("one", "two"):
            options = ["world", "firm", str(tmp_path / name), "--clients", "10", "--seed", "3"]
            done = CliRunner().invoke(main, options)
            assert done.exit_code == 0, done.output
            files = sorted(path for path in (tmp_path / name).rglob("*") if path.is_file())
            written.append([(path.relative_to(tmp_path / name), path.read_bytes()) for path in files])
        assert written[0] == written[1]
        assert json.loads((tmp_path / "one" / "world.json").read_bytes()) == firm_world(10, 3)
        assert {path.parent.name for path, _ in written[0]} == {"", "files", "tables"}

    def test_the_command_says_what_it_wrote(self, tmp_path: Path) -> None:
        done = CliRunner().invoke(main, ["world", "firm", str(tmp_path), "--clients", "0", "--json"])
        assert json.loads(done.output)["facts"]["enterprise_system"] == len(FirmSystem)


def test_what_was_used_is_permitted_but_for_the_relation_that_has_ended(snapshot: Snapshot) -> None:
    refused = {
        party.name
        for row in firm_usage(CLIENTS)
        if (party := snapshot.party(row.party)) is not None and not permitted(snapshot, row.system, party, row.right)
    }
    assert refused == {"Byttet Regnskapsfører AS"}


def test_every_ground_is_among_the_clients(snapshot: Snapshot) -> None:
    firm = named("Syntetisk Regnskap og Revisjon AS")
    grounds = {held.ground for party in snapshot.reach.get(firm.id) or () for held in snapshot.holdings(party, firm.id)}
    assert grounds == {"REGN", "REVI", "FFØR", "rettighetshaver"}
    every = named("Alle Grunnlag AS")
    assert {held.ground for held in snapshot.holdings(every.id, firm.id)} == {"REGN", "REVI", "rettighetshaver"}


class TestSpecialCases:
    """Each kind of users-and-migration §4.3 that the old world or the new one can hold."""

    def test_own_reporting_and_idle_systems(self, snapshot: Snapshot) -> None:
        firm = named("Syntetisk Regnskap og Revisjon AS")
        usage = tuple(firm_usage(CLIENTS))
        last = {system: max((row.last for row in usage if row.system == system), default=None) for system in FirmSystem}
        assert {row.party for row in usage if row.system == FirmSystem.OWN_REPORTING} == {firm.id}
        assert (last[FirmSystem.DEAD] or FIRM_DAY) < FIRM_DAY - timedelta(days=1000)
        assert last[FirmSystem.LOCKED] is None
        vat = Right(ServiceId("asmx:212/5810"), "write")
        assert not permitted(snapshot, FirmSystem.LOCKED, firm, vat)
        assert permitted(snapshot, FirmSystem.DEAD, firm, vat)

    def test_systems_owned_by_persons(self, snapshot: Snapshot) -> None:
        owners = {system.id: system.owner for system in snapshot.enterprise_systems.values()}
        sole, other = owners[FirmSystem.OF_SOLE_PROPRIETOR], owners[FirmSystem.OF_PERSON]
        kept = [role for role in firm_facts(CLIENTS) if isinstance(role, RegisterRole)]
        assert [role.role for role in kept if role.holder == sole] == ["INNH"]
        assert not [role for role in kept if role.holder == other]

    def test_sub_unit_and_departments(self, snapshot: Snapshot) -> None:
        municipality = named("Eksempel kommune")
        assert named("Eksempel skole").main_unit == municipality.id
        pay = Right(ServiceId("asmx:669/6088"), "write")
        answers = {
            name: permitted(snapshot, FirmSystem.MUNICIPALITY, named(f"Eksempel kommune {name}"), pay)
            for name in ("Oppvekst", "Teknisk", "Kultur")
        }
        assert answers == {"Oppvekst": True, "Teknisk": True, "Kultur": False}

    def test_ended_company_relation_and_ghost(self) -> None:
        assert (named("Opphørt AS").ended or FIRM_DAY) < FIRM_DAY
        (left,) = (fact for fact in firm_facts(0) if isinstance(fact, RegisterRole) and fact.role == "REGN"
                   and fact.party == named("Byttet Regnskapsfører AS").id)  # fmt: skip
        assert (left.valid_to or FIRM_DAY) < FIRM_DAY
        ghost = named("Glemt Fullmakt AS")
        assert [fact.valid_from.year for fact in firm_facts(0) if isinstance(fact, RoleGrant) and fact.valid_from] == [
            2004
        ]
        assert ghost.id not in {row.party for row in firm_usage(CLIENTS)}

    def test_company_without_anybody_who_could_approve(self) -> None:
        alone = named("Uten Godkjenner AS")
        assert not [fact for fact in firm_facts(0) if isinstance(fact, RegisterRole) and fact.party == alone.id]

    def test_roles_that_block_ask_and_apply(self) -> None:
        giver = named("Rollegiver AS")
        roles = [fact.role for fact in firm_facts(0) if isinstance(fact, RoleGrant) and fact.reportee == giver.id]
        assert roles == ["GKBHT", "PAVAD", "ADMAI"]
        found = [[(row.package is not None, row.confidence) for row in packages_for_role(role)] for role in roles]
        assert [rows[0] for rows in found] == [(False, "ours"), (True, "inferred"), (True, "stated")]

    @pytest.mark.parametrize(
        ("service", "accepted", "delegable"),
        [
            ("syn-gammel", {"UTINN"}, True),
            ("syn-udelegerbar", {"klientadministrator"}, False),
            ("syn-sykefravaer", {"sykefravaer-personopplysninger-saerlig-kategori"}, True),
            ("syn-avstemming", {"eksplisitt"}, True),
        ],
    )
    def test_services_that_cannot_simply_be_moved(
        self, snapshot: Snapshot, service: str, accepted: set[str], *, delegable: bool
    ) -> None:
        policy = snapshot.catalogue.policies[Right(ServiceId(service), "write")]
        assert policy.roles | policy.packages == accepted
        assert policy.service.delegable is delegable

    def test_a_level_that_no_system_user_has_and_a_resource_that_is_not_there(self, snapshot: Snapshot) -> None:
        assert snapshot.catalogue.services[ServiceId("syn-niva4")].minimum_level == 4
        assert ServiceId("syn-finnes-ikke") not in snapshot.catalogue.services

    def test_three_versions_of_one_form(self) -> None:
        versions = named("Tre Versjoner AS")
        assert [row.right.service for row in firm_usage(0) if row.party == versions.id] == [
            "asmx:212/3148", "asmx:212/4348", "asmx:212/5810",
        ]  # fmt: skip

    def test_enterprise_user_with_main_administrator(self, snapshot: Snapshot) -> None:
        (user,) = snapshot.enterprise_users.values()
        given = {fact.role for fact in firm_facts(0) if isinstance(fact, RoleGrant) and fact.receiver == user.id}
        assert given == {"ECKEYROLE", "HADM"}

    def test_request_in_each_state(self) -> None:
        requests = [fact for fact in firm_facts(0) if isinstance(fact, SystemUserRequest)]
        states = {(each.status, has_timed_out(each.created, FIRM_DAY), each.escalated) for each in requests}
        assert states == {
            (RequestStatus.NEW, False, False),
            (RequestStatus.NEW, True, False),
            (RequestStatus.NEW, False, True),
            (RequestStatus.REJECTED, False, False),
            (RequestStatus.ACCEPTED, False, False),
        }

    def test_same_client_on_two_system_users_and_one_that_lacks_a_package(self, snapshot: Snapshot) -> None:
        twice, part = named("På To Systembrukere AS"), named("Mangler En Pakke AS")
        (one, two) = (entry.user for entry in snapshot.users.values() if entry.user.external_ref.startswith("lag-"))
        right = Right(ServiceId("syn-mva"), "write")
        for user in (one, two):
            question = Question(Subject(SubjectKind.SYSTEM_USER, user.id), twice.id, right, FIRM_DAY)
            assert decide(snapshot, question).outcome is Outcome.PERMIT
            lacking = {
                each.party.name: each.missing_packages for each in available_clients(snapshot, OPERATOR, user.id)
            }
            assert lacking[part.name] == ("skattegrunnlag",)
            assert lacking[twice.name] == ()

    def test_systems_with_one_more_system_user_than_a_page_and_than_ten(self) -> None:
        def users(clients: int) -> Iterator[int]:
            facts = firm_world(clients)["facts"]["system_user"]
            for name in ("femti-og-en", "fem-hundre-og-en"):
                yield sum(fact["system"].endswith(name) for fact in facts)

        assert list(users(CLIENTS)) == [51, CLIENTS]
        assert list(users(501)) == [51, 501]
