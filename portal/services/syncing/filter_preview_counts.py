"""The counts of a preview: which records leave and come back, type by type, with a few of each as samples."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

import msgspec

from portal.models.integrations import Integration
from portal.models.records import Record
from portal.sync.record_types import RecordType
from portal.sync.what_if import Batch, ClientChanges

SAMPLES: Final = 5


class Sample(msgspec.Struct, array_like=True, frozen=True):
    """One record, with the reason why it leaves. `why` is empty for a record that comes back."""

    remote_id: int
    name: str
    client: str
    why: str = ""


class TypeCounts(msgspec.Struct):
    """What changes for one type. `leaves` and `returns` are exact for what is stored.

    `may_come` counts excluded records that were never stored, so only the PSA knows whether they match. `first_time`
    counts the records of a type that is synced for the first time, None if their number isn't known. `unknown` counts
    stored records that the PSA must be asked about.
    """

    leaves: int = 0
    returns: int = 0
    may_come: int = 0
    first_time: int | None = 0
    unknown: int = 0
    is_listed: bool = True
    leaving: list[Sample] = []
    returning: list[Sample] = []
    coming: list[Sample] = []

    @property
    def changes(self) -> bool:
        return bool(self.leaves or self.returns or self.may_come or self.first_time is None or self.first_time)

    @property
    def is_estimate(self) -> bool:
        return bool(self.may_come or self.unknown or self.first_time is None or self.first_time)


class Progress(msgspec.Struct):
    """The checkpoint: the type at `position`, whose records up to `after` are counted, and the counts so far.

    `leaving` maps reasons to the clients that leave for them.
    """

    total: int = 0
    position: int = 0
    after: int = 0
    seen: int = 0
    types: dict[str, TypeCounts] = {}
    leaving: dict[str, list[int]] = {}
    returning: list[int] = []
    coming: list[int] = []

    @property
    def clients(self) -> ClientChanges:
        leaving = {each: why for why, ids in self.leaving.items() for each in ids}
        return ClientChanges(leaving, frozenset(self.returning))

    def add(self, integration: Integration, record_type: RecordType, batch: Batch) -> None:
        """Count a batch."""
        counts = self.types.setdefault(record_type.value, TypeCounts())
        counts.leaves += len(batch.leaving)
        counts.returns += len(batch.returning)
        counts.unknown += len(batch.unknown)
        self.seen += batch.count
        counts.leaving += _some(integration, record_type, batch.leaving, SAMPLES - len(counts.leaving), batch.leaving)
        counts.returning += _some(integration, record_type, batch.returning, SAMPLES - len(counts.returning))
        if record_type == RecordType.CLIENTS:
            self.returning += batch.returning
            for each, why in batch.leaving.items():
                self.leaving.setdefault(why, []).append(each)


def read(stored: Any) -> Progress:
    return msgspec.convert(stored, Progress)


def write(progress: Progress) -> Any:
    return msgspec.to_builtins(progress)


def _some(
    integration: Integration,
    record_type: RecordType,
    ids: Collection[int],
    count: int,
    reasons: Mapping[int, str] | None = None,
) -> list[Sample]:
    chosen = sorted(ids)[: max(0, count)]
    return samples(integration, record_type, chosen, reasons or {}) if chosen else []


def samples(
    integration: Integration, record_type: RecordType, ids: Iterable[int], reasons: Mapping[int, str]
) -> list[Sample]:
    """Return these stored records by number, each with its reason."""
    query = Record.select(Record.remote_id, Record.name, Record.client_name).where(
        Record.integration == integration, Record.record_type == record_type, Record.remote_id.in_(list(ids))
    )
    rows: Any = query.order_by(Record.remote_id).tuples()
    return [Sample(number, name, client, reasons.get(number, "")) for number, name, client in rows]
