"""Changing, pausing and resuming a schedule."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from portal import clock
from portal.errors import Invalid
from portal.models.accounts import Account, User
from portal.models.audit import AuditEntry
from portal.models.integrations import Integration
from portal.services.accounts import accounts, users
from portal.services.connecting import integrations
from portal.services.syncing import due_runs, scheduling
from portal.sync import schedule
from portal.sync.schedule import WEEK, Schedule
from tests.services.helpers import fresh

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)  # a Monday
HOUR = timedelta(hours=1)
SPREAD = schedule.MAX_SPREAD


@pytest.fixture(autouse=True)
def noon(database: None) -> Iterator[None]:
    with clock.using(lambda: NOON):
        yield


@pytest.fixture
def halo(northwind: Account) -> Integration:
    halo: Integration = Integration.create(
        account=northwind,
        psa="halo",
        state="active",
        record_types=["clients"],
        next_sync_at=NOON + HOUR,
        next_full_at=NOON + 14 * HOUR,
    )
    return halo


def actions() -> list[tuple[str, str]]:
    return [(each.action, each.detail) for each in AuditEntry.select().order_by(AuditEntry.id)]


@pytest.mark.parametrize(
    ("wanted", "full_hour", "field"),
    [
        (Schedule(minutes=7), 2, "minutes"),
        (schedule.at([], ["mon"]), 2, "hours"),
        (schedule.at([24], ["mon"]), 2, "hours"),
        (schedule.at([8], []), 2, "weekdays"),
        (Schedule(minutes=5), 24, "full_hour"),
        (Schedule(minutes=5), -1, "full_hour"),
    ],
)
def test_times_that_do_not_exist_are_refused_at_their_field(
    halo: Integration, wanted: Schedule, full_hour: int, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        scheduling.change(halo, wanted, full_hour, None)
    assert refused.value.field == field
    assert fresh(halo).schedule == {"minutes": 60}
    assert actions() == []


def test_a_time_zone_that_does_not_exist_is_refused_and_nothing_changes(halo: Integration) -> None:
    with pytest.raises(Invalid) as refused:
        scheduling.change(halo, Schedule(minutes=5), 2, None, time_zone="Europe/Lundon")
    assert refused.value.field == "time_zone"
    assert fresh(halo).schedule == {"minutes": 60}
    with pytest.raises(Invalid):
        accounts.create("Other", "../etc/passwd")


def test_another_schedule_counts_from_now_on(halo: Integration, alice: User) -> None:
    scheduling.change(halo, schedule.at([18, 8], ["fri", "mon"]), 3, alice)
    now = fresh(halo)
    assert now.schedule == {"hours": [8, 18], "weekdays": ["mon", "fri"]}
    assert NOON + 6 * HOUR <= now.next_sync_at < NOON + 6 * HOUR + SPREAD
    assert NOON + 15 * HOUR <= now.next_full_at < NOON + 15 * HOUR + SPREAD
    assert actions() == [("integration.rescheduled", "at 08:00, 18:00 on Mon, Fri, full sync at 03:00 UTC")]


def test_the_schedule_follows_the_time_zone_of_the_account(halo: Integration, alice: User) -> None:
    scheduling.change(halo, schedule.at([8], WEEK), 2, alice, time_zone="america/new york")
    now = fresh(halo)
    assert now.account.time_zone == "America/New_York"
    assert NOON + HOUR <= now.next_sync_at < NOON + HOUR + SPREAD
    assert actions()[0] == ("account.time_zone", "America/New_York")


def test_the_operator_sets_a_time_zone_and_schedules_follow(halo: Integration) -> None:
    scheduling.change_time_zone(halo.account, "Asia/Kathmandu", None)
    assert fresh(halo).next_full_at - (NOON + timedelta(hours=8, minutes=15)) < SPREAD
    assert actions() == [("account.time_zone", "Asia/Kathmandu")]


def test_a_sync_that_is_already_due_stays_due(halo: Integration) -> None:
    Integration.update(next_sync_at=NOON).execute()
    scheduling.change(fresh(halo), Schedule(minutes=5), 2, None)
    assert len(due_runs.open_runs()) == 1


def test_a_pause_shows_who_paused_and_when(halo: Integration, alice: User) -> None:
    scheduling.pause(halo, alice)
    plan = scheduling.plan(fresh(halo))
    assert (plan.paused_by, plan.paused_at) == (alice.name, NOON)
    assert actions() == [("integration.paused", "")]


def test_a_pause_of_a_removed_person_is_not_the_operators(halo: Integration, alice: User) -> None:
    scheduling.pause(halo, alice)
    users.remove(alice)
    assert scheduling.plan(fresh(halo)).paused_by == alice.email


def test_pausing_twice_changes_nothing(halo: Integration, alice: User) -> None:
    scheduling.pause(halo, alice)
    with clock.using(lambda: NOON + HOUR):
        scheduling.pause(fresh(halo), None)
    assert fresh(halo).paused_at == NOON
    assert len(actions()) == 1


def test_resuming_an_unpaused_integration_changes_nothing(halo: Integration) -> None:
    scheduling.resume(halo, None)
    assert actions() == []


def test_resuming_catches_up_once(halo: Integration, alice: User) -> None:
    scheduling.pause(halo, alice)
    with clock.using(lambda: NOON + timedelta(days=2)):
        assert due_runs.open_runs() == []
        scheduling.resume(fresh(halo), alice)
        assert len(due_runs.open_runs()) == 1
        assert due_runs.open_runs() == []
    assert [action for action, _ in actions()] == ["integration.paused", "integration.resumed"]


def test_resuming_before_anything_was_missed_starts_nothing(halo: Integration) -> None:
    scheduling.pause(halo, None)
    scheduling.resume(halo, None)
    assert due_runs.open_runs() == []
    assert fresh(halo).next_sync_at == NOON + HOUR


def test_a_disconnected_integration_has_no_next_sync(halo: Integration) -> None:
    integrations.disconnect(halo, None)
    assert scheduling.plan(fresh(halo)).next_sync_at is None
    assert due_runs.open_runs() == []
