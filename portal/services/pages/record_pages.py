"""A record's page: its data, its state and its history."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, Final

from portal.models.hand_exclusions import HandExclusion
from portal.models.held_deletes import HeldDelete
from portal.models.integrations import Integration
from portal.models.records import Record, RecordChange, RecordState
from portal.models.sync import LIVE_STATES, RunKind, SyncLog, SyncRun, SyncStep
from portal.psa.registry import adapter_of
from portal.services.pages import record_details, record_history, related_records
from portal.services.pages.record_details import Details
from portal.services.pages.record_history import History
from portal.services.pages.related_records import Owner, RelatedRecords
from portal.services.records import absences, exclusions, hand_exclusions, lookup, payloads, record_syncs
from portal.services.records.absences import Absence
from portal.services.records.payloads import PayloadLine
from portal.services.records.record_syncs import RecordSync
from portal.services.syncing import held_deletes
from portal.sync.record_types import RecordType

MOST_LOGS: Final = 20


@dataclass(frozen=True)
class PsaLink:
    """The address of a page in the PSA: of the record, or of the client that it belongs to."""

    address: str
    is_of_client: bool


@dataclass(frozen=True)
class RecordView:
    """`details` are its fields, `lines` what the PSA sent. `owners` are the client and site that it belongs to, and
    `related` the records that belong to it. `explanation` explains its state, `last_sync` is the last sync of this
    record alone, `held_delete` a pending decision about deleting it here, and `by_hand` one that excludes it.
    """

    record: Record
    record_type: RecordType
    state: RecordState
    details: Details
    owners: list[Owner]
    related: list[RelatedRecords]
    link: PsaLink | None
    lines: list[PayloadLine]
    history: History
    logs: list[SyncLog]
    explanation: str
    last_sync: RecordSync | None
    held_delete: HeldDelete | None
    by_hand: HandExclusion | None


def view(
    integration: Integration, record_type: RecordType, remote_id: int, *, before: int | None = None
) -> RecordView | None:
    """Return the record's page with the history before `before`; None if the record is not stored."""
    record = lookup.find(integration, record_type, remote_id)
    if record is None:
        return None
    return RecordView(
        record=record,
        record_type=record_type,
        state=RecordState(record.state),
        details=record_details.details(integration, record),
        lines=payloads.lines(record.payload),
        owners=related_records.owners(integration, record),
        related=related_records.of(integration, record_type, remote_id),
        link=_psa_link(integration, record),
        history=record_history.of(integration, record, before=before),
        logs=logs(integration, record_type, remote_id),
        explanation=_explanation(integration, record),
        last_sync=record_syncs.last(integration, record_type, remote_id),
        held_delete=held_deletes.of_record(integration, record_type, remote_id)
        if record.state != RecordState.DELETED
        else None,
        by_hand=hand_exclusions.get(integration, record_type, remote_id),
    )


def absence(integration: Integration, record_type: RecordType, remote_id: int) -> Absence:
    """Explain why a record is not stored."""
    return absences.absence(integration, record_type, remote_id, logs(integration, record_type, remote_id))


def logs(integration: Integration, record_type: RecordType, remote_id: int) -> list[SyncLog]:
    """Return the newest log lines about one record."""
    mine = (SyncLog.integration == integration) & (SyncLog.remote_id == remote_id)
    query = SyncLog.select().where(mine, SyncLog.record_type == record_type)
    return list(query.order_by(SyncLog.id.desc()).limit(MOST_LOGS))


def live_sync(integration: Integration, record_type: RecordType, remote_id: int) -> SyncRun | None:
    """Return the live sync of this record alone, if there is one."""
    live = (SyncRun.integration == integration) & SyncRun.state.in_(LIVE_STATES)
    run: SyncRun | None = SyncRun.get_or_none(live, SyncRun.kind == RunKind.RECORD)
    if run is None:
        return None
    steps: Any = SyncStep.select().where(SyncStep.run == run, SyncStep.record_type == record_type)
    return run if any(remote_id in (step.remote_ids or ()) for step in steps) else None


def stamp(integration: Integration, record_type: RecordType, remote_id: int) -> str:
    """Return a value that changes whenever the page does. Reads few columns, so that an unchanged poll is cheap."""
    columns = (Record.changed_at, Record.state, Record.digest, Record.first_seen_at)
    record = lookup.find(integration, record_type, remote_id, *columns)
    change = record_history.newest(integration, record_type, remote_id)
    run = live_sync(integration, record_type, remote_id)
    question = run and (run.id, run.state, run.not_before)
    exclusion = exclusions.get(integration, record_type, remote_id)
    reason = exclusion and (exclusion.reason, exclusion.at)
    return hashlib.sha256(repr((record and record.__data__, change, question, reason)).encode()).hexdigest()[:16]


def _explanation(integration: Integration, record: Record) -> str:
    """Explain the record's state: why it is excluded or deleted."""
    exclusion = exclusions.get(integration, RecordType(record.record_type), record.remote_id)
    if exclusion is not None:
        return exclusions.words(exclusion)
    if record.state == RecordState.LIVE:
        return f"Synced from {adapter_of(integration.psa).name}."
    last: RecordChange | None = (
        RecordChange.select()
        .where(
            (RecordChange.integration == integration) & (RecordChange.record_type == record.record_type),
            (RecordChange.remote_id == record.remote_id) & (RecordChange.kind == record.state),
        )
        .order_by(RecordChange.id.desc())
        .first()
    )
    return last.why if last is not None else ""


def _psa_link(integration: Integration, record: Record) -> PsaLink | None:
    find, values = adapter_of(integration.psa).record_link, integration.connection
    if address := find(values, record.record_type, record.remote_id):
        return PsaLink(address, is_of_client=False)
    client = record.client_remote_id
    address = find(values, RecordType.CLIENTS, client) if client else None
    return PsaLink(address, is_of_client=True) if address else None
