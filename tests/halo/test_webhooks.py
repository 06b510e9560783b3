"""The subject of a delivery, in every format that Halo may send."""

from __future__ import annotations

import json
import tracemalloc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.halo import webhooks
from portal.halo.webhooks.subject import NO_ID, NO_SUBJECT
from portal.psa.webhooks import LONGEST_NAME, WebhookEvent
from tests.halo.webhook_shapes import FORM, HEAD, REFUSED, SHAPES, Shape


def read(body: Any, content_type: str = "") -> list[WebhookEvent]:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return webhooks.read(webhooks.extract_json(raw, content_type))


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_the_subject_is_what_the_event_is_about(shape: Shape) -> None:
    assert webhooks.is_readable(shape.raw, shape.content_type)
    found = read(shape.raw, shape.content_type)
    assert [each.why or (each.record_type, each.remote_id) for each in found] == shape.about


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_the_stored_body_has_the_same_subject(shape: Shape) -> None:
    text = webhooks.extract_json(shape.raw, shape.content_type)
    kept = webhooks.abridge(text)
    assert len(kept) < 20_000
    assert webhooks.read(webhooks.extract_json(kept)) == webhooks.read(text)


@pytest.mark.parametrize(
    ("word", "record_type"),
    [
        *(("client", "clients"), ("Clients", "clients"), ("customer", "clients"), ("area", "clients")),
        *(("site", "sites"), ("user", "contacts"), ("Users", "contacts"), ("end_user", "contacts")),
        *(("contact", "contacts"), ("item", "products"), ("product", "products"), ("asset", "assets")),
        *(("device", "assets"), ("opportunity", "opportunities"), ("opportunities", "opportunities")),
        *(("contract", "contracts"), ("client_contract", "contracts"), ("ContractHeader", "contracts")),
        *(("ticket", "opportunities"), ("Tickets", "opportunities")),
    ],
)
def test_the_only_object_names_the_record(word: str, record_type: str) -> None:
    for body in ({"object_id": 7, word: {"id": 7, "name": "Acme"}}, {word: {"id": "7"}}):
        (event,) = read(HEAD | {"event": "something"} | body)
        assert (event.record_type, event.remote_id) == (record_type, 7)


@pytest.mark.parametrize(
    ("event", "record_type"),
    [
        *(("client updated", "clients"), ("New Client", "clients"), ("Customer Deleted", "clients")),
        *(("Opportunities: stage changed", "opportunities"), ("asset of client changed", "assets")),
        *(("clientContractRenewed", "contracts"), ("SITE_UPDATED", "sites"), ("onUserCreated", "contacts")),
    ],
)
def test_an_event_without_an_object_is_understood_by_its_words(event: str, record_type: str) -> None:
    (found,) = read({"event": event, "object_id": "12"})
    assert (found.record_type, found.remote_id) == (record_type, 12)


@pytest.mark.parametrize("event", ["Budget used up", "", None, 7, {"id": 1}, "⚠"])
def test_an_unknown_subject_is_explained_and_left_to_a_sync(event: Any) -> None:
    (found,) = read(HEAD | {"event": event, "object_id": 7})
    assert (found.record_type, found.remote_id, found.why, found.needs_sync) == (None, None, NO_SUBJECT, True)


def test_a_subject_that_is_not_synced_needs_no_sync() -> None:
    (found,) = read(HEAD | {"event": "purchase order approved", "object_id": 7})
    assert (bool(found.why), found.needs_sync) == (True, False)


@pytest.mark.parametrize("number", [None, 0, -1, "", "x", 1.5, "1" * 40, 2**63, True, [], {}, "٧", "1e3"])
def test_an_invalid_id_identifies_nothing(number: Any) -> None:
    (found,) = read({"event": "client updated", "object_id": number, "client": {"id": number}})
    assert (found.record_type, found.remote_id, found.why) == (None, None, NO_ID)


