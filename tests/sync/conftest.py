from __future__ import annotations

from tests.halo_fixtures import copy, halo, synced

__all__ = ["copy", "halo", "synced"]
