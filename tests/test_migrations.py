"""On both engines, the migrations make the tables that the models speak of, and the indexes that guard rules."""

from __future__ import annotations

import pytest
from peewee import IntegrityError
from playhouse.migrations import Runner
from playhouse.schema_diff import diff_models

from portal import db
from portal.models.accounts import Account
from portal.models.integrations import Integration, IntegrationState
from portal.models.sync import LIVE_STATES, RunKind, RunState, RunTrigger, SyncRun
from portal.models.tables import TABLES
from tests.postgres import database

__all__ = ["database"]


def run_of(integration: Integration, state: RunState) -> SyncRun:
    created: SyncRun = SyncRun.create(
        integration=integration, kind=RunKind.FULL, trigger=RunTrigger.USER, state=state
    )
    return created


def test_the_tables_are_those_of_the_models(database: None) -> None:
    differences = sorted(str(diff_models(db.db.obj, TABLES)).splitlines())
    # The comparison does not see indexes that are written in SQL; what they do is tested below and with the lists.
    of_engine = ("table record_search", "record.record_by_", "record.record_search")
    assert [each for each in differences if not any(name in each for name in of_engine)] == [
        "drop index alert_message.alert_message_followed",
        "drop index alert_message.alert_message_waiting",
        "drop index delivery.delivery_message_key",
        "drop index held_delete.held_delete_one_pending",
        "drop index integration.integration_one_active_psa",
        "drop index issue.issue_one_open",
        "drop index record.record_of_client",
        "drop index record.record_of_site",
        "drop index refetch_request.refetch_request_waiting",
        "drop index sync_log.sync_log_causes",
        "drop index sync_log.sync_log_of_cause",
        "drop index sync_log.sync_log_of_record",
        "drop index sync_run.sync_run_one_live",
    ]


def test_nothing_is_pending_after_an_upgrade(database: None) -> None:
    assert db.pending() == []
    assert db.upgrade() == []
    assert all(step.applied for step in Runner(db.db.obj, str(db.MIGRATIONS)).status())


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (IntegrationState.ACTIVE, IntegrationState.ACTIVE),
        (IntegrationState.ACTIVE, IntegrationState.NEEDS_ATTENTION),
        (IntegrationState.NEEDS_ATTENTION, IntegrationState.ACTIVE),
    ],
)
def test_an_account_has_one_active_psa(first: IntegrationState, second: IntegrationState, northwind: Account) -> None:
    Integration.create(account=northwind, psa="halo", state=first)
    with pytest.raises(IntegrityError), db.db.atomic():
        Integration.create(account=northwind, psa="connectwise", state=second)
    Integration.create(account=northwind, psa="connectwise", state=IntegrationState.DRAFT)
    with pytest.raises(IntegrityError), db.db.atomic():
        Integration.update(state=second).where(Integration.psa == "connectwise").execute()


def test_other_accounts_may_have_theirs(northwind: Account) -> None:
    for account in (northwind, Account.create(name="Other MSP")):
        Integration.create(account=account, psa="halo", state=IntegrationState.ACTIVE)


def test_an_account_has_one_integration_per_psa(northwind: Account) -> None:
    Integration.create(account=northwind, psa="halo")
    with pytest.raises(IntegrityError), db.db.atomic():
        Integration.create(account=northwind, psa="halo")


@pytest.mark.parametrize("second", LIVE_STATES, ids=str)
@pytest.mark.parametrize("first", LIVE_STATES, ids=str)
def test_an_integration_has_one_live_run(first: RunState, second: RunState, northwind: Account) -> None:
    integration = Integration.create(account=northwind, psa="halo")
    run_of(integration, RunState.SUCCEEDED)
    run_of(integration, RunState.FAILED)
    run_of(integration, first)
    with pytest.raises(IntegrityError), db.db.atomic():
        run_of(integration, second)
    other = Integration.create(account=Account.create(name="Other MSP"), psa="halo")
    run_of(other, second)
