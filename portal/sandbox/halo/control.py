"""What Halo brings to the control API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Final

from portal.sandbox.changes import Change
from portal.sandbox.control_request import Controlled, ControlRequest
from portal.sandbox.faults import Fault as AnyFault
from portal.sandbox.halo.details import detail
from portal.sandbox.halo.edits import edit
from portal.sandbox.halo.faults import Fault
from portal.sandbox.halo.instance import Instance
from portal.sandbox.halo.record_types import RECORD_TYPES
from portal.sandbox.halo.settings import FIXED
from portal.sandbox.halo.tenant import Tenant
from portal.sandbox.halo.ticket_control import TICKET_VERBS


class ControlledHalo(Controlled[Instance]):
    fault: ClassVar[type[AnyFault]] = Fault
    fixed: ClassVar[frozenset[str]] = FIXED

    def verbs(self) -> Mapping[tuple[str, str], Callable[[ControlRequest[Instance]], Any]]:
        return TICKET_VERBS

    def about(self, instance: Instance) -> dict[str, Any]:
        return {"hosted": instance.hosted}

    def credentials(self, tenant: Tenant) -> dict[str, str]:
        settings = tenant.settings
        return {"tenant": tenant.name, "client_id": settings.client_id, "client_secret": settings.client_secret}

    def edit(self, instance: Instance, tenant: Tenant, kind: str, change: Change) -> list[int]:
        return edit(instance, tenant, kind, change)

    def detail(self, tenant: Tenant, kind: str, number: int) -> dict[str, Any] | None:
        return detail(tenant, RECORD_TYPES[kind], number)

    def end_sessions(self, instance: Instance) -> None:
        for tenant in instance.tenants:
            tenant.tokens.revoke()


CONTROLLED: Final = ControlledHalo()
