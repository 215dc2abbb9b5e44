"""Identifiers of organisations and persons: read, checked, masked."""

from __future__ import annotations

import re
from datetime import date
from typing import NewType

from core.errors import ErrorCode, InvalidInput

PartyId = NewType("PartyId", str)
"""Internal UUID of a party, lower-case text. Never an identity number."""

ServiceId = NewType("ServiceId", str)
"""``asmx:<orNumber>/<orVersion>``, ``svc:<code>/<edition>`` or the id of a resource."""

_ORGANISATION_WEIGHTS = (3, 2, 7, 6, 5, 4, 3, 2)
_FIRST_PERSON_WEIGHTS = (3, 7, 6, 1, 8, 9, 4, 5, 2)
_SECOND_PERSON_WEIGHTS = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
_DAYS_IN_MONTH = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_PERSON_NUMBER_IN_TEXT = re.compile(r"(?<![0-9A-Za-z])\d{6}[ ]?\d{5}(?![0-9A-Za-z])")


def parse_organisation_number(text: str) -> str:
    """Nine digits of an organisation number (organisasjonsnummer), the last one a mod-11 check digit.

    Raises InvalidInput. Source: Brønnøysundregistrene, the number's definition.
    """
    number = text.strip()
    if not (len(number) == 9 and number.isascii() and number.isdigit()):
        raise _invalid_organisation(text)
    if _check_digit(number[:8], _ORGANISATION_WEIGHTS) != int(number[8]):
        raise _invalid_organisation(text)
    return number


def parse_person_number(text: str) -> str:
    """Eleven digits of a national identity number (fødselsnummer) or D-number, both check digits right.

    A D-number has 40 added to the day; the synthetic series used in test populations has 80 (or 40)
    added to the month. Raises InvalidInput. Source: Skatteetaten, the number's definition.
    """
    number = text.strip()
    if not (len(number) == 11 and number.isascii() and number.isdigit()):
        raise _invalid_person()
    if not _is_a_day(int(number[:2]), int(number[2:4])):
        raise _invalid_person()
    if _check_digit(number[:9], _FIRST_PERSON_WEIGHTS) != int(number[9]):
        raise _invalid_person()
    if _check_digit(number[:10], _SECOND_PERSON_WEIGHTS) != int(number[10]):
        raise _invalid_person()
    return number


def parse_party_number(text: str) -> str:
    """An organisation number or a national identity number, told apart by length. Raises InvalidInput."""
    stripped = text.strip()
    return parse_person_number(stripped) if len(stripped) == 11 else parse_organisation_number(stripped)


def organisation_check_digit(first_eight: str) -> int | None:
    """The ninth digit for eight digits, or None where the series has no valid one."""
    return _check_digit(first_eight, _ORGANISATION_WEIGHTS)


def person_check_digits(first_nine: str) -> str | None:
    """The two check digits for nine digits, or None where the series has no valid pair."""
    first = _check_digit(first_nine, _FIRST_PERSON_WEIGHTS)
    if first is None:
        return None
    second = _check_digit(f"{first_nine}{first}", _SECOND_PERSON_WEIGHTS)
    return None if second is None else f"{first}{second}"


def birth_date(number: str) -> date | None:
    """The date of birth in a national identity number; None where it holds none.

    The century follows from the three digits after the date. Source: Skatteetaten, the number's definition.
    """
    day, month, year, serial = int(number[:2]), int(number[2:4]), int(number[4:6]), int(number[6:9])
    day -= 40 if day > 40 else 0
    month -= 80 if month > 80 else 40 if month > 40 else 0
    try:
        return date(_century(year, serial) + year, month, day)
    except ValueError:
        return None


def _century(year: int, serial: int) -> int:
    if serial < 500 or (serial >= 900 and year >= 40):
        return 1900
    return 1800 if serial < 750 and year >= 54 else 2000


def mask_number(number: str) -> str:
    """A national identity number with its last five digits hidden; anything else unchanged."""
    return f"{number[:6]}*****" if len(number) == 11 and number.isdigit() else number


def mask_numbers_in(text: str) -> str:
    """Every stand-alone number in ``text`` that passes as a national identity number, masked.

    Longer identifiers that merely contain eleven digits are left whole.
    """
    return _PERSON_NUMBER_IN_TEXT.sub(_mask_if_person, text)


def form_id(or_number: int, or_version: int) -> ServiceId:
    """The service id of an ``.asmx`` form: its pair in Oppgaveregisteret."""
    return ServiceId(f"asmx:{or_number}/{or_version}")


def legacy_service_id(code: str, edition: str) -> ServiceId:
    """The service id of an ``.svc`` service: its code and edition."""
    return ServiceId(f"svc:{code}/{edition}")


def is_form(service: str) -> bool:
    """Whether the service is an ``.asmx`` form of the first platform."""
    return service.startswith("asmx:")


def is_legacy(service: str) -> bool:
    """Whether the service belongs to one of the two closed platforms."""
    return service.startswith(("asmx:", "svc:"))


def _mask_if_person(found: re.Match[str]) -> str:
    digits = found.group().replace(" ", "")
    try:
        parse_person_number(digits)
    except InvalidInput:
        return found.group()
    return mask_number(digits)


def _check_digit(digits: str, weights: tuple[int, ...]) -> int | None:
    rest = sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True)) % 11
    return None if rest == 1 else (11 - rest) % 11


def _is_a_day(day: int, month: int) -> bool:
    if day > 40:
        day -= 40
    if month > 80:
        month -= 80
    elif month > 40:
        month -= 40
    return 1 <= month <= 12 and 1 <= day <= _DAYS_IN_MONTH[month - 1]


def _invalid_organisation(text: str) -> InvalidInput:
    return InvalidInput(
        ErrorCode.INVALID_ORGANISATION_NUMBER,
        f"`{mask_numbers_in(text)[:40]}` is not an organisation number: nine digits, the last a mod-11 check digit",
    )


def _invalid_person() -> InvalidInput:
    # The number itself stays out of the message: messages end up in logs.
    return InvalidInput(
        ErrorCode.INVALID_PERSON_NUMBER,
        "not a national identity number: eleven digits with a date first and two check digits last",
    )
