"""Sites that move, or lose their company, while the lists of the companies are read one by one."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from portal import clock
from portal.models.records import Record, RecordState
from portal.models.sync import RunKind, SyncStep
from portal.services.syncing import sync_runs
from portal.sync.lease import DURATION
from portal.sync.writer import Writer
from tests.connectwise_fixtures import ConnectWiseCopy
from tests.sync.interruptions import Killed
from tests.sync.refetches import at

OnList = Callable[[int, Callable[[], Any]], None]


@pytest.fixture
def on_list(monkeypatch: pytest.MonkeyPatch) -> OnList:
    """Run an action once, after so many lists of clients were written, over all rounds."""
    write, actions, written = Writer.client_list, dict[int, Callable[[], Any]](), [0]

    def plan(number: int, action: Callable[[], Any]) -> None:
        actions[number] = action

    def writing(self: Writer, *rest: Any) -> None:
        write(self, *rest)
        written[0] += 1
        actions.pop(written[0], lambda: None)()

    monkeypatch.setattr(Writer, "client_list", writing)
    return plan


def companies_with_sites(copy: ConnectWiseCopy) -> list[int]:
    rows = copy.sandbox.truth("sites", rows=True)["rows"].values()
    return sorted({row["company"]["id"] for row in rows})


def sites_of(copy: ConnectWiseCopy, company: int) -> set[int]:
    rows = copy.sandbox.truth("sites", rows=True)["rows"].items()
    return {int(number) for number, row in rows if row["company"]["id"] == company}


def move(copy: ConnectWiseCopy, site: int, company: int) -> None:
    row = copy.sandbox.record("clients", company)["row"]
    reference = {"id": company, "identifier": row["identifier"], "name": row["name"]}
    copy.sandbox.change("sites", [site], fields={"company": reference})


def test_sites_of_a_company_that_is_merged_into_one_already_read_are_copied(
    copy: ConnectWiseCopy, on_list: OnList
) -> None:
    first, *_, last = companies_with_sites(copy)
    on_list(3, lambda: copy.sandbox.merge(first, [last]))
    report = copy.sync()
    assert report["state"] == "succeeded"
    assert copy.differences("sites") == []
    assert report["steps"]["sites"]["deleted"] == 0


def test_stored_sites_of_a_merged_company_are_never_deleted(synced: ConnectWiseCopy, on_list: OnList) -> None:
    first, *_, last = companies_with_sites(synced)
    on_list(3, lambda: synced.sandbox.merge(first, [last]))
    report = synced.sync()
    assert (report["state"], report["steps"]["sites"]["deleted"]) == ("succeeded", 0)
    assert synced.differences("sites") == []


@pytest.mark.parametrize("to", [0, -1], ids=["a company already read", "a company to be read"])
def test_a_site_that_moves_is_copied_with_its_new_company(synced: ConnectWiseCopy, on_list: OnList, to: int) -> None:
    companies = companies_with_sites(synced)
    [site, *_] = sorted(sites_of(synced, companies[-2 if to == 0 else 1]))
    on_list(8, lambda: move(synced, site, companies[to]))
    report = synced.sync()
    assert (report["state"], report["steps"]["sites"]["deleted"]) == ("succeeded", 0)
    assert synced.differences("sites") == []


def test_a_merge_between_two_syncs_moves_the_sites_in_the_next_incremental_sync(synced: ConnectWiseCopy) -> None:
    first, *_, last = companies_with_sites(synced)
    moving = sites_of(synced, last)
    with at(clock.now() + timedelta(hours=1)):
        synced.sandbox.merge(first, [last])
        assert synced.sync(kind=RunKind.INCREMENTAL)["state"] == "succeeded"
    assert moving <= synced.ids("sites")
    assert synced.differences("sites") == []


@pytest.mark.parametrize("verb", ["delete", "purge"])
def test_sites_of_a_company_deleted_after_the_companies_were_read_are_gone(
    synced: ConnectWiseCopy, on_list: OnList, verb: str
) -> None:
    gone = companies_with_sites(synced)[-1]
    on_list(1, lambda: getattr(synced.sandbox, verb)("clients", [gone]))
    assert synced.sync()["state"] == "succeeded"
    assert synced.differences("sites") == []
    assert synced.sync()["state"] == "succeeded"
    assert synced.differences() == []


def test_a_sync_is_not_green_if_companies_are_merged_whenever_it_reads_their_sites(
    copy: ConnectWiseCopy, on_list: OnList
) -> None:
    first, *_, other, last = companies_with_sites(copy)
    lists = copy.sandbox.truth("clients")["total"]
    on_list(3, lambda: copy.sandbox.merge(first, [last]))
    on_list(2 * lists - 3, lambda: copy.sandbox.merge(first, [other]))
    report = copy.sync()
    assert report["state"] == "incomplete"
    assert f"({other}) was deleted or merged while the sites were read" in report["problem"]
    assert copy.sync(kind=RunKind.INCREMENTAL)["state"] == "succeeded"
    assert copy.differences() == []


def test_no_list_is_read_twice_in_a_round_whose_worker_was_killed(copy: ConnectWiseCopy, on_list: OnList) -> None:
    first, *_, last = companies_with_sites(copy)
    lists = copy.sandbox.truth("clients")["total"]

    def die() -> None:
        raise Killed

    on_list(3, lambda: copy.sandbox.merge(first, [last]))
    on_list(lists + 5, die)
    run = copy.open()
    with suppress(Killed):
        sync_runs.execute(run.id)
    with at(clock.now() + 2 * DURATION):
        sync_runs.execute(run.id)
    assert sync_runs.report(run)["state"] == "succeeded"
    requests = [each["path"] for each in copy.sandbox.journal(kind="sites")]
    assert max(requests.count(each) for each in requests) == 2
    step = SyncStep.get(SyncStep.run == run, SyncStep.record_type == "sites")
    stored = Record.select().where(Record.record_type == "sites", Record.state == RecordState.LIVE).count()
    assert (step.created, step.calls_done, step.calls_expected) == (stored, 2 * lists, 2 * lists)
    assert copy.differences("sites") == []


def test_a_site_that_is_gone_costs_one_more_reading_of_all_lists(synced: ConnectWiseCopy) -> None:
    synced.sandbox.delete("sites", count=1, seed=2)
    step = synced.sync()["steps"]["sites"]
    assert step["deleted"] == 1
    assert step["requests"] <= 2 * len(synced.ids("clients")) + 3
