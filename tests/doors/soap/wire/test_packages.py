"""MTOM as clients write it: however it is packed, the same file arrives, and what points elsewhere does not."""

from __future__ import annotations

import base64
import binascii
import gzip
import hashlib

import pytest

from core import read_content
from tests.doors.soap.wire.conftest import LIMITS, Posted, Reader
from tests.doors.soap.wire.packages import SOAP_12, Part, content_type, envelope, include, inline, package, part, root

DATA = bytes(range(256)) * 1200 + b"\r\n--b\r--\n--bb\r\n-- b"
ROOT = root(envelope(include("cid:file@client")))
PACKAGE = package(ROOT, part(DATA))


def arrived(posted: Posted) -> tuple[int, str]:
    """Size and digest of the file."""
    upload = posted.read["upload"]
    assert isinstance(upload, list)
    return upload[1], upload[2]


def is_whole(posted: Posted, data: bytes = DATA) -> bool:
    return arrived(posted) == (len(data), hashlib.sha256(data).hexdigest())


def test_a_package_arrives_and_its_file_is_kept_only_where_it_is_claimed(reader: Reader) -> None:
    kept = reader.post(PACKAGE, content_type(), QUERY_STRING="keep")
    assert is_whole(kept)
    assert kept.read["media"] == "text/xml"
    assert kept.read["texts"] == ["a.zip"]
    upload = kept.read["upload"]
    assert isinstance(upload, list)
    assert b"".join(read_content(reader.store, upload[0])) == DATA
    chunks = reader.chunks_left()
    assert is_whole(reader.post(PACKAGE, content_type()))
    assert reader.chunks_left() == chunks > 0


BOUNDARIES = {
    "wcf": ("uuid:0ca0e16e-feb1-426c-97d8-c4508ada5e82+id=1", '"{}"'),
    "bare": ("MIMEBoundary_1", "{}"),
    "java": ("----=_Part_0_1843456.1163", '"{}"'),
    "with blanks": ("a b", '"{}"'),
    "escaped": ("a'b", '"a\\\'b"'),
    "one character": ("x", "x"),
}


@pytest.mark.parametrize("name", BOUNDARIES)
def test_any_boundary_is_found(reader: Reader, name: str) -> None:
    boundary, written = BOUNDARIES[name]
    body = package(ROOT, part(DATA), boundary=boundary)
    assert is_whole(reader.post(body, content_type(written.format(boundary))))


FORMS = {
    "lf only": (package(ROOT, part(DATA), end="\n"), content_type()),
    "preamble and epilogue": (package(ROOT, part(DATA), preamble=b"hello\r\n", epilogue=b"bye --b--"), content_type()),
    "preamble that looks like it": (package(ROOT, part(DATA), preamble=b"--bc\r\n"), content_type()),
    "no start": (PACKAGE, content_type(start=None)),
    "start without brackets": (PACKAGE, content_type(start="root@client")),
    "root last": (package(part(DATA), ROOT), content_type()),
    "upper case": (PACKAGE, content_type().replace("multipart/related; type", "MULTIPART/Related;TYPE")),
    "other parts": (package(ROOT, part(b"x" * 200_000, name="<o>"), Part("X: y", b""), part(DATA)), content_type()),
    "escaped reference": (
        package(root(envelope(include("cid:http%3A%2F%2Fx.org%2F1"))), part(DATA, name="<http://x.org/1>")),
        content_type(),
    ),
    "reference with a percent": (
        package(root(envelope(include("cid:a%20b"))), part(DATA, name="<a%20b>")),
        content_type(),
    ),
    "base64 part": (package(ROOT, part(base64.encodebytes(DATA), coding="BASE64")), content_type()),
    "quoted-printable part": (
        package(ROOT, part(binascii.b2a_qp(DATA, istext=False), coding="quoted-printable")),
        content_type(),
    ),
    "no coding said": (
        package(ROOT, Part("Content-ID: <file@client>", DATA)),
        content_type(),
    ),
    "folded head": (package(ROOT, Part("Content-ID:\n\t<file@client>\nX-A: b", DATA)), content_type()),
    "padded boundary": (
        PACKAGE.replace(b"--b\r\nContent-Type: application/o", b"--b \t \r\nContent-Type: application/o"),
        content_type(),
    ),
    "latin-1 root": (
        package(root(envelope(include("cid:file@client")), charset="iso-8859-1"), part(DATA)),
        content_type(),
    ),
    "utf-16 root": (package(root(envelope(include("cid:file@client")), charset="utf-16"), part(DATA)), content_type()),
    "white space around the include": (
        package(root(envelope(f"\n  {include('cid:file@client')}\n")), part(DATA)),
        content_type(),
    ),
    "broker's data stream": (
        package(root(envelope(include("cid:file@client"), name="DataStream")), part(DATA)),
        content_type(),
    ),
}


