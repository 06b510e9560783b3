"""A preview of changed filters says what the sync that follows then does, and costs no request."""

from __future__ import annotations

import random

import pytest

from portal.errors import Invalid, NotFound
from portal.models.accounts import Account
from portal.models.filters import FilterPreview
from portal.models.integrations import Integration
from portal.models.records import Record
from portal.models.sync import SyncRun
from portal.services.syncing import filter_preview_costs, filter_previews
from portal.sync import what_if
from portal.sync.filters import Filters
from portal.sync.record_types import RecordType
from tests.halo_fixtures import SIZES, Copy
from tests.services.helpers import fresh
from tests.services.syncing import previewing
from tests.services.syncing.previewing import applied, by_type, counts, preview


@pytest.mark.parametrize("seed", range(3))
def test_what_a_preview_promises_is_what_the_sync_does(synced: Copy, seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311  # not a secret
    for _ in range(3):
        filters, types = previewing.random_filters(synced, dice), previewing.random_types(dice)
        found = preview(synced, filters, types)
        assert found.is_done
        assert counts(found, "unknown") == counts(found, "may_come") == counts(found, "first_time") == {}
        left, back = applied(synced, filters, types)
        assert counts(found, "leaves") == by_type(left)
        assert counts(found, "returns") == by_type(back)
        for record_type, counted in found.types.items():
            assert {(record_type, each.remote_id) for each in counted.leaving} <= left.keys()
            assert {(record_type, each.remote_id) for each in counted.returning} <= back.keys()


def test_records_that_were_never_stored_are_an_estimate(copy: Copy) -> None:
    applied(copy, Filters(active_only=True))
    copy.sync("products")
    stored = {each.value: len(copy.ids(each)) for each in RecordType}
    found = preview(copy, Filters())
    assert found.is_estimate
    assert counts(found, "leaves") == counts(found, "returns") == {}
    missing = {name: SIZES[name] - number for name, number in stored.items() if SIZES[name] != number}
    assert counts(found, "may_come") == missing
    assert found.types[RecordType.CLIENTS].coming[0].name
    applied(copy, Filters())
    assert {each.value: len(copy.ids(each)) for each in RecordType} == SIZES


def test_a_filter_that_still_excludes_keeps_its_records_out_of_the_estimate(copy: Copy) -> None:
    applied(copy, Filters(active_only=True, without_general_users=True))
    found = preview(copy, Filters(without_general_users=True))
    left, back = applied(copy, Filters(without_general_users=True))
    assert (left, by_type(back).keys()) == ({}, counts(found, "may_come").keys())
    for name, number in by_type(back).items():
        assert number <= counts(found, "may_come")[name]


def test_a_type_that_was_never_synced_comes_as_a_whole_and_as_an_estimate(copy: Copy) -> None:
    applied(copy, Filters(), ["clients", "sites"])
    found = preview(copy, Filters(), ["clients", "sites", "assets"])
    assert list(found.types) == [RecordType.ASSETS]
    assert (found.types[RecordType.ASSETS].first_time, found.is_estimate) == (SIZES["assets"], True)


def test_a_type_that_is_turned_off_leaves_as_a_whole_and_needs_no_sync(synced: Copy) -> None:
    found = preview(synced, Filters(), [each for each in SIZES if each != "assets"])
    assert counts(found, "leaves") == {"assets": SIZES["assets"]}
    assert len(found.types[RecordType.ASSETS].leaving) == 5
    assert (found.is_done, found.touched) == (True, [])
    assert filter_preview_costs.of(fresh(synced.integration), found) is None


def test_the_cost_is_that_of_the_sync(synced: Copy) -> None:
    filters = Filters(active_only=True)
    cost = filter_preview_costs.of(fresh(synced.integration), preview(synced, filters))
    applied(synced, filters)
    assert cost is not None
    assert abs(cost.requests - previewing.requests_of_last_run()) <= len(SIZES)


def test_it_is_counted_in_slices_whose_sum_is_the_whole(synced: Copy, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = preview(synced, Filters(active_only=True))
    FilterPreview.delete().execute()
    monkeypatch.setattr(what_if, "BATCH", 40)
    wanted = filter_previews.request(fresh(synced.integration), list(SIZES), Filters(active_only=True))
    shares = []
    while not (found := filter_previews.count_on(filter_previews.get(synced.integration, wanted.id), 0)).is_done:
        shares.append(found.share)
    assert len(shares) > 5
    assert shares == sorted(shares)
    assert found.share == 100
    assert {each: (one.leaves, one.returns) for each, one in found.types.items()} == {
        each: (one.leaves, one.returns) for each, one in whole.types.items()
    }


def test_two_tabs_that_count_at_once_count_nothing_twice(synced: Copy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(what_if, "BATCH", 40)
    request = (fresh(synced.integration), list(SIZES), Filters(active_only=True))
    one, other = filter_previews.request(*request), filter_previews.request(*request)
    assert one.id == other.id
    filter_previews.count_on(one, 0)
    assert filter_previews.count_on(other, 0).counted == 25  # what the first one counted


def test_it_is_counted_anew_once_a_sync_has_changed_the_copy(synced: Copy) -> None:
    before = preview(synced, Filters(active_only=True))
    assert preview(synced, Filters(active_only=True)).id == before.id
    synced.sync()
    assert preview(synced, Filters(active_only=True)).id != before.id


def test_it_asks_the_psa_nothing_and_changes_no_record(synced: Copy) -> None:
    written, journal = synced.written(), synced.halo.journal()
    preview(synced, Filters(active_only=True, asset_types=frozenset({130})), ["clients", "assets"])
    assert synced.written() == written
    assert synced.halo.journal() == journal
    assert fresh(synced.integration).record_types == list(SIZES)


def test_a_record_whose_row_lacks_the_value_is_one_that_the_psa_must_be_asked_about(synced: Copy) -> None:
    asset = Record.select().where(Record.record_type == "assets").first()
    Record.update(payload=f'{{"id":{asset.remote_id},"client_id":12}}', list_row=None, detail=None).where(
        Record.id == asset.id
    ).execute()
    found = preview(synced, Filters(asset_types=frozenset({130})))
    assert counts(found, "unknown") == {"assets": 1}
    assert found.is_estimate


def test_what_cannot_be_saved_cannot_be_previewed(synced: Copy) -> None:
    both = Filters(include_clients=frozenset({2}), exclude_clients=frozenset({2}))
    with pytest.raises(Invalid):
        preview(synced, both)
    assert not FilterPreview.select().exists()


def test_a_preview_belongs_to_its_account(synced: Copy, northwind: Account) -> None:
    found = preview(synced, Filters(active_only=True))
    other = Integration.create(account=northwind, psa="connectwise")
    with pytest.raises(NotFound):
        filter_previews.get(other, found.id)
    assert SyncRun.select().count() == 2
