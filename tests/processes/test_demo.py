"""`portal demo`: everything it prints works."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator

import httpx
import pytest

from portal.processes.demo_accounts import USERS
from portal.processes.demo_sandboxes import CONNECTWISE_CLIENT_ID
from portal.sandbox.control_client import SandboxControl
from tests.processes.conftest import Launcher, Running, launching

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes through /proc")

LAST_LINE = "send webhooks"
ACCOUNT = ("--account", "Northwind IT")


def value(running: Running, label: str) -> str:
    """Return what the table says behind a label."""
    found = re.search(rf"{label} +(\S+)$", running.text, re.MULTILINE)
    assert found, running.text
    return found.group(1)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Launcher]:
    """Start one demo for all tests that leave it as it is."""
    with launching(tmp_path_factory.mktemp("demo")) as launcher:
        start(launcher)
        yield launcher


def start(launcher: Launcher) -> Running:
    return launcher.start("demo", "--port", "0", until_printed=LAST_LINE)


# The option of `portal integration connect`, and the label in the table, of each value to enter.
ENTERED = {
    "halo": {"--base-url": "Base URL", "--client-id": "Client ID", "--client-secret-stdin": "Client Secret"},
    "connectwise": {
        "--site": "Site",
        "--company-id": "Company ID",
        "--public-key": "Public Key",
        "--private-key-stdin": "Private Key",
    },
}


@pytest.mark.parametrize("psa", ENTERED)
def test_the_wizards_values_connect_and_a_worker_copies_all_that_the_psa_has(shared: Launcher, psa: str) -> None:
    running = shared.started[0]
    *plain, (secret_option, secret) = [(option, value(running, label)) for option, label in ENTERED[psa].items()]
    sandbox = SandboxControl(plain[0][1])
    sandbox.turn(latency=0.0)
    # Another shell needs what the demo sets for its own processes.
    settings = {
        "PORTAL_OUTBOUND_ALLOW": sandbox.url.removeprefix("http://"),
        "PORTAL_CONNECTWISE_CLIENT_ID": CONNECTWISE_CLIENT_ID,
    }
    words = [word for option in plain for word in option]
    connected = shared.command(
        "integration", "connect", psa, *ACCOUNT, *words, secret_option, typed=secret, **settings
    )
    assert connected.returncode == 0, connected.stderr
    run = {"state": "queued"}
    while run["state"] not in {"succeeded", "failed", "incomplete"}:
        run = json.loads(shared.command("sync", "status", *ACCOUNT, "--json").stdout)
    assert run["state"] == "succeeded"
    counts = json.loads(shared.command("records", "count", *ACCOUNT, "--json").stdout)
    truth = {name: found["total"] for name, found in sandbox.truth().items()}
    assert {name: found["live"] for name, found in counts.items()} == truth
    assert sandbox.counts()["violations"] == 0
    disconnected = shared.command("integration", "disconnect", *ACCOUNT, "--delete-records", "--yes", **settings)
    assert disconnected.returncode == 0, disconnected.stderr


def test_both_psas_are_enabled(shared: Launcher) -> None:
    (account,) = json.loads(shared.command("account", "list", "--json").stdout)
    assert (account["halo"], account["connectwise"]) == (True, True)


def test_the_printed_auth_server_and_tenant_are_those_that_halo_tells_the_wizard(shared: Launcher) -> None:
    running = shared.started[0]
    told = httpx.get(f"{value(running, 'Base URL')}/api/authinfo", trust_env=False).json()
    assert value(running, r"Auth Server \(filled in\)") == told["auth_url"]
    assert value(running, r"Tenant Name \(filled in\)") == told["tenant_id"]


def test_the_printed_desks_open(shared: Launcher) -> None:
    desks = re.findall(r"Desk +(\S+)", shared.started[0].text)
    pages = [httpx.get(desk, trust_env=False).text for desk in desks]
    assert ["Simulated Halo" in page for page in pages] == [True, False]
    assert ["Simulated ConnectWise" in page for page in pages] == [False, True]


def test_the_printed_values_are_those_on_the_desk(shared: Launcher) -> None:
    running = shared.started[0]
    page = httpx.get(f"{value(running, 'Site')}/_sandbox/desk", trust_env=False).text
    for label in ENTERED["connectwise"].values():
        assert f'data-copy="{value(running, label)}" aria-label="Copy {label}"' in page
    assert f'data-copy="{CONNECTWISE_CLIENT_ID}"' in page


@pytest.mark.parametrize("role", ["admin", "support"])
def test_the_printed_logins_work(shared: Launcher, role: str) -> None:
    running = shared.started[0]
    password = value(running, f"{role}@northwind.example")
    with httpx.Client(base_url=running.address, trust_env=False) as browser:
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', browser.get("/login").text)
        assert token
        form = {"csrf_token": token.group(1), "email": f"{role}@northwind.example", "password": password}
        answer = browser.post("/login", data=form)
        assert answer.status_code == 302, answer.text


def test_a_second_start_prints_the_same_values(launcher: Launcher) -> None:
    first = start(launcher)
    first.stop()
    second = start(launcher)
    for label in (*USERS, *ENTERED["halo"].values(), *ENTERED["connectwise"].values()):
        assert value(second, label) == value(first, label)


def test_a_demo_of_the_time_before_connectwise_gets_it_too(launcher: Launcher) -> None:
    data_dir = launcher.folder / "data"
    data_dir.mkdir(mode=0o700)
    passwords = dict.fromkeys(USERS, "abcd-efgh-jkmn-pqrs")
    (data_dir / "demo.json").write_text(json.dumps({"passwords": passwords, "halo_port": 0}))
    running = start(launcher)
    assert value(running, "admin@northwind.example") == "abcd-efgh-jkmn-pqrs"
    assert SandboxControl(value(running, "Site")).about()["tenants"][0]["name"] == value(running, "Company ID")
