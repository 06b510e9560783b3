"""Callbacks of the simulated ConnectWise at its desk: registered by hand, tested, forged and repeated."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from portal.sandbox.connectwise import ConnectWiseSandbox
from tests.sandbox.desk import Desk
from tests.sandbox.receiver import Arrival, Receiver

NOBODY = "http://127.0.0.1:1/hook?recordId="


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


def url(receiver: Receiver) -> str:
    return f"{receiver.url}?recordId="


def is_signed(arrival: Arrival) -> bool:
    """Check the signature with the key that the callback names."""
    answer = httpx.get(arrival.json["Metadata"]["key_url"], trust_env=False)
    key = hashlib.sha256(answer.json()["signing_key"].encode()).digest()
    signature = b64encode(hmac.digest(key, arrival.body, hashlib.sha256)).decode()
    return hmac.compare_digest(signature, arrival.headers["x-content-signature"])


def test_a_callback_is_registered_by_hand_and_told_of_changes(desk: Desk, receiver: Receiver) -> None:
    said = desk.do("/webhooks", "add_webhook", url=url(receiver), type="company")
    assert said == f"Added a callback to {url(receiver)}."
    desk.do("/records/clients/2", "save", name="Næw")
    (arrival,) = receiver.arrivals
    assert arrival.path == "/hook?recordId=2&action=updated"
    assert (arrival.json["Action"], arrival.json["Type"], arrival.json["ID"]) == ("updated", "company", 2)
    assert is_signed(arrival)
    assert "updated" in desk.see("/webhooks")


def test_one_for_each_type_is_one_click(sandbox: ConnectWiseSandbox, desk: Desk) -> None:
    said = desk.do("/webhooks", "add_webhook", url=NOBODY, type="company", each="on")
    assert said == f"Added 6 callbacks to {NOBODY}."
    types = {each["type"] for each in sandbox.webhooks()}
    assert types == {"company", "contact", "productcatalog", "configuration", "opportunity", "agreement"}


@pytest.mark.parametrize("happened", ["updated", "added", "deleted"])
def test_a_test_is_sent_without_a_change(
    sandbox: ConnectWiseSandbox, desk: Desk, receiver: Receiver, happened: str
) -> None:
    sandbox.add_callbacks(url(receiver))
    number = sandbox.truth("assets", ids=True)["active_ids"][1]
    before = sandbox.truth(digests=True)
    desk.do("/webhooks", "send", kind="assets", numbers=str(number), happened=happened)
    (arrival,) = receiver.arrivals
    assert (arrival.json["Action"], arrival.json["Type"], arrival.json["ID"]) == (happened, "configuration", number)
    assert (arrival.json["Entity"] is None) is (happened == "deleted")
    assert sandbox.truth(digests=True) == before


def test_a_test_is_sent_from_the_records_page(sandbox: ConnectWiseSandbox, desk: Desk, receiver: Receiver) -> None:
    sandbox.add_callbacks(url(receiver))
    assert "Send “added”" in desk.see("/records/clients/2")
    desk.do("/records/clients/2", "send", kind="clients", numbers="2", happened="added")
    assert receiver.arrivals[0].json["Action"] == "added"


def test_a_bad_signature_is_one_click_away(sandbox: ConnectWiseSandbox, desk: Desk, receiver: Receiver) -> None:
    sandbox.add_callbacks(url(receiver))
    desk.do("", "become", character="forged")
    desk.do("/webhooks", "send", kind="clients", numbers="2")
    desk.do("", "become", character="behaves")
    desk.do("/webhooks", "send", kind="clients", numbers="2")
    assert [is_signed(each) for each in receiver.arrivals] == [False, True]


def test_each_is_sent_twice_with_the_same_message_id(
    sandbox: ConnectWiseSandbox, desk: Desk, receiver: Receiver
) -> None:
    sandbox.add_callbacks(url(receiver))
    desk.do("", "become", character="twice")
    desk.do("/records/clients/2", "save", name="Twice")
    first, second = receiver.arrivals
    assert first.json["MessageId"] == second.json["MessageId"]


def test_a_delivery_is_sent_again_as_it_was(sandbox: ConnectWiseSandbox, desk: Desk, receiver: Receiver) -> None:
    sandbox.add_callbacks(url(receiver))
    desk.do("/webhooks", "send", kind="clients", numbers="2")
    assert (
        desk.do("/webhooks", "resend", number=sandbox.webhook_deliveries()[0]["number"])
        == "Sent “company updated” again."
    )
    first, second = receiver.arrivals
    assert (first.path, first.body) == (second.path, second.body)


def test_any_body_is_sent_as_it_is(desk: Desk, receiver: Receiver) -> None:
    desk.do("/webhooks", "add_webhook", url=url(receiver))
    desk.do("/webhooks", "send_body", body="[½")
    assert receiver.arrivals[0].body == "[½".encode()


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("add_webhook", {"url": "http://example.com/"}, "127.0.0.1"),
    ("add_webhook", {"url": ""}, "can't be saved"),
    ("add_webhook", {"url": NOBODY, "type": "site"}, "can't be saved"),
    ("add_webhook", {"url": NOBODY, "type": "site", "each": "on"}, "can't be saved"),
    ("save_webhook", {"id": "26559"}, "This callback has been removed"),
    ("send", {"kind": "clients", "numbers": "2"}, "No callback is set up"),
    ("resend", {"number": "7"}, "can't be sent again"),
]


@pytest.mark.parametrize(("do", "form", "reason"), REFUSED)
def test_nonsense_sends_and_keeps_nothing(
    sandbox: ConnectWiseSandbox, desk: Desk, do: str, form: dict[str, Any], reason: str
) -> None:
    assert reason in desk.refused("/webhooks", do, **form)
    assert sandbox.webhooks() == []
    assert sandbox.webhook_deliveries() == []


def test_a_callback_tells_of_its_own_type_alone(sandbox: ConnectWiseSandbox, desk: Desk) -> None:
    sandbox.add_webhook(NOBODY, type="contact")
    assert "No callback for companies" in desk.refused("/webhooks", "send", kind="clients", numbers="2")
    assert "No callback for sites" in desk.refused("/webhooks", "send", kind="sites", numbers="1000")
