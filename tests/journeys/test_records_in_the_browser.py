"""What an admin does with single records: deletes what was held, asks Halo for one, and watches one change."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from portal.sandbox import SandboxControl
from tests.journeys.axe import check
from tests.journeys.person import log_in_as_admin, search_list
from tests.journeys.portal_process import Demo

pytestmark = pytest.mark.browser

MINUTE = 60_000.0


@pytest.fixture
def connected(connected_demo: Demo, page: Page) -> SandboxControl:
    """Open the dashboard."""
    log_in_as_admin(page, connected_demo)
    page.goto(f"{connected_demo.address}/integrations/halo/sync")
    return SandboxControl(connected_demo.base_url)


def full_sync(page: Page) -> None:
    page.get_by_label("More ways to sync").click()
    page.get_by_role("button", name=re.compile("^Full sync")).click()
    expect(page.get_by_role("button", name="Cancel")).to_be_visible()
    expect(page.get_by_role("heading", name="Full sync")).to_be_visible()
    expect(page.get_by_role("button", name="Sync now")).to_be_visible(timeout=MINUTE)


def test_what_vanished_is_held_until_an_admin_deletes_it(
    connected: SandboxControl, page: Page, complaints: list[str]
) -> None:
    gone = connected.delete("assets", count=100)
    full_sync(page)
    expect(page.get_by_role("heading", name="Halo no longer lists 100 assets.")).to_be_visible()
    check(page, "Data Sync with a held delete")

    page.get_by_role("link", name="Show 100 assets").click()
    expect(page.get_by_role("cell", name=str(gone[0]), exact=True)).to_be_visible()
    check(page, "held records")
    page.get_by_role("link", name="Delete them here too…").click()
    expect(page.get_by_role("dialog")).to_contain_text("Delete 100 assets here too?")
    check(page, "held records, asked")
    page.get_by_role("button", name="Delete 100 assets").click()

    expect(page.get_by_text("Deleted 100 assets here too.")).to_be_visible()
    expect(page.get_by_role("heading", name="Halo no longer lists")).to_have_count(0)
    full_sync(page)
    expect(page.get_by_text(re.compile("Everything is complete"))).to_be_visible()
    assert complaints == []


def test_a_record_is_found_and_asked_for_alone(connected: SandboxControl, page: Page, complaints: list[str]) -> None:
    (number,) = connected.change("assets", count=1)
    page.get_by_role("link", name=re.compile(r"assets in Scopable")).click()
    expect(page.get_by_role("heading", name="Assets")).to_be_visible()
    check(page, "a list of records")
    search_list(page, "Assets", str(number))
    row = page.get_by_role("row").filter(has=page.get_by_role("cell", name=str(number), exact=True))
    row.get_by_role("link").click()
    expect(page.get_by_role("heading", name="History")).to_be_visible()
    expect(page.get_by_text("Added to Scopable")).to_be_visible()
    page.get_by_role("button", name="Sync this record").click()
    expect(page.get_by_role("listitem").filter(has_text="Changed").first).to_be_visible(timeout=MINUTE)
    check(page, "a record")
    assert complaints == []


def test_a_record_that_is_not_here_is_explained(connected: SandboxControl, page: Page, complaints: list[str]) -> None:
    page.get_by_role("link", name=re.compile(r"contracts in Scopable")).click()
    search_list(page, "Contracts", "99999999")
    expect(page.get_by_role("heading", name="Contract 99999999 isn't in Scopable")).to_be_visible()
    check(page, "why a record is not here")
    page.get_by_role("button", name="Look it up in Halo").click()
    expect(page.get_by_text("Looking it up in Halo…")).to_have_count(0, timeout=MINUTE)
    expect(page.get_by_role("heading", name="Contract 99999999 isn't in Scopable")).to_be_visible()
    page.get_by_role("link", name="Sync Logs").click()
    page.get_by_role("group").filter(has_text="Run").first.locator("summary").first.click()
    expect(page.get_by_text("In Halo").first).to_be_visible()
    check(page, "the log of a run")
    assert complaints == []


def test_what_changes_in_halo_changes_here_while_somebody_looks_at_it(
    connected: SandboxControl, page: Page, complaints: list[str]
) -> None:
    page.get_by_role("link", name="Configuration").click()
    page.get_by_role("link", name="Webhook", exact=True).click()
    page.get_by_role("button", name="Show Password").click()
    address, user, secret = (
        page.get_by_label(label, exact=True).input_value() for label in ("Webhook URL", "Username", "Password")
    )
    connected.add_webhook(address, authentication="basic", user=user, secret=secret)

    page.get_by_role("link", name="Data Sync").click()
    page.get_by_role("link", name=re.compile(r"clients in Scopable")).click()
    page.get_by_role("row").nth(1).get_by_role("link").first.click()
    expect(page.get_by_text("Added to Scopable")).to_be_visible()
    connected.change("clients", [int(page.url.rsplit("/", 1)[-1])])

    expect(page.get_by_role("listitem").filter(has_text="by webhook").first).to_be_visible()
    check(page, "a record that has just changed")
    page.get_by_role("link", name="Sync Logs").click()
    page.get_by_role("link", name="Webhook deliveries").click()
    expect(page.get_by_role("row").filter(has_text="client updated").first).to_contain_text("Done")
    check(page, "the deliveries")
    page.get_by_role("row").nth(1).get_by_role("link").first.click()
    expect(page.get_by_text("client updated").first).to_be_visible()
    check(page, "a delivery")
    assert complaints == []
