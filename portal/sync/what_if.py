"""Decides about stored records as a sync with other filters would, from what the portal knows. Sends no request and
writes nothing.

The facts come from each record's last list row, as in a sync. If the row lacks what a filter needs, they come from
its details, as far as those are stored.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple

from peewee import fn

from portal.db import db
from portal.models.records import ChangeKind, Record, RecordState
from portal.models.row_details import RowDetail
from portal.psa.source import Columns, Facts
from portal.sync import decide, exclusions, hand_exclusions, store
from portal.sync.decide import StoredRecord
from portal.sync.filters import CLIENT_OWNED, Filters, in_use
from portal.sync.normal_form import Keys
from portal.sync.record_types import RecordType
from portal.sync.scope import CLIENT_NOT_SEEN, Scope

BATCH: Final = 500
# All rows of a preview count as unchanged in the PSA.
_PAYLOAD: Final = b"{}"
_DIGEST: Final = decide.fingerprint(_PAYLOAD)
_KEYS: Final = Keys(lambda _: False, frozenset())


@dataclass(frozen=True)
class ClientChanges:
    """What the new filters do to clients: the reason for each that leaves, and the ids of those that return."""

    leaving: Mapping[int, str] = field(default_factory=dict)
    returning: AbstractSet[int] = frozenset()


@dataclass(frozen=True)
class Batch:
    """What would happen to some stored records. `last` is the last id, None if there were no more records.

    `unknown` holds records that the PSA would have to be asked about.
    """

    last: int | None
    count: int
    leaving: Mapping[int, str]
    returning: Sequence[int]
    unknown: Sequence[int]


class _Stored(NamedTuple):
    remote_id: int
    state: str
    client_id: int | None
    row: str | None


@dataclass(frozen=True, slots=True)
class _Row:
    facts: Facts | None
    payload: bytes = _PAYLOAD
    problem: str = ""
    remote_id: int | None = None


@dataclass(frozen=True, slots=True)
class _ColumnFacts:
    """The facts of a record of a type without filters of its own: only its client counts."""

    remote_id: int
    client_id: int | None
    inactive: bool = False
    group: int | None = None
    relationships: Sequence[int] | None = None
    is_service_account: bool = False
    is_general_user: bool = False
    is_closed: bool = False
    opened_at: datetime | None = None
    is_active_contract: bool | None = None
    is_opportunity: bool | None = None


class WhatIf:
    """Decides about the stored records of one type. `read` and `unpack` belong to the PSA (psa/adapter.py)."""

    def __init__(
        self,
        integration_id: int,
        record_type: RecordType,
        filters: Filters,
        clients: ClientChanges,
        *,
        read: Callable[[str, bytes], Facts],
        unpack: Callable[[bytes], Facts],
        is_listed_per_client: bool,
    ) -> None:
        self._integration_id = integration_id
        self._record_type = record_type
        self._read = read
        self._unpack = unpack
        self._has_filters = bool(in_use(filters, record_type))
        self._is_listed_per_client = is_listed_per_client
        self._live: set[int] = set()
        reasons: dict[int, str] = {}
        if record_type in CLIENT_OWNED and (is_listed_per_client or in_use(filters, RecordType.CLIENTS)):
            self._live = store.live_ids(integration_id, RecordType.CLIENTS) | clients.returning
            self._live -= clients.leaving.keys()
            self._live |= hand_exclusions.clients_with_kept_records(integration_id)
            reasons = exclusions.client_reasons(integration_id)
            reasons |= {each: exclusions.through_client(why) for each, why in clients.leaving.items()}
        self._reasons = reasons
        self._by_number = Scope(
            Filters(include_clients=filters.include_clients, exclude_clients=filters.exclude_clients)
        )
        by_hand = hand_exclusions.rules(integration_id, record_type)
        self._scope = Scope(filters, None if record_type == RecordType.CLIENTS else self._live, reasons, by_hand)

    def is_client_in(self, client_id: int | None) -> bool:
        """Return whether a record of this client may be in scope, as far as its client counts."""
        counts = self._record_type in CLIENT_OWNED and (self._is_listed_per_client or self._scope.excludes_clients)
        return not counts or client_id is None or client_id in self._live

    def is_named_out(self, remote_id: int) -> bool:
        """Return whether the number of a record alone keeps it out, whatever else the PSA says of it."""
        return bool(self._by_number.reason(self._record_type, _ColumnFacts(remote_id, None)))

    def next_batch(self, after: int) -> Batch:
        """Decide about the stored records whose ids follow `after`."""
        stored = self._next_stored(after)
        rows: list[_Row] = []
        states: dict[int, StoredRecord] = {}
        leaving: dict[int, str] = {}
        unknown: list[int] = []
        facts = {each.remote_id: self._facts_of(each) for each in stored}
        facts |= self._facts_of_details([each for each, found in facts.items() if self._is_thin(found)])
        for each in stored:
            found = facts[each.remote_id]
            if self._is_listed_per_client and not self.is_client_in(each.client_id):
                if each.state == RecordState.LIVE:
                    leaving[each.remote_id] = self._reasons.get(each.client_id or 0, CLIENT_NOT_SEEN)
            elif self._is_thin(found):
                unknown.append(each.remote_id)
            else:
                rows.append(_Row(found))
                states[each.remote_id] = StoredRecord(_DIGEST, each.state)
        decision = decide.decide(self._record_type, rows, states, self._scope, _no_columns, _KEYS)
        returning = [change.remote_id for change in decision.updated if change.kind == ChangeKind.BACK]
        last = stored[-1].remote_id if stored else None
        return Batch(last, len(stored), {**leaving, **decision.out_of_scope}, returning, unknown)

    def _is_thin(self, facts: Facts | None) -> bool:
        return facts is None or self._scope.needs_detail(self._record_type, facts)

    def _facts_of(self, stored: _Stored) -> Facts | None:
        if not self._has_filters:
            return _ColumnFacts(stored.remote_id, stored.client_id)
        return self._facts_in(stored.row or "")

    def _facts_in(self, payload: str) -> Facts | None:
        """Return None for a row that this version of the portal can't read."""
        try:
            return self._read(self._record_type, payload.encode())
        except ValueError:
            return None

    def _facts_of_details(self, ids: Sequence[int]) -> dict[int, Facts | None]:
        """Return the facts of these records from their saved details, or else from their merged payloads."""
        if not ids:
            return {}
        mine = (Record.integration == self._integration_id) & (Record.record_type == self._record_type)
        payloads: Any = (
            Record.select(Record.remote_id, Record.payload).where(mine, Record.remote_id.in_(ids)).tuples()
        )
        found = {each: self._facts_in(payload) for each, payload in payloads}
        mine = (RowDetail.integration == self._integration_id) & (RowDetail.record_type == self._record_type)
        for saved in RowDetail.select().where(mine, RowDetail.remote_id.in_(ids), RowDetail.facts.is_null(False)):
            try:
                found[saved.remote_id] = self._unpack(bytes(saved.facts))
            except ValueError:  # packed by another version of the portal
                continue
        return found

    def _next_stored(self, after: int) -> list[_Stored]:
        """Read the next records that the PSA should still have, straight from the driver: there may be many."""
        columns = [Record.remote_id, Record.state, Record.client_remote_id]
        if self._has_filters:
            columns.append(fn.COALESCE(Record.list_row, Record.payload))
        query = Record.select(*columns).where(
            Record.integration == self._integration_id,
            Record.record_type == self._record_type,
            Record.remote_id > after,
            Record.state.in_([RecordState.LIVE, RecordState.OUT_OF_SCOPE]),
        )
        rows = db.execute(query.order_by(Record.remote_id).limit(BATCH)).fetchall()
        return [_Stored(*row, *(() if self._has_filters else (None,))) for row in rows]


def _no_columns(_record_type: str, _payload: bytes) -> Columns:
    """Stand in for the columns of a record that nobody writes."""
    return _NO_COLUMNS


@dataclass(frozen=True, slots=True)
class _NoColumns:
    name: str = ""
    client_remote_id: int | None = None
    client_name: str = ""
    site_remote_id: int | None = None
    reference: str = ""
    status: str = ""
    is_active: bool | None = None
    remote_updated_at: datetime | None = None
    other_texts: tuple[str, ...] = ()


_NO_COLUMNS: Final = _NoColumns()
