"""What tables of an inventory there are, and by which headers their columns are known, in bokmål and in English."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from functools import cache
from typing import NamedTuple


class TableKind(StrEnum):
    """What the rows of a table are about. The order is the order of reading: a kind comes after those it names."""

    PARTIES = "parties"
    ENTERPRISE_SYSTEMS = "enterprise systems"
    ENTERPRISE_USERS = "enterprise users"
    REGISTER_ROLES = "register roles"
    ROLE_GRANTS = "role delegations"
    RIGHTS = "single rights"
    LOCAL_ROLES = "local roles"
    NEEDS = "declared needs"
    USAGE = "usage"
    OBSERVED = "observed"
    TOTALS = "totals"


class Shape(NamedTuple):
    """One kind of table: the headers of each column, the columns it must have, and the names such files have.

    Of each group in ``needs`` one column must be there.
    """

    columns: Mapping[str, tuple[str, ...]]
    needs: tuple[tuple[str, ...], ...]
    names: tuple[str, ...]


class Layout(NamedTuple):
    """How a table is laid out: its kind, the place of its header, its width, where each column stands, and the rest.

    A column may stand in several places (organisation number here, identity number there): the first one with
    something in it counts. ``unknown`` are headers that mean nothing to us.
    """

    kind: TableKind
    header: int
    width: int
    columns: Mapping[str, tuple[int, ...]]
    unknown: tuple[str, ...]


def plain(text: str) -> str:
    """A header without case, blanks, signs, and Norwegian letters spelt out: ``Org.nr.`` and ``orgnr`` are the same."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[^a-z0-9]", "", folded.replace("æ", "ae").replace("ø", "o").replace("å", "a"))


def find_layout(rows: Iterable[Sequence[str]], name: str) -> Layout | None:
    """The header among ``rows`` and the kind of the table, or None. ``name`` is the file's or sheet's own.

    The kind that most columns are known for wins, one that the name speaks of before others.
    """
    best: tuple[tuple[bool, int], Layout] | None = None
    for place, row in enumerate(rows):
        headers = [plain(cell) for cell in row]
        for kind, shape in SHAPES.items():
            columns = _columns(shape, headers)
            if all(any(each in columns for each in group) for group in shape.needs):
                known = {at for places in columns.values() for at in places}
                unknown = tuple(row[at].strip() for at, head in enumerate(headers) if head and at not in known)
                rank = (named_kind(name) is kind, len(columns))
                if best is None or rank > best[0]:
                    best = (rank, Layout(kind, place, len(row), columns, unknown))
    return None if best is None else best[1]


def named_kind(name: str) -> TableKind | None:
    """The kind of table that a file or sheet of this name is likely to hold: the longest name that is in it."""
    said = plain(name)
    found = [(len(each), kind) for kind, shape in SHAPES.items() for each in shape.names if each in said]
    return max(found, key=lambda each: each[0])[1] if found else None


