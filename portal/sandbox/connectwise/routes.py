"""Maps a path to an endpoint, ignoring case (connectwise-api.md sections 1, 5 and 7)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from portal.sandbox.connectwise.lookups import TABLES
from portal.sandbox.connectwise.record_types import RECORD_TYPES, SITES, RecordType

ROUTER = "v4_6_release"
API = "apis/3.0"
_BY_PATH = {each.path: each for each in RECORD_TYPES.values() if each is not SITES}
_SITES = re.compile(r"company/companies/(\w+)/sites(?:/(\w+))?")
_FORECAST = re.compile(r"sales/opportunities/(\w+)/forecast")
_KEY = re.compile(r"/?([^/]*)/+system/callbackkey/index\.rails")
_COMPANY = re.compile(r"/(?:[^/]+/)?login/companyinfo/([^/]*)")
_FIXED = {"system/info": "info", "system/mysecurity": "security"}


@dataclass(frozen=True)
class Target:
    """`kind` is one of the places that faults know; `item` is an id as it was sent, `count`, or a lookup's path."""

    kind: str
    record_type: RecordType | None = None
    item: str | None = None
    company: str | None = None  # whose sites
    codebase: str = ROUTER


def route(path: str) -> Target:
    company = _COMPANY.fullmatch(path)
    if company:
        return Target("companyinfo", item=company[1])
    if _KEY.fullmatch(path.lower()):
        return Target("callbackkey")
    codebase, _, rest = path.lower().strip("/").partition(f"/{API}/")
    if not rest:
        return Target("unknown", codebase=codebase)
    target = _api(rest.strip("/"))
    return Target(target.kind, target.record_type, target.item, target.company, codebase)


def _api(path: str) -> Target:
    if path in _FIXED:
        return Target(_FIXED[path])
    if path.removesuffix("/info").removesuffix("/count") in TABLES:
        return Target("lookup", item=path)
    sites = _SITES.fullmatch(path)
    if sites:
        return Target(SITES.name, SITES, sites[2], company=sites[1])
    forecast = _FORECAST.fullmatch(path)
    if forecast:
        return Target("forecast", item=forecast[1])
    if path == "system/callbacks" or path.startswith("system/callbacks/"):
        return Target("callbacks", item=path.removeprefix("system/callbacks").strip("/") or None)
    head, _, last = path.rpartition("/")
    if path in _BY_PATH:
        return Target(_BY_PATH[path].name, _BY_PATH[path])
    if head in _BY_PATH:
        return Target(_BY_PATH[head].name, _BY_PATH[head], last)
    return Target("unknown")
