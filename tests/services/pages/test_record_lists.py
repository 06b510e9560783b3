"""Paging through stored records."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest

from portal.models.accounts import Account, User
from portal.models.integrations import Integration
from portal.models.records import Record, RecordState
from portal.services.pages import record_lists
from portal.services.pages.keyset import Page
from portal.services.pages.record_lists import PAGE_RECORDS, Order, Wanted
from portal.sync.record_types import RecordType
from tests.copies import NOON, copied
from tests.postgres import database

__all__ = ["database"]

ASSETS = Wanted(RecordType.ASSETS)
BY_NAME = Wanted(RecordType.ASSETS, order=Order.NAME, is_descending=False)


@pytest.fixture
def halo(northwind: Account) -> Integration:
    integration: Integration = Integration.create(account=northwind, psa="halo")
    return integration


def ids(page: Page[Record]) -> list[int]:
    return [record.remote_id for record in page.rows]


def test_other_types_states_and_accounts_stay_out(halo: Integration, mallory: User) -> None:
    copied(halo, [1], of="contacts")
    copied(halo, [2], state=RecordState.DELETED)
    copied(Integration.create(account=mallory.account, psa="halo"), [3])
    assert ids(record_lists.page(halo, ASSETS)) == []
    assert record_lists.with_number(halo, RecordType.ASSETS, 3) is None
    assert ids(record_lists.page(halo, Wanted(RecordType.ASSETS, RecordState.DELETED))) == [2]


def test_the_newest_change_comes_first(halo: Integration) -> None:
    copied(halo, [1, 2, 3])
    Record.update(changed_at=NOON + timedelta(days=1)).where(Record.remote_id == 2).execute()
    assert ids(record_lists.page(halo, ASSETS)) == [2, 3, 1]


@pytest.mark.parametrize("wanted", [ASSETS, BY_NAME])
@pytest.mark.parametrize("number", [PAGE_RECORDS - 1, PAGE_RECORDS, PAGE_RECORDS + 1, 3 * PAGE_RECORDS, 130])
def test_paging_forth_and_back_misses_and_repeats_nothing(halo: Integration, wanted: Wanted, number: int) -> None:
    # All changed in the same instant, as a sync writes them, and some have the same name.
    copied(halo, range(1, number + 1))
    Record.update(name="same").where(Record.remote_id.in_(range(3, number + 1, 3))).execute()
    pages = [record_lists.page(halo, wanted)]
    while pages[-1].next is not None:
        pages.append(record_lists.page(halo, wanted, after=pages[-1].next))
    seen = [each for page in pages for each in ids(page)]
    assert sorted(seen) == list(range(1, number + 1))
    assert pages[0].previous is None
    for earlier, page in itertools.pairwise(pages):
        assert ids(record_lists.page(halo, wanted, before=page.previous)) == ids(earlier)


def test_paging_from_what_is_not_there_begins_at_the_beginning(halo: Integration) -> None:
    copied(halo, range(1, 80))
    assert ids(record_lists.page(halo, BY_NAME, after=999)) == list(range(1, 51))
    assert ids(record_lists.page(halo, BY_NAME, before=999)) == list(range(1, 51))


def test_a_huge_payload_is_cut(halo: Integration) -> None:
    copied(halo, [1], payload="x" * 3 * record_lists.LONGEST_PAYLOAD)
    (record,) = record_lists.page(halo, ASSETS).rows
    assert len(record.payload) == record_lists.LONGEST_PAYLOAD


@pytest.mark.parametrize("order", Order)
@pytest.mark.parametrize("is_descending", [True, False])
def test_every_order_goes_both_ways_and_pages_without_gaps(
    halo: Integration, order: Order, *, is_descending: bool
) -> None:
    for number in range(1, 121):
        at, name, client, status = NOON + timedelta(minutes=number % 4), number % 7, number % 5, number % 3
        copied(halo, [number], at=at, name=f"n{name}", client_name=f"c{client}", status=f"s{status}")
    wanted = Wanted(RecordType.ASSETS, order=order, is_descending=is_descending)
    pages = [record_lists.page(halo, wanted)]
    while pages[-1].next is not None:
        pages.append(record_lists.page(halo, wanted, after=pages[-1].next))
    rows = [row for page in pages for row in page.rows]
    keys = [wanted.keys.edge(row) for row in rows]
    assert sorted(row.remote_id for row in rows) == list(range(1, 121))
    assert keys == sorted(keys, reverse=is_descending)


@pytest.mark.parametrize("near", [1, 90])
@pytest.mark.parametrize("order", Order)
def test_a_search_with_many_matches_pages_without_gaps_in_both_directions(
    halo: Integration, order: Order, near: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record_lists, "NEAR", near)
    for number in range(1, 161):
        name, client, status = number % 7, number % 5, number % 3
        begin = "printer" if number % 3 else "laptop"
        copied(halo, [number], name=f"n{name} {begin}s", client_name=f"c{client}", status=f"s{status}")
    wanted = Wanted(RecordType.ASSETS, order=order, containing="PRINT n")
    pages = [record_lists.page(halo, wanted)]
    while (cursor := pages[-1].next) is not None:
        pages.append(record_lists.page(halo, wanted, after=cursor))
    rows = [row for page in pages for row in page.rows]
    assert sorted(row.remote_id for row in rows) == [number for number in range(1, 161) if number % 3]
    keys = [wanted.keys.edge(row) for row in rows]
    assert keys == sorted(keys, reverse=True)
    assert ids(record_lists.page(halo, wanted, before=pages[-1].previous)) == ids(pages[-2])


def test_filters_leave_out_all_others(halo: Integration) -> None:
    copied(halo, [1], client_remote_id=5, status="Active", is_active=True)
    copied(halo, [2], client_remote_id=6, status="Active", is_active=True)
    copied(halo, [3], client_remote_id=5, status="In stock", is_active=False, at=NOON - timedelta(days=9))
    for wanted, expected in (
        (Wanted(RecordType.ASSETS, client=5), [1, 3]),
        (Wanted(RecordType.ASSETS, client=9), []),
        (Wanted(RecordType.ASSETS, status="Active"), [1, 2]),
        (Wanted(RecordType.ASSETS, status="active' OR 1=1"), []),
        (Wanted(RecordType.ASSETS, is_active=False), [3]),
        (Wanted(RecordType.ASSETS, changed_since=NOON), [1, 2]),
        (Wanted(RecordType.ASSETS, client=5, status="Active", containing="pc sn1"), [1]),
    ):
        assert sorted(ids(record_lists.page(halo, wanted))) == expected
        assert [each.remote_id for each in record_lists.batch(halo, wanted, 9, None)] == expected


@pytest.mark.parametrize(
    ("wanted", "number"),
    [
        (ASSETS, 0),
        (Wanted(RecordType.ASSETS, containing="pc", site=7, order=Order.NAME, is_descending=False), 0),
        (Wanted(RecordType.ASSETS, RecordState.DELETED), 1),
        (Wanted(RecordType.ASSETS, is_active=False), 1),
        (Wanted(RecordType.ASSETS, client=5, status="Active", is_active=True, changed_since=NOON), 4),
    ],
)
def test_filters_that_are_set_are_counted_without_the_search(wanted: Wanted, number: int) -> None:
    assert wanted.number_set == number


def test_statuses_are_those_of_the_state(halo: Integration) -> None:
    copied(halo, [1], status="Active")
    copied(halo, [2], status="Retired", state=RecordState.DELETED)
    copied(halo, [3])
    assert record_lists.statuses(halo, ASSETS) == ["Active"]


def test_each_state_is_counted(halo: Integration) -> None:
    copied(halo, [1, 2])
    copied(halo, [3], state=RecordState.OUT_OF_SCOPE)
    assert record_lists.counts(halo, RecordType.ASSETS) == {"live": 2, "out_of_scope": 1, "deleted": 0}


@pytest.mark.parametrize("text", ["", "0", "-1", "1.5", "x", "9" * 19, "9" * 5000, "١٢"])
def test_what_cannot_be_a_number_is_none(text: str) -> None:
    assert record_lists.as_number(text) is None


@pytest.mark.parametrize("text", ["12", " 12 ", "#12"])
def test_a_number_is_read_as_people_write_it(text: str) -> None:
    assert record_lists.as_number(text) == 12
