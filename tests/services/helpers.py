"""Rows as services leave them, and rows of the other PSA."""

from __future__ import annotations

from portal.models.accounts import Account
from portal.models.integrations import Integration, IntegrationState


def fresh(integration: Integration) -> Integration:
    found: Integration = Integration.get_by_id(integration.id)
    return found


def connectwise(account: Account, state: IntegrationState = IntegrationState.ACTIVE) -> Integration:
    made: Integration = Integration.create(account=account, psa="connectwise", state=state)
    return made
