"""Runs the connection test: probe, then explain."""

from __future__ import annotations

from portal.connectwise.credentials import Credentials
from portal.connectwise.diagnosis import probe, rules
from portal.connectwise.diagnosis.probe import NO_METER
from portal.psa.adapter import Meter
from portal.psa.diagnosis import Diagnosis


def check(credentials: Credentials, meter: Meter = NO_METER) -> Diagnosis:
    """Test these values and explain the result. Ends within `probe.SECONDS`; raises only what `meter` raises."""
    if (unusable := rules.unusable_address(credentials)) is not None:
        return unusable
    return rules.explain(probe.observe(credentials, meter))
