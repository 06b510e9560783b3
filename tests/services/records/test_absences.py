"""Why a record is not here: the reason that is known, and what came of asking Halo for it."""

from __future__ import annotations

from typing import Any

from portal.models.accounts import User
from portal.models.records import RecordState
from portal.models.sync import RunKind, RunTrigger, SyncRun
from portal.services.pages import record_pages
from portal.services.records.absences import Absence
from portal.services.syncing import filter_changes, sync_runs
from portal.sync.filters import Filters
from portal.sync.record_types import RecordType
from tests.halo_fixtures import SIZES, Copy

CLIENTS, SITES = RecordType.CLIENTS, RecordType.SITES
EXCLUDED = "Excluded by your sync filters. The client is inactive."


def choose(copy: Copy, **chosen: Any) -> None:
    filter_changes.change(copy.integration, list(SIZES), Filters(**chosen), None)


def ask(copy: Copy, number: int, user: User | None = None, record_type: RecordType = CLIENTS) -> SyncRun:
    run = sync_runs.open_run(
        copy.integration,
        kind=RunKind.RECORD,
        trigger=RunTrigger.USER,
        user=user,
        record_types=[record_type.value],
        remote_ids=[number],
    )
    sync_runs.execute(run.id)
    return run


def absence(copy: Copy, number: int, record_type: RecordType = CLIENTS) -> Absence:
    assert record_pages.view(copy.integration, record_type, number) is None
    return record_pages.absence(copy.integration, record_type, number)


def inactive(copy: Copy) -> int:
    return int(copy.halo.truth("clients", ids=True)["inactive_ids"][0])


def test_the_absence_names_the_filter_that_excludes_the_record(copy: Copy) -> None:
    choose(copy, active_only=True)
    copy.sync()
    number = inactive(copy)
    found = absence(copy, number)
    assert (found.why, found.is_certain) == (EXCLUDED, True)
    assert found.name == copy.halo.record("clients", number)["row"]["name"]


def test_asking_halo_finds_the_reason(copy: Copy, alice: User) -> None:
    choose(copy, active_only=True)
    copy.sync()
    (number,) = copy.halo.create("clients")
    copy.halo.deactivate("clients", [number])
    assert "didn't include it" in absence(copy, number).why
    ask(copy, number, alice)
    found = absence(copy, number)
    assert found.why == EXCLUDED
    assert found.last_sync is not None
    assert (found.last_sync.by, found.last_sync.answer) == (
        "Alice",
        f"Record {number} is excluded. The client is inactive.",
    )


def test_a_record_that_halo_does_not_have_is_reported_as_such(synced: Copy) -> None:
    assert not absence(synced, 987654).is_certain
    ask(synced, 987654)
    found = absence(synced, 987654)
    assert (found.why, found.is_certain) == ("Halo has no client 987654.", True)


def test_an_answer_that_halo_refuses_is_the_reason(synced: Copy) -> None:
    synced.halo.change_tenant(refused=["clients"])
    ask(synced, 987654)
    found = absence(synced, 987654)
    assert found.why == "Halo doesn't let the agent read clients."
    assert "Permissions tab" in found.remedy
    assert found.last_sync is not None
    assert found.last_sync.failed


def test_a_waiting_lookup_says_why_and_when_it_resumes(synced: Copy) -> None:
    synced.halo.fault("status", status=503, times=None)
    run = ask(synced, 987654)
    question = absence(synced, 987654).last_sync
    assert question is not None
    assert question.is_open
    assert "status 503" in question.answer
    assert question.resumes_at == SyncRun.get_by_id(run.id).not_before


def test_a_cancelled_lookup_is_not_an_answer(synced: Copy) -> None:
    synced.halo.fault("status", status=503, times=None)
    ask(synced, 987654)
    sync_runs.request_cancel(synced.integration)
    assert absence(synced, 987654).why == "The lookup was cancelled before it was answered."


def test_a_later_sync_outweighs_an_older_answer(copy: Copy) -> None:
    number = inactive(copy)
    copy.halo.delete("clients", [number])
    ask(copy, number)
    assert "Halo has no client" in absence(copy, number).why
    copy.halo.create("clients", ids=[number])
    copy.halo.deactivate("clients", [number])
    choose(copy, active_only=True)
    copy.sync()
    assert absence(copy, number).why == EXCLUDED


def test_unsynced_types_and_unread_types_have_different_reasons(copy: Copy) -> None:
    assert absence(copy, 1, SITES).why == "No sites have been read from Halo yet."
    filter_changes.change(copy.integration, ["clients"], Filters(), None)
    assert absence(copy, 1, SITES).why == "Sites aren't synced."


def test_a_stored_record_shows_the_result_of_its_lookup(synced: Copy, alice: User) -> None:
    number = min(synced.ids("clients"))
    ask(synced, number, alice)
    view = record_pages.view(synced.integration, CLIENTS, number)
    assert view is not None
    assert view.last_sync is not None
    assert view.last_sync.answer == f"Record {number} is up to date. Nothing has changed."


def test_a_deleted_record_that_is_listed_again_but_excluded_says_so(synced: Copy) -> None:
    number = next(each for each in sorted(synced.ids("clients")) if each != 1)
    synced.halo.delete("clients", [number])
    synced.sync("clients")
    assert number in synced.ids("clients", RecordState.DELETED)
    synced.halo.create("clients", ids=[number])
    synced.halo.deactivate("clients", [number])
    choose(synced, active_only=True)
    synced.sync("clients")
    view = record_pages.view(synced.integration, CLIENTS, number)
    assert view is not None
    assert view.explanation == EXCLUDED
