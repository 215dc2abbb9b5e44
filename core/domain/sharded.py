"""An immutable map that can be changed cheaply: many small dicts behind one face."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")

SHARDS = 1024
"""How many dicts. A power of two; with 10⁵ keys a change copies about a hundred of them."""

MASK = SHARDS - 1


class ShardedMap(Generic[K, V]):
    """A map that never changes; `edit` gives a draft of the next one.

    ``shards`` is public for the one place where a call per look-up would cost too much.
    """

    __slots__ = ("shards",)

    def __init__(self, shards: tuple[dict[K, V], ...] | None = None) -> None:
        self.shards: tuple[dict[K, V], ...] = shards or tuple({} for _ in range(SHARDS))

    def get(self, key: K) -> V | None:
        """The value, or None."""
        return self.shards[hash(key) & MASK].get(key)

    def __contains__(self, key: K) -> bool:
        return key in self.shards[hash(key) & MASK]

    def __len__(self) -> int:
        return sum(len(shard) for shard in self.shards)

    def __iter__(self) -> Iterator[K]:
        for shard in self.shards:
            yield from shard

    def values(self) -> Iterator[V]:
        """Every value, in no promised order."""
        for shard in self.shards:
            yield from shard.values()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ShardedMap) and self.shards == other.shards

    __hash__ = None  # type: ignore[assignment]

    def edit(self) -> ShardedDraft[K, V]:
        """A draft that starts as this map and copies only the shards it touches."""
        return ShardedDraft(self)


class ShardedDraft(Generic[K, V]):
    """The next state of a `ShardedMap`, under way."""

    __slots__ = ("_owned", "_shards")

    def __init__(self, base: ShardedMap[K, V]) -> None:
        self._shards = list(base.shards)
        self._owned: set[int] = set()

    def get(self, key: K) -> V | None:
        """The value as the draft has it, or None."""
        return self._shards[hash(key) & MASK].get(key)

    def __iter__(self) -> Iterator[K]:
        for shard in self._shards:
            yield from shard

    def put(self, key: K, value: V) -> None:
        """Set or replace."""
        self._own(hash(key) & MASK)[key] = value

    def remove(self, key: K) -> None:
        """Drop the key if it is there."""
        self._own(hash(key) & MASK).pop(key, None)

    def freeze(self) -> ShardedMap[K, V]:
        """The finished map. The draft must not be used after."""
        return ShardedMap(tuple(self._shards))

    def _own(self, index: int) -> dict[K, V]:
        if index not in self._owned:
            self._owned.add(index)
            self._shards[index] = dict(self._shards[index])
        return self._shards[index]
