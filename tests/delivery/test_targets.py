"""The file of targets: what is taken, and what is refused because it is weak, misspelt or ambiguous."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from brobygger.demo.keys import new_key, public_part
from brobygger.settings import Settings, WeakSettings
from delivery import BadTargets, Target, read_targets

KEY = new_key("kid-1")
TARGET = {"for": ["asmx:212/4348", "etat-mva"], "address": "https://etat.example/mva/{party}", "scope": "etat:mva"}
FILE = {"issuer": "https://issuer.example/", "client_id": "client", "key_file": "key.json", "targets": [TARGET]}

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a file of targets, right in everything but the changes; None takes a member away."""

    def write(key: Any = KEY, **changes: Any) -> Path:
        merged = {name: value for name, value in {**FILE, **changes}.items() if value is not None}
        (tmp_path / "key.json").write_text(json.dumps(key))
        (tmp_path / "targets.json").write_text(json.dumps(merged))
        return tmp_path / "targets.json"

    return write


def test_a_service_has_its_own_target_or_that_of_its_resource(write: Write) -> None:
    own = {**TARGET, "for": ["asmx:669/6088"], "address": "https://etat.example/a/{party}/b", "receipt": "id"}
    targets = read_targets(write(targets=[TARGET, {**own, "resource": "https://etat.example"}]))
    assert (targets.issuer, targets.client_id, targets.key.kid) == ("https://issuer.example/", "client", "kid-1")
    general = Target("https://etat.example/mva/{party}", "etat:mva")
    assert targets.target("asmx:1/1", "etat-mva") == general
    found = targets.target("asmx:669/6088", "etat-mva")
    assert found == Target("https://etat.example/a/{party}/b", "etat:mva", "https://etat.example", "id")
    assert found.address_of("310000302") == "https://etat.example/a/310000302/b"
    assert general.address_of("../x?y#z") == "https://etat.example/mva/..%2Fx%3Fy%23z"
    assert targets.target("asmx:1/1", "another") is None
    assert "RSAPrivate" not in repr(targets)


def _with(**changes: Any) -> dict[str, Any]:
    return {"targets": [{name: value for name, value in {**TARGET, **changes}.items() if value is not None}]}


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "no issuer": ({"issuer": None}, "lacks `issuer`"),
    "issuer over http": ({"issuer": "http://issuer.example/"}, "https"),
    "issuer without its slash": ({"issuer": "https://issuer.example"}, "slash"),
    "no client": ({"client_id": ""}, "lacks `client_id`"),
    "client of another kind": ({"client_id": 7}, "must be a text"),
    "a misspelt member": ({"clientid": "x"}, "unknown member `clientid`"),
    "no targets": ({"targets": []}, "lacks `targets`"),
    "targets of another kind": ({"targets": {"a": 1}}, "a list"),
    "a target that is none": ({"targets": ["x"]}, "must be an object"),
    "no scope": (_with(scope=None), "lacks `scope`"),
    "a misspelt member of a target": (_with(adress="x"), "unknown member `adress`"),
    "for nothing": (_with(**{"for": [""]}), "services"),
    "for a text": (_with(**{"for": "etat-mva"}), "services"),
    "http": (_with(address="http://etat.example/{party}"), "https"),
    "no host": (_with(address="https:///{party}"), "host"),
    "no party": (_with(address="https://etat.example/mva"), "{party} once"),
    "the party twice": (_with(address="https://etat.example/{party}/{party}"), "{party} once"),
    "the party in the query": (_with(address="https://etat.example/?p={party}"), "{party} once"),
    "the party in the host": (_with(address="https://{party}.example/"), "{party} once"),
    "a password": (_with(address="https://u:p@etat.example/{party}"), "no user"),
    "a fragment": (_with(address="https://etat.example/{party}#x"), "no user"),
    "no port": (_with(address="https://etat.example:x/{party}"), "no address"),
    "what no client can call": (_with(address="https://etat\x00.example/{party}"), "no address"),
    "no address": (_with(address="https://[etat/{party}"), "no address"),
    "two for one": ({"targets": [TARGET, TARGET]}, "has a target already"),
    "no key file": ({"key_file": "other.json"}, "key file"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_weak_or_misspelt_is_refused(write: Write, name: str) -> None:
    changes, words = BAD[name]
    with pytest.raises(BadTargets) as refused:
        read_targets(write(**changes))
    assert words in str(refused.value)


def test_only_a_private_rsa_key_of_a_size_will_do(write: Write) -> None:
    small = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - it is to be refused
    short = {**RSAAlgorithm.to_jwk(small, as_dict=True), "kid": "kid-1"}
    nameless = {name: value for name, value in KEY.items() if name != "kid"}
    bad: list[Any] = [public_part(KEY), short, nameless, {"kid": "x", "kty": "oct", "k": "eA"}, [], "text"]
    for key in bad:
        with pytest.raises(BadTargets, match="key file"):
            read_targets(write(key))


def test_settings_refuse_the_file_by_name_and_take_http_in_the_demo_only(write: Write) -> None:
    path = str(write(**_with(address="http://127.0.0.1:8080/{party}")))
    assert Settings(demo=True, delivery_targets=path).targets() is not None
    with pytest.raises(WeakSettings, match="BROBYGGER_DELIVERY_TARGETS: target 1"):
        Settings(delivery_targets=path).targets()
    assert Settings().targets() is None
