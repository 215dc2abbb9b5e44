"""A few parties and words, for tests that are about something else than who may do what."""

from __future__ import annotations

from core import (
    Confidence,
    EnterpriseSystem,
    Fact,
    Party,
    PartyId,
    PartyKind,
    RegisterRole,
    Role,
    RoleGrant,
    RoleKind,
    RuleRow,
    Service,
    ServiceId,
    ServiceKind,
)

SUBMISSION_ROLE = "systeminnsendingsrettighet"
FORM = ServiceId("asmx:212/4348")
FIRM = PartyId("00000000-0000-4000-8000-00000000000a")
GIVER = PartyId("00000000-0000-4000-8000-00000000000b")
STRANGER = PartyId("00000000-0000-4000-8000-00000000000c")
MANAGER = PartyId("00000000-0000-4000-8000-00000000000d")
GRANT = RoleGrant("grant-1", GIVER, FIRM, SUBMISSION_ROLE, "person:manager")
SYSTEM = 4711

_SOURCE = ("made for the tests", "2026-11-22")


def small_world(secret: str = "no password opens this") -> list[Fact]:
    """A firm with system 4711, a party that gave it the submission role, a stranger, and one form."""
    return [
        Role(SUBMISSION_ROLE, RoleKind.LEGACY, "Systeminnsendingsrettighet", False, True, *_SOURCE, Confidence.STATED),
        Role("ADMAI", RoleKind.LEGACY, "Tilgangsstyring", False, True, *_SOURCE, Confidence.STATED),
        Role("UTINN", RoleKind.LEGACY, "Utfyller/Innsender", False, True, *_SOURCE, Confidence.STATED),
        Role("DAGL", RoleKind.REGISTER, "Daglig leder", True, False, *_SOURCE, Confidence.STATED),
        RuleRow("legacy-administration", frozenset({"ADMAI", "HADM"}), True, *_SOURCE, Confidence.OURS),
        RuleRow("general-manager-gives-submission-role", frozenset({"DAGL"}), True, *_SOURCE, Confidence.OURS),
        Service(
            FORM,
            ServiceKind.FORM,
            "Alminnelig omsetningsoppgave",
            "Skatteetaten",
            minimum_level=0,
            minimum_level_org=None,
            resource_type="",
            delegable=True,
            access_list=False,
            form_number="RF-0002",
            source=_SOURCE[0],
            dated=_SOURCE[1],
            confidence=Confidence.STATED,
        ),
        Party(FIRM, PartyKind.ORGANISATION, "310000205", "Regnskapsfirmaet AS", 1, "AS"),
        Party(GIVER, PartyKind.ORGANISATION, "310000302", "Giveren AS", 2, "AS"),
        Party(STRANGER, PartyKind.ORGANISATION, "310000604", "Den Fremmede AS", 3, "AS"),
        Party(MANAGER, PartyKind.PERSON, "01817010055", "Vigdis Prøvesen", 4),
        RegisterRole("register-1", GIVER, MANAGER, "DAGL"),
        EnterpriseSystem(SYSTEM, FIRM, "Lønn og regnskap", secret),
        GRANT,
    ]