@pytest.mark.parametrize(("body", "reason"), REFUSED)
def test_a_body_without_an_event_is_refused_with_a_reason(body: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        read(body)


def test_a_name_is_short_and_has_no_invisible_characters() -> None:
    (long,) = read({"event": "client " * 1000, "object_id": 1})
    assert len(long.name) <= LONGEST_NAME
    (odd,) = read({"event": "client\x00\x1b[31m\n updated", "object_id": 1})
    assert odd.name == "client [31m updated"


def test_a_picture_is_not_kept() -> None:
    body = {"event": "client updated", "client": {"id": 12, "logo": "x" * 300_000, "notes": 'says "hi" \\' * 50}}
    kept = json.loads(webhooks.abridge(json.dumps(body).encode()))
    assert kept["client"]["logo"] == "(300000 characters, not kept)"
    assert kept["client"] | {"logo": ""} == body["client"] | {"logo": ""}  # type: ignore[operator]


def test_a_very_long_body_is_truncated() -> None:
    body = json.dumps([{"event": "client updated", "object_id": 1, "name": "Acme"}] * 20_000).encode()
    kept = webhooks.abridge(body)
    assert len(kept) < 300_000
    assert kept.endswith(b"more bytes, not kept)")


# Whatever the body is, reading it may take so many times its length, and so much for its thousand events.
TIMES = 4
FOR_EVENTS = 1_500_000
LARGE = 2_000_000
HEAVY = {
    "many keys beside empty objects": (
        b'{"objects":[' + b",".join([b"{}"] * 10_000) + b"]," + b",".join(b'"k%d":1' % i for i in range(8_000)) + b"}"
    ),
    "the same with 800 objects": (
        b'{"objects":[' + b",".join([b"{}"] * 800) + b"]," + b",".join(b'"k%d":1' % i for i in range(150_000)) + b"}"
    ),
    "empty lists": b"[" + b"[]," * (LARGE // 3) + b"[]]",
    "empty objects in an object": b'{"x":[' + b"{}," * (LARGE // 3) + b"{}]}",
    "numbers": b'{"event":"new site","x":[' + b"1," * (LARGE // 2) + b"1]}",
    "short texts": b"[" + b'"",' * (LARGE // 3) + b'""]',
    "other keys": b"{" + b",".join(b'"%x":1' % i for i in range(LARGE // 9)) + b"}",
    "one key again and again": b"{" + b",".join([b'"client":{"id":1}'] * (LARGE // 18)) + b"}",
    "clients": b'{"clients":[' + b",".join([b'{"id":1}'] * (LARGE // 9)) + b"]}",
    "deep": b"[" * LARGE,
    "deep and closed": b'{"x":' * 400 + b"1" + b"}" * 400,
    "wrapped": b'{"data":' * 400 + b"1" + b"}" * 400,
    "a long text": b'{"event":"' + b"x" * LARGE + b'"}',
    "escapes": b'{"event":"' + b"\\n" * (LARGE // 2) + b'"}',
    "quotes in quotes": b'{"body":"' + b'\\"' * (LARGE // 2) + b'"}',
    "emoji": ('{"event":"' + "🦊" * (LARGE // 4) + '"}').encode(),
    "UTF-16": ('{"event":"' + "🦊" * (LARGE // 4) + '"}').encode("utf-16"),
    "form": b"payload=" + b"%7B" * (LARGE // 3),
    "fields": b"a=1&" * (LARGE // 4),
}


@pytest.mark.parametrize("name", HEAVY)
def test_parsing_takes_at_most_a_few_times_the_memory_of_the_body(name: str) -> None:
    body = HEAVY[name]
    content_type = FORM if name in {"form", "fields"} else "application/json"
    read(b"{}")
    tracemalloc.start()
    try:
        text = webhooks.extract_json(body, content_type)
        webhooks.abridge(text)
        webhooks.read(text)
    except ValueError:
        pass
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < TIMES * len(body) + FOR_EVENTS


LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
NESTED = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20)
KEYS = st.sampled_from(
    ["event", "events", "objects", "object_id", "client", "clients", "ticket", "entity", "id", "data", "body", "type"]
)


@given(st.dictionaries(KEYS, NESTED) | st.lists(st.dictionaries(KEYS, NESTED)) | st.binary() | st.text())
def test_any_body_is_parsed_or_refused(body: Any) -> None:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    for content_type in ("application/json", FORM):
        try:
            events = read(raw, content_type)
        except ValueError:
            continue
        assert all((each.record_type is None) == (each.remote_id is None) for each in events)
        assert all(bool(each.why) == (each.record_type is None) for each in events)


@given(st.binary(max_size=200))
def test_any_bytes_between_braces_are_read_or_refused(middle: bytes) -> None:
    for body in (b'{"event":"new site",' + middle + b"}", b'{"event":"' + middle + b'"}'):
        try:
            webhooks.read(webhooks.abridge(webhooks.extract_json(body)))
        except ValueError:
            continue
