"""Decides what to do with the rows of a page. Pure: rows, stored state and scope go in, a Decision comes out."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from portal.models.records import ChangeKind, RecordState
from portal.psa.source import Columns, Row
from portal.sync import normal_form, row_and_detail
from portal.sync.normal_form import Keys
from portal.sync.row_and_detail import Fields, Forms
from portal.sync.scope import Scope

DIGEST_BYTES: Final = 16
# People hardly edit this many rows of one page in the same keys and no others.
MIN_COMPUTED_ROWS: Final = 20

ReadColumns = Callable[[str, bytes], Columns]


@dataclass(frozen=True)
class StoredRecord:
    """`digest` is the fingerprint of the last list row, empty if there was none. `content` is the fingerprint of its
    normal form, or None if that was never computed.
    """

    digest: bytes
    state: str
    content: bytes | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A record to write. `fields` maps the keys that changed to their values; `kind` is the entry for its history.

    Both are None for a new record, and for one whose payload changed only in form.
    """

    remote_id: int
    digest: bytes
    forms: Forms
    columns: Columns
    content: bytes | None = None
    kind: ChangeKind | None = None
    fields: Fields | None = None


@dataclass
class Decision:
    """`unchanged` and `filtered_out` are counts; the other fields hold what to write.

    `payload_only` holds records whose meaning is the same but whose payload has another form. `computed` holds keys
    that changed without anybody editing them. `out_of_scope` maps stored live records that no longer match the
    filters to the reason. `excluded` holds all excluded rows, and `reasons` counts their reasons. `rejected` holds
    rows that cannot be stored.
    """

    created: list[Change] = field(default_factory=list)
    updated: list[Change] = field(default_factory=list)
    payload_only: list[Change] = field(default_factory=list)
    out_of_scope: dict[int, str] = field(default_factory=dict)
    rejected: list[Rejected] = field(default_factory=list)
    unchanged: int = 0
    filtered_out: int = 0
    computed: set[str] = field(default_factory=set)
    reasons: Counter[str] = field(default_factory=Counter)
    excluded: list[tuple[Row, str]] = field(default_factory=list)

    @property
    def affected_ids(self) -> set[int]:
        """Return the ids of records that would be written or listed as excluded."""
        changed = {change.remote_id for change in (*self.created, *self.updated)}
        return changed | {row.facts.remote_id for row, _ in self.excluded if row.facts is not None}


@dataclass(frozen=True)
class Rejected:
    """A row that cannot be stored. `remote_id` is None if the row has no usable id."""

    remote_id: int | None
    why: str


def decide(
    record_type: str,
    rows: Iterable[Row],
    stored: Mapping[int, StoredRecord],
    scope: Scope,
    read_columns: ReadColumns,
    keys: Keys,
    *,
    details: bool = False,
) -> Decision:
    """Sort each row into exactly one of created, updated, unchanged, filtered out and rejected.

    `details` means that the rows are details, which have more keys than list rows. `compare` then finds out which
    updated rows really changed, because that takes the stored payloads.
    """
    decision = Decision()
    for row in rows:
        if row.facts is None:
            decision.rejected.append(Rejected(row.remote_id, row.problem))
            continue
        remote_id = row.facts.remote_id
        before = stored.get(remote_id)
        if reason := scope.reason(record_type, row.facts):
            decision.filtered_out += 1
            decision.reasons[reason] += 1
            decision.excluded.append((row, reason))
            if before is not None and before.state == RecordState.LIVE:
                decision.out_of_scope[remote_id] = reason
            continue
        try:
            _decide_in_scope(decision, record_type, row, before, read_columns, keys, details=details)
        except UnicodeDecodeError:
            decision.rejected.append(Rejected(remote_id, "Its text isn't UTF-8."))
        except (ValueError, RecursionError) as error:
            decision.rejected.append(Rejected(remote_id, str(error)))
    return decision


def compare(
    record_type: str,
    decision: Decision,
    stored: Mapping[int, Forms],
    read_columns: ReadColumns,
    keys: Keys,
) -> None:
    """Find the changed keys of each updated record; those without any become `payload_only`."""
    updated, decision.updated = decision.updated, []
    for change in updated:
        merged = row_and_detail.merge(
            stored[change.remote_id], change.forms.payload, keys.is_computed, is_detail=not change.digest
        )
        columns = change.columns
        if merged.forms.payload != change.forms.payload:
            columns = read_columns(record_type, merged.forms.payload.encode())
        change = replace(change, forms=merged.forms, columns=columns, fields=merged.fields)  # enriched
        if merged.fields or change.kind == ChangeKind.BACK:
            decision.updated.append(change)
        else:
            decision.unchanged += 1
            decision.payload_only.append(replace(change, kind=None))
    _drop_computed_changes(decision, keys.shown)


def fingerprint(payload: bytes) -> bytes:
    """Return a digest of the raw payload, so that an identical row need not be decoded."""
    return hashlib.blake2b(payload, digest_size=DIGEST_BYTES).digest()


def _decide_in_scope(
    decision: Decision,
    record_type: str,
    row: Row,
    before: StoredRecord | None,
    read_columns: ReadColumns,
    keys: Keys,
    *,
    details: bool,
) -> None:
    """Decide about a row that is in scope. Raises ValueError if it cannot be stored."""
    digest, content = b"" if details else fingerprint(row.payload), None
    is_live = before is not None and before.state == RecordState.LIVE
    if before is not None and digest:
        is_same = before.digest == digest
        content = before.content if is_same else normal_form.fingerprint(row.payload, keys.is_computed)
        if is_live and (is_same or before.content == content):
            decision.unchanged += 1
            return
    columns, payload = read_columns(record_type, row.payload), row.payload.decode()
    forms = Forms(payload, None, payload if details else None, has_row=not details)
    change = Change(row.facts.remote_id if row.facts else 0, digest, forms, columns, content)
    if before is None:
        decision.created.append(change)
    else:
        decision.updated.append(replace(change, kind=ChangeKind.UPDATED if is_live else ChangeKind.BACK))


def _drop_computed_changes(decision: Decision, shown: Collection[str]) -> None:
    """Keep changes out of the history that most rows of a page share and that are a row's only change.

    The PSA computes such values. They are stored all the same, since people may have edited them. The keys in
    `shown`, which people search by, never count as computed.
    """
    compared = decision.unchanged + len(decision.updated)
    alike = Counter(_keys(change) for change in decision.updated if change.kind == ChangeKind.UPDATED)
    for keys, count in alike.items():
        if count < MIN_COMPUTED_ROWS or count * 2 < compared or not set(keys).isdisjoint(shown):
            continue
        decision.computed |= set(keys)
        for change in [each for each in decision.updated if _keys(each) == keys]:
            decision.updated.remove(change)
            decision.unchanged += 1
            decision.payload_only.append(replace(change, kind=None, fields=None))


def _keys(change: Change) -> tuple[str, ...]:
    return tuple(change.fields or ())
