"""The control API under /_sandbox/, which no PSA has.

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

webhook_control.py adds webhooks, and each PSA what only it has.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from portal.sandbox.changes import Change
from portal.sandbox.control_request import PREFIX, AnyInstance, ControlError, Controlled, ControlRequest
from portal.sandbox.instance import Instance
from portal.sandbox.journal import JournalEntry
from portal.sandbox.truth import record, truth
from portal.sandbox.webhook_control import WEBHOOK_VERBS

AnyRequest = ControlRequest[Instance[Any]]


def control(psa: Controlled[AnyInstance], instance: AnyInstance, method: str, path: str, body: Any = None) -> Any:
    """Execute a control request and return plain data. `path` starts after /_sandbox. Raises ControlError."""
    path, _, query = path.partition("?")
    noun, *rest = path.strip("/").split("/")
    verbs: Mapping[tuple[str, str], Callable[[Any], Any]] = {**_VERBS, **psa.verbs()}
    verb = verbs.get((method, noun))
    if verb is None:
        raise ControlError(f"no such control page: {method} {PREFIX}{path}")
    try:
        return msgspec.to_builtins(verb(ControlRequest(psa, instance, rest, dict(parse_qsl(query)), body)))
    except (ValueError, LookupError, TypeError) as problem:  # msgspec's ValidationError is a ValueError
        raise ControlError(f"{type(problem).__name__}: {problem}") from problem


def _about(control_request: AnyRequest) -> Any:
    instance = control_request.instance
    return {
        "url": instance.url,
        "now": instance.clock.now(),
        **control_request.psa.about(instance),
        "tenants": [
            {
                "name": tenant.name,
                "credentials": control_request.psa.credentials(tenant),
                "quota_used": tenant.quota.used(instance.knobs.quota_window),
            }
            for tenant in instance.tenants
        ],
    }


def _settings(control_request: AnyRequest) -> Any:
    return control_request.instance.knobs


def _turn(control_request: AnyRequest) -> Any:
    control_request.instance.knobs = control_request.instance.knobs.changed(control_request.body)
    return control_request.instance.knobs


def _tenant(control_request: AnyRequest) -> Any:
    return control_request.instance.tenant(control_request.rest[0]).settings


def _change_tenant(control_request: AnyRequest) -> Any:
    tenant = control_request.instance.tenant(control_request.rest[0])
    fixed = control_request.psa.fixed & control_request.body.keys()
    if fixed:
        raise ControlError(f"fixed since the start: {', '.join(sorted(fixed))}")
    changed = {**msgspec.to_builtins(tenant.settings), **control_request.body}
    tenant.settings = msgspec.convert(changed, type(tenant.settings))
    return tenant.settings


def _advance(control_request: AnyRequest) -> Any:
    control_request.instance.clock.advance(control_request.body["advance"])
    return {"now": control_request.instance.clock.now()}


def _faults(control_request: AnyRequest) -> Any:
    return control_request.instance.faults.planned()


def _plan(control_request: AnyRequest) -> Any:
    instance, body = control_request.instance, control_request.body
    asked = body if isinstance(body, list) else [body]
    for fault in [msgspec.convert(each, control_request.psa.fault) for each in asked]:
        instance.faults.add(fault, instance.clock.now())
    return instance.faults.planned()


def _clear_faults(control_request: AnyRequest) -> Any:
    control_request.instance.faults.clear()
    return []


def _truth(control_request: AnyRequest) -> Any:
    wanted = {name: name in control_request.query for name in ("ids", "digests", "rows")}
    return truth(control_request.tenant().tables, **wanted)


def _record(control_request: AnyRequest) -> Any:
    tenant, (kind, number) = control_request.tenant(), control_request.rest
    row = tenant.tables[kind].existing(int(number))
    return record(row, control_request.psa.detail(tenant, kind, row.id))


def _change_records(control_request: AnyRequest) -> Any:
    change = msgspec.convert(control_request.body, Change)
    instance, tenant = control_request.instance, control_request.tenant()
    return {"ids": control_request.psa.edit(instance, tenant, control_request.rest[0], change)}


def _journal(control_request: AnyRequest) -> Any:
    wanted = dict(control_request.query)
    after, limit = int(wanted.pop("after", 0)), int(wanted.pop("limit", 1000))
    unknown = wanted.keys() - set(JournalEntry.__struct_fields__)
    if unknown:
        raise ControlError(f"entries have no field {', '.join(sorted(unknown))}")
    journal = control_request.instance.journal
    return {"counts": journal.counts(), "entries": journal.entries(after=after, limit=limit, **wanted)}


def _reset(control_request: AnyRequest) -> Any:
    parts = {"journal": True, "quota": True, "faults": True, "tokens": False, **(control_request.body or {})}
    if parts["journal"]:
        control_request.instance.journal.reset()
    if parts["faults"]:
        control_request.instance.faults.clear()
    for tenant in control_request.instance.tenants:
        if parts["quota"]:
            tenant.quota.reset()
    if parts["tokens"]:
        control_request.psa.end_sessions(control_request.instance)
    return parts


_VERBS: dict[tuple[str, str], Callable[[AnyRequest], Any]] = {
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
}
