"""Requests refused by role, and refused calls of the webhook: counted and grouped; nothing else is written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.db import db
from portal.models.accounts import User
from portal.models.audit import AuditEntry
from portal.models.integrations import Integration
from portal.routes.web import audit_origin
from portal.routes.web.audit_refusals import ACTIONS
from portal.services.audit import audit_counts
from tests.routes.test_every_route import TABLE
from tests.routes.webhook_calls import deliver

REFUSED = [endpoint for (endpoint, _), outcomes in TABLE.items() if outcomes[3] == "403"]
EXPORTS = {
    "activity.export",
    "activity.export_lines",
    "records.download",
    "all_records.download_failed",
    "sync_logs.lines.export",
}
LOOKS = [endpoint for endpoint, method in TABLE if method == "GET" and endpoint not in EXPORTS]
HERE = {"REMOTE_ADDR": "192.0.2.7"}


def everything() -> dict[str, list[Any]]:
    """Return all rows of all tables but the audit log, and the count of calls to Halo, which looking may make."""
    # The full-text index cannot be listed. It follows the sync log.
    names = {each for each in db.get_tables() if not each.startswith(("sync_log_text", "sync_log_vocabulary"))}
    names -= {"audit_entry", "tenant_use"}
    return {name: db.execute_sql(f'SELECT * FROM "{name}"').fetchall() for name in names}  # noqa: S608  # our own


def entries() -> list[AuditEntry]:
    audit_counts.flush()
    return list(AuditEntry.select().order_by(AuditEntry.id))


@pytest.fixture
def nothing_else(halo: Integration) -> Iterator[None]:
    """Check that no table but the audit log has changed in the end."""
    before = everything()
    yield
    assert everything() == before


def test_every_refusal_has_words() -> None:
    missing = [f'    "{endpoint}": "what it does",' for endpoint in REFUSED if endpoint not in ACTIONS]
    assert not missing, "add to ACTIONS in routes/web/audit_refusals.py:\n" + "\n".join(missing)
    assert ACTIONS.keys() == set(REFUSED)


@pytest.mark.parametrize("endpoint", REFUSED)
def test_a_refusal_by_role_writes_itself_and_nothing_else(
    as_sam: FlaskClient, sam: User, nothing_else: None, endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_origin, "session_number", lambda: 7)
    before = len(entries())
    for _ in range(3):
        assert as_sam.post(TABLE[endpoint, "POST"][0], environ_base=HERE).status_code == 403
    (found,) = entries()[before:]
    assert (found.account, found.user, found.action, found.detail) == (
        sam.account,
        sam,
        "role.refused",
        ACTIONS[endpoint].format(psa="Halo PSA"),
    )
    assert (found.address, found.session, found.count) == ("192.0.2.7", 7, 3)


@pytest.mark.parametrize("endpoint", REFUSED)
def test_without_a_log_in_nothing_is_written(client: FlaskClient, nothing_else: None, endpoint: str) -> None:
    before = entries()
    assert client.post(TABLE[endpoint, "POST"][0]).status_code == 302
    assert entries() == before


@pytest.mark.parametrize("endpoint", LOOKS)
def test_looking_writes_nothing(as_alice: FlaskClient, nothing_else: None, endpoint: str) -> None:
    before = entries()
    as_alice.get(TABLE[endpoint, "GET"][0]).close()
    assert entries() == before


def refused(app: Flask, halo: Integration, at: str, times: int = 1) -> None:
    for _ in range(times):
        answer = deliver(app, halo, json={}, auth=("scopable", "wrong"), environ_base={"REMOTE_ADDR": at})
        assert answer.status_code == 401


def calls() -> list[tuple[str, int]]:
    return [(one.address, one.count) for one in entries() if one.action == "webhook.refused"]


def test_refused_webhook_senders_are_grouped_by_network(app: Flask, halo: Integration, nothing_else: None) -> None:
    refused(app, halo, "203.0.113.9", 40)
    refused(app, halo, "2001:db8::1", 2)
    refused(app, halo, "2001:db8::2", 1)
    assert calls() == [("203.0.113.9", 40), ("2001:db8::/64", 3)]
    assert {one.account for one in entries()} == {halo.account}


def test_many_networks_of_senders_share_a_row(app: Flask, halo: Integration, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_counts, "MOST_GROUPS", 4)
    for number in range(20):
        refused(app, halo, f"203.0.113.{number}")
    assert calls()[4:] == [(audit_counts.MANY, 16)]


def test_an_address_that_no_webhook_has_writes_nothing(app: Flask, halo: Integration, nothing_else: None) -> None:
    before = entries()
    assert app.test_client().post("/webhooks/halo/made-up", json={}).status_code == 401
    assert entries() == before
