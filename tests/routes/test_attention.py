"""What people see while Halo refuses the credentials, and after it has accepted them again."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from portal import clock
from portal.models.accounts import Account
from portal.models.integrations import Integration
from portal.services.audit import audit_log

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
PAGES = ["/integrations", "/integrations/halo/sync", "/integrations/halo/logs", "/integrations/halo/configuration"]


def words_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", "", page).split())


@pytest.mark.parametrize("page", PAGES)
def test_every_page_says_why_and_when_the_next_try_is(page: str, as_alice: FlaskClient, halo: Integration) -> None:
    Integration.update(
        state="needs_attention",
        problem="Halo refuses the credentials.",
        remedy="Regenerate the secret.",
        credentials_retry_at=NOON + timedelta(hours=2, minutes=5),
    ).execute()
    Account.update(time_zone="UTC").execute()
    with clock.using(lambda: NOON):
        shown = words_of(as_alice.get(page).text)
    assert "Halo refuses the credentials. Next try at 14:05. Regenerate the secret." in shown


def test_without_a_next_try_no_time_is_promised(as_alice: FlaskClient, halo: Integration) -> None:
    Integration.update(state="needs_attention", problem="Halo refuses the credentials.").execute()
    assert "Next try" not in as_alice.get("/integrations").text


def test_resumed_syncing_is_nobodys_action(as_alice: FlaskClient, halo: Integration) -> None:
    audit_log.record(halo.account, None, "integration.credentials_accepted")
    shown = words_of(as_alice.get("/activity").text)
    assert "Scopable resumed syncing: the PSA accepts the credentials again" in shown
