"""An integration that needs attention: Halo is asked once an hour, and syncing resumes when it accepts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal.models.accounts import User
from portal.models.audit import AuditEntry
from portal.models.integrations import Integration
from portal.models.sync import RunKind, RunTrigger
from portal.services.connecting import credential_retries, integrations
from portal.services.syncing import due_runs, sync_runs
from portal.services.webhooks import refetches
from portal.vault import Secret
from tests.halo_fixtures import SIZES, Copy
from tests.services.days import NOON, Day, day, parked, token_requests, work
from tests.services.helpers import fresh
from tests.telling import about, results, tell

__all__ = ["day"]


def test_nobody_asks_between_the_hours_however_often_somebody_looks(copy: Copy, day: Day) -> None:
    parked(copy, day)
    began = day.now
    while day.now - began <= timedelta(hours=3, minutes=1):
        for integration_id in (*credential_retries.due(), copy.integration.id):
            credential_retries.try_again(integration_id)
        assert due_runs.open_runs() == []
        day.later(seconds=20)
    assert token_requests(copy) == copy.halo.counts()["total"] == 3
    assert copy.logged()[-1].startswith("Halo does not accept this Client ID or Client Secret. Next try at 16:0")


def test_when_halo_accepts_again_syncing_resumes_by_itself(copy: Copy, day: Day) -> None:
    parked(copy, day)
    copy.halo.clear_faults()
    day.later(hours=1)
    assert credential_retries.due() == [copy.integration.id]
    credential_retries.try_again(copy.integration.id)
    now = fresh(copy.integration)
    assert (now.state, now.problem, now.remedy, now.credentials_retry_at) == ("active", "", "", None)
    assert copy.logged()[-1] == "Halo accepts the credentials again. Syncing resumes."
    entry = AuditEntry.select().order_by(AuditEntry.id.desc()).get()
    assert (entry.action, entry.user) == ("integration.credentials_accepted", None)
    (run,) = due_runs.open_runs()
    work(run, day)
    report = sync_runs.report(run)
    assert (report["state"], report["kind"]) == ("succeeded", "full")
    assert {name: len(copy.ids(name)) for name in SIZES} == SIZES
    assert credential_retries.due() == []


def test_credentials_that_are_refused_for_two_hours_are_accepted_by_the_third(copy: Copy, day: Day) -> None:
    copy.halo.fault("refused_client", on="token", times=None, lasts=7200)
    work(copy.open(), day)
    asked = 0
    while fresh(copy.integration).state == "needs_attention":
        copy.halo.advance(3600)
        day.later(hours=1)
        credential_retries.try_again(copy.integration.id)
        asked += 1
    assert asked == 2


def test_after_a_sync_of_changes_the_missed_one_is_of_changes(synced: Copy, day: Day) -> None:
    Integration.update(next_full_at=NOON + timedelta(days=1)).execute()
    parked(synced, day, RunKind.INCREMENTAL)
    synced.halo.clear_faults()
    day.later(hours=1)
    credential_retries.try_again(synced.integration.id)
    (run,) = due_runs.open_runs()
    assert run.kind == "incremental"


def test_what_a_webhook_named_meanwhile_is_read_when_halo_accepts_again(day: Day, synced: Copy) -> None:
    tell(synced.integration, about("assets", min(synced.ids("assets"))))
    parked(synced, day)
    assert refetches.waiting() == []
    synced.halo.clear_faults()
    day.later(hours=1)
    credential_retries.try_again(synced.integration.id)
    assert refetches.waiting() == [synced.integration.id]
    refetches.execute(synced.integration.id)
    assert results() == [("done", "unchanged")]


@pytest.mark.parametrize("how", ["test", "secret", "sync"])
def test_a_persons_fix_works_at_once(how: str, copy: Copy, alice: User, day: Day) -> None:
    parked(copy, day)
    copy.halo.clear_faults()
    day.later(minutes=3)
    integration = fresh(copy.integration)
    if how == "test":
        assert integrations.test_again(integration, alice).ok
    elif how == "secret":
        secret = Secret(copy.halo.credentials().client_secret)
        assert integrations.replace_secrets(integration, {"client_secret": secret}, alice).ok
    else:
        work(copy.open(), day)
    assert fresh(copy.integration).state == "active"
    assert fresh(copy.integration).credentials_retry_at is None
    (run,) = due_runs.open_runs()
    work(run, day)
    assert sync_runs.report(run)["state"] == "succeeded"


def test_a_person_who_syncs_while_halo_still_refuses_is_told_so_at_once(copy: Copy, day: Day) -> None:
    parked(copy, day)
    retry_at = fresh(copy.integration).credentials_retry_at
    report = copy.sync()
    assert (report["state"], report["problem"]) == ("failed", "Halo does not accept this Client ID or Client Secret.")
    assert (token_requests(copy), fresh(copy.integration).credentials_retry_at) == (1, retry_at)


def test_a_run_that_comes_when_attention_is_needed_asks_nothing(copy: Copy, day: Day) -> None:
    parked(copy, day)
    run = sync_runs.open_run(copy.integration, kind=RunKind.FULL, trigger=RunTrigger.SCHEDULE)
    sync_runs.execute(run.id)
    assert sync_runs.report(run)["state"] == "failed"
    assert copy.halo.counts()["total"] == 0


@pytest.mark.parametrize("state", [{"paused_at": NOON}, {"state": "disconnected"}, {"state": "draft"}])
def test_what_is_paused_or_disconnected_is_left_alone(state: dict[str, object], copy: Copy, day: Day) -> None:
    parked(copy, day)
    Integration.update(**state).execute()
    day.later(hours=5)
    assert credential_retries.due() == []


def test_a_halo_that_is_down_at_the_hour_is_asked_at_the_next(copy: Copy, day: Day) -> None:
    parked(copy, day)
    copy.halo.clear_faults()
    copy.halo.fault("status", status=503, on="token")
    day.later(hours=1)
    credential_retries.try_again(copy.integration.id)
    assert (fresh(copy.integration).state, credential_retries.due()) == ("needs_attention", [])
    day.later(hours=1)
    credential_retries.try_again(copy.integration.id)
    assert fresh(copy.integration).state == "active"


def test_a_secret_that_opens_again_resumes_too(copy: Copy, day: Day) -> None:
    sealed = fresh(copy.integration).__data__["credentials"]
    Integration.update(credentials="v1.gone.AAAA").execute()
    work(copy.open(), day)
    assert fresh(copy.integration).state == "needs_attention"
    day.later(hours=1)
    credential_retries.try_again(copy.integration.id)
    assert fresh(copy.integration).state == "needs_attention"
    Integration.update(credentials=sealed).execute()
    day.later(hours=1)
    credential_retries.try_again(copy.integration.id)
    assert fresh(copy.integration).state == "active"
