"""The Configuration and Sync Filters tabs."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from portal.models.connection_tests import ConnectionTest
from portal.models.integrations import Integration, IntegrationState
from portal.models.issues import Issue
from portal.models.sync import RunState, SyncRun
from portal.sandbox.halo import HaloSandbox
from portal.services.connecting import connections
from portal.vault import Secret
from tests.copies import copied
from tests.halo_fixtures import secret_of
from tests.routes.conftest import SECRET, make_run
from tests.telling import tell

TAB = "/integrations/halo/configuration"
HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}


def test_the_summary_masks_the_secret(as_alice: FlaskClient, halo: Integration) -> None:
    page = as_alice.get(TAB).text
    assert halo.connection["base_url"] in page
    assert "stored encrypted" in page
    assert SECRET not in page


def test_testing_again_names_the_agent(as_alice: FlaskClient, halo: Integration) -> None:
    part = as_alice.post(f"{TAB}/test", headers=HTMX)
    assert part.status_code == 200
    assert "Connected as" in part.text
    assert "<html" not in part.text


def test_testing_again_opens_and_closes_the_issue_about_a_permission(
    as_alice: FlaskClient, halo: Integration, sandbox: HaloSandbox
) -> None:
    sandbox.fault("status", status=403, on="assets", times=None)
    try:
        assert as_alice.post(f"{TAB}/test", headers=HTMX).status_code == 200
        assert "let the agent read assets" in as_alice.get("/issues").text
    finally:
        sandbox.clear_faults()
    assert as_alice.post(f"{TAB}/test", headers=HTMX).status_code == 200
    assert "let the agent read assets" not in as_alice.get("/issues").text
    assert Issue.get().closed_at is not None


def test_a_test_that_fails_says_what_to_do(as_alice: FlaskClient, halo: Integration) -> None:
    halo.credentials = connections.with_secrets(halo, {"client_secret": Secret("revoked")})
    halo.save()
    page = as_alice.post(f"{TAB}/test")
    assert page.status_code == 422
    assert "Regenerate the secret" in page.text


def test_the_tab_shows_what_the_agent_may_read(as_alice: FlaskClient, halo: Integration) -> None:
    permissions = as_alice.get(TAB).text.partition('class="permissions"')[2]
    assert "3 records" in permissions


def test_a_lost_permission_stands_out_and_stays_in_the_history(
    as_alice: FlaskClient, as_sam: FlaskClient, halo: Integration
) -> None:
    earlier = ConnectionTest.get()
    assets, sites = earlier.lists["assets"] | {"total": 1240}, earlier.lists["sites"] | {"access": "refused"}
    ConnectionTest.update(lists=earlier.lists | {"assets": assets, "sites": sites}).execute()
    part = as_alice.post(f"{TAB}/test", headers=HTMX).text
    assert "the login can read less." in part
    for page in (part, as_sam.get(TAB).text):
        assert "1,240 → 3 visible" in " ".join(page.split())
        assert "was refused, can be read now (3)" in " ".join(page.split())
        assert "7 of 7 lists readable" in page


def test_a_failed_test_is_in_the_history(as_alice: FlaskClient, halo: Integration) -> None:
    halo.credentials = connections.with_secrets(halo, {"client_secret": Secret("revoked")})
    halo.save()
    as_alice.post(f"{TAB}/test")
    history = as_alice.get(TAB).text.partition('id="history-title"')[2]
    assert history.index("Failed") < history.index("Passed")


def test_a_new_secret_that_works_takes_the_place_of_the_old_one(
    as_alice: FlaskClient, halo: Integration, sandbox: HaloSandbox
) -> None:
    sandbox.change_tenant(client_secret="brand-new")
    try:
        part = as_alice.post(f"{TAB}/credentials", data={"client_secret": " brand-new "}, headers=HTMX)
    finally:
        sandbox.change_tenant(client_secret=SECRET)
    assert part.status_code == 200
    assert "The new secret works and is now in use." in part.text
    assert "<html" not in part.text
    assert "brand-new" not in part.text
    assert secret_of(Integration.get_by_id(halo.id)) == "brand-new"


@pytest.mark.parametrize(
    ("secret", "message"),
    [("wrong", "Halo does not accept"), ("", "Enter the new Client Secret."), ("s" * 300, "This is too long")],
)
def test_a_new_secret_that_does_not_work_changes_nothing(
    as_alice: FlaskClient, halo: Integration, secret: str, message: str
) -> None:
    page = as_alice.post(f"{TAB}/credentials", data={"client_secret": secret})
    assert page.status_code == 422
    assert message in page.text.partition('id="client_secret-error"')[2][:200]
    assert secret_of(Integration.get_by_id(halo.id)) == SECRET


def test_tests_and_new_secrets_share_a_limit(as_alice: FlaskClient, halo: Integration) -> None:
    statuses = [as_alice.post(f"{TAB}/credentials").status_code for _ in range(12)]
    assert 429 not in statuses
    assert as_alice.post(f"{TAB}/test").status_code == 429


def test_the_webhook_is_shown_as_in_the_wizard(as_alice: FlaskClient, as_sam: FlaskClient, halo: Integration) -> None:
    secret = halo.webhook_secret.reveal()
    page = as_alice.get(f"{TAB}/webhook").text
    assert halo.webhook_id in page
    assert secret in page
    assert "Waiting for the first delivery" in page
    assert secret not in as_sam.get(f"{TAB}/webhook").text


def test_the_first_delivery_is_noticed(as_alice: FlaskClient, halo: Integration) -> None:
    assert as_alice.get(f"{TAB}/delivery").status_code == 204
    tell(halo, {})
    assert "Received" in as_alice.get(f"{TAB}/delivery").text


def test_looking_at_the_tab_moves_no_focus(as_alice: FlaskClient, halo: Integration) -> None:
    for section in ("", "/credentials", "/webhook", "/schedule", "/limit", "/retention", "/disconnect"):
        assert "autofocus" not in as_alice.get(f"{TAB}{section}").text


def test_asking_before_disconnecting_changes_nothing(as_alice: FlaskClient, halo: Integration) -> None:
    assert "Disconnect Halo PSA?" in as_alice.get(f"{TAB}/disconnect").text
    assert Integration.get_by_id(halo.id).state == IntegrationState.ACTIVE


def test_disconnecting_stops_the_sync_and_forgets_the_secret(as_alice: FlaskClient, halo: Integration) -> None:
    make_run(halo, RunState.QUEUED)
    page = as_alice.post(f"{TAB}/disconnect", data={"records": "keep"}, follow_redirects=True)
    assert page.request.path == "/integrations"
    assert "Disconnected" in page.text
    assert Integration.get_by_id(halo.id).credentials is None
    assert SyncRun.get().state == RunState.CANCELLED


@pytest.mark.parametrize("name", ["", "Halo", "ConnectWise PSA"])
def test_records_are_deleted_only_under_their_name(as_alice: FlaskClient, halo: Integration, name: str) -> None:
    page = as_alice.post(f"{TAB}/disconnect", data={"records": "delete", "typed": name})
    assert page.status_code == 422
    assert "To delete the records, type Halo PSA." in page.text
    assert Integration.get_by_id(halo.id).is_active


def test_the_question_says_what_would_be_deleted(as_alice: FlaskClient, halo: Integration) -> None:
    copied(halo, [1, 2])
    page = as_alice.get(f"{TAB}/disconnect").text
    assert "<li>2 assets</li>" in page
    assert "The webhook address refuses all further deliveries." in page
    assert "Pause the schedule" in page


def test_a_paused_schedule_cannot_be_paused_instead(as_alice: FlaskClient, halo: Integration) -> None:
    as_alice.post("/integrations/halo/sync/pause")
    assert "Pause the schedule" not in as_alice.get(f"{TAB}/disconnect").text


@pytest.mark.parametrize("section", ["connection", "credentials", "webhook", "schedule", "limit", "retention"])
def test_each_section_has_an_address_and_is_marked_in_the_list(
    as_alice: FlaskClient, halo: Integration, section: str
) -> None:
    page = as_alice.get(f"{TAB}/{section}").text
    marked = re.findall(r'href="([^"]+)" aria-current="page"', page.partition('aria-label="Configuration"')[2])
    assert marked == [f"{TAB}/{section}"]


def test_the_tab_opens_with_the_connection(as_alice: FlaskClient, halo: Integration) -> None:
    assert 'href="/integrations/halo/configuration/connection" aria-current="page"' in as_alice.get(TAB).text


def test_the_periods_of_this_portal_are_shown(as_sam: FlaskClient, halo: Integration) -> None:
    page = as_sam.get(f"{TAB}/retention").text
    assert "180 days" in page
    assert "Until you delete them" in page
    assert "Only the operator of this portal can change these periods." in page


def test_support_is_offered_no_button(as_sam: FlaskClient, halo: Integration) -> None:
    page = as_sam.get(TAB).text
    assert "Test again" not in page
    assert "Disconnect" not in page
    for section, button in (("credentials", "Test and replace"), ("disconnect", "btn-danger")):
        page = as_sam.get(f"{TAB}/{section}").text
        assert button not in page
        assert "Only an admin of your account can" in page
