"""Connecting ConnectWise and syncing from a shell, against a simulated ConnectWise over real HTTP, with no worker."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from portal import db
from portal.models.accounts import Account
from portal.models.integrations import Integration
from portal.sandbox.connectwise import CLIENT_ID, ConnectWiseSandbox, Settings, TenantSettings, running
from tests.cli.conftest import Shell

ACCOUNT = ("--account", "Northwind IT")
KEY = "private"
SIZES = {
    "clients": 6,
    "sites": 8,
    "contacts": 20,
    "products": 5,
    "assets": 10,
    "opportunities": 4,
    "contracts": 3,
}


@pytest.fixture
def connectwise() -> Iterator[ConnectWiseSandbox]:
    tenant = TenantSettings(name="acme", sizes=SIZES, public_key="public", private_key=KEY)
    with running(ConnectWiseSandbox(Settings(tenants=[tenant]))) as sandbox:
        yield sandbox


@pytest.fixture
def shell(northwind_shell: Shell, connectwise: ConnectWiseSandbox) -> Shell:
    """Run in a portal that may call the simulated ConnectWise, with the operator's Client ID."""
    northwind_shell.ok("account", "enable", "Northwind IT", "connectwise")
    allowed = connectwise.url.removeprefix("http://")
    own = {"PORTAL_OUTBOUND_ALLOW": allowed, "PORTAL_CONNECTWISE_CLIENT_ID": CLIENT_ID}
    return Shell({**northwind_shell.environment, **own})


def connect(connectwise: ConnectWiseSandbox, *more: str) -> tuple[str, ...]:
    place = ("--site", connectwise.url, "--company-id", "acme", "--public-key", "public")
    return ("integration", "connect", "connectwise", *ACCOUNT, *place, "--private-key-stdin", *more)


def test_a_first_sync_copies_what_connectwise_has(shell: Shell, connectwise: ConnectWiseSandbox) -> None:
    assert "Connected" in shell.ok(*connect(connectwise), typed=f"{KEY}\n")
    run = shell.json("sync", "run", *ACCOUNT, "--wait")
    assert run["state"] == "succeeded", run
    assert {each: counted["live"] for each, counted in shell.json("records", "count", *ACCOUNT).items()} == SIZES
    status = shell.json("integration", "status", *ACCOUNT)
    assert (status["psa"], status["company_id"]) == ("connectwise", "acme")


def test_a_test_names_the_field_and_what_may_be_read(shell: Shell, connectwise: ConnectWiseSandbox) -> None:
    shell.ok(*connect(connectwise), typed=f"{KEY}\n")
    told = shell.json("integration", "test", *ACCOUNT)
    assert (told["ok"], told["field"]) == (True, None)
    assert set(told["permissions"]) == set(SIZES)


@pytest.mark.parametrize(
    ("option", "value", "key"), [("--company-id", "nobody", KEY), ("--private-key", "", "wrong")]
)
def test_a_wrong_value_names_its_option(
    shell: Shell, connectwise: ConnectWiseSandbox, option: str, value: str, key: str
) -> None:
    wrong = (option, value) if value else ()
    result = shell.run(*connect(connectwise, *wrong), typed=f"{key}\n")
    assert result.exit_code == 1
    assert f"({option})" in result.stderr


def test_the_private_key_is_in_no_output(shell: Shell, connectwise: ConnectWiseSandbox) -> None:
    secret = "a-key-that-nobody-may-see"
    result = shell.run(*connect(connectwise), typed=f"{secret}\n")
    assert secret not in result.output


def test_the_only_psa_that_is_active_is_meant(shell: Shell, connectwise: ConnectWiseSandbox) -> None:
    shell.ok(*connect(connectwise), typed=f"{KEY}\n")
    assert json.loads(shell.ok("integration", "status", *ACCOUNT, "--json"))["psa"] == "connectwise"
    refused = shell.run("integration", "status", *ACCOUNT, "--psa", "halo")
    assert refused.stderr.startswith("Halo PSA isn't connected.")


def test_beside_an_active_psa_it_is_prepared_but_not_activated(shell: Shell, connectwise: ConnectWiseSandbox) -> None:
    with db.connected():
        Integration.create(account=Account.get(), psa="halo", state="active", limit_key="halo.example")
    result = shell.run(*connect(connectwise), typed=f"{KEY}\n")
    assert result.exit_code == 1
    assert "Cannot activate CONNECTWISE PSA: Halo integration is already active" in result.stderr
    assert shell.json("integration", "status", *ACCOUNT)["psa"] == "halo"
    with db.connected():
        Integration.update(state="disconnected").where(Integration.psa == "halo").execute()
    assert "Add --psa halo or --psa connectwise." in shell.run("records", "count", *ACCOUNT).stderr
    shell.ok(*connect(connectwise), typed=f"{KEY}\n")
    assert shell.json("integration", "status", *ACCOUNT)["psa"] == "connectwise"
