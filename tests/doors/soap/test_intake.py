"""What arrives over HTTP: refused before SOAP, or read with tolerance (A12 to A16, soap-asmx §7.2)."""

from __future__ import annotations

import gzip
import socket
import zlib

import pytest

from core import Store
from soap import SoapOptions
from tests.doors.soap.asmx_client import PATH, SOAP_11, SOAP_12, TNS, Client, batch, client_reads, envelope, unit
from tests.doors.soap.conftest import OWNER, served

CALL = envelope("AltInnStatus", {})
SUBMIT = envelope("SubmitBatchPw", {"batch": batch(unit(OWNER, "A1")), "password": "hemmelig1"})


def with_batch(value: str) -> str:
    """A SubmitBatchPw with the batch parameter written as it is."""
    return SUBMIT[: SUBMIT.index("<batch>")] + f"<batch>{value}</batch>" + SUBMIT[SUBMIT.index("<password>") :]


REFUSED = {
    "empty": (b"", "tom"),
    "white space": (b" \r\n ", "tom"),
    "not xml": (b"hello", "velformet"),
    "cut short": (CALL[:-9].encode(), "velformet"),
    "not an envelope": (b"<hello/>", "konvolutt"),
    "envelope of nobody": (CALL.replace(SOAP_11, "urn:other").encode(), "konvolutt"),
    "no body": (f'<s:Envelope xmlns:s="{SOAP_11}"/>'.encode(), "Body"),
    "empty body": (f'<s:Envelope xmlns:s="{SOAP_11}"><s:Body><!-- x --></s:Body></s:Envelope>'.encode(), "Body"),
    "document type": (b"<!DOCTYPE a [<!ENTITY x 'y'>]>" + CALL[38:].encode(), "DOCTYPE"),
    "document type behind a comment": (b"<!-- x --><?x y?>\n<!DOCTYPE a>" + CALL[38:].encode(), "DOCTYPE"),
    "unknown operation": (envelope("SubmitBatchX", {}).encode(), "Ukjent operasjon: SubmitBatchX"),
    "operation of nobody": (CALL.replace(TNS, "urn:other").encode(), "Ukjent operasjon: AltInnStatus"),
    "int is a word": (envelope("BatchStatusPw", {"enterpriseSystemId": "4_711"}).encode(), "enterpriseSystemId"),
    "int is too large": (envelope("BatchStatusPw", {"enterpriseSystemId": 2**31}).encode(), "enterpriseSystemId"),
    "long is a word": (envelope("GetSchemaDefinition", {"orNumber": "x"}).encode(), "orNumber"),
    "bytes of another charset": ("<a>æ</a>".encode("latin-1"), "tegnsettet"),
}


@pytest.mark.acceptance("A12", "A16")
@pytest.mark.parametrize("what", REFUSED)
@pytest.mark.parametrize(
    ("soap", "media", "code"),
    [(SOAP_11, "text/xml", "soap:Client"), (SOAP_12, "application/soap+xml", "soap:Sender")],
    ids=["1.1", "1.2"],
)
def test_what_never_became_a_call_is_a_fault_in_the_callers_version(
    door: Client, what: str, soap: str, media: str, code: str
) -> None:
    body, text = REFUSED[what]
    answer = door.send(body.replace(SOAP_11.encode(), soap.encode()), content_type=f"{media}; charset=utf-8")
    assert (answer.status, answer.headers["content-type"]) == (500, f"{media}; charset=utf-8")
    assert answer.fault[0] == code
    assert text in answer.fault[1]
    assert "Traceback" not in answer.text
    assert 'File "' not in answer.text


def test_the_envelope_decides_the_version_when_the_header_says_another(door: Client) -> None:
    answer = door.send(envelope("SubmitBatchX", {}, soap=SOAP_12))
    assert answer.headers["content-type"] == "application/soap+xml; charset=utf-8"
    assert answer.fault[0] == "soap:Sender"


@pytest.mark.parametrize("encoding", [None, "gzip"])
def test_too_large_a_request_is_refused_with_the_limit_in_the_fault(world: Store, encoding: str | None) -> None:
    body = CALL.replace("><", ">" + " " * 3_000_000 + "<", 1).encode()
    headers = {} if encoding is None else {"Content-Encoding": encoding}
    with served(world, SoapOptions(max_request_bytes=2_000_000)) as client:
        answer = client.send(body if encoding is None else gzip.compress(body), headers=headers)
    assert answer.status == 500
    assert answer.fault == ("soap:Client", "Forespørselen er for stor: grensen er 2000000 byte.")


