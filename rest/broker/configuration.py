"""How resources broker files, as their owners set it. Source: pdp-and-tokens §16.1."""

from __future__ import annotations

from flask import Response, request

from core import InvalidInput, ResourceSettings, ServiceId, configure_broker_resource
from rest.body import Members, read_object
from rest.broker.problem_rows import RESOURCE_RULES
from rest.broker.transfers import BASE
from rest.callers import service_owner
from rest.door import Call, Door, empty
from rest.problem import Area
from rest.problems import Refused

_SCOPES = frozenset({"altinn:serviceowner"})


def add_broker_resource_routes(door: Door) -> None:
    """Serve the service owners' side."""
    door.route("PUT", f"{BASE}/resource/<resource_id>", configure, _SCOPES, Area.BROKER)


def configure(call: Call, resource_id: str) -> Response:
    """Set how a resource of the caller's brokers files; what is left out stays as it was."""
    settings = _settings(read_object(request.get_data(), "resourceExt"))
    try:
        configure_broker_resource(call.store, service_owner(call), ServiceId(resource_id), settings)
    except InvalidInput as error:
        rule = RESOURCE_RULES.get(error.details.get("rule", ""))
        if rule is None:
            raise
        raise Refused(rule) from error
    return empty(200)


def _settings(body: Members) -> ResourceSettings:
    return ResourceSettings(
        most_bytes=body.whole_number("maxFileTransferSize") if "maxFileTransferSize" in body else None,
        lifetime=body.text("fileTransferTimeToLive"),
        purge_confirmed=_flag(body, "purgeFileTransferAfterAllRecipientsConfirmed"),
        grace=body.text("purgeFileTransferGracePeriod"),
        owner_required=_flag(body, "requiredParty"),
    )


def _flag(body: Members, name: str) -> bool | None:
    return body.flag(name, default=False) if name in body else None
