"""Reading the clients of both PSAs: from what is stored, and from the list of a PSA that is only set up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import stamina

from portal import clock
from portal.errors import Conflict, FencedOut
from portal.models.accounts import Account, User
from portal.models.audit import AuditEntry
from portal.models.integrations import Integration, IntegrationState
from portal.models.records import Record
from portal.models.switching import ClientPair, ClientPairing, ClientState, PairingClient, PairingState
from portal.services.connecting import connections, integrations, wizard
from portal.services.records import deletions
from portal.services.switching import clients, decisions, pairing_lease, pairings, reading
from tests.copies import copied
from tests.postgres import database
from tests.two_psas import LedgerServer

__all__ = ["database"]


def read(account: Account, psa: str = "ledger") -> ClientPairing:
    pairing = pairings.request(account, psa, None)
    reading.execute(pairing.id)
    return pairings.by_id(pairing.id)


def states(integration: Integration) -> dict[str, str]:
    query = PairingClient.select().where(PairingClient.integration == integration)
    return {each.name: each.state for each in query}


def test_both_sides_are_read_and_compared(halo: Integration, ledger: Integration, alice: User) -> None:
    pairing = pairings.request(halo.account, "ledger", alice)
    reading.execute(pairing.id)
    pairing = pairings.by_id(pairing.id)
    assert (pairing.state, pairing.source_id, pairing.target_id) == ("ready", halo.id, ledger.id)
    assert states(halo) == {"Acme Ltd": "sure", "Brightwater plc": "sure", "Cobalt": "likely", "Dune": "none"}
    assert set(states(ledger).values()) == {"open"}
    acme = PairingClient.get(PairingClient.remote_id == 1)
    assert (acme.domains, acme.suggestions) == (["acme.example"], [[11, "Same name, same domain"]])
    assert AuditEntry.get(AuditEntry.action == "pairing.read").detail == "Halo PSA with Ledger PSA"


def test_nothing_but_candidates_is_stored_of_a_psa_that_is_not_connected(
    halo: Integration, ledger: Integration, ledger_server: LedgerServer
) -> None:
    read(halo.account)
    assert ledger_server.asked == ["/clients?page=1", "/clients?page=2", "/clients?page=3"]
    assert not Record.select().where(Record.integration == ledger).exists()


def test_a_worker_that_died_is_followed_at_the_page_where_it_stopped(
    halo: Integration, ledger: Integration, ledger_server: LedgerServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    pairing = pairings.request(halo.account, "ledger", None)
    take = clients.listed

    def dies_at_page_2(*arguments: Any) -> Any:
        if len(ledger_server.asked) == 2:
            raise SystemExit
        return take(*arguments)

    monkeypatch.setattr(clients, "listed", dies_at_page_2)
    with pytest.raises(SystemExit):
        reading.execute(pairing.id)
    monkeypatch.setattr(clients, "listed", take)
    assert pairings.claimable() == []
    ClientPairing.update(lease_until=clock.now() - timedelta(seconds=1)).execute()
    assert pairings.claimable() == [pairing.id]
    reading.execute(pairing.id)
    assert pairings.by_id(pairing.id).state == PairingState.READY
    assert ledger_server.asked == [f"/clients?page={number}" for number in (1, 2, 2, 3)]
    assert len(states(ledger)) == 4


def test_a_psa_that_does_not_answer_is_waited_for(
    halo: Integration, ledger: Integration, ledger_server: LedgerServer
) -> None:
    ledger_server.url, url = "http://127.0.0.1:1", ledger_server.url
    Integration.update(connection={"address": ledger_server.url}).where(Integration.id == ledger.id).execute()
    draft = Integration.get_by_id(ledger.id)
    draft.tested_fingerprint = connections.fingerprint(draft)
    draft.save()
    with stamina.set_testing(True, attempts=1):
        pairing = read(halo.account)
    assert (pairing.state, pairing.problem != "", pairing.not_before is not None) == ("waiting", True, True)
    assert url


def test_a_refused_list_is_explained_and_can_be_tried_again(
    halo: Integration, ledger: Integration, ledger_server: LedgerServer
) -> None:
    ledger_server.statuses = [401]
    pairing = read(halo.account)
    assert (pairing.state, pairing.problem) == ("failed", "Ledger doesn't accept this key.")
    assert read(halo.account).state == PairingState.READY


def test_reading_again_keeps_decisions_and_drops_what_is_gone(
    halo: Integration, ledger: Integration, ledger_server: LedgerServer
) -> None:
    pairing = read(halo.account)
    decisions.pair(pairing, 1, 11, None)
    decisions.mark_without(pairing, 4, None)
    decisions.reject(pairing, 3, 13, None)
    ledger_server.clients = ledger_server.clients[1:3]
    ledger_server.clients[0]["title"] = "Something else"
    assert read(halo.account).id == pairing.id
    assert states(halo) == {"Acme Ltd": "paired", "Brightwater plc": "likely", "Cobalt": "none", "Dune": "without"}
    assert states(ledger) == {"Acme Limited": "paired", "Something else": "open", "Cobalt Works": "open"}
    assert ClientPair.select().count() == 2


def test_a_worker_whose_lease_was_taken_writes_nothing(halo: Integration, ledger: Integration) -> None:
    pairing = pairings.request(halo.account, "ledger", None)
    first = pairing_lease.claim(pairing.id)
    assert first is not None
    assert pairing_lease.claim(pairing.id) is None
    ClientPairing.update(lease_until=clock.now() - timedelta(seconds=1)).execute()
    assert pairing_lease.claim(pairing.id) is not None
    with pytest.raises(FencedOut), first.writing():
        pytest.fail("written")


def test_one_psa_alone_cannot_be_paired(halo: Integration) -> None:
    assert pairings.sides(halo.account, "halo") is None
    with pytest.raises(Conflict, match="no other PSA"):
        pairings.request(halo.account, "halo", None)


def test_a_setup_must_have_passed_its_test(halo: Integration, ledger: Integration) -> None:
    Integration.update(tested_fingerprint=None).where(Integration.id == ledger.id).execute()
    assert pairings.sides(halo.account, "ledger") is None


@pytest.mark.parametrize("psa", ["halo", "ledger"])
def test_from_either_psa_people_find_the_same_pairing(psa: str, halo: Integration, ledger: Integration) -> None:
    pairing = read(halo.account, psa)
    assert pairing.target_id == ledger.id
    assert {pairings.get(halo.account, each).id for each in ("halo", "ledger")} == {pairing.id}


def test_after_the_switch_it_is_read_from_what_is_stored(
    halo: Integration, ledger: Integration, ledger_server: LedgerServer
) -> None:
    pairing = read(halo.account)
    decisions.accept_sure(pairing, None)
    integrations.disconnect(halo, None)
    wizard.start(Integration.get_by_id(ledger.id), None)
    copied(
        ledger, [13, 15], of="clients", name="Cobalt", payload='{"number": 13, "title": "Cobalt", "closed": false}'
    )
    before = len(ledger_server.asked)
    pairing = read(halo.account)
    assert (pairing.state, len(ledger_server.asked)) == ("ready", before)
    assert ClientPair.select().count() == 2
    assert states(halo)["Acme Ltd"] == ClientState.PAIRED


def test_the_pairs_outlive_the_records(halo: Integration, ledger: Integration) -> None:
    decisions.accept_sure(read(halo.account), None)
    integrations.disconnect(halo, None, keep_records=False)
    while deletions.waiting():
        deletions.work()
    assert states(halo)["Acme Ltd"] == ClientState.PAIRED
    acme = PairingClient.get(PairingClient.integration == halo, PairingClient.remote_id == 1)
    assert (acme.domains, acme.phones) == ([], [])
    wizard.start(Integration.get_by_id(ledger.id), None)
    assert ClientPair.select().count() == 2


def test_another_tenant_means_other_clients(halo: Integration, ledger: Integration) -> None:
    decisions.accept_sure(read(halo.account), None)
    ClientPairing.update(target_tenant="https://another.example").execute()
    pairing = pairings.request(halo.account, "ledger", None)
    assert ClientPair.select().count() == PairingClient.select().count() == 0
    reading.execute(pairing.id)
    assert states(halo)["Acme Ltd"] == ClientState.SURE


def test_a_setup_with_pairs_is_not_forgotten(halo: Integration, ledger: Integration) -> None:
    decisions.accept_sure(read(halo.account), None)
    Integration.update(touched_at=clock.now() - timedelta(days=2)).execute()
    wizard.forget_stale_drafts()
    stale = Integration.get_by_id(ledger.id)
    assert (stale.state, stale.credentials) == (IntegrationState.DISCONNECTED, None)
    assert ClientPair.select().count() == 2


def test_another_accounts_clients_are_never_read(halo: Integration, ledger: Integration, mallory: User) -> None:
    read(halo.account)
    assert pairings.find(mallory.account, "halo") is None
    assert pairings.sides(mallory.account, "ledger") is None
