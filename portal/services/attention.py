"""Telling people that an integration cannot go on without them."""

from __future__ import annotations

from portal.errors import PsaError, VaultError
from portal.models.integrations import Integration, IntegrationState


def ask_for_attention(integration: Integration, error: PsaError | VaultError) -> None:
    """Stop all that would call the PSA on its own, and show why on every page, until a connection test succeeds."""
    Integration.update(
        state=IntegrationState.NEEDS_ATTENTION, problem=error.problem, remedy=error.remedy, tested_fingerprint=None
    ).where(Integration.id == integration.id, Integration.state == IntegrationState.ACTIVE).execute()
