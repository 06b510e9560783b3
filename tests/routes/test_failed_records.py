"""The records that could not be stored: their list and its files."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from portal import clock
from portal.models.accounts import User
from portal.models.integrations import Integration
from portal.models.records import Record
from portal.models.sync import SyncLog
from tests.copies import copied

FAILED = "/integrations/halo/records/failed"


def failed(integration: Integration, number: int | None, why: str, *, days: int = 0, level: str = "warning") -> None:
    at = clock.now() - timedelta(days=days, minutes=1)
    which = {"record_type": "assets", "remote_id": number, "subject": "record"}
    SyncLog.create(integration=integration, at=at, level=level, message=why, **which)


def rows(client: FlaskClient, query: str = "") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(client.get(f"{FAILED}.csv{query}").text)))


def test_each_record_comes_once_with_its_newest_reason(as_sam: FlaskClient, halo: Integration) -> None:
    failed(halo, 1, "old reason")
    failed(halo, 1, "new reason")
    failed(halo, None, "no number")
    failed(halo, None, "no number either")
    assert [row["reason"] for row in rows(as_sam)] == ["no number either", "no number", "new reason"]
    page = as_sam.get(FAILED).text
    assert "new reason" in page
    assert "old reason" not in page


def test_other_lines_accounts_and_periods_stay_out(
    as_sam: FlaskClient, as_mallory: FlaskClient, mallory: User, halo: Integration
) -> None:
    failed(halo, 3, "long ago", days=20)
    failed(halo, 2, "a message", level="info")
    failed(halo, 1, "of today")
    Integration.create(account=mallory.account, psa="halo", state="active")
    assert [row["number"] for row in rows(as_sam)] == ["1"]
    assert [row["number"] for row in rows(as_sam, "?period=30d")] == ["1", "3"]
    assert rows(as_sam, "?period=all&record_type=clients") == []
    assert rows(as_mallory) == []


@pytest.mark.parametrize("query", ["period=never", "since=x", "since=0001-01-01", "record_type=tickets", "before=x"])
def test_a_wish_that_nobody_could_have_counts_as_none(as_sam: FlaskClient, halo: Integration, query: str) -> None:
    failed(halo, 1, "of today")
    assert "of today" in as_sam.get(f"{FAILED}?{query}").text


def test_a_record_that_was_stored_since_is_marked(as_sam: FlaskClient, halo: Integration) -> None:
    failed(halo, 1, "why")
    failed(halo, 2, "why")
    copied(halo, [1], name="=HYPERLINK()")
    Record.update(read_at=clock.now()).execute()
    found = {row["number"]: (row["name"], row["stored_since"]) for row in rows(as_sam)}
    assert found == {"1": ("'=HYPERLINK()", "yes"), "2": ("", "no")}
    assert "Stored since" in as_sam.get(FAILED).text
