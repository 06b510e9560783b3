"""Every shape that the simulated Halo can deliver is understood, or left to the next sync."""

from __future__ import annotations

from typing import Any

import pytest

from portal.halo import webhooks
from portal.halo.webhooks.subject import CONTRADICTION, SEVERAL
from portal.sandbox.halo import HaloSandbox
from portal.sandbox.halo.data.record_factory import ORDER
from tests.sandbox.receiver import Receiver

SHAPES: tuple[dict[str, Any], ...] = (
    *({}, {"form": "small"}, {"form": "event"}, {"numbers_as_strings": True}, {"keys": "capitals"}),
    *({"shape": "linked"}, {"shape": "linked", "form": "small"}, {"shape": "entity"}, {"shape": "custom"}),
    *({"shape": "wrapped"}, {"logo": True}, {"encoding": "utf-8-sig"}, {"encoding": "utf-16"}),
    *({"content_type": "text/json"}, {"content_type": "text/plain"}),
    {"content_type": "application/x-www-form-urlencoded"},
    *({"batching": each} for each in ("array", "nested", "grouped", "objects", "plural")),
    {"batching": "plural", "form": "event"},
    {"batching": "nested", "shape": "linked", "keys": "capitals", "encoding": "utf-8-sig"},
)


def delivered(halo: HaloSandbox, record_type: str, count: int, **webhook: Any) -> tuple[list[int], list[Any]]:
    """Return the ids of the records that were changed, and what is read of the deliveries."""
    with Receiver() as receiver:
        halo.add_webhook(receiver.url, **webhook)
        changed = halo.change(record_type, count=count)
        halo.flush_webhooks()
        found: list[Any] = []
        for arrival in receiver.arrivals:
            content_type = arrival.headers["Content-Type"]
            assert webhooks.is_readable(arrival.body, content_type)
            text = webhooks.extract_json(arrival.body, content_type)
            assert len(webhooks.abridge(text)) < 256 * 1024
            found += webhooks.read(text)
    return changed, found


@pytest.mark.parametrize("record_type", ORDER)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_the_changed_records_are_found(halo: HaloSandbox, shape: dict[str, Any], record_type: str) -> None:
    changed, events = delivered(halo, record_type, 3, **shape)
    assert [(event.record_type, event.remote_id) for event in events] == [(record_type, each) for each in changed]


@pytest.mark.parametrize("record_type", ORDER)
@pytest.mark.parametrize(("shape", "why"), [("unnamed", SEVERAL), ("wrong_id", CONTRADICTION)])
def test_an_unidentifiable_record_is_left_to_the_next_sync(
    halo: HaloSandbox, shape: str, why: str, record_type: str
) -> None:
    _, events = delivered(halo, record_type, 2, shape=shape)
    assert [(event.record_type, event.why, event.needs_sync) for event in events] == [(None, why, True)] * 2
