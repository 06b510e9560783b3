"""The Overview: what to type into the wizard, how this Halo behaves, and what there is in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from portal.sandbox.halo.desk.characters import CHARACTERS, current, turn_into
from portal.sandbox.halo.desk.differences import differences
from portal.sandbox.halo.desk.records.tables import TABLES
from portal.sandbox.halo.desk.render import page
from portal.sandbox.halo.desk.visit import Done, Form, Refusal, Visit
from portal.sandbox.halo.open_pages import authinfo
from portal.sandbox.halo.record_types import RECORD_TYPES

_UNITS: Final = {"minutes": 60, "hours": 3_600, "days": 86_400}
_FARTHEST_DAYS = 3_650
BURSTS: Final = (
    ("change", 200, "contacts"),
    ("delete", 30, "assets"),
    ("create", 25, "clients"),
    ("deactivate", 5, "clients"),
    ("merge", 2, "clients"),
)


@dataclass(frozen=True)
class Tile:
    kind: str
    total: int
    inactive: int
    inactive_word: str


@dataclass(frozen=True)
class Typed:
    """A value for the wizard; `note` says who fills it in."""

    label: str
    value: str
    note: str = ""


def show(visit: Visit) -> str:
    instance, tenant = visit.instance, visit.tenant
    return page(
        visit,
        "overview.html",
        wizard=_wizard(visit),
        characters=CHARACTERS,
        current=current(instance),
        differences=differences(visit),
        tiles=[_tile(visit, kind) for kind in RECORD_TYPES],
        bursts=BURSTS,
        verbs=("change", "create", "delete", "deactivate", "reactivate", "merge"),
        kinds=tuple(RECORD_TYPES),
        used=tenant.quota.used(instance.knobs.quota_window),
        now=instance.clock.now(),
        units=_UNITS,
        requests=instance.journal.counts(),
        planned=instance.faults.planned(),
        listeners=instance.webhooks.register.of(tenant.name),
    )


def _wizard(visit: Visit) -> list[Typed]:
    """List what to type, and what the wizard itself takes from /api/authinfo."""
    instance, tenant = visit.instance, visit.tenant
    told = authinfo(instance.url, None if instance.hosted else instance.tenants[0].name, instance.knobs)
    filled, typed = "filled in for you", "this Halo has several tenants: type it in"
    tenant_told = str(told.get("tenant_id") or "")
    return [
        Typed("Base URL", instance.url),
        Typed("Client ID", tenant.settings.client_id),
        Typed("Client Secret", tenant.settings.client_secret),
        Typed("Auth Server", str(told.get("auth_url") or f"{instance.url}/auth"), filled),
        Typed("Tenant Name", tenant_told or tenant.name, filled if tenant_told else typed),
    ]


def _tile(visit: Visit, kind: str) -> Tile:
    rows = visit.tenant.tables[kind].rows()
    return Tile(kind, len(rows), sum(not row.active for row in rows), TABLES[kind].inactive)


def _advance(visit: Visit, form: Form) -> Done:
    unit = form.text("unit")
    if unit not in _UNITS:
        raise Refusal("Choose minutes, hours or days.")
    amount = form.whole("amount", "How far to move the clock", least=1)
    if amount * _UNITS[unit] > _FARTHEST_DAYS * _UNITS["days"]:
        raise Refusal(f"The clock moves by at most {_FARTHEST_DAYS:,} days at once.")
    visit.instance.clock.advance(amount * _UNITS[unit])
    return Done(f"Moved the clock forward by {amount:,} {unit if amount > 1 else unit[:-1]}.")


def _become(visit: Visit, form: Form) -> Done:
    character = next((each for each in CHARACTERS if each.id == form.text("character")), None)
    if character is None:
        raise Refusal("This character doesn't exist. Reload the page and choose again.")
    turn_into(visit.instance, character)
    return Done(f"This Halo now plays: {character.name}.")


def _clear_quota(visit: Visit, form: Form) -> Done:
    del form
    visit.tenant.quota.reset()
    return Done("Quota reset: all requests are available again.")


def _end_tokens(visit: Visit, form: Form) -> Done:
    del form
    visit.tenant.tokens.revoke()
    return Done("All tokens have expired: the next request with one of them gets 401.")


VERBS: Final[dict[str, Callable[[Visit, Form], Done]]] = {
    "advance": _advance,
    "become": _become,
    "clear_quota": _clear_quota,
    "end_tokens": _end_tokens,
}
