"""In which switches this Halo differs from how it started."""

from __future__ import annotations

from portal.sandbox.halo.desk.switches.controls import Control, controls
from portal.sandbox.halo.desk.switches.knobs import KNOBS
from portal.sandbox.halo.desk.switches.permissions import PERMISSIONS
from portal.sandbox.halo.desk.visit import Visit


def differences(visit: Visit) -> list[Control]:
    instance, tenant = visit.instance, visit.tenant
    of_all = controls(instance.knobs, KNOBS, start=instance.started.knobs)
    of_tenant = controls(tenant.settings, PERMISSIONS, start=instance.start_of(tenant))
    return [each for each in (*of_all, *of_tenant) if each.is_changed]
