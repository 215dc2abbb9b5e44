"""Numbers of organisations and persons: what is valid, and that a person's number never shows."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.domain.identifiers import (
    birth_date,
    form_id,
    is_form,
    is_legacy,
    legacy_service_id,
    mask_number,
    mask_numbers_in,
    organisation_check_digit,
    parse_organisation_number,
    parse_party_number,
    parse_person_number,
    person_check_digits,
)
from core.domain.party import Party, PartyKind
from core.errors import ErrorCode, InvalidInput

ORGANISATION, PERSON = "310000205", "01829010182"


def _person_number(day: date, serial: int, *, d_number: bool, month_added: int) -> str | None:
    shown = f"{day.day + (40 if d_number else 0):02}{day.month + month_added:02}{day.year % 100:02}{serial:03}"
    digits = person_check_digits(shown)
    return None if digits is None else shown + digits


@st.composite
def person_numbers(draw: st.DrawFn) -> str:
    """Valid national identity numbers and D-numbers, real and synthetic series alike."""
    day = date(1900, 1, 1) + timedelta(days=draw(st.integers(min_value=0, max_value=36524)))
    number = _person_number(
        day,
        draw(st.integers(min_value=0, max_value=999)),
        d_number=draw(st.booleans()),
        month_added=draw(st.sampled_from((0, 40, 80))),
    )
    assume(number is not None)
    assert number is not None
    return number


@st.composite
def organisation_numbers(draw: st.DrawFn) -> str:
    """Valid organisation numbers."""
    first = f"{draw(st.integers(min_value=0, max_value=99_999_999)):08}"
    digit = organisation_check_digit(first)
    assume(digit is not None)
    return f"{first}{digit}"


def _another_digit(number: str, place: int, step: int) -> str:
    return f"{number[:place]}{(int(number[place]) + step) % 10}{number[place + 1 :]}"


# -- organisations -------------------------------------------------------------------------------


@pytest.mark.parametrize("number", ["310000108", "310000205", "313000206", "974760673", " 974760673 "])
def test_an_organisation_number_with_its_check_digit(number: str) -> None:
    assert parse_organisation_number(number) == number.strip()


@pytest.mark.parametrize(
    "text", ["310000206", "31000020", "3100002050", "31000020a", "", "٣١٠٠٠٠٢٠٥", "310 000 205", "31000010-"]
)
def test_what_is_no_organisation_number(text: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        parse_organisation_number(text)
    assert raised.value.code is ErrorCode.INVALID_ORGANISATION_NUMBER


@given(organisation_numbers(), st.integers(min_value=0, max_value=8), st.integers(min_value=1, max_value=9))
def test_one_wrong_digit_is_always_found_in_an_organisation_number(number: str, place: int, step: int) -> None:
    assert parse_organisation_number(number) == number
    with pytest.raises(InvalidInput):
        parse_organisation_number(_another_digit(number, place, step))


def test_some_series_have_no_check_digit() -> None:
    without = [first for first in range(31000000, 31000100) if organisation_check_digit(str(first)) is None]

    assert without
    for first in without:
        for digit in range(10):
            with pytest.raises(InvalidInput):
                parse_organisation_number(f"{first}{digit}")


# -- persons -------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", ["01829010182", "12838910031", "23848810010"])
def test_a_number_of_the_synthetic_series(number: str) -> None:
    assert parse_person_number(f" {number}\n") == number


@given(person_numbers())
def test_every_series_is_read(number: str) -> None:
    assert parse_person_number(number) == parse_party_number(number) == number


@given(person_numbers(), st.integers(min_value=0, max_value=10), st.integers(min_value=1, max_value=9))
def test_one_wrong_digit_is_always_found_in_a_person_number(number: str, place: int, step: int) -> None:
    with pytest.raises(InvalidInput) as raised:
        parse_person_number(_another_digit(number, place, step))
    assert raised.value.code is ErrorCode.INVALID_PERSON_NUMBER


@pytest.mark.parametrize("day", ["0082", "3282", "3082x", "7282", "0180", "0193", "0153", "3182x", "4000"])
def test_a_day_that_no_calendar_has_is_refused_with_right_check_digits(day: str) -> None:
    """30 and 31 February, day 0 and 32 (also as a D-number), and months outside every series."""
    first_six = {"3082x": "308290", "3182x": "318290"}.get(day, f"{day}90")
    whole = [f"{first_six}{n}{digits}" for n in range(100, 120) if (digits := person_check_digits(f"{first_six}{n}"))]

    assert whole
    for number in whole:
        with pytest.raises(InvalidInput):
            parse_person_number(number)


@pytest.mark.parametrize("text", ["0182901018", "018290101820", "01829o10182", "", "۰۱۸۲۹۰۱۰۱۸۲"])
def test_what_is_no_person_number(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_person_number(text)


@given(st.one_of(person_numbers(), st.text(max_size=20)))
def test_an_error_never_repeats_a_person_number(text: str) -> None:
    messages = [_refusal(parse, text) for parse in (parse_organisation_number, parse_person_number, parse_party_number)]

    assert [message for message in messages if _shows_a_person(message)] == []


def _refusal(parse: Callable[[str], str], text: str) -> str:
    try:
        parse(text)
    except InvalidInput as error:
        return str(error)
    return ""


def test_the_kind_of_party_is_told_by_the_length() -> None:
    assert parse_party_number(f" {ORGANISATION}") == ORGANISATION
    assert parse_party_number(PERSON) == PERSON
    with pytest.raises(InvalidInput) as raised:
        parse_party_number("12345678901")
    assert raised.value.code is ErrorCode.INVALID_PERSON_NUMBER


# -- masking -------------------------------------------------------------------------------------


def _shows_a_person(text: str) -> bool:
    """Whether eleven digits that stand alone pass as a person's, with or without a space after the date."""
    return any(_is_person(re.sub(" ", "", found)) for found in re.findall(r"(?<!\d)\d{6} ?\d{5}(?!\d)", text))


