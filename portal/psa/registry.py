"""The PSAs that the portal connects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from portal.halo.adapter import HALO
from portal.psa.adapter import PsaAdapter

ADAPTERS: Final[Mapping[str, PsaAdapter]] = {
    HALO.slug: HALO,
}
# Every PSA that has a card, by slug. One without an adapter cannot be connected yet.
LABELS: Final[Mapping[str, str]] = {
    HALO.slug: HALO.label,
    "connectwise": "ConnectWise PSA",
}


def adapter_of(psa: str) -> PsaAdapter:
    """Return the adapter of `Integration.psa`."""
    return ADAPTERS[psa]
