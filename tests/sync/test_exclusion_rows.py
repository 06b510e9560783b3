"""The list of excluded records, on SQLite and on PostgreSQL."""

from __future__ import annotations

from portal.halo import facts, records
from portal.halo.pages import Row
from portal.models.accounts import Account
from portal.models.exclusions import Exclusion
from portal.models.integrations import Integration
from portal.models.records import RecordState
from portal.services.records import exclusions as lists
from portal.sync import exclusions
from portal.sync.decide import Decision
from portal.sync.record_types import RecordType
from tests.copies import copied
from tests.postgres import database

__all__ = ["database"]

WHY = "The client is inactive."


def row(number: int, name: str = "Acme") -> Row:
    payload = f'{{"id":{number},"name":"{name}"}}'.encode()
    return Row(facts.read("clients", payload), payload)


def listed() -> list[tuple[int, str, str]]:
    return [(each.remote_id, each.name, each.reason) for each in Exclusion.select().order_by(Exclusion.remote_id)]


def test_exclusions_are_added_updated_and_removed(northwind: Account) -> None:
    halo = Integration.create(account=northwind, psa="halo")
    decision = Decision(excluded=[(row(1), WHY), (row(2), WHY)])
    exclusions.update(halo.id, "clients", decision, records.columns)
    since = Exclusion.get(Exclusion.remote_id == 1).at
    exclusions.update(
        halo.id, "clients", Decision(excluded=[(row(1, "New"), WHY), (row(2), "Else.")]), records.columns
    )
    assert listed() == [(1, "New", WHY), (2, "Acme", "Else.")]
    assert Exclusion.get(Exclusion.remote_id == 1).at == since
    copied(halo, [2, 3], of="clients", state=RecordState.OUT_OF_SCOPE, name="Stored")
    exclusions.add_stored(halo.id, "clients", {2: WHY, 3: WHY})
    assert listed() == [(1, "New", WHY), (2, "Acme", WHY), (3, "Stored", WHY)]
    exclusions.remove_unlisted(halo.id, "clients", {1})
    assert [number for number, *_ in listed()] == [1, 2, 3]
    exclusions.remove_unlisted(halo.id, "clients", {7})
    assert [number for number, *_ in listed()] == [2, 3]
    through_client = "Your sync filters exclude its client: the client is inactive."
    assert exclusions.client_reasons(halo.id, [2, 9]) == {2: through_client}
    assert lists.counts(halo)["clients"] == 2
    page = lists.page(halo, RecordType.CLIENTS, containing="store")
    assert [each.remote_id for each in page.rows] == [3]
    exclusions.remove(halo.id, "clients", [2, 3])
    assert listed() == []
