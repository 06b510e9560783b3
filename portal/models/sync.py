"""Sync runs, their steps and pages, and the log that people read."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final

from peewee import (
    SQL,
    BigIntegerField,
    BlobField,
    BooleanField,
    CharField,
    FloatField,
    ForeignKeyField,
    IntegerField,
    JSONField,
    TextField,
)

from portal import clock
from portal.db import BaseModel, UtcField
from portal.models.accounts import User
from portal.models.integrations import Integration
from portal.models.log_causes import cause_of


class RunKind(StrEnum):
    INITIAL = "initial"
    INCREMENTAL = "incremental"
    FULL = "full"
    RECORD = "record"


class RunTrigger(StrEnum):
    WIZARD = "wizard"
    USER = "user"
    SCHEDULE = "schedule"
    WEBHOOK = "webhook"
    CLI = "cli"
    FILTERS = "filters"


class RunState(StrEnum):
    """`incomplete` is amber: the run is not reconciled. `waiting` resumes automatically at `not_before`."""

    QUEUED = "queued"
    RUNNING = "running"
    WAITING = "waiting"
    SUCCEEDED = "succeeded"
    INCOMPLETE = "incomplete"
    FAILED = "failed"
    CANCELLED = "cancelled"


LIVE_STATES: Final = (RunState.QUEUED, RunState.RUNNING, RunState.WAITING)


class SyncRun(BaseModel):
    """One execution. `fencing_token` rises with each claim; a worker may write only while the row has its token.

    `crashes` counts takeovers from crashed workers since the checkpoint last moved; `waits` counts pauses since a
    page last arrived. `filters` are the integration's filters at the time of the request. `forecast_requests` and
    `forecast_seconds` are the forecast shown before a first run. `excluded` counts the records of any type that the
    run put out of scope, `returned` those that it brought back.
    """

    integration = ForeignKeyField(Integration, on_delete="CASCADE")
    integration_id: int
    kind = CharField()
    trigger = CharField()
    state = CharField(default=RunState.QUEUED)
    filters: Any = JSONField(default=dict)
    started_by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    created_at = UtcField(default=clock.now)
    started_at = UtcField(null=True)
    finished_at = UtcField(null=True)
    fencing_token = IntegerField(default=0)
    lease_until = UtcField(null=True)
    not_before = UtcField(null=True)
    crashes = IntegerField(default=0)
    waits = IntegerField(default=0)
    cancel_requested_at = UtcField(null=True)
    requests = IntegerField(default=0)
    forecast_requests = IntegerField(null=True)
    forecast_seconds = FloatField(null=True)
    excluded = IntegerField(default=0)
    returned = IntegerField(default=0)
    problem = TextField(default="")
    remedy = TextField(default="")

    @classmethod
    def of_lists(cls, integration: Integration) -> Any:
        """Return the condition for the integration's runs that read lists, and not single records only."""
        return (cls.integration == integration) & (cls.kind != RunKind.RECORD)

    @property
    def is_live(self) -> bool:
        return self.state in LIVE_STATES


# One live run per integration: the database refuses a second one, whatever the timing.
SyncRun.add_index(
    SQL(
        "CREATE UNIQUE INDEX IF NOT EXISTS sync_run_one_live ON sync_run (integration_id)"
        " WHERE state IN ('queued', 'running', 'waiting')"
    )
)


class StepState(StrEnum):
    PENDING = "pending"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    INCOMPLETE = "incomplete"
    FAILED = "failed"
    CANCELLED = "cancelled"


class StepMode(StrEnum):
    """Read the whole list, only its changes, or single records by id."""

    FULL = "full"
    CHANGES = "changes"
    RECORDS = "records"


class SyncStep(BaseModel):
    """A run's part for one record type, with the counters for its reconciliation.

    `expected` is how many records the PSA says it has. The checkpoint is the step's SyncPages; `pages_done` counts
    them over all rounds, and `page_asked_at` is when the last one was requested. A round is one reading of the list:
    a list that moved while it was read is read again. `reading` is what the ids of the round's pages do not show
    (portal/sync/reading.py), `count_kind` what the pages count, if known.

    `mode` says how the list is read: `since` is the start of the changes, `remote_ids` the single records to read.
    `client_ids` are the clients whose lists to read, for a type that the PSA lists only per client. `calls_expected`
    and `calls_done` count such lists, or the records whose details are fetched one by one.
    `answers` holds the results of calls other than pages, so that a worker that continues need not repeat them.
    `is_refused` is set if the step failed because the PSA doesn't let us read the type.
    """

    run = ForeignKeyField(SyncRun, on_delete="CASCADE")
    position = IntegerField()
    record_type = CharField()
    state = CharField(default=StepState.PENDING)
    mode = CharField(default=StepMode.FULL)
    since = UtcField(null=True)
    remote_ids: Any = JSONField(null=True)
    client_ids: Any = JSONField(null=True)
    answers: Any = JSONField(null=True)
    round = IntegerField(default=1)
    reading: Any = JSONField(null=True)
    count_kind = CharField(default="unknown")
    pages_done = IntegerField(default=0)
    calls_expected = IntegerField(null=True)
    calls_done = IntegerField(default=0)
    page_asked_at = UtcField(null=True)
    expected = IntegerField(null=True)
    fetched = IntegerField(default=0)
    created = IntegerField(default=0)
    updated = IntegerField(default=0)
    unchanged = IntegerField(default=0)
    filtered_out = IntegerField(default=0)
    deleted = IntegerField(default=0)
    failed = IntegerField(default=0)
    requests = IntegerField(default=0)
    started_at = UtcField(null=True)
    finished_at = UtcField(null=True)
    problem = TextField(default="")
    remedy = TextField(default="")
    is_refused = BooleanField(default=False)

    class Meta:
        indexes = ((("run", "record_type"), True),)


