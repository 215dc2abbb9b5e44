"""What a system user may be asked for: no more than its system, and nothing that its kind cannot have."""

from __future__ import annotations

from collections.abc import Iterable

from core.domain.catalogue import Catalogue
from core.domain.package_check import PERSONAL_REPRESENTATIVE
from core.domain.system import System, SystemUserKind
from core.domain.vocabulary import ANY_ACTION, Right
from core.errors import ErrorCode, InvalidInput
from core.services.redirects import is_registered_redirect


def check_redirect(system: System, redirect_url: str | None) -> None:
    """The address, where there is one, is one of the system's. Raises InvalidInput."""
    if redirect_url is None:
        return
    if not system.redirect_urls:
        raise InvalidInput(ErrorCode.SYSTEM_HAS_NO_REDIRECTS, f"`{system.id}` has no registered redirect address")
    if not is_registered_redirect(redirect_url, system.redirect_urls):
        raise InvalidInput(
            ErrorCode.REDIRECT_NOT_REGISTERED,
            f"the redirect address is not one of those registered for `{system.id}`: scheme, host, port and path "
            "must be equal",
        )


def check_wanted(
    catalogue: Catalogue, system: System, kind: SystemUserKind, rights: Iterable[Right], packages: Iterable[str]
) -> None:
    """Something is wanted, the system lists it, and a system user of the kind can have it.

    Raises InvalidInput; its details name the rights or packages, divided by ``, ``. An agent system user
    may ask for single rights beside packages or instead of them, an extension of ours (pdp-and-tokens
    §12.2). Source of the order: rest-systemuser §5.3 steps 9 to 12.
    """
    asked_rights, asked_packages = tuple(rights), tuple(packages)
    if not asked_rights and not asked_packages:
        raise _nothing(kind)
    _refuse(
        [f"{right.service}:{right.action}" for right in asked_rights if not _is_listed(system, right)],
        ErrorCode.RIGHT_OUTSIDE_SYSTEM,
        "rights",
        f"`{system.id}` does not list",
    )
    _refuse(
        [package for package in asked_packages if package not in system.packages],
        ErrorCode.PACKAGE_OUTSIDE_SYSTEM,
        "packages",
        f"`{system.id}` does not list",
    )
    if kind is SystemUserKind.AGENT:
        unfit = [package for package in asked_packages if not _is_delegable(catalogue, package)]
        _refuse(unfit, ErrorCode.PACKAGE_NOT_DELEGABLE, "packages", "not meant for client relations:")
    else:
        unfit = [package for package in asked_packages if not _is_assignable(catalogue, package)]
        _refuse(unfit, ErrorCode.PACKAGE_NOT_ASSIGNABLE, "packages", "an organisation cannot give to a system user:")


def _nothing(kind: SystemUserKind) -> InvalidInput:
    if kind is SystemUserKind.AGENT:
        return InvalidInput(ErrorCode.AGENT_NEEDS_PACKAGES, "an agent system user needs at least one access package")
    return InvalidInput(ErrorCode.NOTHING_REQUESTED, "a system user needs at least one right or access package")


def _refuse(what: list[str], code: ErrorCode, kind: str, sentence: str) -> None:
    if what:
        names = ", ".join(what)
        raise InvalidInput(code, f"{sentence} {names}", details={kind: names})


def _is_listed(system: System, right: Right) -> bool:
    return right in system.rights or Right(right.service, ANY_ACTION) in system.rights


def _is_delegable(catalogue: Catalogue, package: str) -> bool:
    known = catalogue.packages.get(package)
    return known is not None and known.delegable


def _is_assignable(catalogue: Catalogue, package: str) -> bool:
    known = catalogue.packages.get(package)
    return (
        known is not None
        and known.assignable
        and known.party_type == "organization"
        and known.code != PERSONAL_REPRESENTATIVE
    )
