"""The request limit: how much may be used, and what is known about it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from portal import clock
from portal.errors import Invalid
from portal.models.accounts import Account, User
from portal.models.audit import AuditEntry
from portal.models.budgets import TenantBudget, TenantUse
from portal.models.integrations import Integration
from portal.services.syncing import rate_limits
from portal.services.syncing.rate_limits import LimitSource, QuietHours
from tests.services.helpers import fresh

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def noon(database: None) -> Iterator[None]:
    with clock.using(lambda: NOON):
        yield


@pytest.fixture
def halo(northwind: Account) -> Integration:
    halo: Integration = Integration.create(account=northwind, psa="halo", limit_key="halo.example")
    return halo


@pytest.mark.parametrize(
    ("share", "quiet", "quota", "field"),
    [
        (0, None, None, "share"),
        (101, None, None, "share"),
        (50, QuietHours(8, 8, 25), None, "quiet_end"),
        (50, QuietHours(8, 24, 25), None, "quiet_end"),
        (50, QuietHours(-1, 8, 25), None, "quiet_end"),
        (50, QuietHours(8, 18, 0), None, "quiet_share"),
        (50, None, 49, "quota"),
        (50, None, 100_001, "quota"),
    ],
)
def test_an_impossible_limit_is_refused_at_its_field(
    halo: Integration, share: int, quiet: QuietHours | None, quota: int | None, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        rate_limits.change(halo, share, quiet, quota, None)
    assert refused.value.field == field
    assert (fresh(halo).budget_share, AuditEntry.select().count()) == (100, 0)


@pytest.mark.parametrize(
    "stored",
    [None, {}, [], "8-18", {"from": 8}, {"from": 8, "until": 8, "share": 5}, {"from": 8, "until": 9, "share": 0}],
)
def test_broken_stored_quiet_hours_are_ignored(stored: Any) -> None:
    assert rate_limits.quiet_hours(stored) is None


def test_what_is_saved_is_shown_again(halo: Integration, alice: User) -> None:
    night = QuietHours(22, 6, 25)
    rate_limits.change(halo, 50, night, 900, alice)
    known = rate_limits.current(fresh(halo))
    assert (known.share, known.quiet, known.quota, known.limit) == (50, night, 900, 900)
    assert AuditEntry.get().user == alice


def test_before_the_first_call_the_usual_limit_is_unused(halo: Integration) -> None:
    known = rate_limits.current(halo)
    assert (known.used, known.limit, known.source) == (0, 700, LimitSource.USUAL)


def test_only_what_lies_in_the_window_of_this_tenant_is_used(halo: Integration) -> None:
    mine = TenantBudget.create(tenant=halo.limit_key, quota=400, window_seconds=300)
    other = TenantBudget.create(tenant="other.example", quota=700, window_seconds=300)
    for one, seconds in ((mine, 299), (mine, 0), (mine, 300), (other, 1)):
        TenantUse.create(budget=one, at=NOON - timedelta(seconds=seconds), count=10)
    known = rate_limits.current(halo)
    assert (known.used, known.limit, known.source) == (20, 400, LimitSource.REPORTED)


def test_a_finished_wait_is_not_shown(halo: Integration) -> None:
    past = NOON - timedelta(seconds=1)
    TenantBudget.create(tenant=halo.limit_key, quota=700, window_seconds=300, blocked_until=past)
    assert rate_limits.current(halo).blocked_until is None
