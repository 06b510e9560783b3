"""axe-core looks at every page that people work in and at every state of it: forms with errors, dialogs, menus."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from portal.sandbox import SandboxControl
from tests.journeys.axe import check
from tests.journeys.person import log_in_as_admin, start_setup
from tests.journeys.portal_process import Demo

pytestmark = pytest.mark.browser

COLOURS = ("green", "red", "orange", "yellow", "azure", "secondary", "primary")
KINDS = ("success", "info", "warning", "danger")
SHOW = "html => { document.querySelector('#main .container-xl').innerHTML = html; }"


def test_the_log_in_and_its_refusal(shared_demo: Demo, page: Page) -> None:
    page.goto(shared_demo.address)
    check(page, "log-in")
    page.get_by_label("Email").fill("nobody@northwind.example")
    page.get_by_label("Password", exact=True).fill("a wrong password")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert").or_(page.locator(".invalid-feedback")).first).to_be_visible()
    check(page, "log-in, refused")


def test_every_step_of_the_wizard(a_demo: Demo, page: Page) -> None:
    halo = SandboxControl(a_demo.base_url)
    halo.change_tenant(refused=["assets"], unseen=["contracts"])
    log_in_as_admin(page, a_demo)
    check(page, "Integrations")
    page.get_by_role("link", name="ConnectWise vs HaloPSA", exact=True).click()
    check(page, "comparison")
    page.go_back()
    start_setup(page, "Halo PSA")
    page.get_by_role("button", name="Test Connection").click()
    expect(page.locator("#base_url-error")).to_be_visible()
    check(page, "step 1, left blank")
    page.get_by_label("Base URL").fill(f"{a_demo.base_url}/tickets")
    expect(page.get_by_role("button", name="Use this")).to_be_visible()
    page.get_by_label("Client ID").fill(a_demo.client_id)
    page.get_by_label("Client Secret").fill("wrong")
    check(page, "step 1")
    page.get_by_role("button", name="Test Connection").click()
    expect(page.get_by_role("alert").first).to_be_visible()
    check(page, "step 1, failed")
    page.get_by_label("Client Secret").fill(a_demo.client_secret)
    page.get_by_role("button", name="Test Connection").click()
    expect(page.get_by_role("list", name="What Scopable can read")).to_be_visible()
    check(page, "step 1, passed")

    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("heading", name="Select data to sync")).to_be_visible()
    check(page, "step 2")
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_text("Waiting for the first delivery…")).to_be_visible()
    check(page, "step 3")
    page.get_by_role("button", name="Skip").click()
    expect(page.get_by_role("heading", name="Review & start")).to_be_visible()
    check(page, "step 4")
    page.get_by_role("button", name="Save & Start Initial Sync").click()
    expect(page.get_by_role("button", name="Sync now")).to_be_visible(timeout=60_000)


def test_every_tab(connected_demo: Demo, page: Page) -> None:
    log_in_as_admin(page, connected_demo)
    page.goto(f"{connected_demo.address}/integrations/halo/sync")
    for tab in ("Data Sync", "Sync Filters", "Sync Logs", "Configuration"):
        page.get_by_role("link", name=tab).click()
        expect(page.locator(".nav-link[aria-current=page]", has_text=tab)).to_be_visible()
        check(page, tab)
    page.get_by_role("link", name="Sync Logs").click()
    page.get_by_role("link", name="Webhook deliveries").click()
    expect(page.get_by_text("No deliveries")).to_be_visible()
    check(page, "Webhook deliveries")
    page.get_by_role("link", name="Activity", exact=True).click()
    expect(page.get_by_role("heading", name="Activity")).to_be_visible()
    check(page, "Activity")


def test_what_opens_on_the_tabs(connected_demo: Demo, page: Page) -> None:
    log_in_as_admin(page, connected_demo)
    page.goto(f"{connected_demo.address}/integrations/halo/filters")
    choose_among_filters(page)
    check(page, "Sync Filters, all open")
    for section in ("credentials", "webhook", "schedule", "limit", "retention"):
        page.goto(f"{connected_demo.address}/integrations/halo/configuration/{section}")
        check(page, f"Configuration, {section}")
    page.goto(f"{connected_demo.address}/integrations/halo/configuration/disconnect")
    page.get_by_label("Delete the records").check()
    check(page, "the question before disconnecting")
    page.goto(f"{connected_demo.address}/integrations/halo/sync")
    page.get_by_label("More ways to sync").click()
    check(page, "Data Sync, more ways to sync")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("Paused by")).to_be_visible()
    check(page, "Data Sync, paused")
    page.locator(".user-menu > summary").click()
    check(page, "Data Sync, the menu of the person open")
    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_role("button", name="Menu").click()
    check(page, "Data Sync, the navigation open")


def test_forms_with_errors(connected_demo: Demo, page: Page) -> None:
    log_in_as_admin(page, connected_demo)
    page.goto(f"{connected_demo.address}/integrations/halo/configuration/schedule")
    page.get_by_text("At chosen hours").click()
    page.get_by_role("button", name="Save schedule").click()
    expect(page.get_by_text("Choose at least one hour.")).to_be_visible()
    check(page, "Configuration, a schedule refused")
    page.get_by_role("link", name="Request limit").click()
    page.locator("#share").fill("0")
    page.get_by_role("button", name="Save limit").click()
    expect(page.locator("#share-error")).to_be_visible()
    check(page, "Configuration, a limit refused")
    page.get_by_role("link", name="Credentials").click()
    page.get_by_role("button", name="Test and replace").click()
    expect(page.locator("#client_secret-error")).to_be_visible()
    check(page, "Configuration, a secret refused")
    page.get_by_role("link", name="Webhook", exact=True).click()
    page.get_by_text("Authentication: ").click()
    check(page, "Configuration, authentication open")
    page.goto(f"{connected_demo.address}/change")
    page.get_by_role("button", name="Change password").click()
    expect(page.locator(".invalid-feedback").first).to_be_visible()
    check(page, "Change password, refused")
    page.goto(f"{connected_demo.address}/sessions")
    check(page, "Where you're logged in")


def test_what_goes_wrong(connected_demo: Demo, page: Page) -> None:
    log_in_as_admin(page, connected_demo)
    page.goto(f"{connected_demo.address}/nothing/here")
    check(page, "an error page")
    page.goto(f"{connected_demo.address}/integrations/halo/sync")
    page.route(re.compile("/halo/logs"), lambda route: route.fulfill(status=502, body="<h1>Bad Gateway</h1>"))
    page.get_by_role("link", name="Sync Logs").click()
    expect(page.get_by_role("alert")).to_contain_text("The portal is not responding.")
    page.locator("#progress").evaluate("line => { line.hidden = false; }")
    check(page, "Data Sync, with a notice and the line of progress")
    page.goto(f"{connected_demo.address}/integrations")
    page.evaluate(SHOW, every_state())
    check(page, "the colours of states")


def every_state() -> str:
    """Write what the templates make of states, in every colour that there is, on a card and beside it."""
    badges = "".join(
        f'<span class="badge bg-{one}-lt">{one}</span> <span class="status status-{one}">{one}</span> '
        for one in COLOURS
    )
    words = '<div class="alert-heading">What</div><div class="alert-description">What to do</div>'
    alerts = "".join(f'<div class="alert alert-{kind}"><div>{words}</div></div>' for kind in KINDS)
    lines = "".join(
        f'<p class="{name}">Seven</p>' for name in ("text-danger", "verdict verdict-bad", "verdict verdict-ok")
    )
    card = f'<div class="card"><div class="card-body">{badges}{lines}{alerts}</div></div>'
    return f"<h1>States</h1>{card}{alerts}"


def choose_among_filters(page: Page) -> None:
    """Open every part, find clients, choose one and leave one out: each keeps the focus as it becomes a chip."""
    for part in page.locator("details.filters:not([open]) > summary").all()[::-1]:
        part.click()
    page.get_by_label("Find clients by name or number").press_sequentially("o")
    for words in ("Only this", "Exclude"):
        box = page.locator(".found-client").get_by_label(words, exact=True).first
        number = box.get_attribute("id")
        box.check()
        expect(page.locator(f".chip #{number}")).to_be_focused()
