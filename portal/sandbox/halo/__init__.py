"""A simulated HaloPSA, with its lists, tokens, limits and quirks."""

from __future__ import annotations

from portal.sandbox.halo.command import main, serve
from portal.sandbox.halo.sandbox import HaloSandbox, running
from portal.sandbox.halo.settings import Knobs, Settings, TenantSettings, sizes_for

__all__ = ["HaloSandbox", "Knobs", "Settings", "TenantSettings", "main", "running", "serve", "sizes_for"]
