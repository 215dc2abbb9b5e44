"""Redirect addresses: which may be registered, and whether one that is asked for is registered."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import urlsplit

_HTTPS_PORT = 443


class _Target(NamedTuple):
    """What must be equal for two addresses to be the same one; query and fragment are free."""

    scheme: str
    host: str
    port: int
    path: str


def is_valid_redirect(url: str) -> bool:
    """Whether the address may be registered: absolute, https, a host, and no user in it."""
    return _target(url) is not None


def is_registered_redirect(url: str, registered: Iterable[str]) -> bool:
    """Whether scheme, host, port and path equal those of a registered address. Source: rest-systemuser §5.1."""
    target = _target(url)
    return target is not None and any(_target(each) == target for each in registered)


def _target(url: str) -> _Target | None:
    # urlsplit drops line breaks and tolerates backslashes, which browsers read in their own way.
    if "\\" in url or not url.isprintable() or " " in url:
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme != "https" or not parts.hostname or parts.username is not None:
        return None
    return _Target(parts.scheme, parts.hostname, port or _HTTPS_PORT, parts.path or "/")
