"""Cells as people and spreadsheets leave them: read where nothing is lost, else refused with what to do."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import GatewayError, mask_number, parse_person_number
from legacy_mappings.inventory.cells import Unreadable, actions, is_locked, masked, moment, party_number, whole_number
from tests.migration.inventory.world import organisations, persons

ORGANISATION, PERSON = organisations(1)[0], persons(1)[0]


def _shortened_to_nine_digits() -> str:
    """The first synthetic number that ends with two zeros, as a spreadsheet shows any of its hundred neighbours."""
    for number in range(10_890_100_000, 11_890_100_000, 100):
        try:
            parse_person_number(str(number))
        except GatewayError:
            continue
        return f"{number:.8E}"
    raise AssertionError


@pytest.mark.parametrize(
    "cell",
    [
        ORGANISATION,
        f" {ORGANISATION}\0\0",
        f"{ORGANISATION[:3]} {ORGANISATION[3:6]} {ORGANISATION[6:]}",
        f"{ORGANISATION[:3]}\u00a0{ORGANISATION[3:6]}\u00a0{ORGANISATION[6:]}",
        f"{ORGANISATION[:3]}.{ORGANISATION[3:6]}.{ORGANISATION[6:]}",
        f"NO {ORGANISATION} MVA",
        f"NO{ORGANISATION}mva",
        f"{ORGANISATION}.0",
        f'="{ORGANISATION}"',
        f"'{ORGANISATION}",
        f"0192:{ORGANISATION}",
        f"urn:altinn:organization:identifier-no:{ORGANISATION}",
        f"{ORGANISATION[0]},{ORGANISATION[1:]}E+08",
        f"{ORGANISATION[0]}.{ORGANISATION[1:]}e8",
    ],
)
def test_an_organisation_number_is_read_however_it_is_written(cell: str) -> None:
    assert party_number(cell, "orgnr") == ORGANISATION


@pytest.mark.parametrize(
    "cell", [PERSON, f"{PERSON[:6]} {PERSON[6:]}", PERSON[1:], f"{PERSON[1:]}.0", f"{PERSON[1]},{PERSON[2:]}E+09"]
)
def test_a_zero_that_a_spreadsheet_dropped_is_put_back_where_the_check_digits_say_so(cell: str) -> None:
    assert party_number(cell, "fnr") == PERSON


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("3,1E+08", "was shortened by a spreadsheet"),
        ("1,81701E+09", "was shortened by a spreadsheet"),
        # Nine digits of eleven: with zeros for the others it is a valid number, and somebody else's.
        (_shortened_to_nine_digits(), "was shortened by a spreadsheet"),
        (ORGANISATION[:8], "has 8 digits"),
        (f"{ORGANISATION}0", "has 10 digits"),
        (f"{ORGANISATION[:8]}{(int(ORGANISATION[8]) + 1) % 10}", "wrong check digit"),
        (f"{PERSON[:10]}{(int(PERSON[10]) + 1) % 10}", "wrong check digit"),
        (f"{ORGANISATION[:4]}\0{ORGANISATION[4:]}", "is not a number"),
        ("Blåbær AS", "is not a number"),
        ("", "is not a number"),
        ("1-2", "signs that are no digits"),
    ],
)
def test_a_number_with_digits_lost_is_refused_with_what_to_do(cell: str, says: str) -> None:
    with pytest.raises(Unreadable, match=says) as refused:
        party_number(cell, "avgiver")
    assert_teaches(str(refused.value))


def assert_teaches(reason: str) -> None:
    """A reason is sentences, says what to do, and holds no number of anybody."""
    assert re.search(r"\b(Write|Correct|Make|Add|Remove|Keep|Put|Let|Shorten|Enter|Nothing)\b", reason), reason
    assert reason.endswith(".")
    assert re.search(r"\d{6,}", reason) is None


@pytest.mark.parametrize(
    ("cell", "begins", "ends"),
    [
        ("31.12.2026", "2026-12-30T23:00:00+00:00", "2026-12-31T23:00:00+00:00"),
        ("1.7.2026", "2026-06-30T22:00:00+00:00", "2026-07-01T22:00:00+00:00"),
        ("2026-12-31", "2026-12-30T23:00:00+00:00", "2026-12-31T23:00:00+00:00"),
        ("20261231", "2026-12-30T23:00:00+00:00", "2026-12-31T23:00:00+00:00"),
        ("31/12/2026", "2026-12-30T23:00:00+00:00", "2026-12-31T23:00:00+00:00"),
        ("46387", "2026-12-30T23:00:00+00:00", "2026-12-31T23:00:00+00:00"),
        ("31.12.2026 kl. 14.05", "2026-12-31T13:05:00+00:00", "2026-12-31T13:05:00+00:00"),
        ("31.12.2026 14:05:09", "2026-12-31T13:05:09+00:00", "2026-12-31T13:05:09+00:00"),
        ("2026-12-31T14:05:09Z", "2026-12-31T14:05:09+00:00", "2026-12-31T14:05:09+00:00"),
        ("2026-12-31 14:05:09.25+01:00", "2026-12-31T13:05:09.250000+00:00", "2026-12-31T13:05:09.250000+00:00"),
        ("31/Dec/2026:14:05:09 +0100", "2026-12-31T13:05:09+00:00", "2026-12-31T13:05:09+00:00"),
    ],
)
def test_a_day_is_norwegian_and_a_last_day_counts(cell: str, begins: str, ends: str) -> None:
    first, last = moment(cell, "fra"), moment(cell, "til", day_ends=True)
    assert first
    assert last
    assert (first.isoformat(), last.isoformat()) == (begins, ends)


@pytest.mark.parametrize("cell", ["", " ", "31.12.9999", "9999-12-31T23:59:59", "0001-01-01", "01.01.0001 00:00:00"])
def test_no_date_and_the_ends_of_time_are_open(cell: str) -> None:
    assert moment(cell, "til", day_ends=True) is None


@pytest.mark.parametrize("cell", ["31.12.26", "31.13.2026", "i morgen", "2026-02-30", "1", "1e99", "NaN", "sNaN", "∞"])
def test_what_is_no_date_is_refused(cell: str) -> None:
    with pytest.raises(Unreadable, match="is not a date") as refused:
        moment(cell, "til")
    assert_teaches(str(refused.value))


def test_a_date_that_can_be_read_in_two_ways_is_refused() -> None:
    with pytest.raises(Unreadable, match="two ways"):
        moment("01/02/2026", "til")


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("Les", {"read"}),
        ("Les, skriv og signer", {"read", "write", "sign"}),
        ("ArkivLes;Arkiv-slett", {"archive-read", "archive-delete"}),
        ("Fyll ut", {"write"}),
        ("attest", {"attest"}),
        ("Alle", {"*"}),
        ("", set()),
    ],
)
def test_actions_go_by_their_norwegian_names(cell: str, expected: set[str]) -> None:
    assert actions(cell, frozenset({"attest"}), "rettighet") == expected


def test_an_action_without_meaning_is_refused() -> None:
    with pytest.raises(Unreadable, match="names no known action"):
        actions("Les, danse", frozenset(), "rettighet")


@pytest.mark.parametrize(
    ("cell", "header", "locked"),
    [("Sperret", "Status", True), ("Aktiv", "Status", False), ("", "Status", False), ("ja", "Låst", True),
     ("nei", "Aktiv", True), ("true", "active", False)],
)  # fmt: skip
def test_a_state_is_a_word_or_a_yes(cell: str, header: str, *, locked: bool) -> None:
    assert is_locked(cell, header) is locked


def test_whole_numbers() -> None:
    assert [whole_number(cell, "antall") for cell in ("12", " 1 234 ", "5.0", "1\u00a0000")] == [12, 1234, 5, 1000]
    for cell in ("", "1,5", "-1", "x", "9" * 20):
        with pytest.raises(Unreadable, match="is not a whole number"):
            whole_number(cell, "antall")


@given(st.integers(0, 10**11 - 1), st.sampled_from(["", " ", "-", "."]), st.sampled_from(["", ";", " ", '"', ","]))
def test_every_eleven_digits_are_hidden_right_or_wrong(number: int, between: str, around: str) -> None:
    digits = f"{number:011}"
    text = f"{around}{digits[:6]}{between}{digits[6:]}{around}"
    assert digits[6:] not in masked(text)
    assert mask_number(digits)[6:] in masked(text)


def test_numbers_of_organisations_and_longer_identifiers_are_left_whole() -> None:
    text = f"{ORGANISATION};123456789012;f5458467-0cc0-531a-bb0d-d1bd3eeadb81;AR12345678901"
    assert masked(text) == text


@given(st.text(max_size=30))
def test_no_cell_breaks_the_readers(cell: str) -> None:
    for read in (party_number, whole_number, moment, is_locked):
        try:
            read(cell, "kolonne")
        except Unreadable as refused:
            assert_teaches(str(refused))
    try:
        actions(cell, frozenset(), "kolonne")
    except Unreadable as refused:
        assert_teaches(str(refused))
