"""What was changed, from what to what, for each kind of action; secrets by name only."""

from __future__ import annotations

from typing import Any

import pytest

from portal.models.accounts import RoleName, User
from portal.models.audit import AuditEntry
from portal.services.accounts import users
from portal.services.audit import changes
from portal.services.connecting import integrations, wizard
from portal.services.connecting.connections import ConnectionValues
from portal.services.syncing import filter_changes, rate_limits, scheduling
from portal.services.syncing.rate_limits import QuietHours
from portal.services.webhooks import webhook_secrets
from portal.sync import schedule
from portal.sync.filters import Filters
from portal.sync.schedule import WEEK
from portal.vault import Secret
from tests.halo_fixtures import SIZES, Copy, values
from tests.services.helpers import fresh


def noted(action: str) -> Any:
    """Return the changes of the last entry about this action."""
    return AuditEntry.select().where(AuditEntry.action == action).order_by(AuditEntry.id.desc()).get().changes


def test_filters_and_record_types(copy: Copy, alice: User) -> None:
    filter_changes.change(copy.integration, ["clients", "assets"], Filters(active_only=True), alice)
    assert noted("integration.data_changed") == {
        "Record types": [", ".join(SIZES), "clients, assets"],
        "Active clients only": ["off", "on"],
    }


def test_the_schedule(copy: Copy, alice: User) -> None:
    scheduling.change(copy.integration, schedule.at([8], WEEK), 3, alice, time_zone="Europe/London")
    found = noted("integration.rescheduled")
    assert found["Nightly full sync"] == ["02:00", "03:00"]
    assert found["Schedule"][0] == "every hour"
    assert noted("account.time_zone") == {"Time zone": ["UTC", "Europe/London"]}


def test_the_request_limit(copy: Copy, alice: User) -> None:
    rate_limits.change(copy.integration, 50, QuietHours(8, 18, 25), 900, alice)
    assert noted("integration.limited") == {
        "Share of the limit": ["100%", "50%"],
        "Quiet hours": ["none", "25% from 08:00 to 18:00"],
        "Agreed limit": ["none", "900 requests in 5 minutes"],
    }
    rate_limits.change(copy.integration, 50, None, None, alice)
    assert noted("integration.limited")["Quiet hours"] == ["25% from 08:00 to 18:00", "none"]


def test_saving_the_same_limit_again_has_no_before_and_after(copy: Copy, alice: User) -> None:
    rate_limits.change(copy.integration, 100, None, None, alice)
    assert noted("integration.limited") is None


def test_a_role(sam: User) -> None:
    users.set_role(sam, RoleName.ADMIN)
    assert noted("user.role") == {f"Role of {sam.email}": ["support", "admin"]}


def test_how_the_webhook_authenticates(copy: Copy, alice: User) -> None:
    webhook_secrets.choose_login(copy.integration, "header", "X-Token", alice)
    assert noted("webhook.login_changed") == {
        "Webhook authentication": ["basic", "header"],
        "Webhook header": ["X-Scopable-Token", "X-Token"],
    }


def test_connection_values_and_a_secret_that_is_only_named(copy: Copy, alice: User) -> None:
    integrations.disconnect(copy.integration, alice)
    typed = values(copy.halo)
    draft = wizard.draft(copy.integration.account, "halo", alice)
    public = {**typed.public, "client_id": "another-id"}
    wizard.save_connection(draft, ConnectionValues(public, {"client_secret": Secret("hunter2-hunter2")}), alice)
    found = noted("integration.setup_saved")
    assert found["Client ID"] == [typed.public["client_id"], "another-id"]
    assert found["Client Secret"] is None


def test_a_replaced_secret_is_named(copy: Copy, alice: User) -> None:
    secret = values(copy.halo).secrets["client_secret"]
    assert integrations.replace_secrets(fresh(copy.integration), {"client_secret": secret}, alice).ok
    assert noted("integration.secret_replaced") == {"Client Secret": None}
    webhook_secrets.rotate(fresh(copy.integration), alice)
    assert noted("webhook.secret_made") == {"Webhook secret": None}


def test_no_entry_holds_a_secret(copy: Copy, alice: User) -> None:
    test_a_replaced_secret_is_named(copy, alice)
    integration = fresh(copy.integration)
    secrets = [values(copy.halo).secrets["client_secret"].reveal(), integration.webhook_secret.reveal()]
    everything = repr(list(AuditEntry.select().dicts()))
    assert not [each for each in secrets if each in everything]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"Schedule": ("every hour", "every 15 minutes")}, "Schedule: every hour → every 15 minutes"),
        ({"Client Secret": None, "Tenant": ("none", "acme")}, "Client Secret replaced; Tenant: none → acme"),
        ({}, ""),
        (None, ""),
    ],
)
def test_changes_in_one_line(changed: Any, words: str) -> None:
    assert changes.in_words(changed) == words


def test_only_what_differs_is_a_change() -> None:
    assert changes.differing({"A": "1", "B": "", "C": "x"}, {"A": "1", "B": "2"}) == {
        "B": ("none", "2"),
        "C": ("x", "none"),
    }
