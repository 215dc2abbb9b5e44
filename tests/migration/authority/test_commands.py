"""`migrate shadow` and `migrate cutover`: cohorts by every way of naming them, the board, and the gate."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from brobygger.commands.migrate_cutover import cutover
from brobygger.commands.migrate_shadow import shadow
from core import (
    OPERATOR,
    Authority,
    ClientDelegation,
    NotAllowed,
    Place,
    Store,
    Written,
    mismatch_board,
    put,
    remove,
    set_authority,
    settle_authority,
    utc_now,
)
from legacy_mappings.cutting_over import Proof, cut_over_proved
from legacy_mappings.parity import Signatory, approve_gained, prove_until_settled, report_text
from legacy_mappings.signing import new_key, public_key_of, sign_report
from tests.core.test_authority import WIDE
from tests.migration.authority.shadow_world import GAINED, LOST, facts, send, send_good
from tests.small_world import FIRM, GIVER, SYSTEM

Run = Callable[..., Result]


@pytest.fixture
def url(sqlite_url: str) -> str:
    """A database with the world in which both worlds differ."""
    store = Store(sqlite_url)
    store.import_facts("tests", facts())
    store.close()
    return sqlite_url


@pytest.fixture
def run(url: str) -> Run:
    """Run a command on it."""

    def run(*arguments: str, code: int = 0) -> Result:
        command = {"shadow": shadow, "cutover": cutover}[arguments[0]]
        found = CliRunner().invoke(command, arguments[1:], env={"BROBYGGER_DATABASE_URL": url})
        assert found.exit_code == code, found.output + found.stderr
        return found

    return run


def _authority(url: str, reportee: str = "") -> Authority:
    store = Store(url)
    try:
        return store.snapshot().authority(SYSTEM, reportee)
    finally:
        store.close()


def _differ(url: str) -> None:
    store = Store(url)
    send_good(store, LOST, "b1")
    send(store, GAINED, "b2")
    settle_authority(store)
    store.close()


def test_a_cohort_starts_is_watched_and_stops(run: Run, url: str) -> None:
    (row,) = json.loads(run("shadow", "start", "--system", "4711", "--cohort", "pilot", "--json").stdout)
    assert (row["system"], row["reportee"], row["authority"]) == (SYSTEM, "", "shadow")
    run("shadow", "status")
    _differ(url)
    assert "not-a-client" in run("shadow", "status", code=3).stdout
    board = json.loads(run("shadow", "status", "--cohort", "pilot", "--json", code=3).stdout)
    assert (board["cohorts"][0]["lost"], board["cohorts"][0]["gained"]) == (1, 1)
    assert {cause["direction"] for cause in board["causes"]} == {"old-yes-new-no", "old-no-new-yes"}
    run("shadow", "stop", "--cohort", "pilot", "--reason", "month-end")
    assert _authority(url) is Authority.OLD
    assert "month-end" in run("shadow", "status").stdout


def test_cohorts_from_a_file_and_by_reportee(run: Run, url: str, tmp_path: Path) -> None:
    listed = tmp_path / "cohort.csv"
    listed.write_text(f"system;reportee\n4711;310000302\n4711;{FIRM}\n", encoding="utf-8-sig")
    assert len(json.loads(run("shadow", "start", "--file", str(listed), "--json").stdout)) == 2
    assert (_authority(url, GIVER), _authority(url)) == (Authority.SHADOW, Authority.OLD)
    run("shadow", "start", "--system", "4711", "--reportee", "310000604", "--window", "2", "--most-mismatches", "1")
    store = Store(url)
    budget = store.snapshot().fall_back_budgets.get(SYSTEM)
    store.close()
    assert budget is not None
    assert (budget.seconds, budget.most_mismatches, budget.most_errors) == (7200, 1, 5)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((), 2),
        (("--reportee", "310000302"), 2),
        (("--wave", "1"), 2),
        (("--cohort", "unknown"), 1),
        (("--system", "1"), 1),
    ],
    ids=["nothing", "a reportee of nobody", "a wave of no plan", "an unknown cohort", "an unknown system"],
)
def test_what_names_no_cohort(run: Run, arguments: tuple[str, ...], code: int) -> None:
    run("shadow", "start", *arguments, code=code)


# -- cut-over -------------------------------------------------------------------------------------


@dataclass
class Signed:
    """A proof of the world as it is, with the keys it was made with."""

    key: str
    approvers: tuple[str, str]
    proof: Proof

    def files(self, folder: Path, *, approvals: bool = True) -> list[str]:
        """The options that hand it to the command."""
        texts = {
            "report": self.proof.report,
            "signature": self.proof.signature,
            "key": self.proof.public_key,
            "approvers": json.dumps([asdict(each) for each in self.proof.signatories]),
        }
        options = []
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8")
            options += [f"--{name}", str(folder / name)]
        for number, text in enumerate(self.proof.approvals if approvals else ()):
            (folder / f"approval-{number}").write_text(text, encoding="utf-8")
            options += ["--approval", str(folder / f"approval-{number}")]
        return options


@pytest.fixture
def signed(url: str) -> Signed:
    """The stranger is gained, and approved by two; what is lost is let pass."""
    store = Store(url)
    parity = prove_until_settled(lambda: (store.snapshot(), store.snapshot()), at=utc_now())
    store.close()
    key, one, two = new_key(), new_key(), new_key()
    text = report_text(parity)
    return Signed(
        key,
        (one, two),
        Proof(
            text,
            sign_report(text, key),
            public_key_of(key),
            (approve_gained(parity, one), approve_gained(parity, two)),
            (Signatory("Kari", public_key_of(one)), Signatory("Ola", public_key_of(two))),
            most_lost=10,
        ),
    )


def test_a_cut_over_rests_on_a_signed_report_that_passes(run: Run, url: str, signed: Signed, tmp_path: Path) -> None:
    cohort = ("cutover", "--system", "4711", "--clean-days", "0", "--most-lost", "10")
    run(*cohort, code=2)
    unapproved = run(*cohort, *signed.files(tmp_path, approvals=False), code=1)
    assert "0 of 2 persons" in unapproved.stderr
    assert "not in shadow" in run(*cohort, *signed.files(tmp_path), code=1).stderr
    run("shadow", "start", "--system", "4711")
    lost = run("cutover", "--system", "4711", "--clean-days", "0", *signed.files(tmp_path), code=1)
    assert "are lost" in lost.stderr
    early = run("cutover", "--system", "4711", "--most-lost", "10", *signed.files(tmp_path), code=1)
    assert "7 days" in early.stderr
    assert "new for 1 places" in run(*cohort, *signed.files(tmp_path)).stdout
    assert _authority(url) is Authority.NEW
    (row,) = json.loads(run("cutover", "--system", "4711", "--back", "--reason", "calls fail", "--json").stdout)
    assert row["authority"] == "shadow"
    run("cutover", "--system", "4711", "--back", code=1)
    board = json.loads(run("shadow", "status", "--json").stdout)
    assert [each["told"] for each in board["fall_backs"]] == ["calls fail"]


@pytest.fixture
def ready(url: str) -> Any:
    """A store in which the system stands in shadow."""
    store = Store(url)
    set_authority(store, OPERATOR, [Place(SYSTEM)], Authority.SHADOW)
    yield store
    store.close()


def test_what_moved_since_the_report_stops_it(ready: Store, signed: Signed) -> None:
    more = ClientDelegation(
        "late", WIDE, 1, FIRM, GIVER, "rettighetshaver", frozenset({"skatt-naering"}), frozenset(), frozenset(), "t"
    )
    ready.change("tests", lambda _: Written((put(more),), None))
    _cut_over(ready, signed.proof)
    assert ready.snapshot().authority(SYSTEM, "") is Authority.NEW, "nothing that is permitted moved"


def test_something_gained_since_the_report_stops_it(ready: Store, signed: Signed, url: str) -> None:
    grants = [fact for fact in ready.facts() if getattr(fact, "id", "") in {"client-a1", "client-a2"}]
    ready.change("tests", lambda _: Written(tuple(map(remove, grants)), None))
    late = _proof_of(ready, signed)
    ready.change("tests", lambda _: Written(tuple(map(put, grants)), None))
    with pytest.raises(NotAllowed, match="3 lines more are gained"):
        _cut_over(ready, late)


def test_a_system_the_report_does_not_cover_stays(ready: Store, signed: Signed) -> None:
    parity = prove_until_settled(lambda: (ready.snapshot(), ready.snapshot()), at=utc_now(), systems=[])
    text = report_text(parity)
    empty = Proof(text, sign_report(text, signed.key), signed.proof.public_key)
    with pytest.raises(NotAllowed, match="says nothing of system 4711"):
        _cut_over(ready, empty)


def test_a_report_that_was_altered_is_refused(ready: Store, signed: Signed) -> None:
    altered = Proof(signed.proof.report.replace("4711", "4712"), signed.proof.signature, signed.proof.public_key)
    with pytest.raises(NotAllowed):
        _cut_over(ready, altered)
    assert mismatch_board(ready).cohorts[0].authority is Authority.SHADOW


def _cut_over(store: Store, proof: Proof) -> None:
    cut_over_proved(store, OPERATOR, [Place(SYSTEM)], proof, clean_days=0)


def _proof_of(store: Store, signed: Signed) -> Proof:
    parity = prove_until_settled(lambda: (store.snapshot(), store.snapshot()), at=utc_now())
    text = report_text(parity)
    approvals = tuple(approve_gained(parity, key) for key in signed.approvers)
    return Proof(text, sign_report(text, signed.key), signed.proof.public_key, approvals, signed.proof.signatories, 10)
