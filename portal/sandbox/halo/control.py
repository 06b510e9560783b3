"""The control API under /_sandbox/, which Halo itself does not have.

GET        /_sandbox/                        address, time, tenants with credentials and used quota
GET, POST  /_sandbox/settings                the knobs; POST changes the given ones
GET, POST  /_sandbox/tenants/NAME            credentials, permissions; POST changes the given ones
POST       /_sandbox/clock                   {"advance": seconds}
GET, POST, DELETE  /_sandbox/faults          planned faults; POST adds one or a list; DELETE clears them
GET        /_sandbox/truth                   ?tenant= ?ids=1 ?digests=1 ?rows=1
GET        /_sandbox/records/TYPE/ID         ?tenant=
POST       /_sandbox/records/TYPE            ?tenant=  a Change; returns {"ids": […]}
GET        /_sandbox/journal                 ?after= ?limit= and any field of an entry as a filter
POST       /_sandbox/reset                   {"journal", "quota", "faults", "tokens": true or false}

webhook_control.py and ticket_control.py add webhooks and tickets; desk/ has the web pages at /_sandbox/desk.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from portal.sandbox.halo.changes import Change
from portal.sandbox.halo.control_request import PREFIX, ControlError, ControlRequest
from portal.sandbox.halo.edits import edit
from portal.sandbox.halo.faults import Fault
from portal.sandbox.halo.instance import Instance
from portal.sandbox.halo.journal import JournalEntry
from portal.sandbox.halo.settings import TenantSettings
from portal.sandbox.halo.ticket_control import TICKET_VERBS
from portal.sandbox.halo.truth import record, truth
from portal.sandbox.halo.webhook_control import WEBHOOK_VERBS

# These cannot change after the records have been generated.
FIXED = frozenset({"name", "seed", "sizes", "tickets", "logos"})


def control(instance: Instance, method: str, path: str, body: Any = None) -> Any:
    """Execute a control request and return plain data. `path` starts after /_sandbox. Raises ControlError."""
    path, _, query = path.partition("?")
    noun, *rest = path.strip("/").split("/")
    verb = _VERBS.get((method, noun))
    if verb is None:
        raise ControlError(f"no such control page: {method} {PREFIX}{path}")
    try:
        return msgspec.to_builtins(verb(ControlRequest(instance, rest, dict(parse_qsl(query)), body)))
    except (ValueError, LookupError, TypeError) as problem:  # msgspec's ValidationError is a ValueError
        raise ControlError(f"{type(problem).__name__}: {problem}") from problem


def _about(control_request: ControlRequest) -> Any:
    instance = control_request.instance
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


def _settings(control_request: ControlRequest) -> Any:
    return control_request.instance.knobs


def _turn(control_request: ControlRequest) -> Any:
    control_request.instance.knobs = control_request.instance.knobs.changed(control_request.body)
    return control_request.instance.knobs


def _tenant(control_request: ControlRequest) -> Any:
    return control_request.instance.tenant(control_request.rest[0]).settings


def _change_tenant(control_request: ControlRequest) -> Any:
    tenant = control_request.instance.tenant(control_request.rest[0])
    fixed = FIXED & control_request.body.keys()
    if fixed:
        raise ControlError(f"fixed since the start: {', '.join(sorted(fixed))}")
    tenant.settings = msgspec.convert(
        {**msgspec.to_builtins(tenant.settings), **control_request.body}, TenantSettings
    )
    return tenant.settings


def _advance(control_request: ControlRequest) -> Any:
    control_request.instance.clock.advance(control_request.body["advance"])
    return {"now": control_request.instance.clock.now()}


def _faults(control_request: ControlRequest) -> Any:
    return control_request.instance.faults.planned()


def _plan(control_request: ControlRequest) -> Any:
    for fault in msgspec.convert(
        control_request.body if isinstance(control_request.body, list) else [control_request.body], list[Fault]
    ):
        control_request.instance.faults.add(fault, control_request.instance.clock.now())
    return control_request.instance.faults.planned()


def _clear_faults(control_request: ControlRequest) -> Any:
    control_request.instance.faults.clear()
    return []


def _truth(control_request: ControlRequest) -> Any:
    wanted = {name: name in control_request.query for name in ("ids", "digests", "rows")}
    return truth(control_request.tenant(), **wanted)


def _record(control_request: ControlRequest) -> Any:
    kind, number = control_request.rest
    return record(control_request.tenant(), kind, int(number))


def _change_records(control_request: ControlRequest) -> Any:
    change = msgspec.convert(control_request.body, Change)
    return {"ids": edit(control_request.instance, control_request.tenant(), control_request.rest[0], change)}


def _journal(control_request: ControlRequest) -> Any:
    wanted = dict(control_request.query)
    after, limit = int(wanted.pop("after", 0)), int(wanted.pop("limit", 1000))
    unknown = wanted.keys() - set(JournalEntry.__struct_fields__)
    if unknown:
        raise ControlError(f"entries have no field {', '.join(sorted(unknown))}")
    journal = control_request.instance.journal
    return {"counts": journal.counts(), "entries": journal.entries(after=after, limit=limit, **wanted)}


def _reset(control_request: ControlRequest) -> Any:
    parts = {"journal": True, "quota": True, "faults": True, "tokens": False, **(control_request.body or {})}
    if parts["journal"]:
        control_request.instance.journal.reset()
    if parts["faults"]:
        control_request.instance.faults.clear()
    for tenant in control_request.instance.tenants:
        if parts["quota"]:
            tenant.quota.reset()
        if parts["tokens"]:
            tenant.tokens.revoke()
    return parts


_VERBS: dict[tuple[str, str], Callable[[ControlRequest], Any]] = {
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
