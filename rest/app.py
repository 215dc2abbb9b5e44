"""The application: every route behind its token check, and the decision point in front."""

from __future__ import annotations

import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from flask import Flask, Response
from werkzeug.exceptions import HTTPException
from werkzeug.routing import BuildError, Rule

from core import Store, token_state
from rest.accessmanagement.agent_delegation import add_agent_delegation_routes
from rest.accessmanagement.authorized_parties import add_authorized_party_routes
from rest.accessmanagement.client_delegations import add_client_delegation_routes
from rest.accessmanagement.connection_rights import add_connection_right_routes
from rest.accessmanagement.connections import add_connection_routes
from rest.accessmanagement.metadata import add_metadata_routes
from rest.accessmanagement.my_clients import add_my_client_routes
from rest.accessmanagement.portal_requests import add_portal_request_routes
from rest.authentication.agent_clients import add_agent_client_routes
from rest.authentication.approvals import add_approval_routes
from rest.authentication.change_answers import add_change_answer_routes
from rest.authentication.change_requests import add_change_request_routes
from rest.authentication.clients import add_client_routes
from rest.authentication.internal import add_internal_routes
from rest.authentication.logout import add_logout_routes
from rest.authentication.party_system_users import add_party_system_user_routes
from rest.authentication.pending import add_party_request_routes
from rest.authentication.portal_systems import add_portal_system_routes
from rest.authentication.requests import add_request_routes
from rest.authentication.system_users import add_system_user_routes
from rest.authentication.systems import add_system_routes
from rest.broker.configuration import add_broker_resource_routes
from rest.broker.download import add_download_routes
from rest.broker.transfers import add_transfer_routes
from rest.dialogporten.dialogs import add_dialog_routes
from rest.dialogporten.serviceowner import add_service_owner_dialog_routes
from rest.door import Door, RestOptions, as_response, asker, empty
from rest.front import FAILURE, Front
from rest.openapi.document import add_contract_routes
from rest.own.changes import add_change_routes
from rest.own.decisions import add_decision_routes
from rest.own.explain import add_explain_routes
from rest.own.generations import add_generation_routes
from rest.own.resolve import add_resolve_routes
from rest.own.what_if import add_what_if_routes
from rest.problems import write
from rest.resourceregistry.resources import add_resource_routes
from rest.tokens.bearer import Verifier
from rest.tokens.routes import add_token_room
from rest.tokens.trust import TokenTrust, UntrustworthySetup

_LARGEST_BODY = 1024 * 1024
_log = logging.getLogger(__name__)

_ROOMS: Final[tuple[Callable[[Door], None], ...]] = (
    add_system_routes,
    add_request_routes,
    add_approval_routes,
    add_party_request_routes,
    add_change_request_routes,
    add_change_answer_routes,
    add_portal_request_routes,
    add_logout_routes,
    add_generation_routes,
    add_client_routes,
    add_portal_system_routes,
    add_system_user_routes,
    add_party_system_user_routes,
    add_internal_routes,
    add_connection_routes,
    add_connection_right_routes,
    add_authorized_party_routes,
    add_metadata_routes,
    add_resource_routes,
    add_client_delegation_routes,
    add_my_client_routes,
    add_agent_client_routes,
    add_agent_delegation_routes,
    add_decision_routes,
    add_explain_routes,
    add_resolve_routes,
    add_what_if_routes,
    add_change_routes,
    add_dialog_routes,
    add_service_owner_dialog_routes,
    add_transfer_routes,
    add_download_routes,
    add_broker_resource_routes,
)


class _Route(Rule):
    """A route that is never turned back into an address: the means to do so would cost most of the start."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:  # noqa: FBT001, FBT002 - the library's signature
        return _no_address


def _no_address(*_: object, **values: object) -> tuple[str, str]:
    raise BuildError("", values, None)


def create_rest_app(store: Store, trust: TokenTrust, options: RestOptions) -> Front:
    """The modern front door as a WSGI application.

    Raises UntrustworthySetup where a trusted issuer is not wholly described, or where a part that is for
    demo only is asked for outside demo.
    """
    if options.issuer is not None and not options.demo:
        raise UntrustworthySetup("the stand-in issuer is for demo only: turn demo on, or leave the issuer out")
    verifier = Verifier(trust, store.clock, lambda: token_state(store))
    app = Flask("rest")
    app.url_rule_class = _Route
    app.config["MAX_CONTENT_LENGTH"] = _LARGEST_BODY
    # A path with an empty part is another path, not a redirection to the one without it.
    app.url_map.merge_slashes = False
    door = Door(app, store, verifier, options)
    for add_routes in _ROOMS:
        add_routes(door)
    add_token_room(app, door, store, verifier, options)
    add_contract_routes(app, options.public_url)
    app.after_request(_with_standard_phrase)
    _add_last_translators(app, options)
    return Front(store, verifier, options, app.wsgi_app, app.url_map)


def _with_standard_phrase(response: Response) -> Response:
    """The status line as HTTP has it: clients read `202 Accepted` letter by letter (rest-systemuser §11 row 15)."""
    response.status = f"{response.status_code} {HTTPStatus(response.status_code).phrase}"
    return response


def _add_last_translators(app: Flask, options: RestOptions) -> None:
    """What no route has translated: an unknown path or method, and a fault of our own."""

    def no_route(error: HTTPException) -> Response:
        allowed = dict(error.get_headers()).get("Allow")
        return empty(error.code or 500, {"Allow": allowed} if allowed else None)

    def failure(error: Exception) -> Response:
        _log.error("a request failed", exc_info=error)
        return as_response(write(FAILURE, asker(options)))

    app.register_error_handler(HTTPException, no_route)
    app.register_error_handler(Exception, failure)
