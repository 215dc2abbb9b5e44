"""A store on a snapshot of its own: commands run on it as on any other, and nothing is written."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple, NoReturn

from core.domain.change import Change, Edit, Fact
from core.domain.fold import preview
from core.domain.snapshot import Snapshot
from core.errors import ErrorCode, Unavailable
from core.store.keeping import Kept
from core.store.ledger import Ledger
from core.store.store import Clock, Command, Store, T


class Mark(NamedTuple):
    """A moment of a rehearsal that can be returned to."""

    snapshot: Snapshot
    edits: int
    beside: int


class RehearsalStore(Store):
    """What commands would write, kept as ``edits``; each command sees what those before it decided.

    The snapshot it was made from is shared and never changes. There is no ledger: a command that reads or writes
    one raises Unavailable; what it writes beside its changes is kept in ``beside``.
    """

    def __init__(self, snapshot: Snapshot, clock: Clock) -> None:
        self.clock = clock
        self.edits: list[Edit] = []
        self.beside: list[Callable[[Ledger], None]] = []
        self._snapshot = snapshot
        self._folded = 0
        self._companions: dict[type, Any] = {}
        self._companion_lock = threading.Lock()

    def close(self) -> None:
        """Nothing is held."""

    def snapshot(self) -> Snapshot:
        """The facts as they would be now."""
        if self._folded < len(self.edits):
            self._snapshot = preview(self._snapshot, self.edits[self._folded :])
            self._folded = len(self.edits)
        return self._snapshot

    def change(self, by: str, command: Command[T]) -> T:
        """Run ``command`` and keep what it decides. Raises what the command raises; then nothing is kept."""
        written = command(self.snapshot())
        # Folded in when somebody asks: what nobody looks at again need not be.
        self.edits.extend(written.edits)
        if written.beside is not None:
            self.beside.append(written.beside)
        return written.value

    def mark(self) -> Mark:
        """This moment."""
        return Mark(self.snapshot(), len(self.edits), len(self.beside))

    def go_back(self, mark: Mark) -> None:
        """Forget everything after ``mark``."""
        self._snapshot, self._folded = mark.snapshot, mark.edits
        del self.edits[mark.edits :]
        del self.beside[mark.beside :]

    def edits_since(self, mark: Mark) -> tuple[Edit, ...]:
        """What was decided after ``mark``."""
        return tuple(self.edits[mark.edits :])

    # -- what there are no rows for -----------------------------------------------------------

    def facts(self) -> Iterator[Fact]:
        """There are no rows. Raises Unavailable."""
        _refuse()

    def find(self, kind: str, *key: object) -> Fact | None:
        """There are no rows. Raises Unavailable."""
        _refuse()

    def changes_since(self, sequence: int, *, limit: int = 1000) -> tuple[Change, ...]:
        """Nothing has a number yet. Raises Unavailable."""
        _refuse()

    def import_facts(self, by: str, facts: Iterable[Fact], beside: Callable[[Ledger], None] | None = None) -> int:
        """What is imported is not rehearsed. Raises Unavailable."""
        _refuse()

    def form_schema(self, form: str) -> str | None:
        """There is no ledger. Raises Unavailable."""
        _refuse()

    def token_epoch(self) -> int:
        """There is no ledger. Raises Unavailable."""
        _refuse()

    def keep(self) -> Kept:
        """There is no database. Raises Unavailable."""
        _refuse()

    def return_to(self, kept: Kept) -> None:
        """There is no database. Raises Unavailable."""
        _refuse()

    def read(self, work: Callable[[Ledger], T]) -> T:
        """There is no ledger. Raises Unavailable."""
        _refuse()

    def write(self, work: Callable[[Ledger], T]) -> T:
        """There is no ledger. Raises Unavailable."""
        _refuse()


def _refuse() -> NoReturn:
    raise Unavailable(ErrorCode.STORE_UNAVAILABLE, "a rehearsal has facts and no ledger")
