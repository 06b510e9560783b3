from __future__ import annotations

import hashlib
import hmac
import json
from base64 import b64encode
from typing import Any

import httpx
import pytest

from portal.sandbox import SandboxError
from portal.sandbox.connectwise import ConnectWiseSandbox
from portal.sandbox.connectwise.callbacks.signing import signature
from tests.sandbox.connectwise.member import Member
from tests.sandbox.receiver import Arrival, Receiver

DAY = 86_400.0


def add(sandbox: ConnectWiseSandbox, receiver: Receiver, **settings: Any) -> dict[str, Any]:
    return sandbox.add_webhook(f"{receiver.url}?recordId=", **settings)


def is_signed(arrival: Arrival, stranger: httpx.Client) -> bool:
    """Check a signature as the reference says, with the key that the body leads to."""
    key = stranger.get(arrival.json["Metadata"]["key_url"]).json()["signing_key"]
    digest = hmac.digest(hashlib.sha256(key.encode()).digest(), arrival.body, hashlib.sha256)
    return arrival.headers["x-content-signature"] == b64encode(digest).decode()


def test_the_signature_is_the_known_one() -> None:
    body = b'{"Action":"updated","Type":"contact","ID":57961}'
    assert signature("test-signing-key", body) == "6jYybVuSj1KWz/KBstLR8OmxHBR0grhEke9K/wX8gX8="


def test_a_change_is_told(sandbox: ConnectWiseSandbox, receiver: Receiver, stranger: httpx.Client) -> None:
    callback = add(sandbox, receiver, type="contact")
    (number,) = sandbox.change("contacts", count=1)
    sandbox.flush_webhooks()
    (arrival,) = receiver.arrivals
    assert arrival.path == f"/hook?recordId={number}&action=updated"
    body = arrival.json
    entity = json.loads(body.pop("Entity"))
    assert entity["id"] == number
    assert "communicationItems" not in entity
    assert (body["Action"], body["ID"], body["Type"], body["CompanyId"]) == ("updated", number, "contact", "acme")
    assert body["CallbackObjectRecId"] == int(callback["id"])
    assert body["Metadata"]["key_url"].startswith(
        f"{sandbox.url}/v2025_1//system/callbackkey/index.rails?companyName=acme"
    )
    assert is_signed(arrival, stranger)


def test_a_delete_has_no_entity(sandbox: ConnectWiseSandbox, receiver: Receiver) -> None:
    sandbox.add_callbacks(f"{receiver.url}?recordId=")
    sandbox.create("opportunities")
    sandbox.delete("assets", count=1)
    sandbox.delete("clients", count=1)
    sandbox.flush_webhooks()
    told = [
        (arrival.json["Type"], arrival.json["Action"], arrival.json["Entity"] is None)
        for arrival in receiver.arrivals
    ]
    assert told == [("opportunity", "added", False), ("configuration", "deleted", True), ("company", "deleted", True)]


def test_only_its_own_type_and_record_is_told(sandbox: ConnectWiseSandbox, receiver: Receiver) -> None:
    first, second = sandbox.truth("contacts", ids=True)["active_ids"][:2]
    add(sandbox, receiver, type="contact", level="record", object_id=second)
    sandbox.change("contacts", [first, second])
    sandbox.change("clients", count=1)
    sandbox.change("sites", count=1)
    sandbox.flush_webhooks()
    assert [arrival.json["ID"] for arrival in receiver.arrivals] == [second]


def test_callbacks_are_listed_as_entries(sandbox: ConnectWiseSandbox, receiver: Receiver, member: Member) -> None:
    callback = add(sandbox, receiver, type="agreement", description="Sync")
    (entry,) = member.get("system/callbacks").json()
    assert (entry["id"], entry["type"], entry["level"]) == (int(callback["id"]), "agreement", "owner")
    assert (entry["description"], entry["inactiveFlag"]) == ("Sync", False)
    assert member.get("system/callbacks/count").json() == {"count": 1}
    assert member.get(f"system/callbacks/{callback['id']}").json() == entry
    assert member.get("system/callbacks/1").status_code == 404


@pytest.mark.parametrize("status", [404, 409, 419, 429])
def test_some_refusals_are_tried_again_twice(sandbox: ConnectWiseSandbox, receiver: Receiver, status: int) -> None:
    sandbox.turn(callback_pauses=[0.01, 0.02])
    receiver.status = status
    add(sandbox, receiver, type="contact")
    sandbox.change("contacts", count=1)
    sandbox.flush_webhooks()
    assert [each["attempt"] for each in sandbox.webhook_deliveries()] == [1, 2, 3]
    assert len({arrival.json["MessageId"] for arrival in receiver.arrivals}) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 410, 500, 502, 503])
def test_all_others_are_not(sandbox: ConnectWiseSandbox, receiver: Receiver, status: int) -> None:
    receiver.status = status
    add(sandbox, receiver, type="contact")
    sandbox.change("contacts", count=1)
    sandbox.flush_webhooks()
    assert [each["status"] for each in sandbox.webhook_deliveries()] == [status]


def test_a_retry_does_not_hold_up_the_next_callback(sandbox: ConnectWiseSandbox, receiver: Receiver) -> None:
    sandbox.turn(callback_pauses=[0.2])
    receiver.status = 429
    add(sandbox, receiver, type="contact")
    first, second = sandbox.truth("contacts", ids=True)["active_ids"][:2]
    sandbox.change("contacts", [first])
    sandbox.change("contacts", [second])
    sandbox.flush_webhooks()
    assert [arrival.json["ID"] for arrival in receiver.arrivals] == [first, second, first, second]


