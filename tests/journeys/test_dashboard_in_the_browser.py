"""What only a browser shows of the dashboard: keys, what stays while parts refresh, and what counts on by itself."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.axe import check
from tests.journeys.person import IS_FOCUSED, log_in_as_admin
from tests.journeys.portal_process import Demo

pytestmark = pytest.mark.browser

HALO = "/integrations/halo"
MINUTE = 60_000.0
REFRESH = "window.dispatchEvent(new Event('focus'))"


@pytest.fixture
def inside(busy_demo: Demo, page: Page) -> Page:
    log_in_as_admin(page, busy_demo)
    return page


def test_a_slash_leads_to_the_search_but_not_while_typing(inside: Page, busy_demo: Demo) -> None:
    inside.goto(f"{busy_demo.address}{HALO}/logs/lines")
    box = inside.get_by_role("searchbox", name="Search all records")
    inside.keyboard.press("/")
    assert box.evaluate(IS_FOCUSED)
    words = inside.get_by_role("search", name="Search the log").get_by_label("Search", exact=True)
    words.press_sequentially("a/b")
    expect(words).to_have_value("a/b")
    assert words.evaluate(IS_FOCUSED)


def test_a_sync_that_was_opened_in_the_log_stays_open_when_a_new_one_appears(inside: Page, busy_demo: Demo) -> None:
    inside.goto(f"{busy_demo.address}{HALO}/logs")
    inside.locator("summary", has_text="Run 1").click()
    clients = inside.locator("#run-1-clients > summary")
    clients.click()
    expect(inside.locator("#run-1-clients-inside")).to_contain_text("Page 1")

    other = inside.context.new_page()
    other.goto(f"{busy_demo.address}{HALO}/sync")
    other.get_by_role("button", name="Sync now").click()
    expect(other.get_by_role("button", name="Cancel")).to_be_visible()
    newest = inside.locator(".log-run-row").first
    number = newest.get_attribute("id")
    inside.evaluate(REFRESH)
    expect(newest).not_to_have_id(str(number))
    expect(inside.locator("#run-1-clients-inside")).to_contain_text("Page 1")
    expect(other.get_by_role("button", name="Sync now")).to_be_visible(timeout=MINUTE)
    other.close()


def test_the_log_is_followed_until_it_is_paused(inside: Page, busy_demo: Demo) -> None:
    inside.goto(f"{busy_demo.address}{HALO}/logs/lines")
    expect(inside.get_by_text("New lines appear on top.")).to_be_visible()
    inside.get_by_role("link", name="Pause", exact=True).click()
    expect(inside.get_by_text("Paused. New lines don't appear.")).to_be_visible()
    expect(inside).to_have_url(re.compile("pause=1"))
    expect(inside.locator("#tab [data-refresh]")).to_have_count(0)
    inside.get_by_role("link", name="Resume", exact=True).click()
    expect(inside.get_by_text("New lines appear on top.")).to_be_visible()


def test_filters_show_what_they_do_before_they_are_saved(inside: Page, busy_demo: Demo) -> None:
    inside.goto(f"{busy_demo.address}{HALO}/filters")
    preview = inside.locator("#preview")
    expect(preview).to_contain_text("Change something above")
    inside.get_by_text("Which clients").click()
    inside.get_by_label("Active clients only").check()
    expect(preview).to_contain_text(re.compile(r"\d+ records? leaves? and \d+"), timeout=MINUTE)
    expect(preview).to_contain_text("To apply it, Scopable syncs")
    inside.get_by_label("Active clients only").uncheck()
    expect(preview).to_contain_text("nothing changes")


def test_an_issue_is_dismissed_with_a_reason_and_brought_back(inside: Page, busy_demo: Demo) -> None:
    inside.goto(f"{busy_demo.address}/issues")
    issue = inside.get_by_role("article", name=re.compile("opportunities"))
    issue.locator("summary", has_text="Dismiss").click()
    issue.get_by_label("Reason, for your colleagues").fill("We don't sell anything.")
    issue.get_by_role("button", name="Dismiss it").click()
    expect(issue).to_have_count(0)
    inside.get_by_role("link", name="Dismissed").click()
    expect(issue).to_contain_text("We don't sell anything.")
    issue.get_by_role("button", name="Bring it back").click()
    inside.goto(f"{busy_demo.address}/issues")
    expect(issue).to_be_visible()


def test_records_are_deleted_only_when_the_name_of_the_psa_is_typed(inside: Page, busy_demo: Demo) -> None:
    inside.goto(f"{busy_demo.address}{HALO}/configuration/disconnect")
    typed = inside.locator("input[name=typed]")
    expect(typed).to_be_hidden()
    inside.get_by_label("Delete the records").check()
    typed.fill("Hallo")
    inside.get_by_role("button", name="Disconnect", exact=True).click()
    expect(inside.locator("#typed-error")).to_be_visible()
    inside.get_by_role("link", name="Data Sync").click()
    expect(inside.get_by_role("button", name="Sync now")).to_be_visible()


def test_whoever_saves_the_filters_second_sees_the_first_change_and_loads_it(inside: Page, busy_demo: Demo) -> None:
    inside.goto(f"{busy_demo.address}{HALO}/filters")
    other = inside.context.new_page()
    other.goto(inside.url)
    other.get_by_text("Which contacts").click()
    other.get_by_label("Exclude General Users").check()
    other.get_by_role("button", name="Save", exact=True).click()
    expect(other.get_by_text("Saved.")).to_be_visible()
    other.close()
    inside.get_by_text("Which clients").click()
    inside.get_by_label("Active clients only").check()
    inside.get_by_role("button", name="Save", exact=True).click()
    notice = inside.get_by_role("alert").filter(has_text="Not saved")
    expect(notice).to_contain_text("changed the filters")
    expect(notice).to_contain_text("Contacts without General Users")
    expect(inside.get_by_label("Active clients only")).to_be_checked()
    expect(inside.locator("#preview")).to_contain_text("To apply it, Scopable syncs", timeout=MINUTE)
    check(inside, "Sync Filters, changed by somebody else")
    inside.get_by_role("link", name="Load the saved filters").click()
    expect(notice).to_have_count(0)
    expect(inside.get_by_label("Exclude General Users")).to_be_checked()
    expect(inside.get_by_label("Active clients only")).not_to_be_checked()
