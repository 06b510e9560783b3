"""The fields of a record on its page."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from portal.models.accounts import User
from portal.models.integrations import Integration
from portal.models.records import RecordState
from tests.copies import copied
from tests.halo.reference_rows import ROWS

RECORDS = "/integrations/halo/records"


def page(client: FlaskClient, halo: Integration, record_type: str, **row: Any) -> str:
    copied(halo, [1], of=record_type, name="Some name", payload=json.dumps({"id": 1, **row}))
    return client.get(f"{RECORDS}/{record_type}/1").text


def item(text: str, label: str) -> str:
    """Return the HTML of a field's value."""
    found = re.search(rf"<dt[^>]*>{re.escape(label)}</dt><dd[^>]*>(.*?)</dd>", text, re.DOTALL)
    assert found, f"no field {label}"
    return found[1]


@pytest.mark.parametrize("record_type", ROWS)
def test_a_page_of_every_type_shows_its_groups_and_folds_what_halo_sent(
    record_type: str, as_sam: FlaskClient, halo: Integration
) -> None:
    text = page(as_sam, halo, record_type, **{**ROWS[record_type][0], "id": 1})
    assert '<h2 class="visually-hidden" id="details-title">Details</h2>' in text
    assert "<h3>General</h3>" in text
    assert '<details class="card payload">' in text
    assert "1900" not in text.split('class="card payload"')[0]


@pytest.mark.parametrize(
    ("record_type", "row", "label", "shown"),
    [
        ("contacts", {"emailaddress": "jo+x@acme.example"}, "Email", 'href="mailto:jo+x@acme.example"'),
        (
            "contacts",
            {"emailaddress": "jo?bcc=x&y=@acme.example"},
            "Email",
            "mailto:jo%3Fbcc%3Dx%26y%3D@acme.example",
        ),
        ("contacts", {"phonenumber": "+44 (0)20 7946-0000 ext 5"}, "Phone", 'href="tel:+442079460000"'),
        ("contacts", {"phonenumber": "123"}, "Phone", "123"),
        ("contacts", {"inactive": True}, "Active", "No"),
        ("clients", {"website": "acme.example"}, "Website", 'href="https://acme.example"'),
        ("clients", {"customer_relationship_list": "Managed"}, "Relationships", ">Managed</span>"),
        ("clients", {"currencyisocode": "GBP"}, "Currency", "GBP"),
        ("contracts", {"periodchargeamount": 1234567.5}, "Value per period", "1,234,567.50"),
        ("contracts", {"periodchargeamount": 0.0125}, "Value per period", "0.0125"),
        ("contracts", {"end_date": "2026-11-30T23:00:00"}, "Ends", '<time datetime="2026-11-30">30 Nov 2026</time>'),
        ("products", {"costprice": 9, "purchase_currency_code_name": "USD"}, "Cost", "9.00 USD"),
        ("opportunities", {"oppconversionprobability": 60.0}, "Probability", "60 %"),
        ("opportunities", {"dateoccurred": "2025-08-11T09:03:12"}, "Opened", 'title="11 Aug 2025, 09:03:12 UTC"'),
        ("sites", {"delivery_address": {"line1": "1 High St", "postcode": "LS1"}}, "Address", "1 High St<br>LS1"),
    ],
)
def test_a_value_is_written_by_its_kind(
    record_type: str, row: dict[str, Any], label: str, shown: str, as_sam: FlaskClient, halo: Integration
) -> None:
    assert shown in item(page(as_sam, halo, record_type, **row), label)


def test_a_reference_leads_to_its_record(as_sam: FlaskClient, halo: Integration) -> None:
    copied(halo, [33], of="sites", name="Annexe")
    copied(halo, [21], of="clients", name="Acme", state=RecordState.DELETED)
    row = {"site_id": 33, "client_id": 21.0, "client_name": "Acme Ltd", "business_owner_id": 5}
    text = page(as_sam, halo, "assets", **row)
    assert f'<a href="{RECORDS}/sites/33">Annexe</a>' in item(text, "Site")
    assert re.search(rf'<a href="{RECORDS}/clients/21"[^>]*>Acme Ltd</a>', item(text, "Client"))
    assert "(deleted)" in item(text, "Client")
    assert re.search(rf'<a href="{RECORDS}/contacts/5"[^>]*>#5</a>', item(text, "Contact"))
    assert "(not in Scopable)" in item(text, "Contact")


def test_a_reference_does_not_lead_to_records_of_others(
    as_sam: FlaskClient, mallory: User, halo: Integration
) -> None:
    theirs = Integration.create(account=mallory.account, psa="halo", state="active")
    copied(theirs, [33], of="sites", name="Theirs")
    text = page(as_sam, halo, "assets", site_id=33)
    assert "Theirs" not in text
    assert "(not in Scopable)" in item(text, "Site")


def test_a_prospect_is_a_name_without_a_record(as_sam: FlaskClient, halo: Integration) -> None:
    text = page(as_sam, halo, "opportunities", client_id=1, client_name="Unknown", oppcompanyname="Prospect Ltd")
    assert item(text, "Client").strip() == "Prospect Ltd"


def test_custom_fields_come_last_in_their_own_words(as_sam: FlaskClient, halo: Integration) -> None:
    fields = [
        {"label": "Tier <b>", "type": 2, "value": 3, "display": "Gold <i>"},
        {"label": "Handover", "type": 10, "value": "<p>Done.</p><script>alert(1)</script>"},
        {"label": "Portal", "type": 0, "value": "javascript:alert(1)"},
    ]
    text = page(as_sam, halo, "contracts", customfields=fields, ref="C-1")
    assert text.index("<h3>General</h3>") < text.index("<h3>Custom fields</h3>")
    assert "Gold &lt;i&gt;" in item(text, "Tier &lt;b&gt;")
    assert item(text, "Handover") == '<span class="plain-text">Done.</span>'
    assert "href" not in item(text, "Portal")


@pytest.mark.parametrize("payload", ["not json", "[]", '{"id": 1, "client_name": ["x"], "customfields": {"a": NaN}}'])
def test_a_payload_that_cannot_be_read_leaves_the_page_and_its_client(
    payload: str, as_sam: FlaskClient, halo: Integration
) -> None:
    copied(halo, [1], payload=payload, client_remote_id=7, client_name="Acme")
    answer = as_sam.get(f"{RECORDS}/assets/1")
    assert answer.status_code == 200
    assert re.search(rf'<a href="{RECORDS}/clients/7"[^>]*>Acme</a>', item(answer.text, "Client"))


def test_half_a_character_does_not_break_the_page(as_sam: FlaskClient, halo: Integration) -> None:
    payload = '{"id": 1, "status_name": "Act\\ud83dive", "customfields": [{"name": "\\ud83d", "value": "x\\ud83d"}]}'
    copied(halo, [1], payload=payload)
    assert "Act ive" in item(as_sam.get(f"{RECORDS}/assets/1").text, "Status")
