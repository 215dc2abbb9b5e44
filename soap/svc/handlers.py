"""Every `.svc` service that is answered, and by which module."""

from __future__ import annotations

from collections.abc import Mapping

from soap.svc import (
    administration,
    archive,
    broker,
    broker_streamed,
    correspondence,
    correspondence_lists,
    decision_point,
    element_list,
    intermediary,
    metadata,
    prefill,
    receipts,
    system_authentication,
    workflow,
)
from soap.svc.call import Handler

HANDLERS: Mapping[str, Mapping[str, Handler]] = {
    "SystemAuthentication": system_authentication.HANDLERS,
    "IntermediaryInbound": intermediary.HANDLERS,
    "IntermediaryInboundStreamed": intermediary.STREAMED_HANDLERS,
    "ReceiptExternal": receipts.HANDLERS,
    "ReporteeElementList": {**element_list.HANDLERS, **correspondence_lists.HANDLERS},
    "CorrespondenceExternal": correspondence.HANDLERS,
    "ReporteeArchiveExternal": archive.HANDLERS,
    "ReporteeArchiveExternalStreamed": archive.STREAMED_HANDLERS,
    "WorkflowServiceExternal": workflow.HANDLERS,
    "ServiceMetaDataExternal": metadata.HANDLERS,
    "PreFillEUSExternal": prefill.HANDLERS,
    "BrokerService": broker.HANDLERS,
    "BrokerServiceStreamed": broker_streamed.HANDLERS,
    "AdministrationExternal": administration.HANDLERS,
    "AuthorizationDecisionPointExternal": decision_point.HANDLERS,
}
"""By the service's name, then by use case: the operation's name without its binding's ending."""
