"""Dialogs over HTTP: who finds and opens which. Source: pdp-and-tokens §15 and §17.8."""

from __future__ import annotations

from datetime import timedelta

import httpx

from tests.doors.rest.dialogporten.conftest import MELDING, PARTY, READS, RESOURCE, SENDS, Post
from tests.doors.rest.service_owner import exchanged
from tests.doors.rest.vendor import CLIENT_R, CLIENT_R_UUID, CLIENT_U, FACIL, KARI, OWNDATA, PER

AGENT = "5a000000-0000-4000-8000-000000000001"


def test_a_system_user_finds_and_opens_its_clients_dialogs(post: Post) -> None:
    dialog = post.seeded(CLIENT_R)
    found = post.search(party=f"{PARTY}{CLIENT_R}").json()
    assert found == {
        "items": [
            {
                "id": dialog,
                "org": "skd",
                "serviceResource": f"{RESOURCE}{MELDING}",
                "serviceResourceType": "genericaccessresource",
                "party": f"{PARTY}{CLIENT_R}",
                "status": "RequiresAttention",
                "extendedStatus": None,
                "externalReference": None,
                "process": None,
                "precedingProcess": None,
                "progress": None,
                "createdAt": "2026-05-02T08:00:00Z",
                "updatedAt": "2026-05-02T08:00:00Z",
                "contentUpdatedAt": "2026-05-02T08:00:00Z",
                "dueAt": None,
                "systemLabel": "Default",
                "isApiOnly": False,
                "hasUnopenedContent": True,
                "content": {
                    "title": {
                        "value": [{"languageCode": "nb", "value": "Varsel om kontroll"}],
                        "mediaType": "text/plain",
                    }
                },
            }
        ],
        "hasNextPage": False,
        "continuationToken": None,
        "orderBy": "contentupdatedat_desc,id_desc",
    }
    opened = post.open(dialog)
    assert opened.status_code == 200
    assert opened.headers["ETag"] == opened.json()["revision"]
    (seen,) = opened.json()["seenSinceLastUpdate"]
    assert seen["seenBy"]["actorId"] == f"{PARTY}{FACIL}"
    assert seen["isCurrentEndUser"]
    assert len(post.open(dialog).json()["seenSinceLastUpdate"]) == 1
    (listed,) = post.search(party=f"{PARTY}{CLIENT_R}").json()["items"]
    assert not listed["hasUnopenedContent"]


def test_a_dialog_that_has_not_changed_is_not_sent_again(post: Post) -> None:
    dialog = post.seeded(CLIENT_R)
    revision = post.open(dialog).headers["ETag"]
    headers = {"Authorization": f"Bearer {post.reader()}", "If-None-Match": f'"{revision}"'}
    again = post.house.vendor.http.get(f"/dialogporten/api/v1/enduser/dialogs/{dialog}", headers=headers)
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", revision)


def test_an_exchanged_token_is_the_same_caller(post: Post) -> None:
    dialog = post.seeded(CLIENT_R)
    token = exchanged(post.house.vendor, post.reader())
    assert [each["id"] for each in post.search(token, party=f"{PARTY}{CLIENT_R}").json()["items"]] == [dialog]
    assert post.open(dialog, token).status_code == 200


def test_another_partys_dialogs_are_an_empty_list_and_not_to_be_opened(post: Post) -> None:
    dialog = post.seeded(OWNDATA)
    found = post.search(party=f"{PARTY}{OWNDATA}")
    assert (found.status_code, found.json()["items"]) == (200, [])
    assert post.open(dialog).status_code == 403
    assert post.titles(party=f"{PARTY}310009999") == []


def test_a_client_taken_away_takes_its_dialogs_along_at_once(post: Post) -> None:
    dialog = post.seeded(CLIENT_R)
    assert post.titles(party=f"{PARTY}{CLIENT_R}") == ["Varsel om kontroll"]
    kari = post.house.vendor.personal_token(KARI)
    query = f"agent={AGENT}&client={CLIENT_R_UUID}"
    taken = post.house.vendor.call("DELETE", f"/enduser/systemuser/clients?{query}", kari)
    assert taken.status_code == 200, taken.text
    assert post.titles(party=f"{PARTY}{CLIENT_R}") == []
    assert post.open(dialog).status_code == 403


