"""Which changes came by webhook first, and which ones a sync had to find."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from portal import clock
from portal.models.accounts import Account
from portal.models.audit import AuditEntry
from portal.models.integrations import Integration
from portal.models.sync import SyncRun, SyncStep
from portal.models.webhooks import Delivery, RefetchRequest
from portal.services.webhooks import coverage
from portal.services.webhooks.coverage import Coverage, Share
from tests.postgres import database

__all__ = ["database"]

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
Counts = tuple[int, int, int]
DAY, HOUR, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)


@pytest.fixture
def halo(northwind: Account) -> Integration:
    """Have a webhook in use for a month, and a copy that was made before."""
    return in_use(northwind)


def in_use(account: Account) -> Integration:
    integration: Integration = Integration.create(
        account=account, psa="halo", state="active", last_delivery_at=NOON - HOUR
    )
    Delivery.create(integration=integration, received_at=NOON - 30 * DAY, state="done", body=b"{}")
    run(integration, NOON - 40 * DAY, kind="initial", clients=(500, 0, 0))
    return integration


def run(
    integration: Integration,
    at: datetime,
    kind: str = "incremental",
    state: str = "succeeded",
    **steps: Counts,
) -> None:
    """Write a run that began at `at`; `steps` are the created, updated and deleted of its record types."""
    ended = None if state == "running" else at + SECOND
    made = SyncRun.create(
        integration=integration, kind=kind, trigger="schedule", state=state, started_at=at, finished_at=ended
    )
    for position, (record_type, (created, updated, deleted)) in enumerate(steps.items()):
        SyncStep.create(
            run=made, position=position, record_type=record_type, created=created, updated=updated, deleted=deleted
        )


def told(
    integration: Integration, outcome: str | None, at: datetime = NOON - HOUR, seconds: float = 2, **more: object
) -> None:
    state = "ignored" if outcome in {None, "absent"} else "done"
    RefetchRequest.create(
        **{"integration": integration, "delivery": Delivery.get(), "record_type": "clients", "remote_id": 1}
        | {"state": state, "outcome": outcome, "received_at": at - seconds * SECOND, "settled_at": at}
        | more
    )


def measured(integration: Integration) -> Coverage:
    with clock.using(lambda: NOON):
        meter = coverage.coverage(integration)
    assert meter is not None
    return meter


def test_an_integration_without_deliveries_is_not_measured(northwind: Account) -> None:
    integration = Integration.create(account=northwind, psa="halo", state="active")
    run(integration, NOON - HOUR, kind="full", clients=(1, 1, 1))
    assert coverage.coverage(integration) is None


def test_where_nothing_happened_there_is_nothing_to_trust(halo: Integration) -> None:
    meter = measured(halo)
    assert (meter.whole, meter.types, meter.usual, meter.slow) == (Share(0, 0), {}, None, None)
    assert meter.since == NOON - 7 * DAY
    assert meter.whole.percent == 0


def test_only_deliveries_that_changed_a_record_count(halo: Integration) -> None:
    for outcome in ("created", "updated", "back", "deleted"):
        told(halo, outcome)
    for outcome in ("unchanged", "filtered_out", "rejected", "coalesced", "absent"):
        told(halo, outcome)
    told(halo, None)
    assert measured(halo).whole == Share(by_webhook=4, by_sync=0)


def test_changes_found_by_syncs_count_as_missed(halo: Integration) -> None:
    told(halo, "updated", record_type="sites")
    run(halo, NOON - 2 * DAY, clients=(1, 2, 0), sites=(0, 1, 0), assets=(0, 0, 0))
    run(halo, NOON - DAY, kind="full", clients=(0, 0, 3))
    meter = measured(halo)
    assert meter.types == {"clients": Share(0, 6), "sites": Share(1, 1)}
    assert meter.whole == Share(by_webhook=1, by_sync=7)
    assert meter.whole.percent == 12


def test_it_is_never_called_complete_while_one_was_missed() -> None:
    assert (Share(by_webhook=9_999, by_sync=1).percent, Share(by_webhook=1, by_sync=0).percent) == (99, 100)


@pytest.mark.parametrize("kind", ["initial", "record"])
def test_other_kinds_of_runs_do_not_count(halo: Integration, kind: str) -> None:
    run(halo, NOON - DAY, kind=kind, clients=(5, 5, 5))
    assert measured(halo).whole == Share(0, 0)


def test_a_run_that_goes_on_does_not_count_yet(halo: Integration) -> None:
    run(halo, NOON - HOUR, state="running", clients=(5, 5, 5))
    assert measured(halo).whole == Share(0, 0)


def test_what_is_older_than_a_week_does_not_count(halo: Integration) -> None:
    told(halo, "created", NOON - 7 * DAY - SECOND)
    run(halo, NOON - 7 * DAY - HOUR, clients=(5, 5, 5))
    assert measured(halo).whole == Share(0, 0)


def test_changes_before_the_first_delivery_do_not_count(halo: Integration) -> None:
    Delivery.update(received_at=NOON - DAY).execute()
    run(halo, NOON - 2 * DAY, clients=(5, 5, 5))
    run(halo, NOON - HOUR, clients=(0, 1, 0))
    meter = measured(halo)
    assert (meter.since, meter.whole.by_sync) == (NOON - DAY, 1)


def test_the_run_that_made_the_copy_does_not_count_whatever_its_kind(halo: Integration) -> None:
    SyncRun.update(state="cancelled").execute()
    run(halo, NOON - 2 * DAY, kind="full", state="failed", clients=(100, 0, 0))
    run(halo, NOON - DAY, kind="full", clients=(400, 0, 0))
    run(halo, NOON - HOUR, clients=(1, 0, 0))
    assert measured(halo).whole.by_sync == 1


def test_the_first_run_after_a_change_of_what_to_sync_does_not_count(halo: Integration) -> None:
    AuditEntry.create(account=halo.account, action="integration.data_changed", kind="filters", at=NOON - DAY)
    for account in (Account.create(name="Other MSP"), halo.account):
        AuditEntry.create(account=account, action="integration.rescheduled", at=NOON - DAY + 2 * HOUR)
    run(halo, NOON - DAY - HOUR, clients=(1, 0, 0))
    run(halo, NOON - DAY + HOUR, clients=(300, 0, 0))
    run(halo, NOON - DAY + 3 * HOUR, clients=(0, 1, 0))
    assert measured(halo).whole.by_sync == 2


def test_others_do_not_count(halo: Integration) -> None:
    other = in_use(Account.create(name="Other MSP"))
    told(other, "updated")
    run(other, NOON - HOUR, clients=(5, 5, 5))
    assert measured(halo).whole == Share(0, 0)


def test_delays_are_from_the_arrival_to_the_copy(halo: Integration) -> None:
    for seconds in range(1, 21):
        told(halo, "unchanged", NOON - HOUR + seconds * SECOND, seconds=seconds / 2)
    told(halo, None, seconds=900)
    told(halo, None, seconds=900, state="stuck")
    meter = measured(halo)
    assert (meter.usual, meter.slow) == (5, 9.5)


def test_a_high_volume_shortens_the_period_for_both_counts(
    halo: Integration, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(coverage, "NEWEST_REFETCH_REQUESTS", 3)
    for hours in range(1, 6):
        told(halo, "updated", NOON - hours * HOUR)
        run(halo, NOON - hours * HOUR + SECOND, clients=(1, 0, 0))
    meter = measured(halo)
    assert (meter.since, meter.whole) == (NOON - 3 * HOUR, Share(by_webhook=3, by_sync=3))