@pytest.mark.parametrize("name", FORMS)
def test_every_form_carries_the_same_file(reader: Reader, name: str) -> None:
    body, sent_as = FORMS[name]
    assert is_whole(reader.post(body, sent_as))
    assert reader.chunks_left() == 0


@pytest.mark.parametrize("block", [1, 2, 3, 7, 1000])
def test_nothing_depends_on_where_the_blocks_of_a_request_end(reader: Reader, block: int) -> None:
    data = DATA[-3000:]
    body = package(ROOT, part(data), boundary="b", preamble=b"x\r\n")

    class Dripping:
        """A request that arrives a few bytes at a time."""

        def __init__(self) -> None:
            self.at = 0

        def read(self, most: int) -> bytes:
            begin, self.at = self.at, self.at + min(most, block)
            return body[begin : self.at]

    assert is_whole(reader.post(body, content_type(), **{"wsgi.input": Dripping()}), data)  # type: ignore[arg-type]


def test_a_packed_package_is_unpacked(reader: Reader) -> None:
    assert is_whole(reader.post(gzip.compress(PACKAGE), content_type(), HTTP_CONTENT_ENCODING="gzip"))


def test_version_2_is_told_by_the_package(reader: Reader) -> None:
    media = "application/soap+xml"
    body = package(root(envelope(include("cid:file@client"), soap=SOAP_12), media=media), part(DATA))
    announced = content_type(media='application/soap+xml; action=\\"urn:x\\"')
    assert reader.post(body, announced).read["media"] == media
    assert reader.post(body[:-9], announced).fault[0] == "soap:Sender"


@pytest.mark.parametrize("size", [0, 1, 700, 70_000])
def test_a_small_file_may_stay_in_the_envelope_of_a_package(reader: Reader, size: int) -> None:
    data = DATA[:size]
    body = package(root(envelope(base64.b64encode(data).decode())))
    assert is_whole(reader.post(body, content_type()), data)


def test_a_small_part_elsewhere_becomes_text(reader: Reader) -> None:
    header = f"<T>{include('cid:token')}</T>"
    body = package(root(envelope(include("cid:file@client"), header=header)), part(b"tok", name="<token>"), part(DATA))
    posted = reader.post(body, content_type())
    assert is_whole(posted)
    assert posted.read["texts"] == [base64.b64encode(b"tok").decode()]


def test_on_other_endpoints_parts_are_put_into_the_message(reader: Reader) -> None:
    body = package(root(envelope(include("cid:file@client"), name="Attachment")), part(DATA))
    posted = reader.post(body, content_type(), path="/whole")
    assert posted.read["texts"] == ["a.zip", base64.b64encode(DATA).decode()]
    assert posted.read["upload"] is None
    assert reader.chunks_left() == 0


