"""The dashboard in a browser without JavaScript: slower, but everything works."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from portal import clock
from tests.journeys.person import log_in_as_admin, search_list
from tests.journeys.portal_process import Demo

pytestmark = pytest.mark.browser

HALO = "/integrations/halo"
SECONDS = 60.0


@pytest.fixture
def plain(connected_demo: Demo, browser: Browser) -> Iterator[Page]:
    """Open Data Sync in a browser without JavaScript."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    log_in_as_admin(page, connected_demo)
    page.goto(f"{connected_demo.address}{HALO}/sync")
    yield page
    context.close()


def test_a_sync_is_started_and_seen_to_end(plain: Page) -> None:
    plain.get_by_role("button", name="Sync now").click()
    until = clock.monotonic() + SECONDS
    while not plain.get_by_role("heading", name="Incremental sync").is_visible() and clock.monotonic() < until:
        plain.reload()
    while plain.get_by_role("button", name="Cancel").is_visible() and clock.monotonic() < until:
        plain.reload()
    expect(plain.get_by_role("button", name="Sync now")).to_be_visible()
    plain.get_by_role("button", name="Pause").click()
    plain.get_by_role("button", name="Resume").click()
    expect(plain.get_by_role("button", name="Pause")).to_be_visible()


def test_a_record_is_found_from_the_box_on_every_page_and_in_its_list(plain: Page) -> None:
    plain.get_by_role("searchbox", name="Search all records").fill("A000789")
    plain.keyboard.press("Enter")
    plain.get_by_role("link", name="A000789").click()
    expect(plain.get_by_role("heading", name="History")).to_be_visible()
    plain.get_by_role("link", name="Records", exact=True).click()
    plain.get_by_role("navigation").get_by_role("link", name="Assets", exact=True).click()
    search_list(plain, "Assets", "A000789")
    expect(plain.locator("tbody tr")).to_have_count(1)


def test_the_log_opens_from_a_sync_to_its_pages_and_is_filtered(plain: Page) -> None:
    plain.get_by_role("link", name="Sync Logs").click()
    plain.locator("summary", has_text="Run 1").click()
    plain.get_by_role("link", name="Log of run 1").click()
    plain.locator("summary", has_text="Clients").click()
    plain.get_by_role("link", name="Log of clients in run 1").click()
    plain.locator("summary", has_text="Page 1: 60 clients read.").click()
    plain.get_by_role("link", name="Page 1: 60 clients read.").click()
    expect(plain.locator(".http-call")).to_contain_text("GET /")
    plain.get_by_role("link", name="Sync Logs").click()
    plain.get_by_role("link", name="Lines", exact=True).click()
    plain.get_by_label("Level").select_option("error")
    plain.get_by_role("search", name="Search the log").get_by_role("button", name="Search").click()
    expect(plain).to_have_url(re.compile("level=error"))
    expect(plain.get_by_text("No entries match these filters.")).to_be_visible()


def test_filters_are_saved_and_undone(plain: Page) -> None:
    plain.get_by_role("link", name="Sync Filters").click()
    plain.get_by_text("Which contracts").click()
    plain.get_by_label("Active contracts only").check()
    plain.get_by_role("button", name="Save", exact=True).click()
    plain.get_by_role("link", name="Undo the last change").click()
    plain.get_by_role("button", name=re.compile("Undo|Go back")).click()
    plain.get_by_text("Which contracts").click()
    expect(plain.get_by_label("Active contracts only")).not_to_be_checked()


def test_filters_that_somebody_else_saved_first_are_saved_over_knowingly(plain: Page) -> None:
    plain.get_by_role("link", name="Sync Filters").click()
    other = plain.context.new_page()
    other.goto(plain.url)
    other.get_by_text("Which contacts").click()
    other.get_by_label("Exclude General Users").check()
    other.get_by_role("button", name="Save", exact=True).click()
    expect(other.get_by_text("Saved.")).to_be_visible()
    other.close()
    plain.get_by_text("Which contracts").click()
    plain.get_by_label("Active contracts only").check()
    plain.get_by_role("button", name="Save", exact=True).click()
    expect(plain.get_by_role("alert").filter(has_text="Not saved")).to_contain_text("changed the filters")
    plain.get_by_role("button", name="Save anyway").click()
    expect(plain.get_by_text("Saved.")).to_be_visible()
    expect(plain.get_by_label("Active contracts only")).to_be_checked()
    plain.get_by_text("Which contacts").click()
    expect(plain.get_by_label("Exclude General Users")).not_to_be_checked()


def test_each_part_of_the_configuration_has_a_page(plain: Page) -> None:
    plain.get_by_role("link", name="Configuration").click()
    plain.get_by_role("link", name="Request limit").click()
    plain.locator("#share").fill("0")
    plain.get_by_role("button", name="Save limit").click()
    expect(plain.locator("#share-error")).to_be_visible()
    plain.locator("#share").fill("60")
    plain.get_by_role("button", name="Save limit").click()
    expect(plain.get_by_text("Saved.")).to_be_visible()
    plain.get_by_role("link", name="Connection", exact=True).click()
    plain.get_by_role("button", name="Test again").click()
    expect(plain.locator(".test-line").first).to_contain_text("Passed just now")
