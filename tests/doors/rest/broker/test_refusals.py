"""Every code of the broker, reached over HTTP. Source: pdp-and-tokens §16.3."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from core import Written, remove
from tests.doors.rest.broker.conftest import BYTES, OWNS, READ, TINGLYSING, TO_THE_CLIENT, WRITE, Broker
from tests.doors.rest.service_owner import KV, SKD, service_owner
from tests.doors.rest.vendor import OTHER, OWNDATA

NOWHERE = "00000000-0000-4000-8000-000000000000"


def told(response: httpx.Response) -> tuple[int, str]:
    """The status and the code of a refusal."""
    body = response.json()
    assert body["status"] == response.status_code
    return response.status_code, body["code"]


def test_no_such_transfer(broker: Broker) -> None:
    for method, path in (("GET", ""), ("GET", "/details"), ("GET", "/download"), ("POST", "/confirmdownload")):
        assert told(broker.call("recipient", method, f"/{NOWHERE}{path}")) == (404, "BRO-00001")
    assert told(broker.upload(NOWHERE)) == (404, "BRO-00001")


def test_there_is_no_file_yet_or_nothing_in_it(broker: Broker) -> None:
    transfer = broker.announced()
    assert told(broker.call("recipient", "GET", f"/{transfer}/download")) == (400, "BRO-00003")
    assert told(broker.upload(transfer, b"")) == (400, "BRO-00003")
    assert broker.upload(transfer).status_code == 200


def test_a_second_file(broker: Broker) -> None:
    assert told(broker.upload(broker.published())) == (409, "BRO-00004")


def test_a_resource_that_brokers_nothing(broker: Broker) -> None:
    for resource in ("skd-eksempel-mva", "finnes-ikke"):
        assert told(broker.announce(resourceId=resource)) == (403, "BRO-00005")
        assert told(broker.call("sender", "GET", params={"resourceId": resource})) == (403, "BRO-00005")
        assert told(broker.configure(resource)) == (403, "BRO-00005")


def test_without_the_right_the_answer_is_401(broker: Broker) -> None:
    denied = (401, "BRO-00006")
    assert told(broker.announce("without", sender="0192:310000205")) == denied
    assert told(broker.announce("sender", sender=f"0192:{OTHER}")) == denied
    assert told(broker.announce("sender", sender="0192:310000906")) == denied
    assert told(broker.announce("recipient")) == denied
    transfer = broker.announced()
    assert told(broker.upload(transfer, who="stranger")) == denied
    assert broker.upload(transfer).status_code == 200
    for method, path in (("GET", ""), ("GET", "/details"), ("GET", "/download"), ("POST", "/confirmdownload")):
        assert told(broker.call("stranger", method, f"/{transfer}{path}")) == denied
    assert told(broker.call("sender", "GET", f"/{transfer}/download")) == denied
    assert told(broker.call("without", "GET", params={"resourceId": TINGLYSING})) == denied


def test_the_level_of_a_system_user_is_three(broker: Broker) -> None:
    assert broker.configure("kv-streng-tinglysing").status_code == 200
    assert told(broker.announce(resourceId="kv-streng-tinglysing")) == (401, "BRO-00006")


def test_a_right_that_is_taken_away_is_gone_at_once(broker: Broker) -> None:
    transfer = broker.published(recipients=TO_THE_CLIENT)
    assert broker.call("agent", "GET", f"/{transfer}/download").status_code == 200
    given = broker.house.store.find("client_delegation", "cd-fil-u")
    assert given is not None
    broker.house.store.change("test", lambda _: Written((remove(given),), None))
    assert told(broker.call("agent", "GET", f"/{transfer}/download")) == (401, "BRO-00006")
    assert told(broker.call("agent", "POST", f"/{transfer}/confirmdownload")) == (401, "BRO-00006")


def test_a_token_without_a_system_user_or_without_the_scope(broker: Broker) -> None:
    plain = broker.house.vendor.token(READ, WRITE)
    path = "/broker/api/v1/filetransfer"
    assert told(broker.house.vendor.call("GET", path, plain, params={"resourceId": TINGLYSING})) == (401, "BRO-00006")
    assert broker.house.vendor.http.get(path).status_code == 401
    assert broker.call("sender", "POST", "", READ, json={}).status_code == 403
    transfer = broker.published()
    assert broker.call("recipient", "GET", f"/{transfer}/download", WRITE).status_code == 403
    assert broker.call("recipient", "GET", f"/{transfer}", WRITE).status_code == 200


def test_a_file_that_failed_is_not_available(broker: Broker) -> None:
    transfer = broker.announced()
    assert told(broker.upload(transfer, BYTES + b" ")) == (400, "BRO-00009")
    assert broker.state(transfer) == "Failed"
    assert told(broker.call("recipient", "GET", f"/{transfer}/download")) == (403, "BRO-00007")
    assert told(broker.call("recipient", "POST", f"/{transfer}/confirmdownload")) == (400, "BRO-00010")
    assert told(broker.upload(transfer)) == (409, "BRO-00004")


def test_confirmed_before_it_is_published_and_after_it_has_ended(broker: Broker) -> None:
    transfer = broker.announced()
    assert told(broker.call("recipient", "POST", f"/{transfer}/confirmdownload")) == (400, "BRO-00010")
    broker.upload(transfer)
    assert told(broker.call("recipient", "POST", f"/{transfer}/confirmdownload")) == (400, "BRO-00019")
    broker.call("recipient", "GET", f"/{transfer}/download")
    assert broker.call("recipient", "POST", f"/{transfer}/confirmdownload").status_code == 200
    assert told(broker.call("recipient", "POST", f"/{transfer}/confirmdownload")) == (400, "BRO-00010")


def test_a_file_that_is_too_large(broker: Broker) -> None:
    broker.configure(maxFileTransferSize=len(BYTES) - 1)
    transfer = broker.announced()
    assert told(broker.upload(transfer)) == (400, "BRO-00016")
    broker.configure(maxFileTransferSize=len(BYTES))
    assert broker.upload(transfer).status_code == 200


def test_a_resource_that_was_never_configured(broker: Broker) -> None:
    assert told(broker.announce(resourceId="kv-listet-tinglysing")) == (400, "BRO-00025")


def test_the_owner_of_the_resource_takes_part_where_it_must(broker: Broker) -> None:
    broker.configure(requiredParty=True)
    assert told(broker.announce(recipients=TO_THE_CLIENT)) == (400, "BRO-00026")
    assert told(broker.announce(recipients=[f"0192:{KV}", *TO_THE_CLIENT])) == (400, "BRO-00027")
    assert broker.announce().status_code == 200


def test_a_recipient_that_is_not_on_the_list(broker: Broker) -> None:
    assert broker.configure("kv-listet-tinglysing").status_code == 200
    assert told(broker.announce(resourceId="kv-listet-tinglysing")) == (400, "BRO-00028")
    to_itself = [f"0192:{OWNDATA}"]
    assert broker.announce(resourceId="kv-listet-tinglysing", recipients=to_itself).status_code == 200


def test_a_part_behind_the_end(broker: Broker) -> None:
    transfer = broker.published()
    headers = {"Range": f"bytes={len(BYTES)}-", "Authorization": f"Bearer {broker.token('recipient')}"}
    got = broker.house.vendor.http.get(f"/broker/api/v1/filetransfer/{transfer}/download", headers=headers)
    assert told(got) == (416, "BRO-00029")
    assert got.headers["Content-Range"] == f"bytes */{len(BYTES)}"


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"maxFileTransferSize": -1}, "BRO-00011"),
        ({"maxFileTransferSize": 0}, "BRO-00012"),
        ({"maxFileTransferSize": 2**60}, "BRO-00022"),
        ({"fileTransferTimeToLive": "30 days"}, "BRO-00014"),
        ({"fileTransferTimeToLive": "P"}, "BRO-00014"),
        ({"fileTransferTimeToLive": "P366D"}, "BRO-00015"),
        ({"purgeFileTransferGracePeriod": "PT"}, "BRO-00017"),
        ({"purgeFileTransferGracePeriod": "PT25H"}, "BRO-00018"),
    ],
)
def test_settings_that_cannot_be(broker: Broker, settings: dict[str, Any], code: str) -> None:
    assert told(broker.configure(**settings)) == (400, code)


def test_only_the_owner_configures_a_resource(broker: Broker) -> None:
    other = service_owner(broker.house, "skd", SKD, OWNS)
    path = f"/broker/api/v1/resource/{TINGLYSING}"
    assert other.call("PUT", path, other.token(OWNS), json={}).status_code == 403
    assert broker.house.vendor.call("PUT", path, broker.house.vendor.token(WRITE), json={}).status_code == 403


@pytest.mark.parametrize(
    ("changes", "member"),
    [
        ({"fileName": ""}, "fileName"),
        ({"fileName": "x" * 256}, "fileName"),
        ({"fileName": "a\r\nb"}, "fileName"),
        ({"recipients": []}, "recipients"),
        ({"recipients": ["310001104"]}, "recipients"),
        ({"sender": "0192:310000702"}, "sender"),
        ({"checksum": "abc"}, "checksum"),
        ({"propertyList": {str(number): "x" for number in range(11)}}, "propertyList"),
        ({"propertyList": {"x" * 51: "x"}}, "propertyList"),
        ({"sendersFileTransferReference": "x" * 256}, "sendersFileTransferReference"),
    ],
)
def test_announcements_that_cannot_be(broker: Broker, changes: dict[str, Any], member: str) -> None:
    refused = broker.announce(**changes)
    assert refused.status_code == 400
    assert list(refused.json()["errors"]) == [member]


@pytest.mark.parametrize("changes", [{"sendersFileTransferReference": "\x00"}, {"propertyList": {"a": "\x00"}}])
def test_texts_that_cannot_be_kept(broker: Broker, changes: dict[str, Any]) -> None:
    refused = broker.announce(**changes)
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["$", "initializeExt"])
    form = {"Metadata.FileName": "x\x00"}
    refused = broker.call("sender", "POST", "/upload", data=form, files={"FileTransfer": b"x"})
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["$", "initializeExt"])


def test_other_bodies_stay_small(broker: Broker) -> None:
    refused = broker.call("sender", "POST", json={"fileName": "x" * 1024 * 1024})
    assert refused.status_code == 413
    assert broker.call("sender", "POST", "/upload", data={"Metadata.FileName": "x"}).status_code == 400
    assert broker.call("sender", "GET", params={"resourceId": TINGLYSING, "status": "x"}).status_code == 400
    assert broker.call("sender", "GET", params={"resourceId": TINGLYSING, "from": "x"}).status_code == 400
