"""What the sample service owner has got: kept once for each idempotency key, with the receipt it gave."""

from __future__ import annotations

import hashlib
import json
import threading
import uuid
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import FileStorage, MultiDict

_MOST_KEPT = 10_000


class NotTheSame(Exception):
    """The key was used before, for something else: HTTP 422, as the draft of the Idempotency-Key header says."""


class NoDelivery(Exception):
    """What was sent under a key is not a delivery: HTTP 400."""


@dataclass(frozen=True, slots=True)
class Cover:
    """What stands on a delivery: its key, the service's path, the party it is for, and who brought it."""

    key: str
    path: str
    party: str
    system_user: str


@dataclass(frozen=True, slots=True)
class Received:
    """One delivery as it was got: under which receipt, and what was in it, each file by its digest."""

    cover: Cover
    receipt: str
    digest: str
    about: dict[str, Any]
    forms: tuple[str, ...]
    files: tuple[tuple[str, str], ...]

    def told(self) -> dict[str, Any]:
        """What whoever may read the party's affairs is told. No identity number is in it."""
        return {
            "receipt": self.receipt,
            "idempotencyKey": self.cover.key,
            "archiveReference": self.about.get("archiveReference"),
            "forms": list(self.forms),
            "attachments": [{"fileName": name, "sha256": digest} for name, digest in self.files],
            "systemUser": self.cover.system_user,
        }


class Inbox:
    """Deliveries by their keys, the newest ten thousand, as long as the process lives."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Received] = OrderedDict()
        self._lock = threading.Lock()

    def known(self, cover: Cover, body: bytes) -> Received | None:
        """What was taken under the key before, None for nothing. Raises NotTheSame for another body or address."""
        with self._lock:
            before = self._kept.get(cover.key)
        if before is None:
            return None
        told = (before.cover.path, before.cover.party, before.digest)
        if told != (cover.path, cover.party, _digest(body)):
            raise NotTheSame("the key was used before, for something else")
        return before

    def take(self, new: Received) -> tuple[Received, bool]:
        """Keep a delivery, once; returns what is kept under its key, and whether it was this one."""
        with self._lock:
            kept = self._kept.setdefault(new.cover.key, new)
            while len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
            return kept, kept is new

    def of(self, path: str, party: str) -> tuple[Received, ...]:
        """What was got for a party, oldest first."""
        with self._lock:
            return tuple(each for each in self._kept.values() if _place(each.cover) == (path, party))

    def all(self) -> tuple[Received, ...]:
        """Everything that was got, oldest first."""
        with self._lock:
            return tuple(self._kept.values())


def read_delivery(
    cover: Cover, body: bytes, fields: MultiDict[str, str], files: MultiDict[str, FileStorage]
) -> Received:
    """What was sent, read, with a receipt of its own. Raises NoDelivery."""
    try:
        about = json.loads(fields["delivery"])
    except (KeyError, ValueError) as error:
        raise NoDelivery("the part `delivery` must hold JSON") from error
    if not isinstance(about, dict) or not files.getlist("form"):
        raise NoDelivery("a delivery has a description and at least one form")
    return Received(
        cover=cover,
        receipt=str(uuid.uuid4()),
        digest=_digest(body),
        about=about,
        forms=tuple(_digest(form.read()) for form in files.getlist("form")),
        files=tuple((file.filename or "", _digest(file.read())) for file in files.getlist("attachment")),
    )


def _place(cover: Cover) -> tuple[str, str]:
    return cover.path, cover.party


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
