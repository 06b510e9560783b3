"""One PSA of an account is active: both ways, in words, and when two are started at the same moment."""

from __future__ import annotations

from threading import Barrier, Thread
from typing import Any

import pytest

from portal import db
from portal.errors import OtherPsaActive
from portal.models.accounts import Account
from portal.models.integrations import Integration
from portal.models.sync import SyncRun
from portal.services.connecting import exclusivity, integrations, wizard
from tests.postgres import database
from tests.two_psas import prepared, register

__all__ = ["database"]

HALO_REFUSED = "Cannot activate HALO PSA: Ledger integration is already active"
LEDGER_REFUSED = "Cannot activate LEDGER PSA: Halo integration is already active"


@pytest.fixture
def both(northwind: Account, monkeypatch: pytest.MonkeyPatch) -> dict[str, Integration]:
    """Prepare both PSAs up to the last step."""
    register(monkeypatch)
    return {psa: prepared(northwind, psa) for psa in ("halo", "ledger")}


@pytest.mark.parametrize(
    ("first", "second", "words"), [("ledger", "halo", HALO_REFUSED), ("halo", "ledger", LEDGER_REFUSED)]
)
def test_the_second_is_refused_until_the_first_is_disconnected(
    both: dict[str, Integration], first: str, second: str, words: str
) -> None:
    wizard.start(both[first], None)
    with pytest.raises(OtherPsaActive) as refused:
        wizard.start(both[second], None)
    assert refused.value.problem == words
    assert Integration.get_by_id(both[second].id).state == "draft"
    integrations.disconnect(Integration.get_by_id(both[first].id), None)
    wizard.start(both[second], None)
    assert Integration.get_by_id(both[second].id).state == "active"


def test_the_words_of_the_other_direction_name_connectwise() -> None:
    refusal = exclusivity.refusal("connectwise", "halo")
    assert refusal.problem == "Cannot activate CONNECTWISE PSA: Halo integration is already active"
    assert refusal.remedy.endswith("Disconnect Halo first, then connect ConnectWise.")


def test_of_two_activations_at_the_same_moment_one_wins(
    both: dict[str, Integration], monkeypatch: pytest.MonkeyPatch
) -> None:
    look, barrier, outcomes = exclusivity.refuse_beside_other, Barrier(2), dict[str, Any]()

    def look_together(account: Account, psa: str) -> None:
        look(account, psa)
        barrier.wait(timeout=30)  # both have seen that no other is active

    def activate(psa: str) -> None:
        with db.connected():
            try:
                outcomes[psa] = wizard.start(Integration.get_by_id(both[psa].id), None)
            except OtherPsaActive as error:
                outcomes[psa] = error.problem

    monkeypatch.setattr(exclusivity, "refuse_beside_other", look_together)
    threads = [Thread(target=activate, args=[psa]) for psa in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    states = {each.psa: each.state for each in Integration.select()}
    winner = next(psa for psa, state in states.items() if state == "active")
    loser = ({*both} - {winner}).pop()
    assert states[loser] == "draft"
    assert outcomes[loser] == (HALO_REFUSED if loser == "halo" else LEDGER_REFUSED)
    assert [run.integration_id for run in SyncRun.select()] == [both[winner].id]
