"""The wizard's four steps, one after the other, by keyboard alone. Each goes on where the one before has ended."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.person import IS_FOCUSED, log_in_as_admin, press, tab_to, type_into
from tests.journeys.portal_process import Demo, demo
from tests.journeys.psas import BOTH, JourneyPsa

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module", params=BOTH)
def psa(request: pytest.FixtureRequest) -> JourneyPsa:
    found: JourneyPsa = request.param
    return found


@pytest.fixture(scope="module")
def its_demo(psa: JourneyPsa, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:  # a demo each
    with demo(tmp_path_factory.mktemp("wizard") / "data") as started:
        yield started


@pytest.fixture
def wizard(psa: JourneyPsa, its_demo: Demo, page: Page) -> Page:
    """Open the wizard where it was left."""
    log_in_as_admin(page, its_demo)
    card = page.get_by_role("region", name=psa.label)
    tab_to(page, card.get_by_role("link", name=re.compile("^(Connect|Continue setup)$")))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=f"Set up {psa.label}")).to_be_visible()
    return page


def test_step_1_leads_from_field_to_field_and_enter_tests(
    psa: JourneyPsa, wizard: Page, its_demo: Demo, complaints: list[str]
) -> None:
    for label, value in psa.entered(its_demo).items():
        type_into(wizard, label, value)
    for label, value in psa.filled_in(its_demo).items():
        expect(wizard.get_by_label(label)).to_have_value(value)
    type_into(wizard, psa.secret_label, psa.secret(its_demo))
    wizard.keyboard.press("Enter")
    expect(wizard.get_by_text("Connected as")).to_be_visible()
    expect(wizard.get_by_role("list", name="What Scopable can read")).to_contain_text(re.compile(r"Clients\s*\d+"))
    assert wizard.get_by_role("button", name="Test Connection").evaluate(IS_FOCUSED)
    press(wizard, "Next")
    expect(wizard.get_by_role("heading", name="Select data to sync")).to_be_focused()
    assert complaints == []


def test_step_2_counts_anew_with_every_box(wizard: Page, complaints: list[str]) -> None:
    forecast = wizard.locator(".forecast")
    expect(forecast).to_contain_text(re.compile(r"1,[45]\d\d records"))
    tab_to(wizard, wizard.get_by_role("checkbox", name=re.compile("^Contacts")))
    wizard.keyboard.press("Space")
    expect(forecast).to_contain_text(re.compile(r"\b[78]\d\d records"))
    tab_to(wizard, wizard.get_by_label("Active clients only"))
    wizard.keyboard.press("Space")
    expect(forecast).to_contain_text("Nothing is excluded.")
    press(wizard, "Next")
    expect(wizard.get_by_role("heading", name="Configure webhooks")).to_be_focused()
    assert complaints == []


def test_step_3_turns_to_received_when_a_delivery_comes(
    psa: JourneyPsa, wizard: Page, its_demo: Demo, complaints: list[str]
) -> None:
    expect(wizard.get_by_text("Waiting for the first delivery…")).to_be_visible()
    psa.deliver(wizard, psa.sandbox(its_demo))
    expect(wizard.get_by_text("Received.")).to_be_visible(timeout=30_000)
    press(wizard, "Continue")
    expect(wizard.get_by_role("heading", name="Review & start")).to_be_focused()
    assert complaints == []


def test_step_4_leads_back_keeps_what_was_entered_and_starts(wizard: Page, complaints: list[str]) -> None:
    expect(wizard.get_by_text(re.compile(r"\b[78]\d\d records"))).to_be_visible()
    press(wizard, "Edit the data to sync")
    expect(wizard.get_by_role("checkbox", name=re.compile("^Contacts"))).not_to_be_checked()
    press(wizard, "Next")
    expect(wizard.get_by_text("Received.")).to_be_visible()
    press(wizard, "Skip")
    expect(wizard.get_by_text("Working. Last delivery: ")).to_be_visible()
    press(wizard, "Save & Start Initial Sync")
    expect(wizard.get_by_text("Everything is complete and up to date")).to_be_visible(timeout=120_000)
    expect(wizard.get_by_text(re.compile(r"Forecast: \d+ requests, about .* Actual: \d+ requests"))).to_be_visible()
    assert complaints == []
