"""What a portal on the internet must bear: odd deliveries, wrong secrets, and good ones among them; and slow clients.

`make hostile` runs it at length against a portal of its own.
"""

from __future__ import annotations

import argparse
import socket
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from portal import clock, db, log
from portal.models.accounts import Account
from portal.models.integrations import Integration
from portal.models.webhooks import Delivery, RefetchRequest, RefetchRequestState
from portal.sandbox.process import spawned
from tests.chaos.house import House, standing
from tests.chaos.oddities import Request, good, hostile, line, wrong
from tests.chaos.slow_clients import suffered
from tests.halo_fixtures import connected

THREADS: Final = 12
ALLOWED: Final = frozenset({200, 401, 413, 415, 429})
NO_HTTP: Final = frozenset({400, 411, 431})  # the server's own, before the portal is asked


@dataclass
class Tally:
    statuses: Counter[int] = field(default_factory=Counter)
    odd: list[str] = field(default_factory=list)


def hurl(place: tuple[str, int], requests: Iterator[Request]) -> Tally:
    """Send them from many connections at once, each on one of its own."""
    tally, lock = Tally(), threading.Lock()

    def send(request: Request) -> None:
        status = _status(place, request)
        with lock:
            tally.statuses[status] += 1
            if status not in ALLOWED | NO_HTTP:
                tally.odd.append(f"{request.kind}: {status}")

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(send, requests))
    return tally


def _status(place: tuple[str, int], request: Request) -> int:
    """Return the status of the answer, 0 when the connection is closed without one."""
    with socket.create_connection(place, timeout=60) as connection:
        try:
            for piece in request.pieces:
                connection.sendall(piece)
            head = connection.recv(100)
        except (BrokenPipeError, ConnectionResetError):
            return 413  # refused while it was still being sent
    words = head.split()
    return int(words[1]) if len(words) > 1 else 0


@dataclass(frozen=True)
class Report:
    """`unread` are good deliveries whose record was not read; `stored_wrong` those that nobody should have stored."""

    hostile: Tally
    wrong: Tally
    good: Tally
    unread: int
    stored_wrong: int
    grown_mb: float


def attack(house: House, integration: Integration, seed: int, *, count: int, good_ids: list[int]) -> Report:
    """Send all of it and wait until the good ones were read."""
    parts = urlsplit(house.address)
    place = (parts.hostname or "", parts.port or 0)
    mistaken = hurl(place, wrong(integration, count))
    stored_wrong = Delivery.select().count()
    secret = integration.webhook_secret.reveal()
    # What a process takes to warm up is no leak: what the second half adds would be one.
    first = hurl(place, hostile(seed, count // 2, lambda _: line(integration, secret)))
    before = _memory(house)
    with ThreadPoolExecutor(2) as pool:
        both = [
            pool.submit(hurl, place, hostile(seed + 1, count - count // 2, lambda _: line(integration, secret))),
            pool.submit(hurl, place, good(integration, good_ids)),
        ]
        odd, fine = (each.result() for each in both)
    grown = _memory(house) - before
    ids, deadline = set(good_ids), clock.monotonic() + 120
    while (unread := len(ids - _read(ids))) and clock.monotonic() < deadline:
        clock.sleep(0.2)
    odd = Tally(first.statuses + odd.statuses, first.odd + odd.odd)
    return Report(odd, mistaken, fine, unread, stored_wrong, grown)


def attacked(folder: Path, seed: int, *, records: int, count: int, good_deliveries: int) -> Report:
    """Start a portal in the folder that has copied so many records, and attack it."""
    with ExitStack() as stack:
        halo = stack.enter_context(spawned("--records", str(records), "--quota", "0"))
        house = stack.enter_context(standing(folder, allow=urlsplit(halo.url).netloc))
        stack.enter_context(db.connected())
        copy = connected(Account.create(name="Northwind IT", enabled_psas=["halo"]), halo)
        Integration.update(quota=1_000_000).execute()  # how fast Halo lets us read is not the question here
        copy.sync()
        ids = sorted(copy.ids("assets"))[:good_deliveries]
        return attack(house, copy.integration, seed, count=count, good_ids=ids)


def _read(ids: set[int]) -> set[int]:
    read = RefetchRequest.select(RefetchRequest.remote_id).where(
        RefetchRequest.record_type == "assets", RefetchRequest.state == RefetchRequestState.DONE
    )
    return ids & {refetch_request.remote_id or 0 for refetch_request in read}


def _memory(house: House) -> float:
    """Return what the web processes hold, in MB."""
    pages = 0
    for web in house.processes("web"):
        children = Path(f"/proc/{web}/task/{web}/children").read_text().split()
        pages += sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in children)
    return pages * 4 / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--good", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--visits", type=int, default=200, help="of a page during each slow attack")
    options = parser.parse_args()
    log.configure(as_json=True, level="WARNING")
    _print_deliveries(options)
    _print_slow_clients(options.visits)


def _print_deliveries(options: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as name:
        report = attacked(Path(name), options.seed, records=8_000, count=options.count, good_deliveries=options.good)
    told: dict[str, object] = {
        "hostile": dict(report.hostile.statuses),
        "answers that should not be": report.hostile.odd[:10],
        "good": dict(report.good.statuses),
        "good, and not read": report.unread,
        "wrong secrets": dict(report.wrong.statuses),
        "wrong secrets, stored": report.stored_wrong,
        "web processes grown by MB": round(report.grown_mb, 1),
    }
    for what, found in told.items():
        sys.stdout.write(f"{what:32}{found}\n")


def _print_slow_clients(visits: int) -> None:
    sys.stdout.write("\nA page, meanwhile:\n")
    with tempfile.TemporaryDirectory() as name, standing(Path(name), allow="127.0.0.1:1") as house:
        parts = urlsplit(house.address)
        for what, waits in suffered((parts.hostname or "", parts.port or 0), visits=visits):
            sys.stdout.write(f"{what:58}{waits}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
