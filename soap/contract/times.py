"""Times on the wire: read with or without offset, date or fraction; written as the platform did."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

OSLO = ZoneInfo("Europe/Oslo")
"""A time without offset is Norwegian local time."""

_TIME = re.compile(r"(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2})(:\d{2})?(?:\.(\d{1,6})\d*)?)?(Z|[+-]\d{2}:\d{2})?", re.ASCII)
_NO_DATE = 1
# .NET says year 1 where nobody gave a date.


def read_time(text: str) -> datetime | None:
    """The time in ``text``, in Norwegian local time; None for year 1. Raises ValueError for anything else."""
    matched = _TIME.fullmatch(text)
    if matched is None:
        raise ValueError
    date, minutes, seconds, fraction, offset = matched.groups()
    written = f"{date}T{minutes or '00:00'}{seconds or ':00'}.{(fraction or '').ljust(6, '0')}"
    time = datetime.fromisoformat(written)
    if time.year == _NO_DATE:
        return None
    if offset is None:
        return time.replace(tzinfo=OSLO)
    try:
        return datetime.fromisoformat(written + offset.replace("Z", "+00:00")).astimezone(OSLO)
    except OverflowError:
        return time.replace(tzinfo=OSLO)


def write_local(time: datetime) -> str:
    """Norwegian local time without offset, to the millisecond, as receipts carry it (soap-svc §14, no 8)."""
    if time.year == _NO_DATE:
        return time.replace(tzinfo=None).isoformat(timespec="seconds")
    local = time if time.tzinfo is None else time.astimezone(OSLO).replace(tzinfo=None)
    if not local.microsecond:
        return local.isoformat()
    return local.isoformat(timespec="milliseconds").rstrip("0").removesuffix(".")


def write_instant(time: datetime) -> str:
    """Seven decimals and an offset: a client reads the challenge by a fixed pattern (soap-svc §9.1)."""
    local = time.replace(tzinfo=OSLO) if time.tzinfo is None else time.astimezone(OSLO)
    offset = local.strftime("%z")
    return f"{local.replace(tzinfo=None).isoformat(timespec='microseconds')}0{offset[:3]}:{offset[3:]}"
