"""A name that exists in the portal's own network, and one that exists nowhere, look the same to people."""

from __future__ import annotations

import re
import socket
from typing import Any

import pytest
import structlog
from flask.testing import FlaskClient

from portal import clock
from portal.errors import PsaUnreachable
from portal.halo import refusals
from portal.halo.diagnosis import messages
from portal.models.connection_tests import ConnectionTest
from portal.models.integrations import Integration
from portal.outbound import OutboundError, TransportFailure

HALO = "/integrations/halo"
STEP = f"{HALO}/setup/connect"
HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}
INTERNAL, NOWHERE = "vault.internal.example", "nowhere.internal.example"


@pytest.fixture(autouse=True)
def names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the portal's network know one of the two names."""
    real = socket.getaddrinfo

    def look_up(host: str, port: int, **options: Any) -> Any:
        if host == INTERNAL:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.1.2.3", port))]
        if host == NOWHERE:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return real(host, port, **options)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)


def alike(page: str, host: str) -> str:
    """Return a page without the host, and without what is another one in each answer."""
    page = re.sub(r"Error ID [0-9a-f]{8}", "Error ID", page)
    return re.sub(r'(name="csrf_token"[^>]*value=|X-CSRFToken": )"[^"]*"', "", page).replace(host, "HOST")


@pytest.mark.parametrize("headers", [{}, HTMX])
@pytest.mark.parametrize("field", ["base_url", "auth_server", "both"])
def test_a_test_answers_the_same_for_both(
    field: str, headers: dict[str, str], as_alice: FlaskClient, typed: dict[str, str]
) -> None:
    pages = []
    for host in (INTERNAL, NOWHERE):
        Integration.delete().execute()  # what was tested before is no part of the answer
        places = {"base_url": f"https://{host}", "auth_server": f"https://{host}/auth"}
        changed = places if field == "both" else {field: places[field]}
        page = as_alice.post(f"{STEP}/test", data=typed | changed, headers=headers)
        pages.append((page.status_code, alike(page.text, host)))
    assert pages[0] == pages[1]
    if field != "auth_server":  # else the Base URL's own Auth Server is offered instead
        assert "The portal can&#39;t reach HOST." in pages[0][1]
        assert "PORTAL_OUTBOUND_ALLOW" in pages[0][1]


def test_a_suggestion_is_the_same_for_both(as_alice: FlaskClient) -> None:
    pages = [
        alike(as_alice.post(f"{STEP}/addresses", data={"base_url": f"https://{host}"}, headers=HTMX).text, host)
        for host in (INTERNAL, NOWHERE)
    ]
    assert pages[0] == pages[1]


@pytest.mark.parametrize("path", ["configuration/test", "filters"])
def test_a_connection_that_moved_into_a_private_network_tells_nothing(
    path: str, as_alice: FlaskClient, halo: Integration
) -> None:
    pages, now = [], clock.now()
    for host in (INTERNAL, NOWHERE):
        moved = {**halo.connection, "base_url": f"https://{host}", "auth_server": f"https://{host}/auth"}
        Integration.update(connection=moved).execute()
        ConnectionTest.delete().execute()  # the page lists earlier tests
        with clock.using(lambda: now):
            page = as_alice.open(f"{HALO}/{path}", method="GET" if path == "filters" else "POST", headers=HTMX)
        pages.append((page.status_code, alike(page.text, host)))
    assert pages[0] == pages[1]


@pytest.mark.parametrize("field", ["base_url", "auth_server"])
def test_a_sync_does_the_same_for_both(field: str) -> None:
    errors = [
        OutboundError(each, "x.example")
        for each in (TransportFailure.PRIVATE_ADDRESS, TransportFailure.HOST_NOT_FOUND)
    ]
    found = {
        (type(refused), refused.problem, refused.remedy, refused.field)
        for refused in (refusals.unanswered(error, field) for error in errors)
    }
    assert found == {(PsaUnreachable, *messages.for_transport_error(errors[0], field), field)}


@pytest.mark.parametrize(("host", "cause"), [(INTERNAL, "private_address"), (NOWHERE, "host_not_found")])
def test_the_log_has_the_exact_cause_under_the_id_that_the_page_gives(
    host: str, cause: str, as_alice: FlaskClient, typed: dict[str, str]
) -> None:
    places = {"base_url": f"https://{host}", "auth_server": f"https://{host}/auth"}
    merged = [structlog.contextvars.merge_contextvars]
    with structlog.testing.capture_logs(processors=merged) as logged:
        page = as_alice.post(f"{STEP}/test", data=typed | places)
    shown = re.search(r"Error ID ([0-9a-f]{8})", page.text)
    assert shown
    stopped = [line for line in logged if line["event"] == "A call was stopped"]
    assert stopped
    assert {(line["host"], line["cause"], line["error_id"]) for line in stopped} == {(host, cause, shown[1])}
    assert cause not in page.text
