"""What to do with the rows of a page. Pure: stored digests, rows and scope go in, a decision comes out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from portal.models.records import RecordState
from portal.sync.record_types import RecordType
from portal.sync.source import Facts

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


@dataclass(frozen=True)
class Change:
    """A row to be written, with the payload as it is stored and its digest."""

    remote_id: int
    row: Any
    digest: bytes
    payload: str


@dataclass(frozen=True)
class Rejected:
    """A row that cannot be stored, and the reason for people."""

    name: str
    reason: str


@dataclass
class Decision:
    """`out_of_scope` names rows that are stored live and match no longer; `left_out` counts all that do not match."""

    created: list[Change] = field(default_factory=list)
    updated: list[Change] = field(default_factory=list)
    out_of_scope: list[int] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    unchanged: int = 0
    left_out: int = 0


def decide(
    record_type: str,
    rows: Iterable[Any],
    stored: Mapping[int, Stored],
    scope: Scope,
    read_facts: Callable[[str, Any], Facts],
) -> Decision:
    """Sort each row into exactly one of created, updated, unchanged, left out and rejected."""
    decision = Decision()
    for row in rows:
        try:
            facts = read_facts(record_type, row)
            digest, payload = fingerprint(row)
        except ValueError as error:
            decision.rejected.append(Rejected(_name(row), str(error)))
            continue
        before = stored.get(facts.remote_id)
        if scope.leaves_out(record_type, facts):
            decision.left_out += 1
            if before is not None and before.state == RecordState.LIVE:
                decision.out_of_scope.append(facts.remote_id)
        elif before is None:
            decision.created.append(Change(facts.remote_id, row, digest, payload.decode()))
        elif before.digest != digest or before.state != RecordState.LIVE:
            decision.updated.append(Change(facts.remote_id, row, digest, payload.decode()))
        else:
            decision.unchanged += 1
    return decision


def fingerprint(row: Any) -> tuple[bytes, bytes]:
    """Return the digest and the text of a row; the order of its keys does not matter."""
    payload = msgspec.json.encode(row, order="sorted")
    return hashlib.blake2b(payload, digest_size=DIGEST_BYTES).digest(), payload


def _name(row: Any) -> str:
    name = row.get("name") if isinstance(row, dict) else None
    return name.replace("\0", "")[:255] if isinstance(name, str) else ""
