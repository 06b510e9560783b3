"""Maps a path to an endpoint, ignoring case (halo-api.md section 0)."""

from __future__ import annotations

from dataclasses import dataclass

from portal.sandbox.halo.lookups import NAMES
from portal.sandbox.halo.record_types import RECORD_TYPES, RecordType

_BY_PATH = {each.path.lower(): each for each in RECORD_TYPES.values()}
_FIXED = {
    ("auth", "token"): "token",
    ("api", "authinfo"): "authinfo",
    ("api", "instanceinfo"): "instanceinfo",
    ("api", "agent", "me"): "agent",
}


@dataclass(frozen=True)
class Target:
    """`kind` is a record type's name, or token, authinfo, instanceinfo, agent, lookup, unknown."""

    kind: str
    record_type: RecordType | None = None
    item: str | None = None  # the id of a detail as it was sent, or a lookup's name


def route(path: str) -> Target:
    parts = tuple(path.lower().strip("/").split("/"))
    if parts in _FIXED:
        return Target(_FIXED[parts])
    if parts[0] != "api" or len(parts) not in {2, 3}:
        return Target("unknown")
    item = parts[2] if len(parts) == 3 else None
    if parts[1] in _BY_PATH:
        record_type = _BY_PATH[parts[1]]
        return Target(record_type.name, record_type, item)
    if parts[1] in NAMES and item is None:
        return Target("lookup", item=parts[1])
    return Target("unknown")
