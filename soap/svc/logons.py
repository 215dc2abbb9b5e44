"""Who calls a `.svc` operation: the credentials of each binding, handed to the core."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core import (
    AuthenticationFailed,
    Caller,
    authenticate_enterprise_user,
    authenticate_person,
    authenticate_system_name,
    system_number,
)
from soap.contract import Binding
from soap.svc.call import Call

_EC = frozenset({Binding.EC, Binding.EC2})


def system_caller(call: Call, values: Mapping[str, Any]) -> Caller:
    """The system, person or enterprise user that the call proves to come from (soap-svc §2).

    Basic has the pair in the body, or in the headers of a streamed call; WS in the message's header; EC and
    EC2 have a certificate, and the pair of the enterprise user under one of three names. Raises
    AuthenticationFailed, always the same, and BrownedOut where this caller is turned away now.
    """
    if call.binding in _EC:
        if call.security.certificate is None:
            raise AuthenticationFailed
        organisation = call.security.certificate.organisation_number
        name, password = _pair(values, ("username", "systemusername"), ("password", "userpassword", "systempassword"))
        return call.visit.log_on(
            call.store,
            None,
            lambda: authenticate_enterprise_user(call.store, organisation, name, password, source=call.source),
        )
    if call.binding is Binding.WS:
        name, password = call.security.user_name or "", call.security.password or ""
    else:
        name, password = _pair(values, ("systemusername",), ("systempassword",))
    return call.visit.log_on(
        call.store,
        system_number(name),
        lambda: authenticate_system_name(call.store, name, password, source=call.source),
    )


def acting_caller(call: Call, values: Mapping[str, Any]) -> Caller:
    """The same, with the person who acts through the system where one is named.

    The user elements may be empty or absent; then the system acts alone (soap-svc §5.1). Raises
    AuthenticationFailed, BrownedOut.
    """
    caller = system_caller(call, values)
    if call.binding in _EC:
        return caller
    user, password, code = (_text(values, name) for name in ("userssn", "userpassword", "userpincode"))
    if not (user or password or code):
        return caller
    method = _text(values, "authmethod") or None
    return call.visit.proves(
        lambda: authenticate_person(call.store, caller, user, password, code, method, source=call.source)
    )


def _pair(values: Mapping[str, Any], names: tuple[str, ...], passwords: tuple[str, ...]) -> tuple[str, str]:
    return _first(values, names), _first(values, passwords)


def _first(values: Mapping[str, Any], names: tuple[str, ...]) -> str:
    return next((text for text in (_text(values, name) for name in names) if text), "")


def _text(values: Mapping[str, Any], name: str) -> str:
    """The value under a name in any letter case: bodies begin small, headers large. Passwords keep their blanks."""
    found = next((value for key, value in values.items() if key.lower() == name), None)
    return "" if found is None else str(found)
