from __future__ import annotations

import pytest

from portal.models.accounts import Account
from portal.models.integrations import Integration
from portal.sandbox.halo import HaloSandbox
from portal.services import wizard
from tests.halo_fixtures import copy, halo, set_up, synced, values

__all__ = ["copy", "halo", "synced"]


@pytest.fixture
def draft(northwind: Account) -> Integration:
    return wizard.draft(northwind)


@pytest.fixture
def tested(draft: Integration, halo: HaloSandbox) -> Integration:
    """Have a set-up whose connection has passed its test."""
    wizard.save_connection(draft, values(halo))
    assert wizard.test_connection(draft, None).ok
    return draft


@pytest.fixture
def ready(northwind: Account, halo: HaloSandbox) -> Integration:
    return set_up(northwind, halo)
