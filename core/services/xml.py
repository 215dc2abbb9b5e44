"""The one parser for XML that strangers send: no document types, no entities, no network, bounded.

It reads a document whole (`parse_untrusted`), or in pieces, with the text of one element led elsewhere
(`parse_in_pieces`): an attachment of any size then never lies in memory. Both are libxml2, so that what one
refuses the other refuses.
"""

from __future__ import annotations

import codecs
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, AnyStr

from lxml import etree

from core.errors import ErrorCode, InvalidInput

MOST_BYTES = 64 * 1024 * 1024
"""Largest document read at all; doors set lower limits of their own."""

MOST_MARKUP = 1_000_000
"""Most tags, comments and attributes in a document, counted by the characters that each begins or is given with.

A node takes up to 300 bytes however few are sent, so that the size of a document alone bounds nothing.
"""

MOST_DEPTH = 256
"""Deepest nesting: libxml2's own limit, which it lifts where long texts are allowed."""

_LONGEST_TEXT = 10_000_000
# libxml2's limit where long texts are not asked for: a shorter document cannot hold a longer text.
_LARGE = 256 * 1024
# lxml keeps every name that a thread has ever met, as long as the thread lives: strangers could fill it with new ones.
_WEIGHT_OF_A_NODE = 256
_PROLOG = 64 * 1024
# A document read in pieces has its prolog, and the beginning of its root, in its first bytes.

TextSink = Callable[[str], None]
"""Takes the next piece of a text."""

# One piece at a time, each found in one go: a stranger's prolog cannot make the search go back over itself.
_MISCELLANY = r"\s+|<\?.*?\?>|<!--.*?-->"
_BEFORE_ROOT = re.compile(_MISCELLANY, re.DOTALL)
_BEFORE_ROOT_IN_BYTES = re.compile(_MISCELLANY.encode("ascii"), re.DOTALL)


class DocumentTypeFound(InvalidInput):
    """The document has a document type declaration (DTD), which is never accepted."""

    def __init__(self) -> None:
        super().__init__(ErrorCode.INVALID_XML, "not acceptable XML: a document type is not allowed")


def root_onwards(text: str) -> str:
    """``text`` from its root element on: no byte order mark, declaration, comment or instruction before it.

    The text is decoded already, so a declaration at its front, whatever encoding it names, says nothing
    any more (soap-asmx §7.2). Raises DocumentTypeFound, before anything in the document type is read.
    """
    unmarked = text.lstrip("\ufeff \t\r\n")
    start = _end_of_pieces(_BEFORE_ROOT, unmarked)
    if unmarked.startswith("<!DOCTYPE", start):
        raise DocumentTypeFound
    return unmarked[start:]


def parse_untrusted(document: str | bytes, *, huge: bool = False) -> etree._Element:
    """The root element of ``document``. ``huge`` lifts lxml's limit of 10 MB on one text (attachments).

    A ``str`` is already decoded and is read from its root element on; bytes are read by their own
    declaration. Raises InvalidInput for anything that is not well-formed, has a document type, is too large
    or too deep, or holds too many elements and attributes.
    """
    if len(document) > MOST_BYTES:
        raise _invalid(f"larger than {MOST_BYTES} bytes")
    encoded = _encoded(document)
    if len(encoded) > MOST_MARKUP and encoded.count(b"<") + encoded.count(b"=") > MOST_MARKUP:
        raise _invalid(f"more than {MOST_MARKUP} elements and attributes")
    unlimited = huge and len(encoded) > _LONGEST_TEXT
    try:
        root = _parsed_apart(encoded, huge=unlimited) if len(encoded) > _LARGE else _parsed(encoded)
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        raise _invalid(_first_line(error)) from error
    # Bytes in an encoding that hides the prolog from the search above are caught here.
    if root.getroottree().docinfo.doctype:  # type: ignore[attr-defined]
        raise DocumentTypeFound
    if unlimited and _is_too_deep(root):
        raise _too_deep()
    return root


def parse_in_pieces(
    pieces: Iterable[str], divert: Callable[[etree._Element, int], TextSink | None], *, most: int
) -> etree._Element:
    """The root element of a document that comes in ``pieces``, of which only what is kept lies in memory.

    ``divert`` is asked at the start of each element, with its depth (the root's is 1), where its own text
    goes: to the sink it returns, piece by piece, or into the element where it returns None. ``most`` bounds
    in bytes, roughly, what is kept. What a sink or ``pieces`` raises comes out as it is. Otherwise raises
    InvalidInput as `parse_untrusted` does.
    """
    target: Any = _Target(divert, most)
    parser = etree.XMLParser(
        target=target, encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False
    )
    try:
        for piece in _from_root(iter(pieces)):
            target.take(len(piece))
            parser.feed(piece.encode("utf-8", "surrogatepass"))
        root: etree._Element | None = parser.close()
    except (etree.XMLSyntaxError, UnicodeError) as error:
        raise _invalid(_first_line(error)) from error
    if root is None:
        raise _invalid("it ends too early")
    return root


