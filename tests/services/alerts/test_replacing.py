"""Replacing the address of a destination: what waits goes to the new one, and nothing of the old one is left."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import responses

from portal import clock
from portal.errors import Conflict, Invalid
from portal.models.accounts import User
from portal.models.alerts import AlertDestination, AlertMessage
from portal.models.audit import AuditEntry
from portal.models.integrations import Integration
from portal.services.alerts import attempts, channels, delivery, destinations
from portal.services.operations import sealed_values
from portal.vault import Secret
from tests.postgres import database
from tests.services.alerts.conftest import (
    ADDRESS,
    HOOK,
    TOKEN,
    MovingClock,
    arrived,
    close,
    fresh,
    messages,
    open_issue,
    tick,
)

__all__ = ["database"]

NEW_TOKEN = "an0ther-t0ken"
NEW_HOOK = f"https://alerts.acme.example/{NEW_TOKEN}"
NEW = Secret(f"jsons://alerts.acme.example/{NEW_TOKEN}")


def replace(destination: AlertDestination, address: Secret = NEW) -> None:
    destinations.replace_address(AlertDestination.get_by_id(destination.id), None, address)


def once_found(monkeypatch: pytest.MonkeyPatch, action: Callable[[], object]) -> None:
    """Let something happen once a message is found, before it is taken."""
    take = AlertMessage.update

    def update(*args: Any, **columns: Any) -> Any:
        monkeypatch.setattr(AlertMessage, "update", take)
        action()
        return take(*args, **columns)

    monkeypatch.setattr(AlertMessage, "update", update)


def columns() -> dict[str, Any]:
    """Return what is in the database, with the address as it is sealed."""
    found: dict[str, Any] = AlertDestination.select().dicts().first()
    return found


def stored() -> AlertDestination:
    found: AlertDestination = AlertDestination.get()
    return found


def audited() -> list[str]:
    return [one.action for one in AuditEntry.select().order_by(AuditEntry.id)]


def test_only_the_address_changes(destination: AlertDestination) -> None:
    before = destinations.wishes_of(destination)
    old = columns()["address"]
    replace(destination)
    after = stored()
    assert (after.address.reveal(), after.service, after.hint) == (NEW.reveal(), "Webhook", "alerts.acme.example")
    assert (destinations.wishes_of(after), after.uid, after.created_at) == (
        before,
        destination.uid,
        destination.created_at,
    )
    assert old not in repr(columns())
    assert sealed_values.examine().ok


def test_what_waits_goes_to_the_new_address_at_once(
    queued: AlertMessage, hook: responses.RequestsMock, time: MovingClock
) -> None:
    hook.post(HOOK, status=404)
    for _ in range(6):
        tick()
        time.forward(hours=1)
    hook.reset()
    hook.post(NEW_HOOK, status=200)
    time.forward(minutes=-59)
    tick()
    assert len(hook.calls) == 0, "the next attempt is not due yet"
    replace(queued.destination)
    assert stored().last_problem == ""
    tick()
    assert (messages(), len(hook.calls)) == ([("begun", "sent")], 1)


def test_the_new_address_is_tried_for_a_day_of_its_own(
    queued: AlertMessage, hook: responses.RequestsMock, time: MovingClock
) -> None:
    hook.post(HOOK, status=500)
    hook.post(NEW_HOOK, status=500)
    tick()
    time.forward(hours=23)
    replace(queued.destination)
    began = clock.now()
    while fresh(queued).state == "queued":
        tick()
        time.forward(minutes=30)
    assert clock.now() - began >= timedelta(days=1)


def test_what_was_given_up_is_not_sent_again(
    queued: AlertMessage, hook: responses.RequestsMock, time: MovingClock
) -> None:
    AlertMessage.update(state="given_up").execute()
    replace(queued.destination)
    for _ in range(3):
        time.forward(minutes=5)
        tick()
    assert (messages(), len(hook.calls)) == ([("begun", "given_up")], 0)


def test_a_pause_outlasts_a_new_address(
    queued: AlertMessage, hook: responses.RequestsMock, time: MovingClock
) -> None:
    hook.post(NEW_HOOK, status=200)
    destinations.pause(queued.destination, None)
    replace(queued.destination)
    tick()
    assert len(hook.calls) == 0
    destinations.resume(stored(), None)
    tick()
    assert len(hook.calls) == 1


def test_a_result_of_the_old_address_says_nothing_about_the_new_one(queued: AlertMessage) -> None:
    sending = delivery._take(queued.destination_id)
    assert sending is not None
    replace(queued.destination)
    attempts.settle(sending, "Webhook doesn't know this address.")
    assert (stored().last_problem, stored().last_at) == ("", None)
    assert fresh(queued).problem == "Webhook doesn't know this address."


def test_a_message_that_was_found_already_goes_to_the_new_address(
    queued: AlertMessage, hook: responses.RequestsMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook.post(NEW_HOOK, status=200)
    once_found(monkeypatch, lambda: replace(queued.destination))
    delivery.work(queued.destination_id)
    assert [call.request.url for call in hook.calls] == [NEW_HOOK]
    assert (messages(), stored().last_problem) == ([("begun", "sent")], "")


def test_a_message_that_was_found_already_is_tried_for_a_day_at_the_new_address(
    queued: AlertMessage, hook: responses.RequestsMock, time: MovingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook.post(HOOK, status=500)
    hook.post(NEW_HOOK, status=500)
    tick()
    time.forward(hours=23)
    once_found(monkeypatch, lambda: replace(queued.destination))
    delivery.work(queued.destination_id)
    began = clock.now()
    while fresh(queued).state == "queued":
        tick()
        time.forward(minutes=30)
    assert clock.now() - began >= timedelta(days=1)
    assert [call.request.url for call in hook.calls].count(HOOK) == 1


def test_a_message_whose_destination_is_deleted_once_it_is_found_is_not_sent(
    queued: AlertMessage, hook: responses.RequestsMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    once_found(monkeypatch, lambda: destinations.delete(queued.destination, None))
    delivery.work(queued.destination_id)
    assert (messages(), len(hook.calls)) == ([], 0)


def test_the_end_of_a_problem_goes_to_the_new_address(
    queued: AlertMessage, hook: responses.RequestsMock, time: MovingClock
) -> None:
    hook.post(HOOK, status=200)
    hook.post(NEW_HOOK, status=200)
    tick()
    replace(queued.destination)
    close(queued.issue)
    time.forward(minutes=2)
    tick()
    assert [each["type"] for each in arrived(hook)] == ["failure", "success"]
    assert [call.request.url for call in hook.calls] == [HOOK, NEW_HOOK]


def test_open_problems_are_not_announced_again(
    destination: AlertDestination, integration: Integration, hook: responses.RequestsMock, time: MovingClock
) -> None:
    hook.post(HOOK, status=200)
    open_issue(integration)
    time.forward(minutes=2)
    tick()
    replace(destination)
    tick()
    assert len(hook.calls) == 1


@pytest.mark.parametrize(
    ("address", "among"),
    [
        ("jsons://127.0.0.1/hook", channels.SERVICES),
        ("json://alerts.acme.example/", channels.SERVICES),
        ("file:///etc/passwd", channels.SERVICES),
        ("jsons://alerts.acme.example/?verify=no", channels.SERVICES),
        ("jsons://alerts.acme.example/", channels.SLACK),
        ("", channels.SERVICES),
    ],
)
def test_an_address_that_cannot_be_used_leaves_the_old_one(
    destination: AlertDestination, address: str, among: frozenset[str]
) -> None:
    before = audited()
    with pytest.raises(Invalid):
        destinations.replace_address(destination, None, Secret(address), among)
    assert (stored().address.reveal(), audited()) == (ADDRESS.reveal(), before)


def test_a_destination_that_was_deleted_meanwhile_stays_deleted(destination: AlertDestination) -> None:
    destinations.delete(AlertDestination.get(), None)
    before = audited()
    with pytest.raises(Conflict, match="deleted in the meantime, so nothing was saved"):
        destinations.replace_address(destination, None, NEW)
    with pytest.raises(Conflict):
        destinations.pause(destination, None)
    destinations.delete(destination, None)
    assert (AlertDestination.select().count(), audited()) == (0, before)


def test_the_audit_log_and_the_logs_name_the_secret_and_do_not_hold_it(
    destination: AlertDestination,
    alice: User,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    slack = Secret("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ")
    destinations.replace_address(destination, alice, slack)
    entry = AuditEntry.select().order_by(AuditEntry.id.desc()).get()
    assert (entry.action, entry.user) == ("alerts.address_replaced", alice)
    assert entry.changes == {"Address of On call": None, "Service": ["Webhook", "Slack"]}
    written = capfd.readouterr()
    everything = caplog.text + written.out + written.err + repr(list(AuditEntry.select().dicts()))
    assert "TIiajkdnlazkcOXrIdevi7FQ" not in everything
    assert TOKEN not in everything
