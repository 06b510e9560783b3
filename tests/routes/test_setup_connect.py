"""Wizard step 1. Halo is the sandbox, over real HTTP."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.models.accounts import Account, User
from portal.models.integrations import Integration
from tests.conftest import browser
from tests.routes.conftest import SECRET

STEP = "/integrations/halo/setup/connect"
TEST = f"{STEP}/test"
HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}


def test_the_right_values_connect_as_the_agent(as_alice: FlaskClient, typed: dict[str, str]) -> None:
    page = as_alice.post(TEST, data=typed)
    assert page.status_code == 200
    assert "Connected as" in page.text
    assert as_alice.post(STEP, data=typed | {"client_secret": ""}).location.endswith("/setup/data")


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("base_url", "", "Enter the address of your Halo"),
        ("base_url", "   ", "Enter the address of your Halo"),
        ("base_url", "not an address", "This is not an address"),
        ("base_url", "ftp://acme.halopsa.com", "This is not an address"),
        ("base_url", "https://user:pass@acme.halopsa.com", "This is not an address"),
        ("base_url", "https://acme.halopsa.com:99999", "This is not an address"),
        ("base_url", "https://" + "a" * 300, "This is too long"),
        ("auth_server", "https://", "This is not an address"),
        ("tenant", "ac\x00me", "characters that cannot be seen"),
        ("client_id", "", "Enter the Client ID"),
        ("client_secret", "", "Enter the Client Secret"),
        ("client_secret", "s" * 300, "This is too long"),
        ("client_secret", "s\x07s", "characters that cannot be seen"),
    ],
)
def test_a_wrong_value_gets_its_message_at_its_field(
    as_alice: FlaskClient, typed: dict[str, str], field: str, value: str, message: str
) -> None:
    page = as_alice.post(STEP, data=typed | {field: value})
    assert page.status_code == 422
    after_field = page.text.partition(f'id="{field}-error"')[2]
    assert message in after_field[:200]


def test_a_wrong_secret_is_explained_at_its_field(as_alice: FlaskClient, typed: dict[str, str]) -> None:
    page = as_alice.post(TEST, data=typed | {"client_secret": "wrong"})
    assert page.status_code == 422
    assert 'id="client_secret-error"' in page.text
    assert "Regenerate the secret" in page.text


def test_a_host_that_is_no_halo_is_explained_and_what_was_typed_is_kept(
    as_alice: FlaskClient, typed: dict[str, str]
) -> None:
    page = as_alice.post(TEST, data=typed | {"base_url": "https://127.0.0.1:9", "auth_server": ""})
    assert page.status_code == 422
    assert "cannot be reached from the internet" in page.text
    assert "-error" in page.text
    assert 'value="https://127.0.0.1:9"' in page.text


def test_the_secret_never_comes_back(as_alice: FlaskClient, typed: dict[str, str]) -> None:
    answers = [
        as_alice.post(TEST, data=typed),
        as_alice.get(STEP),
        as_alice.post(STEP, data=typed | {"base_url": ""}),
    ]
    assert not any(SECRET in answer.text for answer in answers)
    assert "Stored. Leave blank to keep it." in answers[1].text


def test_going_on_without_a_test_is_refused(as_alice: FlaskClient, typed: dict[str, str]) -> None:
    page = as_alice.post(STEP, data=typed)
    assert page.status_code == 422
    assert "Test the connection first" in page.text


def test_a_value_changed_after_the_test_closes_the_next_step(
    as_alice: FlaskClient, tested: Integration, typed: dict[str, str]
) -> None:
    assert as_alice.post(STEP, data=typed | {"client_id": "another"}).status_code == 422
    back = as_alice.get("/integrations/halo/setup/data", follow_redirects=True)
    assert back.request.path == STEP
    assert "Test the connection first" in back.text


def test_a_new_address_needs_the_secret_again(
    as_alice: FlaskClient, tested: Integration, typed: dict[str, str]
) -> None:
    moved = typed | {"base_url": "https://elsewhere.example", "auth_server": "", "client_secret": ""}
    page = as_alice.post(STEP, data=moved)
    assert page.status_code == 422
    assert 'id="client_secret-error"' in page.text


@pytest.mark.parametrize(
    ("typed_server", "suggested", "answer"),
    [
        ("", "", "https://acme.halopsa.com/auth"),
        ("https://old.halopsa.com/auth", "https://old.halopsa.com/auth", "https://acme.halopsa.com/auth"),
        ("https://mine.example/auth", "https://old.halopsa.com/auth", None),
    ],
)
def test_the_auth_server_is_suggested_but_never_overwritten(
    as_alice: FlaskClient, typed_server: str, suggested: str, answer: str | None
) -> None:
    query = {"base_url": "https://acme.halopsa.com", "auth_server": typed_server, "suggested": suggested}
    page = as_alice.get(f"{STEP}/auth-server", query_string=query, headers=HTMX)
    assert page.status_code == (200 if answer else 204)
    assert answer is None or f'value="{answer}"' in page.text


def test_nothing_is_suggested_for_half_an_address(as_alice: FlaskClient) -> None:
    assert as_alice.get(f"{STEP}/auth-server", query_string={"base_url": "https://"}).status_code == 204


def test_without_javascript_the_auth_server_is_filled_in_on_saving(
    as_alice: FlaskClient, typed: dict[str, str]
) -> None:
    page = as_alice.post(TEST, data=typed | {"auth_server": ""})
    assert f'value="{typed["auth_server"]}"' in page.text


def test_htmx_gets_the_step_alone(as_alice: FlaskClient) -> None:
    part = as_alice.get(STEP, headers=HTMX)
    assert part.text.lstrip().startswith('<section id="wizard"')
    assert "<html" in as_alice.get(STEP).text


def test_testing_over_and_over_is_slowed_down(as_alice: FlaskClient) -> None:
    assert [as_alice.post(TEST).status_code for _ in range(13)][-1] == 429


def test_halo_switched_off_for_the_account_is_said_so(app: Flask, northwind: Account, alice: User) -> None:
    northwind.halo_enabled = False
    northwind.save()
    page = browser(app, alice).get(STEP)
    assert page.status_code == 403
    assert "The Halo PSA integration is currently not available for your account." in page.text


def test_beside_an_active_connectwise_nobody_gets_in(as_alice: FlaskClient, connectwise: Integration) -> None:
    page = as_alice.get(STEP, follow_redirects=True)
    assert page.request.path == "/integrations"
    assert "Cannot activate HALO PSA: ConnectWise integration is already active" in page.text


def test_support_sees_the_step_but_no_buttons(as_sam: FlaskClient, draft: Integration) -> None:
    page = as_sam.get(STEP)
    assert page.status_code == 200
    assert "Test Connection" not in page.text
    assert SECRET not in page.text
