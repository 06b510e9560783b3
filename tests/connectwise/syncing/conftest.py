from __future__ import annotations

from tests.connectwise_fixtures import connectwise, copy, synced

__all__ = ["connectwise", "copy", "synced"]
