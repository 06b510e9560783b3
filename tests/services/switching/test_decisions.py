"""Deciding about counterparts: each client has one at most, and every decision can be taken back."""

from __future__ import annotations

from threading import Thread

import pytest

from portal import db
from portal.errors import Conflict, NotFound
from portal.models.accounts import User
from portal.models.audit import AuditEntry
from portal.models.integrations import Integration
from portal.models.switching import ClientPair, ClientPairing, PairingClient
from portal.services.pages import pairing_files, pairing_pages
from portal.services.pages.pairing_pages import Show
from portal.services.switching import decisions, pairings, reading
from tests.postgres import database

__all__ = ["database"]


@pytest.fixture
def pairing(halo: Integration, ledger: Integration) -> ClientPairing:
    pairing = pairings.request(halo.account, "ledger", None)
    reading.execute(pairing.id)
    return pairings.by_id(pairing.id)


def listed(pairing: ClientPairing, show: Show) -> list[str]:
    return [row.client.name for row in pairing_pages.page(pairing, show).rows]


def test_all_sure_ones_are_accepted_at_once(pairing: ClientPairing, alice: User) -> None:
    assert decisions.accept_sure(pairing, alice) == 2
    assert decisions.accept_sure(pairing, alice) == 0
    assert listed(pairing, Show.PAIRED) == ["Acme Ltd", "Brightwater plc"]
    pair = ClientPair.get(ClientPair.source_remote_id == 1)
    assert (pair.account, pair.target_remote_id, pair.how, pair.decided_by) == (
        alice.account,
        11,
        "Same name, same domain",
        alice,
    )
    assert [each.detail for each in AuditEntry.select().where(AuditEntry.action == "pairing.accepted")] == ["2 pairs"]


def test_a_likely_one_is_accepted_rejected_or_chosen(pairing: ClientPairing, alice: User) -> None:
    decisions.reject(pairing, 3, 13, alice)
    assert listed(pairing, Show.NONE) == ["Cobalt", "Dune"]
    decisions.pair(pairing, 3, 14, alice)
    assert ClientPair.get().how == "Chosen by hand"
    assert listed(pairing, Show.ONLY_TARGET) == ["Acme Limited", "Brightwater", "Cobalt Works"]


def test_a_client_has_one_counterpart_at_most(pairing: ClientPairing) -> None:
    decisions.pair(pairing, 1, 11, None)
    with pytest.raises(Conflict, match="Acme Limited already has a counterpart"):
        decisions.pair(pairing, 2, 11, None)
    with pytest.raises(Conflict, match="Acme Ltd already has a counterpart"):
        decisions.pair(pairing, 1, 12, None)
    for decide in (decisions.mark_without,):
        with pytest.raises(Conflict, match="decided already"):
            decide(pairing, 1, None)
    with pytest.raises(Conflict, match="decided already"):
        decisions.reject(pairing, 1, 11, None)


def test_a_sure_match_that_was_taken_meanwhile_becomes_likely(pairing: ClientPairing) -> None:
    decisions.pair(pairing, 4, 11, None)
    assert decisions.accept_sure(pairing, None) == 1
    assert listed(pairing, Show.LIKELY) == ["Acme Ltd", "Cobalt"]


def test_a_decision_can_be_taken_back(pairing: ClientPairing) -> None:
    decisions.pair(pairing, 1, 11, None)
    decisions.mark_without(pairing, 4, None)
    for number in (1, 4, 4):
        decisions.undo(pairing, number, None)
    assert ClientPair.select().count() == 0
    assert listed(pairing, Show.LIKELY) == ["Acme Ltd", "Cobalt"]
    assert "Acme Limited" in listed(pairing, Show.ONLY_TARGET)


def test_a_client_without_counterpart_can_be_paired_later(pairing: ClientPairing) -> None:
    decisions.mark_without(pairing, 4, None)
    decisions.pair(pairing, 4, 14, None)
    assert [(each.source_remote_id, each.target_remote_id) for each in ClientPair.select()] == [(4, 14)]


