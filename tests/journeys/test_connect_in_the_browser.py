"""The main journey: from the log-in to seven record types, with one wrong secret on the way."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from portal.sandbox import SandboxControl
from tests.journeys.person import log_in, log_in_as_admin, start_setup
from tests.journeys.portal_process import Demo

pytestmark = pytest.mark.browser

SECONDS = 1000.0


def test_an_admin_connects_halo_and_watches_seven_record_types_arrive(
    a_demo: Demo, page: Page, complaints: list[str]
) -> None:
    halo = SandboxControl(a_demo.base_url)
    log_in_as_admin(page, a_demo)
    expect(page.get_by_text("Not Configured").first).to_be_visible()
    start_setup(page, "Halo PSA")

    page.get_by_label("Base URL").fill(a_demo.base_url)
    page.get_by_label("Client ID").fill(a_demo.client_id)
    expect(page.get_by_label("Auth Server")).to_have_value(f"{a_demo.base_url}/auth")
    expect(page.get_by_role("button", name="Next")).to_be_disabled()

    page.get_by_label("Client Secret").fill("not the secret")
    page.get_by_role("button", name="Test Connection").click()
    expect(page.get_by_text("Halo does not accept this Client ID or Client Secret.").first).to_be_visible()
    expect(page.get_by_role("button", name="Next")).to_be_disabled()

    page.get_by_label("Client Secret").fill(a_demo.client_secret)
    page.get_by_role("button", name="Test Connection").click()
    expect(page.get_by_text("Connected as API Sync")).to_be_visible()
    assert a_demo.client_secret not in page.content()
    page.get_by_role("button", name="Next").click()

    expect(page.get_by_role("checkbox", name=re.compile("^Clients"))).to_be_disabled()
    page.get_by_label("Active clients only").uncheck()
    page.get_by_role("button", name=re.compile("Next|Continue")).click()
    expect(page.get_by_label("Webhook URL", exact=True)).to_have_value(re.compile("/webhooks/halo/"))
    page.get_by_role("button", name="Skip").click()
    page.get_by_role("button", name="Save & Start Initial Sync").click()

    expect(page.get_by_role("heading", name="Initial sync")).to_be_visible()
    expect(page.get_by_text("Everything is complete and up to date")).to_be_visible(timeout=60 * SECONDS)
    for record_type, truth in halo.truth().items():
        row = page.get_by_role("row", name=re.compile(record_type, re.IGNORECASE))
        expect(row.get_by_role("cell").last).to_have_text(f"{truth['total']:,}")
    assert halo.counts()["violations"] == 0
    assert complaints == []


def test_support_sees_the_sync_and_has_no_button_that_changes_anything(a_demo: Demo, page: Page) -> None:
    log_in(page, a_demo.address, a_demo.support_email, a_demo.support_password)
    expect(page.get_by_text("Not Configured").first).to_be_visible()
    expect(page.get_by_role("link", name="Connect", exact=True)).to_have_count(0)
