"""The courier: takes deliveries that are due, gets a token for the right system user, sends, and notes the answer."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx

from core import (
    LONGEST_PAUSE,
    Consignment,
    Delivery,
    DeliveryCause,
    DeliveryFailure,
    GatewayError,
    NotFound,
    Sender,
    Store,
    Unavailable,
    consign,
    give_back,
    note_delivered,
    note_failure,
    read_content,
    take_deliveries,
)
from delivery.answers import Answer, Taken, judge
from delivery.machine_client import MachineClient, NoToken, Wanted
from delivery.parcel_body import ParcelBody
from delivery.reading import PLAIN, beginning
from delivery.targets import Target, Targets

HANDS = 4
"""How many deliveries one courier has under way at once."""

_TOKEN_NOT_TAKEN = 401
_BREATH = timedelta(seconds=30)
# How long a service owner that gave no answer is left alone at most, so that others are not kept waiting for it.
_ASKS_ALL_TO_WAIT = frozenset({DeliveryCause.THROTTLED, DeliveryCause.OWNER_FAILED})
# Whose Retry-After is for every delivery: that of a 409, say, is for the one key.
_LOGGER = logging.getLogger("brobygger.delivery")


@dataclass(frozen=True, slots=True)
class _Errand:
    """One delivery with all that sending it takes."""

    delivery: Delivery
    sender: Sender
    target: Target
    wanted: Wanted
    address: str
    body: ParcelBody


class Courier:
    """Delivers what is due. Many may run at once, in any number of processes.

    ``http`` reaches the service owners and follows no redirects; ``tokens`` gets tokens as the client that
    ``targets`` names.
    """

    def __init__(
        self, store: Store, http: httpx.Client, tokens: MachineClient, targets: Targets, hands: int = HANDS
    ) -> None:
        self._store = store
        self._http = http
        self._tokens = tokens
        self._targets = targets
        self._hands = hands
        self._paused: dict[Target, datetime] = {}

    def drain(self) -> int:
        """Deliver until nothing is due; returns how many tries that took. Raises Unavailable."""
        tried = 0
        with self._pool() as pool:
            while taken := take_deliveries(self._store, limit=self._hands):
                tried += len(list(pool.map(self._try, taken)))
        return tried

    def run(self, stop: threading.Event, seconds: float) -> None:
        """Deliver until ``stop``, looking every ``seconds`` when nothing is due."""
        under_way: set[Future[None]] = set()
        with self._pool() as pool:
            while not stop.is_set():
                taken = self._take(self._hands - len(under_way))
                under_way |= {pool.submit(self._try, each) for each in taken}
                if under_way:
                    wait(under_way, seconds, FIRST_COMPLETED)
                elif not taken:
                    stop.wait(seconds)
                under_way = {each for each in under_way if not each.done()}

    def _pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(self._hands, thread_name_prefix="courier")

    def _take(self, most: int) -> tuple[Delivery, ...]:
        try:
            return take_deliveries(self._store, limit=most) if most else ()
        except Unavailable as error:
            _LOGGER.warning("deliveries wait", extra={"facts": {"code": str(error.code)}})
        except Exception:
            _LOGGER.exception("deliveries could not be taken")
        return ()

    def _try(self, delivery: Delivery) -> None:
        """One try. What breaks is tried again under the same key: at the latest when the lease is out."""
        try:
            after = self._deliver_or_note(delivery)
        except Exception:
            _LOGGER.exception("a delivery broke off", extra={"facts": {"element": delivery.element}})
            return
        if after is not None:
            facts = {"element": after.element, "state": after.state, "cause": after.cause, "status": after.status}
            _LOGGER.info("delivery tried", extra={"facts": facts})

    def _deliver_or_note(self, delivery: Delivery) -> Delivery | None:
        """What nobody foresaw is a failure like others, or it would come again for ever and be seen by nobody."""
        try:
            return self._deliver(delivery)
        except GatewayError:
            raise
        except Exception as error:
            _LOGGER.exception("a delivery broke", extra={"facts": {"element": delivery.element}})
            return self._failed(delivery, DeliveryFailure(DeliveryCause.UNREACHABLE, type(error).__name__))

    def _deliver(self, delivery: Delivery) -> Delivery | None:
        try:
            consigned = consign(self._store, delivery, self._targets.client_id)
        except NotFound as error:
            return self._failed(delivery, DeliveryFailure(DeliveryCause.INCOMPLETE, error.message))
        if isinstance(consigned, DeliveryFailure):
            return self._failed(delivery, consigned)
        errand = self._errand(delivery, consigned)
        if errand is None:
            words = f"no target for {consigned.parcel.service} or {consigned.sender.right.service}"
            return self._failed(delivery, DeliveryFailure(DeliveryCause.NO_TARGET, words), consigned.sender)
        pause = self._paused.get(errand.target)
        if pause is not None and self._store.clock() < pause:
            give_back(self._store, delivery, pause)
            return None
        return self._send(errand)

    def _errand(self, delivery: Delivery, consigned: Consignment) -> _Errand | None:
        parcel, sender = consigned.parcel, consigned.sender
        target = self._targets.target(parcel.service, sender.right.service)
        if target is None:
            return None
        resource = frozenset() if target.resource is None else frozenset({target.resource})
        return _Errand(
            delivery,
            sender,
            target,
            Wanted(frozenset({target.scope}), sender.owner, sender.external_ref, resource),
            target.address_of(parcel.party),
            ParcelBody(parcel, delivery.key, self._contents),
        )

    def _contents(self, content: str) -> Iterator[bytes]:
        return read_content(self._store, content)

    def _send(self, errand: _Errand) -> Delivery:
        try:
            answer = self._answer(errand)
        except _NoAnswer as broken:
            after = self._failed(errand.delivery, broken.failure, errand.sender, was_sent=broken.was_sent)
            if broken.was_sent and after.due is not None:
                self._pause(errand.target, min(after.due, self._store.clock() + _BREATH))
            return after
        now = self._store.clock()
        judged = judge(answer, errand.target.receipt, now)
        if isinstance(judged, Taken):
            return note_delivered(self._store, errand.delivery, errand.sender, judged.status, judged.reference)
        if judged.wait is not None and judged.cause in _ASKS_ALL_TO_WAIT:
            self._pause(errand.target, now + min(judged.wait, LONGEST_PAUSE))
        return self._failed(errand.delivery, judged, errand.sender, was_sent=True)

    def _pause(self, target: Target, until: datetime) -> None:
        self._paused[target] = max(until, self._paused.get(target, until))

    def _answer(self, errand: _Errand) -> Answer:
        """The service owner's answer. A token that it does not take is replaced by a new one, once."""
        token = self._token(errand)
        answer = self._post(errand, token)
        if answer.status != _TOKEN_NOT_TAKEN:
            return answer
        self._tokens.forget(errand.wanted, token)
        return self._post(errand, self._token(errand))

    def _token(self, errand: _Errand) -> str:
        try:
            return self._tokens.token(errand.wanted)
        except NoToken as error:
            refused = 400 <= error.status < 500 and error.status not in (408, 429)
            cause = DeliveryCause.TOKEN_REFUSED if refused else DeliveryCause.TOKEN_UNREACHABLE
            raise _NoAnswer(DeliveryFailure(cause, str(error), error.status)) from error
        except httpx.HTTPError as error:
            raise _NoAnswer(DeliveryFailure(DeliveryCause.TOKEN_UNREACHABLE, type(error).__name__)) from error

    def _post(self, errand: _Errand, token: str) -> Answer:
        headers = {
            **errand.body.headers,
            **PLAIN,
            "Authorization": f"Bearer {token}",
            "Idempotency-Key": errand.delivery.key,
            "Accept": "application/json, application/problem+json",
        }
        try:
            with self._http.stream("POST", errand.address, headers=headers, content=iter(errand.body)) as answer:
                return Answer(answer.status_code, dict(answer.headers), beginning(answer))
        except httpx.HTTPError as error:
            failure = DeliveryFailure(DeliveryCause.UNREACHABLE, type(error).__name__)
            raise _NoAnswer(failure, was_sent=True) from error

    def _failed(
        self, delivery: Delivery, failure: DeliveryFailure, sender: Sender | None = None, *, was_sent: bool = False
    ) -> Delivery:
        return note_failure(self._store, delivery, failure, sender, was_sent=was_sent)


class _NoAnswer(Exception):
    """The service owner gave no answer, or could not be asked."""

    def __init__(self, failure: DeliveryFailure, *, was_sent: bool = False) -> None:
        super().__init__(failure.cause)
        self.failure = failure
        self.was_sent = was_sent
