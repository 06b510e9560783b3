"""The records of a PSA that is no longer connected: still there to be read, as of the day it was disconnected."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from portal.errors import NotFound
from portal.models.accounts import Account
from portal.models.integrations import Integration
from portal.psa.registry import NAMES
from portal.services.records import deletions


@dataclass(frozen=True)
class KeptRecords:
    """`number` counts the records in all states. While `is_deleting`, it is what remains, and nothing can be read."""

    integration: Integration
    as_of: datetime
    number: int
    is_deleting: bool


def of(integration: Integration) -> KeptRecords | None:
    """Return what a disconnected integration has kept; None if it is active, or has nothing."""
    if integration.is_active or integration.disconnected_at is None:
        return None
    number, is_deleting = deletions.remaining(integration), integration.deletion_requested_at is not None
    if not number and not is_deleting:
        return None
    return KeptRecords(integration, integration.disconnected_at, number, is_deleting)


def is_kept(account: Account, psa: str) -> bool:
    """Tell whether the account has disconnected the PSA and kept records of it."""
    integration = _find(account, psa)
    return integration is not None and of(integration) is not None


def find(account: Account, psa: str) -> KeptRecords:
    """Return what the account has kept of a PSA. Raises NotFound if there is nothing."""
    integration = _find(account, psa)
    kept = of(integration) if integration is not None else None
    if kept is None:
        raise NotFound(f"There are no records from {NAMES[psa].label}.", "See the Integrations page.")
    return kept


def readable(account: Account, psa: str) -> Integration:
    """Return the integration whose records may be read: an active one, or one that has kept them.

    Raises NotFound if there is none, and while its records are being deleted.
    """
    integration = _find(account, psa)
    if integration is not None and integration.is_active:
        return integration
    kept = of(integration) if integration is not None else None
    if kept is None:
        raise NotFound(f"{NAMES[psa].label} isn't connected.", "Connect it on the Integrations page.")
    if kept.is_deleting:
        raise NotFound(f"The records from {NAMES[psa].label} are being deleted.", "See the Integrations page.")
    return kept.integration


def _find(account: Account, psa: str) -> Integration | None:
    found: Integration | None = Integration.get_or_none(Integration.account == account, Integration.psa == psa)
    return found
