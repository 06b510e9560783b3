"""Records of a disconnected PSA: readable, marked on every page, exported, and deleted when an admin says so."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from portal.models.accounts import User
from portal.models.integrations import Integration
from portal.models.records import Record
from portal.services.connecting import integrations
from portal.services.records import deletions
from tests.copies import copied

RECORDS = "/integrations/halo/records"
PAGES = [RECORDS, f"{RECORDS}/assets", f"{RECORDS}/assets?q=PC", f"{RECORDS}/assets/2", f"{RECORDS}/contacts"]
EXPORTS = [f"{RECORDS}/assets/export.csv", f"{RECORDS}/assets/export.jsonl"]


@pytest.fixture
def kept(halo: Integration, alice: User) -> Integration:
    copied(halo, [1, 2, 3])
    integrations.disconnect(halo, alice)
    Integration.update(disconnected_at="2026-11-27 10:00:00").execute()
    found: Integration = Integration.get_by_id(halo.id)
    return found


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("who", ["as_alice", "as_sam"])
def test_every_page_says_whose_records_these_are(
    request: pytest.FixtureRequest, kept: Integration, who: str, address: str
) -> None:
    page = request.getfixturevalue(who).get(address)
    assert page.status_code == 200
    assert "Records from Halo PSA, as of" in page.text
    assert "27 Nov 2026" in page.text
    for gone in ("Sync Filters", "Sync this record", "Sync now", "/integrations/halo/sync"):
        assert gone not in page.text


@pytest.mark.parametrize("address", [*EXPORTS, f"{RECORDS}/assets/2/payload.json"])
def test_they_can_be_exported_by_support_too(as_sam: FlaskClient, kept: Integration, address: str) -> None:
    answer = as_sam.get(address)
    assert (answer.status_code, bool(answer.text)) == (200, True)
    if address in EXPORTS:
        assert "halo-as-of-2026-11-27-assets" in answer.headers["Content-Disposition"]


@pytest.mark.parametrize("address", [*PAGES, *EXPORTS])
def test_nobody_else_sees_them(as_mallory: FlaskClient, kept: Integration, address: str) -> None:
    assert as_mallory.get(address).status_code == 404


def test_nothing_of_them_can_be_synced(as_alice: FlaskClient, kept: Integration) -> None:
    assert as_alice.post(f"{RECORDS}/assets/2/sync").status_code == 404


def test_the_card_leads_to_them(as_sam: FlaskClient, kept: Integration) -> None:
    page = as_sam.get("/integrations").text
    assert f'href="{RECORDS}"' in page
    assert "Records from Halo PSA, as of" in page


def test_they_stay_readable_while_the_same_psa_is_set_up_again(
    as_alice: FlaskClient, kept: Integration, typed: dict[str, str]
) -> None:
    assert as_alice.post("/integrations/halo/setup/connect", data=typed).status_code in (303, 422)
    assert Integration.get_by_id(kept.id).state == "draft"
    assert "Records from Halo PSA, as of" in as_alice.get(f"{RECORDS}/assets").text


def test_deleting_them_asks_first_and_shows_what_remains(as_alice: FlaskClient, kept: Integration) -> None:
    assert "Delete 3 records from Halo PSA?" in as_alice.get(f"{RECORDS}/delete").text
    assert Record.select().count() == 3
    overview = as_alice.post(f"{RECORDS}/delete", follow_redirects=True)
    assert "Deleting the records: 3 left." in overview.text
    assert "3 records remain" in as_alice.get(RECORDS).text
    assert as_alice.get(f"{RECORDS}/assets").status_code == 404
    deletions.work()
    assert Record.select().count() == 0
    assert as_alice.get(RECORDS).status_code == 404
    assert "as of" not in as_alice.get("/integrations").text


def test_support_cannot_delete_them(as_sam: FlaskClient, kept: Integration) -> None:
    assert "Delete the records" not in as_sam.get(RECORDS).text
    assert as_sam.post(f"{RECORDS}/delete").status_code == 403
    assert deletions.waiting() == []


def test_disconnecting_asks_what_happens_to_the_records(as_alice: FlaskClient, halo: Integration) -> None:
    copied(halo, [1])
    address = "/integrations/halo/configuration/disconnect"
    assert "Keep the records" in as_alice.get(address).text
    assert as_alice.post(address).status_code == 422
    assert Integration.get().is_active
    page = as_alice.post(address, data={"records": "delete", "typed": " halo  psa "}, follow_redirects=True)
    assert "Its records are being deleted." in page.text
    assert deletions.waiting() == [halo.id]


def test_the_way_back_leads_nowhere_else(as_alice: FlaskClient, halo: Integration) -> None:
    address, form = "/integrations/halo/configuration/disconnect", {"records": "keep"}
    assert as_alice.post(address, data={**form, "then": "//evil.example"}).location == "/integrations"
