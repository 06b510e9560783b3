"""The tenants whose clients are paired: in another tenant, the same ids mean other clients."""

from __future__ import annotations

from portal.db import db
from portal.models.integrations import Integration
from portal.models.switching import ClientPair, ClientPairing, PairingClient
from portal.services.connecting import connections


def of(source: Integration, target: Integration) -> dict[str, str]:
    """Return the columns of a pairing that name its tenants."""
    return {"source_tenant": _tenant(source), "target_tenant": _tenant(target)}


def forget_others(integration: Integration) -> None:
    """Drop what was paired in another tenant than the one that the integration leads to."""
    mine = (ClientPairing.source == integration) | (ClientPairing.target == integration)
    for each in ClientPairing.select().where(mine):
        forget_another(each)


def forget_another(pairing: ClientPairing) -> None:
    """Drop a pairing's clients and pairs if one of its PSAs leads to another tenant now."""
    now = of(pairing.source, pairing.target)
    if (pairing.source_tenant, pairing.target_tenant) == (now["source_tenant"], now["target_tenant"]):
        return
    between = (ClientPair.source == pairing.source_id) & (ClientPair.target == pairing.target_id)
    with db.atomic():
        ClientPair.delete().where(between).execute()
        PairingClient.delete().where(PairingClient.pairing == pairing).execute()


def _tenant(integration: Integration) -> str:
    tenant = connections.tenant_of(integration)
    return f"{tenant.address} {tenant.name}".strip()
