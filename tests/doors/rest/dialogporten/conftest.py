"""A post office: a service owner with dialogs to send, and an accountant's system user that reads them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.doors.rest.conftest import House, running
from tests.doors.rest.service_owner import SKD, give_scopes, service_owner, token_for
from tests.doors.rest.vendor import FACIL, Vendor

HERE = Path(__file__).parent
READS, SENDS = "digdir:dialogporten", "digdir:dialogporten.serviceprovider"
PARTY, RESOURCE = "urn:altinn:organization:identifier-no:", "urn:altinn:resource:"
MELDING = "skd-eksempel-melding"


@dataclass
class Post:
    """Everybody's calls about dialogs."""

    house: House
    owner: Vendor

    def reader(self, *scopes: str) -> str:
        """The accountant's system user's token."""
        return token_for(self.house.vendor, FACIL, "meldinger", *(scopes or (READS,)))

    def seed(self, party: str, /, title: str = "Varsel om kontroll", **members: Any) -> httpx.Response:
        """Put a dialog before a party."""
        body = {
            "serviceResource": f"{RESOURCE}{members.pop('resource', MELDING)}",
            "party": f"{PARTY}{party}",
            "status": "RequiresAttention",
            "content": {"title": {"value": [{"languageCode": "nb", "value": title}], "mediaType": "text/plain"}},
            **members,
        }
        path = "/dialogporten/api/v1/serviceowner/dialogs"
        # Half a surrogate pair travels as an escape only.
        return self.owner.call("POST", path, self.owner.token(SENDS), content=json.dumps(body).encode())

    def seeded(self, party: str, /, title: str = "Varsel om kontroll", **members: Any) -> str:
        """The id of a dialog that was put before a party."""
        response = self.seed(party, title, **members)
        assert response.status_code == 201, response.text
        return str(response.json())

    def search(self, token: str | None = None, **parameters: Any) -> httpx.Response:
        """A search, as the accountant's system user unless another token is given."""
        return self.get("dialogs", token, params=parameters)

    def titles(self, **parameters: Any) -> list[str]:
        """The titles that a search finds."""
        response = self.search(**parameters)
        assert response.status_code == 200, response.text
        return [item["content"]["title"]["value"][0]["value"] for item in response.json()["items"]]

    def open(self, dialog: str, token: str | None = None) -> httpx.Response:
        """Open a dialog."""
        return self.get(f"dialogs/{dialog}", token)

    def get(self, path: str, token: str | None = None, **more: Any) -> httpx.Response:
        """Any call of an end user."""
        return self.house.vendor.call("GET", f"/dialogporten/api/v1/enduser/{path}", token or self.reader(), **more)


@pytest.fixture(scope="module")
def shared_post(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Post]:
    """A post office for the tests of one module that leave nothing behind."""
    path = tmp_path_factory.mktemp("post") / "brobygger.db"
    path.write_bytes(sqlite_template.read_bytes())
    with running(f"sqlite:///{path}", HERE / "world.json") as house:
        give_scopes(house, READS)
        yield Post(house, service_owner(house, "skd", SKD, SENDS))


@pytest.fixture
def post(sqlite_url: str) -> Iterator[Post]:
    """A post office for one test."""
    with running(sqlite_url, HERE / "world.json") as house:
        give_scopes(house, READS)
        yield Post(house, service_owner(house, "skd", SKD, SENDS))
