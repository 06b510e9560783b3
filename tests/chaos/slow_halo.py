"""One account's Halo is slow while its users open every page that calls it. Other accounts must not notice.

`python -m tests.chaos.slow_halo` runs the long form against its own portal, and prints how long logins and pages of
another account took.
"""

from __future__ import annotations

import argparse
import re
import statistics
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import httpx

from portal import clock, db, log
from portal.models.accounts import Account, RoleName, User
from portal.sandbox import HaloVerbs
from portal.sandbox.process import spawned
from tests.chaos.running_portal import RunningPortal, running_portal
from tests.conftest import PASSWORD, PASSWORD_HASH
from tests.halo_fixtures import connected

READERS: Final = 64
TESTS: Final = 12
HALO: Final = "/integrations/halo"
TIMEOUT_SECONDS: Final = 180.0
_CSRF: Final = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


class Visitor:
    """A browser in which one person is logged in."""

    def __init__(self, address: str, email: str) -> None:
        self._http = httpx.Client(base_url=address, timeout=TIMEOUT_SECONDS, trust_env=False)
        page = self._http.get("/login")
        form = {"csrf_token": self._token(page), "email": email, "password": PASSWORD}
        answer = self._http.post("/login", data=form)
        if answer.status_code != 302:
            raise AssertionError(f"{email} could not log in: status {answer.status_code}")

    def get(self, path: str) -> int:
        return self._http.get(path).status_code

    def post(self, path: str, token: str) -> int:
        return self._http.post(path, data={"csrf_token": token}).status_code

    def token(self) -> str:
        return self._token(self._http.get("/integrations"))

    def close(self) -> None:
        self._http.close()

    @staticmethod
    def _token(page: httpx.Response) -> str:
        found = _CSRF.search(page.text)
        assert found, f"there is no form on the page: status {page.status_code}"
        return found[1]


@dataclass
class Attack:
    """Requests of one account that wait for its Halo, each on its own connection."""

    pool: ThreadPoolExecutor
    requests: list[Future[int]] = field(default_factory=list)

    @property
    def pending(self) -> int:
        return sum(not each.done() for each in self.requests)

    def statuses(self) -> dict[int, int]:
        """Wait for all answers. Returns their number by status."""
        return dict(Counter(each.result(TIMEOUT_SECONDS) for each in self.requests))


@dataclass(frozen=True)
class Scene:
    portal: RunningPortal
    halo: HaloVerbs
    admin: str
    support: str
    neighbour: str

    @contextmanager
    def attacked(self) -> Iterator[Attack]:
        """Have a support user open the filters many times and an admin test the connection, all at once."""
        reader, admin = Visitor(self.portal.address, self.support), Visitor(self.portal.address, self.admin)
        token = admin.token()
        start = threading.Barrier(READERS + TESTS)

        def read() -> int:
            start.wait()
            return reader.get(f"{HALO}/filters")

        def test() -> int:
            start.wait()
            return admin.post(f"{HALO}/configuration/test", token)

        with ThreadPoolExecutor(READERS + TESTS) as pool:
            yield Attack(pool, [pool.submit(each) for each in [read] * READERS + [test] * TESTS])
        reader.close()
        admin.close()

    def visit(self) -> None:
        """Log in as a user of another account and open a page. Raises unless both succeed."""
        visitor = Visitor(self.portal.address, self.neighbour)
        try:
            assert visitor.get("/integrations") == 200
        finally:
            visitor.close()


@contextmanager
def running_scene(folder: Path) -> Iterator[Scene]:
    """Start a portal in the folder, with two accounts, one of them connected to Halo."""
    with (
        spawned("--records", "300", "--quota", "0") as halo,
        running_portal(folder, allow=urlsplit(halo.url).netloc) as portal,
        db.connected(),
    ):
        account = Account.create(name="Northwind IT", enabled_psas=["halo"])
        other = Account.create(name="Other MSP", enabled_psas=["halo"])
        people = [
            _person(account, "alice", RoleName.ADMIN),
            _person(account, "sam", RoleName.SUPPORT),
            _person(other, "olivia", RoleName.ADMIN),
        ]
        connected(account, halo).sync()
        halo.reset()
        yield Scene(portal, halo, *people)


def _person(account: Account, name: str, role: RoleName) -> str:
    email = f"{name}@northwind.example"
    User.create(account=account, email=email, name=name, role=role, password=PASSWORD_HASH, fs_uniquifier=name)
    return email


def percentiles(seconds: list[float]) -> str:
    cuts = statistics.quantiles(seconds, n=20, method="inclusive")
    return f"p50 {cuts[9]:.2f} s  p95 {cuts[18]:.2f} s  slowest {max(seconds):.2f} s  of {len(seconds)}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--answers-after", type=float, default=30.0, help="How slow Halo is, in seconds.")
    options = parser.parse_args()
    log.configure(as_json=True, level="WARNING")
    with tempfile.TemporaryDirectory() as name, running_scene(Path(name)) as scene:
        scene.visit()
        scene.halo.fault("slow", seconds=options.answers_after, times=None)
        took: list[float] = []
        with scene.attacked() as attack:
            until = clock.monotonic() + options.answers_after
            while clock.monotonic() < until:
                began = clock.monotonic()
                scene.visit()
                took.append(clock.monotonic() - began)
                clock.sleep(0.2)
            scene.halo.clear_faults()
            statuses = attack.statuses()
    took += took[:1] * (2 - len(took))
    sys.stdout.write(f"login and a page of another account   {percentiles(took)}\n")
    sys.stdout.write(f"answers to the attacking account      {statuses}\n")


if __name__ == "__main__":
    main()
