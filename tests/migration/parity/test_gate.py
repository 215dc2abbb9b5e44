"""The gate: nothing gained without two persons, nothing lost without a plan; and signatures, each for one thing."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from core import ErrorCode, GatewayError, InvalidInput, NotAllowed
from legacy_mappings.parity import (
    Finding,
    Parity,
    Signatory,
    approve_gained,
    gate,
    must_pass,
    read_signatories,
    report_text,
)
from legacy_mappings.signing import fingerprint, new_key, public_key_of, read_signature, sign_report, verify_report
from tests.migration.parity.some import found_everything, found_nothing

KARI, OLA, EVE = new_key(), new_key(), new_key()
PERSONS = (Signatory("Kari", public_key_of(KARI)), Signatory("Ola", public_key_of(OLA)))


@pytest.fixture(scope="module")
def parity() -> Parity:
    return found_everything()


@pytest.fixture(scope="module")
def gained(parity: Parity) -> Parity:
    """Something gained, and nothing lost."""
    return replace(parity, groups=tuple(group for group in parity.groups if group.finding is not Finding.LOST))


# -- the gate -------------------------------------------------------------------------------------


def test_nothing_lost_and_nothing_gained_passes_by_itself() -> None:
    found = gate(found_nothing())

    assert (found.passes, found.reasons, found.gained, found.lost) == (True, (), 0, 0)
    must_pass(found)


def test_a_comparison_that_was_run_once_does_not_pass() -> None:
    found = gate(replace(found_nothing(), settled=False))

    assert not found.passes
    assert "not settled" in found.reasons[0]


def test_what_was_gained_takes_two_persons(gained: Parity) -> None:
    kari, ola = approve_gained(gained, KARI), approve_gained(gained, OLA)

    assert not gate(gained, [], PERSONS).passes
    assert not gate(gained, [kari], PERSONS).passes
    assert not gate(gained, [kari, kari], PERSONS).passes
    both = gate(gained, [kari, ola], PERSONS)
    assert (both.passes, both.approved_by, both.refused) == (True, ("Kari", "Ola"), ())


def test_an_approval_counts_for_these_lines_by_a_known_person_only(gained: Parity) -> None:
    kari = approve_gained(gained, KARI)
    of_less = approve_gained(replace(gained, groups=gained.groups[1:]), OLA)
    by_a_stranger = approve_gained(gained, EVE)
    of_a_report = sign_report(report_text(gained), OLA)

    for other in (of_less, by_a_stranger, of_a_report, "no signature"):
        found = gate(gained, [kari, other], PERSONS)
        assert not found.passes
        assert found.approved_by == ("Kari",)
        assert len(found.refused) == 1


def test_a_line_more_asks_both_again(gained: Parity) -> None:
    approvals = [approve_gained(gained, key) for key in (KARI, OLA)]
    first = next(group for group in gained.groups if group.finding is Finding.GAINED)
    more = replace(gained, groups=(*gained.groups, replace(first, cause="another")))

    assert gate(gained, approvals, PERSONS).passes
    assert not gate(more, approvals, PERSONS).passes


def test_what_was_lost_passes_up_to_the_number_agreed(parity: Parity) -> None:
    approvals = [approve_gained(parity, key) for key in (KARI, OLA)]
    lost = parity.count(Finding.LOST)
    agreed = replace(parity, groups=tuple(replace(each, agreed=each.finding is Finding.LOST) for each in parity.groups))

    assert not gate(parity, approvals, PERSONS).passes
    assert not gate(parity, approvals, PERSONS, most_lost=lost - 1).passes
    assert gate(parity, approvals, PERSONS, most_lost=lost).passes
    assert gate(agreed, approvals, PERSONS).passes
    assert gate(agreed, approvals, PERSONS).lost_agreed == lost


def test_a_system_without_findings_passes_beside_one_with_them(parity: Parity) -> None:
    wrong = {group.actor.enterprise_system for group in parity.groups if group.finding in {"lost", "gained"}}

    assert wrong == {1}
    assert gate(parity, systems={1, 2} - wrong).passes
    assert not gate(parity, systems={1}).passes


def test_a_gate_that_is_not_passed_says_what_stands_in_the_way(parity: Parity) -> None:
    with pytest.raises(NotAllowed, match=r"gained, and 0 of 2 persons.*lost that no plan names") as refused:
        must_pass(gate(parity))
    assert refused.value.code is ErrorCode.GATE_NOT_PASSED


# -- who may approve ------------------------------------------------------------------------------


def test_the_persons_of_a_file_have_a_name_and_a_key_each() -> None:
    rows = [{"name": each.name, "public_key": each.public_key} for each in PERSONS]

    assert read_signatories(json.dumps(rows)) == PERSONS
    for wrong, code in (
        ([rows[0], rows[0]], ErrorCode.INVALID_REPORT),
        ([rows[0], {**rows[0], "name": "Kari's other name"}], ErrorCode.INVALID_REPORT),
        ([rows[0], {**rows[1], "name": "KARI"}], ErrorCode.INVALID_REPORT),
        ([{"name": "Kari"}], ErrorCode.INVALID_REPORT),
        ([{"name": "Kari", "public_key": "none"}], ErrorCode.INVALID_KEY),
        (7, ErrorCode.INVALID_REPORT),
    ):
        with pytest.raises(InvalidInput) as refused:
            read_signatories(json.dumps(wrong))
        assert refused.value.code is code


# -- signatures -----------------------------------------------------------------------------------


def test_a_signed_report_is_verified_with_the_public_key_alone(parity: Parity) -> None:
    text = report_text(parity)
    found = verify_report(text, sign_report(text, KARI), public_key_of(KARI))

    assert found.key == fingerprint(public_key_of(KARI))


def test_a_tampered_report_is_refused(parity: Parity) -> None:
    text, key = report_text(parity), public_key_of(KARI)
    signature = sign_report(text, KARI)
    plain = json.loads(signature)
    other = json.loads(sign_report(text + " ", KARI))

    for told, signed, by in (
        (text.replace("lost", "kept", 1), signature, key),
        (text + " ", signature, key),
        (text, signature, public_key_of(OLA)),
        (text, sign_report(text, OLA), key),
        (text, json.dumps({**plain, "signature": other["signature"]}), key),
        (text + " ", json.dumps({**plain, "digest": other["digest"]}), key),
        (text, approve_gained(parity, KARI), key),
        (text, json.dumps({**json.loads(approve_gained(parity, KARI)), "signs": plain["signs"]}), key),
    ):
        with pytest.raises(NotAllowed) as refused:
            verify_report(told, signed, by)
        assert refused.value.code is ErrorCode.SIGNATURE_WRONG


def test_what_is_no_signature_or_no_key_is_said_to_be_none(parity: Parity) -> None:
    text = report_text(parity)
    plain = json.loads(sign_report(text, KARI))

    for signature, key, code in (
        ("{}", public_key_of(KARI), ErrorCode.INVALID_REPORT),
        (json.dumps({**plain, "algorithm": "none"}), public_key_of(KARI), ErrorCode.INVALID_REPORT),
        (json.dumps({**plain, "signature": "!"}), public_key_of(KARI), ErrorCode.INVALID_REPORT),
        (json.dumps(plain), "no key", ErrorCode.INVALID_KEY),
        (json.dumps(plain), KARI, ErrorCode.INVALID_KEY),
    ):
        with pytest.raises(GatewayError) as refused:
            verify_report(text, signature, key)
        assert refused.value.code is code
    for key in ("no key", public_key_of(KARI)):
        with pytest.raises(InvalidInput) as refused_key:
            sign_report(text, key)
        assert refused_key.value.code is ErrorCode.INVALID_KEY


def test_the_same_text_and_key_give_the_same_signature(parity: Parity) -> None:
    text = report_text(parity)

    assert sign_report(text, KARI) == sign_report(text, KARI)
    assert read_signature(sign_report(text, KARI)).digest in sign_report(text, KARI)


def _approvers(*rows: tuple[object, str]) -> str:
    return json.dumps([{"name": name, "public_key": public_key_of(key)} for name, key in rows])


@pytest.mark.parametrize("name", ["kari", " Kari ", "Ka\u00adri".replace("\u00ad", ""), "\uff2bari", "", "  ", None, 1])
def test_nobody_is_two_approvers_by_another_spelling(name: object) -> None:
    assert [each.name for each in read_signatories(_approvers(("Kari", KARI), ("Ola  Nordmann", OLA)))] == [
        "Kari", "Ola Nordmann",
    ]  # fmt: skip
    with pytest.raises(InvalidInput):
        read_signatories(_approvers(("Kari", KARI), (name, OLA)))


def test_files_that_can_be_read_in_two_ways_or_never_end_are_refused(gained: Parity) -> None:
    key = json.dumps(public_key_of(KARI))
    twice = f'[{{"name": "Ola", "public_key": {key}, "name": "Kari"}}]'
    approval = approve_gained(gained, KARI)
    doubled = approval.replace('"signs":', '"signs": "something else", "signs":')
    deep = "[" * 100_000
    for read, text in (
        (read_signatories, twice),
        (read_signatories, deep),
        (read_signature, doubled),
        (read_signature, deep),
    ):
        with pytest.raises(InvalidInput):
            read(text)
    assert read_signature(approval).signs != "something else"
