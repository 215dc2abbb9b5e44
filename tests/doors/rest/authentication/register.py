"""What the tests of the register and of system users have in common: a second vendor, and who else calls."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx

from core import Generation, PartyId, SystemUser, SystemUserKind, Written, put
from tests.doors.rest.conftest import House
from tests.doors.rest.vendor import (
    ACCOUNTANT,
    FACIL,
    KARI,
    OTHER,
    OWNDATA,
    PARTY_ID,
    PER,
    REGISTER,
    SCOPES,
    SYSTEM,
    Vendor,
    jwk,
    package,
    right,
    system,
)

OVERVIEW = Path(__file__).parent / "overview.json"
PORTAL = "altinn:portal/enduser"
INTERNAL = "altinn:authentication/systemuser.admin"
ADMINISTRATOR = "altinn:authentication/systemregister.admin"
OTHER_SYSTEM = f"{OTHER}_leet"
OTHER_CLIENT = "0f2f8f0e-6a4b-4a43-8a55-5b1f4b9b0a02"
MVA, GROUNDS = "merverdiavgift", "skattegrunnlag"
NOBODY = "00000000-0000-4000-8000-00000000dead"


def other_vendor(house: House) -> Vendor:
    """Another vendor before the same door."""
    keys = {"keys": [jwk("vendor", "fjell-1")]}
    house.issuer.register_client(OTHER_CLIENT, OTHER, SCOPES, keys)
    return Vendor(house.vendor.http, house.clock, OTHER_CLIENT)


def put_system(vendor: Vendor, system_id: str = SYSTEM, token: str = "", /, **changes: Any) -> httpx.Response:
    """Replace the vendor's system."""
    path = f"/systemregister/vendor/{system_id}"
    return vendor.call("PUT", path, token or vendor.token(REGISTER), json=system(**changes))


def one_system(vendor: Vendor, system_id: str = SYSTEM) -> dict[str, Any]:
    """The vendor's system as it reads it."""
    found: dict[str, Any] = vendor.call("GET", f"/systemregister/vendor/{system_id}", vendor.token(REGISTER)).json()
    return found


def violations(response: httpx.Response) -> dict[str, str]:
    """The codes of the rules that were broken, each with its path."""
    assert response.status_code == 400, response.text
    document = response.json()
    assert (document["code"], document["title"]) == ("STD-00000", "One or more validation errors occurred.")
    return {each["code"]: each["paths"][0] for each in document["validationErrors"]}


def coded(response: httpx.Response) -> tuple[int, str]:
    """The status and the code of a refusal."""
    return response.status_code, str(response.json()["code"])


def is_framework(response: httpx.Response, status: int) -> bool:
    """Whether the refusal is the framework's bare one: a problem without a code."""
    document = response.json()
    return response.status_code == document["status"] == status and "code" not in document and "errors" not in document


def approved(vendor: Vendor, reference: str, **members: Any) -> str:
    """A standard system user of Myke Møbler, approved by its manager."""
    wanted = {"partyOrgNo": OWNDATA, "externalRef": reference, "accessPackages": [package(MVA)], **members}
    request = vendor.request(**wanted)
    assert request.status_code == 201, request.text
    user = str(request.json()["id"])
    assert vendor.answer(PER, OWNDATA, user).status_code == 200
    return user


def agent(vendor: Vendor, reference: str) -> str:
    """An agent system user of Rett Revisjon, approved by its manager."""
    wanted = {"partyOrgNo": FACIL, "externalRef": reference, "accessPackages": [package(ACCOUNTANT)]}
    user = str(vendor.request("/agent", **wanted).json()["id"])
    assert vendor.answer(KARI, FACIL, user, kind="/agent").status_code == 200
    return user


def add_users(house: House, count: int, start: int = 0, owner: PartyId | None = None) -> list[str]:
    """Many system users of the vendor's system at once, straight into the store; their ids in the order they came."""
    holder = owner or PartyId(house.store.snapshot().party_numbered(OWNDATA).id)  # type: ignore[union-attr]
    now = house.clock()
    users = [
        SystemUser(
            f"{(number * 7919) % 65536:08x}-0000-4000-8000-{number:012x}",
            SystemUserKind.STANDARD,
            SYSTEM,
            holder,
            f"ref-{number}",
            f"Kunde {number}",
            now,
        )
        for number in range(start, start + count)
    ]
    generations = [Generation(user.id, 1, frozenset({MVA}), frozenset(), now) for user in users]
    edits = (*(put(user) for user in users), *(put(generation) for generation in generations))
    house.store.change("test", lambda _: Written(edits, None))
    return [user.id for user in users]


def of_party(vendor: Vendor, person: str, method: str, path: str, **more: Any) -> httpx.Response:
    """A call by a person, in the portal."""
    return vendor.call(method, path, vendor.personal_token(person), **more)


def party(number: str) -> int:
    """The numeric party id of an organisation."""
    return PARTY_ID[number]


SINGLE = [right("skd-eksempel-mva")]
