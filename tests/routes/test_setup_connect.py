"""Wizard step 1. Halo is the sandbox, over real HTTP."""

from __future__ import annotations

import html
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.models.accounts import Account, User
from portal.models.integrations import Integration
from portal.psa.registry import ADAPTERS
from portal.sandbox.halo import HaloSandbox
from tests.conftest import browser
from tests.halo_fixtures import secret_of
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
        ("base_url", "not an address", "a valid address"),
        ("base_url", "ftp://acme.halopsa.com", "a valid address"),
        ("base_url", "https://user:pass@acme.halopsa.com", "a valid address"),
        ("base_url", "https://acme.halopsa.com:99999", "a valid address"),
        ("base_url", "https://acme.example/" + "a" * 300, "This is too long"),
        ("base_url", "https://acme.halopsa.com/" + "a" * 3000, "This is too long"),
        ("auth_server", "https://", "a valid address"),
        ("tenant", "ac\x00me", "contains invisible characters"),
        ("client_id", "", "Enter the Client ID"),
        ("client_secret", "", "Enter the Client Secret"),
        ("client_secret", "s" * 300, "This is too long"),
        ("client_secret", "s\x07s", "contains invisible characters"),
    ],
)
def test_a_wrong_value_gets_its_message_at_its_field(
    as_alice: FlaskClient, typed: dict[str, str], field: str, value: str, message: str
) -> None:
    page = as_alice.post(STEP, data=typed | {field: value})
    assert page.status_code == 422
    after_field = page.text.partition(f'id="{field}-error"')[2]
    assert message in html.unescape(after_field)[:200]


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
    assert "The portal can't reach 127.0.0.1." in html.unescape(page.text)
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


ADDRESSES = f"{STEP}/addresses"


@pytest.mark.parametrize(
    ("typed_server", "suggested", "shown"),
    [
        ("", "", "found"),
        ("https://old.halopsa.com/auth", "https://old.halopsa.com/auth", "found"),
        ("https://mine.example/auth", "https://old.halopsa.com/auth", "https://mine.example/auth"),
    ],
)
def test_halo_names_its_auth_server_and_tenant_but_what_was_typed_wins(
    as_alice: FlaskClient, sandbox: HaloSandbox, typed_server: str, suggested: str, shown: str
) -> None:
    query = {"base_url": sandbox.url, "auth_server": typed_server, "suggested_auth_server": suggested}
    page = as_alice.post(ADDRESSES, data=query, headers=HTMX)
    assert f'value="{f"{sandbox.url}/auth" if shown == "found" else shown}"' in page.text
    assert re.search(r'id="tenant"[^>]*value="acme"', page.text)
    assert "Use this" not in page.text


def test_a_pasted_link_is_corrected_before_ones_eyes(as_alice: FlaskClient, sandbox: HaloSandbox) -> None:
    page = as_alice.post(ADDRESSES, data={"base_url": f"{sandbox.url}/tickets?id=5"}, headers=HTMX).text
    assert f'data-value="{sandbox.url}"' in page
    assert "the path after the address was removed" in page
    assert f'value="{sandbox.url}/auth"' in page


def test_without_javascript_the_pasted_link_is_corrected_on_saving_and_said_so(
    as_alice: FlaskClient, typed: dict[str, str]
) -> None:
    page = as_alice.post(TEST, data=typed | {"base_url": f"{typed['base_url']}/tickets?id=5"})
    assert page.status_code == 200
    assert "Corrected: the path after the address was removed." in page.text
    assert f'value="{typed["base_url"]}"' in page.text


def test_nothing_is_suggested_for_half_an_address(as_alice: FlaskClient) -> None:
    assert as_alice.post(ADDRESSES, data={"base_url": "https://"}).status_code == 204


@pytest.mark.parametrize(
    "address", ["http://10.0.0.1", "https://192.168.7.7", "https://[fd00::1]", "https://127.0.0.1"]
)
def test_suggestions_say_nothing_of_private_networks(as_alice: FlaskClient, address: str) -> None:
    page = as_alice.post(ADDRESSES, data={"base_url": address}, headers=HTMX)
    assert page.status_code == 200
    assert not re.search("private|internal|refused|timed out|unreachable", page.text)


def test_suggestions_are_limited(as_alice: FlaskClient) -> None:
    statuses = [as_alice.post(ADDRESSES, data={"base_url": ""}).status_code for _ in range(31)]
    assert (statuses[0], statuses[-1]) == (204, 429)


def test_without_javascript_the_auth_server_is_filled_in_on_saving(
    as_alice: FlaskClient, typed: dict[str, str]
) -> None:
    page = as_alice.post(TEST, data=typed | {"auth_server": ""})
    assert f'value="{typed["auth_server"]}"' in page.text


def test_htmx_gets_the_step_alone(as_alice: FlaskClient) -> None:
    part = as_alice.get(STEP, headers=HTMX)
    assert part.text.lstrip().startswith('<section id="wizard"')
    assert "<html" in as_alice.get(STEP).text


