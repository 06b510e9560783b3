"""`portal demo`: everything it prints works."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator

import httpx
import pytest

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


def test_the_wizards_values_connect_and_a_worker_copies_all_that_halo_has(shared: Launcher) -> None:
    running = shared.started[0]
    halo = SandboxControl(value(running, "Base URL"))
    allowed = {"PORTAL_OUTBOUND_ALLOW": halo.url.removeprefix("http://")}
    halo.turn(latency=0.0)
    place = ("--base-url", halo.url, "--client-id", value(running, "Client ID"), "--client-secret-stdin")
    secret = value(running, "Client Secret")
    connected = shared.command("integration", "connect", "halo", *ACCOUNT, *place, typed=secret, **allowed)
    assert connected.returncode == 0, connected.stderr
    run = {"state": "queued"}
    while run["state"] not in {"succeeded", "failed", "incomplete"}:
        run = json.loads(shared.command("sync", "status", *ACCOUNT, "--json").stdout)
    assert run["state"] == "succeeded"
    counts = json.loads(shared.command("records", "count", *ACCOUNT, "--json").stdout)
    truth = {name: found["total"] for name, found in halo.truth().items()}
    assert {name: found["live"] for name, found in counts.items()} == truth
    assert halo.counts()["violations"] == 0


def test_the_printed_auth_server_and_tenant_are_those_that_halo_tells_the_wizard(shared: Launcher) -> None:
    running = shared.started[0]
    told = httpx.get(f"{value(running, 'Base URL')}/api/authinfo", trust_env=False).json()
    assert value(running, r"Auth Server \(filled in\)") == told["auth_url"]
    assert value(running, r"Tenant Name \(filled in\)") == told["tenant_id"]


def test_the_printed_desk_opens(shared: Launcher) -> None:
    desk = re.search(r"Desk +(\S+)", shared.started[0].text)
    assert desk
    assert "Simulated Halo" in httpx.get(desk.group(1), trust_env=False).text


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
    for label in ("admin@northwind.example", "support@northwind.example", "Base URL", "Client ID", "Client Secret"):
        assert value(second, label) == value(first, label)
