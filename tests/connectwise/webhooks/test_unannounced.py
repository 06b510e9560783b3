"""Sites have no callbacks, so what syncs find of them is nothing that a callback has missed."""

from __future__ import annotations

import pytest

from portal import clock
from portal.models.accounts import Account
from portal.models.integrations import Integration
from portal.services.webhooks import coverage
from portal.services.webhooks.coverage import Share
from portal.services.webhooks.silence import silence
from tests.services.webhooks.test_coverage import DAY, HOUR, NOON, in_use, run


@pytest.fixture
def integration(northwind: Account) -> Integration:
    """Have callbacks in use for a month, and a copy that was made before."""
    made = in_use(northwind)
    Integration.update(psa="connectwise", record_types=["clients", "sites"]).execute()
    return Integration.get_by_id(made.id)


def test_changes_of_sites_are_not_counted_as_missed(integration: Integration) -> None:
    run(integration, NOON - DAY, clients=(0, 3, 0), sites=(40, 0, 0))
    with clock.using(lambda: NOON):
        found = coverage.coverage(integration)
    assert found is not None
    assert found.whole == Share(0, 3)
    assert [each.value for each in found.unannounced] == ["sites"]
    assert found.types["sites"] == Share(0, 40)  # type: ignore[index]  # a RecordType is its name


def test_changes_of_sites_make_no_silence(integration: Integration) -> None:
    Integration.update(last_delivery_at=NOON - 7 * HOUR).execute()
    run(integration, NOON - HOUR, sites=(40, 0, 0), clients=(4, 0, 0))
    with clock.using(lambda: NOON):
        assert silence(Integration.get()) is None
        run(integration, NOON - HOUR, clients=(1, 0, 0))
        found = silence(Integration.get())
    assert found is not None
    assert found.changed == 5
