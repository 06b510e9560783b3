"""The overview of the simulated ConnectWise: values for the wizard, and presets that show what people report."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from portal.sandbox.connectwise import ConnectWiseSandbox
from portal.sandbox.connectwise.desk.presets import PRESETS
from tests.sandbox.desk import Desk


def become(desk: Desk, preset: str) -> None:
    desk.do("", "become", character=preset)


def test_the_values_for_the_wizard_can_be_copied(sandbox: ConnectWiseSandbox, desk: Desk) -> None:
    page = desk.see()
    for label in ("Site", "Company ID", "Public Key", "Private Key", "Client ID"):
        assert f'aria-label="Copy {label}"' in page
    for value in (sandbox.url, *sandbox.credentials()):
        assert f'data-copy="{value}"' in page


@pytest.mark.parametrize("preset", PRESETS, ids=lambda each: each.id)
def test_a_preset_is_applied_and_removed_with_one_click(sandbox: ConnectWiseSandbox, desk: Desk, preset: Any) -> None:
    before, tenant = sandbox.settings(), sandbox.call("GET", "/tenants/acme")
    sandbox.turn(quota=5)
    sandbox.fault("html")
    sandbox.change_tenant(refused=["assets"], private_key="rotated")
    assert 'aria-pressed="true"' not in desk.see()

    become(desk, preset.id)
    assert f'value="{preset.id}" aria-pressed="true"' in desk.see()
    assert len(sandbox.faults()) == len(preset.faults)
    changed = (sandbox.settings(), sandbox.faults(), sandbox.call("GET", "/tenants/acme") | {"private_key": ""})
    assert (changed != (before, [], tenant | {"private_key": ""})) is (preset.id != "behaves")

    become(desk, "behaves")
    assert (sandbox.settings(), sandbox.faults()) == (before, [])
    assert sandbox.call("GET", "/tenants/acme") == tenant | {"private_key": "rotated"}


def test_the_role_that_may_not_read_agreements_gets_403(desk: Desk, reader: httpx.Client) -> None:
    become(desk, "no_agreements")
    assert reader.get("/finance/agreements").status_code == 403
    assert reader.get("/company/companies").status_code == 200


def test_inquire_my_hides_records_without_an_error(
    sandbox: ConnectWiseSandbox, desk: Desk, reader: httpx.Client
) -> None:
    become(desk, "mine")
    answer = reader.get("/company/contacts", params={"pageSize": 1000})
    assert answer.status_code == 200
    assert 0 < len(answer.json()) < sandbox.truth("contacts")["total"]


def test_a_web_page_comes_with_200_instead_of_the_configurations(desk: Desk, reader: httpx.Client) -> None:
    become(desk, "html")
    answer = reader.get("/company/configurations")
    assert answer.status_code == 200
    assert "<html" in answer.text.lower()


def test_429_does_not_say_when_to_retry(desk: Desk, reader: httpx.Client) -> None:
    become(desk, "busy")
    answers = [reader.get("/system/info") for _ in range(13)]
    assert answers[-1].status_code == 429
    assert "Retry-After" not in answers[-1].headers


def test_a_condition_on_last_updated_is_refused(desk: Desk, reader: httpx.Client) -> None:
    become(desk, "refuses")
    answer = reader.get("/company/contacts", params={"conditions": "lastUpdated>[2026-01-01T00:00:00Z]"})
    assert (answer.status_code, answer.json()["code"]) == (400, "ApiFindCondition")


def test_page_9_of_the_contacts_fails_with_a_timeout(
    sandbox: ConnectWiseSandbox, desk: Desk, reader: httpx.Client
) -> None:
    become(desk, "late_500")
    sandbox.create("contacts", count=400)
    answer = reader.get("/company/contacts", params={"page": 9, "pageSize": 50})
    assert answer.status_code == 500
    assert "timeout" in answer.text.lower()


def test_two_companies_are_merged_with_one_click(
    sandbox: ConnectWiseSandbox, desk: Desk, reader: httpx.Client
) -> None:
    before = {each["id"]: each for each in reader.get("/company/companies", params={"pageSize": 1000}).json()}
    assert desk.do("", "burst", verb="merge", count="2", kind="clients").startswith("Merged company")
    after = {each["id"]: each for each in reader.get("/company/companies", params={"pageSize": 1000}).json()}
    gone = [number for number in after if after[number]["deletedFlag"] and not before[number]["deletedFlag"]]
    assert gone
    for number in gone:
        assert after[number]["_info"]["lastUpdated"] == before[number]["_info"]["lastUpdated"]
        assert after[number]["status"]["name"] == before[number]["status"]["name"]


def test_the_quota_is_shown_and_reset(desk: Desk, reader: httpx.Client) -> None:
    reader.get("/system/info")
    assert "1 of 1000" in desk.see()
    desk.do("", "clear_quota")
    assert "0 of 1000" in desk.see()
    assert "Expire all tokens" not in desk.see()


def test_keys_that_are_changed_stop_working(desk: Desk, reader: httpx.Client) -> None:
    desk.send("/behavior", desk.form("/behavior", do="permit") | {"private_key": ["another"]})
    assert reader.get("/company/companies").status_code == 401
