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
    """`incomplete` is amber: the books do not balance. `waiting` goes on by itself at `not_before`."""

    QUEUED = "queued"
    RUNNING = "running"
    WAITING = "waiting"
    SUCCEEDED = "succeeded"
    INCOMPLETE = "incomplete"
    FAILED = "failed"
    CANCELLED = "cancelled"


LIVE_STATES: Final = (RunState.QUEUED, RunState.RUNNING, RunState.WAITING)


class SyncRun(BaseModel):
    """One execution. `fencing_token` rises with each claim; a worker may write only while the row holds its own.

    `crashes` counts claims since the checkpoint last moved; `waits` the pauses since a page last arrived.
    `filters` is what the integration's filters were when the run was asked for. `forecast_requests` and
    `forecast_seconds` are what was promised before a first run. `excluded` counts the records that the run took
    out of scope, whatever their type, and `returned` those that it brought back.
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

    @property
    def is_live(self) -> bool:
        return self.state in LIVE_STATES


# One live run per integration: the database refuses the second one, however fast it is asked.
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
    """Read the whole list, or what changed in it, or a few records one by one."""

    FULL = "full"
    CHANGES = "changes"
    RECORDS = "records"


class SyncStep(BaseModel):
    """A run's part for one record type, with the counters that its books are made of.

    `expected` is what the PSA says it has. The checkpoint is the step's SyncPages; `pages_done` counts them, over all
    rounds, and `page_asked_at` is when the last one was asked for. A round is one reading of the list: a list that
    `moved` while it was read is read again. `count_kind` is what its answers count, as far as this run knows. `mode`
    says how the list is read, `since` from when on its changes are asked for, `remote_ids` which records alone are.
    `asked` maps what was asked besides the pages to the answers, so that whoever goes on need not ask again.
    """

    run = ForeignKeyField(SyncRun, on_delete="CASCADE")
    position = IntegerField()
    record_type = CharField()
    state = CharField(default=StepState.PENDING)
    mode = CharField(default=StepMode.FULL)
    since = UtcField(null=True)
    remote_ids: Any = JSONField(null=True)
    answers: Any = JSONField(null=True)
    round = IntegerField(default=1)
    moved = BooleanField(default=False)
    page_size = IntegerField(null=True)
    count_kind = CharField(default="unknown")
    pages_done = IntegerField(default=0)
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

    class Meta:
        indexes = ((("run", "record_type"), True),)


class SyncPage(BaseModel):
    """What one page held, so that a continued run knows what was seen. Dropped when its step has ended.

    `remote_ids` is the packed list of the ids that counted on this page.
    """

    step = ForeignKeyField(SyncStep, on_delete="CASCADE")
    round = IntegerField(default=1)
    number = IntegerField()
    remote_ids = BlobField()

    class Meta:
        indexes = ((("step", "round", "number"), True),)


class CountKind(StrEnum):
    """What a list's answers count: all rows, or those of the page, or nothing. `wrong` contradicts the rows."""

    UNKNOWN = "unknown"
    TOTAL = "total"
    PAGE = "page"
    NONE = "none"
    WRONG = "wrong"


class RemoteList(BaseModel):
    """What is known of one of the PSA's lists: the page size it grants, and whether it can be asked for changes.

    `page_size` is the most rows that a page has held, `total` how many rows the list had when it was last read whole.
    `filters_by_date` is None until that was tried; dates are to be sent `date_offset` minutes early, because the PSA
    reads them in a zone of its own. `psa_version` is the version that this was found out of. `read_until` is the
    moment from which on changes are unknown; `full_at` is when the list was last read as a whole and reconciled.
    `computed` counts, for keys that changed alone in many records at once, in how many readings they did.
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
    """What a line tells of. A run has steps, a step has pages, a page has records."""

    RUN = "run"
    STEP = "step"
    PAGE = "page"
    RECORD = "record"


class LogLevel(StrEnum):
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class SyncLog(BaseModel):
    """One line for people. `details` holds the numbers of a page or a step; `remote_id` names a single record."""

    integration = ForeignKeyField(Integration, on_delete="CASCADE", index=False)
    run = ForeignKeyField(SyncRun, null=True, on_delete="CASCADE")
    at = UtcField(default=clock.now)
    level = CharField(default=LogLevel.INFO)
    subject = CharField(default=LogSubject.RUN)
    record_type = CharField(null=True)
    remote_id = BigIntegerField(null=True)
    message = TextField()
    remedy = TextField(default="")
    details: Any = JSONField(null=True)

    class Meta:
        # Newest first by id, with or without a level or a type: each filter reads one index from its end.
        indexes = (
            (("integration", "id"), False),
            (("integration", "level", "id"), False),
            (("integration", "record_type", "id"), False),
            (("integration", "subject", "id"), False),
        )


# Few of a million lines name a record, and those are asked for by its number.
SyncLog.add_index(
    SQL(
        "CREATE INDEX IF NOT EXISTS sync_log_of_record ON sync_log (integration_id, remote_id, id)"
        " WHERE remote_id IS NOT NULL"
    )
)
