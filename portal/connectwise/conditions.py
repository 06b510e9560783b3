"""The conditions of a list, and what to do when a server refuses one (connectwise-api.md section 4).

Servers differ in what they accept: `deletedFlag` may be an unknown name, and a moment may have to be written with or
without a Z. What a server has refused once, this client does not send again.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from threading import Lock
from typing import Final, NamedTuple

# Servers may read a moment in their own time zone, and their clocks may be wrong.
OVERLAP: Final = timedelta(hours=24)
NOT_DELETED: Final = "deletedFlag=false"
DELETED: Final = "deletedFlag=true"


class ConditionRefusedError(Exception):
    """The server refuses the conditions of a request. `said` is its message."""

    def __init__(self, said: str) -> None:
        super().__init__(said)
        self.said = said


class Sent(NamedTuple):
    """The conditions of one request, joined in `text`. `spelling` is the number of the one for changes, if any."""

    record_type: str
    text: str
    has_flag: bool
    spelling: int | None

    @property
    def params(self) -> dict[str, str]:
        return {"conditions": self.text} if self.text else {}


class Conditions:
    """What one server accepts, by record type. Thread-safe."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._without_flag: set[str] = set()
        self._spelling: dict[str, int] = {}

    def filters_deleted(self, record_type: str) -> bool:
        """Whether the server leaves deleted records out of the list. Only companies stay there when deleted."""
        return record_type == "clients" and record_type not in self._without_flag

    def leaves_out_nothing(self, record_type: str) -> None:
        """Note that the server takes `deletedFlag` and ignores it."""
        with self._lock:
            self._without_flag.add(record_type)

    def of(self, record_type: str, since: datetime | None = None) -> Sent:
        """Return the conditions for a list. Without any spelling that works, changes are the whole list."""
        has_flag = self.filters_deleted(record_type)
        parts = [NOT_DELETED] if has_flag else []
        spellings = [] if since is None else changed_since(since)
        spelling = self._spelling.get(record_type, 0)
        if spelling < len(spellings):
            parts.append(spellings[spelling])
        return Sent(record_type, " and ".join(parts), has_flag, spelling if spelling < len(spellings) else None)

    def adapt(self, sent: Sent, refusal: ConditionRefusedError) -> bool:
        """Leave out what was refused from now on. Returns whether there was anything to leave out."""
        is_about_flag = sent.has_flag and (sent.spelling is None or "deletedflag" in refusal.said.lower())
        with self._lock:
            if is_about_flag:
                self._without_flag.add(sent.record_type)
            elif sent.spelling is not None:
                before = self._spelling.get(sent.record_type, 0)
                self._spelling[sent.record_type] = max(before, sent.spelling + 1)
        return bool(sent.text)


def changed_since(moment: datetime) -> list[str]:
    """Return the condition for changes since then, as a union of both spellings and then each of them alone."""
    with_zone = f"lastUpdated>[{moment:%Y-%m-%dT%H:%M:%SZ}]"
    without_zone = f"lastUpdated>[{moment:%Y-%m-%dT%H:%M:%S}]"
    return [f"({with_zone} or {without_zone})", with_zone, without_zone]
