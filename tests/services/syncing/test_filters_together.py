"""Two people who change the same filters: the second is refused, and nothing that the first saved is lost."""

from __future__ import annotations

from threading import Barrier, Thread

import pytest

from portal.db import connected
from portal.errors import FiltersChanged, Invalid
from portal.models.accounts import Account
from portal.models.filters import FilterVersion
from portal.models.integrations import Integration
from portal.models.sync import SyncRun
from portal.services.syncing import filter_changes, filter_versions
from portal.sync.filters import Filters, read, write
from tests.postgres import database
from tests.services.helpers import fresh

__all__ = ["database"]  # each test runs on SQLite and on PostgreSQL

TYPES = ["clients", "assets"]
MINE, THEIRS = Filters(asset_types=frozenset({130})), Filters(active_only=True)


@pytest.fixture
def halo(northwind: Account) -> Integration:
    made: Integration = Integration.create(
        account=northwind, psa="halo", state="active", record_types=TYPES, filters=write(Filters())
    )
    return made


def save(halo: Integration, filters: Filters, latest: int, types: list[str] = TYPES) -> filter_changes.Changed:
    return filter_changes.change_and_sync(fresh(halo), types, filters, None, latest=latest)


def saved(halo: Integration) -> Filters:
    return read(fresh(halo).filters)


@pytest.mark.parametrize("before", [0, 1])
def test_of_two_who_save_at_the_same_moment_one_does(halo: Integration, before: int) -> None:
    if before:
        save(halo, Filters(without_general_users=True), 0)
        SyncRun.delete().execute()
    seen, versions = filter_versions.latest_id(halo), FilterVersion.select().count()
    start, outcomes = Barrier(2), []

    def click(filters: Filters) -> None:
        with connected():
            start.wait()
            try:
                save(halo, filters, seen)
                outcomes.append("saved")
            except FiltersChanged:
                outcomes.append("refused")

    people = [Thread(target=click, args=(each,)) for each in (MINE, THEIRS)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert sorted(outcomes) == ["refused", "saved"]
    assert saved(halo) in (MINE, THEIRS)
    assert FilterVersion.select().count() == versions + (1 if before else 2)
    assert SyncRun.select().count() == 1


@pytest.mark.parametrize("seen", [0, -1, 10**400])
def test_whoever_saw_no_version_or_one_that_never_was_is_refused_once_there_is_one(
    halo: Integration, seen: int
) -> None:
    save(halo, THEIRS, 0)
    with pytest.raises(FiltersChanged):
        save(halo, MINE, seen)
    assert saved(halo) == THEIRS


def test_a_version_of_another_integration_is_none_of_this_one(halo: Integration, northwind: Account) -> None:
    save(halo, THEIRS, 0)
    other = Integration.create(account=northwind, psa="connectwise", record_types=TYPES, filters=write(Filters()))
    filter_versions.note_first(other)
    with pytest.raises(FiltersChanged):
        save(halo, MINE, filter_versions.latest_id(other))


def test_other_record_types_alone_are_a_change_that_is_refused(halo: Integration) -> None:
    save(halo, THEIRS, 0)
    with pytest.raises(FiltersChanged):
        save(halo, THEIRS, 0, ["clients"])
    assert fresh(halo).record_types == TYPES


def test_what_can_never_be_saved_is_refused_for_itself_first(halo: Integration) -> None:
    save(halo, THEIRS, 0)
    with pytest.raises(Invalid):
        save(halo, Filters(include_clients=frozenset({5}), exclude_clients=frozenset({5})), 0)


def test_a_form_that_is_sent_again_overwrites_nothing_and_is_not_refused(halo: Integration) -> None:
    save(halo, MINE, 0)
    versions = FilterVersion.select().count()
    again = save(halo, MINE, 0)
    assert (again.touched, again.run) == ([], None)
    assert FilterVersion.select().count() == versions


def test_whoever_has_seen_the_other_change_may_save_over_it(halo: Integration) -> None:
    save(halo, THEIRS, 0)
    assert filter_changes.differences(halo, ["assets"], MINE) == {
        "Active clients only": ("on", "off"),
        "Asset types": ("all", "130"),
    }
    save(halo, MINE, filter_versions.latest_id(halo))
    assert saved(halo) == MINE