@contextmanager
def _named_well() -> Iterator[None]:
    """What builds the tree is stricter about names and addresses than what reads it."""
    try:
        yield
    except ValueError as error:
        raise _invalid("a name or a namespace is none") from error


class _Target:
    """Builds the tree as events arrive, but for the texts that are led elsewhere.

    The methods are libxml2's events as lxml calls them.
    """

    def __init__(self, divert: Callable[[etree._Element, int], TextSink | None], most: int) -> None:
        self._divert = divert
        self._most = most
        # The stubs know only half of what it takes.
        self._builder: Any = etree.TreeBuilder()
        self._sinks: list[TextSink | None] = []
        self._kept = 0
        self._unseen = 0
        self._is_whole = False

    def take(self, length: int) -> None:
        """Count what the parser was given: it holds back a tag, comment or CDATA section until it ends."""
        self._unseen += length
        if self._unseen > self._most + _PROLOG:
            raise _invalid(f"one tag, comment or CDATA section is longer than {self._most} bytes")

    def start(self, tag: str, attributes: Mapping[str, str], namespaces: Mapping[str, str]) -> None:
        """An element begins."""
        self._keep(
            len(tag), *(_WEIGHT_OF_A_NODE + len(value) for value in (*attributes.values(), *namespaces.values()))
        )
        if len(self._sinks) >= MOST_DEPTH:
            raise _too_deep()
        prefixes = {prefix or None: uri for prefix, uri in namespaces.items()}
        with _named_well():
            element = self._builder.start(tag, dict(attributes), prefixes)
        self._sinks.append(self._divert(element, len(self._sinks) + 1))

    def end(self, tag: str) -> None:
        """An element ends."""
        self._unseen = 0
        self._sinks.pop()
        self._is_whole = not self._sinks
        self._builder.end(tag)

    def data(self, text: str) -> None:
        """A piece of text."""
        sink = self._sinks[-1]
        if sink is not None:
            self._unseen = 0
            sink(text)
            return
        self._keep(len(text))
        self._builder.data(text)

    def comment(self, text: str) -> None:
        """A comment. One before or after the root says nothing."""
        self._keep(len(text))
        if self._sinks:
            self._builder.comment(text)

    def pi(self, target: str, text: str | None = None) -> None:
        """A processing instruction; as with comments."""
        self._keep(len(target), len(text or ""))
        if self._sinks:
            with _named_well():
                self._builder.pi(target, text)

    def doctype(self, *_what: str | None) -> None:
        """A document type: heard of before anything in it is read."""
        raise DocumentTypeFound

    def close(self) -> etree._Element | None:
        """The root; None where lxml gives up on the way, and has an error of its own to raise."""
        return self._builder.close() if self._is_whole else None

    def _keep(self, *lengths: int) -> None:
        self._unseen = 0
        self._kept += _WEIGHT_OF_A_NODE + sum(lengths)
        if self._kept > self._most:
            raise _invalid(f"more than {self._most} bytes beside what is streamed")


def _from_root(pieces: Iterable[str]) -> Iterable[str]:
    """The pieces from the root element on: see `root_onwards`."""
    source = iter(pieces)
    head = ""
    for piece in source:
        head += piece
        if len(head) >= _PROLOG:
            break
    yield root_onwards(head)
    yield from source


def _is_too_deep(root: etree._Element) -> bool:
    depth = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > MOST_DEPTH:
            return True
    return False


def _too_deep() -> InvalidInput:
    return _invalid(f"nested more than {MOST_DEPTH} deep")


def _encoded(document: str | bytes) -> bytes:
    if isinstance(document, str):
        return root_onwards(document).encode("utf-8", "surrogatepass")
    stripped = document.removeprefix(codecs.BOM_UTF8).lstrip(b" \t\r\n")
    if stripped.startswith(b"<!DOCTYPE", _end_of_pieces(_BEFORE_ROOT_IN_BYTES, stripped)):
        raise DocumentTypeFound
    return stripped


def _end_of_pieces(piece: re.Pattern[AnyStr], text: AnyStr) -> int:
    end = 0
    while found := piece.match(text, end):
        end = found.end()
    return end


def _parser(*, huge: bool) -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=huge
    )


def _parsed(document: bytes) -> etree._Element:
    return etree.fromstring(document, _parsers.limited)


def _parsed_apart(document: bytes, *, huge: bool) -> etree._Element:
    """The root of a large document, read in a thread that ends with it, and its dictionary of names with the thread."""
    with ThreadPoolExecutor(1, thread_name_prefix="large-document") as apart:
        root: etree._Element = apart.submit(lambda: etree.fromstring(document, _parser(huge=huge))).result()
    return root


class _Parsers(threading.local):
    """The parsers of one thread: making one costs a good part of reading a small document."""

    def __init__(self) -> None:
        self.limited = _parser(huge=False)


_parsers = _Parsers()


def _first_line(error: Exception) -> str:
    text = str(error).splitlines()[0] if str(error) else "cannot be read"
    return text[:200]


def _invalid(what: str) -> InvalidInput:
    return InvalidInput(ErrorCode.INVALID_XML, f"not acceptable XML: {what}")
