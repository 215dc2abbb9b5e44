"""The system register: what may be registered, by whom, and what deleting a system does."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from core.domain.caller import OPERATOR
from core.domain.identifiers import ServiceId
from core.domain.vocabulary import Right
from core.errors import Conflict, ErrorCode, InvalidInput, NotAllowed, NotFound
from core.services.system_check import InvalidSystem, SystemProblemCode
from core.services.systems import delete_system, register_system, systems_of_vendor, vendor_system
from tests.core.systems.world import (
    MARKER,
    OTHER_VENDOR,
    SCOPE,
    SIGNING,
    SYSTEM,
    VAT,
    VENDOR,
    House,
    fjellregnskap,
    numbered,
    vendor,
)

OTHER = f"{numbered(VENDOR)}_annet"
ANOTHER = replace(fjellregnskap(), id=OTHER, client_ids=("another-client",))


def test_a_registered_system_is_there_as_it_was_sent(house: House) -> None:
    system = register_system(house.store, vendor(), ANOTHER)
    assert vendor_system(house.now, vendor(), OTHER) == system
    assert (system.rights, system.packages, system.deleted) == (ANOTHER.rights, ANOTHER.packages, False)
    assert [each.id for each in systems_of_vendor(house.now, numbered(VENDOR))] == [OTHER, SYSTEM]


@pytest.mark.parametrize(
    ("changed", "code", "values"),
    [
        ({"id": f"{numbered(VENDOR)}_et navn"}, SystemProblemCode.ID_HAS_BLANK, (f"{numbered(VENDOR)}_et navn",)),
        ({"id": f"{numbered(OTHER_VENDOR)}_x"}, SystemProblemCode.ID_FORMAT, (f"{numbered(OTHER_VENDOR)}_x",)),
        ({"id": f"{numbered(VENDOR)}_"}, SystemProblemCode.ID_FORMAT, (f"{numbered(VENDOR)}_",)),
        ({"id": OTHER + "x" * 255}, SystemProblemCode.ID_TOO_LONG, ((OTHER + "x" * 255)[:40],)),
        ({"id": SYSTEM}, SystemProblemCode.ID_EXISTS, (SYSTEM,)),
        ({"name": {"nb": "A", "en": "A"}}, SystemProblemCode.MISSING_LANGUAGE, ("name.nn",)),
        ({"redirect_urls": ("http://a.example/",)}, SystemProblemCode.REDIRECT_URL_INVALID, ("http://a.example/",)),
        ({"redirect_urls": ("/retur",)}, SystemProblemCode.REDIRECT_URL_INVALID, ("/retur",)),
        ({"client_ids": ("client-of-fjell",)}, SystemProblemCode.CLIENT_ID_TAKEN, ("client-of-fjell",)),
        ({"client_ids": ("a", "A")}, SystemProblemCode.CLIENT_ID_REPEATED, ("a",)),
        ({"rights": (Right(ServiceId("nei"), "*"),)}, SystemProblemCode.RESOURCE_UNKNOWN, ("nei",)),
        ({"rights": (Right(SCOPE, "*"),)}, SystemProblemCode.RESOURCE_NOT_DELEGABLE_TYPE, (SCOPE,)),
        ({"rights": ANOTHER.rights[:1] * 2}, SystemProblemCode.RIGHT_REPEATED, ("skd-mva:*",)),
        ({"packages": (MARKER,)}, SystemProblemCode.PACKAGE_NOT_DELEGABLE, (MARKER,)),
        ({"packages": ("nei",)}, SystemProblemCode.PACKAGE_UNKNOWN, ("nei",)),
        ({"packages": (VAT, VAT)}, SystemProblemCode.PACKAGE_REPEATED, (VAT,)),
        (
            {"packages": (VAT, SIGNING), "visible": True},
            SystemProblemCode.VISIBLE_WITH_CLIENT_PACKAGE,
            (SIGNING,),
        ),
    ],
)
def test_each_rule_is_kept(
    house: House, changed: dict[str, Any], code: SystemProblemCode, values: tuple[str, ...]
) -> None:
    with pytest.raises(InvalidSystem) as refused:
        register_system(house.store, vendor(), replace(ANOTHER, **changed))
    assert [(problem.code, problem.values) for problem in refused.value.problems] == [(code, values)]
    assert len(systems_of_vendor(house.now, numbered(VENDOR))) == 1


def test_all_problems_are_told_at_once_in_the_order_of_the_rules(house: House) -> None:
    new = replace(ANOTHER, id="x y", redirect_urls=("nei",), rights=(Right(ServiceId("nei"), "*"),), packages=("nei",))
    with pytest.raises(InvalidSystem) as refused:
        register_system(house.store, vendor(), new)
    assert [problem.code for problem in refused.value.problems] == [
        SystemProblemCode.ID_HAS_BLANK,
        SystemProblemCode.ID_FORMAT,
        SystemProblemCode.REDIRECT_URL_INVALID,
        SystemProblemCode.RESOURCE_UNKNOWN,
        SystemProblemCode.PACKAGE_UNKNOWN,
    ]


def test_only_the_vendor_registers_and_the_refusal_tells_no_rule(house: House) -> None:
    with pytest.raises(NotAllowed) as refused:
        register_system(house.store, vendor(OTHER_VENDOR), fjellregnskap())
    assert refused.value.code is ErrorCode.NOT_THE_VENDOR
    assert register_system(house.store, OPERATOR, ANOTHER).id == OTHER


def test_a_vendor_number_that_is_none_is_refused_before_all_else(house: House) -> None:
    with pytest.raises(InvalidInput) as refused:
        register_system(house.store, vendor(), replace(ANOTHER, vendor="310000109"))
    assert refused.value.code is ErrorCode.INVALID_ORGANISATION_NUMBER


def test_a_system_is_read_by_its_vendor_only(house: House) -> None:
    with pytest.raises(NotAllowed) as refused:
        vendor_system(house.now, vendor(OTHER_VENDOR), SYSTEM)
    assert refused.value.code is ErrorCode.NOT_THE_VENDOR
    with pytest.raises(NotFound) as missing:
        vendor_system(house.now, vendor(), "310000108_nei")
    assert missing.value.code is ErrorCode.SYSTEM_NOT_FOUND


def test_a_deleted_system_keeps_its_id_and_frees_its_clients(house: House) -> None:
    with pytest.raises(NotAllowed):
        delete_system(house.store, vendor(OTHER_VENDOR), SYSTEM)
    assert delete_system(house.store, vendor(), SYSTEM).deleted
    assert systems_of_vendor(house.now, numbered(VENDOR)) == ()
    deleted = vendor_system(house.now, vendor(), SYSTEM)
    assert (deleted.deleted, deleted.client_ids) == (True, ())
    with pytest.raises(InvalidSystem) as refused:
        register_system(house.store, vendor(), fjellregnskap())
    assert [problem.code for problem in refused.value.problems] == [SystemProblemCode.ID_EXISTS]
    register_system(house.store, vendor(), replace(ANOTHER, client_ids=("client-of-fjell",)))
    assert house.now.client_ids.get("client-of-fjell") == OTHER
    with pytest.raises(Conflict) as again:
        delete_system(house.store, vendor(), SYSTEM)
    assert again.value.code is ErrorCode.SYSTEM_DELETED
