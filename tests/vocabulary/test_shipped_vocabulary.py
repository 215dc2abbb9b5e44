"""The new world's vocabulary as it ships: the published numbers, and the rows that decide most."""

from __future__ import annotations

from collections import Counter

import pytest

from core.domain.fold import build_snapshot
from core.domain.snapshot import Snapshot
from core.domain.vocabulary import (
    ADMINISTRATION_RULE,
    CLIENT_ROLES_RULE,
    PERSON_INHERITS_RULE,
    REGISTERED_CLIENT_RULE,
    RIGHTHOLDER,
    SUBMISSION_GIVER_RULE,
    AccessPackage,
    Carriage,
    Confidence,
    DecisionTerms,
    Nesting,
    Role,
    RoleKind,
    RuleRow,
    Service,
)
from core.services.vocabulary import package_details, role_codes, shipped_vocabulary, vocabulary_version

PACKAGES = [fact for fact in shipped_vocabulary() if isinstance(fact, AccessPackage)]
CARRIAGES = [fact for fact in shipped_vocabulary() if isinstance(fact, Carriage)]
ROLES = {fact.code: fact for fact in shipped_vocabulary() if isinstance(fact, Role)}
RULES = {fact.code: fact for fact in shipped_vocabulary() if isinstance(fact, RuleRow)}

GENERAL_MANAGERS = {"DAGL", "LEDE", "INNH", "DTSO", "DTPR", "KOMP", "BEST", "BOBE"}
ACCOUNTANT = {
    "regnskapsforer-med-signeringsrettighet",
    "regnskapsforer-uten-signeringsrettighet",
    "regnskapsforer-lonn",
}
ADMINISTRATION = {"altinn_access_management", "altinn_client_administration", "altinn_system_user_overview"}


@pytest.fixture(scope="module")
def snapshot() -> Snapshot:
    return build_snapshot(shipped_vocabulary(), sequence=1, terms=DecisionTerms())


class TestPackages:
    def test_number_by_party_type(self) -> None:
        assert Counter(package.party_type for package in PACKAGES) == {"organization": 147, "person": 76}

    def test_number_by_flags(self) -> None:
        flags = Counter((p.assignable, p.delegable) for p in PACKAGES if p.party_type == "organization")
        assert flags == {(True, True): 129, (True, False): 11, (False, True): 6, (False, False): 1}

    def test_number_usable_by_kind_of_system_user(self) -> None:
        organisation = [package for package in PACKAGES if package.party_type == "organization"]
        refused = {"virksomhetens-representant-skjemaoppgaver"}
        assert sum(package.assignable and package.code not in refused for package in organisation) == 139
        assert sum(package.delegable for package in organisation) == 135

    def test_urn(self) -> None:
        merverdiavgift = next(package for package in PACKAGES if package.code == "merverdiavgift")
        assert merverdiavgift.urn == "urn:altinn:accesspackage:merverdiavgift"

    def test_every_package_has_its_details(self) -> None:
        details = package_details()
        assert set(details) == {package.code for package in PACKAGES}
        assert len({detail.id for detail in details.values()}) == 223
        assert len({detail.area for detail in details.values()}) == 46
        assert details["a-ordning"].name_en == "A-melding system"


class TestRoles:
    def test_register_roles_and_the_platforms_own(self) -> None:
        of_the_register = {code for code, role in ROLES.items() if role.kind is RoleKind.REGISTER and code.isupper()}
        of_the_platform = {code for code, role in ROLES.items() if role.kind is RoleKind.MODERN}
        assert len(of_the_register) == 61
        assert of_the_platform == {
            "agent", "appstyrt-rettighetshaver", "hovedadministrator", "PRIV", RIGHTHOLDER, "SELN", "supplier",
        }  # fmt: skip
        assert len(ROLES) == 61 + 7 + 42

    def test_key_roles_are_the_general_managers(self) -> None:
        assert {code for code, role in ROLES.items() if role.key_role} == GENERAL_MANAGERS

    def test_register_roles_cannot_be_given_on(self) -> None:
        assert {role.delegable for role in ROLES.values() if role.kind is RoleKind.REGISTER} == {False}

    def test_norwegian_letters_survive(self) -> None:
        assert ROLES["FFØR"].name == "Forretningsfører"

    def test_other_names_of_a_role(self) -> None:
        names = {row.code: row for row in role_codes()}
        assert set(names) == set(ROLES)
        assert names["REGN"].modern_code == "regnskapsforer"
        assert names["REGN"].urn == "urn:altinn:external-role:ccr:regnskapsforer"
        assert names["FFØR"].legacy_urn == "urn:altinn:rolecode:ffør"
        assert names["PRIV"].modern_code == "privatperson"
        assert names[RIGHTHOLDER].legacy_urn == ""


