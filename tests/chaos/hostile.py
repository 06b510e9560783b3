"""Attacks that a portal on the internet must withstand: malformed deliveries, wrong secrets, and slow clients.

`make hostile` runs the long form against its own portal.
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
from tests.chaos.running_portal import RunningPortal, running_portal
from tests.chaos.slow_clients import measure_attacks
from tests.chaos.webhook_requests import Request, good, hostile, request_head, wrong
from tests.halo_fixtures import connected

THREADS: Final = 12
ALLOWED: Final = frozenset({200, 401, 413, 415, 429})
NO_HTTP: Final = frozenset({400, 411, 431})  # from the server itself, before the portal sees the request


@dataclass
class Responses:
    statuses: Counter[int] = field(default_factory=Counter)
    unexpected: list[str] = field(default_factory=list)


def send_all(place: tuple[str, int], requests: Iterator[Request]) -> Responses:
    """Send requests concurrently, each on its own connection."""
    responses, lock = Responses(), threading.Lock()

    def send(request: Request) -> None:
        status = _status(place, request)
        with lock:
            responses.statuses[status] += 1
            if status not in ALLOWED | NO_HTTP:
                responses.unexpected.append(f"{request.kind}: {status}")

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(send, requests))
    return responses


def _status(place: tuple[str, int], request: Request) -> int:
    """Return the status of the answer, or 0 if the connection closed without one."""
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
    """`unread` counts good deliveries whose record was not refetched, `stored_wrong` bad ones that were stored."""

    hostile: Responses
    wrong: Responses
    good: Responses
    unread: int
    stored_wrong: int
    growth_mb: float

    @property
    def is_well(self) -> bool:
        refused = self.wrong.statuses.keys() == {401} and not self.stored_wrong
        return refused and self.good.statuses.keys() == {200} and not (self.hostile.unexpected or self.unread)


def attack(
    portal: RunningPortal,
    integration: Integration,
    other: Integration,
    seed: int,
    *,
    count: int,
    good_ids: list[int],
) -> Report:
    """Send everything and wait until the good deliveries are processed.

    What is malformed goes with the right secret to `other`, of another account, which may exceed its limit of bytes.
    """
    parts = urlsplit(portal.address)
    place = (parts.hostname or "", parts.port or 0)
    refused = send_all(place, wrong(integration, count))
    stored_wrong = Delivery.select().count()
    secret = other.webhook_secret.reveal()
    # Memory for warming up is no leak; growth during the second half would be.
    first = send_all(place, hostile(seed, count // 2, lambda _: request_head(other, secret)))
    before = _memory(portal)
    with ThreadPoolExecutor(2) as pool:
        both = [
            pool.submit(
                send_all, place, hostile(seed + 1, count - count // 2, lambda _: request_head(other, secret))
            ),
            pool.submit(send_all, place, good(integration, good_ids)),
        ]
        odd, fine = (each.result() for each in both)
    grown = _memory(portal) - before
    ids, deadline = set(good_ids), clock.monotonic() + 120
    while (unread := len(ids - _read(ids))) and clock.monotonic() < deadline:
        clock.sleep(0.2)
    odd = Responses(first.statuses + odd.statuses, first.unexpected + odd.unexpected)
    return Report(odd, refused, fine, unread, stored_wrong, grown)


def run_attack(folder: Path, seed: int, *, records: int, count: int, good_deliveries: int) -> Report:
    """Start a portal in the folder, sync `records` records, and attack it."""
    with ExitStack() as stack:
        halo = stack.enter_context(spawned("--records", str(records), "--quota", "0"))
        portal = stack.enter_context(running_portal(folder, allow=urlsplit(halo.url).netloc))
        stack.enter_context(db.connected())
        copy = connected(Account.create(name="Northwind IT", enabled_psas=["halo"]), halo)
        other = connected(Account.create(name="Contoso", enabled_psas=["halo"]), halo)
        Integration.update(quota=1_000_000).execute()  # the request limit must not slow this down
        copy.sync()
        ids = sorted(copy.ids("assets"))[:good_deliveries]
        return attack(portal, copy.integration, other.integration, seed, count=count, good_ids=ids)


def _read(ids: set[int]) -> set[int]:
    read = RefetchRequest.select(RefetchRequest.remote_id).where(
        RefetchRequest.record_type == "assets", RefetchRequest.state == RefetchRequestState.DONE
    )
    return ids & {refetch_request.remote_id or 0 for refetch_request in read}


def _memory(portal: RunningPortal) -> float:
    """Return the memory of the web processes in MB."""
    pages = 0
    for web in portal.processes("web"):
        children = Path(f"/proc/{web}/task/{web}/children").read_text().split()
        pages += sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in children)
    return pages * 4 / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--good", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--visits", type=int, default=200, help="page visits during each slow attack")
    options = parser.parse_args()
    log.configure(as_json=True, level="WARNING")
    is_well = _print_deliveries(options)
    _print_slow_clients(options.visits)
    sys.exit(0 if is_well else 1)


def _print_deliveries(options: argparse.Namespace) -> bool:
    with tempfile.TemporaryDirectory() as name:
        report = run_attack(
            Path(name), options.seed, records=8_000, count=options.count, good_deliveries=options.good
        )
    lines: dict[str, object] = {
        "hostile": dict(report.hostile.statuses),
        "unexpected answers": report.hostile.unexpected[:10],
        "good": dict(report.good.statuses),
        "good, but not refetched": report.unread,
        "wrong secrets": dict(report.wrong.statuses),
        "wrong secrets, stored": report.stored_wrong,
        "growth of web processes in MB": round(report.growth_mb, 1),
    }
    for what, found in lines.items():
        sys.stdout.write(f"{what:32}{found}\n")
    return report.is_well


def _print_slow_clients(visits: int) -> None:
    sys.stdout.write("\nA page during slow attacks:\n")
    with tempfile.TemporaryDirectory() as name, running_portal(Path(name), allow="127.0.0.1:1") as portal:
        parts = urlsplit(portal.address)
        for what, waits in measure_attacks((parts.hostname or "", parts.port or 0), visits=visits):
            sys.stdout.write(f"{what:58}{waits}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
