"""The ledger's part for log-ons: wrong tries and locks, one-time codes, sessions, nonces, the stand-in's box."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from core.store.tables_logons import code_session, letter_code, logon_lock, stand_in_message, used_nonce, wrong_try


@dataclass(frozen=True, slots=True)
class LetterCode:
    """One numbered code of a person's letter. ``used`` when it first opened a session: it opens no other."""

    party: str
    number: int
    digest: str
    dated: datetime
    used: datetime | None = None


@dataclass(frozen=True, slots=True)
class CodeSession:
    """A code that was asked for, from the challenge until it has run out. ``number`` is that in the letter."""

    id: str
    party: str
    method: str
    number: int | None
    digest: str
    expires: datetime
    first_used: datetime | None = None


@dataclass(frozen=True, slots=True)
class StandInMessage:
    """A message that the stand-in for SMS and letters was given in place of a real channel."""

    at: datetime
    channel: str
    receiver: str
    text: str


class LogonsLedger:
    """Log-ons in the current transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    # -- wrong tries and locks ----------------------------------------------------------------

    def hold(self, subject: str) -> None:
        """Keep every other transaction that holds ``subject`` waiting until this one ends.

        SQLite writes one transaction at a time anyway.
        """
        if self._connection.dialect.name == "postgresql":
            number = int.from_bytes(hashlib.blake2b(subject.encode(), digest_size=8).digest(), signed=True)
            self._connection.execute(select(func.pg_advisory_xact_lock(number)))

    def locked_until(self, subject: str) -> datetime | None:
        """When the lock of ``subject`` ends or ended, or None where there is none."""
        wanted = select(logon_lock.c.until).where(logon_lock.c.subject == subject)
        return self._connection.execute(wanted).scalar_one_or_none()

    def count_locked_try(self, subject: str) -> int:
        """One more try while locked; returns how many. It does not lengthen the lock."""
        more = update(logon_lock).where(logon_lock.c.subject == subject).values(tries=logon_lock.c.tries + 1)
        return int(self._connection.execute(more.returning(logon_lock.c.tries)).scalar_one())

    def lock(self, subject: str, until: datetime) -> None:
        """Lock ``subject`` until then, and forget its wrong tries."""
        self.unlock(subject)
        self._connection.execute(logon_lock.insert(), {"subject": subject, "until": until, "tries": 0})

    def unlock(self, subject: str) -> None:
        """Forget the lock and the wrong tries of ``subject``."""
        self._connection.execute(delete(logon_lock).where(logon_lock.c.subject == subject))
        self._connection.execute(delete(wrong_try).where(wrong_try.c.subject == subject))

    def add_wrong_try(self, subject: str, at: datetime, since: datetime) -> int:
        """One more wrong try; returns how many there are from ``since`` on, and forgets those before."""
        of_subject = wrong_try.c.subject == subject
        self._connection.execute(delete(wrong_try).where(of_subject, wrong_try.c.at < since))
        self._connection.execute(wrong_try.insert(), {"id": str(uuid.uuid4()), "subject": subject, "at": at})
        counted = select(func.count()).select_from(wrong_try).where(of_subject)
        return int(self._connection.execute(counted).scalar_one())

    def sweep(self, before: datetime) -> None:
        """Drop tries, locks and sessions that were over before then."""
        self._connection.execute(delete(wrong_try).where(wrong_try.c.at < before))
        self._connection.execute(delete(logon_lock).where(logon_lock.c.until < before))
        self._connection.execute(delete(code_session).where(code_session.c.expires < before))

    # -- one-time codes -----------------------------------------------------------------------

    def set_letter(self, party: str, codes: Iterable[LetterCode]) -> None:
        """Keep a person's letter in place of the one before, whose codes are dead from now on."""
        self._connection.execute(delete(letter_code).where(letter_code.c.party == party))
        rows = [{name: getattr(code, name) for name in LetterCode.__slots__} for code in codes]
        self._connection.execute(letter_code.insert(), rows)

    def next_letter_code(self, party: str) -> LetterCode | None:
        """The first code of the person's letter that has opened no session, or None."""
        unused = select(letter_code).where(letter_code.c.party == party, letter_code.c.used.is_(None))
        row = self._connection.execute(unused.order_by(letter_code.c.number).limit(1)).one_or_none()
        return None if row is None else LetterCode(*row)

    def spend_letter_code(self, party: str, number: int, at: datetime) -> None:
        """Mark a code of the person's letter as used."""
        this = (letter_code.c.party == party, letter_code.c.number == number)
        self._connection.execute(update(letter_code).where(*this).values(used=at))

    def open_session(self, session: CodeSession) -> None:
        """Keep a session, in place of one by the same method whose code has not been used yet."""
        same = (code_session.c.party == session.party, code_session.c.method == session.method)
        self._connection.execute(delete(code_session).where(*same, code_session.c.first_used.is_(None)))
        values = {name: getattr(session, name) for name in CodeSession.__slots__}
        self._connection.execute(code_session.insert(), values)

    def sessions(self, party: str) -> tuple[CodeSession, ...]:
        """The person's sessions, those that have run out among them, the one that lasts longest first."""
        wanted = select(code_session).where(code_session.c.party == party).order_by(code_session.c.expires.desc())
        return tuple(CodeSession(*row) for row in self._connection.execute(wanted))

    def renew_session(self, session: str, first_used: datetime, expires: datetime) -> None:
        """A session was used: when it was for the first time, and when it runs out now."""
        this = update(code_session).where(code_session.c.id == session)
        self._connection.execute(this.values(first_used=first_used, expires=expires))

    def close_sessions(self, party: str) -> None:
        """Drop every session of the person."""
        self._connection.execute(delete(code_session).where(code_session.c.party == party))

    # -- nonces -------------------------------------------------------------------------------

    def use_nonce(self, key: str, expires: datetime, now: datetime) -> bool:
        """Mark ``key`` as used until ``expires``; False where it is used. Those that have expired are dropped."""
        self._connection.execute(delete(used_nonce).where(used_nonce.c.expires < now))
        make = sqlite.insert if self._connection.dialect.name == "sqlite" else postgresql.insert
        new = make(used_nonce).on_conflict_do_nothing(index_elements=["key"])
        marked = self._connection.execute(new.returning(used_nonce.c.key), {"key": key, "expires": expires})
        return marked.one_or_none() is not None

    def knows_nonce(self, key: str, now: datetime) -> bool:
        """Whether the key was used and has not expired."""
        wanted = select(used_nonce.c.key).where(used_nonce.c.key == key, used_nonce.c.expires >= now)
        return self._connection.execute(wanted).one_or_none() is not None

    def nonce_is_used(self, key: str, now: datetime) -> bool:
        """Whether ``key`` was used, and has not expired."""
        wanted = select(used_nonce.c.key).where(used_nonce.c.key == key, used_nonce.c.expires >= now)
        return self._connection.execute(wanted).one_or_none() is not None

    # -- the stand-in for SMS and letters -----------------------------------------------------

    def add_stand_in_message(self, message: StandInMessage) -> None:
        """Keep a message for the demo's box."""
        values = {name: getattr(message, name) for name in StandInMessage.__slots__}
        self._connection.execute(stand_in_message.insert(), values)

    def stand_in_messages(self) -> tuple[StandInMessage, ...]:
        """The demo's box, newest first."""
        box = stand_in_message.c
        wanted = select(box.at, box.channel, box.receiver, box.text).order_by(box.id.desc())
        return tuple(StandInMessage(*row) for row in self._connection.execute(wanted))
