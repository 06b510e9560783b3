"""What the desk knows of ConnectWise."""

from __future__ import annotations

from typing import Final

from portal.sandbox.connectwise.callbacks.callback import Callback
from portal.sandbox.connectwise.desk import knobs, permissions
from portal.sandbox.connectwise.desk.callback_words import CALLBACK
from portal.sandbox.connectwise.desk.faults import FAULTS
from portal.sandbox.connectwise.desk.presets import PRESETS
from portal.sandbox.connectwise.desk.tables import TABLES
from portal.sandbox.connectwise.faults import Fault
from portal.sandbox.connectwise.settings import FIXED
from portal.sandbox.desk.description import Burst, Description, Faults, Permissions, WebhookWords
from portal.sandbox.desk.faults.words import FIELDS, GROUPS

CONNECTWISE: Final = Description(
    name="ConnectWise",
    product="ConnectWise PSA",
    tenant="company",
    tables=TABLES,
    bursts=(
        Burst("change", 200, "contacts"),
        Burst("delete", 30, "assets"),
        Burst("create", 25, "clients"),
        Burst("deactivate", 5, "clients"),
        Burst("merge", 2, "clients"),
    ),
    mergeable=("clients",),
    own={},
    switch_groups=knobs.GROUPS,
    switches=knobs.KNOBS,
    permissions=Permissions(
        permissions.PERMISSIONS_GROUP,
        permissions.PERMISSIONS,
        FIXED,
        frozenset({"public_key", "private_key", "client_id"}),
    ),
    faults=Faults(GROUPS, FAULTS, FIELDS, Fault, example_path="/v4_6_release/apis/3.0/company/companies/250/sites"),
    webhooks=WebhookWords(
        title="Callbacks",
        one="callback",
        sentence=(
            "These are ConnectWise's webhooks. An administrator registers one for each type by hand: copy the URL"
            " from the portal (wizard, step 3, or its Configuration tab)."
        ),
        words=CALLBACK,
        new=Callback("http://127.0.0.1"),
        main=("url", "type"),
        shapes=("appends_record",),
        happened=("updated", "added", "deleted"),
        options=(),
        example_url="http://127.0.0.1:8000/webhooks/connectwise/…?recordId=",
        example_body='{"Action": "updated", "Type": "company", "ID": 250, "Entity": "{}"}',
        each_of="type",
    ),
    presets=PRESETS,
)
