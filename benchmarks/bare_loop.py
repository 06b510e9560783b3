"""The yardstick: the least code that keeps a copy of a Halo, with httpx, json, digests and sqlite3. No recovery."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import time
from typing import Any

import httpx

from benchmarks import task
from benchmarks.lists import LISTS, PARAMS

TABLE = "CREATE TABLE IF NOT EXISTS record (type TEXT, id INTEGER, digest BLOB, body TEXT, PRIMARY KEY (type, id))"
UPSERT = (
    "INSERT INTO record VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET digest = excluded.digest, body = excluded.body"
)


def sync(asked: task.Task) -> int:
    """Copy all seven lists; returns how many records were read."""
    connection = sqlite3.connect(asked.database.removeprefix("sqlite:///"))
    connection.execute("PRAGMA journal_mode = wal")
    connection.execute("PRAGMA synchronous = full")
    connection.execute(TABLE)
    with httpx.Client(base_url=asked.url, timeout=60) as http:
        form = {"grant_type": "client_credentials", "scope": "all", **json.loads(asked.credentials)}
        token = http.post("/auth/token", data=form).json()["access_token"]
        http.headers["Authorization"] = f"Bearer {token}"
        total = sum(_copy(http, connection, *each) for each in LISTS.items())
    connection.close()
    return total


def _copy(http: httpx.Client, connection: sqlite3.Connection, record_type: str, address: tuple[str, str]) -> int:
    path, key = address
    known = dict(connection.execute("SELECT id, digest FROM record WHERE type = ?", (record_type,)))
    number, read = 0, 0
    while True:
        number += 1
        page = http.get(f"/api/{path}", params={**PARAMS, "page_no": number}).json()
        rows = page[key]
        read += len(rows)
        changed = [row for row in (_row(record_type, record) for record in rows) if known.get(row[1]) != row[2]]
        with connection:
            connection.executemany(UPSERT, changed)
        if not rows or read >= page["record_count"]:
            return read


def _row(record_type: str, record: dict[str, Any]) -> tuple[str, int, bytes, str]:
    body = json.dumps(record, sort_keys=True)
    return record_type, record["id"], hashlib.blake2b(body.encode(), digest_size=16).digest(), body


if __name__ == "__main__":
    began = time.perf_counter()
    task.answer(sync(task.asked()), time.perf_counter() - began)
