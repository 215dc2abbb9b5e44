"""The verdict: what the client was told, held against what is stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, create_engine, select, true

from core.store import tables, tables_contents, tables_forms
from core.store.engines import normal_url
from tests.crash.channels import UPLOADS, body_of, file_of


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was acknowledged, what is stored, and every complaint: there must be none."""

    acknowledged: int
    stored: int
    kept: int
    archived: int
    complaints: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stored:
    """What lies in the database, by the sender's reference. Lists have one item where all is well."""

    times: Counter[str]
    receipts: Counter[str]
    bodies: dict[str, list[str]]
    files: dict[str, list[bytes]]
    archived: dict[str, list[tuple[int, str | None]]]
    handed_on: Counter[str]
    stray_contents: int


def judge(log: Path, database_url: str) -> Verdict:
    """Compare the client's log with the database, in which nothing moves any more."""
    lines = [line.split(" ") for line in log.read_text(encoding="utf-8").splitlines()]
    stored = _stored(database_url)
    acknowledged, kept = ([line[1] for line in lines if line[0] == word] for word in ("acknowledged", "kept"))
    seen = {(line[1], line[2]) for line in lines if line[0] in ("archived", "kept") and len(line) > 2}
    complaints = (
        *(f"the client was told something wrong: {' '.join(line[1:])}" for line in lines if line[0] == "wrong"),
        *_about_receipts(acknowledged, kept, stored),
        *_about_contents(stored),
        *_about_archiving(seen, stored),
    )
    archived = sum(1 for elements in stored.archived.values() if elements and elements[0][1])
    return Verdict(len(set(acknowledged)), len(stored.times), len(kept), archived, complaints)


def _about_receipts(acknowledged: list[str], kept: list[str], stored: Stored) -> Iterator[str]:
    told, there, polled = set(acknowledged), set(stored.times), set(kept)
    yield from (f"{each} was acknowledged and is lost" for each in sorted(told - there))
    yield from (f"{each} is stored, but nobody was told" for each in sorted(there - told))
    yield from (f"{each} was acknowledged, but a poll does not know it" for each in sorted(told - polled))
    yield from (f"{each} is stored {times} times" for each, times in stored.times.items() if times != 1)
    yield from (f"{each} has {stored.receipts[each]} receipts" for each in sorted(there) if stored.receipts[each] != 1)
    yield from (f"{each} was acknowledged {times} times" for each, times in Counter(acknowledged).items() if times != 1)


def _about_contents(stored: Stored) -> Iterator[str]:
    for reference, bodies in stored.bodies.items():
        if bodies != [body_of(reference)]:
            yield f"{reference} does not hold what was sent, once: {bodies}"
    for reference, files in stored.files.items():
        if files != ([file_of(reference)] if reference.startswith(UPLOADS) else []):
            yield f"{reference} does not hold the file that was uploaded, once: {[len(file) for file in files]} bytes"
    if stored.stray_contents:
        yield f"{stored.stray_contents} contents belong to nothing, and would never be swept"


def _about_archiving(seen: set[tuple[str, str]], stored: Stored) -> Iterator[str]:
    for reference, elements in stored.archived.items():
        if len(elements) != 1 or elements[0][1] is None:
            yield f"{reference} is not archived once: {elements}"
        if stored.handed_on[reference] != 1:
            yield f"{reference} is handed on {stored.handed_on[reference]} times"
    told: dict[str, set[str]] = {}
    for reference, workflow in seen:
        told.setdefault(reference, set()).add(workflow)
    for reference, workflows in told.items():
        if workflows != {str(element) for element, _ in stored.archived.get(reference, ())}:
            yield f"{reference} was archived as {workflows}, and is {stored.archived.get(reference)}"
    archives = Counter(archive for elements in stored.archived.values() for _, archive in elements)
    yield from (f"{archive} is the archive reference of {times}" for archive, times in archives.items() if times != 1)


def _stored(database_url: str) -> Stored:
    engine = create_engine(normal_url(database_url))
    submission, element, receipt = tables.submission.c, tables_forms.element.c, tables_forms.receipt.c
    form, file = tables_forms.element_form.c, tables_forms.element_attachment.c
    with engine.connect() as connection:
        references = {row.id: row.batch_id for row in connection.execute(select(submission.id, submission.batch_id))}

        def owned(*wanted: ColumnElement[Any], where: ColumnElement[bool]) -> dict[str, list[Any]]:
            """By the sender's reference, what the query finds: the submission first."""
            found: dict[str, list[Any]] = {reference: [] for reference in references.values()}
            for owner, *values in connection.execute(select(*wanted).where(where)):
                found[references[owner]].append(values[0] if len(values) == 1 else tuple(values))
            return found

        contents = _contents(connection)
        bodies = owned(element.submission, form.content, where=element.id == form.element)
        files = owned(element.submission, file.content, where=element.id == file.element)
        handed_on = owned(tables_forms.outbox.c.submission, tables_forms.outbox.c.element, where=true())
        receipts = owned(receipt.submission, receipt.id, where=receipt.parent == 0)
        archived = owned(
            element.submission, element.id, element.archive_reference, where=element.submission.is_not(None)
        )
        unclaimed = set(connection.execute(select(tables_contents.unclaimed_content.c.id)).scalars())
    engine.dispose()
    known = {each for found in (bodies, files) for some in found.values() for each in some}
    return Stored(
        times=Counter(references.values()),
        receipts=_counted(receipts),
        bodies={each: [contents.get(content, b"").decode() for content in found] for each, found in bodies.items()},
        files={each: [contents.get(content, b"") for content in found] for each, found in files.items()},
        archived=archived,
        handed_on=_counted(handed_on),
        stray_contents=len(set(contents) - known - unclaimed),
    )


def _counted(found: dict[str, list[Any]]) -> Counter[str]:
    return Counter({reference: len(some) for reference, some in found.items()})


def _contents(connection: Connection) -> dict[str, bytes]:
    chunk = tables.content_chunk.c
    pieces: dict[str, list[bytes]] = {}
    for row in connection.execute(select(chunk.content, chunk.data).order_by(chunk.content, chunk.position)):
        pieces.setdefault(row.content, []).append(row.data)
    return {content: b"".join(some) for content, some in pieces.items()}
