"""What is fuzzed, and what must hold whatever is sent; a broken promise is an error raised."""

from __future__ import annotations

import io
import logging
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from lxml import etree

from core import ContentRef, Store, parse_untrusted
from fuzz import samples
from fuzz.requests import Answer, Request, send
from fuzz.world import Clock, open_world
from soap import SoapOptions, answers, create_soap_app
from soap.contract import ENDPOINTS
from soap.data_batch import UnreadableBatch, read_batch
from soap.envelope import CallRefused
from soap.message import Limits, read_message
from soap.multipart import MultipartReader

Target = Callable[[bytes], None]

_MOST = 1024 * 1024
_PIECES = 200
# In which an input is read once more: many, but not so many that a long one takes all the time.
_PATHS = tuple(ENDPOINTS)
# What a refused call may leave no row in. What counts attempts, nonces and sessions is not among them.
_KEPT = ("submission", "data_unit", "attachment", "content_chunk", "element", "element_form", "element_attachment",
         "message", "message_attachment", "prefill", "transfer", "outbox")  # fmt: skip
_TRACES = (b"Traceback", b'File "', b"lxml.", b"sqlalchemy", b"Error:")


class _Breakdowns(logging.Handler):
    """Hears of every call that failed for a reason nobody foresaw: the doors hide it from the caller, not from us."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Note it."""
        self.heard.append(record.getMessage())


class Doors:
    """Every SOAP endpoint on one store, and what is checked after each request."""

    def __init__(self, store: Store, clock: Clock, file: Path) -> None:
        limits = SoapOptions(max_request_bytes=_MOST, max_attachment_bytes=_MOST)
        self._app = create_soap_app(store, limits)
        self._clock = clock
        self._breakdowns = _Breakdowns()
        told = logging.getLogger("soap")
        told.addHandler(self._breakdowns)
        told.propagate = False
        self._rows = sqlite3.connect(file, isolation_level=None)

    def post(self, data: bytes) -> None:
        """Post what the bytes say, and hold the answer and the database against what must be."""
        request = Request.of(data)
        if not answers(request.path):
            # Another endpoint for each path nobody knows, so that no mutation of a path is lost.
            request = Request(_PATHS[sum(data[:8]) % len(_PATHS)], request.content_type, request.coding, request.body)
        self._clock.leap()
        request = replace(request, body=self._made_now(request.body))
        before = self._kept()
        answer = send(self._app, request)
        assert not self._breakdowns.heard, self._breakdowns.heard.pop()
        _check_answer(answer)
        self._check_rows(answer, before)

    def _made_now(self, body: bytes) -> bytes:
        """The body with its timestamps in the present: an expired message comes no further than its header."""
        now = self._clock()
        for kept, moment in ((samples.CREATED, now), (samples.EXPIRES, now + timedelta(minutes=5))):
            body = body.replace(kept.encode(), f"{moment:%Y-%m-%dT%H:%M:%SZ}".encode())
        return body

    def _check_rows(self, answer: Answer, before: dict[str, int]) -> None:
        after = self._kept()
        assert after.pop("unclaimed_content") == before.pop("unclaimed_content") == 0, "a file nobody owns was left"
        grown = {name for name, newest in after.items() if newest > before[name]}
        assert not grown or answer.status == 200, f"refused, and yet rows were left in {sorted(grown)}"
        acknowledged = b"SubmitBatch" in answer.body and b'status="OK"' in answer.body.replace(b"&quot;", b'"')
        assert after["submission"] - before["submission"] == int(acknowledged), "stored is not what is acknowledged"

    def _kept(self) -> dict[str, int]:
        """The newest row of each table: quick to ask, and it grows with every insert."""
        newest = ", ".join(f"(SELECT max(rowid) FROM {name})" for name in _KEPT)  # noqa: S608 - our own names
        waiting = "(SELECT count(*) FROM unclaimed_content)"
        row = self._rows.execute(f"SELECT {waiting}, {newest}").fetchone()
        return dict(zip(("unclaimed_content", *_KEPT), (value or 0 for value in row), strict=True))


def _check_answer(answer: Answer) -> None:
    assert answer.status in (200, 415, 500), answer.status
    assert not any(trace in answer.body for trace in _TRACES), answer.body[:2000]
    if answer.media in ("text/xml", "application/soap+xml"):
        root = etree.fromstring(answer.body)
        assert (answer.status == 500) == bool(root.xpath("//*[local-name()='Fault']"))
    else:
        assert answer.status == 415 or answer.media == "multipart/related", answer.media


def _read_batch(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    try:
        batch = read_batch(text)
    except UnreadableBatch:
        return
    assert batch.units
    for unit in batch.units:
        # Sent once more escaped, or leaning on a prefix that is declared above it, it is written out again.
        assert unit.body in text or "&lt;" in text[:9] or "xmlns:" in text, "a form is not as it was sent"
        parse_untrusted(unit.body)


def _read_parts(data: bytes) -> None:
    boundary, _, body = data.partition(b"\n")
    whole = _parts_of(iter([body]), boundary)
    step = len(body) // _PIECES + len(boundary) % 5 + 1
    assert whole == _parts_of((body[at : at + step] for at in range(0, len(body), step)), boundary)


def _parts_of(blocks: Iterator[bytes], boundary: bytes) -> list[tuple[str, bytes]] | None:
    try:
        reader = MultipartReader(blocks, boundary.decode("latin-1"))
        return [(head.content_id, b"".join(content)) for head, content in reader.parts()]
    except CallRefused:
        return None


class _Messages:
    """Reads streamed messages, in one piece and in many."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def read(self, data: bytes) -> None:
        """Both ways must come to the same, and leave nothing behind."""
        request = Request.of(data)
        whole = self._read(request, io.BytesIO(request.body))
        pieces = self._read(request, _Slow(request.body, len(data) // _PIECES + len(data) % 7 + 1))
        assert (whole is None) == (pieces is None), "it depends on where the blocks end"
        if whole is not None and pieces is not None:
            assert (whole.size, whole.sha256) == (pieces.size, pieces.sha256)

    def _read(self, request: Request, stream: object) -> ContentRef | None:
        environ = {**request.environ(), "wsgi.input": stream}
        try:
            with read_message(environ, Limits(_MOST, _MOST), self._store, streamed=True) as message:
                return message.upload
        except CallRefused:
            return None


class _Slow:
    """A body that arrives a few bytes at a time."""

    def __init__(self, body: bytes, step: int) -> None:
        self._body = io.BytesIO(body)
        self._step = step

    def read(self, most: int) -> bytes:
        """The next few bytes."""
        return self._body.read(min(most, self._step))


def _doors() -> Target:
    folder, clock = Path(tempfile.mkdtemp(prefix="brobygger-fuzz-")), Clock()
    return Doors(open_world(folder, clock), clock, folder / "fuzz.db").post


def _messages() -> Target:
    return _Messages(open_world(Path(tempfile.mkdtemp(prefix="brobygger-fuzz-")), Clock())).read


TARGETS: Mapping[str, Callable[[], Target]] = {
    "doors": _doors,
    "batch": lambda: _read_batch,
    "multipart": lambda: _read_parts,
    "message": _messages,
}
"""By name, how each target is made."""


def seeds(target: str) -> list[bytes]:
    """Right inputs for a target."""
    match target:
        case "batch":
            return [each.encode() for each in samples.batches()]
        case "doors":
            return [bytes(each) for each in samples.requests()]
        case "multipart":
            return [b"b\n" + each.body for each in samples.requests() if each.content_type.startswith("multipart")]
    return [bytes(each) for each in samples.requests() if "streamed" in each.path]
