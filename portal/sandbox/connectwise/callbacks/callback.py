"""A callback's settings, as an administrator registers it."""

from __future__ import annotations

from typing import Any, Literal
from uuid import NAMESPACE_URL, uuid5

from portal.sandbox.webhooks import webhook
from portal.sandbox.webhooks.register import Registered

CallbackType = Literal["company", "contact", "productcatalog", "configuration", "opportunity", "agreement"]
# Callback type → record type.
RECORD_TYPE_OF: dict[CallbackType, str] = {
    "company": "clients",
    "contact": "contacts",
    "productcatalog": "products",
    "configuration": "assets",
    "opportunity": "opportunities",
    "agreement": "contracts",
}
_MEMBER_ID = 243


class Callback(webhook.Webhook, frozen=True, forbid_unknown_fields=True):
    """`url` gets the record's id and the action appended as they are, so it should end with `recordId=`.

    Level `owner` stands for all records; `record` for the one with the id `object_id`.
    """

    type: CallbackType = "company"
    level: Literal["owner", "record"] = "owner"
    object_id: int = 1
    description: str = ""
    appends_record: bool = True

    def wants(self, kind: str, number: int) -> bool:
        return RECORD_TYPE_OF[self.type] == kind and (self.level == "owner" or self.object_id == number)


def guid_of(registered: Registered[Callback]) -> str:
    return str(uuid5(NAMESPACE_URL, f"{registered.tenant}/callbacks/{registered.id}"))


def callback_entry(registered: Registered[Callback]) -> dict[str, Any]:
    """Return the entry as `system/callbacks` does."""
    callback = registered.webhook
    return {
        "id": int(registered.id),
        "description": callback.description,
        "url": callback.url,
        "objectId": callback.object_id,
        "type": callback.type,
        "level": callback.level if callback.level == "owner" else callback.type,
        "memberId": _MEMBER_ID,
        "payloadVersion": "3.0.0",
        "inactiveFlag": not callback.active,
        "isSoapCallbackFlag": False,
        "isSelfSuppressedFlag": False,
        "connectWiseID": guid_of(registered),
        "_info": {"lastUpdated": "2026-06-04T17:14:20Z", "updatedBy": registered.tenant},
    }
