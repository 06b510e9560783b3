"""What webhooks of the simulated Halo say, and how they prove who they are."""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b64decode, b64encode
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from portal.sandbox.halo import HaloSandbox
from portal.sandbox.verbs import SandboxError
from tests.sandbox.receiver import Arrival, Receiver
from tests.sandbox.visitor import PATHS, Visitor

WORDS = {
    "clients": "client",
    "sites": "site",
    "contacts": "user",
    "products": "item",
    "assets": "asset",
    "opportunities": "opportunity",
    "contracts": "contract",
}
HEAD = {
    *("id", "webhook_id", "notification_id", "escmsg_id", "event", "message", "object_id", "agent_id", "timestamp")
}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


def only(sandbox: HaloSandbox, receiver: Receiver) -> Arrival:
    sandbox.flush_webhooks()
    (arrival,) = receiver.arrivals
    return arrival


@pytest.mark.parametrize("record_type", PATHS)
def test_the_full_form_has_what_the_detail_page_has(
    sandbox: HaloSandbox, visitor: Visitor, receiver: Receiver, record_type: str
) -> None:
    added = sandbox.add_webhook(receiver.url)
    (number,) = sandbox.change(record_type)
    arrival = only(sandbox, receiver)
    told = arrival.json
    assert told.keys() == HEAD | {WORDS[record_type]}
    assert told[WORDS[record_type]] == visitor.get(f"{PATHS[record_type][0]}/{number}").json()
    assert told["object_id"] == number
    assert told["event"] == f"{WORDS[record_type]} updated"
    assert told["webhook_id"] == added["id"]
    assert UUID(told["id"]) != UUID(told["escmsg_id"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z", told["timestamp"])
    assert arrival.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("record_type", PATHS)
def test_the_small_form_has_key_fields_only(sandbox: HaloSandbox, receiver: Receiver, record_type: str) -> None:
    sandbox.add_webhook(receiver.url, form="small")
    (number,) = sandbox.change(record_type)
    told = only(sandbox, receiver).json[WORDS[record_type]]
    assert told["id"] == number
    assert 1 < len(told) < 12
    assert "customfields" not in told


def test_the_event_form_has_no_object(sandbox: HaloSandbox, receiver: Receiver) -> None:
    sandbox.add_webhook(receiver.url, form="event")
    sandbox.change("clients")
    assert only(sandbox, receiver).json.keys() == HEAD


def test_a_deleted_record_is_told_as_it_was_last(sandbox: HaloSandbox, receiver: Receiver) -> None:
    sandbox.add_webhook(receiver.url, form="small", events=["clients deleted"])
    (number,) = sandbox.change("clients", fields={"name": "Gone & forgotten"})
    sandbox.delete("clients", [number])
    assert only(sandbox, receiver).json["client"]["name"] == "Gone & forgotten"


@pytest.mark.parametrize(
    ("word", "events"),
    [
        ("ticket", ["new ticket logged", "ticket updated", "ticket deleted"]),
        ("sales_opportunity", ["new sales opportunity", "sales opportunity updated", "sales opportunity deleted"]),
    ],
)
def test_halo_may_call_a_record_otherwise(
    sandbox: HaloSandbox, receiver: Receiver, word: str, events: list[str]
) -> None:
    sandbox.turn(entity_words={"opportunities": word})
    sandbox.add_webhook(receiver.url)
    (number,) = sandbox.create("opportunities")
    sandbox.change("opportunities", [number])
    sandbox.delete("opportunities", [number])
    sandbox.flush_webhooks()
    assert receiver.events == events
    assert {each.json[word]["id"] for each in receiver.arrivals} == {number}


def test_a_word_for_no_record_type_is_refused(sandbox: HaloSandbox) -> None:
    with pytest.raises(SandboxError, match="'printers' is no record type"):
        sandbox.turn(entity_words={"printers": "printer"})


def test_numbers_may_be_text(sandbox: HaloSandbox, receiver: Receiver) -> None:
    sandbox.add_webhook(receiver.url, numbers_as_strings=True)
    (number,) = sandbox.change("sites")
    told = only(sandbox, receiver).json
    assert told["object_id"] == told["site"]["id"] == str(number)
    assert told["site"]["client_id"].endswith(".0")
    assert told["site"]["inactive"] is False


@pytest.mark.parametrize(("batching", "unpack"), [("array", lambda b: b), ("grouped", lambda b: b["events"])])
def test_batches_hold_events(sandbox: HaloSandbox, receiver: Receiver, batching: str, unpack: Any) -> None:
    sandbox.add_webhook(receiver.url, batching=batching, batch_size=4)
    changed = sandbox.change("clients", count=9)
    sandbox.change("sites")
    sandbox.flush_webhooks()
    batches = [unpack(each.json) for each in receiver.arrivals]
    assert [len(batch) for batch in batches] == [4, 4, 1, 1]
    told = [event for batch in batches for event in batch]
    assert [event["object_id"] for event in told[:9]] == changed == [event["client"]["id"] for event in told[:9]]
    assert len({event["id"] for event in told}) == 10


@pytest.mark.parametrize(("form", "keys"), [("full", {"object_id", "client"}), ("event", {"object_id"})])
def test_or_one_event_with_its_objects(sandbox: HaloSandbox, receiver: Receiver, form: str, keys: set[str]) -> None:
    sandbox.add_webhook(receiver.url, batching="objects", form=form)
    changed = sandbox.change("clients", count=3)
    told = only(sandbox, receiver).json
    assert told.keys() == HEAD - {"object_id"} | {"objects"}
    assert [each["object_id"] for each in told["objects"]] == changed
    assert all(each.keys() == keys for each in told["objects"])


def test_ticket_events_can_be_sent(sandbox: HaloSandbox, receiver: Receiver) -> None:
    sandbox.add_webhook(receiver.url, events=["tickets"])
    sandbox.send_event([4242], fields={"summary": "Printer on fire"})
    told = only(sandbox, receiver).json
    assert told["event"] == "new ticket logged"
    assert told["message"] == "New ticket logged. Ticket ID: 0004242."
    assert told["ticket"]["id"] == 4242
    assert told["ticket"]["summary"] == "Printer on fire"


def test_events_about_unknown_objects_can_be_sent(sandbox: HaloSandbox, receiver: Receiver) -> None:
    sandbox.add_webhook(receiver.url, form="event")
    sandbox.send_event([7, 8], event="invoice created", word="invoice")
    sandbox.flush_webhooks()
    assert receiver.events == ["invoice created"] * 2


def test_anything_can_be_posted(sandbox: HaloSandbox, receiver: Receiver) -> None:
    added = sandbox.add_webhook(receiver.url, authentication="bearer", secret="open-sesame")
    receiver.status = 418
    delivery = sandbox.post_webhook(added["id"], b"\xff{not json", content_type="text/plain")
    arrival = only(sandbox, receiver)
    assert delivery["status"] == 418
    assert arrival.body == b"\xff{not json"
    assert arrival.headers["Content-Type"] == "text/plain"
    assert arrival.headers["Authorization"] == "Bearer open-sesame"


def test_but_no_broken_header(sandbox: HaloSandbox, receiver: Receiver) -> None:
    added = sandbox.add_webhook(receiver.url)
    with pytest.raises(SandboxError, match="printable"):
        sandbox.post_webhook(added["id"], "{}", content_type="text/plain\r\nX-More: 1")
    sandbox.change_webhook(added["id"], active=False)
    with pytest.raises(SandboxError, match="KeyError"):
        sandbox.post_webhook(added["id"], "{}")
    assert receiver.arrivals == []


def test_without_authentication_there_is_no_proof(sandbox: HaloSandbox, receiver: Receiver) -> None:
    sandbox.add_webhook(receiver.url, user="halo", secret="s3cret")
    sandbox.change("clients")
    headers = only(sandbox, receiver).headers
    assert "Authorization" not in headers
    assert "Token" not in headers


def test_basic_sends_user_and_password(sandbox: HaloSandbox, receiver: Receiver) -> None:
    sandbox.add_webhook(receiver.url, authentication="basic", user="halo", secret="pä:ss")
    sandbox.change("clients")
    scheme, _, value = only(sandbox, receiver).headers["Authorization"].partition(" ")
    assert scheme == "Basic"
    assert b64decode(value).decode() == "halo:pä:ss"


def test_a_token_goes_in_any_header(sandbox: HaloSandbox, receiver: Receiver) -> None:
    sandbox.add_webhook(receiver.url, authentication="header", header="X-Scopable-Key", secret="k 1")
    sandbox.change("clients")
    assert only(sandbox, receiver).headers["X-Scopable-Key"] == "k 1"


@pytest.mark.parametrize("form", ["full", "small", "event"])
def test_the_signature_is_over_the_raw_body(sandbox: HaloSandbox, receiver: Receiver, form: str) -> None:
    sandbox.add_webhook(receiver.url, form=form, authentication="hmac", secret="kéy")
    sandbox.change("clients", fields={"name": "Ωκεανός"})
    arrival = only(sandbox, receiver)
    expected = hmac.digest("kéy".encode(), arrival.body, hashlib.sha256)
    assert arrival.headers["Token"] == b64encode(expected).decode()
    assert arrival.headers["Token"] != b64encode(hmac.digest(b"other", arrival.body, hashlib.sha256)).decode()


def test_a_new_secret_counts_at_once(sandbox: HaloSandbox, receiver: Receiver) -> None:
    added = sandbox.add_webhook(receiver.url, authentication="bearer", secret="old")
    sandbox.change_webhook(added["id"], secret="new")
    sandbox.change("clients")
    assert only(sandbox, receiver).headers["Authorization"] == "Bearer new"
