"""Descriptions of what can change in a tenant at run time: the keys, and the role of the API member."""

from __future__ import annotations

from typing import Final

from portal.sandbox.connectwise.desk.tables import TITLES
from portal.sandbox.desk.switches.words import Group, SettingText

PERMISSIONS_GROUP: Final = Group(
    "permissions", "Keys and role", "The API member's keys in ConnectWise, and what its security role can read."
)

PERMISSIONS: Final[dict[str, SettingText]] = {
    "public_key": SettingText("Public Key", "If you change it, the one in the portal stops working."),
    "private_key": SettingText("Private Key", "Change it as if somebody had created new keys in ConnectWise."),
    "client_id": SettingText("Client ID", "The only client ID that is accepted, whoever sends it."),
    "refused": SettingText("Inquire: None", "Their lists and records return 403.", says=TITLES),
    "mine": SettingText("Inquire: My", "Their lists have only part of the records, with status 200.", says=TITLES),
    "unseen": SettingText("Lists that look empty", "Their lists are empty, with status 200.", says=TITLES),
    "refused_sites_of": SettingText(
        "Companies whose sites are refused", "Only these companies' sites return 403. As JSON: [12, 15]."
    ),
    "refused_lookups": SettingText(
        "Setup tables refused", "Setup tables return 403; their “info” lists can still be read."
    ),
    "refused_security": SettingText("mySecurity refused", "The list of the role's permissions returns 403."),
    "hidden": SettingText(
        "Single records the role can't see",
        'Lists leave these records out and do not count them. As JSON: {"clients": [12, 15]}.',
    ),
    "hidden_answer": SettingText(
        "Response for a hidden record",
        "What ConnectWise returns for a hidden record's number.",
        says={"shown": "the record anyway", "forbidden": "403", "missing": "404"},
    ),
}
