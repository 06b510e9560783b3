"""Pages that wait for Halo: each call has a place, and whoever gets none is told at once when to come back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal import clock, outbound_slots
from portal.models.integrations import Integration
from portal.outbound import OutboundClient
from portal.sandbox.halo import HaloSandbox
from portal.services.connecting import connections
from tests.routes.test_every_route import TABLE

HALO = "/integrations/halo"
TEST = f"{HALO}/setup/connect/test"
ADDRESSES = f"{HALO}/setup/connect/addresses"
HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}


@contextmanager
def taken(account_id: int, count: int) -> Iterator[None]:
    """Take places as other requests would that are still waiting for Halo."""
    with ExitStack() as stack:
        for _ in range(count):
            outbound_slots.slots().take(account_id, 0)
            stack.callback(outbound_slots.slots().give_back, account_id)
        yield


def test_a_third_test_of_an_account_is_answered_at_once(
    as_alice: FlaskClient, typed: dict[str, str], draft: Integration, sandbox: HaloSandbox
) -> None:
    sandbox.reset()
    with taken(draft.account_id, outbound_slots.MOST_PER_ACCOUNT):
        page = as_alice.post(TEST, data=typed)
    assert (page.status_code, page.headers["Retry-After"]) == (429, "5")
    assert "2 requests from your account are still waiting for your PSA." in page.text
    assert "Try again in a few seconds." in page.text
    assert sandbox.counts()["total"] == 0
    assert as_alice.post(TEST, data=typed).status_code == 200


def test_when_all_places_are_taken_by_others_the_portal_says_so(
    as_alice: FlaskClient, typed: dict[str, str], draft: Integration
) -> None:
    with ExitStack() as stack:
        for other in range(101, 106):
            stack.enter_context(taken(other, 1))
        page = as_alice.post(TEST, data=typed, headers=HTMX)
        assert (page.status_code, page.headers["Retry-After"]) == (503, "5")
        assert page.headers["HX-Retarget"] == "#failure"
        assert "data-retry" in page.text
        assert as_alice.get("/integrations").status_code == 200


@pytest.mark.parametrize(("path", "data"), [("test", {}), ("credentials", {"client_secret": "new"})])
def test_the_configuration_tab_keeps_to_the_places_too(
    path: str, data: dict[str, str], as_alice: FlaskClient, halo: Integration
) -> None:
    with taken(halo.account_id, outbound_slots.MOST_PER_ACCOUNT):
        assert as_alice.post(f"{HALO}/configuration/{path}", data=data).status_code == 429
    assert Integration.get_by_id(halo.id).tested_fingerprint == halo.tested_fingerprint


def test_suggestions_without_a_place_leave_what_was_typed(
    as_alice: FlaskClient, draft: Integration, sandbox: HaloSandbox
) -> None:
    typed = {"base_url": sandbox.url, "auth_server": "https://mine.example/auth", "tenant": "mine"}
    with taken(draft.account_id, outbound_slots.MOST_PER_ACCOUNT):
        page = as_alice.post(ADDRESSES, data=typed, headers=HTMX)
    assert page.status_code == 200
    assert "are still waiting for your PSA" in page.text
    assert 'value="https://mine.example/auth"' in page.text


def test_filters_without_a_place_say_why_their_lists_may_be_incomplete(
    as_alice: FlaskClient, halo: Integration, sandbox: HaloSandbox
) -> None:
    sandbox.reset()
    with taken(halo.account_id, outbound_slots.MOST_PER_ACCOUNT):
        page = as_alice.get(f"{HALO}/filters").text
    assert "incomplete or out of date" in page
    assert "are still waiting for your PSA" in page
    assert sandbox.counts()["total"] == 0
    assert "incomplete or out of date" not in as_alice.get(f"{HALO}/filters").text


def test_a_view_that_calls_the_network_without_a_place_fails(
    app: Flask, as_alice: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.view_functions, "activity.index", lambda: str(OutboundClient()))
    monkeypatch.setitem(app.config, "TESTING", False)
    assert as_alice.get("/activity").status_code == 500


@pytest.mark.parametrize(("endpoint", "method"), TABLE)
def test_no_view_calls_the_network_without_a_place(
    endpoint: str,
    method: str,
    as_alice: FlaskClient,
    halo: Integration,
    typed: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    outside: list[str] = []

    def noted() -> None:
        if outbound_slots._is_page.get() and outbound_slots._until.get() is None:
            outside.append(endpoint)

    monkeypatch.setattr(outbound_slots, "check", noted)
    as_alice.open(TABLE[endpoint, method][0], method=method, data=typed if method == "POST" else None).close()
    assert outside == []


@pytest.mark.parametrize("path", ["", "/test", "/addresses"])
def test_no_step_of_the_wizard_calls_the_network_without_a_place(
    path: str, as_alice: FlaskClient, typed: dict[str, str], sandbox: HaloSandbox
) -> None:
    sandbox.reset()
    page = as_alice.post(f"{HALO}/setup/connect{path}", data=typed | {"auth_server": ""})
    assert page.status_code != 500
    assert sandbox.counts()["total"] > 0


def test_addresses_are_asked_for_by_admins_with_a_token_only(
    app: Flask, as_alice: FlaskClient, as_sam: FlaskClient, draft: Integration, sandbox: HaloSandbox
) -> None:
    sandbox.reset()
    typed = {"base_url": sandbox.url}
    assert as_alice.get(f"{ADDRESSES}?{urlencode(typed)}").status_code == 405
    assert as_sam.post(ADDRESSES, data=typed).status_code == 403
    assert as_sam.get(f"{ADDRESSES}?{urlencode(typed)}").status_code == 405
    as_alice.environ_base.pop("HTTP_X_CSRFTOKEN")
    assert as_alice.post(ADDRESSES, data=typed).status_code == 400
    assert sandbox.counts()["total"] == 0


@pytest.mark.parametrize(("path", "limit"), [("test", "TEST_SECONDS"), ("addresses", "SUGGESTION_SECONDS")])
def test_one_limit_of_time_covers_all_that_a_page_asks_for(
    path: str,
    limit: str,
    as_alice: FlaskClient,
    typed: dict[str, str],
    sandbox: HaloSandbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connections, limit, 0.5)
    sandbox.fault("hold", times=None)
    began = clock.monotonic()
    try:
        page = as_alice.post(f"{HALO}/setup/connect/{path}", data=typed | {"auth_server": ""})
    finally:
        sandbox.clear_faults()
    assert page.status_code == (422 if path == "test" else 200)
    assert clock.monotonic() - began < 5  # one look at Halo alone would have 15 seconds
