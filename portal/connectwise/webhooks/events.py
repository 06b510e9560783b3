"""Which record a callback is about (connectwise-api.md section 7).

A deleted record is fetched like a changed one: that ConnectWise no longer finds it proves the delete.
"""

from __future__ import annotations

import re
from typing import Any, Final

from portal.connectwise.webhooks import body
from portal.psa.webhooks import LONGEST_NAME, NEXT_SYNC, WebhookEvent
from portal.record_fields.values import as_id, as_text

RECORD_TYPES: Final = {
    "company": "clients",
    "contact": "contacts",
    "configuration": "assets",
    "agreement": "contracts",
    "opportunity": "opportunities",
    "productcatalog": "products",
}
SITE: Final = "ConnectWise's callbacks for sites aren't used: they don't come for every change. Syncs find them."
NOT_A_RECORD: Final = "It's about something in ConnectWise that isn't synced."
NO_TYPE: Final = f"It doesn't say what it's about. {NEXT_SYNC}"
NO_ID: Final = f"It doesn't say which record it's about. {NEXT_SYNC}"
NO_MESSAGE: Final = "00000000-0000-0000-0000-000000000000"

_SIGNS: Final = re.compile(r"[^a-z]+")


def read(text: bytes) -> list[WebhookEvent]:
    """Return the one event in a callback. Raises ValueError with a message for people if it is not JSON."""
    sent = body.content(text)
    called = as_text(sent.kind) or ""
    name = f"{called} {as_text(sent.action) or ''}".strip()[:LONGEST_NAME]
    kind = _kind(called)
    if not kind:
        return [WebhookEvent(name, why=NO_TYPE, needs_sync=True)]
    if kind not in RECORD_TYPES:
        return [WebhookEvent(name, why=SITE if kind == "site" else NOT_A_RECORD)]
    remote_id = as_id(sent.remote_id)
    if remote_id is None:
        return [WebhookEvent(name, why=NO_ID, needs_sync=True)]
    return [WebhookEvent(name, RECORD_TYPES[kind], remote_id)]


def message_key(text: bytes) -> str:
    """Return the message's id and what it is about; empty without an id. Raises nothing."""
    try:
        sent = body.content(text)
    except ValueError:
        return ""
    message = as_text(sent.message_id)
    if message is None or message == NO_MESSAGE:
        return ""
    return f"{message[:LONGEST_NAME]} {_short(sent.kind)} {as_id(sent.remote_id)} {_short(sent.action)}"


def _kind(called: str) -> str:
    return _SIGNS.sub("", called.lower())


def _short(value: Any) -> str:
    return (as_text(value) or "")[:30]
