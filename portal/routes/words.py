"""Words and signs that templates show for types, states and reasons."""

from __future__ import annotations

from typing import Final

from portal.models.sync import RunKind, RunState, RunTrigger, StepState
from portal.sync.record_types import RecordType

# Icon, and one line that says what it is good for.
RECORD_TYPES: Final = {
    RecordType.CLIENTS: (
        "building",
        "Your customers. Always synced, because everything else belongs to one of them.",
    ),
    RecordType.SITES: ("map-pin", "The places where your clients work."),
    RecordType.CONTACTS: ("address-book", "The people at your clients. Halo calls them users."),
    RecordType.PRODUCTS: ("package", "What you sell: items with their prices."),
    RecordType.ASSETS: ("device-laptop", "Devices and software that you look after."),
    RecordType.OPPORTUNITIES: ("target-arrow", "Deals that are open, won or lost."),
    RecordType.CONTRACTS: ("file-text", "What you have agreed with each client, and until when."),
}

# What Halo calls them in its list of events.
HALO_NAMES: Final = {
    RecordType.CLIENTS: "Clients (Customers)",
    RecordType.SITES: "Sites",
    RecordType.CONTACTS: "Users",
    RecordType.PRODUCTS: "Items",
    RecordType.ASSETS: "Assets",
    RecordType.OPPORTUNITIES: "Opportunities",
    RecordType.CONTRACTS: "Contracts",
}
# What the agent may do with a list: what a person reads, the colour, and the icon.
ACCESS: Final = {
    "granted": ("Granted", "green", "check"),
    "refused": ("Refused", "red", "x"),
    "empty": ("Suspiciously empty", "yellow", "alert-triangle"),
    "unknown": ("Not answered", "secondary", "help-circle"),
}

# What a person reads, Tabler's colour, and the icon.
RUN_STATES: Final = {
    RunState.QUEUED: ("Starting…", "azure", "hourglass"),
    RunState.RUNNING: ("Running", "azure", "refresh"),
    RunState.WAITING: ("Waiting", "yellow", "clock"),
    RunState.SUCCEEDED: ("Complete", "green", "circle-check"),
    RunState.INCOMPLETE: ("Incomplete", "orange", "alert-triangle"),
    RunState.FAILED: ("Failed", "red", "alert-circle"),
    RunState.CANCELLED: ("Cancelled", "secondary", "ban"),
}
STEP_STATES: Final = {
    StepState.PENDING: ("Not started", "secondary"),
    StepState.RUNNING: ("Running", "azure"),
    StepState.SUCCEEDED: ("Complete", "green"),
    StepState.INCOMPLETE: ("Incomplete", "orange"),
    StepState.FAILED: ("Failed", "red"),
    StepState.CANCELLED: ("Cancelled", "secondary"),
}
RUN_KINDS: Final = {
    RunKind.INITIAL: "Initial sync",
    RunKind.INCREMENTAL: "Sync of changes",
    RunKind.FULL: "Full sync",
    RunKind.RECORD: "Sync of one record",
}
TRIGGERS: Final = {
    RunTrigger.WIZARD: "set-up wizard",
    RunTrigger.USER: "Sync now",
    RunTrigger.SCHEDULE: "schedule",
    RunTrigger.WEBHOOK: "webhook",
    RunTrigger.CLI: "command line",
}

# What somebody did, as the audit log names it.
DEEDS: Final = {
    "account.created": "created the account",
    "account.time_zone": "set the time zone:",
    "user.created": "created a user:",
    "user.role": "changed a role:",
    "user.password": "set a new password for",
    "halo.enabled": "switched Halo PSA on",
    "halo.disabled": "switched Halo PSA off",
    "connectwise.enabled": "switched ConnectWise PSA on",
    "connectwise.disabled": "switched ConnectWise PSA off",
    "halo.tested": "tested the connection to Halo:",
    "halo.connected": "connected Halo PSA:",
    "halo.disconnected": "disconnected Halo PSA",
    "halo.data_changed": "changed what to sync:",
    "halo.secret_replaced": "replaced the Client Secret",
    "halo.secret_refused": "tried a new Client Secret, which did not work",
    "halo.rescheduled": "changed when to sync:",
    "halo.paused": "paused the schedule",
    "halo.resumed": "resumed the schedule",
    "halo.limited": "changed how much of Halo's limit may be used:",
    "sync.cancelled": "cancelled a sync:",
}

FOR_TEMPLATES: Final = {
    "record_types": RECORD_TYPES,
    "halo_names": HALO_NAMES,
    "access": ACCESS,
    "run_states": RUN_STATES,
    "step_states": STEP_STATES,
    "run_kinds": RUN_KINDS,
    "triggers": TRIGGERS,
    "deeds": DEEDS,
}
