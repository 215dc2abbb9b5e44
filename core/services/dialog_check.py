"""What a dialog, and a search for dialogs, must be like. Source: pdp-and-tokens §15.2."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping
from datetime import datetime

from core.domain.dialog import TEXTS, TITLE, DialogPeriod, DialogSearch, NewDialog
from core.domain.texts import UNKEEPABLE, can_be_kept

MOST_PARTIES, MOST_SERVICES, MOST_OTHERS = 100, 20, 20
MOST_ON_A_PAGE = 1000
SHORTEST_SEARCH = 3
_LONGEST_TITLE = 255
_LONGEST_KEY = 36
_LANGUAGE = re.compile(r"[a-z]{2,3}", re.ASCII)

Problems = Mapping[str, list[str]]


def problems_with_search(search: DialogSearch) -> Problems:
    """What is wrong with a search, by parameter; empty where nothing is."""
    return _by_member(_wrong_in_search(search))


def problems_with(new: NewDialog, now: datetime) -> Problems:
    """What is wrong with a new dialog, by member; empty where nothing is."""
    return _by_member([*_wrong_members(new), *_wrong_moments(new, now), *_wrong_texts(new)])


def _by_member(found: Iterator[tuple[str, str]] | list[tuple[str, str]]) -> Problems:
    problems: dict[str, list[str]] = {}
    for member, sentence in found:
        problems.setdefault(member, []).append(sentence)
    return problems


# -- searches -----------------------------------------------------------------------------------


def _wrong_in_search(search: DialogSearch) -> Iterator[tuple[str, str]]:
    if not search.parties and not search.services:
        yield "party", "Either serviceResource or party must be specified."
    lists = {
        "party": (search.parties, MOST_PARTIES),
        "serviceResource": (search.services, MOST_SERVICES),
        "org": (search.owner_codes, MOST_OTHERS),
        "extendedStatus": (search.extended_statuses, MOST_OTHERS),
    }
    for name, (values, most) in lists.items():
        if len(values) > most:
            yield name, f"At most {most} values can be given."
    words = {
        "org": search.owner_codes,
        "extendedStatus": search.extended_statuses,
        "process": (search.process,),
        "externalReference": (search.external_reference,),
        "search": (search.text,),
    }
    for name, texts in words.items():
        if not can_be_kept(texts):
            yield name, UNKEEPABLE
    if search.text is not None and len(search.text) < SHORTEST_SEARCH:
        yield "search", f"The search must have at least {SHORTEST_SEARCH} characters."
    if not 1 <= search.limit <= MOST_ON_A_PAGE:
        yield "limit", f"The limit must be from 1 to {MOST_ON_A_PAGE}."
    periods = {
        "createdAfter": search.created,
        "updatedAfter": search.updated,
        "contentUpdatedAfter": search.content_updated,
        "dueAfter": search.due,
    }
    for name, period in periods.items():
        if _is_reversed(period):
            yield name, f"{name} must not be later than {name.removesuffix('After')}Before."


def _is_reversed(period: DialogPeriod) -> bool:
    return period.after is not None and period.before is not None and period.after > period.before


# -- dialogs ------------------------------------------------------------------------------------


def _wrong_members(new: NewDialog) -> Iterator[tuple[str, str]]:
    if new.id is not None and not _is_time_ordered(new.id):
        yield "id", "The id must be a UUID of version 7."
    if new.idempotency_key is not None and not 1 <= len(new.idempotency_key) <= _LONGEST_KEY:
        yield "idempotentKey", f"The key must have 1 to {_LONGEST_KEY} characters."
    if new.progress is not None and not 0 <= new.progress <= 100:
        yield "progress", "The progress must be from 0 to 100."
    if new.preceding_process is not None and new.process is None:
        yield "precedingProcess", "A preceding process needs a process."
    members = {
        "idempotentKey": new.idempotency_key,
        "extendedStatus": new.extended_status,
        "externalReference": new.external_reference,
        "process": new.process,
        "precedingProcess": new.preceding_process,
    }
    for name, text in members.items():
        if not can_be_kept((text,)):
            yield name, UNKEEPABLE
    for action in new.actions:
        if not action.action.strip() or not action.endpoints:
            yield "apiActions", "An action names what it does, and at least one endpoint."
        addresses = (text for each in action.endpoints for text in (each.url, each.version))
        if not can_be_kept((action.action, action.name, *addresses)):
            yield "apiActions", UNKEEPABLE


def _is_time_ordered(text: str) -> bool:
    try:
        return uuid.UUID(text).version == 7
    except ValueError:
        return False


def _wrong_moments(new: NewDialog, now: datetime) -> Iterator[tuple[str, str]]:
    if new.expires is not None and new.expires <= now:
        yield "expiresAt", "The dialog must not have expired."
    if new.visible is not None and new.expires is not None and new.visible >= new.expires:
        yield "visibleFrom", "The dialog must become visible before it expires."
    if new.due is not None and new.visible is not None and new.due < new.visible:
        yield "dueAt", "The dialog must be visible before it is due."


def _wrong_texts(new: NewDialog) -> Iterator[tuple[str, str]]:
    if TITLE not in new.content and not new.api_only:
        yield "content.title", "A dialog has a title."
    for name, text in new.content.items():
        member = f"content.{name}"
        if name not in TEXTS:
            yield member, "There is no such content."
        if not text.by_language or not all(value.strip() for value in text.by_language.values()):
            yield member, "A content has a value in at least one language."
        if not can_be_kept((*text.by_language.values(), text.media)):
            yield member, UNKEEPABLE
        if not all(_LANGUAGE.fullmatch(language) for language in text.by_language):
            yield member, "A language is named by its two or three letters."
        if name.lower().endswith("title") and any(len(value) > _LONGEST_TITLE for value in text.by_language.values()):
            yield member, f"A title has at most {_LONGEST_TITLE} characters."
