"""Three things are wrong, one after the other, and the wizard itself leads to green."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from portal.sandbox import SandboxControl
from tests.journeys.person import log_in_as_admin, start_setup
from tests.journeys.portal_process import Demo

pytestmark = pytest.mark.browser


def test_a_pasted_link_a_wrong_tenant_and_a_wrong_secret_are_led_to_green(
    a_demo: Demo, page: Page, complaints: list[str]
) -> None:
    SandboxControl(a_demo.base_url).turn(strict_tenant=True)
    log_in_as_admin(page, a_demo)
    start_setup(page, "Halo PSA")

    # A link of the agent portal, pasted as it is.
    page.get_by_label("Base URL").fill(f"{a_demo.base_url}/tickets?area=1&id=5")
    page.get_by_role("button", name="Use this").click()
    expect(page.get_by_label("Base URL")).to_have_value(a_demo.base_url)
    expect(page.get_by_role("button", name="Use this")).to_have_count(0)

    # The tenant of somebody else, typed over the one that Halo told; and a secret that is wrong.
    expect(page.get_by_label("Tenant Name")).to_have_value("acme")
    page.get_by_label("Tenant Name").fill("northwind")
    page.get_by_label("Client ID").fill(a_demo.client_id)
    page.get_by_label("Client Secret").fill(a_demo.client_secret)
    page.get_by_role("button", name="Test Connection").click()
    expect(page.get_by_role("alert")).to_contain_text("The test failed. See Tenant Name.")
    expect(page.get_by_label("Tenant Name")).to_be_focused()
    page.get_by_role("button", name="and test again").click()
    expect(page.get_by_text("Connected as API Sync")).to_be_visible()

    # A secret that was replaced in Halo meanwhile.
    page.get_by_label("Client Secret").fill("the one of last year")
    expect(page.get_by_role("button", name="Next")).to_be_disabled()
    page.get_by_role("button", name="Test Connection").click()
    expect(page.get_by_role("alert")).to_contain_text("The test failed. See Client Secret.")
    expect(page.get_by_label("Client Secret")).to_be_focused()
    expect(page.get_by_text("Halo does not accept this Client ID or Client Secret.")).to_have_count(1)
    page.keyboard.type(a_demo.client_secret)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Connected as API Sync")).to_be_visible()
    expect(page.get_by_role("button", name="Next")).to_be_enabled()
    assert a_demo.client_secret not in page.content()
    assert complaints == []
