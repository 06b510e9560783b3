"""Records all requests to the sandbox, and flags those that must never happen."""

from __future__ import annotations

from collections import Counter, deque
from itertools import islice
from threading import Lock
from typing import Any

import msgspec

from portal.sandbox.http import Request

_KEPT = 200_000


class JournalEntry(msgspec.Struct, frozen=True):
    """One request. `kind` is a record type, or another of the places that faults know.

    `retry_after` is what the answer's header of that name said. `at_once` is how many requests were under way.
    """

    number: int
    time: float
    method: str
    path: str
    query: str
    status: int
    ms: float
    tenant: str | None
    kind: str
    fault: str | None
    retry_after: str | None
    at_once: int
    is_violation: bool


class Journal:
    """Keeps the newest entries, and counts all of them."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.reset()

    def reset(self) -> None:
        with self._lock:
            self._entries: deque[JournalEntry] = deque(maxlen=_KEPT)
            self._by_path: Counter[str] = Counter()
            self._by_kind: Counter[str] = Counter()
            self._by_status: Counter[str] = Counter()
            self._violations = 0
            self._total = 0
            self._most_at_once = 0

    def add(
        self,
        request: Request,
        *,
        status: int,
        time: float,
        ms: float,
        tenant: str | None,
        kind: str,
        fault: str | None,
        retry_after: str | None,
        at_once: int,
        is_violation: bool,
    ) -> None:
        with self._lock:
            self._total += 1
            entry = JournalEntry(
                number=self._total,
                time=time,
                method=request.method,
                path=request.path,
                query=request.query_string,
                status=status,
                ms=round(ms, 3),
                tenant=tenant,
                kind=kind,
                fault=fault,
                retry_after=retry_after,
                at_once=at_once,
                is_violation=is_violation,
            )
            self._entries.append(entry)
            self._by_path[entry.path] += 1
            self._by_kind[kind] += 1
            self._by_status[str(status)] += 1
            self._violations += is_violation
            self._most_at_once = max(self._most_at_once, at_once)

    def counts(self) -> dict[str, Any]:
        with self._lock:
            return {
                "total": self._total,
                "violations": self._violations,
                "most_at_once": self._most_at_once,
                "by_path": dict(self._by_path),
                "by_kind": dict(self._by_kind),
                "by_status": dict(self._by_status),
            }

    def newest(self, limit: int) -> list[JournalEntry]:
        """Return the entries, newest first."""
        with self._lock:
            return list(islice(reversed(self._entries), limit))

    def entries(self, *, after: int = 0, limit: int = 1000, **wanted: str) -> list[JournalEntry]:
        """Return entries numbered above `after` whose fields match `wanted`, oldest first."""
        with self._lock:
            kept = list(self._entries)
        found: list[JournalEntry] = []
        for entry in kept:
            if len(found) == limit:
                break
            if entry.number > after and all(str(getattr(entry, k)) == v for k, v in wanted.items()):
                found.append(entry)
        return found
