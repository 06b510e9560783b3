"""The forecast of an integration keeps to what its limit settings and its tenant allow, as the sync itself will."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from portal import clock
from portal.models.budgets import TenantBudget, TenantUse
from portal.models.integrations import Integration
from portal.services.connecting import wizard
from portal.services.syncing import forecasting
from portal.sync import budget
from tests.halo_fixtures import Copy

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
MANY = 50_000


def seconds(integration: Integration) -> float:
    with clock.using(lambda: NOON):
        found = forecasting.of(integration, ["clients"], active_only=False)
    assert found is not None
    return found.seconds


@pytest.fixture
def large(copy: Copy) -> Integration:
    """Have a connection whose last test has counted very many clients."""
    findings: Any = copy.integration.findings
    findings["lists"]["clients"] |= {"total": MANY, "page_size": 10}
    copy.integration.findings = findings
    return copy.integration


@pytest.mark.parametrize(
    ("settings", "windows"),
    [
        ({}, 7),  # 5,001 requests, 675 a window: 25 of the usual 700 are kept for people
        ({"quota": 3000}, 0),
        ({"quota": 100}, 52),
        ({"budget_share": 50}, 14),
        ({"quota": 1000, "budget_share": 50}, 10),
        ({"quiet_hours": {"from": 8, "until": 18, "share": 10}}, 71),
        ({"quiet_hours": {"from": 18, "until": 8, "share": 10}}, 7),
    ],
)
def test_the_agreed_quota_the_share_and_quiet_hours_decide(
    large: Integration, settings: dict[str, Any], windows: int
) -> None:
    for name, value in settings.items():
        setattr(large, name, value)
    assert seconds(large) == (windows * 300 if windows else 5001 * 0.4)


def test_quiet_hours_are_those_of_the_accounts_day(large: Integration) -> None:
    large.quiet_hours = {"from": 8, "until": 18, "share": 10}
    large.account.time_zone = "Pacific/Auckland"  # where noon in Greenwich is past midnight
    assert seconds(large) == 7 * 300


def test_the_limit_that_halo_reported_applies(large: Integration) -> None:
    TenantBudget.update(quota=100, window_seconds=60).where(TenantBudget.tenant == large.limit_key).execute()
    assert seconds(large) == 52 * 60


def test_the_pace_is_what_the_sync_is_granted(large: Integration) -> None:
    large.quota, large.budget_share = 400, 60
    with clock.using(lambda: NOON):
        TenantUse.delete().execute()  # what the connection test has used
        granted = budget.take(budget.policy_of(large, 12), 10_000)
        assert forecasting.pace(large).allowed() == granted.count == 240


def test_a_forecast_stores_nothing(large: Integration) -> None:
    before = TenantBudget.select().count()
    seconds(large)
    assert TenantBudget.select().count() == before


def test_what_was_never_tested_has_no_forecast(large: Integration) -> None:
    large.findings = None
    assert forecasting.of(large, ["clients"], active_only=False) is None


def test_the_first_run_keeps_the_forecast_of_its_own_pace(ready: Integration) -> None:
    ready.quota, ready.budget_share = 50, 10
    run = wizard.start(ready, None)
    assert run.forecast_seconds == 2 * 300  # 11 requests, 5 a window