class TestCarriage:
    def test_number_by_flags(self) -> None:
        flags = Counter((row.has_access, row.can_delegate) for row in CARRIAGES)
        assert flags == {(True, True): 1102, (True, False): 48, (False, True): 135}
        assert len(CARRIAGES) == 1285

    def test_number_of_packages_by_register_role(self) -> None:
        by_role: dict[str, set[str]] = {}
        for row in CARRIAGES:
            if row.role.isupper() and ROLES[row.role].kind is RoleKind.REGISTER:
                by_role.setdefault(row.role, set()).add(row.package)
        assert {role: len(packages) for role, packages in by_role.items()} == {
            "DAGL": 133, "DTSO": 133, "DTPR": 133, "LEDE": 132, "INNH": 131, "KOMP": 131, "BOBE": 126, "BEST": 115,
            "KNUF": 13, "FFØR": 11, "REPR": 10, "REGN": 3, "REVI": 2,
        }  # fmt: skip

    def test_rows_bound_to_a_form(self) -> None:
        assert Counter(row.form for row in CARRIAGES if row.form) == {"NUF": 12, "ESEK": 1, "BRL": 1}

    def test_accountant_carries_its_own_packages_only(self, snapshot: Snapshot) -> None:
        assert snapshot.catalogue.carried_by("REGN", None) == ACCOUNTANT
        assert snapshot.catalogue.carried_by("REGN", "AS") == ACCOUNTANT
        assert snapshot.catalogue.giveable_by("REGN", "AS") == frozenset()

    def test_auditor_carries_two(self, snapshot: Snapshot) -> None:
        assert snapshot.catalogue.carried_by("REVI", "AS") == {"ansvarlig-revisor", "revisormedarbeider"}

    def test_property_manager_by_form_of_the_client(self, snapshot: Snapshot) -> None:
        carried = snapshot.catalogue.carried_by
        assert carried("FFØR", "ESEK") == carried("FFØR", "BRL") == {"forretningsforer-eiendom"}
        assert carried("FFØR", "AS") == carried("FFØR", None) == frozenset()
        assert len(carried("FFØR", "NUF")) == 10
        assert {"skattegrunnlag", "merverdiavgift"} < carried("FFØR", "NUF")

    def test_main_administrator_gives_what_it_does_not_have(self, snapshot: Snapshot) -> None:
        giveable = snapshot.catalogue.giveable_by("hovedadministrator", "NUF")
        assert snapshot.catalogue.carried_by("hovedadministrator", "NUF") == frozenset()
        assert len(giveable) == 135
        assert giveable - snapshot.catalogue.giveable_by("hovedadministrator", "AS") == {"maskinporten-scopes-nuf"}
        assert giveable.isdisjoint(ACCOUNTANT | {"hovedadministrator", "tjenester-nuf", "konkursbo-tilgangsstyrer"})

    def test_client_administration_follows_general_management_only(self) -> None:
        carriers = {row.role for row in CARRIAGES if row.package == "klientadministrator" and row.has_access}
        assert carriers == GENERAL_MANAGERS


class TestRules:
    def test_which_roles_nest(self, snapshot: Snapshot) -> None:
        nests = snapshot.catalogue.nests
        assert nests("DAGL", "AS")
        assert nests("REGN", None)
        assert not nests("DTSO", "AS")
        assert nests("DTSO", "ANS")
        assert not nests("DAGL", "ESEK")
        assert not nests("DAGL", "PERS")
        forms = {fact.form for fact in shipped_vocabulary() if isinstance(fact, Nesting)}
        assert len(forms) == 20
        assert forms.isdisjoint({"AAFY", "BEDR"})

    @pytest.mark.parametrize(
        ("code", "roles", "confidence"),
        [
            (REGISTERED_CLIENT_RULE, {"REGN", "REVI"}, Confidence.STATED),
            (SUBMISSION_GIVER_RULE, GENERAL_MANAGERS, Confidence.OURS),
            (ADMINISTRATION_RULE, {"ADMAI", "HADM"}, Confidence.STATED),
            (PERSON_INHERITS_RULE, {"REGN", "REVI"}, Confidence.STATED),
            (CLIENT_ROLES_RULE, {"REGN", "REVI", "FFØR", "DTPR", "DTSO"}, Confidence.STATED),
        ],
    )
    def test_rule_row(self, code: str, roles: set[str], confidence: Confidence) -> None:
        assert RULES[code].roles == roles
        assert RULES[code].confidence is confidence
        assert RULES[code].enabled

    def test_no_rule_row_without_a_use(self) -> None:
        assert len(RULES) == 5


class TestAdministrationResources:
    def test_what_each_accepts(self, snapshot: Snapshot) -> None:
        accepted = {
            (right.service, right.action): set(policy.packages) for right, policy in snapshot.catalogue.policies.items()
        }
        access = {"tilgangsstyrer", "hovedadministrator"}
        assert accepted == {
            ("altinn_access_management", "read"): access,
            ("altinn_access_management", "write"): access,
            ("altinn_client_administration", "read"): {"klientadministrator"},
            ("altinn_client_administration", "write"): {"klientadministrator"},
            ("altinn_system_user_overview", "read"): access | {"klientadministrator"},
        }

    def test_they_are_the_only_services(self) -> None:
        assert {fact.id for fact in shipped_vocabulary() if isinstance(fact, Service)} == ADMINISTRATION


def test_version_is_the_newest_date() -> None:
    assert vocabulary_version() == "2026-08-21"
