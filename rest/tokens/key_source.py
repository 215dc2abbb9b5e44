"""Fetching an issuer's keys from where it publishes them: over https, in bounded time and size, without detours."""

from __future__ import annotations

import http.client
import json
import logging
import time
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlsplit

from rest.tokens.trust import FETCH_SECONDS, Jwks, KeySource, KeysUnavailable, UntrustworthySetup

_LARGEST = 1024 * 1024
_PIECE = 64 * 1024
_log = logging.getLogger(__name__)


def fetched_keys(issuer: str, *, jwks_uri: str = "", discovery: str = "", plain_http: bool = False) -> KeySource:
    """What fetches the keys of ``issuer``: from ``jwks_uri``, or from where its ``discovery`` document says.

    The document must name the issuer letter by letter. Only https is taken, unless ``plain_http`` (for the
    demo) allows http as well. Raises UntrustworthySetup. Source: pdp-and-tokens §5.
    """
    schemes = ("https", "http") if plain_http else ("https",)
    if bool(jwks_uri) == bool(discovery):
        raise UntrustworthySetup(f"issuer `{issuer}`: name its keys by jwks, jwks_uri or discovery, exactly one")
    address = jwks_uri or discovery
    if not _is_address(address, schemes):
        raise UntrustworthySetup(f"issuer `{issuer}`: keys are fetched over https only")

    def source() -> Jwks:
        where = jwks_uri or _published(issuer, discovery, schemes)
        keys = _document(where)
        if not isinstance(keys.get("keys"), list):
            raise KeysUnavailable(f"no JWK set is served by {urlsplit(where).hostname}")
        return keys

    return source


def _published(issuer: str, discovery: str, schemes: tuple[str, ...]) -> str:
    document = _document(discovery)
    if document.get("issuer") != issuer:
        raise KeysUnavailable("the discovery document is another issuer's")
    where = document.get("jwks_uri")
    if not isinstance(where, str) or not _is_address(where, schemes):
        raise KeysUnavailable("the discovery document names no https address of keys")
    return where


def _is_address(text: str, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in schemes and bool(parts.hostname)


class _NoDetours(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: the operator named the address."""

    def redirect_request(self, *_args: Any, **_kwargs: Any) -> None:
        """No further request."""


def _read(answer: http.client.HTTPResponse, ends: float) -> bytes:
    text = b""
    while piece := answer.read1(_PIECE):
        text += piece
        if len(text) > _LARGEST or time.monotonic() > ends:
            raise ValueError("too large, or too slow")
    return text


def _document(address: str) -> dict[str, Any]:
    opener = urllib.request.build_opener(_NoDetours)
    try:
        ends = time.monotonic() + FETCH_SECONDS
        with opener.open(address, timeout=FETCH_SECONDS) as answer:
            document = json.loads(_read(answer, ends))
    except (OSError, ValueError, RecursionError, http.client.HTTPException) as error:
        _log.warning("keys could not be fetched from %s: %s", urlsplit(address).hostname, type(error).__name__)
        raise KeysUnavailable(f"{urlsplit(address).hostname} did not answer with a JSON document") from error
    if not isinstance(document, dict):
        raise KeysUnavailable(f"{urlsplit(address).hostname} did not answer with a JSON object")
    return document
