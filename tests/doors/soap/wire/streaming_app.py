"""A WSGI application around the streamed reading and writing of messages, for servers in processes of their own.

POST to a path that ends in ``streamed`` reads a message as the streamed endpoints do, any other path as the rest do;
with ``?keep`` its file is claimed. The answer says what arrived. GET of ``?id=…&size=…`` answers a file by MTOM.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from lxml import etree

from core import Store, content_size, read_content
from soap.envelope import FAULT_STATUS, CallRefused, version_by_content_type
from soap.intake import operation_in, version_of
from soap.message import Limits, media_of, read_message
from soap.mtom import StreamedFile, include_of, write_mtom

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

DATABASE = "BROBYGGER_TEST_DATABASE"
LIMITS = Limits(message=4 * 1024 * 1024, attachment=52 * 1024 * 1024)


def application() -> WSGIApplication:
    """Called by the server once in each worker."""
    return streaming_app(Store(os.environ[DATABASE]))


def streaming_app(store: Store, limits: Limits = LIMITS) -> WSGIApplication:
    """The application on this store."""

    def serve(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "GET":
            return _download(store, environ, start_response)
        try:
            answer = json.dumps(_read(store, environ, limits)).encode()
        except CallRefused as refused:
            version = version_by_content_type(media_of(environ.get("CONTENT_TYPE", "")))
            fault = version.fault(refused.fault)
            start_response(FAULT_STATUS, [("Content-Type", version.content_type), ("Content-Length", str(len(fault)))])
            return [fault]
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(answer)))])
        return [answer]

    return serve


def _read(store: Store, environ: WSGIEnvironment, limits: Limits) -> dict[str, object]:
    with read_message(environ, limits, store, streamed=environ["PATH_INFO"].endswith("streamed")) as message:
        operation = operation_in(message.envelope, version_of(message.envelope))
        upload = message.upload
        if upload is not None and environ.get("QUERY_STRING") == "keep":
            store.write(lambda ledger: ledger.claim_content(upload.id))
        return {
            "media": message.media,
            "operation": etree.QName(operation).localname,
            "texts": [text for text in (each.text for each in message.envelope.iter("*")) if text and text.strip()],
            "upload": None if upload is None else [upload.id, upload.size, upload.sha256],
        }


def _download(store: Store, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    content = parse_qs(environ["QUERY_STRING"])["id"][0]
    file = StreamedFile("file@server", content_size(store, content), read_content(store, content))
    body = f"<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body><D>{include_of(file.name)}</D></s:Body></s:Envelope>"
    headers, blocks = write_mtom(body.encode(), file, "text/xml")
    start_response("200 OK", headers)
    return blocks
