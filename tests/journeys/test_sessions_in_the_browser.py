"""A session that ends while its page is open: the window goes to the log-in and comes back, and nothing is lost."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.person import log_in_as_admin
from tests.journeys.portal_process import Demo

pytestmark = pytest.mark.browser


@pytest.fixture
def inside(connected_demo: Demo, page: Page) -> Page:
    page.clock.install()
    log_in_as_admin(page, connected_demo)
    return page


def end_session(page: Page) -> None:
    page.context.clear_cookies()


def log_in_here(page: Page, demo: Demo) -> None:
    page.get_by_label("Email").fill(demo.admin_email)
    page.get_by_label("Password", exact=True).fill(demo.admin_password)
    page.get_by_role("button", name="Log in").click()


def come_back(page: Page) -> None:
    """Do what a browser does when its window comes to the front after a while, on a page whose clock is installed."""
    page.clock.run_for(1_100)
    page.evaluate("window.dispatchEvent(new Event('focus'))")


def test_a_tab_clicked_after_the_session_ended_leads_to_the_log_in_and_back(
    inside: Page, connected_demo: Demo
) -> None:
    logs = f"{connected_demo.address}/integrations/halo/logs/lines?level=info"
    inside.goto(logs)
    end_session(inside)
    inside.get_by_role("link", name="Sync Filters").click()
    expect(inside.get_by_role("heading", name="Log in")).to_be_visible()
    expect(inside).to_have_url(re.compile(r"/login\?next=/integrations/halo/logs/lines"))
    log_in_here(inside, connected_demo)
    expect(inside).to_have_url(logs)
    expect(inside.get_by_label("Level")).to_have_value("info")


def test_a_page_that_refreshes_itself_leads_to_the_log_in_and_back(inside: Page, connected_demo: Demo) -> None:
    for address in ("/integrations", "/integrations/halo/sync", "/integrations/halo/records/assets"):
        inside.goto(connected_demo.address + address)
        end_session(inside)
        come_back(inside)
        expect(inside.get_by_role("heading", name="Log in")).to_be_visible()
        log_in_here(inside, connected_demo)
        expect(inside).to_have_url(connected_demo.address + address)


def test_a_button_pressed_after_the_session_ended_says_that_nothing_happened(
    inside: Page, connected_demo: Demo
) -> None:
    inside.goto(f"{connected_demo.address}/integrations/halo/sync")
    end_session(inside)
    inside.get_by_role("button", name="Pause").click()
    expect(inside.get_by_text("Your session had expired, so nothing was saved.")).to_be_visible()
    log_in_here(inside, connected_demo)
    expect(inside.get_by_role("button", name="Pause")).to_be_visible()


def test_what_was_typed_survives_the_end_of_the_session(inside: Page, connected_demo: Demo) -> None:
    inside.goto(f"{connected_demo.address}/integrations/halo/configuration/limit")
    share = inside.locator("#share")
    share.fill("61")
    end_session(inside)
    come_back(inside)  # refreshing is no reason to take a form away
    expect(inside.get_by_role("alert")).to_contain_text("Your session has expired.")
    expect(share).to_have_value("61")

    with inside.expect_response(re.compile("/limit$")):
        inside.get_by_role("button", name="Save limit").click()
    expect(inside.get_by_role("alert")).to_contain_text("Nothing was saved, but what you typed is still here.")
    with inside.context.expect_page() as opened:
        inside.get_by_role("link", name="Log in in a new tab").click()
    log_in_here(opened.value, connected_demo)
    expect(opened.value.get_by_role("heading", name="Requests to Halo")).to_be_visible()

    # The page still has the token of the session before.
    inside.get_by_role("button", name="Save limit").click()
    expect(inside.get_by_role("alert")).to_contain_text("This page had expired.")
    inside.get_by_role("button", name="Try again").click()
    expect(inside.get_by_text("Saved.")).to_be_visible()
    expect(inside.locator("#share")).to_have_value("61")
    expect(inside.get_by_role("alert")).to_have_count(0)


def test_going_back_in_history_after_the_session_ended_leads_to_the_log_in(
    inside: Page, connected_demo: Demo
) -> None:
    inside.goto(f"{connected_demo.address}/integrations/halo/sync")
    inside.get_by_role("link", name="Sync Logs").click()
    expect(inside.get_by_label("Result")).to_be_visible()
    end_session(inside)
    inside.go_back()
    expect(inside.get_by_role("heading", name="Log in")).to_be_visible()
    log_in_here(inside, connected_demo)
    expect(inside).to_have_url(re.compile("/integrations/halo/sync$"))


def test_a_refresh_is_no_sign_that_somebody_is_there(inside: Page, connected_demo: Demo) -> None:
    inside.goto(f"{connected_demo.address}/integrations")
    with inside.expect_request(re.compile("stamp=")) as refresh:
        come_back(inside)
    assert refresh.value.headers["x-auto-refresh"] == "true"
    with inside.expect_request(re.compile("/activity$")) as click:
        inside.get_by_role("link", name="Activity").click()
    assert "x-auto-refresh" not in click.value.headers


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without"])
def test_a_device_is_logged_out_from_another_one(
    inside: Page, connected_demo: Demo, browser: Browser, *, scripts: bool
) -> None:
    context = browser.new_context(java_script_enabled=scripts)
    here = context.new_page()
    log_in_as_admin(here, connected_demo)
    here.goto(f"{connected_demo.address}/sessions")
    expect(here.get_by_text("This device")).to_have_count(1)
    here.get_by_role("button", name=re.compile("^Log out Chrome")).first.click()
    expect(here.get_by_text("Logged out on that device.")).to_be_visible()
    inside.goto(f"{connected_demo.address}/activity")
    expect(inside.get_by_role("heading", name="Log in")).to_be_visible()
    context.close()
