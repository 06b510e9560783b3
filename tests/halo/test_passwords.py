"""Passwords in custom fields are removed when a response is parsed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from portal.halo import passwords
from portal.halo.pages import row
from portal.halo.webhooks import abridge
from portal.sandbox.halo import HaloSandbox
from portal.sandbox.halo.custom_fields import PASSWORD
from tests.halo.conftest import SIZES, Connect

FIELD = {"id": 1, "name": "CFpw", "type": 0, "value": "hunter2"}
PLAIN = {"id": 2, "name": "CFtier", "value": "Gold"}


@pytest.mark.parametrize(
    "marks",
    [
        {"isencrypted": True},
        {"isencrypted": 1},
        {"isencrypted": "true"},
        {"isencrypted": "True"},
        {"value_is_password_id": True},
        {"isencrypted": False, "value_is_password_id": True},
    ],
)
@pytest.mark.parametrize("space", [",:", ", : "])
def test_an_encrypted_field_is_dropped_and_the_others_stay(marks: dict[str, Any], space: str) -> None:
    separators = (", ", ": ") if " " in space else (",", ":")
    text = json.dumps({"id": 7, "customfields": [{**FIELD, **marks}, PLAIN]}, separators=separators).encode()
    assert json.loads(passwords.without_passwords(text)) == {"id": 7, "customfields": [PLAIN]}


@pytest.mark.parametrize("marks", [{}, {"isencrypted": False}, {"isencrypted": None}, {"isencrypted": 0}])
def test_what_is_not_encrypted_is_not_touched(marks: dict[str, Any]) -> None:
    text = json.dumps({"id": 7, "customfields": [{**FIELD, **marks}]}, separators=(" , ", " : ")).encode()
    assert passwords.without_passwords(text) is text


def test_rows_of_tables_and_linked_objects_are_searched_too() -> None:
    secret = {**FIELD, "isencrypted": True}
    record = {
        "id": 7,
        "customfields": [{"id": 3, "type": 7, "value": [{"id": 1, "customfields": [secret, PLAIN]}]}],
        "client": {"customfields": [secret]},
        "pw": secret,
    }
    assert json.loads(passwords.without_passwords(json.dumps(record).encode())) == {
        "id": 7,
        "customfields": [{"id": 3, "type": 7, "value": [{"id": 1, "customfields": [PLAIN]}]}],
        "client": {"customfields": []},
    }


def test_invalid_text_beside_a_password_is_repaired_first() -> None:
    found = row("clients", b'{"id":7,"notes":"a\x01b","customfields":[{"isencrypted":true,"value":"hunter2"}]}')
    assert found.facts is not None
    assert b"hunter2" not in found.payload


def test_an_unreadable_payload_with_a_password_is_not_kept() -> None:
    broken = b'{"id":7,"customfields":[{"isencrypted":true,"value":"hunter2"}],"x":"broken"}"'
    assert row("clients", broken).facts is None
    assert b"hunter2" not in abridge(broken)
    with pytest.raises(ValueError, match="none of it is kept"):
        passwords.without_passwords(broken)


@pytest.mark.parametrize("record_type", SIZES)
def test_no_row_or_record_of_any_type_contains_a_password(
    record_type: str, halo: HaloSandbox, connect: Connect
) -> None:
    halo.turn(password_fields=True)
    client = connect()
    rows = client.page(record_type, 1).rows
    remote_id = next(each.facts.remote_id for each in rows if each.facts is not None)
    single = client.record(record_type, remote_id)
    assert single is not None
    assert halo.journal()[-1]["status"] == 200
    for each in (*rows, single):
        assert PASSWORD.encode() not in each.payload
        assert b"CFlogins" in each.payload


def test_a_delivery_is_stored_without_passwords() -> None:
    body = json.dumps({"id": "a", "client": {"id": 7, "customfields": [{**FIELD, "isencrypted": True}]}}).encode()
    assert json.loads(abridge(body)) == {"id": "a", "client": {"id": 7, "customfields": []}}
