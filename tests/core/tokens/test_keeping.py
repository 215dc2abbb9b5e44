"""What is kept for tokens, on each engine: scopes, keys, clients. Source: pdp-and-tokens §2.2, §2.5, §7."""

from __future__ import annotations

import itertools

import pytest

from core import (
    ClientRow,
    InvalidInput,
    IssuerScope,
    ScopeAccess,
    Store,
    add_client_key,
    issuer_clients,
    issuer_scopes,
    kept_keys,
    register_issuer_client,
    register_issuer_scope,
    remove_client_key,
    remove_issuer_client,
    rotate_key,
    token_state,
)

OWNER, VENDOR, OTHER = "310000906", "310000108", "310000809"
SCOPE = IssuerScope("skd:a/b.read", OWNER, 30, ("maskinporten",), (ScopeAccess(VENDOR), ScopeAccess(VENDOR, OTHER)))


def test_a_scope_is_kept_whole_and_replaced_whole(store: Store) -> None:
    plain = IssuerScope("skd:plain", OWNER)
    register_issuer_scope(store, SCOPE)
    register_issuer_scope(store, plain)
    assert issuer_scopes(store) == (SCOPE, plain)
    assert issuer_scopes(store, ("skd:plain", "nav:x")) == (plain,)
    changed = IssuerScope(SCOPE.scope, OWNER, None, ("idporten",))
    register_issuer_scope(store, changed)
    assert issuer_scopes(store, (SCOPE.scope,)) == (changed,)


def test_a_scope_is_its_owners_and_those_it_is_granted_to() -> None:
    assert [SCOPE.is_granted(number) for number in (OWNER, VENDOR, OTHER)] == [True, True, False]
    assert SCOPE.is_delegated(VENDOR, OTHER)
    assert not SCOPE.is_delegated(OTHER, VENDOR)
    assert not SCOPE.is_delegated(OWNER, OTHER)


@pytest.mark.parametrize(
    "row",
    [
        IssuerScope("skd:more", VENDOR),
        IssuerScope("plain", OWNER),
        IssuerScope(":plain", OWNER),
        IssuerScope("skd:", OWNER),
        IssuerScope("skd:a b", OWNER),
        IssuerScope("nav:a", "310000907"),
        IssuerScope("nav:a", ""),
        IssuerScope("nav:a", OWNER, 0),
        IssuerScope("nav:a", OWNER, access=(ScopeAccess("1"),)),
    ],
    ids=range(9),
)
def test_a_scope_that_is_none_is_not_kept(store: Store, row: IssuerScope) -> None:
    register_issuer_scope(store, SCOPE)
    with pytest.raises(InvalidInput):
        register_issuer_scope(store, row)
    assert issuer_scopes(store) == (SCOPE,)


def test_the_newest_two_keys_stay_and_every_change_is_told(store: Store) -> None:
    made = (f"key {number}" for number in itertools.count(1))
    epochs = [token_state(store).epoch]

    def pems() -> list[str]:
        epochs.append(token_state(store).epoch)
        return [key.pem for key in kept_keys(store, "a", lambda: next(made))]

    assert pems() == pems() == ["key 1"]
    for expected in (["key 2", "key 1"], ["key 3", "key 2"]):
        assert [key.pem for key in rotate_key(store, "a", lambda: next(made))] == expected
        assert pems() == expected
    assert [key.pem for key in kept_keys(store, "b", lambda: "other")] == ["other"]
    assert epochs == sorted(epochs)
    assert epochs[-1] == epochs[0] + 3


def test_a_clients_keys_come_and_go(store: Store) -> None:
    row = ClientRow("c", VENDOR, ("a:b",), ({"kid": "1", "n": "x"},))
    register_issuer_client(store, row)
    register_issuer_client(store, ClientRow("b", OTHER, (), ()))
    assert [each.client for each in issuer_clients(store)] == ["b", "c"]
    added = add_client_key(store, "c", {"kid": "2"})
    assert added is not None
    assert [key["kid"] for key in added.keys] == ["1", "2"]
    replaced = add_client_key(store, "c", {"kid": "1", "n": "y"})
    assert replaced is not None
    assert sorted((key["kid"], key.get("n")) for key in replaced.keys) == [("1", "y"), ("2", None)]
    left = remove_client_key(store, "c", "1")
    assert left is not None
    assert [key["kid"] for key in left.keys] == ["2"]
    assert add_client_key(store, "nobody", {"kid": "1"}) is None
    assert remove_client_key(store, "nobody", "1") is None
    remove_issuer_client(store, "c")
    assert [each.client for each in issuer_clients(store)] == ["b"]
