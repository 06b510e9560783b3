"""The knobs that differ from those at the start."""

from __future__ import annotations

from portal.sandbox.halo.desk.desk_request import DeskRequest
from portal.sandbox.halo.desk.switches.controls import Control, controls
from portal.sandbox.halo.desk.switches.knobs import KNOBS
from portal.sandbox.halo.desk.switches.permissions import PERMISSIONS


def differences(desk_request: DeskRequest) -> list[Control]:
    instance, tenant = desk_request.instance, desk_request.tenant
    of_all = controls(instance.knobs, KNOBS, start=instance.started.knobs)
    of_tenant = controls(tenant.settings, PERMISSIONS, start=instance.start_of(tenant))
    return [each for each in (*of_all, *of_tenant) if each.is_changed]
