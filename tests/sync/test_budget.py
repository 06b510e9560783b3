"""One budget per tenant, on both databases: Halo's limit is never exceeded, and people never wait."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

import pytest

from portal import clock
from portal.db import connected
from portal.errors import PsaRateLimited
from portal.models.budgets import TenantBudget
from portal.models.integrations import Integration
from portal.sync import budget
from portal.sync.budget import INTERACTIVE_RESERVE, KNOWN_QUOTA, BudgetPolicy, take
from portal.sync.request_reservation import BATCH, RequestReservation
from tests.postgres import database

__all__ = ["database"]

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
ACME = BudgetPolicy("acme.halopsa.com")
FREE = KNOWN_QUOTA - INTERACTIVE_RESERVE


def at(seconds: float) -> AbstractContextManager[None]:
    return clock.using(lambda: NOON + timedelta(seconds=seconds))


@pytest.fixture(autouse=True)
def _tables(database: None) -> None:
    """Run on each database."""


def test_the_budget_starts_at_the_default_limit() -> None:
    with at(0):
        assert take(ACME, 10_000).count == FREE
        assert take(ACME, 1).count == 0


def test_a_part_is_reserved_for_people() -> None:
    with at(0):
        take(ACME, 10_000)
        assert take(ACME, 10_000, is_interactive=True).count == INTERACTIVE_RESERVE


def test_requests_leave_the_window_after_five_minutes() -> None:
    with at(0):
        take(ACME, 600)
    with at(100):
        take(ACME, 10_000)
    with at(299):
        assert take(ACME, 1).wait_seconds == pytest.approx(1)
    with at(300):
        assert take(ACME, 10_000).count == 600


def test_unused_requests_are_refunded() -> None:
    with at(0):
        take(ACME, 100)
        budget.refund(ACME, 40)
        assert take(ACME, 10_000).count == FREE - 60


def test_tenants_have_separate_budgets() -> None:
    with at(0):
        take(ACME, 10_000)
        assert take(BudgetPolicy("other.halopsa.com"), 5).count == 5


@pytest.mark.parametrize(("share", "free"), [(50, 350), (10, 70), (1, 7)])
def test_an_admin_can_lower_the_share(share: int, free: int) -> None:
    with at(0):
        assert take(BudgetPolicy("acme", share=share), 10_000).count == free


def test_an_agreed_quota_replaces_the_default() -> None:
    with at(0):
        assert take(BudgetPolicy("acme", quota=3000), 10_000).count == 3000 - INTERACTIVE_RESERVE


def test_a_refusal_blocks_every_process_until_it_has_passed() -> None:
    with at(0):
        assert budget.record_refusal(ACME, PsaRateLimited("No.", retry_after=120)) == 120
    with at(119):
        assert take(ACME, 1).wait_seconds == pytest.approx(1)
        assert take(ACME, 1, is_interactive=True).count == 0
    with at(120):
        assert take(ACME, 1).count == 1


def test_a_shorter_refusal_does_not_end_a_longer_block() -> None:
    with at(0):
        budget.record_refusal(ACME, PsaRateLimited("No.", retry_after=120))
        assert budget.record_refusal(ACME, PsaRateLimited("No.", retry_after=5)) == 120


def test_a_limit_that_halo_states_is_used() -> None:
    with at(0):
        budget.record_refusal(ACME, PsaRateLimited("No.", retry_after=1, allowed=(300, 600)))
    with at(1):
        assert take(ACME, 10_000).count == 300 - 13
    with at(600):
        assert take(ACME, 1).wait_seconds == pytest.approx(1)


def test_a_refusal_without_a_stated_limit_lowers_the_quota_for_an_hour() -> None:
    with at(0):
        take(ACME, 400)
        budget.record_refusal(ACME, PsaRateLimited("No.", retry_after=1))
    with at(300):
        assert take(ACME, 10_000).count == 400 - 18
    with at(3601):
        assert take(ACME, 10_000).count == FREE


def test_eight_concurrent_processes_never_exceed_the_limit() -> None:
    def grab(_: int) -> int:
        with connected():
            return sum(take(ACME, 9).count for _ in range(12))

    with at(0), ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(grab, range(8))) == FREE


@pytest.mark.parametrize(("hour", "share"), [(7, 100), (8, 25), (17, 25), (18, 100), (0, 100)])
def test_quiet_hours_lower_the_share_for_part_of_the_day(hour: int, share: int) -> None:
    integration = Integration(limit_key="acme.halopsa.com", quiet_hours={"from": 8, "until": 18, "share": 25})
    assert budget.policy_of(integration, hour) == BudgetPolicy("acme.halopsa.com", share)


@pytest.mark.parametrize(("hour", "share"), [(21, 100), (22, 5), (23, 5), (0, 5), (5, 5), (6, 100)])
def test_quiet_hours_may_span_midnight(hour: int, share: int) -> None:
    integration = Integration(limit_key="acme.halopsa.com", quiet_hours={"from": 22, "until": 6, "share": 5})
    assert budget.policy_of(integration, hour).share == share


def test_a_run_reserves_a_batch_and_refunds_the_rest() -> None:
    with at(0):
        reservation = RequestReservation(lambda: ACME)
        assert [reservation.take_one() for _ in range(3)] == [0, 0, 0]
        assert reservation.remaining == BATCH - 3
        reservation.charge(BATCH)  # retries: more than were left
        reservation.close()
        assert take(ACME, 10_000).count == FREE - 3 - BATCH


def test_the_gate_closes_after_a_refusal_and_reopens_by_itself() -> None:
    reservation = RequestReservation(lambda: ACME)
    reservation.gate()
    with at(0):
        reservation.record_refusal(PsaRateLimited("No.", retry_after=9))
        with pytest.raises(PsaRateLimited):
            reservation.gate()
    with at(9):
        reservation.gate()
    assert TenantBudget.get().blocked_until == NOON + timedelta(seconds=9)
