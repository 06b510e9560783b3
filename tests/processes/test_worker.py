"""Worker and scheduler processes wait for their stores, and stop quickly."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis
from rq import Worker

from portal.config import Config
from portal.processes import valkey
from portal.processes.supervisor import Supervisor
from tests.processes.waiting import until


@contextmanager
def process(name: str, config: Config, url: str, printed: Path) -> Iterator[subprocess.Popen[bytes]]:
    settings = {
        "PORTAL_DATA_DIR": str(config.data_dir),
        "PORTAL_SECRET_KEY": config.secret_key,
        "PORTAL_VAULT_KEY": base64.urlsafe_b64encode(config.vault_keys[0]).decode(),
        "PORTAL_REDIS_URL": url,
    }
    command = [sys.executable, "-m", "portal.cli", name]
    with (
        printed.open("wb") as output,
        subprocess.Popen(command, env={**os.environ, **settings}, stderr=output) as started,
    ):
        try:
            yield started
        finally:
            started.kill()


@pytest.fixture
def printed(tmp_path: Path) -> Path:
    return tmp_path / "printed.txt"


def workers(url: str) -> int:
    with redis.Redis.from_url(url) as connection:
        return Worker.count(connection=connection)


def states(url: str) -> list[str]:
    with redis.Redis.from_url(url) as connection:
        return [str(each.get_state()) for each in Worker.all(connection=connection)]


def is_idle(url: str) -> bool:
    """Tell whether the one worker waits for work; from then on it knows how to be stopped."""
    return states(url) == ["idle"]


def others_connected(url: str) -> int:
    with redis.Redis.from_url(url) as connection:
        return int(connection.info("clients")["connected_clients"]) - 1


def test_a_worker_waits_for_redis_and_signs_off_when_it_is_stopped(config: Config, printed: Path) -> None:
    with valkey.embedded(config) as (program, url), process("worker", config, url, printed) as worker:
        until(lambda: "Redis does not answer yet" in printed.read_text(), "the worker to look for Redis")
        with Supervisor() as supervisor:
            supervisor.start(program)
            supervisor.wait_until(lambda: valkey.answers(url), what="Valkey")
            until(lambda: is_idle(url), "the worker to wait for work")
            worker.terminate()
            assert worker.wait(30) == 0
            assert workers(url) == 0


def test_an_idle_worker_survives_a_restart_of_redis(config: Config, printed: Path) -> None:
    with valkey.embedded(config) as (program, url), process("worker", config, url, printed) as worker:
        for _ in range(2):
            with Supervisor() as supervisor:
                supervisor.start(program)
                supervisor.wait_until(lambda: valkey.answers(url), what="Valkey")
                # The second time, Redis still knows what the worker was before.
                until(lambda: others_connected(url) > 0 and "idle" in states(url), "the worker to be there")
        assert worker.poll() is None


def test_a_scheduler_outlives_a_database_without_tables(config: Config, printed: Path) -> None:
    (config.data_dir / "portal.sqlite3").unlink()
    with process("scheduler", config, f"unix://{config.data_dir}/nobody.sock", printed) as scheduler:
        until(lambda: printed.read_text().count("no such table: integration") >= 2, "two ticks")
        scheduler.terminate()
        assert scheduler.wait(30) == 0


def test_a_worker_warns_at_start_of_a_redis_without_a_password(config: Config, printed: Path) -> None:
    with process("worker", config, "redis://192.0.2.1:6379", printed):
        until(lambda: "Redis at 192.0.2.1 is used without a password" in printed.read_text(), "the warning")
