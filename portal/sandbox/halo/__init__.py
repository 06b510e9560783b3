"""A simulated HaloPSA, with its lists, tokens, limits and quirks."""

from __future__ import annotations

from portal.sandbox.halo.command import main
from portal.sandbox.halo.sandbox import HaloSandbox
from portal.sandbox.halo.settings import Knobs, Settings, TenantSettings
from portal.sandbox.simulation import running
from portal.sandbox.sizes import sizes_for

__all__ = ["HaloSandbox", "Knobs", "Settings", "TenantSettings", "main", "running", "sizes_for"]
