"""Webhooks at the desk: set up, switched, and sent by a click."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from portal.sandbox.halo import HaloSandbox
from portal.sandbox.halo.desk.description import SHAPES
from portal.sandbox.halo.desk.webhook_words import WEBHOOK
from portal.sandbox.halo.record_types import RECORD_TYPES
from portal.sandbox.halo.webhooks.webhook import TOPICS, Webhook
from tests.sandbox.desk import Desk
from tests.sandbox.receiver import Receiver

NOBODY = "http://127.0.0.1:1/"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


@pytest.mark.parametrize("name", [each.name for each in msgspec.structs.fields(Webhook)])
def test_every_setting_of_a_webhook_has_a_sentence(name: str) -> None:
    assert name in WEBHOOK, f"explain Webhook.{name} in portal/sandbox/halo/desk/webhook_words.py"
    assert WEBHOOK[name].sentence.endswith(".")


def test_all_events_can_be_chosen() -> None:
    assert set(WEBHOOK["events"].choices) == TOPICS


def test_one_is_added_with_basic_authentication(sandbox: HaloSandbox, desk: Desk, receiver: Receiver) -> None:
    form = desk.form("/webhooks", do="add_webhook")
    desk.send("/webhooks", form | {"url": [receiver.url], "user": ["halo"], "secret": ["s"]})
    sandbox.change("clients", [1])
    sandbox.flush_webhooks()
    assert receiver.arrivals[0].headers["Authorization"].startswith("Basic ")


def test_without_user_and_password_it_has_no_authentication(sandbox: HaloSandbox, desk: Desk) -> None:
    desk.do("/webhooks", "add_webhook", url=NOBODY, user="", secret="")
    assert sandbox.webhooks()[0]["authentication"] == "none"


def test_settings_are_saved_and_saving_them_as_they_are_changes_nothing(sandbox: HaloSandbox, desk: Desk) -> None:
    added = sandbox.add_webhook(NOBODY, form="small", events=["clients deleted"], secret=" s ", authentication="hmac")
    form = desk.form("/webhooks", do="save_webhook", id=added["id"])
    desk.send("/webhooks", form)
    assert sandbox.webhooks() == [added]
    desk.send("/webhooks", form | {"batching": ["array"], "events": ["", "assets"], "numbers_as_strings": ["", "on"]})
    changed = {"batching": "array", "events": ["assets"], "numbers_as_strings": True}
    assert sandbox.webhooks() == [added | changed]


def test_one_is_switched_off_and_on_and_removed(sandbox: HaloSandbox, desk: Desk) -> None:
    number = sandbox.add_webhook(NOBODY)["id"]
    desk.do("/webhooks", "switch_webhook", id=number)
    assert "switched off" in desk.see("/webhooks")
    desk.do("/webhooks", "switch_webhook", id=number)
    assert sandbox.webhooks()[0]["active"] is True
    desk.do("/webhooks", "remove_webhook", id=number)
    assert sandbox.webhooks() == []


@pytest.mark.parametrize("kind", RECORD_TYPES)
@pytest.mark.parametrize("happened", ["updated", "created", "deleted"])
def test_any_event_is_sent_for_any_record_without_changing_it(
    sandbox: HaloSandbox, desk: Desk, receiver: Receiver, kind: str, happened: str
) -> None:
    sandbox.add_webhook(receiver.url, events=["tickets"])  # what it is told of otherwise does not matter
    number = sandbox.truth(kind, ids=True)["active_ids"][1]
    before = sandbox.truth(digests=True)
    desk.do("/webhooks", "send", kind=kind, numbers=str(number), happened=happened)
    told = receiver.arrivals[0].json
    assert told["object_id"] == number
    assert happened in told["event"] or told["event"].startswith("new ")
    (entity,) = [value for value in told.values() if isinstance(value, dict)]
    assert entity["id"] == number
    assert sandbox.truth(digests=True) == before


def test_an_event_takes_the_words_and_the_shape_that_are_chosen(
    sandbox: HaloSandbox, desk: Desk, receiver: Receiver
) -> None:
    sandbox.add_webhook(receiver.url)
    shape = {
        "laid_out": "chosen",
        "form": "small",
        "batching": "grouped",
        "batch_size": "100",
        "numbers_as_strings": "on",
    }
    desk.do("/webhooks", "send", kind="clients", numbers="1, 424242", event="client merged", word="Customer", **shape)
    first, second = receiver.arrivals[0].json["events"]
    assert (first["event"], first["object_id"], second["object_id"]) == ("client merged", "1", "424242")
    assert second["Customer"] == {"id": "424242"}
    assert sandbox.webhooks()[0]["form"] == "full"


def test_the_shape_is_that_of_the_webhook_unless_chosen(sandbox: HaloSandbox, desk: Desk, receiver: Receiver) -> None:
    sandbox.add_webhook(receiver.url, form="event")
    form = desk.form("/webhooks", do="send")
    assert form.keys() >= SHAPES
    desk.send("/webhooks", form | {"numbers": ["1"]})
    assert "client" not in receiver.arrivals[0].json


def test_the_knob_for_entity_words_applies(sandbox: HaloSandbox, desk: Desk, receiver: Receiver) -> None:
    sandbox.turn(entity_words={"clients": "area"})
    sandbox.add_webhook(receiver.url)
    desk.do("/webhooks", "send", kind="clients", numbers="1")
    assert receiver.arrivals[0].json["area"]["id"] == 1


def test_an_event_goes_to_one_webhook_or_to_all(sandbox: HaloSandbox, desk: Desk, receiver: Receiver) -> None:
    first, _ = sandbox.add_webhook(receiver.url), sandbox.add_webhook(receiver.url)
    desk.do("/webhooks", "send", kind="clients", numbers="1", id=first["id"])
    assert len(receiver.arrivals) == 1
    desk.do("/webhooks", "send", kind="clients", numbers="1")
    assert len(receiver.arrivals) == 3


def test_any_body_is_sent_as_it_is(sandbox: HaloSandbox, desk: Desk, receiver: Receiver) -> None:
    sandbox.add_webhook(receiver.url)
    desk.do("/webhooks", "send_body", body=" [½", content_type="text/json")
    assert receiver.arrivals[0].body == " [½".encode()
    assert receiver.arrivals[0].headers["Content-Type"] == "text/json"


def test_a_delivery_is_sent_again(sandbox: HaloSandbox, desk: Desk, receiver: Receiver) -> None:
    sandbox.add_webhook(receiver.url)
    sandbox.change("clients", [1])
    sandbox.flush_webhooks()
    number = sandbox.webhook_deliveries()[0]["number"]
    assert desk.do("/webhooks", "resend", number=number) == "Sent “client updated” again."
    first, second = receiver.arrivals
    assert first.body == second.body
    assert sandbox.webhook_deliveries()[1]["object_ids"] == [1]


def test_deliveries_show_their_status_answer_and_body(sandbox: HaloSandbox, desk: Desk, receiver: Receiver) -> None:
    receiver.status = 422
    sandbox.add_webhook(receiver.url)
    sandbox.add_webhook(NOBODY)
    desk.do("/webhooks", "send", kind="clients", numbers="1")
    page = desk.see("/webhooks")
    assert '<span class="badge bad">422</span>' in page
    assert "Connection refused" in page
    assert "&#34;object_id&#34;:1" in page
    assert "1 failure in a row" in page


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("add_webhook", {"url": "http://example.com/", "user": "", "secret": ""}, "127.0.0.1"),
    ("add_webhook", {"url": "", "user": "", "secret": ""}, "can't be saved"),
    ("add_webhook", {"url": '"><script>alert(1)</script>'}, "can't be saved"),
    ("add_webhook", {"url": NOBODY, "batch_size": "0"}, "at least 1"),
    ("add_webhook", {"url": NOBODY, "disable_after": "-1"}, "at least 0"),
    ("add_webhook", {"url": NOBODY, "form": "round"}, "can't be saved"),
    ("add_webhook", {"url": NOBODY, "events": "nothing"}, "no such event"),
    ("add_webhook", {"url": NOBODY, "authentication": "bearer", "secret": "ü"}, "printable"),
    ("save_webhook", {"id": "nobody"}, "has been removed"),
    ("switch_webhook", {}, "has been removed"),
    ("remove_webhook", {"id": "nobody"}, "has been removed"),
    ("send", {"kind": "clients", "numbers": "1"}, "No webhook is set up"),
    ("send", {"kind": "tickets", "numbers": "1"}, "isn't a record type"),
    ("send", {"kind": "clients", "numbers": ""}, "at least one record"),
    ("send", {"kind": "clients", "numbers": "twelve"}, "must be a whole number"),
    ("send", {"kind": "clients", "numbers": "1 " * 1001}, "at least one record"),
    ("send_body", {"body": "{}"}, "No webhook is set up"),
    ("send_body", {"body": "{}", "content_type": "a\r\nb: c"}, "one line"),
    ("resend", {"number": "7"}, "can't be sent again"),
    ("resend", {"number": "x"}, "must be a whole number"),
]


@pytest.mark.parametrize(("do", "form", "reason"), REFUSED)
def test_nonsense_sends_and_keeps_nothing(
    sandbox: HaloSandbox, desk: Desk, do: str, form: dict[str, Any], reason: str
) -> None:
    assert reason in desk.refused("/webhooks", do, **form)
    assert sandbox.webhooks() == []
    assert sandbox.webhook_deliveries() == []


def test_nothing_is_sent_to_one_that_is_switched_off(sandbox: HaloSandbox, desk: Desk) -> None:
    number = sandbox.add_webhook(NOBODY, active=False)["id"]
    assert "switched off" in desk.refused("/webhooks", "send", kind="clients", numbers="1", id=number)
    assert "No webhook is set up" in desk.refused("/webhooks", "send", kind="clients", numbers="1")