def test_the_usual_pauses_are_two_and_four_seconds(sandbox: ConnectWiseSandbox) -> None:
    assert sandbox.settings()["callback_pauses"] == [2.0, 4.0]
    assert sandbox.settings()["webhook_timeout"] == 5.0


def test_a_silent_receiver_is_given_up(sandbox: ConnectWiseSandbox, receiver: Receiver) -> None:
    sandbox.turn(webhook_timeout=0.05)
    receiver.silent = True
    add(sandbox, receiver, type="contact")
    sandbox.change("contacts", count=1)
    sandbox.flush_webhooks()
    (delivery,) = sandbox.webhook_deliveries()
    assert (delivery["status"], delivery["error"]) == (None, "timed out")


def fail_on_days(sandbox: ConnectWiseSandbox, *days: float) -> None:
    for pause in days:
        sandbox.advance(pause * DAY)
        for _ in range(2):
            sandbox.change("contacts", count=1)
        sandbox.flush_webhooks()


def test_three_bad_days_in_a_row_switch_it_off(
    sandbox: ConnectWiseSandbox, receiver: Receiver, member: Member
) -> None:
    receiver.status = 500
    callback = add(sandbox, receiver, type="contact")
    fail_on_days(sandbox, 0, 1)
    assert sandbox.webhooks()[0]["active"] is True
    fail_on_days(sandbox, 1)
    assert member.get(f"system/callbacks/{callback['id']}").json()["inactiveFlag"] is True
    before = len(receiver.arrivals)
    sandbox.change("contacts", count=1)
    sandbox.flush_webhooks()
    assert len(receiver.arrivals) == before
    sandbox.change_webhook(callback["id"], active=True)
    sandbox.change("contacts", count=1)
    sandbox.flush_webhooks()
    assert len(receiver.arrivals) == before + 1


def test_a_good_day_or_a_pause_starts_anew(sandbox: ConnectWiseSandbox, receiver: Receiver) -> None:
    receiver.status = 500
    add(sandbox, receiver, type="contact")
    fail_on_days(sandbox, 0, 1)
    receiver.status = 200
    fail_on_days(sandbox, 0)
    receiver.status = 500
    fail_on_days(sandbox, 1, 1, 2, 1)
    assert sandbox.webhooks()[0]["active"] is True


def test_a_signature_can_be_bad(sandbox: ConnectWiseSandbox, receiver: Receiver, stranger: httpx.Client) -> None:
    sandbox.turn(bad_signature=True)
    add(sandbox, receiver, type="contact")
    sandbox.change("contacts", count=1)
    sandbox.flush_webhooks()
    assert not is_signed(receiver.arrivals[0], stranger)


def test_the_key_can_be_elsewhere_and_messages_doubled(sandbox: ConnectWiseSandbox, receiver: Receiver) -> None:
    sandbox.turn(key_url="https://elsewhere.example/system/callbackkey/index.rails", doubled_callbacks=True)
    add(sandbox, receiver, type="contact")
    sandbox.change("contacts", count=1)
    sandbox.flush_webhooks()
    first, second = receiver.arrivals
    assert first.body == second.body
    assert first.json["Metadata"]["key_url"].startswith("https://elsewhere.example/")


def test_callbacks_can_come_out_of_order(sandbox: ConnectWiseSandbox, receiver: Receiver) -> None:
    sandbox.turn(reordered_callbacks=True)
    add(sandbox, receiver, type="contact")
    ids = sandbox.change("contacts", count=3)
    sandbox.flush_webhooks()
    assert [arrival.json["ID"] for arrival in receiver.arrivals] == ids[::-1]


def test_a_merge_tells_of_what_moved_but_not_of_the_merged(sandbox: ConnectWiseSandbox, receiver: Receiver) -> None:
    sandbox.add_callbacks(f"{receiver.url}?recordId=")
    into, other = sandbox.truth("clients", ids=True)["active_ids"][4:6]
    merged = sandbox.merge(into, [other])
    sandbox.flush_webhooks()
    assert "company" not in {arrival.json["Type"] for arrival in receiver.arrivals}
    contacts = [arrival.json["ID"] for arrival in receiver.arrivals if arrival.json["Type"] == "contact"]
    assert contacts == merged["contacts"]


def test_the_record_need_not_be_appended(sandbox: ConnectWiseSandbox, receiver: Receiver) -> None:
    sandbox.add_webhook(receiver.url, type="contact", appends_record=False)
    (number,) = sandbox.change("contacts", count=1)
    sandbox.add_webhook(f"{receiver.url}/", type="company")
    (company,) = sandbox.change("clients", count=1)
    sandbox.flush_webhooks()
    assert [arrival.path for arrival in receiver.arrivals] == ["/hook", f"/hook/{company}&action=updated"]
    assert number


@pytest.mark.parametrize(
    "wrong",
    [{"url": "https://example.com/"}, {"type": "site"}, {"level": "board"}, {"events": ["clients"]}],
    ids=lambda wrong: next(iter(wrong)),
)
def test_nonsense_is_refused(sandbox: ConnectWiseSandbox, wrong: dict[str, Any]) -> None:
    with pytest.raises(SandboxError):
        sandbox.add_webhook(**{"url": "http://127.0.0.1:1/hook", **wrong})


def test_the_key_of_an_unknown_company_is_not_there(stranger: httpx.Client) -> None:
    assert stranger.get("/v2025_1/system/callbackkey/index.rails?companyName=globex").status_code == 404