def _is_person(digits: str) -> bool:
    try:
        parse_person_number(digits)
    except InvalidInput:
        return False
    return True


SEPARATORS = st.sampled_from((" ", ", ", "\n", ": ", "(", ")", "/", "-", ".", '"', "=", "&", "#", "æ=", ""))


@given(st.lists(st.tuples(SEPARATORS, person_numbers()), max_size=4), SEPARATORS)
def test_masking_hides_every_person_number_that_stands_alone(parts: list[tuple[str, str]], end: str) -> None:
    text = "".join((separator or " ") + number for separator, number in parts) + (end or " ")

    assert not _shows_a_person(mask_numbers_in(text))


@given(
    person_numbers(), st.sampled_from(("{}", "fnr {} er feil", "<id>{}</id>", "?pid={}&x=1", "urn:person:{}", "{}."))
)
def test_masking_keeps_the_date_and_hides_the_rest(number: str, around: str) -> None:
    assert mask_numbers_in(around.format(number)) == around.format(f"{number[:6]}*****")
    assert mask_numbers_in(around.format(f"{number[:6]} {number[6:]}")) == around.format(f"{number[:6]}*****")


@given(person_numbers(), st.text("0123456789abcdefABCDEF", min_size=1), st.booleans())
def test_masking_never_damages_a_longer_identifier(number: str, more: str, before: bool) -> None:  # noqa: FBT001
    text = more + number if before else number + more

    assert mask_numbers_in(text) == text


@given(st.uuids(), organisation_numbers(), st.datetimes())
def test_masking_leaves_other_identifiers_alone(uuid: object, organisation: str, moment: object) -> None:
    text = f"{uuid} {organisation} {moment}"

    assert mask_numbers_in(text) == text


@given(st.text())
def test_masking_twice_is_masking_once(text: str) -> None:
    once = mask_numbers_in(text)

    assert mask_numbers_in(once) == once


def test_a_single_number_is_masked_by_its_length() -> None:
    assert mask_number(PERSON) == "018290*****"
    assert mask_number(ORGANISATION) == ORGANISATION


def test_a_party_never_shows_its_number_or_name() -> None:
    person = Party("id", PartyKind.PERSON, PERSON, "Kari Nøkkel", 1)  # type: ignore[arg-type]

    assert person.masked_number == "018290*****"
    assert PERSON not in repr(person)
    assert "Kari" not in repr(person)


# -- services ------------------------------------------------------------------------------------


def test_services_are_told_apart_by_their_ids() -> None:
    form, legacy = form_id(212, 4348), legacy_service_id("3357", "130815")

    assert (form, legacy) == ("asmx:212/4348", "svc:3357/130815")
    assert (is_form(form), is_form(legacy), is_form("asmx-like-resource")) == (True, False, False)
    assert (is_legacy(form), is_legacy(legacy), is_legacy("skd-eksempel-mva")) == (True, True, False)


@pytest.mark.parametrize(
    ("number", "born"),
    [
        ("01828010154", "1980-02-01"),
        ("05857510056", "1975-05-05"),
        ("41018000000", "1980-01-01"),
        ("31129949900", "1999-12-31"),
        ("31129950000", "1899-12-31"),
        ("01010050000", "2000-01-01"),
        ("01014090000", "1940-01-01"),
        ("01410190000", "2001-01-01"),
        ("31028010000", None),
    ],
    ids=range(9),
)
def test_the_date_of_birth_in_a_number(number: str, born: str | None) -> None:
    found = birth_date(number)
    assert (None if found is None else found.isoformat()) == born
