"""The Integrations page: one card for each PSA that an account can connect."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from portal.models.accounts import Account
from portal.models.integrations import Integration, IntegrationState, Psa
from portal.services import scheduling
from portal.services.scheduling import Plan
from portal.services.silence import Silence, silence


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
    """`integration` is None until somebody has started the set-up. `available` is the operator's switch. `plan` says
    when a connected one syncs by itself, `silence` that its webhook has fallen silent.
    """

    psa: Psa
    state: CardState
    available: bool
    blocked_by: Psa | None
    integration: Integration | None
    plan: Plan | None
    silence: Silence | None

    @property
    def is_open(self) -> bool:
        """Tell whether there is a dashboard to open."""
        return self.state in (CardState.CONNECTED, CardState.NEEDS_ATTENTION)


def cards(account: Account) -> list[Card]:
    """Return Halo's card and ConnectWise's, in that order."""
    found = {Psa(one.psa): one for one in Integration.select().where(Integration.account == account)}
    switches = {Psa.HALO: account.halo_enabled, Psa.CONNECTWISE: account.connectwise_enabled}
    return [_card(psa, found, available=bool(switches[psa])) for psa in Psa]


def _card(psa: Psa, found: dict[Psa, Integration], *, available: bool) -> Card:
    integration = found.get(psa)
    state = STATES[IntegrationState(integration.state)] if integration else CardState.NOT_CONFIGURED
    others = [other for other, one in found.items() if other != psa and one.is_active]
    active = integration if integration and integration.is_active else None
    plan, quiet = (scheduling.plan(active), silence(active)) if active else (None, None)
    return Card(psa, state, available, others[0] if others else None, integration, plan, quiet)
