"""Deliveries that arrive at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask

from portal.models.integrations import Integration
from portal.models.webhooks import RefetchRequest
from portal.services.webhooks import inbox
from portal.services.webhooks.deliveries import Arrival
from tests.routes.webhook_calls import deliver


def test_many_at_once_share_a_commit(app: Flask, halo: Integration, monkeypatch: pytest.MonkeyPatch) -> None:
    store, sizes, everybody = inbox._store, [], threading.Barrier(8)

    def counted(arrivals: Sequence[Arrival]) -> list[int]:
        sizes.append(len(arrivals))
        return store(arrivals)

    def send(number: int) -> int:
        everybody.wait(10)
        return deliver(app, halo, json={"event": "new site", "object_id": number + 1}).status_code

    monkeypatch.setattr(inbox, "_store", counted)
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(send, range(8))) == [200] * 8
    assert sum(sizes) == 8
    stored = {(request.remote_id, request.delivery.event) for request in RefetchRequest.select()}
    assert stored == {(number, "new site") for number in range(1, 9)}
