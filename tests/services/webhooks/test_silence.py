"""A webhook that falls silent is noticed once, and only where Halo has gone on changing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from portal import clock
from portal.models.accounts import Account
from portal.models.integrations import Integration
from portal.models.sync import SyncLog, SyncRun, SyncStep
from portal.models.webhooks import Refetching
from portal.services.syncing import due_runs
from portal.services.webhooks import webhook_health
from portal.services.webhooks.silence import _note, notice_silence, silence, stop_using
from tests.postgres import database
from tests.services.helpers import fresh
from tests.services.webhooks.test_coverage import DAY, HOUR, NOON, SECOND, run
from tests.telling import about, tell

__all__ = ["database"]


@pytest.fixture
def noon() -> Iterator[None]:
    with clock.using(lambda: NOON):
        yield


@pytest.fixture
def halo(noon: None, northwind: Account) -> Integration:
    """Have a webhook that was last heard of six hours ago, and a sync that has found five changes since."""
    integration: Integration = Integration.create(
        account=northwind,
        psa="halo",
        state="active",
        record_types=["clients"],
        last_delivery_at=NOON - 6 * HOUR,
        next_sync_at=NOON + HOUR,
        next_full_at=NOON + 14 * HOUR,
    )
    run(integration, NOON - 3 * DAY, kind="initial", clients=(500, 0, 0))
    run(integration, NOON - HOUR, clients=(1, 4, 0))
    return integration


def test_a_silence_is_logged_and_a_full_sync_is_due(halo: Integration) -> None:
    assert notice_silence() == 1
    line = SyncLog.get()
    assert line.message == "The webhook has been silent for 6 h while 5 records changed in Halo."
    assert (line.level, "Active" in line.remedy) == ("warning", True)
    (owed,) = due_runs.open_runs()
    assert owed.kind == "full"


def test_it_is_noticed_once(halo: Integration) -> None:
    assert [notice_silence(), notice_silence()] == [1, 0]
    with clock.using(lambda: NOON + 2 * DAY):
        assert notice_silence() == 0
    assert SyncLog.select().count() == 1


def test_the_next_delivery_ends_it_and_the_next_silence_is_noticed_again(halo: Integration) -> None:
    notice_silence()
    later = NOON + HOUR
    with clock.using(lambda: later):
        tell(halo, about("clients", 1))
        assert silence(fresh(halo)) is None
    with clock.using(lambda: later + 7 * HOUR):
        assert notice_silence() == 0
        run(halo, later + 6 * HOUR, clients=(0, 9, 0))
        assert notice_silence() == 1


def test_an_integration_without_a_webhook_is_not_silent(halo: Integration) -> None:
    Integration.update(last_delivery_at=None).execute()
    assert notice_silence() == 0
    assert silence(fresh(halo)) is None


def test_silence_is_normal_if_hardly_anything_changed(halo: Integration) -> None:
    SyncStep.update(updated=3).where(SyncStep.updated == 4).execute()
    assert notice_silence() == 0
    assert silence(halo) is None
    assert fresh(halo).next_full_at == NOON + 14 * HOUR


def test_no_silence_is_reported_after_webhooks_are_switched_off(halo: Integration) -> None:
    notice_silence()
    stop_using(halo, None)
    assert silence(fresh(halo)) is None
    assert notice_silence() == 0
    tell(halo, about("clients", 1))
    assert fresh(halo).last_delivery_at == NOON


def test_changes_before_the_last_delivery_do_not_count(halo: Integration) -> None:
    SyncRun.update(started_at=NOON - 7 * HOUR).where(SyncRun.kind == "incremental").execute()
    assert notice_silence() == 0


def test_less_than_six_hours_are_no_silence(halo: Integration) -> None:
    Integration.update(last_delivery_at=NOON - 6 * HOUR + SECOND).execute()
    assert notice_silence() == 0
    assert silence(fresh(halo)) is None


@pytest.mark.parametrize(
    "columns", [{"paused_at": NOON}, *({"state": each} for each in ("needs_attention", "draft", "disconnected"))]
)
def test_integrations_that_do_not_sync_are_not_checked(halo: Integration, columns: dict[str, object]) -> None:
    Integration.update(columns).execute()
    assert notice_silence() == 0


def test_a_delivery_that_comes_meanwhile_is_quicker(halo: Integration) -> None:
    stale = silence(halo)
    assert stale
    Integration.update(last_delivery_at=NOON).execute()
    assert _note(halo, stale) is False
    assert (SyncLog.select().count(), fresh(halo).silence_noted_at) == (0, None)


def test_a_silence_of_days_is_shown_in_days(halo: Integration) -> None:
    with clock.using(lambda: NOON + 3 * DAY):
        one = silence(halo)
        assert one
        assert one.problem.startswith("The webhook has been silent for 3 d")


def test_health_shows_the_last_delivery(halo: Integration) -> None:
    assert webhook_health.health(halo).last is None
    tell(halo, about("clients", 1), b"{broken")
    last = webhook_health.health(halo).last
    assert last
    assert (last.state, last.why) == ("unreadable", "It isn't JSON. The next sync checks for changes.")


def test_deliveries_wait_only_where_halo_does_not_answer(halo: Integration, monkeypatch: pytest.MonkeyPatch) -> None:
    tell(halo, about("clients", 1), about("sites", 2), b"{broken")
    assert webhook_health.health(halo).backlog is None
    Refetching.create(integration=halo, problem="Halo does not answer.", not_before=NOON + SECOND)
    backlog = webhook_health.health(halo).backlog
    assert backlog
    assert (backlog.count, backlog.is_more, backlog.not_before) == (1, False, NOON + SECOND)
    monkeypatch.setattr(webhook_health, "MOST_COUNTED", 1)
    assert backlog.is_more


def test_nothing_waits_once_all_is_read(halo: Integration) -> None:
    Refetching.create(integration=halo, problem="Halo does not answer.")
    assert webhook_health.health(halo).backlog is None
