"""Planned faults, and the requests they apply to."""

from __future__ import annotations

from fnmatch import fnmatchcase
from threading import Event, Lock
from typing import ClassVar

import msgspec

from portal.sandbox.row_faults import ROW_FAULTS

# Replace the response or its transmission:
REPLACING = frozenset({"status", "html", "truncated", "empty", "redirect"})
DELIVERY = frozenset({"slow", "hold", "drip", "reset", "huge"})
# Encode the body, requested or not:
ENCODING = frozenset({"gzip", "gzip_twice", "brotli", "deflate"})
SHARED_KINDS = REPLACING | DELIVERY | ENCODING | frozenset(ROW_FAULTS)


class Fault(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A fault to inject into responses.

    `on` selects requests: one of `places`, such as a record type or `any`, or a path pattern in lower case such as
    `/api/client/12` or `/api/site*`. The fault skips the first `after` matching requests, then affects one in
    `every`, at most `times` in total (None: unlimited), until `lasts` seconds after it was planned.
    A `tenant` is identified by its credentials, so a fault of one tenant never affects endpoints without them.
    """

    kinds: ClassVar[frozenset[str]] = SHARED_KINDS
    places: ClassVar[frozenset[str]] = frozenset({"any"})

    what: str
    on: str = "any"
    page: int | None = None
    after: int = 0
    every: int = 1
    times: int | None = 1
    lasts: float | None = None  # seconds on the sandbox's clock
    tenant: str | None = None
    host: str | None = None  # only where this name was called: one sandbox plays an API host and an auth host
    status: int = 500  # for `status` and `redirect`; `refused_client` takes a 400, too
    body: str = ""  # of a `status`: empty, as Halo's gateway has it, or JSON (halo-api.md section 5)
    seconds: float = 1.0  # `slow`: before the answer; `drip`: between two pieces
    # `huge` and the encodings: bytes; `drip`: bytes a piece; `reset`: bytes before it; `lying_count`: rows too many
    size: int = 0
    chunked: bool = False  # `huge` without a Content-Length
    location: str = ""  # `redirect`

    def __post_init__(self) -> None:
        if self.what not in self.kinds:
            raise ValueError(f"no such fault: {self.what!r}; known are {', '.join(sorted(self.kinds))}")
        if not self.on.startswith("/") and self.on not in self.places:
            raise ValueError(f"no such place: {self.on!r}; known are {', '.join(sorted(self.places))} and paths")
        if self.every < 1:
            raise ValueError("a fault meets one in 1, 2 or more requests")

    def meets(self, *, kind: str, path: str, page: int, tenant: str | None, host: str) -> bool:
        place = fnmatchcase(path.lower(), self.on) if self.on.startswith("/") else self.on in {"any", kind}
        return place and self.page in {None, page} and self.tenant in {None, tenant} and self.host in {None, host}


class PlannedFault(msgspec.Struct):
    """A fault, and how many requests it has matched and affected."""

    fault: Fault
    seen: int = 0
    fired: int = 0
    until: float | None = None

    def is_over(self, now: float) -> bool:
        is_used_up = self.fault.times is not None and self.fired >= self.fault.times
        return is_used_up or (self.until is not None and now >= self.until)


class FaultPlan:
    """All planned faults. Used-up faults stay listed, so that a test can check whether they occurred."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._planned: list[PlannedFault] = []
        # Set when the current faults are cleared; held responses wait for it.
        self.released = Event()

    def add(self, fault: Fault, now: float) -> None:
        until = None if fault.lasts is None else now + fault.lasts
        with self._lock:
            self._planned.append(PlannedFault(fault, until=until))

    def clear(self) -> None:
        with self._lock:
            self._planned.clear()
            self.released.set()
            self.released = Event()

    def planned(self) -> list[PlannedFault]:
        with self._lock:
            return [PlannedFault(each.fault, each.seen, each.fired, each.until) for each in self._planned]

    def due(self, *, kind: str, path: str, page: int, tenant: str | None, host: str, now: float) -> list[Fault]:
        """Return the faults that apply to this request, and count it for each."""
        if not self._planned:
            return []
        due = []
        with self._lock:
            for each in self._planned:
                fault = each.fault
                if not fault.meets(kind=kind, path=path, page=page, tenant=tenant, host=host):
                    continue
                each.seen += 1
                let_by = (each.seen - fault.after - 1) % fault.every
                if each.seen > fault.after and not let_by and not each.is_over(now):
                    each.fired += 1
                    due.append(fault)
        return due