@pytest.mark.acceptance("A12")
def test_megabytes_in_one_text_are_taken(door: Client) -> None:
    content = "QUJD" * 2_800_000
    attachment = f'<Attachment sendersReference="V" parentReference="A1">{content}</Attachment>'
    receipt = door.submit(batch(unit(OWNER, "A1"), extra=f"<Attachments>{attachment}</Attachments>"))
    assert client_reads(receipt) == ("OK", [("A1", "OK")])


@pytest.mark.acceptance("A15")
@pytest.mark.parametrize(
    ("coding", "pack"),
    [("gzip", gzip.compress), ("deflate", zlib.compress), ("identity", bytes), ("GZIP", gzip.compress)],
)
def test_a_packed_request_is_unpacked(door: Client, coding: str, pack: type[bytes]) -> None:
    assert door.send(pack(CALL.encode()), headers={"Content-Encoding": coding}).status == 200


@pytest.mark.parametrize(
    ("coding", "body"), [("gzip", CALL.encode()), ("gzip", gzip.compress(CALL.encode())[:-9]), ("br", b"x")]
)
def test_a_badly_packed_request_is_a_fault(door: Client, coding: str, body: bytes) -> None:
    answer = door.send(body, headers={"Content-Encoding": coding})
    assert (answer.status, answer.fault[0]) == (500, "soap:Client")


CHARSETS = [
    ("utf-8", None, "utf-8"),
    ("utf-8-sig", None, None),
    ("utf-16", None, None),
    ("iso-8859-1", "iso-8859-1", None),
    ("iso-8859-1", "utf-8", "ISO-8859-1"),
    ("utf-8", "utf-16", "UTF-8"),
    ("cp1252", None, '"windows-1252"'),
]


@pytest.mark.acceptance("A13")
@pytest.mark.parametrize(("charset", "declared", "header"), CHARSETS)
def test_the_same_characters_arrive_whatever_the_charset(
    door: Client, world: Store, charset: str, declared: str | None, header: str | None
) -> None:
    document = SUBMIT[38:] if declared is None else f'<?xml version="1.0" encoding="{declared}"?>{SUBMIT[38:]}'
    content_type = "text/xml" if header is None else f"text/xml; charset={header}"
    answer = door.send(document.encode(charset), content_type=content_type)
    assert client_reads(answer.result("SubmitBatchPw"))[0] == "OK"
    assert "Prøve og Feil AS" in stored(world)


@pytest.mark.parametrize("charset", ["idna", "base64", "utf-7", "nonsense"])
def test_a_charset_nobody_sends_is_a_fault(door: Client, charset: str) -> None:
    answer = door.send(CALL, content_type=f"text/xml; charset={charset}")
    assert (answer.status, answer.fault[0]) == (500, "soap:Client")


def stored(store: Store) -> str:
    row = store.read(lambda ledger: ledger.submission(4711, "310000000-01-42"))
    assert row is not None
    return b"".join(store.read(lambda ledger: list(ledger.content(row.units[0].content)))).decode()


ESCAPED = SUBMIT[SUBMIT.index("<batch>") + 7 : SUBMIT.index("</batch>")]
PLAIN = batch(unit(OWNER, "A1"))
SPELLINGS = {
    "escaped": ESCAPED,
    "cdata": f"<![CDATA[{PLAIN}]]>",
    "cdata in two sections": f"<![CDATA[{PLAIN[:99]}]]><![CDATA[{PLAIN[99:]}]]>",
    "mixed, with a comment between": ESCAPED[:99] + "<!-- between --><![CDATA[]]>" + ESCAPED[99:],
    "declared utf-8": "&lt;?xml version='1.0' encoding='UTF-8'?>" + ESCAPED,
    "declared iso-8859-1": "&lt;?xml version='1.0' encoding='ISO-8859-1'?>\n\r" + ESCAPED,
    "declared utf-16": "&lt;?xml version='1.0' encoding='utf-16'?>" + ESCAPED,
    "byte order mark and line breaks in front": "\ufeff\n\r\n &lt;?xml version='1.0'?>" + ESCAPED,
    "escaped twice": ESCAPED.replace("&", "&amp;"),
}


@pytest.mark.acceptance("A13")
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_the_same_batch_is_stored_however_the_string_was_written(door: Client, world: Store, spelling: str) -> None:
    answer = door.send(with_batch(SPELLINGS[spelling]))
    assert client_reads(answer.result("SubmitBatchPw")) == ("OK", [("A1", "OK")])
    assert stored(world) == PLAIN[PLAIN.index("<Skjema") : PLAIN.index("</DataUnit>")]