REFUSED = {
    "no boundary": (PACKAGE, 'multipart/related; type="application/xop+xml"', "boundary"),
    "boundary too long": (PACKAGE, content_type("x" * 300), "boundary"),
    "boundary never comes": (b"x" * 200_000, content_type(), "ikke hel"),
    "boundary never ends": (PACKAGE[:-8], content_type(), "ikke hel"),
    "ends in a head": (b"--b\r\nContent-Type: x", content_type(), "hodet"),
    "no parts": (b"--b--\r\n", content_type(), "konvolutten"),
    "no such start": (PACKAGE, content_type(start="<other>"), "konvolutten"),
    "empty root": (package(root("")), content_type(), "tom"),
    "head is no head": (package(ROOT, Part("hello", DATA)), content_type(), "hodet".capitalize()),
    "unknown coding": (package(ROOT, part(DATA, coding="uuencode")), content_type(), "Transfer-Encoding"),
    "broken base64": (package(ROOT, part(b"QUJD*", coding="base64")), content_type(), "base64"),
    "half a group of base64": (package(ROOT, part(b"QUJDQ", coding="base64")), content_type(), "base64"),
    "base64 goes on behind its end": (package(ROOT, part(b"QQ==QUJD", coding="base64")), content_type(), "base64"),
    "two parts of one name": (package(ROOT, part(b"a"), part(b"b")), content_type(), "samme Content-ID"),
    "part is missing": (package(ROOT), content_type(), "ikke er i meldingen"),
    "include without a reference": (
        package(root(envelope(include("cid:file@client").replace("href", "ref"))), part(DATA)),
        content_type(),
        "cid:",
    ),
    "include of an address": (
        package(root(envelope(include("http://127.0.0.1/x"))), part(DATA)),
        content_type(),
        "cid:",
    ),
    "include of a file": (package(root(envelope(include("file:///etc/hostname"))), part(DATA)), content_type(), "cid:"),
    "include beside text": (
        package(root(envelope("QUJD" + include("cid:file@client"))), part(DATA)),
        content_type(),
        "to ganger",
    ),
    "two includes in one element": (
        package(root(envelope(include("cid:file@client") + include("cid:a"))), part(DATA), part(b"", name="a")),
        content_type(),
        "eneste",
    ),
    "two files": (
        package(root(envelope(f"{include('cid:a')}</dataStream><dataStream>QUJD")), part(b"x", name="a")),
        content_type(),
        "mer enn én",
    ),
    "one part twice": (
        package(root(envelope(include("cid:a"), header=f"<T>{include('cid:a')}</T>")), part(b"x", name="a")),
        content_type(),
        "brukt før",
    ),
    "large part elsewhere": (
        package(root(envelope("", header=f"<T>{include('cid:a')}</T>")), part(DATA, name="a")),
        content_type(),
        "ikke skal være en fil",
    ),
    "document type": (package(root("<!DOCTYPE x>" + envelope(include("cid:file@client")))), content_type(), "DOCTYPE"),
    "entity": (package(root(envelope("&a;"))), content_type(), "velformet"),
    "root is cut short": (package(root(envelope("")[:-3])), content_type(), "velformet"),
}


@pytest.mark.parametrize("path", ["/streamed", "/whole"])
@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_put_together_is_a_fault_and_leaves_nothing(reader: Reader, name: str, path: str) -> None:
    body, sent_as, text = REFUSED[name]
    posted = reader.post(body, sent_as, path=path)
    if path == "/whole" and name in ("two files", "large part elsewhere", "include beside text"):
        # Only a streamed call has a file of its own.
        assert posted.status == (500 if name == "include beside text" else 200)
    else:
        code, told = posted.fault
        assert code == "soap:Client"
        assert text in told
    assert reader.chunks_left() == 0


@pytest.mark.parametrize("path", ["/streamed", "/whole"])
def test_an_include_outside_a_package_is_a_fault(reader: Reader, path: str) -> None:
    for href in ("cid:file@client", "file:///etc/hostname"):
        posted = reader.post(envelope(include(href)).encode(), "text/xml", path=path)
        assert "ikke en MTOM-pakke" in posted.fault[1]


def test_too_large_a_file_is_a_fault_with_the_limit_in_it(reader: Reader) -> None:
    data = bytes(LIMITS.attachment + 1)
    for body, sent_as in ((package(ROOT, part(data)), content_type()), (inline(data), "text/xml")):
        assert reader.post(body, sent_as).fault[1] == f"Filen er for stor: grensen er {LIMITS.attachment} byte."
    assert reader.chunks_left() == 0
