"""Secrets over time: replaced beside the old one, and forgotten with a set-up that nobody finished."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal import clock
from portal.errors import Invalid
from portal.models.accounts import Account, User
from portal.models.audit import AuditEntry
from portal.models.integrations import Integration
from portal.models.sync import RunState
from portal.psa.diagnosis import Diagnosis
from portal.sandbox.halo import HaloSandbox
from portal.services.connecting import integrations, wizard
from portal.vault import Secret
from tests.halo_fixtures import Copy, secret_of, values


def stored(integration: Integration) -> str:
    return secret_of(Integration.get_by_id(integration.id))


def replaced_by(secret: str, copy: Copy, user: User) -> Diagnosis:
    integration = Integration.get_by_id(copy.integration.id)
    return integrations.replace_secrets(integration, {"client_secret": Secret(secret)}, user)


def later(hours: float) -> None:
    Integration.update(touched_at=clock.now() - timedelta(hours=hours)).execute()


def test_a_new_secret_that_works_takes_the_place_of_the_old_one(copy: Copy, alice: User) -> None:
    copy.halo.change_tenant(client_secret="the new one")
    assert replaced_by("the new one", copy, alice).ok
    assert stored(copy.integration) == "the new one"
    assert copy.sync()["state"] == RunState.SUCCEEDED


def test_a_new_secret_that_does_not_work_leaves_the_old_one_in_place(copy: Copy, alice: User) -> None:
    before = stored(copy.integration)
    verdict = replaced_by("mistyped", copy, alice)
    assert (verdict.ok, verdict.field) == (False, "client_secret")
    assert stored(copy.integration) == before
    assert copy.sync()["state"] == RunState.SUCCEEDED


def test_a_damaged_secret_can_be_entered_again(copy: Copy, alice: User) -> None:
    Integration.update(credentials="v1.gone.AAAA").execute()
    assert replaced_by(copy.halo.credentials().client_secret, copy, alice).ok
    assert copy.sync()["state"] == RunState.SUCCEEDED


def test_a_damaged_secret_of_a_setup_can_be_entered_again(tested: Integration, halo: HaloSandbox) -> None:
    Integration.update(credentials="v1.gone.AAAA").execute()
    damaged = Integration.get_by_id(tested.id)
    wizard.save_connection(damaged, values(halo))
    assert wizard.test_connection(damaged, None).ok


def test_replacing_the_secret_ends_the_need_for_attention_and_is_on_record(copy: Copy, alice: User) -> None:
    Integration.update(state="needs_attention", problem="Halo refuses").execute()
    copy.halo.change_tenant(client_secret="the new one")
    replaced_by("the new one", copy, alice)
    assert Integration.get_by_id(copy.integration.id).state == "active"
    last = AuditEntry.select().order_by(AuditEntry.id.desc()).first()
    assert (last.action, last.user, last.detail) == ("integration.secret_replaced", alice, "")


def test_a_set_up_is_kept_for_a_day_and_then_forgotten(tested: Integration) -> None:
    later(hours=23.9)
    assert wizard.forget_stale_drafts() == 0
    later(hours=24.1)
    assert wizard.forget_stale_drafts() == 1
    assert not Integration.select().exists()


def test_working_on_a_set_up_keeps_it(tested: Integration) -> None:
    later(hours=30)
    wizard.choose_data(tested, ["clients"], True)
    assert wizard.forget_stale_drafts() == 0


def test_forgetting_a_set_up_that_was_connected_before_keeps_its_records(synced: Copy, northwind: Account) -> None:
    integrations.disconnect(synced.integration, None)
    draft = wizard.draft(northwind, "halo")
    wizard.save_connection(draft, values(synced.halo))
    later(hours=25)
    assert wizard.forget_stale_drafts() == 1
    parked = Integration.get_by_id(draft.id)
    assert (parked.state, parked.credentials) == ("disconnected", None)
    assert synced.ids("clients") != set()


def test_an_active_connection_is_never_forgotten(copy: Copy) -> None:
    later(hours=1000)
    assert wizard.forget_stale_drafts() == 0


def test_a_type_that_the_agent_may_not_read_cannot_be_chosen(draft: Integration, halo: HaloSandbox) -> None:
    halo.change_tenant(refused=["assets"])
    wizard.save_connection(draft, values(halo))
    assert wizard.test_connection(draft, None).ok
    with pytest.raises(Invalid, match="assets"):
        wizard.choose_data(draft, ["clients", "assets"], False)
    wizard.choose_data(draft, ["clients", "sites"], False)
    assert Integration.get_by_id(draft.id).record_types == ["clients", "sites"]


def test_the_first_run_keeps_what_was_promised(ready: Integration) -> None:
    run = wizard.start(ready, None)
    assert run.forecast_requests == 10 + 1  # the pages of the fixture's records, and a token
    assert run.forecast_seconds is not None
