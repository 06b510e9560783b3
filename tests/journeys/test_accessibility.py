"""axe-core looks at every page that people work in, in the light and in the dark."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from portal.sandbox import SandboxControl
from tests.journeys.person import log_in_as_admin
from tests.journeys.portal_process import Demo

pytestmark = pytest.mark.browser

GRAVE = {"serious", "critical"}
# In the dark the same page has other colours, and nothing else.
COLOURS = {"runOnly": ["color-contrast", "link-in-text-block"], "resultTypes": ["violations"]}


def check(page: Page, what: str) -> None:
    """Fail with axe's own report when it finds anything serious."""
    for scheme, options in (("light", {"resultTypes": ["violations"]}), ("dark", COLOURS)):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]  # one of its words
        expect(page.locator(f"html[data-bs-theme={scheme}]")).to_have_count(1)
        found = Axe().run(page, options=options)
        grave = [each["id"] for each in found.response["violations"] if each["impact"] in GRAVE]
        assert not grave, f"{what}, {scheme}: {found.generate_report()}"


def test_every_step_and_every_tab_can_be_used_by_everybody(a_demo: Demo, page: Page) -> None:
    SandboxControl(a_demo.base_url).change_tenant(refused=["assets"], unseen=["contracts"])
    page.goto(a_demo.address)
    check(page, "log-in")
    log_in_as_admin(page, a_demo)
    check(page, "Integrations")

    page.get_by_role("link", name="Connect", exact=True).click()
    page.get_by_label("Base URL").fill(f"{a_demo.base_url}/tickets")
    expect(page.get_by_role("button", name="Use this")).to_be_visible()
    page.get_by_label("Client ID").fill(a_demo.client_id)
    page.get_by_label("Client Secret").fill("wrong")
    check(page, "step 1")
    page.get_by_role("button", name="Test Connection").click()
    expect(page.get_by_role("alert")).to_be_visible()
    check(page, "step 1, failed")
    page.get_by_label("Client Secret").fill(a_demo.client_secret)
    page.get_by_role("button", name="Test Connection").click()
    expect(page.get_by_role("list", name="What the agent may read")).to_be_visible()
    check(page, "step 1, passed")

    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("heading", name="Select data to sync")).to_be_visible()
    check(page, "step 2")
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_text("Waiting for the first delivery…")).to_be_visible()
    check(page, "step 3")
    page.get_by_role("button", name="Skip").click()
    expect(page.get_by_role("heading", name="Review & start")).to_be_visible()
    check(page, "step 4")

    page.get_by_role("button", name="Save & Start Initial Sync").click()
    expect(page.get_by_role("button", name="Sync now")).to_be_visible(timeout=60_000)
    for tab in ("Data Sync", "Sync Filters", "Sync Logs", "Configuration"):
        page.get_by_role("link", name=tab).click()
        expect(page.locator(".nav-link[aria-current=page]", has_text=tab)).to_be_visible()
        check(page, tab)
        if tab == "Sync Filters":
            choose_among_filters(page)
            check(page, "Sync Filters, all open")
    page.get_by_text("At chosen hours").click()
    page.get_by_role("button", name="Save schedule").click()
    expect(page.get_by_text("Choose at least one hour.")).to_be_visible()
    check(page, "Configuration, with a schedule that cannot be")
    page.get_by_role("link", name="Data Sync").click()
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("Paused by")).to_be_visible()
    check(page, "Data Sync, paused")
    page.get_by_role("link", name="Activity", exact=True).click()
    expect(page.get_by_role("heading", name="Activity")).to_be_visible()
    check(page, "Activity")


def choose_among_filters(page: Page) -> None:
    """Open every part, find clients, choose one and leave one out: each keeps the focus as it becomes a chip."""
    for part in page.locator("details.filters:not([open]) > summary").all()[::-1]:
        part.click()
    page.get_by_label("Find clients by name or number").press_sequentially("o")
    for words in ("Only this", "Leave out"):
        box = page.locator(".found-client").get_by_label(words, exact=True).first
        number = box.get_attribute("id")
        box.check()
        expect(page.locator(f".chip #{number}")).to_be_focused()
