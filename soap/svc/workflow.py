"""WorkflowServiceExternal: signing, sending in, and where an element stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from core import (
    Caller,
    ElementProcess,
    ElementTask,
    ProcessStep,
    Signing,
    Store,
    SystemSignature,
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
)
from soap.svc.call import Call, Handler
from soap.svc.intermediary import kept_json
from soap.svc.logons import acting_caller
from soap.svc.receipt_values import Values

_ACTIVITIES = {
    ElementTask.PARALLEL_SIGNING: ElementTask.SIGNING,
    # The archive is no step of its own in the contract's words.
    ElementTask.ARCHIVE: ElementTask.SEND_IN,
}


def _on_element(command: Callable[[Store, Caller, int], Any]) -> Handler:
    def handler(call: Call, values: Mapping[str, Any]) -> Any:
        return command(call.store, acting_caller(call, values), values.get("reporteeElementID") or 0)

    return handler


def _signing_text(call: Call, values: Mapping[str, Any]) -> str:
    caller = acting_caller(call, values)
    code, edition = values.get("externalServiceCode"), values.get("externalServiceEditionCode")
    service = legacy_service_id(code, str(edition or "")) if code else None
    element = values.get("reporteeElementID")
    return signing_text(call.store, caller, element, service, values.get("languageID") or 0)


def _sign(call: Call, values: Mapping[str, Any]) -> None:
    signing = Signing(
        SystemSignature(
            reference=values.get("enduserSystemReference") or "",
            user=values.get("endUserSystemUserId") or "",
            logged_on=values.get("endUserSystemLoginDateTime"),
            signed=values.get("endUserSystemSignatureDateTime"),
            version=values.get("endUserSystemVersion") or "",
            log_id=values.get("endUserSystemSignatureLogId") or "",
        ),
        values.get("signatureText") or "",
        tuple(values.get("selectedForms") or ()),
        tuple(values.get("selectedAttachments") or ()),
    )
    sign_element(call.store, acting_caller(call, values), values.get("reporteeElementID") or 0, signing)


def _prepare(call: Call, values: Mapping[str, Any]) -> None:
    prepare_user_signing(
        call.store,
        acting_caller(call, values),
        values.get("reporteeElementID") or 0,
        kept_json(values.get("delegatedUserBEList")),
        locked=bool(values.get("parallelSigningStepLocked")),
        signatures_required=values.get("userDefinedNumberOfSignaturesRequired") or 1,
    )


def _details(call: Call, values: Mapping[str, Any]) -> list[Values]:
    process = process_details(call.store, acting_caller(call, values), values.get("reporteeElementID") or 0)
    return [_step(process, step) for step in process.steps]


def _step(process: ElementProcess, step: ProcessStep) -> Values:
    is_parallel = step.activity is ElementTask.PARALLEL_SIGNING
    return {
        "ActivityTypeId": _ACTIVITIES.get(step.activity, step.activity),
        "CreatedDateTime": step.at,
        "EndUserSystemID": step.enterprise_system or 0,
        "IsCurrentStep": step == process.steps[-1],
        "IsOptionalSigningStep": False,
        "IsOptionalSigningStepIndicator": False,
        "LastModifiedDate": step.at,
        "ParallelSigningSeqNumber": step.position + 1 if is_parallel else 0,
        "ProcessStepId": step.position + 1,
        "ReporteeId": (process.reportee.altinn_id if process.reportee else None) or 0,
        "ReporteeName": process.reportee.name if process.reportee else None,
        "SequenceNumber": step.position + 1,
        "ServiceOwnerId": 0,
        "UserId": 0,
    }


HANDLERS: Mapping[str, Handler] = {
    "GetSigningText": _signing_text,
    "DoSigning": _sign,
    "DoSendingInAction": _on_element(send_in),
    "GetAvailableActionsV2": _on_element(available_action),
    "GetAvailableActions": _on_element(available_action),
    "GetNextWorkflowStateTypeInProcessFlowV2": _on_element(next_state),
    "GetProcessDetailsV2": _details,
    "GetProcessDetailsV3": _details,
    "SetBackToFormFilling": _on_element(set_back),
    "PrepareUserControlledSigning": _prepare,
    "GetProcessStepIDForParallelSigning": _on_element(parallel_step),
    "GetSigningSummaryHTML": _on_element(signing_summary_html),
}
"""The operations of the service."""
