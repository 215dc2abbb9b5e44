"""Settings: read once from the environment, refused when unknown or weak."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from core import DecisionTerms
from delivery import BadTargets, Targets, read_targets

PREFIX = "BROBYGGER_"

_LONGEST_EXCHANGE = 30
_LINK = re.compile(r"https?://[!#-;=?-\[\]_a-z~]+")
_LONGEST_SECONDS = 86_400.0
_EVERY_ADDRESS = ("0.0.0.0", "::", "")  # noqa: S104 - compared with, not bound to


class WeakSettings(ValueError):
    """The settings are unknown, ill-formed, or would weaken the gateway. It must not start."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the installation can choose. Each field is the variable BROBYGGER_<NAME>.

    ``public_url`` is the address clients reach the gateway at; it is written into WSDLs and links.
    ``trusted_issuers`` is a JSON file: a list of objects with ``name``, ``issuer``, ``algorithms``, the keys as
    one of ``jwks`` (a JWK set), ``jwks_uri`` (where it is fetched, over https) and ``discovery`` (the metadata
    document that says where), and optionally ``audience`` and ``provider`` (maskinporten, id-porten or
    altinnstudio: the name under which its tokens are exchanged). ``exchange_keys`` is a PEM file of private RSA
    keys: the first signs exchanged tokens, the others are published as well, before or after their turn; without
    it there is no exchange outside the demo. ``exchange_minutes`` is how long an exchanged token lives (30, or
    less), ``exchange_details_as_list`` keeps what it says of a system user a list, ``exchange_partner_scopes``
    are the scopes beside altinn:… that ID-porten's tokens are exchanged for.
    ``certificate_authorities`` is a PEM file: whose organisation certificates (virksomhetssertifikat) the EC and
    EC2 bindings take, and the demo's stand-in issuer; without it, none. ``demo`` turns on the stand-in issuer, the
    demo world and the test-token routes; nothing of that is reachable without it.
    ``old_roles_until`` is an ISO moment.
    ``code_channel_url`` is the https address that one-time codes are posted to, to be sent as SMS or letter,
    with ``code_channel_token`` as bearer token; without it no codes are sent by SMS (in the demo a box keeps them).
    ``trusted_proxies`` is how many proxies of the installation's own stand before the gateway: so many hops of
    X-Forwarded-For are believed. ``census_seconds`` is how often counts of old calls are written; with zero
    nothing is counted. ``soap_deprecated`` and ``soap_sunset`` are ISO moments told with every answer of the old
    services, ``soap_sunset_link`` the address of a page about it; ``soap_sunset_in_envelope`` tells it in the SOAP
    header too.
    ``approvers`` and ``report_key`` are files that settle who may approve what a move gains, and whose signature a
    parity report must have: then no command takes others.
    ``delivery_targets`` is a JSON file that says where submissions are delivered (docs/delivery.md); without it,
    outside the demo, nothing is. ``delivery_seconds`` is how often the server looks for some; 0 leaves it to others.
    """

    database_url: str = "sqlite:///brobygger.db"
    host: str = "127.0.0.1"
    port: int = 8080
    workers: int = 1
    threads: int = 16
    public_url: str = ""
    confirm_url: str = ""
    demo: bool = False
    trusted_issuers: str = ""
    exchange_keys: str = ""
    exchange_minutes: int = 30
    exchange_details_as_list: bool = False
    exchange_partner_scopes: str = ""
    submission_role: str = "systeminnsendingsrettighet"
    submission_role_aliases: str = "FAGUT"
    old_roles_until: str = ""
    max_request_bytes: int = 40 * 1024 * 1024
    max_attachment_bytes: int = 500 * 1024 * 1024
    certificate_authorities: str = ""
    code_channel_url: str = ""
    code_channel_token: str = field(default="", repr=False)
    archive_seconds: float = 1.0
    trusted_proxies: int = 0
    census_seconds: float = 2.0
    soap_deprecated: str = ""
    soap_sunset: str = ""
    soap_sunset_link: str = ""
    soap_sunset_in_envelope: bool = False
    approvers: str = ""
    report_key: str = ""
    delivery_targets: str = ""
    delivery_seconds: float = 1.0
    log_level: str = "info"
    strict_upstream: bool = False
    own_resources_only: bool = False

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Settings:
        """The settings of this environment. Raises WeakSettings."""
        known = {f"{PREFIX}{each.name.upper()}": each for each in fields(cls)}
        given = {name: value for name, value in environ.items() if name.startswith(PREFIX)}
        unknown = sorted(set(given) - set(known))
        if unknown:
            raise WeakSettings(f"{unknown[0]} is not a setting; known are {', '.join(sorted(known))}")
        values: dict[str, Any] = {
            known[name].name: _read(name, text, str(known[name].type)) for name, text in given.items()
        }
        settings = cls(**values)
        settings.check()
        return settings

    def check(self) -> None:
        """Raises WeakSettings where the gateway would be weaker than it may be."""
        if not self.demo and not self.trusted_issuers:
            raise WeakSettings(
                f"{PREFIX}TRUSTED_ISSUERS names no file: without a trusted issuer no token can be checked"
            )
        if not self.demo and urlsplit(self.public_url).scheme != "https":
            raise WeakSettings(f"{PREFIX}PUBLIC_URL must be an https address, or passwords travel in the clear")
        if self.workers < 1 or self.threads < 1:
            raise WeakSettings(f"{PREFIX}WORKERS and {PREFIX}THREADS must be at least 1")
        if self.log_level not in ("debug", "info", "warning", "error"):
            raise WeakSettings(f"{PREFIX}LOG_LEVEL must be debug, info, warning or error")
        if self.code_channel_url and urlsplit(self.code_channel_url).scheme != "https":
            raise WeakSettings(f"{PREFIX}CODE_CHANNEL_URL must be an https address: one-time codes travel there")
        if not 1 <= self.exchange_minutes <= _LONGEST_EXCHANGE:
            raise WeakSettings(f"{PREFIX}EXCHANGE_MINUTES must be 1 to {_LONGEST_EXCHANGE}")
        self._check_seconds()
        self._check_sunset()
        self.terms()

    def terms(self) -> DecisionTerms:
        """What decisions depend on. Raises WeakSettings."""
        aliases = frozenset(alias.strip() for alias in self.submission_role_aliases.split(",") if alias.strip())
        return DecisionTerms(self.submission_role, aliases, _moment("OLD_ROLES_UNTIL", self.old_roles_until))

    def issuers(self) -> list[dict[str, Any]]:
        """The trusted issuers as the file has them. Raises WeakSettings."""
        if not self.trusted_issuers:
            return []
        try:
            read = json.loads(Path(self.trusted_issuers).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise WeakSettings(f"{PREFIX}TRUSTED_ISSUERS: the file cannot be read as JSON") from error
        if not isinstance(read, list) or not read:
            raise WeakSettings(f"{PREFIX}TRUSTED_ISSUERS: the file must hold a list with at least one issuer")
        return read

    def authorities(self) -> bytes:
        """The PEM text of the certificate authorities, empty for none. Raises WeakSettings."""
        if not self.certificate_authorities:
            return b""
        try:
            return Path(self.certificate_authorities).read_bytes()
        except OSError as error:
            raise WeakSettings(f"{PREFIX}CERTIFICATE_AUTHORITIES: the file cannot be read") from error

    def signing_keys(self) -> str:
        """The PEM text of the keys that sign exchanged tokens, empty for none. Raises WeakSettings."""
        if not self.exchange_keys:
            return ""
        try:
            return Path(self.exchange_keys).read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            raise WeakSettings(f"{PREFIX}EXCHANGE_KEYS: the file cannot be read") from error

    def targets(self) -> Targets | None:
        """Where submissions are delivered, None where no file says it. Raises WeakSettings."""
        if not self.delivery_targets:
            return None
        try:
            return read_targets(Path(self.delivery_targets), plain_http=self.demo)
        except BadTargets as error:
            raise WeakSettings(f"{PREFIX}DELIVERY_TARGETS: {error}") from error

    def base_url(self) -> str:
        """The public address, or the local one in the demo. Without a slash at the end."""
        host = "127.0.0.1" if self.host in _EVERY_ADDRESS else self.host
        return (self.public_url or f"http://{host}:{self.port}").rstrip("/")

    def sunset_moments(self) -> tuple[datetime | None, datetime | None]:
        """Since when the old services are deprecated, and when they end; None for either. Raises WeakSettings."""
        return _moment("SOAP_DEPRECATED", self.soap_deprecated), _moment("SOAP_SUNSET", self.soap_sunset)

    def _check_seconds(self) -> None:
        """A time that no thread can wait for would end the thread, and nobody would see it."""
        for name in ("archive_seconds", "census_seconds", "delivery_seconds"):
            if not 0 <= getattr(self, name) <= _LONGEST_SECONDS:
                raise WeakSettings(f"{PREFIX}{name.upper()} must not be negative, nor more than {_LONGEST_SECONDS:g}")

    def _check_sunset(self) -> None:
        if self.trusted_proxies < 0:
            raise WeakSettings(f"{PREFIX}TRUSTED_PROXIES must not be negative")
        deprecated, sunset = self.sunset_moments()
        if deprecated is not None and sunset is not None and sunset < deprecated:
            raise WeakSettings(f"{PREFIX}SOAP_SUNSET must not be before {PREFIX}SOAP_DEPRECATED")
        if self.soap_sunset_link and _LINK.fullmatch(self.soap_sunset_link) is None:
            raise WeakSettings(f"{PREFIX}SOAP_SUNSET_LINK must be an http or https address, as links are written")


def _moment(name: str, text: str) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise WeakSettings(f"{PREFIX}{name} is not an ISO 8601 moment") from error
    if moment.tzinfo is None:
        raise WeakSettings(f"{PREFIX}{name} has no time zone")
    return moment.astimezone(UTC)


_WORDS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


def _read(name: str, text: str, kind: str) -> object:
    try:
        if kind == "bool":
            return _WORDS[text.strip().lower()]
        if kind == "int":
            return int(text)
        return float(text) if kind == "float" else text
    except (KeyError, ValueError) as error:
        raise WeakSettings(f"{name} must be a {kind}, not `{text}`") from error
