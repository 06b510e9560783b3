"""The history of the filters: what is kept of each change, and the ways back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal import clock
from portal.errors import Conflict, NotFound
from portal.models.accounts import Account, User
from portal.models.audit import AuditEntry
from portal.models.filters import FilterVersion
from portal.models.integrations import Integration
from portal.models.sync import RunTrigger, SyncRun
from portal.services.accounts import users
from portal.services.operations import retention
from portal.services.syncing import filter_changes, filter_versions, sync_runs
from portal.sync.filters import Filters, read
from tests.halo_fixtures import SIZES, Copy
from tests.services.helpers import fresh

ALL = list(SIZES)
DAY = timedelta(days=1)


def change(copy: Copy, filters: Filters, user: User | None = None, types: list[str] = ALL) -> None:
    filter_changes.change(copy.integration, types, filters, user)


def latest(copy: Copy) -> int:
    found = filter_versions.latest(copy.integration)
    assert found is not None
    return int(found.id)


def undo(copy: Copy, user: User | None = None) -> filter_changes.Changed:
    return filter_changes.undo(copy.integration, user, latest=latest(copy))


def kept(copy: Copy) -> list[filter_versions.Version]:
    return filter_versions.page(copy.integration).rows


def made_earlier(by: timedelta) -> None:
    for each in FilterVersion.select():
        FilterVersion.update(at=each.at - by).where(FilterVersion.id == each.id).execute()


def test_the_history_begins_when_the_wizard_connects(copy: Copy) -> None:
    (first,) = kept(copy)
    assert (first.who, first.why, first.changes) == ("Operator", filter_versions.CONNECTED, {})


def test_a_change_is_kept_with_who_and_what_was_before(synced: Copy, alice: User) -> None:
    change(synced, Filters(active_only=True, asset_types=frozenset({130})), alice, ["clients", "assets"])
    newest = kept(synced)[0]
    assert (newest.who, newest.why) == ("Alice", "")
    assert newest.changes == {
        "Record types": (", ".join(SIZES), "clients, assets"),
        "Active clients only": ("off", "on"),
        "Asset types": ("all", "130"),
    }
    assert AuditEntry.get(AuditEntry.action == "integration.data_changed").changes == {
        name: list(pair) for name, pair in newest.changes.items()
    }


def test_saving_the_same_again_is_no_version(copy: Copy) -> None:
    change(copy, Filters())
    assert len(kept(copy)) == 1


def test_undo_brings_back_filters_and_types_and_starts_the_sync(synced: Copy, alice: User) -> None:
    change(synced, Filters(active_only=True), alice, ["clients", "assets"])
    done = undo(synced, alice)
    now = fresh(synced.integration)
    assert (now.record_types, read(now.filters)) == (ALL, Filters())
    assert done.run is not None
    assert (done.run.trigger, done.run.started_by) == (RunTrigger.FILTERS, alice)
    assert kept(synced)[0].why == filter_versions.UNDONE


def test_undoing_twice_is_as_if_nothing_had_been_undone(synced: Copy) -> None:
    change(synced, Filters(active_only=True))
    undo(synced)
    undo(synced)
    assert read(fresh(synced.integration).filters) == Filters(active_only=True)


def test_before_the_first_change_there_is_nothing_to_undo(copy: Copy) -> None:
    with pytest.raises(Conflict, match="no change to undo"):
        undo(copy)


@pytest.mark.parametrize(("days", "is_possible"), [(29, True), (30.1, False), (200, False)])
def test_a_change_can_be_undone_for_thirty_days(synced: Copy, days: float, is_possible: bool) -> None:  # noqa: FBT001
    change(synced, Filters(active_only=True))
    made_earlier(days * DAY)
    assert (filter_versions.undo_target(synced.integration) is not None) == is_possible
    if not is_possible:
        with pytest.raises(Conflict):
            undo(synced)
        assert read(fresh(synced.integration).filters) == Filters(active_only=True)


def test_an_undo_that_another_change_overtook_is_refused_and_changes_nothing(synced: Copy, alice: User) -> None:
    change(synced, Filters(active_only=True))
    seen = latest(synced)
    change(synced, Filters(active_contracts_only=True), alice)
    with pytest.raises(Conflict, match="have changed since"):
        filter_changes.undo(synced.integration, None, latest=seen)
    assert read(fresh(synced.integration).filters) == Filters(active_contracts_only=True)
    assert SyncRun.select().where(SyncRun.trigger == RunTrigger.FILTERS).count() == 0


def test_of_two_people_who_undo_the_same_change_one_does(synced: Copy) -> None:
    change(synced, Filters(active_only=True))
    seen = latest(synced)
    filter_changes.undo(synced.integration, None, latest=seen)
    with pytest.raises(Conflict):
        filter_changes.undo(fresh(synced.integration), None, latest=seen)
    assert read(fresh(synced.integration).filters) == Filters()


def test_one_can_go_back_to_any_version(synced: Copy, alice: User) -> None:
    first = latest(synced)
    for filters in (Filters(active_only=True), Filters(asset_types=frozenset({130}))):
        change(synced, filters)
    version = filter_versions.get(synced.integration, first)
    assert filter_changes.differences(synced.integration, ALL, read(version.filters)) == {
        "Asset types": ("130", "all")
    }
    why = filter_versions.WENT_BACK
    filter_changes.restore(synced.integration, version, alice, latest=latest(synced), why=why)
    assert read(fresh(synced.integration).filters) == Filters()
    assert (kept(synced)[0].who, kept(synced)[0].why) == ("Alice", why)


def test_while_a_sync_runs_the_next_one_applies_the_undo(synced: Copy) -> None:
    change(synced, Filters(active_only=True))
    synced.open()
    assert undo(synced).run is None
    sync_runs.request_cancel(synced.integration)
    assert read(fresh(synced.integration).filters) == Filters()


def test_versions_of_another_integration_are_not_found(copy: Copy, northwind: Account) -> None:
    other = Integration.create(account=northwind, psa="connectwise")
    with pytest.raises(NotFound):
        filter_versions.get(other, latest(copy))


def test_who_was_removed_stays_in_the_history(synced: Copy, alice: User) -> None:
    change(synced, Filters(active_only=True), alice)
    users.remove(alice)
    assert kept(synced)[0].who == f"{alice.email} (removed)"


def test_old_versions_are_deleted_but_for_the_last_one_and_what_it_can_be_undone_to(synced: Copy) -> None:
    for filters in (Filters(active_only=True), Filters(active_contracts_only=True)):
        change(synced, filters)
    made_earlier(400 * DAY)
    change(synced, Filters())
    retention.prune()
    assert [each.why for each in kept(synced)] == ["", ""]
    assert filter_versions.undo_target(synced.integration) is not None
    made_earlier(400 * DAY)
    retention.prune()
    assert len(kept(synced)) == 1
    assert clock.now() - kept(synced)[0].at > 399 * DAY