def test_testing_over_and_over_is_slowed_down_and_says_until_when(as_alice: FlaskClient) -> None:
    pages = [as_alice.post(TEST) for _ in range(13)]
    assert pages[-1].status_code == 429
    assert 0 < int(pages[-1].headers["Retry-After"]) <= 61
    assert re.search(
        r"Too many attempts\..*Try again in (1 minute|2 minutes|\d0 seconds)\.", pages[-1].text, re.DOTALL
    )


def test_several_people_of_an_account_share_a_limit(app: Flask, alice: User, northwind: Account) -> None:
    people = [alice, *(_another_admin(northwind, name) for name in ("ben", "cleo"))]
    statuses = [browser(app, person).post(TEST).status_code for person in people for _ in range(7)]
    assert statuses.count(429) == 1


def test_every_test_is_in_the_audit_log(as_alice: FlaskClient, typed: dict[str, str]) -> None:
    as_alice.post(TEST, data=typed | {"client_secret": "wrong"})
    as_alice.post(TEST, data=typed)
    page = as_alice.get("/activity").text
    assert page.count("tested the connection:") == 2
    assert "passed" in page
    assert "Alice" in page
    assert SECRET not in page


def test_a_failed_test_explains_once_and_leads_to_the_field(as_alice: FlaskClient, typed: dict[str, str]) -> None:
    page = as_alice.post(TEST, data=typed | {"client_secret": "wrong"}).text
    assert page.count("Halo does not accept") == 1
    assert re.search(r'role="alert".*The test failed.*href="#client_secret"', page, re.DOTALL)
    assert re.search(r'<input[^>]*autofocus[^>]*id="client_secret"|id="client_secret"[^>]*autofocus', page)


def test_a_fix_is_a_button_that_applies_it_and_tests_again(
    as_alice: FlaskClient, typed: dict[str, str], sandbox: HaloSandbox
) -> None:
    sandbox.turn(strict_tenant=True)
    try:
        page = as_alice.post(TEST, data=typed | {"tenant": "wrong"})
        assert page.status_code == 422
        assert page.text.index('id="tenant-error"') < page.text.index('id="fix"')
        button = re.search(r'id="fix" type="submit" formaction="([^"]+)"', page.text)
        assert button
        fixed = as_alice.post(html.unescape(button[1]), data=typed | {"tenant": "wrong"})
    finally:
        sandbox.turn(strict_tenant=False)
    assert "Connected as" in fixed.text
    assert Integration.get().connection["tenant"] == "acme"


def test_a_fix_changes_no_secret(as_alice: FlaskClient, typed: dict[str, str]) -> None:
    page = as_alice.post(f"{TEST}?client_secret=from-the-address", data=typed)
    assert page.status_code == 200
    assert secret_of(Integration.get()) == SECRET


def test_a_stored_secret_does_not_follow_a_fix_to_another_address(as_alice: FlaskClient, tested: Integration) -> None:
    values = {"base_url": tested.connection["base_url"], "tenant": "acme", "client_id": "acme-client-id"}
    page = as_alice.post(f"{TEST}?auth_server=https://elsewhere.example/auth", data=values)
    assert page.status_code == 422
    assert 'id="client_secret-error"' in page.text


def test_a_passed_test_shows_what_the_agent_may_read(
    as_alice: FlaskClient, typed: dict[str, str], sandbox: HaloSandbox
) -> None:
    sandbox.change_tenant(refused=["assets"])
    try:
        page = as_alice.post(TEST, data=typed).text
    finally:
        sandbox.change_tenant(refused=[])
    permissions = page.partition('class="permissions"')[2]
    assert re.search(r"Clients.*?\d records", permissions, re.DOTALL)
    assert re.search(r"Assets.*?Refused.*?agent", permissions, re.DOTALL)
    assert "Refused" in as_alice.get(STEP).text


def _another_admin(account: Account, name: str) -> User:
    user: User = User.create(account=account, email=f"{name}@northwind.example", role="admin", fs_uniquifier=name)
    return user


def test_halo_switched_off_for_the_account_is_said_so(app: Flask, northwind: Account, alice: User) -> None:
    northwind.enabled_psas = []
    northwind.save()
    page = browser(app, alice).get(STEP)
    assert page.status_code == 403
    assert "The Halo PSA integration is currently not available for your account." in page.text


def test_beside_an_active_connectwise_the_step_can_be_done(
    as_alice: FlaskClient, connectwise: Integration, typed: dict[str, str]
) -> None:
    assert as_alice.post(f"{STEP}/test", data=typed).status_code == 200


def test_support_sees_the_step_but_no_buttons(as_sam: FlaskClient, draft: Integration) -> None:
    page = as_sam.get(STEP)
    assert page.status_code == 200
    assert "Test Connection" not in page.text
    assert SECRET not in page.text


@pytest.mark.parametrize("psa", ADAPTERS)
def test_the_fields_have_the_adapters_order(as_alice: FlaskClient, northwind: Account, psa: str) -> None:
    Account.update(enabled_psas=[psa]).where(Account.id == northwind.id).execute()
    page = as_alice.get(f"/integrations/{psa}/setup/connect").text
    form = ADAPTERS[psa].connect_form
    names = [field.name for field in form.fields if field.name not in form.discovered]
    shown = [page.index(f'id="{name}"') for name in names]
    assert shown == sorted(shown)
