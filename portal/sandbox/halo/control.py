"""The control API under /_sandbox/: what tests turn and ask, and Halo has not.

GET        /_sandbox/                        address, time, tenants with credentials and used quota
GET, POST  /_sandbox/settings                the knobs; POST turns those it names
GET, POST  /_sandbox/tenants/NAME            credentials, permissions; POST changes those it names
POST       /_sandbox/clock                   {"advance": seconds}
GET, POST, DELETE  /_sandbox/faults          the plan; POST adds one fault or a list; DELETE clears
GET        /_sandbox/truth                   ?tenant= ?ids=1 ?digests=1 ?rows=1
GET        /_sandbox/records/TYPE/ID         ?tenant=
POST       /_sandbox/records/TYPE            ?tenant=  a Change; answers {"ids": […]}
GET        /_sandbox/journal                 ?after= ?limit= and any field of an entry as a filter
POST       /_sandbox/reset                   {"journal", "quota", "faults", "tokens": true or false}

webhook_control.py and ticket_control.py add those of webhooks and tickets, desk/ pages for people at /_sandbox/desk.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from portal.sandbox.halo.ask import PREFIX, Ask, ControlError
from portal.sandbox.halo.changes import Change
from portal.sandbox.halo.edits import edit
from portal.sandbox.halo.faults import Fault
from portal.sandbox.halo.instance import Instance
from portal.sandbox.halo.journal import Entry
from portal.sandbox.halo.settings import TenantSettings
from portal.sandbox.halo.ticket_control import TICKET_VERBS
from portal.sandbox.halo.truth import record, truth
from portal.sandbox.halo.webhook_control import WEBHOOK_VERBS

# Fixed once the records are made.
FIXED = frozenset({"name", "seed", "sizes", "tickets", "logos"})


def control(instance: Instance, method: str, path: str, body: Any = None) -> Any:
    """Answer with plain data. `path` starts after /_sandbox and may carry a query. ControlError if it cannot."""
    path, _, query = path.partition("?")
    noun, *rest = path.strip("/").split("/")
    verb = _VERBS.get((method, noun))
    if verb is None:
        raise ControlError(f"no such control page: {method} {PREFIX}{path}")
    try:
        return msgspec.to_builtins(verb(Ask(instance, rest, dict(parse_qsl(query)), body)))
    except (ValueError, LookupError, TypeError) as problem:  # msgspec's ValidationError is a ValueError
        raise ControlError(f"{type(problem).__name__}: {problem}") from problem


def _about(ask: Ask) -> Any:
    instance = ask.instance
    return {
        "url": instance.url,
        "now": instance.clock.now(),
        "hosted": instance.hosted,
        "tenants": [
            {
                "name": tenant.name,
                "client_id": tenant.settings.client_id,
                "client_secret": tenant.settings.client_secret,
                "quota_used": tenant.quota.used(instance.knobs.quota_window),
            }
            for tenant in instance.tenants
        ],
    }


def _settings(ask: Ask) -> Any:
    return ask.instance.knobs


def _turn(ask: Ask) -> Any:
    ask.instance.knobs = ask.instance.knobs.changed(ask.body)
    return ask.instance.knobs


def _tenant(ask: Ask) -> Any:
    return ask.instance.tenant(ask.rest[0]).settings


def _change_tenant(ask: Ask) -> Any:
    tenant = ask.instance.tenant(ask.rest[0])
    fixed = FIXED & ask.body.keys()
    if fixed:
        raise ControlError(f"fixed since the start: {', '.join(sorted(fixed))}")
    tenant.settings = msgspec.convert({**msgspec.to_builtins(tenant.settings), **ask.body}, TenantSettings)
    return tenant.settings


def _advance(ask: Ask) -> Any:
    ask.instance.clock.advance(ask.body["advance"])
    return {"now": ask.instance.clock.now()}


def _faults(ask: Ask) -> Any:
    return ask.instance.faults.planned()


def _plan(ask: Ask) -> Any:
    for fault in msgspec.convert(ask.body if isinstance(ask.body, list) else [ask.body], list[Fault]):
        ask.instance.faults.add(fault, ask.instance.clock.now())
    return ask.instance.faults.planned()


def _clear_faults(ask: Ask) -> Any:
    ask.instance.faults.clear()
    return []


def _truth(ask: Ask) -> Any:
    wanted = {name: name in ask.query for name in ("ids", "digests", "rows")}
    return truth(ask.tenant(), **wanted)


def _record(ask: Ask) -> Any:
    kind, number = ask.rest
    return record(ask.tenant(), kind, int(number))


def _change_records(ask: Ask) -> Any:
    change = msgspec.convert(ask.body, Change)
    return {"ids": edit(ask.instance, ask.tenant(), ask.rest[0], change)}


def _journal(ask: Ask) -> Any:
    wanted = dict(ask.query)
    after, limit = int(wanted.pop("after", 0)), int(wanted.pop("limit", 1000))
    unknown = wanted.keys() - set(Entry.__struct_fields__)
    if unknown:
        raise ControlError(f"entries have no field {', '.join(sorted(unknown))}")
    journal = ask.instance.journal
    return {"counts": journal.counts(), "entries": journal.entries(after=after, limit=limit, **wanted)}


def _reset(ask: Ask) -> Any:
    parts = {"journal": True, "quota": True, "faults": True, "tokens": False, **(ask.body or {})}
    if parts["journal"]:
        ask.instance.journal.reset()
    if parts["faults"]:
        ask.instance.faults.clear()
    for tenant in ask.instance.tenants:
        if parts["quota"]:
            tenant.quota.reset()
        if parts["tokens"]:
            tenant.tokens.revoke()
    return parts


_VERBS: dict[tuple[str, str], Callable[[Ask], Any]] = {
    ("GET", ""): _about,
    ("GET", "settings"): _settings,
    ("POST", "settings"): _turn,
    ("GET", "tenants"): _tenant,
    ("POST", "tenants"): _change_tenant,
    ("POST", "clock"): _advance,
    ("GET", "faults"): _faults,
    ("POST", "faults"): _plan,
    ("DELETE", "faults"): _clear_faults,
    ("GET", "truth"): _truth,
    ("GET", "records"): _record,
    ("POST", "records"): _change_records,
    ("GET", "journal"): _journal,
    ("POST", "reset"): _reset,
    **WEBHOOK_VERBS,
    **TICKET_VERBS,
}
