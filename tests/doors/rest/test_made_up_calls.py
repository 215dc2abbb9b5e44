"""Calls that nobody thought of, made up from the API's description: nothing fails, every answer is described."""

from __future__ import annotations

import os
import shutil
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from rest.openapi.document import JSON_PATH, contract
from tests.doors.rest.contract import described
from tests.doors.rest.vendor import (
    ACCOUNTANT,
    ASK,
    CLIENT,
    CLIENT_R_UUID,
    CLIENT_U_UUID,
    FACIL,
    KARI,
    OWNDATA,
    PARTY_ID,
    REGISTER,
    SYSTEM,
    VENDOR,
    package,
)
from tests.doors.rest.without_socket import Door, opened

with warnings.catch_warnings():
    # It tells of a future of its own when it is loaded.
    warnings.simplefilter("ignore")
    import schemathesis
    from schemathesis.checks import CHECKS, load_all_checks

    load_all_checks()

EACH = 6 if os.environ.get("CI") else 5
"""Calls for each operation."""

ALWAYS = ("not_a_server_error", "status_code_conformance")
WITH_A_BODY = ("content_type_conformance", "response_schema_conformance")
"""The platform leaves some refusals empty, which a description cannot say of an answer that may have a body."""

FACIL_UUID = "fac11000-0000-4000-8000-000000000001"
OF_PERSONS = (
    "altinn:portal/enduser",
    "altinn:clientdelegations",
    "altinn:accessmanagement/enduser",
    "altinn:accessmanagement/authorizedparties",
)
OPERATIONS = sorted((method, path) for method, path, _ in described(contract("http://gateway.test")))


@pytest.fixture(scope="module")
def door(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """A door with a system, a request, and a system user with a client."""
    path = tmp_path_factory.mktemp("made-up") / "brobygger.db"
    shutil.copy(sqlite_template, path)
    with opened(f"sqlite:///{path}") as door:
        vendor = door.vendor
        assert vendor.register().status_code == 200
        request = vendor.request("/agent", partyOrgNo=FACIL, accessPackages=[package(ACCOUNTANT)]).json()["id"]
        assert vendor.answer(KARI, FACIL, request, kind="/agent").status_code == 200
        where = f"/enduser/systemuser/clients?agent={request}&client={CLIENT_R_UUID}"
        assert vendor.call("POST", where, vendor.personal_token(KARI)).status_code == 200
        pending = vendor.request(partyOrgNo=OWNDATA, accessPackages=[package("merverdiavgift")]).json()["id"]
        door.known = known(request, pending)
        door.start = door.store.keep()
        yield door


def known(agent: str, pending: str) -> Mapping[str, list[Any]]:
    """What parameters of these names may truly be, so that calls come further than the first look-up."""
    uuids = [FACIL_UUID, CLIENT_R_UUID, CLIENT_U_UUID]
    return {
        "party": [PARTY_ID[FACIL], PARTY_ID[OWNDATA], *uuids], "systemId": [SYSTEM], "system-id": [SYSTEM],
        "requestId": [agent, pending], "systemUserId": [agent], "system-user-id": [agent], "agent": [agent],
        "client": uuids, "from": uuids, "to": [*uuids, agent], "orgNo": [FACIL, OWNDATA], "orgno": [FACIL, OWNDATA],
        "externalRef": [FACIL, OWNDATA], "clientId": [CLIENT], "systemProviderOrgNo": [VENDOR],
        "systemUserOwnerOrgNo": [FACIL], "partyUuid": uuids, "facilitator": [FACIL_UUID], "provider": [FACIL_UUID],
        "facilitatorId": [FACIL_UUID], "package": [f"urn:altinn:accesspackage:{ACCOUNTANT}"],
        "resource": ["skd-eksempel-mva"], "resourceId": ["skd-eksempel-mva"], "id": [agent, "skd-eksempel-mva"],
    }  # fmt: skip


def token_for(door: Door, operation: Mapping[str, Any]) -> str | None:
    """A token that the operation takes: a person's for what people do, else the vendor's."""
    scopes = [scope for each in operation.get("security", ()) for scope in each.get("bearer", ())]
    if not operation.get("security"):
        return None
    if any(scope.startswith(OF_PERSONS) for scope in scopes):
        return door.vendor.personal_token(KARI, " ".join(scopes))
    parameters = {"env": "tt02", "scopes": " ".join(scopes or [ASK, REGISTER]), "org": "skd", "orgNo": VENDOR}
    answer = door.http.get("/api/GetEnterpriseToken", params=parameters, auth=("anybody", "anything"))
    assert answer.status_code == 200, answer.text
    return answer.text


@pytest.fixture(scope="module")
def schema(door: Door) -> Any:
    """The description as it is served, read once."""
    return schemathesis.openapi.from_wsgi(JSON_PATH, door.app)


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_a_made_up_call_gets_an_answer_that_is_described(door: Door, schema: Any, method: str, path: str) -> None:
    operation = schema[path][method]
    token = token_for(door, schema.raw_schema["paths"][path][method.lower()])
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    answered: Counter[int] = Counter()

    @given(case=operation.as_strategy(), data=st.data())
    @settings(
        max_examples=EACH,
        phases=(Phase.generate,),
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    def call(case: Any, data: st.DataObject) -> None:
        for parameters in (case.path_parameters, case.query):
            for name in list(parameters or ()):
                if name in door.known and data.draw(st.booleans()):
                    parameters[name] = data.draw(st.sampled_from(door.known[name]))
        response = case.call(headers=headers)
        answered[response.status_code] += 1
        names = (*ALWAYS, *WITH_A_BODY) if response.content else ALWAYS
        case.validate_response(response, checks=[CHECKS.get_one(name) for name in names])

    call()
    assert sum(answered.values()) >= 1
    door.store.return_to(door.start)
