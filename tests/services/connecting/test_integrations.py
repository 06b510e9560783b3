"""A connected Halo: tested again, changed, disconnected and connected once more."""

from __future__ import annotations

import pytest

from portal import db
from portal.errors import Invalid, NotFound
from portal.models.accounts import Account, User
from portal.models.audit import AuditEntry
from portal.models.integrations import Integration
from portal.models.sync import SyncRun
from portal.services.connecting import integrations, wizard
from portal.services.syncing import sync_runs
from tests.halo_fixtures import SIZES, Copy, values
from tests.services.helpers import fresh


def test_an_account_without_halo_has_none(northwind: Account) -> None:
    wizard.draft(northwind, "halo")
    with pytest.raises(NotFound):
        integrations.active(northwind, "halo")


def test_an_account_finds_its_own_halo_only(copy: Copy, northwind: Account) -> None:
    assert integrations.active(northwind, "halo") == copy.integration
    with pytest.raises(NotFound):
        integrations.active(Account.create(name="Other MSP", enabled_psas=["halo"]), "halo")


def test_disconnecting_forgets_the_secret_and_keeps_the_records(synced: Copy, alice: User) -> None:
    integrations.disconnect(synced.integration, alice)
    now = fresh(synced.integration)
    assert (now.state, now.credentials, now.tested_fingerprint, now.next_sync_at) == (
        "disconnected",
        None,
        None,
        None,
    )
    assert {name: len(synced.ids(name)) for name in SIZES} == SIZES
    assert AuditEntry.select().order_by(AuditEntry.id.desc()).get().action == "integration.disconnected"
    sealed = db.db.execute_sql("SELECT credentials FROM integration").fetchall()
    assert sealed == [(None,)]


def test_disconnecting_ends_the_live_run(copy: Copy) -> None:
    run = copy.open()
    integrations.disconnect(copy.integration, None)
    copy.halo.reset()
    sync_runs.execute(run.id)
    assert SyncRun.get_by_id(run.id).state == "cancelled"
    assert {step.state for step in sync_runs.steps_of(run)} == {"cancelled"}
    assert copy.halo.counts()["total"] == 0


def test_a_disconnected_halo_is_connected_again_only_with_its_secret(synced: Copy, northwind: Account) -> None:
    integrations.disconnect(synced.integration, None)
    draft = wizard.draft(northwind, "halo")
    assert draft == synced.integration
    assert wizard.open_steps(draft) == ["connect"]
    with pytest.raises(Invalid) as refused:
        wizard.save_connection(draft, values(synced.halo, client_secret=None))
    assert refused.value.field == "client_secret"


def test_a_second_connection_goes_on_from_the_copy(synced: Copy, northwind: Account) -> None:
    integrations.disconnect(synced.integration, None)
    draft = wizard.draft(northwind, "halo")
    wizard.save_connection(draft, values(synced.halo))
    wizard.test_connection(draft, None)
    wizard.choose_data(draft, list(SIZES), False)
    wizard.finish_webhooks(draft, skipped=True)
    run = wizard.start(draft, None)
    sync_runs.execute(run.id)
    steps = sync_runs.report(run)["steps"]
    assert {name: step["unchanged"] for name, step in steps.items()} == SIZES


@pytest.mark.parametrize("secret", ["right", "wrong"])
def test_a_passed_test_ends_the_need_for_attention(secret: str, copy: Copy) -> None:
    Integration.update(state="needs_attention", problem="Halo refuses", remedy="Look").execute()
    if secret == "wrong":
        copy.halo.change_tenant(client_secret="new")
    verdict = integrations.test_again(fresh(copy.integration), None)
    now = fresh(copy.integration)
    assert verdict.ok is (secret == "right")
    assert (now.state, now.problem) == (("active", "") if verdict.ok else ("needs_attention", "Halo refuses"))


def test_a_failed_test_does_not_stop_a_connection_that_works(copy: Copy) -> None:
    copy.halo.fault("status", status=500, on="agent")
    assert not integrations.test_again(fresh(copy.integration), None).ok
    assert fresh(copy.integration).state == "active"
    assert copy.sync()["state"] == "succeeded"
