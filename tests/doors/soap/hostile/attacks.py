"""What hostile clients send, made as it is read, so that an attack of any size costs its maker no memory."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain, repeat

from tests.doors.soap.asmx_client import PATH, SOAP_11, SOAP_12, TNS, batch, envelope, unit
from tests.doors.soap.wire import packages

MEGABYTE = 1024 * 1024
SMALL = 24 * MEGABYTE
"""Of memory, for what is refused as it arrives."""

LARGE = 480 * MEGABYTE
"""For what is refused only when the whole of its 40 MB is there: some copies of it, and at most a million nodes."""

CALL = envelope("AltInnStatus", {})[38:]
SUBMIT = envelope("SubmitBatchPw", {"batch": batch(unit("310000000", "A1")), "password": "hemmelig1"})[38:]
STREAMED = "/streamed"
WHOLE = "/whole"
_PACKAGE = packages.content_type()
_XML = "text/xml; charset=utf-8"

Pieces = Callable[[], Iterable[bytes]]


@dataclass(frozen=True)
class Attack:
    """A request, and what it may cost. ``told`` stands in the answer."""

    pieces: Pieces
    told: str
    memory: int = SMALL
    path: str = PATH
    content_type: str = _XML
    coding: str = ""


class Dripping:
    """The pieces as a request's body."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._rest = b""

    def read(self, most: int) -> bytes:
        """The next bytes."""
        if not self._rest:
            self._rest = next((piece for piece in self._pieces if piece), b"")
        given, self._rest = self._rest[:most], self._rest[most:]
        return given


def _text(text: str) -> Pieces:
    return lambda: [text.encode()]


