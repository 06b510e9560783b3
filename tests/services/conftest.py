from __future__ import annotations

import pytest

from portal.models.accounts import Account
from portal.models.integrations import Integration
from portal.models.sync import SyncRun
from portal.sandbox.halo import HaloSandbox
from portal.services.connecting import named_choices, wizard
from tests.halo_fixtures import Copy, copy, halo, set_up, synced, values

__all__ = ["copy", "halo", "synced"]


@pytest.fixture
def draft(northwind: Account) -> Integration:
    return wizard.draft(northwind, "halo")


@pytest.fixture
def tested(draft: Integration, halo: HaloSandbox) -> Integration:
    """Have a set-up whose connection has passed its test."""
    wizard.save_connection(draft, values(halo))
    assert wizard.test_connection(draft, None).ok
    return draft


@pytest.fixture
def ready(northwind: Account, halo: HaloSandbox) -> Integration:
    return set_up(northwind, halo)


@pytest.fixture
def gathered(synced: Copy) -> Copy:
    """Have copied everything once, and gathered what it names, as a worker does."""
    named_choices.gather_after(SyncRun.select().order_by(SyncRun.id.desc()).get().id)
    return synced
