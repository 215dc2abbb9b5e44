"""The demo world: put into an empty store, or left as it is where it is already there."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

from brobygger.demo.keys import new_key, public_part
from brobygger.demo.scenarios.files import shared_world
from core import (
    OPERATOR,
    ClientRow,
    PartyId,
    StandInChannel,
    Store,
    import_world,
    kept_secret,
    register_issuer_client,
    send_code_letter,
    service_owners,
    shipped_vocabulary,
    use_code_channel,
)
from legacy_mappings.vocabulary import legacy_vocabulary, successors

_FORMS = {"asmx:212/4348": "melding-212-4348.xsd", "asmx:669/6088": "melding-669-6088.xsd"}


def demo_data() -> dict[str, Any]:
    """The examples, their questions and the expected answers."""
    read: dict[str, Any] = json.loads(_file("demo.json"))
    return read


def seed_vocabulary(store: Store) -> None:
    """Put the shipped vocabulary of both worlds into a store that has none."""
    if not store.snapshot().catalogue.roles:
        facts = (*shipped_vocabulary(), *legacy_vocabulary(), *successors())
        store.import_facts(OPERATOR.name, facts)


def seed_demo(store: Store) -> None:
    """Put the demo world into ``store``. A store that holds it already keeps what is there."""
    seed_vocabulary(store)
    data = demo_data()
    first = data["examples"][0]["parties"]["A"]
    if store.snapshot().party_numbered(first) is None:
        world = json.loads(_file("world.json"))
        world["form_schemas"] = {form: _file("forms", name) for form, name in _FORMS.items()}
        import_world(store, OPERATOR, _joined(world, shared_world()))
        _send_letters(store)
    elif shared_world()["service_owners"][0]["code"] not in {each.code for each in service_owners(store)}:
        # A demo from before there were scenarios.
        import_world(store, OPERATOR, shared_world())
    new = data["new_world"]
    _register_client(store, new["client_id"], new["vendor"], new["vendor_scopes"])
    _register_client(store, new["service_owner_client"], new["service_owner"], new["service_owner_scopes"])


def _joined(world: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    """Two world documents as one: what the demo's examples need, and what all scenarios share."""
    facts = {
        kind: [*world["facts"].get(kind, ()), *more["facts"].get(kind, ())] for kind in world["facts"] | more["facts"]
    }
    return {**world, "facts": facts, "service_owners": [*world["service_owners"], *more["service_owners"]]}


def _send_letters(store: Store) -> None:
    """Everybody who can log on has a letter with one-time codes: `brobygger codes` shows them."""
    use_code_channel(store, StandInChannel(store))
    for person in sorted(store.snapshot().person_logins):
        send_code_letter(store, OPERATOR, PartyId(person))


def client_key(store: Store, client: str) -> dict[str, Any]:
    """The private key of a demo client, as a JWK. Made at the first call and kept in the store, never shipped."""
    made = kept_secret(store, f"demo-client-key:{client}", lambda: json.dumps(new_key(f"demo-{client[:8]}")))
    kept: dict[str, Any] = json.loads(made)
    return kept


def _register_client(store: Store, client: str, organisation: str, scopes: list[str]) -> None:
    public = public_part(client_key(store, client))
    register_issuer_client(store, ClientRow(client, organisation, tuple(scopes), (public,)))


def _file(*path: str) -> str:
    return resources.files(__package__).joinpath(*path).read_text(encoding="utf-8")
