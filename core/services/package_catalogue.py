"""What there is to give: access packages with their areas and services, and roles with what they carry.

Names and ids are those that ship; what is in force (which packages, who opens what with them) is the
installation's own. Source: packages-and-roles §3 and §4. Where no source has an id for something (areas, their
groups, roles, services, owners), its id is made from its URN, the same everywhere and for ever: ours.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from core.domain.snapshot import Snapshot
from core.domain.vocabulary import AccessPackage, Role, RoleKind, Service, ServiceKind
from core.services.vocabulary import PackageDetail, RoleCode, package_details, role_codes

NB, NN, EN = "nb", "nn", "en"


@dataclass(frozen=True, slots=True)
class PackageArea:
    """An area of packages (fullmaktsområde), and the group it is in (områdegruppe)."""

    urn: str
    name: str
    group: str

    @property
    def group_urn(self) -> str:
        """The group as it is named on the wire."""
        return f"accesspackage:areagroup:{_plain(self.group)}"


@dataclass(frozen=True, slots=True)
class CataloguedPackage:
    """A package in force: its names by language, its area (None for one that does not ship), its services."""

    id: str
    package: AccessPackage
    names: Mapping[str, str]
    area: PackageArea | None
    services: tuple[Service, ...]


@dataclass(frozen=True, slots=True)
class CataloguedRole:
    """A role in force with its other names; ``legacy_code`` is empty where it never had one."""

    id: str
    role: Role
    code: str
    urn: str
    legacy_code: str
    legacy_urn: str


@dataclass(frozen=True, slots=True)
class RolePackage:
    """A package that a role carries, at units of ``form`` only where it names one."""

    package: CataloguedPackage
    form: str
    has_access: bool
    can_delegate: bool


@dataclass(frozen=True, slots=True)
class FoundPackage:
    """A package that a search found, and in which of its texts, best first."""

    package: CataloguedPackage
    fields: tuple[tuple[str, str, float], ...]

    @property
    def score(self) -> float:
        """How well it fits: 1 for a name that is what was asked for."""
        return self.fields[0][2]


def id_of(urn: str) -> str:
    """A stable UUID for something that has none of its own."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, urn))


# -- packages -----------------------------------------------------------------------------------


def list_packages(snapshot: Snapshot) -> tuple[CataloguedPackage, ...]:
    """Every package in force, in order of code."""
    details = package_details()
    packages = snapshot.catalogue.packages
    return tuple(_catalogued(snapshot, packages[code], details.get(code)) for code in sorted(packages))


def find_package(snapshot: Snapshot, code: str) -> CataloguedPackage | None:
    """The package with this code, or None."""
    known = snapshot.catalogue.packages.get(code)
    return None if known is None else _catalogued(snapshot, known, package_details().get(code))


def search_packages(
    snapshot: Snapshot, term: str, *, owners: Iterable[str] = (), in_services: bool = False, party_type: str = ""
) -> tuple[FoundPackage, ...]:
    """The packages with ``term`` in a name, a code or, if asked for, the title of a service; best first.

    ``owners``: only packages that open a service of one of these. How fits are ranked is ours.
    """
    wanted = term.casefold().strip()
    named = frozenset(owner.casefold() for owner in owners)
    found = []
    for each in list_packages(snapshot):
        if party_type and each.package.party_type != party_type:
            continue
        if named and not any(service.owner.casefold() in named for service in each.services):
            continue
        fields = sorted(_fits(each, wanted, in_services=in_services), key=lambda field: -field[2])
        if fields:
            found.append(FoundPackage(each, tuple(fields)))
    return tuple(sorted(found, key=lambda each: (-each.score, each.package.package.code)))


def _fits(each: CataloguedPackage, wanted: str, *, in_services: bool) -> Iterator[tuple[str, str, float]]:
    texts = [("Name", name) for name in dict.fromkeys(each.names.values())] + [("Urn", each.package.urn)]
    if each.area is not None:
        texts.append(("Area.Name", each.area.name))
    if in_services:
        texts += [("Resource.Name", service.title) for service in each.services]
        texts += [("Resource.RefId", service.id) for service in each.services]
    for field, text in texts:
        place = text.casefold().find(wanted)
        if place >= 0:
            share = len(wanted) / max(len(text), 1)
            yield field, text, round((0.5 if place else 0.7) + 0.3 * share, 3)


def _catalogued(snapshot: Snapshot, package: AccessPackage, detail: PackageDetail | None) -> CataloguedPackage:
    known = snapshot.catalogue.services
    rights = snapshot.catalogue.opened_by.get(package.code, ())
    ids = sorted({right.service for right in rights if known[right.service].kind is ServiceKind.RESOURCE})
    services = tuple(known[each] for each in ids)
    if detail is None:
        alike = dict.fromkeys((NB, NN, EN), package.name)
        return CataloguedPackage(id_of(package.urn), package, alike, None, services)
    names = {NB: detail.name, NN: detail.name_nn or detail.name, EN: detail.name_en or detail.name}
    area = PackageArea(detail.area, detail.area_name, detail.area_group)
    return CataloguedPackage(detail.id, package, names, area, services)


def _plain(text: str) -> str:
    return text.lower().replace("æ", "ae").translate(str.maketrans("øå ", "oa-"))


# -- roles --------------------------------------------------------------------------------------


def list_roles_in_force(snapshot: Snapshot) -> tuple[CataloguedRole, ...]:
    """Every role in force, of both worlds, in order of code."""
    others = {row.code: row for row in role_codes()}
    roles = snapshot.catalogue.roles
    return tuple(_named(roles[code], others.get(code)) for code in sorted(roles))


def packages_of_role(snapshot: Snapshot, role: str) -> tuple[RolePackage, ...]:
    """The packages the role carries, in order of code and form."""
    catalogue = snapshot.catalogue
    carried = {
        (package, form) for (code, form), packages in catalogue.carried.items() if code == role for package in packages
    }
    giveable = {
        (package, form) for (code, form), packages in catalogue.giveable.items() if code == role for package in packages
    }
    found = []
    for pair in sorted(carried | giveable):
        package = find_package(snapshot, pair[0])
        if package is not None:
            found.append(RolePackage(package, pair[1], pair in carried, pair in giveable))
    return tuple(found)


def _named(role: Role, other: RoleCode | None) -> CataloguedRole:
    legacy = "" if role.kind is RoleKind.MODERN else role.code
    if other is None:
        urn = urn_of_role(role.code)
        return CataloguedRole(id_of(urn), role, role.code.lower(), urn, legacy, urn)
    legacy = other.legacy_urn.rpartition(":")[2].upper()
    return CataloguedRole(id_of(other.urn), role, other.modern_code, other.urn, legacy, other.legacy_urn)


def urn_of_role(code: str) -> str:
    """The role as policies name it."""
    return f"urn:altinn:rolecode:{code.lower()}"
