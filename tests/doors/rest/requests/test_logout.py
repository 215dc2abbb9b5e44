"""The way back to the vendor's page: to registered addresses, and nowhere else. Source: rest-systemuser §8.3."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx
import pytest

from tests.doors.rest.conftest import CONFIRM
from tests.doors.rest.requests.conftest import ALL, Desk
from tests.doors.rest.vendor import OWNDATA, PER, package

VAT: dict[str, Any] = {"accessPackages": [package("merverdiavgift")]}
BACK = "https://fjellregnskap.example/retur?kunde=4711#her"
PORTAL = "/accessmanagement/api/v1/systemuser"
HANDLE = "/authentication/api/v1/logout/handleloggedout"
LOGGED_OUT = f"{CONFIRM}/accessmanagement/ui/loggedout"
COOKIE = "AltinnLogoutInfo"


def handled(desk: Desk, cookie: str | None, path: str = HANDLE) -> httpx.Response:
    """What a browser with this cookie gets."""
    desk.vendor.http.cookies.clear()
    headers = {} if cookie is None else {"Cookie": f"{COOKIE}={cookie}"}
    return desk.vendor.http.get(path, headers=headers)


def named(desk: Desk, kind: str, **members: Any) -> tuple[str, str]:
    """A request of a kind: its id, and its name among the portal's routes."""
    if kind == "changerequest":
        user = desk.approved(PER, OWNDATA, **VAT)
        return desk.changed(user, unwantedAccessPackages=VAT["accessPackages"], **members), kind
    return desk.asked(OWNDATA, "/agent" if kind == "agentrequest" else "", **VAT, **members), kind


@pytest.mark.parametrize(
    ("kind", "cookie"),
    [
        ("request", "SystemuserRequestId"),
        ("agentrequest", "SystemuserAgentRequestId"),
        ("changerequest", "SystemuserChangeRequestId"),
    ],
)
@pytest.mark.parametrize("back", [BACK, None])
def test_the_browser_goes_back_to_the_vendor(desk: Desk, kind: str, cookie: str, back: str | None) -> None:
    name, _ = named(desk, kind, **({} if back is None else {"redirectUrl": back}))
    out = desk.vendor.http.get(f"{PORTAL}/{kind}/{name}/logout")
    assert (out.status_code, out.content) == (302, b"")
    assert out.headers["Location"] == f"{str(desk.vendor.http.base_url).rstrip('/')}{HANDLE}"
    set_cookie = out.headers["Set-Cookie"]
    assert set_cookie.startswith(f"{COOKIE}={cookie}={name};")
    assert "HttpOnly" in set_cookie
    assert "SameSite=Lax" in set_cookie
    on = handled(desk, f"{cookie}={name}")
    assert (on.status_code, on.headers["Location"]) == (302, back or LOGGED_OUT)
    assert f"{COOKIE}=;" in on.headers["Set-Cookie"], "the cookie is spent"


@pytest.mark.parametrize(
    ("cookie", "where"),
    [
        (None, f"{CONFIRM}/"),
        ("nonsense", f"{CONFIRM}/"),
        ("Other=https://evil.example/", f"{CONFIRM}/"),
        ("SystemuserRequestId=2aaadb94-46cf-45d6-bbd7-0be8242656df", LOGGED_OUT),
        ("SystemuserRequestId=https://evil.example/", LOGGED_OUT),
        ("amSafeRedirectUrl=https://evil.example/", f"{CONFIRM}/accessmanagement/api/v1/logoutredirect"),
    ],
)
def test_nobody_is_sent_where_the_cookie_says(desk: Desk, cookie: str | None, where: str) -> None:
    assert handled(desk, cookie).headers["Location"] == where


def test_an_id_of_the_other_kind_leads_nowhere(desk: Desk) -> None:
    name, _ = named(desk, "request", redirectUrl=BACK)
    assert handled(desk, f"SystemuserAgentRequestId={name}").headers["Location"] == LOGGED_OUT
    assert handled(desk, f"SystemuserChangeRequestId={name}").headers["Location"] == LOGGED_OUT


@pytest.mark.parametrize(
    ("address", "where"),
    [
        (BACK, BACK),
        ("https://evil.example/", f"{CONFIRM}/"),
        ("https://fjellregnskap.example.evil.example/retur", f"{CONFIRM}/"),
        ("http://fjellregnskap.example/retur", f"{CONFIRM}/"),
        ("https://fjellregnskap.example@evil.example/retur", f"{CONFIRM}/"),
    ],
)
def test_the_portals_own_redirect_goes_to_registered_addresses(desk: Desk, address: str, where: str) -> None:
    path = "/accessmanagement/api/v1/logoutredirect"
    assert handled(desk, f"amSafeRedirectUrl={address}", path).headers["Location"] == where
    assert handled(desk, None, path).headers["Location"] == f"{CONFIRM}/"


@pytest.mark.parametrize("change", [{"redirect_urls": ()}, {"deleted": True}])
def test_an_address_that_is_registered_no_more_is_not_gone_to(own_desk: Desk, change: dict[str, Any]) -> None:
    desk = own_desk
    name, _ = named(desk, "request", redirectUrl=BACK)
    system = desk.house.store.snapshot().systems.get(ALL)
    assert system is not None
    desk.house.store.import_facts("test", [replace(system, **change)])
    assert handled(desk, f"SystemuserRequestId={name}").headers["Location"] == LOGGED_OUT


def test_an_address_may_have_any_letters(desk: Desk) -> None:
    name, _ = named(desk, "request", redirectUrl="https://fjellregnskap.example/retur?navn=Ærlig+€")
    sent = handled(desk, f"SystemuserRequestId={name}").headers["Location"]
    assert sent == "https://fjellregnskap.example/retur?navn=%C3%86rlig+%E2%82%AC"


def test_a_logout_names_a_uuid(desk: Desk) -> None:
    assert desk.vendor.http.get(f"{PORTAL}/request/x/logout").status_code == 400
