"""The parity report as text: canonical JSON with a group a line, so that the same comparison is the same bytes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from core import ErrorCode, InvalidInput, PartyId, Right, ServiceId
from legacy_mappings.parity.records import Actor, Finding, Group, Parity

FORMAT = "brobygger-parity-1"


def report_text(parity: Parity) -> str:
    """The report. Parties are party ids: no number of anybody is in it."""
    head = {
        "format": FORMAT,
        "at": parity.at.isoformat(),
        "before": parity.before,
        "after": parity.after,
        "pairs": parity.pairs,
        "passes": parity.passes,
        "settled": parity.settled,
        "lines": {str(finding): parity.count(finding) for finding in Finding},
        "lost_agreed": parity.count(Finding.LOST, agreed=True),
        "gained_digest": gained_digest(parity),
    }
    lines = [f"{json.dumps(name)}: {_json(value)}," for name, value in head.items()]
    return "\n".join(["{", *lines, *_listed("groups", parity.groups), ",", *_listed("moved", parity.moved), "}", ""])


def read_report(text: str) -> Parity:
    """The comparison that a report tells of. Raises InvalidInput (`INVALID_REPORT`) where it is none, or altered.

    A report is read only if writing what was read gives the very same text, its counts and digest included.
    """
    try:
        plain = json.loads(text)
        parity = Parity(
            at=datetime.fromisoformat(plain["at"]),
            before=plain["before"],
            after=plain["after"],
            pairs=plain["pairs"],
            groups=tuple(map(_group, plain["groups"])),
            passes=plain["passes"],
            moved=tuple(map(_group, plain["moved"])),
            settled=plain["settled"],
        )
        faithful = report_text(parity) == text
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise InvalidInput(ErrorCode.INVALID_REPORT, "this is not a parity report") from error
    if not faithful or parity.pairs != sum(group.lines for group in parity.groups):
        raise InvalidInput(ErrorCode.INVALID_REPORT, "the parity report is not as it was written")
    return parity


def gained_digest(parity: Parity) -> str:
    """What two persons approve: the digest of everything gained, whatever else the report holds.

    It names actors, causes, rights and reportees, and not the facts behind them, whose ids may be new each time.
    """
    gained = (_plain(group) for group in parity.groups if group.finding is Finding.GAINED)
    lines = sorted(_json({name: value for name, value in plain.items() if name != "chain"}) for plain in gained)
    return digest_of("\n".join(lines))


def digest_of(text: str) -> str:
    """The digest of a text as reports and signatures write it."""
    return "sha256:" + sha256(text.encode()).hexdigest()


def _listed(name: str, groups: Iterable[Group]) -> list[str]:
    lines = [_json(_plain(group)) for group in groups]
    return [f'"{name}": [', *(f"{line}," for line in lines[:-1]), *lines[-1:], "]"]


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _plain(group: Group) -> dict[str, Any]:
    actor = group.actor
    return {
        "finding": str(group.finding),
        "cause": group.cause,
        "agreed": group.agreed,
        "enterprise_system": actor.enterprise_system,
        "ground": actor.ground,
        "reference": actor.reference,
        "system_user": actor.system_user,
        "rights": [list(right) for right in group.rights],
        "reportees": list(group.reportees),
        "chain": list(group.chain),
    }


def _group(plain: Mapping[str, Any]) -> Group:
    return Group(
        actor=Actor(plain["enterprise_system"], plain["ground"], plain["reference"], plain["system_user"]),
        finding=Finding(plain["finding"]),
        cause=plain["cause"],
        rights=tuple(Right(ServiceId(service), action) for service, action in plain["rights"]),
        reportees=tuple(map(PartyId, plain["reportees"])),
        chain=tuple(plain["chain"]),
        agreed=plain["agreed"],
    )
