"""Which record a callback is about, and what is kept of it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from portal.connectwise.webhooks import FORMAT
from portal.psa.webhooks import WebhookEvent
from tests.connectwise.webhooks.callbacks import callback

KEY_URL = "https://na.myconnectwise.net/v2025_1//system/callbackkey/index.rails?companyName=Cobalt&id=5b"


def read(**changed: Any) -> WebhookEvent:
    (event,) = FORMAT.read(FORMAT.extract_json(callback(KEY_URL, **changed), "application/json"))
    return event


@pytest.mark.parametrize(
    ("sent", "record_type"),
    [
        ("company", "clients"),
        ("contact", "contacts"),
        ("configuration", "assets"),
        ("agreement", "contracts"),
        ("opportunity", "opportunities"),
        ("productcatalog", "products"),
        ("ProductCatalog", "products"),
        ("Product Catalog", "products"),
    ],
)
def test_a_type_leads_to_a_record_type(sent: str, record_type: str) -> None:
    assert read(Type=sent) == WebhookEvent(f"{sent} updated", record_type, 57961)


@pytest.mark.parametrize("action", ["added", "updated", "deleted", "merged", "", None, 7])
def test_every_action_has_the_record_fetched(action: Any) -> None:
    found = read(Action=action, Entity=None)
    assert (found.record_type, found.remote_id, found.why) == ("contacts", 57961, "")


@pytest.mark.parametrize("entity", [None, "", "{", '{"id": 1}', '{"id": 99, "inactiveFlag": true}', {"id": 1}, 7])
def test_the_record_inside_is_never_believed(entity: Any) -> None:
    assert read(Entity=entity).remote_id == 57961


@pytest.mark.parametrize("kind", ["ticket", "project", "activity", "time", "expense", "invoice", "member", "x"])
def test_other_things_are_ignored_with_a_reason(kind: str) -> None:
    found = read(Type=kind)
    assert (found.record_type, found.needs_sync) == (None, False)
    assert found.why == "It's about something in ConnectWise that isn't synced."


def test_sites_are_left_to_syncs() -> None:
    found = read(Type="site")
    assert (found.record_type, found.needs_sync) == (None, False)
    assert "Syncs find them" in found.why
    assert FORMAT.unannounced == {"sites"}


@pytest.mark.parametrize("kind", ["", None, 7, "  ", "\x00", ["contact"], {}])
def test_without_a_type_the_next_sync_finds_out(kind: Any) -> None:
    found = read(Type=kind)
    assert (found.record_type, found.needs_sync) == (None, True)
    assert "doesn't say what" in found.why


@pytest.mark.parametrize("number", [None, 0, -1, "", "x", 1.5, True, [], {}, 2**63, "1" * 40])
def test_without_an_id_the_next_sync_finds_out(number: Any) -> None:
    found = read(ID=number)
    assert (found.record_type, found.remote_id, found.needs_sync) == (None, None, True)


@pytest.mark.parametrize("number", [57961, "57961", 57961.0])
def test_an_id_may_be_written_in_several_ways(number: Any) -> None:
    assert read(ID=number).remote_id == 57961


@pytest.mark.parametrize("body", [b"null", b"[]", b"7", b"{", b"x", b"\xff", b"[" * 100_000])
def test_what_is_no_object_is_unreadable(body: bytes) -> None:
    with pytest.raises(ValueError, match="isn't JSON"):
        FORMAT.read(body)
    assert FORMAT.message_key(body) == ""
    assert b"None of it is kept" in FORMAT.abridge(body)


def test_an_empty_body_is_unreadable() -> None:
    with pytest.raises(ValueError, match="empty"):
        FORMAT.extract_json(b" ", "application/json")
    assert not FORMAT.is_readable(b"", "application/json")
    assert FORMAT.is_readable(b"\xef\xbb\xbf {}", "text/plain")


def test_neither_the_record_nor_the_keys_address_is_kept() -> None:
    kept = FORMAT.abridge(callback(KEY_URL))
    assert b"hunter2" not in kept
    assert b"callbackkey" not in kept
    said = json.loads(kept)
    assert (said["ID"], said["Type"], said["MemberId"], said["PartnerId"]) == (57961, "contact", "Aurasell", None)


def test_a_long_body_is_kept_in_short() -> None:
    sent = {f"Key{number}": "x" * 30_000 for number in range(60)} | {"Nested": {"a": [1] * 1000}}
    assert len(FORMAT.abridge(json.dumps(sent).encode())) < 10_000


@pytest.mark.parametrize("message", [None, "", 7, "00000000-0000-0000-0000-000000000000", ["x"]])
def test_without_an_id_of_its_own_no_message_is_a_repetition(message: Any) -> None:
    assert FORMAT.message_key(callback(KEY_URL, MessageId=message)) == ""


def test_a_repetition_has_the_same_key_and_another_message_does_not() -> None:
    one = FORMAT.message_key(callback(KEY_URL))
    assert one
    assert FORMAT.message_key(callback(KEY_URL, Entity=None)) == one
    changes: list[dict[str, Any]] = [{"MessageId": "another"}, {"ID": 5}, {"Type": "company"}, {"Action": "deleted"}]
    assert len({FORMAT.message_key(callback(KEY_URL, **changed)) for changed in changes} | {one}) == 5
    assert len(FORMAT.message_key(callback(KEY_URL, MessageId="m" * 5_000, Type="t" * 5_000))) <= 255
