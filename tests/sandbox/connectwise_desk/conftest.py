from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from portal.sandbox.connectwise import ConnectWiseSandbox, Settings, TenantSettings, running
from tests.sandbox.desk import Desk
from tests.sandbox.visitor import TLS

SIZES = {
    "clients": 12,
    "sites": 20,
    "contacts": 80,
    "products": 40,
    "assets": 130,
    "opportunities": 40,
    "contracts": 30,
}
API = "/v4_6_release/apis/3.0"


@pytest.fixture
def sandbox() -> Iterator[ConnectWiseSandbox]:
    with running(ConnectWiseSandbox(Settings(tenants=[TenantSettings(sizes=SIZES)]))) as sandbox:
        yield sandbox


@pytest.fixture
def desk(sandbox: ConnectWiseSandbox) -> Iterator[Desk]:
    """Somebody with a browser at the desk."""
    with Desk(sandbox) as desk:
        yield desk


@pytest.fixture
def reader(sandbox: ConnectWiseSandbox) -> Iterator[httpx.Client]:
    """Somebody with the API member's keys."""
    keys = sandbox.credentials()
    with httpx.Client(
        base_url=f"{sandbox.url}{API}",
        auth=(f"{keys.company_id}+{keys.public_key}", keys.private_key),
        headers={"clientId": keys.client_id},
        trust_env=False,
        verify=TLS,
    ) as client:
        yield client