def test_a_person_reads_the_dialogs_of_whom_they_lead(post: Post) -> None:
    dialog = post.seeded(OWNDATA)
    per = post.house.vendor.personal_token(PER, READS)
    assert [each["id"] for each in post.search(per, party=f"{PARTY}{OWNDATA}").json()["items"]] == [dialog]
    (seen,) = post.open(dialog, per).json()["seenSinceLastUpdate"]
    assert seen["seenBy"]["actorId"].startswith("urn:altinn:person:identifier-ephemeral:")
    assert PER not in seen["seenBy"]["actorId"]


def test_no_token_and_no_scope(post: Post) -> None:
    dialog = post.seeded(CLIENT_R)
    assert post.house.vendor.http.get("/dialogporten/api/v1/enduser/dialogs").status_code == 401
    other = post.house.vendor.token("altinn:authorization/authorize")
    for path in ("dialogs", f"dialogs/{dialog}", "parties"):
        assert post.get(path, other).status_code == 403
    nobody = post.house.vendor.token(READS)
    assert post.search(nobody, party=f"{PARTY}{CLIENT_R}").status_code == 403


def test_a_level_that_is_too_low_opens_nothing_and_sees_no_sensitive_title(post: Post) -> None:
    harmless = {"nonSensitiveTitle": {"value": [{"languageCode": "nb", "value": "Du har fått post"}]}}
    title = {"title": {"value": [{"languageCode": "nb", "value": "Hemmelig"}]}}
    dialog = post.seeded(CLIENT_R, resource="skd-streng-melding", content={**title, **harmless})
    assert post.open(dialog).status_code == 403
    assert post.titles(party=f"{PARTY}{CLIENT_R}") == ["Du har fått post"]
    assert "Hemmelig" not in post.search(party=f"{PARTY}{CLIENT_R}").text


def test_what_is_unknown_not_yet_visible_or_expired_is_not_there(post: Post) -> None:
    start = post.house.clock()
    soon, late = start + timedelta(hours=1), start + timedelta(hours=2)
    dialog = post.seeded(CLIENT_R, visibleFrom=soon.isoformat(), expiresAt=late.isoformat())
    assert post.open("01990000-0000-7000-8000-000000000001").status_code == 404
    for hours, status, count in ((0, 404, 0), (1, 200, 1), (1, 404, 0)):
        post.house.clock.move(hours=hours)
        assert post.open(dialog).status_code == status
        assert len(post.titles(party=f"{PARTY}{CLIENT_R}")) == count


def test_a_deleted_dialog_is_gone(post: Post) -> None:
    dialog = post.seeded(CLIENT_R)

    def delete() -> httpx.Response:
        path = f"/dialogporten/api/v1/serviceowner/dialogs/{dialog}"
        return post.owner.call("DELETE", path, post.owner.token(SENDS))

    assert delete().status_code == 204
    assert post.open(dialog).status_code == 410
    assert post.titles(party=f"{PARTY}{CLIENT_R}") == []
    assert delete().status_code == 410


def test_actions_say_whether_they_are_permitted_and_hide_their_address_where_not(post: Post) -> None:
    endpoint = {"url": "https://skd.example/svar", "httpMethod": "POST"}
    actions = [{"action": each, "endpoints": [endpoint]} for each in ("read", "write")]
    opened = post.open(post.seeded(CLIENT_R, apiActions=actions)).json()
    told = [(each["action"], each["isAuthorized"], each["endpoints"][0]["url"]) for each in opened["apiActions"]]
    assert told == [("read", True, "https://skd.example/svar"), ("write", False, "urn:dialogporten:unauthorized")]


def test_the_parties_are_those_the_system_user_may_act_for(post: Post) -> None:
    found = post.get("parties").json()["authorizedParties"]
    assert {each["party"] for each in found} == {f"{PARTY}{CLIENT_R}", f"{PARTY}{CLIENT_U}"}
    (client,) = (each for each in found if each["partyUuid"] == CLIENT_R_UUID)
    assert client == {
        "party": f"{PARTY}{CLIENT_R}",
        "partyUuid": CLIENT_R_UUID,
        "name": "Klient R AS",
        "partyType": "Organization",
        "isDeleted": False,
        "hasOnlyAccessToSubParties": False,
        "subParties": [],
    }