def _around(before: str, piece: bytes, times: int, after: str) -> Pieces:
    """A piece many times over, in blocks."""
    block = piece * max(1, 64 * 1024 // len(piece))
    rounds, rest = divmod(times, len(block) // len(piece))
    return lambda: chain([before.encode()], repeat(block, rounds), [piece * rest, after.encode()])


def _numbered(before: str, piece: str, times: int, after: str) -> Pieces:
    """A piece with a number in it, many times over."""

    def pieces() -> Iterator[bytes]:
        yield before.encode()
        for first in range(0, times, 1000):
            yield "".join(piece.format(number) for number in range(first, first + 1000)).encode()
        yield after.encode()

    return pieces


def _in_body(inner: str) -> tuple[str, str]:
    """An envelope, before and after what stands in its operation."""
    start, end = f'<s:Envelope xmlns:s="{SOAP_11}"><s:Body><x xmlns="{TNS}">', "</x></s:Body></s:Envelope>"
    return start + inner, end


def _as_text(markup: str) -> str:
    return markup.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")


def _in_batch(inner: str) -> str:
    """SubmitBatchPw whose batch parameter is this text."""
    return SUBMIT[: SUBMIT.index("<batch>") + 7] + _as_text(inner) + SUBMIT[SUBMIT.index("</batch>") :]


_BATCH_BEGINS, _BATCH_ENDS = _in_batch("|").split("|")
_OPENED, _CLOSED = _in_body("")
_BRACED = (
    CALL[: CALL.index("<soap:Body>") + 11] + "<a xmlns='h}tp://x'><b xmlns='x/y'/></a></soap:Body></soap:Envelope>"
)
_ENTITIES = (
    "<!DOCTYPE a [" + "".join(f'<!ENTITY x{n + 1} "{f"&x{n};" * 10}">' for n in range(10)) + '<!ENTITY x0 "ha">]>'
)
_NOT_XML = "velformet"
_DTD = "DOCTYPE"


def _bomb(size: int) -> Pieces:
    """Blanks, packed."""

    def pieces() -> Iterator[bytes]:
        packer = zlib.compressobj(1, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
        for _ in range(size // MEGABYTE):
            yield packer.compress(b" " * MEGABYTE)
        yield packer.flush()

    return pieces


DOCUMENT_TYPES = {
    "internal entity": '<!DOCTYPE a [<!ENTITY x "y">]>' + CALL,
    "billion laughs": _ENTITIES + CALL.replace("<soap:Body>", "<soap:Body>&x10;"),
    "external entity": '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]>' + CALL,
    "parameter entity": '<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x">%x;]>' + CALL,
    "external document type": '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd">' + CALL,
    "public document type": '<!DOCTYPE a PUBLIC "-//X//Y" "http://127.0.0.1:9/a.dtd">' + CALL,
    "hidden behind comments": "<!-- <!x> -->" * 20_000 + "<?x?>" + "<!DOCTYPE a>" + CALL,
}

ENVELOPES = {
    **{name: Attack(_text(document), _DTD) for name, document in DOCUMENT_TYPES.items()},
    "document type in utf-16": Attack(
        lambda: [DOCUMENT_TYPES["internal entity"].encode("utf-16")], _DTD, content_type="text/xml"
    ),
    "document type that calls itself latin-1": Attack(
        _text('<?xml version="1.0" encoding="iso-8859-1"?>' + DOCUMENT_TYPES["internal entity"]), _DTD,
        content_type="text/xml",
    ),
    "entity nobody declared": Attack(_text(CALL.replace("<soap:Body>", "<soap:Body>&x;")), _NOT_XML),
    "deep": Attack(_around(_OPENED, b"<a>", 100_000, ""), _NOT_XML),
    "deep and large": Attack(
        _around(_OPENED + "<a>" * 1000 + "</a>" * 1000, b"x", 11 * MEGABYTE, _CLOSED), _NOT_XML, LARGE
    ),
    "wide": Attack(_around(_OPENED, b"<a/>", 1_200_000, _CLOSED), _NOT_XML, 64 * MEGABYTE),
    "as wide as may be sent": Attack(_around(_OPENED, b"<a/>", 10_000_000, _CLOSED), _NOT_XML, LARGE),
    "just not too wide": Attack(_around(_OPENED, b"<a/>x", 990_000, _CLOSED), "Ukjent operasjon", LARGE),
    "many attributes": Attack(_numbered(_OPENED + "<a", " a{}=''", 990_000, "/>" + _CLOSED), "Ukjent operasjon", LARGE),
    "too many attributes": Attack(_numbered(_OPENED + "<a", " a{}=''", 1_100_000, "/>" + _CLOSED), _NOT_XML, LARGE),
    "many prefixes": Attack(
        _numbered(_OPENED + "<a", " xmlns:a{}='u'", 400_000, "/>" + _CLOSED), "Ukjent operasjon", LARGE
    ),
    "namespace with a brace": Attack(_text(_BRACED), "Ukjent operasjon: a"),
    "one attribute twice": Attack(_around(_OPENED + "<a", b" a=''", 400_000, "/>" + _CLOSED), _NOT_XML, LARGE),
    "long name": Attack(_around(_OPENED + "<a", b"a", 20 * MEGABYTE, "/>" + _CLOSED), _NOT_XML, LARGE),
    "long attribute": Attack(_around(_OPENED + "<a a='", b"x", 30 * MEGABYTE, "'/>" + _CLOSED), "Ukjent", LARGE),
    "many comments": Attack(_around(_OPENED, b"<!---->", 1_200_000, _CLOSED), _NOT_XML, 64 * MEGABYTE),
    "comment without an end": Attack(_around(_OPENED + "<!--", b"x", 39 * MEGABYTE, ""), _NOT_XML, LARGE),
    "many references": Attack(
        _around(_OPENED, b"&#65;", 6 * MEGABYTE, _CLOSED), "Ukjent operasjon", LARGE
    ),
    "huge text": Attack(_around(_OPENED, b"x", 39 * MEGABYTE, _CLOSED), "Ukjent operasjon", LARGE),
    "huge text of wide characters": Attack(
        _around(_OPENED, "\U0001f600".encode(), 9 * MEGABYTE, _CLOSED), "Ukjent operasjon", LARGE
    ),
    "more than is taken": Attack(_around(_OPENED, b"x", 100 * MEGABYTE, _CLOSED), "for stor", 64 * MEGABYTE),
    "gzip bomb": Attack(_bomb(100 * MEGABYTE), "for stor", 64 * MEGABYTE, coding="gzip"),
    "gzip in gzip": Attack(lambda: [gzip.compress(gzip.compress(CALL.encode()))], "tegnsettet", coding="gzip"),
    "gzip without an end": Attack(lambda: [gzip.compress(CALL.encode())[:-4]], "ikke hel", coding="gzip"),
    "included from outside": Attack(
        _text(_in_body("")[0] + packages.include("http://127.0.0.1:9/x") + _CLOSED), "Ukjent operasjon"
    ),
    "long content type": Attack(_text(CALL), "", content_type="text/xml; a=" + '"' * 300_000),
}  # fmt: skip

BATCHES = {
    "batch: document type": Attack(_text(_in_batch('<!DOCTYPE a [<!ENTITY x "y">]><DataBatch/>')), _DTD),
    "batch: billion laughs": Attack(_text(_in_batch(_ENTITIES + "<DataBatch a='&x10;'/>")), _DTD),
    "batch: external entity": Attack(
        _text(_in_batch('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><DataBatch>&x;</DataBatch>')), _DTD
    ),
    "batch: hidden in what was escaped twice": Attack(
        _text(_in_batch(_as_text('<!DOCTYPE a [<!ENTITY x "y">]><DataBatch/>'))), _DTD
    ),
    "batch: deep": Attack(_around(_BATCH_BEGINS, b"&lt;a>", 100_000, _BATCH_ENDS), _NOT_XML),
    "batch: wide": Attack(
        _around(_BATCH_BEGINS + "&lt;DataBatch>", b"&lt;a/>", 1_200_000, "&lt;/DataBatch>" + _BATCH_ENDS), _NOT_XML,
        LARGE,
    ),
    "batch: many units": Attack(
        _around(_BATCH_BEGINS + "&lt;DataBatch>&lt;DataUnits>", b"&lt;DataUnit/>", 900_000,
                "&lt;/DataUnits>&lt;/DataBatch>" + _BATCH_ENDS), "Skjema", LARGE,
    ),
    "batch: huge": Attack(
        _around(_BATCH_BEGINS + "&lt;DataBatch>", b"x", 39 * MEGABYTE, "&lt;/DataBatch>" + _BATCH_ENDS), "DataUnit",
        LARGE,
    ),
    "batch: attachment that is no base64": Attack(
        _text(_in_batch(batch(unit("310000000", "A1"),
              extra='<Attachments><Attachment parentReference="A1">*</Attachment></Attachments>'))), "base64",
    ),
}  # fmt: skip


def _streamed(inner: str = "") -> tuple[str, str]:
    before, after = packages.envelope("|").split("|")
    return before + inner, after


_S_BEFORE, _S_AFTER = _streamed()
_HEAD_BEFORE, _HEAD_AFTER = packages.envelope("QUJD", header="|").split("|")

STREAMS = {
    **{
        f"streamed: {name}": Attack(_text(document), _DTD, path=STREAMED, content_type="text/xml")
        for name, document in DOCUMENT_TYPES.items()
        if name != "hidden behind comments"
    },
    "streamed: hidden behind some comments": Attack(
        _text("<!-- <!x> -->" * 2000 + "<?x?>" + "<!DOCTYPE a>" + CALL), _DTD, path=STREAMED
    ),
    "streamed: deep": Attack(_around(_HEAD_BEFORE, b"<a>", 100_000, ""), _NOT_XML, path=STREAMED),
    "streamed: wide": Attack(_around(_HEAD_BEFORE, b"<a/>", 5_000_000, _HEAD_AFTER), _NOT_XML, path=STREAMED),
    "streamed: many attributes": Attack(
        _numbered(_HEAD_BEFORE + "<a", " a{}=''", 1_000_000, "/>" + _HEAD_AFTER), _NOT_XML, path=STREAMED
    ),
    "streamed: long name": Attack(_around(_HEAD_BEFORE + "<a", b"a", 30 * MEGABYTE, ""), _NOT_XML, path=STREAMED),
    "streamed: long attribute": Attack(
        _around(_HEAD_BEFORE + "<a a='", b"a", 30 * MEGABYTE, ""), _NOT_XML, path=STREAMED
    ),
    "streamed: huge text": Attack(_around(_HEAD_BEFORE, b"x", 50 * MEGABYTE, _HEAD_AFTER), _NOT_XML, path=STREAMED),
    "streamed: many comments": Attack(
        _around(_HEAD_BEFORE, b"<!---->", 1_000_000, _HEAD_AFTER), _NOT_XML, path=STREAMED
    ),
    "streamed: comment without an end": Attack(
        _around(_HEAD_BEFORE + "<!--", b"x", 50 * MEGABYTE, ""), _NOT_XML, path=STREAMED
    ),
    "streamed: blanks without an end": Attack(_around("", b" ", 100 * MEGABYTE, ""), "for stor", path=STREAMED),
    "streamed: file of blanks": Attack(
        _around(_S_BEFORE, b" ", 30 * MEGABYTE, _S_AFTER), '"upload"', path=STREAMED
    ),
    "streamed: file beyond the limit": Attack(
        _around(_S_BEFORE, b"QUJD", 20 * MEGABYTE, _S_AFTER), "for stor", path=STREAMED
    ),
    "streamed: gzip bomb": Attack(_bomb(100 * MEGABYTE), "for stor", path=STREAMED, coding="gzip"),
}  # fmt: skip

_TINY = b"--b\r\n\r\nx\r\n"
_ROOT = packages.root(packages.envelope(packages.include("cid:f"))).sent("b", "\r\n").decode()
_FILE = "--b\r\nContent-ID: <f>\r\n\r\n"


def _packages(path: str, name: str) -> dict[str, Attack]:
    def attack(pieces: Pieces, told: str, memory: int = SMALL) -> Attack:
        return Attack(pieces, told, memory, path, _PACKAGE)

    whole = path == WHOLE
    return {
        f"{name}: tiny parts": attack(_around(_ROOT, _TINY, 100_000, "--b--"), "for mange deler"),
        f"{name}: head without an end": attack(_around(_ROOT + "--b\r\nX: ", b"x", 50 * MEGABYTE, ""), "stort"),
        f"{name}: heads without an end": attack(_around(_ROOT + "--b\r\n", b"X: x\r\n", 9 * MEGABYTE, ""), "stort"),
        f"{name}: boundary never comes": attack(
            _around("", b"x", 100 * MEGABYTE, ""), "for stor"
        ),
        f"{name}: boundary never ends": attack(
            _around(_ROOT + _FILE, b"x", 40 * MEGABYTE, ""), "for stor"
        ),
        f"{name}: almost boundaries": attack(
            _around(_ROOT + _FILE, b"\n--bb", 600_000, "\r\n--b--"), '"texts": ["a.zip"', 64 * MEGABYTE
        ),
        f"{name}: line breaks only": attack(
            _around(_ROOT + _FILE, b"\r\n", 1_500_000, "\r\n--b--"), '"texts": ["a.zip"', 64 * MEGABYTE
        ),
        f"{name}: wide envelope": attack(
            _around("--b\r\nContent-ID: <root@client>\r\n\r\n" + _HEAD_BEFORE, b"<a/>", 500_000, "\r\n--b--"),
            _NOT_XML, 128 * MEGABYTE if whole else SMALL,
        ),
        f"{name}: document type": attack(
            _text(packages.package(packages.root(DOCUMENT_TYPES["billion laughs"])).decode()), _DTD
        ),
        f"{name}: included from elsewhere": attack(
            _text(packages.package(
                packages.root(packages.envelope(packages.include("file:///etc/hostname")))).decode()), "cid:"
        ),
        f"{name}: included again and again": attack(
            _text(packages.package(
                packages.root(packages.envelope(
                    packages.include("cid:f"), header=f"<a>{packages.include('cid:f')}</a>" * 100)),
                packages.part(b"x" * 60_000, name="<f>")).decode()), "brukt før"
        ),
        f"{name}: quotes without an end": Attack(
            _text(_ROOT), "", path=path, content_type='multipart/related; boundary="' + '\\"' * 8000
        ),
    }  # fmt: skip


def _services() -> dict[str, Attack]:
    """Some of all that, at the addresses of the later platform."""
    basic, secure = "/IntermediaryExternal/ReceiptExternalBasic.svc", "/IntermediaryExternal/ReceiptExternal.svc"
    stream = "/IntermediaryExternal/IntermediaryInboundBasicStreamed.svc"
    version_2 = "application/soap+xml; charset=utf-8"
    chosen = ("deep", "wide", "comment without an end", "gzip bomb", "entity nobody declared")
    return {
        **{f"basic: {name}": Attack(_text(document), _DTD, path=basic) for name, document in DOCUMENT_TYPES.items()},
        **{f"basic: {name}": replace(ENVELOPES[name], path=basic) for name in chosen},
        **{
            f"secure: {name}": Attack(_text(document.replace(SOAP_11, SOAP_12)), _DTD, SMALL, secure, version_2)
            for name, document in DOCUMENT_TYPES.items()
        },
        **{
            f"file: {name}": replace(STREAMS[f"streamed: {name}"], path=stream)
            for name in ("deep", "wide", "huge text")
        },
        "file: from nobody": Attack(_around(_S_BEFORE, b"QUJD", 5 * MEGABYTE, _S_AFTER), "Fault", path=stream),
        "file: by package, from nobody": Attack(
            _around(_ROOT + _FILE, b"x", 15 * MEGABYTE, "\r\n--b--"), "Fault", SMALL, stream, _PACKAGE
        ),
        "basic: namespace with a brace": Attack(_text(_BRACED), "has no operation a", path=basic),
        "file: instruction with a colon": Attack(_text(_OPENED + "<?a:b c?>" + _CLOSED), "Fault", path=stream),
        "basic: included from outside": Attack(
            _text(_OPENED + packages.include("http://127.0.0.1:9/x") + _CLOSED), "MTOM", path=basic
        ),
    }


ATTACKS: dict[str, Attack] = {
    **ENVELOPES,
    **BATCHES,
    **STREAMS,
    **_packages(STREAMED, "package, streamed"),
    **_packages(WHOLE, "package"),
    **_services(),
    "version 1.2": Attack(
        _text(DOCUMENT_TYPES["billion laughs"]), "soap:Sender", content_type="application/soap+xml"
    ),
}  # fmt: skip
"""By name. What a door answers with no fault at all has its answer's words in ``told``."""
