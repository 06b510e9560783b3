"""The PSAs that the portal can connect to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from portal.connectwise.adapter import CONNECTWISE
from portal.halo.adapter import HALO
from portal.psa.adapter import PsaAdapter

ADAPTERS: Final[Mapping[str, PsaAdapter]] = {
    HALO.slug: HALO,
    CONNECTWISE.slug: CONNECTWISE,
}


class PsaName(NamedTuple):
    """`label` is the full name on our pages, `name` the short one."""

    label: str
    name: str


# Every PSA that the Integrations page shows, by slug. Those without an adapter cannot be connected yet.
NAMES: Final[Mapping[str, PsaName]] = {
    HALO.slug: PsaName(HALO.label, HALO.name),
    CONNECTWISE.slug: PsaName(CONNECTWISE.label, CONNECTWISE.name),
}


def adapter_of(psa: str) -> PsaAdapter:
    """Return the adapter for `Integration.psa`."""
    return ADAPTERS[psa]
