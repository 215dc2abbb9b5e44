"""The old world's vocabulary as it ships: the published numbers, and what the core makes of it."""

from __future__ import annotations

from collections import Counter
from time import perf_counter

import pytest

from core.domain.fold import build_snapshot
from core.domain.snapshot import Snapshot
from core.domain.vocabulary import (
    Conferral,
    Confidence,
    DecisionTerms,
    PolicyRule,
    Right,
    Role,
    RoleKind,
    Service,
    ServiceKind,
)
from core.services.vocabulary import shipped_vocabulary
from legacy_mappings.vocabulary import (
    legacy_vocabulary,
    main_administrator_roles,
    packages_for_role,
    successors,
)

SUBMISSION_ROLE = DecisionTerms().submission_role
ROLES = {fact.code: fact for fact in legacy_vocabulary() if isinstance(fact, Role)}
CONFERRALS = [fact for fact in legacy_vocabulary() if isinstance(fact, Conferral)]
SERVICES = [fact for fact in legacy_vocabulary() if isinstance(fact, Service)]


@pytest.fixture(scope="module")
def snapshot() -> Snapshot:
    facts = (*shipped_vocabulary(), *legacy_vocabulary(), *successors())
    return build_snapshot(facts, sequence=1, terms=DecisionTerms())


class TestRoles:
    def test_number(self) -> None:
        assert len(ROLES) == 45 + 1
        assert {role.kind for role in ROLES.values()} == {RoleKind.LEGACY}

    def test_submission_role_has_its_name_as_code(self) -> None:
        role = ROLES[SUBMISSION_ROLE]
        assert role.name == "systeminnsendingsrettighet gamle tjenester"
        assert role.delegable is True
        assert "Altinn/docs" in role.source

    def test_unknown_delegability_stays_unknown(self) -> None:
        unknown = {code for code, role in ROLES.items() if role.delegable is None}
        assert {"PRIUT", "REVAI", "A0287", "A0288", "FAGUT"} <= unknown
        assert {code for code, role in ROLES.items() if role.delegable is False} == {"ALLEA", "EKTJ", "SENS", "SENS01"}

    def test_what_may_stand_for_the_submission_role_is_not_shown_as_it(self) -> None:
        assert ROLES["FAGUT"].name == "Sluttbrukersystem"

    def test_by_confidence_of_what_became_of_them(self) -> None:
        def confidence(code: str) -> str:
            rows = packages_for_role(code)
            return "none" if rows[0].package is None else rows[0].confidence

        known = set(ROLES) - {SUBMISSION_ROLE}
        assert Counter(confidence(code) for code in known) == {"stated": 14, "inferred": 21, "none": 10}
        assert confidence(SUBMISSION_ROLE) == "none"


class TestConferrals:
    def test_number_by_source(self) -> None:
        by_role_map = [row for row in CONFERRALS if "IngestRoleMap.cs" in row.source]
        others = [row for row in CONFERRALS if row not in by_role_map]
        assert len(by_role_map) == 283
        assert {row.role for row in others} == {"ECKEYROLE"}
        assert len(others) == 12

    def test_main_administrator_confers_nothing_but_may_give_twenty(self) -> None:
        assert "hovedadministrator" not in {row.conferred_by for row in CONFERRALS}
        assert len(main_administrator_roles()) == 20
        assert main_administrator_roles() <= set(ROLES)

    def test_what_a_register_role_brings(self, snapshot: Snapshot) -> None:
        brought = snapshot.catalogue.roles_brought_by
        assert brought("REGN") == {"REGN", "A0239", "A0240", "A0241"}
        assert brought("MEDL") == {"MEDL", "UTINN", "REGNA", "UTOMR"}
        assert {"ADMAI", "HADM", "UTINN", "KLADM"} < brought("DAGL")
        assert "ADMAI" in brought("PRIV")
        assert "HADM" not in brought("KOMP")

    def test_nobody_has_the_submission_role_by_register(self) -> None:
        assert SUBMISSION_ROLE not in {row.role for row in CONFERRALS}


class TestServices:
    def test_number(self) -> None:
        assert Counter(service.kind for service in SERVICES) == {ServiceKind.FORM: 247, ServiceKind.LEGACY: 10}
        assert len({service.id.partition("/")[0] for service in SERVICES if service.kind is ServiceKind.FORM}) == 148

    def test_forms_carry_message_numbers(self) -> None:
        versions = [int(service.id.rpartition("/")[2]) for service in SERVICES if service.kind is ServiceKind.FORM]
        assert [version for version in versions if version % 2] == []

    def test_a_melding_opens_for_two_roles(self, snapshot: Snapshot) -> None:
        for action in ("read", "write", "archive-read", "archive-delete"):
            assert snapshot.catalogue.policies[Right("svc:3357/130815", action)].roles == {"UTINN", "KNUF"}  # type: ignore[arg-type]
        assert snapshot.catalogue.services["svc:3357/130815"].minimum_level == 2  # type: ignore[index]

    def test_only_numbered_services_have_rules(self) -> None:
        rules = [fact for fact in legacy_vocabulary() if isinstance(fact, PolicyRule)]
        assert {rule.service for rule in rules} == {"svc:3357/130815"}

    def test_number_of_rf_1070_on_the_newer_platform_is_not_invented(self) -> None:
        assert [service.id for service in SERVICES if service.form_number == "RF-1070"] == ["asmx:1277/5968"]


class TestSuccessors:
    def test_number_by_confidence(self) -> None:
        found = Counter(row.confidence for row in successors())
        assert found == {Confidence.STATED: 10, Confidence.INFERRED: 23}

    def test_shareholder_register_statement(self, snapshot: Snapshot) -> None:
        (row,) = snapshot.catalogue.successors[Right("asmx:890/5712", "write")]  # type: ignore[arg-type]
        assert row.resource == "ske-innrapportering-aksjonaerregisteroppgave"
        assert row.confidence is Confidence.STATED

    def test_vat_return_is_inferred_only(self, snapshot: Snapshot) -> None:
        (row,) = snapshot.catalogue.successors[Right("asmx:212/5810", "write")]  # type: ignore[arg-type]
        assert (row.resource, row.confidence) == ("app_skd_mva-melding-innsending-v1", Confidence.INFERRED)


def test_every_fact_says_where_it_is_from() -> None:
    for fact in (*shipped_vocabulary(), *legacy_vocabulary(), *successors()):
        assert getattr(fact, "source", "")
        assert getattr(fact, "dated", "")[:2] == "20"


def test_both_vocabularies_make_a_snapshot_in_less_than_a_second() -> None:
    facts = (*shipped_vocabulary(), *legacy_vocabulary(), *successors())
    began = perf_counter()
    built = build_snapshot(facts, sequence=1, terms=DecisionTerms())
    assert perf_counter() - began < 1
    assert len(built.vocabulary) == len(facts)
