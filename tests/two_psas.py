"""An account with two PSAs: Halo, and Ledger in the registry beside it."""

from __future__ import annotations

import pytest

from portal.models.accounts import Account
from portal.models.integrations import Integration, IntegrationState, WizardStep
from portal.psa import registry
from portal.services.connecting import connections
from portal.vault import Secret
from tests.psa.ledger import LEDGER

LEDGER_PSA = LEDGER.slug


def register(monkeypatch: pytest.MonkeyPatch) -> None:
    """Add Ledger to the registry, and switch both PSAs on for every account."""
    monkeypatch.setitem(registry.ADAPTERS, LEDGER.slug, LEDGER)
    monkeypatch.setitem(registry.NAMES, LEDGER.slug, registry.PsaName(LEDGER.label, LEDGER.name))
    Account.update(enabled_psas=["halo", LEDGER.slug]).execute()


def prepared(account: Account, psa: str, connection: dict[str, str] | None = None, **secrets: str) -> Integration:
    """Write a setup whose test has passed, ready to be started."""
    draft: Integration = Integration.create(
        account=account,
        psa=psa,
        state=IntegrationState.DRAFT,
        connection=connection or {"base_url": f"https://{psa}.example", "address": f"https://{psa}.example"},
        limit_key=f"{psa}.example",
        record_types=["clients", "contacts", "assets"],
        wizard_step=WizardStep.REVIEW,
    )
    draft.credentials = connections.with_secrets(
        draft, {name: Secret(value) for name, value in (secrets or {"client_secret": "s", "key": "s"}).items()}
    )
    draft.tested_fingerprint = connections.fingerprint(draft)
    draft.save()
    return draft
