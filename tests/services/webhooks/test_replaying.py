"""Replaying what webhooks delivered: only what is asked for, and only what is synced."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from portal import clock
from portal.errors import Invalid
from portal.models.accounts import Account
from portal.models.audit import AuditEntry
from portal.models.integrations import Integration
from portal.models.webhooks import Delivery, RefetchRequest
from portal.services.pages import delivery_pages
from portal.services.webhooks import replaying
from portal.services.webhooks.replaying import Choice
from tests.postgres import database
from tests.telling import about, delivery_states, results, tell

__all__ = ["database"]

FAILED = Choice(failed=True)


@pytest.fixture
def halo(northwind: Account) -> Integration:
    types = ["clients", "assets"]
    halo: Integration = Integration.create(account=northwind, psa="halo", state="active", record_types=types)
    return halo


def settle(state: str, **columns: Any) -> None:
    RefetchRequest.update(state=state, settled_at=clock.now(), **columns).where(
        RefetchRequest.state == "waiting"
    ).execute()
    Delivery.update(state=state).where(Delivery.state == "waiting").execute()


def replayed(halo: Integration, number: int = 1) -> int:
    return replaying.replay(halo, delivery_pages.get(halo, number), None)


def test_without_a_choice_nothing_is_replayed(halo: Integration) -> None:
    tell(halo, about("assets", 1))
    settle("stuck")
    with pytest.raises(Invalid, match="every delivery"):
        replaying.replay_all(halo, Choice(), None)
    with pytest.raises(Invalid):
        replaying.offer(halo, Choice())
    assert delivery_states() == ["stuck"]


def test_what_is_done_stays_done_when_the_failed_ones_are_replayed(halo: Integration) -> None:
    tell(halo, about("assets", 1))
    settle("done", outcome="updated")
    tell(halo, [about("assets", 2), about("assets", 3)])
    RefetchRequest.update(state="done", outcome="updated").where(RefetchRequest.remote_id == 2).execute()
    settle("stuck")
    assert replaying.replay_all(halo, FAILED, None).number == 1
    assert results() == [("done", "updated"), ("done", "updated"), ("waiting", None)]
    assert delivery_states() == ["done", "waiting"]


def test_deliveries_of_others_are_left_alone(halo: Integration) -> None:
    other = Integration.create(account=Account.create(name="Other MSP"), psa="halo", record_types=["assets"])
    tell(other, about("assets", 1))
    settle("stuck")
    assert replaying.replay_all(halo, FAILED, None).number == 0
    assert replaying.replay_all(halo, Choice(until=clock.now() + timedelta(days=1)), None).number == 0
    assert delivery_states() == ["stuck"]
    assert AuditEntry.select().count() == 0


def test_what_was_ignored_waits_only_if_its_type_is_synced_now(halo: Integration) -> None:
    tell(halo, about("sites", 1), about("contracts", 2), {"event": "weather"})
    Integration.update(record_types=["clients", "sites"]).execute()
    halo = Integration.get()
    assert [replayed(halo, number) for number in (1, 2, 3)] == [1, 0, 0]
    assert delivery_states() == ["waiting", "ignored", "ignored"]
    assert Delivery.get_by_id(1).why == ""
    assert Delivery.get_by_id(2).why


def test_what_is_stuck_is_ignored_once_its_type_is_not_synced(halo: Integration) -> None:
    tell(halo, about("assets", 1))
    settle("stuck", why="Halo did not answer.")
    Integration.update(record_types=["clients"]).execute()
    assert replayed(Integration.get()) == 0
    assert (delivery_states(), RefetchRequest.get().why) == (["ignored"], "Its record type isn't synced.")


def test_a_body_that_is_still_unreadable_is_unchanged(halo: Integration) -> None:
    tell(halo, b"nonsense")
    assert replayed(halo) == 0
    assert delivery_states() == ["unreadable"]
    assert RefetchRequest.select().count() == 0


def test_a_body_that_is_readable_now_gets_refetch_requests_once(halo: Integration) -> None:
    tell(halo, [about("assets", 1), about("sites", 2)])
    RefetchRequest.delete().execute()
    Delivery.update(state="unreadable", event="", why="It isn't JSON.").execute()
    assert [replayed(halo), replayed(halo)] == [1, 1]
    assert results() == [("waiting", None), ("ignored", None)]
    delivery = Delivery.get()
    assert (delivery.state, delivery.event, delivery.why) == ("waiting", "2 events", "")


def test_a_replay_is_a_fresh_start(halo: Integration) -> None:
    tell(halo, about("assets", 1))
    settle("stuck", attempts=6, why="Halo did not answer.", not_before=clock.now())
    assert replayed(halo) == 1
    refetch_request = RefetchRequest.get()
    assert (
        refetch_request.attempts,
        refetch_request.why,
        refetch_request.not_before,
        refetch_request.settled_at,
    ) == (0, "", None, None)


def test_each_replay_is_in_the_audit_log(halo: Integration) -> None:
    tell(halo, about("assets", 1), about("assets", 2))
    settle("stuck")
    replayed(halo)
    replaying.replay_all(halo, FAILED, None)
    replaying.replay_all(halo, FAILED, None)
    assert [entry.detail for entry in AuditEntry.select().order_by(AuditEntry.id)] == [
        "delivery 1",
        "1 failed delivery",
    ]


def test_more_failed_deliveries_than_the_limit_are_replayed_in_parts(
    halo: Integration, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replaying, "MOST", 3)
    monkeypatch.setattr(replaying, "BATCH", 2)
    tell(halo, *(about("assets", number) for number in range(1, 6)))
    settle("stuck")
    assert replaying.offer(halo, FAILED).counted == replaying.Counted(3, more=True)
    with pytest.raises(Invalid, match="More than 3 deliveries"):
        replaying.replay_all(halo, Choice(until=clock.now() + timedelta(days=1)), None)
    assert delivery_states() == ["stuck"] * 5
    assert replaying.replay_all(halo, FAILED, None) == replaying.Counted(3, more=True)
    assert delivery_states() == ["waiting"] * 3 + ["stuck"] * 2
    assert replaying.replay_all(halo, FAILED, None) == replaying.Counted(2, more=False)
