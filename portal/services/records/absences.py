"""Why a record is not stored: the known reasons, the most certain first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from portal import clock
from portal.models.exclusions import Exclusion
from portal.models.integrations import Integration
from portal.models.sync import LogSubject, SyncLog, SyncRun, SyncStep
from portal.psa.registry import adapter_of
from portal.services.pages import record_lists
from portal.services.records import exclusions, record_syncs
from portal.services.records.record_syncs import RecordSync
from portal.sync.record_types import RecordType


@dataclass(frozen=True)
class Absence:
    """`why` is the reason, `remedy` what to do about it, and `since` the time of the evidence.

    `is_certain` is false if only possible reasons are known. `last_sync` is the last sync of this record alone,
    `logs` are the lines about it, newest first.
    """

    record_type: RecordType
    remote_id: int
    is_chosen: bool
    name: str
    why: str
    remedy: str
    since: datetime | None
    is_certain: bool
    last_sync: RecordSync | None
    logs: list[SyncLog]


@dataclass(frozen=True)
class Reason:
    why: str
    remedy: str = ""
    since: datetime | None = None
    is_certain: bool = True
    name: str = ""


def absence(integration: Integration, record_type: RecordType, remote_id: int, logs: list[SyncLog]) -> Absence:
    """Explain why a record is not stored. `logs` are the newest lines about it."""
    question = record_syncs.last(integration, record_type, remote_id)
    excluded = exclusions.get(integration, record_type, remote_id)
    is_chosen = record_type in integration.record_types
    reason = (
        (None if is_chosen else _not_synced(record_type))
        or _excluded(excluded)
        or _latest(_answered(question), _logged(logs))
        or _unlisted(integration, record_type)
    )
    return Absence(
        record_type=record_type,
        remote_id=remote_id,
        is_chosen=is_chosen,
        name=reason.name,
        why=reason.why,
        remedy=reason.remedy,
        since=reason.since,
        is_certain=reason.is_certain,
        last_sync=question,
        logs=logs,
    )


def _not_synced(record_type: RecordType) -> Reason:
    return Reason(f"{record_type.label} aren't synced.", "An admin can turn them on under Sync Filters.")


def _excluded(exclusion: Exclusion | None) -> Reason | None:
    if exclusion is None:
        return None
    return Reason(exclusions.words(exclusion), since=exclusion.at, name=exclusion.name)


def _answered(question: RecordSync | None) -> Reason | None:
    if question is None or question.is_open or not question.answer:
        return None
    return Reason(question.answer, question.remedy, question.at)


def _logged(logs: list[SyncLog]) -> Reason | None:
    line = next((each for each in logs if each.subject == LogSubject.RECORD), None)
    return Reason(line.message, line.remedy, line.at) if line else None


def _latest(*reasons: Reason | None) -> Reason | None:
    known = [each for each in reasons if each is not None and each.since is not None]
    return max(known, key=lambda each: each.since or clock.now(), default=None)


def _unlisted(integration: Integration, record_type: RecordType) -> Reason:
    """Explain it by the last complete list, which did not include the record."""
    psa = adapter_of(integration.psa).name
    ask = f"Ask {psa} for it to find out."
    if read_at := record_lists.read_at(integration, record_type):
        why = f"{psa}'s list of {record_type} didn't include it when the whole list was last read."
        return Reason(why, ask, read_at, is_certain=False)
    read = SyncStep.select().join(SyncRun).where(SyncRun.integration == integration, SyncStep.fetched > 0)
    if read.where(SyncStep.record_type == record_type).exists():
        return Reason(f"The whole list of {record_type} hasn't been read yet.", ask, is_certain=False)
    return Reason(f"No {record_type} have been read from {psa} yet.", "The first complete sync adds them.")
