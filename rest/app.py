"""The application: every route behind its token check, and the decision point in front."""

from __future__ import annotations

import logging

from flask import Flask, Response
from werkzeug.exceptions import HTTPException

from core import Store
from rest.authentication.approvals import add_approval_routes
from rest.authentication.clients import add_client_routes
from rest.authentication.requests import add_request_routes
from rest.authentication.system_users import add_system_user_routes
from rest.authentication.systems import add_system_routes
from rest.door import Door, RestOptions, as_response, asker, empty
from rest.front import FAILURE, Front
from rest.openapi.document import add_contract_routes
from rest.own.decisions import add_decision_routes
from rest.problems import write
from rest.tokens.bearer import Verifier
from rest.tokens.token_routes import add_token_routes
from rest.tokens.trust import TokenTrust, UntrustworthySetup

_LARGEST_BODY = 1024 * 1024
_log = logging.getLogger(__name__)


def create_rest_app(store: Store, trust: TokenTrust, options: RestOptions) -> Front:
    """The modern front door as a WSGI application.

    Raises UntrustworthySetup where a trusted issuer is not wholly described, or where a part that is for
    demo only is asked for outside demo.
    """
    if options.issuer is not None and not options.demo:
        raise UntrustworthySetup("the stand-in issuer is for demo only: turn demo on, or leave the issuer out")
    verifier = Verifier(trust, store.clock)
    app = Flask("rest")
    app.config["MAX_CONTENT_LENGTH"] = _LARGEST_BODY
    door = Door(app, store, verifier, options)
    add_system_routes(door)
    add_request_routes(door)
    add_approval_routes(door)
    add_client_routes(door)
    add_system_user_routes(door)
    add_decision_routes(door)
    if options.issuer is not None:
        add_token_routes(app, store, options, options.issuer)
    add_contract_routes(app, options.public_url)
    _add_last_translators(app, options)
    return Front(store, verifier, options, app.wsgi_app, app.url_map)


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
