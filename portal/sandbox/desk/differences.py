"""The knobs and permissions that differ from those at the start."""

from __future__ import annotations

from portal.sandbox.desk.simulated_psa import SimulatedPsa
from portal.sandbox.desk.switches.controls import Control, controls


def differences(psa: SimulatedPsa) -> list[Control]:
    of_all = controls(psa.knobs(), psa.description.switches, start=psa.knobs_at_start())
    of_tenant = controls(psa.settings(), psa.description.permissions.words, start=psa.settings_at_start())
    return [each for each in (*of_all, *of_tenant) if each.is_changed]
