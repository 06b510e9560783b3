"""Throws deliveries at a webhook at an even pace, and tells how long each had to wait for its answer.

Runs in a process of its own. The time counts from when a delivery was due, not from when it left: a server that is
slow to answer one must not be excused for those that queue up behind it.
"""

from __future__ import annotations

import base64
import http.client
import json
import statistics
import sys
import threading
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from itertools import count
from typing import Final
from urllib.parse import urlsplit

CONNECTIONS: Final = 24


@dataclass(frozen=True)
class Task:
    """`rate` deliveries a second for so many `seconds`, `repeats` in a row about each of the `ids`, by turns.

    Without a rate, each connection sends the next as soon as it has an answer.
    """

    url: str
    user: str
    secret: str
    rate: int
    seconds: int
    ids: list[int]
    repeats: int


@dataclass(frozen=True)
class Result:
    """Times are in ms. `lost` counts what came to no answer."""

    sent: int
    statuses: dict[str, int]
    lost: int
    p50: float
    p99: float
    longest: float


@dataclass
class Hail:
    task: Task
    waits: list[float] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)
    lost: int = 0

    def throw(self) -> Result:
        numbers, began = count(), time.perf_counter() + 0.5
        threads = [threading.Thread(target=self._send, args=(numbers, began)) for _ in range(CONNECTIONS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        ms = [1000 * wait for wait in self.waits]
        return Result(
            sum(self.statuses.values()) + self.lost,
            dict(self.statuses),
            self.lost,
            statistics.median(ms),
            statistics.quantiles(ms, n=100)[-1],
            max(ms),
        )

    def _send(self, numbers: count[int], began: float) -> None:
        task, parts = self.task, urlsplit(self.task.url)
        login = base64.b64encode(f"{task.user}:{task.secret}".encode()).decode()
        headers = {"Content-Type": "application/json", "Authorization": f"Basic {login}"}
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
        for number in iter(numbers.__next__, None):
            due = began + number / task.rate if task.rate else max(began, time.perf_counter())
            if due >= began + task.seconds:
                return
            time.sleep(max(0.0, due - time.perf_counter()))
            remote_id = task.ids[number // task.repeats % len(task.ids)]
            body = json.dumps({"id": f"delivery-{number}", "event": "asset updated", "object_id": remote_id})
            try:
                connection.request("POST", parts.path, body, headers)
                answer = connection.getresponse()
                answer.read()
            except (OSError, http.client.HTTPException):
                self.lost += 1
                connection.close()
                continue
            self.waits.append(time.perf_counter() - due)
            self.statuses[str(answer.status)] += 1


if __name__ == "__main__":
    print(json.dumps(asdict(Hail(Task(**json.load(sys.stdin))).throw())))
