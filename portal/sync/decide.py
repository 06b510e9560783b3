"""What to do with the rows of a page. Pure: stored digests, rows and scope go in, a decision comes out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from portal.models.records import RecordState
from portal.sync.record_types import RecordType
from portal.sync.source import Columns, Facts, Row

DIGEST_BYTES: Final = 16


@dataclass(frozen=True)
class Stored:
    digest: bytes
    state: str


@dataclass(frozen=True)
class Scope:
    """Which rows are copied. `clients` holds the live clients, for types whose rows follow their client."""

    active_only: bool = False
    clients: Collection[int] = ()

    def leaves_out(self, record_type: str, facts: Facts) -> bool:
        if not self.active_only:
            return False
        if record_type == RecordType.CLIENTS:
            return facts.inactive
        return facts.client_id is not None and facts.client_id not in self.clients


@dataclass(frozen=True, slots=True)
class Change:
    """A record to be written."""

    remote_id: int
    digest: bytes
    payload: str
    columns: Columns


@dataclass
class Decision:
    """`out_of_scope` names rows that are stored live and match no longer; `left_out` counts all that do not match.

    `rejected` holds, for each row that cannot be stored, the reason for people.
    """

    created: list[Change] = field(default_factory=list)
    updated: list[Change] = field(default_factory=list)
    out_of_scope: list[int] = field(default_factory=list)
    rejected: list[str] = field(default_factory=list)
    unchanged: int = 0
    left_out: int = 0


def decide(
    record_type: str,
    rows: Iterable[Row],
    stored: Mapping[int, Stored],
    scope: Scope,
    read_columns: Callable[[str, bytes], Columns],
) -> Decision:
    """Sort each row into exactly one of created, updated, unchanged, left out and rejected."""
    decision = Decision()
    for row in rows:
        if row.facts is None:
            decision.rejected.append(row.problem)
            continue
        remote_id = row.facts.remote_id
        before = stored.get(remote_id)
        if scope.leaves_out(record_type, row.facts):
            decision.left_out += 1
            if before is not None and before.state == RecordState.LIVE:
                decision.out_of_scope.append(remote_id)
            continue
        digest = fingerprint(row.payload)
        if before is not None and before.digest == digest and before.state == RecordState.LIVE:
            decision.unchanged += 1
            continue
        try:
            change = Change(remote_id, digest, row.payload.decode(), read_columns(record_type, row.payload))
        except UnicodeDecodeError:
            decision.rejected.append(f"Record {remote_id}: Its text is not UTF-8.")
            continue
        except ValueError as error:
            decision.rejected.append(f"Record {remote_id}: {error}")
            continue
        (decision.created if before is None else decision.updated).append(change)
    return decision


def fingerprint(payload: bytes) -> bytes:
    """Return what changes with every byte of the payload. Halo writes the keys of a record in the same order."""
    return hashlib.blake2b(payload, digest_size=DIGEST_BYTES).digest()
