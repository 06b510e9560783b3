"""Switching between the two real PSAs, both simulated: pairing, disconnecting, and back."""

from __future__ import annotations

import pytest

from portal.errors import OtherPsaActive
from portal.models.accounts import Account
from portal.models.integrations import Integration
from portal.models.switching import ClientPair, PairingClient
from portal.sandbox.connectwise import ConnectWiseSandbox
from portal.sandbox.halo import HaloSandbox
from portal.services.connecting import integrations, wizard
from portal.services.pages import pairing_pages
from portal.services.pages.pairing_pages import Show
from portal.services.switching import decisions, pairings, reading
from portal.services.syncing import sync_runs
from tests import connectwise_fixtures, halo_fixtures
from tests.connectwise_fixtures import connectwise
from tests.halo_fixtures import halo

__all__ = ["connectwise", "halo"]


@pytest.fixture
def both(northwind: Account, halo: HaloSandbox, connectwise: ConnectWiseSandbox) -> dict[str, Integration]:
    """Have Halo synced and ConnectWise prepared, with two clients that are the same."""
    Account.update(enabled_psas=["halo", "connectwise"]).execute()
    account: Account = Account.get_by_id(northwind.id)
    theirs = sorted(int(number) for number in connectwise.truth(rows=True)["clients"]["rows"])
    ours = sorted(int(number) for number in halo.truth(rows=True)["clients"]["rows"])
    for name, number, other in zip(("Greystone Solicitors", "Harborview Dental"), ours[:2], theirs[:2], strict=True):
        halo.change("clients", [number], fields={"name": f"{name} Ltd"})
        connectwise.change("clients", [other], fields={"name": f"{name.upper()} LTD"})
    copy = halo_fixtures.connected(account, halo)
    assert copy.sync()["state"] == "succeeded"
    draft = connectwise_fixtures.set_up(account, connectwise)
    return {"halo": copy.integration, "connectwise": draft}


def test_the_clients_of_both_are_paired_and_the_pairs_last(
    both: dict[str, Integration], northwind: Account, connectwise: ConnectWiseSandbox, halo: HaloSandbox
) -> None:
    account: Account = Account.get_by_id(northwind.id)
    pairing = pairings.request(account, "connectwise", None)
    reading.execute(pairing.id)
    pairing = pairings.by_id(pairing.id)
    assert (pairing.state, pairing.problem) == ("ready", "")
    read = {
        each.id: PairingClient.select().where(PairingClient.integration == each).count() for each in both.values()
    }
    stored = len(connectwise.truth(rows=True)["clients"]["rows"])
    assert read == {both["halo"].id: 25, both["connectwise"].id: stored}
    found = [*pairing_pages.page(pairing, Show.SURE).rows, *pairing_pages.page(pairing, Show.LIKELY).rows]
    best = {row.client.name: row.suggestions[0].client for row in found}
    assert best["Greystone Solicitors Ltd"].name == "GREYSTONE SOLICITORS LTD"
    assert best["Harborview Dental Ltd"].name == "HARBORVIEW DENTAL LTD"
    decisions.accept_sure(pairing, None)
    for row in pairing_pages.page(pairing, Show.LIKELY, containing="Ltd").rows:
        if row.suggestions and row.client.name in ("Greystone Solicitors Ltd", "Harborview Dental Ltd"):
            decisions.pair(pairing, row.client.remote_id, row.suggestions[0].client.remote_id, None)
    assert pairing_pages.counts(pairing)[Show.PAIRED] >= 2
    pairs = ClientPair.select().count()

    with pytest.raises(OtherPsaActive, match="Cannot activate CONNECTWISE PSA: Halo integration is already active"):
        wizard.start(both["connectwise"], None)
    integrations.disconnect(Integration.get_by_id(both["halo"].id), None)
    run = wizard.start(Integration.get_by_id(both["connectwise"].id), None)
    sync_runs.execute(run.id)
    assert sync_runs.report(run)["state"] == "succeeded"

    back = halo_fixtures.set_up(account, halo)
    with pytest.raises(OtherPsaActive, match="Cannot activate HALO PSA: ConnectWise integration is already active"):
        wizard.start(back, None)
    again = pairings.request(account, "halo", None)
    reading.execute(again.id)
    assert (again.id, pairings.by_id(again.id).state) == (pairing.id, "ready")
    assert ClientPair.select().count() == pairs
    integrations.disconnect(Integration.get_by_id(both["connectwise"].id), None)
    wizard.start(Integration.get_by_id(back.id), None)
    assert ClientPair.select().count() == pairs


def test_only_reading_requests_reach_the_psa_that_is_not_connected(
    both: dict[str, Integration], northwind: Account, connectwise: ConnectWiseSandbox
) -> None:
    pairing = pairings.request(Account.get_by_id(northwind.id), "connectwise", None)
    reading.execute(pairing.id)
    assert connectwise.counts()["total"] <= 4
    assert connectwise.counts()["violations"] == 0
