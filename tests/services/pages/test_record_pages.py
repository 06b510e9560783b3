"""A record's page, and why a record is not here."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal.models.accounts import Account, User
from portal.models.integrations import Integration
from portal.models.records import ChangeKind, RecordState
from portal.models.sync import RunKind, RunState, RunTrigger, StepState, SyncLog, SyncRun, SyncStep
from portal.record_fields import Reference, Value
from portal.services.pages import record_pages
from portal.services.pages.record_details import Target
from portal.services.pages.record_history import MOST_FIELDS, PAGE_CHANGES, History
from portal.sync.record_types import RecordType
from tests.copies import NOON, changed, copied

ASSETS, CLIENTS = RecordType.ASSETS, RecordType.CLIENTS


@pytest.fixture
def halo(northwind: Account) -> Integration:
    integration: Integration = Integration.create(account=northwind, psa="halo", record_types=["clients", "assets"])
    return integration


def a_run(halo: Integration, kind: RunKind, state: RunState, **step: object) -> SyncRun:
    run: SyncRun = SyncRun.create(integration=halo, kind=kind, trigger=RunTrigger.USER, state=state)
    SyncStep.create(run=run, position=0, record_type="assets", state=StepState.RUNNING, **step)
    return run


def test_nothing_of_others_is_shown(halo: Integration, mallory: User) -> None:
    theirs = Integration.create(account=mallory.account, psa="halo")
    copied(theirs, [1])
    changed(theirs, 1, ChangeKind.UPDATED, {"name": ["a", "b"]})
    SyncLog.create(integration=theirs, record_type="assets", remote_id=1, message="theirs")
    assert record_pages.view(halo, ASSETS, 1) is None
    assert record_pages.absence(halo, ASSETS, 1).logs == []


def test_a_page_links_the_client_that_the_copy_has(halo: Integration) -> None:
    copied(halo, [1], client_remote_id=7)
    assert client_of(halo) == (Reference("clients", 7), None)
    copied(halo, [7], of="clients", name="Harbourside")
    target = Target("clients", 7, "Harbourside", RecordState.LIVE)
    assert client_of(halo) == (Reference("clients", 7), target)


def history_of(halo: Integration, before: int | None = None) -> History:
    view = record_pages.view(halo, ASSETS, 1, before=before)
    assert view is not None
    return view.history


def client_of(halo: Integration) -> tuple[Value, Target | None]:
    """Return the client on the page of asset 1, and where it leads."""
    view = record_pages.view(halo, ASSETS, 1)
    assert view is not None
    fields = [each for group in view.details.groups for each in group.fields if each.field.name == "client"]
    return fields[0].value, fields[0].target


def test_history_comes_newest_first_and_pages_to_its_end(halo: Integration) -> None:
    copied(halo, [1])
    for hour in range(PAGE_CHANGES + 3):
        at = NOON + timedelta(hours=hour)
        changed(halo, 1, ChangeKind.UPDATED, {"seats": [hour, hour + 1]}, at=at)
    first = history_of(halo)
    second = history_of(halo, before=first.older)
    seen = [event.others[0].after.text for page in (first, second) for event in page.events]
    assert seen == [str(number) for number in range(PAGE_CHANGES + 3, 0, -1)]
    assert second.older is None


def test_a_change_of_very_many_fields_says_how_many_are_not_shown(halo: Integration) -> None:
    copied(halo, [1])
    changed(halo, 1, ChangeKind.UPDATED, {f"field {number}": [1, 2] for number in range(MOST_FIELDS + 4)})
    (event,) = history_of(halo).events
    assert (len(event.others), event.hidden) == (MOST_FIELDS, 4)


def test_the_log_of_a_record_leaves_out_other_records_and_types(halo: Integration) -> None:
    for record_type, number in (("assets", 1), ("assets", 2), ("contacts", 1), ("assets", None)):
        SyncLog.create(integration=halo, record_type=record_type, remote_id=number, message=f"{record_type} {number}")
    assert [line.message for line in record_pages.logs(halo, ASSETS, 1)] == ["assets 1"]


def test_a_run_asks_for_a_record_only_while_it_is_live(halo: Integration) -> None:
    run = a_run(halo, RunKind.RECORD, RunState.RUNNING, remote_ids=[5, 6])
    assert record_pages.live_sync(halo, ASSETS, 6) == run
    assert record_pages.live_sync(halo, ASSETS, 7) is None
    assert record_pages.live_sync(halo, CLIENTS, 6) is None
    SyncRun.update(state=RunState.SUCCEEDED).execute()
    assert record_pages.live_sync(halo, ASSETS, 6) is None


def test_a_full_run_is_not_a_lookup_of_one_record(halo: Integration) -> None:
    a_run(halo, RunKind.FULL, RunState.RUNNING)
    assert record_pages.live_sync(halo, ASSETS, 6) is None
