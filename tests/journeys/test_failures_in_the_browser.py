"""Requests that fail or take long: the page keeps its content and says so, and its parts recover by themselves."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.journeys.person import IS_FOCUSED, log_in_as_admin
from tests.journeys.portal_process import Demo
from tests.journeys.test_sessions_in_the_browser import come_back

pytestmark = pytest.mark.browser

BAD_GATEWAY = "<html><head><title>502</title></head><body><h1>502 Bad Gateway</h1><hr>nginx</body></html>"
LOGS = re.compile("/integrations/halo/logs")
PROGRESS = re.compile("/integrations/halo/sync/progress")


@pytest.fixture
def sync_tab(connected_demo: Demo, page: Page) -> Page:
    page.clock.install()
    log_in_as_admin(page, connected_demo)
    page.goto(f"{connected_demo.address}/integrations/halo/sync")
    return page


def proxy_page(route: Route) -> None:
    route.fulfill(status=502, content_type="text/html", body=BAD_GATEWAY)


def broken_page(route: Route) -> None:
    headers = {"X-Request-Id": "0badf00d"}
    route.fulfill(status=500, content_type="text/html", body="<h1>Something went wrong</h1>", headers=headers)


def maintenance_page(route: Route) -> None:
    route.fulfill(status=200, content_type="text/html", body="<h1>We will be back soon</h1>")


def unanswered(route: Route) -> None:
    """Leave the browser waiting."""


def no_network(route: Route) -> None:
    route.abort("connectionrefused")


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (proxy_page, "status 502"),
        (broken_page, "Error ID 0badf00d"),
        (maintenance_page, "status 200"),
        (no_network, "The portal cannot be reached."),
    ],
)
def test_a_tab_that_fails_keeps_the_content_and_can_be_tried_again(
    sync_tab: Page, failure: Callable[[Route], None], words: str
) -> None:
    address = sync_tab.url
    sync_tab.route(LOGS, failure)
    sync_tab.get_by_role("link", name="Sync Logs").click()
    expect(sync_tab.get_by_role("alert")).to_contain_text(words)
    expect(sync_tab.get_by_role("button", name="Sync now")).to_be_visible()
    expect(sync_tab.get_by_role("heading", name="Bad Gateway")).to_have_count(0)
    assert sync_tab.url == address

    sync_tab.unroute(LOGS)
    sync_tab.get_by_role("button", name="Try again").click()
    expect(sync_tab.get_by_label("Result")).to_be_visible()
    expect(sync_tab).to_have_url(re.compile("/logs$"))
    expect(sync_tab.get_by_role("alert")).to_have_count(0)


@pytest.mark.parametrize("failure", [proxy_page, broken_page, no_network])
def test_a_refresh_that_fails_is_said_once_and_ends_when_it_works_again(
    sync_tab: Page, failure: Callable[[Route], None]
) -> None:
    sync_tab.route(PROGRESS, failure)
    come_back(sync_tab)
    notice = sync_tab.get_by_role("alert")
    expect(notice).to_be_visible()
    expect(sync_tab.get_by_role("button", name="Sync now")).to_be_visible()
    first = notice.element_handle()
    come_back(sync_tab)
    assert first.evaluate("element => element.isConnected"), "it is announced anew"

    sync_tab.unroute(PROGRESS)
    come_back(sync_tab)
    expect(notice).to_have_count(0)


def test_a_failed_change_is_not_said_to_be_saved_and_is_sent_again(sync_tab: Page) -> None:
    sync_tab.route(re.compile("/sync/pause"), proxy_page)
    sync_tab.get_by_role("button", name="Pause").click()
    expect(sync_tab.get_by_role("alert")).to_contain_text("Your change may not have been saved.")
    sync_tab.unroute(re.compile("/sync/pause"))
    sync_tab.get_by_role("button", name="Try again").click()
    expect(sync_tab.get_by_role("button", name="Resume")).to_be_focused()
    sync_tab.get_by_role("button", name="Resume").click()
    expect(sync_tab.get_by_role("button", name="Pause")).to_be_visible()


def test_a_notice_can_be_closed(sync_tab: Page) -> None:
    sync_tab.route(LOGS, proxy_page)
    sync_tab.get_by_role("link", name="Sync Logs").click()
    sync_tab.get_by_role("alert").get_by_role("button", name="Close").click()
    expect(sync_tab.get_by_role("alert")).to_have_count(0)


def test_a_request_without_end_is_given_up(sync_tab: Page) -> None:
    sync_tab.route(LOGS, unanswered)
    with sync_tab.expect_request(LOGS):
        sync_tab.get_by_role("link", name="Sync Logs").click()
    sync_tab.clock.run_for(61_000)
    expect(sync_tab.get_by_role("alert")).to_contain_text("The portal took too long to answer.")
    expect(sync_tab.get_by_role("button", name="Sync now")).to_be_visible()


def test_a_slow_request_shows_that_it_is_under_way_and_takes_no_second_press(sync_tab: Page) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    sync_tab.route(re.compile("/sync/(pause|resume)"), hold)
    pause = sync_tab.get_by_role("button", name="Pause")
    bar = sync_tab.get_by_role("progressbar", name="Loading")
    expect(bar).to_be_hidden()
    pause.click()
    expect(bar).to_be_visible()
    expect(sync_tab.locator("#sync")).to_have_attribute("aria-busy", "true")
    expect(pause).to_be_disabled()
    assert pause.evaluate(IS_FOCUSED)
    pause.dispatch_event("click")
    assert len(held) == 1

    held[0].continue_()
    resume = sync_tab.get_by_role("button", name="Resume")
    expect(resume).to_be_focused()
    expect(resume).to_be_enabled()
    expect(bar).to_be_hidden()
    expect(sync_tab.locator("#sync")).not_to_have_attribute("aria-busy", "true")
    resume.click()
    expect(bar).to_be_visible()
    held[1].continue_()
    expect(pause).to_be_visible()


def test_a_quick_request_shows_nothing(sync_tab: Page) -> None:
    sync_tab.evaluate("""() => {
        window.shown = 0;
        const bar = document.getElementById("progress");
        new MutationObserver(() => { if (!bar.hidden) window.shown += 1; }).observe(bar, { attributes: true });
    }""")
    with sync_tab.expect_response(PROGRESS):
        come_back(sync_tab)
    assert sync_tab.evaluate("window.shown") == 0
