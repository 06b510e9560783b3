from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from portal.sandbox.connectwise import ConnectWiseSandbox, Settings, TenantSettings, running
from tests.sandbox.connectwise.member import Member
from tests.sandbox.receiver import Receiver
from tests.sandbox.visitor import TLS

SIZES = {
    "clients": 40,
    "sites": 60,
    "contacts": 90,
    "products": 30,
    "assets": 70,
    "opportunities": 50,
    "contracts": 30,
}


@pytest.fixture
def settings() -> Settings:
    return Settings(tenants=[TenantSettings(sizes=SIZES)])


@pytest.fixture
def sandbox(settings: Settings) -> Iterator[ConnectWiseSandbox]:
    with running(ConnectWiseSandbox(settings)) as sandbox:
        yield sandbox


@pytest.fixture
def stranger(sandbox: ConnectWiseSandbox) -> Iterator[httpx.Client]:
    """Somebody without keys."""
    with httpx.Client(base_url=sandbox.url, trust_env=False, verify=TLS) as client:
        yield client


@pytest.fixture
def member(sandbox: ConnectWiseSandbox) -> Iterator[Member]:
    """Offer an API member with the right keys."""
    with Member(sandbox) as member:
        yield member


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver
