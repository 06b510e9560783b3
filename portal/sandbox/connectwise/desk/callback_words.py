"""Descriptions of callback settings. Every field in callbacks/callback.py needs one here."""

from __future__ import annotations

from typing import Final

from portal.sandbox.desk.switches.words import SettingText

CALLBACK: Final[dict[str, SettingText]] = {
    "url": SettingText("URL", "The portal's callback URL, on this machine. It ends with recordId=."),
    "type": SettingText(
        "Type",
        "What it is about. Sites have no callbacks.",
        says={"productcatalog": "product catalog"},
    ),
    "level": SettingText(
        "Level", "Which records it is about.", says={"owner": "owner: all records", "record": "a single record"}
    ),
    "object_id": SettingText("Object ID", "The number of the single record; 1 for all.", least=0),
    "description": SettingText("Description", "For people; it is not sent."),
    "appends_record": SettingText("Append the record", "Adds the record's number and the action to the URL."),
    "active": SettingText("Active", "If off, it sends nothing."),
}
