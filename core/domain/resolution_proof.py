"""A resolution as plain values, the same from every door that shows it."""

from __future__ import annotations

from typing import Any

from core.domain.decision import Question, Subject, SubjectKind, decide
from core.domain.explain import explain
from core.domain.explain_words import Language
from core.domain.plain import to_plain
from core.domain.resolving import Resolution, Unusable, Usable, token_wish
from core.domain.sight import Sight
from core.domain.snapshot import Snapshot
from core.domain.system import SystemUser

_NO_SYSTEM_USER = Subject(SubjectKind.SYSTEM_USER, "")


def prove_resolution(snapshot: Snapshot, sight: Sight, resolution: Resolution, language: Language) -> dict[str, Any]:
    """The system user to use with what its token must be asked with, the others, and what would help those that cannot.

    ``help`` says what would help where there is not one to ask about. Holds no identity number of a person.
    """
    chosen = resolution.chosen
    return {
        "sequence": snapshot.sequence,
        "language": str(language),
        "systemUser": None if chosen is None else _usable(snapshot, sight, chosen),
        "others": [_usable(snapshot, sight, each) for each in resolution.usable[1:]],
        "unusable": [_unusable(snapshot, each, language) for each in resolution.unusable],
        "leftOff": resolution.left_off,
        "help": _help(snapshot, resolution, language),
    }


def _usable(snapshot: Snapshot, sight: Sight, found: Usable) -> dict[str, Any]:
    return {
        **shown_user(snapshot, found.user),
        "ground": found.ground,
        "generation": found.generation.number,
        "reasons": [str(reason) for reason in found.decision.reasons],
        "token": _token(snapshot, sight, found.user),
    }


def _unusable(snapshot: Snapshot, found: Unusable, language: Language) -> dict[str, Any]:
    explained = explain(snapshot, found.decision, language)
    parts = {"held": found.held, "approved": found.approved, "delegated": found.delegated}
    return {
        **shown_user(snapshot, found.user),
        "outcome": str(found.decision.outcome),
        "reasons": [str(reason) for reason in found.decision.reasons],
        "lacks": [name for name, has in parts.items() if not has],
        "sentence": explained.sentence,
        "fixes": [to_plain(fix) for fix in explained.fixes],
    }


def shown_user(snapshot: Snapshot, user: SystemUser) -> dict[str, Any]:
    """A system user, as those who see it are told of it."""
    owner = snapshot.party(user.owner)
    return {
        "id": user.id,
        "kind": str(user.kind),
        "system": user.system,
        "owner": "" if owner is None else owner.masked_number,
        "externalRef": user.external_ref,
        "title": user.title,
    }


def _token(snapshot: Snapshot, sight: Sight, user: SystemUser) -> dict[str, Any] | None:
    """What the grant's ``authorization_details`` must hold, and which clients may ask. Source: pdp-and-tokens §2."""
    wish = token_wish(snapshot, user)
    if wish is None:
        return None
    detail = {
        "type": "urn:altinn:systemuser",
        "systemuser_org": {"authority": "iso6523-actorid-upis", "ID": f"0192:{wish.systemuser_org}"},
        "externalRef": wish.external_ref,
    }
    clients = list(wish.client_ids) if sight.sees_system(snapshot, user.system) else []
    return {"authorization_details": [detail], "clientIds": clients}


def _help(snapshot: Snapshot, resolution: Resolution, language: Language) -> list[dict[str, Any]]:
    if resolution.usable or resolution.unusable:
        return []
    wanted = resolution.wanted
    decision = decide(snapshot, Question(_NO_SYSTEM_USER, wanted.client, wanted.right, wanted.at))
    return [to_plain(fix) for fix in explain(snapshot, decision, language).fixes]
