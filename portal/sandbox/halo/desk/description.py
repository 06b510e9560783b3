"""What the desk knows of Halo."""

from __future__ import annotations

from typing import Final

import msgspec

from portal.sandbox.desk.description import Burst, Description, Faults, Permissions, SendOption, WebhookWords
from portal.sandbox.desk.faults.words import FIELDS, GROUPS
from portal.sandbox.halo.data.references import UNKNOWN
from portal.sandbox.halo.desk import knobs, permissions
from portal.sandbox.halo.desk.faults import FAULTS
from portal.sandbox.halo.desk.presets import PRESETS
from portal.sandbox.halo.desk.tables import TABLES
from portal.sandbox.halo.desk.webhook_words import WEBHOOK
from portal.sandbox.halo.faults import Fault
from portal.sandbox.halo.merges import REFERENCES
from portal.sandbox.halo.settings import FIXED
from portal.sandbox.halo.webhooks.webhook import Webhook

# All settings that shape the body: not the receiver, the authentication, or whether the webhook is active.
_NOT_SHAPES = frozenset({"url", "events", "authentication", "user", "secret", "header", "active", "disable_after"})
SHAPES: Final = frozenset(each.name for each in msgspec.structs.fields(Webhook)) - _NOT_SHAPES

HALO: Final = Description(
    name="Halo",
    product="HaloPSA",
    tenant="tenant",
    tables=TABLES,
    bursts=(
        Burst("change", 200, "contacts"),
        Burst("delete", 30, "assets"),
        Burst("create", 25, "clients"),
        Burst("deactivate", 5, "clients"),
        Burst("merge", 2, "clients"),
    ),
    mergeable=tuple(REFERENCES),
    own={"clients": {UNKNOWN.id: UNKNOWN.name}},
    switch_groups=knobs.GROUPS,
    switches=knobs.KNOBS,
    permissions=Permissions(
        permissions.PERMISSIONS_GROUP, permissions.PERMISSIONS, FIXED, frozenset({"client_id", "client_secret"})
    ),
    faults=Faults(GROUPS, FAULTS, FIELDS, Fault, example_path="/api/client/12"),
    webhooks=WebhookWords(
        title="Webhooks",
        one="webhook",
        sentence=(
            "Copy the address, username and password from the portal: wizard, step 3, or its Configuration tab."
        ),
        words=WEBHOOK,
        new=Webhook("http://127.0.0.1", authentication="basic"),
        main=("url", "user", "secret"),
        shapes=SHAPES,
        happened=("updated", "created", "deleted", "status changed"),
        options=(
            SendOption("event", "Event", "client updated", "In Halo's words. Blank uses what happened."),
            SendOption("word", "Entity", "client", "The key of the object. Blank uses the default."),
        ),
        example_url="http://127.0.0.1:8000/webhooks/halo/…",
        example_body='{"event": "client updated", "object_id": 12}',
    ),
    presets=PRESETS,
)
