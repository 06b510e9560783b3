"""The tenant settings that can change at run time: its API application and its agent's role."""

from __future__ import annotations

from typing import Final

from portal.sandbox.halo.desk.switches.words import Group, SettingText

PERMISSIONS_GROUP: Final = Group(
    "permissions", "Credentials and permissions", "The API application in Halo, and what its agent may read."
)
_USUAL_SCOPES = ("all", "read:customers", "read:items", "read:assets", "read:contracts", "read:sales", "read:crm")

PERMISSIONS: Final[dict[str, SettingText]] = {
    "client_id": SettingText("Client ID", "Change it, and the one in the portal no longer works."),
    "client_secret": SettingText("Client Secret", "Change it, as if somebody had made a new secret in Halo."),
    "scopes": SettingText(
        "Permissions of the application",
        "What a new token may read. Tokens issued earlier keep what they have.",
        choices=_USUAL_SCOPES,
    ),
    "login_type": SettingText("Login Type", "Only an application that logs in as an agent may read anything."),
    "refused": SettingText("Types the role may not read", "Their lists and records answer 403."),
    "unseen": SettingText(
        "Types the role sees nothing of", "Their lists are empty, with status 200; their records answer 404."
    ),
    "hidden": SettingText(
        "Single records the role does not see",
        'Lists leave these records out and do not count them. As JSON: {"clients": [12, 15]}.',
    ),
    "hidden_answer": SettingText(
        "Answer to a hidden record",
        "What Halo says when a hidden record is asked for by its number.",
        says={"shown": "the record all the same", "forbidden": "403", "missing": "404"},
    ),
}
