"""The wizard's last steps: what is synced, and who may start."""

from __future__ import annotations

import pytest

from portal.errors import Conflict, Invalid, OtherPsaActive
from portal.models.accounts import User
from portal.models.integrations import Integration
from portal.models.sync import SyncRun
from portal.services.connecting import exclusivity, wizard
from tests.services.helpers import connectwise, fresh


def test_unknown_types_are_refused_and_clients_are_always_on(tested: Integration) -> None:
    with pytest.raises(Invalid) as refused:
        wizard.choose_data(tested, ["clients", "tickets"], False)
    assert refused.value.field == "record_types"
    wizard.choose_data(tested, ["assets", "sites"], True)
    assert fresh(tested).record_types == ["clients", "sites", "assets"]


def test_going_back_closes_nothing(ready: Integration) -> None:
    wizard.choose_data(ready, ["clients"], True)
    assert wizard.open_steps(fresh(ready)) == ["connect", "data", "webhooks", "review"]


def test_nobody_starts_before_the_last_step(tested: Integration) -> None:
    with pytest.raises(Conflict, match="isn't complete"):
        wizard.start(tested, None)
    assert (fresh(tested).state, SyncRun.select().count()) == ("draft", 0)


def test_start_activates_and_opens_the_first_run(ready: Integration, alice: User) -> None:
    run = wizard.start(ready, alice)
    now = fresh(ready)
    assert (now.state, run.kind, run.trigger, run.state) == ("active", "initial", "wizard", "queued")
    assert min(now.next_sync_at, now.next_full_at) > now.activated_at
    assert now.source_address == now.connection["base_url"]


def test_a_new_start_ends_a_pause(ready: Integration) -> None:
    Integration.update(paused_at=ready.touched_at).execute()
    wizard.start(fresh(ready), None)
    assert fresh(ready).paused_at is None


def test_of_two_starts_one_wins(ready: Integration) -> None:
    other_tab = fresh(ready)
    wizard.start(ready, None)
    with pytest.raises(Conflict, match="already connected"):
        wizard.start(other_tab, None)
    assert SyncRun.select().count() == 1


def test_a_connectwise_that_was_quicker_wins(ready: Integration, monkeypatch: pytest.MonkeyPatch) -> None:
    connectwise(ready.account)
    for look_first in (True, False):
        if not look_first:  # as if it came between the look and the leap
            monkeypatch.setattr(exclusivity, "refuse_beside_other", lambda *_: None)
        with pytest.raises(
            OtherPsaActive, match="Cannot activate HALO PSA: ConnectWise integration is already active"
        ):
            wizard.start(ready, None)
    assert (fresh(ready).state, SyncRun.select().count()) == ("draft", 0)
