"""The gate before cut-over: nothing gained that two persons have not approved, nothing lost that nobody agreed to."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from core import ErrorCode, GatewayError, InvalidInput, NotAllowed
from legacy_mappings.parity.records import Finding, Parity
from legacy_mappings.parity.report import gained_digest
from legacy_mappings.signing import APPROVAL, check, fingerprint, read_signature, sign, signature_text
from legacy_mappings.strict_json import read_once

PERSONS_NEEDED = 2
"""How many approve what was gained. Source: users-and-migration §4.2 step 3."""


@dataclass(frozen=True, slots=True)
class Signatory:
    """A person who may approve what was gained, and that person's public key (PEM)."""

    name: str
    public_key: str


@dataclass(frozen=True, slots=True)
class Gate:
    """Whether a comparison may be acted on. ``reasons`` say what stands in the way, and are empty where it passes.

    Lines are counted; ``lost`` are those that no plan names. ``refused`` are approvals that do not count, and why.
    """

    passes: bool
    reasons: tuple[str, ...]
    gained: int
    lost: int
    lost_agreed: int
    approved_by: tuple[str, ...]
    refused: tuple[str, ...]


def read_signatories(text: str) -> tuple[Signatory, ...]:
    """The persons of an approvers file: JSON, a list of {"name", "public_key"}.

    Raises InvalidInput: `INVALID_REPORT` where it is none or names a person or a key twice, `INVALID_KEY`.
    """
    try:
        found = tuple(Signatory(_name(row["name"]), str(row["public_key"])) for row in read_once(text))
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise InvalidInput(ErrorCode.INVALID_REPORT, "this is not a file of approvers") from error
    keys = {fingerprint(each.public_key) for each in found}
    if len(keys) < len(found) or len({each.name.casefold() for each in found}) < len(found):
        raise InvalidInput(ErrorCode.INVALID_REPORT, "an approver is named twice, or two of them share a key")
    return found


def _name(value: object) -> str:
    """A person's name, in one spelling: blanks and forms of letters make nobody another person."""
    name = " ".join(unicodedata.normalize("NFKC", value).split()) if isinstance(value, str) else ""
    if not name:
        raise ValueError("an approver has no name")
    return name


def approve_gained(parity: Parity, private_key: str) -> str:
    """A signed approval of everything that ``parity`` says was gained, as JSON; it is good for nothing else.

    Raises InvalidInput (`INVALID_KEY`).
    """
    return signature_text(sign(gained_digest(parity), private_key, APPROVAL))


def gate(
    parity: Parity,
    approvals: Iterable[str] = (),
    signatories: Iterable[Signatory] = (),
    *,
    most_lost: int = 0,
    systems: Iterable[int] | None = None,
) -> Gate:
    """Whether what ``parity`` found may go live, for ``systems`` or for all that were compared.

    It must be settled; lines gained must be approved by two of the signatories, each with their own key, and lines
    lost without a plan's word for it be no more than ``most_lost``. An approval is of all that the comparison gained:
    a line more, and both must be asked again. Source: users-and-migration §4.2 steps 3 and 8.
    """
    among = None if systems is None else frozenset(systems)
    gained = parity.count(Finding.GAINED, systems=among)
    lost = parity.count(Finding.LOST, agreed=False, systems=among)
    approved, refused = _approved(gained_digest(parity), approvals, tuple(signatories))
    reasons = []
    if not parity.settled:
        reasons.append("the comparison is not settled: no two runs have found the same")
    if gained and len(approved) < PERSONS_NEEDED:
        reasons.append(f"{gained} lines are gained, and {len(approved)} of {PERSONS_NEEDED} persons have approved that")
    if lost > most_lost:
        reasons.append(f"{lost} lines are lost that no plan names; {most_lost} are let pass")
    agreed = parity.count(Finding.LOST, agreed=True, systems=among)
    return Gate(not reasons, tuple(reasons), gained, lost, agreed, approved, refused)


def must_pass(found: Gate) -> None:
    """Raise NotAllowed (`GATE_NOT_PASSED`) with what stands in the way."""
    if not found.passes:
        raise NotAllowed(ErrorCode.GATE_NOT_PASSED, "; ".join(found.reasons))


def _approved(
    digest: str, approvals: Iterable[str], signatories: tuple[Signatory, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    by_key = {fingerprint(each.public_key): each for each in signatories}
    names: set[str] = set()
    refused: list[str] = []
    for text in approvals:
        try:
            signature = read_signature(text)
            signatory = by_key.get(signature.key)
            if signatory is None:
                refused.append(f"{signature.key} is no approver's key")
                continue
            check(digest, signature, signatory.public_key, APPROVAL)
            names.add(signatory.name)
        except GatewayError as error:
            refused.append(error.message)
    return tuple(sorted(names)), tuple(refused)
