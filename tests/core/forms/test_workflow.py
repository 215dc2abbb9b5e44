"""The way of an element from filled in to sent."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core import (
    Caller,
    ErrorCode,
    GatewayError,
    Signing,
    Store,
    SystemSignature,
    archived_form_task,
    available_action,
    legacy_service_id,
    next_state,
    parallel_step,
    prepare_user_signing,
    process_details,
    send_in,
    set_back,
    sign_element,
    signing_summary_html,
    signing_text,
    submit_form_task,
)
from tests.core.forms.world import FIRMS_SYSTEM, FORM, WITH_CLERK, WITH_MANAGER, file, shipment

SIGNING = Signing(SystemSignature("s"), "Jeg bekrefter")


def _waiting(store: Store, **changes: object) -> int:
    """An element that waits for a signature."""
    return submit_form_task(store, FIRMS_SYSTEM, shipment("S-1", service="1235", **changes)).element or 0


def _open(store: Store, service: str = "1234") -> int:
    """An element that is being filled in."""
    form = replace(FORM, completed=False)
    return submit_form_task(store, FIRMS_SYSTEM, shipment("S-1", form, service=service)).element or 0


def _refused(store: Store, caller: Caller, element: int, signing: Signing = SIGNING) -> ErrorCode:
    with pytest.raises(GatewayError) as refused:
        sign_element(store, caller, element, signing)
    return refused.value.code


def test_the_last_signature_sends_it(world: Store) -> None:
    element = _waiting(world, signatures_required=2)
    assert available_action(world, WITH_MANAGER, element) == "Sign"
    sign_element(world, WITH_MANAGER, element, SIGNING)
    assert _refused(world, WITH_MANAGER, element) is ErrorCode.ALREADY_SIGNED
    assert available_action(world, WITH_CLERK, element) == "SignAndSendIn"
    sign_element(world, WITH_CLERK, element, SIGNING)
    assert _refused(world, WITH_CLERK, element) is ErrorCode.ELEMENT_ARCHIVED
    task = archived_form_task(world, FIRMS_SYSTEM, element)
    assert [each.person for each in task.signatures] == [WITH_MANAGER.person, WITH_CLERK.person]
    assert {each.text for each in task.signatures} == {"Jeg bekrefter"}
    assert available_action(world, WITH_CLERK, element) == next_state(world, WITH_CLERK, element) == "NoAction"


def test_only_a_person_with_the_right_signs_and_only_what_waits_for_it(world: Store) -> None:
    element = _waiting(world)
    assert _refused(world, FIRMS_SYSTEM, element) is ErrorCode.MISSING_RIGHT
    assert available_action(world, FIRMS_SYSTEM, element) == "NoAction"
    assert _refused(world, WITH_MANAGER, element, replace(SIGNING, forms=(1_000_000,))) is ErrorCode.WRONG_ELEMENT_STATE
    assert _refused(world, WITH_MANAGER, 1) is ErrorCode.MISSING_RIGHT
    set_back(world, FIRMS_SYSTEM, element)
    assert _refused(world, WITH_MANAGER, element) is ErrorCode.WRONG_ELEMENT_STATE


def test_sending_in_what_is_complete(world: Store) -> None:
    element = _open(world)
    assert (available_action(world, FIRMS_SYSTEM, element), next_state(world, FIRMS_SYSTEM, element)) == (
        "FormFilling",
        "SendIn",
    )
    send_in(world, FIRMS_SYSTEM, element)
    assert archived_form_task(world, FIRMS_SYSTEM, element).forms.forms[0].completed
    with pytest.raises(GatewayError) as again:
        send_in(world, FIRMS_SYSTEM, element)
    assert again.value.code is ErrorCode.ELEMENT_ARCHIVED


def test_sending_in_goes_by_way_of_the_signature(world: Store) -> None:
    element = _open(world, "1235")
    assert next_state(world, WITH_MANAGER, element) == "Sign"
    send_in(world, FIRMS_SYSTEM, element)
    with pytest.raises(GatewayError) as unsigned:
        send_in(world, FIRMS_SYSTEM, element)
    assert unsigned.value.code is ErrorCode.ELEMENT_NOT_COMPLETED
    sign_element(world, WITH_MANAGER, element, SIGNING)
    assert archived_form_task(world, FIRMS_SYSTEM, element).signatures


def test_set_back_voids_the_signatures(world: Store) -> None:
    element = _waiting(world, signatures_required=2)
    sign_element(world, WITH_MANAGER, element, SIGNING)
    set_back(world, FIRMS_SYSTEM, element)
    assert available_action(world, FIRMS_SYSTEM, element) == "FormFilling"
    send_in(world, FIRMS_SYSTEM, element)
    sign_element(world, WITH_MANAGER, element, SIGNING)
    steps = [step.activity for step in process_details(world, FIRMS_SYSTEM, element).steps]
    assert steps == ["FormFilling", "Signing", "FormFilling", "Signing"]


def test_signing_side_by_side(world: Store) -> None:
    element = _waiting(world)
    assert parallel_step(world, FIRMS_SYSTEM, element) == 0
    prepare_user_signing(world, FIRMS_SYSTEM, element, '[{"Name": "Kari"}]', locked=True, signatures_required=2)
    assert parallel_step(world, FIRMS_SYSTEM, element) == 3
    sign_element(world, WITH_CLERK, element, SIGNING)
    assert available_action(world, WITH_MANAGER, element) == "SignAndSendIn"
    found = process_details(world, FIRMS_SYSTEM, element).element
    assert (found.delegation_locked, found.delegated_users, found.task) == (
        True,
        '[{"Name": "Kari"}]',
        "ParallelSigning",
    )


def test_what_is_signed_can_be_read_before(world: Store) -> None:
    element = _waiting(world, files=(file("V", name="<Noter>"),))
    service = legacy_service_id("1235", "140113")
    assert "svc:1235/140113" in signing_text(world, FIRMS_SYSTEM, element, None, 1044)
    assert signing_text(world, FIRMS_SYSTEM, element, None, 0) == signing_text(world, FIRMS_SYSTEM, None, service, 1044)
    assert "I confirm" in signing_text(world, FIRMS_SYSTEM, None, service, 1033)
    with pytest.raises(GatewayError):
        signing_text(world, FIRMS_SYSTEM, None, legacy_service_id("1", "1"), 1044)
    assert "&lt;Noter&gt;" in signing_summary_html(world, FIRMS_SYSTEM, element)
