"""The Overview: values for the wizard, the Halo's behaviour, and its records."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from portal.sandbox.halo.desk.desk_request import DeskRequest, Form, FormError, FormResult
from portal.sandbox.halo.desk.differences import differences
from portal.sandbox.halo.desk.presets import PRESETS, apply_preset, current
from portal.sandbox.halo.desk.records.tables import TABLES
from portal.sandbox.halo.desk.render import page
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
class WizardValue:
    """A value for the wizard; `note` says whether the user or the wizard fills it in."""

    label: str
    value: str
    note: str = ""


def show(desk_request: DeskRequest) -> str:
    instance, tenant = desk_request.instance, desk_request.tenant
    return page(
        desk_request,
        "overview.html",
        wizard=_wizard(desk_request),
        presets=PRESETS,
        current=current(instance),
        differences=differences(desk_request),
        tiles=[_tile(desk_request, kind) for kind in RECORD_TYPES],
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


def _wizard(desk_request: DeskRequest) -> list[WizardValue]:
    """Return the values to enter, and those that the wizard takes from /api/authinfo."""
    instance, tenant = desk_request.instance, desk_request.tenant
    info = authinfo(instance.url, None if instance.hosted else instance.tenants[0].name, instance.knobs)
    filled, typed = "filled in for you", "this Halo has several tenants: type it in"
    given_tenant = str(info.get("tenant_id") or "")
    return [
        WizardValue("Base URL", instance.url),
        WizardValue("Client ID", tenant.settings.client_id),
        WizardValue("Client Secret", tenant.settings.client_secret),
        WizardValue("Auth Server", str(info.get("auth_url") or f"{instance.url}/auth"), filled),
        WizardValue("Tenant Name", given_tenant or tenant.name, filled if given_tenant else typed),
    ]


def _tile(desk_request: DeskRequest, kind: str) -> Tile:
    rows = desk_request.tenant.tables[kind].rows()
    return Tile(kind, len(rows), sum(not row.active for row in rows), TABLES[kind].inactive)


def _advance(desk_request: DeskRequest, form: Form) -> FormResult:
    unit = form.text("unit")
    if unit not in _UNITS:
        raise FormError("Choose minutes, hours or days.")
    amount = form.whole("amount", "How far to move the clock", least=1)
    if amount * _UNITS[unit] > _FARTHEST_DAYS * _UNITS["days"]:
        raise FormError(f"The clock moves by at most {_FARTHEST_DAYS:,} days at once.")
    desk_request.instance.clock.advance(amount * _UNITS[unit])
    return FormResult(f"Moved the clock forward by {amount:,} {unit if amount > 1 else unit[:-1]}.")


def _become(desk_request: DeskRequest, form: Form) -> FormResult:
    preset = next((each for each in PRESETS if each.id == form.text("character")), None)
    if preset is None:
        raise FormError("This character doesn't exist. Reload the page and choose again.")
    apply_preset(desk_request.instance, preset)
    return FormResult(f"This Halo now plays: {preset.name}.")


def _clear_quota(desk_request: DeskRequest, form: Form) -> FormResult:
    del form
    desk_request.tenant.quota.reset()
    return FormResult("Quota reset: all requests are available again.")


def _end_tokens(desk_request: DeskRequest, form: Form) -> FormResult:
    del form
    desk_request.tenant.tokens.revoke()
    return FormResult("All tokens have expired: the next request with one of them gets 401.")


VERBS: Final[dict[str, Callable[[DeskRequest, Form], FormResult]]] = {
    "advance": _advance,
    "become": _become,
    "clear_quota": _clear_quota,
    "end_tokens": _end_tokens,
}
