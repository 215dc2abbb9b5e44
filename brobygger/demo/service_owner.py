"""A sample service owner, as the tax and welfare agencies run one: its business routes, and who may call them.

It is an outside party that lives in the demo's process: it validates the caller's token with keys it finds by
discovery, asks the decision point with a token of its own, and speaks to both over HTTP only. What is delivered to
it under an idempotency key it takes once, and keeps as long as the process lives.
"""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import httpx
from flask import Flask, Response, jsonify, request

from brobygger.demo.decision_client import Answered, Asked, DecisionClient, NoDecision
from brobygger.demo.inbox import Cover, Inbox, NoDelivery, NotTheSame, read_delivery
from brobygger.demo.token_check import BadToken, Issuer, NoKeys, NotEnough, SystemUserToken, TokenCheck
from delivery import Credentials, MachineClient

PREFIX = "/demo/"
_LARGEST_DELIVERY = 64 * 1024 * 1024
_ORGANISATION = re.compile(r"\d{9}", re.ASCII)
_ALTINN = "authentication/api/v1/openid/"


@dataclass(frozen=True, slots=True)
class Service:
    """A business service: its path, the scope of its API, and what the decision point is asked about.

    Whoever reads needs each of ``resources``; where ``listed``, a read answers for those that may be read.
    """

    path: str
    scope: str
    resources: tuple[str, ...]
    writes: bool = True
    listed: bool = False


_TAX = "skatteetaten:eksempel"
_WELFARE = "nav:eksempel"
SERVICES = (
    Service("skd/mva", _TAX, ("skd-eksempel-mva",)),
    Service("skd/bare-mva", _TAX, ("skd-eksempel-bare-mva",)),
    Service("skd/boligsameie", _TAX, ("skd-eksempel-boligsameie",)),
    Service("skd/betaling", _TAX, ("skd-eksempel-naeringsbetaling",)),
    Service("skd/aksjonaer", _TAX, ("skd-eksempel-aksjonaer",)),
    Service("nav/a06", _WELFARE, ("nav-eksempel-a06",)),
    Service("nav/a07", _WELFARE, ("nav-eksempel-a07",)),
    Service(
        "nav/avstemming",
        _WELFARE,
        ("nav-eksempel-a06", "nav-eksempel-a07", "nav-eksempel-a08", "nav-eksempel-sykefravaer"),
        writes=False,
        listed=True,
    ),
)
"""VAT, housing co-operatives, payments, the shareholder register, and the welfare agency's A06 and A07."""


def serves(path: str) -> bool:
    """Whether a path is one of the service owner's: other parts of the demo are below the same prefix."""
    return path.startswith(tuple(f"{PREFIX}{service.path}/" for service in SERVICES))


def create_service_owner(
    http: httpx.Client,
    issuer: str,
    credentials: Callable[[], Credentials],
    clock: Callable[[], float] = time.time,
    inbox: Inbox | None = None,
) -> Flask:
    """The service owner as a WSGI application.

    ``http`` reaches the gateway, ``issuer`` is the identifier of the token issuer (with the slash at the
    end), and ``credentials`` are the service owner's own at that issuer. ``inbox`` keeps what is delivered.
    """
    issuers = (
        Issuer(issuer, f"{issuer}.well-known/oauth-authorization-server"),
        Issuer(f"{issuer}{_ALTINN}", f"{issuer}{_ALTINN}.well-known/openid-configuration"),
    )
    check = TokenCheck(http, issuers, audience=f"{issuer}demo", clock=clock)
    decisions = DecisionClient(http, MachineClient(http, issuer, credentials, clock))
    app = Flask("brobygger.demo.service_owner")
    app.config["MAX_CONTENT_LENGTH"] = app.config["MAX_FORM_MEMORY_SIZE"] = _LARGEST_DELIVERY
    kept = inbox or Inbox()
    for service in SERVICES:
        _Desk(service, check, decisions, kept).add_to(app)
    return app


