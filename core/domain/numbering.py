"""Every right numbered, so that a set of rights is one integer: what either world permits is compared by its bits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from types import MappingProxyType

from core.domain.catalogue import Catalogue
from core.domain.vocabulary import Right


class Numbering:
    """Rights in order, each with its place; bit n of a mask stands for ``rights[n]``.

    The same rights always get the same numbers. Never changes.
    """

    __slots__ = ("__dict__", "rights")

    def __init__(self, rights: Iterable[Right]) -> None:
        self.rights: tuple[Right, ...] = tuple(sorted(set(rights)))

    @classmethod
    def of(cls, *catalogues: Catalogue, more: Iterable[Right] = ()) -> Numbering:
        """The numbering of every right that one of the catalogues has a policy for, and of ``more``."""
        return cls([*(right for catalogue in catalogues for right in catalogue.policies), *more])

    @cached_property
    def places(self) -> Mapping[Right, int]:
        """The number of each right."""
        return MappingProxyType({right: place for place, right in enumerate(self.rights)})

    def __len__(self) -> int:
        return len(self.rights)

    def mask_of(self, rights: Iterable[Right]) -> int:
        """The mask of these rights. Raises KeyError for one that has no number."""
        mask = 0
        for right in rights:
            mask |= 1 << self.places[right]
        return mask

    def rights_in(self, mask: int) -> tuple[Right, ...]:
        """The rights of a mask, in order."""
        return tuple(self.rights[place] for place in bits_of(mask))


def bits_of(mask: int) -> Iterator[int]:
    """The numbers in a mask, the lowest first."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low
