"""The vocabulary on disk: what is imported is what is read back, from the change log and from the rows."""

from __future__ import annotations

from collections.abc import Iterable

from core.domain.change import Fact, Key, key_of
from core.domain.snapshot import Snapshot
from core.services.vocabulary import shipped_vocabulary
from core.store.store import Store
from legacy_mappings.vocabulary import legacy_vocabulary, successors


def test_both_vocabularies_survive_the_store(sqlite_url: str) -> None:
    facts: tuple[Fact, ...] = (*shipped_vocabulary(), *legacy_vocabulary(), *successors())
    writer = Store(sqlite_url)
    try:
        writer.import_facts("operator", facts)
        assert vocabulary_of(writer.snapshot()) == by_key(facts)
    finally:
        writer.close()
    reader = Store(sqlite_url)
    try:
        assert vocabulary_of(reader.snapshot()) == by_key(facts)
    finally:
        reader.close()


def vocabulary_of(snapshot: Snapshot) -> dict[tuple[type, Key], Fact]:
    return by_key(snapshot.vocabulary.values())


def by_key(facts: Iterable[Fact]) -> dict[tuple[type, Key], Fact]:
    return {(type(fact), key_of(fact)): fact for fact in facts}
