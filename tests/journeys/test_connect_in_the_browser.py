"""The main journey: from the log-in to seven record types, with one wrong secret on the way."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.person import log_in, log_in_as_admin, start_setup
from tests.journeys.portal_process import Demo
from tests.journeys.psas import BOTH, JourneyPsa

pytestmark = pytest.mark.browser

SECONDS = 1000.0


@pytest.mark.parametrize("psa", BOTH)
def test_an_admin_connects_a_psa_and_watches_seven_record_types_arrive(
    psa: JourneyPsa, a_demo: Demo, page: Page, complaints: list[str]
) -> None:
    sandbox = psa.sandbox(a_demo)
    log_in_as_admin(page, a_demo)
    expect(page.get_by_text("Not Configured").first).to_be_visible()
    start_setup(page, psa.label)

    for label, value in psa.entered(a_demo).items():
        page.get_by_label(label, exact=True).fill(value)
    for label, value in psa.filled_in(a_demo).items():
        expect(page.get_by_label(label)).to_have_value(value)
    expect(page.get_by_role("button", name="Next")).to_be_disabled()

    page.get_by_label(psa.secret_label).fill("not-the-secret")
    page.get_by_role("button", name="Test Connection").click()
    expect(page.get_by_text(psa.refusal).first).to_be_visible()
    expect(page.get_by_role("button", name="Next")).to_be_disabled()

    page.get_by_label(psa.secret_label).fill(psa.secret(a_demo))
    page.get_by_role("button", name="Test Connection").click()
    expect(page.get_by_text("Connected as")).to_be_visible()
    assert psa.secret(a_demo) not in page.content()
    page.get_by_role("button", name="Next").click()

    expect(page.get_by_role("checkbox", name=re.compile("^Clients"))).to_be_disabled()
    page.get_by_label("Active clients only").uncheck()
    page.get_by_role("button", name=re.compile("Next|Continue")).click()
    expect(page.get_by_label("Webhook URL", exact=True)).to_have_value(re.compile(f"/webhooks/{psa.slug}/"))
    page.get_by_role("button", name="Skip").click()
    page.get_by_role("button", name="Save & Start Initial Sync").click()

    expect(page.get_by_role("heading", name="Initial sync")).to_be_visible()
    expect(page.get_by_text("Everything is complete and up to date")).to_be_visible(timeout=120 * SECONDS)
    for record_type, truth in sandbox.truth().items():
        stored = re.compile(f"^{truth['total']:,} {record_type} in Scopable")
        expect(page.get_by_role("link", name=stored)).to_be_visible()
    assert sandbox.counts()["violations"] == 0
    assert complaints == []


def test_support_sees_the_sync_and_has_no_button_that_changes_anything(a_demo: Demo, page: Page) -> None:
    log_in(page, a_demo.address, a_demo.support_email, a_demo.support_password)
    expect(page.get_by_text("Not Configured").first).to_be_visible()
    expect(page.get_by_role("link", name="Connect", exact=True)).to_have_count(0)
