"""When to sync, how much of Halo's limit to use, pausing and resuming: refused, saved, shown."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from portal import clock
from portal.halo.adapter import HALO
from portal.models.accounts import User
from portal.models.audit import AuditEntry
from portal.models.budgets import TenantBudget, TenantUse
from portal.models.integrations import Integration
from portal.services.syncing import scheduling

TAB = "/integrations/halo/configuration"
SYNC = "/integrations/halo/sync"
HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}
EVERY = {"rhythm": "15", "full_hour": "3", "time_zone": "Europe/London"}
AT_HOURS = {"rhythm": "hours", "full_hour": "2", "time_zone": "UTC", "hours": ["8", "18"], "weekdays": ["mon", "fri"]}
LIMIT = {"share": "50", "quiet_begin": "8", "quiet_end": "18", "quiet_share": "25", "quota": "900"}


def fresh(halo: Integration) -> Integration:
    found: Integration = Integration.get_by_id(halo.id)
    return found


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"rhythm": ""}, "rhythm"),
        ({"rhythm": "7"}, "rhythm"),
        ({"hours": []}, "hours"),
        ({"hours": ["24"]}, "hours"),
        ({"hours": ["noon"]}, "hours"),
        ({"weekdays": []}, "weekdays"),
        ({"weekdays": ["someday"]}, "weekdays"),
        ({"full_hour": "24"}, "full_hour"),
        ({"time_zone": "Europe/Lundon"}, "time_zone"),
        ({"time_zone": ""}, "time_zone"),
    ],
)
def test_a_schedule_that_cannot_be_is_refused_at_its_field(
    as_alice: FlaskClient, halo: Integration, changed: dict[str, Any], field: str
) -> None:
    page = as_alice.post(f"{TAB}/schedule", data=AT_HOURS | changed)
    assert page.status_code == 422
    assert f'id="{field}-error"' in page.text
    assert fresh(halo).schedule == {"minutes": 60}


def test_what_was_chosen_stays_chosen_while_something_is_wrong(as_alice: FlaskClient, halo: Integration) -> None:
    part = as_alice.post(f"{TAB}/schedule", data=AT_HOURS | {"hours": []}, headers=HTMX).text
    assert "<html" not in part
    assert re.search(r'value="hours" checked', part)
    assert re.search(r'value="fri" checked', part)
    assert not re.search(r'value="sun" checked', part)


@pytest.mark.parametrize(
    ("changed", "field", "message"),
    [
        ({"share": ""}, "share", "Enter a percentage."),
        ({"share": "half"}, "share", "Enter a whole number."),
        ({"share": "0"}, "share", "from 1 to 100"),
        ({"share": "101"}, "share", "from 1 to 100"),
        ({"quiet_end": ""}, "quiet_end", "Choose both hours or neither."),
        ({"quiet_begin": ""}, "quiet_end", "Choose both hours or neither."),
        ({"quiet_end": "8"}, "quiet_end", "different hours"),
        ({"quiet_share": ""}, "quiet_share", "for the quiet hours"),
        ({"quiet_share": "0"}, "quiet_share", "for the quiet hours"),
        ({"quiet_share": "few"}, "quiet_share", "Enter a whole number."),
        ({"quota": "10"}, "quota", "from 50 to 100,000"),
        ({"quota": "lots"}, "quota", "Enter a whole number."),
    ],
)
def test_a_limit_that_cannot_be_is_refused_at_its_field(
    as_alice: FlaskClient, halo: Integration, changed: dict[str, str], field: str, message: str
) -> None:
    page = as_alice.post(f"{TAB}/limit", data=LIMIT | changed)
    assert page.status_code == 422
    assert message in page.text.partition(f'id="{field}-error"')[2][:300]
    assert fresh(halo).budget_share == 100


def test_support_sees_the_settings_and_changes_nothing(as_sam: FlaskClient, halo: Integration) -> None:
    page = as_sam.get(f"{TAB}/schedule").text + as_sam.get(f"{TAB}/limit").text
    assert "Every 15 minutes" in page
    assert "Save schedule" not in page
    assert "Save limit" not in page
    tab = as_sam.get(SYNC).text
    assert "Every hour, full sync at 02:00." in tab
    assert "pause-button" not in tab


def test_an_interval_is_saved_in_a_part_and_on_a_page(as_alice: FlaskClient, halo: Integration) -> None:
    part = as_alice.post(f"{TAB}/schedule", data=EVERY, headers=HTMX)
    assert part.status_code == 200
    assert "Saved." in part.text
    assert "<html" not in part.text
    assert (fresh(halo).schedule, fresh(halo).full_hour) == ({"minutes": 15}, 3)
    page = as_alice.post(f"{TAB}/schedule", data=AT_HOURS, follow_redirects=True)
    assert page.request.path == f"{TAB}/schedule"
    assert "Saved." in page.text
    assert "changed the schedule" in as_alice.get("/activity").text
    assert fresh(halo).schedule == {"hours": [8, 18], "weekdays": ["mon", "fri"]}


def test_a_time_zone_is_chosen_for_the_account(as_alice: FlaskClient, halo: Integration, alice: User) -> None:
    as_alice.post(f"{TAB}/schedule", data=EVERY)
    assert fresh(halo).account.time_zone == "Europe/London"
    entry = AuditEntry.get(AuditEntry.action == "account.time_zone")
    assert (entry.user, entry.detail) == (alice, "Europe/London")
    assert '<option value="Europe/London" selected>' in as_alice.get(f"{TAB}/schedule").text


def test_a_limit_is_saved_and_noted(as_alice: FlaskClient, halo: Integration) -> None:
    assert "Saved." in as_alice.post(f"{TAB}/limit", data=LIMIT, headers=HTMX).text
    now = fresh(halo)
    assert (now.budget_share, now.quota) == (50, 900)
    assert now.quiet_hours == {"from": 8, "until": 18, "share": 25}
    detail = AuditEntry.get(AuditEntry.action == "integration.limited").detail
    assert detail == "at most 50%, 25% from 08:00 to 18:00, limit of 900 agreed with Halo"


def test_no_quiet_hours_and_the_usual_limit_are_empty_fields(as_alice: FlaskClient, halo: Integration) -> None:
    as_alice.post(f"{TAB}/limit", data=LIMIT)
    as_alice.post(f"{TAB}/limit", data={"share": "100", "quiet_begin": "", "quiet_end": "", "quiet_share": ""})
    now = fresh(halo)
    assert (now.budget_share, now.quota, now.quiet_hours) == (100, None, None)


def budget_of(halo: Integration, **values: Any) -> TenantBudget:
    """Return the row of this Halo's tenant, as if nothing had been asked of it yet."""
    TenantBudget.delete().execute()
    known = {"quota": 700, "window_seconds": 300, **values}
    row: TenantBudget = TenantBudget.create(tenant=halo.limit_key, **known)
    return row


