"""Service owners and code lists in a world document: brought in, written out, and refused where they cannot be."""

from __future__ import annotations

from typing import Any

import pytest

from core import (
    OPERATOR,
    AuthenticationFailed,
    CallerKind,
    ErrorCode,
    GatewayError,
    InvalidInput,
    NotAllowed,
    ServiceOwner,
    Store,
    authenticate_service_owner,
    export_world,
    import_world,
    register_service_owner,
)
from tests.core.messages.world import AT_OFFICE, BODY, OFFICE, OFFICE_SYSTEM, OWNER, PASSWORD, world

CODES = {"name": "Kommune", "version": 1, "language": 1044, "rows": [["0301", "Oslo", "", ""]]}
OWNER_ROW = {"code": "OEB", "organisation": BODY, "name": "Oppdiktet etat", "enterprise_system": 100001}


def document(**members: Any) -> dict[str, Any]:
    return {"format": "brobygger-world/1", **members}


def test_members_come_in_and_go_out(store: Store) -> None:
    store.import_facts("test", world())
    import_world(store, OPERATOR, document(service_owners=[OWNER_ROW], code_lists=[CODES]))
    exported = export_world(store)
    assert (exported["service_owners"], exported["code_lists"]) == ([OWNER_ROW], [CODES])
    again = {**CODES, "rows": [["0301", "Oslo kommune", "", ""]]}
    import_world(store, OPERATOR, document(code_lists=[again]))
    assert export_world(store)["code_lists"] == [again]


def test_a_service_owner_logs_on_by_its_code(store: Store) -> None:
    store.import_facts("test", world())
    import_world(store, OPERATOR, document(service_owners=[OWNER_ROW]))
    caller = authenticate_service_owner(store, "OEB", PASSWORD)
    assert (caller.kind, caller.organisation) == (CallerKind.SERVICE_OWNER, BODY)
    for code, password in (("OEB", "feilpassord1"), ("UKJENT", PASSWORD), ("", "")):
        with pytest.raises(AuthenticationFailed):
            authenticate_service_owner(store, code, password)


@pytest.mark.parametrize(
    "members",
    [
        {"service_owners": {}},
        {"service_owners": ["OEB"]},
        {"service_owners": [{"code": "OEB"}]},
        {"service_owners": [{**OWNER_ROW, "enterprise_system": 999}]},
        {"service_owners": [{**OWNER_ROW, "organisation": OFFICE}]},
        {"service_owners": [{**OWNER_ROW, "code": " "}]},
        {"code_lists": [{**CODES, "rows": [["1", "2", "3", "4", "5"]]}]},
        {"code_lists": [{**CODES, "version": "en"}]},
        {"code_lists": [{"name": "Kommune"}]},
    ],
)
def test_members_that_cannot_be(sqlite_store: Store, members: dict[str, Any]) -> None:
    sqlite_store.import_facts("test", world())
    with pytest.raises(InvalidInput) as refused:
        import_world(sqlite_store, OPERATOR, document(**members))
    assert refused.value.code is ErrorCode.INVALID_WORLD
    assert not {"service_owners", "code_lists"} & export_world(sqlite_store).keys()


def test_registering_is_for_an_operator_and_a_system_of_its_own(sqlite_store: Store) -> None:
    sqlite_store.import_facts("test", world())
    with pytest.raises(NotAllowed):
        register_service_owner(sqlite_store, AT_OFFICE, OWNER)
    with pytest.raises(GatewayError):
        register_service_owner(sqlite_store, OPERATOR, ServiceOwner("OEB", BODY, "Etat", OFFICE_SYSTEM))
