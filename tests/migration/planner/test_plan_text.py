"""A plan as a file: read back as it was, named by its digest, refused with the place where it is none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core import InvalidInput
from legacy_mappings.planner import plan_digest, plan_text, read_plan
from tests.migration.planner.planned import ONE, TWO, clients, planned
from tests.migration.planner.small_firm import (
    FIRM,
    SUBMISSION,
    SYSTEM,
    UNTIL,
    VENDOR,
    became,
    resource,
    used,
)


def test_a_plan_is_read_back_as_it_was_and_names_itself() -> None:
    plan = planned(
        clients((ONE, "REGN"), (TWO, SUBMISSION)), resource("mva", ["r1", "a"]), became(1, "mva"),
        uses=[*used(ONE, 1), *used(TWO, 1), *used(FIRM, 1)], until=UNTIL, client_ids={"x": ("y",)},
        registered={SYSTEM: f"{VENDOR}_mine"}, sensitive=frozenset({"s"}), systems=frozenset({SYSTEM}),
    )  # fmt: skip
    text = plan_text(plan)
    assert read_plan(text) == plan
    assert plan_text(read_plan(text)) == text
    assert len(plan_digest(plan)) == 64
    assert plan_digest(replace(plan, sequence=2)) != plan_digest(plan)
    assert all(line.count('"reference"') <= 1 for line in text.splitlines())
    assert "0181701" not in text, "no person's number is in a plan"


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda text: text[:-3], "no JSON"),
        (lambda text: text[:0] + "[]", "its format"),
        (lambda text: text.replace('"gifts"', '"gift"'), "`gift` is missing"),
        (lambda text: text.replace('"wave": 1', '"wave": "1"'), "`users`, item 1"),
        (lambda text: text.replace('"wave_size": 100', '"wave": 100'), "`options`"),
        (lambda text: text.replace('"sequence": 1', '"sequence": true'), "`sequence`"),
        (lambda text: text.replace('"at": "2026', '"at": "x'), "no moment"),
        (lambda text: text.replace('"users": [', '"users": [],\n"users": [', 1), "a name stands twice"),
        (lambda text: text[:0] + "[" * 100_000, "no JSON"),
    ],
    ids=[
        "cut", "a list", "another section", "a text for a number", "another option", "a flag", "no date", "twice",
        "no end",
    ],
)  # fmt: skip
def test_a_text_that_is_no_plan_is_refused_with_the_place(spoil: object, told: str) -> None:
    text = plan_text(planned(clients((ONE, "REGN")), resource("mva", ["r1"]), became(1, "mva"), uses=used(ONE, 1)))
    with pytest.raises(InvalidInput) as refused:
        read_plan(spoil(text))  # type: ignore[operator]
    assert told in refused.value.message
