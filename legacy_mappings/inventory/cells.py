"""Cells as values: numbers that a spreadsheet has mangled, dates in Norwegian, services and actions by any name."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from core import GatewayError, parse_organisation_number, parse_person_number
from legacy_mappings.inventory.columns import plain

_OSLO = ZoneInfo("Europe/Oslo")
_NO_BEGINNING, _NO_END = 1800, 9000
_FIRST_SERIAL, _LAST_SERIAL = 20_000, 80_000
_BEFORE_SERIALS = datetime(1899, 12, 30)  # noqa: DTZ001 – a spreadsheet's days have no time zone
_SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?[eE]\+?\d{1,3}")
_PREFIXED = re.compile(r"(?:.*:)?(?:NO)?([0-9Ee.,+ -]+?)(?:MVA)?", re.DOTALL)
_EVERY_LONG_NUMBER = re.compile(
    r"(?<![0-9A-Za-z])"
    r"(?:\d{6}[ .\-\u00a0]?\d{4,5}|\d{3}[ \u00a0]\d{3}[ \u00a0]\d{4,5}|\d\d[ .]\d\d[ .]\d\d[ \u00a0]\d{5})"
    r"(?![0-9A-Za-z])|\d[.,]\d{4,}[eE]\+?\d+"
)
_DAY = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})(?:,?[ T](?:kl\.? ?)?(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?)?")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}.*|\d{8}", re.DOTALL)
_CLF = re.compile(r"(\d{2})/([A-Za-z]{3})/(\d{4}):(\d{2}:\d{2}:\d{2}) ([+-]\d{4})")


class Unreadable(Exception):
    """A row cannot be taken in. The text is a sentence that says what to do, without any identity number."""


def clean(cell: str) -> str:
    """A cell without what exports put around it: blanks, zero bytes, ``="…"``, a leading apostrophe."""
    if not cell or cell.isalnum():
        return cell
    text = cell.replace("\u00a0", " ").replace("\u202f", " ").strip(" \t\n\0\ufeff")
    if text.startswith('="') and text.endswith('"'):
        text = text[2:-1]
    return text.removeprefix("'").strip()


def masked(text: str) -> str:
    """The text with every number that is, or nearly is, an identity number hidden: also mistyped and cut ones."""
    return _EVERY_LONG_NUMBER.sub("***********", text)


def party_number(cell: str, column: str) -> str:
    """The organisation number or identity number in a cell, as its digits.

    Blanks, ``NO … MVA`` and a prefix are left out; a leading zero that a spreadsheet dropped is put back where the
    check digits say so; a number in scientific notation counts where no digit is lost. Raises Unreadable.
    """
    text = clean(cell)
    found = _PREFIXED.fullmatch(text.upper())
    if not text or found is None:
        raise Unreadable(f"`{column}` is not a number. Write an organisation number or an identity number.")
    digits = found[1].replace(" ", "").removesuffix(".0")
    if _SCIENTIFIC.fullmatch(digits):
        return _checked(_unscientific(digits, column), column)
    if re.fullmatch(r"\d{3}[.-]\d{3}[.-]\d{3}|\d{6}[.-]\d{5}", digits):
        digits = re.sub(r"[.-]", "", digits)
    return _checked(digits, column)


def _unscientific(digits: str, column: str) -> str:
    number = Decimal(digits.replace(",", "."))
    # Fewer digits than the number is long: what stands in for the rest would be somebody else's number.
    if len(number.as_tuple().digits) != number.adjusted() + 1 or number.adjusted() < 8:
        raise Unreadable(
            f"`{column}` was shortened by a spreadsheet and its last digits are lost. "
            "Make the column text in the source and export it again."
        )
    return f"{number:f}"


def _checked(digits: str, column: str) -> str:
    if "\0" in digits or not (digits.isascii() and digits.isdigit()):
        raise Unreadable(f"`{column}` has signs that are no digits. Write the number with digits only.")
    try:
        if len(digits) == 10:
            return parse_person_number(f"0{digits}")
        return parse_person_number(digits) if len(digits) == 11 else parse_organisation_number(digits)
    except GatewayError:
        pass
    if len(digits) in (9, 11):
        raise Unreadable(f"`{column}` has a wrong check digit. Correct the number at its source.")
    raise Unreadable(
        f"`{column}` has {len(digits)} digits: an organisation number has 9, an identity number 11. "
        "Correct the number, and make the column text so that no zero is lost."
    )


def whole_number(cell: str, column: str) -> int:
    """A whole number, as people and spreadsheets write it. Raises Unreadable."""
    text = clean(cell).replace(" ", "").removesuffix(".0").removesuffix(",0")
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise Unreadable(f"`{column}` is not a whole number. Write it with digits only.")
    return int(text)


def moment(cell: str, column: str, *, day_ends: bool = False) -> datetime | None:
    """The moment in a cell, in UTC; None for an empty one and for years 1 and 9999.

    Without a time zone it is Norwegian time. A day without a time of day is its beginning; with ``day_ends`` the
    beginning of the next, so that a last day counts. Raises Unreadable for what can be read in two ways.
    """
    text = clean(cell)
    if not text:
        return None
    found, is_day = _read_moment(text, column)
    if not _NO_BEGINNING <= found.year < _NO_END:
        return None
    if is_day and day_ends:
        found += timedelta(days=1)
    return (found if found.tzinfo else found.replace(tzinfo=_OSLO)).astimezone(UTC)


def _read_moment(text: str, column: str) -> tuple[datetime, bool]:
    try:
        if _ISO.fullmatch(text):
            return datetime.fromisoformat(text), len(text) in (8, 10)
        day = _DAY.fullmatch(text)
        if day is not None:
            return _norwegian(day, text, column)
        logged = _CLF.fullmatch(text.strip("[]"))
        if logged is not None:
            return _logged(logged), False
        serial = Decimal(text.replace(",", "."))
        if _FIRST_SERIAL < serial < _LAST_SERIAL:
            return _BEFORE_SERIALS + timedelta(days=float(serial)), serial == serial.to_integral_value()
    except (ValueError, InvalidOperation, OverflowError):
        pass
    raise Unreadable(f"`{column}` is not a date. Write it as dd.mm.yyyy or yyyy-mm-dd.")


def _norwegian(day: re.Match[str], text: str, column: str) -> tuple[datetime, bool]:
    date, month, year, *time = day.groups()
    if "/" in text and int(date) <= 12 and date != month:
        raise Unreadable(f"`{column}` can be read in two ways (day or month first). Write it as dd.mm.yyyy.")
    hour, minute, second = (int(each or 0) for each in time)
    found = datetime(int(year), int(month), int(date), hour, minute, second)  # noqa: DTZ001 – the zone comes last
    return found, time[0] is None


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def _logged(found: re.Match[str]) -> datetime:
    day, month, year, time, zone = found.groups()
    number = _MONTHS.index(month.lower()) + 1
    return datetime.fromisoformat(f"{year}-{number:02}-{day}T{time}{zone[:3]}:{zone[3:]}")


_YES = frozenset({"ja", "yes", "true", "1", "x", "sant", "j", "y"})
_NO = frozenset({"", "nei", "no", "false", "0", "usant", "n"})
_LOCKED = frozenset(
    ["sperret", "last", "locked", "inaktiv", "inactive", "deaktivert", "disabled", "avsluttet", "stengt"]
)
_ACTIVE = frozenset({"aktiv", "active", "apen", "open", "ok", "enabled", "ulast"})


def is_locked(cell: str, header: str) -> bool:
    """Whether a system is locked, by a word for its state, or yes and no under the header. Raises Unreadable."""
    word, asks_active = plain(clean(cell)), plain(header) in {"aktiv", "active"}
    if word in _LOCKED:
        return True
    if word in _ACTIVE or word == "":
        return False
    if word in _YES or word in _NO:
        return (word in _NO) if asks_active else (word in _YES)
    raise Unreadable(f"`{header}` is not a known state. Write aktiv or sperret (active or locked).")


_ACTIONS = {
    "read": "les lese lesetilgang read view se",
    "write": "skriv skrive fyllut utfylle utfylling fylleut write sendinn innsending send submit",
    "sign": "signer signere signering sign signing",
    "archive-read": "arkivles lesarkiv lesefraarkiv archiveread arkivlese readarchive",
    "archive-delete": "arkivslett slettfraarkiv archivedelete deletearchive slettearkiv",
    "attest": "attest attester attestere attestasjon",
    "*": "alle all any alt full fullmakt",
}
_ACTION_NAMED = {word: action for action, words in _ACTIONS.items() for word in words.split()}


def actions(cell: str, known: frozenset[str], column: str) -> frozenset[str]:
    """The actions in a cell, apart by comma, semicolon, stroke, plus or ``og``; empty for an empty cell.

    ``known`` are names that actions have already. Raises Unreadable.
    """
    found = set()
    for part in re.split(r"[,;/|+\n]| og | and ", clean(cell)):
        word = part.strip()
        action = word if word in known or word == "*" else _ACTION_NAMED.get(plain(word))
        if action is None and word:
            raise Unreadable(f"`{column}` names no known action. Write read, write, sign, archive-read or *.")
        found |= {action} if action else set()
    return frozenset(found)
