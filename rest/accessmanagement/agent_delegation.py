"""The portal's own routes for the clients of an agent system user. Source: rest-systemuser §8.4.

They are the platform's, under the portal's prefix; the facilitator is the party itself where none is named.
"""

from __future__ import annotations

from rest.authentication.agent_clients import add, add_self_routes, clients, delegated, remove
from rest.door import ANY_SCOPE, Door
from rest.problem import Area


def add_agent_delegation_routes(door: Door) -> None:
    """Serve them."""
    base = "/accessmanagement/api/v1/systemuser/agentdelegation/<party>/<system_user_id>"
    door.route("GET", f"{base}/customers", clients, ANY_SCOPE, Area.AGENT_CLIENTS)
    door.route("GET", f"{base}/delegation", delegated, ANY_SCOPE, Area.AGENT_CLIENTS)
    door.route("POST", f"{base}/delegation", add, ANY_SCOPE, Area.AGENT_CLIENTS)
    door.route("DELETE", f"{base}/delegation/<delegation_id>", remove, ANY_SCOPE, Area.CLIENT_REMOVAL)
    add_self_routes(door, f"{base}/self")
