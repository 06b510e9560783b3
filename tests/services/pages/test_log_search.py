"""The search in the sync log, on both engines: whatever people type finds lines or nothing, and never an error."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import chain

import pytest

from portal import clock
from portal.models.accounts import Account
from portal.models.integrations import Integration
from portal.models.sync import LogLevel, LogSubject, RunKind, RunState, RunTrigger, SyncLog, SyncRun
from portal.services.pages import log_search, sync_logs
from portal.services.pages.sync_logs import LogFilters
from portal.sync.record_types import RecordType
from tests.postgres import database

__all__ = ["database"]

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture(params=["alone", "beside another"])
def halo(database: None, request: pytest.FixtureRequest) -> Integration:
    """Connect a Halo. The index is asked for its lines only, or for all if there are no others."""
    if request.param == "beside another":
        Integration.create(account=Account.create(name="Other MSP"), psa="halo", state="active")
    account = Account.create(name="Search MSP")
    created: Integration = Integration.create(account=account, psa="halo", state="active")
    return created


def line(halo: Integration, message: str, **columns: object) -> int:
    return int(SyncLog.create(integration=halo, message=message, **columns).id)


def found(halo: Integration, text: str, **filters: object) -> list[int]:
    return [row.id for row in sync_logs.page(halo, LogFilters(text=text, **filters)).rows]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "refuses",
        "REFUSES the agent",
        "agent refuses",
        "refu",
        "agent's role",
        "role.",
        '"the agent"',
        "Müller",
        "müll",
        "https://halo.example/api",
        "assets",
        "the  \t agent",
    ],
)
def test_words_find_the_line_in_any_order_and_the_last_one_by_its_beginning(halo: Integration, text: str) -> None:
    line(halo, "Page 1: 100 clients read.")
    message = 'Halo refuses "the agent": check the agent\'s role at https://halo.example/api for Müller.'
    wanted = line(halo, message, record_type="assets")
    line(halo, "Sync completed.")
    assert found(halo, text) == [wanted]


@pytest.mark.parametrize(
    "text",
    [
        "efuses",
        "agent weather",
        "refu agent",
        "***",
        '"',
        '" OR "',
        "refuses* OR halo",
        "NOT refuses NEAR halo",
        "words:refuses facets : i1",
        "'); DROP TABLE sync_log; --",
        "ilevel",
        "😀",
        "\0",
        "\ud800",
        "& | ! :*",
        "@i1",
        "x" * 5000,
        "word " * 2000,
    ],
)
def test_whatever_else_people_type_finds_nothing(halo: Integration, text: str) -> None:
    line(halo, "Halo refuses the agent.")
    assert found(halo, text) == []


def test_a_number_finds_the_record_and_the_run_and_is_not_the_beginning_of_others(halo: Integration) -> None:
    run = SyncRun.create(integration=halo, kind=RunKind.FULL, trigger=RunTrigger.USER, state=RunState.FAILED, id=4711)
    of_run = line(halo, "Sync started.", run=run)
    of_record = line(halo, "It was excluded.", remote_id=4711, subject=LogSubject.RECORD)
    line(halo, "Record 47110 was updated.", remote_id=47110)
    assert found(halo, "4711") == [of_record, of_run]
    assert found(halo, "started 4711") == [of_run]
    assert found(halo, "4711 start") == [of_run]


def test_words_and_filters_count_together(halo: Integration) -> None:
    lines = {
        (level, record_type): line(halo, "Something was refused.", level=level, record_type=record_type)
        for level in LogLevel
        for record_type in (RecordType.SITES, RecordType.ASSETS)
    }
    for (level, record_type), wanted in lines.items():
        assert found(halo, "refused", level=level, record_type=record_type) == [wanted]
    assert found(halo, "refused", level=LogLevel.ERROR, remote_id=5) == []


def test_lines_of_others_are_never_found_whatever_they_contain(halo: Integration) -> None:
    other = Integration.create(account=Account.create(name="Third MSP"), psa="halo", state="active")
    line(other, f"refused i{halo.id} @i{halo.id}", record_type=f"i{halo.id}")
    assert found(halo, "refused") == []


def test_a_changed_line_and_a_deleted_line_are_found_no_more(halo: Integration) -> None:
    changed, deleted = line(halo, "An old refusal."), line(halo, "Another old refusal.")
    SyncLog.update(message="A new success.").where(SyncLog.id == changed).execute()
    SyncLog.delete().where(SyncLog.id == deleted).execute()
    assert found(halo, "refusal") == []
    assert found(halo, "success") == [changed]


def test_deleting_an_account_leaves_no_words(halo: Integration) -> None:
    run = SyncRun.create(integration=halo, kind=RunKind.FULL, trigger=RunTrigger.USER, state=RunState.FAILED)
    line(halo, "A refusal.", run=run)
    line(halo, "A refusal.")
    Account.delete().execute()
    assert log_search.ids("refusal", {"i": halo.id}, log_search.Span(), 10) == []


def test_pages_of_a_search_join_without_a_gap(halo: Integration, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_search, "NEWEST", 3)
    wanted = [line(halo, f"Page {n}: it was {'refused' if n % 3 else 'read'}.") for n in range(60)]
    wanted = [each for n, each in enumerate(wanted) if n % 3][::-1]
    filters, pages, before = LogFilters(text="refused"), [], None
    while True:
        page = sync_logs.page(halo, filters, before=before, size=7)
        pages.append([row.id for row in page.rows])
        if page.next is None:
            break
        before = page.next
    assert list(chain.from_iterable(pages)) == wanted
    back = sync_logs.page(halo, filters, after=pages[2][0], size=7)
    assert [row.id for row in back.rows] == pages[1]
    first = sync_logs.page(halo, filters, after=pages[0][3], size=7)
    assert [row.id for row in first.rows] == pages[0]
    assert first.previous is None


def test_a_beginning_that_many_words_share_finds_them_all(halo: Integration, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_search, "MOST_COMPLETIONS", 3)
    lines = [line(halo, f"word{letter}") for letter in "abcdef"]
    assert found(halo, "wor") == lines[::-1]


def test_times_bound_the_lines_exactly(halo: Integration) -> None:
    noon = clock.now().replace(microsecond=0) - timedelta(days=3)
    at = [noon + timedelta(minutes=minutes) for minutes in range(0, 120, 3)]
    ids = [line(halo, "refused", at=moment) for moment in at]

    def shown(since: datetime | None, until: datetime | None, text: str) -> list[int]:
        filters = LogFilters(text=text, since=since, until=until)
        return [row.id for row in sync_logs.page(halo, filters).rows][::-1]

    for text in ("", "refused"):
        assert shown(at[10], None, text) == ids[10:]
        assert shown(None, at[10], text) == ids[:10]
        assert shown(at[10], at[30], text) == ids[10:30]
        assert shown(noon + timedelta(days=1), None, text) == []
        assert shown(None, noon - timedelta(days=1), text) == []
        assert shown(at[30], at[10], text) == []


def test_times_of_an_empty_log_are_no_error(halo: Integration) -> None:
    assert sync_logs.page(halo, LogFilters(since=clock.now())).rows == []
