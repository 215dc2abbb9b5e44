"""What every text must be before it is kept."""

from __future__ import annotations

from collections.abc import Iterable

UNKEEPABLE = "A text must not hold NUL, nor half of a sign."


def can_be_kept(texts: Iterable[str | None]) -> bool:
    """Whether all texts can be stored and sent on as UTF-8: without NUL, and without half of a surrogate pair."""
    return not any(text is not None and ("\x00" in text or not _is_whole(text)) for text in texts)


def _is_whole(text: str) -> bool:
    return text.isascii() or not any("\ud800" <= sign <= "\udfff" for sign in text)
