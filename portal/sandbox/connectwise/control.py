"""What ConnectWise brings to the control API.

POST   /_sandbox/merge            ?tenant=  {"into": id, "others": [id, …]}: the ids that changed, by record type
POST   /_sandbox/purge/TYPE       ?tenant=  {"ids": […]}: deletes for good, companies too
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Final

from portal.sandbox.changes import Change
from portal.sandbox.connectwise.edits import edit
from portal.sandbox.connectwise.faults import Fault
from portal.sandbox.connectwise.instance import Instance
from portal.sandbox.connectwise.merges import merge
from portal.sandbox.connectwise.settings import FIXED
from portal.sandbox.connectwise.tenant import Tenant
from portal.sandbox.control_request import Controlled, ControlRequest
from portal.sandbox.faults import Fault as AnyFault

Request = ControlRequest[Instance]


def _merge(control_request: Request) -> Any:
    body = control_request.body
    return merge(control_request.instance, control_request.tenant(), body["into"], body["others"])


def _purge(control_request: Request) -> Any:
    change = Change("delete", ids=list(control_request.body["ids"]))
    kind = control_request.rest[0]
    return {"ids": edit(control_request.instance, control_request.tenant(), kind, change, for_good=True)}


class ControlledConnectWise(Controlled[Instance]):
    fault: ClassVar[type[AnyFault]] = Fault
    fixed: ClassVar[frozenset[str]] = FIXED

    def verbs(self) -> Mapping[tuple[str, str], Callable[[Request], Any]]:
        return {("POST", "merge"): _merge, ("POST", "purge"): _purge}

    def about(self, instance: Instance) -> dict[str, Any]:
        return {"codebase": instance.knobs.codebase}

    def credentials(self, tenant: Tenant) -> dict[str, str]:
        settings = tenant.settings
        return {
            "company_id": tenant.name,
            "public_key": settings.public_key,
            "private_key": settings.private_key,
            "client_id": settings.client_id,
        }

    def edit(self, instance: Instance, tenant: Tenant, kind: str, change: Change) -> list[int]:
        return edit(instance, tenant, kind, change)

    def detail(self, tenant: Tenant, kind: str, number: int) -> dict[str, Any] | None:
        row = tenant.tables[kind].get(number)
        return row.fields() if row else None


CONTROLLED: Final = ControlledConnectWise()
