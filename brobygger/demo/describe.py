"""The demo world as a script needs it: numbers, passwords, forms, and what it takes to get a token."""

from __future__ import annotations

from typing import Any

from brobygger.demo.service_owner import PREFIX, SERVICES
from brobygger.demo.story import story_paths
from brobygger.demo.world import client_key, demo_data
from core import Store


def describe_demo(store: Store, base_url: str) -> dict[str, Any]:
    """Everything a script needs to call the demo at ``base_url``."""
    data = demo_data()
    new = data["new_world"]
    return {
        "base_url": base_url,
        "examples": data["examples"],
        "later_platform": data["later_platform"] | {"paths": story_paths(), "codes": "brobygger codes"},
        "sample_service_owner": {
            f"{PREFIX}{service.path}/<organisation number>": {"scope": service.scope, "asks": list(service.resources)}
            for service in SERVICES
        },
        "new_world": {
            "issuer": f"{base_url}/",
            "token_endpoint": f"{base_url}/token",
            "system": new["system"],
            "system_users": new["system_users"],
            "resource": new["resource"],
            "approvers": new["approvers"],
            "clients": [
                _client(store, "vendor", new["client_id"], new["vendor"], new["vendor_scopes"]),
                _client(
                    store,
                    "service-owner",
                    new["service_owner_client"],
                    new["service_owner"],
                    new["service_owner_scopes"],
                ),
            ],
        },
    }


def _client(store: Store, role: str, client: str, organisation: str, scopes: list[str]) -> dict[str, Any]:
    return {
        "role": role,
        "client_id": client,
        "organisation": organisation,
        "scopes": scopes,
        "key": client_key(store, client),
    }
