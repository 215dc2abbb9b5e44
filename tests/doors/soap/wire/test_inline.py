"""A file inside the envelope of a streamed call: decoded as it arrives, however the text was written."""

from __future__ import annotations

import base64
import hashlib

import pytest

from tests.doors.soap.wire.conftest import Posted, Reader
from tests.doors.soap.wire.packages import SOAP_12, envelope, inline

DATA = bytes(range(256)) * 4000
TEXT = base64.b64encode(DATA).decode()


def is_whole(posted: Posted, data: bytes = DATA) -> bool:
    upload = posted.read["upload"]
    assert isinstance(upload, list)
    return upload[1:] == [len(data), hashlib.sha256(data).hexdigest()]


SPELLINGS = {
    "plain": TEXT,
    "lines": base64.encodebytes(DATA).decode(),
    "lines with character references": base64.encodebytes(DATA).decode().replace("\n", "&#xD;\n"),
    "cdata": f"<![CDATA[{TEXT[:1_000_000]}]]>{TEXT[1_000_000:]}",
    "cdata in many sections": "".join(f"<![CDATA[{TEXT[at : at + 9999]}]]>" for at in range(0, len(TEXT), 9999)),
    "with a comment between": f"{TEXT[:99]}<!-- between -->{TEXT[99:]}",
    "with an instruction between": f"{TEXT[:99]}<?x y?>{TEXT[99:]}",
    "all references": "".join(f"&#{ord(letter)};" for letter in TEXT[:4000]) + TEXT[4000:],
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_the_same_file_arrives_however_it_was_written(reader: Reader, spelling: str) -> None:
    posted = reader.post(envelope(SPELLINGS[spelling]).encode(), "text/xml; charset=utf-8")
    assert is_whole(posted)
    assert posted.read["texts"] == ["a.zip"]
    assert reader.chunks_left() == 0


@pytest.mark.parametrize(
    ("charset", "declared", "header"),
    [
        ("utf-8", None, "utf-8"),
        ("utf-8-sig", "utf-8", None),
        ("utf-16", None, None),
        ("utf-16", "utf-16", "utf-16"),
        ("iso-8859-1", "iso-8859-1", None),
        ("utf-8", "utf-16", "UTF-8"),
        ("cp1252", None, '"windows-1252"'),
    ],
)
def test_every_charset_is_read(reader: Reader, charset: str, declared: str | None, header: str | None) -> None:
    document = envelope(TEXT, header="<FileName>blåbær.zip</FileName>")
    if declared is not None:
        document = f'<?xml version="1.0" encoding="{declared}"?>\r\n{document}'
    posted = reader.post(document.encode(charset), "text/xml" if header is None else f"text/xml; charset={header}")
    assert is_whole(posted)
    assert posted.read["texts"] == ["blåbær.zip"]


@pytest.mark.parametrize("data", [b"", b"x", DATA[:65536], DATA[:65537]], ids=len)
def test_every_size_arrives(reader: Reader, data: bytes) -> None:
    assert is_whole(reader.post(inline(data), "text/xml"), data)


def test_version_2_is_read_alike(reader: Reader) -> None:
    posted = reader.post(inline(DATA, soap=SOAP_12), 'application/soap+xml; charset=utf-8; action="urn:x"')
    assert is_whole(posted)
    assert posted.read["media"] == "application/soap+xml"


def test_a_call_without_a_file_has_none(reader: Reader) -> None:
    body = envelope("").replace("dataStream", "fileReference")
    assert reader.post(body.encode(), "text/xml").read["upload"] is None


def test_an_element_of_that_name_in_another_place_is_text_as_any_other(reader: Reader) -> None:
    posted = reader.post(envelope("QUJD", header="<A><dataStream>text</dataStream></A>").encode(), "text/xml")
    assert posted.read["texts"] == ["text"]
    assert is_whole(posted, b"ABC")


REFUSED = {
    "not base64": (envelope("hello!").encode(), "base64"),
    "not ascii": (envelope("QUJæ").encode(), "base64"),
    "half a group": (envelope("QUJDQ").encode(), "base64"),
    "an element in it": (envelope("QUJD<x/>").encode(), "element"),
    "two files": (envelope("QUJD</dataStream><dataStream>QUJD").encode(), "mer enn én"),
    "cdata that must be held whole": (envelope(f"<![CDATA[{TEXT}]]>").encode(), "velformet"),
    "cut short": (inline(DATA)[:-100], "velformet"),
    "cut short in the file": (inline(DATA)[:200_000], "velformet"),
    "more behind it": (inline(DATA) + b"<x/>", "velformet"),
    "broken characters": (inline(DATA)[:-200] + b"\xff\xff" + inline(DATA)[-200:], "tegnsettet"),
    "unknown charset": (b"<?xml version='1.0' encoding='idna'?>" + inline(DATA), "Tegnsettet"),
    "empty": (b"", "tom"),
    "white space": (b" \r\n ", "tom"),
    "document type": (b"<!DOCTYPE a>" + inline(DATA), "DOCTYPE"),
    "document type behind a long comment": (b"<!--" + b"x" * 100_000 + b"--><!DOCTYPE a>" + inline(DATA), "DOCTYPE"),
    "entity behind the file": (inline(DATA)[:-15] + b"&a;" + inline(DATA)[-15:], "velformet"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_read_is_a_fault_and_leaves_nothing(reader: Reader, what: str) -> None:
    body, text = REFUSED[what]
    code, told = reader.post(body, "text/xml").fault
    assert code == "soap:Client"
    assert text in told
    assert reader.chunks_left() == 0
