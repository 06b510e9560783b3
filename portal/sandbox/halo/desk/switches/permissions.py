"""What can be changed about a tenant while it runs: its API application and the role of its agent."""

from __future__ import annotations

from typing import Final

from portal.sandbox.halo.desk.switches.words import Group, Words

PERMISSIONS_GROUP: Final = Group(
    "permissions", "Credentials and permissions", "The API application in Halo, and what its agent may read."
)
_USUAL_SCOPES = ("all", "read:customers", "read:items", "read:assets", "read:contracts", "read:sales", "read:crm")

PERMISSIONS: Final[dict[str, Words]] = {
    "client_id": Words("Client ID", "Change it, and the one in the portal no longer works."),
    "client_secret": Words("Client Secret", "Change it, as if somebody had made a new secret in Halo."),
    "scopes": Words(
        "Permissions of the application",
        "What a new token may read. Tokens issued earlier keep what they have.",
        choices=_USUAL_SCOPES,
    ),
    "login_type": Words("Login Type", "Only an application that logs in as an agent may read anything."),
    "refused": Words("Types the role may not read", "Their lists and records answer 403."),
    "unseen": Words(
        "Types the role sees nothing of", "Their lists are empty, with status 200; their records answer 404."
    ),
    "hidden": Words(
        "Single records the role does not see",
        'Lists leave these records out and do not count them. As JSON: {"clients": [12, 15]}.',
    ),
    "hidden_answer": Words(
        "Answer to a hidden record",
        "What Halo says when a hidden record is asked for by its number.",
        says={"shown": "the record all the same", "forbidden": "403", "missing": "404"},
    ),
}
