"""The Integrations page: one card for each PSA that an account can connect."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from portal.errors import OtherPsaActive
from portal.models.accounts import Account
from portal.models.integrations import Integration, IntegrationState
from portal.psa.registry import NAMES
from portal.services.connecting import exclusivity
from portal.services.pages import integration_status
from portal.services.pages.integration_status import Condition, Status
from portal.services.records import kept_records
from portal.services.records.kept_records import KeptRecords
from portal.services.switching import pairings
from portal.services.syncing import scheduling
from portal.services.syncing.scheduling import Plan
from portal.services.webhooks.silence import Silence, silence


class CardState(StrEnum):
    NOT_CONFIGURED = "not_configured"
    IN_PROGRESS = "in_progress"
    CONNECTED = "connected"
    NEEDS_ATTENTION = "needs_attention"
    DISCONNECTED = "disconnected"


STATES = {
    IntegrationState.DRAFT: CardState.IN_PROGRESS,
    IntegrationState.ACTIVE: CardState.CONNECTED,
    IntegrationState.NEEDS_ATTENTION: CardState.NEEDS_ATTENTION,
    IntegrationState.DISCONNECTED: CardState.DISCONNECTED,
}


@dataclass(frozen=True)
class Card:
    """`integration` is None until somebody starts the setup. `available` is the operator's switch.

    `refusal` explains why it cannot be activated: `blocked_by`, another PSA, is active.
    For a connected integration, `plan` is its schedule, `silence` is set if its webhook has gone silent, and
    `status` is its status. For a disconnected one, `kept` are its records, if there are any.
    `pairs_with` is the PSA whose clients can be paired with those of this one.
    """

    psa: str
    state: CardState
    available: bool
    blocked_by: str | None
    refusal: OtherPsaActive | None
    integration: Integration | None
    plan: Plan | None
    silence: Silence | None
    status: Status | None
    kept: KeptRecords | None
    pairs_with: str | None

    @property
    def is_open(self) -> bool:
        """Return whether there is a dashboard to open."""
        return self.status is not None

    @property
    def badge(self) -> CardState | Condition:
        """Return what the card's badge shows: "connected" only if nothing is wrong."""
        return self.status.condition if self.status is not None else self.state


def cards(account: Account) -> list[Card]:
    """Return a card for each PSA."""
    found = {one.psa: one for one in Integration.select().where(Integration.account == account)}
    return [_card(psa, found, available=psa in account.enabled_psas) for psa in NAMES]


def _card(psa: str, found: dict[str, Integration], *, available: bool) -> Card:
    integration = found.get(psa)
    state = STATES[IntegrationState(integration.state)] if integration else CardState.NOT_CONFIGURED
    others = [other for other, one in found.items() if other != psa and one.is_active]
    active = integration if integration and integration.is_active else None
    return Card(
        psa=psa,
        state=state,
        available=available,
        blocked_by=others[0] if others else None,
        refusal=exclusivity.refusal(psa, others[0]) if others else None,
        integration=integration,
        plan=scheduling.plan(active) if active else None,
        silence=silence(active) if active else None,
        status=integration_status.status(active) if active else None,
        kept=kept_records.of(integration) if integration else None,
        pairs_with=_pairs_with(integration) if integration and len(found) > 1 else None,
    )


def _pairs_with(integration: Integration) -> str | None:
    """Return the PSA whose clients can be paired with those of this one, or have been."""
    account, psa = integration.account, integration.psa
    between = pairings.sides(account, psa) or pairings.find(account, psa)
    return between.source.psa if between is not None and between.target == integration else None
