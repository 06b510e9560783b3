"""Deleting what a disconnected PSA has left: in batches, after a kill too, and nobody else's."""

from __future__ import annotations

import pytest

from portal import clock
from portal.errors import Conflict, NotFound, StillDeleting
from portal.models.accounts import Account, User
from portal.models.audit import AuditEntry
from portal.models.integrations import Integration, IntegrationState, WizardStep
from portal.models.records import ChangeKind, Record, RecordChange, RecordCount, RecordState
from portal.models.sync import LogSubject, SyncLog
from portal.models.webhooks import Delivery
from portal.services.connecting import connections, integrations, wizard
from portal.services.records import deletions, kept_records
from tests.copies import changed, copied
from tests.postgres import database
from tests.two_psas import prepared, register

__all__ = ["database"]


@pytest.fixture
def halo(northwind: Account, monkeypatch: pytest.MonkeyPatch) -> Integration:
    """Have 1,200 assets, a deleted client, and what else names records."""
    register(monkeypatch)
    halo = prepared(northwind, "halo")
    Integration.update(state=IntegrationState.ACTIVE, activated_at=clock.now()).execute()
    copied(halo, range(1, 1201))
    copied(halo, [7], of="clients", state=RecordState.DELETED)
    changed(halo, 7, ChangeKind.UPDATED, {"name": ["a", "b"]})
    for subject, remote_id in ((LogSubject.RUN, None), (LogSubject.PAGE, 7), (LogSubject.RECORD, None)):
        SyncLog.create(integration=halo, level="info", subject=subject, remote_id=remote_id, message="Read.")
    Delivery.create(integration=halo, state="done", headers={}, body=b"{}", size=2, received_at=clock.now())
    found: Integration = Integration.get_by_id(halo.id)
    return found


@pytest.fixture
def ledger(northwind: Account, halo: Integration) -> Integration:
    """Have records of the other PSA with the same numbers."""
    ledger = prepared(northwind, "ledger")
    copied(ledger, range(1, 11))
    copied(ledger, [7], of="clients")
    return ledger


def delete_all() -> None:
    while deletions.waiting():
        deletions.work()


def test_disconnecting_can_delete_the_records(halo: Integration, alice: User) -> None:
    integrations.disconnect(halo, alice, keep_records=False)
    assert deletions.waiting() == [halo.id]
    entries = [(each.action, each.detail) for each in AuditEntry.select().order_by(AuditEntry.id)]
    assert entries[-2:] == [
        ("integration.disconnected", "Halo PSA, records deleted"),
        ("records.deleted", "1,201 records"),
    ]


def test_kept_records_are_deleted_only_when_asked_for(halo: Integration, alice: User) -> None:
    integrations.disconnect(halo, alice)
    deletions.work()
    assert Record.select().count() == 1201
    deletions.request(halo, alice)
    deletions.request(halo, alice)
    assert AuditEntry.select().where(AuditEntry.action == "records.deleted").count() == 1


def test_records_of_a_connected_psa_are_never_deleted(halo: Integration) -> None:
    with pytest.raises(Conflict, match="connected"):
        deletions.request(halo, None)
    assert deletions.waiting() == []


def test_each_batch_is_small_and_what_remains_is_counted(halo: Integration) -> None:
    integrations.disconnect(halo, None, keep_records=False)
    left = [deletions.remaining(halo)]
    while deletions.delete_batch(halo.id):  # each call could be another process, after a kill
        left.append(deletions.remaining(halo))
    assert left[:4] == [1201, 701, 201, 0]
    assert Record.select().count() == RecordChange.select().count() == Delivery.select().count() == 0
    assert [line.subject for line in SyncLog.select()] == ["run"]
    assert deletions.waiting() == []


def test_the_other_psas_records_stay(halo: Integration, ledger: Integration) -> None:
    integrations.disconnect(halo, None, keep_records=False)
    delete_all()
    assert {(each.integration.id, each.record_type) for each in Record.select()} == {
        (ledger.id, "assets"),
        (ledger.id, "clients"),
    }
    assert sum(each.number for each in RecordCount.select()) == deletions.remaining(ledger) == 11


def test_while_they_are_deleted_nothing_is_read_and_nothing_started(halo: Integration, northwind: Account) -> None:
    integrations.disconnect(halo, None)
    assert kept_records.readable(northwind, "halo") == halo
    deletions.request(halo, None)
    with pytest.raises(NotFound, match="being deleted"):
        kept_records.readable(northwind, "halo")
    again = wizard.draft(northwind, "halo")
    again.credentials = connections.with_secrets(again, {})
    again.tested_fingerprint, again.wizard_step = connections.fingerprint(again), WizardStep.REVIEW
    again.save()
    with pytest.raises(StillDeleting):
        wizard.start(again, None)
    delete_all()
    wizard.start(again, None)
    assert Integration.get_by_id(halo.id).is_active


def test_nothing_is_kept_of_what_was_deleted_or_never_there(halo: Integration, northwind: Account) -> None:
    assert kept_records.of(halo) is None
    integrations.disconnect(halo, None, keep_records=False)
    assert kept_records.find(northwind, "halo").is_deleting
    delete_all()
    with pytest.raises(NotFound, match="no records from Halo PSA"):
        kept_records.find(northwind, "halo")
