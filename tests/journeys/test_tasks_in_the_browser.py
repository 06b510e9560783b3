"""Five tasks of an ordinary day, each done from the first page after the log-in in four clicks at most."""

from __future__ import annotations

import csv
import re
from typing import Final

import pytest
from playwright.sync_api import Download, Page, expect

from portal.sandbox import SandboxControl
from tests.journeys.busy import CONTACT, EMAIL
from tests.journeys.clicks import Clicks
from tests.journeys.person import log_in_as_admin
from tests.journeys.portal_process import Demo

pytestmark = pytest.mark.browser

MINUTE: Final = 60_000.0


@pytest.fixture
def clicks(busy_demo: Demo, page: Page) -> Clicks:
    """Log in; what follows counts."""
    log_in_as_admin(page, busy_demo)
    return Clicks(page)


def test_why_an_asset_is_missing(busy_demo: Demo, page: Page, clicks: Clicks) -> None:
    SandboxControl(busy_demo.base_url).create("assets", ids=[4711])
    clicks.search("4711")
    clicks.on("Why is it not here?")
    clicks.on("Asset 4711")
    expect(page.get_by_role("region", name="SE-4711")).to_contain_text("no sync has brought it yet")
    expect(page.get_by_role("button", name="Sync this record")).to_be_visible()


def test_the_failed_records_of_last_week_are_exported(page: Page, clicks: Clicks) -> None:
    clicks.on("Open")
    clicks.on("Records")
    clicks.on("Failed")
    # Nothing failed last week: this demo has just begun.
    assert exported(clicks.download("Last week as CSV")) == []


def test_the_failed_records_of_the_last_seven_days_are_exported(page: Page, clicks: Clicks) -> None:
    clicks.on("Open")
    clicks.on("Records")
    clicks.on("Failed")
    expect(page.get_by_label("Period").locator("option:checked")).to_have_text("Last 7 days")
    rows = exported(clicks.download("CSV"))
    assert {row["type"] for row in rows} == {"sites"}
    assert all(row["reason"] for row in rows)


def test_who_changed_the_filters_on_a_day_of_this_week(page: Page, clicks: Clicks) -> None:
    clicks.on("Activity")
    changed = page.locator(".action", has_text="Active contracts only").locator("time").first
    day = (changed.get_attribute("datetime") or "")[:10]
    clicks.choose("Kind", "Sync filters")
    # Any day of the last seven has a button, by its name: Tue 24.
    clicks.at(page.locator(f"nav[aria-label=Period] a[href*='kind=filters'][href*='since={day}&until={day}']"))
    expect(page).to_have_url(re.compile(f"since={day}"))
    expect(page.locator(".action", has_text="Active contracts only")).to_contain_text("Ada Admin")


def test_a_refused_permission_is_mended(busy_demo: Demo, page: Page, clicks: Clicks) -> None:
    clicks.at(page.get_by_role("navigation", name="Main").get_by_role("link", name=re.compile("^Issues")))
    issue = page.get_by_role("article", name=re.compile("opportunities"))
    expect(issue).to_contain_text("View Applications")
    SandboxControl(busy_demo.base_url).change_tenant(refused=[])
    clicks.at(issue.get_by_role("button", name="Try again"))
    # It closes by itself once a sync has read the list.
    expect(issue).to_have_count(0, timeout=2 * MINUTE)


def test_a_contact_is_found_by_its_e_mail_address(page: Page, clicks: Clicks) -> None:
    clicks.search(EMAIL)
    clicks.on(CONTACT)
    expect(page.get_by_role("heading", name=CONTACT)).to_be_visible()
    expect(page.get_by_role("link", name=EMAIL)).to_be_visible()


def exported(download: Download) -> list[dict[str, str]]:
    with download.path().open(newline="", encoding="utf-8-sig") as lines:
        return list(csv.DictReader(lines))
