"""What there is to give, on the vocabulary that ships: nothing left out, no id twice."""

from __future__ import annotations

import pytest

from core.domain.fold import build_snapshot
from core.domain.snapshot import Snapshot
from core.domain.vocabulary import DecisionTerms
from core.services.package_catalogue import list_packages, list_roles_in_force, packages_of_role, search_packages
from core.services.resource_registry import resources_by_subject
from core.services.vocabulary import shipped_vocabulary
from tests.core.systems.world import NOW


@pytest.fixture(scope="module")
def shipped() -> Snapshot:
    """The vocabulary that ships, and nothing else."""
    return build_snapshot(shipped_vocabulary(), sequence=1, terms=DecisionTerms())


def test_every_package_is_there_once_with_three_names_and_an_area(shipped: Snapshot) -> None:
    packages = list_packages(shipped)
    assert len(packages) == len({each.id for each in packages}) == 223
    assert all(
        each.area is not None and all(each.names[language] for language in ("nb", "nn", "en")) for each in packages
    )
    groups = {each.area.group_urn for each in packages if each.area is not None}
    assert groups == {
        f"accesspackage:areagroup:{name}" for name in ("allment", "bransje", "innbygger", "saerskilt", "vergemal")
    }


def test_every_role_is_there_once_and_carries_what_the_source_says(shipped: Snapshot) -> None:
    roles = list_roles_in_force(shipped)
    assert len({each.id for each in roles}) == len({each.urn for each in roles}) == len(roles) == 110
    carried = [row for each in roles for row in packages_of_role(shipped, each.role.code)]
    counted = {
        flags: sum((row.has_access, row.can_delegate) == flags for row in carried)
        for flags in ((True, True), (True, False), (False, True))
    }
    assert counted == {(True, True): 1102, (True, False): 48, (False, True): 135}
    assert sum(bool(row.form) for row in carried) == 14


def test_a_whole_name_comes_before_a_part_of_one(shipped: Snapshot) -> None:
    found = search_packages(shipped, "skattegrunnlag")
    assert found[0].package.package.code == "skattegrunnlag"
    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)
    assert {each.package.package.party_type for each in search_packages(shipped, "a", party_type="person")} == {
        "person"
    }


def test_what_a_package_opens_is_what_the_policies_say(shipped: Snapshot) -> None:
    for each in list_packages(shipped):
        opened = resources_by_subject(shipped, [each.package.urn], NOW).get(each.package.urn, ())
        assert set(opened) <= {service.id for service in each.services}