class _Desk:
    """Where one service is asked for."""

    def __init__(self, service: Service, check: TokenCheck, decisions: DecisionClient, inbox: Inbox) -> None:
        self._service = service
        self._inbox = inbox
        self._check = check
        self._decisions = decisions

    def add_to(self, app: Flask) -> None:
        path = f"{PREFIX}{self._service.path}/<party>"
        app.add_url_rule(path, f"read {path}", self._guarded(self._read), methods=["GET"])
        if self._service.writes:
            app.add_url_rule(path, f"write {path}", self._guarded(self._write), methods=["POST"])
            got = f"{path}/received"
            app.add_url_rule(got, f"read {got}", self._guarded(self._received), methods=["GET"])

    def _guarded(self, view: Callable[[SystemUserToken, str], Response]) -> Callable[[str], Response]:
        def guarded(party: str) -> Response:
            try:
                caller = self._check.system_user(request.headers.get("Authorization"), self._service.scope)
                if _ORGANISATION.fullmatch(party) is None:
                    return problem(400, "The address must end with the client's organisation number.", "Nine digits.")
                return view(caller, party)
            except BadToken as error:
                return problem(401, str(error), "Ask the issuer for a new token and send it unchanged.")
            except NotEnough as error:
                return problem(403, str(error), error.help)
            except NoDelivery as error:
                return problem(400, str(error), "multipart/form-data with `delivery`, `form` and `attachment`.")
            except NotTheSame as error:
                return problem(422, str(error), "Send something new under a key of its own.")
            except NoKeys:
                return problem(503, "The keys of the token's issuer cannot be fetched just now.", "Try again.")
            except NoDecision:
                return problem(503, "The decision point gave no answer, so nothing is let through.", "Try again.")

        return guarded

    def _read(self, caller: SystemUserToken, party: str) -> Response:
        answers = self._ask(caller, "read", party)
        if self._service.listed and any(each.allows for _, each in answers):
            read = {asked.resource: each.decision for asked, each in answers}
            return jsonify(**_who(caller, party), read=read)
        refused = _refused(answers)
        return refused or jsonify(**_who(caller, party), reason=answers[0][1].reason)

    def _write(self, caller: SystemUserToken, party: str) -> Response:
        key = request.headers.get("Idempotency-Key", "").strip().strip('"')
        cover = Cover(key, self._service.path, party, caller.system_user)
        before = self._inbox.known(cover, request.get_data()) if key else None
        if before is not None:
            # Taken, so it is told again, whatever has become of the caller's rights since.
            return jsonify(**_who(caller, party), receipt=before.receipt)
        answers = self._ask(caller, "write", party)
        refused = _refused(answers)
        if refused is not None:
            return refused
        receipt = self._take(cover) if key else str(uuid.uuid4())
        made = jsonify(**_who(caller, party), reason=answers[0][1].reason, receipt=receipt)
        made.status_code = 201
        return made

    def _take(self, cover: Cover) -> str:
        """Keep what is delivered under a key; returns the receipt that whoever comes with the key gets."""
        new = read_delivery(cover, request.get_data(), request.form, request.files)
        return self._inbox.take(new)[0].receipt

    def _received(self, caller: SystemUserToken, party: str) -> Response:
        refused = _refused(self._ask(caller, "read", party))
        got = self._inbox.of(self._service.path, party)
        return refused or jsonify(**_who(caller, party), received=[each.told() for each in got])

    def _ask(self, caller: SystemUserToken, action: str, party: str) -> list[tuple[Asked, Answered]]:
        asked = [Asked(caller.system_user, resource, action, party) for resource in self._service.resources]
        return list(zip(asked, self._decisions.ask(asked), strict=True))


def _who(caller: SystemUserToken, party: str) -> dict[str, str]:
    return {"party": party, "systemUser": caller.system_user, "owner": caller.owner, "vendor": caller.vendor}


def _refused(answers: Iterable[tuple[Asked, Answered]]) -> Response | None:
    """The refusal for the first question that was not answered with a Permit that a system user may use."""
    for asked, answered in answers:
        if answered.allows:
            continue
        if answered.decision == "Permit":
            return problem(
                403,
                f"{asked.resource} asks for authentication level {answered.level}, and a system user has 3.",
                "A person must do this one.",
            )
        return problem(
            403,
            f"The token is good, but its system user may not {asked.action} {asked.resource} for {asked.party}.",
            "Is the client added to this system user, with a package or right that opens the service? "
            "Does the client's relation to the system user's owner still stand?",
            decision=answered.decision,
            reason=answered.reason,
        )
    return None


def problem(status: int, detail: str, help_: str, **more: Any) -> Response:
    """A refusal that says what is wrong and what to do about it (application/problem+json)."""
    titles = {
        400: "Bad Request",
        401: "Unauthorized",
        403: "Forbidden",
        422: "Unprocessable Content",
        503: "Service Unavailable",
    }
    body = {"type": "about:blank", "title": titles[status], "status": status, "detail": detail, "help": help_, **more}
    response = jsonify(body)
    response.status_code = status
    response.content_type = "application/problem+json"
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response
