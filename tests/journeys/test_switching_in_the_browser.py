"""Switching from one PSA to the other and back: refused, prepared, paired, disconnected, activated."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.person import connect, log_in_as_admin
from tests.journeys.portal_process import Demo
from tests.journeys.psas import CONNECTWISE, HALO

pytestmark = pytest.mark.browser

MINUTE = 60_000.0
REFUSED = "Cannot activate CONNECTWISE PSA: Halo integration is already active"
REFUSED_BACK = "Cannot activate HALO PSA: ConnectWise integration is already active"


def prepare_beside_halo(page: Page, demo: Demo) -> None:
    """Go through ConnectWise's wizard up to its last step, which refuses."""
    page.get_by_role("region", name=CONNECTWISE.label).get_by_role("link", name="Prepare setup").click()
    for label, value in {**CONNECTWISE.entered(demo), CONNECTWISE.secret_label: CONNECTWISE.secret(demo)}.items():
        page.get_by_label(label, exact=True).fill(value)
    page.get_by_role("button", name="Test Connection").click()
    expect(page.get_by_text("The test passed.")).to_be_visible(timeout=MINUTE)
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Skip").click()
    expect(page.get_by_text(REFUSED)).to_be_visible()


def test_an_admin_switches_with_the_assistants_pairs(a_demo: Demo, page: Page, complaints: list[str]) -> None:
    log_in_as_admin(page, a_demo)
    connect(page, a_demo, HALO)
    expect(page.get_by_text("Everything is complete and up to date")).to_be_visible(timeout=3 * MINUTE)
    page.goto(f"{a_demo.address}/integrations")
    expect(page.get_by_role("region", name="ConnectWise PSA").get_by_text(REFUSED)).to_be_visible()
    prepare_beside_halo(page, a_demo)
    expect(page.get_by_role("button", name="Save & Start Initial Sync")).to_be_disabled()

    page.get_by_role("link", name="Pair clients with those of Halo").click()
    page.get_by_role("button", name="Read the clients").click()
    expect(page.get_by_role("navigation", name="Lists")).to_be_visible(timeout=2 * MINUTE)
    page.get_by_role("link", name=re.compile("^No match")).click()
    button = page.get_by_role("button", name=re.compile("^No counterpart: ")).first
    label = button.get_attribute("aria-label") or ""
    button.click()
    expect(page.get_by_role("button", name=label, exact=True)).to_have_count(0)
    page.get_by_role("link", name=re.compile("^Choose: ")).first.click()
    search = page.get_by_label("Name, domain or number")
    search.fill("e")
    search.press("Enter")
    page.get_by_role("button", name=re.compile("^Pair with ")).first.click()
    page.get_by_role("link", name=re.compile("^Paired [1-9]")).click()
    expect(page.get_by_text(re.compile("Chosen by hand"))).to_be_visible()

    page.goto(f"{a_demo.address}/integrations/connectwise/setup/review")
    page.get_by_role("link", name="Disconnect Halo…").click()
    page.get_by_label("Keep the records").check()
    page.get_by_role("button", name="Disconnect", exact=True).click()
    expect(page.get_by_text("Halo PSA is disconnected. Records synced so far are kept.")).to_be_visible()
    page.get_by_role("button", name="Save & Start Initial Sync").click()
    expect(page.get_by_role("heading", name="Initial sync")).to_be_visible(timeout=MINUTE)

    page.goto(f"{a_demo.address}/integrations")
    expect(page.get_by_role("region", name="Halo PSA").get_by_text(REFUSED_BACK)).to_be_visible()
    page.get_by_role("link", name=re.compile("^Records from Halo PSA, as of")).click()
    page.get_by_role("link", name="Assets", exact=True).last.click()
    expect(page.get_by_text("Halo is disconnected, so these records no longer change.")).to_be_visible()
    page.goto(f"{a_demo.address}/integrations/halo/pairing?show=paired")
    expect(page.get_by_text(re.compile("Chosen by hand"))).to_be_visible()

    page.goto(f"{a_demo.address}/integrations/connectwise/configuration/disconnect")
    page.get_by_label("Keep the records").check()
    page.get_by_role("button", name="Disconnect", exact=True).click()
    expect(page.get_by_text("ConnectWise PSA is disconnected. Records synced so far are kept.")).to_be_visible()
    page.goto(f"{a_demo.address}/integrations")
    connect(page, a_demo, HALO)
    expect(page.get_by_text("Everything is complete and up to date")).to_be_visible(timeout=3 * MINUTE)
    assert complaints == []
