"""What is sent of a submission: multipart/form-data, streamed, and the same bytes at every try."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from core import Parcel

ReadContent = Callable[[str], Iterator[bytes]]

_END = b"\r\n"
_QUOTED = {'"': "%22", "\r": "%0D", "\n": "%0A"}


@dataclass(frozen=True, slots=True)
class _Part:
    """One part: its head, and the content that follows, by its id and size or as it is."""

    head: bytes
    content: str | None
    size: int
    inline: bytes = b""


class ParcelBody:
    """The body of one delivery.

    ``delivery`` comes first, JSON that says what it is; then each ``form`` and ``attachment`` in order. The
    boundary is made from the idempotency key, and nothing of a try is in it, so that each try sends the same.
    """

    def __init__(self, parcel: Parcel, key: str, read: ReadContent) -> None:
        self._boundary = f"brobygger-{key}"
        self._read = read
        self._parts = (self._about(parcel, key), *self._forms(parcel), *self._files(parcel))
        self._last = f"--{self._boundary}--\r\n".encode()

    @property
    def headers(self) -> dict[str, str]:
        """The headers that describe the body."""
        size = sum(len(part.head) + part.size + len(_END) for part in self._parts) + len(self._last)
        return {"Content-Type": f"multipart/form-data; boundary={self._boundary}", "Content-Length": str(size)}

    def __iter__(self) -> Iterator[bytes]:
        for part in self._parts:
            yield part.head
            if part.content is None:
                yield part.inline
            else:
                yield from self._read(part.content)
            yield _END
        yield self._last

    def _about(self, parcel: Parcel, key: str) -> _Part:
        text = json.dumps(_described(parcel, key), ensure_ascii=False, sort_keys=True).encode()
        return _Part(self._head("delivery", None, "application/json"), None, len(text), text)

    def _forms(self, parcel: Parcel) -> Iterator[_Part]:
        for place, form in enumerate(parcel.forms):
            name = f"{place}-{form.format_id}-{form.format_version}.xml"
            yield _Part(self._head("form", name, "application/xml"), form.content, form.size)

    def _files(self, parcel: Parcel) -> Iterator[_Part]:
        for file in parcel.files:
            yield _Part(self._head("attachment", file.file_name, "application/octet-stream"), file.content, file.size)

    def _head(self, name: str, file_name: str | None, kind: str) -> bytes:
        shown = "" if file_name is None else f'; filename="{_escaped(file_name)}"'
        return (
            f"--{self._boundary}\r\n"
            f'Content-Disposition: form-data; name="{name}"{shown}\r\n'
            f"Content-Type: {kind}\r\n\r\n"
        ).encode()


def _escaped(name: str) -> str:
    """A file name as browsers write it: what would end the header or the quotes is percent-encoded."""
    return "".join(_QUOTED.get(each, each) for each in name)


def _described(parcel: Parcel, key: str) -> dict[str, Any]:
    return {
        "idempotencyKey": key,
        "archiveReference": parcel.archive_reference,
        "sendersReference": parcel.senders_reference,
        "service": parcel.service,
        "reportee": parcel.number,
        "received": parcel.received.isoformat(),
        "archived": parcel.archived.isoformat(),
        "encryptedKey": parcel.encrypted_key,
        "forms": [
            {
                "formatId": form.format_id,
                "formatVersion": form.format_version,
                "reference": form.reference,
                "parentReference": form.parent_reference,
                "completed": form.completed,
            }
            for form in parcel.forms
        ],
        "attachments": [
            {
                "reference": file.reference,
                "parentReference": file.parent_reference,
                "fileName": file.file_name,
                "encrypted": file.encrypted,
                "size": file.size,
            }
            for file in parcel.files
        ],
        "signatures": [
            {"person": each.number, "at": each.at.isoformat(), "level": each.level} for each in parcel.signatures
        ],
    }
