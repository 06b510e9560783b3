"""The history of a record, in words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from portal.models.integrations import Integration
from portal.models.records import ChangeKind, Record, RecordChange
from portal.psa.registry import adapter_of
from portal.services.pages import delivery_pages, keyset
from portal.services.records.field_changes import FieldChange, KeyChange, PastPayloads
from portal.sync.record_types import RecordType

PAGE_CHANGES: Final = 25
MOST_FIELDS: Final = 50
# Later changes that an older page goes back beyond. A record with still more shows a few values as they are today.
MOST_SKIPPED: Final = 500


@dataclass(frozen=True)
class Event:
    """A history entry: the record fields that changed, and the `others` among the payload's keys.

    `hidden` counts the changed keys that do not fit on the page.
    """

    change: RecordChange
    kind: ChangeKind
    fields: list[FieldChange]
    others: list[KeyChange]
    hidden: int


@dataclass(frozen=True)
class History:
    """Newest first. `older` is the cursor of the next page, None if the history ends with the record's creation.

    `deliveries` are the webhook deliveries behind it that still exist.
    """

    events: list[Event]
    older: int | None
    deliveries: set[int]


def of(integration: Integration, record: Record, *, before: int | None = None) -> History:
    """Return a page of the record's history, the entries before the cursor `before`."""
    record_type, mine = RecordType(record.record_type), _of(integration, record)
    found = keyset.newest_first(RecordChange.select().where(mine), RecordChange, PAGE_CHANGES, before=before)
    past = PastPayloads(record_type, record.payload, partial(adapter_of(integration.psa).record_fields, record_type))
    if before is not None:
        for (fields,) in _later_fields(mine, before):
            past.skip(fields or {})
    ids = [record.first_delivery, *(row.delivery_id for row in found.rows)]
    return History(
        events=[_event(row, past) for row in found.rows],
        older=found.next,
        deliveries=delivery_pages.still_there(integration, [each for each in ids if each]),
    )


def newest(integration: Integration, record_type: RecordType, remote_id: int) -> int | None:
    """Return the id of the newest entry."""
    query: Any = RecordChange.select(RecordChange.id).where(_named(integration, record_type, remote_id))
    row = query.order_by(RecordChange.id.desc()).limit(1).tuples().first()
    return row[0] if row else None


def _event(change: RecordChange, past: PastPayloads) -> Event:
    changed = dict(list((change.fields or {}).items())[:MOST_FIELDS])
    explained = past.explain(changed)
    hidden = {key: pair for key, pair in (change.fields or {}).items() if key not in changed}
    past.skip(hidden)
    return Event(change, ChangeKind(change.kind), explained.fields, explained.others, len(hidden))


def _later_fields(mine: Any, before: int) -> Any:
    query: Any = RecordChange.select(RecordChange.fields).where(mine, RecordChange.id >= before)
    return list(query.order_by(RecordChange.id.desc()).limit(MOST_SKIPPED).tuples())


def _of(integration: Integration, record: Record) -> Any:
    return _named(integration, RecordType(record.record_type), record.remote_id)


def _named(integration: Integration, record_type: RecordType, remote_id: int) -> Any:
    mine = (RecordChange.integration == integration) & (RecordChange.record_type == record_type)
    return mine & (RecordChange.remote_id == remote_id)