def _columns(shape: Shape, headers: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """Where each column stands, at its likeliest header first; a header is of the first column that claims it."""
    places: dict[str, list[int]] = defaultdict(list)
    for at, head in enumerate(headers):
        places[head].append(at)
    found: dict[str, tuple[int, ...]] = {}
    for column, names in shape.columns.items():
        claimed = [at for name in names if name in places for at in places.pop(name)]
        if claimed:
            found[column] = tuple(claimed)
    return found


@cache
def known_headers(kind: TableKind) -> tuple[str, ...]:
    """One header for each column that a table of this kind can have."""
    return tuple(names[0] for names in SHAPES[kind].columns.values())


_ORGANISATION = (
    "orgnr", "organisasjonsnummer", "organisasjonsnr", "orgnummer", "organisationnumber", "organizationnumber", "orgno",
)  # fmt: skip
_PERSON = ("fodselsnummer", "foedselsnummer", "fnr", "personnummer", "fodselsnr", "nationalidentitynumber", "ssn")
_NUMBER = ("nummer", "number", *_ORGANISATION, *_PERSON, "identitetsnummer", "idnummer", "idnr", "partynumber")
_NAME = ("navn", "name", "foretaksnavn", "enhetsnavn", "organisasjonsnavn", "partyname")
_ROLE = ("rolle", "rollekode", "role", "rolecode", "rolletype", "errolle", "roletype", "rollenavn", "rolename")
_FROM = ("gyldigfra", "validfrom", "fradato", "gjelderfra", "fom", "fraogmed", "startdato", "startdate", "delegert",
         "delegertdato", "gittdato", "registrert", "registrertdato")  # fmt: skip
_TO = ("gyldigtil", "validto", "tildato", "gjeldertil", "tom", "tilogmed", "sluttdato", "enddate", "utloper",
       "utlopsdato", "expires")  # fmt: skip
_GIVER = ("avgiver", "giver", "avgivernummer", "avgiverorgnr", "avgiverorganisasjonsnummer", "givernumber", "reportee",
          "reporteenumber", "fra", "from", "fullmaktsgiver", "delegertfra", "offeredby", "klient", "klientorgnr",
          "client", "avgivernr", "avgiversorgnr")  # fmt: skip
_GIVER_NAME = ("avgivernavn", "avgiversnavn", "givername", "reporteename", "franavn", "klientnavn", "clientname")
_RECEIVER = ("mottaker", "receiver", "mottakernummer", "mottakerorgnr", "receivernumber", "mottakerorganisasjonsnummer",
             "recipient", "til", "to", "fullmektig", "delegerttil", "coveredby", "mottakernr", "virksomhetsbruker",
             "enterpriseuser")  # fmt: skip
_RECEIVER_NAME = ("mottakernavn", "receivername", "recipientname", "tilnavn")
_SERVICE = {
    "service": ("tjeneste", "service", "tjenesteid", "serviceid", "ressurs", "resource", "skjema", "form"),
    "code": ("tjenestekode", "servicecode", "externalservicecode", "kode"),
    "edition": ("utgave", "serviceedition", "tjenesteutgave", "utgavekode", "tjenesteutgavekode", "edition",
                "serviceeditioncode", "externalserviceeditioncode", "editioncode"),
    "or_number": ("ornummer", "ornumber", "skjemanummer", "ornr", "dataformatid", "formid"),
    "or_version": ("spesifikasjonsnummer", "orversion", "orversjon", "spesnr", "dataformatversion", "formversion"),
    "form_number": ("rfnummer", "formnumber", "rf", "rfnr", "blankett", "blankettnummer"),
}  # fmt: skip
_ANY_SERVICE = ("service", "code", "or_number", "form_number")
_ACTION = ("rettighet", "action", "handling", "rettigheter", "actions", "right", "operasjon", "handlinger", "tilgang",
           "rettighetstype")  # fmt: skip
_SYSTEM = ("fagsystemid", "enterprisesystemid", "systemid", "fagsystem", "enterprisesystem", "datasystemid",
           "datasystem", "system", "fagsystemnummer", "systemnummer", "systemnumber", "systemnr")  # fmt: skip
_OWNER = ("eier", "owner", "eierorgnr", "eiernummer", "ownernumber", "eiersorgnr", "eiersnummer", "registrertpa",
          "virksomhet", *_ORGANISATION, *_PERSON, "nummer", "number")  # fmt: skip

SHAPES: Mapping[TableKind, Shape] = {
    TableKind.PARTIES: Shape(
        {
            "number": _NUMBER,
            "name": _NAME,
            "form": ("organisasjonsform", "form", "orgform", "selskapsform", "organisationform", "organizationform"),
            "kind": ("type", "kind", "parttype", "enhetstype", "partytype"),
            "main_unit": ("hovedenhet", "mainunit", "overordnetenhet", "overordnet", "hovedenhetorgnr", "parentunit"),
            "ended": ("slettet", "ended", "slettedato", "slettetdato", "opphort", "opphorsdato", "avsluttet", "deleted",
                      "dodsdato", "dod", "deletedat"),
            "altinn_id": ("partyid", "altinnid", "partid", "partsid"),
        },
        (("number",), ("name", "form", "kind", "main_unit", "ended")),
        ("parter", "parties", "enheter", "avgivere", "organisasjoner", "organisations", "reportees", "personer"),
    ),
    TableKind.ENTERPRISE_SYSTEMS: Shape(
        {
            "system": (*_SYSTEM, "id"),
            "owner": _OWNER,
            "name": ("systemnavn", "systemname", "fagsystemnavn", *_NAME, "beskrivelse", "description"),
            "state": ("status", "state", "tilstand", "sperret", "locked", "last", "aktiv", "active"),
        },
        (("system",), ("owner",)),
        ("datasystem", "fagsystem", "enterprisesystem", "systemer", "systems", "systemid"),
    ),
    TableKind.ENTERPRISE_USERS: Shape(
        {
            "user": ("brukernavn", "username", "virksomhetsbruker", "virksomhetsbrukernavn", "enterpriseuser"),
            "owner": _OWNER,
            "state": ("status", "state", "tilstand", "sperret", "locked", "last", "aktiv", "active"),
        },
        (("user",), ("owner",)),
        ("virksomhetsbrukere", "enterpriseusers", "virksomhetsbruker"),
    ),
    TableKind.REGISTER_ROLES: Shape(
        {
            "party": ("enhet", "party", "unit", "klient", "client", "klientorgnr", "virksomhet", "selskap",
                      "organisasjon", *_ORGANISATION),
            "holder": ("innehaver", "holder", "rolleinnehaver", "roleholder", "rollehaver", "innehavernummer",
                       "innehaverorgnr", "firma", "firmaorgnr", *_PERSON),
            "role": _ROLE,
            "valid_from": (*_FROM, "fra", "from"),
            "valid_to": (*_TO, "til", "to"),
            "party_name": ("enhetsnavn", "klientnavn", "clientname", "partyname"),
            "holder_name": ("innehavernavn", "holdername", "rolleinnehavernavn", "firmanavn"),
        },
        (("party",), ("holder",), ("role",)),
        ("registerroller", "registerroles", "erroller", "enhetsregister", "ereg", "klientforhold"),
    ),
    TableKind.ROLE_GRANTS: Shape(
        {
            "giver": _GIVER,
            "receiver": _RECEIVER,
            "role": _ROLE,
            "valid_from": _FROM,
            "valid_to": _TO,
            "giver_name": _GIVER_NAME,
            "receiver_name": _RECEIVER_NAME,
        },
        (("giver",), ("receiver",), ("role",)),
        ("rolledelegeringer", "delegerteroller", "roledelegations", "rolegrants", "roller", "roles"),
    ),
    TableKind.RIGHTS: Shape(
        {
            "giver": _GIVER,
            "receiver": _RECEIVER,
            **_SERVICE,
            "action": _ACTION,
            "valid_from": _FROM,
            "valid_to": _TO,
            "giver_name": _GIVER_NAME,
            "receiver_name": _RECEIVER_NAME,
        },
        (("giver",), ("receiver",), _ANY_SERVICE),
        ("enkeltrettigheter", "singlerights", "rettigheter", "rights", "enkelttjenester"),
    ),
    TableKind.LOCAL_ROLES: Shape(
        {
            "local_role": ("lokalrolle", "localrole", "lokalrollenavn", "localrolename", "rollenavn", "rolename"),
            "giver": (*_GIVER, *_ORGANISATION, "eier", "owner"),
            "member": ("medlem", "member", "medlemsnummer", *_RECEIVER, *_PERSON),
            **_SERVICE,
            "action": _ACTION,
            "valid_from": _FROM,
            "valid_to": _TO,
        },
        (("local_role",), ("giver",), ("member", *_ANY_SERVICE)),
        ("lokaleroller", "localroles", "lokalrolle"),
    ),
    TableKind.NEEDS: Shape(
        {"system": _SYSTEM, **_SERVICE, "action": _ACTION},
        (("system",), _ANY_SERVICE),
        ("behov", "needs", "declared", "trenger"),
    ),
    TableKind.USAGE: Shape(
        {
            "system": _SYSTEM,
            "reportee": ("avgiver", "reportee", "avgiverorgnr", "avgivernummer", "deltaker", "participant", "klient",
                         "client", "rapporteringspliktig", "reporteenumber", *_ORGANISATION, "nummer", "number"),
            **_SERVICE,
            "action": _ACTION,
            "count": ("antall", "count", "calls", "antallkall", "kall", "ganger", "times"),
            "last": ("sistbrukt", "last", "sist", "lastused", "sistekall", "lastcall", "siste", "tidspunkt",
                     "timestamp", "time", "dato", "date", "tid", "datetime", "mottatt", "received"),
            "first": ("forstbrukt", "first", "forst", "forstekall", "firstcall", "firstused"),
            "status": ("status", "httpstatus", "resultat", "result", "scstatus"),
        },
        (("system",), ("reportee",), _ANY_SERVICE, ("last",)),
        ("bruk", "usage", "logg", "accesslog", "kall", "innsendinger"),
    ),
    TableKind.OBSERVED: Shape(
        {
            "source": ("kilde", "source", "logg", "log", "fil", "file"),
            "begins": ("fra", "begins", "from", *_FROM),
            "ends": ("til", "ends", "to", *_TO),
            "systems": ("fagsystemer", "systems", "systemer", "enterprisesystems"),
        },
        (("source",), ("begins",), ("ends",)),
        ("observert", "observed", "observasjon", "dekning", "coverage"),
    ),
    TableKind.TOTALS: Shape(
        {
            "what": ("tabell", "table", "what", "hva", "fil", "file", "kilde", "source", "type"),
            "count": ("antall", "count", "total", "rader", "rows", "antallrader", "kontrollsum", "kontrolltall", "sum"),
        },
        (("what",), ("count",)),
        ("kontrollsum", "totals", "kontrolltall", "controltotals", "summer", "totaler"),
    ),
}  # fmt: skip
"""Every kind of table, in order of reading."""
