"""What to do with the rows of a page. Pure: what is stored, rows and scope go in, a decision comes out."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from portal.models.records import ChangeKind, RecordState
from portal.sync import differences
from portal.sync.differences import Fields
from portal.sync.scope import Scope
from portal.sync.source import Columns, Row

DIGEST_BYTES: Final = 16


@dataclass(frozen=True)
class Stored:
    """`digest` is empty where the stored payload came from a detail."""

    digest: bytes
    state: str


@dataclass(frozen=True)
class Before:
    """A stored payload, and when the PSA was asked for it."""

    payload: str
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class Change:
    """A record to be written. `fields` says what changed in it, `kind` what that means for its history; a record that
    is new, or the same in another form, has none. `stored_digest` is that of the payload it replaces.
    """

    remote_id: int
    digest: bytes
    payload: str
    columns: Columns
    kind: ChangeKind | None = None
    fields: Fields | None = None
    stored_digest: bytes = b""


@dataclass
class Decision:
    """`unchanged` and `left_out` count; the others hold what is to be written.

    `settled` are records whose content is the same but whose payload has another form. `out_of_scope` are rows that
    are stored live and match no longer, with the reason; `reasons` counts those of all that are left out, and
    `excluded` holds them. `rejected` holds the rows that cannot be stored.
    """

    created: list[Change] = field(default_factory=list)
    updated: list[Change] = field(default_factory=list)
    settled: list[Change] = field(default_factory=list)
    out_of_scope: dict[int, str] = field(default_factory=dict)
    rejected: list[Rejected] = field(default_factory=list)
    unchanged: int = 0
    left_out: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    excluded: list[tuple[Row, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Rejected:
    """A row that cannot be stored; `remote_id` is None where the row has no usable one."""

    remote_id: int | None
    why: str


def decide(
    record_type: str,
    rows: Iterable[Row],
    stored: Mapping[int, Stored],
    scope: Scope,
    read_columns: Callable[[str, bytes], Columns],
    *,
    details: bool = False,
) -> Decision:
    """Sort each row into exactly one of created, updated, unchanged, left out and rejected.

    `details` says that the rows are details, which have more keys than the rows of lists. Whether an updated row has
    really changed is told by `compare`, which needs the stored payloads.
    """
    decision = Decision()
    for row in rows:
        if row.facts is None:
            decision.rejected.append(Rejected(None, row.problem))
            continue
        remote_id = row.facts.remote_id
        before = stored.get(remote_id)
        if reason := scope.reason(record_type, row.facts):
            decision.left_out += 1
            decision.reasons[reason] += 1
            decision.excluded.append((row, reason))
            if before is not None and before.state == RecordState.LIVE:
                decision.out_of_scope[remote_id] = reason
            continue
        digest = b"" if details else fingerprint(row.payload)
        if before is not None and digest and before.digest == digest and before.state == RecordState.LIVE:
            decision.unchanged += 1
            continue
        try:
            columns = read_columns(record_type, row.payload)
            payload = row.payload.decode()
        except UnicodeDecodeError:
            decision.rejected.append(Rejected(remote_id, "Its text is not UTF-8."))
        except ValueError as error:
            decision.rejected.append(Rejected(remote_id, str(error)))
        else:
            if before is None:
                decision.created.append(Change(remote_id, digest, payload, columns))
            else:
                kind = ChangeKind.UPDATED if before.state == RecordState.LIVE else ChangeKind.BACK
                change = Change(remote_id, digest, payload, columns, kind, None, before.digest)
                decision.updated.append(change)
    return decision


def compare(decision: Decision, stored: Mapping[int, Before], read_at: datetime) -> None:
    """Say of each updated record what has changed, given what is stored; settle those in which nothing has.

    `read_at` is when the PSA was asked for the rows. What was asked for later is newer, and stays.
    """
    updated, decision.updated = decision.updated, []
    for change in updated:
        before = stored[change.remote_id]
        if before.read_at is not None and before.read_at > read_at:
            decision.unchanged += 1
            continue
        fields = differences.between(
            before.payload,
            change.payload.encode(),
            before_has_more=not change.stored_digest and bool(change.digest),
            after_has_more=bool(change.stored_digest) and not change.digest,
        )
        if fields or change.kind == ChangeKind.BACK:
            decision.updated.append(replace(change, fields=fields))
        else:
            decision.unchanged += 1
            decision.settled.append(replace(change, kind=None))


def fingerprint(payload: bytes) -> bytes:
    """Return what changes with every byte of the payload. Halo writes the keys of a record in the same order."""
    return hashlib.blake2b(payload, digest_size=DIGEST_BYTES).digest()