@pytest.mark.parametrize(("ours", "theirs"), [(99, 11), (1, 99), (11, 1)])
def test_clients_that_were_not_read_cannot_be_paired(pairing: ClientPairing, ours: int, theirs: int) -> None:
    with pytest.raises(NotFound):
        decisions.pair(pairing, ours, theirs, None)


def test_two_people_at_the_same_moment_make_one_pair(pairing: ClientPairing) -> None:
    refused: list[str] = []

    def decide(ours: int) -> None:
        with db.connected():
            try:
                decisions.pair(pairings.by_id(pairing.id), ours, 13, None)
            except Conflict as error:
                refused.append(error.problem)

    threads = [Thread(target=decide, args=[number]) for number in (1, 2, 3, 4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert refused == ["Cobalt Works already has a counterpart."] * 3
    assert ClientPair.select().count() == 1


def test_the_lists_show_what_has_no_counterpart_on_either_side(pairing: ClientPairing) -> None:
    decisions.accept_sure(pairing, None)
    decisions.mark_without(pairing, 4, None)
    assert listed(pairing, Show.ONLY_SOURCE) == ["Cobalt", "Dune"]
    assert listed(pairing, Show.ONLY_TARGET) == ["Cobalt Works", "Zebra Unlimited"]
    assert {show.value: number for show, number in pairing_pages.counts(pairing).items()} == {
        "sure": 0,
        "likely": 1,
        "none": 0,
        "paired": 2,
        "only_source": 2,
        "only_target": 2,
    }


def test_the_files_have_pairs_and_what_is_without(pairing: ClientPairing, alice: User) -> None:
    decisions.accept_sure(pairing, alice)
    decisions.mark_without(pairing, 4, alice)
    PairingClient.update(name="=cmd()").where(PairingClient.remote_id == 14).execute()
    pairs = "".join(pairing_files.pairs(pairing)).splitlines()
    assert pairs[0].startswith("Halo number,Halo name,Ledger number,Ledger name,found by")
    assert pairs[1].startswith('1,Acme Ltd,11,Acme Limited,"Same name, same domain",alice@northwind.example,')
    assert len(pairs) == 3
    without = "".join(pairing_files.unpaired(pairing)).splitlines()[1:]
    assert without == [
        "Halo,3,Cobalt,,,",
        "Halo,4,Dune,,,no counterpart",
        "Ledger,13,Cobalt Works,,,",
        "Ledger,14,'=cmd(),,,",
    ]


@pytest.mark.parametrize(
    ("text", "found"), [("cobalt", [13]), ("acme.example", [11]), ("14", [14]), (" ", []), ("nobody", [])]
)
def test_a_counterpart_is_searched_by_name_domain_or_number(
    pairing: ClientPairing, text: str, found: list[int]
) -> None:
    assert [each.remote_id for each in pairing_pages.search(pairing, text)] == found


def test_long_lists_come_in_pages(pairing: ClientPairing, halo: Integration) -> None:
    PairingClient.insert_many(
        {
            "pairing": pairing,
            "integration": halo,
            "remote_id": 1000 + number,
            "name": f"Same {number % 3}",
            "domains": [],
            "phones": [],
            "suggestions": [],
            "rejected": [],
            "state": "none",
            "reading": 1,
        }
        for number in range(60)
    ).execute()
    seen: list[int] = []
    page = pairing_pages.page(pairing, Show.NONE)
    while True:
        seen += [row.client.remote_id for row in page.rows]
        if page.next is None:
            break
        page = pairing_pages.page(pairing, Show.NONE, after=page.next)
    assert (len(seen), len(set(seen))) == (61, 61)
    back = pairing_pages.page(pairing, Show.NONE, before=page.previous)
    assert [row.client.remote_id for row in back.rows] == seen[25:50]
