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

FOR_TEMPLATES: Final = {
    "record_types": RECORD_TYPES,
    "run_states": RUN_STATES,
    "step_states": STEP_STATES,
    "run_kinds": RUN_KINDS,
    "triggers": TRIGGERS,
}
