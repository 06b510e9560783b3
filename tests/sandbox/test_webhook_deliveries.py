"""What the simulated Halo notes of its deliveries, and when it gives a webhook up."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from portal.sandbox.halo import HaloSandbox
from portal.sandbox.verbs import SandboxError
from tests.sandbox.receiver import Receiver


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


def test_a_delivery_is_noted(sandbox: HaloSandbox, receiver: Receiver) -> None:
    receiver.status = 204
    added = sandbox.add_webhook(receiver.url)
    (number,) = sandbox.change("clients")
    sandbox.flush_webhooks()
    (noted,) = sandbox.webhook_deliveries()
    assert noted["number"] == 1
    assert noted["tenant"] == "acme"
    assert noted["webhook_id"] == added["id"]
    assert (noted["event"], noted["object_ids"]) == ("client updated", [number])
    assert (noted["status"], noted["error"]) == (204, None)
    assert noted["ms"] > 0
    assert json.loads(noted["request"]) == receiver.arrivals[0].json


def test_the_log_can_be_searched(sandbox: HaloSandbox, receiver: Receiver) -> None:
    sandbox.add_webhook(receiver.url)
    sandbox.change("clients", count=3)
    sandbox.change("sites", count=2)
    sandbox.flush_webhooks()
    assert len(sandbox.webhook_deliveries(event="site updated", status="200")) == 2
    assert [each["number"] for each in sandbox.webhook_deliveries(after=1, limit=2)] == [2, 3]
    assert sandbox.webhook_deliveries(tenant="globex") == []
    with pytest.raises(SandboxError, match="no field colour"):
        sandbox.webhook_deliveries(colour="red")


@pytest.mark.parametrize("status", [301, 307, 400, 401, 404, 429, 500, 503])
def test_a_refused_delivery_is_not_repeated(sandbox: HaloSandbox, receiver: Receiver, status: int) -> None:
    receiver.status = status
    added = sandbox.add_webhook(receiver.url)
    sandbox.change("clients")
    sandbox.flush_webhooks()
    assert [each["status"] for each in sandbox.webhook_deliveries()] == [status]
    assert len(receiver.arrivals) == 1
    assert sandbox.webhooks() == [{**added, "failures": 1}]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_never_followed(sandbox: HaloSandbox, receiver: Receiver, status: int) -> None:
    with Receiver(status=status, location=receiver.url) as crossroads:
        sandbox.add_webhook(crossroads.url)
        sandbox.change("clients")
        sandbox.flush_webhooks()
        assert len(crossroads.arrivals) == 1
    assert receiver.arrivals == []


def test_a_refused_connection_is_a_failure(sandbox: HaloSandbox) -> None:
    with Receiver() as gone:
        url = gone.url
    sandbox.add_webhook(url)
    sandbox.change("clients")
    sandbox.flush_webhooks()
    (noted,) = sandbox.webhook_deliveries()
    assert (noted["status"], noted["error"]) == (None, "Connection refused")
    assert sandbox.webhooks()[0]["failures"] == 1


def test_a_timeout_is_a_failure(sandbox: HaloSandbox) -> None:
    sandbox.turn(webhook_timeout=0.05)
    with Receiver(silent=True) as receiver:
        sandbox.add_webhook(receiver.url)
        sandbox.change("clients")
        sandbox.flush_webhooks()
    assert [each["error"] for each in sandbox.webhook_deliveries()] == ["timed out"]


def test_after_enough_failures_in_a_row_it_is_switched_off(sandbox: HaloSandbox, receiver: Receiver) -> None:
    receiver.status = 500
    added = sandbox.add_webhook(receiver.url, disable_after=3)
    sandbox.change("clients", count=8)
    sandbox.change("sites")
    sandbox.flush_webhooks()
    assert len(receiver.arrivals) == 3
    assert sandbox.webhooks() == [{**added, "failures": 3, "active": False}]


def test_saved_anew_it_starts_again(sandbox: HaloSandbox, receiver: Receiver) -> None:
    receiver.status = 500
    added = sandbox.add_webhook(receiver.url, disable_after=1)
    sandbox.change("clients")
    sandbox.flush_webhooks()
    receiver.status = 200
    assert sandbox.change_webhook(added["id"], active=True) == added
    sandbox.change("clients")
    sandbox.flush_webhooks()
    assert [each["status"] for each in sandbox.webhook_deliveries()] == [500, 200]


def test_one_success_resets_the_failures(sandbox: HaloSandbox, receiver: Receiver) -> None:
    sandbox.add_webhook(receiver.url, disable_after=2)
    for receiver.status in (500, 200, 500, 200, 500):
        sandbox.change("clients")
        sandbox.flush_webhooks()
    assert sandbox.webhooks()[0]["active"] is True
    assert sandbox.webhooks()[0]["failures"] == 1


def test_it_can_be_set_to_never_switch_off(sandbox: HaloSandbox, receiver: Receiver) -> None:
    receiver.status = 500
    sandbox.add_webhook(receiver.url, disable_after=0)
    sandbox.change("contacts", count=20)
    sandbox.flush_webhooks()
    assert len(receiver.arrivals) == 20
    assert sandbox.webhooks()[0]["active"] is True


def test_one_that_fails_does_not_hold_back_the_others(sandbox: HaloSandbox, receiver: Receiver) -> None:
    with Receiver(status=500) as broken:
        sandbox.add_webhook(broken.url, disable_after=1)
        sandbox.add_webhook(receiver.url)
        sandbox.change("clients", count=3)
        sandbox.flush_webhooks()
        assert (len(broken.arrivals), len(receiver.arrivals)) == (1, 3)


def test_what_does_not_fit_into_the_queue_is_noted_and_not_sent(sandbox: HaloSandbox, receiver: Receiver) -> None:
    sandbox.turn(webhook_queue=0)
    added = sandbox.add_webhook(receiver.url)
    sandbox.change("clients", count=2)
    sandbox.flush_webhooks()
    assert receiver.arrivals == []
    assert [each["error"] for each in sandbox.webhook_deliveries()] == ["the queue is full"] * 2
    assert sandbox.post_webhook(added["id"], "{}")["error"] == "the queue is full"
    assert sandbox.webhooks()[0]["failures"] == 0