def test_the_limit_is_shown_with_what_is_used_of_it(as_alice: FlaskClient, halo: Integration) -> None:
    assert f"{HALO.reading_requests} of 700" in as_alice.get(f"{TAB}/limit").text
    row = budget_of(halo, quota=400)
    for seconds in (10, 200, 310):
        TenantUse.create(budget=row, at=clock.now() - timedelta(seconds=seconds), count=60)
    page = as_alice.get(f"{TAB}/limit").text
    assert "120 of 400" in page
    assert "Halo reported this limit" in page
    as_alice.post(f"{TAB}/limit", data=LIMIT)
    assert "120 of 900" in as_alice.get(f"{TAB}/limit").text


def test_a_wait_that_halo_has_asked_for_is_told(as_alice: FlaskClient, halo: Integration) -> None:
    until = clock.now() + timedelta(seconds=90)
    budget_of(halo, blocked_until=until)
    assert "Halo asked Scopable to wait." in as_alice.get(f"{TAB}/limit").text


def test_the_data_sync_tab_says_when_it_goes_on(as_alice: FlaskClient, halo: Integration) -> None:
    Integration.update(next_sync_at=clock.now() + timedelta(seconds=245)).execute()
    assert re.search(r"Next: <strong><time[^>]*>in 4 min", as_alice.get(SYNC).text)
    Integration.update(next_sync_at=clock.now() - timedelta(seconds=5)).execute()
    assert "Next: <strong>now" in as_alice.get(SYNC).text


def test_a_connection_that_needs_attention_promises_no_time(as_alice: FlaskClient, halo: Integration) -> None:
    Integration.update(state="needs_attention", next_sync_at=clock.now()).execute()
    page = as_alice.get(SYNC).text
    assert "Resumes when the connection works again." in page
    assert "Next:" not in page


def test_pausing_says_who_and_offers_to_resume(as_alice: FlaskClient, halo: Integration) -> None:
    part = as_alice.post(f"{SYNC}/pause", headers=HTMX)
    assert "Paused by Alice since" in part.text
    assert "Resume" in part.text
    assert "Paused by Alice since" in as_alice.get("/integrations").text
    part = as_alice.post(f"{SYNC}/resume", headers=HTMX)
    assert "Paused by" not in part.text
    assert fresh(halo).paused_at is None


def test_a_pause_of_the_operator_is_told_as_such(as_sam: FlaskClient, halo: Integration) -> None:
    scheduling.pause(halo, None)
    assert "Paused by the operator since" in as_sam.get(SYNC).text


def test_without_javascript_pausing_leads_back_to_the_tab(as_alice: FlaskClient, halo: Integration) -> None:
    for action in ("pause", "resume"):
        response = as_alice.post(f"{SYNC}/{action}")
        assert (response.status_code, response.location) == (303, SYNC)
