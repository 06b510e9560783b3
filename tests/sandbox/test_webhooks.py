"""When webhooks of the simulated Halo fire, and when they do not."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from portal.sandbox.control_client import SandboxControl
from portal.sandbox.halo import HaloSandbox, Settings, TenantSettings, running
from portal.sandbox.halo.webhooks.webhook import Webhook
from portal.sandbox.halo_verbs import HaloVerbs
from portal.sandbox.verbs import SandboxError
from tests.sandbox.receiver import Receiver
from tests.sandbox.visitor import PATHS


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


@pytest.fixture(params=["in this process", "over HTTP"])
def verbs(request: pytest.FixtureRequest, sandbox: HaloSandbox) -> HaloVerbs:
    """Offer the same verbs both ways."""
    return sandbox if request.param == "in this process" else SandboxControl(sandbox.url)


def test_every_change_is_sent_in_order(verbs: HaloVerbs, receiver: Receiver) -> None:
    verbs.add_webhook(receiver.url)
    (number,) = verbs.create("assets")
    verbs.change("assets", [number])
    verbs.deactivate("assets", [number])
    verbs.reactivate("assets", [number])
    verbs.delete("assets", [number])
    verbs.flush_webhooks()
    assert receiver.events == ["new asset", *["asset updated"] * 3, "asset deleted"]
    assert {each.json["object_id"] for each in receiver.arrivals} == {number}


def test_many_records_of_one_change_come_in_its_order(sandbox: HaloSandbox, receiver: Receiver) -> None:
    sandbox.add_webhook(receiver.url)
    changed = sandbox.change("contacts", count=50)
    sandbox.flush_webhooks()
    assert [each.json["object_id"] for each in receiver.arrivals] == changed


def test_a_record_that_is_named_twice_is_sent_once(sandbox: HaloSandbox, receiver: Receiver) -> None:
    sandbox.add_webhook(receiver.url)
    (number,) = sandbox.create("clients")
    sandbox.delete("clients", [number, number])
    sandbox.flush_webhooks()
    assert receiver.events == ["new client", "client deleted"]


@pytest.mark.parametrize(
    "events",
    [["sites"], ["tickets"], ["clients created"], ["clients deleted"], ["sites", "contracts updated"]],
)
def test_what_was_not_asked_for_is_not_sent(sandbox: HaloSandbox, receiver: Receiver, events: list[str]) -> None:
    sandbox.add_webhook(receiver.url, events=events)
    sandbox.change("clients")
    sandbox.flush_webhooks()
    assert receiver.arrivals == []
    assert sandbox.webhook_deliveries() == []


def test_what_was_asked_for_is(sandbox: HaloSandbox, receiver: Receiver) -> None:
    sandbox.add_webhook(receiver.url, events=["sites", "clients deleted"])
    for record_type in PATHS:
        sandbox.change(record_type)
        sandbox.delete(record_type)
    sandbox.flush_webhooks()
    assert receiver.events == ["client deleted", "site updated", "site deleted"]


def test_a_refused_change_sends_nothing(sandbox: HaloSandbox, receiver: Receiver) -> None:
    sandbox.add_webhook(receiver.url)
    with pytest.raises(SandboxError):
        sandbox.change("clients", [1, 424242])
    sandbox.flush_webhooks()
    assert receiver.arrivals == []


def test_each_tenant_has_its_own(receiver: Receiver) -> None:
    tenants = [TenantSettings(name=name, sizes={"clients": 3}) for name in ("acme", "globex")]
    with running(HaloSandbox(Settings(tenants=tenants, hosted=True))) as sandbox:
        added = sandbox.add_webhook(receiver.url, tenant="globex")
        sandbox.change("clients", tenant="acme")
        sandbox.flush_webhooks()
        assert receiver.arrivals == []
        sandbox.change("clients", tenant="globex")
        sandbox.flush_webhooks()
        assert receiver.events == ["client updated"]
        assert sandbox.webhooks() == []
        assert sandbox.webhooks(tenant="globex") == [added]


def test_a_disabled_or_removed_webhook_gets_nothing(verbs: HaloVerbs, receiver: Receiver) -> None:
    added = verbs.add_webhook(receiver.url, active=False)
    verbs.change("clients")
    verbs.change_webhook(added["id"], active=True)
    verbs.remove_webhook(added["id"])
    verbs.change("clients")
    verbs.flush_webhooks()
    assert receiver.arrivals == []
    assert verbs.webhooks() == []


def test_it_can_be_there_from_the_start(receiver: Receiver) -> None:
    settings = Settings(tenants=[TenantSettings(sizes={"clients": 3})], webhooks=[Webhook(receiver.url)])
    with running(HaloSandbox(settings)) as sandbox:
        sandbox.change("clients")
        sandbox.flush_webhooks()
    assert receiver.events == ["client updated"]


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/hook",
        "http://10.0.0.1/",
        "http://127.0.0.2/",
        "http://0.0.0.0/",
        "http://[::1]/",
        "http://localhost.example.com/",
        "http://127.0.0.1@example.com/",
        "http://127.0.0.1\\@example.com/",
        "http://127.0.0.1:0/",
        "http://127.0.0.1:99999/",
        "http://127.0.0.1/a b",
        "http://127.0.0.1/\r\nX-More: 1",
        "http://127.0.0.1/ünï",
        "https://127.0.0.1/",
        "ftp://127.0.0.1/",
        "127.0.0.1:8000",
        "",
    ],
)
def test_nothing_may_leave_this_machine(sandbox: HaloSandbox, receiver: Receiver, url: str) -> None:
    with pytest.raises(SandboxError):
        sandbox.add_webhook(url)
    added = sandbox.add_webhook(receiver.url)
    with pytest.raises(SandboxError):
        sandbox.change_webhook(added["id"], url=url)
    assert sandbox.webhooks() == [added]


@pytest.mark.parametrize(
    "wrong",
    [
        {"events": ["printers"]},
        {"events": ["clients eaten"]},
        {"form": "huge"},
        {"batching": "sometimes"},
        {"batch_size": 0},
        {"authentication": "certificate"},
        {"header": "To ken"},
        {"header": "A:b\r\nC"},
        {"authentication": "header", "secret": "a\r\nb"},
        {"authentication": "bearer", "secret": "schlüssel"},
        {"colour": "red"},
        {"disable_after": "never"},
    ],
)
def test_nonsense_is_refused(verbs: HaloVerbs, receiver: Receiver, wrong: dict[str, Any]) -> None:
    with pytest.raises(SandboxError):
        verbs.add_webhook(receiver.url, **wrong)
    assert verbs.webhooks() == []


def test_an_unknown_webhook_is_refused(verbs: HaloVerbs) -> None:
    with pytest.raises(SandboxError):
        verbs.change_webhook("nobody", active=True)
    with pytest.raises(SandboxError):
        verbs.remove_webhook("nobody")
    with pytest.raises(SandboxError):
        verbs.post_webhook("nobody", "{}")


def test_it_goes_to_the_loopback_address_whatever_the_name(sandbox: HaloSandbox, receiver: Receiver) -> None:
    sandbox.add_webhook(f"http://localhost:{receiver.port}/a/b?secret=1#here")
    sandbox.change("clients")
    sandbox.flush_webhooks()
    (arrival,) = receiver.arrivals
    assert arrival.path == "/a/b?secret=1"
    assert arrival.headers["Host"] == f"localhost:{receiver.port}"


def senders() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if thread.name == "webhooks"}


def test_a_receiver_that_never_answers_does_not_hold_up_the_end(settings: Settings) -> None:
    others = senders()
    with Receiver(silent=True) as receiver:
        with running(HaloSandbox(settings)) as sandbox:
            sandbox.add_webhook(receiver.url)
            sandbox.change("clients", count=5)
            assert receiver.called.wait(5)
            with pytest.raises(SandboxError, match="not all webhooks are sent yet"):
                sandbox.flush_webhooks(timeout=0.01)
            assert senders() > others
            asked = time.monotonic()
        assert time.monotonic() - asked < 5  # it may take 10 s to answer
        assert senders() == others
        assert len(receiver.arrivals) == 1


def test_nor_does_one_that_does_not_even_accept(settings: Settings) -> None:
    others = senders()
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        port = deaf.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):  # the queue for connections is full
            with running(HaloSandbox(settings)) as sandbox:
                sandbox.add_webhook(f"http://127.0.0.1:{port}/")
                sandbox.change("clients")
                with pytest.raises(SandboxError):
                    sandbox.flush_webhooks(timeout=0.05)
                asked = time.monotonic()
            assert time.monotonic() - asked < 5
            assert senders() == others


def test_what_happened_before_the_start_is_told_after_it(settings: Settings, receiver: Receiver) -> None:
    sandbox = HaloSandbox(settings)
    sandbox.add_webhook(receiver.url)
    sandbox.change("clients")
    with running(sandbox):
        sandbox.flush_webhooks()
    assert receiver.events == ["client updated"]
