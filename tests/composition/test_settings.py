"""The gateway refuses to start with settings that are unknown, ill-formed or weak."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from brobygger.application import create_application
from brobygger.settings import Settings, WeakSettings
from core import Store
from rest import UntrustworthySetup

SOUND = {"BROBYGGER_PUBLIC_URL": "https://bro.example", "BROBYGGER_TRUSTED_ISSUERS": "issuers.json"}


@pytest.mark.parametrize(
    ("environ", "says"),
    [
        ({}, "TRUSTED_ISSUERS"),
        ({"BROBYGGER_TRUSTED_ISSUERS": "x.json"}, "https"),
        (SOUND | {"BROBYGGER_PUBLIC_URL": "http://bro.example"}, "https"),
        (SOUND | {"BROBYGGER_DATABSE_URL": "sqlite:///x.db"}, "not a setting"),
        (SOUND | {"BROBYGGER_DEMO": "maybe"}, "bool"),
        (SOUND | {"BROBYGGER_PORT": "http"}, "int"),
        (SOUND | {"BROBYGGER_WORKERS": "0"}, "at least 1"),
        (SOUND | {"BROBYGGER_LOG_LEVEL": "loud"}, "LOG_LEVEL"),
        (SOUND | {"BROBYGGER_OLD_ROLES_UNTIL": "2027-01-01T00:00:00"}, "time zone"),
        (SOUND | {"BROBYGGER_OLD_ROLES_UNTIL": "next year"}, "ISO"),
    ],
)
def test_a_weak_or_unknown_setting_is_refused_by_name(environ: dict[str, str], says: str) -> None:
    with pytest.raises(WeakSettings, match=says):
        Settings.from_env(environ)


def test_false_is_false_and_what_is_not_ours_is_left_alone() -> None:
    settings = Settings.from_env(SOUND | {"BROBYGGER_STRICT_UPSTREAM": "false", "PATH": "/bin"})
    assert settings.strict_upstream is False
    assert settings.terms().old_roles_until is None


def test_a_date_for_the_old_roles_reaches_the_decisions() -> None:
    settings = Settings.from_env(SOUND | {"BROBYGGER_OLD_ROLES_UNTIL": "2027-01-01T00:00:00+01:00"})
    moment = settings.terms().old_roles_until
    assert moment is not None
    assert moment.isoformat() == "2026-12-31T23:00:00+00:00"


@pytest.mark.parametrize(
    "issuers",
    [
        [],
        {},
        [{"name": "mp", "issuer": "https://mp.example/", "jwks": {"keys": []}}],
        [{"name": "mp", "issuer": "https://mp.example/", "jwks": {"keys": []}, "algorithms": ["HS256"]}],
    ],
    ids=["none", "not a list", "no algorithms", "a weak algorithm"],
)
def test_an_issuer_that_is_not_wholly_described_keeps_the_gateway_from_starting(
    sqlite_store: Store, tmp_path: Path, issuers: object
) -> None:
    path = tmp_path / "issuers.json"
    path.write_text(json.dumps(issuers))
    settings = Settings.from_env(SOUND | {"BROBYGGER_TRUSTED_ISSUERS": str(path)})
    with pytest.raises((WeakSettings, UntrustworthySetup)):
        create_application(sqlite_store, settings)
