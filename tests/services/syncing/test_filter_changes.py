"""Changing what is copied: what is refused, what is noted, and what happens at once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from portal import clock
from portal.errors import Invalid
from portal.models.accounts import User
from portal.models.audit import AuditEntry
from portal.models.integrations import Integration
from portal.models.records import RecordChange, RecordState
from portal.models.sync import RemoteList
from portal.services.connecting import wizard
from portal.services.syncing import filter_changes
from portal.sync import retirement as batches
from portal.sync.filters import CLIENT_OWNED, Filters, read, write
from tests.halo_fixtures import SIZES, Copy
from tests.services.helpers import fresh

EVERYTHING = list(SIZES)


def noted() -> list[str]:
    return [one.detail for one in AuditEntry.select().where(AuditEntry.action == "integration.data_changed")]


def know_lists(integration: Integration) -> None:
    RemoteList.update(read_until=clock.now()).where(RemoteList.integration == integration).execute()


def forgotten() -> set[str]:
    return {one.record_type for one in RemoteList.select().where(RemoteList.read_until.is_null())}


def test_unknown_types_change_nothing(copy: Copy) -> None:
    with pytest.raises(Invalid) as refused:
        filter_changes.change(copy.integration, ["clients", "invoices"], Filters(active_only=True), None)
    assert refused.value.field == "record_types"
    assert (fresh(copy.integration).record_types, fresh(copy.integration).active_only) == (EVERYTHING, False)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (Filters(include_clients=frozenset({2, 3}), exclude_clients=frozenset({3})), "exclude_clients"),
        (Filters(opportunities_since=date(2999, 1, 1)), "opportunities_since"),
    ],
)
def test_filters_that_can_match_nothing_are_refused_at_their_field(wrong: Filters, field: str, copy: Copy) -> None:
    with pytest.raises(Invalid) as refused:
        filter_changes.change(copy.integration, EVERYTHING, wrong, None)
    assert refused.value.field == field
    assert read(fresh(copy.integration).filters) == Filters()
    assert noted() == []


def test_today_is_no_future_day(copy: Copy) -> None:
    today = Filters(opportunities_since=clock.now().date())
    assert filter_changes.change(copy.integration, EVERYTHING, today, None) == ["opportunities"]
    tomorrow = Filters(opportunities_since=clock.now().date() + timedelta(days=1))
    with pytest.raises(Invalid):
        filter_changes.change(copy.integration, EVERYTHING, tomorrow, None)


def test_saving_the_same_filters_again_records_and_rereads_nothing(copy: Copy) -> None:
    know_lists(copy.integration)
    assert filter_changes.change(copy.integration, EVERYTHING, Filters(), None) == []
    assert (noted(), forgotten()) == ([], set())


def test_clients_cannot_be_switched_off(copy: Copy, alice: User) -> None:
    filter_changes.change(copy.integration, ["assets"], Filters(active_only=True), alice)
    assert fresh(copy.integration).record_types == ["clients", "assets"]


def test_a_change_is_noted_in_words_with_names(synced: Copy, alice: User) -> None:
    acme = synced.halo.record("clients", 12)["row"]["name"]
    first = Filters(active_only=True, exclude_clients=frozenset({12}), asset_types=frozenset({130}))
    filter_changes.change(synced.integration, ["clients", "assets"], first, alice)
    filter_changes.change(synced.integration, ["clients", "assets", "sites"], Filters(), alice)
    dropped, taken_back = noted()
    assert dropped == (
        "sites, contacts, products, opportunities, contracts turned off; active clients only: on;"
        f" excluded clients: {acme} (was: none); asset types: 130 (was: all)"
    )
    assert taken_back == (
        "sites turned on; active clients only: off;"
        f" excluded clients: none (was: {acme}); asset types: all (was: 130)"
    )
    assert (
        AuditEntry.select().where(AuditEntry.action == "integration.data_changed", AuditEntry.user == alice).count()
        == 2
    )


@pytest.mark.parametrize(
    ("changed", "touched"),
    [
        (Filters(asset_types=frozenset({130})), {"assets"}),
        (Filters(product_groups=frozenset({12})), {"products"}),
        (Filters(active_only=True), {"clients", *CLIENT_OWNED}),
        (Filters(without_general_users=True, active_contracts_only=True), {"contacts", "contracts"}),
    ],
)
def test_the_lists_whose_scope_changed_are_read_whole_again(changed: Filters, touched: set[str], copy: Copy) -> None:
    know_lists(copy.integration)
    assert set(filter_changes.change(copy.integration, EVERYTHING, changed, None)) == touched
    assert forgotten() == touched


def test_a_type_that_is_switched_on_again_is_read_whole(copy: Copy) -> None:
    know_lists(copy.integration)
    filter_changes.change(copy.integration, ["clients"], Filters(), None)
    RemoteList.update(read_until=clock.now()).execute()
    assert filter_changes.change(copy.integration, ["clients", "sites"], Filters(), None) == ["sites"]
    assert forgotten() == {"sites"}


def test_what_is_switched_off_goes_out_of_scope_in_batches_and_with_a_history(
    synced: Copy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "BATCH", 7)
    assert filter_changes.change(synced.integration, ["clients"], Filters(), None) == []
    synced.retire()
    for record_type in SIZES.keys() - {"clients"}:
        out = synced.ids(record_type, RecordState.OUT_OF_SCOPE)
        lines = RecordChange.select().where(RecordChange.record_type == record_type)
        assert len(out) == SIZES[record_type]
        assert {line.remote_id for line in lines} == out
        assert {line.kind for line in lines} == {"out_of_scope"}


def test_a_live_sync_is_noticed(copy: Copy) -> None:
    assert not filter_changes.is_syncing(copy.integration)
    copy.open()
    assert filter_changes.is_syncing(copy.integration)


def test_the_wizard_keeps_the_filters_of_an_earlier_connection(copy: Copy) -> None:
    copy.integration.filters = write(Filters(asset_types=frozenset({130})))
    wizard.choose_data(copy.integration, EVERYTHING, active_only=True)
    assert read(fresh(copy.integration).filters) == Filters(active_only=True, asset_types=frozenset({130}))
