"""The desk's pages for everybody: by day and by night, on a phone, by keyboard, with its script and without."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from portal.sandbox.connectwise import ConnectWiseSandbox
from portal.sandbox.halo import HaloSandbox, running
from tests.journeys.person import press, type_into

pytestmark = pytest.mark.browser

PAGES = {
    "Halo": (
        *("", "/records/contacts", "/records/clients/1", "/records/assets/new", "/behavior", "/faults", "/webhooks"),
        *("/requests", "/nothing"),
    ),
    "ConnectWise": ("", "/records/clients", "/records/contacts/502", "/behavior", "/faults", "/webhooks"),
}
EACH = [(psa, where) for psa, pages in PAGES.items() for where in pages]
PHONE = 390


@pytest.fixture(scope="module")
def halo() -> Iterator[HaloSandbox]:
    """Serve a Halo with something on each of the desk's pages."""
    with running(HaloSandbox()) as sandbox:
        sandbox.add_webhook("http://127.0.0.1:1/webhooks/halo/0123456789abcdef0123456789abcdef")
        sandbox.change("clients", count=2)
        sandbox.fault("status", on="/api/client/12", every=5, times=None)
        sandbox.turn(caps={"assets": 50})
        httpx.get(f"{sandbox.url}/api/Client?pageinate=true&page_no=1&page_size=1000", trust_env=False)
        sandbox.flush_webhooks()
        yield sandbox


@pytest.fixture(scope="module")
def connectwise() -> Iterator[ConnectWiseSandbox]:
    """Serve a ConnectWise with something on each of the desk's pages."""
    with running(ConnectWiseSandbox()) as sandbox:
        sandbox.add_callbacks("http://127.0.0.1:1/webhooks/connectwise/0123456789abcdef0123456789abcdef?recordId=")
        first, *others = sandbox.truth("clients", ids=True)["active_ids"]
        sandbox.merge(first, others[:1])
        sandbox.fault("status", on="contacts", page=9)
        sandbox.turn(caps={"assets": 50})
        sandbox.flush_webhooks()
        yield sandbox


@pytest.fixture(scope="module")
def desks(halo: HaloSandbox, connectwise: ConnectWiseSandbox) -> dict[str, str]:
    return {"Halo": f"{halo.url}/_sandbox/desk", "ConnectWise": f"{connectwise.url}/_sandbox/desk"}


@pytest.mark.parametrize(("psa", "where"), EACH)
def test_axe_finds_nothing_by_day_or_night(desks: dict[str, str], page: Page, psa: str, where: str) -> None:
    page.goto(f"{desks[psa]}{where}")
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found = Axe().run(page, options={"resultTypes": ["violations"]})
        assert found.violations_count == 0, f"{scheme}: {found.generate_report()}"


@pytest.mark.parametrize(("psa", "where"), EACH)
def test_nothing_sticks_out_on_a_phone(desks: dict[str, str], page: Page, psa: str, where: str) -> None:
    page.set_viewport_size({"width": PHONE, "height": 800})
    page.goto(f"{desks[psa]}{where}")
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE


def test_it_is_all_there_without_a_script(halo: HaloSandbox, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{halo.url}/_sandbox/desk/records/products")
    expect(page.get_by_label("Tick all on this page")).to_be_hidden()
    page.get_by_label("all 50 on this page").check()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("status")).to_have_text("Deleted 50 products.")
    page.get_by_role("link", name="Overview").click()
    expect(page.get_by_role("button", name="Copy Base URL")).to_be_hidden()
    page.get_by_role("button", name="Busy: 429s").click()
    expect(page.get_by_role("button", name="Busy: 429s")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Behaves").click()
    context.close()


def test_a_record_is_made_with_the_keyboard_alone(halo: HaloSandbox, page: Page) -> None:
    page.goto(f"{halo.url}/_sandbox/desk/records/sites")
    press(page, "New site")
    type_into(page, "Name", "Keyed in")
    press(page, "Create")
    expect(page.get_by_role("heading", name="Keyed in")).to_be_visible()


def test_with_a_script_a_page_is_ticked_at_once_and_the_ticks_are_counted(halo: HaloSandbox, page: Page) -> None:
    page.goto(f"{halo.url}/_sandbox/desk/records/contacts")
    expect(page.get_by_text("the ticked ones (0)")).to_be_visible()
    page.get_by_label("Tick all on this page").check()
    expect(page.get_by_text("the ticked ones (50)")).to_be_visible()
    page.get_by_role("button", name="Deactivate").click()
    expect(page.get_by_role("status")).to_contain_text("Deactivated")


def test_requests_appear_by_themselves(halo: HaloSandbox, page: Page, complaints: list[str]) -> None:
    page.goto(f"{halo.url}/_sandbox/desk/requests")
    httpx.get(f"{halo.url}/api/InstanceInfo?just=now", trust_env=False)
    expect(page.get_by_text("?just=now")).to_be_visible()
    assert complaints == []
