"""Maintains the list of excluded records, inside the transactions of syncs and refetches.

Excluded rows are not copied, so this list is the only place that can name them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from collections.abc import Set as AbstractSet
from typing import Any, Final, NamedTuple

from peewee import EXCLUDED, Value, chunked

from portal import clock
from portal.db import db, execute_many, placeholder, timestamp_value
from portal.models.exclusions import Exclusion
from portal.models.records import ChangeKind, Record, RecordState
from portal.psa.source import Columns
from portal.sync.decide import Decision
from portal.sync.hand_exclusions import BY_HAND, CLIENT_BY_HAND
from portal.sync.record_types import RecordType

# The limit per type for records that were never stored. Stored records are always listed.
MAX_LISTED: Final = 20_000
BATCH: Final = 900

CLIENT_DELETED: Final = "Its client was deleted."
CLIENT_EXCLUDED: Final = "Your sync filters exclude its client."

KEY: Final = (Exclusion.integration, Exclusion.record_type, Exclusion.remote_id)
COPIED: Final = (Exclusion.name, Exclusion.client_remote_id, Exclusion.client_name)
STORED: Final = tuple(getattr(Record, each.name) for each in (*KEY, *COPIED))
NAMES: Final = (
    "integration_id",
    "record_type",
    "remote_id",
    "name",
    "client_remote_id",
    "client_name",
    "reason",
    "at",
)
UPSERT: Final = (
    f"INSERT INTO exclusion ({', '.join(NAMES)}) VALUES ({', '.join(['{0}'] * len(NAMES))})"  # noqa: S608  # constants
    " ON CONFLICT (integration_id, record_type, remote_id) DO UPDATE SET name = excluded.name,"
    " client_remote_id = excluded.client_remote_id, client_name = excluded.client_name, reason = excluded.reason,"
    " at = CASE WHEN exclusion.reason = excluded.reason THEN exclusion.at ELSE excluded.at END"
)
KNOWN: Final = (
    "SELECT remote_id, name, client_remote_id, client_name, reason FROM exclusion"
    " WHERE integration_id = {0} AND record_type = {0} AND remote_id IN ({1})"
)


class ListedRow(NamedTuple):
    """What the list shows about a record."""

    name: str
    client_remote_id: int | None
    client_name: str
    reason: str


def update(
    integration_id: int, record_type: str, decision: Decision, read_columns: Callable[[str, bytes], Columns]
) -> None:
    """List the rows that a decision excludes, and remove those that it includes."""
    _remove_included(integration_id, record_type, decision)
    reasons = {row.facts.remote_id: (row.payload, why) for row, why in decision.excluded if row.facts is not None}
    if not reasons:
        return
    known = _known(integration_id, record_type, list(reasons))
    new = [each for each in reasons if each not in known]
    dropped = set(new[_free_slots(integration_id, record_type) :]) if new else set()
    found = {
        each: _listed_row(record_type, payload, why, read_columns)
        for each, (payload, why) in reasons.items()
        if each not in dropped
    }
    now = timestamp_value(clock.now())
    rows = [
        (integration_id, record_type, each, *shown, now) for each, shown in found.items() if known.get(each) != shown
    ]
    if rows:
        execute_many(UPSERT.format(placeholder()), rows)


def add_stored(integration_id: int, record_type: str, reasons: Mapping[int, str]) -> None:
    """List stored records that went out of scope, with the values of their last copy."""
    by_reason: dict[str, list[int]] = {}
    for remote_id, why in reasons.items():
        by_reason.setdefault(why, []).append(remote_id)
    for why, all_ids in by_reason.items():
        for ids in chunked(all_ids, BATCH):
            stored = Record.select(*STORED, Value(why), Value(Exclusion.at.db_value(clock.now()))).where(
                Record.integration == integration_id, Record.record_type == record_type, Record.remote_id.in_(ids)
            )
            Exclusion.insert_from(stored, (*KEY, *COPIED, Exclusion.reason, Exclusion.at)).on_conflict(
                conflict_target=KEY,
                update={each: getattr(EXCLUDED, each.name) for each in (Exclusion.reason, Exclusion.at)},
            ).execute()


def remove(integration_id: int, record_type: str, remote_ids: Collection[int]) -> None:
    """Remove records from the list: they are synced again, or the PSA no longer has them."""
    for ids in chunked(remote_ids, BATCH):
        Exclusion.delete().where(_of(integration_id, record_type), Exclusion.remote_id.in_(ids)).execute()


def remove_unlisted(integration_id: int, record_type: str, listed: AbstractSet[int]) -> None:
    """After a complete sync, remove records that the PSA no longer lists, except stored ones."""
    query: Any = Exclusion.select(Exclusion.remote_id).where(_of(integration_id, record_type)).tuples()
    gone = {remote_id for (remote_id,) in query} - listed
    for ids in chunked(sorted(gone), BATCH):
        stored: Any = Record.select(Record.remote_id).where(
            Record.integration == integration_id,
            Record.record_type == record_type,
            Record.state == RecordState.OUT_OF_SCOPE,
            Record.remote_id.in_(ids),
        )
        kept = {remote_id for (remote_id,) in stored.tuples()}
        remove(integration_id, record_type, [each for each in ids if each not in kept])


def client_reasons(integration_id: int, among: Collection[int] | None = None) -> dict[int, str]:
    """Return, by client, why the records of these clients, or of all clients, are excluded.

    The client was deleted or is excluded. Clients that were never seen are not in the result.
    """
    deleted = Record.select(Record.remote_id).where(
        Record.integration == integration_id,
        Record.record_type == RecordType.CLIENTS,
        Record.state == RecordState.DELETED,
    )
    excluded = Exclusion.select(Exclusion.remote_id, Exclusion.reason).where(_of(integration_id, RecordType.CLIENTS))
    if among is not None:
        deleted = deleted.where(Record.remote_id.in_(among))
        excluded = excluded.where(Exclusion.remote_id.in_(among))
    ids: Any = deleted.tuples()
    reasons: Any = excluded.tuples()
    return {**{each: CLIENT_DELETED for (each,) in ids}, **{each: through_client(why) for each, why in reasons}}


def group_by_reason(integration_id: int, clients: Collection[int]) -> dict[str, list[int]]:
    """Group excluded clients by the reason that excludes their records."""
    reasons = client_reasons(integration_id)
    found: dict[str, list[int]] = {}
    for client in clients:
        found.setdefault(reasons.get(client, CLIENT_EXCLUDED), []).append(client)
    return found


def through_client(why: str) -> str:
    """Return the reason for records of a client that is excluded for the reason `why`."""
    if why.startswith(BY_HAND):
        return CLIENT_BY_HAND
    return f"{CLIENT_EXCLUDED.removesuffix('.')}: {why[:1].lower()}{why[1:]}" if why else CLIENT_EXCLUDED


def _remove_included(integration_id: int, record_type: str, decision: Decision) -> None:
    back = [change.remote_id for change in decision.updated if change.kind == ChangeKind.BACK]
    rejected = [each.remote_id for each in decision.rejected if each.remote_id is not None]
    included = [change.remote_id for change in decision.created] + back + rejected
    if included and Exclusion.select().where(_of(integration_id, record_type)).exists():
        remove(integration_id, record_type, included)


def _listed_row(
    record_type: str, payload: bytes, why: str, read_columns: Callable[[str, bytes], Columns]
) -> ListedRow:
    try:
        columns = read_columns(record_type, payload)
    except ValueError:
        return ListedRow("", None, "", why)
    return ListedRow(columns.name, columns.client_remote_id, columns.client_name, why)


def _known(integration_id: int, record_type: str, remote_ids: list[int]) -> dict[int, ListedRow]:
    known: dict[int, ListedRow] = {}
    for ids in chunked(remote_ids, BATCH):
        # Plain SQL: every full sync reads all of them, and Peewee takes longer than the database.
        marks = ", ".join([placeholder()] * len(ids))
        rows = db.execute_sql(KNOWN.format(placeholder(), marks), (integration_id, record_type, *ids)).fetchall()
        known.update((remote_id, ListedRow(*shown)) for remote_id, *shown in rows)
    return known


def _free_slots(integration_id: int, record_type: str) -> int:
    return max(0, MAX_LISTED - Exclusion.select().where(_of(integration_id, record_type)).count())


def _of(integration_id: int, record_type: str) -> Any:
    return (Exclusion.integration == integration_id) & (Exclusion.record_type == record_type)
