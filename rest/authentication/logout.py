"""The way back to the vendor's page: the portal logs the approver out and the browser comes by here.

A cookie says which request was answered. The browser is sent to an address that is registered on the
request's system, or to the portal; nothing is ever added to the address. Source: rest-systemuser §8.3.
"""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from flask import Response, request

from core import Snapshot, SystemUserKind, is_safe_redirect, redirect_after_change, redirect_after_request
from rest.body import read_uuid
from rest.door import PREFIX, Door, OpenCall, View, empty
from rest.problem import Area

LOGGED_OUT = f"{PREFIX}/logout/handleloggedout"
COOKIE = "AltinnLogoutInfo"
PORTAL_REDIRECT = "/accessmanagement/api/v1/logoutredirect"
_SAFE_REDIRECT = "amSafeRedirectUrl"
_LOGGED_OUT_PAGE = "/accessmanagement/ui/loggedout"

_Address = Callable[[Snapshot, str], str | None]
_ADDRESS_OF: dict[str, _Address] = {
    "SystemuserRequestId": lambda snapshot, name: redirect_after_request(snapshot, name, SystemUserKind.STANDARD),
    "SystemuserAgentRequestId": lambda snapshot, name: redirect_after_request(snapshot, name, SystemUserKind.AGENT),
    "SystemuserChangeRequestId": redirect_after_change,
}


def add_logout_routes(door: Door) -> None:
    """Serve what a logged-out browser asks for. No token: the person is logged out by then."""
    door.open_route("GET", LOGGED_OUT, handle_logged_out, Area.REQUESTS)
    door.open_route("GET", PORTAL_REDIRECT, portal_redirect, Area.REQUESTS)


def log_out(what: str) -> View:
    """The view that remembers the request in the cookie and logs out; ``what`` is its name in the cookie.

    There is no session here that could be ended, so the browser goes straight to the place after it.
    """

    def view(call: OpenCall, request_id: str) -> Response:
        wanted = read_uuid("requestId", request_id)
        base = call.options.public_url.rstrip("/")
        response = empty(302, {"Location": f"{base}{LOGGED_OUT}"})
        secure = base.startswith("https:")
        response.set_cookie(COOKIE, f"{what}={wanted}", secure=secure, httponly=True, samesite="Lax")
        return response

    return view


def handle_logged_out(call: OpenCall) -> Response:
    """Send the browser on: to the vendor, to the portal's own redirect, or to one of the portal's pages."""
    what, _, value = request.cookies.get(COOKIE, "").partition("=")
    portal = call.options.confirm_url.rstrip("/")
    if what == _SAFE_REDIRECT:
        return empty(302, {"Location": f"{portal}{PORTAL_REDIRECT}"})
    if what not in _ADDRESS_OF:
        return _sent_to(f"{portal}/")
    address = _ADDRESS_OF[what](call.store.snapshot(), _name(value))
    return _sent_to(address or f"{portal}{_LOGGED_OUT_PAGE}")


def portal_redirect(call: OpenCall) -> Response:
    """The portal's own redirect: to the address in the cookie, where a system has it registered."""
    what, _, address = request.cookies.get(COOKIE, "").partition("=")
    safe = what == _SAFE_REDIRECT and is_safe_redirect(call.store.snapshot(), address)
    return _sent_to(address if safe else f"{call.options.confirm_url.rstrip('/')}/")


def _sent_to(address: str) -> Response:
    response = empty(302, {"Location": address})
    response.delete_cookie(COOKIE)
    return response


def _name(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        return ""
