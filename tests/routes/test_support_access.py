"""Read-only access for the vendor's support: a link, a guest, and an end."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal import clock
from portal.models.accounts import User
from portal.models.audit import AuditEntry
from portal.models.integrations import Integration
from portal.models.sessions import LoginSession
from portal.models.support_access import SupportAccess
from portal.routes.web import access
from portal.services.accounts import support_access, users
from tests.conftest import CSRF_SEED, browser
from tests.routes.test_every_route import TABLE, _outcome

LINKS = "/support/access"
HALO = "/integrations/halo"


def made(as_alice: FlaskClient, **form: str) -> str:
    """Make a link as the page does, and return its path."""
    page = as_alice.post(LINKS, data={"days": "3", "note": "Ticket 4711", **form}).text
    (found,) = re.findall(r'value="http://localhost(/support-access/[^"]+)"', page)
    return unescape(found)


@pytest.fixture
def link(as_alice: FlaskClient) -> str:
    return made(as_alice)


@pytest.fixture
def guest(app: Flask, link: str) -> FlaskClient:
    """Open the link in a browser of its own."""
    client = browser(app)
    assert client.post(link, environ_base={"REMOTE_ADDR": "203.0.113.9"}).location == "/integrations"
    with client.session_transaction() as session:
        session["csrf_token"] = CSRF_SEED  # as after every log-in, it is another one
    return client


def test_the_link_is_shown_once_and_only_its_hash_is_stored(as_alice: FlaskClient, link: str) -> None:
    token = link.rpartition("/")[2]
    assert len(token) == 43  # 256 bits
    page = as_alice.get("/support").text
    assert token not in page
    assert "Ticket 4711" in page
    assert token not in repr(SupportAccess.get().__data__)
    assert "made a read-only link for support" in as_alice.get("/activity").text


def test_looking_at_the_link_does_not_use_it(client: FlaskClient, link: str) -> None:
    page = client.get(link)
    assert "Read-only access to Northwind IT" in page.text
    assert page.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert SupportAccess.get().uses == 0
    assert client.get("/integrations").status_code == 302


def test_the_form_needs_its_token(app: Flask, link: str) -> None:
    stranger = app.test_client()
    assert stranger.post(link).status_code == 400
    token = re.findall(r'name="csrf_token"[^>]* value="([^"]+)"', stranger.get(link).text)[0]
    assert stranger.post(link, data={"csrf_token": token}).status_code == 303


def test_each_use_is_in_the_activity_with_its_address(
    app: Flask, as_alice: FlaskClient, guest: FlaskClient, link: str
) -> None:
    entry = AuditEntry.get(AuditEntry.action == "support_access.used")
    assert (entry.address, entry.detail) == ("203.0.113.9", f"link {SupportAccess.get().uid}, Ticket 4711")
    assert "opened a read-only link" in as_alice.get("/activity").text
    assert "used once" in as_alice.get("/support").text
    browser(app).post(link)
    assert SupportAccess.get().uses == 2


def test_the_guest_reads_the_account_and_is_told_so(guest: FlaskClient, halo: Integration) -> None:
    page = guest.get(f"{HALO}/sync").text
    assert "Read-only until" in page
    assert "Scopable support" in page
    assert "guest.invalid" not in page
    assert "Change password" not in page
    assert halo.webhook_secret.reveal() not in guest.get(f"{HALO}/configuration/webhook").text
    assert halo.webhook_id not in guest.get(f"{HALO}/configuration/webhook").text


PERSONAL = ("security.", "two_factor.", "sessions.", "support.")


@pytest.mark.parametrize(("endpoint", "method"), TABLE)
def test_a_guest_reads_what_support_reads_and_changes_nothing(
    guest: FlaskClient, halo: Integration, endpoint: str, method: str
) -> None:
    address, _, _, sam = TABLE[endpoint, method]
    outcome = _outcome(guest, method, address)
    is_refused = (endpoint.startswith(PERSONAL) or method != "GET") and endpoint not in access.OPEN
    assert outcome == ("403" if is_refused else sam)


@pytest.mark.parametrize("path", ["sync", "logs", "records/assets", "configuration"])
def test_a_guest_of_another_account_sees_nothing_of_ours(
    app: Flask, as_mallory: FlaskClient, halo: Integration, path: str
) -> None:
    stranger = browser(app)
    stranger.post(made(as_mallory))
    assert stranger.get("/integrations").status_code == 200
    assert stranger.get(f"{HALO}/{path}").status_code == 404
    assert "Northwind" not in stranger.get("/activity").text


def test_revoking_ends_the_sessions_at_once(as_alice: FlaskClient, guest: FlaskClient, link: str) -> None:
    assert guest.get("/integrations").status_code == 200
    uid = SupportAccess.get().uid
    assert "Access revoked." in as_alice.post(f"{LINKS}/{uid}/revoke", follow_redirects=True).text
    assert guest.get("/integrations").location.startswith("/login")
    assert LoginSession.select().where(LoginSession.user == SupportAccess.get().guest).count() == 0
    assert guest.get(link).status_code == 404
    page = as_alice.post(f"{LINKS}/{uid}/revoke", follow_redirects=True).text
    assert "This access has already ended." in page
    assert AuditEntry.select().where(AuditEntry.action == "support_access.revoked").count() == 1


def test_the_access_ends_at_its_time_even_in_an_open_session(guest: FlaskClient, link: str) -> None:
    then = clock.now() + timedelta(hours=11)
    with clock.using(lambda: then):
        assert guest.get("/integrations").status_code == 200
    row = SupportAccess.get()
    User.update(guest_until=clock.now()).where(User.id == row.guest.id).execute()
    assert guest.get("/integrations").location.startswith("/login")


def test_guessed_expired_and_revoked_links_look_alike(
    client: FlaskClient, as_alice: FlaskClient, alice: User, link: str
) -> None:
    token, revoked = support_access.grant(alice.account, alice, 30)
    support_access.revoke(alice.account, revoked.uid, alice)
    pages = set()
    then = clock.now() + timedelta(days=3, seconds=1)
    with clock.using(lambda: then):
        for address in (link, f"/support-access/{token}", "/support-access/guessed", f"/support-access/{'x' * 43}"):
            for method in ("GET", "POST"):
                page = client.open(address, method=method)
                assert page.status_code == 404
                pages.add(page.text)
    assert pages == {client.get("/nowhere").text}


def test_guessing_is_slowed_down(client: FlaskClient) -> None:
    statuses = [client.get(f"/support-access/{number}").status_code for number in range(21)]
    assert statuses == [404] * 20 + [429]


@pytest.mark.parametrize("password", ["", "correct horse battery"])
def test_a_guest_has_no_password(client: FlaskClient, guest: FlaskClient, password: str) -> None:
    email = SupportAccess.get().guest.email
    assert client.post("/login", data={"email": email, "password": password}).status_code == 200
    assert client.get("/integrations").status_code == 302


def test_guests_are_not_among_the_people(guest: FlaskClient) -> None:
    assert [each.name for each in users.everyone()] == ["Alice"]


def test_an_admin_who_opens_a_link_is_told_that_it_logs_them_out(as_alice: FlaskClient, link: str) -> None:
    assert "Opening this link logs you out in this browser." in as_alice.get(link).text
    as_alice.post(link)
    assert as_alice.post(LINKS, data={"days": "1"}).status_code == 403


@pytest.mark.parametrize(
    "form", [{"days": "365"}, {"days": ""}, {"days": "nonsense"}, {"days": "3", "note": "n" * 101}]
)
def test_a_link_that_makes_no_sense_is_not_made(as_alice: FlaskClient, form: dict[str, str]) -> None:
    assert as_alice.post(LINKS, data=form).status_code == 422
    assert SupportAccess.select().count() == 0


def test_only_so_many_links_are_open_at_once(as_alice: FlaskClient) -> None:
    for _ in range(support_access.MOST_OPEN):
        made(as_alice)
    page = as_alice.post(LINKS, data={"days": "1"})
    assert page.status_code == 409
    assert "Revoke one that is no longer needed." in page.text


def test_support_sees_the_links_and_can_neither_make_nor_revoke_them(as_sam: FlaskClient, link: str) -> None:
    page = as_sam.get("/support").text
    assert "Ticket 4711" in page
    assert "Make a link" not in page
    assert "Revoke" not in page
    assert as_sam.post(f"{LINKS}/{SupportAccess.get().uid}/revoke").status_code == 403


def test_another_accounts_link_cannot_be_revoked(as_mallory: FlaskClient, link: str) -> None:
    assert as_mallory.post(f"{LINKS}/{SupportAccess.get().uid}/revoke").status_code == 404
    assert SupportAccess.get().revoked_at is None