class SyncPage(BaseModel):
    """One page that was read: the checkpoint of a step. Deleted when the step ends.

    `remote_ids` is the packed list of the ids that counted on this page.
    """

    step = ForeignKeyField(SyncStep, on_delete="CASCADE")
    round = IntegerField(default=1)
    number = IntegerField()
    remote_ids = BlobField()

    class Meta:
        indexes = ((("step", "round", "number"), True),)


class CountKind(StrEnum):
    """What a list's pages count: all rows, the rows of the page, or nothing. A `wrong` count contradicts the rows."""

    UNKNOWN = "unknown"
    TOTAL = "total"
    PAGE = "page"
    NONE = "none"
    WRONG = "wrong"


class RemoteList(BaseModel):
    """What is known about one of the PSA's lists: its page size, and whether it can filter by update time.

    `page_size` is the largest page seen, `total` the number of rows when the list was last read in full.
    `filters_by_date` is None until it was probed at `probed_at`, for `psa_version`. Dates must be sent `date_offset`
    minutes early, because the PSA reads them in its own time zone. Changes up to `read_until` are known; `full_at` is
    when the list was last read in full and reconciled. `computed` maps keys that changed alone in many records at
    once to the number of readings in which they did.
    """

    integration = ForeignKeyField(Integration, on_delete="CASCADE", index=False)
    record_type = CharField()
    page_size = IntegerField(null=True)
    total = IntegerField(null=True)
    count_kind = CharField(default=CountKind.UNKNOWN)
    filters_by_date = BooleanField(null=True)
    date_offset = IntegerField(default=0)
    psa_version = CharField(default="")
    computed: Any = JSONField(null=True)
    probed_at = UtcField(null=True)
    read_until = UtcField(null=True)
    full_at = UtcField(null=True)

    class Meta:
        indexes = ((("integration", "record_type"), True),)


class LogSubject(StrEnum):
    """What a line is about. A run has steps, a step has pages, a page has records."""

    RUN = "run"
    STEP = "step"
    PAGE = "page"
    RECORD = "record"


class LogLevel(StrEnum):
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class SyncLog(BaseModel):
    """One line for people. `details` holds the counters of a page or step; `remote_id` is set for a single record.

    `cause` groups warnings and errors that differ only in their numbers; it is empty for information.
    """

    integration = ForeignKeyField(Integration, on_delete="CASCADE", index=False)
    run = ForeignKeyField(SyncRun, null=True, on_delete="CASCADE")
    at = UtcField(default=clock.now)
    level = CharField(default=LogLevel.INFO)
    subject = CharField(default=LogSubject.RUN)
    record_type = CharField(null=True)
    remote_id = BigIntegerField(null=True)
    message = TextField()
    remedy = TextField(default="")
    cause = CharField(default="")
    details: Any = JSONField(null=True)

    def save(self, *arguments: Any, **options: Any) -> Any:
        self.cause = cause_of(self.level, self.message)
        return super().save(*arguments, **options)

    class Meta:
        # Newest first by id, with or without one filter: each combination reads one index from its end.
        indexes = (
            (("integration", "id"), False),
            (("integration", "level", "id"), False),
            (("integration", "record_type", "id"), False),
            (("integration", "subject", "id"), False),
        )


# Few of a million lines are about one record; they are looked up by its id.
SyncLog.add_index(
    SQL(
        "CREATE INDEX IF NOT EXISTS sync_log_of_record ON sync_log (integration_id, remote_id, id)"
        " WHERE remote_id IS NOT NULL"
    )
)
# Few lines have a cause. One index finds the lines of a cause, the other one counts the causes of a period.
SyncLog.add_index(
    SQL("CREATE INDEX IF NOT EXISTS sync_log_of_cause ON sync_log (integration_id, cause, id) WHERE cause <> ''")
)
SyncLog.add_index(
    SQL("CREATE INDEX IF NOT EXISTS sync_log_causes ON sync_log (integration_id, id, cause) WHERE cause <> ''")
)
