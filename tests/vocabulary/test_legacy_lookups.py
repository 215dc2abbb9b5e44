"""What the planner and the doors ask the old words."""

from __future__ import annotations

from core.domain.vocabulary import Confidence
from legacy_mappings.vocabulary import (
    form_for,
    packages_for_role,
    packages_for_service,
    roles_for_service,
    service_by_form_number,
    services_of_form_number,
    services_opened_by,
    unnumbered_services,
)


class TestRoles:
    def test_accountant_role_became_one_package(self) -> None:
        (row,) = packages_for_role("A0239")
        assert (row.package, row.confidence) == ("regnskapsforer-med-signeringsrettighet", Confidence.STATED)

    def test_codes_are_compared_without_case(self) -> None:
        assert packages_for_role("a0239") == packages_for_role("A0239")

    def test_administration_depends_on_the_giver(self) -> None:
        assert {(row.package, row.condition) for row in packages_for_role("ADMAI")} == {
            ("tilgangsstyrer", "giver is an organisation"),
            ("innbygger-tilgangsstyring-privatperson", "giver is a private person"),
        }

    def test_wide_role_has_a_row_without_package(self) -> None:
        (row,) = packages_for_role("UTINN")
        assert row.package is None
        assert "400 services" in row.basis

    def test_unknown_role_has_no_row(self) -> None:
        assert packages_for_role("NOSUCH") == ()

    def test_what_a_role_opens(self) -> None:
        opened = {row.service for row in services_opened_by("utinn")}
        assert opened == {"svc:3357/130815", "a-melding-a06-a07", "rf-1070"}


class TestForms:
    def test_versions_of_a_form_oldest_first(self) -> None:
        assert [service.id for service in services_of_form_number("RF-0002")] == [
            "asmx:212/3148", "asmx:212/4348", "asmx:212/5810",
        ]  # fmt: skip

    def test_newest_version(self) -> None:
        newest = service_by_form_number(" rf-0002 ")
        assert newest is not None
        assert (newest.id, newest.title, newest.owner) == (
            "asmx:212/5810", "Alminnelig omsetningsoppgave", "Skatteetaten",
        )  # fmt: skip

    def test_unknown_form_number(self) -> None:
        assert service_by_form_number("RF-9999") is None
        assert services_of_form_number("RF-9999") == ()

    def test_form_by_its_pair(self) -> None:
        form = form_for(212, 3148)
        assert form is not None
        assert form.form_number == "RF-0002"
        assert form_for(212, 3147) is None

    def test_checked_numbers(self) -> None:
        numbers = {
            "RF-0002": 212, "RF-0004": 213, "RF-0005": 848, "RF-0009": 964, "RF-1025": 735, "RF-1030": 998,
            "RF-1037": 669, "RF-1070": 1277, "RF-1086": 890, "RF-1086-U": 923, "RF-1189": 738, "FD-0001": 894,
        }  # fmt: skip
        for form_number, or_number in numbers.items():
            ids = {service.id.partition("/")[0] for service in services_of_form_number(form_number)}
            assert ids == {f"asmx:{or_number}"}, form_number


class TestServices:
    def test_packages_by_way_of_the_successor(self) -> None:
        packages = {row.package for row in packages_for_service("asmx:890/5712")}
        assert packages == {
            "ansvarlig-revisor", "revisormedarbeider", "skattegrunnlag",
            "regnskapsforer-med-signeringsrettighet", "regnskapsforer-uten-signeringsrettighet",
        }  # fmt: skip

    def test_packages_of_a_form_without_successor(self) -> None:
        (row,) = packages_for_service("asmx:735/5804")
        assert (row.package, row.confidence) == ("a-ordning", Confidence.INFERRED)

    def test_packages_of_an_unnumbered_service(self) -> None:
        assert {row.package for row in packages_for_service("a-melding-a06-a07")} >= {"a-ordning"}
        assert packages_for_service("rf-1070") == ()

    def test_reading_of_names_is_never_stated(self) -> None:
        (row,) = packages_for_service("tinglysing-broker")
        assert row.package == "tinglysing-eiendom"
        assert row.confidence is Confidence.INFERRED

    def test_roles_of_an_unnumbered_service(self) -> None:
        (row,) = roles_for_service("rf-1070")
        assert (row.action, row.role, row.confidence) == ("write", "UTINN", Confidence.STATED)
        signers = {row.role for row in roles_for_service("rf-0002") if row.action == "sign"}
        assert signers == {"SISKD", "KNUF", "A0239"}

    def test_unnumbered_services_keep_their_facts(self) -> None:
        known = {row.name: row for row in unnumbered_services()}
        assert len(known) == 17
        assert known["rf-1070"].form_number == "RF-1070"
        assert known["rf-1070"].resource is None
        assert known["nav-sykepenger-sykmelding"].minimum_level == 4
