"""The wizard's four steps, one after the other, by keyboard alone. Each goes on where the one before has ended."""

from __future__ import annotations

import re

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.journeys.person import IS_FOCUSED, log_in_as_admin, press, tab_to, type_into
from tests.journeys.portal_process import Demo

pytestmark = pytest.mark.browser


@pytest.fixture
def wizard(shared_demo: Demo, page: Page) -> Page:
    """Open the wizard where it was left."""
    log_in_as_admin(page, shared_demo)
    card = page.get_by_role("region", name="Halo PSA")
    tab_to(page, card.get_by_role("link", name=re.compile("^(Connect|Continue setup)$")))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Set up Halo PSA")).to_be_visible()
    return page


def test_step_1_leads_from_field_to_field_and_enter_tests(
    wizard: Page, shared_demo: Demo, complaints: list[str]
) -> None:
    type_into(wizard, "Base URL", shared_demo.base_url)
    expect(wizard.get_by_label("Auth Server")).to_have_value(f"{shared_demo.base_url}/auth")
    expect(wizard.get_by_label("Tenant Name")).to_have_value("acme")
    type_into(wizard, "Client ID", shared_demo.client_id)
    type_into(wizard, "Client Secret", shared_demo.client_secret)
    wizard.keyboard.press("Enter")
    expect(wizard.get_by_text("Connected as API Sync")).to_be_visible()
    expect(wizard.get_by_role("list", name="What Scopable can read")).to_contain_text(re.compile(r"Clients\s*\d+"))
    assert wizard.get_by_role("button", name="Test Connection").evaluate(IS_FOCUSED)
    press(wizard, "Next")
    expect(wizard.get_by_role("heading", name="Select data to sync")).to_be_focused()
    assert complaints == []


def test_step_2_counts_anew_with_every_box(wizard: Page, complaints: list[str]) -> None:
    forecast = wizard.locator(".forecast")
    expect(forecast).to_contain_text("1,500 records")
    tab_to(wizard, wizard.get_by_role("checkbox", name=re.compile("^Contacts")))
    wizard.keyboard.press("Space")
    expect(forecast).to_contain_text("870 records")
    tab_to(wizard, wizard.get_by_label("Active clients only"))
    wizard.keyboard.press("Space")
    expect(forecast).to_contain_text("Nothing is excluded.")
    press(wizard, "Next")
    expect(wizard.get_by_role("heading", name="Configure webhooks")).to_be_focused()
    assert complaints == []


def test_step_3_turns_to_received_when_a_delivery_comes(wizard: Page, complaints: list[str]) -> None:
    expect(wizard.get_by_text("Waiting for the first delivery…")).to_be_visible()
    press(wizard, "Show Password")
    address, user, password = (
        wizard.get_by_label(label, exact=True).input_value() for label in ("Webhook URL", "Username", "Password")
    )
    assert deliver(address, user, password) == 200
    expect(wizard.get_by_text("Received.")).to_be_visible()
    press(wizard, "Continue")
    expect(wizard.get_by_role("heading", name="Review & start")).to_be_focused()
    assert complaints == []


def test_step_4_leads_back_keeps_what_was_entered_and_starts(wizard: Page, complaints: list[str]) -> None:
    expect(wizard.get_by_text("870 records")).to_be_visible()
    press(wizard, "Edit the data to sync")
    expect(wizard.get_by_role("checkbox", name=re.compile("^Contacts"))).not_to_be_checked()
    press(wizard, "Next")
    expect(wizard.get_by_text("Received.")).to_be_visible()
    press(wizard, "Skip")
    expect(wizard.get_by_text("Working. Last delivery: ")).to_be_visible()
    press(wizard, "Save & Start Initial Sync")
    expect(wizard.get_by_text("Everything is complete and up to date")).to_be_visible(timeout=60_000)
    expect(wizard.get_by_text(re.compile(r"Forecast: \d+ requests, about .* Actual: \d+ requests"))).to_be_visible()
    assert complaints == []


def deliver(address: str, user: str, password: str) -> int:
    """Do what Halo does."""
    return httpx.post(address, json={"event": "Client updated"}, auth=(user, password), timeout=10).status_code
