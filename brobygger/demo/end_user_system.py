"""A sample end-user system: an accounting firm's, with employees and teams of its own.

Which employee may work for which client is the firm's own affair: neither the token nor the decision point
knows of it. So it is decided here, before a token is asked for. Source: pdp-and-tokens §17.4 and §17.5.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import httpx

from delivery import MachineClient, Wanted


class NotOnTheTeam(Exception):
    """The employee is on no team that serves the client. No token was asked for."""


@dataclass(frozen=True, slots=True)
class Team:
    """Employees who serve some clients, through one system user.

    ``reference`` is the external reference that tells that system user apart from the firm's others;
    ``clients`` are organisation numbers.
    """

    name: str
    members: frozenset[str]
    clients: frozenset[str]
    reference: str | None


class EndUserSystem:
    """The firm's system. ``owner`` is the firm's organisation number: it owns the system users."""

    def __init__(self, http: httpx.Client, tokens: MachineClient, owner: str, teams: Iterable[Team]) -> None:
        self._http = http
        self._tokens = tokens
        self._owner = owner
        self._teams = tuple(teams)

    def send(self, employee: str, client: str, address: str, scope: str) -> httpx.Response:
        """Hand in a report for ``client`` at the service owner's ``address``, on behalf of ``employee``.

        Raises NotOnTheTeam before anything is sent, and NoToken.
        """
        team = self._team(employee, client)
        token = self._tokens.token(Wanted(frozenset({scope}), self._owner, team.reference))
        return self._http.post(f"{address}/{client}", headers={"Authorization": f"Bearer {token}"})

    def _team(self, employee: str, client: str) -> Team:
        """The first of the employee's teams that serves the client."""
        for team in self._teams:
            if employee in team.members and client in team.clients:
                return team
        raise NotOnTheTeam(f"{employee} is on no team that serves this client")
