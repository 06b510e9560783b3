"""Records of two PSAs of one account, with the same numbers and names, are never mixed."""

from __future__ import annotations

import pytest

from portal.models.accounts import Account
from portal.models.integrations import Integration
from portal.models.records import ChangeKind, RecordState
from portal.services.connecting import filter_choices
from portal.services.pages import record_details, record_lists, record_pages
from portal.services.pages.record_lists import Order, Wanted
from portal.services.records import exclusions, lookup, record_files, stored_records
from portal.sync.record_types import RecordType
from tests.copies import changed, copied
from tests.two_psas import prepared, register

ASSETS = RecordType.ASSETS


@pytest.fixture
def both(northwind: Account, monkeypatch: pytest.MonkeyPatch) -> dict[str, Integration]:
    """Have assets 1 to 3 and client 1 in each PSA; only the PSA's name is in their own names."""
    register(monkeypatch)
    both = {psa: prepared(northwind, psa) for psa in ("halo", "ledger")}
    for psa, integration in both.items():
        payload = f'{{"id":1,"title":"{psa}","closed":false,"name":"{psa}"}}'
        copied(integration, [1, 2, 3], name=f"PC of {psa}", client_remote_id=1, client_name=psa, payload=payload)
        copied(integration, [1], of="clients", name=f"Acme in {psa}", payload=payload)
        changed(integration, 1, ChangeKind.UPDATED, {"name": ["a", psa]})
    return both


@pytest.mark.parametrize("psa", ["halo", "ledger"])
def test_lists_searches_and_counts_have_one_psas_records(both: dict[str, Integration], psa: str) -> None:
    one = both[psa]
    for wanted in (Wanted(ASSETS), Wanted(ASSETS, order=Order.NAME), Wanted(ASSETS, containing="PC of")):
        assert {record.name for record in record_lists.page(one, wanted).rows} == {f"PC of {psa}"}
        after = record_lists.page(one, wanted, after=2)
        assert {record.name for record in after.rows} == {f"PC of {psa}"}
    assert record_lists.counts(one, ASSETS)[RecordState.LIVE] == 3
    assert stored_records.counts(one)["assets"]["live"] == 3
    assert [record.name for record in stored_records.look_up(one, ASSETS, containing="PC")] == [f"PC of {psa}"] * 3
    assert exclusions.counts(one)["assets"] == 0


@pytest.mark.parametrize("psa", ["halo", "ledger"])
def test_a_records_page_has_one_psas_history_and_references(both: dict[str, Integration], psa: str) -> None:
    view = record_pages.view(both[psa], ASSETS, 1)
    assert view is not None
    assert view.record.name == f"PC of {psa}"
    assert [each.after.text for event in view.history.events for each in event.others] == [psa]
    record = lookup.find(both[psa], ASSETS, 1)
    assert record is not None
    groups = record_details.details(both[psa], record).groups
    targets = [each.target.name for group in groups for each in group.fields if each.target]
    assert targets == [f"Acme in {psa}"]


@pytest.mark.parametrize("psa", ["halo", "ledger"])
def test_exports_have_one_psas_records(both: dict[str, Integration], psa: str) -> None:
    other = ({*both} - {psa}).pop()
    one = both[psa]
    for text in (
        "".join(record_files.as_csv(one, Wanted(ASSETS))),
        "".join(record_files.as_json_lines(one, Wanted(ASSETS))),
        "".join(record.payload + record.name for record in stored_records.export(one, ASSETS)),
    ):
        assert text.count(f"PC of {psa}") == 3
        assert other not in text


@pytest.mark.parametrize("psa", ["halo", "ledger"])
def test_filters_find_one_psas_clients(both: dict[str, Integration], psa: str) -> None:
    assert filter_choices.find_clients(both[psa], "Acme", without=()) == {1: f"Acme in {psa}"}
    assert filter_choices.client_names(both[psa], [1]) == {1: f"Acme in {psa}"}
