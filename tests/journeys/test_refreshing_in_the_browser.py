"""Pages that keep themselves up to date: often while something runs, slowly otherwise, and never unseen."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.person import log_in_as_admin
from tests.journeys.portal_process import Demo

pytestmark = pytest.mark.browser

PAGES = [
    "/integrations",
    "/activity",
    "/integrations/halo/sync",
    "/integrations/halo/logs",
    "/integrations/halo/deliveries",
    "/integrations/halo/records/assets",
    "/integrations/halo/configuration/webhook",
]
HIDE = """hidden => {
  Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


@pytest.fixture
def timed(connected_demo: Demo, page: Page) -> Page:
    """Log in with a clock that the test winds."""
    page.clock.install()
    log_in_as_admin(page, connected_demo)
    return page


@pytest.fixture
def asked(page: Page) -> list[str]:
    """Collect what the page's scripts ask for."""
    heard: list[str] = []
    page.on("request", lambda request: heard.append(request.url) if request.resource_type == "fetch" else None)
    return heard


def parts(page: Page) -> int:
    """Count the parts that refresh themselves: the page's own, and the number of issues in the navigation."""
    found = page.locator("[data-refresh]").count()
    assert found >= 2
    return found


@pytest.mark.parametrize("address", PAGES)
def test_an_idle_page_refreshes_slowly_and_not_while_nobody_sees_it(
    timed: Page, connected_demo: Demo, asked: list[str], address: str
) -> None:
    timed.goto(connected_demo.address + address)
    all_parts = parts(timed)
    is_live = timed.locator("[data-refresh][hx-trigger]").count()
    asked.clear()
    if not is_live:
        timed.clock.run_for(28_000)
        assert asked == []
        with timed.expect_response(lambda _: len(asked) == all_parts) as answer:
            timed.clock.run_for(5_000)
        assert answer.value.status in (200, 204)

    timed.evaluate(HIDE, True)
    asked.clear()
    timed.clock.run_for(600_000)
    assert asked == []
    with timed.expect_request(lambda _: len(asked) == all_parts):
        timed.evaluate(HIDE, False)


def test_what_happened_meanwhile_is_there_on_coming_back(connected_demo: Demo, page: Page) -> None:
    log_in_as_admin(page, connected_demo)
    page.goto(f"{connected_demo.address}/integrations/halo/sync")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    other = page.context.new_page()
    other.goto(page.url)
    other.get_by_role("button", name="Pause").click()
    expect(other.get_by_role("button", name="Resume")).to_be_visible()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(page.get_by_role("button", name="Resume")).to_be_visible()
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()


def test_a_running_sync_is_followed_closely_but_not_while_nobody_sees_it(
    timed: Page, connected_demo: Demo, asked: list[str]
) -> None:
    timed.goto(f"{connected_demo.address}/integrations/halo/sync")
    timed.get_by_label("More ways to sync").click()
    timed.get_by_role("button", name=re.compile("^Full sync")).click()
    expect(timed.get_by_role("button", name="Cancel")).to_be_visible()
    timed.evaluate(HIDE, True)
    asked.clear()
    timed.clock.run_for(60_000)
    assert asked == []
    timed.evaluate(HIDE, False)
    expect(timed.get_by_role("button", name="Sync now")).to_be_visible(timeout=60_000)
    assert asked


def test_what_somebody_has_opened_stays_open(connected_demo: Demo, page: Page) -> None:
    log_in_as_admin(page, connected_demo)
    page.goto(f"{connected_demo.address}/integrations/halo/sync")
    page.get_by_label("More ways to sync").click()
    # As if something else had changed since the page was drawn.
    page.evaluate("""() => {
        const part = document.getElementById("sync");
        part.dataset.refresh = part.dataset.refresh.replace(/stamp=\\w+/, "stamp=old");
    }""")
    with page.expect_response(re.compile("stamp=old")) as answer:
        page.evaluate("document.getElementById('sync').dispatchEvent(new Event('refresh', { bubbles: true }))")
    assert answer.value.status == 200
    expect(page.locator("#sync")).not_to_have_attribute("data-refresh", re.compile("stamp=old"))
    expect(page.get_by_role("button", name=re.compile("^Full sync"))).to_be_visible()
