"""Names of elements and attributes as documents give them, also those that lxml's own QName refuses to take apart."""

from __future__ import annotations

from lxml import etree


def local_name(named: etree._Element | str) -> str:
    """The local part of an element's or attribute's name.

    Where a warning follows, lxml lets a namespace with a brace in it pass. ``etree.QName`` cuts the name at the
    first one and then raises ValueError: it is not for hostile input.
    """
    return _full(named).rpartition("}")[2]


def namespace_of(element: etree._Element) -> str:
    """The namespace of an element's name as it was written, empty where it has none."""
    return _full(element).rpartition("}")[0].removeprefix("{")


def _full(named: etree._Element | str) -> str:
    return named if isinstance(named, str) else str(named.tag)
