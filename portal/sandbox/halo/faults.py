"""Faults that are planned, and when they are due."""

from __future__ import annotations

from fnmatch import fnmatchcase
from threading import Event, Lock

import msgspec

from portal.sandbox.halo.record_types import RECORD_TYPES
from portal.sandbox.halo.row_faults import ROW_FAULTS

# Instead of the answer, or in its way:
REPLACING = frozenset({"status", "refused_client", "rate_limit", "html", "truncated", "empty", "redirect"})
DELIVERY = frozenset({"slow", "hold", "drip", "reset", "huge"})
# How the body is packed, asked for or not:
ENCODING = frozenset({"gzip", "gzip_twice", "brotli", "deflate"})
# In a list's figures, and in its rows:
LIST = frozenset({"repeated_page", "lying_count", "no_rows", "null_list"})
KINDS = REPLACING | DELIVERY | ENCODING | LIST | frozenset(ROW_FAULTS)
PLACES = frozenset({"any", "token", "authinfo", "instanceinfo", "agent", "lookup", "unknown", *RECORD_TYPES})


class Fault(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing that goes wrong.

    `on` names whom it meets: a record type, token, authinfo, instanceinfo, agent, lookup, `any`, or a path
    pattern like `/api/client/12` or `/api/site*` in lower case. It lets `after` matching requests by, then
    meets one in `every` of them, `times` in all (None: without end), until `lasts` seconds after it was planned.
    A `tenant` is known by its token, so a fault of one tenant never meets the token page.
    """

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
        if self.what not in KINDS:
            raise ValueError(f"no such fault: {self.what!r}; known are {', '.join(sorted(KINDS))}")
        if not self.on.startswith("/") and self.on not in PLACES:
            raise ValueError(f"no such place: {self.on!r}; known are {', '.join(sorted(PLACES))} and paths")

        if self.every < 1:
            raise ValueError("a fault meets one in 1, 2 or more requests")

    def meets(self, *, kind: str, path: str, page: int, tenant: str | None, host: str) -> bool:
        place = fnmatchcase(path.lower(), self.on) if self.on.startswith("/") else self.on in {"any", kind}
        return place and self.page in {None, page} and self.tenant in {None, tenant} and self.host in {None, host}


class Planned(msgspec.Struct):
    """A fault and what it has met so far."""

    fault: Fault
    seen: int = 0
    fired: int = 0
    until: float | None = None

    def is_over(self, now: float) -> bool:
        is_used_up = self.fault.times is not None and self.fired >= self.fault.times
        return is_used_up or (self.until is not None and now >= self.until)


class Faults:
    """The plan. Faults that are used up stay in it, so that a test can ask whether they fired."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._planned: list[Planned] = []
        # For answers that are held: set when the faults planned so far are cleared.
        self.released = Event()

    def add(self, fault: Fault, now: float) -> None:
        until = None if fault.lasts is None else now + fault.lasts
        with self._lock:
            self._planned.append(Planned(fault, until=until))

    def clear(self) -> None:
        with self._lock:
            self._planned.clear()
            self.released.set()
            self.released = Event()

    def planned(self) -> list[Planned]:
        with self._lock:
            return [Planned(each.fault, each.seen, each.fired, each.until) for each in self._planned]

    def due(self, *, kind: str, path: str, page: int, tenant: str | None, host: str, now: float) -> list[Fault]:
        """Return the faults that meet this request, and count it for each."""
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
