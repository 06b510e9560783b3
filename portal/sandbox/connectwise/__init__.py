"""A simulated ConnectWise PSA, with its lists, log-in, limits and quirks (connectwise-api.md)."""

from __future__ import annotations

from portal.sandbox.connectwise.command import main
from portal.sandbox.connectwise.sandbox import ConnectWiseSandbox
from portal.sandbox.connectwise.settings import CLIENT_ID, Knobs, Settings, TenantSettings
from portal.sandbox.simulation import running
from portal.sandbox.sizes import sizes_for

__all__ = ["CLIENT_ID", "ConnectWiseSandbox", "Knobs", "Settings", "TenantSettings", "main", "running", "sizes_for"]
