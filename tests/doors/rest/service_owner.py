"""A service owner as these tests run one: its client at the issuer, and its calls."""

from __future__ import annotations

from core import OPERATOR, ServiceOwner, register_service_owner
from tests.doors.rest.conftest import House
from tests.doors.rest.vendor import CLIENT, SCOPES, VENDOR, Vendor, jwk, system_user_detail

SKD, KV = "310000906", "310001104"
_OWNER_CLIENT = "50a00000-0000-4000-8000-0000000000{}"


def service_owner(house: House, code: str, organisation: str, *scopes: str) -> Vendor:
    """The organisation as a service owner, with a client of its own that has these scopes."""
    register_service_owner(house.store, OPERATOR, ServiceOwner(code, organisation, code.upper()))
    client = _OWNER_CLIENT.format(organisation[-2:])
    house.issuer.register_client(client, organisation, scopes, {"keys": [jwk("vendor", "fjell-1")]})
    return Vendor(house.vendor.http, house.clock, client)


def give_scopes(house: House, *scopes: str) -> None:
    """Let the vendor's client ask for these as well."""
    house.issuer.register_client(CLIENT, VENDOR, (*SCOPES, *scopes), {"keys": [jwk("vendor", "fjell-1")]})


def token_for(vendor: Vendor, owner: str, reference: str | None, *scopes: str) -> str:
    """A raw token for one of the owner's system users."""
    return vendor.token(*scopes, authorization_details=[system_user_detail(owner, reference)])


def exchanged(vendor: Vendor, token: str) -> str:
    """The token as the platform exchanges it."""
    response = vendor.call("GET", "/exchange/maskinporten", token)
    assert response.status_code == 200, response.text
    return response.text.strip('"')
