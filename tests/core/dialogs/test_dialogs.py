"""The rules of dialogs, on both engines: pages, what is shown to whom, and the log of who has seen what."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import (
    Caller,
    Conflict,
    DialogOrder,
    DialogSearch,
    ErrorCode,
    GatewayError,
    InvalidMembers,
    NotAllowed,
    NotFound,
    Store,
    Written,
    create_dialog,
    open_dialog,
    remove,
    search_dialogs,
)
from tests.core.dialogs.world import (
    FIRM,
    GIVEN,
    OTHER,
    OTHER_READER,
    OWNER,
    PARCELS,
    POST,
    READER,
    SECRETS,
    Clock,
    new_dialog,
)


def every_page(store: Store, search: DialogSearch) -> list[str]:
    """The ids on all pages of a search, in order."""
    found: list[str] = []
    while True:
        page = search_dialogs(store, READER, search)
        found += [each.dialog.id for each in page.items]
        if page.next is None:
            return found
        search = replace(search, after=page.next)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(st.tuples(st.integers(0, 2), st.one_of(st.none(), st.integers(0, 3))), max_size=8),
    order=st.sampled_from(DialogOrder),
    direction=st.sampled_from(["asc", "desc"]),
    limit=st.integers(1, 4),
)
def test_the_pages_together_are_the_list(
    post: Store, clock: Clock, steps: list[tuple[int, int | None]], order: DialogOrder, direction: str, limit: int
) -> None:
    ascending = direction == "asc"
    for minutes, due in steps:
        clock.pass_time(minutes=minutes)
        moment = None if due is None else datetime(2027, 1, 1, tzinfo=clock.now.tzinfo) + timedelta(days=due)
        create_dialog(post, OWNER, replace(new_dialog(), due=moment))
    whole = DialogSearch(parties=(FIRM,), order=order, ascending=ascending, limit=1000)
    listed = search_dialogs(post, READER, whole)
    assert listed.next is None
    wanted = [each.dialog.id for each in listed.items]
    assert every_page(post, replace(whole, limit=limit)) == wanted
    moments = [each.dialog.due for each in listed.items]
    if order is DialogOrder.DUE:
        known = [moment for moment in moments if moment is not None]
        assert known == sorted(known, reverse=not ascending)
        assert moments == known + [None] * (len(moments) - len(known))


def test_the_list_is_what_can_be_opened(post: Store) -> None:
    made = [
        create_dialog(post, OWNER, new_dialog(service=each, to=to)) for each in (POST, PARCELS) for to in (FIRM, OTHER)
    ]
    for reader in (READER, OTHER_READER):
        search = DialogSearch(services=(POST, PARCELS))
        listed = {each.dialog.id for each in search_dialogs(post, reader, search).items}
        opened = {dialog.id for dialog in made if _opens(post, reader, dialog.id)}
        assert listed == opened
        assert len(listed) == 2


def _opens(store: Store, reader: Caller, dialog_id: str) -> bool:
    try:
        open_dialog(store, reader, dialog_id)
    except NotAllowed:
        return False
    return True


def test_what_is_withdrawn_is_closed_at_once(post: Store) -> None:
    dialog = create_dialog(post, OWNER, new_dialog())
    assert open_dialog(post, READER, dialog.id).dialog == dialog
    post.change("test", lambda _: Written((remove(GIVEN),), None))
    assert search_dialogs(post, READER, DialogSearch(parties=(FIRM,))).items == ()
    with pytest.raises(NotAllowed):
        open_dialog(post, READER, dialog.id)


def test_the_level_opens_and_the_list_keeps_quiet(post: Store) -> None:
    dialog = create_dialog(post, OWNER, new_dialog(service=SECRETS))
    with pytest.raises(NotAllowed) as refused:
        open_dialog(post, READER, dialog.id)
    assert refused.value.code is ErrorCode.LEVEL_TOO_LOW
    (listed,) = search_dialogs(post, READER, DialogSearch(parties=(FIRM,))).items
    assert list(listed.content) == ["title"]


def test_each_reader_is_noted_once(post: Store, clock: Clock) -> None:
    dialog = create_dialog(post, OWNER, new_dialog())
    for _ in range(2):
        clock.pass_time(minutes=1)
        opened = open_dialog(post, READER, dialog.id)
        assert [each.actor for each in opened.seen] == [f"urn:altinn:organization:identifier-no:{FIRM}"]
    (listed,) = search_dialogs(post, READER, DialogSearch(parties=(FIRM,))).items
    assert listed.dialog.seen == clock.now - timedelta(minutes=1)


def test_one_key_one_dialog(post: Store) -> None:
    first = create_dialog(post, OWNER, replace(new_dialog(), idempotency_key="k"))
    with pytest.raises(Conflict) as refused:
        create_dialog(post, OWNER, replace(new_dialog(), idempotency_key="k"))
    assert refused.value.details == {"dialog": first.id}
    create_dialog(post, OWNER, new_dialog())
    create_dialog(post, OWNER, new_dialog())


@pytest.mark.parametrize("text", ["\x00", "\ud800"])
def test_texts_that_no_database_keeps_are_refused(post: Store, text: str) -> None:
    with pytest.raises(InvalidMembers):
        create_dialog(post, OWNER, new_dialog(f"post{text}"))
    with pytest.raises(InvalidMembers):
        search_dialogs(post, READER, DialogSearch(parties=(FIRM,), text=f"post{text}"))


def test_words_are_found_whatever_their_case_and_no_sign_is_a_wildcard(post: Store) -> None:
    for title in ("Ærlig 50% TALT", "50 prosent", "a_b"):
        create_dialog(post, OWNER, new_dialog(title))

    def count(words: str) -> int:
        return len(search_dialogs(post, READER, DialogSearch(parties=(FIRM,), text=words)).items)

    assert [count("æRLIG"), count("50%"), count("a_b"), count("a%b"), count("50 ")] == [1, 1, 1, 0, 1]


def test_nobody_has_what_is_not_there(post: Store) -> None:
    for unknown in ("01990000-0000-7000-8000-000000000001", ""):
        with pytest.raises(NotFound) as refused:
            open_dialog(post, READER, unknown)
        assert refused.value.code is ErrorCode.DIALOG_NOT_FOUND
    with pytest.raises(GatewayError) as empty:
        search_dialogs(post, READER, DialogSearch())
    assert empty.value.code is ErrorCode.INVALID_DIALOG
