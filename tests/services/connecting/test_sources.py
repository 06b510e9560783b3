"""Another Halo gives its numbers to other records: nothing of the former one may be shown or counted beside them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from portal import clock
from portal.models.exclusions import Exclusion
from portal.models.held_deletes import HeldDelete
from portal.models.integrations import Integration, IntegrationState
from portal.models.records import Record, RecordChange, RecordCount, RecordState
from portal.models.sync import LogSubject, RemoteList, RunKind, RunTrigger, SyncLog, SyncRun
from portal.models.webhooks import Delivery, DeliveryState, RefetchRequest, RefetchRequestState
from portal.services.connecting import integrations, sources, wizard
from portal.services.pages import record_lists
from portal.services.syncing import sync_runs
from portal.sync.exclusions import add_stored
from portal.sync.filters import Filters, read, write
from portal.sync.record_types import RecordType
from tests.halo_fixtures import SIZES, Copy
from tests.services.helpers import fresh

OTHER = {"source_address": "https://former.example"}
COPIED = (Record, RecordChange, RecordCount, Exclusion, RemoteList, HeldDelete)


def reconnected(copy: Copy, **changed: Any) -> Integration:
    """Disconnect, and start the set-up of a connection whose last source differs as told."""
    credentials = {name: copy.integration.__data__[name] for name in ("credentials", "tested_fingerprint")}
    integrations.disconnect(fresh(copy.integration), None)
    Integration.update({"state": IntegrationState.DRAFT, **credentials, **changed}).execute()
    draft = fresh(copy.integration)
    wizard.start(draft, None)
    return fresh(draft)


def delivered(copy: Copy, minutes_ago: int) -> Delivery:
    came = clock.now() - timedelta(minutes=minutes_ago)
    delivery: Delivery = Delivery.create(
        integration=copy.integration, received_at=came, state=DeliveryState.STUCK, body=b"{}"
    )
    RefetchRequest.create(
        delivery=delivery,
        integration=copy.integration,
        record_type="clients",
        remote_id=12,
        state=RefetchRequestState.STUCK,
        received_at=came,
    )
    return delivery


@pytest.fixture
def used(synced: Copy) -> Copy:
    """Have a copy with a history: counts, excluded records, lines about records, and runs for one record."""
    add_stored(synced.integration.id, RecordType.CLIENTS, {12: "Filtered out"})
    RecordChange.create(integration=synced.integration, record_type="clients", remote_id=12, kind="updated")
    SyncLog.create(
        integration=synced.integration,
        subject=LogSubject.RECORD,
        record_type="clients",
        remote_id=12,
        message="Changed.",
    )
    run = sync_runs.open_run(
        synced.integration, kind=RunKind.RECORD, trigger=RunTrigger.USER, record_types=["clients"], remote_ids=[12]
    )
    sync_runs.execute(run.id)
    return synced


def test_the_copy_its_counts_and_its_history_are_forgotten(used: Copy) -> None:
    assert all(table.select().exists() for table in (Record, RecordCount, Exclusion, RecordChange, RemoteList))
    integration = reconnected(used, **OTHER)
    RemoteList.delete().where(RemoteList.read_until.is_null()).execute()  # what the new connection's test has seen
    assert [table for table in COPIED if table.select().exists()] == []
    assert record_lists.counts(integration, RecordType.CLIENTS).get(RecordState.LIVE, 0) == 0


def test_no_old_line_or_question_is_about_a_new_record_of_the_same_number(used: Copy) -> None:
    reconnected(used, **OTHER)
    assert not SyncLog.select().where(SyncLog.remote_id.is_null(is_null=False)).exists()
    assert not SyncRun.select().where(SyncRun.kind == RunKind.RECORD).exists()


def test_what_earlier_runs_did_stays_in_the_sync_log(used: Copy) -> None:
    before = used.logged(subject=LogSubject.RUN)
    reconnected(used, **OTHER)
    assert "Sync completed." in used.logged(subject=LogSubject.RUN)
    assert len(before) > 2


def test_deliveries_of_the_former_halo_cannot_be_replayed(used: Copy) -> None:
    delivered(used, minutes_ago=5)
    integration = reconnected(used, **OTHER)
    assert not Delivery.select().exists()
    assert not RefetchRequest.select().exists()
    assert integration.last_delivery_at is None


def test_deliveries_that_came_during_the_new_set_up_stay(used: Copy) -> None:
    integrations.disconnect(fresh(used.integration), None)
    new = delivered(used, minutes_ago=-1)
    draft = fresh(used.integration)
    draft.source_address = OTHER["source_address"]
    sources.settle(draft)
    assert list(Delivery.select()) == [new]
    assert fresh(draft).last_delivery_at == new.received_at


def test_filters_that_name_clients_or_types_of_the_former_halo_are_dropped(used: Copy) -> None:
    filters = Filters(active_only=True, exclude_clients=frozenset({12}), asset_types=frozenset({130}))
    integration = reconnected(used, **OTHER, filters=write(filters))
    assert read(integration.filters) == Filters(active_only=True)
    assert read(sync_runs.live_run(integration).filters) == Filters(active_only=True)


@pytest.mark.parametrize(
    ("before", "now", "outcome"),
    [
        ("acme", "globex", "another"),
        ("acme", "acme", "same"),
        ("acme", "Acme", "same"),
        ("", "", "same"),
        ("acme", "", "same"),
        ("", "acme", "same"),
    ],
)
def test_another_tenant_at_the_same_address_is_another_halo(
    before: str, now: str, outcome: str, synced: Copy
) -> None:
    integration = fresh(synced.integration)
    integration.source_tenant = before
    integration.connection = {**integration.connection, "tenant": now}
    assert sources.is_another(integration) == (outcome == "another")
    sources.settle(integration)
    assert Record.select().exists() == (outcome == "same")


def test_a_tenant_that_is_left_blank_once_is_not_forgotten(synced: Copy) -> None:
    integration = fresh(synced.integration)
    for tenant in ("acme", "", "globex"):
        assert Record.select().exists()
        integration.connection = {**integration.connection, "tenant": tenant}
        sources.settle(integration)
    assert not Record.select().exists()


def test_the_same_halo_goes_on_from_what_is_stored(used: Copy) -> None:
    old = delivered(used, minutes_ago=5)
    filters = write(Filters(exclude_clients=frozenset({12})))
    integration = reconnected(used, filters=filters)
    assert {name: len(used.ids(name)) for name in SIZES} == SIZES
    assert Exclusion.select().exists()
    assert Delivery.get() == old
    assert integration.filters == filters


def test_a_first_connection_forgets_nothing_and_notes_its_source(ready: Integration) -> None:
    ready.connection = {**ready.connection, "tenant": "acme"}
    assert not sources.is_another(ready)
    sources.settle(ready)
    noted = fresh(ready)
    assert (noted.source_address, noted.source_tenant) == (ready.connection["base_url"], "acme")
