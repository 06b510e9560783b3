"""Texts, colours and icons for types, states and outcomes."""

from __future__ import annotations

from typing import Final

from portal.models.held_deletes import HeldDeleteState
from portal.models.records import ChangeKind, RecordState
from portal.models.sync import LogLevel, LogSubject, RunKind, RunState, RunTrigger, StepState
from portal.models.webhooks import DeliveryState, Outcome, RefetchRequestState
from portal.routes.web import alert_words, issue_words, webhook_words
from portal.services.pages.integration_status import LABELS, Condition
from portal.services.pages.overview import CardState
from portal.services.pages.whereabouts import Verdict
from portal.sync.record_types import RecordType

# Icon, and a line that describes the type.
RECORD_TYPES: Final = {
    RecordType.CLIENTS: (
        "building",
        "Your customers. Always synced, because other records belong to them.",
    ),
    RecordType.SITES: ("map-pin", "Your clients' locations."),
    RecordType.CONTACTS: ("address-book", "People at your clients."),
    RecordType.PRODUCTS: ("package", "The items you sell, with prices."),
    RecordType.ASSETS: ("device-laptop", "Devices and software you manage."),
    RecordType.OPPORTUNITIES: ("target-arrow", "Open, won and lost deals."),
    RecordType.CONTRACTS: ("file-text", "Agreements with your clients, with dates."),
}

# What the answer to "Why is it not here?" is: text and colour.
VERDICTS: Final = {
    Verdict.HERE: ("In Scopable", "green"),
    Verdict.HELD: ("Held", "orange"),
    Verdict.NOT_CHOSEN: ("Not synced", "secondary"),
    Verdict.BY_HAND: ("Excluded by hand", "secondary"),
    Verdict.FILTERED_OUT: ("Excluded by your filters", "secondary"),
    Verdict.CLIENT_EXCLUDED: ("Its client is excluded", "secondary"),
    Verdict.NOT_YET: ("Not here yet", "azure"),
    Verdict.DELETED: ("Deleted", "secondary"),
    Verdict.NOT_THERE: ("Not found", "yellow"),
    Verdict.CANNOT_SEE: ("Not allowed to see it", "red"),
    Verdict.FAILED: ("Can't be stored", "red"),
    Verdict.UNKNOWN: ("Not in Scopable", "yellow"),
}

# Access to a list: text, colour and icon.
ACCESS: Final = {
    "granted": ("Granted", "green", "check"),
    "refused": ("Refused", "red", "x"),
    "empty": ("No records visible", "yellow", "alert-triangle"),
    "unknown": ("No answer", "secondary", "help-circle"),
}

# Text, Tabler's colour, and icon.
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
    RunKind.INCREMENTAL: "Incremental sync",
    RunKind.FULL: "Full sync",
    RunKind.RECORD: "Single-record sync",
}
RUN_TRIGGERS: Final = {
    RunTrigger.SCHEDULE: "Schedule",
    RunTrigger.USER: "A user",
    RunTrigger.WEBHOOK: "Webhook",
    RunTrigger.FILTERS: "Changed filters",
    RunTrigger.WIZARD: "Setup wizard",
    RunTrigger.CLI: "Command line",
}

# Tabler's colour of a log level.
LOG_LEVELS: Final = {LogLevel.INFO: "secondary", LogLevel.WARNING: "yellow", LogLevel.ERROR: "red"}
# What a log row is about.
LOG_SUBJECTS: Final = {
    LogSubject.RUN: "Runs",
    LogSubject.STEP: "Record types",
    LogSubject.PAGE: "Pages",
    LogSubject.RECORD: "Single records",
}

# What an admin decided about held deletes.
HELD_DELETE_STATES: Final = {
    HeldDeleteState.PENDING: "Waiting for a decision",
    HeldDeleteState.APPROVED: "Deleted here too",
    HeldDeleteState.KEPT: "Kept",
    HeldDeleteState.OVER: "Resolved by a later sync",
}

# Text and colour. The record itself has the reason for its state.
RECORD_STATES: Final = {
    RecordState.LIVE: ("Live", "green"),
    RecordState.OUT_OF_SCOPE: ("Excluded", "yellow"),
    RecordState.DELETED: ("Deleted", "secondary"),
}
CHANGES: Final = {
    ChangeKind.UPDATED: ("Changed", "pencil"),
    ChangeKind.OUT_OF_SCOPE: ("Excluded", "filter"),
    ChangeKind.DELETED: ("Deleted", "x"),
    ChangeKind.BACK: ("Synced again", "check"),
}

# Text and colour.
DELIVERY_STATES: Final = {
    DeliveryState.WAITING: ("Waiting", "azure"),
    DeliveryState.DONE: ("Done", "green"),
    DeliveryState.IGNORED: ("Ignored", "secondary"),
    DeliveryState.UNREADABLE: ("Unreadable", "yellow"),
    DeliveryState.STUCK: ("Failed", "red"),
}
REFETCH_STATES: Final = {
    RefetchRequestState.WAITING: ("Waiting", "azure"),
    RefetchRequestState.DONE: ("Done", "green"),
    RefetchRequestState.IGNORED: ("Ignored", "secondary"),
    RefetchRequestState.STUCK: ("Failed", "red"),
}
# The outcome of refetching a record. {psa} stands for the PSA's name.
OUTCOMES: Final = {
    Outcome.CREATED: "created",
    Outcome.UPDATED: "updated",
    Outcome.BACK: "synced again",
    Outcome.UNCHANGED: "unchanged",
    Outcome.FILTERED_OUT: "excluded",
    Outcome.DELETED: "deleted",
    Outcome.ABSENT: "not in {psa}",
    Outcome.UNDECIDED: "left for the next sync",
    Outcome.REJECTED: "not stored",
    Outcome.COALESCED: "combined with another delivery",
}

# A card's badge: the state of the set-up, or the condition of a connected integration.
CARD_STATES: Final = {
    CardState.NOT_CONFIGURED: ("Not Configured", "secondary"),
    CardState.IN_PROGRESS: ("Setup in progress", "azure"),
    CardState.DISCONNECTED: ("Disconnected", "secondary"),
    Condition.CONNECTED: (LABELS[Condition.CONNECTED], "green"),
    Condition.NEEDS_ATTENTION: (LABELS[Condition.NEEDS_ATTENTION], "orange"),
    Condition.WAITING: (LABELS[Condition.WAITING], "yellow"),
    Condition.FAILED: (LABELS[Condition.FAILED], "red"),
    Condition.DECISION: (LABELS[Condition.DECISION], "orange"),
    Condition.INCOMPLETE: (LABELS[Condition.INCOMPLETE], "orange"),
}
FOR_TEMPLATES: Final = {
    "card_states": CARD_STATES,
    "record_types": RECORD_TYPES,
    "access": ACCESS,
    "run_states": RUN_STATES,
    "step_states": STEP_STATES,
    "run_kinds": RUN_KINDS,
    "log_levels": LOG_LEVELS,
    "held_delete_states": HELD_DELETE_STATES,
    "record_states": RECORD_STATES,
    "verdicts": VERDICTS,
    "changes": CHANGES,
    "delivery_states": DELIVERY_STATES,
    "refetch_states": REFETCH_STATES,
    "outcomes": OUTCOMES,
    **webhook_words.FOR_TEMPLATES,
    **alert_words.FOR_TEMPLATES,
    **issue_words.FOR_TEMPLATES,
}
