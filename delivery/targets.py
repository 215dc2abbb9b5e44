"""Where deliveries go: the file of targets read, and refused where it is weak, misspelt or ambiguous."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import httpx

from delivery.keys import SigningKey, signing_key

_PARTY = "{party}"
_OF_THE_FILE = frozenset({"issuer", "client_id", "key_file", "targets"})
_OF_A_TARGET = frozenset({"for", "address", "scope", "resource", "receipt"})


class BadTargets(ValueError):
    """The file of targets is unreadable, ill-formed or weak: nothing may be sent by it."""


@dataclass(frozen=True, slots=True)
class Target:
    """A service owner's address, and what a token for it is asked with.

    ``address`` holds ``{party}`` once, in its path. ``scope`` is what the token must have, ``resource`` the
    audience it is asked for, None for none. ``receipt`` is the member of the answer with the service owner's
    reference.
    """

    address: str
    scope: str
    resource: str | None = None
    receipt: str = "receipt"

    def address_of(self, party: str) -> str:
        """The address for one party."""
        return self.address.replace(_PARTY, quote(party, safe=""))


@dataclass(frozen=True, slots=True)
class Targets:
    """Every target by the service or resource it is for, and the client that asks for tokens."""

    issuer: str
    client_id: str
    key: SigningKey
    by_service: Mapping[str, Target]

    def target(self, service: str, resource: str) -> Target | None:
        """The target of a service, or else of the resource it has become; None where neither has one."""
        return self.by_service.get(service) or self.by_service.get(resource)


def read_targets(path: Path, *, plain_http: bool = False) -> Targets:
    """The targets in a JSON file. ``plain_http`` allows http, for the demo alone. Raises BadTargets.

    The file has ``issuer`` (the token issuer's identifier, with the slash at the end), ``client_id``, ``key_file``
    (a private RSA key as JWK, with its ``kid``; a path from the file's own folder) and ``targets``: a list of
    objects with ``for`` (services and resources), ``address``, ``scope``, and where wanted ``resource`` and
    ``receipt``.
    """
    read = _json(path, "the file")
    _members(read, "the file", _OF_THE_FILE, ("issuer", "client_id", "key_file", "targets"))
    issuer = _text(read, "issuer", "the file")
    _check_address(issuer, "issuer", plain_http=plain_http)
    if not issuer.endswith("/"):
        raise BadTargets("`issuer` must end with a slash, as the issuer writes it")
    if not isinstance(read["targets"], list) or not read["targets"]:
        raise BadTargets("`targets` must be a list with at least one target")
    return Targets(
        issuer,
        _text(read, "client_id", "the file"),
        _key(path.parent / _text(read, "key_file", "the file")),
        _by_service(read["targets"], plain_http=plain_http),
    )


def _by_service(rows: list[Any], *, plain_http: bool) -> dict[str, Target]:
    found: dict[str, Target] = {}
    for place, row in enumerate(rows, start=1):
        where = f"target {place}"
        _members(row, where, _OF_A_TARGET, ("for", "address", "scope"))
        services = row["for"]
        if (
            not isinstance(services, list)
            or not services
            or not all(isinstance(each, str) and each for each in services)
        ):
            raise BadTargets(f"{where}: `for` must be a list of services and resources")
        target = _target(row, where, plain_http=plain_http)
        for service in services:
            if service in found:
                raise BadTargets(f"{where}: `{service}` has a target already")
            found[service] = target
    return found


def _target(row: dict[str, Any], where: str, *, plain_http: bool) -> Target:
    address = _text(row, "address", where)
    _check_address(address, f"{where}: `address`", plain_http=plain_http)
    if address.count(_PARTY) != 1 or urlsplit(address).path.count(_PARTY) != 1:
        raise BadTargets(f"{where}: `address` must have {_PARTY} once, in its path")
    further = {name: _text(row, name, where) for name in ("resource", "receipt") if name in row}
    return Target(address, _text(row, "scope", where), **further)


def _check_address(address: str, what: str, *, plain_http: bool) -> None:
    try:
        parts = urlsplit(address)
        host = parts.hostname if parts.port is None or parts.port else None
        httpx.URL(address)
    except (ValueError, httpx.InvalidURL) as error:
        raise BadTargets(f"{what} is no address") from error
    if parts.scheme != "https" and not (plain_http and parts.scheme == "http"):
        raise BadTargets(f"{what} must be an https address, or tokens and forms travel in the clear")
    if not host or parts.username is not None or parts.password is not None or parts.fragment:
        raise BadTargets(f"{what} must name a host, and no user, password or fragment")


def _members(row: Any, where: str, known: frozenset[str], needed: tuple[str, ...]) -> None:
    if not isinstance(row, dict):
        raise BadTargets(f"{where} must be an object")
    missing = [name for name in needed if not row.get(name)]
    if missing:
        raise BadTargets(f"{where} lacks `{missing[0]}`")
    unknown = sorted(set(row) - known)
    if unknown:
        raise BadTargets(f"{where} has an unknown member `{unknown[0]}`")


def _text(row: Mapping[str, Any], name: str, where: str) -> str:
    value = row[name]
    if not isinstance(value, str) or not value.strip():
        raise BadTargets(f"{where}: `{name}` must be a text")
    return value.strip()


def _key(path: Path) -> SigningKey:
    jwk = _json(path, "the key file")
    if not isinstance(jwk, dict) or not isinstance(jwk.get("kid"), str):
        raise BadTargets("the key file must hold one key as JWK, with its `kid`")
    try:
        return signing_key(jwk)
    except (TypeError, ValueError) as error:
        raise BadTargets(f"the key file: {error}") from error


def _json(path: Path, what: str) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadTargets(f"{what} cannot be read as JSON") from error
