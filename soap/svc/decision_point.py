"""AuthorizationDecisionPointExternal: one question in XACML 2.0, answered by the same rules as everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core import Outcome, ask_access
from soap.svc import xacml
from soap.svc.call import Call, Handler
from soap.svc.logons import system_caller


def _authorize(call: Call, values: Mapping[str, Any]) -> str:
    caller = system_caller(call, values)
    try:
        asked = xacml.read_request(values.get("XACMLRequest") or "")
    except xacml.MalformedRequest as error:
        return xacml.write_response(xacml.syntax_error(str(error)))
    decision = ask_access(call.store, caller, asked.subject, asked.target, asked.action)
    reason = str(decision.reasons[0])
    if decision.outcome is Outcome.INDETERMINATE:
        return xacml.write_response(xacml.not_decided(reason))
    return xacml.write_response(xacml.ok(decision.outcome, reason, decision.obligations))


HANDLERS: Mapping[str, Handler] = {"AuthorizeAccessExternal": _authorize}
"""The operations of the service. What came after it is the decision point of Altinn 3, which speaks JSON."""
