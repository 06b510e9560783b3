"""The switches that every sandbox has."""

from __future__ import annotations

from typing import Any, Self

import msgspec


class Knobs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The settings that can change while the sandbox serves."""

    latency: float = 0.0  # seconds before every answer
    quota: int = 0  # requests per window, 0 for no limit
    quota_window: float = 60.0
    webhook_timeout: float = 10.0  # timeout for receivers, in seconds
    webhook_queue: int = 10_000  # maximum number of waiting deliveries; the rest are not sent

    def changed(self, changes: dict[str, Any]) -> Self:
        """Return a copy with some knobs changed. Maps keep entries that are not named."""
        merged = msgspec.to_builtins(self)
        for name, value in changes.items():
            old = merged.get(name)
            merged[name] = {**old, **value} if isinstance(old, dict) and isinstance(value, dict) else value
        return msgspec.convert(merged, type(self))
