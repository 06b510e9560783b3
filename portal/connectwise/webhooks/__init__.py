"""ConnectWise's callbacks: how they are signed, and which events are in them."""

from __future__ import annotations

from typing import Final

from portal.psa.webhooks import WebhookFormat


def _refuse(*_: object) -> bytes:
    raise ValueError("Callbacks from ConnectWise can't be read yet.")


FORMAT: Final = WebhookFormat(
    proof=lambda _login, _call: "",
    expected_proof=lambda _login, _secret, _body: "",
    is_readable=lambda _body, _type: False,
    extract_json=_refuse,
    read=lambda _json: [],
    abridge=_refuse,
)
