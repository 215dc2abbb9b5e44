"""Our contracts say what the published ones said, operation by operation; where they do not, it is explained."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from soap.contract import ENDPOINTS
from tests.doors.soap.contract.published import Described, describe, described_files, described_names, differences

ROOT = Path(__file__).resolve().parents[4]
PUBLISHED = ROOT.parent / "shared" / "contracts"
STORED = ROOT / "soap" / "wsdl"
EXPLAINED: Mapping[str, Any] = tomllib.loads(Path(__file__).with_name("explained.toml").read_text("utf-8"))
PAIRS: list[dict[str, Any]] = EXPLAINED["compared"]


@pytest.fixture(scope="module")
def published() -> Path:
    if not PUBLISHED.is_dir():
        pytest.skip(f"NOT COMPARED WITH THE PUBLISHED CONTRACTS: they belong in {PUBLISHED}")
    return PUBLISHED


def ours(pair: Mapping[str, Any]) -> Described:
    """What we say where the published files of this pair speak."""
    if "retired" in pair:
        return described_names(ENDPOINTS[pair["retired"].lower()])
    return described_files([STORED / f"{pair['ours']}.wsdl"])


def shortened(difference: str) -> str:
    """A difference with the long namespaces replaced by the names they have in the data file."""
    for name, address in EXPLAINED["namespaces"].items():
        difference = difference.replace(f"{{{address}}}", f"{{{name}}}")
    return difference


def explained(pair: Mapping[str, Any]) -> list[str]:
    """The differences that the data file explains for this pair."""
    groups = pair.get("explained", [])
    assert all(group["why"] for group in groups)
    return [difference for group in groups for difference in group["differences"]]


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair["published"][0])
def test_every_difference_is_explained_and_every_explanation_needed(pair: Mapping[str, Any], published: Path) -> None:
    theirs = described_files(published / name for name in pair["published"])
    found = [shortened(each) for each in differences(ours(pair), theirs)]
    expected = explained(pair)
    assert [each for each in found if each not in expected] == [], "not explained"
    assert [each for each in expected if each not in found] == [], "explained, but no longer there"


def test_what_was_compared(published: Path, capsys: pytest.CaptureFixture[str]) -> None:
    operations = types = found = 0
    for pair in PAIRS:
        mine, theirs = ours(pair), described_files(published / name for name in pair["published"])
        shared = mine.calls.keys() & theirs.calls.keys()
        operations += len(shared)
        if mine.definitions:
            types += len(mine.needed(shared).keys() & theirs.needed(shared).keys())
        found += len(list(differences(mine, theirs)))
    with capsys.disabled():
        print(f"\n{operations} operations, {types} types compared, {found} differences, each explained")  # noqa: T201
    assert operations > 150
    assert types > 800


def test_every_published_file_is_compared_or_said_not_to_be(published: Path) -> None:
    named = {name for pair in PAIRS for name in pair["published"]}
    left_out = tuple(EXPLAINED["not-compared"])
    contracts = [path for path in published.rglob("*") if path.suffix in (".wsdl", ".xsd")]
    files = [path.relative_to(published).as_posix() for path in contracts]
    assert len(files) > 40
    assert [name for name in files if name not in named and not name.startswith(left_out)] == []


# -- the comparison notices what it should; on texts of our own, so that it is proved everywhere -------

SAMPLE = STORED / "ReceiptExternalBasic.wsdl"


@pytest.mark.parametrize(
    ("this", "becomes", "noticed"),
    [
        ('name="GetReceiptBasicV2"', 'name="GetReceiptBasicV3"', "operation GetReceiptBasicV2: ours only"),
        (
            "IReceiptExternalBasic/SaveReceiptBasic",
            "IReceipt/SaveReceiptBasic",
            "operation SaveReceiptBasic: soap_action",
        ),
        ('minOccurs="0" name="ReceiptHistory"', 'name="ReceiptHistory"', "part ReceiptHistory: least 0 / 1"),
        ('name="ReceiptText" nillable="true"', 'name="ReceiptText"', "part ReceiptText: nillable True / False"),
        ('name="ReceiptId" type="xs:int"', 'name="ReceiptId" type="xs:long"', "part ReceiptId: type"),
        ('<xs:enumeration value="Rejected"/>', "", "word Rejected: ours only"),
        ("schemas.altinn.no/services/Intermediary/Receipt/2015/06", "schemas.altinn.no/services/X", "ours only"),
        ('maxOccurs="unbounded" name="Receipt"', 'name="Receipt"', "part Receipt: most unbounded / 1"),
        ('style="document"/>\n      <wsdl:input>', 'style="document"/>\n      <wsdl:input >', ""),
    ],
)
def test_a_difference_is_noticed(this: str, becomes: str, noticed: str) -> None:
    text = SAMPLE.read_text("utf-8")
    assert this in text
    found = list(differences(described_files([SAMPLE]), describe([text.replace(this, becomes).encode()])))
    assert any(noticed in each for each in found) if noticed else not found


def test_another_order_is_noticed() -> None:
    text = SAMPLE.read_text("utf-8")
    line = r' *<xs:element minOccurs="0" name="{}".*\n'
    first, second = line.format("ReceiptTemplate"), line.format("ReceiptText")
    swapped = re.sub(f"({first})({second})", r"\2\1", text)
    assert swapped != text
    found = list(differences(described_files([SAMPLE]), describe([swapped.encode()])))
    assert [each for each in found if ": order [" in each]
