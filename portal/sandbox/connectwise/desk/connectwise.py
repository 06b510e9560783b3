"""A running simulated ConnectWise, as the desk reads and operates it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from portal.sandbox.connectwise.control import CONTROLLED
from portal.sandbox.connectwise.desk.callbacks import DeskCallbacks
from portal.sandbox.connectwise.desk.description import CONNECTWISE
from portal.sandbox.connectwise.instance import Instance
from portal.sandbox.connectwise.merges import merge
from portal.sandbox.connectwise.settings import Knobs, TenantSettings
from portal.sandbox.connectwise.tenant import Tenant
from portal.sandbox.control_request import Controlled
from portal.sandbox.desk.description import Description
from portal.sandbox.desk.simulated_psa import SimulatedPsa, WizardValue


class SimulatedConnectWise(SimulatedPsa):
    description: ClassVar[Description] = CONNECTWISE
    controlled: ClassVar[Controlled[Any]] = CONTROLLED

    def __init__(self, instance: Instance, tenant: Tenant) -> None:
        super().__init__(instance, tenant, DeskCallbacks(instance, tenant))
        self._connectwise = instance
        self._of = tenant

    def values(self) -> list[WizardValue]:
        settings = self._of.settings
        return [
            WizardValue("Site", self._connectwise.url),
            WizardValue("Company ID", self.name),
            WizardValue("Public Key", settings.public_key),
            WizardValue("Private Key", settings.private_key),
            WizardValue("Client ID", settings.client_id, "only if the portal has none of its own"),
        ]

    def each_tenant(self) -> list[SimulatedConnectWise]:
        return [SimulatedConnectWise(self._connectwise, each) for each in self._connectwise.tenants]

    def knobs_at_start(self) -> Knobs:
        return self._connectwise.started.knobs

    def settings_at_start(self) -> TenantSettings:
        return self._connectwise.start_of(self._of)

    def merge(self, kind: str, into: int, others: Sequence[int]) -> int:
        del kind
        changed = merge(self._connectwise, self._of, into, others)
        return sum(len(ids) for ids in changed.values()) - len(changed["clients"])
