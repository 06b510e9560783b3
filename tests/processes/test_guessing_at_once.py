"""Forty guesses at once at a real web server of two processes, and what sixty hashes at once cost it."""

from __future__ import annotations

import base64
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from portal.config import Config
from portal.models.accounts import Account, RoleName
from portal.processes import ports
from portal.services.accounts import users
from portal.vault import Secret
from tests.processes.waiting import until

PASSWORD = "umbrella granite walnut 7"
WRONG = "guess"
ADA = "ada@northwind.example"
# A hash takes 64 MB. Two at once in each of two processes, and some room for threads.
MOST_GROWTH_KB = 2 * (2 * 64 + 64) * 1024


class Visitor:
    """A browser at the log-in form, for one guess."""

    def __init__(self, address: str, origin: str) -> None:
        first = httpx.get(f"{address}/login", timeout=60)
        cookies = dict(first.cookies)
        self.http = httpx.Client(base_url=address, headers={"X-Forwarded-For": origin}, cookies=cookies, timeout=60)
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', first.text)
        assert token
        self.token = token[1]

    def tries(self, email: str, password: str = WRONG) -> int:
        data = {"email": email, "password": password, "csrf_token": self.token}
        with self.http:
            return self.http.post("/login", data=data).status_code


class Web:
    def __init__(self, process: subprocess.Popen[bytes], address: str) -> None:
        self.process = process
        self.address = address

    def at_once(self, guesses: list[tuple[str, str]]) -> Counter[int]:
        """Let each (origin, e-mail address) guess at the same time; returns how often each status was answered."""
        with ThreadPoolExecutor(len(guesses)) as pool:
            visitors = list(pool.map(lambda guess: Visitor(self.address, guess[0]), guesses))
            return Counter(pool.map(lambda pair: pair[0].tries(pair[1][1]), zip(visitors, guesses, strict=True)))

    def peak_kb(self) -> int:
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return sum(_peak_kb(Path(f"/proc/{pid}/status")) for pid in children)


@pytest.fixture
def web(config: Config, northwind: Account) -> Iterator[Web]:
    users.create(northwind, ADA, Secret(PASSWORD), RoleName.ADMIN)
    port = ports.free(0)
    address = f"http://{ports.LOCAL}:{port}"
    settings = {
        "PORTAL_DATA_DIR": str(config.data_dir),
        "PORTAL_SECRET_KEY": config.secret_key,
        "PORTAL_VAULT_KEY": base64.urlsafe_b64encode(config.vault_keys[0]).decode(),
        "PORTAL_PUBLIC_URL": address,
    }
    command = [sys.executable, "-m", "portal.cli", "web", "--workers", "2", "--bind", f"{ports.LOCAL}:{port}"]
    with subprocess.Popen(command, env={**os.environ, **settings}, stderr=subprocess.DEVNULL) as process:
        try:
            until(lambda: _answers(address), "the web server to answer")
            yield Web(process, address)
        finally:
            process.terminate()


def test_of_forty_guesses_at_once_at_most_eight_are_checked(web: Web) -> None:
    statuses = web.at_once([("192.0.2.1", ADA)] * 40)
    assert statuses[200] <= 8
    assert statuses[429] >= 30
    assert set(statuses) <= {200, 429, 503}
    assert Visitor(web.address, "198.51.100.7").tries(ADA, PASSWORD) == 302


def test_sixty_hashes_at_once_take_the_memory_of_a_few(web: Web) -> None:
    before = web.peak_kb()
    statuses = web.at_once([(f"192.0.2.{each}", f"{each}@x.example") for each in range(60)])
    assert set(statuses) <= {200, 503}
    assert web.peak_kb() - before < MOST_GROWTH_KB
    assert Visitor(web.address, "198.51.100.7").tries(ADA, PASSWORD) == 302


def _answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/healthz").status_code == 200
    except httpx.TransportError:
        return False


def _peak_kb(status: Path) -> int:
    found = re.search(r"VmHWM:\s+(\d+)", status.read_text())
    assert found
    return int(found[1])