UNREADABLE = {
    "empty": "",
    "white space": " \n ",
    "child elements": PLAIN,
    "text and a child element": ESCAPED + "<x/>",
    "not xml": "hello",
    "cut short": ESCAPED[: ESCAPED.index("&lt;/DataUnits")],
    "another root": "&lt;Batch/>",
    "a root in a namespace": ESCAPED.replace("&lt;DataBatch ", "&lt;DataBatch xmlns='urn:x' "),
    "document type": "&lt;!DOCTYPE DataBatch [&lt;!ENTITY a 'b'>]>" + ESCAPED,
    "entity": ESCAPED.replace("Prøve", "&amp;a;"),
    "escaped twice with markup": ESCAPED.replace("&", "&amp;") + "&lt;x/>",
}


@pytest.mark.acceptance("A12")
@pytest.mark.parametrize("what", UNREADABLE)
def test_a_string_that_is_no_batch_is_told_in_a_receipt(door: Client, world: Store, what: str) -> None:
    answer = door.send(with_batch(UNREADABLE[what]))
    assert (answer.status, client_reads(answer.result("SubmitBatchPw"))) == (200, ("InvalidXml", []))
    assert world.read(lambda ledger: ledger.count_submissions()) == 0


def test_a_missing_or_nil_parameter_is_an_empty_one(door: Client) -> None:
    nil = '<password xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="{}">hemmelig1</password>'
    assert client_reads(door.call("SubmitBatchPw"))[0] == "InvalidXml"
    assert client_reads(door.call("SubmitBatchPw", batch=PLAIN))[0] == "AuthenticationFailed"
    assert client_reads(door.call("BatchStatusPw", password="hemmelig1"))[0] == "AuthenticationFailed"
    for value, status in (("true", "AuthenticationFailed"), ("false", "OK")):
        sent = SUBMIT.replace("<password>hemmelig1</password>", nil.format(value))
        assert client_reads(door.send(sent).result("SubmitBatchPw"))[0] == status


@pytest.mark.acceptance("A14")
@pytest.mark.parametrize(
    "action", [None, "", '""', f"{TNS}SubmitBatchPw", f'"{TNS}#SubmitBatchPw"', f'"{TNS}BatchStatusPw"', "nonsense"]
)
def test_the_body_names_the_operation_whatever_the_header_says(door: Client, action: str | None) -> None:
    answer = door.send(SUBMIT, headers={} if action is None else {"SOAPAction": action}, content_type=None)
    assert client_reads(answer.result("SubmitBatchPw"))[0] == "OK"


def test_prefixed_unqualified_reordered_and_typed_children_are_read(door: Client) -> None:
    body = (
        f'<a:SubmitBatchPw xmlns:a="{TNS}" a:encodingStyle="x"><?x y?>'
        '<password xsi:type="xsd:string">hemmelig1</password>'
        f'<!-- x --><batch xsi:type="nowhere:string">{ESCAPED}</batch><more/></a:SubmitBatchPw>'
    )
    sent = (
        f'<e:Envelope xmlns:e="{SOAP_11}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        f'xmlns:xsd="http://www.w3.org/2001/XMLSchema"><e:Header><x e:mustUnderstand="1"/></e:Header>'
        f"<e:Body>\n{body}</e:Body></e:Envelope>"
    )
    assert client_reads(door.send(sent).result("SubmitBatchPw"))[0] == "OK"


@pytest.mark.acceptance("A15")
def test_http_1_0_without_a_host_is_answered_with_a_length_and_a_close(door: Client) -> None:
    body = SUBMIT.encode()
    request = f"POST {PATH} HTTP/1.0\r\nContent-Type: text/xml; charset=utf-8\r\nContent-Length: {len(body)}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", door.port), timeout=30) as connection:
        connection.sendall(request.encode() + body)
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    head, _, payload = answer.partition(b"\r\n\r\n")
    assert b" 200 OK\r\n" in head
    assert f"content-length: {len(payload)}".encode() in head.lower()
    assert b"SubmitBatchPwResult" in payload


def test_a_prolog_made_to_be_slow_is_not(door: Client) -> None:
    slow = "<!---->" * 20_000
    assert door.send(slow + CALL[38:]).status == 200
    answer = door.send(with_batch("&lt;!---->" * 20_000 + ESCAPED))
    assert client_reads(answer.result("SubmitBatchPw"))[0] == "OK"
