"""How one-time codes leave the gateway: to an address of the operator's, or into the demo's box."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

from brobygger.settings import Settings
from core import ErrorCode, Party, StandInChannel, Store, Unavailable, use_code_channel

_SECONDS = 10


def connect_code_channel(store: Store, settings: Settings, *, demo: bool) -> None:
    """Give the store the channel of these settings; the stand-in where there is none and ``demo`` is true.

    The stand-in keeps codes where anyone with the database can read them, so it needs the demo said aloud.
    """
    if settings.code_channel_url:
        use_code_channel(store, WebhookChannel(settings.code_channel_url, settings.code_channel_token))
    elif demo:
        use_code_channel(store, StandInChannel(store))


class WebhookChannel:
    """Posts each message as JSON to an https address, which sends it on as SMS or letter."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url
        self._token = token
        # A redirect would send a code where nobody said it should go.
        self._opener = urllib.request.build_opener(_NoRedirect)

    def sms(self, phone: str, text: str) -> None:
        """Have a text message sent. Raises Unavailable."""
        self._post({"channel": "sms", "phone": phone, "text": text})

    def letter(self, person: Party, text: str) -> None:
        """Have a letter sent to the person's address in the registers. Raises Unavailable."""
        self._post({"channel": "letter", "person": person.number, "name": person.name, "text": text})

    def _post(self, message: dict[str, Any]) -> None:
        headers = {"Content-Type": "application/json"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        body = json.dumps(message, ensure_ascii=False).encode()
        request = urllib.request.Request(self._url, body, headers, method="POST")  # noqa: S310 - https, by the settings
        try:
            with self._opener.open(request, timeout=_SECONDS):
                return
        except OSError as error:
            if isinstance(error, urllib.error.HTTPError):
                error.close()
            raise Unavailable(
                ErrorCode.CODE_CHANNEL_UNAVAILABLE, f"the channel for codes failed: {type(error).__name__}"
            ) from error


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_arguments: Any, **_options: Any) -> None:
        """Follow no redirect: the answer is an error then."""
