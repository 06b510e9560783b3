"""A running simulated Halo, as the desk reads and operates it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from portal.sandbox.changes import Change
from portal.sandbox.desk.description import Description
from portal.sandbox.desk.parts import Row
from portal.sandbox.desk.simulated_psa import Handle, Quota, SimulatedPsa, Verb, View, WizardValue
from portal.sandbox.halo.desk.description import HALO
from portal.sandbox.halo.desk.webhooks import HaloWebhooks
from portal.sandbox.halo.details import detail
from portal.sandbox.halo.edits import edit
from portal.sandbox.halo.instance import Instance
from portal.sandbox.halo.merges import merge
from portal.sandbox.halo.open_pages import authinfo
from portal.sandbox.halo.record_types import RECORD_TYPES
from portal.sandbox.halo.settings import Knobs, TenantSettings
from portal.sandbox.halo.tenant import Tenant


class SimulatedHalo(SimulatedPsa):
    description: ClassVar[Description] = HALO

    def __init__(self, instance: Instance, tenant: Tenant) -> None:
        self._instance = instance
        self._tenant = tenant
        self.tenant = tenant.name
        self.tenants = [each.name for each in instance.tenants]
        self.clock = instance.clock
        self.journal = instance.journal
        self.faults = instance.faults
        self.tables = tenant.tables
        self.webhooks = HaloWebhooks(instance, tenant)

    def values(self) -> list[WizardValue]:
        """Return the values to enter, and those that the wizard takes from /api/authinfo."""
        instance, settings = self._instance, self._tenant.settings
        info = authinfo(instance.url, None if instance.hosted else instance.tenants[0].name, instance.knobs)
        filled, typed = "filled in for you", "this Halo has several tenants: type it in"
        given_tenant = str(info.get("tenant_id") or "")
        return [
            WizardValue("Base URL", instance.url),
            WizardValue("Client ID", settings.client_id),
            WizardValue("Client Secret", settings.client_secret),
            WizardValue("Auth Server", str(info.get("auth_url") or f"{instance.url}/auth"), filled),
            WizardValue("Tenant Name", given_tenant or self.tenant, filled if given_tenant else typed),
        ]

    def quota(self) -> Quota:
        knobs = self._instance.knobs
        return Quota(self._tenant.quota.used(knobs.quota_window), knobs.quota, knobs.quota_window)

    def handles(self) -> Sequence[Handle]:
        revoke, reset = self._tenant.tokens.revoke, self._tenant.quota.reset
        ended = "All tokens have expired: the next request with one of them gets 401."
        return [
            Handle("end_tokens", "Expire all tokens", ended, revoke),
            Handle("clear_quota", "Reset the quota", "Quota reset: all requests are available again.", reset),
        ]

    def each_tenant(self) -> Sequence[SimulatedHalo]:
        return [SimulatedHalo(self._instance, each) for each in self._instance.tenants]

    def knobs(self) -> Knobs:
        return self._instance.knobs

    def knobs_at_start(self) -> Knobs:
        return self._instance.started.knobs

    def turn(self, knobs: Knobs) -> None:
        self._instance.knobs = knobs

    def settings(self) -> TenantSettings:
        return self._tenant.settings

    def settings_at_start(self) -> TenantSettings:
        return self._instance.start_of(self._tenant)

    def permit(self, settings: TenantSettings) -> None:
        self._tenant.settings = settings

    def edit(
        self, kind: str, verb: Verb, fields: dict[str, Any], *, ids: list[int] | None = None, count: int = 1
    ) -> list[int]:
        return edit(self._instance, self._tenant, kind, Change(verb, ids=ids, count=count, fields=fields))

    def merge(self, kind: str, into: int, others: Sequence[int]) -> int:
        return merge(self._instance, self._tenant, kind, into, others)

    def views(self, kind: str, row: Row) -> list[View]:
        whole = detail(self._tenant, RECORD_TYPES[kind], row.id)
        return [View("As a row in a list", row.fields()), View("As Halo returns it by number", whole)]
