"""Two-factor authentication from switching it on to switching it off, in a browser and without JavaScript."""

from __future__ import annotations

from pathlib import Path

import pytest
from passlib.totp import TOTP
from playwright.sync_api import Browser, Page, expect

from tests.journeys.axe import check
from tests.journeys.person import log_in_as_admin
from tests.journeys.portal_process import Demo

pytestmark = pytest.mark.browser


def test_switching_it_on_keeping_the_codes_and_logging_in_with_one(
    a_demo: Demo, page: Page, browser: Browser, tmp_path: Path
) -> None:
    codes = switch_on(page, a_demo)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert all(code in Path(download.value.path()).read_text() for code in codes)
    page.get_by_role("button", name="Copy").click()
    expect(page.locator("#copied")).not_to_be_empty()
    page.get_by_role("link", name="I've saved my codes").click()
    expect(page.get_by_text("You have 10 of 10 recovery codes left.")).to_be_visible()
    check(page, "two-factor authentication, on")
    page.get_by_role("link", name="Make new recovery codes").click()
    check(page, "making new recovery codes")

    plain = browser.new_context(java_script_enabled=False).new_page()
    log_in_with(plain, a_demo, codes[0])
    expect(plain.get_by_text("You used a recovery code. You have 9 left.")).to_be_visible()
    switch_off(plain, a_demo)
    plain.context.close()


def switch_on(page: Page, demo: Demo) -> list[str]:
    """Set up an app, with one wrong code in between; returns the recovery codes."""
    log_in_as_admin(page, demo)
    page.goto(f"{demo.address}/two-factor")
    check(page, "two-factor authentication, off")
    page.get_by_role("button", name="Set up an authenticator app").click()
    expect(page.get_by_label("Code")).to_be_focused()
    check(page, "setting up an app")
    key = page.locator(".typed-key").inner_text()
    page.get_by_label("Code").fill("12345")
    page.keyboard.press("Enter")
    expect(page.locator("#code-error")).to_be_visible()
    check(page, "setting up an app, wrong code")
    assert page.locator(".typed-key").inner_text() == key
    page.get_by_label("Code").fill(str(TOTP(key.replace("-", "")).generate().token))
    page.get_by_role("button", name="Turn on").click()
    expect(page.get_by_role("heading", name="Save your recovery codes")).to_be_visible()
    check(page, "recovery codes")
    return page.locator(".recovery-codes code").all_inner_texts()


def log_in_with(page: Page, demo: Demo, code: str) -> None:
    page.goto(demo.address)
    page.get_by_label("Email").fill(demo.admin_email)
    page.get_by_label("Password", exact=True).fill(demo.admin_password)
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("link", name="Use a recovery code").click()
    page.get_by_label("Recovery code").fill(code.upper().replace("-", " "))
    page.get_by_role("button", name="Log in").click()


def switch_off(page: Page, demo: Demo) -> None:
    page.goto(f"{demo.address}/two-factor")
    page.get_by_role("link", name="Turn off two-factor authentication").click()
    page.get_by_label("Current password").fill("a wrong password")
    page.get_by_role("button", name="Turn off").click()
    expect(page.get_by_text("Incorrect password.")).to_be_visible()
    page.get_by_label("Current password").fill(demo.admin_password)
    page.get_by_role("button", name="Turn off").click()
    expect(page.get_by_text("Two-factor authentication is off.")).to_be_visible()
