"""The one way in: an envelope becomes what its header proved, or a ready answer to a token request, or is refused."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from lxml import etree

from soap.contract import Binding
from soap.security.certificates import Certificate, Trust
from soap.security.exchange import TokenAnswer, answer_token_request
from soap.security.memory import Memory
from soap.security.names import TOKEN_REQUEST
from soap.security.proofs import Arrival, Means, Proven, prove
from soap.security.sessions import Sealer, Session, Sessions
from soap.security.tokens import SIGNED


@dataclass(frozen=True, slots=True)
class Security:
    """What a message's header proved, and what it says of itself. It gives no right: that is the core's.

    ``user_name`` and ``password`` are as sent and not checked; ``certificate`` signed the message, or opened the
    session ``context`` that did. The answer relates to ``message_id``; it and ``action`` are empty where absent.
    """

    user_name: str | None = None
    password: str | None = field(default=None, repr=False)
    certificate: Certificate | None = None
    message_id: str = ""
    action: str = ""
    context: Session | None = None


class Gate:
    """Checks the security of messages. One for each process; safe to use from many threads.

    ``hosts`` are the names this gateway is reached by, the closed platform's own (``www.altinn.no``) among them where
    clients come by DNS: a certificate's signature counts only for a To with one of them, so that nobody whom a client
    speaks to can pass its request on to us. Empty: any name.
    """

    def __init__(self, *, trust: Trust, sealer: Sealer, memory: Memory, hosts: Collection[str]) -> None:
        sessions = Sessions(sealer, trust.fingerprint)
        self._means = Means(trust, sessions, memory, frozenset(host.lower() for host in hosts))

    def admit(
        self,
        envelope: etree._Element,
        *,
        binding: Binding,
        path: str,
        now: datetime,
        understood: Collection[str] = (),
    ) -> Security | TokenAnswer:
        """What the message proves, or the whole answer to it. Raises SecurityRefused.

        ``path`` is the endpoint's; ``understood`` names the header blocks, as ``{namespace}local``, that the
        endpoint reads itself. The refusal is written with ``refusal_body``, under ``answer_header``.
        """
        arrival = Arrival(binding, path, now, understood)
        proven = prove(envelope, arrival, self._means)
        if binding is Binding.BASIC:
            return _security(proven, message_id="", action="")
        request = next(proven.header.body.iterchildren("*"), None)
        if binding in SIGNED and request is not None and request.tag == TOKEN_REQUEST:
            return answer_token_request(request, proven, arrival, self._means)
        header = proven.header
        return _security(
            proven, message_id=header.addressing_text("MessageID"), action=header.addressing_text("Action")
        )


def _security(proven: Proven, *, message_id: str, action: str) -> Security:
    signed = proven.signer if proven.signer is not None else proven.session
    return Security(
        user_name=None if proven.user is None else proven.user.name,
        password=None if proven.user is None else proven.user.password,
        certificate=None if signed is None else signed.certificate,
        message_id=message_id,
        action=action,
        context=proven.session,
    )
