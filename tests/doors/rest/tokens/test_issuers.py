"""Real issuers: keys fetched from where they are published, kept, and changed. Source: pdp-and-tokens §4, §5."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from brobygger.application import create_application
from brobygger.settings import Settings, WeakSettings
from core import Store
from rest import KeysUnavailable, TrustedIssuer, UntrustworthySetup, fetched_keys
from rest.tokens.bearer import InvalidToken, read_keys
from rest.tokens.keys import new_private_key
from rest.tokens.trust import KeyRing
from tests.doors.rest.conftest import Clock
from tests.doors.rest.test_bearer import claims, signed, verifier
from tests.doors.rest.tokens.forgery import Genuine
from tests.doors.rest.vendor import VENDOR, jwk, key

ONE, TWO = {"keys": [jwk("issuer", "sig-1")]}, {"keys": [jwk("next", "sig-2")]}


@dataclass
class Site:
    """Where an issuer publishes: what is served at each path, and what was asked for."""

    base: str
    pages: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def serve(self, path: str, document: object) -> str:
        """Serve a document; returns its address."""
        self.pages[path] = json.dumps(document).encode()
        return f"{self.base}{path}"


@pytest.fixture
def site() -> Iterator[Site]:
    """A site on a real socket."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """Serve a page; /moved points at another."""
            served.asked.append(self.path)
            page = served.pages.get(self.path)
            self.send_response(302 if self.path == "/moved" else 200 if page is not None else 404)
            self.send_header("Location", f"{served.base}/jwk")
            self.send_header("Content-Length", str(len(page or b"")))
            self.end_headers()
            self.wfile.write(page or b"")

        def log_message(self, *_args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served = Site(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield served
    server.shutdown()
    thread.join()
    server.server_close()


# -- fetching --------------------------------------------------------------------------------------


def test_keys_come_from_their_address_or_from_where_the_metadata_says(site: Site) -> None:
    keys = site.serve("/jwk", ONE)
    issuer = f"{site.base}/"
    assert fetched_keys(issuer, jwks_uri=keys, plain_http=True)() == ONE
    metadata = site.serve("/.well-known/x", {"issuer": issuer, "jwks_uri": keys})
    assert fetched_keys(issuer, discovery=metadata, plain_http=True)() == ONE
    assert site.asked == ["/jwk", "/.well-known/x", "/jwk"]


@pytest.mark.parametrize(
    "document",
    [
        {"issuer": "{base}", "jwks_uri": "{base}/jwk"},
        {"issuer": "https://other.example/", "jwks_uri": "{base}/jwk"},
        {"issuer": "{base}/"},
        {"issuer": "{base}/", "jwks_uri": 5},
        {"issuer": "{base}/", "jwks_uri": "file:///etc/passwd"},
        {"issuer": "{base}/", "jwks_uri": "{base}/not-there"},
        {"issuer": "{base}/", "jwks_uri": "{base}/moved"},
        {"issuer": "{base}/", "jwks_uri": "{base}/list"},
        {"issuer": "{base}/", "jwks_uri": "{base}/no-set"},
        {"issuer": "{base}/", "jwks_uri": "{base}/broken"},
        {"issuer": "{base}/", "jwks_uri": "{base}/huge"},
        ["not an object"],
    ],
    ids=range(12),
)
def test_what_is_not_plainly_the_issuers_keys_is_not_taken(site: Site, document: Any) -> None:
    site.serve("/jwk", ONE)
    site.serve("/list", [ONE])
    site.serve("/no-set", {"keys": 5})
    site.pages["/broken"] = b"{"
    site.pages["/huge"] = b" " * (1024 * 1024 + 1) + b"{}"
    text = json.dumps(document).replace("{base}", site.base)
    metadata = site.serve("/metadata", json.loads(text))
    with pytest.raises(KeysUnavailable):
        fetched_keys(f"{site.base}/", discovery=metadata, plain_http=True)()


@pytest.mark.parametrize(
    "where",
    [
        {"jwks_uri": "http://issuer.example/jwk"},
        {"discovery": "http://issuer.example/x"},
        {"jwks_uri": "https:///jwk"},
        {"jwks_uri": "file:///jwk"},
        {"jwks_uri": "https://a.example/", "discovery": "https://a.example/"},
        {},
    ],
    ids=str,
)
def test_only_one_https_address_is_taken(where: dict[str, Any]) -> None:
    with pytest.raises(UntrustworthySetup):
        fetched_keys("https://issuer.example/", **where)


# -- keeping ---------------------------------------------------------------------------------------


class Source:
    """A source of keys that can fail, change, and keep its askers waiting."""

    def __init__(self, answer: Mapping[str, Any]) -> None:
        self.answer: Mapping[str, Any] | None = answer
        self.asked = 0
        self.begun = threading.Event()
        self.may_end = threading.Event()
        self.may_end.set()

    def __call__(self) -> Mapping[str, Any]:
        self.asked += 1
        self.begun.set()
        assert self.may_end.wait(10)
        if self.answer is None:
            raise KeysUnavailable("the source is down")
        return self.answer


def ring(source: Source, now: list[float]) -> KeyRing:
    issuer = TrustedIssuer("mp", "https://mp.example/", source)
    return KeyRing(issuer, read_keys, clock=lambda: now[0])


DAY = 24 * 3600.0


def test_keys_are_kept_a_day_and_fetched_anew_for_an_unknown_id_once_a_minute() -> None:
    source, now = Source(ONE), [0.0]
    keys = ring(source, now)
    for now[0] in (0.0, 59.0, DAY - 1):
        assert keys.key("sig-1") is not None
    assert source.asked == 1
    for _ in range(5):
        assert keys.key("sig-2") is None
    assert source.asked == 2
    source.answer = TWO
    now[0] += 61
    assert keys.key("sig-2") is not None
    assert (source.asked, keys.generation) == (3, 2)
    now[0] += DAY
    assert keys.key("sig-2") is not None
    assert (source.asked, keys.generation) == (4, 2)


def test_the_keys_known_stay_while_the_source_fails_or_serves_none() -> None:
    source, now = Source(ONE), [0.0]
    keys = ring(source, now)
    assert keys.key("sig-1") is not None
    for source.answer in (None, {"keys": []}, {"keys": [jwk("weak", "w", 1024)]}):
        now[0] += DAY
        assert keys.key("sig-1") is not None
    assert source.asked == 4
    now[0] += 30
    assert keys.key("sig-1") is not None
    assert source.asked == 4, "and it is asked again a minute later, not with every call"
    now[0] += 31
    assert keys.key("sig-1") is not None
    assert source.asked == 5


def test_a_source_that_never_answered_is_asked_again_soon_but_not_with_every_call() -> None:
    source, now = Source(ONE), [0.0]
    source.answer = None
    keys = ring(source, now)
    for _ in range(3):
        with pytest.raises(KeysUnavailable):
            keys.key("sig-1")
    assert source.asked == 1
    now[0] += 5
    source.answer = ONE
    assert keys.key("sig-1") is not None


def test_nobody_who_knows_the_key_waits_for_a_fetch() -> None:
    source, now = Source(ONE), [0.0]
    keys = ring(source, now)
    keys.key("sig-1")
    source.begun.clear()
    source.may_end.clear()
    source.answer = {"keys": [*ONE["keys"], *TWO["keys"]]}
    now[0] += 61
    found: list[object] = []
    fetching = threading.Thread(target=lambda: found.append(keys.key("sig-2")))
    waiting = threading.Thread(target=lambda: found.append(keys.key("sig-2")))
    fetching.start()
    assert source.begun.wait(10)
    waiting.start()
    assert keys.key("sig-1") is not None, "while the fetch is under way"
    assert found == []
    source.may_end.set()
    for thread in (fetching, waiting):
        thread.join(10)
    assert len(found) == 2
    assert None not in found
    assert source.asked == 2


def test_a_key_that_the_issuer_took_away_takes_the_remembered_tokens_with_it() -> None:
    clock, source = Clock(), Source({"keys": [*ONE["keys"], *TWO["keys"]]})
    opened = verifier(clock, jwks=source)
    token = f"Bearer {signed(claims(clock, exp=int(clock().timestamp()) + 3 * 24 * 3600))}"
    assert opened.verify(token).consumer == VENDOR
    source.answer = TWO
    (keys,) = (keys for _, keys in opened._issuers.values())
    keys._asked = None  # as if a day had passed
    assert opened.verify(f"Bearer {signed(claims(clock), name='next', kid='sig-2')}").consumer == VENDOR
    with pytest.raises(InvalidToken):
        opened.verify(token)


# -- from the settings to the door -----------------------------------------------------------------


@pytest.fixture
def application(sqlite_store: Store, tmp_path: Path) -> Callable[..., Any]:
    """The whole application with these issuers and settings."""

    def build(issuers: object, **settings: str) -> Any:
        path = tmp_path / "issuers.json"
        path.write_text(json.dumps(issuers))
        environ = {"BROBYGGER_PUBLIC_URL": "https://bro.example", "BROBYGGER_TRUSTED_ISSUERS": str(path)}
        named = {f"BROBYGGER_{name.upper()}": value for name, value in settings.items()}
        return create_application(sqlite_store, Settings.from_env(environ | named))

    return build


def issuer_row(**changes: Any) -> dict[str, Any]:
    """An issuer as the file describes it."""
    row = {"name": "mp", "issuer": "https://mp.example/", "jwks": ONE, "algorithms": ["RS256"], **changes}
    return {name: value for name, value in row.items() if value is not None}


def token_of(store: Store, issuer: str, scope: str = "altinn:serviceowner") -> str:
    """A Maskinporten token of the issuer."""
    now = int(store.clock().timestamp())
    consumer = {"authority": "iso6523-actorid-upis", "ID": f"0192:{VENDOR}"}
    made = {"iss": issuer, "iat": now, "exp": now + 60, "scope": scope, "consumer": consumer, "jti": "1"}
    return Genuine(made, "sig-1", key("issuer")).signed()


def asked(app: Any, path: str, token: str) -> httpx.Response:
    with httpx.Client(transport=httpx.WSGITransport(app=app), base_url="https://bro.example") as http:
        return http.get(path, headers={"Authorization": f"Bearer {token}"})


def test_an_issuer_in_the_settings_is_trusted_and_exchanged(
    application: Callable[..., Any], sqlite_store: Store, tmp_path: Path
) -> None:
    pem = tmp_path / "keys.pem"
    pem.write_text(new_private_key() + new_private_key())
    app = application([issuer_row(provider="maskinporten")], exchange_keys=str(pem), exchange_minutes="10")
    answer = asked(app, "/authentication/api/v1/exchange/maskinporten", token_of(sqlite_store, "https://mp.example/"))
    assert answer.status_code == 200, answer.text
    said = json.loads(_payload(answer.text))
    assert (said["iss"], said["exp"] - said["iat"]) == ("https://bro.example/authentication/api/v1/openid/", 600)
    jwks = asked(app, "/authentication/api/v1/openid/.well-known/openid-configuration/jwks", "").json()
    assert len(jwks["keys"]) == 2
    # The exchanged token opens doors: a missing scope is refused as such, not as a missing token.
    assert asked(app, "/authentication/api/v1/systemregister/vendor", answer.text).status_code == 403


def _payload(token: str) -> bytes:
    import base64

    part = token.split(".")[1]
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def test_in_the_demo_keys_may_be_fetched_over_http(
    application: Callable[..., Any], sqlite_store: Store, site: Site
) -> None:
    row = issuer_row(issuer=f"{site.base}/", jwks=None, jwks_uri=site.serve("/jwk", ONE), provider="maskinporten")
    app = application([row], demo="true")
    token = token_of(sqlite_store, f"{site.base}/")
    for _ in range(3):
        assert asked(app, "/authentication/api/v1/exchange/maskinporten", token).status_code == 200
    assert site.asked == ["/jwk"]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"jwks": None}, "jwks_uri"),
        ({"jwks_uri": "https://mp.example/jwk"}, "one of"),
        ({"jwks": None, "jwks_uri": "http://mp.example/jwk"}, "https only"),
        ({"jwks": None, "discovery": "http://mp.example/x"}, "https only"),
        ({"algorithms": ["HS256"]}, "HS256"),
        ({"algorithms": []}, "algorithms"),
        ({"algoritms": ["RS256"]}, "algoritms"),
        ({"audiense": "us"}, "audiense"),
        ({"provider": "facebook"}, "facebook"),
        ({"issuer": None}, "issuer"),
    ],
    ids=str,
)
def test_an_issuer_that_would_be_trusted_too_much_keeps_the_gateway_from_starting(
    application: Callable[..., Any], changes: dict[str, Any], says: str
) -> None:
    with pytest.raises((WeakSettings, UntrustworthySetup), match=says):
        application([issuer_row(**changes)])


def test_half_an_exchange_keeps_the_gateway_from_starting(application: Callable[..., Any], tmp_path: Path) -> None:
    pem = tmp_path / "keys.pem"
    pem.write_text(new_private_key())
    with pytest.raises(WeakSettings, match="provider"):
        application([issuer_row()], exchange_keys=str(pem))
    with pytest.raises(WeakSettings, match="cannot be read"):
        application([issuer_row(provider="maskinporten")], exchange_keys=str(tmp_path / "nowhere.pem"))
    for minutes in ("0", "31"):
        with pytest.raises(WeakSettings, match="EXCHANGE_MINUTES"):
            application([issuer_row()], exchange_minutes=minutes)
    with pytest.raises(WeakSettings, match="EXCHANGE_KEYS"):
        application([issuer_row()], exchange_keys=str(pem), demo="true")
