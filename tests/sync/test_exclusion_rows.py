"""The rows of excluded records, on SQLite and on PostgreSQL."""

from __future__ import annotations

from importlib import import_module

from portal import db
from portal.halo import facts, records
from portal.halo.pages import Row
from portal.models.accounts import Account
from portal.models.exclusions import Exclusion
from portal.models.integrations import Integration
from portal.models.records import ChangeKind, RecordState
from portal.models.sync import RemoteList
from portal.services.records import exclusions as lists
from portal.sync import exclusions
from portal.sync.decide import Decision
from portal.sync.record_types import RecordType
from tests.copies import NOON, changed, copied
from tests.postgres import database

__all__ = ["database"]

WHY = "The client is inactive."


def row(number: int, name: str = "Acme") -> Row:
    payload = f'{{"id":{number},"name":"{name}"}}'.encode()
    return Row(facts.read("clients", payload), payload)


def listed() -> list[tuple[int, str, str]]:
    return [(each.remote_id, each.name, each.reason) for each in Exclusion.select().order_by(Exclusion.remote_id)]


def test_rows_are_listed_renewed_and_forgotten(northwind: Account) -> None:
    halo = Integration.create(account=northwind, psa="halo")
    decision = Decision(excluded=[(row(1), WHY), (row(2), WHY)])
    exclusions.note(halo.id, "clients", decision, records.columns)
    since = Exclusion.get(Exclusion.remote_id == 1).at
    exclusions.note(halo.id, "clients", Decision(excluded=[(row(1, "New"), WHY), (row(2), "Else.")]), records.columns)
    assert listed() == [(1, "New", WHY), (2, "Acme", "Else.")]
    assert Exclusion.get(Exclusion.remote_id == 1).at == since
    copied(halo, [2, 3], of="clients", state=RecordState.OUT_OF_SCOPE, name="Stored")
    exclusions.note_stored(halo.id, "clients", {2: WHY, 3: WHY})
    assert listed() == [(1, "New", WHY), (2, "Acme", WHY), (3, "Stored", WHY)]
    exclusions.keep_listed(halo.id, "clients", {1})
    assert [number for number, *_ in listed()] == [1, 2, 3]
    exclusions.keep_listed(halo.id, "clients", {7})
    assert [number for number, *_ in listed()] == [2, 3]
    through_client = "Your sync filters exclude its client: the client is inactive."
    assert exclusions.of_clients(halo.id, [2, 9]) == {2: through_client}
    assert lists.counts(halo)["clients"] == 2
    page = lists.page(halo, RecordType.CLIENTS, containing="store")
    assert [each.remote_id for each in page.rows] == [3]
    exclusions.drop(halo.id, "clients", [2, 3])
    assert listed() == []


def test_an_upgrade_lists_what_is_stored_and_has_the_rest_read_again(northwind: Account) -> None:
    halo = Integration.create(account=northwind, psa="halo", filters={"active_only": True})
    plain = Integration.create(account=Account.create(name="Other MSP"), psa="halo", filters={"active_only": False})
    for each in (halo, plain):
        RemoteList.create(integration=each, record_type="assets", read_until=NOON)
    copied(halo, [1, 2], state=RecordState.OUT_OF_SCOPE)
    copied(halo, [3])
    changed(halo, 1, ChangeKind.OUT_OF_SCOPE, why="An older reason.")
    changed(halo, 1, ChangeKind.OUT_OF_SCOPE, why=WHY)
    migration = import_module("portal.migrations.0006_exclusions")
    migration._fill(db.db.obj)
    migration._read_whole_again(db.db.obj)
    assert listed() == [(1, "PC-0001", WHY), (2, "PC-0002", "The next full sync finds the reason.")]
    known = {each.integration.id: each.read_until for each in RemoteList.select()}
    assert known == {halo.id: None, plain.id: NOON}
