"""What a page that htmx keeps is told of errors, ended sessions and tokens that are too old."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.errors import PsaError
from portal.models.accounts import User
from portal.models.integrations import Integration
from tests.conftest import PASSWORD, browser

HALO = "/integrations/halo"
PART = {"HX-Request": "true", "HX-Request-Type": "partial"}
# A tab is a page of which htmx selects a part.
TAB = {"HX-Request": "true", "HX-Request-Type": "full", "HX-Target": "div#tab"}
HERE = {"HX-Current-URL": f"http://localhost{HALO}/logs?level=info#row"}


@pytest.fixture
def as_broken(app: Flask, as_alice: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """Return Alice's browser at a portal in which two pages are broken."""

    def unforeseen() -> str:
        raise RuntimeError("inside story")

    def foreseen() -> str:
        raise PsaError("Halo did not answer.", "Try again later.")

    monkeypatch.setitem(app.view_functions, "activity.index", unforeseen)
    monkeypatch.setitem(app.view_functions, "integrations.index", foreseen)
    return as_alice


@pytest.mark.parametrize("headers", [PART, TAB])
def test_an_error_in_a_part_or_a_tab_is_a_notice_that_leaves_the_page_alone(
    as_broken: FlaskClient, headers: dict[str, str]
) -> None:
    answer = as_broken.get("/activity", headers=headers)
    assert answer.status_code == 500
    assert answer.headers["HX-Retarget"] == "#failure"
    assert answer.headers["HX-Push-Url"] == "false"
    assert answer.headers["HX-Reselect"] == ".failure"
    assert f"error ID {answer.headers['X-Request-Id']}" in answer.text
    assert "data-retry" in answer.text
    assert "<html" not in answer.text
    assert "inside story" not in answer.text


def test_a_failure_of_the_psa_has_its_words_and_an_id_too(as_broken: FlaskClient) -> None:
    answer = as_broken.get("/integrations", headers=TAB)
    assert answer.status_code == 502
    assert "Halo did not answer." in answer.text
    assert f"Error ID {answer.headers['X-Request-Id']}" in answer.text


def test_going_back_in_history_to_a_broken_page_shows_the_whole_error(as_broken: FlaskClient) -> None:
    history = {"HX-Request-Type": "full", "HX-History-Restore-Request": "true"}
    assert "<html" in as_broken.get("/activity", headers=history).text


@pytest.mark.parametrize("address", ["/login", "/static/css/theme.css", "/healthz", "/nothing/here"])
def test_every_answer_has_an_id_of_its_own(client: FlaskClient, address: str) -> None:
    first, second = client.get(address), client.get(address)
    first.close()
    second.close()
    assert re.fullmatch("[0-9a-f]{8}", first.headers["X-Request-Id"])
    assert first.headers["X-Request-Id"] != second.headers["X-Request-Id"]


@pytest.mark.parametrize("headers", [PART, TAB, {"HX-History-Restore-Request": "true"}])
@pytest.mark.parametrize("address", [f"{HALO}/configuration", f"{HALO}/sync/progress?stamp=x"])
def test_an_ended_session_sends_the_window_to_the_log_in_and_back_to_its_page(
    client: FlaskClient, headers: dict[str, str], address: str
) -> None:
    answer = client.get(address, headers=headers | HERE)
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == f"/login?next={HALO}/logs?level%3Dinfo"


def test_the_log_in_leads_back_to_the_page(client: FlaskClient, alice: User) -> None:
    asked = client.get(f"{HALO}/sync/progress", headers=PART | HERE)
    response = client.post(asked.headers["HX-Redirect"], data={"email": alice.email, "password": PASSWORD})
    assert response.location.endswith(f"{HALO}/logs?level=info")


@pytest.mark.parametrize(
    "page",
    ["http://localhost//evil.example/x", "https://evil.example//evil.example", "http://[", "//evil.example"],
)
def test_a_made_up_page_leads_to_no_other_site(client: FlaskClient, alice: User, page: str) -> None:
    asked = client.get(f"{HALO}/sync", headers=PART | {"HX-Current-URL": page})
    assert asked.status_code == 401
    answer = client.post(asked.headers["HX-Redirect"], data={"email": alice.email, "password": PASSWORD})
    assert not re.match(r"(https?:)?//evil", answer.headers.get("Location", ""))


def test_a_form_of_an_ended_session_changes_nothing_and_says_so(client: FlaskClient, halo: Integration) -> None:
    answer = client.post(f"{HALO}/sync/pause", headers=PART | HERE)
    assert answer.status_code == 401
    assert "Your session has expired." in answer.text
    assert "Nothing was saved" in answer.text
    assert 'target="_blank"' in answer.text
    assert "Your session had expired, so nothing was saved." in client.get(answer.headers["HX-Redirect"]).text
    assert Integration.get().paused_at is None


def test_a_plain_form_of_an_ended_session_leads_back_to_its_page(client: FlaskClient) -> None:
    answer = client.post(f"{HALO}/sync/pause", headers={"Referer": f"http://localhost{HALO}/sync"})
    assert answer.location == f"/login?next={HALO}/sync&why=unsaved"


def test_a_plain_form_of_another_site_leads_nowhere_else(client: FlaskClient) -> None:
    answer = client.post(f"{HALO}/sync/pause", headers={"Referer": f"https://evil.example{HALO}/sync"})
    assert answer.location == "/login?why=unsaved"


def test_an_old_token_is_renewed_so_that_the_form_can_be_sent_again(
    app: Flask, as_alice: FlaskClient, halo: Integration
) -> None:
    del as_alice.environ_base["HTTP_X_CSRFTOKEN"]
    refused = as_alice.post(f"{HALO}/sync/pause", headers=PART | {"X-CSRFToken": "of yesterday"})
    assert refused.status_code == 400
    assert refused.headers["HX-Retarget"] == "#failure"
    assert "Nothing was saved, but what you typed is still here." in refused.text
    assert Integration.get().paused_at is None
    renewed = re.search(r'"token": "([^"]+)"', refused.headers["HX-Trigger"])
    assert renewed
    assert as_alice.post(f"{HALO}/sync/pause", headers=PART | {"X-CSRFToken": renewed[1]}).status_code == 200
    assert Integration.get().paused_at is not None


def test_a_token_of_somebody_else_is_not_renewed_for_nobody(app: Flask) -> None:
    nobody = browser(app)
    del nobody.environ_base["HTTP_X_CSRFTOKEN"]
    assert "HX-Trigger" not in nobody.post(f"{HALO}/sync/pause", headers=PART).headers


def test_a_plain_form_with_an_old_token_leads_back_to_its_page(as_alice: FlaskClient, halo: Integration) -> None:
    del as_alice.environ_base["HTTP_X_CSRFTOKEN"]
    page = as_alice.post(f"{HALO}/sync/pause", headers={"Referer": f"http://localhost{HALO}/sync"})
    assert page.status_code == 400
    assert "Nothing was saved." in page.text
    assert f'href="{HALO}/sync"' in page.text
