"""Answers about brokered files, to the letter."""

from __future__ import annotations

from tests.doors.rest.broker.conftest import Broker
from tests.doors.rest.golden_files import check


def test_answers_to_the_letter(broker: Broker) -> None:
    made = broker.announce()
    transfer = made.json()["fileTransferId"]
    check("transfer-announced", made)
    check("transfer-no-file", broker.call("recipient", "GET", f"/{transfer}/download"))
    check("transfer-uploaded", broker.upload(transfer))
    check("transfer-uploaded-twice", broker.upload(transfer))
    check("transfer-no-access", broker.call("stranger", "GET", f"/{transfer}/download"))
    check("transfer-found", broker.call("recipient", "GET", params={"resourceId": "kv-eksempel-tinglysing"}))
    check("transfer-download", broker.call("recipient", "GET", f"/{transfer}/download"))
    check("transfer-confirmed", broker.call("recipient", "POST", f"/{transfer}/confirmdownload"))
    check("transfer-details", broker.call("sender", "GET", f"/{transfer}/details"))
    check("transfer-wrong", broker.announce(recipients=[], checksum="x"))
