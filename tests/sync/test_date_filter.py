"""The date filter is used only after a probe proved it, in whatever time zone Halo reads dates."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal import clock
from portal.models.accounts import Account
from portal.models.sync import RemoteList, RunKind, StepMode, SyncStep
from portal.sandbox.halo import HaloSandbox
from tests.halo_fixtures import Copy, connected

CAPS = {"clients": 10, "contacts": 20}
SOME = ["clients", "contacts"]


@pytest.fixture
def copy(halo: HaloSandbox, northwind: Account) -> Copy:
    halo.turn(caps=CAPS)
    return connected(northwind, halo)


def known(copy: Copy, record_type: str = "clients") -> RemoteList:
    found: RemoteList = RemoteList.get(
        RemoteList.integration == copy.integration, RemoteList.record_type == record_type
    )
    return found


def mode_of(run: int) -> str:
    return str(SyncStep.get(SyncStep.run == run, SyncStep.record_type == "clients").mode)


@pytest.mark.parametrize("hours", [-12, -5, -3.5, 0, 1, 5.5, 14])
@pytest.mark.parametrize("stamped_ago", [0, 600])
def test_changes_are_found_in_any_zone_that_halo_reads_dates_in(hours: float, stamped_ago: float, copy: Copy) -> None:
    copy.halo.turn(local_dates=dict.fromkeys(SOME, hours))
    copy.sync(*SOME)
    changed = copy.halo.change("clients", count=5, stamped_ago=stamped_ago)
    report = copy.sync(*SOME, kind=RunKind.INCREMENTAL)
    assert (report["state"], report["steps"]["clients"]["updated"]) == ("succeeded", 5)
    assert set(changed) <= copy.ids("clients")
    assert copy.digests("clients") == copy.halo.truth("clients", digests=True)["digests"]


@pytest.mark.parametrize(("hours", "minutes"), [(-5, 300), (-3.5, 210), (0, 0), (2, 0)])
def test_an_offset_behind_utc_is_found_and_used(hours: float, minutes: int, copy: Copy) -> None:
    copy.halo.turn(local_dates=dict.fromkeys(SOME, hours))
    copy.sync(*SOME)
    assert (known(copy).filters_by_date, known(copy).date_offset) == (True, minutes)
    report = copy.sync(*SOME, kind=RunKind.INCREMENTAL)
    assert mode_of(report["run"]) == StepMode.CHANGES
    assert copy.halo.counts()["by_kind"] == {"token": 1, "clients": 1, "contacts": 1}


def test_the_second_list_of_a_tenant_tries_the_offset_of_the_first(copy: Copy) -> None:
    copy.halo.turn(local_dates=dict.fromkeys(SOME, -5))
    copy.sync("clients")
    copy.sync("contacts")
    tried = [entry for entry in copy.halo.journal(kind="contacts") if "lastupdate" in entry["query"]]
    assert len(tried) == 2
    assert known(copy, "contacts").date_offset == 300


def test_a_new_halo_version_triggers_another_probe(copy: Copy) -> None:
    copy.sync(*SOME)
    copy.sync(*SOME)  # the version is known from here on
    copy.halo.turn(local_dates=dict.fromkeys(SOME, -5))
    copy.sync(*SOME)
    assert known(copy).date_offset == 0
    copy.halo.turn(version="2.260.1")
    copy.sync(*SOME)
    assert (known(copy).date_offset, known(copy).psa_version) == (300, "2.260.1")
    assert "Halo reads dates for clients in its own time zone, 5:00 h behind UTC." in copy.logged(subject="step")


def test_the_filter_is_probed_again_after_a_week(copy: Copy) -> None:
    copy.sync(*SOME)
    copy.halo.turn(local_dates=dict.fromkeys(SOME, -5))
    later = clock.now() + timedelta(days=8)
    with clock.using(lambda: later):
        copy.sync(*SOME)
    assert known(copy).date_offset == 300


def test_a_date_filter_that_stops_working_is_noticed(copy: Copy) -> None:
    copy.sync(*SOME)
    copy.halo.turn(ignores_update_filter=SOME)
    report = copy.sync(*SOME, kind=RunKind.INCREMENTAL)
    assert (report["state"], report["steps"]["clients"]["fetched"]) == ("succeeded", 25)
    assert known(copy).filters_by_date is False
    assert "Halo ignored the date and sent all clients. From now on, syncs read the whole list." in copy.logged(
        subject="step"
    )


def test_a_refused_date_filter_is_not_used(copy: Copy) -> None:
    copy.halo.fault("status", status=400, on="clients", after=4, times=None)
    copy.sync("clients")
    assert not known(copy).filters_by_date
