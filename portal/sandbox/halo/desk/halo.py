"""A running simulated Halo, as the desk reads and operates it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from portal.sandbox.control_request import Controlled
from portal.sandbox.desk.description import Description
from portal.sandbox.desk.simulated_psa import Handle, SimulatedPsa, WizardValue
from portal.sandbox.halo.control import CONTROLLED
from portal.sandbox.halo.desk.description import HALO
from portal.sandbox.halo.desk.webhooks import HaloDeskWebhooks
from portal.sandbox.halo.instance import Instance
from portal.sandbox.halo.merges import merge
from portal.sandbox.halo.open_pages import authinfo
from portal.sandbox.halo.settings import Knobs, TenantSettings
from portal.sandbox.halo.tenant import Tenant


class SimulatedHalo(SimulatedPsa):
    description: ClassVar[Description] = HALO
    controlled: ClassVar[Controlled[Any]] = CONTROLLED

    def __init__(self, instance: Instance, tenant: Tenant) -> None:
        super().__init__(instance, tenant, HaloDeskWebhooks(instance, tenant))
        self._halo = instance
        self._of = tenant

    def values(self) -> list[WizardValue]:
        """Return the values to enter, and those that the wizard takes from /api/authinfo."""
        halo, settings = self._halo, self._of.settings
        info = authinfo(halo.url, None if halo.hosted else halo.tenants[0].name, halo.knobs)
        filled, typed = "filled in for you", "this Halo has several tenants: type it in"
        given_tenant = str(info.get("tenant_id") or "")
        return [
            WizardValue("Base URL", halo.url),
            WizardValue("Client ID", settings.client_id),
            WizardValue("Client Secret", settings.client_secret),
            WizardValue("Auth Server", str(info.get("auth_url") or f"{halo.url}/auth"), filled),
            WizardValue("Tenant Name", given_tenant or self.name, filled if given_tenant else typed),
        ]

    def each_tenant(self) -> list[SimulatedHalo]:
        return [SimulatedHalo(self._halo, each) for each in self._halo.tenants]

    def knobs_at_start(self) -> Knobs:
        return self._halo.started.knobs

    def settings_at_start(self) -> TenantSettings:
        return self._halo.start_of(self._of)

    def merge(self, kind: str, into: int, others: Sequence[int]) -> int:
        return merge(self._halo, self._of, kind, into, others)

    def handles(self) -> list[Handle]:
        ended = "All tokens have expired: the next request with one of them gets 401."
        return [Handle("end_tokens", "Expire all tokens", ended, self._of.tokens.revoke), *super().handles()]
