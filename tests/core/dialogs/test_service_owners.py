"""Service owners that only the new world knows: they have no enterprise system to log on with."""

from __future__ import annotations

import pytest

from core import (
    OPERATOR,
    AuthenticationFailed,
    ErrorCode,
    GatewayError,
    ServiceOwner,
    Store,
    authenticate_service_owner,
    export_world,
    import_world,
    register_service_owner,
)
from tests.core.dialogs.world import BODY


def test_an_organisation_is_enough(post: Store) -> None:
    owner = register_service_owner(post, OPERATOR, ServiceOwner("oeb", BODY, "Oppdiktet etat"))
    assert owner.enterprise_system == 0
    with pytest.raises(AuthenticationFailed):
        authenticate_service_owner(post, "oeb", "hemmelig1")
    document = export_world(post)
    assert [each["code"] for each in document["service_owners"]] == ["oeb"]
    import_world(post, OPERATOR, document)
    assert export_world(post) == document


def test_an_organisation_nobody_knows_is_not(post: Store) -> None:
    with pytest.raises(GatewayError) as refused:
        register_service_owner(post, OPERATOR, ServiceOwner("oeb", "310009990", "Oppdiktet etat"))
    assert refused.value.code is ErrorCode.UNKNOWN_SERVICE_OWNER
    stranger = {"code": "oeb", "organisation": "310009990", "name": "Oppdiktet etat"}
    with pytest.raises(GatewayError) as not_imported:
        import_world(post, OPERATOR, {**export_world(post), "service_owners": [stranger]})
    assert not_imported.value.code is ErrorCode.INVALID_WORLD
