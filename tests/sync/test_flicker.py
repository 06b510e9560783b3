"""Values that differ from answer to answer without an edit are no changes."""

from __future__ import annotations

import pytest

from portal import guard
from portal.models.accounts import Account
from portal.models.records import ChangeKind, RecordChange
from portal.models.sync import RemoteList
from portal.sandbox.halo import HaloSandbox, Knobs, Settings, TenantSettings, running
from portal.services.webhooks import refetches
from tests.halo_fixtures import SIZES, Copy, connected
from tests.telling import about, tell


def history() -> int:
    return int(RecordChange.select().where(RecordChange.kind == ChangeKind.UPDATED).count())


EVERY_WAY = ["computed", "numbers", "order", "nulls"]


@pytest.mark.parametrize("flickers", [*([each] for each in EVERY_WAY), EVERY_WAY], ids="-".join)
def test_a_full_sync_of_unchanged_records_updates_nothing(flickers: list[str], copy: Copy) -> None:
    copy.halo.turn(flickers=flickers)
    copy.sync()
    for _ in range(3):
        report = copy.sync()
        assert {name: step["updated"] for name, step in report["steps"].items()} == dict.fromkeys(SIZES, 0)
    assert history() == 0


@pytest.mark.parametrize("record_type", list(SIZES))
def test_alternating_lists_and_details_write_no_history(record_type: str, copy: Copy) -> None:
    copy.halo.turn(flickers=["computed", "numbers", "order"], thin_lists=True)
    copy.sync()
    numbers = sorted(copy.ids(record_type))[:5]
    for _ in range(3):
        for number in numbers:
            tell(copy.integration, about(record_type, number))
        refetches.execute(copy.integration.id)
        copy.sync(record_type)
    assert history() == 0


def test_only_the_real_change_among_computed_values_is_recorded(copy: Copy) -> None:
    copy.halo.turn(flickers=["computed", "numbers", "order", "nulls"])
    copy.sync("opportunities")
    (number,) = copy.halo.change("opportunities", count=1, fields={"summary": "A new server"})
    assert copy.sync("opportunities")["steps"]["opportunities"]["updated"] == 1
    line = RecordChange.get(RecordChange.remote_id == number)
    assert set(line.fields) == {"summary", "last_update"}


def test_an_unknown_computed_key_is_kept_out_of_the_history(copy: Copy) -> None:
    copy.sync("assets")
    for value in range(4):
        copy.halo.change("assets", sorted(copy.ids("assets")), fields={"batterylevel": value})
        copy.sync("assets")
    assert history() == 0
    known = RemoteList.get(RemoteList.record_type == "assets")
    assert known.computed == {"batterylevel": 2}
    step = copy.sync("assets")["steps"]["assets"]
    assert (step["updated"], step["unchanged"]) == (0, SIZES["assets"])


def test_keys_that_people_search_by_never_count_as_computed(copy: Copy) -> None:
    copy.sync("assets")
    copy.halo.change("assets", sorted(copy.ids("assets")), fields={"key_field": "Renamed"})
    assert copy.sync("assets")["steps"]["assets"]["updated"] == SIZES["assets"]
    assert history() == SIZES["assets"]


def test_twenty_reads_of_500_unchanged_records_write_no_history(
    northwind: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "_allowed", frozenset({"127.0.0.1"}))
    knobs = Knobs(quota=0, flickers=["computed", "numbers", "order"], thin_lists=True)
    sizes = {**dict.fromkeys(SIZES, 0), "clients": 10, "contacts": 500}
    with running(HaloSandbox(Settings(tenants=[TenantSettings(sizes=sizes)], knobs=knobs))) as halo:
        copy = connected(northwind, halo)
        copy.sync("clients", "contacts")
        some = sorted(copy.ids("contacts"))[::10]
        for _ in range(10):
            for number in some:
                tell(copy.integration, about("contacts", number))
            refetches.execute(copy.integration.id)
            copy.sync("contacts")
    assert history() == 0
