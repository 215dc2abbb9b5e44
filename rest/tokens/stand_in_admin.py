"""Running the stand-in issuer: its clients and scopes, and its own keys. Demo only, and from this machine only."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, request

from core import (
    ClientRow,
    GatewayError,
    InvalidInput,
    IssuerScope,
    ScopeAccess,
    Store,
    add_client_key,
    issuer_clients,
    issuer_scopes,
    parse_organisation_number,
    register_issuer_scope,
    remove_client_key,
    remove_issuer_client,
)
from rest.body import read_json, read_object, wrong_body
from rest.door import RestOptions, as_response, asker, empty, json_response
from rest.problem import Area
from rest.problem_rows import NO_ACCESS, NOT_FOUND, WRONG_FIELDS
from rest.problems import Refused, tell, write
from rest.tokens.issuer import StandInIssuer

BASE = "/demo/issuer"


def add_stand_in_admin(app: Flask, store: Store, options: RestOptions, issuer: StandInIssuer) -> None:
    """Serve what an operator of the demo, or a test, sets up the stand-in with."""
    admin = _Admin(store, issuer)
    routes: tuple[tuple[str, str, Callable[..., Response]], ...] = (
        ("GET", "/clients", admin.clients),
        ("PUT", "/clients/<client>", admin.put_client),
        ("DELETE", "/clients/<client>", admin.delete_client),
        ("POST", "/clients/<client>/keys", admin.add_key),
        ("DELETE", "/clients/<client>/keys/<kid>", admin.remove_key),
        ("GET", "/scopes", admin.scopes),
        ("PUT", "/scopes", admin.put_scope),
        ("POST", "/keys/<name>/rotate", admin.rotate),
    )
    for method, path, view in routes:
        guarded = _guarded(view, options)
        app.add_url_rule(f"{BASE}{path}", f"stand-in {method} {path}", guarded, methods=[method])


def _guarded(view: Callable[..., Response], options: RestOptions) -> Callable[..., Response]:
    """The view for callers on this machine, with its refusals translated."""

    def guarded(**values: str) -> Response:
        try:
            _check_is_local(options)
            return view(**values)
        except Refused as refusal:
            return as_response(write(refusal.problem, asker(options), fields=refusal.fields))
        except (InvalidInput, ValueError) as error:
            return as_response(write(WRONG_FIELDS, asker(options), fields={"$": [str(error)]}))
        except GatewayError as error:
            return as_response(tell(error, Area.LOOKUP, asker(options)))

    return guarded


def _check_is_local(options: RestOptions) -> None:
    """Refuse callers elsewhere, those behind a proxy here, and pages that a browser on this machine shows.

    Such a page cannot send a body of JSON unasked, and is caught by the name it calls by where its own name leads here.
    """
    is_forwarded = any(name in request.headers for name in ("Forwarded", "X-Forwarded-For"))
    is_form = request.method == "POST" and not request.is_json
    if is_forwarded or is_form or not (_is_loopback(request.remote_addr or "") and _is_our_name(options)):
        raise Refused(NO_ACCESS)


def _is_our_name(options: RestOptions) -> bool:
    try:
        name = urlsplit(f"//{request.headers.get('Host', '')}").hostname or ""
    except ValueError:
        return False
    return name in ("localhost", urlsplit(options.public_url).hostname) or _is_loopback(name)


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


class _Admin:
    """The views."""

    def __init__(self, store: Store, issuer: StandInIssuer) -> None:
        self._store = store
        self._issuer = issuer

    def clients(self) -> Response:
        """Every client, with the ids of its keys."""
        return json_response([_client(row) for row in issuer_clients(self._store)])

    def put_client(self, client: str) -> Response:
        """Register a client, in place of an earlier one."""
        body = read_object(request.get_data(), "client")
        body.require("organisation", "scopes", "jwks")
        organisation = parse_organisation_number(body.text("organisation") or "")
        jwks = body.member("jwks")
        jwks.require("keys")
        self._issuer.register_client(client, organisation, body.texts("scopes"), {"keys": jwks.plain("keys")})
        return empty(204)

    def delete_client(self, client: str) -> Response:
        """Take a client away."""
        remove_issuer_client(self._store, client)
        return empty(204)

    def add_key(self, client: str) -> Response:
        """Register one more key of a client: the body is its JWK."""
        jwk = read_json(request.get_data(), "key")
        if not isinstance(jwk, dict):
            raise wrong_body("The body must be a JWK.", "key")
        return _found(add_client_key(self._store, client, self._issuer.posted_key(jwk)))

    def remove_key(self, client: str, kid: str) -> Response:
        """Take a key away from a client."""
        return _found(remove_client_key(self._store, client, kid))

    def scopes(self) -> Response:
        """Every scope that the stand-in was told of."""
        return json_response([_scope(row) for row in issuer_scopes(self._store)])

    def put_scope(self) -> Response:
        """Let the stand-in know a scope, in place of what it knew of it."""
        body = read_object(request.get_data(), "scope")
        body.require("scope", "owner")
        granted = [ScopeAccess(number) for number in body.texts("consumers")]
        delegated = [
            ScopeAccess(each.text("consumer") or "", each.text("supplier") or "")
            for each in body.members("delegations")
        ]
        row = IssuerScope(
            body.text("scope") or "",
            body.text("owner") or "",
            body.whole_number("atMaxAge") if "atMaxAge" in body else None,
            body.texts("integrationTypes") or ("maskinporten",),
            tuple(dict.fromkeys(granted + delegated)),
        )
        register_issuer_scope(self._store, row)
        return empty(204)

    def rotate(self, name: str) -> Response:
        """Let one of the stand-in's issuers sign with a new key."""
        key = self._issuer.rotate_key(name)
        if key is None:
            raise Refused(NOT_FOUND)
        return json_response({"kid": key.kid})


def _found(row: ClientRow | None) -> Response:
    if row is None:
        raise Refused(NOT_FOUND)
    return json_response(_client(row))


def _client(row: ClientRow) -> dict[str, Any]:
    keys = [{"kid": key.get("kid"), "posted": key.get("posted")} for key in row.keys]
    return {"client": row.client, "organisation": row.organisation, "scopes": list(row.scopes), "keys": keys}


def _scope(row: IssuerScope) -> dict[str, Any]:
    return {
        "scope": row.scope,
        "owner": row.owner,
        "atMaxAge": row.longest_seconds,
        "integrationTypes": list(row.integration_types),
        "consumers": [each.consumer for each in row.access if not each.supplier],
        "delegations": [{"consumer": each.consumer, "supplier": each.supplier} for each in row.access if each.supplier],
    }
