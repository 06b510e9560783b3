"""What the connected agent may read of each record type, found out by reading one page of it."""

from __future__ import annotations

from enum import StrEnum

from portal.errors import PsaRefusedType
from portal.halo.client import HaloClient
from portal.models.integrations import Integration
from portal.services import connections
from portal.sync.record_types import in_order


class Permission(StrEnum):
    """`empty` is what Halo also answers when the agent may see the list but none of its rows."""

    GRANTED = "granted"
    REFUSED = "refused"
    EMPTY = "empty"


def probe(integration: Integration) -> dict[str, Permission]:
    """Ask for each chosen record type once. Raises PsaError when Halo cannot be read at all."""
    with HaloClient(connections.credentials_of(integration), patient=False) as client:
        return {each.value: _ask(client, each.value) for each in in_order(integration.record_types)}


def _ask(client: HaloClient, record_type: str) -> Permission:
    try:
        first = next(client.pages(record_type, after=0, seen=set()))
    except PsaRefusedType:
        return Permission.REFUSED
    return Permission.GRANTED if first.rows else Permission.EMPTY
