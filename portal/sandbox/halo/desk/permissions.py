"""The tenant settings that can change at run time: its API application and its agent's role."""

from __future__ import annotations

from typing import Final

from portal.sandbox.desk.switches.words import Group, SettingText

PERMISSIONS_GROUP: Final = Group(
    "permissions", "Credentials and permissions", "The API application in Halo, and what its agent can read."
)
_USUAL_SCOPES = ("all", "read:customers", "read:items", "read:assets", "read:contracts", "read:sales", "read:crm")

PERMISSIONS: Final[dict[str, SettingText]] = {
    "client_id": SettingText("Client ID", "If you change it, the one in the portal stops working."),
    "client_secret": SettingText("Client Secret", "Change it as if somebody had created a new secret in Halo."),
    "scopes": SettingText(
        "Permissions of the application",
        "What a new token can read. Earlier tokens keep their permissions.",
        choices=_USUAL_SCOPES,
    ),
    "login_type": SettingText("Login Type", "Only an application that logs in as an agent can read anything."),
    "refused": SettingText("Types the role may not read", "Their lists and records return 403."),
    "unseen": SettingText(
        "Types the role can't see", "Their lists are empty, with status 200; their records return 404."
    ),
    "hidden": SettingText(
        "Single records the role can't see",
        'Lists leave these records out and do not count them. As JSON: {"clients": [12, 15]}.',
    ),
    "hidden_answer": SettingText(
        "Response for a hidden record",
        "What Halo returns for a hidden record's number.",
        says={"shown": "the record anyway", "forbidden": "403", "missing": "404"},
    ),
}
