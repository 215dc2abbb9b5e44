"""Contents of any size: stored in pieces ahead of what refers to them, claimed with it, swept where nothing does."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import pytest

from core import (
    ContentRef,
    ContentWriter,
    ErrorCode,
    NotFound,
    Store,
    content_size,
    discard_content,
    read_content,
    store_content,
    sweep_contents,
)

CHUNK = 256 * 1024
NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)


def stored(store: Store, data: bytes, block: int = 100_000) -> ContentRef:
    writer = ContentWriter(store)
    for start in range(0, len(data), block):
        writer.write(data[start : start + block])
    return writer.finish()


def claim(store: Store, content: str) -> None:
    store.write(lambda ledger: ledger.claim_content(content))


@pytest.mark.parametrize("size", [0, 1, CHUNK, CHUNK + 1, 4 * CHUNK, 9 * CHUNK + 7])
def test_a_content_comes_back_as_it_went_in(store: Store, size: int) -> None:
    data = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    ref = stored(store, data)
    assert ref == ContentRef(ref.id, size, hashlib.sha256(data).hexdigest())
    blocks = list(read_content(store, ref.id))
    assert b"".join(blocks) == data
    assert max(map(len, blocks)) <= CHUNK
    assert content_size(store, ref.id) == size


def test_what_is_stored_whole_is_read_and_measured_alike(store: Store) -> None:
    store.write(lambda ledger: ledger.add_content("whole", b"ab" * CHUNK))
    assert b"".join(read_content(store, "whole")) == b"ab" * CHUNK
    assert content_size(store, "whole") == 2 * CHUNK
    claim(store, "whole")


def test_nobody_else_waits_while_a_content_is_being_stored(store: Store) -> None:
    with store_content(store) as writer:
        writer.write(b"x" * 5 * CHUNK)
        store.write(lambda ledger: ledger.add_content("another", b"y"))
    assert content_size(store, writer.id) == 5 * CHUNK


def test_a_content_that_breaks_off_leaves_nothing(store: Store) -> None:
    with pytest.raises(RuntimeError, match="the client is gone"), store_content(store) as writer:  # noqa: PT012
        writer.write(b"x" * 5 * CHUNK)
        raise RuntimeError("the client is gone")
    assert not list(read_content(store, writer.id))
    with pytest.raises(NotFound) as refused:
        content_size(store, writer.id)
    assert refused.value.code == ErrorCode.CONTENT_NOT_FOUND


def test_what_is_claimed_stays_and_what_is_not_is_swept_when_it_is_old(store: Store) -> None:
    store.clock = lambda: NOON
    kept, left = stored(store, b"kept"), stored(store, b"left")
    claim(store, kept.id)
    store.clock = lambda: NOON + timedelta(hours=23)
    young = stored(store, b"young")
    assert sweep_contents(store) == 0
    store.clock = lambda: NOON + timedelta(hours=25)
    assert sweep_contents(store) == 1
    assert sweep_contents(store) == 0
    assert [list(read_content(store, ref.id)) for ref in (kept, left, young)] == [[b"kept"], [], [b"young"]]


def test_many_old_contents_are_all_swept(store: Store) -> None:
    store.clock = lambda: NOON
    for _ in range(120):
        stored(store, b"left")
    store.clock = lambda: NOON + timedelta(days=2)
    assert sweep_contents(store) == 120


def test_a_claim_is_part_of_its_transaction(store: Store) -> None:
    ref = stored(store, b"x")

    def fail(ledger: object) -> None:
        ledger.claim_content(ref.id)  # type: ignore[attr-defined]
        raise RuntimeError("after all not")

    with pytest.raises(RuntimeError):
        store.write(fail)
    assert discard_content(store, ref.id)
    with pytest.raises(NotFound):
        claim(store, ref.id)


def test_a_claimed_content_is_not_discarded_and_may_be_claimed_again(store: Store) -> None:
    ref = stored(store, b"x")
    claim(store, ref.id)
    claim(store, ref.id)
    assert not discard_content(store, ref.id)
    assert list(read_content(store, ref.id)) == [b"x"]


def test_a_content_nobody_stored_cannot_be_claimed(store: Store) -> None:
    with pytest.raises(NotFound):
        claim(store, "nothing")
    assert not discard_content(store, "nothing")
