"""A connected Halo where much has happened: refused rows, a lost permission, held deletes, changed filters."""

from __future__ import annotations

import re
from typing import Final

from playwright.sync_api import Page, expect

from portal.sandbox import SandboxControl
from tests.journeys.person import connect, log_in_as_admin
from tests.journeys.portal_process import Demo
from tests.journeys.psas import HALO

MINUTE: Final = 60_000.0
EMAIL: Final = "odile.quill@example.com"
CONTACT: Final = "Odile Quill"


def fill(demo: Demo, page: Page) -> None:
    halo = SandboxControl(demo.base_url)
    halo.create("contacts", fields={"name": CONTACT, "emailaddress": EMAIL})
    halo.fault("bad_ids", on="sites", times=None)
    log_in_as_admin(page, demo)
    connect(page, demo, HALO)
    halo.clear_faults()
    halo.delete("assets", count=100)
    halo.change_tenant(refused=["opportunities"])
    page.get_by_label("More ways to sync").click()
    page.get_by_role("button", name=re.compile("^Full sync")).click()
    expect(page.get_by_role("button", name="Cancel")).to_be_visible(timeout=MINUTE)
    expect(page.get_by_role("button", name="Sync now")).to_be_visible(timeout=MINUTE)
    page.goto(f"{demo.address}/integrations/halo/filters")
    page.get_by_text("Which contracts").click()
    page.get_by_label("Active contracts only").check()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("link", name="Undo the last change")).to_be_visible(timeout=MINUTE)


def send_webhook(demo: Demo, page: Page) -> None:
    """Set the webhook up in Halo, and change a client there. From then on every change is here within seconds."""
    halo = SandboxControl(demo.base_url)
    page.goto(f"{demo.address}/integrations/halo/configuration/webhook")
    page.get_by_role("button", name="Show Password").click()
    address, user, secret = (
        page.get_by_label(label, exact=True).input_value() for label in ("Webhook URL", "Username", "Password")
    )
    halo.add_webhook(address, authentication="basic", user=user, secret=secret)
    halo.change("clients", count=1)
    page.goto(f"{demo.address}/integrations/halo/deliveries")
    expect(page.get_by_role("row").filter(has_text="client updated").first).to_contain_text("Done", timeout=MINUTE)


def add_destination(demo: Demo, page: Page) -> None:
    page.goto(f"{demo.address}/alerts/add/webhook")
    page.get_by_label("Name", exact=True).fill("On call")
    page.get_by_label("URL", exact=True).fill("https://alerts.example.com/portal")
    page.get_by_role("button", name="Add destination").click()
    expect(page.get_by_role("heading", name="On call")).to_be_visible(timeout=MINUTE)
