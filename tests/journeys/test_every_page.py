"""Every page of a connected portal has a link that leads to it, answers, and has no finding of axe-core."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from html import unescape
from typing import Final
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from werkzeug.exceptions import HTTPException

from tests.journeys import busy
from tests.journeys.axe import glance
from tests.journeys.person import log_in, log_in_as_admin
from tests.journeys.portal_process import Demo

pytestmark = pytest.mark.browser

LINK: Final = re.compile(r'<a\b[^>]*?\bhref="(/[^"]*)"')
# The box on every page is a form, not a link.
STARTS: Final = ("/integrations", "/search?q=odile+quill", "/integrations/halo/why?q=4711")
# What answers GET, and is no page of its own.
PARTS: Final = {
    *("home.index", "home.healthz", "static", "security.static", "data_sync.dashboard_root", "why.index"),
    *("data_sync.history", "data_sync.progress", "records.progress", "deliveries.progress", "deliveries.watch"),
    *("issues.count", "all_records.client_options", "records.status_options", "sync_filters.clients"),
    *("configuration.webhook.delivery", "setup.data.forecast", "setup.webhooks.delivery"),
}
# What the journeys of logging in, setting up, switching the PSA and support access look at.
ELSEWHERE: Final = {"security", "two_factor", "setup", "pairing", "kept_records", "support_access"}
# What people change about themselves, whatever their role.
OWN: Final = {"security", "two_factor", "sessions"}
CHANGES: Final = "#main form[method=post] button:enabled, #main [hx-post]:enabled, #main [hx-delete]:enabled"
# Asked before the deliveries of a filtered list are replayed all at once, where some have failed.
UNREACHED: Final = {"deliveries.confirm"}


@pytest.fixture(scope="module")
def whole_demo(busy_demo: Demo, browser: Browser) -> Demo:
    """Add what else has pages of its own: a delivery by webhook, and a destination for alerts."""
    page = browser.new_page()
    log_in_as_admin(page, busy_demo)
    busy.send_webhook(busy_demo, page)
    busy.add_destination(busy_demo, page)
    page.close()
    return busy_demo


def test_every_page(whole_demo: Demo, app: Flask, page: Page, complaints: list[str]) -> None:
    log_in_as_admin(page, whole_demo)
    found = dict(linked(whole_demo, app, page))
    every = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    pages = {each for each in every if each.partition(".")[0] not in ELSEWHERE} - PARTS - UNREACHED
    assert pages - found.keys() == set(), "no link leads to these"
    findings = {}
    for address in (address for endpoint, (address, is_page) in found.items() if is_page and endpoint in pages):
        page.goto(whole_demo.address + address)
        findings[address] = glance(page)
    assert {address: each for address, each in findings.items() if each} == {}
    assert complaints == []


def test_support_may_follow_every_link_that_it_is_shown(whole_demo: Demo, app: Flask, page: Page) -> None:
    log_in(page, whole_demo.address, whole_demo.support_email, whole_demo.support_password)
    found = dict(linked(whole_demo, app, page))
    assert {"data_sync.index", "issues.show", "records.show", "sync_logs.page", "deliveries.show"} <= found.keys()
    assert found.keys().isdisjoint({"configuration.credentials.index", "alerts.adding.form", "filter_history.undo"})


def test_support_reads_every_tab_and_changes_nothing(whole_demo: Demo, app: Flask, page: Page) -> None:
    log_in(page, whole_demo.address, whole_demo.support_email, whole_demo.support_password)
    offered = {}
    for endpoint, (address, is_page) in linked(whole_demo, app, page):
        if is_page and endpoint.partition(".")[0] not in OWN:
            page.goto(whole_demo.address + address)
            offered[address] = page.locator(CHANGES).all_inner_texts()
    assert {address: buttons for address, buttons in offered.items() if buttons} == {}


def linked(demo: Demo, app: Flask, page: Page) -> Iterator[tuple[str, tuple[str, bool]]]:
    """Follow links from the first pages, one to each endpoint; yield where each led, and whether that is HTML."""
    urls, seen, waiting = app.url_map.bind("127.0.0.1"), set[str](), deque(STARTS)
    while waiting:
        address = waiting.popleft()
        try:
            endpoint, _ = urls.match(urlsplit(address).path)
        except HTTPException:
            continue
        if endpoint in seen:
            continue
        seen.add(endpoint)
        answer = page.request.get(demo.address + address)
        assert answer.ok, f"{address} answers {answer.status}"
        is_page = "html" in answer.headers["content-type"]
        yield endpoint, (address, is_page)
        if is_page:
            waiting.extend(unescape(each) for each in LINK.findall(answer.text()))
