"""An end-user system outside: hands things in without end, and keeps a log of its own of what it was told.

A line is on the disk before the client believes it. `acknowledged REFERENCE …` is a receipt, or word that what is
handed in was there before, for one whose receipt never came; `archived REFERENCE ELEMENT` a poll that showed the
workflow; `wrong REFERENCE WHAT` anything that an honest gateway never says. What has no receipt is handed in again,
under the same reference, until it has one. On SIGTERM each sender finishes what it has begun, then every receipt is
asked for once more: `kept REFERENCE ELEMENT`.
"""

from __future__ import annotations

import argparse
import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor

from tests.crash.channels import CHANNELS, Channel, Gateway, ToldWrong

_SENDERS = 8
_POLL_EACH, _REPEAT_EACH = 4, 7


class Log:
    """Lines that are on the disk when `write` returns."""

    def __init__(self, path: str) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._lock = threading.Lock()

    def write(self, *words: str) -> None:
        """Append a line of words."""
        with self._lock:
            os.write(self._file, (" ".join(words) + "\n").encode())
            os.fsync(self._file)


class Sender:
    """One of several that send at the same time; each remembers what it has handed in."""

    def __init__(self, number: int, channel: Channel, port: int, log: Log, stopping: threading.Event) -> None:
        self._name = f"{channel.prefix}-{number}"
        self._channel = channel
        self._gateway = Gateway(port)
        self._log = log
        self._stopping = stopping
        self._acknowledged: list[str] = []

    def work(self) -> None:
        """Hand in one after the other until told to stop; then see that all are kept."""
        while not self._stopping.is_set():
            number = len(self._acknowledged) + 1
            self._hand_in(f"{self._name}-{number:06d}")
            if number % _POLL_EACH == 0:
                self._poll(self._acknowledged[-_POLL_EACH], "archived")
            if number % _REPEAT_EACH == 0:
                self._repeat(self._acknowledged[-_REPEAT_EACH])
        for reference in self._acknowledged:
            self._poll(reference, "kept")

    def _hand_in(self, reference: str) -> None:
        try:
            self._log.write("acknowledged", reference, self._channel.hand_in(self._gateway, reference))
        except ToldWrong as wrong:
            self._log.write("wrong", reference, str(wrong))
        self._acknowledged.append(reference)

    def _repeat(self, reference: str) -> None:
        try:
            self._channel.repeat(self._gateway, reference)
        except ToldWrong as wrong:
            self._log.write("wrong", reference, str(wrong))

    def _poll(self, reference: str, word: str) -> None:
        try:
            element = self._channel.poll(self._gateway, reference)
        except ToldWrong as wrong:
            self._log.write("wrong", reference, str(wrong))
            return
        if element is not None:
            self._log.write(word, reference, element)
        elif word == "kept":
            self._log.write(word, reference)


def main() -> None:
    """Send until SIGTERM, then make sure, then end."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--port", type=int, required=True)
    options.add_argument("--log", required=True)
    given = options.parse_args()
    stopping = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    log = Log(given.log)
    senders = [
        Sender(number, CHANNELS[number % len(CHANNELS)], given.port, log, stopping) for number in range(_SENDERS)
    ]
    with ThreadPoolExecutor(max_workers=_SENDERS) as pool:
        for done in [pool.submit(sender.work) for sender in senders]:
            done.result()


if __name__ == "__main__":
    main()
