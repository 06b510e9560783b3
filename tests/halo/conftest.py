"""A simulated Halo with few records, and clients that may call it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
import stamina

from portal import guard
from portal.halo.client import HaloClient
from portal.halo.credentials import Credentials
from portal.sandbox.halo import HaloSandbox, Settings, TenantSettings, running

SIZES = {
    "clients": 9,
    "sites": 14,
    "contacts": 40,
    "products": 8,
    "assets": 120,
    "opportunities": 12,
    "contracts": 6,
}
Connect = Callable[..., HaloClient]


@pytest.fixture(autouse=True)
def _near_host_is_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "_allowed", frozenset({"127.0.0.1"}))


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    """Repeat what failed in passing, once and at once."""
    with stamina.set_testing(True, attempts=2, cap=True):
        yield


@pytest.fixture
def halo() -> Iterator[HaloSandbox]:
    with running(HaloSandbox(Settings(tenants=[TenantSettings(sizes=SIZES)]))) as sandbox:
        yield sandbox


def credentials(halo: HaloSandbox, **changed: str) -> Credentials:
    right = halo.credentials()
    values = {
        "base_url": halo.url,
        "auth_server": f"{halo.url}/auth",
        "tenant": "",
        "client_id": right.client_id,
        "client_secret": right.client_secret,
    }
    return Credentials(**{**values, **changed})


@pytest.fixture
def connect(halo: HaloSandbox) -> Iterator[Connect]:
    """Open clients with the right credentials, but for what a test changes."""
    with ExitStack() as stack:
        yield lambda **changed: stack.enter_context(HaloClient(credentials(halo, **changed)))
