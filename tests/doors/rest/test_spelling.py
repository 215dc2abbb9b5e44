"""Paths are spelled as the routes have them: fixed parts in any case, values as they are."""

from __future__ import annotations

import pytest
from werkzeug.routing import Map, Rule

from rest.spelling import Spelling

ROUTES = Map(
    [
        Rule("/a/<party>", methods=["GET"]),
        Rule("/a/byExternalId", methods=["GET"]),
        Rule("/a/vendor/<id>", methods=["GET"]),
        Rule("/a/<party>/<id>", methods=["DELETE"]),
        Rule("/a/<party>/<id>/rights", methods=["GET"]),
    ]
)


@pytest.mark.parametrize(
    ("method", "path", "spelled"),
    [
        ("GET", "/A/50001", "/a/50001"),
        ("GET", "/a/BYEXTERNALID", "/a/byExternalId"),
        ("GET", "/a/byexternalid/", "/a/byExternalId/"),
        ("GET", "/a/Vendor/Vendor", "/a/vendor/Vendor"),
        ("DELETE", "/a/Vendor/Rights", "/a/Vendor/Rights"),
        ("GET", "/a/X/Vendor/RIGHTS", "/a/X/Vendor/rights"),
        ("GET", "/A/Vendor/y/RIGHTS", "/a/Vendor/y/rights"),
        ("PUT", "/A/VENDOR/y", "/a/vendor/y"),
        ("GET", "/B/VENDOR", "/B/VENDOR"),
        ("GET", "/A//RIGHTS", "/A//RIGHTS"),
        ("GET", "/", "/"),
        ("GET", "", ""),
    ],
)
def test_paths_are_spelled_as_the_routes_have_them(method: str, path: str, spelled: str) -> None:
    assert Spelling(ROUTES).of(path, method) == spelled
