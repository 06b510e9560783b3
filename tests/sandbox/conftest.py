from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from portal.sandbox.halo import HaloSandbox, Settings, TenantSettings, running
from tests.sandbox.desk import Desk
from tests.sandbox.visitor import TLS, Visitor

SIZES = {
    "clients": 12,
    "sites": 20,
    "contacts": 80,
    "products": 40,
    "assets": 130,
    "opportunities": 120,
    "contracts": 110,
}


@pytest.fixture
def settings() -> Settings:
    return Settings(tenants=[TenantSettings(sizes=SIZES)])


@pytest.fixture
def sandbox(settings: Settings) -> Iterator[HaloSandbox]:
    with running(HaloSandbox(settings)) as sandbox:
        yield sandbox


@pytest.fixture
def stranger(sandbox: HaloSandbox) -> Iterator[httpx.Client]:
    """Somebody without a token."""
    with httpx.Client(base_url=sandbox.url, trust_env=False, verify=TLS) as client:
        yield client


@pytest.fixture
def visitor(sandbox: HaloSandbox) -> Iterator[Visitor]:
    """Somebody with a token for everything."""
    with Visitor(sandbox) as visitor:
        yield visitor


@pytest.fixture
def desk(sandbox: HaloSandbox) -> Iterator[Desk]:
    """Somebody with a browser at the desk."""
    with Desk(sandbox) as desk:
        yield desk
