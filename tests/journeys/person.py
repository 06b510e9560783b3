"""What a person does at a portal in a browser: logs in, and goes about with the keyboard alone."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.journeys.portal_process import Demo
from tests.journeys.psas import JourneyPsa

# More than any page has to offer.
MOST_TABS = 80
IS_FOCUSED = "element => element === document.activeElement"
# Whoever goes by keyboard must see where they are: an outline, or a ring around the field.
SHOWS_FOCUS = """element => {
  const style = getComputedStyle(element);
  return style.outlineStyle !== "none" || style.boxShadow !== "none";
}"""


def log_in(page: Page, address: str, email: str, password: str) -> None:
    page.goto(address)
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Integrations")).to_be_visible()


def log_in_as_admin(page: Page, demo: Demo) -> None:
    log_in(page, demo.address, demo.admin_email, demo.admin_password)


def start_setup(page: Page, psa: str) -> None:
    """Click Connect on a PSA's card."""
    page.get_by_role("region", name=psa).get_by_role("link", name="Connect", exact=True).click()


def connect(page: Page, demo: Demo, psa: JourneyPsa) -> None:
    """Go through the wizard, all clients and no webhook, and wait for the first sync."""
    prepare(page, demo, psa)
    page.get_by_role("button", name="Save & Start Initial Sync").click()
    expect(page.get_by_role("button", name="Sync now")).to_be_visible(timeout=60_000)


def prepare(page: Page, demo: Demo, psa: JourneyPsa) -> None:
    """Go through the wizard up to its last step."""
    start_setup(page, psa.label)
    for label, value in {**psa.entered(demo), psa.secret_label: psa.secret(demo)}.items():
        page.get_by_label(label, exact=True).fill(value)
    page.get_by_role("button", name="Test Connection").click()
    expect(page.get_by_text("Connected as")).to_be_visible(timeout=60_000)
    page.get_by_role("button", name="Next").click()
    page.get_by_label("Active clients only").uncheck()
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Skip").click()


def search_list(page: Page, record_type: str, text: str) -> None:
    """Search the list of records that is open."""
    box = page.get_by_role("search", name=record_type).get_by_label("Search", exact=True)
    box.fill(text)
    box.press("Enter")


def tab_to(page: Page, place: Locator) -> None:
    """Press Tab until `place` has the focus, and can be seen to have it."""
    expect(place).to_be_visible()
    for _ in range(MOST_TABS):
        if place.evaluate(IS_FOCUSED):
            assert place.evaluate(SHOWS_FOCUS), f"nobody sees that {place} has the focus"
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not reach {place}")


def type_into(page: Page, label: str, text: str) -> None:
    tab_to(page, page.get_by_label(label, exact=True))
    page.keyboard.press("Control+a")
    page.keyboard.type(text)


def press(page: Page, button: str, key: str = "Enter") -> None:
    """Go to a button or link by its name, and press it."""
    link = page.get_by_role("link", name=button, exact=True)
    tab_to(page, page.get_by_role("button", name=button, exact=True).or_(link))
    page.keyboard.press(key)
