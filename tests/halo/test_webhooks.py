"""What a delivery tells of, in every form that Halo may send."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.halo import webhooks
from portal.halo.webhooks import NO_ID, NO_OBJECT, Event

HEAD = {"id": "6f1c", "webhook_id": "w", "notification_id": 41, "agent_id": 3, "timestamp": "2026-09-25T06:41:08.7Z"}


def read(told: Any) -> list[Event]:
    return webhooks.read(json.dumps(told).encode())


def one(**told: Any) -> tuple[str | None, int | None]:
    (event,) = read(HEAD | told)
    return event.record_type, event.remote_id


@pytest.mark.parametrize(
    ("word", "record_type"),
    [
        *(("client", "clients"), ("Clients", "clients"), ("customer", "clients"), ("area", "clients")),
        *(("site", "sites"), ("user", "contacts"), ("Users", "contacts"), ("end_user", "contacts")),
        *(("contact", "contacts"), ("item", "products"), ("product", "products"), ("asset", "assets")),
        *(("device", "assets"), ("opportunity", "opportunities"), ("opportunities", "opportunities")),
        *(("contract", "contracts"), ("client_contract", "contracts"), ("ContractHeader", "contracts")),
    ],
)
def test_the_linked_object_names_the_record(word: str, record_type: str) -> None:
    assert one(event="something", object_id=7, **{word: {"id": 7, "name": "Acme"}}) == (record_type, 7)
    assert one(event="something", **{word: {"id": "7"}}) == (record_type, 7)


@pytest.mark.parametrize(
    ("event", "record_type"),
    [
        *(("client updated", "clients"), ("New Client", "clients"), ("Customer Deleted", "clients")),
        *(("client contract updated", "contracts"), ("New user added to site", "contacts")),
        *(("Opportunities: stage changed", "opportunities"), ("asset of client changed", "assets")),
    ],
)
def test_an_event_without_an_object_is_understood_by_its_words(event: str, record_type: str) -> None:
    assert one(event=event, object_id="12") == (record_type, 12)


def test_a_ticket_may_be_an_opportunity() -> None:
    assert one(event="ticket status changed", object_id=4242, ticket={"id": 4242}) == ("opportunities", 4242)
    assert one(event="New Ticket Logged", object_id=4242) == ("opportunities", 4242)


def test_the_more_telling_object_wins() -> None:
    assert one(object_id=3, client={"id": 1}, asset={"id": 3}) == ("assets", 3)


@pytest.mark.parametrize(
    "batch",
    [
        [{"event": "client updated", "object_id": 1}, {"event": "new asset", "object_id": 2}],
        {"events": [{"event": "client updated", "object_id": 1}, {"event": "new asset", "object_id": 2}]},
        [[], {"events": [{"event": "client updated", "object_id": 1}]}, {"event": "new asset", "object_id": 2}, 7],
    ],
)
def test_a_batch_is_read_in_order(batch: Any) -> None:
    assert [(each.record_type, each.remote_id) for each in read(batch)] == [("clients", 1), ("assets", 2)]


def test_objects_share_the_event_of_their_batch() -> None:
    batch = HEAD | {"event": "site updated", "objects": [{"object_id": 1}, {"object_id": "2"}, {"site": {"id": 3}}]}
    assert [(each.name, each.remote_id) for each in read(batch)] == [("site updated", number) for number in (1, 2, 3)]


@pytest.mark.parametrize("event", ["Project budget used up", "", None, 7, {"id": 1}, "⚠"])
def test_what_is_about_nothing_synced_says_so(event: Any) -> None:
    (found,) = read(HEAD | {"event": event, "object_id": 7})
    assert (found.record_type, found.remote_id, found.why) == (None, None, NO_OBJECT)


@pytest.mark.parametrize("number", [None, 0, -1, "", "x", 1.5, "1" * 40, 2**63, True, [], "٧"])
def test_a_number_that_can_be_none_names_nothing(number: Any) -> None:
    (found,) = read({"event": "client updated", "object_id": number, "client": {"id": number}})
    assert (found.record_type, found.remote_id, found.why) == (None, None, NO_ID)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        *((b"", "not JSON"), (b"{", "not JSON"), (b"\xff\xfe{}", "not JSON"), (b'{"a": "\xed\xa0\x80"}', "not JSON")),
        *((b"[" * 100_000, "not JSON"), (b"NaN", "not JSON"), (b"\x1f\x8b\x08", "not JSON")),
        *((b"null", "no event"), (b"7", "no event"), (b'"x"', "no event"), (b"[]", "no event")),
        *((b'{"events": []}', "no event"), (b"[1, 2]", "no event"), (b"[" + b"{}," * 1000 + b"{}]", "1,000 events")),
    ],
)
def test_what_tells_of_no_event_is_refused_with_a_reason(body: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        webhooks.read(body)


def test_of_a_key_that_comes_twice_the_last_counts() -> None:
    assert webhooks.read(b'{"event": "new site", "object_id": 1, "object_id": 2}')[0].remote_id == 2


def test_a_long_name_is_cut() -> None:
    assert len(read({"event": "client " * 1000, "object_id": 1})[0].name) <= webhooks.LONGEST_NAME


LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
NESTED = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20)
KEYS = st.sampled_from(["event", "events", "objects", "object_id", "client", "ticket", "entity", "id"])


@given(st.dictionaries(KEYS, NESTED) | st.lists(st.dictionaries(KEYS, NESTED)) | st.binary())
def test_nothing_makes_it_stumble(told: Any) -> None:
    body = told if isinstance(told, bytes) else json.dumps(told).encode()
    try:
        events = webhooks.read(body)
    except ValueError:
        return
    assert all((each.record_type is None) == (each.remote_id is None) for each in events)
    assert all(bool(each.why) == (each.record_type is None) for each in events)
