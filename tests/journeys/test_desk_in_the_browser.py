"""Somebody runs the simulated Halo by hand, and sees in the portal what comes of it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.person import log_in_as_admin, search_list, start_setup
from tests.journeys.portal_process import Demo

pytestmark = pytest.mark.browser

MINUTE = 60_000.0
NAME = "Quillfeather & Sons"


def test_a_client_made_at_the_desk_appears_in_the_portal_after_sync_now(
    a_demo: Demo, page: Page, complaints: list[str]
) -> None:
    desk = f"{a_demo.base_url}/_sandbox/desk"
    page.goto(desk)
    told = {
        label: page.locator("dd", has=page.get_by_label(f"Copy {label}")).locator("code").inner_text()
        for label in ("Base URL", "Client ID", "Client Secret", "Auth Server", "Tenant Name")
    }
    connect(a_demo, page, told)

    page.goto(desk)
    page.get_by_role("link", name="Records", exact=True).click()
    page.get_by_role("link", name="New client").click()
    page.get_by_label("Name", exact=True).fill(NAME)
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("status")).to_contain_text("Created client")

    page.goto(f"{a_demo.address}/integrations/halo/sync")
    page.get_by_role("button", name="Sync now").click()
    expect(page.get_by_role("button", name="Cancel")).to_be_visible()
    expect(page.get_by_role("button", name="Sync now")).to_be_visible(timeout=MINUTE)
    page.get_by_role("link", name=re.compile(r"clients in Scopable")).click()
    search_list(page, "Clients", "Quillfeather")
    expect(page.get_by_role("link", name=NAME)).to_be_visible()

    page.goto(f"{desk}/requests")
    expect(page.get_by_text("no attempts to write")).to_be_visible()
    assert complaints == []


def connect(demo: Demo, page: Page, told: dict[str, str]) -> None:
    """Type what the desk shows; the wizard fills in the rest, and fills in the same."""
    log_in_as_admin(page, demo)
    start_setup(page, "Halo PSA")
    page.get_by_label("Base URL").fill(told["Base URL"])
    page.get_by_label("Client ID").fill(told["Client ID"])
    page.get_by_label("Client Secret").fill(told["Client Secret"])
    expect(page.get_by_label("Auth Server")).to_have_value(told["Auth Server"])
    expect(page.get_by_label("Tenant Name")).to_have_value(told["Tenant Name"])
    page.get_by_role("button", name="Test Connection").click()
    expect(page.get_by_text("Connected as API Sync")).to_be_visible()
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("heading", name="Select data to sync")).to_be_visible()
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Skip").click()
    page.get_by_role("button", name="Save & Start Initial Sync").click()
    expect(page.get_by_role("button", name="Sync now")).to_be_visible(timeout=MINUTE)
